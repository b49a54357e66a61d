//! A filter and an order over the table: which alerts, and which first.

mod group_by;
mod groups;
mod sort;

use crate::domain::filter::{Compiled, Context, Filter};
use crate::domain::table::Table;

pub use group_by::{GroupBy, GroupByError};
pub use groups::{Group, GroupId, GroupValue, Groups, arrange};
pub use sort::{Direction, Ranking, Sort, SortError, SortKey};

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Which alerts.
    pub filter: Filter,
    /// Which first.
    pub sort: Sort,
}

/// The positions in the snapshot of the alerts that pass, in order. None when `cancelled` said that nobody waits any
/// more; it is asked every few thousand rows or strings.
pub fn run(
    table: &Table,
    query: &Query,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<u32>> {
    let compiled = Compiled::new(&query.filter, table, context, cancelled)?;
    let rows = compiled.rows(cancelled)?;
    let sorted = query.sort.order(table, rows);
    (!cancelled()).then_some(sorted)
}

/// As [`run`], with the order of the whole table made before: for a filter that changes with every key while the
/// snapshot and the sort stay.
pub fn run_ranked(
    table: &Table,
    filter: &Filter,
    ranking: &Ranking,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<u32>> {
    if filter.is_all() {
        return Some(ranking.rows().to_vec());
    }
    let rows = Compiled::new(filter, table, context, cancelled)?.rows(cancelled)?;
    Some(ranking.arrange(&rows))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::filter::parse;
    use crate::domain::filter::testing::{Sample, context, table};

    fn names(table: &Table, rows: &[u32]) -> Vec<String> {
        rows.iter().filter_map(|row| table.row(*row)).map(|row| row.name().to_owned()).collect()
    }

    fn sample() -> std::sync::Arc<Table> {
        table(&[
            Sample { severity: "Low", time: "2026-11-23T10:00:00Z", title: "beta", ..Sample::new("a") },
            Sample { severity: "High", time: "2026-11-21T10:00:00Z", title: "Alpha", ..Sample::new("b") },
            Sample { severity: "High", time: "2026-11-22T10:00:00Z", title: "gamma", ..Sample::new("c") },
            Sample { severity: "Critical", time: "2026-11-23T11:00:00Z", title: "alpha", ..Sample::new("d") },
            Sample { severity: "High", time: "2026-11-22T10:00:00Z", title: "Émile", ..Sample::new("e") },
            Sample { severity: "High", time: "", title: "", ..Sample::new("f") },
        ])
    }

    #[test]
    fn every_sort_puts_its_rows_in_order() {
        let table = sample();
        for (keys, order) in [
            ("", "cebfad"),
            ("severity,time", "cebfad"),
            ("time", "dacebf"),
            ("-time", "fbcead"),
            ("time:asc", "fbcead"),
            ("time:desc", "dacebf"),
            ("-severity,-time", "dafbce"),
            ("title", "fbdace"),
            ("-title", "ecadbf"),
            ("title,-time", "fbdace"),
            ("status,title:desc", "ecadbf"),
        ] {
            let sort = Sort::parse(keys).unwrap();
            let query = Query { filter: Filter::all(), sort: sort.clone() };
            let rows = run(&table, &query, &context(), &|| false).unwrap();
            assert_eq!(names(&table, &rows).concat(), order, "{keys}");
            let ranking = Ranking::new(&table, &sort);
            assert_eq!(ranking.rows(), rows);
            let filter = parse("severity:high").unwrap();
            let ranked = run_ranked(&table, &filter, &ranking, &context(), &|| false).unwrap();
            assert_eq!(ranked, run(&table, &Query { filter, sort }, &context(), &|| false).unwrap());
        }
    }

    #[test]
    fn a_cancelled_question_has_no_answer() {
        let table = sample();
        assert_eq!(run(&table, &Query::default(), &context(), &|| true), None);
        let ranking = Ranking::new(&table, &Sort::default());
        assert_eq!(run_ranked(&table, &parse("x").unwrap(), &ranking, &context(), &|| true), None);
    }

    #[test]
    fn a_sort_prints_as_it_is_read() {
        for (text, printed) in [
            ("", "severity,time"),
            ("Title, -Time", "title,time:asc"),
            ("sub:desc,rg", "subscription:desc,group"),
            ("severity:asc", "severity:asc"),
        ] {
            let sort = Sort::parse(text).unwrap();
            assert_eq!(sort.to_string(), printed);
            assert_eq!(Sort::parse(printed).unwrap(), sort);
        }
        for (text, wrong) in [("colour", "colour"), ("time:up", "time:up"), ("title,,time", ""), ("-", "-")] {
            let error = Sort::parse(text).unwrap_err();
            assert_eq!(error.key, wrong);
            assert!(error.to_string().contains("severity, time, status"), "{error}");
        }
    }

    #[test]
    fn many_keys_sort_like_one_comparison_after_another() {
        let names: Vec<String> = (0..500u32).map(|n| format!("n{n:03}")).collect();
        let texts: Vec<[String; 3]> = (0..500u32)
            .map(|n| [format!("t{}", n * 7 % 13), format!("r{}", n * 11 % 17), format!("g{}", n % 5)])
            .collect();
        let times: Vec<String> = (0..500i64)
            .map(|n| DateTime::<Utc>::from_timestamp(1_700_000_000 + n * 31 % 97, 0).unwrap().to_rfc3339())
            .collect();
        let samples: Vec<Sample<'_>> = (0..500)
            .map(|n| Sample {
                title: &texts[n][0],
                resource: &texts[n][1],
                group: &texts[n][2],
                time: &times[n],
                severity: ["High", "Low"][n % 2],
                ..Sample::new(&names[n])
            })
            .collect();
        let table = table(&samples);
        let sort = Sort::parse("title,-resource,group,severity,type,subscription,status,time").unwrap();
        let rows = Ranking::new(&table, &sort).rows().to_vec();
        let mut expected: Vec<u32> = (0..500).collect();
        expected.sort_by_key(|row| {
            let row = table.row(*row).unwrap();
            (
                row.title().0.to_owned(),
                std::cmp::Reverse(row.resource().0.to_owned()),
                row.group().0.to_owned(),
                std::cmp::Reverse(row.severity()),
                std::cmp::Reverse(row.seconds()),
            )
        });
        assert_eq!(rows, expected);
    }
}
