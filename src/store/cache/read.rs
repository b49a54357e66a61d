//! Reading single alerts and what was set aside.

use rusqlite::OptionalExtension;

use super::{Known, QuarantineRecord, body};
use crate::domain::{AlertId, AlertKey, SafeText, SubscriptionId};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, find};

impl Store {
    /// The cache's number for an alert; none when it is not in the cache.
    pub fn key(&self, id: &AlertId) -> Result<Option<AlertKey>> {
        let found = find(&self.cache.conn, &self.table, id).map_err(|error| self.cache.fail(error))?;
        Ok(found.map(|found| found.key))
    }

    /// What is known of each alert; none for those not in the cache.
    pub fn known(&self, ids: &[AlertId]) -> Result<Vec<Option<Known>>> {
        ids.iter()
            .map(|id| {
                let found =
                    find(&self.cache.conn, &self.table, id).map_err(|error| self.cache.fail(error))?;
                let row = found.and_then(|found| Some((found, self.table.table().get(found.key)?)));
                Ok(row.map(|(found, row)| Known {
                    key: found.key,
                    status: row.remote_status(),
                    content_hash: found.content_hash,
                }))
            })
            .collect()
    }

    /// An alert's JSON, byte for byte as last received; none for an alert not in the cache. Where the bytes are damaged, the
    /// error says so, and the next sync reads the alert anew.
    pub fn raw(&self, id: &AlertId) -> Result<Option<Vec<u8>>> {
        let Some(key) = self.key(id)? else { return Ok(None) };
        let read = || -> Result<Option<Vec<u8>>, Trouble> {
            let place = self
                .cache
                .conn
                .prepare_cached("SELECT block, start, length FROM alert WHERE key = ?1")?
                .query_row([key.0], |row| body::place(row, 0))
                .optional()?;
            place.map(|place| body::read(&self.cache.conn, place)).transpose()
        };
        match read() {
            Ok(found) => Ok(found),
            Err(trouble) => {
                let error = self.cache.fail(trouble);
                if self.cache.writable {
                    // Another content hash than the source's: the alert counts as changed.
                    let _ = self.cache.conn.execute(
                        "UPDATE alert SET content_hash = 0 WHERE block = (SELECT block FROM alert WHERE key = ?1)",
                        [key.0],
                    );
                }
                Err(error)
            }
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
        read().map_err(|error| self.cache.fail(error))
    }
}
