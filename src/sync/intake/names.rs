//! Alerts by their names: a record without a location is known by it, and the other way round.

use std::collections::HashMap;

use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey, SubscriptionId};
use crate::store::{Store, StoreError};

/// The location in ids that were put together from a record without one.
const BUILT: &str = "/locations/unknown/alerts/";

/// The alerts in the cache by their names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Ids that were put together.
    built: HashMap<String, Vec<AlertId>>,
    /// All others, read when the first record without a location comes.
    whole: Option<HashMap<String, Vec<AlertId>>>,
}

impl Names {
    /// Of the alerts in the cache.
    pub(super) fn of(table: &Table) -> Self {
        let mut names = Self::default();
        for (_, row) in table.rows().filter(|(_, row)| is_built(row.parent())) {
            names.add(&row.id());
        }
        names
    }

    pub(super) fn add(&mut self, id: &AlertId) {
        let index = if is_built(id.parent()) { Some(&mut self.built) } else { self.whole.as_mut() };
        if let Some(index) = index {
            index.entry(id.name().to_ascii_lowercase()).or_default().push(id.clone());
        }
    }

    /// The alert under another id that this one is the same as: of several the one in its subscription.
    pub(super) fn other(&mut self, store: &mut Store, id: &AlertId) -> Option<AlertId> {
        let index = if is_built(id.parent()) {
            self.whole.get_or_insert_with(|| {
                let mut whole: HashMap<String, Vec<AlertId>> = HashMap::new();
                for (_, row) in store.snapshot().rows().filter(|(_, row)| !is_built(row.parent())) {
                    whole.entry(row.name().to_ascii_lowercase()).or_default().push(row.id());
                }
                whole
            })
        } else {
            &self.built
        };
        let alike = index.get(&id.name().to_ascii_lowercase())?;
        let own = alike.iter().find(|other| other.subscription() == id.subscription());
        own.or_else(|| alike.iter().find(|other| may_share(id, other))).cloned()
    }

    pub(super) fn forget(&mut self, id: &AlertId) {
        if let Some(alike) = self.built.get_mut(&id.name().to_ascii_lowercase()) {
            alike.retain(|other| other != id);
        }
    }
}

pub(super) fn is_built(parent: &str) -> bool {
    parent.len() >= BUILT.len()
        && parent.is_char_boundary(parent.len() - BUILT.len())
        && parent[parent.len() - BUILT.len()..].eq_ignore_ascii_case(BUILT)
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
    for (_, row) in table.rows().filter(|(_, row)| row.flags().is_imported() && is_built(row.parent())) {
        built.entry(row.name().to_ascii_lowercase()).or_default().push((row.key(), row.id()));
    }
    if built.is_empty() {
        return Ok(());
    }
    let (mut superseded, mut name) = (Vec::new(), String::new());
    for (_, row) in table.rows().filter(|(_, row)| !row.flags().is_imported()) {
        name.clear();
        name.push_str(row.name());
        name.make_ascii_lowercase();
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
            AlertId::new(format!("/subscriptions/{subscription}{BUILT}{name}"))
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
