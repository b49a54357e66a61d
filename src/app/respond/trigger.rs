//! Section 4, *Trigger automated response*: the logic apps there are, the question before one is triggered, and what
//! becomes of it. What is sent is what was shown: the bytes are made before the question and travel with its answer.

use std::collections::BTreeSet;

use crate::app::effect::TriggerOrder;
use crate::app::fetch::{Order, Remote};
use crate::app::message::{Question, Triggered};
use crate::app::model::{Confirmed, Model, Outcomes, Overlay, Page, Scroll, Trigger, TriggerPrompt};
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effect, Effects, documents, overlays};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::resource::ResourceId;
use crate::domain::response::{Candidates, MOST_AT_ONCE, Outgoing, TriggerOutcome, TriggerRecord};
use crate::domain::rights::Right;
use crate::domain::{AlertId, AlertKey};

/// The section is on the screen: asks for the logic apps once, and for what would be sent of this alert.
pub(super) fn shown(model: &mut Model, out: &mut Effects) {
    if model.respond.trigger.candidates.is_unasked() {
        ask_candidates(model, out);
    }
    let Some(key) = model.respond.alert else { return };
    if model.respond.trigger.of != Some(key) {
        model.respond.trigger.of = Some(key);
        model.respond.trigger.outgoing = Remote::default();
        if let Some(question) = ask_outgoing(model, &[key], out) {
            model.respond.trigger.outgoing.ask(question);
        }
    }
}

/// Asks once more.
pub(super) fn again(model: &mut Model, out: &mut Effects) {
    model.respond.trigger.of = None;
    ask_candidates(model, out);
    shown(model, out);
}

fn ask_candidates(model: &mut Model, out: &mut Effects) {
    let question = Question(model.next_serial());
    model.respond.trigger.candidates.ask(question);
    out.push(Effect::Fetch { question, order: Order::Candidates });
}

/// Asks for what would be sent of some alerts; none when none of them is there any more.
fn ask_outgoing(model: &mut Model, keys: &[AlertKey], out: &mut Effects) -> Option<Question> {
    let ids: Vec<AlertId> = keys.iter().filter_map(|key| Some(model.table.get(*key)?.id())).collect();
    if ids.is_empty() {
        return None;
    }
    let question = Question(model.next_serial());
    out.push(Effect::Fetch { question, order: Order::Outgoing(ids) });
    Some(question)
}

/// The logic apps came.
pub(super) fn candidates(model: &mut Model, question: Question, answer: Result<Candidates, Fault>) {
    model.respond.trigger.candidates.answer(question, answer, model.now.utc);
}

/// What would be sent came: for the alert shown, or for the question that is open.
pub(super) fn outgoing(
    model: &mut Model,
    question: Question,
    answer: Result<Outgoing, Fault>,
    out: &mut Effects,
) {
    let at = model.now.utc;
    // Help may lie over it.
    let waiting = model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Trigger(prompt) if prompt.outgoing.asked == Some(question) => Some(prompt),
        _ => None,
    });
    if let Some(prompt) = waiting {
        prompt.outgoing.answer(question, answer, at);
        overlays::measure(model);
        return;
    }
    let past = answer.as_ref().map(|outgoing| outgoing.past.clone()).unwrap_or_default();
    if model.respond.trigger.outgoing.answer(question, answer, at) {
        remember(model, past, out);
    }
}

/// Keeps what the journal says of former triggers, and has the runs followed whose end nobody has seen.
fn remember(model: &mut Model, past: Vec<TriggerRecord>, out: &mut Effects) {
    let trigger = &mut model.respond.trigger;
    let mut follow = Vec::new();
    for record in past {
        // What was heard since the question was asked is newer.
        let known = trigger.rows.entry(record.row).or_insert_with(|| record.clone());
        if known.outcome.is_final() && known.is_running() && trigger.followed.insert(record.row) {
            follow.push(known.clone());
        }
    }
    if !follow.is_empty() {
        out.push(Effect::Trigger(TriggerOrder::Follow(follow)));
    }
}

