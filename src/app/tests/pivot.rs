//! Pivots to the alerts that share an entity, and the way back.

use std::collections::BTreeSet;

use crate::app::columns::Columns;
use crate::app::command::which_key;
use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::key::Key;
use crate::app::message::{Message, Timer};
use crate::app::model::{Model, Overlay, Pane, Tab};
use crate::domain::fact::FactKind::{Account, Host, Ip};
use crate::domain::query::{Direction, SortKey};
use crate::domain::view::ViewRef;
use crate::domain::{AlertKey, Status};

const DISMISSED: Given = Given { status: Status::Dismissed, hours: 30, ..ROW };

/// 1, 2 and 5 share an address, 1 and 3 an account, 3 and 4 a host; 5 and 6 are closed.
fn shared() -> Harness {
    Harness::new(&[
        Given { facts: &[(Ip, "10.0.0.1"), (Account, "ann")], ..ROW },
        Given { facts: &[(Ip, "10.0.0.1")], hours: 2, ..ROW },
        Given { facts: &[(Host, "vm-1"), (Account, "ANN")], hours: 3, ..ROW },
        Given { facts: &[(Host, "vm-1")], hours: 4, status: Status::InProgress, ..ROW },
        Given { facts: &[(Ip, "10.0.0.1"), (Account, "joann")], ..DISMISSED },
        DISMISSED,
    ])
}

#[test]
fn task_2_lists_every_alert_that_mentions_the_same_address_in_2_keys() {
    let mut harness = shared();
    harness.keys("p a");
    assert_eq!((harness.shown(), harness.pressed), (vec![1, 2, 5], 2));
    assert_eq!(harness.model.filter.input.text(), "ip:10.0.0.1");
    assert_eq!(harness.model.list.cursor, Some(AlertKey(1)));
}

#[test]
fn the_way_back_brings_the_columns_and_ends_where_another_view_is_shown() {
    let mut harness = shared();
    let columns = Columns::parse(["severity", "title"]).ok();
    harness.model.list.columns.clone_from(&columns);
    harness.keys("p a");
    harness.model.list.columns = None;
    harness.keys("Backspace");
    assert_eq!(harness.model.list.columns, columns);
    harness.keys("3 1 p a -");
    assert_eq!((harness.model.pivots.len(), harness.model.filter.input.text()), (0, "status:dismissed"));
}

#[test]
fn a_letter_lists_exactly_the_alerts_that_its_count_counts() {
    for (cursor, keys, listed, filter) in [
        (1, "p a", vec![1, 2, 5], "ip:10.0.0.1"),
        (1, "p b", vec![1, 3], "account-is:ann"),
        (2, "p a", vec![1, 2, 5], "ip:10.0.0.1"),
        (3, "l p b", vec![1, 3], "account-is:ANN"),
        (3, "Enter p a", vec![3, 4], "host:vm-1"),
        (3, "Enter ] ] p a", vec![3, 4], "host:vm-1"),
        (1, "p Enter Enter", vec![1, 2, 5], "ip:10.0.0.1"),
        (1, "p Enter ↓ Enter", vec![1, 3], "account-is:ann"),
        (1, "p Enter b", vec![1, 3], "account-is:ann"),
    ] {
        let mut harness = shared();
        harness.cursor_to(cursor).keys(keys);
        let mentions = &harness.model.details.shown.as_ref().unwrap().mentions;
        assert!(mentions.iter().any(|mention| mention.alerts + 1 == listed.len()), "{keys}");
        assert_eq!((harness.shown(), harness.model.filter.input.text()), (listed, filter), "{keys}");
        assert_eq!(harness.model.list.cursor, Some(AlertKey(cursor)), "{keys}");
        assert_eq!((harness.model.focus, harness.model.overlays.len()), (Pane::List, 0), "{keys}");
    }
}

/// What Backspace brings back.
fn place(model: &Model) -> impl PartialEq + std::fmt::Debug + use<> {
    let (bar, list) = (&model.filter, &model.list);
    (
        (bar.input.text().to_owned(), bar.applied.clone(), bar.view, bar.home, bar.previous.clone()),
        (list.sort.clone(), list.cursor, list.place, list.offset, list.marks.clone(), list.base.clone()),
        list.hidden_marks,
        list.listing.keys().collect::<Vec<_>>(),
        (model.focus, model.details.full.as_ref().map(|full| (full.key, full.tab, full.scroll))),
        model.details.shown.as_ref().map(|shown| shown.key),
    )
}

