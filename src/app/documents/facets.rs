//! *Add filter*: the fields, and the values of one with their counts.

use crate::app::document::{Document, Piece, Role, line_width, safe_cell, width};
use crate::app::documents::moment::thousands;
use crate::app::model::Facets;
use crate::domain::SafeStr;
use crate::domain::filter::Field;

/// From so many columns on, the fields say what they match.
const HELPFUL: usize = 40;

/// What stands in the place of the fields when none is left.
const NO_FIELD: &str = "no field has such a name";

/// Columns for a field's name.
const NAME: usize = 14;

/// The fields, a line each: `●` where the filter says something about one.
pub fn fields(facets: &Facets, columns: usize) -> Document {
    let pending = facets.pending();
    let line = |(at, field): (usize, Field)| {
        let chosen = at == facets.fields.chosen;
        let said = pending.without(field) != pending;
        let name = if chosen { Role::Strong } else { Role::Body };
        let mut line = vec![
            Piece::new(if chosen { "▌" } else { " " }, Role::Key),
            Piece::new(if said { "● " } else { "  " }, Role::Key),
            Piece::new(format!("{:NAME$}", field.name()), name),
        ];
        if columns >= HELPFUL {
            line.extend(safe_cell(SafeStr(field.help()), columns.saturating_sub(NAME + 4), Role::Dim));
        }
        line
    };
    let mut lines: Vec<_> = facets.shown_fields().into_iter().enumerate().map(line).collect();
    // Where the values stand beside them, it is said there.
    if lines.is_empty() && columns >= HELPFUL {
        lines.push(vec![Piece::new(NO_FIELD, Role::Dim)]);
    }
    Document { lines }
}

/// The values of the field under the cursor, a line each: its tick, its words and how many alerts have it.
pub fn values(facets: &Facets, columns: usize) -> Document {
    let Some(field) = facets.field() else { return Document::default() };
    let ticks = facets.ticked(field);
    let most = facets.offered.facets.iter().map(|facet| thousands(facet.count).len()).max().unwrap_or(1);
    let mut lines = Vec::with_capacity(facets.offered.facets.len() + 1);
    for (at, facet) in facets.offered.facets.iter().enumerate() {
        let chosen = facets.in_values && at == facets.values.chosen;
        let role = if chosen { Role::Strong } else { Role::Body };
        let mut line = vec![
            Piece::new(if chosen { "▌" } else { " " }, Role::Key),
            Piece::new(if Facets::is_ticked(&ticks, facet) { "[x] " } else { "[ ] " }, Role::Key),
        ];
        let room = columns.saturating_sub(5 + 2 + most);
        let words = if facet.value.is_empty() {
            vec![Piece::new("(none)", Role::Dim)]
        } else {
            safe_cell(facet.label.as_safe(), room, role)
        };
        let count = thousands(facet.count);
        let gap = (room + 2 + most).saturating_sub(line_width(&words) + width(&count));
        line.extend(words);
        line.push(Piece::from(" ".repeat(gap).as_str()));
        line.push(Piece::new(count, if facet.count == 0 { Role::Dim } else { role }));
        lines.push(line);
    }
    Document { lines }
}

/// What to say in place of values.
pub fn no_values(facets: &Facets) -> &'static str {
    match (facets.field(), facets.awaiting) {
        (None, _) => NO_FIELD,
        (_, true) => "counting…",
        (Some(_), false) if facets.values.input.text().trim().is_empty() => "no alert has a value here",
        (Some(_), false) => "no value holds this",
    }
}
