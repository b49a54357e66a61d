//! Undo and redo.

use crate::common::*;

/// Sends everything that is due as the push worker does when the source takes it.
fn deliver(store: &mut Store) -> usize {
    let mut sent = 0;
    loop {
        let due = store.due("", now(), 100, &[]).unwrap();
        if due.is_empty() {
            return sent;
        }
        for item in due {
            mark(store, &[item.row]);
            let fresh = alert(item.target.id.name(), item.target.want);
            take(store, &fresh);
            settle(store, item.row, Outcome::Verified, &SafeText::default());
            sent += 1;
        }
    }
}

#[test]
fn undo_goes_back_to_each_alerts_own_former_status_and_spares_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let names = ["active", "working", "colleague", "gone", "twice", "refused"];
    list(
        &mut store,
        names.map(|name| alert(name, if name == "working" { Status::InProgress } else { Status::Active })),
    );
    let mut dismissal = change(&names, Status::Active, Status::Dismissed);
    dismissal.targets[1].seen = Status::InProgress;
    dismissal.take = true;
    let first = store.queue(&dismissal).unwrap();
    assert_eq!(store.snapshot().find(&id("active")).unwrap().local().unwrap().assigned, Some(who("ann")));
    let refused = store.due("", now(), 10, &[]).unwrap()[5].row;
    settle(&mut store, refused, Outcome::Failed, &who("403"));
    assert_eq!(deliver(&mut store), 5);
    let reactivated = alert("colleague", Status::Active);
    take(&mut store, &reactivated);
    let resolved = alert("gone", Status::Dismissed);
    take(&mut store, &resolved);
    store.mark_gone(&id("gone")).unwrap();
    let second = store.queue(&change(&["twice"], Status::Dismissed, Status::Resolved)).unwrap();
    deliver(&mut store);
    store.close();

    // After a restart.
    let mut store = open(folder.path());
    assert!(store.snapshot().find(&id("gone")).unwrap().flags().is_gone());
    assert_eq!(store.last_undoable().unwrap(), Some(second));
    let undone = store.undo(first, &who("bob"), now()).unwrap();
    assert_eq!(
        undone.spared,
        [
            (id("colleague"), Spared::AlreadyBack),
            (id("gone"), Spared::Gone),
            (id("twice"), Spared::ChangedAgain(second)),
            (id("refused"), Spared::NoEffect),
        ]
    );
    let undo = undone.change.unwrap();
    let (record, targets) = store.change(undo).unwrap().unwrap();
    assert_eq!((record.undoes, record.status, undone.removed), (Some(first), None, 0));
    let back: Vec<_> = targets.iter().map(|t| (t.target.id.clone(), t.target.want)).collect();
    assert_eq!(back, [(id("active"), Status::Active), (id("working"), Status::InProgress)]);
    assert_eq!(store.change(first).unwrap().unwrap().0.undone_by, Some(undo));
    deliver(&mut store);
    assert_eq!(status_of(&mut store, "active"), (Status::Active, Status::Active));
    assert_eq!(status_of(&mut store, "working"), (Status::InProgress, Status::InProgress));
    assert_eq!(status_of(&mut store, "twice"), (Status::Resolved, Status::Resolved));
    let local = store.snapshot().find(&id("active")).unwrap().local().unwrap().clone();
    assert_eq!((local.assigned, local.changed_by), (None, Some(who("bob"))), "given back, and by whom");

    // Redo is the undo of the undo.
    assert_eq!(store.last_redoable().unwrap(), Some(undo));
    let redo = store.undo(undo, &who("bob"), now()).unwrap().change.unwrap();
    deliver(&mut store);
    assert_eq!(status_of(&mut store, "working").1, Status::Dismissed);
    assert_eq!((store.last_redoable().unwrap(), store.last_undoable().unwrap()), (None, Some(redo)));
    let history = store.history(&id("working")).unwrap();
    let steps: Vec<_> = history.iter().map(|entry| (entry.from, entry.to)).collect();
    let (working, dismissed) = (Status::InProgress, Status::Dismissed);
    assert_eq!(steps, [(working, dismissed), (dismissed, working), (working, dismissed)]);
    assert_eq!((history[2].reason, history[2].by.raw()), (Some(Reason::Noise), "ann"));
}

