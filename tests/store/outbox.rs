//! Queueing, sending, retrying, assigning, the owning thread.

use quell::domain::record::{Deed, DeedKind};

use crate::common::*;

#[test]
fn a_queued_change_overlays_the_status_and_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, [alert("a", Status::Active), alert("b", Status::Active)]);
    let first = store.queue(&change(&["a", "b", "later"], Status::Active, Status::Dismissed)).unwrap();
    assert_eq!(status_of(&mut store, "a"), (Status::Dismissed, Status::Active));
    let due = store.due("", now(), 10, &[]).unwrap();
    assert_eq!(
        due.iter().map(|item| item.target.id.clone()).collect::<Vec<_>>(),
        [id("a"), id("b"), id("later")]
    );
    assert!(due.iter().all(|item| item.sent == Sent::No && item.attempts == 0));
    assert_eq!(mark(&mut store, &[due[0].row]), [due[0].row]);
    let rest = store.due("", now(), 10, &[due[0].row]).unwrap();
    assert_eq!(rest.len(), 2, "what is being sent is not given out twice");
    let orphan = &store.due("", now(), 10, &[]).unwrap()[0];
    assert_eq!((orphan.row, orphan.sent), (due[0].row, Sent::Perhaps), "what nobody sends any more is");
    assert_eq!(store.next_due(now(), &[due[1].row]).unwrap(), Some(now()));

    // A kill: the files as they are now, without what closing would do.
    let copy = copy_of(folder.path());
    let mut store = open(copy.path());
    assert_eq!(status_of(&mut store, "a"), (Status::Dismissed, Status::Active));
    assert_eq!(store.snapshot().pending_count(), 2);
    assert_eq!(store.pending_total().unwrap(), 3);
    let again = store.due("", now(), 10, &[]).unwrap();
    assert_eq!(again.iter().map(|item| item.sent).collect::<Vec<_>>(), [Sent::Perhaps, Sent::No, Sent::No]);
    for (before, after) in due.iter().zip(&again) {
        assert_eq!((before.row, &before.request_id), (after.row, &after.request_id));
    }
    // An alert that arrives with a change already waiting shows it.
    list(&mut store, ["a", "b", "later"].map(|name| alert(name, Status::Active)));
    assert_eq!(status_of(&mut store, "later"), (Status::Dismissed, Status::Active));
    let local = store.snapshot().find(&id("later")).unwrap().local().unwrap().clone();
    assert_eq!(local.changed_by, Some(who("ann")));
    // A sync cannot overwrite it either.
    list(&mut store, ["a", "b", "later"].map(|name| alert(name, Status::InProgress)));
    assert_eq!(status_of(&mut store, "b"), (Status::Dismissed, Status::InProgress));
    for item in again {
        settle(&mut store, item.row, Outcome::Verified, &SafeText::default());
    }
    assert_eq!(status_of(&mut store, "b"), (Status::InProgress, Status::InProgress));
    let tally = store.tally(first).unwrap();
    assert_eq!((tally.verified, tally.is_clean(), store.pending_total().unwrap()), (3, true, 0));
}

#[test]
fn only_the_oldest_unsettled_row_of_an_alert_is_due() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, [alert("a", Status::Active)]);
    store.queue(&change(&["a"], Status::Active, Status::InProgress)).unwrap();
    store.queue(&change(&["a", "b"], Status::InProgress, Status::Resolved)).unwrap();
    store.queue(&change(&["a"], Status::Resolved, Status::Dismissed)).unwrap();
    assert_eq!(status_of(&mut store, "a").0, Status::Dismissed);
    let wants = |store: &mut Store, at| -> Vec<Status> {
        store.due("", at, 10, &[]).unwrap().into_iter().map(|item| item.target.want).collect()
    };
    assert_eq!(wants(&mut store, now()), [Status::InProgress, Status::Resolved]);
    let due = store.due("", now(), 10, &[]).unwrap();
    let later = now() + TimeDelta::seconds(5);
    postpone(&mut store, due[0].row, later, &who("throttled"));
    postpone(&mut store, due[1].row, later + TimeDelta::seconds(1), &who("throttled"));
    assert_eq!(wants(&mut store, now()), []);
    assert_eq!(store.next_due(now(), &[]).unwrap(), Some(later), "rows behind a postponed one do not count");
    let due = store.due("", later, 10, &[]).unwrap();
    assert_eq!((due.len(), due[0].attempts, due[0].sent), (1, 1, Sent::Perhaps));
    mark(&mut store, &[due[0].row]);
    assert_eq!(store.due("", later, 10, &[due[0].row]).unwrap(), [], "nothing overtakes what is being sent");
    settle(&mut store, due[0].row, Outcome::Verified, &SafeText::default());
    assert_eq!(wants(&mut store, later), [Status::Resolved]);
    assert_eq!(store.next_due(later, &[]).unwrap(), Some(later));
    assert_eq!(status_of(&mut store, "a").0, Status::Dismissed, "the newest wish is shown");
}

