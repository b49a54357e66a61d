//! How often each value of a field occurs among some rows.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::ast::Value;
use super::field::{Field, NONE, Source, kinds};
use super::pattern::{Reach, fold, fold_into};
use super::value::{SEVERITIES, STATUSES, tactic_word};
use crate::domain::by_hash::hash;
use crate::domain::fact::FactKind;
use crate::domain::table::{LocalRecord, Row, Table};
use crate::domain::{SafeText, Tactic};

/// A value of a field with its number of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The value as a filter takes it, unquoted; empty for alerts that have none in a column every alert has.
    pub value: SafeText,
    /// The value as people read it: a subscription's name, `Lateral movement`.
    pub label: SafeText,
    /// How many of the rows have it.
    pub count: usize,
}

impl Facet {
    fn new(value: impl Into<SafeText>, count: usize) -> Self {
        let value = value.into();
        Self { label: value.clone(), value, count }
    }

    fn labelled(value: impl Into<SafeText>, label: impl Into<SafeText>, count: usize) -> Self {
        Self { value: value.into(), label: label.into(), count }
    }

    /// The value as written in a filter: quoted where that is needed.
    pub fn written(&self) -> String {
        super::Pattern::literal(self.value.raw())
            .map(|pattern| Value::Pattern(pattern).to_string())
            .unwrap_or_default()
    }
}

/// Counts the values of a field over rows of the table, most frequent first. A row with several values counts once under
/// each; values that differ only in letter case are one. Fields without values to count (`since`, `id`, `note`) give none.
pub fn facet_counts(table: &Table, rows: &[u32], field: Field) -> Vec<Facet> {
    let mut facets = counted(table, rows, field, None);
    facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    facets
}

/// What completion asks for: values that hold a folded text, and no more than so many of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) text: &'a str,
    pub(super) most: usize,
}

/// The values of a field over some rows that hold a text, at most so many: those that begin with it first, then the most
/// frequent. An empty text asks for the most frequent ones, alerts without a value included.
pub fn facets_like(table: &Table, rows: &[u32], field: Field, text: &str, most: usize) -> Vec<Facet> {
    if text.is_empty() {
        let mut facets = facet_counts(table, rows, field);
        facets.truncate(most);
        return facets;
    }
    wanted_facets(table, rows, field, Wanted { text: &fold(text), most })
}

/// The facets of a field over some rows that completion wants: those that begin with the text first, then by count.
pub(super) fn wanted_facets(table: &Table, rows: &[u32], field: Field, wanted: Wanted<'_>) -> Vec<Facet> {
    let mut facets = counted(table, rows, field, Some(wanted));
    let place = |facet: &Facet| {
        let (value, label) = (fold(facet.value.raw()), fold(facet.label.raw()));
        let inside = value.contains(wanted.text) || label.contains(wanted.text);
        let begins = value.starts_with(wanted.text) || label.starts_with(wanted.text);
        (inside && !value.is_empty()).then_some(u8::from(!begins))
    };
    facets.retain(|facet| place(facet).is_some());
    facets.sort_by_cached_key(|facet| (place(facet), Reverse(facet.count), facet.value.clone()));
    facets.truncate(wanted.most);
    facets
}

