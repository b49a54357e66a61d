//! Incidents: alerts that group alerts.
//!
//! The contract has no list of an incident's members (contract §12). What there is: an incident's `security-alert`
//! entities name alerts, by the `systemAlertId` that is an alert's name. These are its members.

use std::collections::{HashMap, HashSet};

use crate::domain::by_hash::{ByHash, hash};
use crate::domain::fact::FactKind;
use crate::domain::filter::pattern::{fold, fold_into};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SafeText};

/// An incident and the alerts it groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The incident.
    pub incident: AlertKey,
    /// Its alerts, the earliest first.
    pub members: Vec<AlertKey>,
    /// Names of alerts that it groups and the cache does not hold.
    pub missing: Vec<SafeText>,
}

impl Family {
    /// Every alert of it, the incident first.
    pub fn all(&self) -> impl Iterator<Item = AlertKey> + '_ {
        std::iter::once(self.incident).chain(self.members.iter().copied())
    }
}

fn members<'t>(table: &'t Table, row: &Row<'t>) -> impl Iterator<Item = &'t str> {
    let facts = row.facts().iter().filter(|fact| fact.kind() == FactKind::Member);
    facts.map(|fact| table.dict().text(fact.code()))
}

/// The families of an alert: of an incident its own, of another alert those of the incidents that group it. One walk
/// over the flags of all alerts, and a second over their names if there is any family; [`Families`] answers without.
pub fn families(table: &Table, key: AlertKey) -> Vec<Family> {
    let Some(own) = table.get(key) else { return Vec::new() };
    let name = fold(own.name());
    let incidents: Vec<Row<'_>> =
        table.rows().map(|(_, row)| row).filter(|row| is_of(table, row, key, &name)).collect();
    if incidents.is_empty() {
        return Vec::new();
    }
    let mut named: HashMap<String, Vec<Row<'_>>> =
        incidents.iter().flat_map(|row| members(table, row)).map(|name| (fold(name), Vec::new())).collect();
    let mut scratch = String::new();
    for (_, row) in table.rows() {
        fold_into(row.name(), &mut scratch);
        if let Some(rows) = named.get_mut(&scratch) {
            rows.push(row);
        }
    }
    let named = |name: &str| named.get(name).cloned().unwrap_or_default();
    incidents.iter().map(|incident| family(table, incident, &named)).collect()
}

/// True for the incident itself, and for one that groups the alert with this folded name.
fn is_of(table: &Table, row: &Row<'_>, key: AlertKey, name: &str) -> bool {
    row.flags().is_incident() && (row.key() == key || members(table, row).any(|member| fold(member) == name))
}

fn family<'t>(table: &'t Table, incident: &Row<'t>, named: &impl Fn(&str) -> Vec<Row<'t>>) -> Family {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut missing = Vec::new();
    let mut seen = HashSet::new();
    for name in members(table, incident) {
        let folded = fold(name);
        if seen.contains(&folded) {
            continue;
        }
        let found = named(&folded);
        if found.is_empty() {
            missing.push(SafeText::from(name));
        }
        rows.extend(found.into_iter().filter(|row| row.key() != incident.key()));
        seen.insert(folded);
    }
    rows.sort_by_key(|row| (row.seconds(), row.key()));
    Family { incident: incident.key(), members: rows.iter().map(Row::key).collect(), missing }
}

/// The index of families: who groups and who is grouped, by the hashes of names. The details of the alert under the cursor
/// need its families, which must not cost a walk over all alerts for each step of the cursor. Made once, it is true for
/// every later snapshot with the same facts ([`Table::content_mark`]).
#[derive(Debug, Default)]
pub struct Families {
    /// By the hash of a member's name: an alert that groups it, if it is an incident.
    groups: ByHash,
    /// By the hash of its name: an alert that another one groups.
    grouped: ByHash,
}

impl Families {
    /// Looks through a snapshot.
    pub fn new(table: &Table) -> Self {
        let texts = table.dict().iter().filter(|(_, _, kinds)| kinds & FactKind::Member.bit() != 0);
        let mut scratch = String::new();
        let hashes: HashMap<u32, u64> =
            texts.map(|(code, text, _)| (code, folded_hash(text, &mut scratch))).collect();
        if hashes.is_empty() {
            return Self::default();
        }
        let wanted: HashSet<u64> = hashes.values().copied().collect();
        let (mut groups, mut grouped) = (Vec::new(), Vec::new());
        for (_, row) in table.rows() {
            let facts = row.facts().iter().filter(|fact| fact.kind() == FactKind::Member);
            groups.extend(facts.filter_map(|fact| Some((*hashes.get(&fact.code())?, row.key()))));
            let name = folded_hash(row.name(), &mut scratch);
            if wanted.contains(&name) {
                grouped.push((name, row.key()));
            }
        }
        Self { groups: groups.into_iter().collect(), grouped: grouped.into_iter().collect() }
    }

