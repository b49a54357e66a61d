//! Decisions: what asks, what acts, on which alerts; undo, repeat, failures, read-only.

use std::collections::BTreeSet;

use crate::app::effect::{Effect, JournalOrder};
use crate::app::harness::{Given, Harness, ROW, id, me};
use crate::app::message::{Journal, Message, Start};
use crate::app::model::{Confirm, Overlay};
use crate::domain::change::{Outcome, Reason, Tally};
use crate::domain::progress::{Fault, FaultKind, SyncEvent};
use crate::domain::record::DeedKind;
use crate::domain::{AlertKey, ChangeId, SafeText, Status};

fn confirm(harness: &Harness) -> Option<&Confirm> {
    match harness.model.overlays.last() {
        Some(Overlay::Confirm(confirm)) => Some(confirm),
        _ => None,
    }
}

#[test]
fn what_asks_and_what_acts() {
    // Keys, alerts changed at once, alerts asked for.
    let cases: [(&str, usize, usize); 21] = [
        ("s r", 1, 0),
        ("s i", 1, 0),
        ("s a", 0, 0),
        ("s d", 0, 1),
        ("d", 0, 1),
        ("a", 1, 0),
        ("Space Space s r", 0, 2),
        ("Space Space d", 0, 2),
        ("* * s r", 0, 4),
        ("* * s i", 0, 3),
        ("* * a", 0, 3),
        ("v j d", 0, 2),
        ("v j j s r", 0, 3),
        ("Space v j d", 0, 3),
        ("Space Enter s r", 1, 0),
        ("* * d y", 0, 4),
        ("* * d 3 Enter", 0, 0),
        ("* * d 3 n", 0, 0),
        ("* * d d d", 0, 4),
        ("* * d 9 3 y", 4, 0),
        ("* * s r y", 4, 0),
    ];
    for (keys, changed, asked) in cases {
        let mut harness = Harness::small();
        harness.keys(keys);
        let submitted: usize = harness.submitted().iter().map(|change| change.targets.len()).sum();
        assert_eq!(submitted, changed, "{keys}");
        assert_eq!(confirm(&harness).map_or(0, |confirm| confirm.plan.targets.len()), asked, "{keys}");
    }
}

#[test]
fn no_key_that_opens_a_prompt_and_no_enter_ever_confirms() {
    for open in ["d", "s d", "* * s r", "* * s i", "* * s a", "* * a", "* * d", "."] {
        let mut harness = Harness::small();
        harness.keys("0");
        if open == "." {
            harness.keys("d 1 y");
        }
        harness.keys(open);
        let before = harness.submitted().len();
        if harness.model.overlays.is_empty() {
            continue;
        }
        harness.keys(open).keys("Enter");
        assert_eq!(harness.submitted().len(), before, "{open}");
    }
}

#[test]
fn no_prompt_takes_a_letter_with_control_for_the_letter() {
    let prompts = [("* * s r", "y"), ("d 1", "y"), ("d 1", "n"), ("d 1", "q"), ("d", "2")];
    let more = [("s Enter", "q"), ("s Enter", "j"), ("w", "q"), ("?", "q")];
    for (open, letter) in prompts.into_iter().chain(more) {
        let mut harness = Harness::small();
        harness.keys(open);
        let before = format!("{:?}", harness.model.overlays);
        harness.keys(&format!("ctrl-{letter}"));
        assert_eq!(format!("{:?}", harness.model.overlays), before, "{open} ctrl-{letter}");
        assert!(harness.submitted().is_empty(), "{open} ctrl-{letter}");
    }
    let mut harness = Harness::small();
    harness.keys("* * s r y").verify(1, &[1]).keys("u");
    let before = harness.effects.len();
    harness.keys("ctrl-y ctrl-n ctrl-q");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::ConfirmUndo(_))));
    harness.keys("Esc E ctrl-e");
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Failures(_))));
    let orders = &harness.effects[before..];
    let wrote = |e: &&Effect| matches!(e, Effect::Journal(JournalOrder::Undo(_) | JournalOrder::Retry(_)));
    assert_eq!(orders.iter().filter(wrote).count(), 0);
}

