//! What an alert has in common with others: its incident, its twin, its correlation key, its resource, its entities.
//!
//! Each group is also a filter, so that it can be opened as a list; the list holds the alert itself as well, the group
//! only the others. Built in one walk over the table, off the UI thread.

use std::cmp::Reverse;

use crate::domain::fact::FactKind;
use crate::domain::filter::sharing::{each_naming, spelling};
use crate::domain::filter::{Expr, Field, Filter, Pattern, Value};
use crate::domain::incident::{self, Family};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SafeText, scan};

/// The most alerts of a group that can be acted on from it: more are to be seen as a list before.
pub const MOST: usize = 10_000;

/// What the alerts of a group have in common.
#[derive(Debug, Clone, PartialEq)]
pub enum Tie {
    /// An incident: the alerts in its order, the incident first.
    Incident(Family),
    /// The same finding of the other scanner.
    Twins,
    /// The correlation key.
    Correlation,
    /// The alert type and the resource.
    SameType,
    /// An entity: its place among those asked for.
    Entity(usize),
}

/// Other alerts that have something in common with one.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What that is.
    pub tie: Tie,
    /// What lists them, and the alert itself.
    pub filter: Filter,
    /// How many they are.
    pub count: usize,
    /// How many have each status, by [`crate::domain::Status`]'s code.
    pub statuses: [usize; 5],
    /// The others, the most severe and newest first; in an incident as it has them. Only the first few where there are
    /// more than [`MOST`].
    pub keys: Vec<AlertKey>,
}

impl Group {
    /// True when every alert of the group is in `keys`.
    pub fn is_whole(&self) -> bool {
        self.keys.len() == self.count
    }
}

/// The groups of one alert, those that say most first.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The alert.
    pub key: AlertKey,
    /// The groups; none is empty.
    pub groups: Vec<Group>,
    /// How many of the entities asked for no other alert mentions.
    pub alone: usize,
}

/// Alerts kept of a group that is too large to be acted on.
const FEW: usize = 16;

/// What other alerts have in common with an alert: `entities` are its entities by kind and value, as facts have them.
pub fn related(table: &Table, key: AlertKey, entities: &[(FactKind, SafeText)]) -> Related {
    let mut related = Related { key, groups: Vec::new(), alone: 0 };
    let Some(own) = table.get(key) else { return related };
    let mut wanted: Vec<(FactKind, String)> =
        entities.iter().map(|(kind, value)| (*kind, spelling(*kind, value.raw()))).collect();
    let heads = wanted.len();
    for head in HEADS {
        wanted.push((head, spelling(head, table.dict().text(own.head_code(head)))));
    }
    let correlation = own.first(FactKind::Correlation);
    if let Some(text) = correlation {
        wanted.push((FactKind::Correlation, spelling(FactKind::Correlation, text.0)));
    }
    // By place of what is wanted; the alerts alike in every head are found under the last of these.
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); wanted.len()];
    let mut alike = (u32::MAX, 0);
    each_naming(table, &wanted, |at, row, place| {
        if row.key() == key {
            return;
        }
        if !(heads..heads + HEADS.len()).contains(&place) {
            return found[place].push(at);
        }
        alike = (at, if alike.0 == at { alike.1 + 1 } else { 1 });
        if alike.1 == HEADS.len() {
            found[heads].push(at);
        }
    });

    for family in incident::families(table, key) {
        related.groups.extend(of_family(table, key, family));
    }
    let twins = scan::twins(table, &[key]);
    let twins: Vec<u32> = twins.into_iter().filter_map(|key| table.position(key)).collect();
    let both: Vec<&str> = std::iter::once(own.name())
        .chain(twins.iter().filter_map(|at| table.row(*at)).map(|row| row.name()))
        .collect();
    related.groups.extend(group(table, Tie::Twins, named(&both), twins));
    if let Some(text) = correlation {
        let rows = std::mem::take(&mut found[heads + HEADS.len()]);
        let filter = Filter::naming(FactKind::Correlation, text.0);
        related.groups.extend(group(table, Tie::Correlation, filter, rows));
    }
    let rows = std::mem::take(&mut found[heads]);
    related.groups.extend(group(table, Tie::SameType, alike_filter(&own), rows));
    for (at, (kind, value)) in entities.iter().enumerate() {
        let rows = std::mem::take(&mut found[at]);
        match group(table, Tie::Entity(at), Filter::naming(*kind, value.raw()), rows) {
            Some(group) => related.groups.push(group),
            None => related.alone += 1,
        }
    }
    related
}

