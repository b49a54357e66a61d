//! Pivots: the alerts that share an entity, and the way back.
//!
//! A pivot is a filter for exactly one value, over every status and any time: the number beside the entity says how many
//! alerts that are. It keeps order and marks, as every filter does. Where it began is remembered, several deep, and
//! Backspace brings filter, view, order, cursor and marks of that place back, with the details that were open.

use crate::app::command::{Command, Mark, Pivot};
use crate::app::input::Input;
use crate::app::lines::{Lines, Under};
use crate::app::message::Mention;
use crate::app::model::{Frame, Model, Opened, Overlay, Pane, PivotMenu, Spot};
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effects, details, list, marks, views};
use crate::domain::AlertKey;
use crate::domain::filter::Filter;

/// Pivots that can be taken back at most; the oldest is forgotten.
const DEEPEST: usize = 64;

/// Carries out a pivot command.
pub(super) fn run(model: &mut Model, pivot: Pivot, out: &mut Effects) {
    match pivot {
        Pivot::Back => {
            back(model, out);
        }
        wish => {
            model.details.pivot = Some(wish);
            answered(model, out);
        }
    }
}

/// Carries out what waited for the details, once they are there.
pub(super) fn answered(model: &mut Model, out: &mut Effects) {
    let Some(wish) = model.details.pivot else { return };
    let Some(detail) = details::current(model).cloned() else {
        if let Some(error) = model.details.error.clone() {
            model.details.pivot = None;
            fail(model, error, out);
        }
        return;
    };
    model.details.pivot = None;
    match wish {
        Pivot::Entity(at) => match detail.mentions.get(usize::from(at)) {
            Some(mention) => to_entity(model, mention, out),
            None => say(model, letters(model, detail.mentions.len()), out),
        },
        Pivot::Menu if detail.mentions.is_empty() => say(model, letters(model, 0), out),
        Pivot::Menu => model.overlays.push(Overlay::Pivot(PivotMenu { detail, chosen: 0, offset: 0 })),
        Pivot::Back => {}
    }
}

/// What to press instead of a letter that names nothing.
fn letters(model: &Model, entities: usize) -> String {
    let shown = |pivot| model.settings.keymap.shown(Command::Pivot(pivot));
    let first = shown(Pivot::Entity(0));
    match entities {
        0 => "this alert names no entity".to_owned(),
        1 => format!("this alert names one entity: {first}"),
        26.. => format!("{} lists every entity of this alert", shown(Pivot::Menu)),
        several => {
            let last = shown(Pivot::Entity(several as u8 - 1));
            format!("the entities of this alert are {first} to {last}")
        }
    }
}

/// Lists the alerts that share an entity.
pub(super) fn to_entity(model: &mut Model, mention: &Mention, out: &mut Effects) {
    match Filter::naming(mention.kind, mention.fact().raw()) {
        Some(filter) => to(model, filter, out),
        None => fail(model, "this entity has no name to filter by", out),
    }
}

/// Lists what a filter says, and remembers the way back. The cursor stays on the alert from which it goes.
pub(super) fn to(model: &mut Model, filter: Filter, out: &mut Effects) {
    let from = model.details.wanted;
    if model.filter.applied == filter && model.focus != Pane::Full {
        say(model, "the list shows just these alerts", out);
        return;
    }
    let frame = frame(model);
    if model.pivots.len() == DEEPEST {
        model.pivots.remove(0);
    }
    model.pivots.push(frame);
    model.list.visual = None;
    leave_full(model);
    let spot = Spot { under: from.map(Under::Alert), ..model.list.spot() };
    if model.filter.applied == filter {
        list::put(model, spot, out);
    } else {
        model.list.spot = Some(spot);
        views::apply(model, filter, out);
    }
    details::follow(model, out);
}

fn leave_full(model: &mut Model) {
    model.details.full = None;
    model.details.trail.clear();
    details::focus(model, Pane::List);
}

fn frame(model: &Model) -> Frame {
    let (bar, list, details) = (&model.filter, &model.list, &model.details);
    let mut opened = details.trail.clone();
    opened.extend(details.full.as_ref().map(Opened::from));
    Frame {
        text: bar.input.text().to_owned(),
        filter: bar.applied.clone(),
        view: bar.view,
        home: bar.home,
        previous: bar.previous.clone(),
        look: views::look(model),
        folds: list.folds.clone(),
        spot: list.spot(),
        marks: list.marks.clone(),
        base: list.base.clone(),
        base_of_group: list.base_of_group,
        opened,
    }
}

/// Back to where the last pivot began; false when there was none. Marks made since can be brought back.
pub(super) fn back(model: &mut Model, out: &mut Effects) -> bool {
    let Some(frame) = model.pivots.pop() else { return false };
    leave_full(model);
    model.list.visual = None;
    let bar = &mut model.filter;
    bar.input = Input::new(frame.text);
    bar.editing = false;
    bar.error = None;
    bar.view = frame.view;
    bar.home = frame.home;
    bar.previous = frame.previous;
    let same_filter = bar.applied == frame.filter;
    bar.applied = frame.filter;
    let same = !views::arrange(model, &frame.look) && same_filter;
    let list = &mut model.list;
    list.folds = frame.folds;
    list.lines = Lines::new(&list.listing, &list.folds);
    let made = if list.marks == frame.marks { 0 } else { list.marks.len() };
    if made > 0 {
        list.last_marks = std::mem::replace(&mut list.marks, frame.marks);
    } else {
        list.marks = frame.marks;
    }
    list.base = frame.base;
    list.base_of_group = frame.base_of_group;
    marks::keep_known(list, &model.table);
    marks::recount(list);
    if same {
        list::put(model, frame.spot, out);
    } else {
        list.spot = Some(frame.spot);
        list::ask_anew(model, out);
    }
    details::reopen(model, frame.opened, out);
    if made > 0 {
        let brings = model.settings.keymap.said(Command::Mark(Mark::Last));
        say(model, format!("{} marked there; {brings} brings them back", alerts(made)), out);
    }
    true
}

/// Alerts that a change took since: Backspace does not mark them again.
pub(super) fn settle(model: &mut Model, changed: &[AlertKey]) {
    for frame in &mut model.pivots {
        for key in changed {
            frame.marks.remove(*key);
        }
    }
}
