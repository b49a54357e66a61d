//! The one writer of tables.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};

use super::chunk::{CHUNK, RowChunk, RowValues};
use super::dict::PackedFact;
use super::{Flags, LocalRecords, Table};
use crate::domain::by_hash::hash;
use crate::domain::tactic::TacticSet;
use crate::domain::{Alert, AlertId, AlertKey, SafeText, Severity, Status, SubscriptionId};

/// What the table keeps of one alert, before interning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowData {
    /// The full id.
    pub id: AlertId,
    /// The alert's time.
    pub time: Option<DateTime<Utc>>,
    /// The severity.
    pub severity: Severity,
    /// The status at the source.
    pub status: Status,
    /// Incident, sample, cloud, scan.
    pub flags: Flags,
    /// The tactics.
    pub tactics: TacticSet,
    /// The facts, the heads first.
    pub facts: Vec<crate::domain::fact::Fact>,
}

impl From<&Alert> for RowData {
    fn from(alert: &Alert) -> Self {
        Self {
            id: alert.id.clone(),
            time: alert.times.alert_time(),
            severity: alert.severity,
            status: alert.status,
            flags: Flags::new(alert.is_incident, alert.is_sample(), alert.cloud(), alert.scan()),
            tactics: alert.tactics,
            facts: alert.facts(),
        }
    }
}

/// One row as a cache stored it, under string codes of this table.
#[derive(Debug, Clone, Copy)]
pub struct StoredRow<'a> {
    /// The alert's number.
    pub key: AlertKey,
    /// Seconds since the epoch, 0 without a time.
    pub seconds: u32,
    /// The code of the severity.
    pub severity: u8,
    /// The code of the status at the source.
    pub status: u8,
    /// The packed flags.
    pub flags: Flags,
    /// The tactics.
    pub tactics: TacticSet,
    /// The string code of the id up to its last `/`.
    pub parent: u32,
    /// The id's last segment.
    pub name: &'a str,
}

/// A hash that already is one.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Builds and changes the table; [`Self::snapshot`] gives what readers see.
#[derive(Debug, Default)]
pub struct TableBuilder {
    table: Table,
    codes: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    /// Strings below this code are in `codes`; the rest, loaded but never looked up, follow with the first lookup.
    indexed: usize,
    /// Alerts changed by more than their status since the last snapshot.
    changed: bool,
}

impl TableBuilder {
    /// An empty table.
    pub fn new() -> Self {
        let mut builder = Self::default();
        builder.table.lineage = next_lineage();
        builder.intern("");
        builder
    }

    /// The code of a string, given one if it is new. New codes count up by one from [`Self::strings`], so that a cache
    /// can store exactly the new ones.
    pub fn intern(&mut self, text: &str) -> u32 {
        for code in self.indexed..self.strings() {
            if let Err(slot) = self.look_up(self.table.dict.text(code as u32)) {
                self.codes.insert(slot, code as u32);
            }
        }
        let code = self.look_up(text).unwrap_or_else(|slot| {
            let code = self.table.dict.push(text);
            self.codes.insert(slot, code);
            code
        });
        self.indexed = self.strings();
        code
    }

    /// The code of a string, or else the free slot for it.
    fn look_up(&self, text: &str) -> Result<u32, u64> {
        let mut slot = hash(text);
        while let Some(code) = self.codes.get(&slot) {
            if self.table.dict.text(*code) == text {
                return Ok(*code);
            }
            slot = slot.wrapping_add(1);
        }
        Err(slot)
    }

    /// Starts over without rows, strings and local records. The numbers of snapshots still grow.
    pub fn clear(&mut self) {
        let generation = self.table.generation;
        let subscriptions = Arc::clone(&self.table.subscriptions);
        let tenant = std::mem::take(&mut self.table.tenant);
        *self = Self::default();
        self.table.generation = generation;
        self.table.lineage = next_lineage();
        self.table.subscriptions = subscriptions;
        self.table.tenant = tenant;
    }

