//! How many alerts mention an entity, and on how many resources.
//!
//! The number stands beside each entity of the alert under the cursor, so it must not cost a pass over all alerts for
//! each step of the cursor: [`MentionCounts`] is an index, made once and true for every later snapshot with the same
//! facts, whatever their statuses. Only while a sync brings new facts, [`count`] looks through the rows.

use std::collections::HashMap;

use crate::domain::by_hash::hash;
use crate::domain::fact::FactKind;
use crate::domain::filter::sharing::{each_naming, spell, spelling};
use crate::domain::table::{ContentMark, PackedFact, Row, Table};

/// Kinds worth a pivot, the most telling first.
pub const KINDS: [FactKind; 10] = [
    FactKind::Ip,
    FactKind::Account,
    FactKind::Host,
    FactKind::Process,
    FactKind::File,
    FactKind::Hash,
    FactKind::Url,
    FactKind::Domain,
    FactKind::Named,
    FactKind::ResourceId,
];

/// The place of a value that needs no room: at most one alert names it.
const NO_ROOM: u32 = u32::MAX;

/// Who mentions a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// How many alerts.
    pub alerts: u32,
    /// On how many resources.
    pub resources: u32,
}

/// The index: who mentions each value. A value that a single alert mentions takes no room.
#[derive(Debug)]
pub struct MentionCounts {
    counted: ContentMark,
    /// By fact, in its chief spelling.
    shared: Vec<(PackedFact, Mentioned)>,
    /// For the other spellings of a value: the chief one.
    chiefs: HashMap<PackedFact, PackedFact>,
}

impl MentionCounts {
    /// Counts every value of a snapshot, in two walks over its facts: the first finds how much room each value needs.
    pub fn new(table: &Table) -> Self {
        let slots = Slots::new(table);
        let mut ends = vec![0u32; slots.len()];
        for slot in table.rows().flat_map(|(_, row)| slots.of_row(row)) {
            ends[slot] += 1;
        }
        // What is named once has no room. The others lie one behind the other; `ends` says how far each is filled.
        let mut room = 0;
        for end in &mut ends {
            let needed = if *end > 1 { *end } else { 0 };
            *end = if needed == 0 { NO_ROOM } else { room };
            room += needed;
        }
        let starts = ends.clone();
        let mut named = vec![0u32; room as usize];
        for (at, row) in table.rows() {
            for slot in slots.of_row(row) {
                let end = ends[slot];
                let again = end > starts[slot] && named.get(end as usize - 1) == Some(&at);
                if end != NO_ROOM && !again {
                    named[end as usize] = at;
                    ends[slot] += 1;
                }
            }
        }
        let mut seen = vec![u32::MAX; table.dict().len()];
        let mut shared = Vec::new();
        for (slot, (start, end)) in starts.into_iter().zip(ends).enumerate() {
            if start == NO_ROOM || end - start < 2 {
                continue;
            }
            let rows = named[start as usize..end as usize].iter().filter_map(|row| table.row(*row));
            let is_new = |row: &Row<'_>| {
                let resource = &mut seen[row.head_code(FactKind::Resource) as usize];
                std::mem::replace(resource, slot as u32) != slot as u32
            };
            let resources = rows.filter(is_new).count() as u32;
            shared.push((slots.fact(slot), Mentioned { alerts: end - start, resources }));
        }
        shared.sort_unstable_by_key(|(fact, _)| *fact);
        shared.shrink_to_fit();
        Self { counted: table.content_mark(), shared, chiefs: slots.chiefs }
    }

    /// True when the counts are those of a snapshot: no fact changed since.
    pub fn hold(&self, table: &Table) -> bool {
        self.counted.holds(table)
    }

    /// Who mentions a value that some alert of the snapshot has.
    pub fn of(&self, fact: PackedFact) -> Mentioned {
        let fact = self.chiefs.get(&fact).copied().unwrap_or(fact);
        let place = self.shared.binary_search_by_key(&fact, |(known, _)| *known);
        place.map_or(Mentioned { alerts: 1, resources: 1 }, |at| self.shared[at].1)
    }
}

