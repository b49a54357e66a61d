//! The *Take action* tab: the names of its sections, and the text of the one shown.

use crate::app::document::{Piece, Role, line_width};
use crate::app::layout;
use crate::app::model::{Model, Section};
use crate::ui::page;
use crate::ui::paint::Painter;

pub(super) fn draw(model: &Model, painter: &mut Painter<'_>) {
    let parts = layout::Respond::new(model.size);
    painter.line(parts.sections, &names(model, parts.sections.columns()));
    page::draw(&model.respond.page, model.respond.place, parts.body, painter);
}

/// The digits and names of the sections; where they do not fit, the digits and the one name that is shown.
fn names(model: &Model, columns: usize) -> Vec<Piece> {
    let line = |whole: bool| -> Vec<Piece> {
        let mut line = Vec::new();
        for section in Section::ALL {
            let chosen = section == model.respond.section;
            let name = if whole || chosen { section.title() } else { "" };
            let text = format!("{} {name}", section.digit());
            if chosen {
                line.push(Piece::new(format!("▐{text}▌"), Role::Stage));
            } else {
                line.push(Piece::new(format!(" {} ", text.trim_end()), Role::Dim));
            }
        }
        line
    };
    let whole = line(true);
    if line_width(&whole) <= columns { whole } else { line(false) }
}
