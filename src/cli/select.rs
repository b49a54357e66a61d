//! From what is typed to alerts: filters, ids and names.

use std::sync::Arc;

use crate::cli::exit::{CliError, Exit};
use crate::cli::output::say;
use crate::cli::workspace;
use crate::domain::filter::{self, Expr, Filter, Value, Wider};
use crate::domain::listing::Listing;
use crate::domain::query::{self, Query, Sort};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertId, AlertKey, SafeStr, SafeText, thousands};
use crate::runtime::now;
use crate::runtime::open::Workspace;

/// Parses a filter; the error shows where it is wrong.
pub fn parse(text: &str) -> Result<Filter, CliError> {
    filter::parse(text)
        .map_err(|error| CliError::usage(format_args!("the filter is wrong here:\n{}", error.explain(text))))
}

/// Parses a filter that may be left out: all alerts then.
pub fn parse_or_all(text: Option<&str>) -> Result<Filter, CliError> {
    text.map_or_else(|| Ok(Filter::all()), parse)
}

/// The alerts that match, in order. A filter that says `me` is refused while nobody is known: taken literally it would
/// match nothing, and its opposite every alert.
pub async fn matching(workspace: &Workspace, filter: Filter, sort: Sort) -> Result<Listing, CliError> {
    let me = if says_me(&filter.0) { Some(me(workspace).await?) } else { None };
    let clock = now();
    let context = filter::Context { now: clock.utc, offset: clock.offset, me };
    let table = &workspace.table;
    let query = Query { filter, sort };
    let rows = query::run(table, &query, &context, &|| false).unwrap_or_default();
    let wider = if rows.is_empty() { filter::wider(table, &query.filter, &context, &|| false) } else { None };
    Ok(Listing { wider, ..Listing::new(Arc::clone(table), rows) })
}

/// Says why there is nothing: no alert matches, or none was ever fetched.
pub async fn say_nothing(workspace: &Workspace, listing: &Listing) {
    if !listing.is_empty() {
        return;
    }
    if workspace.is_of_files() && listing.table.is_empty() {
        return say("the file holds no alert");
    }
    if never_synced(workspace).await {
        return say(NEVER);
    }
    match &listing.wider {
        Some(Wider { term, alerts }) => {
            say(format!("no alert matches; {} would match {}", SafeStr(term), thousands(*alerts)));
        }
        None => say("no alert matches"),
    }
}

/// Said where there are no alerts because none were ever fetched.
pub const NEVER: &str = "the cache was never synced: run `quell sync`";

/// True when the cache is empty and was never synced; of files never.
pub async fn never_synced(workspace: &Workspace) -> bool {
    workspace.table.is_empty()
        && !workspace.is_of_files()
        && matches!(workspace.store.call(|store| store.last_sync()).await, Ok(Ok(None)))
}

/// Says so where that is so.
pub async fn say_never_synced(workspace: &Workspace) {
    if never_synced(workspace).await {
        say(NEVER);
    }
}

/// Who `me` is.
async fn me(workspace: &Workspace) -> Result<SafeText, CliError> {
    match workspace::connect(workspace).await {
        Ok((_, who)) => Ok(who),
        Err(error) => Err(CliError::new(
            Exit::Denied,
            format!("the filter says `me`, and nobody is signed in who that could be: {error}"),
        )),
    }
}

/// True when the filter asks for the user by `me`.
fn says_me(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field, values) => {
            matches!(field.name(), "assigned" | "changed-by")
                && values.iter().any(|value| match value {
                    Value::Pattern(pattern) => {
                        pattern.as_literal().is_some_and(|text| text.eq_ignore_ascii_case("me"))
                    }
                    _ => false,
                })
        }
        Expr::Not(inner) => says_me(inner),
        Expr::And(members) | Expr::Or(members) => members.iter().any(says_me),
        Expr::All | Expr::Text(_) | Expr::Compare(..) => false,
    }
}

/// The alert of a full id, or of a name where that is unambiguous.
pub fn find<'a>(table: &'a Table, id: &str) -> Result<Row<'a>, CliError> {
    if id.trim().is_empty() {
        return Err(CliError::usage("an alert's id or name is needed, and it is empty here"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_says_me_is_known_as_such() {
        for (text, expected) in [
            ("assigned:me", true),
            ("-assigned:ME", true),
            ("severity:high (status:active or not changed-by:none,me)", true),
            ("assigned:none", false),
            ("assigned:me*", false),
            ("me title:me", false),
            ("*", false),
        ] {
            assert_eq!(says_me(&parse(text).unwrap().0), expected, "{text}");
        }
    }
}
