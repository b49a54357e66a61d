//! What lies over the screen; only the uppermost has the keys.

mod charts;
mod confirm;
mod facets;
mod failures;
mod log;
mod mail;
mod menus;
mod palette;
mod record;
mod save;
mod suppress;
mod views;

use crate::app::command::Scope;
use crate::app::document::{self, Document, Piece, Role, keys, line_width, safe_cell, width};
use crate::app::documents;
use crate::app::documents::flow::Flow;
use crate::app::layout::{self, Area, popup, sheet};
use crate::app::model::{Find, Model, Overlay};
use crate::domain::SafeStr;
use crate::ui::details::position;
use crate::ui::paint::Painter;
use crate::ui::text_field;

pub(super) fn draw(model: &Model, painter: &mut Painter<'_>) {
    let Some(top) = model.overlays.last() else { return };
    match top {
        Overlay::Confirm(confirm) => confirm::draw(model, confirm, painter),
        Overlay::ConfirmUndo(record) => confirm::undo(model, record, painter),
        Overlay::Mail(mail) => mail::draw(model, mail, painter),
        Overlay::Status(menu) => menus::status(model, menu, painter),
        Overlay::TimeRange(input, error) => menus::time_range(model, input, error.as_deref(), painter),
        Overlay::Pattern(input, error) => menus::pattern(model, input, error.as_deref(), painter),
        Overlay::Pivot(menu) => menus::pivot(model, menu, painter),
        Overlay::Facets(open) => facets::draw(model, open, painter),
        Overlay::Failures(failures) => failures::draw(model, failures, painter),
        Overlay::Note(prompt) => record::note(model, prompt, painter),
        Overlay::Assign(menu) => record::assign(model, menu, painter),
        Overlay::Judge(judge) => record::judge(model, judge, painter),
        Overlay::SignIn(code) => menus::sign_in(model, code, painter),
        Overlay::Profiles(menu) => menus::profiles(model, menu, painter),
        Overlay::Log(log) => log::draw(model, log, painter),
        Overlay::Views(menu) => views::draw(model, menu, painter),
        Overlay::Palette(palette) => palette::draw(model, palette, painter),
        Overlay::Trigger(prompt) => {
            let area = sheet(model.size);
            let document = documents::trigger::prompt(prompt, &model.table, area.inner().columns());
            let title = documents::trigger::title(prompt);
            scrolled(area, &title, &document, prompt.scroll.offset, painter);
        }
        Overlay::Outcomes(outcomes) => {
            let area = sheet(model.size);
            let document = documents::trigger::outcomes(model, outcomes.number, area.inner().columns());
            scrolled(area, "Outcomes", &document, outcomes.scroll.offset, painter);
        }
        Overlay::RuleForm(form) => suppress::rule_form(model, form, painter),
        Overlay::Rules(screen) => suppress::rules(model, screen, painter),
        Overlay::Timeline(view) => charts::timeline(model, view, painter),
        Overlay::Attack(view) => charts::attack(model, view, painter),
        Overlay::Save(prompt) => save::save(model, prompt, painter),
        Overlay::Pipe(prompt) => save::pipe(model, prompt, painter),
        Overlay::Output(output) => {
            let area = sheet(model.size);
            let end = output.ended.as_ref().map_or_else(|| "runs …".to_owned(), |end| end.words.to_string());
            // The end of a long command is cut before how it ended is.
            let room = area.inner().columns().saturating_sub(width(&end) + 2 + 3 + 2).max(8);
            let command = safe_cell(output.command.as_safe(), room, Role::Title);
            let command: String = command.into_iter().map(|piece| piece.text).collect();
            let title = format!("| {command} · {end}");
            scrolled(area, &title, &output.document, output.scroll.offset, painter);
        }
        Overlay::Jobs(scroll) => {
            let area = sheet(model.size);
            let document = documents::jobs(model, area.inner().columns());
            scrolled(area, "Running and recent work", &document, scroll.offset, painter);
        }
        Overlay::Help(scroll, find) => {
            let area = sheet(model.size);
            let document = documents::help(&model.settings, Scope::of(model), area.inner().columns());
            scrolled(area, "Help", &document, scroll.offset, painter);
            search(area, scroll.offset, find, painter);
        }
    }
}

