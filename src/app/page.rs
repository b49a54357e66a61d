//! A text with items that a cursor moves over: how the cursor and the first line drawn follow each other.

use crate::app::command::Move;
use crate::app::layout::Area;
use crate::app::list;
use crate::app::model::{Page, Place};

impl Page {
    /// Moves over the items or, where there are none, through the text.
    pub(super) fn step(&self, place: &mut Place, step: Move, area: Area) {
        let height = area.rows().max(1);
        if let Some(last) = self.items.len().checked_sub(1) {
            place.item = list::target(place.item, last, step, height);
        } else {
            let last = area.last_offset(self.document.len());
            place.offset = list::target(place.offset, last, step, height);
        }
        self.settle(place, area);
    }

    /// Keeps the cursor on an item and the item on the screen.
    pub(super) fn settle(&self, place: &mut Place, area: Area) {
        place.item = place.item.min(self.items.len().saturating_sub(1));
        if let Some(lines) = self.items.get(place.item) {
            // What stands above the first item belongs to it.
            let from = if place.item == 0 { 0 } else { lines.start };
            let lowest = lines.end.saturating_sub(area.rows());
            place.offset = place.offset.max(lowest).min(from.max(lowest).max(lines.start.min(from)));
        }
        place.offset = place.offset.min(area.last_offset(self.document.len()));
    }
}