#[test]
fn the_set_is_frozen_while_it_is_asked_for() {
    let mut harness = Harness::small();
    harness.keys("* * d");
    let before: Vec<AlertKey> = confirm(&harness).unwrap().plan.targets.iter().map(|(key, _)| *key).collect();
    for key in 10..20 {
        harness.put(key, Given { hours: 0, ..ROW });
    }
    harness.builder.remove(&[AlertKey(5)]);
    harness.snapshot();
    assert!(harness.shown().contains(&15));
    harness.keys("2 y");
    let change = harness.submitted()[0].clone();
    let after: Vec<_> = change.targets.iter().map(|target| target.id.clone()).collect();
    assert_eq!(after, before.iter().map(|key| id(key.0)).collect::<Vec<_>>());
    assert_eq!((change.reason, change.filter.as_str()), (Some(Reason::Benign), "status:active,in-progress"));
}

#[test]
fn a_prompt_takes_a_comment() {
    let mut harness = Harness::small();
    harness.keys("d 1 c").text("y known scanner").keys("Backspace Enter y");
    let change = harness.submitted()[0].clone();
    assert_eq!((change.comment.raw(), change.reason), ("y known scanne", Some(Reason::FalsePositive)));
}

#[test]
fn marks_of_a_queued_change_go_and_come_back() {
    let mut harness = Harness::small();
    harness.keys("Space Space s r y");
    assert!(harness.marked().is_empty());
    assert_eq!(harness.notice(), "queued: resolve 2 alerts; u takes it back");
    harness.keys("* l");
    assert_eq!(harness.marked(), [1, 2]);
}

#[test]
fn leaving_waits_until_a_confirmed_change_is_stored() {
    let quits = |harness: &Harness| harness.effects.iter().filter(|e| **e == Effect::Quit).count();
    for keys in ["d 1 y q", "d 1 y ctrl-c ctrl-c", "s r q", "* * s r y q"] {
        let mut harness = Harness::small();
        harness.slow = true;
        harness.keys(keys);
        assert_eq!((quits(&harness), harness.submitted().len()), (0, 1), "{keys}");
        harness.settle();
        assert_eq!((quits(&harness), harness.changes.len()), (1, 1), "{keys}");
    }
    // Closing a pane does not wait.
    let mut harness = Harness::small();
    harness.keys("Enter").slow = true;
    harness.keys("s r q");
    assert!(harness.model.details.full.is_none() && harness.model.held.is_empty());
}

#[test]
fn a_refused_change_keeps_its_marks_and_drops_the_keys_behind_it() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("Space Space s r y u q").refuse = Some("no space left");
    harness.settle();
    assert_eq!(harness.marked(), [1, 2]);
    assert_eq!(harness.notice(), "not queued: no space left");
    assert!(harness.model.notice.as_ref().unwrap().is_error);
    assert!(harness.model.held.is_empty() && harness.model.bulk.orders.is_empty());
    assert!(!harness.effects.contains(&Effect::Quit));
}

#[test]
fn a_refusal_is_of_what_it_names() {
    use crate::app::journal::Order;
    use crate::app::message::OrderKind;
    let refused = |order| Message::Journal(Journal::Refused { order, why: SafeText::from("locked") });
    // A take of one in progress and three that are not: an assignment, then a change.
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("* * a y").send(refused(OrderKind::Record));
    assert_eq!(harness.notice(), "not kept: locked");
    assert!(matches!(harness.model.bulk.orders.make_contiguous(), [Order::Submit(_)]));
    harness.settle();
    assert_eq!(harness.model.bulk.running.len(), 1);
    // A cancel that is refused takes no change that is being stored with it, and can be ordered again.
    let mut harness = Harness::small();
    harness.keys("s r").slow = true;
    harness.keys("ctrl-c s r").send(refused(OrderKind::Cancel));
    assert_eq!(harness.notice(), "not cancelled: locked");
    assert!(matches!(harness.model.bulk.orders.make_contiguous(), [Order::Submit(_)]));
    assert!(!harness.model.bulk.running[0].cancelling);
    // So does the reading of a change.
    let mut harness = Harness::small();
    harness.keys("s r").verify(1, &[]).slow = true;
    harness.keys("s r E").send(refused(OrderKind::LoadChange));
    assert!(matches!(harness.model.bulk.orders.make_contiguous(), [Order::Submit(_)]));
    assert_eq!(harness.notice(), "the journal could not be read: locked");
}

