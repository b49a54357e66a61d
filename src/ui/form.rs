//! A form: its fields, and the terminal's cursor in the one that is typed into.

use crate::app::form::Form;
use crate::app::layout::Area;
use crate::ui::paint::Painter;

/// Draws a form so that the field with the keys can be seen. Gives the first line drawn, and how many there
/// are.
pub(super) fn draw(form: &Form, area: Area, painter: &mut Painter<'_>) -> (usize, usize) {
    let laid = form.lay_out(area.columns());
    let offset = laid.offset(form.focus, area.rows());
    painter.document(area, &laid.document, offset);
    if let Some((line, column)) = laid.cursor {
        painter.cursor_at(area.row(line.saturating_sub(offset) as u16), column);
    }
    (offset, laid.document.len())
}
