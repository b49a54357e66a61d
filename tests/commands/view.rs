//! `quell view`: what is saved, listed with its counts and deleted; what is refused.

use serde_json::Value;

use crate::support::Bench;
use crate::{lines, synced};

fn run(bench: &Bench, args: &[&str]) -> String {
    let (code, out, errors) = bench.run(args);
    assert_eq!(code, 0, "{args:?}: {errors}");
    out
}

fn listed(bench: &Bench) -> Vec<Value> {
    serde_json::from_str(&run(bench, &["view", "list", "--json"])).unwrap()
}

#[test]
fn views_are_saved_counted_and_deleted() {
    let bench = synced(40, &[]);
    assert_eq!(run(&bench, &["view", "list"]), "");
    let night = [
        "view",
        "save",
        " night ",
        "-severity:low status:active",
        "--sort",
        "-time,resource",
        "--group",
        "Resource",
        "--columns",
        "severity, title:40",
        "--digit",
        "6",
    ];
    assert_eq!(run(&bench, &night), "saved the view \"night\"\n");
    assert_eq!(
        run(&bench, &["view", "save", "every\u{1b}[31mthing", "--digit", "5"]).matches('\u{1b}').count(),
        0
    );
    let views = listed(&bench);
    assert_eq!(
        (&views[0]["digit"], &views[0]["filter"], &views[0]["alerts"]),
        (&5.into(), &"".into(), &40.into())
    );
    let night = &views[1];
    let matching = lines(&run(&bench, &["list", "-severity:low status:active", "--format", "ids"])).len();
    assert_eq!(night["alerts"], matching);
    assert_eq!(night["new"], 0);
    assert_eq!(night["filter"], "-severity:low status:active");
    assert_eq!((&night["sort"], &night["group"]), (&"time:asc,resource".into(), &"resource".into()));
    assert_eq!(night["columns"], serde_json::json!(["severity", "title:40"]));
    // Saved over, it keeps its digit.
    assert_eq!(run(&bench, &["view", "save", "NIGHT"]), "saved over the view \"NIGHT\"\n");
    assert_eq!((&listed(&bench)[1]["digit"], &listed(&bench)[1]["alerts"]), (&6.into(), &40.into()));
    let table = run(&bench, &["view", "list"]);
    assert!(table.starts_with("Digit") || table.starts_with(" Digit"), "{table}");
    assert!(!table.contains('\u{1b}') && table.contains("␛[31m"), "{table}");
    assert_eq!(run(&bench, &["view", "delete", "Night"]), "deleted the view \"night\"\n");
    assert_eq!(listed(&bench).len(), 1);
}

#[test]
fn a_view_that_cannot_be_read_is_named_and_the_others_are_listed() {
    let bench = synced(4, &[]);
    for name in ["day", "night"] {
        run(&bench, &["view", "save", name]);
    }
    let folder = bench.flags().into_iter().skip_while(|flag| flag != "--data-dir").nth(1).unwrap();
    let journal = rusqlite::Connection::open(std::path::Path::new(&folder).join("journal.db")).unwrap();
    journal.execute_batch("UPDATE view SET look = '' WHERE name = 'day'").unwrap();
    drop(journal);
    let (code, out, errors) = bench.run(&["view", "list", "--json"]);
    let views: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!((code, views.len(), &views[0]["name"]), (0, 1, &"night".into()), "{errors}");
    assert!(errors.contains("The saved view \"day\" cannot be read"), "{errors}");
}

#[test]
fn names_that_differ_in_the_case_of_other_letters_are_two() {
    let bench = synced(4, &[]);
    for name in ["ÄRGER", "ärger"] {
        assert_eq!(run(&bench, &["view", "save", name]), format!("saved the view \"{name}\"\n"));
    }
    assert_eq!(run(&bench, &["view", "delete", "äRGER"]), "deleted the view \"ärger\"\n");
    assert_eq!(listed(&bench)[0]["name"], "ÄRGER");
}

#[test]
fn what_cannot_be_saved_is_refused_with_its_reason() {
    let bench = synced(4, &[]);
    for (args, code, words) in [
        (&["view", "save", "x", "severity:("][..], 2, "the filter is wrong here"),
        (&["view", "save", "x", "--sort", "colour"], 2, "severity, time"),
        (&["view", "save", "x", "--group", "colour"], 2, "expected severity"),
        (&["view", "save", "x", "--columns", "colour"], 2, "colour"),
        (&["view", "save", "x", "--digit", "4"], 2, "5 to 9"),
        (&["view", "save", "x", "--digit", "ten"], 2, "ten"),
        (&["view", "save", " "], 2, "a view needs a name"),
        (&["view", "save", "mine"], 2, "built-in view"),
        (&["view", "save", "x", "--read-only"], 5, "--read-only"),
        (&["view", "delete", "x"], 1, "there is no view \"x\"; there are: none"),
        (&["view"], 2, "Usage"),
    ] {
        let (ended, out, errors) = bench.run(args);
        assert_eq!((ended, out.as_str()), (code, ""), "{args:?}: {errors}");
        assert!(errors.contains(words), "{args:?}: {errors}");
    }
    assert!(listed(&bench).is_empty());
}
