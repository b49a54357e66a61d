//! The second row: the filter, what is wrong with it, how many match and are marked; below it the suggestions.

use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::documents::moment::thousands;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::SafeStr;
use crate::ui::paint::Painter;
use crate::ui::text_field::{first_column, fits, scrolled, with_span};

/// Suggestions shown at once.
const SHOWN: usize = 10;

pub(super) fn draw(model: &Model, row: Area, painter: &mut Painter<'_>) {
    let row = Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let bar = &model.filter;
    let counts = counts(model, usize::from(row.width));
    painter.line(row, &[Piece::new("/", if bar.editing { Role::Key } else { Role::Dim })]);
    let error_inside = bar.error.is_some() && message_fits(model, row.width);
    let counts_width = line_width(&counts) as u16 + 3;
    let room_for_both = message_fits(model, row.width.saturating_sub(counts_width));
    let gives_way = error_inside && !room_for_both || counts_are_below(model, row, counts_width);
    let reserved = if gives_way { 0 } else { counts_width };
    let field = Area { x: row.x + 2, width: row.width.saturating_sub(2 + reserved), ..row };
    let text = bar.input.text();
    let pieces = match &bar.error {
        Some(error) => with_span(text, &error.span, Role::Error),
        None => with_span(text, &(0..0), Role::Body),
    };
    if bar.editing {
        let column = bar.input.column();
        let from = first_column(column, line_width(&pieces), usize::from(field.width));
        painter.line(field, &scrolled(&pieces, from));
        painter.cursor_at(field, column - from);
        underline(model, field, from, painter);
    } else if text.is_empty() {
        painter.line(field, &[Piece::new("every alert", Role::Dim)]);
    } else if bar.error.is_none() && line_width(&pieces) > usize::from(field.width) {
        // What was added last is at the end.
        painter.line(field, &scrolled(&pieces, line_width(&pieces) - usize::from(field.width)));
    } else {
        painter.line(field, &pieces);
        underline(model, field, 0, painter);
    }
    if error_inside {
        let from = field.x + SafeStr(text).terminal_width() as u16 + 3;
        let rest = Area { x: from, width: (row.x + row.width).saturating_sub(from), ..row };
        painter.line(rest, &message(model));
    }
    if reserved > 0 {
        painter.right(row, &counts);
    }
}

/// Underlines the mistake, so that colour is not its only cue; an empty span gets one cell.
fn underline(model: &Model, field: Area, from: usize, painter: &mut Painter<'_>) {
    let Some(error) = &model.filter.error else { return };
    let text = model.filter.input.text();
    let start = text.get(..error.span.start).map_or(0, |before| SafeStr(before).terminal_width());
    let wide = text.get(error.span.clone()).map_or(0, |wrong| SafeStr(wrong).terminal_width()).max(1);
    let first = start.max(from) - from;
    let last = (start + wide).saturating_sub(from).min(usize::from(field.width));
    let style = painter.theme.mistake();
    painter.restyle(
        Area { x: field.x + first as u16, width: last.saturating_sub(first) as u16, ..field },
        style,
    );
}

fn message(model: &Model) -> Vec<Piece> {
    let Some(error) = &model.filter.error else { return Vec::new() };
    vec![Piece::new(error.to_string(), Role::Error)]
}

fn message_fits(model: &Model, columns: u16) -> bool {
    let text = SafeStr(model.filter.input.text()).terminal_width();
    fits(&message(model), usize::from(columns).saturating_sub(text + 5))
}

/// True when the counts leave the bar to the text, which is being mended and has no room beside them: they stand behind the
/// message in the row below.
fn counts_are_below(model: &Model, row: Area, counts: u16) -> bool {
    let bar = &model.filter;
    let text = SafeStr(bar.input.text()).terminal_width();
    let has_room = text < usize::from(row.width.saturating_sub(2 + counts));
    bar.editing && bar.error.is_some() && !message_fits(model, row.width) && !has_room
}

/// `142 of 1,204   3 marked (1 off screen)`.
fn counts(model: &Model, room: usize) -> Vec<Piece> {
    let short = room < 90;
    let (shown, all) = match model.list.opening {
        Some(opening) => (opening.total, opening.alerts),
        None => (model.list.listing.len(), model.table.len()),
    };
    let (shown, all) = (thousands(shown), thousands(all));
    let mut line = Vec::new();
    if model.filter.error.is_some() {
        line.push(Piece::new("last good: ", Role::Dim));
    }
    line.push(Piece::from(
        if short { format!("{shown}/{all}") } else { format!("{shown} of {all}") }.as_str(),
    ));
    let marked = model.list.marks.len();
    if marked > 0 {
        line.push(Piece::new(
            format!("{}{} marked", if short { "  " } else { "   " }, thousands(marked)),
            Role::Strong,
        ));
        if model.list.hidden_marks > 0 {
            let words = if short { "off" } else { "off screen" };
            line.push(Piece::new(format!(" ({} {words})", thousands(model.list.hidden_marks)), Role::Strong));
        }
    }
    line
}

