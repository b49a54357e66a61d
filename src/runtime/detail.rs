//! Loads one alert in full: its JSON from the cache, parsed; its history; who else mentions its entities.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::message::{Detail, Mention};
use crate::azure;
use crate::domain::entity::EntityKind;
use crate::domain::fact::{FactKind, clip};
use crate::domain::filter::sharing::spelling;
use crate::domain::incident::{self, Families};
use crate::domain::mentions::{self, KINDS, MentionCounts};
use crate::domain::record::AlertRecord;
use crate::domain::scan::Scanned;
use crate::domain::table::{PackedFact, Table};
use crate::domain::{Alert, AlertKey, SafeText};
use crate::store::StoreHandle;

/// Loads an alert. Without an index of the snapshot, its rows are walked. The error says why it cannot be shown.
pub async fn load(
    store: &StoreHandle,
    table: Arc<Table>,
    key: AlertKey,
    index: Option<Arc<Index>>,
) -> Result<Arc<Detail>, SafeText> {
    let Some(id) = table.get(key).map(|row| row.id()) else {
        return Err("the alert is no longer in the cache".into());
    };
    let asked = id.clone();
    let (raw, past) = store
        .call(move |store| (store.raw_at(key, &asked), store.past(&asked)))
        .await
        .map_err(|error| SafeText::from(error.to_string()))?;
    let raw = raw.map_err(|error| SafeText::from(error.to_string()))?;
    let past = past.map_err(|error| SafeText::from(error.to_string()))?;
    let record = AlertRecord::of(&past);
    let Some(raw) = raw else {
        return Err("the cache holds no body for this alert; a sync fetches it".into());
    };
    let work = tokio::task::spawn_blocking(move || {
        let raw: Arc<str> = String::from_utf8_lossy(&raw).into();
        let alert = azure::parse_alert(&raw).map_err(|error| SafeText::from(error.to_string()))?;
        let mentions = mentions(&alert, key, &table, index.as_deref().map(|index| &index.mentions));
        let families = match &index {
            Some(index) => index.families.of(&table, key),
            None => incident::families(&table, key),
        };
        let twins = index.as_deref().and_then(|index| index.scanned.twins(&table, key));
        Ok(Arc::new(Detail { key, alert, raw, mentions, families, twins, past, record }))
    });
    work.await.unwrap_or_else(|_| Err("the alert could not be read".into()))
}

/// What stands around each alert of a snapshot, to be looked up.
#[derive(Debug)]
pub struct Index {
    mentions: MentionCounts,
    families: Families,
    scanned: Scanned,
}

impl Index {
    /// Looks through a snapshot.
    pub fn new(table: &Table) -> Self {
        Self {
            mentions: MentionCounts::new(table),
            families: Families::new(table),
            scanned: Scanned::new(table),
        }
    }

    fn holds(&self, table: &Table) -> bool {
        self.mentions.hold(table)
    }
}

/// The index, kept for the snapshot that is shown.
#[derive(Debug, Clone, Default)]
pub struct Indexing(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    index: Option<Arc<Index>>,
    busy: bool,
}

impl Indexing {
    fn with<R>(&self, use_it: impl FnOnce(&mut Kept) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The index of a snapshot, if it is there.
    pub fn of(&self, table: &Table) -> Option<Arc<Index>> {
        self.with(|kept| kept.index.clone()).filter(|index| index.holds(table))
    }

    /// Makes a snapshot's index in the background, unless that is done or another one is being made.
    pub fn prepare(&self, table: &Arc<Table>) {
        if self.of(table).is_some() {
            return;
        }
        let Some(making) = self.begin() else { return };
        let table = Arc::clone(table);
        tokio::task::spawn_blocking(move || {
            let made = Arc::new(Index::new(&table));
            making.0.with(|kept| kept.index = Some(made));
        });
    }

    /// The leave to make one; none while another one has it.
    fn begin(&self) -> Option<Making> {
        let taken = self.with(|kept| std::mem::replace(&mut kept.busy, true));
        (!taken).then(|| Making(self.clone()))
    }
}

/// The leave to make an index, given back when it is dropped: also by a panic.
#[derive(Debug)]
struct Making(Indexing);

impl Drop for Making {
    fn drop(&mut self) {
        self.0.with(|kept| kept.busy = false);
    }
}

/// The entities of an alert, each thing once, with how many other alerts mention it.
fn mentions(alert: &Alert, key: AlertKey, table: &Table, counts: Option<&MentionCounts>) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut seen = HashSet::new();
    for at in 0..alert.entities.nodes.len() {
        let node = &alert.entities.nodes[at];
        let Some((kind, value)) = alert.entities.identity(at) else { continue };
        let kind = if kind == FactKind::Entity { FactKind::Named } else { kind };
        let mention = Mention { kind, value, label: node.kind_label(), alerts: 0, resources: 0 };
        let is_thing = KINDS.contains(&kind) && node.kind != EntityKind::SecurityAlert;
        if is_thing && seen.insert((kind, spelling(kind, mention.fact().raw()))) {
            mentions.push(mention);
        }
    }
    mentions.sort_by_key(|mention| KINDS.iter().position(|kind| *kind == mention.kind));
    count(&mut mentions, key, table, counts);
    mentions
}

/// Counts by the codes that the alert's own row has for its values.
fn count(mentions: &mut [Mention], key: AlertKey, table: &Table, counts: Option<&MentionCounts>) {
    let Some(own) = table.get(key) else { return };
    let mut wanted = Vec::new();
    for fact in own.facts().iter().filter(|fact| KINDS.contains(&fact.kind())) {
        let text = table.dict().text(fact.code());
        if let Some(at) = mentions.iter().position(|m| m.kind == fact.kind() && clip(m.fact().raw()) == text)
        {
            wanted.push((at, *fact));
        }
    }
    let facts: Vec<PackedFact> = wanted.iter().map(|(_, fact)| *fact).collect();
    let found = match counts {
        Some(counts) => facts.iter().map(|fact| counts.of(*fact)).collect(),
        None => mentions::count(table, &facts),
    };
    for ((at, _), found) in wanted.into_iter().zip(found) {
        // The alert itself is not another one.
        mentions[at].alerts = (found.alerts as usize).saturating_sub(1);
        mentions[at].resources = found.resources as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_whose_making_panics_lets_the_next_one_begin() {
        let indexing = Indexing::default();
        let making = indexing.begin().unwrap();
        assert!(indexing.begin().is_none(), "one at a time");
        let failed = std::thread::spawn(move || {
            let _making = making;
            panic!("a bug in counting");
        });
        assert!(failed.join().is_err() && indexing.begin().is_some());
    }
}
