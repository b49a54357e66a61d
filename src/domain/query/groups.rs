//! Rows put into groups, by numbers.
//!
//! Each row gets the number of its group from a string's code; no text is touched but that of the distinct values. The
//! values are those that [`facet_counts`](crate::domain::filter::facet_counts) counts, spelled and merged alike.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::GroupBy;
use crate::domain::fact::FactKind;
use crate::domain::filter::facet::{by_code, variants};
use crate::domain::filter::pattern::{fold, fold_into};
use crate::domain::mentions::KINDS;
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SafeStr, Severity, Status, Tactic};

/// The groups of a list, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// What they are made by.
    pub by: GroupBy,
    /// The groups; none is empty.
    pub groups: Vec<Group>,
    /// By row of the snapshot: its place in the list; 0 for those that are not in it.
    places: Vec<u32>,
}

/// Alerts with the same value: rows that stand one after another in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The value.
    pub value: GroupValue,
    /// What tells the group in another list by the same.
    pub id: GroupId,
    /// The place of its first alert.
    pub first: usize,
    /// The number of its alerts.
    pub count: usize,
    /// How many of them have each severity, by [`Severity`]'s code.
    pub severities: [u32; 5],
}

/// A value that alerts are grouped by. Text is a code of the snapshot's strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum GroupValue {
    None,
    Severity(Severity),
    Status(Status),
    Tactic(Tactic),
    Text(u32),
    Incident(AlertKey),
}

/// What a group is in every snapshot: made of its value, not of its place or code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupId(u64);

impl Group {
    /// The places of its alerts in the list.
    pub fn places(&self) -> Range<usize> {
        self.first..self.first + self.count
    }

    /// The worst severity of its alerts.
    pub fn worst(&self) -> Severity {
        let listed = Severity::KNOWN.into_iter().find(|severity| self.severities[*severity as usize] > 0);
        listed.unwrap_or(Severity::Other)
    }
}

impl Groups {
    /// The place of a row of the snapshot that is in the list.
    pub fn place(&self, row: u32) -> Option<usize> {
        self.places.get(row as usize).map(|place| *place as usize)
    }

    /// The number of the group that a place of the list is in.
    pub fn at(&self, place: usize) -> Option<usize> {
        self.groups.partition_point(|group| group.first <= place).checked_sub(1)
    }

    /// The number of a group.
    pub fn find(&self, id: GroupId) -> Option<usize> {
        self.groups.iter().position(|group| group.id == id)
    }

    /// The value of a group as people read it.
    pub fn label<'t>(&self, group: &Group, table: &'t Table) -> SafeStr<'t> {
        match group.value {
            GroupValue::None => SafeStr(self.by.nothing()),
            GroupValue::Severity(severity) => SafeStr(severity.name()),
            GroupValue::Status(Status::InProgress) => SafeStr("In progress"),
            GroupValue::Status(status) => SafeStr(status.api_name()),
            GroupValue::Tactic(tactic) => SafeStr(tactic.label()),
            GroupValue::Text(code) if self.by == GroupBy::Subscription => {
                table.subscription_name(table.dict().text(code))
            }
            GroupValue::Text(code) => SafeStr(table.dict().text(code)),
            GroupValue::Incident(key) => match table.get(key) {
                Some(row) if row.title().0.is_empty() => SafeStr(row.name()),
                Some(row) => row.title(),
                None => SafeStr(self.by.nothing()),
            },
        }
    }
}

/// The group number of each row, and the value of each number. A number may have no rows.
struct Numbered {
    numbers: Vec<u32>,
    values: Vec<GroupValue>,
}

/// Puts rows in the order of their groups; inside a group they keep the order they have. Groups by severity and status
/// come in their own order, others the worst severity first, then the largest; alerts without a value come last.
pub fn arrange(table: &Table, rows: &[u32], by: GroupBy) -> (Vec<u32>, Groups) {
    let Numbered { numbers, values } = numbered(table, rows, by);
    let mut tallies = vec![([0u32; 5], 0usize); values.len()];
    for (row, number) in rows.iter().zip(&numbers) {
        let severity = table.row(*row).map_or(Severity::Other, |row| row.severity());
        let (severities, count) = &mut tallies[*number as usize];
        severities[severity as usize] += 1;
        *count += 1;
    }
    let mut scratch = String::new();
    let mut groups: Vec<(usize, Group)> = values
        .into_iter()
        .zip(tallies)
        .enumerate()
        .filter(|(_, (_, (_, count)))| *count > 0)
        .map(|(number, (value, (severities, count)))| {
            let id = id(table, value, &mut scratch);
            (number, Group { value, id, first: 0, count, severities })
        })
        .collect();
    let text = |group: &Group| match group.value {
        GroupValue::Text(code) => table.dict().text(code),
        _ => "",
    };
    // As large ones: the one with more of the worst.
    let worse = |a: &Group, b: &Group| b.severities.iter().rev().cmp(a.severities.iter().rev());
    groups.sort_by(|(_, a), (_, b)| {
        rank(a).cmp(&rank(b)).then_with(|| worse(a, b)).then_with(|| text(a).cmp(text(b)))
    });
    // By number: the next free place of the group.
    let mut next = vec![0usize; numbers.iter().max().map_or(0, |most| *most as usize + 1)];
    let mut first = 0;
    for (number, group) in &mut groups {
        group.first = first;
        next[*number] = first;
        first += group.count;
    }
    let mut arranged = vec![0; rows.len()];
    let mut places = vec![0; table.len()];
    for (row, number) in rows.iter().zip(&numbers) {
        let place = &mut next[*number as usize];
        arranged[*place] = *row;
        if let Some(of_row) = places.get_mut(*row as usize) {
            *of_row = *place as u32;
        }
        *place += 1;
    }
    (arranged, Groups { by, groups: groups.into_iter().map(|(_, group)| group).collect(), places })
}

