//! The alerts of a change that failed, are in conflict or unconfirmed: which, what became of them, and why.

use super::framed;
use crate::app::document::{Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::bar::outcomes;
use crate::app::documents::failures::none;
use crate::app::documents::flow::Flow;
use crate::app::documents::history::outcome;
use crate::app::documents::jobs::what;
use crate::app::layout::{Area, failure_rows, failure_words, sheet};
use crate::app::model::{Failure, Failures, Model};
use crate::domain::SafeStr;
use crate::domain::change::TargetRecord;
use crate::domain::table::Row;
use crate::ui::paint::Painter;

/// Rows above the list: what came of the change, and a blank one where one is enough for it.
const HEAD: u16 = 2;

/// The widest column of titles.
const TITLES: usize = 40;

/// Cells of an outcome's word.
const OUTCOME: usize = 11;

/// The column of resources, which narrow screens do not have: many alerts of one change have one title.
const RESOURCES: usize = 18;
const WIDE: usize = 76;

pub(super) fn draw(model: &Model, failures: &Failures, painter: &mut Painter<'_>) {
    let area = sheet(model.size);
    framed(area, &format!("Failures of change {}", failures.change.id), painter);
    let text = area.inner();
    let mut head = vec![Piece::from(format!("{}:  ", what(&failures.change)).as_str())];
    head.extend(outcomes(&failures.change.tally));
    let mut above = Flow::new(text.columns());
    above.wrap("", "  ", &head);
    above.shorten(HEAD.into());
    painter.document(Area { height: HEAD.min(text.height), ..text }, &above.finish(), 0);
    let rows = failure_rows(model.size);
    let high = failure_words(model.size).min(text.height);
    let words = Area { y: text.y + text.height - high, height: high, ..text };
    if failures.targets.is_empty() {
        painter.line(text.row(HEAD), &[Piece::new(none(&failures.change.tally), Role::Good)]);
    } else {
        heads(text.row(HEAD), painter);
        let last = (failures.offset + rows).min(failures.targets.len());
        let shown = failures.targets.get(failures.offset..last).unwrap_or_default();
        for (line, Failure { key, record }) in shown.iter().enumerate() {
            let chosen = failures.offset + line == failures.chosen;
            let known = key.and_then(|key| model.table.get(key));
            one(record, known, chosen, text.row(HEAD + 1 + line as u16), painter);
            if chosen {
                why(record, known, words, painter);
            }
        }
    }
    if failures.targets.len() > rows {
        let position = format!("{}/{}", failures.chosen + 1, failures.targets.len());
        painter.footer(area, &[Piece::new(position, Role::Dim)]);
    }
}

/// Where the chosen alert is, and why it is here, in full where that fits.
fn why(target: &TargetRecord, known: Option<Row<'_>>, area: Area, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(area.columns());
    let mut line = Vec::new();
    if let Some(row) = known {
        line.extend(safe(row.resource(), Role::Strong));
        line.push(Piece::from("  "));
    }
    if target.detail.is_empty() {
        line.push(Piece::new("no reason was given", Role::Dim));
    } else {
        line.extend(safe(target.detail.as_safe(), Role::Body));
    }
    flow.wrap("", "", &line);
    flow.shorten(area.rows());
    painter.document(area, &flow.finish(), 0);
}

/// Cells of the columns of titles and of resources.
fn widths(row: Area) -> (usize, usize) {
    let resources = if row.columns() >= WIDE { RESOURCES } else { 0 };
    ((row.columns().saturating_sub(resources) / 2).min(TITLES), resources)
}

fn heads(row: Area, painter: &mut Painter<'_>) {
    let (titles, resources) = widths(row);
    let mut line = vec![Piece::new(format!("  {:titles$}  ", "Alert"), Role::Dim)];
    if resources > 0 {
        line.push(Piece::new(format!("{:resources$}  ", "Resource"), Role::Dim));
    }
    line.push(Piece::new(format!("{:OUTCOME$}  Why", "Outcome"), Role::Dim));
    painter.line(row, &line);
}

fn one(target: &TargetRecord, known: Option<Row<'_>>, chosen: bool, row: Area, painter: &mut Painter<'_>) {
    let (titles, resources) = widths(row);
    let role = if chosen { Role::Strong } else { Role::Body };
    let name = match known {
        Some(alert) if !alert.title().0.is_empty() => safe_cell(alert.title(), titles, role),
        _ => safe_cell(SafeStr(target.target.id.name()), titles, role),
    };
    let resource = known.map_or(SafeStr(""), |alert| alert.resource());
    let mut line = vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)];
    pad(&mut line, name, titles + 2);
    if resources > 0 {
        pad(&mut line, safe_cell(resource, resources, Role::Body), resources + 2);
    }
    pad(&mut line, vec![outcome(target.outcome)], OUTCOME + 2);
    if target.detail.is_empty() && resources == 0 {
        line.extend(safe(resource, Role::Dim));
    } else {
        line.extend(safe(target.detail.as_safe(), Role::Body));
    }
    painter.line(row, &line);
}

fn pad(line: &mut Vec<Piece>, cell: Vec<Piece>, width: usize) {
    let used = line_width(&cell);
    line.extend(cell);
    line.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
}
