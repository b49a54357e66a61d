//! Reading single alerts and what was set aside.

use rusqlite::OptionalExtension;

use super::body::Unpacked;
use super::ids::IdIndex;
use super::put::kept;
use super::{Known, QuarantineRecord, body};
use crate::domain::{AlertId, AlertKey, SafeText, SubscriptionId};
use crate::store::Store;
use crate::store::error::{Result, StoreError, Trouble};
use crate::store::hash::content_hash;

/// What the cache has of an alert, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes {
    /// Its JSON.
    pub raw: Vec<u8>,
    /// The record as it stood in the file; empty where that is the JSON.
    pub source: Vec<u8>,
}

impl Store {
    /// The cache's number for an alert; none when it is not in the cache.
    pub fn key(&self, id: &AlertId) -> Option<AlertKey> {
        let table = self.table.table();
        self.ids.get_or_init(|| IdIndex::of(table)).find(table, id)
    }

    /// What is known of each alert; none for those not in the cache.
    pub fn known(&self, ids: &[AlertId]) -> Result<Vec<Option<Known>>> {
        ids.iter()
            .map(|id| {
                let Some(key) = self.key(id) else { return Ok(None) };
                let content_hash = self.content_hash(key)?;
                let row = self.table.table().get(key);
                Ok(row.map(|row| Known { key, status: row.remote_status(), content_hash }))
            })
            .collect()
    }

    /// Counts every alert as changed, so that the next listing writes all of them anew.
    pub fn forget_contents(&mut self) -> Result<()> {
        let done = self.cache.conn.execute("UPDATE alert SET content_hash = 0", []);
        done.map(drop).map_err(|error| self.cache_failed(error.into()))
    }

    pub(super) fn content_hash(&self, key: AlertKey) -> Result<u64> {
        let kept = kept(&self.cache.conn, key).optional().map_err(|error| self.cache_read_failed(error))?;
        // Another instance may have removed it: then it is new.
        Ok(kept.map_or(0, |kept| kept.content_hash))
    }

    /// Takes alerts that are about to be removed out of the index of ids.
    pub(super) fn forget_ids(&mut self, keys: &[AlertKey]) {
        let Some(ids) = self.ids.get_mut() else { return };
        for key in keys {
            if let Some(row) = self.table.table().get(*key) {
                ids.remove(*key, &row.id());
            }
        }
    }

    /// An alert's JSON, byte for byte as last received; none for an alert not in the cache. Where the bytes are damaged, the
    /// error says so, and the next sync reads the alert anew, or the next import of its file.
    pub fn raw(&self, id: &AlertId) -> Result<Option<Vec<u8>>> {
        self.key(id).map_or(Ok(None), |key| self.body(key))
    }

    /// The same for an alert whose number in a snapshot is known: it need not be looked for, unless the cache was filled
    /// anew since.
    pub fn raw_at(&self, key: AlertKey, id: &AlertId) -> Result<Option<Vec<u8>>> {
        if self.table.table().get(key).is_some_and(|row| row.id() == *id) {
            return self.body(key);
        }
        self.raw(id)
    }

    fn body(&self, key: AlertKey) -> Result<Option<Vec<u8>>> {
        Ok(self.bytes(key, &mut Unpacked::default())?.map(|bytes| bytes.raw))
    }

    /// The same with the record of the file beside it, from one block.
    pub(super) fn bytes(&self, key: AlertKey, unpacked: &mut Unpacked) -> Result<Option<Bytes>> {
        let mut read = || -> Result<Option<Bytes>, Trouble> {
            let found = self
                .cache
                .conn
                .prepare_cached(
                    "SELECT block, start, length, source, content_hash FROM alert WHERE key = ?1",
                )?
                .query_row([key.0], |row| {
                    let (place, source) = (body::place(row, 0)?, row.get::<_, u32>(3)?);
                    Ok((place, source as usize, row.get::<_, i64>(4)?.cast_unsigned()))
                })
                .optional()?;
            let Some((place, source, hash)) = found else { return Ok(None) };
            let whole = body::Place { length: place.length + source, ..place };
            let (raw, source) = unpacked.bytes(&self.cache.conn, whole)?.split_at(place.length);
            // 0: damage was found before, here or in another body of the block, and this one is whole.
            if hash != 0 && hash != content_hash(raw) {
                return Err(Trouble::Damaged(format!("body of alert {}", key.0)));
            }
            Ok(Some(Bytes { raw: raw.to_vec(), source: source.to_vec() }))
        };
        read().map_err(|trouble| self.body_failed(key, trouble))
    }

    /// Why the bytes of an alert cannot be read, and what brings them again. They cost themselves only: the rest of the cache
    /// is as good as before.
    pub(super) fn body_failed(&self, key: AlertKey, trouble: Trouble) -> StoreError {
        if matches!(trouble, Trouble::Sql(_)) {
            return self.cache_read_failed(trouble);
        }
        if self.cache.writable {
            // Another content hash than the source's: the alerts of the block count as changed.
            let _ = self.cache.conn.execute(
                "UPDATE alert SET content_hash = 0 WHERE block = (SELECT block FROM alert WHERE key = ?1)",
                [key.0],
            );
        }
        let is_imported = self.table.table().get(key).is_some_and(|row| row.flags().is_imported());
        match self.cache.fail(trouble) {
            StoreError::DamagedCache { path, why } if is_imported => StoreError::DamagedImport { path, why },
            error => error,
        }
    }

    /// The items of the last listings that could not be read, the oldest first.
    pub fn quarantined(&self) -> Result<Vec<QuarantineRecord>> {
        let read = || -> rusqlite::Result<Vec<QuarantineRecord>> {
            self.cache
                .conn
                .prepare_cached(
                    "SELECT s.id, q.reason, q.alert, q.raw FROM quarantine q JOIN subscription s \
                     ON s.number = q.subscription ORDER BY q.id",
                )?
                .query_map([], |row| {
                    Ok(QuarantineRecord {
                        subscription: SubscriptionId::new(row.get_ref(0)?.as_str()?),
                        reason: SafeText::from(row.get::<_, String>(1)?),
                        id: row.get::<_, Option<String>>(2)?.map(AlertId::new),
                        raw: row.get(3)?,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.cache_read_failed(error))
    }
}
