//! The full details of one alert with their tabs.

use crate::app::document::{Piece, Role, line_width, safe_cell, width};
use crate::app::layout;
use crate::app::model::{Full, Model, Tab};
use crate::app::tabs::{self, Label};
use crate::ui::paint::Painter;
use crate::ui::{hints, page, respond, status_line};

pub(super) fn draw(model: &Model, full: &Full, painter: &mut Painter<'_>) {
    let parts = layout::Full::new(model.size);
    title(model, full, parts.title, painter);
    let related = &model.related.page;
    tabs_row(model, full, parts.tabs, painter);
    let rule = "─".repeat(usize::from(model.size.0));
    painter.line(layout::Area { y: parts.tabs.y + 1, ..parts.tabs }, &[Piece::new(rule, Role::Dim)]);
    if full.tab == Tab::Respond && model.details.error.is_none() {
        respond::draw(model, painter);
    } else if full.tab == Tab::Related && !related.document.is_empty() {
        page::draw(related, full.related, parts.body, painter);
    } else if full.document.is_empty() {
        let words = if model.details.error.is_some() { "" } else { "loading…" };
        painter.line(parts.body.row(0), &[Piece::new(words, Role::Dim)]);
        if let Some(error) = &model.details.error {
            painter.safe(parts.body.row(0), error.as_safe(), Role::Error);
        }
    } else {
        let offset = full.scroll[full.tab as usize].min(parts.body.last_offset(full.document.len()));
        painter.document(parts.body, &full.document, offset);
    }
    status_line::draw(model, parts.status, painter);
    hints::draw(model, parts.hints, painter);
}

fn title(model: &Model, full: &Full, row: layout::Area, painter: &mut Painter<'_>) {
    let row = layout::Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let Some(alert) = model.table.get(full.key) else {
        painter.line(row, &[Piece::new("This alert is no longer in the cache", Role::Dim)]);
        return;
    };
    let mut line = safe_cell(alert.severity_label(), 14, Role::Severity(alert.severity()));
    line.push(Piece::from("  "));
    let used = line_width(&line);
    line.extend(safe_cell(alert.title(), row.columns().saturating_sub(used), Role::Title));
    painter.line(row, &line);
}

fn tabs_row(model: &Model, full: &Full, row: layout::Area, painter: &mut Painter<'_>) {
    let row = layout::Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let line = names(&tabs::tabs(model, full), tabs::TAB_GAP);
    painter.line(row, &line);
    let room = row.columns().saturating_sub(line_width(&line));
    let position = tabs::position(model, full, room);
    if width(&position) <= room {
        painter.right(row, &[Piece::new(position, Role::Dim)]);
    }
}

/// Names to choose from, the one shown between bars.
pub(super) fn names<T>(labels: &[Label<T>], gap: usize) -> Vec<Piece> {
    let mut line = Vec::new();
    for label in labels {
        let (text, role) = if label.chosen {
            (format!("▐{}▌", label.text), Role::Stage)
        } else {
            (format!(" {} ", label.text), Role::Dim)
        };
        line.push(Piece::new(text, role));
        line.push(Piece::from(" ".repeat(gap).as_str()));
    }
    line
}
