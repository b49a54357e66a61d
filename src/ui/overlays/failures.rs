//! The alerts of a change that are not verified: which, what became of them, and why.

use super::framed;
use crate::app::document::{Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::bar::outcomes;
use crate::app::documents::flow::Flow;
use crate::app::documents::history::outcome;
use crate::app::documents::jobs::what;
use crate::app::layout::{Area, failure_rows, sheet};
use crate::app::model::{Failures, Model};
use crate::domain::SafeStr;
use crate::domain::change::TargetRecord;
use crate::ui::paint::Painter;

/// The widest column of titles.
const TITLES: usize = 40;

/// Cells of an outcome's word.
const OUTCOME: usize = 11;

pub(super) fn draw(model: &Model, failures: &Failures, painter: &mut Painter<'_>) {
    let area = sheet(model.size);
    framed(area, &format!("Failures of change {}", failures.change.id), painter);
    let text = area.inner();
    let mut head = vec![Piece::from(format!("{}:  ", what(&failures.change)).as_str())];
    head.extend(outcomes(&failures.change.tally));
    painter.line(text.row(0), &head);
    let rows = failure_rows(model.size);
    if failures.targets.is_empty() {
        painter.line(text.row(2), &[Piece::new("Nothing failed: every alert was read back.", Role::Good)]);
    } else {
        heads(text.row(2), painter);
        let shown = failures.targets.iter().enumerate().skip(failures.offset).take(rows);
        for (line, (at, target)) in shown.enumerate() {
            one(model, target, at == failures.chosen, text.row(3 + line as u16), painter);
        }
    }
    if let Some(chosen) = failures.targets.get(failures.chosen) {
        why(model, chosen, Area { y: text.y + text.height.saturating_sub(2), height: 2, ..text }, painter);
    }
    if failures.targets.len() > rows {
        let position = format!("{}/{}", failures.chosen + 1, failures.targets.len());
        painter.footer(area, &[Piece::new(position, Role::Dim)]);
    }
}

/// Where the chosen alert is, and why it is here, in full.
fn why(model: &Model, target: &TargetRecord, area: Area, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(area.columns());
    let mut line = Vec::new();
    if let Some(row) = model.table.find(&target.target.id) {
        line.extend(safe(row.resource(), Role::Strong));
        line.push(Piece::from("  "));
    }
    if target.detail.is_empty() {
        line.push(Piece::new("no reason was given", Role::Dim));
    } else {
        line.extend(safe(target.detail.as_safe(), Role::Body));
    }
    flow.wrap("", "", &line);
    painter.document(area, &flow.finish(), 0);
}

fn title_width(row: Area) -> usize {
    row.columns().saturating_sub(OUTCOME + 4).min(TITLES).max(12).min(row.columns() / 2)
}

fn heads(row: Area, painter: &mut Painter<'_>) {
    let column = title_width(row);
    painter
        .line(row, &[Piece::new(format!("  {:column$}  {:OUTCOME$}  Why", "Alert", "Outcome"), Role::Dim)]);
}

fn one(model: &Model, target: &TargetRecord, chosen: bool, row: Area, painter: &mut Painter<'_>) {
    let column = title_width(row);
    let role = if chosen { Role::Strong } else { Role::Body };
    let known = model.table.find(&target.target.id);
    let name = match &known {
        Some(alert) if !alert.title().0.is_empty() => safe_cell(alert.title(), column, role),
        _ => safe_cell(SafeStr(target.target.id.name()), column, role),
    };
    let mut line = vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)];
    pad(&mut line, name, column + 2);
    pad(&mut line, vec![outcome(target.outcome)], OUTCOME + 2);
    line.extend(safe(target.detail.as_safe(), Role::Body));
    if target.detail.is_empty() {
        let words = known.map(|alert| safe(alert.resource(), Role::Dim)).unwrap_or_default();
        line.extend(words);
    }
    painter.line(row, &line);
}

fn pad(line: &mut Vec<Piece>, cell: Vec<Piece>, width: usize) {
    let used = line_width(&cell);
    line.extend(cell);
    line.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
}
