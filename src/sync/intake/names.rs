//! Alerts by their names: a record without a location is known by it, and the other way round.

use std::collections::{BTreeSet, HashMap};

use crate::domain::by_hash::{ByHash, hash};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertId, AlertKey, SubscriptionId};
use crate::store::{Store, StoreError};

/// The alerts in the cache by their names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Ids that were put together.
    built: ByName,
    /// All others, read when the first record without a location comes.
    whole: Option<ByName>,
}

impl Names {
    /// Of the alerts in the cache.
    pub(super) fn of(table: &Table) -> Self {
        Self { built: ByName::of(built(table)), whole: None }
    }

    pub(super) fn add(&mut self, id: &AlertId) {
        let is_built = AlertId::is_placeless(id.parent());
        let index = if is_built { Some(&mut self.built) } else { self.whole.as_mut() };
        if let Some(index) = index {
            index.come.entry(id.name().to_ascii_lowercase()).or_default().push(id.clone());
        }
    }

    /// The alert under another id that this one is the same as: of several the one in its subscription. The superseded are none.
    pub(super) fn other(
        &mut self,
        store: &mut Store,
        id: &AlertId,
        superseded: &BTreeSet<AlertKey>,
    ) -> Option<AlertId> {
        let index = if AlertId::is_placeless(id.parent()) {
            self.whole.get_or_insert_with(|| {
                let table = store.snapshot();
                let rows = table.rows().map(|(_, row)| row);
                ByName::of(rows.filter(|row| !AlertId::is_placeless(row.parent())))
            })
        } else {
            &self.built
        };
        let alike = index.alike(store, id.name(), superseded);
        let own = alike.iter().find(|other| other.subscription() == id.subscription());
        own.or_else(|| alike.iter().find(|other| may_share(id, other))).cloned()
    }

    pub(super) fn forget(&mut self, id: &AlertId) {
        if let Some(alike) = self.built.come.get_mut(&id.name().to_ascii_lowercase()) {
            alike.retain(|other| other != id);
        }
    }
}

/// The alerts under some ids. A cache may have a million: of these only the numbers are kept.
#[derive(Debug, Default)]
struct ByName {
    /// Those that the cache had at first, by the hash of their folded names.
    cached: ByHash,
    /// Those that came since, by these names.
    come: HashMap<String, Vec<AlertId>>,
}

impl ByName {
    fn of<'t>(rows: impl Iterator<Item = Row<'t>>) -> Self {
        let mut name = String::new();
        let cached = rows.map(|row| {
            fold(row.name(), &mut name);
            (hash(name.as_str()), row.key())
        });
        Self { cached: cached.collect(), come: HashMap::new() }
    }

    /// Those with a name. Of the cached ones those that are still there.
    fn alike(&self, store: &mut Store, name: &str, superseded: &BTreeSet<AlertKey>) -> Vec<AlertId> {
        let folded = name.to_ascii_lowercase();
        let cached = self.cached.under(hash(folded.as_str())).filter(|key| !superseded.contains(key));
        let mut cached = cached.peekable();
        let mut alike = Vec::new();
        if cached.peek().is_some() {
            let table = store.snapshot();
            let rows = cached.filter_map(|key| table.get(key));
            alike.extend(rows.filter(|row| row.name().eq_ignore_ascii_case(name)).map(|row| row.id()));
        }
        alike.extend(self.come.get(&folded).into_iter().flatten().cloned());
        alike
    }
}

fn fold(name: &str, into: &mut String) {
    into.clear();
    into.push_str(name);
    into.make_ascii_lowercase();
}

/// The alerts of files under ids that were put together.
fn built(table: &Table) -> impl Iterator<Item = Row<'_>> {
    let rows = table.rows().map(|(_, row)| row);
    rows.filter(|row| row.flags().is_imported() && AlertId::is_placeless(row.parent()))
}

/// Names are unique in a subscription, and those with a GUID everywhere; a record may know of no subscription, or only of
/// that of its workspace.
fn may_share(one: &AlertId, other: &AlertId) -> bool {
    let [a, b] = [one, other].map(AlertId::subscription);
    let unknown = |id: &Option<SubscriptionId>| id.as_ref().is_none_or(|id| id.as_str() == AlertId::NOWHERE);
    a == b || unknown(&a) || unknown(&b) || is_unique(one.name())
}

/// A date as a number, `_` and a GUID: the names of the alerts API.
fn is_unique(name: &str) -> bool {
    let Some((date, guid)) = name.split_once('_') else { return false };
    let parts = guid.split('-').map(|part| {
        let is_hex = part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { part.len() } else { 0 }
    });
    date.len() >= 15 && date.bytes().all(|byte| byte.is_ascii_digit()) && parts.eq([8, 4, 4, 4, 12])
}

/// Alerts of files under ids that were put together become those that a source lists under their true ids. Asked when a
/// listing is complete.
pub(in crate::sync) fn join_listed(store: &mut Store) -> Result<(), StoreError> {
    let table = store.snapshot();
    let mut built: HashMap<String, Vec<(AlertKey, AlertId)>> = HashMap::new();
    for row in self::built(&table) {
        built.entry(row.name().to_ascii_lowercase()).or_default().push((row.key(), row.id()));
    }
    if built.is_empty() {
        return Ok(());
    }
    let (mut superseded, mut name) = (Vec::new(), String::new());
    for (_, row) in table.rows().filter(|(_, row)| !row.flags().is_imported()) {
        fold(row.name(), &mut name);
        let Some(alike) = built.get_mut(&name) else { continue };
        let to = row.id();
        let (same, others): (Vec<_>, Vec<_>) =
            std::mem::take(alike).into_iter().partition(|(_, from)| may_share(from, &to));
        *alike = others;
        for (key, from) in same {
            // The record first: a crash before the row goes only means that this is done again.
            store.rename(&from, &to)?;
            superseded.push(key);
        }
    }
    if superseded.is_empty() { Ok(()) } else { store.import(&[], &superseded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_guid_is_unique_everywhere() {
        let id = |subscription: &str, name: &str| {
            AlertId::new(format!("/subscriptions/{subscription}/locations/unknown/alerts/{name}"))
        };
        let guid = "2517245599999999999_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c58";
        for (one, other, name, share) in [
            ("s", "S", "n", true),
            ("s", "t", "n", false),
            ("s", AlertId::NOWHERE, "n", true),
            ("s", "t", guid, true),
            ("s", "t", "2517245599999999999_3d0c8a4e", false),
            ("s", "t", "1_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c58", false),
            ("s", "t", "2517245599999999999_3d0c8a4e-71b5-4c0e-8d3f-6a9b1e2f4c5x", false),
        ] {
            assert_eq!(may_share(&id(one, name), &id(other, name)), share, "{one} {other} {name}");
        }
    }
}
