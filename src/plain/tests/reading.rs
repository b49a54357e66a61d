//! Files being read while words are typed.

use std::time::{Duration, Instant};

use super::talk::Talk;
use crate::app::harness::{Given, Harness, ROW, now};
use crate::app::message::{Message, Session, Start};
use crate::domain::progress::{Reading, SyncEvent};

const ALL: u64 = 100 << 20;

fn far(percent: u64) -> Message {
    let bytes = ALL * percent / 100;
    Message::Sync(SyncEvent::Read(Reading { bytes, total: Some(ALL), alerts: 1, left: 0 }))
}

/// A file is open, and a quarter of it read.
fn reading() -> Talk {
    let mut harness = Harness::bare(&[ROW]);
    let session = Session { files: Some(true), ..Harness::session() };
    harness.send(Message::Start(Start::Ready(session)));
    harness.send(Message::Sync(SyncEvent::RoundStarted(now().utc)));
    harness.send(far(25)).snapshot();
    Talk::with(harness)
}

fn ended(harness: &mut Harness) {
    harness.put(2, Given { hours: 0, ..ROW }).snapshot();
    harness.send(Message::Sync(SyncEvent::RoundEnded(now().utc, 1)));
}

#[test]
fn words_are_answered_and_say_that_reading_goes_on() {
    let mut talk = reading();
    assert!(talk.written.contains("Being read: 25.0 of 100 MiB, 1 alert, 25 percent."), "{}", talk.written);
    for word in ["list", "filter", "clear"] {
        let from = talk.written.len();
        talk.say(&[word]);
        let answer = &talk.written[from..];
        assert!(answer.contains("Reading goes on: 25 percent so far."), "{word}: {answer}");
    }
    // What is read is no news; that all of it was is.
    talk.meanwhile(|harness| {
        harness.put(3, Given { hours: 0, ..ROW }).snapshot();
    });
    talk.say(&["here"]);
    assert!(!talk.written.contains("News"), "{}", talk.written);
    talk.meanwhile(ended).say(&["list"]);
    assert!(talk.written.contains("News: All is read: 3 alerts."), "{}", talk.written);
    let from = talk.written.len();
    talk.say(&["list"]);
    assert!(!talk.written[from..].contains("ead"), "{}", &talk.written[from..]);
}

#[test]
fn a_prompt_is_told_seldom_how_far_reading_is_and_once_that_it_ended() {
    let mut talk = reading();
    let begun = Instant::now();
    let told = |talk: &mut Talk, seconds: u64| {
        talk.plain.progress(&talk.harness.model, begun + Duration::from_secs(seconds))
    };
    let mut said = Vec::new();
    for second in 0..60 {
        talk.harness.send(far(25 + second));
        said.extend(told(&mut talk, second));
    }
    assert_eq!(said.len(), 6, "{said:?}");
    assert_eq!(said[0], "Reading: 30.0 of 100 MiB, 1 alert, 30 percent.");
    talk.meanwhile(ended);
    assert_eq!(told(&mut talk, 61).as_deref(), Some("All is read: 2 alerts."));
    assert_eq!(told(&mut talk, 62), None);
    talk.say(&["here"]);
    assert!(!talk.written.contains("News"), "said already: {}", talk.written);
}
