//! The local record: prompts, what they order, and the audit log.

use std::collections::BTreeSet;

use crate::app::effect::{Effect, JournalOrder};
use crate::app::harness::{Harness, ROW, id, me};
use crate::app::message::{Journal, Message, OrderKind, Start};
use crate::app::model::{Log, Overlay, Pane};
use crate::app::overlays::assignees;
use crate::domain::alert::Prose;
use crate::domain::progress::{Fault, FaultKind, SyncEvent};
use crate::domain::record::{Deed, DeedKind, FeedbackReason};
use crate::domain::remediation::steps;
use crate::domain::{AlertId, AlertKey, SafeText, Status};

fn last(harness: &Harness) -> &Deed {
    harness.deeds.last().unwrap()
}

fn names(deed: &Deed) -> Vec<&str> {
    deed.alerts.iter().map(AlertId::name).collect()
}

fn log(harness: &Harness) -> &Log {
    match harness.model.overlays.last() {
        Some(Overlay::Log(log)) => log,
        other => panic!("no log but {other:?}"),
    }
}

#[test]
fn a_note_is_of_the_alert_under_the_cursor_of_all_marked_or_of_the_one_open() {
    for (keys, alerts) in
        [("j c", vec!["n2"]), ("Space Space c", vec!["n1", "n2"]), ("Space j Enter c", vec!["n3"])]
    {
        let mut harness = Harness::small();
        harness.keys(keys).text("  ask ann, q y\u{1b} ").keys("Enter");
        let deed = last(&harness);
        assert_eq!((deed.kind, names(deed)), (DeedKind::Note, alerts), "{keys}");
        assert_eq!((deed.words.raw(), &deed.by), ("ask ann, q y", &me()));
        assert_eq!(deed.filter, "status:active,in-progress");
        assert!(harness.model.overlays.is_empty());
    }
    // The marks stay: what was noted is often decided next.
    let mut harness = Harness::small();
    harness.keys("Space Space c").text("x").keys("Enter");
    assert_eq!((harness.marked(), harness.notice()), (vec![1, 2], "note kept on 2 alerts"));
}

#[test]
fn an_empty_note_is_none_and_a_dropped_one_is_said() {
    let mut harness = Harness::small();
    harness.keys("c Enter");
    assert!(matches!(harness.model.overlays[..], [Overlay::Note(_)]));
    harness.keys("Esc c").text("half a th").keys("Esc");
    assert!(harness.model.overlays.is_empty() && harness.deeds.is_empty());
    assert_eq!(harness.notice(), "the note was dropped");
}

#[test]
fn alerts_are_assigned_by_arrows_or_by_typing() {
    for (keys, text, then, value, notice) in [
        ("A Enter", "", "", "ann@contoso.example", "1 alert is yours now"),
        ("A ↓ Enter", "", "", "", "1 alert is nobody's now"),
        ("A", "NON", "Enter", "", "1 alert is nobody's now"),
        ("A", "eve@", "Enter", "eve@x.example", "1 alert is assigned to eve@x.example now"),
        ("A", "Zoe", "Enter", "Zoe", "1 alert is assigned to Zoe now"),
        ("A", "e", "↓ ↓ Enter", "bob@x.example", "1 alert is assigned to bob@x.example now"),
        (
            "Space Space A ↓ ↓ ↓ ↓ ↓ Enter",
            "",
            "",
            "eve@x.example",
            "2 alerts are assigned to eve@x.example now",
        ),
    ] {
        let mut harness = Harness::small();
        for (key, who) in [(3, "eve@x.example"), (4, "bob@x.example"), (5, "eve@x.example")] {
            harness.builder.local_mut().entry(AlertKey(key)).or_default().assigned = Some(who.into());
        }
        harness.snapshot().keys(keys).text(text);
        if !then.is_empty() {
            harness.keys(then);
        }
        assert_eq!(
            (last(&harness).kind, last(&harness).value.raw()),
            (DeedKind::Assign, value),
            "{keys} {text}"
        );
        assert_eq!(harness.notice(), notice);
    }
    // Typed in full, a name known is not offered twice.
    let mut harness = Harness::small();
    harness.builder.local_mut().entry(AlertKey(3)).or_default().changed_by = Some("eve".into());
    harness.snapshot().keys("A").text("EVE");
    let Some(Overlay::Assign(menu)) = harness.model.overlays.last() else { panic!() };
    assert_eq!(assignees(menu).len(), 1);
}

