//! Drawing: reads the [`Model`], writes a frame, changes nothing.
//!
//! | module | draws |
//! | --- | --- |
//! | [`theme`] | roles to styles |
//! | `page` | a text with items and a cursor |
//! | `paint` | pieces into cells: the only place that draws into the buffer |
//! | [`ascii`] | the cells for a terminal without UTF-8 |
//! | `header`, `filter_bar`, `histogram`, `alert_table`, `heading`, `empty_list`, `details`, `status_line`, `hints` | the parts of the main screen |
//! | `full` | the full details with their tabs |
//! | `respond` | their *Take action* tab |
//! | `form` | fields and a button |
//! | `overlays` | what lies over the screen |
//! | `first_run` | the screen without a configuration |

mod alert_table;
pub mod ascii;
mod details;
mod empty_list;
mod filter_bar;
mod first_run;
mod form;
mod full;
mod header;
mod heading;
mod hints;
mod histogram;
mod overlays;
mod page;
mod paint;
mod respond;
mod status_line;
mod text_field;
pub mod theme;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use crate::app::command::{App, Command};
use crate::app::document::{Piece, Role};
use crate::app::layout::{Area, Main, SMALLEST};
use crate::app::model::{Model, Pane};
use crate::ui::paint::Painter;
use crate::ui::theme::Theme;

/// Draws the screen into blank cells, with a palette. Gives where the terminal's cursor is to be seen.
pub fn view(model: &Model, frame: &mut Buffer, theme: Theme) -> Option<Position> {
    let mut painter = Painter::new(frame, theme);
    draw(model, &mut painter);
    let cursor = painter.cursor;
    if model.settings.ascii {
        ascii::spell(frame);
    }
    cursor
}

fn draw(model: &Model, painter: &mut Painter<'_>) {
    let (width, height) = model.size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return too_small(model, painter);
    }
    if let Some(first_run) = &model.first_run {
        return first_run::draw(model, first_run, painter);
    }
    match (&model.details.full, model.focus) {
        (Some(open), Pane::Full) => full::draw(model, open, painter),
        _ => main(model, painter),
    }
    overlays::draw(model, painter);
    hints::menu(model, painter);
}

fn main(model: &Model, painter: &mut Painter<'_>) {
    let parts = Main::of(model);
    header::draw(model, parts.header, painter);
    filter_bar::draw(model, parts.filter, painter);
    histogram::draw(model, parts.histogram, painter);
    if parts.details != Some(parts.list) {
        alert_table::draw(model, parts.list, painter);
    }
    if let Some(area) = parts.details {
        details::draw(model, area, painter);
    }
    filter_bar::popup(model, parts.filter, painter);
    status_line::draw(model, parts.status, painter);
    hints::draw(model, parts.hints, painter);
}

fn too_small(model: &Model, painter: &mut Painter<'_>) {
    let (width, height) = model.size;
    let quit = model.settings.keymap.shown(Command::App(App::Close));
    let lines = [
        format!("quell needs {}×{}", SMALLEST.0, SMALLEST.1),
        format!("this is {width}×{height}"),
        format!("{quit} quits"),
    ];
    let area = Area { x: 0, y: height.saturating_sub(3) / 2, width, height: height.min(3) };
    for (at, line) in lines.into_iter().enumerate() {
        let role = if at == 0 { Role::Strong } else { Role::Dim };
        painter.centred(area.row(at as u16), &[Piece::new(line, role)]);
    }
}