    /// What [`families`] gives, for a snapshot with the facts of the one that was looked through.
    pub fn of(&self, table: &Table, key: AlertKey) -> Vec<Family> {
        let Some(own) = table.get(key) else { return Vec::new() };
        let name = fold(own.name());
        let mut keys: Vec<AlertKey> = self.groups.under(hash(name.as_str())).collect();
        keys.push(key);
        keys.sort_unstable();
        keys.dedup();
        let incidents: Vec<Row<'_>> = keys
            .into_iter()
            .filter_map(|key| table.get(key))
            .filter(|row| is_of(table, row, key, &name))
            .collect();
        let named = |name: &str| {
            let rows = self.grouped.under(hash(name)).filter_map(|key| table.get(key));
            rows.filter(|row| fold(row.name()) == name).collect()
        };
        incidents.iter().map(|incident| family(table, incident, &named)).collect()
    }
}

fn folded_hash(text: &str, scratch: &mut String) -> u64 {
    fold_into(text, scratch);
    hash(scratch.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Status;
    use crate::domain::alert::Scan;
    use crate::domain::filter::testing::{Sample, builder, context, table};
    use crate::domain::filter::{Compiled, parse};
    use crate::domain::resource::Cloud;
    use crate::domain::table::{Flags, RowData};

    fn samples() -> [Sample<'static>; 6] {
        let incident = |name, members: &[&'static str]| Sample {
            flags: Flags::new(true, false, Cloud::Azure, Scan::Unknown),
            facts: members.iter().map(|name| (FactKind::Member, *name)).collect(),
            ..Sample::new(name)
        };
        [
            Sample { time: "2026-11-23T12:00:00Z", ..Sample::new("late") },
            Sample { time: "2026-11-23T09:00:00Z", ..Sample::new("Early") },
            Sample::new("alone"),
            incident("incident", &["LATE", "early", "gone", "late", "incident"]),
            incident("other", &["early"]),
            // Only an incident groups alerts.
            Sample { facts: vec![(FactKind::Member, "alone")], ..Sample::new("impostor") },
        ]
    }

    fn tenant() -> std::sync::Arc<Table> {
        table(&samples())
    }

    #[test]
    fn an_incident_has_its_alerts_in_the_order_of_time_and_each_alert_its_incidents() {
        let table = tenant();
        let first = Family {
            incident: AlertKey(4),
            members: vec![AlertKey(2), AlertKey(1)],
            missing: vec!["gone".into()],
        };
        let second = Family { incident: AlertKey(5), members: vec![AlertKey(2)], missing: vec![] };
        for (key, expected) in [
            (4, vec![first.clone()]),
            (1, vec![first.clone()]),
            (2, vec![first, second]),
            (3, vec![]),
            (6, vec![]),
            (99, vec![]),
        ] {
            assert_eq!(families(&table, AlertKey(key)), expected, "{key}");
            assert_eq!(Families::new(&table).of(&table, AlertKey(key)), expected, "{key} by the index");
        }
    }

    #[test]
    fn the_index_outlives_changes_of_status_and_goes_by_the_flags_of_the_moment() {
        let mut builder = builder(&samples());
        let index = Families::new(&builder.snapshot());
        // The source says now that the first incident is none.
        let members = ["LATE", "early", "gone", "late", "incident"].map(|name| (FactKind::Member, name));
        let plain = Sample { facts: members.to_vec(), ..Sample::new("incident") };
        builder.upsert(AlertKey(4), &RowData::from(&plain));
        builder.set_remote_status(AlertKey(2), Status::Resolved);
        let table = builder.snapshot();
        for key in 1..=6 {
            assert_eq!(index.of(&table, AlertKey(key)), families(&table, AlertKey(key)), "{key}");
        }
        assert_eq!(index.of(&table, AlertKey(1)), []);
    }

    proptest! {
        #[test]
        fn index_and_walk_agree(alerts in vec((any::<bool>(), "[aAbBſß]{1,2}", vec("[aAbBſßc]{1,2}", 0..3)), 1..8)) {
            let samples: Vec<Sample<'_>> = alerts
                .iter()
                .map(|(is_incident, name, members)| Sample {
                    flags: Flags::new(*is_incident, false, Cloud::Azure, Scan::Unknown),
                    facts: members.iter().map(|member| (FactKind::Member, member.as_str())).collect(),
                    ..Sample::new(name)
                })
                .collect();
            let table = table(&samples);
            let index = Families::new(&table);
            for (_, row) in table.rows() {
                prop_assert_eq!(index.of(&table, row.key()), families(&table, row.key()));
            }
        }
    }

    #[test]
    fn the_filter_lists_what_the_family_holds() {
        let table = tenant();
        for (name, expected) in [
            ("incident", vec![1, 2, 4]),
            ("OTHER", vec![2, 5]),
            ("*", vec![1, 2, 4, 5]),
            ("impostor", vec![]),
        ] {
            let filter = parse(&format!("in-incident:{name}")).unwrap();
            let rows =
                Compiled::new(&filter, &table, &context(), &|| false).unwrap().rows(&|| false).unwrap();
            let keys: Vec<u32> = rows.iter().map(|row| table.row(*row).unwrap().key().0).collect();
            assert_eq!(keys, expected, "{name}");
        }
    }
}
