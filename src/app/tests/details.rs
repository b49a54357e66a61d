//! Panes, full details, and what is copied.

use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW};
use crate::app::message::{Message, Start};
use crate::app::model::{Pane, Tab};
use crate::domain::progress::SyncEvent;
use crate::domain::{AlertKey, Status};

fn loads(harness: &Harness) -> Vec<u32> {
    harness
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::LoadDetail { key, .. } => Some(key.0),
            _ => None,
        })
        .collect()
}

#[test]
fn holding_j_loads_few_details_and_ends_with_the_right_one() {
    let mut harness = Harness::new(&vec![ROW; 500]);
    let before = loads(&harness).len();
    harness.slow = true;
    for _ in 0..400 {
        harness.keys("j");
    }
    harness.settle();
    assert_eq!(loads(&harness)[before..], [2, 401, 402], "the last one for the next step");
    let shown = harness.model.details.shown.as_ref().unwrap();
    assert_eq!((shown.key, harness.model.list.cursor), (AlertKey(401), Some(AlertKey(401))));
}

/// The alert whose details the pane shows.
fn shown(harness: &Harness) -> Option<AlertKey> {
    harness.model.details.shown.as_ref().map(|shown| shown.key)
}

#[test]
fn the_next_step_shows_what_was_read_ahead() {
    let mut harness = Harness::new(&[ROW; 9]);
    harness.keys("j");
    assert_eq!(loads(&harness).last(), Some(&3), "the alert below");
    // Nothing is answered from here on.
    harness.slow = true;
    harness.keys("j");
    assert_eq!((shown(&harness), harness.model.details.asked), (Some(AlertKey(3)), None));
    // What is on its way is waited for and not asked for again; a turn goes elsewhere.
    let before = loads(&harness).len();
    harness.keys("j");
    assert_eq!((shown(&harness), harness.model.details.asked), (Some(AlertKey(3)), Some(AlertKey(4))));
    assert_eq!(loads(&harness).len(), before);
    harness.settle();
    harness.keys("k k");
    harness.settle();
    assert_eq!(shown(&harness), Some(AlertKey(2)));
    // Nothing lies beyond the ends.
    harness.keys("g g j k").settle();
    assert_eq!((shown(&harness), harness.model.details.ahead.is_none()), (Some(AlertKey(1)), true));
}

#[test]
fn what_could_not_be_read_ahead_is_asked_for_by_who_wants_it() {
    let mut harness = Harness::new(&[ROW; 9]);
    harness.keys("j");
    harness.slow = true;
    harness.keys("j");
    let Some(Effect::LoadDetail { question, key: AlertKey(4), .. }) = harness.effects.last() else {
        panic!()
    };
    let refused = Message::Detail(*question, Err("damaged".into()));
    let before = loads(&harness).len();
    harness.send(refused).keys("j");
    assert_eq!(
        (loads(&harness)[before..].to_vec(), harness.model.details.asked),
        (vec![4], Some(AlertKey(4)))
    );
    harness.settle();
    assert_eq!(shown(&harness), Some(AlertKey(4)));
}

#[test]
fn what_was_read_ahead_is_dropped_when_alerts_change() {
    let mut harness = Harness::new(&[ROW; 9]);
    harness.keys("j");
    assert!(harness.model.details.ahead.as_ref().is_some_and(|ahead| ahead.detail.is_some()));
    let now = harness.model.now.utc;
    harness.send(Message::Sync(SyncEvent::RoundStarted(now)));
    harness.slow = true;
    harness.keys("j");
    assert_eq!((shown(&harness), harness.model.details.asked), (Some(AlertKey(2)), Some(AlertKey(3))));
    harness.settle();
    assert_eq!(loads(&harness).last(), Some(&3), "nothing is read ahead while a listing changes alerts");
}

#[test]
fn panes_take_the_keys_in_turn() {
    for (keys, focus) in [
        ("l", Pane::Details),
        ("l h", Pane::List),
        ("→ ←", Pane::List),
        ("Tab", Pane::Details),
        ("Tab Tab", Pane::List),
        ("l Esc", Pane::List),
        ("l q", Pane::List),
        ("Enter", Pane::Full),
        ("l Enter", Pane::Full),
        ("Enter q", Pane::List),
    ] {
        for width in [80, 120] {
            let mut harness = Harness::small();
            harness.send(Message::Resize(width, 24)).keys(keys);
            assert_eq!(harness.model.focus, focus, "{keys}");
            assert_eq!(harness.model.details.open, focus == Pane::Details, "{keys}");
            assert_eq!(harness.model.details.full.is_some(), focus == Pane::Full, "{keys}");
            assert!(!harness.effects.contains(&Effect::Quit));
        }
    }
}

#[test]
fn tabs_go_around() {
    for (keys, tab) in [
        ("Enter", Tab::Details),
        ("Enter ]", Tab::Respond),
        ("Enter ] ]", Tab::Related),
        ("Enter ] ] ]", Tab::History),
        ("Enter ] ] ] ]", Tab::Json),
        ("Enter ] ] ] ] ]", Tab::Details),
        ("Enter [", Tab::Json),
        ("Enter l", Tab::Respond),
        ("Enter Tab h", Tab::Details),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert_eq!(harness.model.details.full.as_ref().map(|full| full.tab), Some(tab), "{keys}");
    }
}