/// Groups with smaller ones come first.
fn rank(group: &Group) -> (bool, u8, Reverse<usize>) {
    let worst = Severity::High as u8 - group.worst() as u8;
    match group.value {
        GroupValue::Status(status) => (false, status as u8, Reverse(0)),
        value => (value == GroupValue::None, worst, Reverse(group.count)),
    }
}

fn id(table: &Table, value: GroupValue, scratch: &mut String) -> GroupId {
    let mut hasher = DefaultHasher::new();
    match value {
        GroupValue::None => {}
        GroupValue::Severity(severity) => severity.hash(&mut hasher),
        GroupValue::Status(status) => status.hash(&mut hasher),
        GroupValue::Tactic(tactic) => tactic.hash(&mut hasher),
        GroupValue::Text(code) => {
            fold_into(table.dict().text(code), scratch);
            scratch.hash(&mut hasher);
        }
        GroupValue::Incident(key) => key.hash(&mut hasher),
    }
    GroupId(hasher.finish())
}

fn numbered(table: &Table, rows: &[u32], by: GroupBy) -> Numbered {
    let each = |number: &dyn Fn(&Row<'_>) -> u32| -> Vec<u32> {
        rows.iter().map(|row| table.row(*row).map_or(0, |row| number(&row))).collect()
    };
    match by {
        GroupBy::Severity => Numbered {
            numbers: each(&|row| u32::from(row.severity() as u8)),
            values: (0..=Severity::High as u8)
                .map(|code| GroupValue::Severity(Severity::from_code(code)))
                .collect(),
        },
        GroupBy::Status => Numbered {
            numbers: each(&|row| u32::from(row.status() as u8)),
            values: (0..=Status::Other as u8)
                .map(|code| GroupValue::Status(Status::from_code(code)))
                .collect(),
        },
        GroupBy::Tactic => {
            let first = |row: &Row<'_>| row.tactics().iter().next();
            let place = |tactic| Tactic::ALL.iter().position(|known| *known == tactic);
            Numbered {
                numbers: each(&|row| first(row).and_then(place).map_or(0, |place| place as u32 + 1)),
                values: std::iter::once(GroupValue::None)
                    .chain(Tactic::ALL.into_iter().map(GroupValue::Tactic))
                    .collect(),
            }
        }
        GroupBy::Type => by_text(table, each(&|row| row.head_code(FactKind::Type))),
        GroupBy::Resource => by_text(table, each(&|row| row.head_code(FactKind::Resource))),
        GroupBy::Group => by_text(table, each(&|row| row.head_code(FactKind::Group))),
        GroupBy::Subscription => by_text(table, each(&|row| row.head_code(FactKind::Subscription))),
        GroupBy::Entity => by_text(table, entities(table, rows)),
        GroupBy::Incident => incidents(table, rows),
    }
}

/// Numbers string codes. Strings that differ only in letter case are one value, in its most frequent spelling; the empty
/// string is no value.
fn by_text(table: &Table, codes: Vec<u32>) -> Numbered {
    let mut counts = vec![0u32; table.dict().len().max(1)];
    for code in &codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    let chiefs = variants(table, &counts);
    let chief = |code: u32| chiefs.get(&code).copied().unwrap_or(code);
    let mut numbers = vec![0; counts.len()];
    let mut values = vec![GroupValue::None];
    for (code, _) in (0u32..).zip(&counts).filter(|(code, count)| **count > 0 && chief(*code) == *code) {
        if !table.dict().text(code).is_empty() {
            numbers[code as usize] = values.len() as u32;
            values.push(GroupValue::Text(code));
        }
    }
    for (code, chief) in &chiefs {
        numbers[*code as usize] = numbers[*chief as usize];
    }
    let number = |code: u32| numbers.get(code as usize).copied().unwrap_or(0);
    Numbered { numbers: codes.into_iter().map(number).collect(), values }
}