#[test]
fn feedback_is_a_digit_a_comment_and_enter() {
    for (keys, text, useful, reason, words) in [
        ("b u 2", "blocked it", true, FeedbackReason::Actionable, "blocked it"),
        ("b n 4", "", false, FeedbackReason::Unclear, ""),
        ("b n j j Enter", "yq1", false, FeedbackReason::Noise, "yq1"),
        ("b n 1 Esc 6", "x", false, FeedbackReason::Other, "x"),
        ("b u 9 x Enter", "", true, FeedbackReason::Accurate, ""),
    ] {
        let mut harness = Harness::small();
        harness.keys(keys).text(text).keys("Enter");
        let deed = last(&harness);
        assert_eq!(
            (deed.is_useful(), deed.reason, deed.words.raw()),
            (useful, Some(reason), words),
            "{keys}"
        );
        assert!(harness.notice().contains("kept here"));
    }
    let mut harness = Harness::small();
    harness.keys("b n Esc b u 1 Esc Esc");
    assert!(harness.deeds.is_empty() && harness.model.overlays.is_empty());
}

#[test]
fn what_arrives_while_a_prompt_is_open_is_no_part_of_it() {
    let mut harness = Harness::small();
    harness.keys("* * b n 3").put(7, ROW).snapshot().keys("Enter");
    assert_eq!(last(&harness).alerts.len(), 4);
}

#[test]
fn the_record_needs_no_role_but_a_writable_journal() {
    let mut harness = Harness::small();
    let fault = Fault { kind: FaultKind::Forbidden, message: "Security Admin is missing".into() };
    harness.send(Message::Sync(SyncEvent::PushWaits(fault)));
    harness.keys("c").text("x").keys("Enter");
    assert_eq!(harness.deeds.len(), 1);
    let mut session = Harness::session();
    session.read_only = Some("--read-only".to_owned());
    harness.send(Message::Start(Start::Ready(session)));
    for keys in ["c", "A", "b n", "b u"] {
        harness.keys(keys);
        assert_eq!(harness.notice(), "read-only: --read-only", "{keys}");
    }
    assert_eq!(harness.deeds.len(), 1);
    // The log can be read all the same.
    harness.keys("@");
    assert_eq!(log(&harness).acts.total, Some(1));
}

#[test]
fn what_the_journal_refuses_is_said_and_the_details_follow_what_it_took() {
    let mut harness = Harness::small();
    harness.refuse = Some("no space left");
    harness.keys("c").text("x").keys("Enter");
    assert_eq!(harness.notice(), "not kept: no space left");
    let loads = |harness: &Harness| {
        harness.effects.iter().filter(|effect| matches!(effect, Effect::LoadDetail { .. })).count()
    };
    let before = loads(&harness);
    harness.keys("c").text("x").keys("Enter");
    assert!(loads(&harness) > before);
}