#[test]
fn json_is_laid_out_again_only_for_another_text_or_width() {
    let mut harness = Harness::small();
    harness.keys("Enter [");
    // What is put in its place shows whether it was laid out again.
    let spoil = |harness: &mut Harness| {
        harness.model.details.full.as_mut().unwrap().document.lines.clear();
    };
    let lines = |harness: &Harness| harness.model.details.full.as_ref().unwrap().document.len();
    assert_eq!(lines(&harness), 3);
    spoil(&mut harness);
    harness.send(Message::Timer(crate::app::message::Timer::Minute));
    harness.builder.set_remote_status(AlertKey(1), Status::InProgress);
    harness.snapshot();
    assert_eq!(lines(&harness), 0);
    harness.send(Message::Resize(90, 30));
    assert_eq!(lines(&harness), 3);
    spoil(&mut harness);
    harness.keys("] [");
    assert_eq!(lines(&harness), 3);
}

#[test]
fn full_details_stay_on_their_alert_when_it_leaves_the_list() {
    let mut harness = Harness::small();
    harness.keys("Enter s r");
    assert_eq!(harness.shown(), [2, 3, 4]);
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.key), Some(AlertKey(1)));
    assert_eq!(harness.model.details.shown.as_ref().map(|shown| shown.key), Some(AlertKey(1)));
    harness.keys("Esc");
    assert_eq!(harness.model.details.shown.as_ref().map(|shown| shown.key), Some(AlertKey(2)));
}

#[test]
fn a_colleagues_change_reloads_the_details_shown() {
    let mut harness = Harness::small();
    let before = loads(&harness).len();
    harness.snapshot();
    assert_eq!(loads(&harness).len(), before);
    harness.builder.set_remote_status(AlertKey(1), Status::InProgress);
    harness.snapshot();
    assert_eq!(loads(&harness)[before..], [1]);
}

#[test]
fn mentions_are_counted_again_when_the_facts_are_others_and_no_listing_is_under_way() {
    let with = |ip| Given { facts: ip, ..ROW };
    let same: &[_] = &[(crate::domain::fact::FactKind::Ip, "10.0.0.1")];
    let mut harness = Harness::new(&[with(same), ROW]);
    let others = |harness: &Harness| harness.model.details.shown.as_ref().unwrap().mentions[0].alerts;
    assert_eq!(others(&harness), 0);
    // Statuses are no facts.
    let before = loads(&harness).len();
    harness.builder.set_pending(AlertKey(2), Some(Status::Resolved));
    harness.snapshot();
    assert_eq!(loads(&harness).len(), before);
    harness.put(2, with(same)).snapshot();
    assert_eq!(others(&harness), 1);
    // While a listing is under way its end counts, whichever comes first: the last alerts or the word that it is over.
    let at = harness.now.utc;
    harness.send(Message::Sync(SyncEvent::RoundStarted(at)));
    harness.put(3, with(same)).snapshot();
    assert_eq!(others(&harness), 1);
    harness.send(Message::Sync(SyncEvent::RoundEnded(at, 0)));
    assert_eq!(others(&harness), 2);
    harness.put(4, with(same)).snapshot();
    assert_eq!(others(&harness), 3);
}

#[test]
fn what_is_copied() {
    for (keys, text) in [
        (
            "y i",
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-111122223333/providers/Microsoft.Security/locations/westeurope/alerts/n1",
        ),
        ("y y", "High  VM_A  vm-1  active  2026-11-23T12:59:59Z"),
        ("y e", "vm-1"),
        ("y l", "https://portal.azure.com/n1"),
        ("o", "https://portal.azure.com/n1"),
        ("y j", "{\"name\":\"n1\"}"),
        ("Y", "A title\nvm-1"),
        ("Enter y l", "https://portal.azure.com/n1"),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert_eq!(harness.copied(), [text], "{keys}");
    }
    let mut harness = Harness::small();
    harness.keys("Space Space y y");
    assert_eq!(harness.copied()[0].lines().count(), 2);
    harness.keys("o");
    assert_eq!(harness.notice(), "copied https://portal.azure.com/n3");
}

#[test]
fn a_link_is_copied_when_the_details_come() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("j y l");
    assert!(harness.copied().is_empty());
    harness.settle();
    assert_eq!(harness.copied(), ["https://portal.azure.com/n2"]);
    // Not once the cursor is elsewhere.
    harness.keys("G y l k").settle();
    assert_eq!(harness.copied().len(), 1);
}

#[test]
fn nothing_is_copied_from_an_empty_list() {
    let mut harness = Harness::bare(&[]);
    harness.send(Message::Start(Start::Ready(Harness::session()))).snapshot();
    for keys in ["y y", "y l", "o", "d", "Space", "Enter", "f v", "* *"] {
        harness.keys(keys);
        assert!(!harness.notice().is_empty(), "{keys}");
    }
    assert!(harness.copied().is_empty() && harness.model.overlays.is_empty());
}

#[test]
fn a_chord_of_the_list_does_not_end_in_a_command_of_the_details() {
    // `, a` sorts the list by age; here `a` alone would take the alert.
    let mut harness = Harness::new(&[ROW; 3]);
    harness.keys("Enter , a");
    assert!(harness.submitted().is_empty());
    assert!(harness.notice().contains(", a is not a key here"), "{}", harness.notice());
    harness.keys("a");
    assert_eq!(harness.submitted().len(), 1);
}
