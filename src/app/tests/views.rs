//! Saved views, their counts, and where the program opens the next time.

use crate::app::effect::{Effect, JournalOrder};
use crate::app::harness::{Given, Harness, ROW, now};
use crate::app::message::{Message, Session, Start, Timer};
use crate::app::model::{Model, Overlay, ViewsStep};
use crate::app::views::name_of;
use crate::domain::progress::SyncEvent;
use crate::domain::view::{Look, ViewCount, ViewId, ViewRef};
use crate::domain::{AlertKey, SafeText, Severity, Status};

fn filter(harness: &Harness) -> &str {
    harness.model.filter.input.text()
}

fn shown(model: &Model) -> &str {
    model.filter.view.and_then(|view| name_of(model, view)).unwrap_or_default()
}

fn count(harness: &Harness, id: i64) -> Option<ViewCount> {
    harness.model.views.counts.get(&ViewId(id)).map(|counted| counted.count)
}

fn typed(harness: &mut Harness, filter: &str) {
    harness.keys("/ ctrl-u").text(filter).keys("Enter");
}

fn counts_asked(harness: &Harness) -> usize {
    harness.effects.iter().filter(|effect| matches!(effect, Effect::CountView { .. })).count()
}

fn places_kept(harness: &Harness) -> usize {
    let kept = |effect: &&Effect| matches!(effect, Effect::Journal(JournalOrder::KeepPlace(_)));
    harness.effects.iter().filter(kept).count()
}

#[test]
fn a_view_is_saved_by_two_keys_and_opened_by_one() {
    let mut harness = Harness::small();
    typed(&mut harness, "type:VM_B severity:medium,low");
    harness.keys(", a");
    let sort = harness.model.list.sort.clone();
    harness.pressed = 0;
    harness.keys("m 5");
    assert_eq!(harness.pressed, 2);
    assert_eq!(
        (harness.notice(), shown(&harness.model)),
        ("saved: 5 opens it; m m gives it a name", "view 5")
    );
    harness.keys("1");
    assert_eq!((shown(&harness.model), harness.model.list.sort == sort), ("open", false), "the usual order");
    harness.restart();
    harness.keys("3");
    harness.pressed = 0;
    harness.keys("5");
    assert_eq!(harness.pressed, 1);
    assert_eq!((filter(&harness), harness.shown()), ("type:VM_B severity:medium,low", vec![3, 4]));
    assert_eq!((&harness.model.list.sort, shown(&harness.model)), (&sort, "view 5"));
    harness.keys("-");
    assert_eq!((shown(&harness.model), harness.model.list.sort == sort), ("dismissed", false));
    harness.keys("-");
    assert_eq!((shown(&harness.model), harness.model.list.sort == sort), ("view 5", true));
    // Esc leads back to the view, whatever was narrowed down in it.
    harness.keys("f r");
    assert_eq!(shown(&harness.model), "");
    harness.keys("Esc");
    assert_eq!((filter(&harness), shown(&harness.model)), ("type:VM_B severity:medium,low", "view 5"));
}

#[test]
fn what_is_saved_over_can_be_brought_back() {
    let mut harness = Harness::small();
    harness.keys("3 m 5 4 m 5");
    assert!(harness.notice().contains("saved over 5 \"view 5\""), "{}", harness.notice());
    harness.keys("1 5");
    assert_eq!(filter(&harness), "status:resolved");
    harness.keys("m m u Enter");
    assert_eq!(filter(&harness), "status:dismissed");
    harness.keys("m Enter u Enter");
    assert_eq!(filter(&harness), "status:resolved", "and the other way round");
}

#[test]
fn what_cannot_be_saved_or_opened_says_why() {
    let mut harness = Harness::small();
    for digit in 0..5 {
        harness.keys(&format!("m {digit}"));
        assert!(harness.notice().contains("built-in view") && harness.notice().contains("m 5 to m 9"));
    }
    harness.keys("7");
    assert_eq!(harness.notice(), "no view is saved on 7: m 7 saves what the list shows");
    harness.refuse = Some("the disk is full");
    harness.keys("m 7");
    assert_eq!(harness.notice(), "the views stay as they are: the disk is full");
    assert!(harness.model.views.saved.is_empty());
    let session = Session { read_only: Some("the profile says so".to_owned()), ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session))).keys("m 7");
    assert_eq!(harness.notice(), "read-only: the profile says so");
    harness.keys("m m s");
    assert!(
        matches!(harness.model.overlays.last(), Some(Overlay::Views(menu)) if menu.step == ViewsStep::Choose)
    );
    assert!(harness.kept.views.is_empty());
}