/// The mistake where it found no room in the bar, and the suggestions.
pub(super) fn popup(model: &Model, bar: Area, painter: &mut Painter<'_>) {
    let row = Area { x: bar.x + 1, width: bar.width.saturating_sub(2), ..bar };
    let mut below = Area { y: bar.y + 1, ..row };
    if model.filter.error.is_some() && !message_fits(model, row.width) {
        painter.clear(Area { x: bar.x, width: bar.width, ..below });
        let line = Area { x: row.x + 2, width: row.width.saturating_sub(2), ..below };
        painter.line(line, &message(model));
        let counts = counts(model, usize::from(row.width));
        let width = line_width(&counts) as u16 + 3;
        if counts_are_below(model, row, width)
            && fits(&message(model), usize::from(line.width.saturating_sub(width)))
        {
            painter.right(line, &counts);
        }
        below.y += 1;
    }
    if model.filter.editing && !model.filter.completion.items.is_empty() {
        suggestions(model, below, painter);
    }
}

fn suggestions(model: &Model, below: Area, painter: &mut Painter<'_>) {
    let items = &model.filter.completion.items;
    let free = model.size.1.saturating_sub(below.y + 4);
    let shown = items.len().min(SHOWN).min(usize::from(free));
    let chosen = model.filter.chosen.unwrap_or(0).min(items.len() - 1);
    let from = (chosen + 1).saturating_sub(shown);
    let window = &items[from..(from + shown).min(items.len())];
    let label = items.iter().take(200).map(|item| item.label.terminal_width()).max().unwrap_or(0).min(34);
    let count = |at: Option<usize>| at.map(thousands).unwrap_or_default();
    let number = window.iter().map(|item| count(item.count).len()).max().unwrap_or(0);
    let help = items.iter().take(200).map(|item| SafeStr(item.help).terminal_width()).max().unwrap_or(0);
    let inner = 2 + label + if number > 0 { number + 2 } else { 0 } + if help > 0 { help + 2 } else { 0 };
    let wide = (inner as u16 + 4).min(below.width);
    let start = model.filter.input.text().get(..model.filter.completion.replace.start).unwrap_or_default();
    let column = (SafeStr(start).terminal_width() as u16).min(below.width.saturating_sub(wide));
    let area = Area { x: below.x + column, width: wide, height: shown as u16 + 2, ..below };
    painter.clear(area);
    painter.frame(area, &[], true);
    for (at, item) in window.iter().enumerate() {
        let row = area.inner().row(at as u16);
        let is_chosen = model.filter.chosen == Some(from + at);
        let role = if is_chosen { Role::Strong } else { Role::Body };
        let mut line = vec![Piece::new(if is_chosen { "▌ " } else { "  " }, Role::Key)];
        let cell = safe_cell(item.label.as_safe(), label, role);
        let used = line_width(&cell);
        line.extend(cell);
        line.push(Piece::from(" ".repeat(label - used).as_str()));
        if number > 0 {
            line.push(Piece::new(format!("  {:>number$}", count(item.count)), Role::Dim));
        }
        if help > 0 {
            line.push(Piece::new(format!("  {}", item.help), Role::Dim));
        }
        painter.line(row, &line);
    }
    if items.len() > shown {
        painter.footer(area, &[Piece::new(format!("{}/{}", chosen + 1, items.len()), Role::Dim)]);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::{Buffer, Cell};
    use ratatui::layout::Rect;

    use super::*;
    use crate::app::harness::Harness;
    use crate::ui::Theme;

    /// The rows of the bar and of the message, and the column of the cursor.
    fn drawn(harness: &Harness, columns: u16) -> ([String; 2], usize) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 16));
        let row = Area { x: 0, y: 0, width: columns, height: 1 };
        let mut painter = Painter::new(&mut buffer, Theme::SIXTEEN);
        draw(&harness.model, row, &mut painter);
        popup(&harness.model, row, &mut painter);
        let cursor = painter.cursor.map_or(0, |at| usize::from(at.x));
        let wide = usize::from(columns);
        let rows = [0, 1].map(|row| {
            let cells = buffer.content().iter().skip(row * wide).take(wide);
            cells.map(Cell::symbol).collect::<String>()
        });
        (rows, cursor)
    }

    #[test]
    fn what_is_behind_the_cursor_is_seen_while_a_mistake_is_mended() {
        let short = "status:active severty:high resource:vm-web-01 a";
        let long = format!("{short} group:rg-production-west title:\"a b c\" or not since:24h");
        for (text, columns) in [(short, 60), (short, 80), (long.as_str(), 60), (long.as_str(), 80)] {
            let mut harness = Harness::small();
            harness.keys("/ ctrl-u").text(text).keys("Home");
            for at in 0..text.len() {
                let ([bar, below], cursor) = drawn(&harness, columns);
                let behind: String = bar.chars().skip(cursor).collect();
                let whole = text.len() + 4 < usize::from(columns);
                let next = &text[at..(at + if whole { text.len() } else { 10 }).min(text.len())];
                assert!(behind.starts_with(next), "{columns}, {next:?} is not seen: {bar}");
                assert!(format!("{bar}{below}").contains("there is no field"), "{bar}{below}");
                // What is hidden is told at its side.
                let field = bar.trim_start_matches([' ', '/']);
                assert!(field.starts_with(&text[..1]) || field.starts_with('…'), "{bar}");
                assert!(bar.contains(&text[text.len() - 4..]) || behind.contains('…'), "{bar}");
                harness.keys("→");
            }
        }
    }
}
