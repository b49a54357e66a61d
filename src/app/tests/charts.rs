//! The histogram, the timeline and the ATT&CK view.

use std::sync::Arc;

use crate::app::effect::{ChartOrder, Effect};
use crate::app::harness::{Given, Harness, ROW};
use crate::app::layout::Main;
use crate::app::message::{Chart, Message};
use crate::app::model::Overlay;
use crate::app::{documents, views};
use crate::domain::Severity;
use crate::domain::chart::{Attack, Counts};
use crate::domain::fact::FactKind;

fn filter(harness: &Harness) -> String {
    views::text_of(&harness.model.filter.applied)
}

fn queries(harness: &Harness) -> usize {
    harness.effects.iter().filter(|effect| matches!(effect, Effect::Query { .. })).count()
}

fn charts(harness: &Harness) -> usize {
    harness.effects.iter().filter(|effect| matches!(effect, Effect::Chart { .. })).count()
}

#[test]
fn the_histogram_counts_what_is_listed() {
    let mut harness = Harness::small();
    for keys in ["1", "0", "3", "t 1", "0 f v"] {
        harness.keys(keys);
        let listing = &harness.model.list.listing;
        let histogram = listing.histogram.as_ref().unwrap();
        let all = histogram.sum(0, histogram.buckets.len() - 1);
        assert_eq!(all.total() as usize, listing.len(), "{keys}");
        assert_eq!(all.of(Severity::High), listing.count(Severity::High), "{keys}");
    }
    let before = queries(&harness);
    harness.keys("j k G");
    assert_eq!(queries(&harness), before, "a cursor move counts nothing");
}

#[test]
fn the_histogram_is_hidden_by_a_command_and_where_the_screen_is_low() {
    let mut harness = Harness::small();
    let rows = |harness: &Harness| Main::of(&harness.model).list_rows();
    let with = rows(&harness);
    harness.keys(":").text("histogram").keys("Enter");
    assert_eq!((rows(&harness), harness.model.settings.histogram), (with + 2, false));
    // Nothing is counted that nobody sees.
    harness.keys("0");
    assert_eq!(harness.model.list.listing.histogram, None);
    harness.keys(":").text("histogram").keys("Enter");
    assert_eq!(rows(&harness), with);
    assert!(harness.model.list.listing.histogram.is_some());
    let before = queries(&harness);
    harness.send(Message::Resize(120, 31));
    assert_eq!(queries(&harness), before, "as many bars as before");
    harness.send(Message::Resize(100, 31));
    assert_eq!(queries(&harness), before + 1, "other bars");
    harness.send(Message::Resize(100, 16)).keys("1");
    assert_eq!((rows(&harness), harness.model.list.listing.histogram.as_ref()), (9, None));
}

#[test]
fn the_histogram_moves_on_with_the_clock() {
    use crate::app::message::Timer;
    let mut harness = Harness::small();
    let before = queries(&harness);
    harness.send(Message::Timer(Timer::Minute));
    assert_eq!(queries(&harness), before, "the clock is still in the last bar");
    harness.now.utc += chrono::TimeDelta::seconds(150);
    harness.send(Message::Timer(Timer::Minute));
    assert_eq!(queries(&harness), before + 1);
    let histogram = harness.model.list.listing.histogram.as_ref().unwrap();
    assert!(histogram.end() >= harness.now.utc.timestamp());
}

