//! The full details of one alert with their tabs.

use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::layout;
use crate::app::model::{Full, Model, Tab};
use crate::ui::paint::Painter;
use crate::ui::{hints, page, respond, status_line};

pub(super) fn draw(model: &Model, full: &Full, painter: &mut Painter<'_>) {
    let parts = layout::Full::new(model.size);
    title(model, full, parts.title, painter);
    let related = &model.related.page;
    let (lines, offset, body) = match full.tab {
        Tab::Related => (related.document.len(), full.related.offset, parts.body),
        Tab::Respond => {
            let section = layout::Respond::new(model.size).body;
            (model.respond.page.document.len(), model.respond.place.offset, section)
        }
        tab => (full.document.len(), full.scroll[tab as usize], parts.body),
    };
    let offset = offset.min(body.last_offset(lines));
    tabs(full, lines, offset, body.rows(), parts.tabs, painter);
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

fn tabs(full: &Full, lines: usize, offset: usize, rows: usize, row: layout::Area, painter: &mut Painter<'_>) {
    let row = layout::Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let last = (offset + rows).min(lines);
    let mut position = Vec::new();
    if lines > rows {
        position.push(Piece::new(format!("{}–{last} of {lines}", offset + 1), Role::Dim));
    }
    let whole = names(full.tab, Tab::title);
    let fits = |line: &[Piece]| line_width(line) + line_width(&position) <= row.columns();
    let line = if fits(&whole) { whole } else { names(full.tab, Tab::short) };
    painter.line(row, &line);
    if fits(&line) {
        painter.right(row, &position);
    }
}

/// The names of the tabs, the one shown between bars.
fn names(shown: Tab, name: fn(Tab) -> &'static str) -> Vec<Piece> {
    let mut line = Vec::new();
    for tab in Tab::ALL {
        if tab == shown {
            line.push(Piece::new(format!("▐{}▌", name(tab)), Role::Stage));
        } else {
            line.push(Piece::new(format!(" {} ", name(tab)), Role::Dim));
        }
        line.push(Piece::from(" "));
    }
    line
}
