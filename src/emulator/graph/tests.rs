//! The query language, over a few rows.

use serde_json::{Value, json};

use super::eval::{Table, run};
use super::parser::parse;

fn table() -> Table {
    let rows = json!([
        { "id": "/1", "name": "Alpha", "type": "vm", "n": 3, "properties": { "Status": { "code": "Bad" }, "tags": ["x", "y"] } },
        { "id": "/2", "name": "beta", "type": "vm", "n": 1, "properties": { "status": { "code": "good" }, "tags": [] } },
        { "id": "/3", "name": "gamma ray", "type": "db", "n": 20, "properties": { "status": { "code": "Bad" }, "list": "a, b" } },
        { "id": "/4", "name": null, "type": "db", "n": 2, "properties": {} },
    ]);
    let columns = ["id", "name", "type", "n", "properties"].map(str::to_owned).to_vec();
    let rows = rows.as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone()).collect();
    Table { columns, rows }
}

fn ask(query: &str) -> Table {
    let query = parse(&format!("T\n{query}")).unwrap();
    run(&query, table(), "2026-11-23T14:00:00Z".parse().unwrap()).unwrap()
}

/// The ids of the rows.
fn ids(query: &str) -> String {
    let ids = ask(query).rows;
    ids.iter().map(|row| row["id"].as_str().unwrap().trim_start_matches('/')).collect()
}

#[test]
fn rows_are_filtered() {
    for (filter, expected) in [
        ("type == 'vm'", "12"),
        ("type =~ 'VM' and n > 1", "1"),
        ("type != 'vm' or name == 'beta'", "234"),
        ("not(type == 'vm')", "34"),
        ("name in ('Alpha', 'BETA')", "1"),
        ("name in~ ('Alpha', 'BETA')", "12"),
        ("name !in~ ('Alpha', 'BETA')", "34"),
        ("name contains 'A' and name !contains 'et'", "13"),
        ("name startswith 'AL'", "1"),
        ("name has 'ray'", "3"),
        ("name has 'ra'", ""),
        ("isempty(name)", "4"),
        ("isnotempty(name) and n < 5", "12"),
        ("properties.status.code =~ 'bad'", "3"),
        ("properties['Status'].code == 'Bad'", "1"),
        ("tostring(coalesce(properties.Status.code, properties.status.code)) =~ 'BAD'", "13"),
        ("properties.tags[1] == 'y'", "1"),
        ("array_length(properties.tags) == 0", "2"),
        ("tolower(name) == tolower('ALPHA') // and a comment", "1"),
        ("(type == 'db' or type == 'vm') and (n == 1 or n == 2)", "24"),
        ("strcat(type, '-', n) == 'vm-3'", "1"),
        ("n >= 2 and n <= 3", "14"),
        ("n == -1", ""),
    ] {
        assert_eq!(ids(&format!("| where {filter}")), expected, "{filter}");
    }
}

#[test]
fn rows_are_ordered_and_cut() {
    assert_eq!(ids("| order by n asc"), "2413");
    assert_eq!(ids("| sort by n"), "3142", "descending unless said otherwise");
    assert_eq!(ids("| order by type asc, n desc"), "3412");
    assert_eq!(ids("| order by name asc | take 2"), "41", "null comes first");
    assert_eq!(ids("| limit 0"), "");
}

#[test]
fn columns_are_made_and_chosen() {
    let made = ask(
        "| extend a = strcat(type, '!'), b = toupper(a) | project id, b, properties.status.code | take 1",
    );
    assert_eq!(made.columns, ["id", "b", "properties_status_code"]);
    assert_eq!(Value::from(made.rows), json!([{ "id": "/1", "b": "VM!", "properties_status_code": null }]));
    assert_eq!(ask("| project-away properties, n").columns, ["id", "name", "type"]);
    assert_eq!(Value::from(ask("| count").rows), json!([{ "Count": 4 }]));
    let times =
        ask("| take 1 | project t = todatetime('2026-11-23T13:00:00Z') > ago(2h), u = now() > ago(1s)");
    assert_eq!(Value::from(times.rows), json!([{ "t": true, "u": true }]));
}

#[test]
fn rows_are_summarized() {
    let rows = |query: &str| Value::from(ask(query).rows);
    assert_eq!(
        rows("| summarize n = count(), names = make_set(name) by type | order by type asc"),
        json!([{ "type": "db", "n": 2, "names": ["gamma ray"] }, { "type": "vm", "n": 2, "names": ["Alpha", "beta"] }])
    );
    assert_eq!(rows("| where n > 99 | summarize count()"), json!([{ "count_": 0 }]));
    assert_eq!(rows("| where n > 99 | summarize count() by type"), json!([]));
    assert_eq!(
        rows("| summarize dcount(type), most = max(n), least = min(n), big = countif(n > 2)"),
        json!([{ "dcount_type": 2, "most": 20, "least": 1, "big": 2 }])
    );
    assert_eq!(rows("| summarize by type | order by type asc"), json!([{ "type": "db" }, { "type": "vm" }]));
    assert_eq!(rows("| distinct type | count"), json!([{ "Count": 2 }]));
    let expanded =
        "| where n == 20 | mv-expand part = split(tostring(properties.list), ',') to typeof(string)
        | project part = trim(' ', part)";
    assert_eq!(rows(expanded), json!([{ "part": "a" }, { "part": "b" }]));
}

#[test]
fn what_is_not_understood_is_said_with_its_place() {
    for (query, what, at) in [
        ("T | join (U) on id", "operator 'join'", 4),
        ("T | where name matches regex 'x'", "'|'", 15),
        ("T | where frobnicate(name) == 1", "function 'frobnicate'", 10),
        ("T | where tolower() == ''", "takes from 1 to 1", 10),
        ("T | summarize percentile(n, 5)", "aggregate 'percentile'", 14),
        ("T | where", "a value", 9),
        ("T | where name ==", "a value", 17),
        ("T | where (name == 'x'", "')'", 22),
        ("T | where name == 'x", "no end", 18),
        ("T | take many", "whole number", 9),
        ("T || take 1", "an operator", 3),
        ("", "a table", 0),
    ] {
        let wrong = parse(query).unwrap_err();
        assert!(wrong.what.contains(what), "{query}: {}", wrong.what);
        assert_eq!(wrong.at, at, "{query}");
    }
    let lost = parse("T | where Name == 'x'").unwrap();
    let now = "2026-11-23T14:00:00Z".parse().unwrap();
    assert_eq!(run(&lost, table(), now), Err("Name".to_owned()));
}