/// A sheet of text that scrolls.
fn scrolled(area: Area, title: &str, document: &Document, offset: usize, painter: &mut Painter<'_>) {
    framed(area, title, painter);
    let text = area.inner();
    let offset = offset.min(text.last_offset(document.len()));
    painter.document(text, document, offset);
    position(area, offset, document.len(), painter);
}

/// What is searched in a sheet, on its lower edge, and a mark before the line in which it was found.
fn search(area: Area, offset: usize, find: &Find, painter: &mut Painter<'_>) {
    if !find.typing && find.input.text().is_empty() {
        return;
    }
    let found = find.line;
    let edge = area.row(area.height.saturating_sub(1));
    let label = if found.is_some() || find.input.text().trim().is_empty() { " / " } else { " not found: / " };
    let used = painter.line(Area { x: edge.x + 2, ..edge }, &[Piece::new(label, Role::Key)]);
    let field = Area { x: edge.x + 2 + used, width: FOUND, ..edge };
    painter.clear(field);
    if find.typing {
        text_field::draw(field, &find.input, painter);
    } else {
        painter.line(field, &safe_cell(SafeStr(find.input.text()), usize::from(FOUND), Role::Body));
    }
    if let Some(line) = found.and_then(|line| line.checked_sub(offset)) {
        let row = area.inner().row(line as u16);
        painter.line(Area { x: area.x + 1, width: 1, ..row }, &[Piece::new("▌", Role::Key)]);
    }
}

/// Cells for what is searched in a sheet.
const FOUND: u16 = 20;

/// An empty frame.
fn framed(area: Area, title: &str, painter: &mut Painter<'_>) {
    painter.clear(area);
    painter.frame(area, &[Piece::new(title, Role::Title)], true);
}

/// A frame around a document in the middle of the screen.
fn boxed(model: &Model, title: &str, document: &Document, painter: &mut Painter<'_>) -> Area {
    let columns = document.width().max(title.len() + 4);
    let area = popup(model.size, columns as u16, document.len() as u16);
    framed(area, title, painter);
    painter.document(area.inner(), document, 0);
    area
}

/// The sign before a line of text that is typed.
const PROMPT: &str = "› ";

/// Columns for the text of a prompt.
fn prompt_columns(model: &Model) -> usize {
    usize::from(layout::prompt_columns(model.size))
}

/// Something that a digit chooses.
struct Numbered {
    label: &'static str,
    /// It has the cursor's mark.
    cursor: bool,
    strong: bool,
}

/// Cells before what a digit chooses: the cursor's mark, the digit, blanks.
const DIGIT: usize = 5;

/// What digits choose, in two columns, numbered downwards from 1. The columns are equal, unless the first needs more and
/// the second leaves it.
fn numbered(flow: &mut Flow, entries: &[Numbered]) {
    let half = entries.len().div_ceil(2);
    let (first, second) = entries.split_at(half);
    let needed = |column: &[Numbered]| {
        column.iter().map(|entry| DIGIT + document::width(entry.label)).max().unwrap_or_default()
    };
    let column = (flow.width() / 2).max(needed(first)).min(flow.width().saturating_sub(needed(second)));
    for at in 0..half {
        let mut line = Vec::new();
        for (place, room) in [(at, column), (at + half, flow.width().saturating_sub(column))] {
            let Some(entry) = entries.get(place) else { continue };
            let role = if entry.strong { Role::Strong } else { Role::Body };
            let mut cell = vec![
                Piece::new(if entry.cursor { "▌ " } else { "  " }, Role::Key),
                Piece::new((place + 1).to_string(), Role::Key),
                Piece::from("  "),
            ];
            cell.extend(safe_cell(SafeStr(entry.label), room.saturating_sub(DIGIT), role));
            let used = line_width(&cell);
            line.extend(cell);
            line.push(Piece::from(" ".repeat(room.saturating_sub(used)).as_str()));
        }
        flow.line(line);
    }
}
