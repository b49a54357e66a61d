//! `cache.db` and `journal.db`: the only folder with SQL.
//!
//! | file | holds | on damage |
//! | --- | --- | --- |
//! | `cache.db` | what was last read from the source: rows, strings, bodies | set aside and filled again by a sync |
//! | `journal.db` | what was decided here: changes and their outbox, the record beside the alerts, the audit log, the lease; saved views | never thrown away |
//!
//! A [`Store`] owns both connections and the one [`TableBuilder`]. It is synchronous and lives on one thread; the rest of the
//! program talks to it through a [`StoreHandle`]. The status on screen is computed, never stored: the row as the source had
//! it, overlaid by the newest unsettled target of the journal.

mod cache;
mod error;
mod folder;
mod hash;
mod journal;
mod migrate;
mod moment;
mod mount;
mod open;
mod thread;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

pub use cache::{
    Bodies, Bytes, Import, Known, Listing, PageApplied, PageBatch, QuarantineRecord, Quarantined, SyncState,
    Unpacked, Upsert,
};
use cache::{IdIndex, Running};
pub use error::{Notice, Result, StoreError};
pub use folder::{Access, Folder};
pub use hash::content_hash;
pub use journal::{Assigned, Held, OutboxItem, Postponement, Settlement, Spared, Undone};
pub use thread::StoreHandle;

use chrono::Utc;

use crate::domain::listing::Head;
use crate::domain::table::{LocalRecord, Table, TableBuilder};
use crate::domain::{AlertId, SafeText, Status, SubscriptionId};
use open::{Db, Kind, Sharing};

/// Alerts that someone took up, as the journal had them.
#[derive(Debug)]
struct TakenUp {
    /// The journal's `data_version`, and how much this connection had changed.
    version: (i64, u64),
    ids: Vec<AlertId>,
}

/// The owner of both files and of the table.
#[derive(Debug)]
pub struct Store {
    folder: Folder,
    sharing: Sharing,
    cache: Db,
    journal: Db,
    table: TableBuilder,
    /// Made with the first lookup of an id.
    ids: OnceCell<IdIndex>,
    /// Strings of the table that the cache has.
    stored_strings: usize,
    /// The number of the next new alert; never goes back.
    next_key: u32,
    listings: HashMap<SubscriptionId, Running>,
    /// The status that the newest unsettled target of an alert asks for.
    pending: HashMap<AlertId, Status>,
    /// What the journal keeps beside an alert.
    locals: HashMap<AlertId, LocalRecord>,
    /// Every alert is of a file, and no source is asked.
    sourceless: bool,
    notices: Vec<Notice>,
    /// No alert of a subscription that is out of use is left that has to go.
    swept: bool,
    /// What [`Self::taken_up`] read last.
    taken_up: RefCell<Option<TakenUp>>,
    /// What a reading call found wrong with the cache; the next writing one mends it.
    damage: RefCell<Option<SafeText>>,
    latest: Arc<Table>,
    stale: bool,
    /// The view or filter that the profile begins with.
    begins: String,
    /// For which snapshot and look it was last made sure that the cache has what the list begins with.
    headed: Option<(u64, String)>,
}

/// The kind of file system on which a folder lives, as the system names it; none where it does not tell.
pub fn file_system(folder: &std::path::Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    mount::deepest(&mounts, &std::fs::canonicalize(folder).ok()?).map(str::to_owned)
}

impl Store {
    /// Opens both files, bringing them to this version's schema, and fills the table. A damaged cache is set aside and begun anew.
    /// Nothing is touched when one of the files is of a newer schema.
    pub fn open(folder: Folder, access: Access) -> Result<(Self, Vec<Notice>)> {
        Self::open_early(folder, access, "", |_, _| {})
    }

