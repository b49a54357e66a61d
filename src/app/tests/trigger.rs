//! Section 4 of *Take action*: what is asked, what a confirm sends, and what becomes of it.

use std::sync::Arc;

use crate::app::command::hints;
use crate::app::documents;
use crate::app::effect::{Effect, TriggerOrder};
use crate::app::fetch::{Answer, Order};
use crate::app::harness::{Harness, id, me, now};
use crate::app::message::{Message, Question, Triggered};
use crate::app::model::{Find, Overlay, Scroll};
use crate::domain::automation::AlertEvent;
use crate::domain::logic_app::{LogicApp, Trigger, TriggerKind};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::resource::ResourceId;
use crate::domain::response::{
    Candidates, MOST_AT_ONCE, Outgoing, ResponseId, RunStatus, TriggerOutcome, TriggerRecord,
};
use crate::domain::{AlertId, AlertKey, SafeText};

fn app(name: &str, state: &str) -> LogicApp {
    LogicApp {
        id: ResourceId::new(format!(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/{name}"
        )),
        name: name.into(),
        location: "we".into(),
        state: state.into(),
        consumption: true,
        triggers: Ok(vec![Trigger { name: "manual".into(), kind: TriggerKind::Request }]),
    }
}

fn event(id: AlertId) -> Arc<AlertEvent> {
    let body = format!("{{\"SystemAlertId\": \"{}\"}}", id.name());
    Arc::new(AlertEvent { id, body: body.into(), properties: serde_json::Value::Null })
}

fn record(row: i64, alert: AlertId, outcome: TriggerOutcome) -> TriggerRecord {
    TriggerRecord {
        row,
        response: ResponseId(1),
        alert,
        app: app("isolate", "").id,
        trigger: "manual".into(),
        by: me(),
        at: now().utc,
        outcome,
        detail: SafeText::default(),
        run: None,
        status: None,
        request_id: String::new(),
    }
}

/// The questions to the source that wait for an answer.
fn asked(harness: &mut Harness) -> Vec<(Question, Order)> {
    let waiting = harness.take_waiting().into_iter();
    waiting
        .filter_map(|effect| match effect {
            Effect::Fetch { question, order } => Some((question, order)),
            _ => None,
        })
        .collect()
}

/// Answers what was asked: two logic apps, and what would be sent of each alert.
fn answer(harness: &mut Harness) {
    for (question, order) in asked(harness) {
        let answer = match order {
            Order::Candidates => {
                let apps = vec![app("isolate", "Enabled"), app("paused", "Disabled")];
                Answer::Candidates(Ok(Candidates { apps, ..Candidates::default() }))
            }
            Order::Outgoing(ids) => {
                let events = ids.into_iter().map(event).collect();
                Answer::Outgoing(Ok(Outgoing { events, ..Outgoing::default() }))
            }
            #[allow(unreachable_patterns)] // other sections ask other things
            other => panic!("not asked by this section: {other:?}"),
        };
        harness.send(Message::Fetched(question, Box::new(answer)));
    }
}

/// Section 4 of the first alert, everything answered.
fn opened(keys: &str) -> Harness {
    let mut harness = Harness::small();
    harness.keys(keys).settle();
    harness.slow = true;
    harness.keys("r");
    // The details are the shell's answer too.
    let waiting = harness.take_waiting();
    for effect in waiting {
        for message in harness.answer(effect) {
            harness.send(message);
        }
    }
    harness.keys("4");
    answer(&mut harness);
    harness
}

