//! The list: the cells of its columns, which `app::columns` declares. Only the rows in view are built.
//!
//! The cursor is a gutter and a bold title, not a repainted row: a cursor move changes few cells.

use chrono::{DateTime, Utc};
use ratatui::style::{Modifier, Style};

use crate::app::columns::{ColumnId, Placed};
use crate::app::document::{self, Piece, Role, line_width, safe_cell};
use crate::app::documents;
use crate::app::documents::moment::{age, minute, thousands};
use crate::app::layout::Area;
use crate::app::lines::Line;
use crate::app::model::{List, Model, Pane};
use crate::domain::alert::Scan;
use crate::domain::fact::FactKind;
use crate::domain::query::Direction;
use crate::domain::table::{LocalRecord, Row};
use crate::domain::tactic::Tactic;
use crate::domain::{SafeStr, SafeText, Severity, Status};
use crate::ui::paint::Painter;
use crate::ui::{empty_list, heading};

/// From this many columns of the screen on, the list shows which scanner reported an alert.
const SCANNERS: u16 = 120;

/// What a row says in a column of so many cells.
fn cell(id: ColumnId, roomy: bool, row: &Row<'_>, model: &Model, width: usize) -> Vec<Piece> {
    let body = |text: SafeStr<'_>| safe_cell(text, width, Role::Body);
    let fact = |kind: FactKind| row.first(kind).map(body).unwrap_or_default();
    match id {
        ColumnId::Severity if roomy => severity(row, width),
        ColumnId::Severity => severity_short(row, width),
        ColumnId::Title => title(row, model, width),
        ColumnId::Resource => body(row.resource()),
        ColumnId::Status if roomy => status_cell(row, status_word(row.status(), width), width),
        ColumnId::Status => status_short(row, width),
        ColumnId::Age => time(row, |time| age(time, model.now)),
        ColumnId::Time => time(row, |time| minute(time, model.now)),
        ColumnId::Assigned => local(row, width, |kept| kept.assigned.as_ref()),
        ColumnId::ChangedBy => local(row, width, |kept| kept.changed_by.as_ref()),
        ColumnId::Note => local(row, width, |kept| Some(&kept.notes)),
        ColumnId::Type => body(row.alert_type()),
        ColumnId::Group => body(row.group()),
        ColumnId::Subscription => body(model.list.listing.table.subscription_name(row.subscription().0)),
        ColumnId::Tactic => {
            let names: Vec<&str> = row.tactics().iter().map(Tactic::label).collect();
            body(SafeStr(&names.join(", ")))
        }
        ColumnId::Product => fact(FactKind::Product),
        ColumnId::ResourceType => fact(FactKind::ResourceType),
        ColumnId::Cloud => body(SafeStr(row.flags().cloud().label())),
        ColumnId::Host => fact(FactKind::Host),
        ColumnId::Ip => fact(FactKind::Ip),
        ColumnId::Account => fact(FactKind::Account),
        ColumnId::Id => body(SafeStr(row.name())),
    }
}

fn severity(row: &Row<'_>, width: usize) -> Vec<Piece> {
    let role = Role::Severity(row.severity());
    match row.severity() {
        Severity::Informational => vec![Piece::new("Info", role)],
        _ => safe_cell(row.severity_label(), width.saturating_sub(1), role),
    }
}

