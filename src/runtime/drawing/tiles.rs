//! What is seen on a screen, in numbers: frames are compared cell by cell several times, and texts are slow to compare.

use std::hash::{BuildHasher, RandomState};

use ratatui::buffer::{Cell, CellWidth};
use ratatui::style::Color;

use super::look::{Look, is_blank};
use super::scroll::Moved;

/// What is seen of a cell: two are equal when nobody can tell their cells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    /// The text's bytes, of a long one a hash with its highest bit set.
    text: u64,
    look: Look,
    columns: u8,
}

impl Tile {
    /// Nothing on the terminal's own background.
    pub(super) const BLANK: Self = Self { text: b' ' as u64, look: Look::PLAIN, columns: 1 };

    /// That of a cell. `hashes` makes the hash of a long text, always the same one.
    pub(super) fn of(cell: &Cell, hashes: &RandomState) -> Self {
        let text = cell.symbol();
        let mut word = [0; 8];
        let number = match text.as_bytes() {
            [byte] => u64::from(*byte),
            bytes if bytes.len() < word.len() => {
                word[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(word)
            }
            bytes => hashes.hash_one(bytes) | 1 << 63,
        };
        // Of a blank only its background is seen.
        let look = if is_blank(cell) { Look { bg: cell.bg, ..Look::PLAIN } } else { Look::of(cell) };
        Self { text: number, look, columns: columns(text).try_into().unwrap_or(u8::MAX) }
    }

    /// The columns that it takes; at least one.
    pub(super) fn columns(self) -> usize {
        usize::from(self.columns)
    }

    /// True where nothing is seen but the background.
    pub(super) fn is_blank(self) -> bool {
        Self { look: Look { bg: Color::Reset, ..self.look }, ..self } == Self::BLANK
    }
}

/// The columns that a text takes; at least one.
fn columns(text: &str) -> usize {
    if text.len() == 1 { 1 } else { usize::from(text.cell_width()).max(1) }
}

/// What is seen on a screen.
#[derive(Debug, Default)]
pub(super) struct Tiles {
    tiles: Vec<Tile>,
    columns: usize,
}

impl Tiles {
    /// Shows something else, row after row.
    pub(super) fn show(&mut self, columns: usize, tiles: impl Iterator<Item = Tile>) {
        self.columns = columns;
        self.tiles.clear();
        self.tiles.extend(tiles);
    }

    pub(super) fn is_of_the_size_of(&self, other: &Self) -> bool {
        (self.columns, self.tiles.len()) == (other.columns, other.tiles.len())
    }

    pub(super) fn row(&self, row: usize) -> &[Tile] {
        &self.tiles[row * self.columns..(row + 1) * self.columns]
    }

    pub(super) fn rows(&self) -> usize {
        self.tiles.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Moves rows as the terminal does.
    pub(super) fn scroll(&mut self, moved: &Moved) {
        let tiles = &mut self.tiles[moved.rows.start * self.columns..moved.rows.end * self.columns];
        let distance = moved.up.unsigned_abs() * self.columns;
        let freed = if moved.up > 0 {
            tiles.rotate_left(distance);
            tiles.len() - distance..tiles.len()
        } else {
            tiles.rotate_right(distance);
            0..distance
        };
        tiles[freed].fill(Tile::BLANK);
    }
}