/// The code of the entity that each row is grouped by; 0 for rows without any.
fn entities(table: &Table, rows: &[u32]) -> Vec<u32> {
    // The affected resource is a grouping of its own.
    let telling = || KINDS.into_iter().filter(|kind| *kind != FactKind::ResourceId);
    let kinds = telling().fold(0, |bits, kind| bits | kind.bit());
    let plain = by_code(table, rows, kinds, &|code| code);
    let chiefs = variants(table, &plain);
    let chief = |code: u32| chiefs.get(&code).copied().unwrap_or(code);
    let counts = if chiefs.is_empty() { plain } else { by_code(table, rows, kinds, &chief) };
    let place = |kind: FactKind| telling().position(|known| known == kind);
    let places: Vec<Option<usize>> = FactKind::ALL.into_iter().map(place).collect();
    let best = |row: Row<'_>| {
        let facts = row.facts().iter().filter_map(|fact| {
            let (place, code) = (places[fact.kind() as usize]?, chief(fact.code()));
            let count = counts.get(code as usize).copied().unwrap_or(0);
            Some((count <= 1, place, Reverse(count), code))
        });
        facts.min().map_or(0, |(.., code)| code)
    };
    rows.iter().map(|row| table.row(*row).map_or(0, best)).collect()
}

/// By incident: itself and the alerts that it names.
fn incidents(table: &Table, rows: &[u32]) -> Numbered {
    let mut values = vec![GroupValue::None];
    let mut own: HashMap<AlertKey, u32> = HashMap::new();
    let mut named: HashMap<String, u32> = HashMap::new();
    for (_, row) in table.rows().filter(|(_, row)| row.flags().is_incident()) {
        let number = values.len() as u32;
        values.push(GroupValue::Incident(row.key()));
        own.insert(row.key(), number);
        for member in row.facts().iter().filter(|fact| fact.kind() == FactKind::Member) {
            named.entry(fold(table.dict().text(member.code()))).or_insert(number);
        }
    }
    let mut scratch = String::new();
    let mut number = |row: Row<'_>| {
        if let Some(number) = own.get(&row.key()) {
            return *number;
        }
        if named.is_empty() {
            return 0;
        }
        fold_into(row.name(), &mut scratch);
        named.get(&scratch).copied().unwrap_or(0)
    };
    Numbered { numbers: rows.iter().map(|row| table.row(*row).map_or(0, &mut number)).collect(), values }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::alert::Scan;
    use crate::domain::filter::testing::{Sample, table};
    use crate::domain::filter::{Field, facet_counts};
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;

    fn shown(table: &Table, by: GroupBy) -> Vec<String> {
        let (rows, groups) = arrange(table, &(0..table.len() as u32).collect::<Vec<u32>>(), by);
        let names = |group: &Group| -> String {
            rows[group.places()].iter().map(|row| table.row(*row).unwrap().name()).collect()
        };
        groups
            .groups
            .iter()
            .map(|group| format!("{}: {}", groups.label(group, table), names(group)))
            .collect()
    }

    #[test]
    fn groups_come_in_a_sensible_order_and_nothing_last() {
        let incident = Flags::new(true, false, Cloud::Azure, Scan::Unknown);
        let table = table(&[
            Sample { severity: "Low", resource: "vm-9", group: "", ..Sample::new("a") },
            Sample { severity: "Low", resource: "VM-1", intent: "Impact,Execution", ..Sample::new("b") },
            Sample { severity: "High", resource: "vm-2", group: "", intent: "Execution", ..Sample::new("c") },
            Sample { severity: "Low", resource: "vm-1", status: "Dismissed", ..Sample::new("d") },
            Sample { severity: "Medium", resource: "vm-1", status: "InProgress", ..Sample::new("e") },
            Sample {
                severity: "High",
                title: "Incident",
                resource: "",
                facts: vec![(FactKind::Member, "B"), (FactKind::Member, "e")],
                flags: incident,
                ..Sample::new("f")
            },
            Sample {
                severity: "Low",
                resource: "",
                facts: vec![(FactKind::Member, "e"), (FactKind::Member, "a")],
                flags: incident,
                title: "Second",
                ..Sample::new("g")
            },
        ]);
        for (by, expected) in [
            (GroupBy::Severity, vec!["High: cf", "Medium: e", "Low: abdg"]),
            (GroupBy::Status, vec!["Active: abcfg", "In progress: e", "Dismissed: d"]),
            (GroupBy::Resource, vec!["vm-2: c", "vm-1: bde", "vm-9: a", "no resource: fg"]),
            (GroupBy::Group, vec!["rg-web: bdefg", "no resource group: ac"]),
            (GroupBy::Tactic, vec!["Execution: bc", "no tactic: adefg"]),
            (GroupBy::Subscription, vec!["Contoso Production: abcdefg"]),
            (GroupBy::Incident, vec!["Incident: bef", "Second: ag", "no incident: cd"]),
        ] {
            assert_eq!(shown(&table, by), expected, "{by}");
        }
    }

    #[test]
    fn an_alert_stands_under_the_most_telling_entity_that_others_share() {
        let sample = |name, facts| Sample { facts, ..Sample::new(name) };
        let (ip, host) = (FactKind::Ip, FactKind::Host);
        let table = table(&[
            sample("a", vec![(host, "dc-1"), (ip, "10.0.0.1"), (ip, "10.0.0.2")]),
            sample("b", vec![(ip, "10.0.0.2"), (host, "DC-1")]),
            sample("c", vec![(host, "dc-1"), (ip, "10.9.9.9")]),
            sample("d", vec![(ip, "10.7.7.7"), (FactKind::CommandLine, "x")]),
            sample("e", vec![(FactKind::CommandLine, "x")]),
        ]);
        let expected = ["10.0.0.2: ab", "10.7.7.7: d", "dc-1: c", "no entity: e"];
        assert_eq!(shown(&table, GroupBy::Entity), expected);
    }

    type Drawn = (usize, usize, usize, usize, Vec<(usize, usize)>, bool);

    fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
        let facts = prop::collection::vec((0..3usize, 0..4usize), 0..4);
        prop::collection::vec((0..5usize, 0..5usize, 0..4usize, 0..3usize, facts, any::<bool>()), 0..30)
    }

    proptest! {
        /// Every listed alert is in exactly one group, in its former order; counts and severities add up, and where the
        /// filter language has the same field the groups are its facets.
        #[test]
        fn groups_hold_each_alert_once(alerts in drawn(), skip in 1..4usize) {
            let names: Vec<String> = (0..alerts.len()).map(|n| format!("n{n}")).collect();
            let samples: Vec<Sample<'_>> = alerts.iter().zip(&names).map(|((severity, status, resource, group, facts, incident), name)| Sample {
                severity: ["High", "Medium", "Low", "Informational", "Odd"][*severity],
                status: ["Active", "InProgress", "Resolved", "Dismissed", "Odd"][*status],
                resource: ["", "vm-1", "VM-1", "vm-2"][*resource],
                group: ["", "rg", "Rg"][*group],
                intent: ["", "Execution", "Impact,Execution", "Impact"][*resource],
                facts: facts.iter().map(|(kind, value)| {
                    ([FactKind::Ip, FactKind::Host, FactKind::Member][*kind], ["n1", "N2", "n2", "x"][*value])
                }).collect(),
                flags: Flags::new(*incident, false, Cloud::Azure, Scan::Unknown),
                ..Sample::new(name)
            }).collect();
            let table = table(&samples);
            let before: Vec<u32> = (0..table.len() as u32).rev().step_by(skip).collect();
            for by in GroupBy::ALL {
                let (rows, groups) = arrange(&table, &before, by);
                let mut sorted = (rows.clone(), before.clone());
                sorted.0.sort_unstable();
                sorted.1.sort_unstable();
                prop_assert_eq!(sorted.0, sorted.1);
                let mut first = 0;
                for (at, group) in groups.groups.iter().enumerate() {
                    prop_assert!(group.count > 0);
                    prop_assert_eq!(group.first, first);
                    first += group.count;
                    let members = &rows[group.places()];
                    prop_assert!(members.is_sorted_by(|a, b| a > b), "the order inside a group stays");
                    for severity in 0..5u8 {
                        let level = Severity::from_code(severity);
                        let count = members.iter().filter(|row| table.row(**row).unwrap().severity() == level).count();
                        prop_assert_eq!(count, group.severities[usize::from(severity)] as usize);
                    }
                    prop_assert!(group.places().all(|place| groups.at(place) == Some(at)));
                    prop_assert_eq!(groups.find(group.id), Some(at));
                }
                prop_assert_eq!(first, rows.len());
                if matches!(by, GroupBy::Tactic | GroupBy::Entity | GroupBy::Incident) {
                    continue;
                }
                let mut counted: Vec<usize> = groups.groups.iter().map(|group| group.count).collect();
                let field = Field::find(by.word()).unwrap();
                let mut facets: Vec<usize> = facet_counts(&table, &before, field).iter().map(|facet| facet.count).collect();
                counted.sort_unstable();
                facets.sort_unstable();
                prop_assert_eq!(counted, facets, "{}", by);
            }
        }
    }
}