#[test]
fn retry_takes_up_only_what_failed_and_keeps_its_identity() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let names = ["ok", "failed", "conflict", "unconfirmed", "superseded", "pending", "cancelled"];
    list(&mut store, names.map(|name| alert(name, Status::Active)));
    let first = store.queue(&change(&names, Status::Active, Status::Dismissed)).unwrap();
    let due = store.due("", now(), 10, &[]).unwrap();
    let outcomes =
        [Outcome::Verified, Outcome::Failed, Outcome::Conflict, Outcome::Unconfirmed, Outcome::Failed];
    for (item, outcome) in due.iter().zip(outcomes) {
        mark(&mut store, &[item.row]);
        settle(&mut store, item.row, outcome, &who("why"));
    }
    settle(&mut store, due[6].row, Outcome::Cancelled, &SafeText::default());
    assert_eq!(store.snapshot().find(&id("failed")).unwrap().local(), None, "a refused change is nobody's");
    let theirs = alert("conflict", Status::Resolved);
    take(&mut store, &theirs);
    store.queue(&change(&["superseded"], Status::Active, Status::Resolved)).unwrap();
    let tally = store.tally(first).unwrap();
    assert_eq!((tally.failed, tally.conflict, tally.unconfirmed, tally.pending), (2, 1, 1, 1));

    assert_eq!(store.retry(first).unwrap(), 3);
    let again: Vec<_> =
        store.due("", now(), 10, &[]).unwrap().into_iter().filter(|item| item.change == first).collect();
    assert_eq!(
        again.iter().map(|item| item.target.id.clone()).collect::<Vec<_>>(),
        ["failed", "conflict", "unconfirmed", "pending"].map(id)
    );
    assert_eq!(again[1].target.seen, Status::Resolved, "keep mine, against what the colleague set");
    for item in &again {
        let before = due.iter().find(|before| before.row == item.row).unwrap();
        assert_eq!(before.request_id, item.request_id);
    }
    assert_eq!(again[0].attempts, 1);
    assert_eq!(store.cancel(first).unwrap(), 3, "what was accepted once is looked at first");
    let tally = store.tally(first).unwrap();
    assert_eq!((tally.pending, tally.cancelled, tally.verified, tally.failed), (1, 4, 1, 1));
    assert_eq!(store.snapshot().pending_count(), 2);
}

#[test]
fn what_follows_a_refused_change_expects_the_status_that_stayed() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, [alert("a", Status::Active)]);
    let first = store.queue(&change(&["a"], Status::Active, Status::InProgress)).unwrap();
    store.queue(&change(&["a"], Status::InProgress, Status::Resolved)).unwrap();
    assert_eq!(store.cancel(first).unwrap(), 1);
    let due = store.due("", now(), 10, &[]).unwrap();
    assert_eq!((due[0].target.seen, due[0].target.want), (Status::Active, Status::Resolved));
}