/// A number for each value of a table: its chief spelling's string code; a string that is a value of several kinds has
/// further ones behind those.
struct Slots {
    codes: usize,
    /// The kind for which a string's own code stands.
    kinds: Vec<u8>,
    further: Vec<PackedFact>,
    by_fact: HashMap<PackedFact, usize>,
    /// For the other spellings of a value: the chief one.
    chiefs: HashMap<PackedFact, PackedFact>,
    asked: u32,
}

impl Slots {
    fn new(table: &Table) -> Self {
        let asked = KINDS.iter().fold(0, |bits, kind| bits | kind.bit());
        let codes = table.dict().len();
        let mut kinds = vec![0; codes];
        let mut further = Vec::new();
        for (code, _, occurs) in table.dict().iter().filter(|(_, _, occurs)| occurs & asked != 0) {
            let mut occurs = occurs & asked;
            kinds[code as usize] = occurs.trailing_zeros() as u8;
            occurs &= occurs - 1;
            while occurs != 0 {
                further.extend(
                    FactKind::from_code(occurs.trailing_zeros() as u8)
                        .map(|kind| PackedFact::new(kind, code)),
                );
                occurs &= occurs - 1;
            }
        }
        let by_fact = further.iter().enumerate().map(|(at, fact)| (*fact, codes + at)).collect();
        Self { codes, kinds, further, by_fact, chiefs: chiefs(table), asked }
    }

    fn len(&self) -> usize {
        self.codes + self.further.len()
    }

    /// The numbers of a row's values; the same one again for each time it is named.
    fn of_row<'a>(&'a self, row: Row<'a>) -> impl Iterator<Item = usize> + 'a {
        row.facts().iter().filter(|fact| fact.is_of(self.asked)).filter_map(|fact| {
            let fact =
                if self.chiefs.is_empty() { *fact } else { self.chiefs.get(fact).copied().unwrap_or(*fact) };
            let own = self.kinds.get(fact.code() as usize).is_some_and(|kind| *kind == fact.kind() as u8);
            if own { Some(fact.code() as usize) } else { self.by_fact.get(&fact).copied() }
        })
    }

    fn fact(&self, slot: usize) -> PackedFact {
        if let Some(fact) = slot.checked_sub(self.codes).and_then(|at| self.further.get(at)) {
            return *fact;
        }
        let kind = self.kinds.get(slot).and_then(|kind| FactKind::from_code(*kind));
        PackedFact::new(kind.unwrap_or(FactKind::Entity), slot as u32)
    }
}

/// The first spelling of each value that has several, by its others.
fn chiefs(table: &Table) -> HashMap<PackedFact, PackedFact> {
    let mut chiefs = HashMap::new();
    let mut hashed: Vec<(u64, u32)> = Vec::new();
    let mut scratch = String::new();
    for kind in KINDS {
        hashed.clear();
        for (code, text, _) in table.dict().iter().filter(|(_, _, kinds)| kinds & kind.bit() != 0) {
            spell(kind, text, &mut scratch);
            hashed.push((hash(scratch.as_str()), code));
        }
        hashed.sort_unstable();
        for alike in hashed.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            let mut first: HashMap<String, u32> = HashMap::new();
            for (_, code) in alike {
                let chief = *first.entry(spelling(kind, table.dict().text(*code))).or_insert(*code);
                if chief != *code {
                    chiefs.insert(PackedFact::new(kind, *code), PackedFact::new(kind, chief));
                }
            }
        }
    }
    chiefs
}