#[test]
fn steps_are_ticked_off_and_opened_again() {
    let mut harness = Harness::small();
    harness.remediation = vec![Prose::Text("1. Isolate\n2. Isolate\n3. Reset".into())];
    harness.keys("j k r 2 j Enter");
    assert_eq!((last(&harness).kind, last(&harness).value.raw()), (DeedKind::StepDone, "Isolate"));
    let ticked = |harness: &Harness| -> Vec<bool> {
        let steps = steps(&harness.remediation);
        let shown = harness.model.details.shown.as_ref().unwrap();
        steps.iter().map(|step| shown.record.tick(step.id).is_some()).collect()
    };
    assert_eq!(ticked(&harness), [false, true, false], "of two alike, the one under the cursor");
    let page = harness.model.respond.page.document.text();
    assert!(page.contains(" ✓ 2.  Isolate") && page.contains("done  ann@contoso.example"), "{page}");
    harness.keys("j Enter k Enter");
    assert_eq!(ticked(&harness), [false, false, true]);
    // Reworded at the source, it is another step.
    harness.remediation = vec![Prose::Text("1. Isolate\n2. Isolate\n3. Reset the password".into())];
    harness.keys("Esc r 2");
    harness.builder.set_remote_status(AlertKey(1), Status::InProgress);
    harness.snapshot();
    assert_eq!(ticked(&harness), [false; 3]);
    let mut session = Harness::session();
    session.read_only = Some("--read-only".to_owned());
    harness.send(Message::Start(Start::Ready(session))).keys("Enter");
    assert_eq!((harness.notice(), harness.deeds.len()), ("read-only: --read-only", 3));
}

#[test]
fn leaving_waits_until_the_note_is_stored() {
    let mut harness = Harness::small();
    harness.slow = true;
    harness.keys("c").text("x").keys("Enter q");
    assert!(!harness.effects.contains(&Effect::Quit));
    harness.settle();
    assert!(harness.effects.contains(&Effect::Quit));
    assert_eq!(harness.deeds.len(), 1);
}

/// A journal with many notes, of one alert each in turn.
fn busy(notes: usize) -> Harness {
    let mut harness = Harness::small();
    for at in 0..notes {
        let deed = Deed::new(DeedKind::Note, me(), harness.now.utc).on([id(at as u32 % 6 + 1)]);
        harness.deeds.push(deed.saying(format!("note {at}.")));
    }
    harness
}

