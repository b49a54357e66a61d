//! Cursor, scrolling and the answers of the query.

use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::message::Message;
use crate::domain::listing::Listing;
use crate::domain::{AlertKey, Severity};

fn hundred() -> Harness {
    // Newer alerts come first, so the key is the place + 1.
    Harness::new(&[ROW; 100])
}

#[test]
fn movement_is_a_table() {
    // 120×30: 21 rows of alerts below the histogram.
    for (keys, place, offset) in [
        ("", 0, 0),
        ("j", 1, 0),
        ("k", 0, 0),
        ("↓ ↓ ↑", 1, 0),
        ("G", 99, 79),
        ("End k", 98, 79),
        ("G g g", 0, 0),
        ("G Home", 0, 0),
        ("PgDn", 21, 21),
        ("PgDn PgDn PgUp", 21, 21),
        ("ctrl-d", 10, 10),
        ("ctrl-d ctrl-u", 0, 0),
        ("PgDn PgDn PgDn PgDn PgDn", 99, 79),
        ("G PgUp", 78, 58),
    ] {
        let mut harness = hundred();
        harness.keys(keys);
        assert_eq!((harness.model.list.place, harness.model.list.offset), (place, offset), "{keys}");
        assert_eq!(harness.model.list.cursor, Some(AlertKey(place as u32 + 1)), "{keys}");
    }
}

#[test]
fn new_alerts_move_neither_cursor_nor_its_row_on_the_screen() {
    let mut harness = hundred();
    for _ in 0..40 {
        harness.keys("j");
    }
    let row = harness.model.list.place - harness.model.list.offset;
    for key in 101..=110 {
        harness.put(key, Given { hours: 0, ..ROW });
    }
    harness.snapshot();
    let list = &harness.model.list;
    assert_eq!((list.cursor, list.place), (Some(AlertKey(41)), 50));
    assert_eq!(list.place - list.offset, row);
}

#[test]
fn at_the_top_new_alerts_are_seen() {
    let mut harness = hundred();
    harness.keys("j k").put(101, Given { hours: 0, ..ROW }).snapshot();
    let list = &harness.model.list;
    assert_eq!((list.cursor, list.place, list.offset), (Some(AlertKey(1)), 1, 0));
}

#[test]
fn before_the_first_key_the_cursor_stays_on_the_first_alert() {
    let mut harness = hundred();
    harness.put(101, Given { hours: 0, ..ROW }).snapshot();
    let list = &harness.model.list;
    assert_eq!((list.cursor, list.place, list.offset), (Some(AlertKey(101)), 0, 0));
}

#[test]
fn a_vanished_alert_leaves_the_cursor_at_its_place() {
    for (start, removed, cursor) in [(5, vec![5], 6), (100, vec![100], 99), (5, (1..=50).collect(), 55)] {
        let mut harness = hundred();
        harness.cursor_to(start);
        let keys: Vec<AlertKey> = removed.into_iter().map(AlertKey).collect();
        harness.builder.remove(&keys);
        harness.snapshot();
        assert_eq!(harness.model.list.cursor, Some(AlertKey(cursor)), "{start}");
    }
}

#[test]
fn another_filter_keeps_the_alert_or_goes_to_the_top() {
    let mut harness = Harness::small();
    harness.cursor_to(3);
    harness.keys("f t");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![3, 4], Some(AlertKey(3))));
    harness.keys("3");
    assert_eq!((harness.shown(), harness.model.list.cursor), (vec![5], Some(AlertKey(5))));
}

#[test]
fn only_the_newest_question_is_answered() {
    let mut harness = hundred();
    harness.slow = true;
    harness.keys("3").text("").settle();
    harness.keys("0");
    let first = harness.take_waiting();
    harness.send(Message::Key(crate::app::key::Key::ctrl('c')));
    harness.keys("4");
    let Some(Effect::Query { question, table, .. }) =
        first.into_iter().find(|effect| matches!(effect, Effect::Query { .. }))
    else {
        panic!()
    };
    harness.send(Message::Listed(question, Listing::new(table, vec![0])));
    // The answer is the newest one's still: the key waits for it, and the old rows are dropped or kept as they were.
    harness.settle();
    assert!(!harness.model.list.in_flight && harness.model.held.is_empty());
}

#[test]
fn snapshots_that_come_faster_than_answers_ask_one_question_at_a_time() {
    let mut harness = hundred();
    harness.slow = true;
    let asked =
        |harness: &Harness| harness.effects.iter().filter(|e| matches!(e, Effect::Query { .. })).count();
    let before = asked(&harness);
    for key in 101..=120 {
        harness.put(key, ROW).snapshot();
    }
    assert_eq!(asked(&harness), before + 1);
    harness.settle();
    assert_eq!(asked(&harness), before + 2);
    assert_eq!(harness.model.list.listing.len(), 120);
}

#[test]
fn sorts_are_chosen_and_reversed() {
    for (keys, first) in [(", a", 4), (", a , a", 2), (", r", 4), (", r , r", 3), (", v , v", 1)] {
        let mut harness = Harness::new(&[
            ROW,
            Given { hours: 9, ..ROW },
            Given { hours: 3, resource: "vm-9", ..ROW },
            Given { hours: 0, severity: Severity::Low, resource: "vm-0", ..ROW },
        ]);
        harness.keys(keys);
        assert_eq!(harness.shown()[0], first, "{keys}");
    }
}

#[test]
fn resizing_keeps_the_cursor_on_the_screen() {
    let mut harness = hundred();
    harness.keys("G");
    for size in [(80, 24), (60, 16), (10, 3), (0, 0), (200, 90), (120, 30)] {
        harness.send(Message::Resize(size.0, size.1));
        let (list, rows) = (&harness.model.list, crate::app::list::rows(&harness.model));
        assert!(list.offset <= list.place && list.place < list.offset + rows, "{size:?}");
    }
    assert_eq!(harness.model.list.offset, 79);
}
