//! The local record: notes, feedback, ticked steps, the audit log, and journals from before there was one.

use crate::common::*;
use quell::domain::change::Reason;
use quell::domain::record::{Act, AlertRecord, Deed, DeedKind, FeedbackReason, LogEntry, Past};
use quell::domain::remediation::StepId;
use quell::domain::resource::ResourceId;
use quell::domain::response::NewResponse;
use quell::domain::table::LocalRecord;

fn deed(kind: DeedKind, names: &[&str]) -> Deed {
    Deed::new(kind, who("ann"), now()).on(names.iter().map(|name| id(name))).under("status:active")
}

fn note(names: &[&str], text: &str) -> Deed {
    deed(DeedKind::Note, names).saying(text)
}

fn not_useful(names: &[&str], comment: &str) -> Deed {
    deed(DeedKind::Feedback, names).judging(false, FeedbackReason::Noise).saying(comment)
}

fn local(store: &mut Store, name: &str) -> LocalRecord {
    store.snapshot().find(&id(name)).unwrap().local().cloned().unwrap_or_default()
}

/// An empty journal of the first schema.
fn old_journal(folder: &Path) -> rusqlite::Connection {
    drop(Folder::open(folder).unwrap());
    let old = rusqlite::Connection::open(folder.join("journal.db")).unwrap();
    old.execute_batch(include_str!("../../assets/schema/journal/0001.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old
}

#[test]
fn notes_feedback_and_steps_outlast_the_program_and_the_last_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    store.audit(&note(&["A", "b", "a", "absent"], "seen before\nin March")).unwrap();
    store.audit(&note(&["a"], "asked the owner")).unwrap();
    store.audit(&not_useful(&["a", "b"], "the scanner")).unwrap();
    store.audit(&deed(DeedKind::Feedback, &["b"]).judging(true, FeedbackReason::Accurate)).unwrap();
    for (kind, step) in [(DeedKind::StepDone, 1), (DeedKind::StepDone, -2), (DeedKind::StepOpen, 1)] {
        store.audit(&deed(kind, &["a"]).ticking(StepId(step), SafeText::from("words"))).unwrap();
    }
    for round in 0..2 {
        let found = local(&mut store, "a");
        assert_eq!(found.notes.raw(), "seen before\nin March\nasked the owner");
        assert_eq!((found.useful, local(&mut store, "b").useful), (Some(false), Some(true)), "round {round}");
        let record = AlertRecord::of(&store.past(&id("a")).unwrap());
        let notes: Vec<&str> = record.notes.iter().map(|note| note.text.raw()).collect();
        assert_eq!(notes, ["asked the owner", "seen before\nin March"]);
        let feedback = record.feedback.as_ref().unwrap();
        assert_eq!((feedback.reason, feedback.comment.raw()), (FeedbackReason::Noise, "the scanner"));
        assert!(record.tick(StepId(-2)).is_some_and(|tick| tick.by == who("ann")));
        assert_eq!((record.tick(StepId(1)), record.tick(StepId(2))), (None, None));
        store.close();
        store = open(folder.path());
    }
    // An alert that was not cached when the note was written has it when it comes.
    list(&mut store, ["a", "b", "absent"].map(|name| alert(name, Status::Active)));
    assert_eq!(local(&mut store, "absent").notes.raw(), "seen before\nin March");
}

#[test]
fn the_past_of_an_alert_has_changes_and_deeds_the_newest_first() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    let at = |minutes| now() + TimeDelta::minutes(minutes);
    store.queue(&NewChange { at: at(1), ..change(&["a"], Status::Active, Status::Resolved) }).unwrap();
    store.audit(&Deed { at: at(2), ..note(&["a", "b"], "x") }).unwrap();
    store.queue(&NewChange { at: at(3), ..change(&["a"], Status::Resolved, Status::Active) }).unwrap();
    store.assign(&[id("a")], Some(&who("eve")), &who("ann"), at(4)).unwrap();
    let past = store.past(&id("a")).unwrap();
    let told: Vec<String> = past
        .iter()
        .map(|past| match past {
            Past::Change(entry) => format!("{:?}", entry.to),
            Past::Deed(deed, alerts) => {
                format!("{} {}{} on {alerts}", deed.kind.code(), deed.value, deed.words)
            }
        })
        .collect();
    assert_eq!(told, ["assign eve on 1", "Active", "note x on 2", "Resolved"]);
    assert_eq!(store.past(&id("b")).unwrap().len(), 1);
    assert_eq!(store.past(&id("c")).unwrap(), []);
}

