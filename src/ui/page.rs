//! A text with items, and the cursor beside the one it is on.

use crate::app::document::{Piece, Role};
use crate::app::layout::Area;
use crate::app::model::{Page, Place};
use crate::ui::paint::Painter;

pub(super) fn draw(page: &Page, place: Place, area: Area, painter: &mut Painter<'_>) {
    let offset = place.offset.min(area.last_offset(page.document.len()));
    painter.document(area, &page.document, offset);
    let Some(lines) = page.items.get(place.item) else { return };
    for line in lines.clone().filter(|line| (offset..offset + area.rows()).contains(line)) {
        painter.line(area.row((line - offset) as u16), &[Piece::new("▌", Role::Key)]);
    }
}