/// What alerts of the same type on the same resource have alike.
const HEADS: [FactKind; 4] = [FactKind::Type, FactKind::Resource, FactKind::Group, FactKind::Subscription];

/// The filter for alerts alike in all of [`HEADS`].
fn alike_filter(row: &Row<'_>) -> Option<Filter> {
    let values = [
        ("type", row.alert_type()),
        ("resource", row.resource()),
        ("group", row.group()),
        ("subscription", row.subscription()),
    ];
    values
        .into_iter()
        .try_fold(Filter::all(), |filter, (name, value)| filter.with_value(Field::find(name)?, value.0))
}

/// The filter for alerts of these names.
fn named(names: &[&str]) -> Option<Filter> {
    let values = names.iter().filter_map(|name| Pattern::literal(name)).map(Value::Pattern).collect();
    Some(Filter(Expr::Field(Field::find("id")?, values)))
}

fn of_family(table: &Table, key: AlertKey, family: Family) -> Option<Group> {
    let incident = table.get(family.incident)?;
    let keys: Vec<AlertKey> = family.all().filter(|member| *member != key).collect();
    let filter = Filter(Expr::Field(
        Field::find("in-incident")?,
        vec![Value::Pattern(Pattern::literal(incident.name())?)],
    ));
    let rows = keys.iter().filter_map(|key| table.position(*key)).collect();
    let counted = group(table, Tie::Incident(family), Some(filter), rows)?;
    Some(Group { keys, ..counted })
}

