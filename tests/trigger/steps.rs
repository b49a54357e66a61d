//! At most once: under every fault, killed at every step, with retries of what was certainly not taken.

use std::collections::BTreeSet;

use quell::domain::response::TriggerOutcome;
use quell::store::StoreHandle;
use quell::sync::trigger::{Watch, follow, trigger};
use tokio_util::sync::CancellationToken;

use crate::world::*;

#[tokio::test]
async fn each_confirm_is_one_run_and_its_end_is_seen() {
    let emulator = serve(&[], 0).await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (triggered, told) = send(&emulator, &store, order(&emulator, 5), &tuning(0)).await;
    assert!(triggered.unsent.is_none() && triggered.fault.is_none());
    let (records, runs, events) = (triggered.records, emulator.runs(), events(5));
    assert_eq!(runs.len(), 5);
    check(&records, &runs, &events, "no fault");
    for record in &records {
        let run = runs
            .iter()
            .find(|run| Some(run.run.as_str()) == record.run.as_ref().map(quell::domain::SafeText::raw));
        let run = run.unwrap();
        assert_eq!((run.content_type.as_str(), run.trigger.as_str()), ("application/json", ALERT_TRIGGER));
        let steps: Vec<TriggerOutcome> =
            told.iter().filter(|one| one.row == record.row).map(|one| one.outcome).collect();
        assert_eq!(steps, [TriggerOutcome::Pending, TriggerOutcome::Sending, TriggerOutcome::Done]);
    }
    // A second confirm is a second run.
    send(&emulator, &store, order(&emulator, 1), &tuning(0)).await;
    assert_eq!(emulator.runs().len(), 6);
    let (cancel, silent) = (CancellationToken::new(), |_: &_| ());
    let watch = Watch { cancel: &cancel, told: &silent };
    let followed = follow(&client(&emulator), &store, records, &tuning(0), &watch).await;
    for record in &followed {
        assert!(record.is_clean() && !record.is_running(), "{record:?}");
        let alert = record.alert.clone();
        let kept = store.call(move |store| store.triggers_of(&alert)).await.unwrap().unwrap();
        assert!(kept.iter().any(|one| one == record), "the journal has the run's end too");
    }
}

#[tokio::test]
async fn a_run_that_fails_is_followed_to_its_end_too() {
    let emulator = serve(&[], 0).await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut order = order(&emulator, 1);
    order.app = app(&emulator, "la-isolate-machine");
    let (triggered, _) = send(&emulator, &store, order, &tuning(0)).await;
    let (cancel, silent) = (CancellationToken::new(), |_: &_| ());
    let watch = Watch { cancel: &cancel, told: &silent };
    let followed = follow(&client(&emulator), &store, triggered.records, &tuning(0), &watch).await;
    assert_eq!(followed[0].outcome, TriggerOutcome::Done, "it was taken");
    assert_eq!(followed[0].status.as_ref().unwrap().0.raw(), "Failed");
}