/// The logic app under the cursor can be triggered; else why not.
pub(super) fn opens(model: &Model) -> Result<(), String> {
    let found = model.respond.trigger.candidates.value();
    let Some(app) = found.and_then(|found| found.apps.get(model.respond.place.item)) else { return Ok(()) };
    app.choice().map_err(|why| format!("{} cannot be triggered: {why}", app.name))?;
    if let Some(why) = model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        return Err(format!("read-only: {why}"));
    }
    match model.list.marks.len() {
        marked if marked > MOST_AT_ONCE => {
            Err(format!("{} are marked; {MOST_AT_ONCE} at the most can be triggered at once", alerts(marked)))
        }
        _ => Ok(()),
    }
}

/// Opens the question for the logic app under the cursor.
pub(super) fn enter(model: &mut Model, out: &mut Effects) {
    let Some(shown) = model.respond.alert else { return };
    let trigger = &model.respond.trigger;
    let Some(found) = trigger.candidates.value() else { return };
    let Some(app) = found.apps.get(model.respond.place.item) else { return };
    let Ok(chosen) = app.choice() else { return };
    let marked: Vec<AlertKey> = model.list.marks.iter().collect();
    let marked = if marked == [shown] { Vec::new() } else { marked };
    let prompt = TriggerPrompt {
        app: app.id.clone(),
        name: app.name.clone(),
        subscription: found.subscription_name(&app.id),
        trigger: chosen.clone(),
        shown,
        all: !marked.is_empty(),
        marked,
        outgoing: Remote::default(),
        scroll: Scroll::default(),
    };
    model.overlays.push(Overlay::Trigger(Box::new(prompt)));
    load(model, out);
}

/// The other of the two sets: the alert shown, or those marked.
pub(in crate::app) fn other_set(model: &mut Model, out: &mut Effects) {
    if let Some(Overlay::Trigger(prompt)) = model.overlays.last_mut() {
        prompt.all = !prompt.all;
        prompt.scroll = Scroll::default();
        prompt.outgoing = Remote::default();
    }
    load(model, out);
}

/// Fills the question with what would be sent.
fn load(model: &mut Model, out: &mut Effects) {
    let Some(Overlay::Trigger(prompt)) = model.overlays.last() else { return };
    let keys = prompt.keys();
    let trigger = &model.respond.trigger;
    let known =
        if prompt.all || trigger.of != Some(prompt.shown) { None } else { trigger.outgoing.known.clone() };
    let asked = if known.is_some() { None } else { ask_outgoing(model, &keys, out) };
    if let Some(Overlay::Trigger(prompt)) = model.overlays.last_mut() {
        prompt.outgoing.known = known;
        prompt.outgoing.asked = asked;
    }
    overlays::measure(model);
}

/// `y`: one confirm, one run for each alert that was shown.
pub(in crate::app) fn confirm(model: &mut Model, out: &mut Effects) {
    let Some(Overlay::Trigger(prompt)) = model.overlays.last() else { return };
    let events = prompt.outgoing.value().map(|outgoing| outgoing.events.clone()).unwrap_or_default();
    if prompt.outgoing.is_loading() || events.is_empty() {
        return say(model, "what would be sent is not here yet", out);
    }
    if let Some(why) = model.session.as_ref().and_then(|session| session.read_only.clone()) {
        // It may have become so while the question was open.
        return fail(model, format!("read-only: {why}"), out);
    }
    let (app, trigger, name) = (prompt.app.clone(), prompt.trigger.name.clone(), prompt.name.clone());
    let keys = prompt.keys();
    overlays::close(model);
    let (number, count) = (model.next_serial(), events.len());
    model.respond.trigger.confirmed.push(Confirmed {
        number,
        app: name.clone(),
        alerts: count,
        keys,
        rows: BTreeSet::new(),
        running: true,
        cancelling: false,
    });
    out.push(Effect::Trigger(TriggerOrder::Send { number, app, trigger, events }));
    say(model, format!("triggering {} on {}", name.raw(), alerts(count)), out);
    if count > 1 {
        model.overlays.push(Overlay::Outcomes(Outcomes { number, scroll: Scroll::default() }));
    }
    // What is above the list is new.
    model.respond.place.offset = 0;
    super::lay_out(model);
    overlays::measure(model);
}

