//! Rows in columns, a few thousand to a chunk.

use std::sync::Arc;

use super::builder::StoredRow;
use super::dict::PackedFact;

/// Rows per chunk.
pub(super) const CHUNK: usize = 4096;

#[derive(Debug, Clone, Default)]
pub(super) struct RowChunk {
    pub(super) keys: Vec<u32>,
    pub(super) times: Vec<u32>,
    pub(super) severities: Vec<u8>,
    pub(super) statuses: Vec<u8>,
    /// 0 without a pending change, else its status code + 1.
    pub(super) pendings: Vec<u8>,
    pub(super) flags: Vec<u8>,
    pub(super) tactics: Vec<u32>,
    pub(super) parents: Vec<u32>,
    names: String,
    name_ends: Vec<u32>,
    /// Shared by snapshots between which no fact of the chunk changed.
    facts: Arc<Vec<PackedFact>>,
    fact_ends: Vec<u32>,
}

/// One row's values, interned.
#[derive(Debug, Clone, Default)]
pub(super) struct RowValues {
    pub(super) key: u32,
    pub(super) time: u32,
    pub(super) severity: u8,
    pub(super) status: u8,
    pub(super) pending: u8,
    pub(super) flags: u8,
    pub(super) tactics: u32,
    pub(super) parent: u32,
    pub(super) name: String,
    pub(super) facts: Vec<PackedFact>,
}

impl RowChunk {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // six columns of 4 bytes (key, time, tactics, parent, two ends) and four of 1 byte
        self.keys.capacity() * (6 * 4 + 4) + self.names.capacity() + self.facts.capacity() * 4
    }

    pub(super) fn name(&self, at: usize) -> &str {
        let (start, end) = span(&self.name_ends, at);
        self.names.get(start..end).unwrap_or_default()
    }

    pub(super) fn facts(&self, at: usize) -> &[PackedFact] {
        let (start, end) = span(&self.fact_ends, at);
        self.facts.get(start..end).unwrap_or_default()
    }

    pub(super) fn push(&mut self, row: &RowValues) {
        self.keys.push(row.key);
        self.times.push(row.time);
        self.severities.push(row.severity);
        self.statuses.push(row.status);
        self.pendings.push(row.pending);
        self.flags.push(row.flags);
        self.tactics.push(row.tactics);
        self.parents.push(row.parent);
        self.names.push_str(&row.name);
        self.name_ends.push(self.names.len() as u32);
        Arc::make_mut(&mut self.facts).extend_from_slice(&row.facts);
        self.fact_ends.push(self.facts.len() as u32);
    }

    /// Adds a row as a cache stored it.
    pub(super) fn load(&mut self, row: &StoredRow<'_>, facts: impl Iterator<Item = PackedFact>) {
        self.keys.push(row.key.0);
        self.times.push(row.seconds);
        self.severities.push(row.severity);
        self.statuses.push(row.status);
        self.pendings.push(0);
        self.flags.push(row.flags.0);
        self.tactics.push(row.tactics.0);
        self.parents.push(row.parent);
        self.names.push_str(row.name);
        self.name_ends.push(self.names.len() as u32);
        Arc::make_mut(&mut self.facts).extend(facts);
        self.fact_ends.push(self.facts.len() as u32);
    }

    /// An empty chunk with the room that this full one came to need, so that filling it moves nothing.
    pub(super) fn another(&self) -> Self {
        Self {
            keys: Vec::with_capacity(CHUNK),
            times: Vec::with_capacity(CHUNK),
            severities: Vec::with_capacity(CHUNK),
            statuses: Vec::with_capacity(CHUNK),
            pendings: Vec::with_capacity(CHUNK),
            flags: Vec::with_capacity(CHUNK),
            tactics: Vec::with_capacity(CHUNK),
            parents: Vec::with_capacity(CHUNK),
            names: String::with_capacity(self.names.len() + self.names.len() / 16),
            name_ends: Vec::with_capacity(CHUNK),
            facts: Arc::new(Vec::with_capacity(self.facts.len() + self.facts.len() / 16)),
            fact_ends: Vec::with_capacity(CHUNK),
        }
    }

    /// Replaces a row in place; its key and name stay. True when its time, severity and facts are as they were.
    pub(super) fn replace(&mut self, at: usize, row: &RowValues) -> bool {
        let same = self.times[at] == row.time && self.severities[at] == row.severity;
        self.times[at] = row.time;
        self.severities[at] = row.severity;
        self.statuses[at] = row.status;
        self.flags[at] = row.flags;
        self.tactics[at] = row.tactics;
        self.parents[at] = row.parent;
        let (start, end) = span(&self.fact_ends, at);
        if self.facts[start..end] == row.facts[..] {
            return same;
        }
        Arc::make_mut(&mut self.facts).splice(start..end, row.facts.iter().copied());
        for later in &mut self.fact_ends[at..] {
            *later = (*later as usize + row.facts.len() - (end - start)) as u32;
        }
        false
    }

    pub(super) fn values(&self, at: usize) -> RowValues {
        RowValues {
            key: self.keys[at],
            time: self.times[at],
            severity: self.severities[at],
            status: self.statuses[at],
            pending: self.pendings[at],
            flags: self.flags[at],
            tactics: self.tactics[at],
            parent: self.parents[at],
            name: self.name(at).to_owned(),
            facts: self.facts(at).to_vec(),
        }
    }
}

fn span(ends: &[u32], at: usize) -> (usize, usize) {
    let start = if at == 0 { 0 } else { ends.get(at - 1).map_or(0, |end| *end as usize) };
    (start, ends.get(at).map_or(start, |end| *end as usize))
}