fn sent(harness: &Harness) -> Vec<&TriggerOrder> {
    let orders = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Trigger(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

fn notice(harness: &Harness) -> String {
    harness.model.notice.as_ref().map(|notice| notice.text.to_string()).unwrap_or_default()
}

#[test]
fn a_confirm_sends_the_very_bytes_that_were_shown_once() {
    let mut harness = opened("");
    harness.keys("Enter");
    let Some(Overlay::Trigger(prompt)) = harness.model.overlays.last() else { panic!("a question expected") };
    let shown = prompt.outgoing.value().unwrap().events.clone();
    harness.keys("y y y");
    let orders = sent(&harness);
    let [TriggerOrder::Send { app: to, trigger, events, .. }] = orders.as_slice() else {
        panic!("one confirm expected: {orders:?}")
    };
    assert_eq!((to, trigger.raw()), (&app("isolate", "").id, "manual"));
    assert!(events.len() == 1 && Arc::ptr_eq(&events[0], &shown[0]));
}

#[test]
fn enter_and_escape_mean_no() {
    for keys in ["Enter", "Esc", "n", "q", "ctrl-c"] {
        let mut harness = opened("");
        harness.keys("Enter").keys(keys);
        assert!(harness.model.overlays.is_empty() && sent(&harness).is_empty(), "{keys}");
    }
}

#[test]
fn nothing_is_sent_before_it_can_be_seen() {
    let mut harness = opened("Space");
    harness.keys("Enter y");
    assert!(sent(&harness).is_empty() && notice(&harness).contains("not here yet"));
    answer(&mut harness);
    harness.keys("y");
    assert_eq!(sent(&harness).len(), 1);
}

#[test]
fn marked_alerts_are_one_confirm_and_m_chooses_the_other_set() {
    let mut harness = opened("Space Space");
    harness.keys("Enter");
    answer(&mut harness);
    harness.keys("m");
    answer(&mut harness);
    let keys = |harness: &Harness| match harness.model.overlays.last() {
        Some(Overlay::Trigger(prompt)) => prompt.keys().len(),
        _ => 0,
    };
    assert_eq!(keys(&harness), 1);
    harness.keys("m");
    answer(&mut harness);
    assert_eq!(keys(&harness), 2);
    harness.keys("y");
    let orders = sent(&harness);
    let [TriggerOrder::Send { events, .. }] = orders.as_slice() else { panic!("{orders:?}") };
    assert_eq!(events.len(), 2);
    assert!(matches!(harness.model.overlays.last(), Some(Overlay::Outcomes(_))));
}

#[test]
fn what_would_be_sent_comes_under_the_help_too() {
    let mut harness = opened("Space");
    harness.keys("Enter");
    harness.model.overlays.push(Overlay::Help(Scroll::default(), Find::default()));
    answer(&mut harness);
    harness.model.overlays.pop();
    harness.keys("y");
    assert_eq!(sent(&harness).len(), 1, "{}", notice(&harness));
}

#[test]
fn a_403_is_said_before_the_next_attempt_until_one_works() {
    let mut harness = opened("");
    let told = |result| Message::Triggered(Triggered::Told(app("isolate", "").id, result));
    let fault = |kind| Fault { kind, message: "no".into() };
    let doubted = |harness: &Harness| harness.model.respond.page.document.text().contains("refused");
    harness.send(told(Err(fault(FaultKind::Unreachable))));
    assert!(!doubted(&harness));
    harness.send(told(Err(fault(FaultKind::Forbidden))));
    assert!(doubted(&harness));
    harness.keys("Enter y");
    assert_eq!(sent(&harness).len(), 1, "it may be tried");
    harness.send(told(Ok(())));
    assert!(!doubted(&harness));
}

#[test]
fn what_cannot_be_triggered_says_why() {
    let mut harness = opened("");
    harness.keys("j Enter");
    assert!(harness.model.overlays.is_empty());
    assert!(notice(&harness).contains("switched off"), "{}", notice(&harness));
    let mut harness = opened("");
    if let Some(session) = &mut harness.model.session {
        session.read_only = Some("--read-only was given".to_owned());
    }
    harness.keys("Enter");
    assert!(harness.model.overlays.is_empty() && notice(&harness).contains("read-only"));
}

#[test]
fn rows_are_heard_of_and_an_unknown_one_is_an_error() {
    let mut harness = opened("");
    harness.keys("Enter y");
    let orders = sent(&harness);
    let [TriggerOrder::Send { number, events, .. }] = orders.as_slice() else { panic!("{orders:?}") };
    let (number, alert) = (*number, events[0].id.clone());
    let row = |outcome| {
        Message::Triggered(Triggered::Row(Some(number), Box::new(record(1, alert.clone(), outcome))))
    };
    harness.send(row(TriggerOutcome::Sending));
    assert!(harness.model.respond.page.document.text().contains("sending"));
    harness.send(row(TriggerOutcome::Unknown)).send(Message::Triggered(Triggered::Ended(number, Ok(()))));
    assert!(harness.model.respond.page.document.text().contains("unknown"));
    let shown = harness.model.notice.as_ref().unwrap();
    assert!(shown.is_error && shown.text.raw() == "isolate: unknown", "{shown:?}");
}

#[test]
fn more_than_the_cap_is_refused_in_words() {
    for (marked, refused) in [(MOST_AT_ONCE, false), (MOST_AT_ONCE + 1, true)] {
        let mut harness = opened("");
        harness.model.list.marks = (0..marked).map(|key| AlertKey(u32::try_from(key).unwrap())).collect();
        harness.keys("Enter");
        assert_eq!(harness.model.overlays.is_empty(), refused, "{marked}");
        assert_eq!(notice(&harness).contains("501 alerts are marked; 500 at the most"), refused);
        assert_eq!(asked(&mut harness).is_empty(), refused, "{marked}");
    }
}

#[test]
fn rows_that_come_by_the_hundred_are_shown_and_can_be_scrolled_to() {
    let mut harness = opened("Space Space");
    harness.keys("Enter");
    answer(&mut harness);
    harness.keys("y");
    let orders = sent(&harness);
    let [TriggerOrder::Send { number, .. }] = orders.as_slice() else { panic!("{orders:?}") };
    let number = *number;
    // The last first: what is shown is in the order of the alerts.
    for row in (1..=300).rev() {
        for outcome in [TriggerOutcome::Sending, TriggerOutcome::Done] {
            let alert = AlertId::new(format!("/alerts/of-the-confirm-{row}"));
            harness.send(Message::Triggered(Triggered::Row(
                Some(number),
                Box::new(record(row, alert, outcome)),
            )));
        }
    }
    let document = documents::trigger::outcomes(&harness.model, number, 80);
    let text = document.text();
    assert!(text.contains("300 done") && !text.contains("sending"), "{text}");
    let places: Vec<usize> =
        [1, 2, 300].iter().map(|n| text.find(&format!("confirm-{n} ")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    harness.keys("G");
    let Some(Overlay::Outcomes(outcomes)) = harness.model.overlays.last() else {
        panic!("outcomes expected")
    };
    assert!(outcomes.scroll.lines > 300 && outcomes.scroll.offset > 200, "{outcomes:?}");
}

#[test]
fn ctrl_c_stops_the_newest_confirm_once() {
    let mut harness = opened("");
    harness.keys("Enter y Esc");
    let cancels = |harness: &Harness| hints(&harness.model).contains(&("ctrl-c".to_owned(), "cancel"));
    assert!(cancels(&harness), "it runs on behind the list of outcomes");
    harness.keys("ctrl-c");
    assert!(!cancels(&harness));
    assert!(matches!(sent(&harness)[1], TriggerOrder::Cancel(_)));
    harness.keys("ctrl-c");
    assert_eq!(sent(&harness).len(), 2, "it is cancelled already");
}

#[test]
fn runs_left_by_an_earlier_session_are_followed_once() {
    let mut harness = opened("");
    let mut left = record(7, id(1), TriggerOutcome::Done);
    left.run = Some("run".into());
    let mut over = left.clone();
    (over.row, over.status) = (6, Some(RunStatus("Succeeded".into())));
    for _ in 0..2 {
        harness.keys("R");
        for (question, order) in asked(&mut harness) {
            if matches!(order, Order::Outgoing(_)) {
                let outgoing = Outgoing { past: vec![left.clone(), over.clone()], ..Outgoing::default() };
                harness.send(Message::Fetched(question, Box::new(Answer::Outgoing(Ok(outgoing)))));
            }
        }
    }
    let orders = sent(&harness);
    let [TriggerOrder::Follow(records)] = orders.as_slice() else { panic!("{orders:?}") };
    assert_eq!(records.iter().map(|record| record.row).collect::<Vec<_>>(), [7]);
}

#[test]
fn a_fault_keeps_what_was_known() {
    let mut harness = opened("");
    harness.keys("R");
    for (question, order) in asked(&mut harness) {
        if order == Order::Candidates {
            let fault = Fault { kind: FaultKind::Unreachable, message: "no network".into() };
            harness.send(Message::Fetched(question, Box::new(Answer::Candidates(Err(fault)))));
        }
    }
    let text = harness.model.respond.page.document.text();
    assert!(text.contains("no network") && text.contains("isolate"), "{text}");
}
