//! From one frame to the next with as few bytes as we can: for slow lines.
//!
//! The drawing library's own backend sends each changed cell, with a jump to it and all its colours. Here rows that only
//! moved are moved by the terminal ([`scroll`]), short stretches are written again instead of jumped over, blanks are
//! erased in one piece, and nothing is said that the terminal knows ([`pen`]). Only sequences are used that every terminal of
//! today has, the Linux console included: scroll regions, `CUP`, `CHA`, `ECH`, `SGR` with 16 colours, and whatever the theme's
//! own colours need. About the width of some characters terminals disagree; nothing hangs on that ([`write_row`]).

mod backend;
mod look;
mod pen;
mod scroll;
#[cfg(test)]
mod tests;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use ratatui::{Frame, Terminal};

use backend::Silent;
use look::{columns, is_blank, is_composed, same};
use pen::Pen;

/// Blanks in a row from which on they are erased instead of written.
const WORTH_ERASING: usize = 8;

/// How many columns a terminal may take a character for wider than we do: flags are two of two columns to some.
const MOST_TOO_WIDE: usize = 2;

const HIDE: &[u8] = b"\x1b[?25l";
const SHOW: &[u8] = b"\x1b[?25h";

/// What the terminal shows, as far as we have written it.
pub(super) struct Drawing {
    terminal: Terminal<Silent>,
    backend: Silent,
    shown: Buffer,
    /// Where the cursor is seen; not at all: none.
    cursor: Option<Position>,
    /// The terminal may show anything.
    unknown: bool,
}

impl Drawing {
    /// A terminal of that size, with anything on it.
    pub(super) fn new(size: Size) -> Self {
        let backend = Silent::new(size);
        let Ok(terminal) = Terminal::new(backend.clone());
        Self { terminal, backend, shown: Buffer::default(), cursor: Some(Position::default()), unknown: true }
    }

    /// The terminal may show anything, and its cursor is shown: the next frame is drawn whole.
    pub(super) fn forget(&mut self) {
        self.unknown = true;
        self.cursor = Some(Position::default());
    }

    /// Draws a frame; gives the bytes that make the terminal show it, none when it does already.
    pub(super) fn frame(&mut self, size: Size, render: impl FnOnce(&mut Frame)) -> Vec<u8> {
        self.backend.resize(size);
        let Ok(done) = self.terminal.draw(render);
        let cursor = self.backend.cursor();
        let mut pen = Pen::new();
        if self.unknown || self.shown.area != done.buffer.area {
            pen.clear();
            self.shown = Buffer::empty(done.buffer.area);
            self.unknown = false;
        } else if let Some(moved) = scroll::find(&self.shown, done.buffer) {
            pen.scroll(moved.rows.clone(), moved.up);
            scroll::apply(&mut self.shown, &moved);
        }
        let width = usize::from(done.buffer.area.width).max(1);
        let rows = self.shown.content.chunks_mut(width).zip(done.buffer.content.chunks(width));
        for (row, (shown, next)) in rows.enumerate() {
            write_row(&mut pen, row, shown, next);
        }
        let bytes = pen.finish();
        self.place_cursor(bytes, cursor)
    }

    /// Adds where the cursor belongs, if it is not there.
    fn place_cursor(&mut self, mut bytes: Vec<u8>, cursor: Option<Position>) -> Vec<u8> {
        match cursor {
            Some(at) if !bytes.is_empty() || self.cursor != cursor => {
                bytes.extend(format!("\x1b[{};{}H", at.y + 1, at.x + 1).bytes());
                if self.cursor.is_none() {
                    bytes.extend_from_slice(SHOW);
                }
            }
            None if self.cursor.is_some() => bytes.extend_from_slice(HIDE),
            _ => {}
        }
        self.cursor = cursor;
        bytes
    }
}

/// Writes what differs in a row, and keeps that it is shown.
///
/// A terminal may take a character for narrower than we do, and leave what was in its right half; or for wider, and write
/// over what follows. So the place is made blank first, and what follows is written again.
fn write_row(pen: &mut Pen, row: usize, shown: &mut [Cell], next: &[Cell]) {
    let changed = changed(shown, next);
    let mut rest = changed.as_slice();
    while let [column, others @ ..] = rest {
        let cell = &next[*column];
        reach(pen, *column, row, next);
        let erased = blanks(&next[*column..], others.iter().map(|other| other - column));
        if erased >= WORTH_ERASING {
            pen.erase(cell, erased);
            rest = &others[others.partition_point(|other| *other < column + erased)..];
            continue;
        }
        let wide = columns(cell);
        // What does not fit into the row would be wrapped by the terminal.
        let drawn = if column + wide <= next.len() { cell } else { &Cell::EMPTY };
        if wide > 1 && !shown.iter().skip(*column).take(wide).all(is_blank) {
            let mut blank = drawn.clone();
            blank.set_symbol(" ");
            (0..wide.min(next.len() - column)).for_each(|_| pen.write(&blank, 1));
            pen.go(*column, row);
        }
        pen.write(drawn, wide);
        rest = others;
    }
    for column in changed {
        shown[column].clone_from(&next[column]);
    }
}

/// The columns at which a character of the next row begins that is not shown there.
///
/// The right half of a wide character belongs to its left half. A half whose other half was written over may stay or
/// vanish, depending on the terminal: what takes its place is always written.
fn changed(shown: &[Cell], next: &[Cell]) -> Vec<usize> {
    let mut changed = Vec::new();
    // Where the next character begins that is shown.
    let mut begins = 0;
    let mut column = 0;
    // Up to where a character may have been drawn over that was not to change.
    let mut doubtful = 0;
    while column < next.len() {
        while begins < column {
            begins += columns(&shown[begins]);
        }
        let wide = columns(&next[column]);
        let differs = begins != column || !same(&shown[column], &next[column]);
        if differs && is_composed(&next[column]) {
            doubtful = column + wide + MOST_TOO_WIDE;
        }
        if differs || column < doubtful {
            changed.push(column);
        }
        column += wide;
    }
    changed
}

/// Goes to a column; a short way by writing again what stands there.
fn reach(pen: &mut Pen, column: usize, row: usize, next: &[Cell]) {
    if let Some(gap) = pen.gap(column, row) {
        let again = &next[gap];
        if again.iter().all(|cell| cell.symbol().len() == 1 && pen.suits(cell)) {
            again.iter().for_each(|cell| pen.write(cell, 1));
        }
    }
    pen.go(column, row);
}

/// How many cells from the first on can be erased in one piece: up to the last blank that changes, of those behind which
/// is nothing but the terminal's own background. `others` are the later changes.
fn blanks(cells: &[Cell], others: impl Iterator<Item = usize>) -> usize {
    let run = cells.iter().take_while(|cell| is_blank(cell) && cell.bg == Color::Reset).count();
    if run < WORTH_ERASING { 0 } else { others.take_while(|other| *other < run).last().unwrap_or(0) + 1 }
}
