//! The rows above the list: how many alerts came when.

use crate::app::documents::histogram;
use crate::app::layout::{Area, PEAK_FROM};
use crate::app::model::Model;
use crate::ui::paint::Painter;

pub(super) fn draw(model: &Model, area: Area, painter: &mut Painter<'_>) {
    let Some(counted) = &model.list.listing.histogram else { return };
    let (wide, blocks) = (model.size.0 >= PEAK_FROM, model.settings.blocks);
    let lines = histogram::rows(counted, area.rows(), wide, blocks, model.now);
    for (at, line) in lines.iter().enumerate() {
        let row = area.row(at as u16);
        let row = Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        painter.line(row, &line.left);
        painter.right(row, &line.right);
    }
}
