//! The details of the alert under the cursor, beside the list or over it.

use crate::app::document::{Piece, Role, safe};
use crate::app::documents::{self, flow::Flow};
use crate::app::layout::Area;
use crate::app::model::{Model, Pane};
use crate::ui::paint::Painter;

pub(super) fn draw(model: &Model, area: Area, painter: &mut Painter<'_>) {
    let focused = model.focus == Pane::Details && model.overlays.is_empty();
    painter.frame(area, &[Piece::from("Details")], focused);
    let text = area.inner();
    let details = &model.details;
    if let Some(document) = documents::group(model, text.columns()) {
        painter.document(text, &document, 0);
        return;
    }
    if let Some(error) = &details.error {
        let mut flow = Flow::new(text.columns());
        flow.words("The details could not be read", Role::Error);
        flow.wrap("", "", &safe(error.as_safe(), Role::Body));
        painter.document(text, &flow.finish(), 0);
        return;
    }
    if details.shown.is_none() || details.pane.is_empty() {
        let awaited = details.wanted.is_some() || model.list.opening.is_some();
        let words = if awaited { "loading…" } else { "no alert under the cursor" };
        painter.line(text.row(0), &[Piece::new(words, Role::Dim)]);
        return;
    }
    let offset = details.scroll.min(text.last_offset(details.pane.len()));
    painter.document(text, &details.pane, offset);
    position(area, offset, details.pane.len(), painter);
}

/// Where a text that does not fit stands: `↓ 12 more` or `↑ 8 · 4 ↓`.
pub(super) fn position(area: Area, offset: usize, lines: usize, painter: &mut Painter<'_>) {
    if let Some(words) = place(area.inner().rows(), offset, lines) {
        painter.footer(area, &[words]);
    }
}

/// The same for so many rows; nothing where the text fits.
pub(super) fn place(rows: usize, offset: usize, lines: usize) -> Option<Piece> {
    let below = lines.saturating_sub(offset + rows);
    let words = match (offset, below) {
        (0, 0) => return None,
        (0, below) => format!("↓ {below} more"),
        (above, 0) => format!("↑ {above}"),
        (above, below) => format!("↑ {above} · ↓ {below}"),
    };
    Some(Piece::new(words, Role::Dim))
}
