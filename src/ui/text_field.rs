//! One line of text being typed: it scrolls so that the cursor stays in view.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::app::document::{Piece, Role, line_width, safe, width};
use crate::app::input::Input;
use crate::app::layout::Area;
use crate::domain::SafeStr;
use crate::ui::paint::Painter;

/// Draws a field that has the keys.
pub(super) fn draw(row: Area, input: &Input, painter: &mut Painter<'_>) {
    let pieces = safe(SafeStr(input.text()), Role::Body);
    let column = input.column();
    let from = first_column(column, line_width(&pieces), usize::from(row.width));
    painter.line(row, &scrolled(&pieces, from));
    painter.cursor_at(row, column - from);
}

/// The first column of a text that is shown where so many have room: the cursor is seen, and something of what is behind it.
pub(super) fn first_column(cursor: usize, text: usize, room: usize) -> usize {
    let behind = text.saturating_sub(cursor).min(room / 4);
    (cursor + behind).saturating_sub(room.saturating_sub(1))
}

/// The pieces of a text, those in the span with another role.
pub(super) fn with_span(text: &str, span: &Range<usize>, role: Role) -> Vec<Piece> {
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let (start, end) = (span.start.min(text.len()), span.end.min(text.len()));
    let mut pieces = safe(SafeStr(part(0..start)), Role::Body);
    pieces.extend(safe(SafeStr(part(start..end)), role));
    pieces.extend(safe(SafeStr(part(end..text.len())), Role::Body));
    pieces
}

/// A line from one of its columns on. What stands before it is told by a sign in the first one; the others keep their places.
pub(super) fn scrolled(line: &[Piece], from: usize) -> Vec<Piece> {
    if from == 0 {
        return line.to_vec();
    }
    let rest = without(line, from + 1);
    // A wide character may be cut in two.
    let lost = (line_width(line) - line_width(&rest)).saturating_sub(from + 1);
    let mut scrolled = vec![Piece::new("…", Role::Dim), Piece::from(" ".repeat(lost).as_str())];
    scrolled.extend(rest);
    scrolled
}

/// A line without its first columns.
fn without(line: &[Piece], columns: usize) -> Vec<Piece> {
    let mut skip = columns;
    let mut kept = Vec::new();
    for piece in line {
        if skip == 0 {
            kept.push(piece.clone());
            continue;
        }
        let mut rest = String::new();
        for cluster in piece.text.graphemes(true) {
            if skip == 0 {
                rest.push_str(cluster);
            } else {
                skip = skip.saturating_sub(width(cluster));
            }
        }
        if !rest.is_empty() {
            kept.push(Piece::new(rest, piece.role));
        }
    }
    kept
}

/// True when a line fits so many columns.
pub(super) fn fits(line: &[Piece], columns: usize) -> bool {
    line_width(line) <= columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scrolled_keeps_its_columns() {
        let line = [Piece::from("ab日本"), Piece::from("cd")];
        let shown = |from| scrolled(&line, from).iter().map(|piece| piece.text.as_str()).collect::<String>();
        let all = ["ab日本cd", "…日本cd", "… 本cd", "…本cd", "… cd", "…cd", "…d", "…"];
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(shown), all);
    }
}
