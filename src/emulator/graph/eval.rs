//! Carries out a query, step by step, over rows.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::syntax::{Expr, Key, Named, Query, Step};
use super::value::{compare, is_empty, order, same, stamp, text, time};

/// One row.
pub(super) type Row = Map<String, Value>;

/// A table: its columns in their order, and its rows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Carries out all steps; else which column there is not.
pub(super) fn run(query: &Query, mut table: Table, now: DateTime<Utc>) -> Result<Table, String> {
    for step in &query.steps {
        known(step, &table.columns)?;
        table = apply(step, table, now);
    }
    Ok(table)
}

/// Checks that a step names columns that there are.
fn known(step: &Step, columns: &[String]) -> Result<(), String> {
    let named = |list: &[Named]| list.iter().try_for_each(|named| check(&named.expr, columns));
    match step {
        Step::Where(expr) => check(expr, columns),
        // A column may use those that stand before it in the same step.
        Step::Extend(list) => {
            let mut columns = columns.to_vec();
            list.iter().try_for_each(|named| {
                check(&named.expr, &columns)?;
                columns.push(named.name.clone());
                Ok(())
            })
        }
        Step::Project(list) | Step::Distinct(list) => named(list),
        Step::Expand(one) => check(&one.expr, columns),
        Step::Summarize { aggregates, by } => named(aggregates).and_then(|()| named(by)),
        Step::Order(keys) => keys.iter().try_for_each(|key| check(&key.expr, columns)),
        Step::ProjectAway(names) => {
            names.iter().try_for_each(|name| if columns.contains(name) { Ok(()) } else { Err(name.clone()) })
        }
        Step::Take(_) | Step::Count => Ok(()),
    }
}

fn check(expr: &Expr, columns: &[String]) -> Result<(), String> {
    let all = |list: &[Expr]| list.iter().try_for_each(|expr| check(expr, columns));
    match expr {
        Expr::Literal(_) | Expr::Span(_) => Ok(()),
        Expr::Column(name) => {
            if columns.contains(name) {
                Ok(())
            } else {
                Err(name.clone())
            }
        }
        Expr::Member(inner, _) | Expr::Item(inner, _) | Expr::Not(inner) => check(inner, columns),
        Expr::Call(_, list) => all(list),
        Expr::And(left, right) | Expr::Or(left, right) | Expr::Compare(left, _, right) => {
            check(left, columns).and_then(|()| check(right, columns))
        }
        Expr::In { value, list, .. } => check(value, columns).and_then(|()| all(list)),
    }
}

fn apply(step: &Step, mut table: Table, now: DateTime<Utc>) -> Table {
    match step {
        Step::Where(expr) => table.rows.retain(|row| truth(&eval(expr, row, now))),
        Step::Extend(list) => {
            for named in list {
                if !table.columns.contains(&named.name) {
                    table.columns.push(named.name.clone());
                }
                for row in &mut table.rows {
                    let value = eval(&named.expr, row, now);
                    row.insert(named.name.clone(), value);
                }
            }
        }
        Step::Project(list) => table = project(list, &table.rows, now),
        Step::ProjectAway(names) => {
            table.columns.retain(|column| !names.contains(column));
            for row in &mut table.rows {
                row.retain(|column, _| !names.contains(column));
            }
        }
        Step::Distinct(list) => {
            table = summarize(&[], list, &table.rows, now);
        }
        Step::Expand(named) => table = expand(named, table, now),
        Step::Summarize { aggregates, by } => table = summarize(aggregates, by, &table.rows, now),
        Step::Order(keys) => sort(keys, &mut table.rows, now),
        Step::Take(count) => table.rows.truncate(*count),
        Step::Count => {
            let row = Row::from_iter([("Count".to_owned(), table.rows.len().into())]);
            table = Table { columns: vec!["Count".to_owned()], rows: vec![row] };
        }
    }
    table
}

fn project(list: &[Named], rows: &[Row], now: DateTime<Utc>) -> Table {
    let values =
        |row: &Row| list.iter().map(|named| (named.name.clone(), eval(&named.expr, row, now))).collect();
    Table {
        columns: list.iter().map(|named| named.name.clone()).collect(),
        rows: rows.iter().map(values).collect(),
    }
}

/// One row for each element of a list; a value that is no list stays as it is.
fn expand(named: &Named, mut table: Table, now: DateTime<Utc>) -> Table {
    if !table.columns.contains(&named.name) {
        table.columns.push(named.name.clone());
    }
    let expanded = |row: Row| {
        let items = match eval(&named.expr, &row, now) {
            Value::Array(items) if !items.is_empty() => items,
            Value::Array(_) => vec![Value::Null],
            other => vec![other],
        };
        items.into_iter().map(move |item| {
            let mut row = row.clone();
            row.insert(named.name.clone(), item);
            row
        })
    };
    table.rows = table.rows.into_iter().flat_map(expanded).collect();
    table
}

