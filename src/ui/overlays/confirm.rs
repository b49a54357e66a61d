//! The prompts before a change and before an undo: the exact set, and Enter means No.

use super::{Numbered, PROMPT, boxed, framed, keys, numbered, prompt_columns};
use crate::app::document::{Document, Piece, Role, safe, width};
use crate::app::documents::confirm as words;
use crate::app::documents::flow::Flow;
use crate::app::layout::{Area, popup};
use crate::app::model::{Confirm, Model};
use crate::domain::change::{ChangeRecord, Reason};
use crate::domain::{SafeStr, Status};
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Kinds of alerts named one by one.
const SAMPLE: usize = 5;

/// Lines of the reasons of a dismissal.
const REASONS: usize = Reason::ALL.len().div_ceil(2);

/// Draws the prompt before a change.
pub(super) fn draw(model: &Model, confirm: &Confirm, painter: &mut Painter<'_>) {
    let columns = prompt_columns(model);
    let mut flow = Flow::new(columns);
    flow.wrap("", "  ", &words::equation(confirm));
    if confirm.plan.targets.is_empty() {
        flow.blank();
        flow.words("There is nothing to change.", Role::Body);
        flow.blank();
        flow.line(keys(&[("Enter", "close")]));
    } else {
        let asks = confirm.status == Status::Dismissed;
        let twins = words::twins(confirm, columns);
        // On a short screen kinds of alerts give way to the reasons and the keys, down to one; then what stands around.
        let answers = if asks { REASONS + 2 } else { 2 };
        // The frame, the hints and the line that answers a key need rows as well.
        let rows = usize::from(model.size.1).saturating_sub(5 + flow.len() + twins.len() + answers);
        let around = if asks { 3 } else { 1 };
        let sample = |most| {
            let mut flow = Flow::new(columns);
            words::sample(&mut flow, &model.table, confirm, most);
            flow.finish().lines
        };
        let most = (2..=SAMPLE).rev().find(|most| sample(*most).len() + around <= rows).unwrap_or(1);
        let mut sample = sample(most);
        sample.truncate(rows);
        let around = around.min(rows - sample.len());
        for line in sample.into_iter().chain(twins) {
            flow.line(line);
        }
        if asks {
            if around > 1 {
                flow.blank();
            }
            if around > 0 {
                flow.words("Reason", Role::Section);
            }
            reason_lines(&mut flow, confirm.reason);
        }
        if around > 2 || !asks && around > 0 {
            flow.blank();
        }
    }
    let comment_row = flow.len();
    if !confirm.plan.targets.is_empty() {
        flow.line(comment(confirm));
        flow.line(decision(confirm));
    }
    let document = flow.finish();
    let area = sized(model, &document, &words::title(confirm), columns, painter);
    if let Some(input) = confirm.comment.as_ref().filter(|_| confirm.typing) {
        let row = area.inner().row(comment_row as u16);
        let indent = width(COMMENT) as u16 + width(PROMPT) as u16;
        let field = Area { x: row.x + indent, width: row.width.saturating_sub(indent), ..row };
        painter.clear(field);
        text_field::draw(field, input, painter);
    }
}

const COMMENT: &str = "comment ";

/// A frame that does not change its width while something is typed.
fn sized(model: &Model, document: &Document, title: &str, columns: usize, painter: &mut Painter<'_>) -> Area {
    let area = popup(model.size, columns as u16, document.len() as u16);
    framed(area, title, painter);
    painter.document(area.inner(), document, 0);
    area
}

/// The reasons with their keys, in two columns; the chosen one has a mark and is bold.
fn reason_lines(flow: &mut Flow, chosen: Option<Reason>) {
    let entry = |reason: Reason| {
        let is_chosen = chosen == Some(reason);
        Numbered { label: reason.label(), cursor: is_chosen, strong: is_chosen }
    };
    numbered(flow, &Reason::ALL.map(entry));
}

fn comment(confirm: &Confirm) -> Vec<Piece> {
    match &confirm.comment {
        Some(input) if confirm.typing || !input.text().is_empty() => {
            let sign = if confirm.typing { PROMPT } else { "  " };
            let mut line = vec![Piece::new(COMMENT, Role::Label), Piece::new(sign, Role::Key)];
            line.extend(safe(SafeStr(input.text()), Role::Body));
            line
        }
        _ => keys(&[("c", "adds a comment")]),
    }
}

fn decision(confirm: &Confirm) -> Vec<Piece> {
    if confirm.typing {
        return keys(&[("Enter", "keep the comment"), ("Esc", "drop it")]);
    }
    if confirm.status == Status::Dismissed && confirm.reason.is_none() {
        return keys(&[("1–6", "reason, then"), ("y", "yes"), ("Enter", "No"), ("Esc", "No")]);
    }
    keys(&[("y", "yes, do it"), ("Enter", "No"), ("Esc", "No")])
}

/// Draws the prompt before an undo or redo.
pub(super) fn undo(model: &Model, record: &ChangeRecord, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    words::undo(&mut flow, record, model.now);
    flow.blank();
    flow.line(keys(&[("y", "yes, take it back"), ("Enter", "No"), ("Esc", "No")]));
    boxed(model, &words::undo_title(&model.bulk, record), &flow.finish(), painter);
}
