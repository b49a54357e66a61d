//! What `--json` prints is what `assets/schema/json/output.json` says, for every command.

#![allow(clippy::panic)] // a broken check must stop the test

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory;
use quell::cli::args::Cli;
use serde_json::{Map, Value, json};

use super::{Bench, Config, Throttle, lines};

/// Keywords that the checker knows; a schema with others would be checked less than it says.
const KEYWORDS: [&str; 12] = [
    "$ref",
    "additionalProperties",
    "description",
    "enum",
    "format",
    "items",
    "properties",
    "required",
    "type",
    "$defs",
    "$schema",
    "title",
];

/// Commands without machine output.
const WITHOUT: [&str; 4] = ["emulator", "completions", "man", "help"];

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema/json/output.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Checks a value against a part of the schema; mistakes name their place.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#'));
        let target = target.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return check(root, target, value, at, mistakes);
    }
    let kinds = match schema.get("type") {
        None => Vec::new(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(kind) => vec![kind.as_str().unwrap()],
    };
    let is = |kind: &&str| match *kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the checker knows no {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().any(is) {
        return mistakes.push(format!("{at}: {value} is none of {kinds:?}"));
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|known| !known.contains(value)) {
        mistakes.push(format!("{at}: {value} is not in the list"));
    }
    if schema.get("format").is_some_and(|format| format == "date-time")
        && value.as_str().is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_err())
    {
        mistakes.push(format!("{at}: {value} is no time"));
    }
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                if let Some(schema) = schema.get("items") {
                    check(root, schema, item, &format!("{at}[{place}]"), mistakes);
                }
            }
        }
        Value::Object(members) => object(root, schema, members, at, mistakes),
        _ => {}
    }
}