    /// Adds a string under the next code, as a cache stored it: every string exactly once, the empty one first.
    pub fn load_string(&mut self, text: &str) {
        self.table.dict.push(text);
    }

    /// Adds a row as a cache stored it. Keys must be added in growing order; the kinds of its strings come by
    /// [`Self::load_kinds`].
    pub fn load_row(&mut self, row: &StoredRow<'_>, facts: impl Iterator<Item = PackedFact>) {
        open_chunk(&mut self.table.chunks).load(row, facts);
        self.table.len += 1;
        self.changed = true;
    }

    /// The kinds under which each string occurs in the loaded rows, by code, as sets of [`FactKind::bit`](crate::domain::fact::FactKind::bit)s.
    pub fn load_kinds(&mut self, kinds: &[u32]) {
        for (code, kinds) in (0..).zip(kinds) {
            self.table.dict.add_kinds(code, *kinds);
        }
    }

    /// The number of strings interned so far.
    pub fn strings(&self) -> usize {
        self.table.dict.len()
    }

    /// The table as it stands, without making a snapshot.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Interns a row's facts and the parent path of its id.
    pub fn pack(&mut self, data: &RowData) -> (u32, Vec<PackedFact>) {
        let parent = self.intern(data.id.parent());
        let facts =
            data.facts.iter().map(|fact| PackedFact::new(fact.kind, self.intern(fact.value.raw()))).collect();
        (parent, facts)
    }

    /// Adds an alert, or replaces what is known of it. Keys must be added in growing order.
    pub fn upsert(&mut self, key: AlertKey, data: &RowData) {
        let (parent, facts) = self.pack(data);
        self.upsert_packed(key, data, parent, facts);
    }

    /// The same with facts that [`Self::pack`] gave or that were stored under codes of this table.
    pub fn upsert_packed(&mut self, key: AlertKey, data: &RowData, parent: u32, facts: Vec<PackedFact>) {
        let values = RowValues {
            key: key.0,
            time: data.time.map_or(0, |time| time.timestamp().clamp(0, i64::from(u32::MAX)) as u32),
            severity: data.severity as u8,
            status: data.status as u8,
            pending: 0,
            flags: data.flags.0,
            tactics: data.tactics.0,
            parent,
            name: data.id.name().to_owned(),
            facts,
        };
        for fact in &values.facts {
            self.table.dict.add_kinds(fact.code(), fact.kind().bit());
        }
        if let Some(row) = self.table.position(key) {
            let (chunk, at) = (row as usize / CHUNK, row as usize % CHUNK);
            self.changed |= !Arc::make_mut(&mut self.table.chunks[chunk]).replace(at, &values);
        } else {
            push(&mut self.table.chunks, &values);
            self.table.len += 1;
            self.changed = true;
        }
    }

    /// Removes alerts, in any order; unknown keys are ignored. Rebuilds the rows behind the first removed one.
    pub fn remove(&mut self, keys: &[AlertKey]) {
        let mut rows: Vec<u32> = keys.iter().filter_map(|key| self.table.position(*key)).collect();
        rows.sort_unstable();
        rows.dedup();
        let Some(first) = rows.first() else { return };
        self.changed = true;
        let kept = self.table.chunks.split_off(*first as usize / CHUNK);
        let base = self.table.chunks.len() * CHUNK;
        for (number, chunk) in kept.iter().enumerate() {
            for at in 0..chunk.len() {
                let row = (base + number * CHUNK + at) as u32;
                if rows.binary_search(&row).is_err() {
                    push(&mut self.table.chunks, &chunk.values(at));
                } else if chunk.pendings[at] != 0 {
                    self.table.pending -= 1;
                }
            }
        }
        self.table.len -= rows.len();
        self.table.lineage = next_lineage();
    }