/// Something became of a confirm.
pub(in crate::app) fn heard(model: &mut Model, what: Triggered, out: &mut Effects) {
    match what {
        // Thousands of these may come: only what is about the alert on the screen is laid out for them. The sheet of
        // outcomes is laid out by the frame that shows it, and measured when it is scrolled.
        Triggered::Row(number, record) => {
            let shown = model.respond.alert.and_then(|key| model.table.get(key));
            let is_shown = shown.is_some_and(|row| row.id() == record.alert);
            row(&mut model.respond.trigger, number, *record);
            if !is_shown {
                return;
            }
        }
        Triggered::Told(app, result) => told(model, &app, result),
        Triggered::Ended(number, result) => {
            ended(model, number, result, out);
            overlays::measure(model);
        }
    }
    super::lay_out(model);
}

fn row(trigger: &mut Trigger, number: Option<u64>, record: TriggerRecord) {
    trigger.followed.insert(record.row);
    // The newest are the ones that are heard of.
    if let Some(confirmed) = trigger.confirmed.iter_mut().rev().find(|one| Some(one.number) == number) {
        confirmed.rows.insert(record.row);
    }
    trigger.rows.insert(record.row, record);
}

/// Whether the source told where to send: a 403 is remembered, so that the section says so before the next attempt.
fn told(model: &mut Model, app: &ResourceId, result: Result<(), Fault>) {
    let Some(subscription) = app.subscription() else { return };
    match result {
        Ok(()) => model.rights.worked(&subscription, Right::TriggerLogicApp),
        Err(fault) if fault.kind == FaultKind::Forbidden => {
            model.rights.refused(subscription, Right::TriggerLogicApp, fault.message);
        }
        Err(_) => {}
    }
}

fn ended(model: &mut Model, number: u64, result: Result<(), Fault>, out: &mut Effects) {
    let trigger = &mut model.respond.trigger;
    let Some(confirmed) = trigger.confirmed.iter_mut().find(|one| one.number == number) else { return };
    confirmed.running = false;
    let confirmed = confirmed.clone();
    let name = confirmed.app.raw();
    if let Err(fault) = result {
        return fail(model, format!("{name}: {}", fault.message.raw()), out);
    }
    let with = |outcome| {
        let rows = confirmed.rows.iter().filter_map(|row| model.respond.trigger.rows.get(row));
        rows.filter(|record| record.outcome == outcome).count()
    };
    let words: Vec<String> = TriggerOutcome::ALL
        .into_iter()
        .filter_map(|outcome| Some(with(outcome)).filter(|count| *count > 0).map(|count| (outcome, count)))
        .map(|(outcome, count)| match confirmed.alerts {
            1 => outcome.word().to_owned(),
            _ => format!("{count} {}", outcome.word()),
        })
        .collect();
    let text = format!("{name}: {}", words.join(", "));
    if with(TriggerOutcome::Done) == confirmed.alerts {
        say(model, text, out);
    } else {
        fail(model, text, out);
    }
}

/// Stops what is not sent yet of the newest confirm that runs; false when none does.
pub(in crate::app) fn interrupt(model: &mut Model, out: &mut Effects) -> bool {
    let mut running = model.respond.trigger.confirmed.iter_mut().rev();
    let Some(confirmed) = running.find(|one| one.running && !one.cancelling) else { return false };
    confirmed.cancelling = true;
    let (number, name) = (confirmed.number, confirmed.app.clone());
    out.push(Effect::Trigger(TriggerOrder::Cancel(number)));
    say(model, format!("cancelling: {}; what was sent stays", name.raw()), out);
    true
}

/// Lays the section out.
pub(super) fn page(model: &Model, width: usize) -> Page {
    documents::trigger::page(model, width)
}
