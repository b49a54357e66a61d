//! Saved views and the last place: what outlasts the program, and journals from before there were any.

use crate::common::*;
use quell::domain::AlertKey;
use quell::domain::query::{GroupBy, Sort};
use quell::domain::view::{Edited, KeptView, Look, Place, SavedView, ViewEdit, ViewId, ViewRef};

fn look(filter: &str) -> Look {
    Look {
        filter: filter.to_owned(),
        sort: Sort::parse("resource,-time").unwrap(),
        group: Some(GroupBy::Tactic),
        columns: vec!["severity".to_owned(), "title".to_owned()],
    }
}

fn edit(store: &mut Store, edit: &ViewEdit) -> Edited {
    store.edit_view(edit, AlertKey(7), now()).unwrap()
}

fn listed(store: &Store) -> Vec<(Option<u8>, String, String)> {
    let views = store.views().unwrap().into_iter().map(|kept| kept.view);
    views.map(|view| (view.digit, view.name, view.look.filter)).collect()
}

fn row(digit: Option<u8>, name: &str, filter: &str) -> (Option<u8>, String, String) {
    (digit, name.to_owned(), filter.to_owned())
}

#[test]
fn views_outlast_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    assert_eq!(edit(&mut store, &ViewEdit::Under(5, look("a"))), Edited::Added(ViewId(1)));
    assert_eq!(edit(&mut store, &ViewEdit::Under(5, look("b"))), Edited::Changed(ViewId(1)));
    store.look_at_view(ViewId(1), AlertKey(9), now()).unwrap();
    store.look_at_view(ViewId(1), AlertKey(8), now()).unwrap();
    for _ in 0..2 {
        let kept = KeptView {
            id: ViewId(1),
            view: SavedView { name: "view 5".to_owned(), digit: Some(5), look: look("b") },
            former: Some(look("a")),
            seen: AlertKey(9),
            looked: now(),
        };
        assert_eq!(store.views().unwrap(), [kept]);
        store.close();
        store = open(folder.path());
    }
}

#[test]
fn a_view_that_cannot_be_read_takes_none_of_the_others_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for digit in [5, 6, 7] {
        edit(&mut store, &ViewEdit::Under(digit, look("a")));
    }
    store.close();
    let journal = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    journal.execute_batch("UPDATE view SET look = '{\"filter\":' WHERE digit = 5").unwrap();
    journal.execute_batch("UPDATE view SET look = CAST(x'ff00' AS TEXT) WHERE digit = 6").unwrap();
    drop(journal);
    let mut store = open(folder.path());
    assert_eq!(listed(&store), [row(Some(7), "view 7", "a")]);
    let names: Vec<String> = store.all_views().unwrap().1.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["view 5", "view 6"]);
    // It is saved over like any other.
    edit(&mut store, &ViewEdit::Under(5, look("b")));
    assert_eq!(listed(&store)[0], row(Some(5), "view 5", "b"));
}

