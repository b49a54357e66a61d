//! The palette: every command by name, with its keys, and why one is not available.

use super::framed;
use crate::app::command::{COMMANDS, Spec, every_key, shown_keys};
use crate::app::document::{Piece, Role, line_width, safe_cell, width};
use crate::app::layout::{self, Area};
use crate::app::model::{Model, Palette};
use crate::app::overlays::in_a_shell;
use crate::domain::SafeStr;
use crate::ui::paint::Painter;
use crate::ui::text_field;

pub(super) fn draw(model: &Model, palette: &Palette, painter: &mut Painter<'_>) {
    let area = layout::palette(model.size);
    framed(area, "Commands", painter);
    let text = area.inner();
    let row = text.row(0);
    painter.line(row, &[Piece::new(": ", Role::Key)]);
    text_field::draw(
        Area { x: row.x + 2, width: row.width.saturating_sub(2), ..row },
        &palette.input,
        painter,
    );
    let rows = text.rows().saturating_sub(2);
    if palette.matches.is_empty() {
        let mut line = vec![Piece::new("no command matches", Role::Dim)];
        if let Some(how) = in_a_shell(palette.input.text()) {
            line.push(Piece::new("; in a shell: ", Role::Dim));
            line.push(Piece::new(how, Role::Strong));
        }
        painter.line(text.row(2), &line);
    }
    let from = (palette.chosen + 1).saturating_sub(rows);
    let shown = palette.matches.iter().enumerate().skip(from).take(rows);
    for (line, (at, place)) in shown.enumerate() {
        if let Some(spec) = COMMANDS.get(*place) {
            one(model, spec, at == palette.chosen, text.row(2 + line as u16), painter);
        }
    }
    if palette.matches.len() > rows {
        let position = format!("{}/{}", palette.chosen + 1, palette.matches.len());
        painter.footer(area, &[Piece::new(position, Role::Dim)]);
    }
}

fn one(model: &Model, spec: &Spec, chosen: bool, row: Area, painter: &mut Painter<'_>) {
    let refused = (spec.available)(model).err();
    let role = match (&refused, chosen) {
        (Some(_), _) => Role::Dim,
        (None, true) => Role::Strong,
        (None, false) => Role::Body,
    };
    let keys = shown_keys(&every_key(model.settings.keymap.of(spec.command)), &model.settings);
    let mut line =
        vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key), Piece::new(spec.label, role)];
    let room = row.columns().saturating_sub(line_width(&line) + width(&keys) + 2);
    if let Some(why) = refused {
        line.push(Piece::from("  "));
        line.extend(safe_cell(SafeStr(&why), room.saturating_sub(2), Role::Dim));
    }
    let used = width(&keys) as u16;
    painter.line(Area { width: row.width.saturating_sub(used + 1), ..row }, &line);
    painter.right(row, &[Piece::new(keys, Role::Key)]);
}
