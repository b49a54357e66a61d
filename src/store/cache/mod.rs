//! `cache.db`: what was last read from the source. Lost, it is filled again by a sync.

mod body;
mod compact;
mod head;
mod ids;
mod imported;
mod listing;
mod load;
mod put;
mod read;
mod row;
mod strings;
mod subscriptions;
mod walk;

use std::cell::OnceCell;

use chrono::{DateTime, Utc};

pub use body::Unpacked;
pub(super) use ids::IdIndex;
pub use imported::Import;
pub(super) use load::{Loaded, load};
pub use read::Bytes;
pub use walk::Bodies;

use super::error::{Result, Trouble};
use super::{Store, open};
use crate::domain::table::{RowData, TableBuilder};
use crate::domain::{AlertId, AlertKey, SafeText, Status, SubscriptionId};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// A listing of one subscription that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its number: a listing begun later has a higher one.
    pub number: i64,
}

/// An alert to write, with the bytes it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upsert {
    /// Its row of the table.
    pub data: RowData,
    /// Its JSON as received.
    pub raw: Box<[u8]>,
}

/// An item of a page that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Why.
    pub reason: SafeText,
    /// Its id, where that much could be read; the alert then counts as seen.
    pub id: Option<AlertId>,
    /// The item as received.
    pub raw: Box<[u8]>,
}

/// What a page means for the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageBatch {
    /// New or changed alerts.
    pub upserts: Vec<Upsert>,
    /// Alerts that are as they were: seen, nothing to write.
    pub unchanged: Vec<AlertKey>,
    /// Items to set aside.
    pub quarantined: Vec<Quarantined>,
    /// Where the next page is; none after the last.
    pub continuation: Option<String>,
}

/// What a page changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageApplied {
    /// Alerts new to the cache.
    pub added: usize,
    /// Alerts written anew.
    pub updated: usize,
    /// Alerts seen as they were.
    pub unchanged: usize,
    /// Items set aside.
    pub quarantined: usize,
}

/// What the cache knows of an alert, for planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub key: AlertKey,
    /// Its status at the source when last read.
    pub status: Status,
    /// [`super::content_hash`] of its JSON; 0 when its body must be read anew.
    pub content_hash: u64,
}

/// An item set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRecord {
    /// Whose listing it came in.
    pub subscription: SubscriptionId,
    /// Why it could not be read.
    pub reason: SafeText,
    /// Its id, where that much could be read.
    pub id: Option<AlertId>,
    /// The item as received.
    pub raw: Vec<u8>,
}

/// How current a subscription is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// When its last complete listing ended.
    pub last_complete: Option<DateTime<Utc>>,
    /// Why the listing after that stopped; none when it did not.
    pub last_error: Option<SafeText>,
    /// Where an interrupted listing would have gone on.
    pub continuation: Option<String>,
    /// Since when a listing is under way in this process.
    pub running_since: Option<DateTime<Utc>>,
}

/// A set of alert keys; keys are dense.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet(Vec<u64>);

impl KeySet {
    pub(super) fn insert(&mut self, key: AlertKey) {
        let word = key.0 as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (key.0 % 64);
    }

    pub(super) fn contains(&self, key: AlertKey) -> bool {
        self.0.get(key.0 as usize / 64).is_some_and(|word| word & 1 << (key.0 % 64) != 0)
    }
}

/// A listing under way. In memory only: a listing that the program's end interrupts is begun anew, and a sync without news
/// writes nothing.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) number: i64,
    pub(super) since: DateTime<Utc>,
    /// Alerts that are there: listed, or read one by one meanwhile.
    pub(super) seen: KeySet,
    /// Alerts read one by one since the listing began: a page may have been made before, so it does not overwrite them.
    pub(super) read: KeySet,
}

/// What a transaction needs of the store beside the connection.
pub(super) struct Writing<'a> {
    /// For interning and looking up.
    table: &'a mut TableBuilder,
    ids: &'a OnceCell<IdIndex>,
    next_key: &'a mut u32,
}

impl Writing<'_> {
    /// The number of an alert that the cache has.
    fn key(&self, id: &AlertId) -> Option<AlertKey> {
        let table = self.table.table();
        self.ids.get_or_init(|| IdIndex::of(table)).find(table, id)
    }
}