#[tokio::test]
async fn faults_on_the_way_never_make_two_runs_and_never_lie() {
    for (fault, looks) in [
        ("drop-reply:0.5@POST", 0),
        ("drop-reply:0.5@POST", 3),
        ("reset:0.4@POST", 0),
        ("hang:0.3@POST", 0),
        ("truncate:0.4@POST", 0),
        ("garbage:0.4@POST", 0),
        ("429:0:0.5@POST", 0),
        ("500:0.4@POST", 0),
        ("503:0.4@POST", 2),
        ("403:0.4@POST", 0),
        ("404:0.4@POST", 0),
    ] {
        for seed in 0..3 {
            let emulator = serve(&[fault], seed).await;
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path());
            let (triggered, _) = send(&emulator, &store, order(&emulator, 6), &tuning(looks)).await;
            let story = format!("{fault} seed {seed} looks {looks}");
            check(&triggered.records, &emulator.runs(), &events(6), &story);
            assert!(triggered.records.iter().all(|record| record.outcome.is_final()), "{story}");
            let unknown =
                triggered.records.iter().filter(|record| record.outcome == TriggerOutcome::Unknown).count();
            match fault.split(':').next().unwrap() {
                // With these nothing is in doubt.
                "429" | "403" | "404" => assert_eq!(unknown, 0, "{story}"),
                "drop-reply" if looks > 0 => {
                    assert_eq!(unknown, 0, "{story}: the runs are there to be found");
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn what_the_source_does_not_tell_where_to_send_is_not_sent() {
    let emulator = serve(&["403@POST"], 0).await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (triggered, _) = send(&emulator, &store, order(&emulator, 2), &tuning(0)).await;
    assert!(triggered.unsent.is_some());
    for record in &triggered.records {
        assert_eq!(record.outcome, TriggerOutcome::Failed);
        assert!(record.detail.raw().starts_with("not sent: not allowed"), "{record:?}");
    }
    assert!(emulator.runs().is_empty());
}

/// A journal that fails once a row is on its way: what was sent is never called *pending*, which means certainly not sent.
#[tokio::test]
async fn what_was_sent_before_the_journal_failed_is_unknown() {
    for fault in ["latency:1ms@POST", "429:0:0.5@POST", "drop-reply:0.5@POST", "500:0.5@POST"] {
        let emulator = serve(&[fault], 1).await;
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let beside = rusqlite::Connection::open(folder.path().join("data/journal.db")).unwrap();
        let broken = "CREATE TRIGGER broken BEFORE UPDATE ON run WHEN OLD.outcome = 'sending' \
                      BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
        beside.execute_batch(broken).unwrap();
        let (triggered, heard) = send(&emulator, &store, order(&emulator, 6), &tuning(0)).await;
        assert!(triggered.fault.is_some() && triggered.unsent.is_none(), "{fault}: {triggered:?}");
        check(&triggered.records, &emulator.runs(), &events(6), fault);
        for record in &triggered.records {
            assert_eq!(record.outcome, TriggerOutcome::Unknown, "{fault}: {record:?}");
            assert!(
                record.detail.raw().ends_with("; the journal could not be written"),
                "{fault}: {record:?}"
            );
            let last = heard.iter().rev().find(|one| one.row == record.row);
            assert_eq!(last, Some(record), "{fault}");
        }
    }
}

#[tokio::test]
async fn cancelling_spares_what_is_not_sent_yet() {
    let emulator = serve(&[], 0).await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cancel = CancellationToken::new();
    let told = |record: &quell::domain::response::TriggerRecord| {
        if record.outcome == TriggerOutcome::Done {
            cancel.cancel();
        }
    };
    let watch = Watch { cancel: &cancel, told: &told };
    let mut tuning = tuning(0);
    tuning.side_by_side = 1;
    let triggered = trigger(&client(&emulator), &store, order(&emulator, 9), &tuning, &watch).await.unwrap();
    check(&triggered.records, &emulator.runs(), &events(9), "cancelled");
    let outcomes: Vec<TriggerOutcome> = triggered.records.iter().map(|record| record.outcome).collect();
    assert_eq!(outcomes[0], TriggerOutcome::Done);
    assert!(outcomes[1..].iter().all(|outcome| *outcome == TriggerOutcome::Cancelled), "{outcomes:?}");
}

/// Killed wherever it waits, with and without lost replies; then the program starts again.
#[tokio::test]
async fn killed_at_any_step_it_is_at_most_one_run_and_nothing_is_sent_again() {
    let mut ends = BTreeSet::new();
    for (fault, alerts) in
        [(None, 1), (None, 3), (Some("drop-reply:0.5@POST"), 2), (Some("429:0:0.5@POST"), 2)]
    {
        for waits in 0.. {
            let faults: Vec<&str> = fault.into_iter().collect();
            let emulator = serve(&faults, waits as u64).await;
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path());
            let (cancel, silent) = (CancellationToken::new(), |_: &_| ());
            let watch = Watch { cancel: &cancel, told: &silent };
            let (client, tuning, order) = (client(&emulator), tuning(1), order(&emulator, alerts));
            let done = killed_after(waits, trigger(&client, &store, order, &tuning, &watch)).await.is_some();
            let story = format!("{fault:?} with {alerts} alerts, killed after {waits} waits");
            let after = restart(store, folder.path()).await;
            check(&after, &emulator.runs(), &events(alerts), &story);
            assert!(after.iter().all(|record| record.outcome.is_final()), "{story}: {after:#?}");
            ends.extend(after.iter().map(|record| record.outcome.word()));
            // Another start sends nothing either.
            let again = restart(open(folder.path()), folder.path()).await;
            assert_eq!(again, after, "{story}");
            // What was on its way may have arrived meanwhile: nothing that was certain has become wrong by that.
            check(&again, &emulator.runs(), &events(alerts), &story);
            assert!(emulator.runs().len() <= alerts, "{story}");
            if done {
                break;
            }
        }
    }
    // The kill struck before, while and after something was sent.
    assert_eq!(ends, BTreeSet::from(["done", "failed", "unknown"]));
}

/// The program ends and starts again: what the journal says then.
async fn restart(
    store: StoreHandle,
    folder: &std::path::Path,
) -> Vec<quell::domain::response::TriggerRecord> {
    store.close();
    let store = open(folder);
    let records = store.call(|store| store.triggers(100)).await.unwrap().unwrap();
    store.close();
    records
}