fn group(table: &Table, tie: Tie, filter: Option<Filter>, mut rows: Vec<u32>) -> Option<Group> {
    let filter = filter.filter(|_| !rows.is_empty())?;
    let mut statuses = [0; 5];
    for row in rows.iter().filter_map(|row| table.row(*row)) {
        statuses[row.status() as usize] += 1;
    }
    let count = rows.len();
    let order =
        |at: &u32| table.row(*at).map(|row| (Reverse(row.severity()), Reverse(row.seconds()), row.key()));
    if count > MOST {
        rows.select_nth_unstable_by_key(FEW, order);
        rows.truncate(FEW);
    }
    rows.sort_by_cached_key(order);
    let keys = rows.iter().filter_map(|row| table.row(*row)).map(|row| row.key()).collect();
    Some(Group { tie, filter, count, statuses, keys })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Status;
    use crate::domain::alert::Scan;
    use crate::domain::filter::testing::{Sample, context, table};
    use crate::domain::filter::{Compiled, parse};
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;

    /// Name, facts, whether an incident, scanner, resource.
    type Line = (&'static str, Vec<(FactKind, &'static str)>, bool, Scan, &'static str);

    fn tenant(lines: &[Line]) -> std::sync::Arc<Table> {
        let samples: Vec<Sample<'_>> = lines
            .iter()
            .map(|(name, facts, incident, scan, resource)| Sample {
                resource,
                facts: facts.clone(),
                flags: Flags::new(*incident, false, Cloud::Azure, *scan),
                ..Sample::new(name)
            })
            .collect();
        table(&samples)
    }

    fn entities(table: &Table, key: AlertKey) -> Vec<(FactKind, SafeText)> {
        let facts = table.get(key).unwrap().facts()[FactKind::HEADS..].iter();
        facts
            .filter(|fact| crate::domain::mentions::KINDS.contains(&fact.kind()))
            .map(|fact| (fact.kind(), SafeText::from(table.dict().text(fact.code()))))
            .collect()
    }

    /// Every group lists, by its filter, exactly its alerts and the alert itself.
    fn check(table: &Table, key: AlertKey) -> Related {
        let related = related(table, key, &entities(table, key));
        for group in &related.groups {
            assert!(group.count > 0 && group.is_whole() && !group.keys.contains(&key));
            assert_eq!(group.statuses.iter().sum::<usize>(), group.count);
            assert_eq!(parse(&group.filter.to_string()).as_ref(), Ok(&group.filter));
            let compiled = Compiled::new(&group.filter, table, &context(), &|| false).unwrap();
            let mut listed: Vec<AlertKey> = compiled
                .rows(&|| false)
                .unwrap()
                .iter()
                .filter_map(|row| table.row(*row))
                .map(|row| row.key())
                .filter(|listed| *listed != key)
                .collect();
            let mut keys = group.keys.clone();
            listed.sort_unstable();
            keys.sort_unstable();
            assert_eq!(listed, keys, "{}", group.filter);
        }
        related
    }

    #[test]
    fn every_tie_makes_its_group() {
        use FactKind as K;
        let table = tenant(&[
            (
                "a",
                vec![(K::Ip, "10.0.0.1"), (K::Correlation, "k=="), (K::Hash, "ab")],
                false,
                Scan::Agent,
                "db/x",
            ),
            ("b", vec![(K::Ip, "10.0.0.1"), (K::Correlation, "k==")], false, Scan::Unknown, "vm-2"),
            ("c", vec![(K::Hash, "AB")], false, Scan::Agentless, "DB/x"),
            (
                "d",
                vec![(K::Member, "a"), (K::Member, "b"), (K::Correlation, "k==")],
                true,
                Scan::Unknown,
                "vm-2",
            ),
            ("e", vec![(K::Host, "alone")], false, Scan::Unknown, "vm-9"),
        ]);
        let ties = |key: u32| -> Vec<(String, Vec<u32>)> {
            let related = check(&table, AlertKey(key));
            let tie = |tie: &Tie| match tie {
                Tie::Incident(_) => "incident".to_owned(),
                Tie::Entity(at) => format!("entity {at}"),
                other => format!("{other:?}"),
            };
            let keys = |group: &Group| group.keys.iter().map(|key| key.0).collect();
            related.groups.iter().map(|group| (tie(&group.tie), keys(group))).collect()
        };
        let expected = |groups: &[(&str, &[u32])]| -> Vec<(String, Vec<u32>)> {
            groups.iter().map(|(tie, keys)| ((*tie).to_owned(), keys.to_vec())).collect()
        };
        assert_eq!(
            ties(1),
            expected(&[
                ("incident", &[4, 2]),
                ("Twins", &[3]),
                ("Correlation", &[2, 4]),
                ("SameType", &[3]),
                ("entity 0", &[2]),
                ("entity 1", &[3]),
            ])
        );
        assert_eq!(ties(4), expected(&[("incident", &[1, 2]), ("Correlation", &[1, 2]), ("SameType", &[2])]));
        let alone = check(&table, AlertKey(5));
        assert_eq!((alone.groups.len(), alone.alone), (0, 1));
        assert_eq!(related(&table, AlertKey(9), &[]).groups, []);
    }

    #[test]
    fn a_group_too_large_to_act_on_keeps_its_first_alerts_and_its_counts() {
        let names: Vec<String> = (0..=MOST + 1).map(|n| format!("n{n}")).collect();
        let samples: Vec<Sample<'_>> = names
            .iter()
            .enumerate()
            .map(|(n, name)| Sample {
                severity: if n == 7000 { "High" } else { "Low" },
                facts: vec![(FactKind::Process, "sh")],
                resource: name,
                ..Sample::new(name)
            })
            .collect();
        let table = table(&samples);
        let related = related(&table, AlertKey(1), &entities(&table, AlertKey(1)));
        let group = &related.groups[0];
        assert_eq!((group.count, group.statuses[Status::Active as usize]), (MOST + 1, MOST + 1));
        assert!(!group.is_whole());
        assert_eq!(group.keys[0], AlertKey(7001));
    }

    proptest! {
        #[test]
        fn a_groups_filter_lists_the_group(
            rows in prop::collection::vec((0..3_usize, 0..3_usize, 0..3_usize, 0..3_usize, any::<bool>()), 1..9)
        ) {
            use FactKind as K;
            let names = ["a", "B", "c", "D", "e", "F", "g", "H"];
            let lines: Vec<Line> = rows
                .iter()
                .zip(names)
                .map(|((resource, scan, ip, key, incident), name)| {
                    let facts = vec![
                        (K::Ip, ["10.0.0.1", "::ffff:10.0.0.1", "odd"][*ip]),
                        (K::Correlation, ["k", "K", "q"][*key]),
                        (K::Member, ["A", "b", "none"][*ip]),
                    ];
                    let scan = [Scan::Unknown, Scan::Agent, Scan::Agentless][*scan];
                    (name, facts, *incident, scan, ["vm", "VM", "x/y"][*resource])
                })
                .collect();
            let table = tenant(&lines);
            for key in 1..=lines.len() as u32 {
                check(&table, AlertKey(key));
            }
        }
    }
}