#[test]
fn take_assigns_those_in_progress_too() {
    let mut harness = Harness::small();
    harness.keys("* * a y");
    let mine = |harness: &Harness| {
        let deed = harness.deeds.last().unwrap();
        assert_eq!((deed.kind, &deed.alerts[..], &deed.value), (DeedKind::Assign, &[id(4)][..], &me()));
    };
    mine(&harness);
    assert_eq!(harness.submitted()[0].targets.len(), 3);
    // One that is in progress already is taken at once.
    let mut harness = Harness::small();
    harness.keys("G a");
    assert!(harness.submitted().is_empty());
    mine(&harness);
}

#[test]
fn nothing_is_taken_over_by_nobody() {
    let mut harness = Harness::small();
    harness.keys("a");
    let mut session = Harness::session();
    session.who = SafeText::default();
    harness.send(Message::Start(Start::Ready(session)));
    let before = harness.submitted().len();
    for keys in ["a", "."] {
        harness.keys(keys);
        assert_eq!(harness.notice(), "it is not known yet who you are: not signed in", "{keys}");
    }
    assert_eq!(harness.submitted().len(), before);
    harness.keys("* p").text("assigned:me").keys("Enter");
    assert!(harness.marked().is_empty());
}

#[test]
fn undo_asks_for_two_and_acts_for_one_and_redo_brings_back() {
    let undone = |harness: &Harness| -> Vec<i64> {
        harness
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Journal(JournalOrder::Undo(ChangeId(id))) => Some(*id),
                _ => None,
            })
            .collect()
    };
    let mut harness = Harness::small();
    harness.keys("u");
    assert_eq!(harness.notice(), "there is no change to undo");
    harness.keys("s r").verify(1, &[]).keys("u");
    assert_eq!(undone(&harness), [1]);
    harness.verify(2, &[]);
    assert_eq!(harness.notice(), "undone: 1 verified");
    harness.keys("U");
    assert_eq!(undone(&harness), [1, 2]);
    harness.verify(3, &[]);
    assert_eq!(harness.notice(), "redone: 1 verified");
    harness.keys("* * s r").keys("y").verify(4, &[]).keys("u Enter");
    assert_eq!(undone(&harness), [1, 2]);
    harness.keys("u u y");
    assert_eq!(undone(&harness), [1, 2, 4]);
}

#[test]
fn an_undo_that_could_take_nothing_back_is_not_tried_again() {
    let undone = |harness: &Harness| -> Vec<i64> {
        let of = |effect: &Effect| match effect {
            Effect::Journal(JournalOrder::Undo(ChangeId(id))) => Some(*id),
            _ => None,
        };
        harness.effects.iter().filter_map(of).collect()
    };
    let mut harness = Harness::small();
    harness.keys("s r").verify(1, &[]).keys("s r").verify(2, &[]).spare.insert(2);
    harness.keys("u");
    assert_eq!(harness.notice(), "undo: 1 alert left, w lists them: gone from the source");
    assert_eq!(harness.model.bulk.spared.len(), 1);
    harness.keys("u");
    assert_eq!(undone(&harness), [2, 1]);
}

#[test]
fn the_last_decision_is_repeated_on_the_next_alert() {
    let mut harness = Harness::small();
    harness.keys(".");
    assert_eq!(harness.notice(), "no decision was made yet");
    // Resolved alerts leave the list: the next one moves under the cursor.
    harness.keys("s r . .");
    let ids: Vec<_> = harness.submitted().iter().map(|change| change.targets[0].id.clone()).collect();
    assert_eq!(ids, [id(1), id(2), id(3)]);
    // In progress they stay: the next one that is not decided is looked for.
    let mut harness = Harness::small();
    harness.keys("s i . .");
    let ids: Vec<_> = harness.submitted().iter().map(|change| change.targets[0].id.clone()).collect();
    assert_eq!(ids, [id(1), id(2), id(3)]);
    assert_eq!(harness.model.list.cursor, Some(AlertKey(3)));
    // A dismissal asks again, with its reason.
    let mut harness = Harness::small();
    harness.keys("d 4 y . y");
    let changes = harness.submitted();
    assert_eq!((changes.len(), changes[1].reason), (2, Some(Reason::Duplicate)));
}

