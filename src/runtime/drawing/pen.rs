//! Bytes for a terminal: where to write, how it looks, what.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::look::{Look, is_composed};

/// Writes cells, and repeats nothing that the terminal knows: its place, its colours and its attributes.
#[derive(Debug)]
pub(super) struct Pen {
    bytes: Vec<u8>,
    /// Column and row of the next character; none where terminals may disagree.
    at: Option<(usize, usize)>,
    look: Look,
}

/// How an attribute is switched on and off; some share what switches them off.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The longest stretch that is cheaper to write again than to jump over: a jump takes as many bytes.
const WORTH_REPEATING: usize = 5;

impl Pen {
    /// A pen on a terminal that writes plainly, wherever its cursor is.
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), at: None, look: Look::PLAIN }
    }

    /// Everything written, after which the terminal writes plainly again.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.dip(Look::PLAIN);
        self.bytes
    }

    /// The columns between the pen and a place further right in its row, when they are few enough to be written again.
    pub(super) fn gap(&self, column: usize, row: usize) -> Option<std::ops::Range<usize>> {
        let (at, in_row) = self.at?;
        (in_row == row && at < column && column - at <= WORTH_REPEATING).then_some(at..column)
    }

    /// True when the cell can be written without a change of look.
    pub(super) fn suits(&self, cell: &Cell) -> bool {
        self.look.near(cell) == self.look
    }

    /// Goes to a place.
    pub(super) fn go(&mut self, column: usize, row: usize) {
        match self.at {
            Some(at) if at == (column, row) => {}
            Some((_, in_row)) if in_row == row => self.control(&[column + 1], 'G'),
            _ if column == 0 && row == 0 => self.put(b"\x1b[H"),
            _ => self.control(&[row + 1, column + 1], 'H'),
        }
        self.at = Some((column, row));
    }

    /// Writes a cell where the pen is.
    pub(super) fn write(&mut self, cell: &Cell, columns: usize) {
        self.dip(self.look.near(cell));
        let text = cell.symbol();
        self.put(text.as_bytes());
        if let Some((column, _)) = &mut self.at {
            *column = column.saturating_add(columns);
        }
        // Terminals may disagree about how far anything else moves.
        if columns > 1 || is_composed(cell) {
            self.at = None;
        }
    }

    /// Makes some columns blank without moving; their background is the terminal's own.
    pub(super) fn erase(&mut self, cell: &Cell, columns: usize) {
        self.dip(self.look.near(cell));
        self.control(&[columns], 'X');
    }

    /// Moves rows up, or down when negative; what becomes free is blank.
    pub(super) fn scroll(&mut self, rows: std::ops::Range<usize>, up: isize) {
        self.dip(Look::PLAIN);
        self.control(&[rows.start + 1, rows.end], 'r');
        if up > 0 {
            self.control(&[rows.end], 'H');
        } else {
            self.control(&[rows.start + 1], 'H');
        }
        for _ in 0..up.unsigned_abs() {
            self.put(if up > 0 { b"\n" } else { b"\x1bM" });
        }
        self.put(b"\x1b[r");
        self.at = None;
    }

    /// Clears the screen.
    pub(super) fn clear(&mut self) {
        self.put(b"\x1b[m\x1b[H\x1b[2J");
        self.look = Look::PLAIN;
        self.at = Some((0, 0));
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn control(&mut self, numbers: &[usize], letter: char) {
        self.put(b"\x1b[");
        for (at, number) in numbers.iter().enumerate() {
            // Writing to memory does not fail.
            let _ = write!(self.bytes, "{}{number}", if at == 0 { "" } else { ";" });
        }
        let _ = write!(self.bytes, "{letter}");
    }

    /// Takes on a look, the shorter way: from the one it has, or from none.
    fn dip(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let from_here = codes(self.look, look);
        let afresh = codes(Look::PLAIN, look);
        let afresh = if afresh.is_empty() { afresh } else { format!("0;{afresh}") };
        // The Linux console makes bright colours by the intensity, and leaves it at that when only the colour changes.
        let lasts = is_bright(self.look.fg) && look != Look { bg: look.bg, ..self.look };
        let codes = if lasts || afresh.len() < from_here.len() { afresh } else { from_here };
        let _ = write!(self.bytes, "\x1b[{codes}m");
        self.look = look;
    }
}

/// True for the colours that terminals of eight colours make by their intensity.
fn is_bright(colour: Color) -> bool {
    matches!(
        colour,
        Color::DarkGray
            | Color::LightRed
            | Color::LightGreen
            | Color::LightYellow
            | Color::LightBlue
            | Color::LightMagenta
            | Color::LightCyan
            | Color::White
    )
}

/// The numbers that change one look into another, as they stand in the sequence.
fn codes(from: Look, to: Look) -> String {
    let mut codes: Vec<String> = Vec::new();
    let removed = from.modifier.difference(to.modifier);
    let mut kept = from.modifier.intersection(to.modifier);
    for (_, _, off) in ATTRIBUTES.iter().filter(|(modifier, ..)| removed.contains(*modifier)) {
        let off_too = ATTRIBUTES.iter().filter(|(_, _, other)| other == off);
        kept = off_too.fold(kept, |kept, (modifier, ..)| kept.difference(*modifier));
        if !codes.contains(&off.to_string()) {
            codes.push(off.to_string());
        }
    }
    let added = to.modifier.difference(kept);
    codes.extend(
        ATTRIBUTES.iter().filter(|(modifier, ..)| added.contains(*modifier)).map(|(_, on, _)| on.to_string()),
    );
    if from.fg != to.fg {
        codes.push(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        codes.push(colour(to.bg, 40));
    }
    codes.join(";")
}

/// The numbers of a colour; `base` is 30 for text and 40 for what is behind it.
fn colour(colour: Color, base: u8) -> String {
    let plain = |number: u8| (base + number).to_string();
    let bright = |number: u8| (base + 60 + number).to_string();
    match colour {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(number) => format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}
