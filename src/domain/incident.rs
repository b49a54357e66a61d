//! Incidents: alerts that group alerts.
//!
//! The contract has no list of an incident's members (contract §12). What there is: an incident's `security-alert`
//! entities name alerts, by the `systemAlertId` that is an alert's name. These are its members.

use std::collections::{HashMap, HashSet};

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
/// over the flags of all alerts, and a second over their names if there is any family.
pub fn families(table: &Table, key: AlertKey) -> Vec<Family> {
    let Some(own) = table.get(key) else { return Vec::new() };
    let name = fold(own.name());
    let names_it = |row: &Row<'_>| members(table, row).any(|member| fold(member) == name);
    let incidents: Vec<Row<'_>> = table
        .rows()
        .map(|(_, row)| row)
        .filter(|row| row.flags().is_incident() && (row.key() == key || names_it(row)))
        .collect();
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
    incidents.iter().map(|incident| family(table, incident, &named)).collect()
}

fn family(table: &Table, incident: &Row<'_>, named: &HashMap<String, Vec<Row<'_>>>) -> Family {
    let mut rows: Vec<&Row<'_>> = Vec::new();
    let mut missing = Vec::new();
    let mut seen = HashSet::new();
    for name in members(table, incident) {
        let folded = fold(name);
        let found = named.get(&folded).map_or(&[][..], Vec::as_slice);
        if !seen.insert(folded) {
            continue;
        }
        rows.extend(found.iter().filter(|row| row.key() != incident.key()));
        if found.is_empty() {
            missing.push(SafeText::from(name));
        }
    }
    rows.sort_by_key(|row| (row.seconds(), row.key()));
    Family { incident: incident.key(), members: rows.iter().map(|row| row.key()).collect(), missing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::Scan;
    use crate::domain::filter::testing::{Sample, context, table};
    use crate::domain::filter::{Compiled, parse};
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;

    fn tenant() -> std::sync::Arc<Table> {
        let incident = |name, members: &[&'static str]| Sample {
            flags: Flags::new(true, false, Cloud::Azure, Scan::Unknown),
            facts: members.iter().map(|name| (FactKind::Member, *name)).collect(),
            ..Sample::new(name)
        };
        table(&[
            Sample { time: "2026-11-23T12:00:00Z", ..Sample::new("late") },
            Sample { time: "2026-11-23T09:00:00Z", ..Sample::new("Early") },
            Sample::new("alone"),
            incident("incident", &["LATE", "early", "gone", "late", "incident"]),
            incident("other", &["early"]),
            // Only an incident groups alerts.
            Sample { facts: vec![(FactKind::Member, "alone")], ..Sample::new("impostor") },
        ])
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
