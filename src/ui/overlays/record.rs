//! The prompts of the local record: a note, an assignment, feedback.

use super::{Numbered, PROMPT, framed, numbered, prompt_columns};
use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{counted, thousands};
use crate::app::input::Input;
use crate::app::layout::{Area, popup};
use crate::app::leaving::kept;
use crate::app::model::{AssignMenu, Assignee, Chosen, Judge, Model, NotePrompt};
use crate::app::overlays::assignees;
use crate::domain::SafeStr;
use crate::domain::record::FeedbackReason;
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Names shown at once.
const NAMES: usize = 8;

/// Draws the prompt for a note.
pub(super) fn note(model: &Model, prompt: &NotePrompt, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    subject(&mut flow, model, &prompt.alerts);
    let field = flow.len();
    flow.line(vec![Piece::new(PROMPT, Role::Key)]);
    flow.words(&format!("{}; the API has no place for notes.", kept(model)), Role::Dim);
    boxed(model, &title("Note", &prompt.alerts), &flow.finish(), Some((field, &prompt.input)), painter);
}

/// Draws the menu of assignees.
pub(super) fn assign(model: &Model, menu: &AssignMenu, painter: &mut Painter<'_>) {
    let columns = prompt_columns(model);
    let mut flow = Flow::new(columns);
    subject(&mut flow, model, &menu.alerts);
    let field = flow.len();
    flow.line(vec![Piece::new(PROMPT, Role::Key)]);
    let lines = assignees(menu);
    // As many rows as there are names without anything typed: the frame does not jump.
    let rows = (menu.people.len() + 2).min(NAMES).min(usize::from(model.size.1).saturating_sub(9)).max(1);
    let from = (menu.chosen + 1).saturating_sub(rows);
    for at in from..from + rows {
        flow.line(lines.get(at).map(|line| assignee(line, at == menu.chosen, columns)).unwrap_or_default());
    }
    let mut document = flow.finish();
    document.lines.resize(field + 1 + rows, Vec::new());
    let words = format!("{}; the API has no place for it.", kept(model));
    document.lines.push(vec![Piece::new(words, Role::Dim)]);
    boxed(model, &title("Assign", &menu.alerts), &document, Some((field, &menu.input)), painter);
}

fn assignee(line: &Assignee, chosen: bool, columns: usize) -> Vec<Piece> {
    let role = if chosen { Role::Strong } else { Role::Body };
    let mut pieces = vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)];
    let room = columns.saturating_sub(8);
    match line {
        Assignee::Me(name) => {
            pieces.push(Piece::new("me  ", role));
            pieces.extend(safe_cell(name.as_safe(), room, Role::Dim));
        }
        Assignee::Nobody => pieces.push(Piece::new("nobody", role)),
        Assignee::Known(name) => pieces.extend(safe_cell(name.as_safe(), room, role)),
        Assignee::Typed(name) => {
            pieces.extend(safe_cell(name.as_safe(), room.saturating_sub(12), role));
            pieces.push(Piece::new("  as typed", Role::Dim));
        }
    }
    pieces
}

/// Draws the form of feedback.
pub(super) fn judge(model: &Model, judge: &Judge, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    subject(&mut flow, model, &judge.alerts);
    flow.words("Why", Role::Section);
    reasons(&mut flow, judge);
    let field = flow.len();
    if judge.reason.is_some() {
        flow.line(vec![Piece::new("comment ", Role::Label), Piece::new(PROMPT, Role::Key)]);
    } else {
        let last = FeedbackReason::all(judge.useful).len();
        let words = format!("1–{last} chooses, then a comment if there is one to make");
        flow.words(&words, Role::Dim);
    }
    flow.wrap(
        "",
        "",
        &[Piece::new(
            format!("{}: there is no public API for feedback, so Microsoft does not get it.", kept(model)),
            Role::Dim,
        )],
    );
    let head = if judge.useful { "Useful" } else { "Not useful" };
    let typing = judge.reason.map(|_| (field, &judge.comment));
    boxed(model, &title(head, &judge.alerts), &flow.finish(), typing, painter);
}

/// The reasons with their digits, in two columns.
fn reasons(flow: &mut Flow, judge: &Judge) {
    let all = FeedbackReason::all(judge.useful).iter().enumerate();
    let entries: Vec<Numbered> = all
        .map(|(at, reason)| Numbered {
            label: reason.label(),
            cursor: at == judge.chosen,
            strong: judge.reason == Some(*reason),
        })
        .collect();
    numbered(flow, &entries);
}

fn title(what: &str, alerts: &Chosen) -> String {
    format!("{what}: {}", counted(alerts.alerts.len(), "alert"))
}

/// What a prompt is about: the alert by name; of several, the first and how many the list does not show.
fn subject(flow: &mut Flow, model: &Model, alerts: &Chosen) {
    let Some(row) = alerts.alerts.first().and_then(|key| model.table.get(key)) else { return };
    let mut tail = Vec::new();
    if alerts.alerts.len() > 1 {
        tail.push(Piece::new(format!("  and {} more", thousands(alerts.alerts.len() - 1)), Role::Dim));
    }
    if alerts.off_screen > 0 {
        tail.push(Piece::new(format!(" ({} off screen)", thousands(alerts.off_screen)), Role::Strong));
    }
    let room = flow.width().saturating_sub(line_width(&tail) + 2);
    let resource = safe_cell(row.resource(), room / 3, Role::Dim);
    let mut line = safe_cell(row.title(), room.saturating_sub(line_width(&resource)), Role::Body);
    line.push(Piece::from("  "));
    line.extend(resource);
    line.extend(tail);
    flow.line(line);
    flow.blank();
}

/// A frame of the prompt's width around a document, with a field in one of its rows that has the keys.
fn boxed(
    model: &Model,
    title: &str,
    document: &Document,
    field: Option<(usize, &Input)>,
    painter: &mut Painter<'_>,
) {
    let area = popup(model.size, prompt_columns(model) as u16, document.len() as u16);
    framed(area, title, painter);
    painter.document(area.inner(), document, 0);
    if let Some((row, input)) = field {
        let used = document.lines.get(row).map_or(0, |line| line_width(line)) as u16;
        let row = area.inner().row(row as u16);
        text_field::draw(
            Area { x: row.x + used, width: row.width.saturating_sub(used), ..row },
            input,
            painter,
        );
    }
}

/// A name without what follows an `@`.
pub(super) fn short_name(who: SafeStr<'_>, width: usize) -> Vec<Piece> {
    let name = who.0.split_once('@').map_or(who.0, |(name, _)| name);
    if who.0.is_empty() {
        safe(SafeStr("–"), Role::Dim)
    } else {
        safe_cell(SafeStr(name), width, Role::Dim)
    }
}