#[test]
fn an_undo_that_was_cancelled_is_gone_on_with() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let names = ["a", "b", "c"];
    list(&mut store, names.map(|name| alert(name, Status::Active)));
    let older = store.queue(&change(&["a"], Status::Active, Status::InProgress)).unwrap();
    deliver(&mut store);
    let first = store.queue(&change(&["b", "c"], Status::Active, Status::Dismissed)).unwrap();
    deliver(&mut store);
    let undo = store.undo(first, &who("ann"), now()).unwrap().change.unwrap();
    let sent = store.due("", now(), 1, &[]).unwrap().remove(0);
    mark(&mut store, &[sent.row]);
    let fresh = alert(sent.target.id.name(), Status::Active);
    take(&mut store, &fresh);
    settle(&mut store, sent.row, Outcome::Verified, &SafeText::default());
    assert_eq!(store.cancel(undo).unwrap(), 1);
    // Not the one before it: this one still holds what it changed.
    let record = |store: &Store, id| store.change(id).unwrap().unwrap().0;
    assert_eq!((store.last_undoable().unwrap(), record(&store, first).undone_by), (Some(first), None));
    let rest = store.undo(first, &who("ann"), now()).unwrap();
    let targets = store.change(rest.change.unwrap()).unwrap().unwrap().1;
    assert_eq!((targets.len(), rest.spared.len()), (1, 1), "what was taken back stays so");
    deliver(&mut store);
    assert_eq!(names.map(|name| status_of(&mut store, name).1).map(Status::is_open), [true; 3]);
    assert_eq!((store.last_undoable().unwrap(), record(&store, first).undone_by), (Some(older), rest.change));
}

#[test]
fn what_somebody_else_did_already_is_not_ours_to_undo() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, [alert("a", Status::Active)]);
    let first = store.queue(&change(&["a"], Status::Active, Status::Dismissed)).unwrap();
    let row = store.due("", now(), 10, &[]).unwrap()[0].row;
    let theirs = alert("a", Status::Dismissed);
    take(&mut store, &theirs);
    let detail = SafeText::default();
    let settlement = Settlement { row, outcome: Outcome::Verified, detail, sent: Sent::No };
    store.settle_many(&[settlement]).unwrap();
    assert_eq!(store.last_undoable().unwrap(), None);
    let undone = store.undo(first, &who("ann"), now()).unwrap();
    assert_eq!((undone.change, undone.spared), (None, vec![(id("a"), Spared::NoEffect)]));
    assert_eq!(store.snapshot().find(&id("a")).unwrap().local(), None, "nor was it changed by us");
}

#[test]
fn one_alert_is_undone_step_by_step_sent_or_not() {
    for sends in [true, false] {
        let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
        list(&mut store, [alert("a", Status::Active)]);
        let first = store.queue(&change(&["a"], Status::Active, Status::Dismissed)).unwrap();
        deliver(&mut store);
        let second = store.queue(&change(&["a"], Status::Dismissed, Status::Resolved)).unwrap();
        deliver(&mut store);
        for (step, back) in [(second, Status::Dismissed), (first, Status::Active)] {
            assert_eq!(store.last_undoable().unwrap(), Some(step));
            let undone = store.undo(step, &who("ann"), now()).unwrap();
            assert_eq!((undone.spared, undone.change.is_some()), (vec![], true), "{step:?}, sent: {sends}");
            if sends {
                deliver(&mut store);
            }
            assert_eq!(status_of(&mut store, "a").0, back);
        }
        assert_eq!(store.last_undoable().unwrap(), None);
        assert_eq!(store.undo(first, &who("ann"), now()).unwrap().change, None, "not twice");
        deliver(&mut store);
        assert_eq!(status_of(&mut store, "a"), (Status::Active, Status::Active));
    }
}

#[test]
fn an_undo_that_spares_everything_makes_way_for_the_one_before() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    let first = store.queue(&change(&["a"], Status::Active, Status::Dismissed)).unwrap();
    let second = store.queue(&change(&["b"], Status::Active, Status::Dismissed)).unwrap();
    deliver(&mut store);
    let theirs = alert("b", Status::Resolved);
    take(&mut store, &theirs);
    assert_eq!(store.last_undoable().unwrap(), Some(second));
    let undone = store.undo(second, &who("ann"), now()).unwrap();
    assert_eq!((undone.change, undone.spared.len()), (None, 1));
    assert_eq!((store.last_undoable().unwrap(), store.last_redoable().unwrap()), (Some(first), None));
    let count = store.changes(9).unwrap().len();
    store.undo(second, &who("ann"), now()).unwrap();
    assert_eq!(store.changes(9).unwrap().len(), count, "recorded once");
}

