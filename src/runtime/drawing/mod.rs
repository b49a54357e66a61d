//! From one frame to the next with as few bytes as we can: for slow lines.
//!
//! The drawing library's own backend sends each changed cell, with a jump to it and all its colours. Here rows that only
//! moved are moved by the terminal ([`scroll`]), short stretches are written again instead of jumped over, blanks are
//! erased in one piece, and nothing is said that the terminal knows ([`pen`]). Only sequences are used that every terminal of
//! today has, the Linux console included: scroll regions, `CUP`, `CHA`, `ECH`, `SGR` with 16 colours, and whatever the theme's
//! own colours need. About the width of some characters terminals disagree; nothing hangs on that ([`write_row`]).

mod look;
mod pen;
mod scroll;
#[cfg(test)]
mod tests;
mod tiles;

use std::hash::RandomState;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Color;

use look::{is_blank, is_composed};
use pen::Pen;
use tiles::{Tile, Tiles};

/// Blanks in a row from which on they are erased instead of written.
const WORTH_ERASING: usize = 8;

/// How many columns a terminal may take a character for wider than we do: flags are two of two columns to some.
const MOST_TOO_WIDE: usize = 2;

const HIDE: &[u8] = b"\x1b[?25l";
const SHOW: &[u8] = b"\x1b[?25h";

/// What the terminal shows, as far as we have written it.
pub(super) struct Drawing {
    shown: Tiles,
    /// The frame that is made, the former one while none is; and what is seen of it.
    frame: Buffer,
    next: Tiles,
    hashes: RandomState,
    /// Where the cursor is seen; not at all: none.
    cursor: Option<Position>,
    /// The terminal may show anything.
    unknown: bool,
}

impl Drawing {
    /// A terminal with anything on it.
    pub(super) fn new() -> Self {
        Self {
            shown: Tiles::default(),
            frame: Buffer::default(),
            next: Tiles::default(),
            hashes: RandomState::new(),
            cursor: Some(Position::default()),
            unknown: true,
        }
    }

    /// The terminal may show anything, and its cursor is shown: the next frame is drawn whole.
    pub(super) fn forget(&mut self) {
        self.unknown = true;
        self.cursor = Some(Position::default());
    }

    /// Draws a frame of a size; gives the bytes that make the terminal show it, none when it does already. `render` fills
    /// the blank cells, and says where the cursor is to be seen.
    pub(super) fn frame(
        &mut self,
        size: Size,
        render: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> Vec<u8> {
        self.frame.resize(Rect::from((Position::default(), size)));
        self.frame.reset();
        let cursor = render(&mut self.frame);
        let columns = usize::from(size.width).max(1);
        self.next.show(columns, self.frame.content.iter().map(|cell| Tile::of(cell, &self.hashes)));
        let mut pen = Pen::new();
        if self.unknown || !self.shown.is_of_the_size_of(&self.next) {
            pen.clear();
            self.shown.show(columns, self.frame.content.iter().map(|_| Tile::BLANK));
            self.unknown = false;
        } else if let Some(moved) = scroll::find(&self.shown, &self.next) {
            pen.scroll(moved.rows.clone(), moved.up);
            self.shown.scroll(&moved);
        }
        for (row, cells) in self.frame.content.chunks(columns).enumerate() {
            write_row(&mut pen, row, Row { shown: self.shown.row(row), next: self.next.row(row), cells });
        }
        std::mem::swap(&mut self.shown, &mut self.next);
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

/// A row of the screen.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// What the terminal shows there.
    shown: &'a [Tile],
    /// What it is to show, as it is seen and as it is written.
    next: &'a [Tile],
    cells: &'a [Cell],
}

/// Writes what differs in a row.
///
/// A terminal may take a character for narrower than we do, and leave what was in its right half; or for wider, and write
/// over what follows. So the place is made blank first, and what follows is written again.
fn write_row(pen: &mut Pen, at: usize, row: Row<'_>) {
    let changed = changed(row);
    let mut rest = changed.as_slice();
    while let [column, others @ ..] = rest {
        let cell = &row.cells[*column];
        reach(pen, *column, at, row.cells);
        let erased = blanks(&row.cells[*column..], others.iter().map(|other| other - column));
        if erased >= WORTH_ERASING {
            pen.erase(cell, erased);
            rest = &others[others.partition_point(|other| *other < column + erased)..];
            continue;
        }
        let wide = row.next[*column].columns();
        // What does not fit into the row would be wrapped by the terminal.
        let drawn = if column + wide <= row.cells.len() { cell } else { &Cell::EMPTY };
        if wide > 1 && !row.shown.iter().skip(*column).take(wide).all(|tile| tile.is_blank()) {
            let mut blank = drawn.clone();
            blank.set_symbol(" ");
            (0..wide.min(row.cells.len() - column)).for_each(|_| pen.write(&blank, 1));
            pen.go(*column, at);
        }
        pen.write(drawn, wide);
        rest = others;
    }
}

/// The columns at which a character begins that is not shown there.
///
/// The right half of a wide character belongs to its left half. A half whose other half was written over may stay or
/// vanish, depending on the terminal: what takes its place is always written.
fn changed(row: Row<'_>) -> Vec<usize> {
    let mut changed = Vec::new();
    if row.shown == row.next {
        return changed;
    }
    // Where the next character begins that is shown.
    let mut begins = 0;
    let mut column = 0;
    // Up to where a character may have been drawn over that was not to change.
    let mut doubtful = 0;
    while column < row.next.len() {
        while begins < column {
            begins += row.shown[begins].columns();
        }
        let wide = row.next[column].columns();
        let differs = begins != column || row.shown[column] != row.next[column];
        if differs && is_composed(&row.cells[column]) {
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
fn reach(pen: &mut Pen, column: usize, row: usize, cells: &[Cell]) {
    if let Some(gap) = pen.gap(column, row) {
        let again = &cells[gap];
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