fn summarize(aggregates: &[Named], by: &[Named], rows: &[Row], now: DateTime<Utc>) -> Table {
    let mut groups: Vec<(Row, Vec<&Row>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let key: Row = by.iter().map(|named| (named.name.clone(), eval(&named.expr, row, now))).collect();
        let place = *places.entry(Value::Object(key.clone()).to_string()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    if by.is_empty() && groups.is_empty() {
        groups.push((Row::new(), Vec::new()));
    }
    let mut columns: Vec<String> = by.iter().map(|named| named.name.clone()).collect();
    columns.extend(aggregates.iter().map(|named| named.name.clone()));
    let rows = groups.into_iter().map(|(mut row, members)| {
        for named in aggregates {
            row.insert(named.name.clone(), aggregate(&named.expr, &members, now));
        }
        row
    });
    Table { rows: rows.collect(), columns }
}

fn aggregate(expr: &Expr, rows: &[&Row], now: DateTime<Utc>) -> Value {
    let Expr::Call(name, arguments) = expr else { return Value::Null };
    let Some(argument) = arguments.first() else { return rows.len().into() };
    let values = rows.iter().map(|row| eval(argument, row, now));
    if name == "countif" {
        return values.filter(truth).count().into();
    }
    let values: Vec<Value> = values.filter(|value| !value.is_null()).collect();
    let distinct = || {
        let mut set: Vec<Value> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for value in &values {
            if seen.insert(value.to_string()) {
                set.push(value.clone());
            }
        }
        set
    };
    match name.as_str() {
        "dcount" => distinct().len().into(),
        "make_set" => distinct().into(),
        "make_list" => values.into(),
        "min" => values.into_iter().min_by(order).unwrap_or_default(),
        "max" => values.into_iter().max_by(order).unwrap_or_default(),
        _ => values.into_iter().next().unwrap_or_default(),
    }
}

fn sort(keys: &[Key], rows: &mut [Row], now: DateTime<Utc>) {
    rows.sort_by_cached_key(|row| Sorted {
        values: keys.iter().map(|key| (eval(&key.expr, row, now), key.descending)).collect(),
    });
}

/// A row's sort keys.
struct Sorted {
    values: Vec<(Value, bool)>,
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let each = self.values.iter().zip(&other.values).map(|((left, descending), (right, _))| {
            if *descending { order(right, left) } else { order(left, right) }
        });
        each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sorted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sorted {}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}

fn eval(expr: &Expr, row: &Row, now: DateTime<Utc>) -> Value {
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Span(seconds) => (*seconds).into(),
        Expr::Column(name) => row.get(name).cloned().unwrap_or_default(),
        Expr::Member(..) | Expr::Item(..) => reach(expr, row).cloned().unwrap_or_else(|| match expr {
            // What is not a path into a column is worked out first.
            Expr::Member(inner, name) => eval(inner, row, now).get(name).cloned().unwrap_or_default(),
            Expr::Item(inner, at) => eval(inner, row, now).get(at).cloned().unwrap_or_default(),
            _ => Value::Null,
        }),
        Expr::Not(inner) => (!truth(&eval(inner, row, now))).into(),
        Expr::And(left, right) => (truth(&eval(left, row, now)) && truth(&eval(right, row, now))).into(),
        Expr::Or(left, right) => (truth(&eval(left, row, now)) || truth(&eval(right, row, now))).into(),
        Expr::Compare(left, test, right) => {
            compare(&eval(left, row, now), *test, &eval(right, row, now)).into()
        }
        Expr::In { value, list, fold, not } => {
            let value = eval(value, row, now);
            (list.iter().any(|item| same(&value, &eval(item, row, now), *fold)) != *not).into()
        }
        Expr::Call(name, list) => call(name, list, row, now),
    }
}

/// Follows a path into a column without copying what lies on the way.
fn reach<'r>(expr: &Expr, row: &'r Row) -> Option<&'r Value> {
    match expr {
        Expr::Column(name) => row.get(name),
        Expr::Member(inner, name) => reach(inner, row)?.get(name),
        Expr::Item(inner, at) => reach(inner, row)?.get(at),
        _ => None,
    }
}

fn call(name: &str, list: &[Expr], row: &Row, now: DateTime<Utc>) -> Value {
    let value = |at: usize| list.get(at).map(|expr| eval(expr, row, now)).unwrap_or_default();
    let words = |at: usize| text(&value(at));
    match name {
        "tolower" => words(0).to_lowercase().into(),
        "toupper" => words(0).to_uppercase().into(),
        "tostring" => words(0).into(),
        "toint" | "tolong" => words(0).parse::<f64>().map_or(Value::Null, |number| (number as i64).into()),
        "todatetime" => time(&value(0)),
        "coalesce" => {
            let mut values = (0..list.len()).map(value);
            let given = |value: &Value| !value.is_null() && *value != Value::String(String::new());
            values.find(given).unwrap_or_default()
        }
        "strcat" => (0..list.len()).map(words).collect::<String>().into(),
        "strlen" => words(0).chars().count().into(),
        "trim" => {
            let (cut, whole) = (words(0), words(1));
            if cut.is_empty() {
                whole.into()
            } else {
                whole.trim_start_matches(&cut).trim_end_matches(&cut).into()
            }
        }
        "split" => {
            let (whole, at) = (words(0), words(1));
            let parts: Vec<Value> = whole.split(&at).map(Value::from).collect();
            match value(2).as_u64() {
                Some(n) => parts.get(n as usize).cloned().map(|part| vec![part]).unwrap_or_default().into(),
                None => parts.into(),
            }
        }
        "isempty" => is_empty(&value(0)).into(),
        "isnotempty" => (!is_empty(&value(0))).into(),
        "isnull" => value(0).is_null().into(),
        "isnotnull" => (!value(0).is_null()).into(),
        "array_length" => value(0).as_array().map_or(Value::Null, |list| list.len().into()),
        "iff" | "iif" => value(if truth(&value(0)) { 1 } else { 2 }),
        "todynamic" | "parse_json" => match value(0) {
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            other => other,
        },
        "now" => moved(now, value(0).as_f64().unwrap_or_default()),
        "ago" => moved(now, -value(0).as_f64().unwrap_or_default()),
        _ => Value::Null,
    }
}

fn moved(now: DateTime<Utc>, seconds: f64) -> Value {
    let by = TimeDelta::try_milliseconds((seconds * 1000.0) as i64).unwrap_or_default();
    stamp(now.checked_add_signed(by).unwrap_or(now))
}