#[test]
fn the_list_of_views_names_moves_and_deletes() {
    let mut harness = Harness::small();
    harness.keys("3 m 5 m m r ctrl-u").text("Night").keys("Enter");
    assert_eq!(harness.model.views.saved[0].view.name, "Night");
    harness.keys("s").text("open").keys("Enter");
    let error = |harness: &Harness| match harness.model.overlays.last() {
        Some(Overlay::Views(menu)) => match &menu.step {
            ViewsStep::Save(_, error) | ViewsStep::Rename(_, error) => error.clone(),
            _ => None,
        },
        _ => None,
    };
    assert_eq!(error(&harness).as_deref(), Some("open is the name of a built-in view"));
    harness.keys("ctrl-u").text("day").keys("Enter d 6 r ctrl-u").text("NIGHT").keys("Enter");
    assert_eq!(error(&harness).as_deref(), Some("another view has that name"));
    harness.keys("Esc");
    let digits = |harness: &Harness| -> Vec<(String, Option<u8>)> {
        harness.model.views.saved.iter().map(|kept| (kept.view.name.clone(), kept.view.digit)).collect()
    };
    assert_eq!(digits(&harness), [("Night".to_owned(), Some(5)), ("day".to_owned(), Some(6))]);
    harness.keys("5 d 6");
    assert_eq!(digits(&harness)[0], ("Night".to_owned(), Some(6)), "the other one loses it");
    assert_eq!(digits(&harness)[1], ("day".to_owned(), None));
    // Enter never deletes.
    harness.keys("g D Enter");
    assert_eq!(harness.model.views.saved.len(), 2);
    harness.keys("D y");
    assert_eq!(digits(&harness), [("day".to_owned(), None)]);
    harness.keys("Esc Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn a_view_counts_what_its_filter_lists_and_what_came_since() {
    let mut harness = Harness::small();
    for text in ["severity:high", "type:VM_B or status:dismissed", "", "resource:none*", "since:24h"] {
        typed(&mut harness, text);
        harness.keys("m 5");
        let alerts = harness.shown().len();
        assert_eq!(count(&harness, 1), Some(ViewCount { alerts, new: 0 }), "{text}");
    }
    typed(&mut harness, "severity:high");
    harness.keys("m 5 1");
    harness.put(20, ROW).put(21, Given { severity: Severity::Low, ..ROW }).snapshot();
    assert_eq!(count(&harness, 1), Some(ViewCount { alerts: 5, new: 1 }));
    // Another status makes no alert new.
    harness.put(2, Given { hours: 2, status: Status::Dismissed, ..ROW }).snapshot();
    assert_eq!(count(&harness, 1), Some(ViewCount { alerts: 5, new: 1 }));
    harness.keys("5");
    assert_eq!(count(&harness, 1), Some(ViewCount { alerts: 5, new: 0 }), "looked at");
    // What comes while it is shown was seen when it is left.
    harness.put(22, ROW).snapshot();
    assert_eq!(count(&harness, 1), Some(ViewCount { alerts: 6, new: 1 }));
    harness.restart();
    assert_eq!(count(&harness, 1), Some(ViewCount { alerts: 6, new: 0 }));
}

#[test]
fn a_late_answer_does_not_say_what_is_shown() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("m 5 3");
    harness.slow = false;
    harness.settle();
    assert_eq!((shown(&harness.model), filter(&harness)), ("dismissed", "status:dismissed"));
    harness.keys("f r Esc");
    assert_eq!(shown(&harness.model), "dismissed", "Esc leads back to the view that was chosen last");
}

#[test]
fn what_was_looked_at_stays_so_when_another_view_is_saved() {
    let mut harness = Harness::small();
    harness.send(Message::Start(Start::Ready(Session { demo: true, ..Harness::session() })));
    typed(&mut harness, "severity:high");
    harness.keys("m 5 1");
    harness.put(20, ROW).snapshot();
    assert_eq!(count(&harness, 1).map(|count| count.new), Some(1));
    harness.keys("5 3 m 6");
    assert_eq!(count(&harness, 1).map(|count| count.new), Some(0));
}

#[test]
fn views_are_counted_one_after_the_other_and_only_when_something_changed() {
    let mut harness = Harness::small();
    harness.keys("3 m 5 4 m 6 1");
    let before = counts_asked(&harness);
    harness.keys("j k 3 1").send(Message::Timer(Timer::Minute));
    assert_eq!(counts_asked(&harness), before, "the alerts are the same");
    harness.slow = true;
    harness.put(20, ROW).snapshot();
    assert_eq!(counts_asked(&harness), before + 1, "one at a time");
    harness.slow = false;
    harness.settle();
    assert_eq!(counts_asked(&harness), before + 2);
    // A sync goes over the alerts page by page: its end is soon enough.
    harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
    harness.put(21, ROW).snapshot().put(22, ROW).snapshot();
    assert_eq!(counts_asked(&harness), before + 2);
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 0)));
    assert_eq!(counts_asked(&harness), before + 4);
    // Without a digit a view is counted when its count can be seen.
    harness.keys("m m g d 0 Esc").put(23, ROW);
    let before = counts_asked(&harness);
    harness.snapshot();
    assert_eq!(counts_asked(&harness), before + 1);
    harness.keys("m m");
    assert_eq!(counts_asked(&harness), before + 2);
}

