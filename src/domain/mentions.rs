//! How many alerts mention an entity, and on how many resources.
//!
//! The number stands beside each entity of the alert under the cursor, so it must not cost a pass over all alerts for
//! each step of the cursor: [`MentionCounts`] are made once for a snapshot that stays. For one that is about to be
//! replaced, [`count`] looks through the rows.

use crate::domain::fact::FactKind;
use crate::domain::table::{PackedFact, Table};

/// Kinds worth a pivot, the most telling first.
pub const KINDS: [FactKind; 9] = [
    FactKind::Ip,
    FactKind::Account,
    FactKind::Host,
    FactKind::Process,
    FactKind::File,
    FactKind::Hash,
    FactKind::Url,
    FactKind::Domain,
    FactKind::Entity,
];

/// Who mentions a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// How many alerts.
    pub alerts: u32,
    /// On how many resources.
    pub resources: u32,
}

/// The counts of one snapshot. A value that a single alert mentions takes no room.
#[derive(Debug)]
pub struct MentionCounts {
    generation: u64,
    /// By fact.
    shared: Vec<(PackedFact, Mentioned)>,
}

impl MentionCounts {
    /// Counts every value of a snapshot.
    pub fn new(table: &Table) -> Self {
        let mut shared = Vec::new();
        let mut pairs = Vec::new();
        // One kind at a time: the pairs of all would take twice the room of the facts.
        for kind in KINDS {
            pairs.clear();
            for (_, row) in table.rows() {
                let resource = u64::from(row.head_code(FactKind::Resource));
                let facts = row.facts().iter().filter(|fact| fact.kind() == kind);
                pairs.extend(facts.map(|fact| u64::from(fact.0) << 32 | resource));
            }
            pairs.sort_unstable();
            for run in pairs.chunk_by(|a, b| a >> 32 == b >> 32).filter(|run| run.len() > 1) {
                let resources = run.chunk_by(|a, b| a == b).count() as u32;
                let mentioned = Mentioned { alerts: run.len() as u32, resources };
                shared.push((PackedFact((run[0] >> 32) as u32), mentioned));
            }
        }
        shared.sort_unstable_by_key(|(fact, _)| *fact);
        shared.shrink_to_fit();
        Self { generation: table.generation(), shared }
    }

    /// The snapshot that was counted.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Who mentions a value that some alert of the snapshot has.
    pub fn of(&self, fact: PackedFact) -> Mentioned {
        let place = self.shared.binary_search_by_key(&fact, |(known, _)| *known);
        place.map_or(Mentioned { alerts: 1, resources: 1 }, |at| self.shared[at].1)
    }
}

/// Counts a few values in one pass over the table.
pub fn count(table: &Table, wanted: &[PackedFact]) -> Vec<Mentioned> {
    let mut counts = vec![Mentioned::default(); wanted.len()];
    let mut resources: Vec<Vec<u32>> = vec![Vec::new(); wanted.len()];
    // Nearly every fact is none of those wanted, and this says so without comparing it with each.
    let mut maybe = [0u64; 64];
    for fact in wanted {
        maybe[(fact.0 >> 6 & 63) as usize] |= 1 << (fact.0 & 63);
    }
    for (_, row) in table.rows() {
        for fact in row.facts() {
            if maybe[(fact.0 >> 6 & 63) as usize] >> (fact.0 & 63) & 1 == 0 {
                continue;
            }
            if let Some(at) = wanted.iter().position(|wanted| wanted == fact) {
                counts[at].alerts += 1;
                resources[at].push(row.head_code(FactKind::Resource));
            }
        }
    }
    for (mentioned, resources) in counts.iter_mut().zip(&mut resources) {
        resources.sort_unstable();
        resources.dedup();
        mentioned.resources = resources.len() as u32;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, table};

    #[test]
    fn both_ways_to_count_agree() {
        let names: Vec<String> = (0..200).map(|n| format!("n{n}")).collect();
        let values: Vec<[String; 4]> = (0..200)
            .map(|n| {
                [
                    format!("10.0.0.{}", n % 7),
                    format!("host{}", n / 2),
                    format!("h{n}"),
                    format!("r{}", n % 5),
                ]
            })
            .collect();
        let samples: Vec<Sample<'_>> = (0..200)
            .map(|n| Sample {
                resource: &values[n][3],
                facts: vec![
                    (FactKind::Ip, &values[n][0]),
                    (FactKind::Host, &values[n][1]),
                    (FactKind::Hash, &values[n][2]),
                    // The same text under another kind is another value.
                    (FactKind::Account, &values[n][0]),
                ],
                ..Sample::new(&names[n])
            })
            .collect();
        let table = table(&samples);
        let counts = MentionCounts::new(&table);
        assert_eq!(counts.generation(), table.generation());
        for (_, row) in table.rows() {
            let wanted: Vec<PackedFact> =
                row.facts().iter().copied().filter(|fact| KINDS.contains(&fact.kind())).collect();
            assert_eq!(wanted.len(), 4);
            let passed = count(&table, &wanted);
            assert_eq!(passed, wanted.iter().map(|fact| counts.of(*fact)).collect::<Vec<_>>());
        }
        let row = table.row(0).unwrap();
        let ip = row.facts().iter().find(|fact| fact.kind() == FactKind::Ip).unwrap();
        assert_eq!(counts.of(*ip), Mentioned { alerts: 29, resources: 5 });
    }
}
