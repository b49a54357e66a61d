//! Alerts of files: beside those that a source lists, and left alone by its listings.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::body;
use super::put::{Putter, Restated, Written, remove, restate};
use super::subscriptions::number_of;
use super::walk::Parts;
use crate::domain::export::alert::with_status;
use crate::domain::table::RowData;
use crate::domain::{AlertId, AlertKey, Stated, Status, SubscriptionId};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

/// Alerts whose status is changed in one transaction.
const AT_ONCE: usize = 1_000;

/// An alert of a file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its row of the table.
    pub data: RowData,
    /// Its JSON in the shape of the alerts API.
    pub raw: Box<[u8]>,
    /// The record as it stood in the file; empty where that is the JSON.
    pub source: Box<[u8]>,
    /// What the record said that gave the status.
    pub stated: Stated,
}

impl Store {
    /// Writes alerts of a file in one transaction, and removes those that turned out to be others under an id of our own making.
    pub fn import(&mut self, alerts: &[Import], superseded: &[AlertKey]) -> Result<()> {
        let mut written: Vec<(Written, &RowData)> = Vec::with_capacity(alerts.len());
        self.write_cache(|conn, writing| {
            let mut putter = Putter::new(conn)?;
            for alert in alerts {
                let known = writing.key(&alert.data.id);
                let subscription = alert.data.id.subscription().unwrap_or(SubscriptionId::new(""));
                let number = number_of(conn, &subscription)?;
                written.push((putter.put_imported(writing, known, alert, number)?, &alert.data));
            }
            putter.finish(writing)?;
            remove(conn, superseded)
        })?;
        self.forget(superseded);
        self.show(written);
        Ok(())
    }

    /// The record of an alert as its source gave it: what stood in the file, or the JSON that was listed. Damaged bytes are an
    /// error as in [`Self::raw`].
    pub fn record_of(&self, id: &AlertId) -> Result<Option<Vec<u8>>> {
        let Some(key) = self.key(id) else { return Ok(None) };
        let source = self.source_bytes(key).map_err(|trouble| self.body_failed(key, trouble))?;
        if source.is_empty() { self.raw(id) } else { Ok(Some(source)) }
    }

    /// What the record said that gave an alert of a file its status; none where that was not kept.
    pub fn stated(&self, id: &AlertId) -> Result<Option<Stated>> {
        let Some(row) = self.key(id).and_then(|key| self.table.table().get(key)) else { return Ok(None) };
        let read = || {
            self.cache
                .conn
                .prepare_cached("SELECT stated, is_first FROM alert WHERE key = ?1 AND is_first IS NOT NULL")?
                .query_row([row.key().0], |kept| {
                    let generated = kept.get::<_, Option<i64>>(0)?.map(moment::read);
                    Ok(Stated { status: row.remote_status(), generated, is_first_report: kept.get(1)? })
                })
                .optional()
        };
        read().map_err(|error| self.cache_read_failed(error))
    }

    fn source_bytes(&self, key: AlertKey) -> Result<Vec<u8>, Trouble> {
        let found = self
            .cache
            .conn
            .prepare_cached("SELECT block, start + length, source FROM alert WHERE key = ?1 AND source > 0")?
            .query_row([key.0], |row| body::place(row, 0))
            .optional()?;
        found.map_or(Ok(Vec::new()), |place| body::read(&self.cache.conn, place))
    }

    /// Gives alerts of files another status: here, where nobody else has them. Where the bytes are damaged the row alone gets
    /// it: the decision holds, also when the file is imported again.
    pub(in crate::store) fn restate(&mut self, wanted: &[(AlertKey, Status)]) -> Result<()> {
        // In the user's order: of several decisions the last one holds. Written in the order of the rows, a few at a time: what
        // is in memory at once does not grow with the decision.
        let last: BTreeMap<AlertKey, Status> = wanted.iter().copied().collect();
        let keys: Vec<AlertKey> = last.keys().copied().collect();
        for chunk in keys.chunks(AT_ONCE) {
            let mut left = chunk.to_vec();
            while !left.is_empty() {
                let mut alerts = Vec::with_capacity(left.len());
                left = self.each_body(&left, |key, parts| {
                    if let Some(status) = last.get(&key).copied() {
                        alerts.push(Restated { key, status, bytes: restated(parts, status) });
                    }
                })?;
                self.write_cache(|conn, _| restate(conn, &alerts))?;
                for alert in &alerts {
                    self.table.set_remote_status(alert.key, alert.status);
                }
                self.stale = true;
            }
        }
        Ok(())
    }
}

/// The bytes of an alert with another status, and the length of the body; none where they are damaged.
fn restated([body, source]: Parts<'_>, status: Status) -> Option<(Vec<u8>, usize)> {
    let (body, source) = (body.filter(|body| !body.is_empty())?, source?);
    let changed = with_status(&String::from_utf8_lossy(body), status);
    let mut bytes = changed.map_or_else(|| body.to_vec(), String::into_bytes);
    let length = bytes.len();
    bytes.extend_from_slice(source);
    Some((bytes, length))
}
