//! New alerts, announced once.

use crate::app::effect::Effect;
use crate::app::harness::{Given, Harness, ROW, now};
use crate::app::message::Message;
use crate::app::mouse::{Gesture, Mouse};
use crate::app::notify::Announcement;
use crate::app::settings::{Notify, Osc};
use crate::domain::progress::{Fault, FaultKind, Subscription, SyncEvent};
use crate::domain::{SafeText, Severity, SubscriptionId};

fn set(harness: &mut Harness) {
    harness.model.settings.notify =
        Notify { filter: "severity:high,medium".to_owned(), bell: true, osc: Osc::Nine, title: true };
}

fn synced(harness: &mut Harness) {
    harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
    harness.snapshot().send(Message::Sync(SyncEvent::RoundEnded(now().utc, 0)));
}

fn announced(harness: &Harness) -> Vec<&str> {
    let announced = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Announce(Announcement { text, .. }) => Some(text.as_str()),
        _ => None,
    });
    announced.collect()
}

fn title(harness: &Harness) -> &str {
    let last = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Title(text) => Some(text.as_str()),
        _ => None,
    });
    last.unwrap_or_default()
}

#[test]
fn what_a_sync_brings_is_announced_once_as_a_number() {
    let mut harness = Harness::small();
    set(&mut harness);
    synced(&mut harness);
    assert_eq!(announced(&harness), [""; 0], "nothing is new");
    for key in 20..23 {
        harness.put(key, ROW);
    }
    harness.put(23, Given { severity: Severity::Low, ..ROW });
    synced(&mut harness);
    synced(&mut harness);
    assert_eq!(announced(&harness), ["quell: 3 new High alerts"]);
    harness.put(24, ROW).put(25, Given { severity: Severity::Medium, ..ROW });
    synced(&mut harness);
    harness.put(26, Given { severity: Severity::Medium, kind: "a\u{1b}\u{7}b", ..ROW });
    synced(&mut harness);
    assert_eq!(announced(&harness)[1..], ["quell: 2 new alerts", "quell: 1 new Medium alert: a␛␇b on vm-1"]);
}

#[test]
fn the_first_sync_of_an_empty_cache_is_no_news() {
    let mut harness = Harness::new(&[]);
    set(&mut harness);
    let id = |n: u32| SubscriptionId::new(&format!("0000000{n}-0000-0000-0000-000000000000"));
    let both =
        [1, 2].map(|n| Subscription { id: id(n), name: SafeText::from("x"), tenant: SafeText::default() });
    harness.send(Message::Sync(SyncEvent::Subscriptions(both.to_vec())));
    harness.put(1, ROW);
    // Cut short: what the next one brings is not new either.
    synced(&mut harness);
    harness.put(2, ROW);
    let fault = |kind| Fault { kind, message: SafeText::from("no") };
    for (n, kind) in [(1, FaultKind::Forbidden), (2, FaultKind::Forbidden)] {
        harness.send(Message::Sync(SyncEvent::PullFailed { subscription: Some(id(n)), fault: fault(kind) }));
    }
    synced(&mut harness);
    assert_eq!(announced(&harness), [""; 0]);
    harness.put(3, ROW);
    synced(&mut harness);
    assert_eq!(announced(&harness).len(), 1);
}

#[test]
fn the_end_of_a_sync_may_come_before_its_last_snapshot() {
    let mut harness = Harness::new(&[]);
    set(&mut harness);
    let overtaken = |harness: &mut Harness| {
        let table = harness.builder.snapshot();
        harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
        harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, table.generation())));
        harness.send(Message::Table(table));
    };
    harness.put(1, ROW);
    overtaken(&mut harness);
    assert_eq!(announced(&harness), [""; 0], "the first sync brings no news");
    harness.put(2, ROW).put(3, ROW);
    overtaken(&mut harness);
    assert_eq!(announced(&harness), ["quell: 2 new High alerts"]);
}

#[test]
fn nothing_is_announced_or_counted_unless_it_is_asked_for() {
    let mut harness = Harness::small();
    synced(&mut harness);
    harness.put(20, ROW);
    synced(&mut harness);
    let silent =
        |effect: &Effect| !matches!(effect, Effect::CountNew { .. } | Effect::Announce(_) | Effect::Title(_));
    assert!(harness.effects.iter().all(silent));
}

#[test]
fn the_title_says_what_is_new_until_somebody_looks() {
    let mut harness = Harness::small();
    set(&mut harness);
    synced(&mut harness);
    assert_eq!(title(&harness), "quell · Contoso · 2 high");
    harness.put(20, ROW);
    synced(&mut harness);
    assert_eq!(title(&harness), "quell · Contoso · 3 high · 1 new");
    harness.keys("j");
    assert_eq!(title(&harness), "quell · Contoso · 3 high");
    for looked in [
        Message::Paste("x".to_owned()),
        Message::Mouse(Mouse { gesture: Gesture::WheelDown, column: 1, row: 1 }),
    ] {
        harness.put(harness.model.table.len() as u32 + 20, ROW);
        synced(&mut harness);
        assert!(title(&harness).ends_with("1 new"));
        harness.send(looked);
        assert!(title(&harness).ends_with("high"));
    }
    let titles = harness.effects.iter().filter(|effect| matches!(effect, Effect::Title(_))).count();
    harness.keys("k j");
    assert_eq!(harness.effects.iter().filter(|effect| matches!(effect, Effect::Title(_))).count(), titles);
}