#[test]
fn what_was_sent_and_what_was_cancelled_outlast_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b", "c"].map(|name| alert(name, Status::Active)));
    let first = store.queue(&change(&["a", "b", "c"], Status::Active, Status::Dismissed)).unwrap();
    let rows: Vec<i64> = store.due("", now(), 10, &[]).unwrap().iter().map(|item| item.row).collect();
    mark(&mut store, &rows[..2]);
    let later = |row, sent| Postponement { row, not_before: now(), detail: SafeText::default(), sent };
    store.postpone_many(&[later(rows[0], Sent::Accepted), later(rows[1], Sent::No)]).unwrap();
    store.postpone_many(&[later(rows[0], Sent::No)]).unwrap();
    mark(&mut store, &rows[2..]);
    assert_eq!(store.cancel(first).unwrap(), 1, "only what was certainly not sent");
    store.close();
    let mut store = open(folder.path());
    let due = store.due("", now(), 10, &[]).unwrap();
    let found: Vec<_> = due.iter().map(|item| (item.row, item.sent, item.withdrawn)).collect();
    assert_eq!(found, [(rows[0], Sent::Accepted, true), (rows[2], Sent::Perhaps, true)]);
}

#[test]
fn only_the_holder_of_a_lease_that_runs_marks_rows() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    store.queue(&change(&["a"], Status::Active, Status::Dismissed)).unwrap();
    let row = store.due("", now(), 10, &[]).unwrap()[0].row;
    assert_eq!(store.mark_sending(&[row], "one", now()).unwrap(), None);
    assert!(store.try_lease("one", now()).unwrap());
    let expired = now() + TimeDelta::seconds(60);
    assert_eq!(store.mark_sending(&[row], "one", expired).unwrap(), None);
    assert_eq!(store.mark_sending(&[row], "two", now()).unwrap(), None);
    assert_eq!(store.due("", now(), 10, &[]).unwrap()[0].sent, Sent::No, "nothing was marked");
    assert_eq!(store.mark_sending(&[row], "one", now()).unwrap(), Some(vec![row]));
}

#[test]
fn what_is_committed_is_queued_even_when_it_cannot_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, [alert("a", Status::Active), alert("b", Status::Active)]);
    store.queue(&change(&["a"], Status::Active, Status::Resolved)).unwrap();
    let beside = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    beside.execute("UPDATE target SET want = 'Nonsense'", []).unwrap();
    store.queue(&change(&["b"], Status::Active, Status::Dismissed)).expect("it is on the disk");
    beside.execute("UPDATE target SET want = 'Resolved' WHERE want = 'Nonsense'", []).unwrap();
    store.refresh().unwrap();
    assert_eq!(status_of(&mut store, "b").0, Status::Dismissed);
    assert_eq!(store.pending_total().unwrap(), 2);
}

#[test]
fn assignments_are_kept_with_their_history() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, [alert("a", Status::Active)]);
    store.assign(&[id("A"), id("absent")], Some(&who("ann")), &who("bob"), now()).unwrap();
    store.assign(&[id("a")], None, &who("ann"), now()).unwrap();
    store.assign(&[id("a")], Some(&who("cid")), &who("cid"), now()).unwrap();
    store.close();
    let mut store = open(folder.path());
    assert_eq!(store.snapshot().find(&id("a")).unwrap().local().unwrap().assigned, Some(who("cid")));
    let whos: Vec<_> = store.assignments(&id("a")).unwrap().into_iter().map(|given| given.who).collect();
    assert_eq!(whos, [Some(who("cid")), None, Some(who("ann"))]);
}

#[test]
fn the_thread_publishes_what_changed_and_closes_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, published) = std::sync::mpsc::channel();
    let handle = StoreHandle::spawn(open(folder.path()), move |table| sender.send(table.len()).unwrap());
    handle.call_blocking(|store| list(store, [alert("a", Status::Active)])).unwrap();
    let count = handle.call_blocking(|store| store.pending_total().unwrap()).unwrap();
    assert_eq!(count, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tables = runtime.block_on(handle.call(|store| store.snapshot().len())).unwrap();
    assert_eq!(tables, 1);
    let clone = handle.clone();
    handle.close();
    assert_eq!(published.iter().collect::<Vec<_>>(), [0, 1], "the first table, then the changed one");
    assert!(matches!(clone.call_blocking(|_| ()), Err(StoreError::Closed)));
    let wal = folder.path().join("journal.db-wal");
    assert!(!wal.exists() || fs::metadata(wal).unwrap().len() == 0, "the log was merged");
}