fn counted(table: &Table, rows: &[u32], field: Field, wanted: Option<Wanted<'_>>) -> Vec<Facet> {
    let each = || rows.iter().filter_map(|row| table.row(*row));
    let mut facets: Vec<Facet> = match &field.0.source {
        Source::Facts(_, asked) => strings(table, rows, kinds(asked), wanted),
        Source::Resource => strings(table, rows, FactKind::Resource.bit(), wanted),
        Source::Ip => strings(table, rows, FactKind::Ip.bit(), wanted),
        // Wanted by name as well, which is not in the table's strings.
        Source::Subscription => strings(table, rows, FactKind::Subscription.bit(), None)
            .into_iter()
            .map(|facet| Facet {
                label: SafeText::from(table.subscription_name(facet.value.raw()).0),
                ..facet
            })
            .collect(),
        Source::Severity => {
            let counts = tally(each(), |row| usize::from(row.severity() as u8));
            let known = SEVERITIES.into_iter();
            known.map(|(word, level)| Facet::labelled(word, level.name(), counts[level as usize])).collect()
        }
        Source::Status => {
            let counts = tally(each(), |row| usize::from(row.status() as u8));
            let known = STATUSES.into_iter();
            known
                .map(|status| Facet::labelled(status.word(), status.api_name(), counts[status as usize]))
                .collect()
        }
        Source::Tactic => Tactic::ALL
            .into_iter()
            .map(|tactic| {
                let count = each().filter(|row| row.tactics().contains(tactic)).count();
                Facet::labelled(tactic_word(tactic), tactic.label(), count)
            })
            .collect(),
        Source::Words(words) => {
            words.iter().map(|(word, test)| Facet::new(*word, each().filter(test).count())).collect()
        }
        Source::Local(Reach::Whole, text) => local(each(), *text),
        Source::Local(Reach::Contained, _)
        | Source::Id
        | Source::Incident
        | Source::Since
        | Source::Until => Vec::new(),
    };
    facets.retain(|facet| facet.count > 0);
    facets
}

fn tally<'t>(rows: impl Iterator<Item = Row<'t>>, code: impl Fn(&Row<'t>) -> usize) -> [usize; 8] {
    let mut counts = [0; 8];
    for row in rows {
        counts[code(&row) & 7] += 1;
    }
    counts
}

fn local<'t>(rows: impl Iterator<Item = Row<'t>>, text: fn(&LocalRecord) -> Option<&str>) -> Vec<Facet> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.local().and_then(text).unwrap_or(NONE)).or_default() += 1;
    }
    counts.into_iter().map(|(value, count)| Facet::new(value, count)).collect()
}

/// Counts facts of some kinds by string. Only strings that differ in letter case alone need a second walk.
fn strings(table: &Table, rows: &[u32], kinds: u32, wanted: Option<Wanted<'_>>) -> Vec<Facet> {
    let counts = by_code(table, rows, kinds, &|code| code);
    let merged = variants(table, &counts);
    let counts = if merged.is_empty() {
        counts
    } else {
        by_code(table, rows, kinds, &|code| merged.get(&code).copied().unwrap_or(code))
    };
    let counted = (0u32..).zip(counts).filter(|(_, count)| *count > 0);
    let facet = |(code, count): (u32, u32)| Facet::new(table.dict().text(code), count as usize);
    let Some(Wanted { text, most }) = wanted else { return counted.map(facet).collect() };
    // A table may hold a million different command lines: keep the most frequent of each rank, then make texts of them.
    let mut scratch = String::new();
    let mut ranks: [Vec<(u32, u32)>; 2] = [Vec::new(), Vec::new()];
    for (code, count) in counted {
        fold_into(table.dict().text(code), &mut scratch);
        if scratch.starts_with(text) {
            ranks[0].push((code, count));
        } else if scratch.contains(text) {
            ranks[1].push((code, count));
        }
    }
    for rank in &mut ranks {
        if rank.len() > most {
            rank.select_nth_unstable_by_key(most, |(code, count)| (Reverse(*count), *code));
            rank.truncate(most);
        }
    }
    ranks.into_iter().flatten().map(facet).collect()
}

/// For strings that differ only in letter case: the most frequent spelling of each, given how often each code occurs.
pub(in crate::domain) fn variants(table: &Table, counts: &[u32]) -> HashMap<u32, u32> {
    let mut scratch = String::new();
    let mut by_hash: Vec<(u64, u32)> = (0u32..)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(code, _)| {
            fold_into(table.dict().text(code), &mut scratch);
            (hash(scratch.as_str()), code)
        })
        .collect();
    by_hash.sort_unstable();
    let mut merged = HashMap::new();
    for alike in by_hash.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut groups: HashMap<String, Vec<u32>> = HashMap::new();
        for (_, code) in alike {
            groups.entry(fold(table.dict().text(*code))).or_default().push(*code);
        }
        for codes in groups.into_values() {
            let chief = codes.iter().copied().max_by_key(|code| counts[*code as usize]).unwrap_or_default();
            merged.extend(codes.into_iter().map(|code| (code, chief)));
        }
    }
    merged
}

