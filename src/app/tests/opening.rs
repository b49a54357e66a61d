//! The list while it is being opened: some rows are there, all alerts are not.

use std::sync::Arc;

use crate::app::effect::{Effect, JournalOrder};
use crate::app::harness::opening::{early, head, opening};
use crate::app::harness::{Given, Harness, ROW, now};
use crate::app::message::{Early, Kept, Message, Start};
use crate::app::model::Model;
use crate::domain::AlertKey;
use crate::domain::query::Sort;
use crate::domain::table::TableBuilder;
use crate::domain::view::{KeptView, Look, Place, SavedView, ViewId, ViewRef};

/// All alerts come, as they do after the head.
fn opened(harness: &mut Harness) {
    harness.begin();
}

fn line(harness: &Harness) -> usize {
    harness.model.list.cursor_line() - harness.model.list.offset
}

#[test]
fn the_first_rows_are_those_that_all_alerts_begin_with() {
    let mut harness = opening(None);
    let list = &harness.model.list;
    assert_eq!((list.listing.len(), list.cursor, list.offset), (100, Some(AlertKey(1)), 0));
    assert_eq!(
        list.opening.map(|opening| (opening.first, opening.total, opening.alerts)),
        Some((0, 499, 500))
    );
    let early: Vec<AlertKey> = list.listing.keys().collect();
    opened(&mut harness);
    let list = &harness.model.list;
    assert!(
        list.opening.is_none()
            && list.listing.len() == 499
            && Arc::ptr_eq(&list.listing.table, &harness.model.table)
    );
    assert_eq!(list.listing.keys().take(100).collect::<Vec<_>>(), early);
    assert_eq!((list.cursor, list.offset), (Some(AlertKey(1)), 0));
    assert_eq!(harness.model.details.shown.as_ref().map(|shown| shown.key), Some(AlertKey(1)));
}

#[test]
fn the_cursor_stays_on_its_alert_and_on_its_row_when_all_alerts_come() {
    for (cursor, keys) in
        [(None, ""), (None, "j j j"), (None, "PgDn j"), (Some(251), ""), (Some(251), "k k PgDn")]
    {
        let mut harness = opening(cursor);
        harness.keys(keys);
        let before = (harness.model.list.cursor, line(&harness));
        if cursor.is_some() && keys.is_empty() {
            assert_eq!(before, (Some(AlertKey(251)), 7));
        }
        // Newer ones came above it while it was being opened.
        if harness.model.list.touched {
            for key in 501..520 {
                harness.put(key, Given { hours: 0, ..ROW });
            }
        }
        opened(&mut harness);
        assert_eq!((harness.model.list.cursor, line(&harness)), before, "{cursor:?} {keys}");
        assert!(harness.model.held.is_empty());
    }
}

#[test]
fn a_key_that_means_all_alerts_waits_for_them() {
    // Marks all, and dismisses: of 499 alerts, not of the 100 that are there.
    let mut harness = opening(None);
    harness.keys("* * d 3 y");
    assert!(harness.model.list.marks.is_empty() && harness.model.overlays.is_empty());
    assert!(
        !harness.effects.iter().any(|effect| matches!(effect, Effect::Journal(_) | Effect::Query { .. }))
    );
    opened(&mut harness);
    let targets = harness.effects.iter().find_map(|effect| match effect {
        Effect::Journal(JournalOrder::Submit(_, plan)) => Some(plan.targets.len()),
        _ => None,
    });
    assert_eq!(targets, Some(499));
}

#[test]
fn what_was_seen_under_the_cursor_is_what_changes() {
    let mut harness = opening(None);
    harness.keys("j j d 3 y");
    let cursor = harness.model.list.cursor.unwrap();
    // A worse and newer one came while it was being opened.
    harness.put(501, Given { hours: 0, ..ROW });
    opened(&mut harness);
    let changed = harness.effects.iter().find_map(|effect| match effect {
        Effect::Journal(JournalOrder::Submit(_, plan)) => Some(plan.targets.clone()),
        _ => None,
    });
    let changed: Vec<_> = changed.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(changed, [cursor]);
}