#[test]
fn failures_are_offered_and_never_change_what_keys_on_their_way_act_on() {
    let mut harness = Harness::small();
    harness.keys("* * s r y 0").cursor_to(6).verify(1, &[2, 3]);
    assert_eq!(
        (harness.marked(), harness.notice()),
        (vec![], "2 verified, 2 failed — *l marks them, E shows them")
    );
    harness.keys("s i");
    assert_eq!(harness.submitted()[1].targets[0].id, id(6));
    let mut harness = Harness::small();
    harness.keys("* * s r y 0").cursor_to(6).keys("Space").verify(1, &[2, 3]);
    assert_eq!(harness.marked(), [6]);
    harness.keys("* l");
    assert_eq!(harness.marked(), [2, 3]);
    harness.keys("* l");
    assert_eq!(harness.marked(), [6]);
    // Keys that are faster than the journal.
    let mut harness = Harness::small();
    harness.keys("* * s r y").slow = true;
    harness.verify(1, &[4]).keys("* l").settle();
    assert_eq!(harness.marked(), [4]);
}

#[test]
fn a_decision_is_for_the_tenant_that_its_alerts_were_seen_in() {
    let mut harness = Harness::small();
    harness.builder.set_tenant("one".into());
    harness.snapshot().keys("d 1");
    // Meanwhile somebody signs in elsewhere.
    harness.builder.set_tenant("other".into());
    harness.snapshot().keys("y");
    assert_eq!(harness.submitted()[0].tenant.raw(), "one");
}

#[test]
fn read_only_and_forbidden_say_why() {
    let commands = ["d", "s r", "s i", "s a", "a", "u", "U", ".", "s Enter"];
    let mut harness = Harness::small();
    let mut session = Harness::session();
    session.read_only = Some("--read-only was given".into());
    harness.send(Message::Start(Start::Ready(session)));
    for keys in commands {
        harness.keys(keys);
        assert_eq!(harness.notice(), "read-only: --read-only was given", "{keys}");
    }
    let mut harness = Harness::small();
    let message = SafeText::from("the role Security Reader cannot change alerts");
    harness.send(Message::Sync(SyncEvent::PushWaits(Fault {
        kind: FaultKind::Forbidden,
        message: message.clone(),
    })));
    for keys in commands {
        harness.keys(keys);
        assert_eq!(harness.notice(), message.raw(), "{keys}");
    }
    assert!(harness.submitted().is_empty() && harness.model.overlays.is_empty());
}

#[test]
fn changes_of_an_earlier_session_are_known_after_a_start() {
    let mut first = Harness::small();
    first.keys("* * s r y");
    let mut second = Harness::bare(&[ROW; 6]);
    second.changes = first.changes.clone();
    second.start();
    assert_eq!(second.model.bulk.running.len(), 1);
    assert_eq!(second.model.bulk.running[0].label, "resolve 4 alerts");
    second.keys("u");
    assert!(
        matches!(second.model.overlays.last(), Some(Overlay::ConfirmUndo(record)) if record.id == ChangeId(1))
    );
}

#[test]
fn progress_is_tracked_until_it_is_settled() {
    let mut harness = Harness::small();
    harness.keys("* * s r y");
    let tally = Tally { pending: 3, verified: 1, ..Tally::default() };
    harness.send(Message::Sync(SyncEvent::Push { change: ChangeId(1), tally, rate: 7 }));
    let running = &harness.model.bulk.running[0];
    assert_eq!((running.tally, running.rate), (tally, 7));
    harness.keys("ctrl-c");
    assert!(harness.effects.contains(&Effect::Journal(JournalOrder::Cancel(ChangeId(1)))));
    let tally = Tally { verified: 2, cancelled: 2, ..Tally::default() };
    harness.send(Message::Sync(SyncEvent::Settled { change: ChangeId(1), tally }));
    assert!(harness.model.bulk.running.is_empty());
    assert_eq!(harness.notice(), "2 verified, 2 cancelled");
}

