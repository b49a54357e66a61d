//! Chords, hints, notices, sheets, palette, ctrl-c, workers.

use crate::app::command::{Scope, chord_refused, hints, which_key};
use crate::app::documents;
use crate::app::effect::Effect;
use crate::app::harness::{Harness, now};
use crate::app::message::{Journal, Message, Now, Start, Timer};
use crate::app::model::{Overlay, Scroll};
use crate::domain::progress::{Fault, FaultKind, PullSummary, Subscription, SyncEvent};
use crate::domain::{SafeText, SubscriptionId};

#[test]
fn a_chord_shows_its_menu_when_it_waits() {
    let mut harness = Harness::small();
    harness.keys("f");
    let chord = harness.model.chord.clone().unwrap();
    assert!(!chord.menu);
    let timer = Timer::ChordMenu(chord.number);
    assert!(harness.effects.contains(&Effect::Timer(timer, std::time::Duration::from_millis(300))));
    assert_eq!(which_key(&harness.model)[0], ("s".to_owned(), "status"));
    assert_eq!(hints(&harness.model).last(), Some(&("Esc".to_owned(), "close")));
    harness.send(Message::Timer(timer));
    assert!(harness.model.chord.as_ref().unwrap().menu);
    harness.keys("Esc");
    assert!(harness.model.chord.is_none());
    // An old timer means nothing to a new chord.
    harness.keys("y").send(Message::Timer(timer));
    assert!(!harness.model.chord.as_ref().unwrap().menu);
}

#[test]
fn a_key_without_meaning_is_said_quietly() {
    for keys in ["H", "J", "K", "%", "f x", "g x"] {
        let mut harness = Harness::small();
        harness.keys(keys);
        assert!(harness.notice().contains("is not a key here"), "{keys}: {}", harness.notice());
        assert!(!harness.model.notice.as_ref().unwrap().is_error);
        assert!(harness.model.overlays.is_empty() && harness.model.chord.is_none());
    }
}

#[test]
fn so_it_is_in_prompts_and_charts() {
    for (opens, keys) in [("d", "9 z ctrl-x"), ("* * s r", "9 d"), ("T", "z"), ("M", "z 5")] {
        for key in keys.split(' ') {
            let mut harness = Harness::small();
            harness.keys(opens).keys(key);
            assert_eq!(harness.notice(), format!("{key} is not a key here"), "{opens} {key}");
            assert!(!harness.model.notice.as_ref().unwrap().is_error && harness.model.overlays.len() == 1);
        }
    }
    let mut harness = Harness::small();
    harness.keys("* * s r y").verify(1, &[1]).keys("u z");
    assert_eq!(harness.notice(), "z is not a key here");
}

#[test]
fn hints_follow_the_pane_and_what_is_possible() {
    let keys = |harness: &Harness| -> Vec<String> {
        hints(&harness.model).into_iter().map(|(key, _)| key).collect()
    };
    let mut harness = Harness::small();
    assert_eq!(keys(&harness)[..7], ["Space", "/", "f", "d", "s", "Enter", "a"].map(String::from));
    assert!(!keys(&harness).contains(&"u".to_owned()));
    harness.keys("s r");
    assert!(keys(&harness).contains(&"u".to_owned()));
    harness.keys("Enter");
    // The change is on its way.
    assert_eq!(keys(&harness)[..3], ["ctrl-c", "]", "["].map(String::from));
    harness.keys("d");
    // Without a reason `y` is refused.
    assert_eq!(keys(&harness)[..2], ["1–6", "Enter"].map(String::from));
    harness.keys("3");
    assert_eq!(keys(&harness)[..2], ["1–6", "y"].map(String::from));
    harness.keys("Esc Esc /");
    assert_eq!(keys(&harness)[0], "Enter");
}