    /// Sets the status at the source.
    pub fn set_remote_status(&mut self, key: AlertKey, status: Status) {
        if let Some((chunk, at)) = self.place(key) {
            chunk.statuses[at] = status as u8;
        }
    }

    /// Sets or clears the status an unsettled change asks for.
    pub fn set_pending(&mut self, key: AlertKey, pending: Option<Status>) {
        let Some((chunk, at)) = self.place(key) else { return };
        let code = pending.map_or(0, |status| status as u8 + 1);
        let before = std::mem::replace(&mut chunk.pendings[at], code);
        self.table.pending = self.table.pending + usize::from(code != 0) - usize::from(before != 0);
    }

    /// Marks an alert as gone from the source, or as back.
    pub fn set_gone(&mut self, key: AlertKey, gone: bool) {
        if let Some((chunk, at)) = self.place(key) {
            chunk.flags[at] = Flags(chunk.flags[at]).with_gone(gone).0;
        }
    }

    /// Replaces the names of the subscriptions.
    pub fn set_subscriptions(&mut self, subscriptions: Vec<(SubscriptionId, SafeText)>) {
        self.changed |= *self.table.subscriptions != subscriptions;
        self.table.subscriptions = Arc::new(subscriptions);
    }

    /// The tenant that the alerts are of from now on.
    pub fn set_tenant(&mut self, tenant: SafeText) {
        self.table.tenant = tenant;
    }

    /// Changes the local records.
    pub fn local_mut(&mut self) -> &mut LocalRecords {
        Arc::make_mut(&mut self.table.local)
    }

    /// An immutable copy of the table as it is now.
    pub fn snapshot(&mut self) -> Arc<Table> {
        self.table.generation += 1;
        if std::mem::take(&mut self.changed) {
            self.table.content = Arc::default();
        }
        Arc::new(self.table.clone())
    }

    /// The string of a code.
    pub fn text(&self, code: u32) -> &str {
        self.table.dict.text(code)
    }

    /// The strings from a code on: what a cache has yet to store.
    pub fn strings_from(&self, code: usize) -> impl Iterator<Item = (u32, &str)> {
        (code..self.strings()).map(|code| (code as u32, self.table.dict.text(code as u32)))
    }

    fn place(&mut self, key: AlertKey) -> Option<(&mut RowChunk, usize)> {
        let row = self.table.position(key)? as usize;
        Some((Arc::make_mut(&mut self.table.chunks[row / CHUNK]), row % CHUNK))
    }
}

/// A number for tables that only grow: another one after each removal, and of each builder.
fn next_lineage() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

fn push(chunks: &mut Vec<Arc<RowChunk>>, values: &RowValues) {
    open_chunk(chunks).push(values);
}

/// The last chunk, or a new one behind a full one.
fn open_chunk(chunks: &mut Vec<Arc<RowChunk>>) -> &mut RowChunk {
    if chunks.last().is_none_or(|last| last.len() == CHUNK) {
        let next = chunks.last().map_or_else(RowChunk::default, |full| full.another());
        chunks.push(Arc::new(next));
    }
    let last = chunks.len() - 1;
    Arc::make_mut(&mut chunks[last])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, builder};

    #[test]
    fn a_table_has_all_of_those_before_it_until_one_is_removed() {
        let mut builder = builder(&[Sample::new("a"), Sample::new("b")]);
        let first = builder.snapshot();
        builder.set_gone(AlertKey(1), true);
        let second = builder.snapshot();
        builder.remove(&[AlertKey(9)]);
        assert!(second.has_all_of(&first) && builder.snapshot().has_all_of(&first), "nothing was removed");
        builder.remove(&[AlertKey(2)]);
        let third = builder.snapshot();
        assert!(third.has_all_of(&third) && !third.has_all_of(&second));
        builder.clear();
        assert!(!builder.snapshot().has_all_of(&third));
        assert!(!TableBuilder::new().snapshot().has_all_of(&TableBuilder::new().snapshot()));
    }
}