#[test]
fn the_log_is_read_in_windows_and_searched() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b", "c"].map(|name| alert(name, Status::Active)));
    let at = |minutes| now() + TimeDelta::minutes(minutes);
    for minute in 0..20 {
        let text = format!("note {minute}");
        store.audit(&Deed { at: at(minute), ..note(&["a", "b"], &text) }).unwrap();
    }
    let three = change(&["a", "b", "c"], Status::Active, Status::Dismissed);
    let number = store.queue(&NewChange { at: at(7), ..three }).unwrap();
    store.audit(&Deed { at: at(30), ..deed(DeedKind::RuleCreated, &[]).set("100%_sure") }).unwrap();

    let word = |entry: &LogEntry| match &entry.act {
        Act::Change(change) => format!("change {}", change.id),
        Act::Deed(_, deed) => format!("{}{}", deed.value, deed.words),
    };
    let (total, all): (usize, Vec<LogEntry>) = store.log("", 0, 100).unwrap();
    assert_eq!(total, 22);
    let mut expected: Vec<String> = (0..20).rev().map(|minute| format!("note {minute}")).collect();
    expected.insert(0, "100%_sure".to_owned());
    // Of one moment, the deed stands over the change.
    expected.insert(14, format!("change {number}"));
    assert_eq!(all.iter().map(word).collect::<Vec<_>>(), expected);
    for find in ["", "o"] {
        let (total, all) = store.log(find, 0, 100).unwrap();
        let window = |window: usize| store.log(find, window * 4, 4).unwrap();
        assert!((0..9).all(|at| window(at).0 == total), "whatever the window");
        let windows: Vec<LogEntry> = (0..6).flat_map(|at| window(at).1).collect();
        assert_eq!((windows, total), (all, total));
    }
    assert_eq!((all[0].alerts, all[0].first.clone()), (0, None));
    assert_eq!((all[1].alerts, all[1].first.clone()), (2, Some(id("a"))));
    assert_eq!((all[14].alerts, all[14].first.clone()), (3, Some(id("a"))));

    for (find, count) in [
        ("NOTE 1", 11),
        ("note 1%", 0),
        ("%_s", 1),
        ("alerts/C", 1),
        ("alerts/b", 21),
        ("noise", 1),
        ("rule-created", 1),
        ("ann", 22),
        ("nothing of that", 0),
    ] {
        let (total, found) = store.log(find, 0, 100).unwrap();
        assert_eq!((total, found.len()), (count, count), "{find}");
    }
    let names = |from| -> Vec<AlertId> {
        let targets = store.change_alerts(number, from, 2).unwrap();
        targets.into_iter().map(|record| record.target.id).collect()
    };
    assert_eq!((names(0), names(2)), (vec![id("a"), id("b")], vec![id("c")]));
    let Act::Deed(first, _) = &all[1].act else { panic!() };
    assert_eq!(store.deed_alerts(*first, 1, 5).unwrap(), [id("b")]);
}

#[test]
fn a_triggered_logic_app_is_in_the_record() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let app =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Logic/workflows/la-1");
    let response = NewResponse {
        app: ResourceId::new(app.as_str()),
        trigger: "When_an_alert".into(),
        alerts: vec![id("a"), id("b"), id("A")],
        by: who("ann"),
        at: now(),
    };
    let number = store.queue_response(&response).unwrap();
    let [Past::Deed(deed, 2)] = &store.past(&id("a")).unwrap()[..] else { panic!() };
    assert_eq!(
        (deed.kind, deed.value.raw(), deed.about.raw()),
        (DeedKind::LogicAppTriggered, "la-1", app.as_str())
    );
    assert_eq!(deed.words.raw(), format!("response {number}"));
    assert_eq!(store.log("la-1", 0, 1).unwrap().0, 1);
}

