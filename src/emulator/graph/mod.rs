//! Azure Resource Graph: queries over the tenant (2021-03-01 and 2022-10-01; the contract's README §8).
//!
//! A small and honest part of the query language: what is not understood is refused with its place, never guessed.
//! As in the service, access to members is by exact letter case, alerts have their properties in PascalCase, and
//! `resultTruncated` is a text.

mod eval;
mod lexer;
mod parser;
mod syntax;
mod tables;
mod value;

#[cfg(test)]
mod tests;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arm_error::ArmError;
use super::reply::Reply;
use super::serve::Shared;
use eval::{Row, Table};
use parser::Wrong;

/// The most rows on a page, and how many there are unless `$top` says otherwise.
const MOST: usize = 1000;

#[derive(Deserialize)]
struct Body {
    query: String,
    #[serde(default)]
    subscriptions: Option<Vec<String>>,
    #[serde(default)]
    options: Option<Options>,
}

#[derive(Default, Deserialize)]
struct Options {
    #[serde(rename = "$top")]
    top: Option<i64>,
    #[serde(rename = "$skip")]
    skip: Option<i64>,
    #[serde(rename = "$skipToken")]
    token: Option<String>,
    #[serde(rename = "resultFormat")]
    format: Option<String>,
}

fn invalid(code: &'static str, message: String) -> ArmError {
    ArmError::bad_request("BadRequest", "The request cannot be carried out; see the details.")
        .detailed(code, message)
}

fn mistake(query: &str, wrong: &Wrong) -> ArmError {
    let before = query.get(..wrong.at).unwrap_or(query);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    invalid("ParserFailure", format!("Line {line}, column {column}: {}.", wrong.what))
}

/// `POST /providers/Microsoft.ResourceGraph/resources`
pub(super) fn answer(shared: &Shared, body: &[u8]) -> Result<Reply, ArmError> {
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        ArmError::bad_content(format!(
            "The request content was invalid and could not be deserialized: '{error}'."
        ))
    })?;
    let options = body.options.unwrap_or_default();
    let top = page_size(&options)?;
    let from = begin(&options, &body.query)?;
    let as_table = match options.format.as_deref() {
        None | Some("objectArray") => false,
        Some("table") => true,
        Some(other) => {
            return Err(invalid(
                "InvalidOption",
                format!("The result format '{other}' is neither objectArray nor table."),
            ));
        }
    };
    let query = parser::parse(&body.query).map_err(|wrong| mistake(&body.query, &wrong))?;
    let subscriptions = scope(shared, body.subscriptions.as_deref().unwrap_or_default());
    let table = tables::read(shared, &query, &subscriptions)
        .ok_or_else(|| invalid("InvalidQuery", format!("There is no table '{}'.", query.table)))?;
    let table = eval::run(&query, table, shared.clock.now()).map_err(|column| {
        invalid(
            "InvalidQuery",
            format!("There is no column or function '{column}' here; letter case counts."),
        )
    })?;
    Ok(Reply::json(StatusCode::OK, page(table, from, top, as_table, &body.query).to_string()))
}

fn page_size(options: &Options) -> Result<usize, ArmError> {
    let top = options.top.unwrap_or(MOST as i64);
    usize::try_from(top).ok().filter(|top| (1..=MOST).contains(top)).ok_or_else(|| {
        invalid("InvalidOption", format!("'$top' is {top}, which is not between 1 and {MOST}."))
    })
}

/// The first row that is wanted: by the token, else by `$skip`.
fn begin(options: &Options, query: &str) -> Result<usize, ArmError> {
    if let Some(skip) = options.skip {
        let refused = || invalid("InvalidOption", format!("'$skip' is {skip}, which is less than 0."));
        return usize::try_from(skip).map_err(|_| refused());
    }
    let Some(token) = options.token.as_deref().filter(|token| !token.is_empty()) else { return Ok(0) };
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (from, length) = text.split_once(':')?;
        (length.parse() == Ok(query.len())).then(|| from.parse().ok()).flatten()
    };
    read().ok_or_else(|| {
        invalid("InvalidSkipToken", "The skip token does not belong to this query.".to_owned())
    })
}

/// The known ones of these subscriptions; all if none is named.
fn scope(shared: &Shared, wanted: &[String]) -> Vec<String> {
    let state = shared.state();
    if wanted.is_empty() {
        return state.subscriptions().map(|known| known.id.clone()).collect();
    }
    wanted.iter().filter_map(|id| state.subscription(id)).map(|known| known.id.clone()).collect()
}

fn page(table: Table, from: usize, top: usize, as_table: bool, query: &str) -> Value {
    let total = table.rows.len();
    let columns = table.columns;
    let rows: Vec<Row> = table.rows.into_iter().skip(from).take(top).collect();
    let count = rows.len();
    let more = from + count < total;
    // Pages hold still by the rows' ids: without them there is no next page.
    let pages = columns.iter().any(|column| column == "id");
    let mut body = json!({
        "totalRecords": total,
        "count": count,
        "resultTruncated": if more && !pages { "true" } else { "false" },
        "facets": [],
    });
    if more && pages {
        body["$skipToken"] = URL_SAFE_NO_PAD.encode(format!("{}:{}", from + count, query.len())).into();
    }
    body["data"] = if as_table { table_of(&columns, &rows) } else { rows.into() };
    body
}

/// The older of the two formats: columns, and rows as lists.
fn table_of(columns: &[String], rows: &[Row]) -> Value {
    let kind = |column: &String| {
        let first = rows.iter().filter_map(|row| row.get(column)).find(|value| !value.is_null());
        match first {
            Some(Value::Number(_)) => "integer",
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Array(_) | Value::Object(_)) => "object",
            _ => "string",
        }
    };
    let described: Vec<Value> =
        columns.iter().map(|column| json!({ "name": column, "type": kind(column) })).collect();
    let cells =
        |row: &Row| columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect();
    let rows: Vec<Value> = rows.iter().map(|row| Value::Array(cells(row))).collect();
    json!({ "columns": described, "rows": rows })
}
