//! Files to hand on: the alerts of the list, and a change as a script. The prompt has a name ready; nothing is replaced
//! unasked.

use std::sync::Arc;

use crate::app::documents::moment::counted;
use crate::app::effect::{SaveOrder, SaveWhat};
use crate::app::input::Input;
use crate::app::message::Saved;
use crate::app::model::{Contents, Model, Overlay, SavePrompt, SaveState, Saving, StatusMenu};
use crate::app::notice::{fail, say};
use crate::app::{Effect, Effects, bulk, leaving, marks, overlays};
use crate::domain::change::{Plan, ScriptTool};
use crate::domain::export::{Format, file_name, with_ending};
use crate::domain::listing::Listing;
use crate::domain::{SafeText, Status};

/// Opens the prompt for the marked alerts, else for those listed; where decisions would be lost, for all there are.
pub(super) fn open(model: &mut Model) {
    let whole = leaving::exports_all(model);
    let marking = model.list.visual.is_some_and(|visual| visual.marking);
    let marked = !whole && (marking || !model.list.marks.is_empty());
    let (alerts, off_screen) = if whole {
        let rows = (0..u32::try_from(model.table.len()).unwrap_or(u32::MAX)).collect();
        (Listing::new(Arc::clone(&model.table), rows), 0)
    } else if marked {
        acted_on(model)
    } else {
        (model.list.listing.clone(), 0)
    };
    let name = file_name("", model.now.utc, model.now.offset, Format::default().ending());
    push(model, Contents::Alerts { alerts, marked, whole, off_screen }, name);
}

/// The alerts acted on, of the newest snapshot, in the order of the list; and how many of them it does not show.
pub(super) fn acted_on(model: &Model) -> (Listing, usize) {
    let set = marks::acted_on(model).collect();
    let keys = marks::in_order(&model.list.listing, &set);
    let rows = keys.iter().filter_map(|key| model.table.position(*key)).collect();
    (Listing::new(Arc::clone(&model.table), rows), marks::off_screen(model, keys.into_iter()))
}

/// Asks for the status that a script is to set.
pub(super) fn choose_script(model: &mut Model) {
    model.overlays.push(Overlay::Status(StatusMenu { script: true, ..StatusMenu::default() }));
}

/// Opens the prompt for a script that sets the status of what a decision would cover.
pub(super) fn open_script(model: &mut Model, status: Status, out: &mut Effects) {
    let plan = bulk::planned(model, status);
    if plan.targets.is_empty() {
        say(model, format!("nothing to change: no alert that is not {} already", status.word()), out);
        return;
    }
    script_of(model, plan, status);
}

/// The change that is about to be confirmed, as a script.
pub(super) fn script_of_confirm(model: &mut Model) {
    let Some(Overlay::Confirm(confirm)) = model.overlays.last() else { return };
    if !confirm.plan.targets.is_empty() {
        let (plan, status) = (confirm.plan.clone(), confirm.status);
        script_of(model, plan, status);
    }
}

fn script_of(model: &mut Model, plan: Plan, status: Status) {
    let name = file_name(status.word(), model.now.utc, model.now.offset, "sh");
    push(model, Contents::Script { plan: Arc::new(plan), status, tool: ScriptTool::default() }, name);
}

fn push(model: &mut Model, contents: Contents, name: String) {
    let prompt = SavePrompt { contents, input: Input::new(name), state: SaveState::Typing };
    model.overlays.push(Overlay::Save(Box::new(prompt)));
}

/// The next format, or the one before.
pub(super) fn turn(prompt: &mut SavePrompt, back: bool) {
    let step = |at: usize, all: usize| if back { (at + all - 1) % all } else { (at + 1) % all };
    match &mut prompt.contents {
        Contents::Script { tool, .. } => {
            *tool = if *tool == ScriptTool::Curl { ScriptTool::Az } else { ScriptTool::Curl };
        }
        Contents::Alerts { .. } => {
            let at = Format::ALL.iter().position(|format| Some(*format) == prompt.format());
            let next = Format::ALL[at.map_or(0, |at| step(at, Format::ALL.len()))];
            let mut known: Vec<&str> = Format::ALL.map(Format::ending).to_vec();
            known.push("jsonl");
            prompt.input = Input::new(with_ending(prompt.input.text().trim(), &known, next.ending()));
        }
    }
    prompt.state = SaveState::Typing;
}