#[test]
fn what_takes_alerts_over_gives_them_back_and_takes_them_again() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let names = ["done", "failed", "conflict", "cancelled"];
    list(&mut store, names.map(|name| alert(name, Status::Active)));
    store.assign(&names.map(id), Some(&who("eve")), &who("eve"), now()).unwrap();
    let mut taking = change(&names, Status::Active, Status::InProgress);
    taking.take = true;
    let first = store.queue(&taking).unwrap();
    let assigned = |store: &mut Store| {
        names.map(|name| {
            let table = store.snapshot();
            let local = table.find(&id(name)).unwrap().local().cloned();
            local.and_then(|local| local.assigned).unwrap().raw().to_owned()
        })
    };
    assert_eq!(assigned(&mut store), ["ann"; 4]);
    let due = store.due("", now(), 10, &[]).unwrap();
    settle(&mut store, due[1].row, Outcome::Failed, &who("403"));
    settle(&mut store, due[2].row, Outcome::Conflict, &who("409"));
    settle(&mut store, due[3].row, Outcome::Cancelled, &who(""));
    deliver(&mut store);
    assert_eq!(assigned(&mut store), ["ann", "eve", "eve", "eve"]);
    store.retry(first).unwrap();
    assert_eq!(assigned(&mut store), ["ann", "ann", "ann", "eve"]);
    deliver(&mut store);
    let undo = store.undo(first, &who("ann"), now()).unwrap().change.unwrap();
    deliver(&mut store);
    assert_eq!(assigned(&mut store), ["eve"; 4]);
    store.undo(undo, &who("bob"), now()).unwrap();
    assert_eq!(assigned(&mut store), ["bob", "bob", "bob", "eve"]);
}

#[test]
fn what_was_not_sent_is_undone_without_a_request_and_redone() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    list(&mut store, ["a", "b", "c"].map(|name| alert(name, Status::Active)));
    let first = store.queue(&change(&["a", "b", "c"], Status::Active, Status::Dismissed)).unwrap();
    let due = store.due("", now(), 10, &[]).unwrap();
    mark(&mut store, &[due[0].row]);
    postpone(&mut store, due[1].row, now(), &who("reply lost"));
    let undone = store.undo(first, &who("ann"), now()).unwrap();
    // `a` is on its way and `b` may have arrived: both get a row back. `c` was never sent.
    assert_eq!((undone.removed, undone.spared), (1, vec![]));
    let (_, targets) = store.change(undone.change.unwrap()).unwrap().unwrap();
    assert_eq!(targets.iter().map(|t| t.target.id.clone()).collect::<Vec<_>>(), [id("a"), id("b")]);
    assert_eq!(status_of(&mut store, "c"), (Status::Active, Status::Active));
    assert_eq!(status_of(&mut store, "a").0, Status::Active);
    let due = store.due("", now(), 10, &[due[0].row]).unwrap();
    assert_eq!(due.len(), 1, "the way back of `a` waits for its way there");
    assert_eq!((due[0].target.seen, due[0].target.want), (Status::Dismissed, Status::Active));

    // All of it taken back before anything was sent: no change to wait for, and still a redo.
    let second = store.queue(&change(&["c"], Status::Active, Status::Resolved)).unwrap();
    let undone = store.undo(second, &who("ann"), now()).unwrap();
    assert_eq!((undone.removed, undone.change), (1, None));
    let redo = store.last_redoable().unwrap().unwrap();
    assert_eq!(store.change(second).unwrap().unwrap().0.undone_by, Some(redo));
    store.undo(redo, &who("ann"), now()).unwrap();
    assert_eq!(status_of(&mut store, "c"), (Status::Resolved, Status::Active));
    assert_eq!(store.undo(redo, &who("ann"), now()).unwrap().removed, 0, "a redo is not done twice");
    assert!(matches!(
        store.undo(quell::domain::ChangeId(99), &who("ann"), now()),
        Err(StoreError::UnknownChange(_))
    ));
}
