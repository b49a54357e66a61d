//! Puts pieces into cells: the only place that draws into the buffer.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::app::document::{Document, Piece, Role, line_width, safe_cell};
use crate::app::layout::Area;
use crate::domain::SafeStr;
use crate::ui::theme::Theme;

/// Draws into a buffer; everything outside it is cut off.
pub(super) struct Painter<'a> {
    buffer: &'a mut Buffer,
    /// The palette.
    pub(super) theme: Theme,
    /// Where the terminal's own cursor goes: into the text that is being typed.
    pub(super) cursor: Option<Position>,
}

impl<'a> Painter<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        if let Some(paper) = theme.paper() {
            buffer.set_style(buffer.area, paper);
        }
        Self { buffer, theme, cursor: None }
    }

    fn clip(&self, area: Area) -> Rect {
        Rect::new(area.x, area.y, area.width, area.height).intersection(self.buffer.area)
    }

    /// Puts safe text at a column of a row; gives the column behind it. What does not fit is left out.
    fn put(&mut self, row: Rect, x: u16, text: &str, style: Style) -> u16 {
        if row.height == 0 || x >= row.right() {
            return x;
        }
        let room = usize::from(row.right() - x);
        // A title in a dim frame is not dim by what it is written over.
        let dim = style.add_modifier.contains(Modifier::DIM);
        let style = if dim { style } else { style.remove_modifier(Modifier::DIM) };
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.buffer.set_stringn(x, row.y, text, room, style).0;
        }
        // One character a column: nothing to be measured.
        let used = text.len().min(room);
        let start = self.buffer.index_of(x, row.y);
        for (cell, at) in self.buffer.content[start..start + used].iter_mut().zip(0..) {
            cell.set_symbol(&text[at..=at]).set_style(style);
        }
        x + used as u16
    }

    /// A line from the left edge of a row; one that is too long ends with `…`. Gives the columns used.
    pub(super) fn line(&mut self, row: Area, line: &[Piece]) -> u16 {
        self.styled(row, line, Style::new())
    }

    /// As [`Self::line`], each piece's style changed by another.
    pub(super) fn styled(&mut self, row: Area, line: &[Piece], over: Style) -> u16 {
        let row = self.clip(row);
        let mut x = row.x;
        let fits = line_width(line) <= usize::from(row.width);
        let room = if fits { row } else { Rect { width: row.width.saturating_sub(1), ..row } };
        for piece in line {
            let style = self.theme.style(piece.role).patch(over);
            let cut = piece.width() > usize::from(room.right().saturating_sub(x));
            x = self.put(room, x, &piece.text, style);
            if cut {
                break;
            }
        }
        if !fits {
            let dim = self.theme.style(Role::Dim);
            x = self.put(row, x, "…", dim);
        }
        x - row.x
    }

    /// Text from outside in a cell of a row.
    pub(super) fn safe(&mut self, row: Area, text: SafeStr<'_>, role: Role) -> u16 {
        self.line(row, &safe_cell(text, usize::from(row.width), role))
    }

    /// A line that ends at the right edge of a row.
    pub(super) fn right(&mut self, row: Area, line: &[Piece]) {
        let used = (line_width(line) as u16).min(row.width);
        self.line(Area { x: row.x + row.width - used, width: used, ..row }, line);
    }

    /// A line in the middle of a row.
    pub(super) fn centred(&mut self, row: Area, line: &[Piece]) {
        let used = (line_width(line) as u16).min(row.width);
        self.line(Area { x: row.x + (row.width - used) / 2, width: used, ..row }, line);
    }

    /// Adds a style to what stands in a row already.
    pub(super) fn restyle(&mut self, row: Area, style: Style) {
        let clip = self.clip(row);
        self.buffer.set_style(clip, style);
    }

    /// The lines of a document from the first to be drawn.
    pub(super) fn document(&mut self, area: Area, document: &Document, offset: usize) {
        for (at, line) in document.lines.iter().skip(offset).take(area.rows()).enumerate() {
            self.line(area.row(at as u16), line);
        }
    }

    /// Makes an area blank, with the halves of wide characters that reach into it.
    pub(super) fn clear(&mut self, area: Area) {
        let area = self.clip(area);
        for y in area.top()..area.bottom() {
            if let Some(before) = area.x.checked_sub(1)
                && self.buffer.cell((before, y)).is_some_and(|cell| cell.cell_width() > 1)
            {
                self.buffer[(before, y)].reset();
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
        if let Some(paper) = self.theme.paper() {
            self.buffer.set_style(area, paper);
            // A wide character at the edge was cut: its other half is a blank without a colour.
            let ground = Style { fg: None, ..paper };
            let around = Rect { x: area.x.saturating_sub(1), width: area.width + 2, ..area };
            let around = around.intersection(self.buffer.area);
            self.buffer.set_style(around, ground);
        }
    }

    /// A frame with round corners and a title in its upper edge.
    pub(super) fn frame(&mut self, area: Area, title: &[Piece], focused: bool) {
        let style = self.theme.frame(focused);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
        let across = (area.x + 1..right).flat_map(|x| [(x, area.y, "─"), (x, bottom, "─")]);
        let down = (area.y + 1..bottom).flat_map(|y| [(area.x, y, "│"), (right, y, "│")]);
        let corners =
            [(area.x, area.y, "╭"), (right, area.y, "╮"), (area.x, bottom, "╰"), (right, bottom, "╯")];
        for (x, y, symbol) in across.chain(down).chain(corners) {
            if let Some(cell) = self.buffer.cell_mut((x, y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
        if !title.is_empty() {
            let mut line = vec![Piece::from(" ")];
            line.extend(title.iter().cloned());
            line.push(Piece::from(" "));
            let over = if focused { self.theme.accent().add_modifier(Modifier::BOLD) } else { Style::new() };
            let room = area.width.saturating_sub(4);
            self.styled(Area { x: area.x + 2, width: room, ..area.row(0) }, &line, over);
        }
    }

    /// Words in the lower edge of a frame, at its right end.
    pub(super) fn footer(&mut self, area: Area, line: &[Piece]) {
        let mut padded = vec![Piece::from(" ")];
        padded.extend(line.iter().cloned());
        padded.push(Piece::from(" "));
        let row = area.row(area.height.saturating_sub(1));
        self.right(Area { x: row.x + 2, width: row.width.saturating_sub(4), ..row }, &padded);
    }

    /// Puts the terminal's cursor at a column of a row.
    pub(super) fn cursor_at(&mut self, row: Area, column: usize) {
        let column = (column as u16).min(row.width.saturating_sub(1));
        self.cursor = Some(Position::new(row.x + column, row.y));
    }

    /// One character, such as a gutter.
    pub(super) fn mark(&mut self, row: Area, at: u16, symbol: &str, style: Style) {
        let clip = self.clip(row);
        self.put(clip, row.x + at, symbol, style);
    }
}