/// Counts a few values in one pass over the table.
pub fn count(table: &Table, wanted: &[PackedFact]) -> Vec<Mentioned> {
    let mut values: Vec<(FactKind, String)> = Vec::new();
    let places: Vec<usize> = wanted
        .iter()
        .map(|fact| {
            let value = (fact.kind(), spelling(fact.kind(), table.dict().text(fact.code())));
            values.iter().position(|known| *known == value).unwrap_or_else(|| {
                values.push(value);
                values.len() - 1
            })
        })
        .collect();
    let mut counts = vec![Mentioned::default(); values.len()];
    let mut resources: Vec<Vec<u32>> = vec![Vec::new(); values.len()];
    each_naming(table, &values, |_, row, place| {
        counts[place].alerts += 1;
        resources[place].push(row.head_code(FactKind::Resource));
    });
    for (mentioned, resources) in counts.iter_mut().zip(&mut resources) {
        resources.sort_unstable();
        resources.dedup();
        mentioned.resources = resources.len() as u32;
    }
    places.into_iter().map(|place| counts[place]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::filter::testing::{Sample, builder, context, table};
    use crate::domain::filter::{Compiled, Filter};
    use crate::domain::{AlertKey, Status};

    fn rows_of(table: &Table, kind: FactKind, text: &str) -> Option<usize> {
        Compiled::new(&Filter::naming(kind, text)?, table, &context(), &|| false)?.count(&|| false)
    }

    #[test]
    fn spellings_of_one_value_are_counted_together_and_each_alert_once() {
        let sample = |name, facts| Sample { facts, ..Sample::new(name) };
        let table = table(&[
            sample(
                "a",
                vec![(FactKind::Host, "VM-1"), (FactKind::Host, "vm-1"), (FactKind::Ip, "2001:DB8::1")],
            ),
            sample("b", vec![(FactKind::Host, "vm-1"), (FactKind::Ip, "2001:db8:0::1")]),
            sample("c", vec![(FactKind::Host, "Vm-1"), (FactKind::Account, "vm-1"), (FactKind::Ip, "odd")]),
        ]);
        let counts = MentionCounts::new(&table);
        let of = |row: u32, at: usize| {
            let fact = table.row(row).unwrap().facts()[FactKind::HEADS + at];
            assert_eq!(counts.of(fact), count(&table, &[fact])[0]);
            counts.of(fact).alerts
        };
        assert_eq!(
            [of(0, 0), of(0, 1), of(0, 2), of(1, 0), of(2, 0), of(2, 1), of(2, 2)],
            [3, 3, 2, 3, 3, 1, 1]
        );
    }

    #[test]
    fn the_index_outlives_changes_of_status_and_not_those_of_facts() {
        let sample = |name, ip| Sample { facts: vec![(FactKind::Ip, ip)], ..Sample::new(name) };
        let mut builder = builder(&[sample("a", "10.0.0.1"), sample("b", "10.0.0.1")]);
        let counts = MentionCounts::new(&builder.snapshot());
        builder.set_pending(AlertKey(1), Some(Status::Dismissed));
        builder.set_remote_status(AlertKey(2), Status::Resolved);
        assert!(counts.hold(&builder.snapshot()));
        let more = super::super::filter::testing::builder(&[sample("c", "10.0.0.1")]);
        assert!(!counts.hold(more.table()));
        builder.remove(&[AlertKey(1)]);
        assert!(!counts.hold(&builder.snapshot()));
    }

    fn values() -> impl Strategy<Value = Vec<Vec<(FactKind, String)>>> {
        let kind = prop::sample::select(KINDS.to_vec());
        let text = prop_oneof![
            4 => "[aAbB\u{e4}\u{c4}\u{212a}k*\" ]{1,2}",
            2 => prop::sample::select(vec!["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "2001:DB8:0::1", " 10.0.0.1"])
                .prop_map(str::to_owned),
        ];
        prop::collection::vec(prop::collection::vec((kind, text), 0..6), 1..12)
    }

    proptest! {
        /// Index, pass and filter say the same of every value: the number beside an entity is what its pivot lists.
        #[test]
        fn all_ways_to_count_agree(alerts in values()) {
            let names: Vec<String> = (0..alerts.len()).map(|n| format!("n{n}")).collect();
            let resources: Vec<String> = (0..alerts.len()).map(|n| format!("r{}", n % 3)).collect();
            let samples: Vec<Sample<'_>> = alerts
                .iter()
                .enumerate()
                .map(|(n, facts)| Sample {
                    resource: &resources[n],
                    facts: facts.iter().map(|(kind, text)| (*kind, text.as_str())).collect(),
                    ..Sample::new(&names[n])
                })
                .collect();
            let table = table(&samples);
            let counts = MentionCounts::new(&table);
            for (_, row) in table.rows() {
                let wanted = &row.facts()[FactKind::HEADS..];
                let passed = count(&table, wanted);
                for (fact, passed) in wanted.iter().zip(passed) {
                    let text = table.dict().text(fact.code());
                    prop_assert_eq!(counts.of(*fact), passed, "{:?} {:?}", fact.kind(), text);
                    prop_assert_eq!(rows_of(&table, fact.kind(), text), Some(passed.alerts as usize));
                    prop_assert!(passed.resources >= 1 && passed.resources <= passed.alerts);
                }
            }
        }
    }
}
