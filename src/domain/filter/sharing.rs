//! When two alerts name the same thing, and the filter that finds every alert that names it.
//!
//! The same thing is the same kind of fact with the same text, whatever the letter case; of addresses the same address,
//! however it is written. Counts ([`crate::domain::mentions`]) and filters go by this one rule, so that the number
//! beside an entity is the number of alerts that its pivot lists.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::ast::{Expr, Filter, Value};
use super::field::{Field, Source, kinds};
use super::network::{Network, address};
use super::pattern::{Pattern, Reach, fold_into};
use crate::domain::fact::{FactKind, clip};
use crate::domain::table::{PackedFact, Row, Table};

/// A value in the one spelling under which all its spellings are known.
pub fn spelling(kind: FactKind, text: &str) -> String {
    let mut spelt = String::new();
    spell(kind, text, &mut spelt);
    spelt
}

/// [`spelling`] into a string whose room is used again.
pub(in crate::domain) fn spell(kind: FactKind, text: &str, out: &mut String) {
    let address = if kind == FactKind::Ip { address(text) } else { None };
    match address {
        Some(address) => {
            out.clear();
            // Writing to a string does not fail.
            let _ = write!(out, "{address}");
        }
        None => fold_into(clip(text), out),
    }
}

impl Filter {
    /// The alerts that name a thing. None for an empty value and for kinds that no field finds exactly.
    pub fn naming(kind: FactKind, text: &str) -> Option<Self> {
        let text = clip(text);
        if let Some(network) = address(text).filter(|_| kind == FactKind::Ip).and(Network::parse(text.trim()))
        {
            return Some(Self(Expr::Field(Field::find("ip")?, vec![Value::Network(network)])));
        }
        let exact =
            |field: &Field| matches!(field.0.source, Source::Facts(Reach::Whole, [only]) if *only == kind);
        let field = Field::all().find(exact)?;
        Some(Self(Expr::Field(field, vec![Value::Pattern(Pattern::literal(text)?)])))
    }
}

/// The facts of a table that name one of some things, all of them different, each with the place of that thing in `wanted`. One walk over the
/// table's strings.
fn spelled(table: &Table, wanted: &[(FactKind, String)]) -> HashMap<PackedFact, usize> {
    let mut found = HashMap::new();
    let by_spelling: HashMap<(FactKind, &str), usize> =
        wanted.iter().enumerate().map(|(at, (kind, text))| ((*kind, text.as_str()), at)).collect();
    let asked: Vec<FactKind> = wanted.iter().map(|(kind, _)| *kind).collect();
    let asked = kinds(&asked);
    // Folding an ASCII text keeps its length: nearly every other one is refused by it.
    let mut lengths: Vec<usize> = wanted.iter().map(|(_, text)| text.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut spelt = String::new();
    for block in table.dict().blocks() {
        let mut start = 0;
        for (at, end) in block.ends.iter().enumerate() {
            let text = &block.text[start..*end as usize];
            start = *end as usize;
            let mut occurs = block.kinds[at] & asked;
            let is_address = occurs & FactKind::Ip.bit() != 0;
            if occurs == 0 || (!is_address && text.is_ascii() && lengths.binary_search(&text.len()).is_err())
            {
                continue;
            }
            while occurs != 0 {
                let code = occurs.trailing_zeros();
                occurs &= occurs - 1;
                let Some(kind) = FactKind::from_code(code as u8) else { continue };
                spell(kind, text, &mut spelt);
                if let Some(place) = by_spelling.get(&(kind, spelt.as_str())) {
                    found.insert(PackedFact::new(kind, block.first + at as u32), *place);
                }
            }
        }
    }
    found
}

/// Calls `found` for each alert that names one of some things, all of them different, once for each thing, with the thing's place in `wanted`.
/// Alerts come in the table's order. One walk over its strings and one over its facts.
pub fn each_naming<'t>(
    table: &'t Table,
    wanted: &[(FactKind, String)],
    mut found: impl FnMut(u32, &Row<'t>, usize),
) {
    let spelled = spelled(table, wanted);
    let mut last = vec![u32::MAX; wanted.len()];
    // Nearly every fact is none of those wanted, and this says so without looking it up.
    let mut maybe = [0u64; 64];
    for fact in spelled.keys() {
        maybe[(fact.0 >> 6 & 63) as usize] |= 1 << (fact.0 & 63);
    }
    for (at, row) in table.rows() {
        for fact in row.facts() {
            if maybe[(fact.0 >> 6 & 63) as usize] >> (fact.0 & 63) & 1 == 0 {
                continue;
            }
            if let Some(place) = spelled.get(fact)
                && std::mem::replace(&mut last[*place], at) != at
            {
                found(at, &row, *place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn the_filter_of_a_thing_is_exact_and_reads_as_it_prints() {
        for (kind, text, printed) in [
            (FactKind::Ip, "203.0.113.7", "ip:203.0.113.7"),
            (FactKind::Ip, "2001:DB8:0::1", "ip:2001:db8::1"),
            (FactKind::Ip, "::ffff:203.0.113.7", "ip:203.0.113.7"),
            (FactKind::Ip, "10.0.0.0/8", "ip-is:10.0.0.0/8"),
            (FactKind::Ip, "unknown host", "ip-is:\"unknown host\""),
            (FactKind::Host, "vm*01", "host:\"vm*01\""),
            (FactKind::Account, "CONTOSO\\ann", "account-is:CONTOSO\\ann"),
            (FactKind::Process, "a, b", "process-is:\"a, b\""),
            (FactKind::File, "x.ps1", "file-is:x.ps1"),
            (FactKind::Url, "https://evil.example/a?b", "url-is:https://evil.example/a?b"),
            (FactKind::Named, "image: say \"hi\"", "entity-is:\"image: say \"\"hi\"\"\""),
            (FactKind::ResourceId, "arn:aws:s3:::b", "resource-id:arn:aws:s3:::b"),
        ] {
            let filter = Filter::naming(kind, text).unwrap();
            assert_eq!(filter.to_string(), printed);
            assert_eq!(parse(printed).unwrap(), filter);
        }
        assert_eq!(Filter::naming(FactKind::Host, ""), None);
        assert_eq!(Filter::naming(FactKind::CommandLine, "x"), None);
    }
}