#[test]
fn names_and_digits_belong_to_one_view() {
    let mut store = Store::open(Folder::temporary(), Access::ReadWrite).unwrap().0;
    let named =
        |name: &str, digit| ViewEdit::Named(SavedView { name: name.to_owned(), digit, look: look(name) });
    for (name, digit) in [("night", Some(6)), ("day", None), ("view 5", None)] {
        assert!(matches!(edit(&mut store, &named(name, digit)), Edited::Added(_)));
    }
    edit(&mut store, &ViewEdit::Under(5, look("x")));
    let name = row(Some(5), "view 5 (2)", "x");
    assert_eq!(
        listed(&store),
        [
            name.clone(),
            row(Some(6), "night", "night"),
            row(None, "day", "day"),
            row(None, "view 5", "view 5")
        ]
    );
    // Saved under its name again, a view keeps its digit.
    assert_eq!(edit(&mut store, &named("NIGHT", None)), Edited::Changed(ViewId(1)));
    assert_eq!(edit(&mut store, &named("day", Some(6))), Edited::Changed(ViewId(2)));
    assert_eq!(edit(&mut store, &ViewEdit::Rename(ViewId(1), "Day".to_owned())), Edited::NameTaken);
    assert_eq!(
        edit(&mut store, &ViewEdit::Rename(ViewId(1), "Night".to_owned())),
        Edited::Changed(ViewId(1))
    );
    assert_eq!(edit(&mut store, &ViewEdit::Delete(ViewId(3))), Edited::Deleted);
    assert_eq!(listed(&store), [name, row(Some(6), "day", "day"), row(None, "Night", "NIGHT")]);
    for gone in [
        ViewEdit::Rename(ViewId(3), "x".to_owned()),
        ViewEdit::Digit(ViewId(3), None),
        ViewEdit::Digit(ViewId(3), Some(6)),
        ViewEdit::Restore(ViewId(4)),
        ViewEdit::Delete(ViewId(3)),
    ] {
        assert_eq!(edit(&mut store, &gone), Edited::Nothing, "{gone:?}");
    }
    assert_eq!(listed(&store)[1].0, Some(6), "what is gone takes the digit from none");
    assert_eq!(edit(&mut store, &ViewEdit::Digit(ViewId(1), Some(5))), Edited::Changed(ViewId(1)));
    assert_eq!(edit(&mut store, &ViewEdit::Restore(ViewId(1))), Edited::Changed(ViewId(1)));
    assert_eq!(listed(&store)[0], row(Some(5), "Night", "night"));
}

#[test]
fn the_last_place_outlasts_the_program_and_its_view() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    assert_eq!(store.place().unwrap(), None);
    edit(&mut store, &ViewEdit::Under(5, look("a")));
    let mut place = Place { look: look("a"), home: ViewRef::Saved(ViewId(1)), cursor: Some(id("x")), row: 3 };
    store.keep_place(&Place::default()).unwrap();
    store.keep_place(&place).unwrap();
    for _ in 0..2 {
        assert_eq!(store.place().unwrap().as_ref(), Some(&place));
        store.close();
        store = open(folder.path());
    }
    edit(&mut store, &ViewEdit::Delete(ViewId(1)));
    assert_eq!(store.place().unwrap().unwrap().home, ViewRef::BuiltIn(1));
    store.keep_place(&place).unwrap();
    place.home = ViewRef::BuiltIn(3);
    store.keep_place(&place).unwrap();
    assert_eq!(store.place().unwrap(), Some(place));
}

#[test]
fn a_journal_of_the_third_schema_is_taken_over_with_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    drop(Folder::open(folder.path()).unwrap());
    let old = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    for step in [
        include_str!("../../assets/schema/journal/0001.sql"),
        include_str!("../../assets/schema/journal/0002.sql"),
        include_str!("../../assets/schema/journal/0003.sql"),
    ] {
        old.execute_batch(step).unwrap();
    }
    old.execute_batch(
        "INSERT INTO change (kind, at, by, comment, filter, take) VALUES ('change', 1, 'ann', 'x', '', 0)",
    )
    .unwrap();
    old.pragma_update(None, "user_version", 3).unwrap();
    drop(old);
    let mut store = open(folder.path());
    assert_eq!((store.views().unwrap(), store.place().unwrap()), (Vec::new(), None));
    assert_eq!(store.changes(10).unwrap().len(), 1);
    assert!(matches!(edit(&mut store, &ViewEdit::Under(9, look("a"))), Edited::Added(_)));
    store.close();
    assert_eq!(listed(&open(folder.path())), [row(Some(9), "view 9", "a")]);
}

#[test]
fn a_cache_begun_anew_shows_nothing_as_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    let newest = store.key(&id("b")).unwrap();
    store.edit_view(&ViewEdit::Under(5, look("")), newest, now()).unwrap();
    store.close();
    fs::remove_file(folder.path().join("cache.db")).unwrap();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b"].map(|name| alert(name, Status::Active)));
    assert!(store.key(&id("a")).unwrap() > newest && store.key(&id("b")).unwrap() > newest);
    store.close();
    let mut store = open(folder.path());
    list(&mut store, ["a", "b", "c"].map(|name| alert(name, Status::Active)));
    assert!(store.key(&id("c")).unwrap() > store.key(&id("b")).unwrap());
}
