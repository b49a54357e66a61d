//! The list: a new column is one row of a table here. Only the rows in view are built.
//!
//! The cursor is a gutter and a bold title, not a repainted row: a cursor move changes few cells.

use ratatui::style::{Modifier, Style};

use crate::app::document::{self, Piece, Role, line_width, safe_cell};
use crate::app::documents::moment::{age, thousands};
use crate::app::layout::Area;
use crate::app::lines::Line;
use crate::app::model::{List, Model, Pane};
use crate::domain::Status;
use crate::domain::alert::Scan;
use crate::domain::query::{Direction, SortKey};
use crate::domain::table::Row;
use crate::ui::paint::Painter;
use crate::ui::{empty_list, heading};

/// Gutter, mark and a blank before the first column.
const LEAD: u16 = 3;

/// How wide a column is.
#[derive(Clone, Copy)]
enum Size {
    /// So many cells.
    Fixed(u16),
    /// Parts of what the fixed columns leave, at least and at most so many cells.
    Share { parts: u16, least: u16, most: u16 },
}

/// One column of the list.
struct Column {
    head: &'static str,
    size: Size,
    /// Shown when the list has at least so many cells.
    from: u16,
    right: bool,
    /// What the sort key of the column is, for the arrow in its head.
    sort: Option<SortKey>,
    cell: fn(&Row<'_>, &Model, usize) -> Vec<Piece>,
}

/// The columns of a list of at least [`ROOMY`] cells.
const WIDE: [Column; 6] = [
    Column {
        head: "Severity",
        size: Size::Fixed(9),
        from: 0,
        right: false,
        sort: Some(SortKey::Severity),
        cell: severity,
    },
    Column {
        head: "Alert",
        size: Size::Share { parts: 7, least: 16, most: u16::MAX },
        from: 0,
        right: false,
        sort: Some(SortKey::Title),
        cell: title,
    },
    Column {
        head: "Resource",
        size: Size::Share { parts: 3, least: 12, most: 32 },
        from: 0,
        right: false,
        sort: Some(SortKey::Resource),
        cell: resource,
    },
    Column { head: "Assigned", size: Size::Fixed(16), from: 100, right: false, sort: None, cell: assigned },
    Column {
        head: " Status",
        size: Size::Fixed(10),
        from: 0,
        right: false,
        sort: Some(SortKey::Status),
        cell: status,
    },
    Column { head: "Age", size: Size::Fixed(4), from: 0, right: true, sort: Some(SortKey::Time), cell: time },
];

/// The columns of a narrow list.
const NARROW: [Column; 5] = [
    Column {
        head: "Sev",
        size: Size::Fixed(4),
        from: 0,
        right: false,
        sort: Some(SortKey::Severity),
        cell: severity_short,
    },
    Column {
        head: "Alert",
        size: Size::Share { parts: 7, least: 12, most: u16::MAX },
        from: 0,
        right: false,
        sort: Some(SortKey::Title),
        cell: title,
    },
    Column {
        head: "Resource",
        size: Size::Share { parts: 3, least: 10, most: 14 },
        from: 0,
        right: false,
        sort: Some(SortKey::Resource),
        cell: resource,
    },
    Column {
        head: " Stat",
        size: Size::Fixed(5),
        from: 0,
        right: false,
        sort: Some(SortKey::Status),
        cell: status_short,
    },
    Column { head: "Age", size: Size::Fixed(4), from: 0, right: true, sort: Some(SortKey::Time), cell: time },
];

/// From this many columns of the screen on, the list shows which scanner reported an alert.
const SCANNERS: u16 = 120;

/// From this many cells on, the list has the wide columns.
const ROOMY: u16 = 64;

fn severity(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    let role = Role::Severity(row.severity());
    match row.severity() {
        crate::domain::Severity::Informational => vec![Piece::new("Info", role)],
        _ => safe_cell(row.severity_label(), width.saturating_sub(1), role),
    }
}

fn severity_short(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    let role = Role::Severity(row.severity());
    match row.severity() {
        crate::domain::Severity::Medium => vec![Piece::new("Med", role)],
        crate::domain::Severity::Informational => vec![Piece::new("Info", role)],
        _ => safe_cell(row.severity_label(), width, role),
    }
}

fn title(row: &Row<'_>, model: &Model, width: usize) -> Vec<Piece> {
    let text = if row.title().0.is_empty() { row.alert_type() } else { row.title() };
    let signs = if width >= SIGNS_FROM { signs(row, model) } else { String::new() };
    if signs.is_empty() {
        return safe_cell(text, width, Role::Body);
    }
    let room = width.saturating_sub(document::width(&signs) + 1);
    let mut cell = safe_cell(text, room, Role::Body);
    let gap = " ".repeat(room.saturating_sub(line_width(&cell)) + 1);
    cell.push(Piece::new(gap + &signs, Role::Dim));
    cell
}

/// Titles of at least so many cells end with the signs of the record and of the scanner.
const SIGNS_FROM: usize = 24;

/// What is kept of an alert and, on a screen with room for it, which scanner reported it.
fn signs(row: &Row<'_>, model: &Model) -> String {
    let mut signs = kept(row);
    let scanner = match row.flags().scan() {
        _ if model.size.0 < SCANNERS => "",
        Scan::Unknown => "",
        Scan::Agent => "◆",
        Scan::Agentless => "◇",
    };
    if !signs.is_empty() && !scanner.is_empty() {
        signs.push(' ');
    }
    signs + scanner
}

/// What is kept of an alert, by the keys that wrote it: `A` assigned, `c` a note, `b` feedback with its `+` or `-`.
fn kept(row: &Row<'_>) -> String {
    let Some(local) = row.local() else { return String::new() };
    let mut signs = String::new();
    if local.assigned.as_ref().is_some_and(|who| !who.is_empty()) {
        signs.push('A');
    }
    if !local.notes.is_empty() {
        signs.push('c');
    }
    if let Some(useful) = local.useful {
        signs.push_str(if useful { "b+" } else { "b-" });
    }
    signs
}

fn resource(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    safe_cell(row.resource(), width, Role::Body)
}

fn assigned(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    let who = row.local().and_then(|record| record.assigned.as_ref());
    who.map(|who| safe_cell(who.as_safe(), width, Role::Dim)).unwrap_or_default()
}

/// The status, with `↑` before it while a change to it is pending.
fn status(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    status_cell(row, row.status().label(), width)
}

fn status_short(row: &Row<'_>, _: &Model, width: usize) -> Vec<Piece> {
    let word = match row.status() {
        Status::Active => "Act",
        Status::InProgress => "Prog",
        Status::Resolved => "Rslv",
        Status::Dismissed => "Dism",
        Status::Other => "Other",
    };
    status_cell(row, word, width)
}

fn status_cell(row: &Row<'_>, word: &str, width: usize) -> Vec<Piece> {
    let sign = if row.pending().is_some() { "↑" } else { " " };
    let mut cell = vec![Piece::new(sign, Role::Key)];
    let role = Role::Status(row.status());
    match row.first(crate::domain::fact::FactKind::StatusText) {
        _ if row.flags().is_gone() => cell.push(Piece::new("gone", Role::Dim)),
        Some(own) if row.status() == Status::Other => {
            cell.extend(safe_cell(own, width.saturating_sub(1), role));
        }
        _ => cell.push(Piece::new(word, role)),
    }
    cell
}

fn time(row: &Row<'_>, model: &Model, _: usize) -> Vec<Piece> {
    let words = row.time().map_or_else(|| "–".to_owned(), |time| age(time, model.now));
    vec![Piece::new(words, Role::Dim)]
}

/// Columns with their place and width.
fn placed(width: u16) -> Vec<(&'static Column, u16, u16)> {
    let columns: Vec<&'static Column> =
        if width >= ROOMY { WIDE.iter().collect() } else { NARROW.iter().collect() };
    let shown: Vec<_> = columns.into_iter().filter(|column| column.from <= width).collect();
    let gaps = shown.len() as u16 - 1;
    let fixed: u16 =
        shown.iter().map(|column| if let Size::Fixed(width) = column.size { width } else { 0 }).sum();
    let mut free = width.saturating_sub(LEAD + gaps + fixed);
    let mut parts: u16 =
        shown.iter().map(|column| if let Size::Share { parts, .. } = column.size { parts } else { 0 }).sum();
    // From the right, so that the title takes what the others leave.
    let mut widths = vec![0; shown.len()];
    for (at, column) in shown.iter().enumerate().rev() {
        widths[at] = match column.size {
            Size::Fixed(width) => width,
            Size::Share { parts: own, least, most } => {
                let width = if parts == own { free } else { free * own / parts };
                let width = width.clamp(least, most).min(free);
                free -= width;
                parts -= own;
                width
            }
        };
    }
    let mut x = LEAD;
    let mut out = Vec::with_capacity(shown.len());
    for (column, width) in shown.into_iter().zip(widths) {
        out.push((column, x, width));
        x += width + 1;
    }
    out
}

pub(super) fn draw(model: &Model, area: Area, painter: &mut Painter<'_>) {
    let list = &model.list;
    painter.frame(area, &heading(model), model.focus == Pane::List && model.overlays.is_empty());
    let inner = Area {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    if list.listing.is_empty() {
        return empty_list::draw(model, inner, painter);
    }
    let columns = placed(inner.width);
    head(list, inner.row(0), &columns, painter);
    let range = list.visual.and_then(|visual| list.range_lines(visual));
    let cursor = list.cursor_line();
    let rows = usize::from(inner.height.saturating_sub(1));
    for at in 0..rows {
        let number = list.offset + at;
        let Some(what) = list.line_at(number) else { break };
        let line = inner.row(at as u16 + 1);
        let in_range = range.as_ref().is_some_and(|range| range.contains(&number));
        gutter(number == cursor, in_range, line, painter);
        match what {
            Line::Heading(group) => heading::draw(model, group, line, painter),
            Line::Alert(place) => {
                let Some(row) = list.listing.row(place) else { break };
                mark(list, &row, line, painter);
                draw_row(model, &row, number == cursor, line, &columns, painter);
            }
        }
    }
    let position = match list.group_at(list.place).filter(|_| list.on_heading) {
        Some(group) => format!("group {}/{}", thousands(group + 1), thousands(list.groups().len())),
        None => format!("{}/{}", thousands(list.place + 1), thousands(list.listing.len())),
    };
    painter.footer(area, &[Piece::new(position, Role::Dim)]);
}

/// `Alerts · open`, the mode, and the order where it is not the usual one.
fn heading(model: &Model) -> Vec<Piece> {
    let mut line = vec![Piece::from("Alerts")];
    let view = match model.filter.view {
        Some(0) => "all",
        Some(1) => "open",
        Some(2) => "mine",
        Some(3) => "dismissed",
        Some(4) => "resolved",
        _ => "",
    };
    if !view.is_empty() {
        line.push(Piece::new(format!(" · {view}"), Role::Dim));
    }
    if let Some(groups) = &model.list.listing.groups {
        line.push(Piece::new(format!(" · by {}", groups.by.label()), Role::Key));
    }
    match model.pivots.len() {
        0 => {}
        1 => line.push(Piece::new(" · pivot", Role::Key)),
        deep => line.push(Piece::new(format!(" · pivot {deep}"), Role::Key)),
    }
    if let Some(visual) = &model.list.visual {
        line.push(Piece::new(if visual.marking { " · marking" } else { " · unmarking" }, Role::Key));
    }
    line
}

fn head(list: &List, row: Area, columns: &[(&Column, u16, u16)], painter: &mut Painter<'_>) {
    for (column, x, width) in columns {
        let cell = Area { x: row.x + x, width: *width, ..row };
        let mut line = vec![Piece::new(column.head, Role::Dim)];
        if let Some((key, direction)) = list.sort.keys.first()
            && column.sort == Some(*key)
            && column.head.len() + 1 < usize::from(*width)
        {
            let arrow = if *direction == Direction::Ascending { " ▲" } else { " ▼" };
            line.push(Piece::new(arrow, Role::Dim));
        }
        if column.right {
            painter.right(cell, &line);
        } else {
            painter.line(cell, &line);
        }
    }
}

fn gutter(has_cursor: bool, in_range: bool, line: Area, painter: &mut Painter<'_>) {
    let accent = painter.theme.accent();
    if has_cursor {
        painter.mark(line, 0, "▌", accent.add_modifier(Modifier::BOLD));
    } else if in_range {
        painter.mark(line, 0, "┃", accent);
    }
}

fn mark(list: &List, row: &Row<'_>, line: Area, painter: &mut Painter<'_>) {
    let bold = painter.theme.accent().add_modifier(Modifier::BOLD);
    if list.marks.contains(&row.key()) {
        painter.mark(line, 1, "●", bold);
    }
}

fn draw_row(
    model: &Model,
    row: &Row<'_>,
    has_cursor: bool,
    line: Area,
    columns: &[(&Column, u16, u16)],
    painter: &mut Painter<'_>,
) {
    let gone = row.flags().is_gone();
    for (column, x, width) in columns {
        let cell = Area { x: line.x + x, width: *width, ..line };
        let mut pieces = (column.cell)(row, model, usize::from(*width));
        if gone {
            pieces
                .iter_mut()
                .filter(|piece| piece.role != Role::Marked)
                .for_each(|piece| piece.role = Role::Dim);
        }
        let over = if has_cursor && column.sort == Some(SortKey::Title) {
            Style::new().add_modifier(Modifier::BOLD)
        } else {
            Style::new()
        };
        let used = line_width(&pieces) as u16;
        let from = if column.right { width.saturating_sub(used) } else { 0 };
        painter.styled(Area { x: cell.x + from, width: cell.width - from, ..cell }, &pieces, over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_list_exactly() {
        for width in 56..400 {
            let columns = placed(width);
            for pair in columns.windows(2) {
                assert_eq!(pair[0].1 + pair[0].2 + 1, pair[1].1, "at {width}");
            }
            let (_, x, last) = columns.last().unwrap();
            assert_eq!(x + last, width);
            assert!(columns.iter().all(|(_, _, width)| *width >= 4));
        }
    }
}