    /// The same for a profile that begins with a view or filter, or none. `early` gets what the list begins with before the table
    /// is filled, where that is known. Until then the store knows the journal only.
    pub fn open_early(
        folder: Folder,
        access: Access,
        begins: &str,
        early: impl FnOnce(&Self, Head),
    ) -> Result<(Self, Vec<Notice>)> {
        let mut notices = Vec::new();
        open::refuse_newer(&folder, Kind::Cache)?;
        open::refuse_newer(&folder, Kind::Journal)?;
        let mut sharing = open::sharing(&folder, access, &mut notices);
        let opened = match open_both(&folder, sharing, &mut notices) {
            // Another instance has the shared memory already: joining it needs no more space.
            Err(StoreError::Busy { .. }) if sharing == Sharing::Alone => {
                sharing = Sharing::Log;
                open_both(&folder, sharing, &mut notices)
            }
            opened => opened,
        };
        let (journal, cache) = match opened {
            Err(error) if error.cannot_store() && sharing != Sharing::Read => {
                sharing = Sharing::Read;
                open_both(&folder, sharing, &mut notices)?
            }
            opened => opened?,
        };
        if sharing == Sharing::Read
            && access == Access::ReadWrite
            && let Some(folder) = folder.path()
        {
            notices.push(Notice::ReadOnly { folder: folder.to_owned(), stale: false });
        }
        let mut store = Self {
            folder,
            sharing,
            cache,
            journal,
            table: TableBuilder::new(),
            ids: OnceCell::new(),
            stored_strings: 0,
            next_key: 1,
            listings: HashMap::new(),
            pending: HashMap::new(),
            locals: HashMap::new(),
            sourceless: false,
            swept: false,
            notices,
            taken_up: RefCell::new(None),
            damage: RefCell::new(None),
            latest: Arc::default(),
            stale: true,
            begins: begins.to_owned(),
            headed: None,
        };
        store.load_journal()?;
        store.show_tenant()?;
        store.next_key = store.greatest_seen()?.saturating_add(1);
        // Whoever was sending when it ended is not known to have sent. A journal that cannot be written says so later.
        let _ = store.settle_abandoned(Utc::now());
        if let Some(head) = store.head() {
            early(&store, head);
        }
        match store.reload_cache() {
            // Set aside by now; the store goes on with an empty cache.
            Ok(()) | Err(StoreError::DamagedCache { .. }) => {}
            Err(error) => return Err(error),
        }
        // Decisions about alerts of files that a crash left half kept.
        let _ = store.keep_here();
        // What cannot be tidied up can still be used.
        let _ = store.compact();
        let notices = store.take_notices();
        Ok((store, notices))
    }

    /// The table as it is now; the same snapshot as before when nothing changed.
    pub fn snapshot(&mut self) -> Arc<Table> {
        if self.stale {
            self.latest = self.table.snapshot();
            self.stale = false;
        }
        Arc::clone(&self.latest)
    }

    /// From now on no source is asked: what is decided about alerts of files is kept here, and what a crash left half kept.
    pub fn keep_everything_here(&mut self) {
        self.sourceless = true;
        // Where a source was in use, what is pending may be for it.
        if self.subscriptions().is_ok_and(|used| used.is_empty()) {
            // What cannot be kept now stays pending.
            let _ = self.keep_here();
        }
    }

    /// What a person should know and was not told yet.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// False when nothing can be stored: a read-only folder, or opened for reading.
    pub fn is_writable(&self) -> bool {
        self.journal.writable
    }

    /// The data folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Takes over what another instance wrote since the last look. True when the table changed.
    pub fn refresh(&mut self) -> Result<bool> {
        let version = self.journal.data_version().map_err(|error| self.journal.fail(error))?;
        if version != self.journal.seen_version {
            self.load_journal()?;
            self.show_journal();
        }
        let version = self.cache.data_version().map_err(|error| self.cache.fail(error))?;
        if version != self.cache.seen_version {
            self.reload_cache()?;
        }
        Ok(self.stale)
    }

    /// Merges both write-ahead logs into their files and closes them.
    pub fn close(mut self) {
        self.keep_head();
        self.cache.checkpoint();
        self.journal.checkpoint();
    }
}

fn open_both(folder: &Folder, sharing: Sharing, notices: &mut Vec<Notice>) -> Result<(Db, Db)> {
    let journal = open::open(folder, Kind::Journal, sharing, notices)?;
    let cache = match open::open(folder, Kind::Cache, sharing, notices) {
        Err(StoreError::DamagedCache { why, .. }) => rebuild_cache(folder, sharing, why, notices)?,
        opened => opened?,
    };
    Ok((journal, cache))
}

/// Sets a damaged cache aside and begins an empty one. Where the folder cannot be written, the empty one is in memory.
fn rebuild_cache(folder: &Folder, sharing: Sharing, why: SafeText, notices: &mut Vec<Notice>) -> Result<Db> {
    let in_memory =
        |path: PathBuf| open::memory(Kind::Cache, path.clone()).map_err(|error| error.at(&path, false));
    let Some(path) = folder.file(Kind::Cache.name()) else { return in_memory(PathBuf::from(":memory:")) };
    if sharing == Sharing::Read {
        notices.push(Notice::CacheRebuilt { aside: None, why });
        let mut db = in_memory(path)?;
        db.writable = false;
        return Ok(db);
    }
    let aside = path.with_extension("db.damaged");
    fs::rename(&path, &aside).map_err(|source| StoreError::Io {
        path: path.clone(),
        doing: "set aside",
        source,
    })?;
    for companion in ["db-wal", "db-shm", "db-journal"] {
        // They belong to the damaged file; often there is none.
        let _ = fs::remove_file(path.with_extension(companion));
    }
    notices.push(Notice::CacheRebuilt { aside: Some(aside), why });
    open::open(folder, Kind::Cache, sharing, notices)
}