/// Three open alerts came just before 14:00 by the analyst's clock, one an hour before.
#[test]
fn a_bar_or_a_span_of_the_timeline_becomes_the_filters_time() {
    let open = "status:active,in-progress";
    for (keys, time, listed) in [
        ("T Enter", " since:2026-11-23T13:58 until:2026-11-23T13:59:59", 3),
        ("T g Enter", " since:2026-11-23T12:58 until:2026-11-23T12:59:59", 1),
        ("T Home v End Enter", " since:2026-11-23T12:58 until:2026-11-23T15:01:59", 4),
        ("T v h h Enter", " since:2026-11-23T13:54 until:2026-11-23T13:59:59", 3),
        ("t 1 T Enter", " since:2026-11-23T13:45 until:2026-11-23T13:59:59", 3),
        ("T + Enter", " since:2026-11-23T13:59 until:2026-11-23T13:59:59", 3),
        ("T ↑ ↓ Enter", " since:2026-11-23T13:58 until:2026-11-23T13:59:59", 3),
        ("T + Esc Enter", " since:2026-11-23T13:58 until:2026-11-23T13:59:59", 3),
        ("T v h + Esc Enter", " since:2026-11-23T13:58 until:2026-11-23T13:59:59", 3),
        ("T v h Esc Enter", " since:2026-11-23T13:56 until:2026-11-23T13:57:59", 0),
        ("t 1 T - 0 + - Enter", " since:2026-11-23T13:45 until:2026-11-23T13:59:59", 3),
        ("T Enter -", "", 4),
        ("T Esc", "", 4),
        ("T q", "", 4),
        ("T T", "", 4),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys);
        if listed == 0 {
            assert_eq!(harness.notice(), "no alert came at this time");
            assert_eq!((filter(&harness), harness.model.overlays.len()), (open.to_owned(), 1), "{keys}");
            continue;
        }
        assert_eq!(filter(&harness), format!("{open}{time}"), "{keys}");
        assert_eq!(harness.shown().len(), listed, "{keys}");
        assert!(harness.model.overlays.is_empty(), "{keys}");
    }
}

#[test]
fn the_timeline_shows_what_other_times_hold() {
    let mut harness = Harness::small();
    harness.keys("0 t 1 T");
    let shown = |harness: &Harness| {
        let Some(Overlay::Timeline(view)) = harness.model.overlays.last() else { panic!() };
        let histogram = &view.shown.as_ref().unwrap().histogram;
        (histogram.sum(0, histogram.buckets.len() - 1).total(), view.shown.as_ref().unwrap().alerts)
    };
    assert_eq!(shown(&harness), (4, 6));
    harness.keys("-");
    assert_eq!(shown(&harness), (5, 6));
    harness.keys("0");
    assert_eq!(shown(&harness), (6, 6));
    let before = charts(&harness);
    harness.keys("-");
    assert_eq!((charts(&harness), harness.notice()), (before, "this is all of the time"));
    for _ in 0..12 {
        harness.keys("+");
    }
    assert_eq!(harness.notice(), "nothing closer to be seen: a bar is a minute");
    assert!(charts(&harness) < before + 12);
}

#[test]
fn only_the_newest_answer_is_shown_and_keys_wait_for_it() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("M Enter");
    assert_eq!(filter(&harness), "status:active,in-progress");
    let waiting = harness.take_waiting();
    let Some(Effect::Chart { question, .. }) =
        waiting.iter().find(|effect| matches!(effect, Effect::Chart { .. })).cloned()
    else {
        panic!()
    };
    let old = crate::app::message::Question(question.0 - 1);
    harness.send(Message::Charted(old, Chart::Attack(Arc::new(Attack::default()))));
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Attack(view)) if view.shown.is_none()));
    for effect in waiting {
        for message in harness.answer(effect) {
            harness.send(message);
        }
    }
    assert_eq!(filter(&harness), "status:active,in-progress since:24h tactic:execution");
}

#[test]
fn a_chart_is_counted_again_when_alerts_come_and_its_cursor_stays() {
    let mut harness = Harness::small();
    harness.keys("T g");
    let view = |harness: &Harness| match harness.model.overlays.last() {
        Some(Overlay::Timeline(view)) => (view.at, view.shown.as_ref().unwrap().alerts),
        _ => panic!(),
    };
    assert_eq!(view(&harness), (0, 4));
    harness.put(9, ROW).snapshot();
    assert_eq!(view(&harness), (0, 5));
    // While one is counted the next waits.
    harness.slow = true;
    let before = charts(&harness);
    harness.put(10, ROW).snapshot().put(11, ROW).snapshot();
    assert_eq!(charts(&harness), before + 1);
    harness.settle();
    assert_eq!((view(&harness), charts(&harness)), ((0, 7), before + 2));
    harness.slow = false;
    harness.send(Message::Resize(80, 24));
    assert_eq!(view(&harness).1, 7);
}

