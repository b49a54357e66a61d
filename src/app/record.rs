//! The local record: notes, assignment, feedback. Nothing of it is sent; the journal keeps it.

use std::collections::HashSet;

use crate::app::command::Record;
use crate::app::effect::JournalOrder;
use crate::app::input::Input;
use crate::app::journal::{Order, order};
use crate::app::model::{AssignMenu, Chosen, Judge, Model, NotePrompt, Overlay};
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effects, details, leaving, marks};
use crate::domain::picked::Picked;
use crate::domain::record::{Deed, DeedKind, judgement};
use crate::domain::remediation::Step;
use crate::domain::{AlertKey, SafeText};

/// Opens the prompt of a command.
pub(super) fn run(model: &mut Model, what: Record) {
    let alerts = chosen(model);
    let overlay = match what {
        Record::Note => Overlay::Note(Box::new(NotePrompt { alerts, input: Input::default() })),
        Record::Assign => Overlay::Assign(Box::new(menu(model, alerts))),
        Record::Judge(useful) => Overlay::Judge(Box::new(Judge {
            alerts,
            useful,
            chosen: 0,
            reason: None,
            comment: Input::default(),
        })),
    };
    model.overlays.push(overlay);
}

/// The alerts acted on, frozen: what arrives while a prompt is open is no part of it.
fn chosen(model: &Model) -> Chosen {
    let keys: Vec<_> = marks::acted_on(model).collect();
    let off_screen = marks::off_screen(model, keys.iter().copied());
    Chosen { alerts: Picked::of(&model.table, keys), off_screen }
}

/// The names known: who has alerts now, and who changed some.
fn menu(model: &Model, alerts: Chosen) -> AssignMenu {
    let me = model.session.as_ref().map(|session| session.who.clone()).unwrap_or_default();
    let locals = model.table.local().values();
    let named = locals.flat_map(|local| [&local.assigned, &local.changed_by]).flatten();
    // Few people, and a record of each for every alert: each is looked at once.
    let people: HashSet<&SafeText> = named.filter(|who| !who.is_empty() && **who != me).collect();
    let mut people: Vec<SafeText> = people.into_iter().cloned().collect();
    people.sort_by_cached_key(|who| (who.raw().to_lowercase(), who.clone()));
    AssignMenu { alerts, me, people, input: Input::default(), chosen: 0 }
}

/// Orders a deed on alerts, by the analyst and under the filter in force.
pub(super) fn submit(
    model: &mut Model,
    alerts: Chosen,
    kind: DeedKind,
    out: &mut Effects,
    with: impl FnOnce(Deed) -> Deed,
) {
    let Some(session) = &model.session else { return };
    if let Some(why) = &session.read_only {
        // It may have become so while the prompt was open.
        let why = format!("read-only: {why}");
        return fail(model, why, out);
    }
    let deed = Deed::new(kind, session.who.clone(), model.now.utc);
    let deed = with(deed.under(model.filter.applied.to_string()));
    order(model, Order::Record, JournalOrder::Record(deed, alerts.alerts), out);
}

/// Ticks a step of an alert off, or opens it again.
pub(super) fn tick(model: &mut Model, key: AlertKey, step: &Step, out: &mut Effects) {
    let done = details::current(model).is_some_and(|shown| shown.record.tick(step.id).is_some());
    let kind = if done { DeedKind::StepOpen } else { DeedKind::StepDone };
    let words = match step.links.first() {
        Some(link) if step.text.is_empty() => link.label.clone(),
        _ => step.text.clone(),
    };
    let alerts = Chosen { alerts: Picked::of(&model.table, [key]), off_screen: 0 };
    submit(model, alerts, kind, out, |deed| deed.ticking(step.id, words));
}

/// The journal has a deed: what is shown of the alert changed.
pub(super) fn recorded(model: &mut Model, kind: DeedKind, count: usize, value: &SafeText, out: &mut Effects) {
    leaving::recorded(model, kind);
    let be = if count == 1 { "is" } else { "are" };
    let (until, place) =
        if leaving::is_temporary(model) { (" until you leave", "until you leave") } else { ("", "here") };
    let mine = model.session.as_ref().is_some_and(|session| session.who == *value);
    let text = match kind {
        DeedKind::Note => format!("note kept on {}{until}", alerts(count)),
        DeedKind::Assign if value.is_empty() => format!("{} {be} nobody's now", alerts(count)),
        DeedKind::Assign if mine => format!("{} {be} yours now", alerts(count)),
        DeedKind::Assign => format!("{} {be} assigned to {} now", alerts(count), value.raw()),
        DeedKind::Feedback if value.raw() == judgement(true) => {
            format!("{} judged useful; kept {place}", alerts(count))
        }
        DeedKind::Feedback => format!("{} judged not useful; kept {place}", alerts(count)),
        DeedKind::StepDone => "step ticked off".to_owned(),
        DeedKind::StepOpen => "step open again".to_owned(),
        // Whoever did it says so, with more words than there are here.
        DeedKind::RuleCreated
        | DeedKind::RuleEdited
        | DeedKind::RuleDeleted
        | DeedKind::ContactsEdited
        | DeedKind::LogicAppTriggered => String::new(),
    };
    if !text.is_empty() {
        say(model, text, out);
    }
    details::reload(model, out);
}
