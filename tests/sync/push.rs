//! The outbox's worker, one goal at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell::azure::{ArmClient, Endpoint, Limits, TokenSource};
use quell::domain::Status;
use quell::domain::change::{Outcome, Tally, plan};
use quell::domain::key_set::KeySet;
use quell::domain::progress::{FaultKind, SyncEvent};
use quell::emulator::Emulator;
use quell::store::Store;
use quell::sync::{EngineConfig, PushGoal, PushReport, Source, pull_once, push_until};

use crate::world::{World, faulty, id, posted, posted_to, posts, remote};

const LONG: Duration = Duration::from_mins(1);

async fn push(world: &World, emulator: &Emulator, goal: PushGoal) -> PushReport {
    push_until(&world.config(emulator), goal, LONG, world.told.listener()).await
}

fn verified(count: usize) -> Tally {
    Tally { verified: count, ..Tally::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_compared_posted_and_read_back() {
    let world = World::new();
    let emulator = world.serve_many(50, faulty(&[])).await;
    world.pull(&emulator).await.unwrap();
    let before = emulator.log().len();
    let change = world.queue((10..30).map(id), Status::Active, Status::Dismissed).await;
    let report = push(&world, &emulator, PushGoal::Settled(change)).await;
    assert_eq!(report, PushReport { reached: true, tally: Some(verified(20)), ..PushReport::default() });
    assert_eq!(world.cached().await, remote(&emulator), "what was read back is in the cache");
    assert_eq!(posted(&emulator), (10..30).map(|number| id(number).name().to_owned()).collect());
    assert_eq!(emulator.log().len() - before, 60, "three requests an alert");
    let told = world.told.all();
    assert!(told.contains(&SyncEvent::Settled { change, tally: verified(20) }));
    let pending: Vec<usize> = told
        .iter()
        .filter_map(|event| match event {
            SyncEvent::Push { tally, .. } => Some(tally.pending),
            _ => None,
        })
        .collect();
    assert!(!pending.is_empty() && pending.is_sorted_by(|a, b| a >= b), "{pending:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_stumbles_loses_no_change() {
    let world = World::new();
    let faults = ["429:0:0.2@POST", "500:0.05", "drop-reply:0.3@POST", "reset:0.03", "truncate:0.03@GET"];
    for seed in 0..3 {
        let world = if seed == 0 { &world } else { &World::new() };
        let config = quell::emulator::Config { fault_seed: seed, ..faulty(&faults) };
        let emulator = world.serve_many(120, config).await;
        let change = world.queue((0..100).map(id), Status::Active, Status::Resolved).await;
        let report = push(world, &emulator, PushGoal::Settled(change)).await;
        assert_eq!(report.tally, Some(verified(100)), "{report:?}");
        for (number, status) in remote(&emulator).into_values().enumerate() {
            assert_eq!(status, if number < 100 { Status::Resolved } else { Status::Active }, "{number}");
        }
        let mut requests: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for post in posts(&emulator) {
            requests.entry(post.path).or_default().push(post.client_request_id);
        }
        assert!(requests.values().any(|ids| ids.len() > 1), "no fault struck");
        for ids in requests.values_mut() {
            ids.dedup();
            assert!(ids.len() == 1 && ids[0].is_some(), "one request id per change and alert: {ids:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_success_code_is_not_proof() {
    let world = World::new();
    let emulator = world.serve_many(8, faulty(&["ignore@POST"])).await;
    let change = world.queue((0..8).map(id), Status::Active, Status::Dismissed).await;
    let report = push(&world, &emulator, PushGoal::Settled(change)).await;
    assert_eq!(report.tally, Some(Tally { unconfirmed: 8, ..Tally::default() }));
    assert_eq!(posts(&emulator).len(), 8, "not sent again by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_source_refuses_is_failed_and_the_others_go_on() {
    let world = World::new();
    let emulator = world.serve_many(60, faulty(&["403:0.3@POST"])).await;
    let change = world.queue((0..60).map(id), Status::Active, Status::InProgress).await;
    let report = push(&world, &emulator, PushGoal::Settled(change)).await;
    let tally = report.tally.unwrap();
    assert!(tally.failed > 0 && tally.failed + tally.verified == 60, "{tally:?}");
    let outcomes = world.outcomes(change).await;
    for (id, status) in remote(&emulator) {
        let expected = if status == Status::InProgress { Outcome::Verified } else { Outcome::Failed };
        assert_eq!(outcomes[&id], expected);
    }
    assert_eq!(posts(&emulator).len(), 60, "a refusal is not tried again by itself");

    let refused: BTreeSet<String> = outcomes
        .iter()
        .filter(|(_, outcome)| **outcome == Outcome::Failed)
        .map(|(id, _)| id.name().to_owned())
        .collect();
    let again = world.store.call(move |store| store.retry(change)).await.unwrap().unwrap();
    assert_eq!(again, refused.len());
    push(&world, &emulator, PushGoal::Settled(change)).await;
    let retried: BTreeSet<String> = posts(&emulator)[60..].iter().map(posted_to).collect();
    assert_eq!(retried, refused, "only the refused are tried again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tried_once_does_not_wait_for_a_source_that_is_down() {
    let world = World::new();
    let emulator = world.serve_many(60, faulty(&["500@POST"])).await;
    let change = world.queue((0..60).map(id), Status::Active, Status::InProgress).await;
    let report = push(&world, &emulator, PushGoal::TriedOnce(change)).await;
    assert!(report.reached, "{report:?}");
    assert_eq!((report.tally.map(|tally| tally.pending), report.pending), (Some(60), 60), "never failed");
    assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Pending));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleagues_change_is_a_conflict_and_stays() {
    let world = World::new();
    let emulator = world.serve_many(6, faulty(&[])).await;
    let change = world.queue((0..6).map(id), Status::Active, Status::Dismissed).await;
    assert!(emulator.set_status("n0002", Status::InProgress));
    assert!(emulator.set_status("n0003", Status::Dismissed));
    let report = push(&world, &emulator, PushGoal::Settled(change)).await;
    assert_eq!(report.tally, Some(Tally { verified: 5, conflict: 1, ..Tally::default() }));
    assert_eq!(remote(&emulator)[&id(2)], Status::InProgress);
    assert_eq!(world.outcomes(change).await[&id(2)], Outcome::Conflict);
    assert_eq!(posts(&emulator).len(), 4, "neither the conflict nor what was so already is sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_is_gone_fails() {
    let world = World::new();
    world.pull(&world.serve_many(3, faulty(&[])).await).await.unwrap();
    let emulator = world.serve_many(2, faulty(&[])).await;
    let change = world.queue((0..3).map(id), Status::Active, Status::Resolved).await;
    let report = push(&world, &emulator, PushGoal::Settled(change)).await;
    assert_eq!(report.tally, Some(Tally { verified: 2, failed: 1, ..Tally::default() }));
    assert_eq!(world.outcomes(change).await[&id(2)], Outcome::Failed);
    assert!(world.cached().await.contains_key(&id(2)), "it stays until a complete listing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_changes_of_one_alert_are_sent_in_their_order() {
    let world = World::new();
    let emulator = world.serve_many(5, faulty(&["500:0.3@POST", "drop-reply:0.3@POST"])).await;
    let steps = [Status::Active, Status::Dismissed, Status::InProgress, Status::Active, Status::Resolved];
    let mut changes = Vec::new();
    for step in steps.windows(2) {
        changes.push(world.queue((0..5).map(id), step[0], step[1]).await);
    }
    let report = push(&world, &emulator, PushGoal::AllSettled).await;
    assert!(report.reached && report.pending == 0, "{report:?}");
    for change in changes {
        assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Verified));
    }
    assert!(remote(&emulator).values().all(|status| *status == Status::Resolved));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_everything_stays_pending() {
    let world = World::new();
    let emulator = world.serve_many(40, faulty(&[])).await;
    let config = world.config(&emulator);
    emulator.stop().await;
    let change = world.queue((0..40).map(id), Status::Active, Status::Resolved).await;
    let report = push_until(&config, PushGoal::TriedOnce(change), LONG, world.told.listener()).await;
    assert!(report.reached, "{report:?}");
    assert_eq!((report.tally, report.pending), (Some(Tally { pending: 40, ..Tally::default() }), 40));
    assert_eq!(report.fault.as_ref().map(|fault| fault.kind), Some(FaultKind::Unreachable));
    let limit = Duration::from_millis(100);
    let report = push_until(&config, PushGoal::Settled(change), limit, world.told.listener()).await;
    assert!(!report.reached && report.pending == 40, "{report:?}");
    assert!(world.told.all().iter().any(|event| matches!(event, SyncEvent::PushWaits(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_sign_in_stops_sending_at_once() {
    let world = World::new();
    let config = quell::emulator::Config { token: "another".into(), ..faulty(&[]) };
    let emulator = world.serve_many(40, config).await;
    let change = world.queue((0..40).map(id), Status::Active, Status::Resolved).await;
    let report = push(&world, &emulator, PushGoal::TriedOnce(change)).await;
    assert_eq!(report.fault.map(|fault| fault.kind), Some(FaultKind::SignIn));
    assert_eq!(report.pending, 40);
    assert!(posts(&emulator).is_empty());
}

/// The clock stands still while anybody is busy: a worker that looks in circles would never see the time end.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_not_asked_in_circles() {
    let world = World::new();
    let source = world.config_with("http://127.0.0.1:9", quell::azure::throttle::Limits::default());
    world.store.clone().close();
    let goal = PushGoal::Settled(quell::domain::ChangeId(1));
    let report = push_until(&source, goal, LONG, world.told.listener()).await;
    assert!(!report.reached && report.fault.is_some(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_sends_nothing() {
    let world = World::new();
    let emulator = world.serve_many(4, faulty(&[])).await;
    let change = world.queue((0..4).map(id), Status::Active, Status::Resolved).await;
    let mut config = world.config(&emulator);
    config.read_only = true;
    let report = push_until(&config, PushGoal::AllSettled, LONG, world.told.listener()).await;
    assert_eq!(report.pending, 4);
    assert!(emulator.log().is_empty());
    assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Pending));
}

/// A sign-in to a tenant, and a source that takes no other.
async fn tenant(world: &World, guid: &str, faults: &[&str]) -> (Emulator, EngineConfig) {
    let token = format!("e30.{}.s", URL_SAFE_NO_PAD.encode(format!(r#"{{"tid":"{guid}"}}"#)));
    let config = quell::emulator::Config { token: token.clone(), ..faulty(faults) };
    let emulator = world.serve_many(3, config).await;
    let endpoint = Endpoint::parse(&emulator.base_url()).unwrap();
    let client = ArmClient::new(endpoint, TokenSource::fixed(&token), Limits::unlimited()).unwrap();
    let config = EngineConfig { source: Source::Arm(client), ..world.config(&emulator) };
    (emulator, config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_for_another_tenant_waits_for_it() {
    let world = World::new();
    let (first, to_first) = tenant(&world, "AAAA-1", &[]).await;
    let (second, to_second) = tenant(&world, "bbbb-2", &[]).await;
    // Before anybody had signed in.
    let early = world.queue([id(0)], Status::Active, Status::Resolved).await;
    pull_once(&to_first, world.told.listener()).await.unwrap();
    let later = world.queue([id(1)], Status::Active, Status::Dismissed).await;

    let all = |config| push_until(config, PushGoal::AllSettled, LONG, world.told.listener());
    let report = all(&to_second).await;
    let fault = report.fault.unwrap();
    assert_eq!((report.reached, report.pending, fault.kind), (false, 2, FaultKind::OtherTenant));
    let words = fault.message.raw();
    assert!(words.starts_with("sign in to aaaa-1 for 2 alerts, or undo"), "{words}");
    assert!(world.told.all().contains(&SyncEvent::PushWaits(fault.clone())));
    // Neither the sign-in nor a retry makes them the other tenant's.
    pull_once(&to_second, world.told.listener()).await.unwrap();
    let own = world.queue([id(2)], Status::Active, Status::Resolved).await;
    let report = push_until(&to_second, PushGoal::Settled(own), LONG, world.told.listener()).await;
    assert_eq!((report.reached, report.tally), (true, Some(verified(1))));
    let report = push_until(&to_second, PushGoal::Settled(later), LONG, world.told.listener()).await;
    assert_eq!((report.reached, report.pending), (false, 2));
    assert_eq!(posted(&second), [id(2).name().to_owned()].into());

    let report = all(&to_first).await;
    assert!(report.reached, "{report:?}");
    for change in [early, later] {
        assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Verified));
    }
    assert_eq!(posted(&first), [0, 1].map(|number| id(number).name().to_owned()).into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_two_reasons_is_told_once() {
    let world = World::new();
    let (_first, to_first) = tenant(&world, "AAAA-1", &[]).await;
    let (second, to_second) = tenant(&world, "bbbb-2", &["503@POST"]).await;
    pull_once(&to_first, world.told.listener()).await.unwrap();
    world.queue([id(0)], Status::Active, Status::Dismissed).await;
    pull_once(&to_second, world.told.listener()).await.unwrap();
    world.queue([id(1)], Status::Active, Status::Dismissed).await;
    let engine = quell::sync::Engine::start(to_second, world.told.listener());
    world.told.until(|_| posts(&second).len() >= 30).await;
    engine.stop().await;
    let waits = |event: &SyncEvent| match event {
        SyncEvent::PushWaits(fault) => Some(fault.kind),
        _ => None,
    };
    let waits: Vec<_> = world.told.all().iter().filter_map(waits).collect();
    assert!(waits.len() < 4 && waits.last() == Some(&FaultKind::Unreachable), "{waits:?}");
}

/// The prompt is open, the sign-in changes, a round runs; then `y`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_seen_in_one_tenant_is_not_decided_for_the_next() {
    let world = World::new();
    let (first, to_first) = tenant(&world, "AAAA-1", &[]).await;
    let (second, to_second) = tenant(&world, "bbbb-2", &[]).await;
    let planned = async || {
        let table = world.store.call(Store::snapshot).await.unwrap();
        let keys: Vec<_> = table.rows().map(|(_, row)| row.key()).collect();
        plan(&table, &keys, Status::Dismissed, &KeySet::default())
    };
    pull_once(&to_first, world.told.listener()).await.unwrap();
    let before = planned().await;
    pull_once(&to_second, world.told.listener()).await.unwrap();
    let after = planned().await;
    assert_eq!([before.tenant().raw(), after.tenant().raw()], ["aaaa-1", "bbbb-2"]);
    let change = world.queue_for(before.tenant().raw(), [id(0)], Status::Active, Status::Dismissed).await;
    let report = push_until(&to_second, PushGoal::Settled(change), LONG, world.told.listener()).await;
    assert!(!report.reached && posted(&second).is_empty(), "{report:?}");
    let report = push_until(&to_first, PushGoal::Settled(change), LONG, world.told.listener()).await;
    assert!(report.reached && posted(&first).len() == 1, "{report:?}");
}