fn techniques() -> Harness {
    const T: FactKind = FactKind::Technique;
    Harness::new(&[
        Given { facts: &[(T, "T1059"), (T, "T1059.001")], ..ROW },
        Given { facts: &[(T, "T1059")], hours: 30, ..ROW },
        Given { facts: &[(T, "T1204")], severity: Severity::Low, ..ROW },
        ROW,
    ])
}

#[test]
fn task_8_drills_into_the_tactic_that_is_hit_most() {
    let open = "status:active,in-progress";
    for (keys, more, listed) in [
        ("M Enter", " since:24h tactic:execution", 3),
        ("t 7 M Enter", " since:7d tactic:execution", 4),
        ("f i M Enter", " since:24h tactic:execution", 3),
        ("M l Enter", " since:24h tactic:execution technique:T1059", 1),
        ("M l l Enter", " since:24h tactic:execution technique:T1059.001", 1),
        ("M → → → → ← Enter", " since:24h tactic:execution technique:T1059.001", 1),
        ("M l h Enter", " since:24h tactic:execution", 3),
        ("M j k Enter", " since:24h tactic:execution", 3),
        ("M l l l Enter M Enter", " since:24h tactic:execution", 3),
        ("M Enter -", "", 4),
        ("M Esc", "", 4),
        ("M M", "", 4),
    ] {
        let mut harness = techniques();
        harness.keys(keys);
        assert_eq!(filter(&harness), format!("{open}{more}"), "{keys}");
        assert_eq!(harness.shown().len(), listed, "{keys}");
    }
    let mut harness = techniques();
    harness.keys("M Enter");
    assert_eq!(harness.pressed, 2);
    harness.keys("M g l Enter");
    assert_eq!(harness.notice(), "no alert of this time has it");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Attack(view)) if view.technique.is_none()));
}

#[test]
fn charts_exist_as_lines_of_text() {
    let mut harness = techniques();
    harness.keys("M");
    let Some(Overlay::Attack(view)) = harness.model.overlays.last() else { panic!() };
    let text = documents::attack::text(view, view.shown.as_ref().unwrap(), 80).text();
    assert_eq!(
        text,
        "3 alerts: status:active,in-progress since:24h\n\
         Execution: 3 alerts: 2 High · 1 Low\n\
         \x20 T1059 Command and Scripting Interpreter: 1 alert\n\
         \x20 T1059.001 PowerShell: 1 alert\n\
         \x20 T1204 User Execution: 1 alert\n"
    );
    harness.keys("Esc T");
    let Some(Overlay::Timeline(view)) = harness.model.overlays.last() else { panic!() };
    let shown = view.shown.as_ref().unwrap();
    let text = documents::timeline::text(view, shown, 100, harness.model.now).text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("4 alerts  22 Nov"), "{text}");
    let buckets = shown.histogram.buckets.iter().filter(|counts| counts.total() > 0).count();
    assert_eq!(lines.iter().filter(|line| line.contains(" High") || line.contains(" Low")).count(), buckets);
    assert_eq!(shown.histogram.peak(Counts::total).map(|(_, count)| count), Some(3));
}

#[test]
fn a_zoom_asks_for_its_stretch_of_time() {
    let mut harness = Harness::small();
    harness.keys("T v h h +");
    let spans: Vec<_> = harness
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Chart { order: ChartOrder::Timeline { span, .. }, .. } => Some(*span),
            _ => None,
        })
        .collect();
    // 12:54 to 13:00 UTC.
    let second = |minutes: i64| harness.now.utc.timestamp() - minutes * 60;
    let expected = crate::domain::chart::Span { first: second(66), last: second(60) - 1 };
    assert_eq!(spans, [None, Some(expected)]);
}