fn reads(harness: &Harness) -> Vec<(usize, usize)> {
    harness
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Journal(JournalOrder::ReadLog(_, range)) => Some((range.from, range.limit)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_log_reads_what_is_in_view_and_a_little_more() {
    let mut harness = busy(1000);
    harness.keys("@");
    let rows = crate::app::layout::log_rows(harness.model.size);
    assert_eq!(reads(&harness), [(0, rows * 3)]);
    for _ in 0..rows + 5 {
        harness.keys("j");
    }
    assert_eq!(reads(&harness).len(), 1, "what is held needs no reading");
    harness.keys("G");
    assert_eq!(log(&harness).acts.chosen, 999);
    assert!(log(&harness).acts.under_cursor().is_some());
    harness.keys("g");
    assert_eq!(log(&harness).acts.chosen, 0);
    // However fast the keys are, one question is in flight, and the last answer is for the place reached.
    let before = reads(&harness).len();
    harness.slow = true;
    for _ in 0..30 {
        harness.keys("PgDn");
    }
    harness.settle();
    assert!(reads(&harness).len() - before <= 2);
    assert!(log(&harness).acts.under_cursor().is_some());
}

#[test]
fn the_cursor_stays_on_its_act_when_others_come_on_top() {
    let mut harness = busy(20);
    harness.keys("@ j j j");
    let act = log(&harness).acts.under_cursor().unwrap().entry.clone();
    let deed = Deed::new(DeedKind::Note, me(), harness.now.utc).on([id(1)]).saying("newer");
    harness.deeds.push(deed);
    harness.snapshot();
    assert_eq!(log(&harness).acts.under_cursor().unwrap().entry, act);
    assert_eq!((log(&harness).acts.chosen, log(&harness).acts.total), (4, Some(21)));
}

#[test]
fn an_act_opens_its_alert_and_the_log_comes_back() {
    let mut harness = busy(20);
    harness.keys("@ j j Enter");
    // The third newest note is the eighteenth, of the sixth alert, which the list does not show.
    assert_eq!(harness.model.focus, Pane::Full);
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.key), Some(AlertKey(6)));
    harness.keys("Esc");
    assert_eq!(log(&harness).acts.chosen, 2);
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
    assert_eq!(harness.model.focus, Pane::List);
    // The full details opened from the list lead back to the list.
    harness.keys("Enter Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn an_act_on_several_alerts_opens_their_list() {
    let mut harness = Harness::small();
    harness.keys("* * s r y").verify(1, &[2]).keys("@ Enter");
    let alerts = |harness: &Harness| log(harness).inside.as_ref().unwrap().alerts.lines.len();
    assert_eq!(alerts(&harness), 4);
    harness.keys("j Enter");
    let full = harness.model.details.full.as_ref().unwrap().key;
    harness.keys("Esc");
    let inside = log(&harness).inside.as_ref().unwrap();
    assert_eq!((inside.alerts.chosen, inside.alerts.under_cursor().unwrap().key), (1, Some(full)));
    harness.keys("Esc");
    assert!(log(&harness).inside.is_none());
    assert_eq!(log(&harness).acts.total, Some(1));
}

#[test]
fn the_log_is_searched_and_shown_whole_again() {
    let mut harness = busy(20);
    harness.keys("@ j /").text("note 1").keys("Enter");
    assert_eq!((log(&harness).acts.total, log(&harness).acts.chosen), (Some(11), 0));
    harness.keys("/").text("x").keys("Esc");
    assert_eq!(log(&harness).find, "note 1");
    harness.keys("Esc");
    assert_eq!((log(&harness).acts.total, log(&harness).find.as_str()), (Some(20), ""));
    harness.keys("/").text("nothing of that").keys("Enter");
    assert_eq!(log(&harness).acts.total, Some(0));
    harness.keys("Enter j Esc Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn keys_typed_ahead_of_the_log_mean_the_log() {
    let mut harness = busy(3);
    harness.slow = true;
    harness.keys("@ j Enter");
    harness.settle();
    assert_eq!(harness.model.details.full.as_ref().map(|full| full.key), Some(AlertKey(2)));
}

#[test]
fn a_log_that_cannot_be_read_says_so_and_closes() {
    let mut harness = busy(3);
    harness.slow = true;
    harness.keys("@").take_waiting();
    let refused = Journal::Refused { order: OrderKind::ReadLog, why: SafeText::from("journal.db is in use") };
    harness.send(Message::Journal(refused));
    assert_eq!(log(&harness).error, Some(SafeText::from("journal.db is in use")));
    harness.keys("Esc");
    assert!(harness.model.overlays.is_empty());
}

#[test]
fn an_alert_that_is_gone_from_the_cache_is_not_opened() {
    let mut harness = Harness::small();
    harness.deeds.push(Deed::new(DeedKind::Note, me(), harness.now.utc).on([id(99)]));
    harness.deeds.push(Deed::new(DeedKind::RuleCreated, me(), harness.now.utc).set("a rule"));
    for (keys, notice) in
        [("@ Enter", "this was about no alert"), ("j Enter", "this alert is no longer in the cache")]
    {
        harness.keys(keys);
        assert_eq!(harness.notice(), notice);
        assert_eq!(harness.model.overlays.len(), 1);
    }
}

#[test]
fn a_filter_finds_what_was_recorded() {
    let mut harness = Harness::small();
    harness.keys("c").text("Ticket 4711").keys("Enter").keys("j b n 3 Enter").keys("j A Enter");
    let mut found = |text: &str| -> BTreeSet<u32> {
        harness.keys("/ ctrl-u").text(text).keys("Enter");
        harness.shown().into_iter().collect()
    };
    assert_eq!(found("note:4711"), [1].into());
    assert_eq!(found("feedback:not-useful"), [2].into());
    assert_eq!(found("assigned:me"), [3].into());
    assert_eq!(found("feedback:none note:ticket"), [1].into());
    assert_eq!(harness.model.table.get(AlertKey(1)).map(|row| row.status()), Some(Status::Active));
}
