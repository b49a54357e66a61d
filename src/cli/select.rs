//! From what is typed to alerts: filters, ids and names.

use std::sync::Arc;

use crate::cli::exit::CliError;
use crate::domain::filter::{self, Filter};
use crate::domain::listing::Listing;
use crate::domain::query::{self, Query, Sort};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertId, AlertKey, SafeStr};
use crate::runtime::now;

/// Parses a filter; the error shows where it is wrong.
pub fn parse(text: &str) -> Result<Filter, CliError> {
    filter::parse(text).map_err(|error| CliError::usage(error.explain(text)))
}

/// The alerts that match, in order; all without a filter.
pub fn matching(table: &Arc<Table>, text: Option<&str>, sort: Sort) -> Result<Listing, CliError> {
    let filter = text.map_or_else(|| Ok(Filter::all()), parse)?;
    let clock = now();
    let context = filter::Context { now: clock.utc, offset: clock.offset, me: None };
    let rows = query::run(table, &Query { filter, sort }, &context, &|| false).unwrap_or_default();
    Ok(Listing::new(Arc::clone(table), rows))
}

/// The alert of a full id, or of a name where that is unambiguous.
pub fn find<'a>(table: &'a Table, id: &str) -> Result<Row<'a>, CliError> {
    if id.contains('/') {
        let unknown = || {
            CliError::failed(format!("no alert {} in the cache; `quell sync` fetches new ones", SafeStr(id)))
        };
        return table.find(&AlertId::new(id)).ok_or_else(unknown);
    }
    let rows = table.named(id);
    match rows.as_slice() {
        [row] => Ok(*row),
        [] => Err(CliError::failed(format!(
            "no alert named {} in the cache; `quell sync` fetches new ones",
            SafeStr(id)
        ))),
        several => {
            let ids: Vec<String> = several.iter().map(|row| SafeStr(row.id().as_str()).to_string()).collect();
            Err(CliError::failed(format!(
                "{} alerts are named {}; give the full id of one:\n{}",
                several.len(),
                SafeStr(id),
                ids.join("\n")
            )))
        }
    }
}

/// The keys of several ids.
pub fn find_all(table: &Table, ids: &[String]) -> Result<Vec<AlertKey>, CliError> {
    ids.iter().map(|id| find(table, id).map(|row| row.key())).collect()
}
