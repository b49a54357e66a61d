//! Files being read: how far, and stopped by a key.

use crate::app::command::hints;
use crate::app::effect::Effect;
use crate::app::harness::{Harness, ROW, now};
use crate::app::message::{Message, Session, Start};
use crate::domain::progress::{Reading, SyncEvent};

const FAR: Reading = Reading { bytes: 3 << 20, total: Some(12 << 20), alerts: 1, left: 0 };

/// A file is open, and a quarter of it read.
fn reading() -> Harness {
    let mut harness = Harness::bare(&[ROW]);
    let session = Session { files: Some(true), ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session)));
    harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
    harness.send(Message::Sync(SyncEvent::Read(FAR))).snapshot();
    harness
}

fn stops(harness: &Harness) -> usize {
    harness.effects.iter().filter(|effect| **effect == Effect::StopReading).count()
}

fn shows_the_key(harness: &Harness) -> bool {
    hints(&harness.model).first().is_some_and(|(key, what)| key == "ctrl-c" && *what == "stop reading")
}

#[test]
fn reading_is_stopped_by_a_key_that_is_shown() {
    let mut harness = reading();
    assert!(shows_the_key(&harness));
    harness.keys("ctrl-c");
    assert_eq!((stops(&harness), harness.notice()), (1, "stopping: what was read stays"));
    assert!(!shows_the_key(&harness));
    // It is on its way: another one is about quitting.
    harness.keys("ctrl-c");
    assert_eq!((stops(&harness), harness.notice()), (1, "ctrl-c again quits"));
    harness.send(Message::Sync(SyncEvent::ReadStopped(FAR)));
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 1)));
    assert_eq!(harness.notice(), "stopped: 3.0 of 12.0 MiB read; what was read is in the list");
    assert_eq!((harness.model.sync.reading, harness.model.sync.stopped), (None, Some(FAR)));
    assert_eq!(harness.shown(), [1]);
    harness.send(Message::Sync(SyncEvent::ReadStopped(Reading { alerts: 0, ..FAR })));
    assert!(harness.notice().ends_with("read; no alert was in it yet"));
}

#[test]
fn what_lies_on_top_goes_before_reading() {
    let mut harness = reading();
    for opens in ["?", "/", "z"] {
        harness.keys(opens);
        assert!(!shows_the_key(&harness), "{opens}");
        harness.keys("ctrl-c");
        assert_eq!(stops(&harness), 0, "{opens}");
    }
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 1)));
    assert!(!shows_the_key(&harness));
    harness.keys("ctrl-c");
    assert_eq!((stops(&harness), harness.notice()), (0, "ctrl-c again quits"));
}

#[test]
fn how_far_it_is_is_no_news_and_keeps_a_notice() {
    let mut harness = reading();
    harness.keys("Esc");
    let notice = harness.notice().to_owned();
    let before = harness.effects.len();
    harness.send(Message::Sync(SyncEvent::Read(Reading { bytes: 4 << 20, ..FAR })));
    assert_eq!((harness.notice(), harness.effects.len()), (notice.as_str(), before));
}