impl Store {
    /// One transaction on the cache, begun when the table knows everything in the file: another instance may have written.
    /// Rows of the table change after the commit only.
    pub(super) fn write_cache<T>(
        &mut self,
        job: impl FnOnce(&Connection, &mut Writing<'_>) -> Result<T, Trouble>,
    ) -> Result<T> {
        self.mend();
        self.cache.check_writable()?;
        let mut job = Some(job);
        loop {
            match self.try_write_cache(&mut job) {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => self.reload_cache()?,
                Err(trouble) => return Err(self.cache_failed(trouble)),
            }
        }
    }

    /// None, with the job left, when another instance has written since the table was loaded.
    fn try_write_cache<T, J>(&mut self, job: &mut Option<J>) -> Result<Option<T>, Trouble>
    where
        J: FnOnce(&Connection, &mut Writing<'_>) -> Result<T, Trouble>,
    {
        let transaction = Transaction::new_unchecked(&self.cache.conn, TransactionBehavior::Immediate)?;
        if self.cache.data_version()? != self.cache.seen_version {
            return Ok(None);
        }
        let Some(job) = job.take() else { return Ok(None) };
        let mut writing = Writing { table: &mut self.table, ids: &self.ids, next_key: &mut self.next_key };
        let value = job(&transaction, &mut writing)?;
        let strings = strings::store(&transaction, &self.table, self.stored_strings)?;
        transaction.commit()?;
        self.stored_strings = strings;
        Ok(Some(value))
    }

    /// Puts the file's name to a failure; a damaged cache is set aside and begun anew.
    pub(super) fn cache_failed(&mut self, trouble: Trouble) -> super::StoreError {
        let damage = trouble.is_damage();
        let error = self.cache.fail(trouble);
        if damage && let super::StoreError::DamagedCache { why, .. } = &error {
            self.heal(why.clone());
        }
        error
    }

    /// The same for calls that only read: the cache is mended by the next one that may.
    pub(super) fn cache_read_failed(&self, trouble: impl Into<Trouble>) -> super::StoreError {
        let error = self.cache.fail(trouble);
        if let super::StoreError::DamagedCache { why, .. } = &error {
            self.damage.replace(Some(why.clone()));
        }
        error
    }

    /// Begins an empty cache if a reading call found this one damaged.
    pub(super) fn mend(&mut self) {
        if let Some(why) = self.damage.take() {
            self.heal(why);
        }
    }

    /// Sets a damaged cache aside and begins an empty one; in memory when the folder cannot be written.
    pub(super) fn heal(&mut self, why: SafeText) {
        let path = self.cache.path.clone();
        if let Ok(empty) = open::memory(open::Kind::Cache, path) {
            self.cache = empty; // closes the damaged file
        }
        match super::rebuild_cache(&self.folder, self.sharing, why, &mut self.notices) {
            Ok(db) => self.cache = db,
            Err(_) => self.cache.writable = self.sharing == open::Sharing::Memory,
        }
        self.listings.clear();
        self.stored_strings = 0;
        self.table.clear();
        self.table.intern("");
        self.ids.take();
        self.stale = true;
    }

    /// Drops strings that nothing uses when they are most of them.
    pub(super) fn compact(&mut self) -> Result<()> {
        if !self.cache.writable || !compact::is_worth_it(self.table.table()) {
            return Ok(());
        }
        match compact::compact(&self.cache, self.table.table()) {
            Ok(()) => self.reload_cache(),
            Err(trouble) => Err(self.cache_failed(trouble)),
        }
    }

    /// Reads the whole table again.
    pub(super) fn reload_cache(&mut self) -> Result<()> {
        self.table.clear();
        self.ids.take();
        let loaded = self.cache.data_version().map_err(Trouble::from).and_then(|version| {
            self.cache.seen_version = version;
            load(&self.cache.conn, &mut self.table)
        });
        self.stale = true;
        match loaded {
            Ok(Loaded { strings, next_key }) => {
                self.stored_strings = strings;
                self.next_key = self.next_key.max(next_key);
            }
            Err(trouble) => return Err(self.cache_failed(trouble)),
        }
        self.show_journal();
        Ok(())
    }
}