/// Orders the file to be written. `replace`: also where there is one.
pub(super) fn write(model: &mut Model, replace: bool, out: &mut Effects) {
    let number = model.next_serial();
    let Some(Overlay::Save(prompt)) = model.overlays.last_mut() else { return };
    let path = prompt.input.text().trim().to_owned();
    let format = prompt.format();
    let mut covers = None;
    let (what, label, total) = match (&prompt.contents, format) {
        _ if path.is_empty() || path.ends_with('/') => {
            prompt.state = SaveState::Refused("type the name of a file".into());
            return;
        }
        (Contents::Alerts { .. }, None) => {
            prompt.state = SaveState::Refused("let the name end in .ndjson, .json, .csv or .md".into());
            return;
        }
        (Contents::Alerts { alerts, .. }, Some(format)) => {
            let label = format!("{} as {format}", counted(alerts.len(), "alert"));
            // The rows are those of the moment when the prompt opened: a change since is not in them.
            let current = alerts.table == model.table && alerts.len() == model.table.len();
            covers = current.then(|| model.leaving.held_by(format, model.bulk.last));
            (SaveWhat::Alerts(alerts.clone(), format), label, alerts.len())
        }
        (Contents::Script { plan, status, tool }, _) => {
            let label = format!("script: {}", bulk::label(Some(*status), plan.targets.len()));
            (SaveWhat::Script(*tool, Arc::clone(plan)), label, plan.targets.len())
        }
    };
    prompt.state = SaveState::Waiting(number);
    model.saving.push(Saving { number, label, begun: false, done: 0, total, cancelling: false, covers });
    out.push(Effect::Save(SaveOrder::Write { number, path, replace, what }));
}

/// Where an order to write stands.
pub(super) fn answered(model: &mut Model, number: u64, saved: Saved, out: &mut Effects) {
    let Some(at) = model.saving.iter().position(|job| job.number == number) else { return };
    match saved {
        Saved::Begun => {
            model.saving[at].begun = true;
            if prompt_of(model, number).is_some() {
                overlays::close(model);
            }
        }
        Saved::Progress(done) => model.saving[at].done = done,
        Saved::Exists => {
            model.saving.remove(at);
            set_state(model, number, SaveState::Exists);
        }
        Saved::Failed(why) => {
            model.saving.remove(at);
            if !set_state(model, number, SaveState::Refused(why.clone())) {
                fail(model, why, out);
            }
        }
        Saved::Done { path, warning } => {
            let Saving { label, covers, .. } = model.saving.remove(at);
            model.leaving.exported = model.leaving.exported.or(covers.unwrap_or_default());
            match warning {
                None => say(model, format!("{label}: {}", path.raw()), out),
                Some(warning) => fail(model, format!("{label}: {}; {warning}", path.raw()), out),
            }
        }
    }
}

/// The prompt on top, when it waits for an order.
fn prompt_of(model: &mut Model, number: u64) -> Option<&mut SavePrompt> {
    match model.overlays.last_mut() {
        Some(Overlay::Save(prompt)) if prompt.state == SaveState::Waiting(number) => Some(prompt),
        _ => None,
    }
}

fn set_state(model: &mut Model, number: u64, state: SaveState) -> bool {
    prompt_of(model, number).map(|prompt| prompt.state = state).is_some()
}

/// True while it is looked whether a file can be written: keys wait for the answer.
pub(super) fn is_awaited(model: &Model) -> bool {
    let Some(Overlay::Save(prompt)) = model.overlays.last() else { return false };
    matches!(prompt.state, SaveState::Waiting(_))
}

/// Cancels the newest file that is being written; false without any.
pub(super) fn interrupt(model: &mut Model, out: &mut Effects) -> bool {
    let Some(job) = model.saving.iter_mut().rev().find(|job| !job.cancelling) else { return false };
    job.cancelling = true;
    let (number, label) = (job.number, job.label.clone());
    out.push(Effect::Save(SaveOrder::Cancel(number)));
    say(model, SafeText::from(format!("cancelling: {label}")), out);
    true
}
