//! How a cell looks.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// What is seen of a style even where nothing is written.
const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Colours and attributes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

impl Look {
    /// That of a terminal that was told nothing.
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    /// How a cell is to look.
    pub(super) fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// The nearest look to this one in which the cell looks as it should: a blank shows only its background.
    pub(super) fn near(self, cell: &Cell) -> Self {
        if is_blank(cell) {
            Self { bg: cell.bg, modifier: self.modifier.difference(SEEN_ON_BLANK), ..self }
        } else {
            Self::of(cell)
        }
    }
}

/// True for a cell of which nothing is seen but its background.
pub(super) fn is_blank(cell: &Cell) -> bool {
    matches!(cell.symbol().as_bytes(), b" ") && !cell.modifier.intersects(SEEN_ON_BLANK)
}

/// True for a character put together from several, about whose width terminals disagree.
pub(super) fn is_composed(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some()
}