#[test]
fn where_nothing_is_listed_chords_name_what_is_left_of_them() {
    let mut harness = Harness::small();
    harness.keys("/ ctrl-u").text("zebra").keys("Enter");
    let named = hints(&harness.model);
    assert!(named.contains(&("f Enter".to_owned(), "add filter")), "{named:?}");
    assert!(
        !named.iter().any(|(keys, _)| ["f", "s", "p", "*", "y", "b"].contains(&keys.as_str())),
        "{named:?}"
    );
    for (chord, left, why) in [
        ("f", &["Enter", "Esc"][..], None),
        ("s", &["Esc"], Some("no alert is marked or under the cursor")),
        ("p", &["Esc"], Some("no alert is under the cursor")),
        ("*", &["Esc"], Some("no alert matches the filter")),
    ] {
        harness.keys(chord);
        let keys: Vec<String> = which_key(&harness.model).into_iter().map(|(keys, _)| keys).collect();
        assert_eq!(
            (keys, chord_refused(&harness.model).as_deref()),
            (left.iter().map(|key| (*key).to_owned()).collect(), why)
        );
        harness.keys("Esc");
    }
    // On a heading there is no alert whose entities could be meant.
    let mut harness = Harness::small();
    harness.keys("z v g g p");
    assert_eq!(which_key(&harness.model), [("Esc".to_owned(), "close")]);
    assert!(chord_refused(&harness.model).unwrap().contains("a group is under the cursor"));
}

#[test]
fn notices_go_by_their_own_timer() {
    let mut harness = Harness::small();
    harness.keys("H");
    let first = harness.model.notice.as_ref().unwrap().number;
    harness.keys("J").send(Message::Timer(Timer::Notice(first)));
    let second = harness.model.notice.as_ref().unwrap().number;
    harness.send(Message::Timer(Timer::Notice(second)));
    assert!(harness.model.notice.is_none());
}

#[test]
fn a_notice_goes_with_the_next_key_unless_a_worker_reported() {
    type Before = fn(&mut Harness);
    let said: [(&str, Before); 4] = [
        ("a refused key", |harness| {
            harness.keys("u");
        }),
        ("what a key did", |harness| {
            harness.keys("* *");
        }),
        ("what the journal did", |harness| {
            harness.keys("s r");
        }),
        ("a key without meaning", |harness| {
            harness.keys("H");
        }),
    ];
    for (what, before) in said {
        // Keys, and whether what was said before them is still there.
        for (keys, stays) in
            [("", true), ("y", true), ("y Esc", false), ("j", false), ("w", false), ("ctrl-c", false)]
        {
            let mut harness = Harness::small();
            before(&mut harness);
            let first = harness.model.notice.clone().unwrap();
            harness.keys(keys);
            assert_eq!(harness.model.notice.as_ref() == Some(&first), stays, "{what}, then {keys}");
        }
    }
    let reported: [(&str, Before); 3] = [
        ("verified", |harness| {
            harness.keys("s r").verify(1, &[]);
        }),
        ("failed", |harness| {
            harness.keys("s r").verify(1, &[1, 2, 3]);
        }),
        ("files", |harness| {
            harness.send(Message::Notices(vec![SafeText::from("little space")]));
        }),
    ];
    for (what, before) in reported {
        let mut harness = Harness::small();
        before(&mut harness);
        let first = harness.model.notice.clone().unwrap();
        harness.keys("j w");
        assert_eq!(harness.model.notice.as_ref(), Some(&first), "{what}");
        let number = first.number;
        harness.send(Message::Timer(Timer::Notice(number)));
        assert!(harness.model.notice.is_none(), "{what}");
    }
}

#[test]
fn ctrl_c_cancels_first_and_quits_the_second_time() {
    let mut harness = Harness::small();
    let quit = |harness: &Harness| harness.effects.contains(&Effect::Quit);
    harness.keys("f ctrl-c");
    assert!(harness.model.chord.is_none());
    harness.keys("d ctrl-c");
    assert!(harness.model.overlays.is_empty());
    harness.keys("/ ctrl-c");
    assert!(!harness.model.filter.editing);
    harness.keys("ctrl-c j ctrl-c");
    assert!(!quit(&harness));
    harness.now.utc += chrono::TimeDelta::seconds(60);
    harness.keys("ctrl-c");
    assert!(!quit(&harness));
    harness.keys("ctrl-c");
    assert!(quit(&harness));
}

