//! A form: its fields, and the terminal's cursor in the one that is typed into.

use crate::app::form::Form;
use crate::app::layout::Area;
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Draws a form so that the field with the keys can be seen. Gives the first line drawn, and how many there
/// are.
pub(super) fn draw(form: &Form, area: Area, painter: &mut Painter<'_>) -> (usize, usize) {
    let (document, lines) = form.lay_out(area.columns());
    let line = lines.get(form.focus).copied().unwrap_or(0);
    // The line below it, which says what is wrong, belongs to it.
    let offset = (line + 2).saturating_sub(area.rows()).min(area.last_offset(document.len()));
    painter.document(area, &document, offset);
    if let Some((column, input)) = form.typed_at() {
        let row = area.row((line - offset) as u16);
        let column = (column as u16).min(row.width);
        let field = Area { x: row.x + column, width: row.width - column, ..row };
        painter.clear(field);
        text_field::draw(field, input, painter);
    }
    (offset, document.len())
}
