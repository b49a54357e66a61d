//! Small prompts: the status menu, a time range, a pattern.

use super::{PROMPT, boxed, framed, prompt_columns};
use crate::app::command::{Change, Command, every_key};
use crate::app::document::{Document, Piece, Role};
use crate::app::documents;
use crate::app::documents::flow::Flow;
use crate::app::input::Input;
use crate::app::layout::{Area, pivot_menu, popup};
use crate::app::model::{DeviceCode, Model, PivotMenu, ProfileMenu, StatusMenu};
use crate::domain::Status;
use crate::ui::details::position;
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Draws the status menu: the statuses in the order of [`Status::SETTABLE`], each with its keys.
pub(super) fn status(model: &Model, menu: &StatusMenu, painter: &mut Painter<'_>) {
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for (at, status) in Status::SETTABLE.into_iter().enumerate() {
        let name = match status {
            Status::InProgress => "In progress",
            Status::Resolved => "Resolved",
            Status::Dismissed => "Dismissed",
            Status::Active | Status::Other => "Active",
        };
        let keys = every_key(model.settings.keymap.of(Command::Change(Change::Set(status))));
        let chosen = at == menu.chosen;
        lines.push(vec![
            Piece::new(if chosen { "▌ " } else { "  " }, Role::Key),
            Piece::new(format!("{name:12}"), if chosen { Role::Strong } else { Role::Body }),
            Piece::new(if menu.script { String::new() } else { format!("  {keys}") }, Role::Dim),
        ]);
    }
    let title = if menu.script { "Script that sets status" } else { "Set status" };
    boxed(model, title, &Document { lines }, painter);
}

/// Draws the entities of an alert, one of them under the cursor.
pub(super) fn pivot(model: &Model, menu: &PivotMenu, painter: &mut Painter<'_>) {
    let mentions = &menu.detail.mentions;
    let area = pivot_menu(model.size, mentions.len());
    framed(area, "Alerts that share", painter);
    let text = area.inner();
    let document = documents::mentions(mentions, text.columns());
    let offset = menu.offset.min(text.last_offset(document.len()));
    painter.document(text, &document, offset);
    let chosen = text.row(menu.chosen.saturating_sub(offset) as u16);
    painter.line(chosen, &[Piece::new("▌", Role::Key)]);
    position(area, offset, document.len(), painter);
}

/// Draws a code that is to be typed into a browser.
pub(super) fn sign_in(model: &Model, code: &DeviceCode, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    documents::sign_in::device_code(&mut flow, code, model.now);
    boxed(model, "Sign in", &flow.finish(), painter);
}

/// Draws the profiles of the config, one of them under the cursor.
pub(super) fn profiles(model: &Model, menu: &ProfileMenu, painter: &mut Painter<'_>) {
    let Some(list) = &menu.list else { return };
    let area = popup(model.size, 72, list.len() as u16);
    framed(area, "Profiles", painter);
    let text = area.inner();
    let document = documents::sign_in::profiles(list, text.columns());
    let offset = (menu.chosen + 1).saturating_sub(text.rows());
    painter.document(text, &document, offset);
    painter.line(text.row((menu.chosen - offset) as u16), &[Piece::new("▌", Role::Key)]);
    position(area, offset, document.len(), painter);
}

/// Draws the prompt for a time range.
pub(super) fn time_range(model: &Model, input: &Input, error: Option<&str>, painter: &mut Painter<'_>) {
    let help = "24h, 7d, 2026-11-22 or 2026-11-22T14:00Z; two of them for a range";
    prompt(model, "Time range", help, input, error, painter);
}

/// Draws the prompt for a pattern.
pub(super) fn pattern(model: &Model, input: &Input, error: Option<&str>, painter: &mut Painter<'_>) {
    let help = "a filter, such as resource:vm-test* or powershell: marks what matches";
    prompt(model, "Mark by pattern", help, input, error, painter);
}

fn prompt(
    model: &Model,
    title: &str,
    help: &str,
    input: &Input,
    error: Option<&str>,
    painter: &mut Painter<'_>,
) {
    let columns = prompt_columns(model);
    let mut flow = Flow::new(columns);
    flow.line(vec![Piece::new(PROMPT, Role::Key)]);
    match error {
        Some(error) => flow.words(error, Role::Error),
        None => flow.words(help, Role::Dim),
    }
    let document = flow.finish();
    let area = popup(model.size, columns as u16, document.len() as u16);
    framed(area, title, painter);
    painter.document(area.inner(), &document, 0);
    let row = area.inner().row(0);
    text_field::draw(Area { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, input, painter);
}
