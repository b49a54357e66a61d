//! The timeline and the ATT&CK view, which fill the screen.

use super::framed;
use crate::app::document::{Document, Piece, Role};
use crate::app::documents::{attack, timeline};
use crate::app::layout::{Area, AttackArea, TimelineArea};
use crate::app::model::{AttackView, Model, TimelineView};
use crate::ui::details::place;
use crate::ui::paint::Painter;

/// What stands in a chart until it is counted.
fn counting(row: Area, painter: &mut Painter<'_>) {
    painter.line(row, &[Piece::new("counting…", Role::Dim)]);
}

/// Draws alerts over time.
pub(super) fn timeline(model: &Model, view: &TimelineView, painter: &mut Painter<'_>) {
    let area = TimelineArea::new(model.size);
    framed(area.frame, "Timeline", painter);
    let Some(shown) = &view.shown else { return counting(area.head, painter) };
    painter.line(area.head, &timeline::head(view, shown, area.head.columns(), model.now));
    let size = (area.picture.columns(), area.picture.rows());
    let picture = timeline::picture(view, shown, size, model.settings.blocks, model.now);
    painter.document(area.picture, &picture, 0);
    painter.footer(area.frame, &[Piece::new(timeline::SCALE, Role::Dim)]);
    let words = timeline::words(view, shown, model.settings.blocks, model.now);
    painter.document(area.words, &Document { lines: words }, 0);
}

/// Draws alerts by tactic and technique.
pub(super) fn attack(model: &Model, view: &AttackView, painter: &mut Painter<'_>) {
    let area = AttackArea::new(model.size);
    framed(area.frame, "ATT&CK", painter);
    let Some(shown) = &view.shown else { return counting(area.head, painter) };
    let blocks = model.settings.blocks;
    painter.line(area.head, &attack::head(view, shown, blocks));
    let heat = attack::heat(view, shown, area.list.columns(), blocks);
    let offset = view.offset.min(area.list.last_offset(heat.len()));
    painter.document(area.list, &heat, offset);
    if let Some(words) = place(area.list.rows(), offset, heat.len()) {
        painter.footer(area.frame, &[words]);
    }
    painter.document(area.words, &Document { lines: attack::words(view, shown) }, 0);
}
