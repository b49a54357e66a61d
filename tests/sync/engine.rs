//! The workers together: start, wake, cancel, stop, and being killed.

use quell::azure::throttle::{Bucket, Limits};
use quell::domain::change::{Outcome, Tally};
use quell::domain::progress::SyncEvent;
use quell::domain::{ChangeId, Status};
use quell::emulator::{Config, Throttle};
use quell::sync::{Engine, PushGoal, push_until};

use crate::world::{Told, World, faulty, id, posted, posts, remote};

fn is_progress(change: ChangeId, least: usize) -> impl Fn(&SyncEvent) -> bool {
    move |event| matches!(event, SyncEvent::Push { change: told, tally, .. } if *told == change && tally.settled() >= least)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_queued_while_it_runs_is_sent() {
    let world = World::new();
    let emulator = world.serve_many(30, faulty(&[])).await;
    let engine = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(|event| matches!(event, SyncEvent::RoundEnded(..))).await;
    let change = world.queue((0..9).map(id), Status::Active, Status::Dismissed).await;
    engine.wake_push();
    world.told.settled(change).await;
    assert_eq!(world.cached().await, remote(&emulator));
    assert!(emulator.set_status("n0020", Status::InProgress));
    engine.sync_now();
    world
        .told
        .until(|event| matches!(event, SyncEvent::Pulled { summary, .. } if summary.updated == 1))
        .await;
    engine.stop().await;
    assert_eq!(world.cached().await, remote(&emulator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_stops_what_was_not_sent_and_tells_the_truth_about_the_rest() {
    let world = World::new();
    let emulator = world.serve_many(300, faulty(&["latency:10ms"])).await;
    let change = world.queue((0..300).map(id), Status::Active, Status::Dismissed).await;
    let engine = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(is_progress(change, 1)).await;
    engine.cancel(change);
    world.told.settled(change).await;
    engine.stop().await;
    let outcomes = world.outcomes(change).await;
    let count = |wanted| outcomes.values().filter(|outcome| **outcome == wanted).count();
    assert!(count(Outcome::Verified) > 0 && count(Outcome::Cancelled) > 0);
    assert_eq!(count(Outcome::Verified) + count(Outcome::Cancelled), 300);
    for (id, status) in remote(&emulator) {
        assert_eq!(status == Status::Dismissed, outcomes[&id] == Outcome::Verified, "{id:?}");
    }
}

/// A change that waits for its turn in the source's token bucket is not on its way: without a way out of that wait,
/// this change would be settled in an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_does_not_wait_for_a_token_bucket() {
    let world = World::new();
    // It tells what is left of its buckets; without that, loopback is not metered.
    let metered = Config { throttle: Throttle::default(), ..faulty(&[]) };
    let emulator = world.serve_many(40, metered).await;
    let change = world.queue((0..40).map(id), Status::Active, Status::Dismissed).await;
    let bucket = |capacity| Bucket { capacity, per_second: 0.01 };
    let config = world.config_with(&emulator.base_url(), Limits { reads: bucket(1e9), writes: bucket(10.0) });
    // The first answer tells the client that this source counts: before that nothing on loopback waits for a turn.
    quell::sync::pull_once(&config, |_| {}).await.unwrap();
    let engine = Engine::start(config, world.told.listener());
    world.told.until(is_progress(change, 5)).await;
    engine.cancel(change);
    world.told.settled(change).await;
    engine.stop().await;
    let outcomes = world.outcomes(change).await;
    let verified = outcomes.values().filter(|outcome| **outcome == Outcome::Verified).count();
    assert_eq!(posts(&emulator).len(), verified);
    assert!(verified <= 10, "{verified} sent: the bucket was not in force");
    assert!(outcomes.values().all(|outcome| matches!(outcome, Outcome::Verified | Outcome::Cancelled)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_it_goes_on_where_it_was() {
    let mut world = World::new();
    let emulator = world.serve_many(250, faulty(&["latency:5ms"])).await;
    world.pull(&emulator).await.unwrap();
    let change = world.queue((20..220).map(id), Status::Active, Status::Dismissed).await;
    let engine = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(is_progress(change, 20)).await;
    drop(engine);
    world.reopen();
    let sent = posts(&emulator).len();
    assert!(sent < 200, "nothing was left to do");

    let limit = std::time::Duration::from_mins(1);
    let report =
        push_until(&world.config(&emulator), PushGoal::AllSettled, limit, world.told.listener()).await;
    assert!(report.reached, "{report:?}");
    assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Verified));
    assert_eq!(posted(&emulator), (20..220).map(|number| id(number).name().to_owned()).collect());
    for (number, status) in remote(&emulator).into_values().enumerate() {
        let wanted = if (20..220).contains(&number) { Status::Dismissed } else { Status::Active };
        assert_eq!(status, wanted, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_left_behind_is_settled_by_the_next_in_the_same_program() {
    let world = World::new();
    let emulator = world.serve_many(100, faulty(&["latency:20ms"])).await;
    let change = world.queue((0..100).map(id), Status::Active, Status::Dismissed).await;
    let engine = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(is_progress(change, 5)).await;
    drop(engine);
    let limit = std::time::Duration::from_mins(1);
    let config = world.config(&emulator);
    let report = push_until(&config, PushGoal::Settled(change), limit, |_| {}).await;
    assert_eq!(report.tally, Some(Tally { verified: 100, ..Tally::default() }), "{report:?}");
}

/// Every reply to a POST is lost after it was applied: what is cancelled then has taken effect, and is not called
/// cancelled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_after_a_lost_reply_tells_what_became_of_it() {
    let world = World::new();
    let emulator = world.serve_many(60, faulty(&["drop-reply@POST", "latency:5ms"])).await;
    let change = world.queue((0..60).map(id), Status::Active, Status::Dismissed).await;
    let mut config = world.config(&emulator);
    // What was postponed waits long enough to be cancelled there.
    config.tuning.backoff.first = std::time::Duration::from_secs(1);
    config.tuning.backoff.longest = std::time::Duration::from_secs(1);
    let engine = Engine::start(config, world.told.listener());
    while posts(&emulator).is_empty() {
        tokio::task::yield_now().await;
    }
    engine.cancel(change);
    world.told.settled(change).await;
    engine.stop().await;
    let outcomes = world.outcomes(change).await;
    for (id, status) in remote(&emulator) {
        assert_eq!(status == Status::Dismissed, outcomes[&id] == Outcome::Verified, "{id:?}");
    }
    let sent = posts(&emulator).len();
    assert!((1..60).contains(&sent) && posted(&emulator).len() == sent, "once each, and not all: {sent}");
}

/// Whoever waits for its turn compares after the wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_turn_does_not_widen_the_gap_between_comparing_and_sending() {
    let world = World::new();
    let emulator = world.serve_many(2, Config { throttle: Throttle::default(), ..faulty(&[]) }).await;
    let change = world.queue((0..2).map(id), Status::Active, Status::Dismissed).await;
    let limits = Limits {
        reads: Bucket { capacity: 1e9, per_second: 1e9 },
        writes: Bucket { capacity: 1.0, per_second: 0.3 },
    };
    let config = world.config_with(&emulator.base_url(), limits);
    // The first answer tells the client that this source counts: before that nothing on loopback waits for a turn.
    quell::sync::pull_once(&config, |_| {}).await.unwrap();
    let engine = Engine::start(config, world.told.listener());
    while posts(&emulator).is_empty() {
        tokio::task::yield_now().await;
    }
    let other = if posted(&emulator).contains("n0000") { "n0001" } else { "n0000" };
    assert!(emulator.set_status(other, Status::InProgress));
    world.told.settled(change).await;
    engine.stop().await;
    let expected = Tally { verified: 1, conflict: 1, ..Tally::default() };
    assert!(
        world.told.all().contains(&SyncEvent::Settled { change, tally: expected }),
        "{:?}",
        world.told.all()
    );
    assert_eq!(posts(&emulator).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_instances_one_sends() {
    let world = World::new();
    let emulator = world.serve_many(100, faulty(&["latency:5ms"])).await;
    let change = world.queue((0..100).map(id), Status::Active, Status::Resolved).await;
    let first = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(is_progress(change, 1)).await;
    let told = Told::default();
    let mut config = world.config(&emulator);
    config.owner = "two".to_owned();
    let second = Engine::start(config, told.listener());
    told.until(|event| matches!(event, SyncEvent::PushElsewhere)).await;
    world.told.settled(change).await;
    second.stop().await;
    first.stop().await;
    assert_eq!(posts(&emulator).len(), 100, "each alert is sent once");
    assert!(
        world
            .told
            .all()
            .contains(&SyncEvent::Settled { change, tally: Tally { verified: 100, ..Tally::default() } })
    );
}

/// Who queued a change hears of it also when the other instance sends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_other_instance_sends_is_told_here() {
    let world = World::new();
    let emulator = world.serve_many(200, faulty(&["latency:20ms"])).await;
    let beside = World {
        store: crate::world::open(&world.folder),
        folder: tempfile::tempdir().unwrap(),
        told: Told::default(),
    };
    let busy = world.queue((0..190).map(id), Status::Active, Status::Resolved).await;
    let first = Engine::start(world.config(&emulator), world.told.listener());
    world.told.until(is_progress(busy, 1)).await;
    let mut config = beside.config(&emulator);
    config.owner = "two".to_owned();
    let second = Engine::start(config, beside.told.listener());
    let change = beside.queue((190..200).map(id), Status::Active, Status::Dismissed).await;
    second.wake_push();
    beside.told.settled(change).await;
    beside.told.settled(busy).await;
    second.stop().await;
    first.stop().await;
    assert_eq!(posts(&emulator).len(), 200, "each is sent once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_what_waits_for_the_network_is_told() {
    let world = World::new();
    let emulator = world.serve_many(4, faulty(&[])).await;
    let config = world.config(&emulator);
    emulator.stop().await;
    let change = world.queue((0..4).map(id), Status::Active, Status::Resolved).await;
    let engine = Engine::start(config, world.told.listener());
    world.told.until(|event| matches!(event, SyncEvent::PushWaits(_))).await;
    engine.cancel(change);
    world.told.settled(change).await;
    engine.stop().await;
    assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Cancelled));
}

/// What is in the cache can be listed again; what became of a change cannot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_that_cannot_be_written_does_not_hold_up_the_outbox() {
    let world = World::new();
    let emulator = world.serve_many(3, faulty(&[])).await;
    let change = world.queue((0..3).map(id), Status::Active, Status::Resolved).await;
    let cache = rusqlite::Connection::open(world.folder.path().join("data/cache.db")).unwrap();
    cache.execute_batch("BEGIN IMMEDIATE").unwrap();
    let limit = std::time::Duration::from_secs(50);
    let config = world.config(&emulator);
    let report = push_until(&config, PushGoal::Settled(change), limit, world.told.listener()).await;
    assert_eq!(report.tally, Some(Tally { verified: 3, ..Tally::default() }));
    let storage = |event: &SyncEvent| matches!(event, SyncEvent::PushWaits(fault) if fault.kind == quell::domain::progress::FaultKind::Storage);
    assert!(world.told.all().iter().any(storage), "and it is said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_in_the_middle_leaves_the_rest_pending() {
    let world = World::new();
    let emulator = world.serve_many(300, faulty(&["latency:5ms"])).await;
    let change = world.queue((0..300).map(id), Status::Active, Status::Resolved).await;
    let mut config = world.config(&emulator);
    config.tuning.grace = std::time::Duration::from_secs(20);
    let engine = Engine::start(config, world.told.listener());
    world.told.until(is_progress(change, 1)).await;
    engine.stop().await;
    let sent = posts(&emulator).len();
    let outcomes = world.outcomes(change).await;
    assert!(outcomes.values().any(|outcome| *outcome == Outcome::Pending));
    assert!(!outcomes.values().any(|outcome| *outcome == Outcome::Sending), "what was sent has landed");
    tokio::task::yield_now().await;
    assert_eq!(posts(&emulator).len(), sent, "nothing is sent after the stop");
    let report = push_until(
        &world.config(&emulator),
        PushGoal::Settled(change),
        std::time::Duration::from_mins(1),
        |_| {},
    )
    .await;
    assert_eq!(report.tally.map(|tally| tally.verified), Some(300));
    assert_eq!(posts(&emulator).len(), 300, "nothing was sent twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_round_begins_an_interval_after_the_last_one_ended() {
    let world = World::new();
    let emulator = world.serve_many(12, faulty(&[])).await;
    let mut config = world.config(&emulator);
    config.interval = std::time::Duration::from_millis(1);
    let engine = Engine::start(config, world.told.listener());
    let ended = || world.told.all().iter().filter(|event| matches!(event, SyncEvent::RoundEnded(..))).count();
    let third = async {
        while ended() < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), third).await.unwrap();
    engine.stop().await;
    let mut open = 0;
    for event in world.told.all() {
        match event {
            SyncEvent::RoundStarted(_) => open += 1,
            SyncEvent::RoundEnded(..) => open -= 1,
            _ => {}
        }
        assert!((0..=1).contains(&open), "one round at a time");
    }
}

/// A page that was on its way while a change was verified is older than the change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rounds_and_changes_do_not_undo_each_other() {
    let world = World::new();
    let emulator =
        world.serve_many(200, quell::emulator::Config { page_size: 20, ..faulty(&["latency:2ms"]) }).await;
    let mut config = world.config(&emulator);
    config.interval = std::time::Duration::ZERO;
    let engine = Engine::start(config, world.told.listener());
    world.told.until(|event| matches!(event, SyncEvent::RoundEnded(..))).await;
    let mut changes = Vec::new();
    for (seen, want) in [(Status::Active, Status::InProgress), (Status::InProgress, Status::Resolved)] {
        changes.push(world.queue((0..100).map(id), seen, want).await);
        engine.wake_push();
    }
    for change in changes {
        world.told.settled(change).await;
        assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Verified));
    }
    assert_eq!(world.cached().await, remote(&emulator), "with a round under way");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_instance_does_is_seen() {
    let world = World::new();
    let emulator = world.serve_many(10, faulty(&[])).await;
    world.pull(&emulator).await.unwrap();
    let beside = World {
        store: crate::world::open(&world.folder),
        folder: tempfile::tempdir().unwrap(),
        told: Told::default(),
    };
    let mut config = beside.config(&emulator);
    config.owner = "two".to_owned();
    let engine = Engine::start(config, beside.told.listener());
    beside.told.until(|event| matches!(event, SyncEvent::RoundEnded(..))).await;

    let change = world.queue((0..10).map(id), Status::Active, Status::Resolved).await;
    let limit = std::time::Duration::from_mins(1);
    push_until(&world.config(&emulator), PushGoal::Settled(change), limit, |_| {}).await;
    assert!(world.outcomes(change).await.values().all(|outcome| *outcome == Outcome::Verified));
    let catches_up = async {
        while beside.cached().await != remote(&emulator) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(limit, catches_up).await.unwrap();
    engine.stop().await;
    assert_eq!(posts(&emulator).len(), 10, "sent by one of the two");
}
