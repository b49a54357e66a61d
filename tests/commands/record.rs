//! Notes, assignment, feedback and the report: what is kept, what is found again, and that nothing of it is sent.

use serde_json::Value;

use crate::support::Bench;
use crate::{lines, synced};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ids(bench: &Bench) -> Vec<String> {
    lines(&bench.run(&["list", "status:active", "--format", "ids"]).1)
}

fn run(bench: &Bench, args: &[&str]) -> String {
    let (code, out, errors) = bench.run(args);
    assert_eq!(code, 0, "{args:?}: {errors}");
    out
}

#[test]
fn what_is_recorded_is_found_again_and_nothing_is_sent() {
    let bench = synced(40, &[]);
    let all = ids(&bench);
    let requests = bench.emulator().log().len();
    let note = json(&run(&bench, &["note", &all[0], "ticket 4711\u{1b}[31m", "--json"]));
    assert_eq!(
        (&note["text"], &note["alerts"][0]),
        (&"ticket 4711\u{1b}[31m".into(), &all[0].as_str().into())
    );
    assert!(!note["by"].as_str().unwrap().is_empty());
    run(&bench, &["note", &all[0].to_uppercase(), "and another"]);
    assert_eq!(json(&run(&bench, &["assign", &all[1], "--json"]))["assigned"], note["by"]);
    run(&bench, &["assign", &all[2], "eve@contoso.example"]);
    let judged = run(
        &bench,
        &[
            "feedback",
            &all[3],
            &all[4],
            &all[3],
            "not-useful",
            "--reason",
            "noise",
            "--comment",
            "=x",
            "--json",
        ],
    );
    assert_eq!(json(&judged)["alerts"].as_array().unwrap().len(), 2, "named twice, judged once");
    run(&bench, &["feedback", &all[4], "USEFUL", "--reason", "accurate"]);
    assert_eq!(bench.emulator().log().len(), requests, "nothing was asked of Azure");

    for (filter, found) in [
        ("note:4711", &all[0..1]),
        ("assigned:me", &all[1..2]),
        ("assigned:eve@contoso.example", &all[2..3]),
        ("feedback:not-useful", &all[3..4]),
        ("feedback:useful", &all[4..5]),
    ] {
        assert_eq!(lines(&run(&bench, &["list", filter, "--format", "ids"])), found, "{filter}");
    }
    run(&bench, &["assign", &all[2], "none"]);
    assert_eq!(run(&bench, &["list", "assigned:eve@contoso.example", "--format", "ids"]), "");

    let listed = json(&run(&bench, &["list", "note:ticket or feedback:useful", "--json"]));
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let of = |id: &str| listed.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    assert_eq!(of(&all[0])["notes"], "ticket 4711\u{1b}[31m\nand another");
    assert_eq!((&of(&all[4])["feedback"], &of(&all[4])["notes"]), (&"useful".into(), &Value::Null));
    let shown = run(&bench, &["show", &all[3], "--json"]);
    assert_eq!(json(&shown)["record"]["feedback"]["comment"], "=x");
    let shown = json(&run(&bench, &["show", &all[0], "--json"]));
    assert_eq!(shown["record"]["notes"][0]["text"], "and another");
    assert_eq!(shown["record"]["history"].as_array().unwrap().len(), 2);
    let text = run(&bench, &["show", &all[0]]);
    assert!(text.contains("ticket 4711␛[31m") && !text.contains('\u{1b}'), "{text}");
    let csv = run(&bench, &["list", "note:ticket", "--format", "csv"]);
    assert!(
        csv.contains("assigned,feedback,notes,id") && csv.contains("ticket 4711␛[31m␊and another"),
        "{csv}"
    );
}