/// How many rows have a fact of some kinds, by string code as `chief` gives it.
pub(in crate::domain) fn by_code(
    table: &Table,
    rows: &[u32],
    kinds: u32,
    chief: &dyn Fn(u32) -> u32,
) -> Vec<u32> {
    let mut counts = vec![0; table.dict().len()];
    // The number, plus one, of the last row counted under each code.
    let mut seen = vec![0; table.dict().len()];
    for (number, row) in rows.iter().filter_map(|row| table.row(*row)).enumerate() {
        for fact in row.facts().iter().filter(|fact| fact.kind().bit() & kinds != 0) {
            let code = chief(fact.code()) as usize;
            if std::mem::replace(&mut seen[code], number as u32 + 1) != number as u32 + 1 {
                counts[code] += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SUBSCRIPTION, Sample, builder, table};
    use super::*;
    use crate::domain::AlertKey;

    fn counts(table: &Table, field: &str) -> Vec<(String, usize)> {
        let rows: Vec<u32> = (0..table.len() as u32).collect();
        let facets = facet_counts(table, &rows, Field::find(field).unwrap());
        facets.into_iter().map(|facet| (facet.value.raw().to_owned(), facet.count)).collect()
    }

    fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    }

    #[test]
    fn values_are_counted_per_alert() {
        let mut builder = builder(&[
            Sample {
                severity: "High",
                facts: vec![
                    (FactKind::Host, "DC-1"),
                    (FactKind::Process, "cmd.exe"),
                    (FactKind::CommandLine, "cmd.exe"),
                ],
                intent: "Impact, Execution",
                ..Sample::new("a")
            },
            Sample { severity: "High", group: "", facts: vec![(FactKind::Host, "dc-1")], ..Sample::new("b") },
            Sample {
                facts: vec![(FactKind::Host, "dc-1"), (FactKind::Host, "DC-1"), (FactKind::Host, "dc-2")],
                ..Sample::new("c")
            },
        ]);
        builder.local_mut().insert(
            AlertKey(1),
            LocalRecord { assigned: Some(SafeText::from("ann")), ..LocalRecord::default() },
        );
        let table = builder.snapshot();
        for (field, expected) in [
            ("severity", pairs(&[("high", 2), ("medium", 1)])),
            ("status", pairs(&[("active", 3)])),
            ("tactic", pairs(&[("execution", 1), ("impact", 1)])),
            ("group", pairs(&[("rg-web", 2), ("", 1)])),
            ("host", pairs(&[("dc-1", 3), ("dc-2", 1)])),
            ("process", pairs(&[("cmd.exe", 1)])),
            ("subscription", pairs(&[(SUBSCRIPTION, 3)])),
            ("incident", pairs(&[("no", 3)])),
            ("assigned", pairs(&[("none", 2), ("ann", 1)])),
            ("since", pairs(&[])),
            ("id", pairs(&[])),
        ] {
            assert_eq!(counts(&table, field), expected, "{field}");
        }
        let two = facet_counts(&table, &[1, 2], Field::find("severity").unwrap());
        assert_eq!(two.iter().map(|facet| facet.count).collect::<Vec<_>>(), [1, 1]);
        let subscription = &facet_counts(&table, &[0], Field::find("sub").unwrap())[0];
        assert_eq!(subscription.label.raw(), "Contoso Production");
    }

    #[test]
    fn a_facet_finds_as_many_alerts_as_it_counts() {
        let names = ["a", "b", "c"];
        let samples: Vec<Sample<'_>> = names
            .iter()
            .zip(["x", "X y, \"z\"", "(*)"])
            .map(|(name, value)| Sample { resource: value, alert_type: value, ..Sample::new(name) })
            .collect();
        let table = table(&samples);
        for field in Field::all() {
            for facet in
                facet_counts(&table, &[0, 1, 2], field).iter().filter(|facet| !facet.value.is_empty())
            {
                let filter = super::super::parse(&format!("{}:{}", field.name(), facet.written())).unwrap();
                let context = super::super::testing::context();
                let found = super::super::Compiled::new(&filter, &table, &context, &|| false).unwrap();
                assert_eq!(found.count(&|| false), Some(facet.count), "{filter}");
            }
        }
    }
}
