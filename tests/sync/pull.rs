//! Listing: everything arrives, what is the same is not written, and an incomplete list takes nothing away.

use std::io::Cursor;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use quell::domain::progress::{FaultKind, PullSummary, SyncEvent};
use quell::domain::{AlertId, Status, SubscriptionId};
use quell::emulator::Config;
use quell::sync::intake::{Incoming, take_in};
use quell::sync::{PushGoal, Selection, pull_once, push_until};

use crate::world::{SUBSCRIPTION, Told, World, alert, faulty, id, remote};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alert_of_every_subscription_arrives() {
    let world = World::new();
    let emulator =
        quell::emulator::start(Config { alerts: Some(330), page_size: 40, ..faulty(&[]) }).await.unwrap();
    let round = world.pull(&emulator).await.unwrap();
    assert_eq!(world.cached().await, remote(&emulator));
    assert_eq!(round.total(), PullSummary { listed: 330, added: 330, ..PullSummary::default() });
    let told = world.told.all();
    let again = world.pull(&emulator).await.unwrap();
    assert_eq!(again.total(), PullSummary { listed: 330, ..PullSummary::default() }, "no news, no writes");

    assert!(matches!(told[0], SyncEvent::RoundStarted(_)));
    assert!(matches!(told.last(), Some(SyncEvent::RoundEnded(..))));
    for (subscription, _) in round.subscriptions {
        let listed: Vec<usize> = told
            .iter()
            .filter_map(|event| match event {
                SyncEvent::Page { subscription: told, listed } if *told == subscription.id => Some(*listed),
                _ => None,
            })
            .collect();
        assert!(listed.is_sorted() && !listed.is_empty(), "{listed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_new_changed_or_gone_is_told_apart() {
    let world = World::new();
    let before: Vec<String> = (0..30).map(|number| alert(number, "A title")).collect();
    world.pull(&world.serve(&before, faulty(&[])).await).await.unwrap();
    // 0 to 4 are gone, 5 has another title, 6 another status, 30 to 32 are new.
    let mut after: Vec<String> = (5..33).map(|number| alert(number, "A title")).collect();
    after[0] = alert(5, "Another title");
    let emulator = world.serve(&after, Config { page_size: 7, ..faulty(&[]) }).await;
    assert!(emulator.set_status("n0006", Status::InProgress));
    let round = world.pull(&emulator).await.unwrap();
    assert_eq!(
        round.total(),
        PullSummary { listed: 28, added: 3, updated: 2, removed: 5, quarantined: 0 },
        "{round:?}"
    );
    assert_eq!(world.cached().await, remote(&emulator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_cut_short_takes_nothing_away() {
    let world = World::new();
    let whole = world.serve_many(40, faulty(&[])).await;
    world.pull(&whole).await.unwrap();
    // The source has half of them left, and every way of not saying so to the end.
    let half: Vec<String> = (0..20).map(|number| alert(number, "A title")).collect();
    for spec in ["cut:0", "cut:1", "cut:2", "cut:3", "truncate@GET", "garbage@GET", "503@GET"] {
        let emulator = world.serve(&half, Config { page_size: 5, ..faulty(&[spec]) }).await;
        let mut config = world.config(&emulator);
        config.subscriptions = Selection::Only(vec![SubscriptionId::new(SUBSCRIPTION)]);
        let told = Told::default();
        let round = pull_once(&config, told.listener()).await.unwrap();
        assert_eq!(round.faults().count(), 1, "{spec}: {round:?}");
        assert_eq!(world.cached().await.len(), 40, "{spec}");
        let failed = |event: &SyncEvent| matches!(event, SyncEvent::PullFailed { subscription: Some(_), .. });
        assert_eq!(told.all().iter().filter(|event| failed(event)).count(), 1, "{spec}");
        assert!(!told.all().iter().any(|event| matches!(event, SyncEvent::Pulled { .. })), "{spec}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_alert_stays_until_it_was_asked_for() {
    let world = World::new();
    world.pull(&world.serve_many(20, faulty(&[])).await).await.unwrap();
    let few: Vec<String> = (0..5).map(|number| alert(number, "A title")).collect();
    let emulator = world.serve(&few, faulty(&[])).await;
    let mut config = world.config(&emulator);
    config.tuning.confirm_most = 4;
    let round = pull_once(&config, world.told.listener()).await.unwrap();
    assert_eq!(round.total().removed, 4, "only what was asked for");
    assert_eq!(world.cached().await.len(), 16);
    let round = world.pull(&emulator).await.unwrap();
    assert_eq!(round.total().removed, 11, "the rest in the next round");
    assert_eq!(world.cached().await, remote(&emulator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_subscription_in_trouble_does_not_stop_the_others() {
    let world = World::new();
    let emulator = world.serve_many(10, faulty(&[])).await;
    let mut config = world.config(&emulator);
    let unknown = SubscriptionId::new("bbbbbbbb-0000-4000-8000-000000000002");
    config.subscriptions = Selection::Only(vec![unknown.clone(), SubscriptionId::new(SUBSCRIPTION)]);
    let round = pull_once(&config, world.told.listener()).await.unwrap();
    assert_eq!(round.faults().map(|(one, _)| one.id.clone()).collect::<Vec<_>>(), [unknown]);
    assert_eq!(world.cached().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_being_let_in_is_one_fault() {
    let world = World::new();
    let emulator = world.serve_many(3, Config { token: "another".into(), ..faulty(&[]) }).await;
    let fault = world.pull(&emulator).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::SignIn);
    assert!(world.told.all().contains(&SyncEvent::PullFailed { subscription: None, fault }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_item_is_set_aside_and_the_rest_arrives() {
    let world = World::new();
    let lone = alert(1, "\\ud800");
    let emulator = world.serve(&[alert(0, "x"), lone, alert(2, "y")], faulty(&[])).await;
    let round = world.pull(&emulator).await.unwrap();
    let total = round.total();
    assert_eq!(total.listed + total.quarantined, 3);
    assert!(world.cached().await.contains_key(&AlertId::new(id(2).as_str().to_uppercase())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_with_a_pending_change_is_not_removed() {
    let world = World::new();
    world.pull(&world.serve_many(10, faulty(&[])).await).await.unwrap();
    let emulator = world.serve_many(4, faulty(&[])).await;
    let change = world.queue([id(7)], Status::Active, Status::Resolved).await;
    let round = world.pull(&emulator).await.unwrap();
    assert_eq!(round.total().removed, 5);
    assert!(world.cached().await.contains_key(&id(7)));

    let config = world.config(&emulator);
    let report =
        push_until(&config, PushGoal::Settled(change), Duration::from_mins(1), world.told.listener()).await;
    assert_eq!(report.tally.map(|tally| tally.failed), Some(1), "it is gone");
    assert_eq!(world.pull(&emulator).await.unwrap().total().removed, 1, "now it may go");
    assert_eq!(world.cached().await, remote(&emulator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_source_and_an_unreadable_one_are_not_the_same() {
    let world = World::new();
    world.pull(&world.serve_many(5, faulty(&[])).await).await.unwrap();
    let empty = world.serve(&[], Config { alerts: Some(0), ..faulty(&[]) }).await;
    let mut config = world.config(&empty);
    config.subscriptions = Selection::Only(vec![SubscriptionId::new(SUBSCRIPTION)]);
    let round = pull_once(&config, world.told.listener()).await.unwrap();
    assert_eq!(round.faults().count(), 1, "a subscription that is not there says nothing about its alerts");
    assert_eq!(world.cached().await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_listed_of_a_subscription_no_longer_in_use_leaves() {
    let world = World::new();
    let other = "bbbbbbbb-0000-4000-8000-000000000002";
    let of_other = |number| alert(number, "x").replace(SUBSCRIPTION, other);
    let emulator = world.serve(&[alert(0, "x"), of_other(1), of_other(2)], faulty(&[])).await;
    world.pull(&emulator).await.unwrap();
    assert_eq!(world.cached().await.len(), 3);
    let waiting = AlertId::new(id(2).as_str().replace(SUBSCRIPTION, other));
    let change = world.queue([waiting.clone()], Status::Active, Status::Resolved).await;

    let mut config = world.config(&emulator);
    config.subscriptions = Selection::Only(vec![SubscriptionId::new(SUBSCRIPTION)]);
    pull_once(&config, world.told.listener()).await.unwrap();
    let left: Vec<AlertId> = world.cached().await.into_keys().collect();
    assert_eq!(left, [id(0), waiting], "what is in the outbox stays");
    push_until(&config, PushGoal::Settled(change), Duration::from_mins(1), world.told.listener()).await;
    pull_once(&config, world.told.listener()).await.unwrap();
    assert_eq!(world.cached().await.into_keys().collect::<Vec<_>>(), [id(0)]);

    world.pull(&emulator).await.unwrap();
    assert_eq!(world.cached().await, remote(&emulator), "in use again, it is all there");
    // What the profile no longer names is gone before anything was asked.
    let named = [SubscriptionId::new(SUBSCRIPTION)];
    world.store.call(move |store| store.narrow_to(&named)).await.unwrap().unwrap();
    assert_eq!(world.cached().await.into_keys().collect::<Vec<_>>(), [id(0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_told_without_the_true_id_becomes_what_is_listed() {
    let world = World::new();
    let built = alert(3, "A title").replace("/locations/westeurope/", "/locations/unknown/");
    let store = world.store.clone();
    let imported = tokio::task::spawn_blocking(move || {
        let file = Incoming { name: "file".into(), content: Ok(Box::new(Cursor::new(built))) };
        take_in(&store, vec![file], &AtomicBool::new(false), &mut |_| {}).unwrap()
    });
    assert_eq!(imported.await.unwrap().added, 1);
    let emulator = world.serve_many(10, faulty(&[])).await;
    world.pull(&emulator).await.unwrap();
    assert_eq!(world.cached().await, remote(&emulator), "one row");
}