#[test]
fn movement_beyond_the_rows_that_are_there_waits_and_all_behind_it_too() {
    for (keys, place, later) in [
        ("G k", 0, 497),
        ("PgDn PgDn PgDn PgDn PgDn j", 63, 106),
        ("g g j", 0, 1),
        ("ctrl-d ctrl-d", 20, 20),
        ("Space j", 0, 2),
    ] {
        let mut harness = opening(None);
        harness.keys(keys);
        assert_eq!(harness.model.list.place, place, "{keys}");
        opened(&mut harness);
        assert_eq!(harness.model.list.place, later, "{keys}");
    }
    // In the middle: not out of it upwards either.
    let mut harness = opening(Some(251));
    let place = harness.model.list.place;
    harness.keys("PgUp").keys("PgUp PgUp PgUp");
    assert!(harness.model.list.place >= harness.model.list.listing.len() / 5, "{place}");
    assert!(!harness.model.held.is_empty());
}

#[test]
fn leaving_does_not_wait() {
    let mut harness = opening(None);
    harness.keys("j q");
    assert!(harness.effects.contains(&Effect::Quit));
    let mut harness = opening(None);
    harness.keys("d ctrl-c ctrl-c ctrl-c");
    assert!(harness.effects.contains(&Effect::Quit));
}

#[test]
fn nothing_else_takes_the_rows_for_all_alerts() {
    let mut harness = opening(None);
    // Another room for the histogram would ask anew; the clock and a paste do nothing.
    harness.send(Message::Resize(100, 50)).send(Message::Resize(60, 16)).send(Message::Paste("x".to_owned()));
    harness.send(Message::Start(Start::Kept(Box::new(harness.kept.clone()))));
    let model = &harness.model;
    assert!(model.list.opening.is_some() && model.table.is_empty() && model.list.listing.len() == 100);
    assert!(!harness.effects.iter().any(|effect| matches!(
        effect,
        Effect::Query { .. } | Effect::LoadDetail { .. } | Effect::Journal(_) | Effect::CountView { .. }
    )));
    assert_eq!(crate::app::leave(&mut harness.model), [], "no place is kept of it");
    opened(&mut harness);
    assert_eq!(harness.model.list.listing.len(), 499);
}

#[test]
fn what_is_not_for_the_list_that_opens_is_not_shown() {
    let mut harness = Harness::bare(&[ROW; 3]);
    let other = head(&mut harness, &[ROW; 3], &Look::of("severity:high"), 0, 3);
    harness.send(early(Kept::default(), other));
    assert!(harness.model.list.listing.is_empty() && harness.model.list.opening.is_none());
    // What comes late comes for nothing.
    let mut harness = Harness::new(&[ROW; 3]);
    let late = head(&mut harness, &[ROW; 3], &Place::opened(None).look, 0, 2);
    harness.send(early(Kept::default(), late));
    assert!(harness.model.list.opening.is_none() && harness.model.list.listing.len() == 3);
}

#[test]
fn a_cache_that_turns_out_to_be_damaged_leaves_an_empty_list() {
    let mut harness = opening(None);
    harness.keys("j d");
    harness.builder = TableBuilder::new();
    opened(&mut harness);
    assert!(harness.model.list.listing.is_empty() && harness.model.list.opening.is_none());
    assert!(
        !harness.effects.iter().any(|effect| matches!(effect, Effect::Journal(JournalOrder::Submit(..))))
    );
}

#[test]
fn what_the_profile_begins_with_is_shown_as_it_is_without_the_first_rows() {
    let sorted = |filter: &str| Look { sort: Sort::parse("resource,-time").unwrap(), ..Look::of(filter) };
    let saved = |id: i64, look: Look| KeptView {
        id: ViewId(id),
        view: SavedView { name: format!("mine {id}"), digit: Some(4 + id as u8), look },
        former: None,
        seen: AlertKey(0),
        looked: now().utc,
    };
    let views =
        vec![saved(1, sorted("severity:high")), saved(2, Look::of("status:(")), saved(3, Look::of("vm"))];
    let places = [
        None,
        Some(Place { look: sorted("status:dismissed"), home: ViewRef::BuiltIn(3), ..Place::default() }),
        Some(Place { look: sorted("severity:high"), home: ViewRef::Saved(ViewId(1)), ..Place::default() }),
        Some(Place { look: sorted("x"), home: ViewRef::Saved(ViewId(9)), ..Place::default() }),
        Some(Place { look: sorted("x("), home: ViewRef::BuiltIn(4), ..Place::default() }),
    ];
    let wanted =
        ["", "0", "open", "Mine 1", "5", "6", "7", "9", "severity:high", " resource:vm-1 ", "status:("];
    for place in places {
        for begins in wanted {
            let mut harness = Harness::bare(&[ROW; 30]);
            harness.kept = Kept { views: views.clone(), place: place.clone(), cursor: None };
            harness.begins = Some(begins.to_owned()).filter(|view| !view.is_empty());
            let look = Place::opened(place.clone()).beginning_with(begins, &views).look;
            let head = head(&mut harness, &[ROW; 30], &look, 0, 10);
            let (kept, view) = (harness.kept.clone(), harness.begins.clone());
            let message = Message::Start(Start::Early(Box::new(Early { kept, view, head })));
            harness.send(message);
            assert!(harness.model.list.opening.is_some(), "{place:?} {begins}");
            harness.begin();
            let mut other = Harness::bare(&[ROW; 30]);
            (other.kept, other.begins) = (harness.kept.clone(), harness.begins.clone());
            other.begin();
            let state = |harness: &Harness| {
                let Model { filter, views, list, .. } = &harness.model;
                let bar = (filter.applied.clone(), filter.input.text().to_owned(), filter.home, filter.view);
                let rows: Vec<AlertKey> = list.listing.keys().collect();
                (bar, filter.previous.clone(), views.outside.clone(), list.sort.clone(), rows, list.cursor)
            };
            assert_eq!(state(&harness), state(&other), "{place:?} {begins}");
        }
    }
}

