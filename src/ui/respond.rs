//! The *Take action* tab: the names of its sections, and the text of the one shown.

use crate::app::model::Model;
use crate::app::{layout, tabs};
use crate::ui::full::names;
use crate::ui::page;
use crate::ui::paint::Painter;

pub(super) fn draw(model: &Model, painter: &mut Painter<'_>) {
    let parts = layout::Respond::new(model.size);
    painter.line(parts.sections, &names(&tabs::sections(model), 0));
    page::draw(&model.respond.page, model.respond.place, parts.body, painter);
}
