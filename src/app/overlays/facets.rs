//! *Add filter*: the fields, then the values of one with their counts; arrows, Space and Enter are enough.
//!
//! The values are counted on the query worker, under the filter as it would be with the ticks made so far and without
//! what it says about their own field, so that other values than those in force can be seen and ticked.

use std::sync::Arc;

use crate::app::command::Move;
use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::layout::Facets as Parts;
use crate::app::message::Question;
use crate::app::model::{Facets, Model, Overlay, Side};
use crate::app::notice::say;
use crate::app::overlays::close;
use crate::app::{Effect, Effects, list, views};
use crate::domain::filter::Values;

/// Opens it.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    let facets = Facets::new(model.filter.applied.clone());
    model.overlays.push(Overlay::Facets(Box::new(facets)));
    ask(model, out);
}

/// The state, while it is on top.
fn top(model: &mut Model) -> Option<&mut Facets> {
    match model.overlays.last_mut() {
        Some(Overlay::Facets(facets)) => Some(facets),
        _ => None,
    }
}

/// Asks for the values of the field under the cursor.
fn ask(model: &mut Model, out: &mut Effects) {
    let question = Question(model.next_serial());
    let table = Arc::clone(&model.table);
    let Some(facets) = top(model) else { return };
    facets.question = question;
    let Some(field) = facets.field() else {
        facets.awaiting = false;
        facets.offered = Values::default();
        return;
    };
    facets.awaiting = true;
    let text = facets.values.input.text().trim().to_owned();
    out.push(Effect::CountValues { question, table, filter: facets.pending(), field, text });
}

/// Values came.
pub(in crate::app) fn answered(model: &mut Model, question: Question, values: Values) {
    let height = rows(model);
    let Some(facets) = top(model).filter(|facets| facets.question == question) else { return };
    facets.awaiting = false;
    facets.offered = values;
    let last = facets.offered.facets.len().saturating_sub(1);
    go(&mut facets.values, last, None, height);
}

/// True while keys cannot be understood because the values that they are about are on their way.
pub(in crate::app) fn awaited(model: &Model) -> bool {
    matches!(model.overlays.last(), Some(Overlay::Facets(facets)) if facets.awaiting && facets.in_values)
}

fn rows(model: &Model) -> usize {
    Parts::new(model.size).values.rows().max(1)
}

/// The screen has another size.
pub(super) fn measure(facets: &mut Facets, size: (u16, u16)) {
    let height = Parts::new(size).values.rows().max(1);
    let (fields, values) = (facets.shown_fields().len(), facets.offered.facets.len());
    go(&mut facets.fields, fields.saturating_sub(1), None, height);
    go(&mut facets.values, values.saturating_sub(1), None, height);
}

/// Moves the cursor of a side, and keeps it inside and in sight.
fn go(side: &mut Side, last: usize, step: Option<Move>, height: usize) {
    let chosen = side.chosen.min(last);
    side.chosen = step.map_or(chosen, |step| list::target(chosen, last, step, height));
    side.offset = side.offset.clamp((side.chosen + 1).saturating_sub(height), side.chosen);
}

fn movement(key: Key) -> Option<Move> {
    Some(match (key.code, key.ctrl) {
        (Code::Down, false) | (Code::Char('n'), true) => Move::Down,
        (Code::Up, false) | (Code::Char('p'), true) => Move::Up,
        (Code::Home, false) => Move::First,
        (Code::End, false) => Move::Last,
        (Code::PageDown, false) => Move::PageDown,
        (Code::PageUp, false) => Move::PageUp,
        _ => return None,
    })
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let height = rows(model);
    let Some(facets) = top(model) else { return };
    let in_values = facets.in_values;
    if let Some(step) = movement(key) {
        if in_values {
            let last = facets.offered.facets.len().saturating_sub(1);
            go(&mut facets.values, last, Some(step), height);
        } else {
            let last = facets.shown_fields().len().saturating_sub(1);
            go(&mut facets.fields, last, Some(step), height);
            other_field(model, out);
        }
        return;
    }
    match key.code {
        Code::Esc => back(model, out),
        Code::Left | Code::BackTab => facets.in_values = false,
        Code::Tab if in_values => facets.in_values = false,
        Code::Enter if in_values => apply(model, out),
        Code::Char(' ') if in_values && !key.ctrl => tick(facets),
        Code::Right | Code::Tab | Code::Enter => {
            facets.in_values = facets.field().is_some();
        }
        _ => {
            let side = if in_values { &mut facets.values } else { &mut facets.fields };
            if side.input.handle(key) == Some(Edit::Changed) {
                typed(model, out);
            }
        }
    }
}

/// Pasted text narrows, as typed text does; false when this is not on top.
pub(in crate::app) fn paste(model: &mut Model, text: &str, out: &mut Effects) -> bool {
    let Some(facets) = top(model) else { return false };
    let side = if facets.in_values { &mut facets.values } else { &mut facets.fields };
    side.input.insert(text);
    typed(model, out);
    true
}

fn typed(model: &mut Model, out: &mut Effects) {
    let Some(facets) = top(model) else { return };
    if facets.in_values {
        facets.values.chosen = 0;
        facets.values.offset = 0;
        ask(model, out);
    } else {
        facets.fields.chosen = 0;
        facets.fields.offset = 0;
        other_field(model, out);
    }
}

fn other_field(model: &mut Model, out: &mut Effects) {
    let Some(facets) = top(model) else { return };
    facets.values = Side::default();
    ask(model, out);
}

/// One step back: what was typed, the values, the fields.
fn back(model: &mut Model, out: &mut Effects) {
    let Some(facets) = top(model) else { return };
    let side = if facets.in_values { &mut facets.values } else { &mut facets.fields };
    if !side.input.text().is_empty() {
        *side = Side::default();
        typed(model, out);
    } else if facets.in_values {
        facets.in_values = false;
    } else {
        close(model);
    }
}

/// Ticks the value under the cursor or takes its tick away. A time has one value at most.
fn tick(facets: &mut Facets) {
    let (Some(field), Some(facet)) = (facets.field(), facets.value()) else { return };
    let mut ticks = facets.ticked(field);
    let before = ticks.len();
    ticks.retain(|tick| !Facets::names(tick, facet));
    if ticks.len() == before {
        if field.is_time() {
            ticks.clear();
        }
        ticks.push(facet.value.clone());
    }
    facets.ticks.insert(field.name(), ticks);
}

/// Puts the filter in force that is shown.
fn apply(model: &mut Model, out: &mut Effects) {
    let Some(facets) = top(model) else { return };
    if facets.ticks.is_empty() && facets.value().is_none() {
        return say(model, "there is no value to choose here", out);
    }
    let filter = facets.outcome();
    close(model);
    views::apply(model, filter, out);
}