#[test]
fn what_cannot_be_recorded_says_why() {
    let bench = synced(60, &[]);
    let all = ids(&bench);
    let id = all[0].as_str();
    for (args, code, words) in [
        (vec!["note", "nobody-knows", "x"], 1, "nobody-knows"),
        (vec!["feedback", id, "nobody-knows", "useful", "--reason", "accurate"], 1, "nobody-knows"),
        (vec!["feedback", id, "useful", "--reason", "noise"], 2, "accurate, actionable, other"),
        (vec!["feedback", id, "not-useful", "--reason", "x"], 2, "unclear"),
        (vec!["feedback", id, "perhaps", "--reason", "other"], 2, "not-useful"),
        (vec!["feedback", id, "useful"], 2, "--reason"),
        (vec!["note", id, "  "], 2, "empty"),
        (vec!["note", id, "x", "--read-only"], 5, "--read-only"),
        (vec!["assign", id, "--read-only"], 5, "--read-only"),
        (vec!["feedback", id, "useful", "--reason", "other", "--read-only"], 5, "--read-only"),
        (vec!["report", "--since", "soon"], 2, "8h"),
    ] {
        let (found, out, errors) = bench.run(&args);
        assert_eq!(found, code, "{args:?}: {errors}");
        assert!(errors.contains(words) && out.is_empty(), "{args:?}: {errors}");
    }
    assert_eq!(
        run(&bench, &["list", "feedback:useful or note:x", "--format", "ids"]),
        "",
        "nothing half done"
    );
}

#[test]
fn the_report_tells_the_shift() {
    let bench = synced(200, &[]);
    let all = ids(&bench);
    run(&bench, &["set", "dismissed", "--id", &all[0], &all[1], "--reason", "noise", "--yes", "--wait"]);
    run(&bench, &["set", "resolved", "--id", &all[2], "--yes", "--wait"]);
    run(&bench, &["undo", "--yes", "--wait"]);
    run(&bench, &["note", &all[3], "for the *next* shift"]);
    run(&bench, &["assign", &all[3], "eve"]);
    let report = json(&run(&bench, &["report", "--json"]));
    // What was undone is no part of what was done.
    assert_eq!(report["done"], serde_json::json!({ "Dismissed": 2 }));
    assert_eq!(report["undone"][0]["undoes"], 2);
    let sum = |field: &str, of: &str| -> u64 {
        report["times"].as_array().unwrap().iter().map(|times| times[field][of].as_u64().unwrap()).sum()
    };
    // What was undone was taken up, and is not closed.
    assert_eq!((sum("takeUp", "count"), sum("close", "count")), (3, 2));
    let open: u64 = report["open"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["active"].as_u64().unwrap() + row["inProgress"].as_u64().unwrap())
        .sum();
    let counted = lines(&run(&bench, &["list", "status:active,in-progress", "--format", "ids"])).len();
    assert_eq!(open, counted as u64);
    assert_eq!(report["assigned"][0]["to"], "eve");
    let text = run(&bench, &["report", "--since", "1h"]);
    assert!(text.starts_with("# Handover") && text.contains("for the \\*next\\* shift"), "{text}");
}

#[test]
fn what_was_done_at_the_source_beside_the_alerts_is_in_the_log_too() {
    let bench = synced(60, &[]);
    let id = ids(&bench).remove(0);
    let subscription = id.split('/').nth(2).unwrap();
    run(&bench, &["suppress", "add", "--name", "quiet", "--from", &id, "--reason", "noise", "--yes"]);
    run(&bench, &["suppress", "disable", "quiet", "--yes"]);
    run(&bench, &["suppress", "delete", "quiet", "--yes"]);
    let mail = ["--subscription", subscription, "--email", "soc@contoso.example", "--on", "--yes"];
    run(&bench, &[&["contacts", "set"][..], &mail].concat());
    // What was refused was not done.
    assert_ne!(bench.run(&["suppress", "delete", "quiet", "--yes"]).0, 0);
    let report = json(&run(&bench, &["report", "--json"]));
    let other = report["other"].as_array().unwrap();
    let kinds: Vec<&str> = other.iter().map(|deed| deed["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rule-created", "rule-edited", "rule-deleted", "contacts-edited"]);
    assert!(other.iter().all(|deed| deed["about"].as_str().unwrap().contains(subscription)));
    assert_eq!(other[0]["value"], "quiet");
    assert!(other[1]["words"].as_str().unwrap().contains("Disabled"), "{}", other[1]);
    assert!(other[3]["words"].as_str().unwrap().contains("soc@contoso.example"), "{}", other[3]);
}
