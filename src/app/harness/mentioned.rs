//! What an alert of the harness mentions.

use crate::app::message::Mention;
use crate::domain::mentions::{self, KINDS, Mentioned};
use crate::domain::table::{PackedFact, Table};
use crate::domain::{AlertKey, SafeText};

/// The entities of an alert by its facts, as the shell counts them.
pub(super) fn by(table: &Table, key: AlertKey) -> Vec<Mention> {
    let Some(row) = table.get(key) else { return Vec::new() };
    let facts: Vec<_> = row.facts().iter().copied().filter(|fact| KINDS.contains(&fact.kind())).collect();
    let counts = mentions::count(table, &facts);
    let mention = |(fact, count): (PackedFact, Mentioned)| Mention {
        kind: fact.kind(),
        value: SafeText::from(table.dict().text(fact.code())),
        label: format!("{:?}", fact.kind()).to_lowercase(),
        alerts: count.alerts as usize - 1,
        resources: count.resources as usize,
    };
    facts.into_iter().zip(counts).map(mention).collect()
}