fn severity_short(row: &Row<'_>, width: usize) -> Vec<Piece> {
    let role = Role::Severity(row.severity());
    match row.severity() {
        Severity::Medium => vec![Piece::new("Med", role)],
        Severity::Informational => vec![Piece::new("Info", role)],
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

/// What the journal keeps of a row, on one line.
fn local(row: &Row<'_>, width: usize, of: impl Fn(&LocalRecord) -> Option<&SafeText>) -> Vec<Piece> {
    row.local().and_then(of).map(|text| safe_cell(text.as_safe(), width, Role::Dim)).unwrap_or_default()
}

/// The status written out where there is room for the longest beside its sign.
fn status_word(status: Status, width: usize) -> &'static str {
    match status {
        Status::InProgress if width > "In progress".len() => "In progress",
        other => other.label(),
    }
}

fn status_short(row: &Row<'_>, width: usize) -> Vec<Piece> {
    let word = match row.status() {
        Status::Active => "Act",
        Status::InProgress => "Prog",
        Status::Resolved => "Rslv",
        Status::Dismissed => "Dism",
        Status::Other => "Other",
    };
    status_cell(row, word, width)
}

/// The status, with `↑` before it while a change to it is pending.
fn status_cell(row: &Row<'_>, word: &str, width: usize) -> Vec<Piece> {
    let sign = if row.pending().is_some() { "↑" } else { " " };
    let mut cell = vec![Piece::new(sign, Role::Key)];
    let role = Role::Status(row.status());
    match row.first(FactKind::StatusText) {
        _ if row.flags().is_gone() => cell.push(Piece::new("gone", Role::Dim)),
        Some(own) if row.status() == Status::Other => {
            cell.extend(safe_cell(own, width.saturating_sub(1), role));
        }
        _ => cell.push(Piece::new(word, role)),
    }
    cell
}

fn time(row: &Row<'_>, words: impl Fn(DateTime<Utc>) -> String) -> Vec<Piece> {
    vec![Piece::new(row.time().map_or_else(|| "–".to_owned(), words), Role::Dim)]
}

pub(super) fn draw(model: &Model, area: Area, painter: &mut Painter<'_>) {
    let list = &model.list;
    painter.frame(
        area,
        &heading(model, area.columns().saturating_sub(6)),
        model.focus == Pane::List && model.overlays.is_empty(),
    );
    let inner = Area {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    if list.listing.is_empty() {
        return empty_list::draw(model, inner, painter);
    }
    let columns = model.columns().placed(inner.width);
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
    let (first, total) = match list.opening {
        Some(opening) => (opening.first, opening.total),
        None => (0, list.listing.len()),
    };
    let position = match list.group_at(list.place).filter(|_| list.on_heading) {
        Some(group) => format!("group {}/{}", thousands(group + 1), thousands(list.groups().len())),
        None => format!("{}/{}", thousands(first + list.place + 1), thousands(total)),
    };
    painter.footer(area, &[Piece::new(position, Role::Dim)]);
}

/// `Alerts · open`, the mode, and what is new in other views.
fn heading(model: &Model, room: usize) -> Vec<Piece> {
    let mut line = vec![Piece::from("Alerts")];
    let mut mode = Vec::new();
    if let Some(groups) = &model.list.listing.groups {
        mode.push(Piece::new(format!(" · by {}", groups.by.label()), Role::Key));
    }
    if model.list.opening.is_some() {
        mode.push(Piece::new(" · opening…", Role::Key));
    }
    match model.pivots.len() {
        0 => {}
        1 => mode.push(Piece::new(" · pivot", Role::Key)),
        deep => mode.push(Piece::new(format!(" · pivot {deep}"), Role::Key)),
    }
    if let Some(visual) = &model.list.visual {
        mode.push(Piece::new(if visual.marking { " · marking" } else { " · unmarking" }, Role::Key));
    }
    let left = room.saturating_sub(line_width(&line) + line_width(&mode));
    line.extend(documents::views::heading(model, left));
    line.extend(mode);
    line
}

fn head(list: &List, row: Area, columns: &[Placed], painter: &mut Painter<'_>) {
    for placed in columns {
        let cell = Area { x: row.x + placed.x, width: placed.width, ..row };
        let mut line = vec![Piece::new(placed.head(), Role::Dim)];
        if let Some((key, direction)) = list.sort.keys.first()
            && placed.column.sort == Some(*key)
            && placed.head().len() + 1 < usize::from(placed.width)
        {
            let arrow = if *direction == Direction::Ascending { " ▲" } else { " ▼" };
            line.push(Piece::new(arrow, Role::Dim));
        }
        if placed.column.right {
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
    if list.marks.contains(row.key()) {
        painter.mark(line, 1, "●", bold);
    }
}

fn draw_row(
    model: &Model,
    row: &Row<'_>,
    has_cursor: bool,
    line: Area,
    columns: &[Placed],
    painter: &mut Painter<'_>,
) {
    let gone = row.flags().is_gone();
    for Placed { column, x, width, roomy } in columns.iter().copied() {
        let room = Area { x: line.x + x, width, ..line };
        let mut pieces = cell(column.id, roomy, row, model, usize::from(width));
        if gone {
            pieces
                .iter_mut()
                .filter(|piece| piece.role != Role::Marked)
                .for_each(|piece| piece.role = Role::Dim);
        }
        let over = if has_cursor && column.id == ColumnId::Title {
            Style::new().add_modifier(Modifier::BOLD)
        } else {
            Style::new()
        };
        let used = line_width(&pieces) as u16;
        let from = if column.right { width.saturating_sub(used) } else { 0 };
        painter.styled(Area { x: room.x + from, width: width - from, ..room }, &pieces, over);
    }
}
