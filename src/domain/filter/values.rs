//! The values of a field that *Add filter* offers, counted under the rest of the filter.

use super::Context;
use super::ast::Filter;
use super::compiled::Compiled;
use super::facet::{Facet, facets_like};
use super::field::{Field, Source};
use super::network::Network;
use super::pattern::fold;
use crate::domain::SafeText;
use crate::domain::table::Table;

/// Values given at most; typing narrows them.
const MOST: usize = 500;

/// Ranges of time, as a filter writes them and in words.
const RANGES: [(&str, &str); 6] = [
    ("1h", "1 hour"),
    ("8h", "8 hours"),
    ("24h", "24 hours"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("90d", "90 days"),
];

/// Values of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The values with their counts.
    pub facets: Vec<Facet>,
    /// True when there are more than these.
    pub more: bool,
}

/// The values of a field that hold a text, the most frequent first, counted among the alerts that pass the filter without
/// what it says about this field. A time field has ranges. None when cancelled.
pub fn values(
    table: &Table,
    filter: &Filter,
    field: Field,
    text: &str,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Values> {
    let rest = filter.without(field);
    if field.is_time() {
        return ranges(table, &rest, field, text, context, cancelled);
    }
    let rows = Compiled::new(&rest, table, context, cancelled)?.rows(cancelled)?;
    let mut facets = facets_like(table, &rows, field, text, MOST + 1);
    if matches!(field.0.source, Source::Ip) {
        // What is no address can be found as it is written only, which is a field of its own.
        facets.retain(|facet| Network::parse(facet.value.raw()).is_some());
    }
    let more = facets.len() > MOST;
    facets.truncate(MOST);
    (!cancelled()).then_some(Values { facets, more })
}

fn ranges(
    table: &Table,
    rest: &Filter,
    field: Field,
    text: &str,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Values> {
    let mut facets = Vec::new();
    for (value, words) in RANGES {
        let label =
            if field.name() == "since" { format!("the last {words}") } else { format!("over {words} ago") };
        if !label.contains(&fold(text)) && !value.contains(text) {
            continue;
        }
        let filter = rest.with_values(field, [value])?;
        let count = Compiled::new(&filter, table, context, cancelled)?.count(cancelled)?;
        facets.push(Facet { value: SafeText::from(value), label: SafeText::from(label), count });
    }
    Some(Values { facets, more: false })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sample, context, table};
    use super::super::{Compiled, parse};
    use super::*;
    use crate::domain::fact::FactKind;

    #[test]
    fn values_are_counted_under_the_rest_of_the_filter() {
        let table = table(&[
            Sample { severity: "High", ..Sample::new("a") },
            Sample { severity: "Low", group: "", time: "2026-11-23T13:30:00Z", ..Sample::new("b") },
            Sample { severity: "Low", status: "Dismissed", ..Sample::new("c") },
        ]);
        for (filter, field, text, expected) in [
            ("status:active severity:high", "severity", "", "high 1, low 1"),
            ("status:active severity:high", "status", "", "active 1"),
            ("", "severity", "HI", "high 1"),
            ("status:active", "group", "", " 1, rg-web 1"),
            ("status:active", "group", "rg", "rg-web 1"),
            ("since:1h", "since", "", "1h 1, 8h 3, 24h 3, 7d 3, 30d 3, 90d 3"),
            ("", "until", "hours ago", "8h 0, 24h 0"),
            ("", "since", "24", "24h 3"),
        ] {
            let field = Field::find(field).unwrap();
            let filter = parse(filter).unwrap();
            let values = values(&table, &filter, field, text, &context(), &|| false).unwrap();
            let shown: Vec<String> =
                values.facets.iter().map(|facet| format!("{} {}", facet.value.raw(), facet.count)).collect();
            assert_eq!(shown.join(", "), expected, "{filter} {} {text}", field.name());
        }
        assert_eq!(
            values(&table, &Filter::all(), Field::find("host").unwrap(), "", &context(), &|| true),
            None
        );
    }

    #[test]
    fn a_ticked_value_finds_as_many_alerts_as_it_counts() {
        let facts = |ip, host| vec![(FactKind::Ip, ip), (FactKind::Host, host), (FactKind::Account, "a*")];
        let samples: Vec<Sample<'_>> =
            [("a", "10.0.0.1", "dc,1"), ("b", "::1", "DC,1"), ("c", "odd", "\"q\"")]
                .into_iter()
                .map(|(name, ip, host)| Sample {
                    facts: facts(ip, host),
                    intent: "LateralMovement, Impact",
                    group: if name == "a" { "" } else { "rg *" },
                    ..Sample::new(name)
                })
                .collect();
        let table = table(&samples);
        for field in Field::all().filter(|field| field.has_values() || field.is_time()) {
            let offered = values(&table, &Filter::all(), field, "", &context(), &|| false).unwrap();
            for facet in offered.facets {
                let filter = Filter::all().with_values(field, [facet.value.raw()]).unwrap();
                let read = parse(&filter.to_string()).unwrap();
                let found = Compiled::new(&read, &table, &context(), &|| false).unwrap();
                assert_eq!(found.count(&|| false), Some(facet.count), "{filter}");
            }
        }
    }
}