#[test]
fn backspace_brings_back_filter_view_order_cursor_and_marks() {
    for before in [
        "",
        "j j",
        "j Space",
        "* * Space",
        ", a , a G",
        "f v k",
        "0 j j j",
        "3",
        "2 1 f s",
        "l",
        "j Enter",
        "j Enter ] ]",
        "Space 3 j",
    ] {
        for between in [
            "p a",
            "p a j",
            "p a , r",
            "p a f s",
            "p a \\ G",
            "p a Enter",
            "p a j Enter ] Backspace p a",
            "p a / x Enter",
            "p a v j",
        ] {
            for back in ["Backspace", "Esc"] {
                let mut harness = shared();
                harness.keys(before);
                let stays =
                    harness.model.details.shown.as_ref().is_some_and(|shown| shown.mentions.is_empty());
                if stays {
                    continue;
                }
                let expected = place(&harness.model);
                harness.keys(between);
                assert!(!harness.model.pivots.is_empty(), "{before} | {between}");
                // Esc first closes what is open there.
                for _ in 0..4 {
                    if !harness.model.pivots.is_empty() {
                        harness.keys(back);
                    }
                }
                let focus = harness.model.focus;
                if before == "l" {
                    // The side pane is not opened again.
                    assert_eq!(focus, Pane::List);
                } else {
                    assert_eq!(place(&harness.model), expected, "{before} | {between} | {back}");
                }
            }
        }
    }
}

#[test]
fn pivots_go_several_deep_and_back_one_by_one() {
    let mut harness = shared();
    harness.keys("p b j");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![1, 3], Some(AlertKey(3))));
    harness.keys("p a");
    assert_eq!((harness.shown(), harness.model.pivots.len()), (vec![3, 4], 2));
    harness.keys("Backspace");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![1, 3], Some(AlertKey(3))));
    harness.keys("Backspace");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![1, 2, 3, 4], Some(AlertKey(1))));
    assert_eq!(harness.model.filter.view, Some(ViewRef::BuiltIn(1)));
    harness.keys("Backspace");
    assert_eq!(harness.notice(), "there is no pivot to go back from");
    // Without a pivot Esc does what it always does.
    harness.keys("3 f v Esc");
    assert_eq!(harness.model.filter.input.text(), "status:dismissed");
}

#[test]
fn a_view_is_a_beginning_of_its_own() {
    let mut harness = shared();
    harness.keys("p a 3 Backspace");
    assert_eq!(harness.notice(), "there is no pivot to go back from");
    assert_eq!(harness.model.filter.view, Some(ViewRef::BuiltIn(3)));
}

#[test]
fn marks_made_in_a_pivot_come_back_by_their_key_and_those_of_a_change_do_not() {
    let mut harness = shared();
    harness.keys("Space Space g g p a");
    assert_eq!(harness.marked(), [1, 2]);
    harness.keys("* * Backspace");
    assert_eq!(harness.marked(), [1, 2]);
    assert!(harness.notice().contains("*l"), "{}", harness.notice());
    harness.keys("* l");
    assert_eq!(harness.marked(), [1, 2, 5]);

    let mut harness = shared();
    harness.keys("Space Space Space g g p a * n Space s r");
    assert_eq!(harness.submitted().len(), 1);
    harness.keys("Backspace");
    assert_eq!(harness.marked(), [2, 3]);
}

#[test]
fn alerts_that_vanish_meanwhile_leave_the_cursor_at_its_place() {
    let mut harness = shared();
    harness.keys("j j Space k p a");
    harness.builder.remove(&[AlertKey(2), AlertKey(3)]);
    harness.snapshot().keys("Backspace");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![1, 4], Some(AlertKey(4))));
    assert!(harness.model.list.marks.is_empty());
}

#[test]
fn keys_pressed_ahead_of_the_details_wait_for_them() {
    let mut harness = shared();
    harness.slow = true;
    harness.keys("j j p b s r");
    assert!(harness.model.pivots.is_empty() && harness.submitted().is_empty());
    harness.settle();
    assert_eq!(harness.model.filter.input.text(), "account-is:ANN");
    assert_eq!(harness.submitted()[0].targets[0].id, crate::app::harness::id(3));
    // ctrl-c drops them and the wish.
    let mut harness = shared();
    harness.slow = true;
    harness.keys("j j p b s r ctrl-c").settle();
    assert!(harness.model.pivots.is_empty() && harness.submitted().is_empty());
    assert!(harness.model.held.is_empty() && harness.model.details.pivot.is_none());
}