#[test]
fn q_quits_from_the_list_and_ctrl_z_suspends() {
    let mut harness = Harness::small();
    harness.keys("Enter q ? q : Esc ctrl-z");
    assert!(!harness.effects.contains(&Effect::Quit));
    assert!(harness.effects.contains(&Effect::Suspend));
    harness.keys("q");
    assert!(harness.effects.contains(&Effect::Quit));
}

#[test]
fn every_command_can_be_run_from_the_palette() {
    let mut harness = Harness::small();
    harness.keys(":").text("mark all that").keys("Enter");
    assert_eq!(harness.marked().len(), 4);
    harness.keys(":").text("view: dism").keys("Enter");
    assert_eq!(harness.shown(), [5]);
    harness.keys(": ↓ ↓ ↑ Esc");
    assert!(harness.model.overlays.is_empty());
    harness.keys(":").send(Message::Paste("resolve".into())).keys("Enter");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Confirm(_))));
}

#[test]
fn the_status_menu_sets_by_arrows() {
    let mut harness = Harness::small();
    harness.keys("s Enter ↓ ↓ Enter");
    assert_eq!(harness.submitted()[0].status, Some(crate::domain::Status::Resolved));
}

#[test]
fn sheets_scroll_within_their_text() {
    let mut harness = Harness::small();
    harness.send(Message::Resize(80, 24)).keys("?");
    let Some(scroll) = harness.model.overlays.last().cloned_scroll() else { panic!() };
    assert!(scroll.lines > 20);
    harness.keys("G j j PgDn");
    let Some(end) = harness.model.overlays.last().cloned_scroll() else { panic!() };
    assert!(end.offset < end.lines && end.offset > 0);
    harness.send(Message::Resize(200, 90));
    let Some(wide) = harness.model.overlays.last().cloned_scroll() else { panic!() };
    assert!(wide.offset <= end.offset);
    harness.keys("? w q");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn a_name_that_no_command_has_stays_to_be_mended() {
    let mut harness = Harness::small();
    harness.keys(":").text("repport").keys("Enter");
    assert!(
        matches!(harness.model.overlays.last(), Some(Overlay::Palette(palette)) if palette.matches.is_empty())
    );
    harness.keys("ctrl-u").text("hisstogram").keys("ctrl-u").text("histogram").keys("Enter");
    assert!(harness.model.overlays.is_empty() && !harness.model.settings.histogram);
}

#[test]
fn the_help_is_searched() {
    let mut harness = Harness::small();
    harness.send(Message::Resize(60, 16)).keys("? / q");
    let found = |harness: &Harness| match harness.model.overlays.last() {
        Some(Overlay::Help(scroll, find)) => (find.line, scroll.offset),
        other => panic!("{other:?}"),
    };
    harness.text("uit");
    let (line, offset) = found(&harness);
    let line = line.unwrap();
    let lines = documents::help(&harness.model.settings, Scope::List, 56).lines;
    let text = |at: usize| lines[at].iter().map(|piece| piece.text.as_str()).collect::<String>();
    assert!(text(line).contains("quit") && offset <= line && line < offset + 12, "{line} {offset}");
    // The next one, and from the last to the first again.
    harness.keys("ctrl-u").text("COPY").keys("Enter");
    let first = found(&harness).0.unwrap();
    harness.keys("n");
    let second = found(&harness).0.unwrap();
    assert!(second > first && text(second).to_lowercase().contains("copy"));
    for _ in 0..lines.len() {
        harness.keys("n");
        assert!(found(&harness).0.is_some_and(|line| text(line).to_lowercase().contains("copy")));
    }
    // On another screen its lines stand elsewhere, and a label may be broken in two.
    harness.send(Message::Resize(120, 36));
    let lines = documents::help(&harness.model.settings, Scope::List, 116).lines;
    let text = |at: usize| lines[at].iter().map(|piece| piece.text.as_str()).collect::<String>();
    assert!(text(found(&harness).0.unwrap()).to_lowercase().contains("copy"));
    harness.keys("/").text("then values with counts").keys("Enter");
    assert!(text(found(&harness).0.unwrap()).contains("then values with"));
    // Who scrolls on is not brought back by what happens meanwhile.
    harness.keys("G");
    let read_on = found(&harness);
    harness.send(Message::Journal(Journal::Changes(Vec::new())));
    assert_eq!(found(&harness), read_on);
    // What is nowhere is said, and Esc ends the search before it closes the help.
    harness.keys("/").text("zzz");
    assert_eq!(found(&harness).0, None);
    harness.keys("Esc").send(Message::Resize(80, 24));
    assert_eq!(found(&harness).0, None);
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn what_only_resembles_a_name_is_written_out_before_it_is_run() {
    let mut harness = Harness::small();
    harness.keys(":").text("reslve").keys("Enter");
    let Some(Overlay::Palette(palette)) = harness.model.overlays.last() else { panic!() };
    assert!(palette.input.text().starts_with("Resolve") && harness.model.bulk.orders.is_empty());
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty() && !harness.model.bulk.recent.is_empty());
}

trait ClonedScroll {
    fn cloned_scroll(self) -> Option<Scroll>;
}

impl ClonedScroll for Option<&Overlay> {
    fn cloned_scroll(self) -> Option<Scroll> {
        match self {
            Some(Overlay::Help(scroll, _)) => Some(*scroll),
            _ => None,
        }
    }
}

fn subscription(id: &str) -> Subscription {
    Subscription { id: SubscriptionId::new(id), name: SafeText::from(id), tenant: SafeText::default() }
}

#[test]
fn a_round_is_complete_when_every_listing_is() {
    let fault = Fault { kind: FaultKind::Unreachable, message: SafeText::from("no network") };
    let (a, b) = (SubscriptionId::new("a"), SubscriptionId::new("b"));
    let summary = PullSummary { listed: 10, quarantined: 1, ..PullSummary::default() };
    let pulled = |id: &SubscriptionId| SyncEvent::Pulled { subscription: id.clone(), summary };
    let failed =
        |id: &SubscriptionId| SyncEvent::PullFailed { subscription: Some(id.clone()), fault: fault.clone() };
    for (events, complete) in [(vec![pulled(&a), pulled(&b)], true), (vec![pulled(&a), failed(&b)], false)] {
        let mut harness = Harness::small();
        harness.send(Message::Sync(SyncEvent::Subscriptions(vec![subscription("a"), subscription("b")])));
        harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
        assert!(harness.model.sync.running);
        for event in events {
            harness.send(Message::Sync(event));
        }
        harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 0)));
        assert!(!harness.model.sync.running);
        assert_eq!(harness.model.sync.last_complete.is_some(), complete);
        assert_eq!(harness.model.sync.subscriptions[1].fault.is_none(), complete);
    }
}

