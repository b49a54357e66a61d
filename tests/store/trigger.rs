//! Responses in the journal: what may be sent, and what a restart makes of what was left.

use quell::domain::resource::ResourceId;
use quell::domain::response::{NewResponse, RunStatus, TriggerOutcome, TriggerRecord};

use crate::common::*;

const APP: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/isolate";

fn response(names: &[&str]) -> NewResponse {
    NewResponse {
        app: ResourceId::new(APP),
        trigger: "manual".into(),
        alerts: names.iter().map(|name| id(name)).collect(),
        by: who("ann"),
        at: now(),
    }
}

fn queued(store: &mut Store, names: &[&str]) -> Vec<TriggerRecord> {
    let id = store.queue_response(&response(names)).unwrap();
    store.response(id).unwrap()
}

fn outcomes(records: &[TriggerRecord]) -> Vec<(&str, TriggerOutcome)> {
    records.iter().map(|record| (record.alert.name(), record.outcome)).collect()
}

#[test]
fn a_row_is_sent_by_whoever_marks_it_and_settled_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let records = queued(&mut store, &["a", "b", "A"]);
    let pending = TriggerOutcome::Pending;
    assert_eq!(outcomes(&records), [("a", pending), ("b", pending)], "an alert named twice is taken once");
    assert_ne!(records[0].request_id, records[1].request_id);
    let row = records[0].row;
    assert!(store.mark_trigger(row, now()).unwrap());
    assert!(!store.mark_trigger(row, now()).unwrap(), "it is being sent already");
    store.put_back_trigger(row, &"slow down".into()).unwrap();
    assert!(store.mark_trigger(row, now()).unwrap());
    let settle = |store: &mut Store, outcome, run: Option<&str>| {
        let run = run.map(SafeText::from);
        store.settle_trigger(row, outcome, &"why".into(), run.as_ref()).unwrap().unwrap()
    };
    assert_eq!(settle(&mut store, TriggerOutcome::Unknown, None).outcome, TriggerOutcome::Unknown);
    assert!(!store.mark_trigger(row, now()).unwrap(), "what is unknown is never sent again");
    assert_eq!(settle(&mut store, TriggerOutcome::Failed, None).outcome, TriggerOutcome::Unknown);
    let found = settle(&mut store, TriggerOutcome::Done, Some("run-1"));
    assert_eq!((found.outcome, found.run), (TriggerOutcome::Done, Some("run-1".into())));
    assert_eq!(settle(&mut store, TriggerOutcome::Unknown, None).outcome, TriggerOutcome::Done);
    let noted = store.note_run(row, &RunStatus("Succeeded".into())).unwrap().unwrap();
    assert!(noted.is_clean() && !noted.is_running());
}

#[test]
fn a_restart_sends_nothing_and_says_what_is_certain() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let records = queued(&mut store, &["waits", "on-its-way", "done", "failed"]);
    for (at, outcome) in [(2, TriggerOutcome::Done), (3, TriggerOutcome::Failed)] {
        store.mark_trigger(records[at].row, now()).unwrap();
        store.settle_trigger(records[at].row, outcome, &"so".into(), None).unwrap();
    }
    store.mark_trigger(records[1].row, now()).unwrap();
    drop(store);
    let mut store = open(folder.path());
    let after = store.response(records[0].response).unwrap();
    let expected = [
        ("waits", TriggerOutcome::Failed),
        ("on-its-way", TriggerOutcome::Unknown),
        ("done", TriggerOutcome::Done),
        ("failed", TriggerOutcome::Failed),
    ];
    assert_eq!(outcomes(&after), expected);
    assert!(after[0].detail.raw().starts_with("not sent") && after[3].detail.raw() == "so");
    for record in &after {
        assert!(!store.mark_trigger(record.row, now()).unwrap(), "{record:?}");
    }
}

#[test]
fn a_copy_of_the_files_taken_while_sending_is_unknown_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let records = queued(&mut store, &["a"]);
    store.mark_trigger(records[0].row, now()).unwrap();
    // As after a power cut: the mark must have been on disk when the call returned.
    let copy = copy_of(folder.path());
    let copied = open(copy.path());
    assert_eq!(copied.response(records[0].response).unwrap()[0].outcome, TriggerOutcome::Unknown);
}

#[test]
fn an_alerts_triggers_are_listed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let first = queued(&mut store, &["a", "b"]);
    let second = queued(&mut store, &["a"]);
    let of = |name: &str, store: &Store| -> Vec<i64> {
        store.triggers_of(&id(name)).unwrap().iter().map(|record| record.row).collect()
    };
    assert_eq!(of("A", &store), [second[0].row, first[0].row]);
    assert_eq!(of("b", &store), [first[1].row]);
    assert!(of("never", &store).is_empty());
    assert_eq!(store.triggers(2).unwrap().len(), 2);
    let record = &store.triggers(1).unwrap()[0];
    assert_eq!((record.app.text().raw(), record.trigger.raw(), record.by.raw()), (APP, "manual", "ann"));
    assert_eq!(record.at, now());
}