#[test]
fn a_letter_that_names_nothing_says_which_do() {
    for (cursor, keys, notice) in [
        (1, "p c", "the entities of this alert are p a to p b"),
        (2, "p b", "this alert names one entity: p a"),
        (6, "p a", "this alert names no entity"),
        (6, "p Enter", "this alert names no entity"),
    ] {
        let mut harness = shared();
        harness.keys("0").cursor_to(cursor).keys(keys);
        assert_eq!(harness.notice(), notice, "{keys}");
        assert!(harness.model.pivots.is_empty() && harness.model.overlays.is_empty());
    }
    let mut harness = shared();
    harness.keys("p a p a");
    assert_eq!((harness.notice(), harness.model.pivots.len()), ("the list shows just these alerts", 1));
    // From the full details it leads to the list all the same.
    harness.keys("Enter p a");
    assert_eq!((harness.model.focus, harness.model.pivots.len()), (Pane::List, 2));
    harness.keys("Backspace");
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.tab), Some(Tab::Details));
}

#[test]
fn the_menu_of_the_chord_has_letters_with_values_and_counts() {
    let mut harness = shared();
    harness.keys("p");
    let number = harness.model.chord.as_ref().unwrap().number;
    assert!(
        harness
            .effects
            .contains(&Effect::Timer(Timer::ChordMenu(number), std::time::Duration::from_millis(300)))
    );
    harness.send(Message::Timer(Timer::ChordMenu(number)));
    let mentions = crate::app::command::pivots(&harness.model).unwrap();
    let lines = crate::app::documents::mentions(mentions, 40).text();
    assert_eq!(lines, "  a  10.0.0.1  ip                     ×2\n  b  ann       account                ×1\n");
    assert_eq!(which_key(&harness.model)[0], ("a–b".to_owned(), "alerts that share it"));
    harness.keys("Esc");
    assert!(harness.model.chord.is_none() && harness.model.pivots.is_empty());
}

#[test]
fn entities_beyond_the_letters_are_reached_by_arrows() {
    const NAMES: [&str; 40] = [
        "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
        "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
        "v30", "v31", "v32", "v33", "v34", "v35", "v36", "v37", "v38", "v39",
    ];
    static FACTS: [(crate::domain::fact::FactKind, &str); 40] = {
        let mut facts = [(Ip, ""); 40];
        let mut at = 0;
        while at < 40 {
            facts[at] = (Host, NAMES[at]);
            at += 1;
        }
        facts
    };
    let mut harness = Harness::new(&[Given { facts: &FACTS, ..ROW }]);
    harness.keys("p z");
    assert_eq!(harness.model.filter.input.text(), "host:v25");
    harness.keys("Backspace p Enter End");
    let Some(Overlay::Pivot(menu)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(menu.chosen, 39);
    let rows = crate::app::layout::pivot_rows(harness.model.size, 40);
    assert!((menu.offset..menu.offset + rows).contains(&39));
    for size in [(80, 24), (60, 16), (120, 60)] {
        harness.send(Message::Resize(size.0, size.1));
        let Some(Overlay::Pivot(menu)) = harness.model.overlays.last() else { panic!() };
        let rows = crate::app::layout::pivot_rows(harness.model.size, 40);
        assert!((menu.offset..menu.offset + rows).contains(&39), "{size:?}");
    }
    harness.keys("Enter");
    assert_eq!(harness.model.filter.input.text(), "host:v39");
    // Letters without an entity do nothing in the menu, and Esc closes it.
    let mut harness = shared();
    harness.keys("p Enter").press(Key::char('q')).keys("Esc");
    assert!(harness.model.overlays.is_empty() && harness.model.pivots.is_empty());
}

#[test]
fn an_order_chosen_in_a_pivot_stays_there() {
    let mut harness = shared();
    harness.keys("p a , r");
    assert_eq!(harness.model.list.sort.keys[0].0, SortKey::Resource);
    harness.keys("Backspace");
    assert_eq!(harness.model.list.sort.keys[0], (SortKey::Severity, Direction::Descending));
    assert_eq!(harness.marked().into_iter().collect::<BTreeSet<_>>(), BTreeSet::new());
}
