//! The compact in-memory table of all alerts.
//!
//! A [`Table`] is an immutable snapshot, cheap to clone: rows and strings live in shared chunks, and a change copies
//! only the chunks it touches. The one [`TableBuilder`] (the store's) makes snapshots; the screen, the query worker and
//! the headless commands read them.
//!
//! A row holds times and codes, the alert's name, and its facts as packed interned codes ([`PackedFact`]); there is no
//! `String` per row. Row numbers are positions in *one* snapshot: what outlives a snapshot is the [`AlertKey`].

mod builder;
mod chunk;
mod dict;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use builder::{RowData, StoredRow, TableBuilder};
use chunk::{CHUNK, RowChunk};
pub use dict::{Block, Dict, PackedFact};

use crate::domain::alert::Scan;
use crate::domain::fact::FactKind;
use crate::domain::resource::Cloud;
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertId, AlertKey, SafeStr, SafeText, Severity, Status, SubscriptionId};

/// What is kept of an alert in the journal only, for filters and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalRecord {
    /// Who took it; `None` when nobody did.
    pub assigned: Option<SafeText>,
    /// Who last changed its status with quell.
    pub changed_by: Option<SafeText>,
    /// True when judged useful, false when not; none without feedback.
    pub useful: Option<bool>,
    /// Notes, newest last, joined by newlines.
    pub notes: SafeText,
}

/// Local records by alert; few alerts have one.
pub type LocalRecords = HashMap<AlertKey, LocalRecord>;

/// Small facts of a row in one byte: incident, sample, gone, cloud, scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    const INCIDENT: u8 = 1;
    const SAMPLE: u8 = 2;
    const GONE: u8 = 4;
    const IMPORTED: u8 = 128;

    /// Packs the flags of an alert.
    pub fn new(incident: bool, sample: bool, cloud: Cloud, scan: Scan) -> Self {
        Self(u8::from(incident) | u8::from(sample) << 1 | (cloud as u8) << 3 | (scan as u8) << 5)
    }

    /// A security incident.
    pub fn is_incident(self) -> bool {
        self.0 & Self::INCIDENT != 0
    }

    /// One of Defender's sample alerts.
    pub fn is_sample(self) -> bool {
        self.0 & Self::SAMPLE != 0
    }

    /// The source no longer has it (404 on an action); it stays, greyed, until a complete sync removes it.
    pub fn is_gone(self) -> bool {
        self.0 & Self::GONE != 0
    }

    /// The same flags with *gone* set or cleared.
    #[must_use]
    pub fn with_gone(self, gone: bool) -> Self {
        Self(if gone { self.0 | Self::GONE } else { self.0 & !Self::GONE })
    }

    /// It comes from a file, and no source has listed it: a sync does not remove it.
    pub fn is_imported(self) -> bool {
        self.0 & Self::IMPORTED != 0
    }

    /// The same flags of an alert that comes from a file.
    #[must_use]
    pub fn imported(self) -> Self {
        Self(self.0 | Self::IMPORTED)
    }

    /// The cloud of the affected resource.
    pub fn cloud(self) -> Cloud {
        Cloud::ALL[usize::from(self.0 >> 3 & 3)]
    }

    /// Agent or agentless.
    pub fn scan(self) -> Scan {
        match self.0 >> 5 & 3 {
            1 => Scan::Agent,
            2 => Scan::Agentless,
            _ => Scan::Unknown,
        }
    }
}

/// An immutable snapshot of all alerts.
#[derive(Debug, Clone, Default)]
pub struct Table {
    chunks: Vec<Arc<RowChunk>>,
    len: usize,
    dict: Dict,
    subscriptions: Arc<Vec<(SubscriptionId, SafeText)>>,
    tenant: SafeText,
    local: Arc<LocalRecords>,
    pending: usize,
    generation: u64,
    /// Another one with each change of an alert that is more than its status.
    content: Arc<()>,
    lineage: u64,
}

/// Two snapshots are equal when they are the same snapshot.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation && self.len == other.len
    }
}

impl Table {
    /// The number of alerts.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without any alert.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the snapshot: grows with each one a builder makes.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// True when every alert of another snapshot, an older one or this one, is in this one too.
    pub fn has_all_of(&self, older: &Self) -> bool {
        self.lineage == older.lineage
    }

