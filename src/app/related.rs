//! The *Related* tab: what other alerts have in common with the one that is open, as groups to be listed or acted on.
//!
//! The groups are found off the UI thread. Only one question is in flight: while it is, the newest wish is remembered.

use std::sync::Arc;

use crate::app::command::{Move, Related as Verb, Scope};
use crate::app::documents::moment::thousands;
use crate::app::message::Question;
use crate::app::model::{Model, Pane, Tab, Target};
use crate::app::notice::{alerts, say};
use crate::app::{Effect, Effects, details, documents, layout, marks, pivot};
use crate::domain::AlertKey;
use crate::domain::related::{Group, Related};

/// Carries out a command of the tab.
pub(super) fn run(model: &mut Model, verb: Verb, out: &mut Effects) {
    match verb {
        Verb::Show => {
            if model.focus != Pane::Full {
                details::open(model, out);
            }
            details::show(model, Tab::Related, out);
        }
        Verb::Open => open(model, out),
        Verb::Mark => mark(model, out),
    }
}

fn is_shown(model: &Model) -> bool {
    Scope::of(model) == Scope::Related
}

/// The groups of the alert that is open, if they are there.
pub(super) fn current(model: &Model) -> Option<&Arc<Related>> {
    let full = model.details.full.as_ref()?;
    model.related.shown.as_ref().filter(|shown| shown.key == full.key)
}

/// True while keys cannot be understood because the tab is about to be filled.
pub(super) fn awaited(model: &Model) -> bool {
    is_shown(model) && model.related.asked.is_some() && current(model).is_none()
}

/// The tab is on the screen, perhaps for another alert than before: asks for its groups.
pub(super) fn shown(model: &mut Model, out: &mut Effects) {
    if is_shown(model) {
        ask(model, out);
        lay_out(model);
    }
}

/// The alerts changed: what is shown is asked for again.
pub(super) fn refresh(model: &mut Model, out: &mut Effects) {
    if is_shown(model) {
        ask(model, out);
    }
}

fn ask(model: &mut Model, out: &mut Effects) {
    if model.related.asked.is_some() {
        model.related.again = true;
        return;
    }
    // Without the details nobody knows the entities; with them this is asked again.
    let Some(detail) = details::current(model).cloned() else { return };
    let question = Question(model.next_serial());
    model.related.question = question;
    model.related.asked = Some(detail.key);
    model.related.again = false;
    let entities = detail.mentions.iter().map(|mention| (mention.kind, mention.fact())).collect();
    out.push(Effect::FindRelated { question, table: Arc::clone(&model.table), key: detail.key, entities });
}

/// The groups came.
pub(super) fn answered(model: &mut Model, question: Question, answer: Arc<Related>, out: &mut Effects) {
    if question != model.related.question {
        return;
    }
    model.related.asked = None;
    model.related.shown = Some(answer);
    lay_out(model);
    if std::mem::take(&mut model.related.again) {
        refresh(model, out);
    }
}

/// Lays the tab out for the width and the clock, and keeps its cursor inside it.
pub fn lay_out(model: &mut Model) {
    if !is_shown(model) {
        return;
    }
    let area = layout::Full::new(model.size).body;
    let detail = details::current(model).cloned();
    let laid_out = current(model).zip(detail).map(|(related, detail)| {
        documents::related(related, &detail.mentions, &model.table, area.columns(), model.now)
    });
    (model.related.page, model.related.targets) = laid_out.unwrap_or_default();
    if let Some(full) = &mut model.details.full
        && !model.related.targets.is_empty()
    {
        model.related.page.settle(&mut full.related, area);
    }
}

/// Moves the cursor of the tab.
pub(super) fn step(model: &mut Model, step: Move) {
    let area = layout::Full::new(model.size).body;
    if let Some(full) = &mut model.details.full {
        model.related.page.step(&mut full.related, step, area);
    }
}

fn target(model: &Model) -> Option<Target> {
    let full = model.details.full.as_ref().filter(|_| is_shown(model))?;
    model.related.targets.get(full.related.item).copied()
}

fn group(model: &Model, at: usize) -> Option<&Group> {
    current(model)?.groups.get(at)
}

/// The alerts under the cursor of the tab; none where it has no keys or nothing is related. Of a group that is too large
/// to be acted on these are a few: see [`few_enough`].
pub(super) fn under_cursor(model: &Model) -> Option<&[AlertKey]> {
    let full = model.details.full.as_ref().filter(|_| is_shown(model))?;
    match model.related.targets.get(full.related.item)? {
        Target::Group(at) => group(model, *at).map(|group| group.keys.as_slice()),
        Target::Alert(key) => Some(std::slice::from_ref(key)),
    }
}

/// An action on a group has to know each of its alerts.
pub(in crate::app) fn few_enough(model: &Model) -> Result<(), String> {
    match target(model) {
        Some(Target::Group(at)) => match group(model, at) {
            Some(group) if !group.is_whole() => Err(format!(
                "{} alerts are too many to act on unseen: Enter lists them",
                thousands(group.count)
            )),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn open(model: &mut Model, out: &mut Effects) {
    match target(model) {
        Some(Target::Group(at)) => {
            if let Some(filter) = group(model, at).map(|group| group.filter.clone()) {
                pivot::to(model, filter, out);
            }
        }
        Some(Target::Alert(key)) => details::open_over(model, key, out),
        None => say(model, "nothing is related to this alert", out),
    }
}

/// Marks what is under the cursor or, if all of it is marked, unmarks it; then goes down.
fn mark(model: &mut Model, out: &mut Effects) {
    if let Err(why) = few_enough(model) {
        return say(model, why, out);
    }
    let keys: Vec<AlertKey> = under_cursor(model).unwrap_or_default().to_vec();
    let keys: Vec<AlertKey> = keys.into_iter().filter(|key| model.table.position(*key).is_some()).collect();
    if keys.is_empty() {
        return say(model, "nothing is related to this alert", out);
    }
    let list = &mut model.list;
    let unmarks = keys.iter().all(|key| list.marks.contains(*key));
    for key in &keys {
        if unmarks {
            list.marks.remove(*key);
        } else {
            list.marks.insert(*key);
        }
    }
    marks::recount(list);
    let what = if unmarks { "unmarked" } else { "marked" };
    let all = thousands(list.marks.len());
    say(model, format!("{} {what}; {all} marked in all", alerts(keys.len())), out);
    step(model, Move::Down);
    lay_out(model);
}
