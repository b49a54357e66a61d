//! The headless commands against the emulator: what they print, what they change, how they end.

#![allow(clippy::unwrap_used)]

#[path = "commands/around.rs"]
mod around;
#[path = "commands/export.rs"]
mod export;
#[path = "commands/guards.rs"]
mod guards;
#[path = "commands/pivot.rs"]
mod pivot;
#[path = "commands/record.rs"]
mod record;
#[path = "commands/refusals.rs"]
mod refusals;
#[path = "commands/schema.rs"]
mod schema;
#[path = "commands/script.rs"]
mod script;
mod support;
#[path = "commands/suppress.rs"]
mod suppress;
#[path = "commands/view.rs"]
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use quell::domain::SafeText;
use quell::emulator::{Config, Throttle};
use serde_json::value::RawValue;
use support::{Bench, shared};

fn faults(specs: &[&str]) -> Vec<quell::emulator::Fault> {
    specs.iter().map(|spec| spec.parse().unwrap()).collect()
}

/// A made-up tenant without throttling, all alerts synced.
fn synced(alerts: usize, specs: &[&str]) -> Bench {
    let quiet = Config { alerts: Some(alerts), throttle: Throttle::Off, ..Config::default() };
    let bench = Bench::start(Config { faults: faults(specs), ..quiet });
    let (code, _, errors) = bench.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    bench
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn outcomes(json: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(json).unwrap()["outcomes"].clone()
}

/// The files of a folder that hold alerts.
fn alert_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

#[test]
fn oddly_written_alerts_come_through_byte_for_byte() {
    let files = alert_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    assert_eq!(come_through(files), 4);
}

#[test]
fn recorded_alerts_come_through_byte_for_byte() {
    let Some(folder) = shared("samples/arm-2022-01-01") else { return };
    assert!(come_through(alert_files(&folder)) > 0);
}

/// Serves the files' alerts, syncs them, and compares what `show --format raw` gives with the files. Returns how many
/// alerts that were.
fn come_through(files: Vec<PathBuf>) -> usize {
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        for raw in items(&text) {
            let id =
                serde_json::from_str::<serde_json::Value>(&raw).unwrap()["id"].as_str().unwrap().to_owned();
            expected.insert(id.to_lowercase(), raw);
        }
    }
    let bench = Bench::start(Config { data: files, throttle: Throttle::Off, ..Config::default() });
    let (code, summary, errors) = bench.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    assert!(summary.starts_with(&format!("{} alerts", expected.len())), "{summary}");
    let (_, ids, _) = bench.run(&["list", "--format", "ids"]);
    let ids = lines(&ids);
    assert_eq!(ids.iter().map(|id| id.to_lowercase()).collect::<BTreeSet<_>>().len(), expected.len());
    for id in ids {
        let (code, raw, errors) = bench.run(&["show", &id, "--format", "raw"]);
        assert_eq!(code, 0, "{errors}");
        assert!(raw == expected[&id.to_lowercase()], "the JSON of {id} changed");
        // A name in another letter case is the same alert; the display forms open on whatever it says.
        let (code, again, errors) = bench.run(&["show", &id.to_ascii_uppercase(), "--format", "raw"]);
        assert!(code == 0 && again == raw, "{errors}");
        for format in ["text", "json"] {
            let (code, shown, errors) = bench.run(&["show", &id, "--format", format]);
            assert_eq!(code, 0, "{errors}");
            let control = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(control, None, "{id} as {format}");
        }
        let alert: serde_json::Value = serde_json::from_str(&raw).unwrap();
        let title = alert["properties"]["alertDisplayName"].as_str().filter(|title| !title.is_empty());
        if let Some(title) = title {
            let (_, shown, _) = bench.run(&["show", &id]);
            assert_eq!(shown.lines().next(), Some(SafeText::from(title).to_string().as_str()));
        }
    }
    expected.len()
}

/// The alerts of a list page or a single alert, as they stand in the text.
fn items(text: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        value: Vec<&'a RawValue>,
    }
    match serde_json::from_str::<List<'_>>(text) {
        Ok(list) => list.value.iter().map(|raw| raw.get().to_owned()).collect(),
        Err(_) => vec![text.trim().to_owned()],
    }
}