#[test]
fn the_program_opens_where_it_was_left() {
    let mut harness = Harness::small();
    typed(&mut harness, "type:VM_A");
    harness.keys(", a j j");
    let (list, sort) = (harness.shown(), harness.model.list.sort.clone());
    let cursor = harness.model.list.cursor;
    assert_eq!(places_kept(&harness), 0, "no key writes");
    harness.restart();
    assert_eq!((filter(&harness), &harness.model.list.sort), ("type:VM_A", &sort));
    assert_eq!((harness.shown(), harness.model.list.cursor), (list, cursor));
    assert_eq!((harness.model.list.place, harness.model.list.offset), (2, 0));
    // A cursor whose alert is gone opens on the row where it was.
    harness
        .put(cursor.map_or(0, |key| key.0), Given { kind: "other", status: Status::Dismissed, ..ROW })
        .restart();
    assert_eq!(harness.model.list.place, 2);
    harness.keys("3").restart();
    assert_eq!((shown(&harness.model), harness.shown()), ("dismissed", vec![5]));
}

#[test]
fn after_a_crash_it_opens_where_it_was_kept_last() {
    let mut harness = Harness::small();
    harness.keys("3");
    assert!(harness.effects.iter().any(|effect| matches!(effect, Effect::Timer(Timer::Place, _))));
    harness.send(Message::Timer(Timer::Place)).keys("4");
    harness.crash();
    assert_eq!(shown(&harness.model), "dismissed");
    // Nothing is written while nothing changes; the cursor is kept with the minute.
    let kept = places_kept(&harness);
    harness.send(Message::Timer(Timer::Minute)).send(Message::Timer(Timer::Minute));
    assert_eq!(places_kept(&harness), kept);
    harness.keys("1 j j").send(Message::Timer(Timer::Place));
    assert_eq!(places_kept(&harness), kept + 1);
    harness.keys("k").send(Message::Timer(Timer::Minute)).send(Message::Timer(Timer::Minute));
    assert_eq!(places_kept(&harness), kept + 2);
}

#[test]
fn a_pivot_is_no_place_to_open_in() {
    let mut harness =
        Harness::new(&[Given { facts: &[(crate::domain::fact::FactKind::Ip, "203.0.113.7")], ..ROW }, ROW]);
    harness.keys("j p a");
    harness.cursor_to(1);
    harness.keys("Backspace g g p a");
    assert_eq!(harness.model.pivots.len(), 1);
    harness.restart();
    assert_eq!((shown(&harness.model), harness.model.list.cursor), ("open", Some(AlertKey(1))));
}

#[test]
fn the_profiles_view_wins_over_where_the_analyst_was() {
    let open = |wanted: &str| {
        let mut harness = Harness::small();
        harness.keys("4 m 5");
        harness.kept.views[0].view.name = "night".to_owned();
        harness.begins = Some(wanted.to_owned()).filter(|view| !view.is_empty());
        harness.keys("0").restart();
        (shown(&harness.model).to_owned(), harness)
    };
    for (wanted, name) in
        [("", "all"), ("3", "dismissed"), ("Mine", "mine"), ("5", "night"), ("NIGHT", "night"), ("8", "all")]
    {
        assert_eq!(open(wanted).0, name, "{wanted}");
    }
    let (_, harness) = open("8");
    assert_eq!(harness.notice(), "the profile's view: no view is saved on 8");
}

#[test]
fn the_demo_and_a_read_only_profile_keep_nothing() {
    for session in [
        Session { demo: true, ..Harness::session() },
        Session { read_only: Some("so it is".to_owned()), ..Harness::session() },
    ] {
        let mut harness = Harness::small();
        harness.send(Message::Start(Start::Ready(session)));
        harness.keys("3 j").send(Message::Timer(Timer::Place)).send(Message::Timer(Timer::Minute));
        assert_eq!(places_kept(&harness), 0);
        assert_eq!(crate::app::leave(&mut harness.model), []);
    }
}

#[test]
fn a_view_that_cannot_be_read_is_said_and_harms_nothing() {
    let mut harness = Harness::small();
    harness.keys("3 m 5 4 m 6 1");
    harness.kept.views[0].view.look = Look::of("severity:(");
    harness.crash().keys("3 5");
    assert!(harness.notice().contains("cannot be read"), "{}", harness.notice());
    assert_eq!(shown(&harness.model), "dismissed");
    assert_eq!((count(&harness, 1), count(&harness, 2).is_some()), (None, true));
    harness.keys("6");
    assert_eq!(harness.model.filter.view, Some(ViewRef::Saved(ViewId(2))));
    harness.kept.views[1].view.name = "\u{1b}]0;x\u{7}".to_owned();
    harness.crash().keys("6 m 6");
    assert!(SafeText::from(harness.notice()).to_string().contains('␛'), "{}", harness.notice());
}
