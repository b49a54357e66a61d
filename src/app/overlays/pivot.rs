//! The menu of a pivot: every entity of an alert, by arrows or by its letter.

use crate::app::Effects;
use crate::app::key::{Code, Key};
use crate::app::layout::pivot_rows;
use crate::app::model::{Model, Overlay};
use crate::app::overlays::{close, sheet};
use crate::app::{list, pivot};

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let size = model.size;
    let Some(Overlay::Pivot(menu)) = model.overlays.last_mut() else { return };
    let count = menu.detail.mentions.len();
    let chosen = match key.unmodified() {
        Some(Code::Char(letter @ 'a'..='z')) => {
            let at = usize::from(letter as u8 - b'a');
            if at >= count {
                return;
            }
            at
        }
        Some(Code::Enter) => menu.chosen,
        Some(Code::Esc | Code::Char('Q')) => return close(model),
        _ => {
            if let Some(step) = sheet::movement(key) {
                let height = pivot_rows(size, count);
                menu.chosen = list::target(menu.chosen, count.saturating_sub(1), step, height);
                menu.offset = menu.offset.clamp((menu.chosen + 1).saturating_sub(height), menu.chosen);
            }
            return;
        }
    };
    let mention = menu.detail.mentions.get(chosen).cloned();
    close(model);
    if let Some(mention) = mention {
        pivot::to_entity(model, &mention, out);
    }
}
