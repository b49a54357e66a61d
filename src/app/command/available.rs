//! When a command can be used and, if not, why: what the palette, the hint bar and a pressed key say.

use crate::app::command::{Command, Grouping, View};
use crate::app::model::{Model, Pane};
use crate::app::respond::context;
use crate::app::settings::Colours;
use crate::app::{bulk, details, leaving, marks, related, respond, rights, undo, views};
use crate::domain::Status;
use crate::domain::change::Skip;
use crate::domain::progress::{FaultKind, NO_SOURCE};
use crate::domain::query::GroupBy;
use crate::domain::rights::Right;

type Available = Result<(), String>;

fn unless(reason: &str, good: bool) -> Available {
    if good { Ok(()) } else { Err(reason.to_owned()) }
}

#[allow(clippy::unnecessary_wraps)] // the type of every entry of the table
pub(super) fn always(_: &Model) -> Available {
    Ok(())
}

pub(super) fn session(model: &Model) -> Available {
    unless("no tenant is open yet", model.session.is_some())
}

/// A view is saved on the digit.
pub(super) fn saved_view<const DIGIT: u8>(model: &Model) -> Available {
    let there = views::of_digit(model, DIGIT).is_some();
    let saves = model.settings.keymap.shown(Command::View(View::Save(DIGIT)));
    unless(&format!("no view is saved on {DIGIT}: {saves} saves what the list shows"), there)
}

/// Views are kept here, so that a role that changes nothing has them too.
pub(super) fn can_save(model: &Model) -> Available {
    session(model)?;
    match model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        Some(reason) => Err(format!("read-only: {reason}")),
        None => Ok(()),
    }
}

/// There is a source to ask.
pub(super) fn source(model: &Model) -> Available {
    session(model)?;
    let of_files = model.session.as_ref().is_some_and(|session| session.files.is_some());
    unless(NO_SOURCE, !of_files)
}

/// An alert is under the cursor, or a heading with its alerts.
pub(super) fn cursor(model: &Model) -> Available {
    let list = model.list.cursor.is_some() || model.list.on_heading;
    let there = list || model.focus == Pane::Full && model.details.full.is_some();
    unless("no alert is under the cursor", there)
}

/// One alert is under the cursor.
pub(super) fn alert(model: &Model) -> Available {
    if model.focus != Pane::Full && model.list.on_heading {
        return Err("a group is under the cursor: go to one of its alerts".to_owned());
    }
    cursor(model)
}

/// An alert whose details can be opened, or a heading of the list that can be folded.
pub(super) fn opens_or_folds(model: &Model) -> Available {
    if model.focus == Pane::List { cursor(model) } else { alert(model) }
}

/// One alert is under the cursor, and not known to name no entity.
pub(super) fn any_entity(model: &Model) -> Available {
    alert(model)?;
    let none = details::current(model).is_some_and(|detail| detail.mentions.is_empty());
    unless("this alert names no entity", !none)
}

pub(super) fn any_cached(model: &Model) -> Available {
    unless("there are no alerts yet", !model.table.is_empty())
}

pub(super) fn grouped(model: &Model) -> Available {
    let groups = model.settings.keymap.said(Command::Group(Grouping::By(GroupBy::Severity)));
    let reason = format!("the list is not grouped; {groups} groups it by severity");
    unless(&reason, model.list.listing.groups.is_some())
}

pub(super) fn any_listed(model: &Model) -> Available {
    unless("no alert matches the filter", !model.list.listing.is_empty())
}

/// There is something to export: what is listed or marked, or decisions that would be lost.
pub(super) fn can_export(model: &Model) -> Available {
    if leaving::exports_all(model) || !model.list.marks.is_empty() { Ok(()) } else { any_listed(model) }
}

pub(super) fn any_mark(model: &Model) -> Available {
    unless("nothing is marked", !model.list.marks.is_empty())
}

pub(super) fn last_marks(model: &Model) -> Available {
    unless("no set was marked before", !model.list.last_marks.is_empty())
}

pub(super) fn any_pivot(model: &Model) -> Available {
    unless("there is no pivot to go back from", !model.pivots.is_empty())
}

pub(super) fn any_twin(model: &Model) -> Available {
    writable(model)?;
    unless("the last change left no twin behind", bulk::twins_left(model).next().is_some())
}

pub(super) fn filtered(model: &Model) -> Available {
    unless("there is no filter to clear", !model.filter.applied.is_all())
}

pub(super) fn full(model: &Model) -> Available {
    unless("the full details are not open", model.details.full.is_some())
}

