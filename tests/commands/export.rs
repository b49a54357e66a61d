//! `quell export`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::schema::tenant;
use super::{Bench, Config, Throttle, lines, synced};

/// Exports to a file of the bench's folder and reads it.
fn exported(bench: &Bench, name: &str, more: &[&str]) -> String {
    let path = bench.folder.path().join(name);
    let file = path.to_str().unwrap();
    let args: Vec<&str> = ["export", file].into_iter().chain(more.iter().copied()).collect();
    let (code, out, errors) = bench.run(&args);
    assert_eq!((code, out.as_str()), (0, ""), "{errors}");
    assert!(errors.lines().count() == 1 && errors.contains("alert"), "{errors}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(path).unwrap()
}

/// The alerts of NDJSON or an array without what was kept beside them where they were exported.
fn without_record(text: &str) -> Vec<Value> {
    let mut alerts = serde_json::from_str(text).unwrap_or_else(|_| values(text));
    for alert in &mut alerts {
        alert.as_object_mut().unwrap().remove("quell");
    }
    alerts
}

fn values(ndjson: &str) -> Vec<Value> {
    ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_exported_is_what_the_source_gave_with_its_status_as_it_is_now() {
    let bench = synced(60, &[]);
    let (_, all, _) = bench.run(&["list", "status:active", "--format", "ids"]);
    let first = &lines(&all)[0];
    let (code, ..) = bench.run(&["set", "dismissed", "--id", first, "--reason", "noise", "--yes", "--wait"]);
    assert_eq!(code, 0);
    bench.run(&["note", first, "a <b> note"]);
    let exported = exported(&bench, "out.ndjson", &[]);
    let alerts = values(&exported);
    assert_eq!(alerts.len(), 60);
    for mut alert in alerts {
        let id = alert["id"].as_str().unwrap().to_owned();
        let (_, raw, _) = bench.run(&["show", &id, "--format", "raw"]);
        let mut raw: Value = serde_json::from_str(&raw).unwrap();
        let ours = alert.as_object_mut().unwrap().remove("quell");
        if id.eq_ignore_ascii_case(first) {
            let ours = ours.unwrap();
            assert_eq!(ours["notes"], "a <b> note");
            assert_eq!(alert["properties"]["status"], "Dismissed");
            raw["properties"]["status"] = "Dismissed".into();
        } else {
            assert_eq!(ours, None);
        }
        assert_eq!(alert, raw);
    }
}

#[test]
fn an_export_is_served_and_synced_as_the_same_alerts() {
    let bench = synced(40, &[]);
    let (_, first, _) = bench.run(&["list", "--sort", "title,time"]);
    exported(&bench, "out.json", &[]);
    let data = vec![bench.folder.path().join("out.json")];
    let again = Bench::start(Config { data, throttle: Throttle::Off, ..Config::default() });
    let (code, _, errors) = again.run(&["sync"]);
    assert_eq!(code, 0, "{errors}");
    let (_, second, _) = again.run(&["list", "--sort", "title,time"]);
    assert_eq!(first, second);
}

#[test]
fn an_export_is_imported_as_the_same_alerts_without_any_source() {
    let bench = tenant();
    let (_, first, _) = bench.run(&["list", "status:active", "--format", "ids", "--limit", "1"]);
    let (code, ..) = bench.run(&["set", "resolved", "--id", first.trim(), "--yes", "--wait"]);
    assert_eq!(code, 0);
    for name in ["out.ndjson", "out.json"] {
        let text = exported(&bench, name, &[]);
        let file = bench.folder.path().join(name);
        let other = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
            command.env_clear().envs(bench.environment()).arg("--data-dir").arg(other.path().join("data"));
            // Nobody listens there.
            command.args(["--endpoint", "http://127.0.0.1:9"]).args(args);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        run(&["import", file.to_str().unwrap()]);
        let listed = |json: &str| -> Vec<Value> {
            let mut alerts: Vec<Value> = serde_json::from_str(json).unwrap();
            for alert in &mut alerts {
                // Names of subscriptions come from the source; the record stays where it was made.
                alert["subscriptionName"] = Value::Null;
            }
            alerts
        };
        let sort = ["list", "--json", "--sort", "title,time"];
        assert_eq!(listed(&run(&sort)), listed(&bench.run(&sort).1));
        let again = run(&["export", "-", "--format", name.rsplit('.').next().unwrap()]);
        assert_eq!(without_record(&again), without_record(&text));
    }
}

#[test]
fn a_file_is_replaced_only_when_that_is_asked_for() {
    let bench = synced(5, &[]);
    exported(&bench, "out.csv", &["--limit", "2"]);
    let path = bench.folder.path().join("out.csv");
    let file = path.to_str().unwrap();
    let (code, _, errors) = bench.run(&["export", file]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("--yes"), "{errors}");
    assert_eq!(fs::read_to_string(&path).unwrap().matches("\r\n").count(), 3);
    let all = exported(&bench, "out.csv", &["--yes"]);
    assert_eq!(all.matches("\r\n").count(), 6);
    let (_, listed, _) = bench.run(&["list", "--format", "csv"]);
    assert_eq!(all, listed);
    let left = fs::read_dir(bench.folder.path()).unwrap().flatten();
    let names: Vec<String> = left.map(|entry| entry.file_name().display().to_string()).collect();
    assert!(names.iter().all(|name| !name.starts_with('.')), "no draft is left: {names:?}");
}

#[test]
fn the_format_comes_from_the_name_or_the_flag() {
    let bench = synced(3, &[]);
    let (code, out, _) = bench.run(&["export", "-", "--format", "md"]);
    assert_eq!(code, 0);
    assert_eq!(out.lines().count(), 5, "{out}");
    assert!(out.starts_with("| Severity |"), "{out}");
    let (_, json, _) = bench.run(&["export", "-", "--json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 3);
    let (_, none, errors) = bench.run(&["export", "-", "type:no_such", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&none).unwrap(), Vec::<Value>::new());
    assert!(errors.contains("no alert matches"), "{errors}");
    for name in ["-", "out.txt", "out"] {
        let (code, _, errors) = bench.run(&["export", name]);
        assert_eq!(code, 2, "{errors}");
        assert!(errors.contains(".ndjson"), "{errors}");
    }
    let (code, _, errors) = bench.run(&["export", "/no/such/folder/out.csv"]);
    assert_eq!(code, 1, "{errors}");
}

#[test]
fn a_file_that_is_there_is_named_where_nobody_can_be_asked() {
    let bench = synced(5, &[]);
    exported(&bench, "a.ndjson", &[]);
    let file = bench.folder.path().join("a.ndjson");
    let (code, _, errors) = bench.run(&["export", file.to_str().unwrap()]);
    assert!(code == 2 && errors.contains("a.ndjson exists already") && errors.contains("--yes"), "{errors}");
}