    /// What tells whether another snapshot has the same alerts with the same facts, times and severities; statuses and
    /// notes may differ.
    pub fn content_mark(&self) -> ContentMark {
        ContentMark(Arc::clone(&self.content))
    }

    /// How many alerts have a change in the outbox that is not settled.
    pub fn pending_count(&self) -> usize {
        self.pending
    }

    /// The row at a position below [`Self::len`]; none beyond.
    pub fn row(&self, row: u32) -> Option<Row<'_>> {
        let (chunk, at) = (row as usize / CHUNK, row as usize % CHUNK);
        let chunk = self.chunks.get(chunk)?;
        (at < chunk.len()).then_some(Row { table: self, chunk, at })
    }

    /// Every row with its position, in position order.
    pub fn rows(&self) -> impl Iterator<Item = (u32, Row<'_>)> {
        #[cfg(test)]
        WALKS.set(WALKS.get() + 1);
        self.chunks.iter().enumerate().flat_map(move |(number, chunk)| {
            (0..chunk.len()).map(move |at| ((number * CHUNK + at) as u32, Row { table: self, chunk, at }))
        })
    }

    /// The position of an alert in this snapshot.
    pub fn position(&self, key: AlertKey) -> Option<u32> {
        let number = self.chunks.partition_point(|chunk| chunk.keys.last().is_some_and(|last| *last < key.0));
        let at = self.chunks.get(number)?.keys.binary_search(&key.0).ok()?;
        Some((number * CHUNK + at) as u32)
    }

    /// The row of an alert.
    pub fn get(&self, key: AlertKey) -> Option<Row<'_>> {
        self.position(key).and_then(|row| self.row(row))
    }

    /// Looks an alert up by its full id, in any letter case. Linear in the table's size.
    pub fn find(&self, id: &AlertId) -> Option<Row<'_>> {
        self.named(id.name()).into_iter().find(|row| row.id() == *id)
    }

    /// Every alert with a name, compared without regard to ASCII case. Linear in the table's size.
    pub fn named(&self, name: &str) -> Vec<Row<'_>> {
        self.rows().map(|(_, row)| row).filter(|row| row.name().eq_ignore_ascii_case(name)).collect()
    }

    /// The interned strings.
    pub fn dict(&self) -> &Dict {
        &self.dict
    }

    /// The subscriptions known by name.
    pub fn subscriptions(&self) -> &[(SubscriptionId, SafeText)] {
        &self.subscriptions
    }

    /// The tenant that was signed in to when the alerts were last synced, by its GUID; empty where that is not known.
    pub fn tenant(&self) -> &SafeText {
        &self.tenant
    }

    /// The display name of a subscription; its GUID where the name is not known.
    pub fn subscription_name<'a>(&'a self, id: &'a str) -> SafeStr<'a> {
        let known = self.subscriptions.iter().find(|(known, _)| known.as_str() == id);
        known.map_or(SafeStr(id), |(_, name)| name.as_safe())
    }

    /// Roughly how many bytes the rows and strings take; for `doctor`.
    pub fn heap_bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.heap_bytes()).sum::<usize>() + self.dict.heap_bytes()
    }

    /// The local records.
    pub fn local(&self) -> &LocalRecords {
        #[cfg(test)]
        LISTED.set(LISTED.get() + 1);
        &self.local
    }
}

/// The content of a snapshot, by identity: that of no other table is ever taken for it.
#[derive(Debug, Clone)]
pub struct ContentMark(Arc<()>);

impl ContentMark {
    /// True when a snapshot has exactly the content that was marked.
    pub fn holds(&self, table: &Table) -> bool {
        Arc::ptr_eq(&self.0, &table.content)
    }
}

/// One alert of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    chunk: &'a RowChunk,
    at: usize,
}

impl<'a> Row<'a> {
    /// The cache's number for the alert.
    pub fn key(&self) -> AlertKey {
        AlertKey(self.chunk.keys[self.at])
    }

    /// Seconds since the epoch, 0 when the source gave no time.
    pub fn seconds(&self) -> u32 {
        self.chunk.times[self.at]
    }