#[test]
fn two_instances_see_each_others_notes() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(folder.path());
    list(&mut first, ["a", "b"].map(|name| alert(name, Status::Active)));
    let mut second = open(folder.path());
    first.audit(&note(&["a"], "from the first")).unwrap();
    second.audit(&not_useful(&["a"], "from the second")).unwrap();
    for store in [&mut first, &mut second] {
        store.refresh().unwrap();
        let found = local(store, "a");
        assert_eq!((found.notes.raw(), found.useful), ("from the first", Some(false)));
        assert_eq!(store.log("", 0, 0).unwrap().0, 2);
    }
}

#[test]
fn a_journal_of_the_first_schema_is_taken_over_whole() {
    let folder = tempfile::tempdir().unwrap();
    let old = old_journal(folder.path());
    old.execute_batch(&format!(
        "INSERT INTO subject (alert, assigned, changed_by) VALUES ('{}', 'eve', 'ann'), ('{}', NULL, NULL);
         INSERT INTO change (kind, at, by, status, reason, comment, filter, take)
            VALUES ('change', 1000, 'ann', 'Dismissed', 'noise', 'words', 'sev:low', 1);
         INSERT INTO target (change, subject, seen, want, outcome, request_id, sent)
            VALUES (1, 1, 'Active', 'Dismissed', 'verified', 'r', 2);
         INSERT INTO assignment (subject, who, by, at, change)
            VALUES (1, 'ann', 'ann', 1000, 1), (1, 'eve', 'bob', 2000, NULL), (2, NULL, 'bob', 3000, NULL);",
        id("a").as_str(),
        id("b").as_str()
    ))
    .unwrap();
    drop(old);
    let mut store = open(folder.path());
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Dismissed)));
    assert_eq!(local(&mut store, "a").assigned, Some(who("eve")));
    let (record, targets) = store.change(store.last_change().unwrap().unwrap()).unwrap().unwrap();
    assert_eq!((record.reason, record.comment.raw(), targets.len()), (Some(Reason::Noise), "words", 1));
    let log = store.log("", 0, 10).unwrap().1;
    let told: Vec<_> = log
        .iter()
        .map(|entry| match &entry.act {
            Act::Change(change) => (change.by.raw().to_owned(), change.at.timestamp_micros()),
            Act::Deed(_, deed) => (format!("{}>{}", deed.by, deed.value), deed.at.timestamp_micros()),
        })
        .collect();
    let expected = [("bob>", 3000), ("bob>eve", 2000), ("ann", 1000)];
    assert_eq!(told, expected.map(|(who, at)| (who.to_owned(), at)));
    assert_eq!(log[1].first, Some(id("a")));
    // Numbers go on after those taken over.
    store.audit(&note(&["a"], "new")).unwrap();
    assert_eq!(store.past(&id("a")).unwrap().len(), 3);
}

#[test]
fn a_step_of_the_schema_that_breaks_off_leaves_the_former_one() {
    let folder = tempfile::tempdir().unwrap();
    let old = old_journal(folder.path());
    // The step's last statement fails on an assignment of an alert that is not there.
    old.execute_batch(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO assignment (subject, who, by, at) VALUES (99, 'eve', 'bob', 1);",
    )
    .unwrap();
    let version = || -> i64 { old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap() };
    let has_deeds = || -> bool {
        old.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'deed'", [], |row| row.get(0)).unwrap()
    };
    assert!(Store::open(Folder::open(folder.path()).unwrap(), Access::ReadWrite).is_err());
    assert_eq!((version(), has_deeds()), (1, false));
    old.execute("DELETE FROM assignment", []).unwrap();
    open(folder.path());
    assert!(version() >= 2 && has_deeds());
}

#[test]
fn the_record_is_never_altered_or_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.audit(&note(&["a"], "x")).unwrap();
    let beside = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    for sql in ["UPDATE deed SET words = 'y'", "DELETE FROM deed"] {
        let error = beside.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("never"), "{error}");
    }
}