#[test]
fn a_round_that_nobody_asked_for_is_silent_until_it_takes_long() {
    let mut harness = Harness::small();
    let start = SyncEvent::RoundStarted(now().utc);
    let shown = |harness: &Harness| harness.model.sync.is_shown(harness.model.now);
    harness.send(Message::Sync(start.clone()));
    assert!(shown(&harness), "the first one");
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 0)));
    assert!(!shown(&harness));
    harness.send(Message::Sync(start.clone()));
    assert!(!shown(&harness), "nobody asked");
    let later = Now { utc: now().utc + chrono::TimeDelta::seconds(6), ..now() };
    assert!(harness.model.sync.is_shown(later), "it takes long");
    harness.keys("R");
    assert!(shown(&harness), "now somebody has");
    assert_eq!(harness.notice(), "syncing");
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 0)));
    assert!(harness.model.notice.is_none(), "what is over is not said any longer");
    harness.send(Message::Sync(start));
    assert!(!shown(&harness), "the wish was for one round");
}

#[test]
fn the_minute_arms_itself_again_and_sync_is_ordered() {
    let mut harness = Harness::small();
    harness.keys("R");
    assert!(harness.effects.contains(&Effect::SyncNow));
    let armed = |harness: &Harness| {
        harness.effects.iter().filter(|e| matches!(e, Effect::Timer(Timer::Minute, _))).count()
    };
    assert_eq!(armed(&harness), 1);
    harness.send(Message::Timer(Timer::Minute));
    assert_eq!(armed(&harness), 2);
    // Another session (a refreshed sign-in) does not arm a second one.
    harness.send(Message::Start(Start::Ready(Harness::session())));
    assert_eq!(armed(&harness), 2);
}