#[test]
fn a_cancelled_change_ends_without_a_worker_too() {
    let mut harness = Harness::small();
    harness.keys("* * s r y ctrl-c");
    assert!(harness.model.bulk.running[0].cancelling);
    let mut record = harness.model.bulk.recent[0].clone();
    record.tally = Tally { cancelled: 4, ..Tally::default() };
    harness.send(Message::Journal(Journal::Changes(vec![record])));
    assert!(harness.model.bulk.running.is_empty());
}

#[test]
fn what_is_to_be_known_of_the_files_is_said_and_kept() {
    let mut harness = Harness::small();
    let notices: Vec<SafeText> =
        ["little space", "the cache was damaged and is read anew"].map(SafeText::from).to_vec();
    harness.send(Message::Notices(notices.clone())).send(Message::Notices(notices));
    assert_eq!(harness.notice(), "the cache was damaged and is read anew (w shows 1 more)");
    assert!(harness.model.notice.as_ref().unwrap().is_error);
    let text = crate::app::documents::jobs(&harness.model, 60).text();
    assert_eq!((text.matches("little space").count(), text.matches("was damaged").count()), (1, 1));
}

#[test]
fn what_was_left_out_of_files_is_summed_up_and_named_in_the_jobs() {
    let mut harness = Harness::small();
    let named = vec![SafeText::from("a.json: record 3: no id")];
    harness.send(Message::LeftOut(named, SafeText::from("12 alerts read; 1 record could not be read")));
    assert_eq!(harness.notice(), "12 alerts read; 1 record could not be read: w names them");
    assert!(crate::app::documents::jobs(&harness.model, 60).text().contains("record 3: no id"));
}

#[test]
fn what_is_read_only_can_become_writable_again() {
    let mut harness = Harness::small();
    for (reason, orders) in [(Some("the disk is read-only"), 0), (None, 1)] {
        let mut session = Harness::session();
        session.read_only = reason.map(str::to_owned);
        harness.send(Message::Start(Start::Ready(session))).keys("s r");
        assert_eq!(harness.submitted().len(), orders);
    }
}

#[test]
fn a_prompt_that_is_open_does_not_outlive_the_permission() {
    let mut session = Harness::session();
    session.read_only = Some("the disk is read-only".into());
    let mut harness = Harness::small();
    harness.keys("* * s r").send(Message::Start(Start::Ready(session.clone()))).keys("y");
    assert!(harness.submitted().is_empty());
    assert_eq!(harness.notice(), "read-only: the disk is read-only");
    let mut harness = Harness::small();
    harness.keys("* * s r y").verify(1, &[]).keys("u");
    harness.send(Message::Start(Start::Ready(session))).keys("y");
    assert!(!harness.effects.contains(&Effect::Journal(JournalOrder::Undo(ChangeId(1)))));
}

#[test]
fn the_sheet_of_failures_moves_and_closes() {
    let mut harness = Harness::new(&[ROW; 60]);
    let all: Vec<u32> = (1..=60).collect();
    harness.keys("* * s r y").verify(1, &all).keys("E G");
    let Some(Overlay::Failures(failures)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(failures.chosen, 59);
    assert_eq!(failures.count(Outcome::Failed), 60);
    let rows = crate::app::layout::failure_rows(harness.model.size);
    assert!(failures.offset + rows == 60, "{}", failures.offset);
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
    let retried: BTreeSet<_> = harness
        .effects
        .iter()
        .filter(|e| matches!(e, Effect::Journal(JournalOrder::Retry(_))))
        .map(|_| ())
        .collect();
    assert!(retried.is_empty());
    assert_eq!(harness.model.table.get(AlertKey(1)).unwrap().status(), Status::Active);
}

#[test]
fn what_failed_stays_said_until_it_is_looked_at() {
    let mut harness = Harness::small();
    harness.keys("* * s r y").verify(1, &[2]);
    assert_eq!(harness.model.bulk.refused.map(|(_, tally)| tally.failed), Some(1));
    harness.keys("E");
    let Some(Overlay::Failures(failures)) = harness.model.overlays.last() else { panic!() };
    assert!(failures.targets.iter().all(|target| target.record.outcome.is_retryable()), "only what failed");
    assert_eq!(harness.model.bulk.refused, None);
}