    /// The alert's time; none when the source gave none.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        match self.seconds() {
            0 => None,
            seconds => DateTime::from_timestamp(i64::from(seconds), 0),
        }
    }

    /// The severity.
    pub fn severity(&self) -> Severity {
        Severity::from_code(self.chunk.severities[self.at])
    }

    /// The severity as people read it: the source's own word where it is not a documented one.
    pub fn severity_label(&self) -> SafeStr<'a> {
        match self.severity() {
            Severity::Other => self.first(FactKind::SeverityText).unwrap_or(SafeStr("Other")),
            known => SafeStr(known.name()),
        }
    }

    /// The status shown: what a pending change asks for, else what the source has.
    pub fn status(&self) -> Status {
        self.pending().unwrap_or_else(|| self.remote_status())
    }

    /// The status as the source had it when last read.
    pub fn remote_status(&self) -> Status {
        Status::from_code(self.chunk.statuses[self.at])
    }

    /// The status shown, in the API's spelling; the source's own word where it is not a documented one.
    pub fn status_label(&self) -> SafeStr<'a> {
        self.pending().map_or_else(|| self.remote_status_label(), |status| SafeStr(status.api_name()))
    }

    /// The status at the source, in the API's spelling or the source's own word.
    pub fn remote_status_label(&self) -> SafeStr<'a> {
        match self.remote_status() {
            Status::Other => self.first(FactKind::StatusText).unwrap_or(SafeStr("Other")),
            known => SafeStr(known.api_name()),
        }
    }

    /// The status that an unsettled change asks for.
    pub fn pending(&self) -> Option<Status> {
        match self.chunk.pendings[self.at] {
            0 => None,
            code => Some(Status::from_code(code - 1)),
        }
    }

    /// Incident, sample, gone, cloud, scan.
    pub fn flags(&self) -> Flags {
        Flags(self.chunk.flags[self.at])
    }

    /// The tactics.
    pub fn tactics(&self) -> TacticSet {
        TacticSet(self.chunk.tactics[self.at])
    }

    /// The name: the last segment of the id.
    pub fn name(&self) -> &'a str {
        self.chunk.name(self.at)
    }

    /// The id up to and including the last `/`.
    pub fn parent(&self) -> &'a str {
        self.table.dict.text(self.chunk.parents[self.at])
    }

    /// The full id.
    pub fn id(&self) -> AlertId {
        AlertId::new(format!("{}{}", self.parent(), self.name()))
    }

    /// The string code of the id up to its last `/`.
    pub fn parent_code(&self) -> u32 {
        self.chunk.parents[self.at]
    }

    /// Packed facts: the heads first.
    pub fn facts(&self) -> &'a [PackedFact] {
        self.chunk.facts(self.at)
    }

    /// The title.
    pub fn title(&self) -> SafeStr<'a> {
        self.head(FactKind::Title)
    }

    /// The alert type's code.
    pub fn alert_type(&self) -> SafeStr<'a> {
        self.head(FactKind::Type)
    }

    /// The name of the affected resource.
    pub fn resource(&self) -> SafeStr<'a> {
        self.head(FactKind::Resource)
    }

    /// Its resource group, or empty.
    pub fn group(&self) -> SafeStr<'a> {
        self.head(FactKind::Group)
    }

    /// The subscription's GUID.
    pub fn subscription(&self) -> SafeStr<'a> {
        self.head(FactKind::Subscription)
    }

    /// The string code of a head, for grouping and sorting by it.
    pub fn head_code(&self, kind: FactKind) -> u32 {
        self.facts().get(kind as usize).map_or(0, |fact| fact.code())
    }

    /// What the journal keeps of it.
    pub fn local(&self) -> Option<&'a LocalRecord> {
        if self.table.local.is_empty() { None } else { self.table.local.get(&self.key()) }
    }

    /// The first fact of a kind.
    pub fn first(&self, kind: FactKind) -> Option<SafeStr<'a>> {
        let fact = self.facts().iter().find(|fact| fact.kind() == kind)?;
        Some(SafeStr(self.table.dict.text(fact.code())))
    }

    fn head(&self, kind: FactKind) -> SafeStr<'a> {
        SafeStr(self.table.dict.text(self.head_code(kind)))
    }
}

#[cfg(test)]
thread_local! {
    /// How often [`Table::rows`] was asked for: neither a key nor a frame may.
    pub(crate) static WALKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };

    /// How often all alerts of a list, or all local records, were: a frame may not, and few keys.
    pub(crate) static LISTED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests;