fn object(root: &Value, schema: &Value, members: &Map<String, Value>, at: &str, mistakes: &mut Vec<String>) {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !members.contains_key(name.as_str().unwrap()) {
            mistakes.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in members {
        let place = format!("{at}.{name}");
        match (schema.pointer("/properties").and_then(|of| of.get(name)), schema.get("additionalProperties"))
        {
            (Some(known), _) => check(root, known, value, &place, mistakes),
            (None, Some(Value::Bool(false))) => mistakes.push(format!("{place} is not in the schema")),
            (None, Some(other @ Value::Object(_))) => check(root, other, value, &place, mistakes),
            (None, _) => {}
        }
    }
}

fn mistakes(root: &Value, command: &str, value: &Value) -> Vec<String> {
    let schema = root["properties"].get(command).unwrap_or_else(|| panic!("no schema of {command}"));
    let mut mistakes = Vec::new();
    check(root, schema, value, command, &mut mistakes);
    mistakes
}

/// The words of schemas, wherever they stand.
fn keywords(schema: &Value, found: &mut BTreeSet<String>) {
    let Some(members) = schema.as_object() else { return };
    for (name, value) in members {
        found.insert(name.clone());
        match name.as_str() {
            "properties" | "$defs" => {
                value.as_object().unwrap().values().for_each(|schema| keywords(schema, found));
            }
            "items" | "additionalProperties" => keywords(value, found),
            _ => {}
        }
    }
}

#[test]
fn the_checker_finds_mistakes_and_knows_every_word() {
    let root = schema();
    let mut found = BTreeSet::new();
    keywords(&root, &mut found);
    assert!(found.iter().all(|word| KEYWORDS.contains(&word.as_str())), "{found:?}");
    let good = json!([{ "value": "a", "count": 1 }]);
    assert_eq!(mistakes(&root, "count", &good), Vec::<String>::new());
    for (wrong, says) in [
        (json!({}), "none of"),
        (json!([{ "value": "a" }]), "count\" is missing"),
        (json!([{ "value": "a", "count": 1.5 }]), "count: 1.5"),
        (json!([{ "value": null, "count": 1 }]), "value: null"),
        (json!([{ "value": "a", "count": 1, "more": 2 }]), ".more is not in the schema"),
    ] {
        let found = mistakes(&root, "count", &wrong);
        assert!(found.len() == 1 && found[0].contains(says), "{found:?}");
    }
    let time = json!({ "alerts": [], "at": "soon", "by": "", "text": "" });
    assert_eq!(mistakes(&root, "note", &time), ["note.at: \"soon\" is no time"]);
    let word = json!({ "alerts": [], "at": "2026-11-26T14:02:11Z", "by": "", "feedback": "x", "reason": "", "comment": "" });
    assert_eq!(mistakes(&root, "feedback", &word), ["feedback.feedback: \"x\" is not in the list"]);
}

#[test]
fn every_command_with_machine_output_has_its_schema() {
    let root = schema();
    let known: BTreeSet<&str> = root["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    for command in Cli::command().get_subcommands().filter(|command| !WITHOUT.contains(&command.get_name())) {
        let name = command.get_name();
        if command.has_subcommands() {
            for below in command.get_subcommands() {
                let name = format!("{name} {}", below.get_name());
                assert!(known.contains(name.as_str()), "no schema of `{name}`");
            }
        } else {
            assert!(known.contains(name), "no schema of `{name}`");
        }
    }
}

/// The demo tenant, synced.
pub(super) fn tenant() -> Bench {
    let bench = Bench::start(Config { throttle: Throttle::Off, seed: 1, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    bench
}

/// Runs a command with `--json` and checks each value that it prints.
fn holds(bench: &Bench, root: &Value, checked: &mut BTreeSet<String>, name: &str, args: &[&str]) -> Value {
    let (_, out, errors) = bench.run(&[args, &["--json"]].concat());
    let values: Vec<Value> =
        serde_json::Deserializer::from_str(&out).into_iter().map(Result::unwrap).collect();
    assert!(!values.is_empty(), "{name} prints nothing: {errors}");
    for value in &values {
        let found = mistakes(root, name, value);
        assert!(found.is_empty(), "{args:?}:\n{}", found.join("\n"));
    }
    checked.insert(name.to_owned());
    values.into_iter().next_back().unwrap()
}

#[test]
fn what_is_printed_is_what_the_schema_says() {
    let (bench, root) = (tenant(), schema());
    let mut checked = BTreeSet::new();
    let mut run = |name: &str, args: &[&str]| holds(&bench, &root, &mut checked, name, args);
    run("sync", &["sync"]);
    let (_, ids, _) = bench.run(&["list", "status:active", "--format", "ids", "--limit", "40"]);
    let ids = lines(&ids);
    let [first, second, third] = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
    let text = |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).unwrap().to_owned();

    run("note", &["note", first, "\u{1b}[31mred\nnote"]);
    run("assign", &["assign", first, "ann"]);
    run("feedback", &["feedback", first, second, "not-useful", "--reason", "noise", "--comment", "c"]);
    run("set --dry-run", &["set", "dismissed", "status:active", "--dry-run"]);
    run(
        "set",
        &[
            "set",
            "dismissed",
            "--id",
            first,
            second,
            "--reason",
            "noise",
            "--comment",
            "x",
            "--yes",
            "--wait",
        ],
    );
    run("set", &["set", "dismissed", "--id", first, "--yes"]);
    run("undo", &["undo", "--yes", "--wait"]);
    run("retry", &["retry", "--yes", "--wait"]);
    run("resume", &["resume"]);
    run("changes", &["changes"]);
    run("changes CHANGE", &["changes", "1"]);

    run("list", &["list"]);
    run("list ndjson", &["list", "--format", "ndjson"]);
    run("export", &["export", "-"]);
    run("export ndjson", &["export", "-", "--format", "ndjson"]);
    for id in &ids {
        run("show", &["show", id]);
    }
    run("pivot", &["pivot", first]);
    run("pivot --entity", &["pivot", first, "--entity", "1"]);
    run("count", &["count", "--by", "severity"]);
    run("doctor", &["doctor"]);
    run("view save", &["view", "save", "of a test", "severity:high"]);
    run("view list", &["view", "list"]);
    run("view delete", &["view", "delete", "of a test"]);

    for id in [first, second, third] {
        run("context", &["context", id]);
        run("recommendations", &["recommendations", id]);
    }
    let shown = run("contacts show", &["contacts", "show"]);
    let subscription = text(&shown, "/0/subscription");
    let of = ["--subscription", subscription.as_str()];
    run("contacts set", &[&["contacts", "set", "--email", "soc@contoso.example", "--yes"], &of[..]].concat());
    run("simulate-alerts", &[&["simulate-alerts", "--bundle", "Dns"], &of[..]].concat());

    let listed = run("respond", &["respond", first]);
    let apps = listed["logicApps"].as_array().unwrap();
    let app = apps.iter().find(|app| app["reason"].is_null()).map(|app| text(app, "/id")).unwrap();
    run("respond --dry-run", &["respond", first, second, "--logic-app", &app, "--dry-run"]);
    run("respond --logic-app", &["respond", first, "--logic-app", &app, "--yes"]);

    let from = ["--from", first];
    run("suppress simulate", &[&["suppress", "simulate"], &from[..]].concat());
    run("suppress simulate --ids", &[&["suppress", "simulate", "--ids"], &from[..]].concat());
    let add = ["suppress", "add", "--name", "of-a-test", "--reason", "Noise", "--expires", "30d", "--yes"];
    run("suppress add", &[&add[..], &from[..]].concat());
    run("suppress list", &["suppress", "list"]);
    run("suppress show", &["suppress", "show", "of-a-test"]);
    run(
        "suppress edit",
        &["suppress", "edit", "of-a-test", "--comment", "more", "--dismiss-matching", "--yes", "--wait"],
    );
    run("suppress disable", &["suppress", "disable", "of-a-test", "--yes"]);
    run("suppress enable", &["suppress", "enable", "of-a-test", "--yes"]);
    run("suppress delete", &["suppress", "delete", "of-a-test", "--yes"]);

    let alerts = bench.folder.path().join("alerts.ndjson");
    let (_, exported, _) = bench.run(&["export", "-", "--format", "ndjson", "--limit", "3"]);
    std::fs::write(&alerts, format!("{exported}{{\n{{\"other\": 1}}\n")).unwrap();
    run("import", &["import", alerts.to_str().unwrap()]);

    run("show", &["show", first]);
    run("report", &["report"]);
    let all: BTreeSet<String> = root["properties"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(checked, all, "every schema was met");
}