/// How many alerts are changed.
fn changed(harness: &Harness) -> Option<usize> {
    harness.effects.iter().find_map(|effect| match effect {
        Effect::Journal(JournalOrder::Submit(_, plan)) => Some(plan.targets.len()),
        _ => None,
    })
}

#[test]
fn what_is_pasted_keeps_its_turn() {
    let mut harness = opening(None);
    harness.keys("/").send(Message::Paste("resource:nothing".to_owned()));
    harness.keys("Enter * * d y");
    opened(&mut harness);
    assert_eq!(harness.model.filter.applied.to_string(), "status:active,in-progress resource:nothing");
    assert_eq!(changed(&harness), None, "only what matches what was pasted may change");
}

#[test]
fn keys_meant_for_an_alert_that_has_gone_do_nothing() {
    let mut harness = opening(None);
    harness.keys("j j d 3 y");
    let cursor = harness.model.list.cursor.unwrap();
    harness.builder.remove(&[cursor]);
    opened(&mut harness);
    assert_eq!(changed(&harness), None);
    assert!(harness.model.overlays.is_empty() && harness.model.held.is_empty());
    assert!(harness.notice().contains("has gone"), "{}", harness.notice());
}

#[test]
fn text_typed_before_it_is_known_where_the_list_opens_is_no_command() {
    for early_too in [false, true] {
        let rows = vec![ROW; 30];
        let mut harness = Harness::bare(&rows);
        harness.model.session = None;
        harness.keys("/ d").text("at");
        if early_too {
            let look = Place::opened(None).look;
            let head = head(&mut harness, &rows, &look, 0, 10);
            harness.send(early(Kept::default(), head));
        }
        harness.text("a");
        opened(&mut harness);
        assert!(harness.model.filter.editing, "{early_too}");
        assert_eq!(harness.model.filter.input.text(), "status:active,in-progress data");
        assert_eq!(changed(&harness), None);
    }
}

#[test]
fn nothing_is_done_to_alerts_that_nobody_has_seen() {
    let mut harness = Harness::bare(&[ROW; 30]);
    harness.model.session = None;
    harness.keys("d 3 y");
    opened(&mut harness);
    assert_eq!(changed(&harness), None);
    assert!(harness.model.overlays.is_empty() && harness.model.held.is_empty());
    assert!(harness.notice().contains("type it again"), "{}", harness.notice());
    harness.keys("d 3 y");
    assert_eq!(changed(&harness), Some(1));
}

#[test]
fn what_is_typed_ahead_beyond_what_is_kept_is_dropped_and_said() {
    let mut harness = opening(None);
    for _ in 0..256 {
        harness.keys("Space");
    }
    assert!(harness.model.notice.is_none());
    harness.keys("d");
    assert!(harness.notice().contains("256 keys are kept"), "{}", harness.notice());
    // What follows is dropped too, up to the end: it would be other commands.
    harness.keys("* * d y");
    // Also once some of those that are kept had their turn.
    harness.model.held.drain(..200);
    harness.keys("* * d y");
    opened(&mut harness);
    assert_eq!(harness.marked().len(), 56);
    assert!(harness.model.overlays.is_empty() && harness.model.held.is_empty());
    assert!(harness.notice().contains("256 keys are kept"), "{}", harness.notice());
    harness.keys("d");
    assert_eq!(harness.model.overlays.len(), 1);
}
