//! Bodies of very many alerts, and who took alerts up.

use quell::domain::AlertKey;

use crate::common::*;

#[test]
fn every_body_comes_once_in_several_calls() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let names: Vec<String> = (0..4_500).map(|number| format!("n{number}")).collect();
    list(&mut store, names.iter().map(|name| alert(name, Status::Active)));
    let all: Vec<AlertKey> = names.iter().map(|name| store.key(&id(name)).unwrap()).collect();
    let wanted: Vec<AlertKey> = all.iter().copied().filter(|key| key.0 % 3 != 0).collect();
    let (mut left, mut found, mut calls) = (wanted.clone(), Vec::new(), 0);
    while !left.is_empty() {
        let bodies = store.bodies(&left).unwrap();
        assert!(!bodies.read.is_empty() && bodies.damaged.is_empty());
        found.extend(bodies.read);
        left = bodies.left;
        calls += 1;
    }
    assert!(calls > 1, "the alerts should not fit one call");
    for (key, body) in &found {
        let name = &names[all.iter().position(|other| other == key).unwrap()];
        assert_eq!(body.as_ref(), alert(name, Status::Active).raw.as_ref());
    }
    let mut keys: Vec<AlertKey> = found.into_iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    assert_eq!(keys, wanted);
}

#[test]
fn alerts_that_went_meanwhile_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, [alert("a", Status::Active), alert("b", Status::Active)]);
    let keys = [store.key(&id("a")).unwrap(), store.key(&id("b")).unwrap()];
    list(&mut store, [alert("b", Status::Active)]);
    let bodies = store.bodies(&keys).unwrap();
    let read: Vec<AlertKey> = bodies.read.iter().map(|(key, _)| *key).collect();
    assert_eq!((read, bodies.damaged.len(), bodies.left.len()), (vec![keys[1]], 0, 0));
    assert_eq!(store.bodies(&[]).unwrap(), quell::store::Bodies::default());
}

#[test]
fn taken_up_is_what_was_set_in_progress_or_resolved_and_not_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(
        &mut store,
        ["kept", "undone", "dismissed", "refused", "waits"].map(|name| alert(name, Status::Active)),
    );
    let queue =
        |store: &mut Store, name: &str, to| store.queue(&change(&[name], Status::Active, to)).unwrap();
    let kept = queue(&mut store, "kept", Status::Resolved);
    let undone = queue(&mut store, "undone", Status::InProgress);
    queue(&mut store, "dismissed", Status::Dismissed);
    queue(&mut store, "refused", Status::Resolved);
    let rows: Vec<i64> = mark(&mut store, &[1, 2, 3, 4]);
    for row in &rows[..3] {
        settle(&mut store, *row, Outcome::Verified, &SafeText::default());
    }
    settle(&mut store, rows[3], Outcome::Failed, &SafeText::from("no"));
    let after =
        [("kept", Status::Resolved), ("undone", Status::InProgress), ("dismissed", Status::Dismissed)];
    let rest = ["refused", "waits"].map(|name| (name, Status::Active));
    list(&mut store, after.into_iter().chain(rest).map(|(name, status)| alert(name, status)));
    store.undo(undone, &who("ann"), now()).unwrap();
    queue(&mut store, "waits", Status::InProgress);
    let found = store.taken_up().unwrap();
    let expected = ["kept", "waits"].map(|name| store.key(&id(name)).unwrap());
    assert_eq!(found, expected.into());
    // An undo of the resolution takes it out, its redo brings it back.
    store.undo(kept, &who("ann"), now()).unwrap();
    assert!(!store.taken_up().unwrap().contains(&expected[0]));
    // So does what another instance records.
    let dismissed = store.key(&id("dismissed")).unwrap();
    assert!(!store.taken_up().unwrap().contains(&dismissed));
    let mut other = open(folder.path());
    other.queue(&change(&["dismissed"], Status::Dismissed, Status::InProgress)).unwrap();
    assert!(store.taken_up().unwrap().contains(&dismissed));
}