#[test]
fn a_bulk_change_touches_exactly_its_set_and_is_undone_to_each_own_status() {
    let bench = Bench::start(Config { throttle: Throttle::Off, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    let before = bench.statuses();
    let filter = "resource:vm-jump-01 severity:informational since:24h";
    let (_, ids, _) = bench.run(&["list", filter, "--format", "ids"]);
    let ids = lines(&ids);
    assert_eq!(ids.len(), 340);
    let mut args = vec!["set", "dismissed", filter, "--reason", "noise"];
    for id in &ids[..3] {
        args.extend(["--keep", id]);
    }
    let (code, dry, said) = bench.run(&[args.as_slice(), &["--dry-run"]].concat());
    assert_eq!((code, lines(&dry)), (0, ids[3..].to_vec()));
    assert!(said.contains("337 to change = 340 matching − 3 kept"), "{said}");
    assert_eq!(bench.posts("dismiss"), 0);

    let (code, _, errors) = bench.run(&[args.as_slice(), &["--yes", "--wait"]].concat());
    assert_eq!(code, 0, "{errors}");
    assert_eq!(bench.posts("dismiss"), 337);
    let after = bench.statuses();
    let changed: BTreeSet<String> = after
        .iter()
        .filter(|(id, status)| before[*id] != **status)
        .map(|(id, _)| id.to_lowercase())
        .collect();
    assert_eq!(changed, ids[3..].iter().map(|id| id.to_lowercase()).collect());

    let (code, _, errors) = bench.run(&["undo", "--yes", "--wait"]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(bench.statuses(), before);
    assert_eq!((bench.posts("dismiss"), bench.posts("activate")), (337, 337));
}

#[test]
fn undo_returns_each_alert_to_its_own_former_status() {
    let bench = synced(60, &[]);
    let before = bench.statuses();
    assert!(before.values().collect::<BTreeSet<_>>().len() > 1, "the tenant should have several statuses");
    assert_eq!(bench.run(&["set", "in-progress", "*", "--yes", "--wait"]).0, 0);
    assert!(bench.statuses().values().all(|status| status == "InProgress"));
    assert_eq!(bench.run(&["undo", "--yes", "--wait"]).0, 0);
    assert_eq!(bench.statuses(), before);
}

#[test]
fn throttling_server_errors_and_lost_replies_end_verified() {
    let bench = synced(60, &["429:0:0.2@POST", "500:0.05@POST", "drop-reply:0.1@POST"]);
    let (code, out, errors) = bench.run(&["set", "resolved", "*", "--yes", "--wait", "--json"]);
    assert_eq!(code, 0, "{errors}");
    let outcomes = outcomes(&out);
    assert_eq!(outcomes["verified"], outcomes["total"]);
    assert!(bench.statuses().values().all(|status| status == "Resolved"));
    assert!(bench.emulator().log().iter().any(|entry| entry.fault.is_some()), "no fault struck");
}

#[test]
fn a_success_that_changed_nothing_is_unconfirmed() {
    let bench = synced(12, &["ignore@POST"]);
    let before = bench.statuses();
    let open = before.values().filter(|status| *status != "Dismissed").count();
    let (code, out, errors) = bench.run(&["set", "dismissed", "*", "--yes", "--wait", "--json"]);
    assert_eq!(code, 4, "{errors}");
    assert_eq!(outcomes(&out)["unconfirmed"], open);
    assert_eq!(bench.statuses(), before);
}

#[test]
fn what_was_refused_is_listed_and_only_that_is_retried() {
    let bench = synced(80, &["403:0.3@POST"]);
    let (code, out, _) = bench.run(&["set", "resolved", "*", "--yes", "--wait", "--json"]);
    assert_eq!(code, 4);
    let failed = outcomes(&out)["failed"].as_u64().unwrap() as usize;
    assert!(failed > 0);
    let (_, change, _) = bench.run(&["changes", "1", "--json"]);
    let change: serde_json::Value = serde_json::from_str(&change).unwrap();
    let refused: BTreeSet<String> = change["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|alert| alert["outcome"] == "failed")
        .map(|alert| alert["id"].as_str().unwrap().to_lowercase())
        .collect();
    assert_eq!(refused.len(), failed);
    let sent = bench.emulator().log().len();
    bench.run(&["retry", "--yes", "--wait"]);
    let retried: BTreeSet<String> = bench.emulator().log()[sent..]
        .iter()
        .filter(|entry| entry.method == "POST")
        .map(|entry| entry.path.to_lowercase().trim_end_matches("/resolve").to_owned())
        .collect();
    assert!(retried.is_subset(&refused) && !retried.is_empty());
}

#[test]
fn a_killed_change_is_resumed_to_its_end() {
    let bench = synced(200, &["latency:400ms@POST"]);
    let before = bench.statuses();
    let (_, set, _) = bench.run(&["list", "status:active", "--format", "ids"]);
    let set: BTreeSet<String> = lines(&set).into_iter().map(|id| id.to_lowercase()).collect();
    let mut child = bench
        .command()
        .args(["set", "dismissed", "status:active", "--yes", "--wait"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let changed = || -> BTreeSet<String> {
        let now = bench.statuses().into_iter();
        now.filter(|(id, status)| before[id] != *status).map(|(id, _)| id.to_lowercase()).collect()
    };
    bench.until("the first is applied", || !changed().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(changed().is_subset(&set));
    let (code, _, errors) = bench.run(&["resume", "--wait"]);
    assert_eq!(code, 0, "{errors}");
    for (id, status) in bench.statuses() {
        let expected = if set.contains(&id.to_lowercase()) { "Dismissed" } else { &before[&id] };
        assert_eq!(status, *expected, "{id}");
    }
    assert_eq!(bench.run(&["changes", "--json"]).0, 0);
}

#[test]
fn exit_codes_say_what_went_wrong() {
    let bench = synced(5, &[]);
    let code = |args: &[&str]| bench.run(args).0;
    assert_eq!(code(&["list", "severity:purple"]), 2);
    assert_eq!(code(&["list", "title:none-such"]), 0);
    assert_eq!(code(&["show", "none-such"]), 1);
    assert_eq!(code(&["set", "dismissed"]), 2);
    assert_eq!(code(&["set", "dismissed", "*", "--id", "x"]), 2);
    assert_eq!(code(&["set", "dismissed", "*"]), 2, "no terminal to ask at and no --yes");
    assert_eq!(code(&["--read-only", "set", "dismissed", "*", "--yes"]), 5);
    assert_eq!(code(&["--read-only", "list"]), 0);
    assert_eq!(code(&["count", "--by", "none-such"]), 2);
    assert_eq!(code(&["doctor"]), 0);
    let denied = bench.command().env("QUELL_ACCESS_TOKEN", "wrong").arg("sync").output().unwrap();
    assert_eq!(denied.status.code(), Some(5), "{}", String::from_utf8_lossy(&denied.stderr));
}

#[test]
fn a_queued_change_waits_for_the_network() {
    let bench = synced(10, &[]);
    let before = bench.statuses();
    let mut flags = bench.flags();
    flags[1] = "http://127.0.0.1:9".to_owned();
    let offline = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
        command.env_clear().envs(bench.environment()).args(&flags).args(args).output().unwrap()
    };
    let queued = offline(&["set", "resolved", "*", "--yes", "--timeout", "1s"]);
    assert_eq!(queued.status.code(), Some(0), "{}", String::from_utf8_lossy(&queued.stderr));
    assert_eq!(bench.statuses(), before);
    assert_eq!(bench.run(&["resume", "--wait"]).0, 0);
    assert!(bench.statuses().values().all(|status| status == "Resolved"));
}

#[test]
fn machine_output_is_json_and_hostile_text_stays_text() {
    let bench = Bench::start(Config { throttle: Throttle::Off, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    for format in ["table", "json", "ndjson", "csv", "ids"] {
        let (code, out, _) = bench.run(&["list", "--format", format]);
        assert_eq!(code, 0);
        let control = out.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r'));
        assert_eq!(control, None, "a control in {format}");
        assert!(!out.contains('\u{202e}'), "a bidi override in {format}");
    }
    let (_, json, _) = bench.run(&["list", "--json"]);
    let alerts: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let (_, ids, _) = bench.run(&["list", "--format", "ids"]);
    assert_eq!(alerts.len(), lines(&ids).len());
    let (_, csv, _) = bench.run(&["list", "--format", "csv"]);
    assert!(!csv.lines().any(|line| line.split(',').any(|cell| cell.starts_with(['=', '@', '+', '-']))));
}