#[test]
fn a_change_is_for_the_tenant_signed_in_to_and_so_is_its_undo() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b", "c"].map(|name| alert(name, Status::Active)));
    let due = |store: &mut Store, tenant: &str| -> Vec<AlertId> {
        store.due(tenant, now(), 10, &[]).unwrap().into_iter().map(|item| item.target.id).collect()
    };
    store.queue(&change(&["a"], Status::Active, Status::Resolved)).unwrap();
    assert_eq!(
        (due(&mut store, "one"), store.held("one").unwrap()),
        (vec![id("a")], None),
        "nobody had signed in"
    );
    store.set_tenant("").unwrap();
    store.set_tenant("ONE").unwrap();
    store.queue(&change(&["b"], Status::Active, Status::Resolved)).unwrap();
    store.close();
    let mut store = open(folder.path());
    store.set_tenant("two").unwrap();
    let second = store.queue(&change(&["c"], Status::Active, Status::Resolved)).unwrap();
    for (tenant, names, held) in
        [("One", &["a", "b"][..], 1), ("two", &["c"], 2), ("three", &[], 3), ("", &["a", "b", "c"], 0)]
    {
        let ids: Vec<AlertId> = names.iter().map(|name| id(name)).collect();
        let waits = store.held(tenant).unwrap().map_or(0, |held| held.alerts);
        assert_eq!((due(&mut store, tenant), waits), (ids, held), "{tenant}");
    }
    assert_eq!(store.held("three").unwrap().unwrap().tenant.raw(), "two", "the newest");
    let row = store.due("two", now(), 10, &[]).unwrap()[0].row;
    mark(&mut store, &[row]);
    store
        .settle_many(&[Settlement {
            row,
            outcome: Outcome::Unconfirmed,
            detail: who(""),
            sent: Sent::Accepted,
        }])
        .unwrap();
    take(&mut store, &alert("c", Status::Resolved));
    store.set_tenant("one").unwrap();
    assert!(store.undo(second, &who("ann"), now()).unwrap().change.is_some());
    assert_eq!((due(&mut store, "one").len(), due(&mut store, "two")), (2, vec![id("c")]));
}

#[test]
fn a_decision_on_very_many_alerts_is_shown_whole() {
    let names: Vec<String> = (0..2_100).map(|at| format!("n{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, names.iter().map(|name| alert(name, Status::Active)));
    let taken = NewChange { take: true, ..change(&names, Status::Active, Status::InProgress) };
    let taken = store.queue(&taken).unwrap();
    store
        .audit(
            &Deed::new(DeedKind::Note, who("bob"), now())
                .on(names[1_000..].iter().map(|name| id(name)))
                .saying("x"),
        )
        .unwrap();
    let shown = |store: &mut Store| -> Vec<_> {
        let table = store.snapshot();
        table.rows().map(|(_, row)| (row.id(), row.status(), row.local().cloned())).collect()
    };
    let before = shown(&mut store);
    for (at, (_, status, local)) in before.iter().enumerate() {
        let local = local.as_ref().unwrap();
        assert_eq!((*status, local.assigned.clone()), (Status::InProgress, Some(who("ann"))));
        assert_eq!((local.changed_by.clone(), local.notes.is_empty()), (Some(who("ann")), at < 1_000));
    }
    store.close();
    let mut store = open(folder.path());
    assert_eq!(shown(&mut store), before);
    store.undo(taken, &who("ann"), now()).unwrap();
    let after = shown(&mut store);
    assert!(after.iter().all(|(_, status, _)| *status == Status::Active));
    assert_eq!(
        after.iter().filter(|(_, _, local)| local.is_none()).count(),
        1_000,
        "nobody has or changed them"
    );
    store.close();
    assert_eq!(shown(&mut open(folder.path())), after);
}
