//! Draws *Add filter*: fields and values side by side or, where that is too narrow, one after the other.

use super::framed;
use crate::app::document::{Document, Piece, Role, line_width, safe_cell};
use crate::app::documents::facets::{fields, no_values, values};
use crate::app::layout::{Area, Facets as Parts};
use crate::app::model::{Facets, Model, Side};
use crate::domain::SafeStr;
use crate::ui::details::place;
use crate::ui::paint::Painter;
use crate::ui::text_field;

pub(super) fn draw(model: &Model, facets: &Facets, painter: &mut Painter<'_>) {
    let parts = Parts::new(model.size);
    framed(parts.frame, "Add filter", painter);
    typed(facets, parts.typed, painter);
    if parts.both() || !facets.in_values {
        let document = fields(facets, parts.fields.columns());
        side(&facets.fields, &document, parts.fields, painter);
    }
    if parts.both() {
        for at in 0..parts.values.height {
            let row = parts.values.row(at);
            painter.line(Area { x: row.x - 2, width: 1, ..row }, &[Piece::new("│", Role::Dim)]);
        }
    }
    if parts.both() || facets.in_values {
        if facets.offered.facets.is_empty() {
            painter.line(parts.values.row(0), &[Piece::new(no_values(facets), Role::Dim)]);
        } else {
            let document = values(facets, parts.values.columns());
            side(&facets.values, &document, parts.values, painter);
        }
    }
    outcome(facets, parts.outcome, painter);
    footer(facets, &parts, painter);
}

/// The lines of a side that are in sight.
fn side(side: &Side, document: &Document, area: Area, painter: &mut Painter<'_>) {
    painter.document(area, document, side.offset.min(area.last_offset(document.len())));
}

/// What is typed on the side that has the keys, behind the name of what it narrows.
fn typed(facets: &Facets, row: Area, painter: &mut Painter<'_>) {
    let (name, input) = if facets.in_values {
        (facets.field().map_or("", |field| field.name()), &facets.values.input)
    } else {
        ("field", &facets.fields.input)
    };
    let prompt = [Piece::new(name, Role::Label), Piece::new(" › ", Role::Key)];
    let used = line_width(&prompt) as u16;
    painter.line(row, &prompt);
    text_field::draw(Area { x: row.x + used, width: row.width.saturating_sub(used), ..row }, input, painter);
}

/// The filter that Enter puts in force.
fn outcome(facets: &Facets, row: Area, painter: &mut Painter<'_>) {
    let filter = facets.outcome();
    let text = if filter.is_all() { "every alert".to_owned() } else { filter.to_string() };
    let mut line = vec![Piece::new("/ ", Role::Key)];
    line.extend(safe_cell(SafeStr(&text), row.columns().saturating_sub(2), Role::Dim));
    painter.line(row, &line);
}

/// Where the side that has the keys stands, and whether there are more values than are shown.
fn footer(facets: &Facets, parts: &Parts, painter: &mut Painter<'_>) {
    let (side, count) = if facets.in_values {
        (&facets.values, facets.offered.facets.len())
    } else {
        (&facets.fields, facets.shown_fields().len())
    };
    let mut line = Vec::new();
    if facets.in_values && facets.offered.more {
        line.push(Piece::new("the most frequent; typing finds others", Role::Dim));
    }
    if let Some(place) = place(parts.values.rows(), side.offset, count) {
        line.push(Piece::from(if line.is_empty() { "" } else { " · " }));
        line.push(place);
    }
    if !line.is_empty() {
        painter.footer(parts.frame, &line);
    }
}