/// The activity log is on the screen.
pub(super) fn has_log(model: &Model) -> Available {
    unless("only where section 1 shows an activity log", context::has_log(model))
}

/// The tab shows something that others have in common with the alert.
pub(super) fn any_related(model: &Model) -> Available {
    unless("nothing is related to this alert", related::under_cursor(model).is_some())
}

/// The section shown has something to open.
pub(super) fn opens(model: &Model) -> Available {
    respond::opens(model)
}

/// Changes are possible at all: not read-only, and not known to be forbidden.
fn writable(model: &Model) -> Available {
    let Some(session) = &model.session else { return Err("no tenant is open yet".to_owned()) };
    if let Some(reason) = &session.read_only {
        return Err(format!("read-only: {reason}"));
    }
    match &model.sync.push_fault {
        Some(fault) if fault.kind == FaultKind::Forbidden => Err(fault.message.to_string()),
        _ => Ok(()),
    }
}

pub(super) fn can_change(model: &Model) -> Available {
    writable(model)?;
    related::few_enough(model)?;
    let mut acted_on = marks::acted_on(model);
    let first = acted_on.next();
    unless("no alert is marked or under the cursor", first.is_some())?;
    // Of several alerts some may be in other subscriptions: each gets its own answer.
    match first.filter(|_| acted_on.next().is_none()).and_then(|key| model.table.get(key)) {
        Some(row) => rights::allow(model, row.id().subscription().as_ref(), Right::ChangeStatus),
        None => Ok(()),
    }
}

/// The status can be set: one alert alone has another. What several have is told by the plan of the change.
fn can_set(model: &Model, status: Status) -> Available {
    can_change(model)?;
    let mut acted_on = marks::acted_on(model);
    let only = acted_on.next().filter(|_| acted_on.next().is_none()).and_then(|key| model.table.get(key));
    let so = only.is_some_and(|row| row.status() == status);
    unless(&format!("nothing to change: 1 alert {}", Skip::AlreadySo.words(status)), !so)
}

pub(super) fn can_dismiss(model: &Model) -> Available {
    can_set(model, Status::Dismissed)
}

pub(super) fn can_resolve(model: &Model) -> Available {
    can_set(model, Status::Resolved)
}

pub(super) fn can_begin(model: &Model) -> Available {
    can_set(model, Status::InProgress)
}

pub(super) fn can_reactivate(model: &Model) -> Available {
    can_set(model, Status::Active)
}

/// The record is kept here: a role that may not change a status keeps notes all the same.
pub(super) fn can_record(model: &Model) -> Available {
    session(model)?;
    if let Some(reason) = model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        return Err(format!("read-only: {reason}"));
    }
    unless("no alert is marked or under the cursor", marks::acted_on(model).next().is_some())
}

/// Some alert is marked or under the cursor.
pub(super) fn any_alert(model: &Model) -> Available {
    session(model)?;
    unless("no alert is marked or under the cursor", marks::acted_on(model).next().is_some())
}

/// Commands can change anything: they are off where nothing may be changed.
pub(super) fn can_pipe(model: &Model) -> Available {
    any_alert(model)?;
    match model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        Some(reason) => Err(format!("no commands while read-only: {reason}")),
        None => Ok(()),
    }
}

/// Taking over needs a name to assign to.
pub(super) fn can_take(model: &Model) -> Available {
    can_change(model)?;
    let known = model.session.as_ref().is_some_and(|session| !session.who.is_empty());
    unless("it is not known yet who you are: not signed in", known)
}

pub(super) fn any_undo(model: &Model) -> Available {
    writable(model)?;
    unless("there is no change to undo", undo::undoable(&model.bulk).is_some())
}

pub(super) fn any_redo(model: &Model) -> Available {
    writable(model)?;
    unless("there is no undo to take back", undo::redoable(&model.bulk).is_some())
}

pub(super) fn can_repeat(model: &Model) -> Available {
    match model.bulk.decision {
        Some(decision) if decision.take => can_take(model),
        Some(_) => can_change(model),
        None => can_change(model).and(unless("no decision was made yet", false)),
    }
}

/// Themes differ on this terminal.
pub(super) fn many_colours(model: &Model) -> Available {
    match model.settings.colours {
        Colours::Many => Ok(()),
        Colours::Sixteen => unless("the terminal has only its own sixteen colours", false),
        Colours::None => unless("NO_COLOR is set: no theme has colours", false),
    }
}

pub(super) fn any_change(model: &Model) -> Available {
    unless("no change was made yet", model.bulk.last.is_some())
}
