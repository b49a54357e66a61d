//! What stands between the drawing library and the terminal.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};

/// Bytes of the frame being drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending(Rc<RefCell<Vec<u8>>>);

impl Pending {
    /// The bytes so far; from then on it is empty.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A backend that does not repeat what the terminal already knows about the cursor, and that leaves no half of a wide
/// character behind.
#[derive(Debug)]
pub(super) struct Quiet {
    inner: CrosstermBackend<Pending>,
    cursor_shown: bool,
    cursor_at: Option<Position>,
    /// Where the left halves of wide characters stand.
    wide: HashSet<(u16, u16)>,
}

impl Quiet {
    /// A backend on a terminal whose cursor is shown.
    pub(super) fn new(pending: Pending) -> Self {
        let inner = CrosstermBackend::new(pending);
        Self { inner, cursor_shown: true, cursor_at: None, wide: HashSet::new() }
    }

    /// Somebody else has shown the terminal's cursor.
    pub(super) fn cursor_is_shown(&mut self) {
        self.cursor_shown = true;
    }

    /// A blank for each right half whose left half is drawn over. Most terminals clear it themselves, and the drawing
    /// library counts on that; on the others it would stay.
    fn leftovers(&mut self, content: &[(u16, u16, &Cell)]) -> Vec<(usize, Cell)> {
        let mut blanks = Vec::new();
        for (at, (x, y, cell)) in content.iter().enumerate() {
            if cell.cell_width() > 1 {
                self.wide.insert((*x, *y));
            } else if !self.wide.is_empty() && self.wide.remove(&(*x, *y)) {
                let drawn = content.get(at + 1).is_some_and(|(next, row, _)| (*next, *row) == (x + 1, *y));
                if !drawn {
                    let mut blank = Cell::EMPTY;
                    blank.set_style(cell.style());
                    blanks.push((at + 1, blank));
                }
            }
        }
        blanks
    }
}

impl Backend for Quiet {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut content: Vec<(u16, u16, &Cell)> = content.collect();
        if content.is_empty() {
            return Ok(());
        }
        self.cursor_at = None;
        let blanks = self.leftovers(&content);
        for (at, blank) in blanks.iter().rev() {
            let (x, y, _) = content[at - 1];
            content.insert(*at, (x + 1, y, blank));
        }
        self.inner.draw(content.into_iter())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.cursor_shown, false) { self.inner.hide_cursor() } else { Ok(()) }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.cursor_shown, true) { Ok(()) } else { self.inner.show_cursor() }
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor_at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor_at == Some(position) {
            return Ok(());
        }
        self.cursor_at = Some(position);
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.wide.clear();
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws cells and gives what the terminal is sent.
    fn sent(quiet: &mut Quiet, pending: &Pending, cells: &[(u16, u16, &str)]) -> String {
        let cells: Vec<(u16, u16, Cell)> = cells
            .iter()
            .map(|(x, y, text)| {
                (*x, *y, {
                    let mut cell = Cell::EMPTY;
                    cell.set_symbol(text);
                    cell
                })
            })
            .collect();
        quiet.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell))).unwrap();
        String::from_utf8(pending.take()).unwrap()
    }

    #[test]
    fn no_half_of_a_wide_character_stays() {
        let pending = Pending::default();
        let mut quiet = Quiet::new(pending.clone());
        sent(&mut quiet, &pending, &[(4, 0, "日"), (6, 0, "本")]);
        assert!(sent(&mut quiet, &pending, &[(4, 0, "a"), (5, 0, "b")]).contains("ab\u{1b}"));
        assert!(sent(&mut quiet, &pending, &[(6, 0, "c")]).contains("c \u{1b}"), "its right half is cleared");
        assert!(!sent(&mut quiet, &pending, &[(6, 0, "d")]).contains("d "), "once");
        sent(&mut quiet, &pending, &[(4, 0, "日")]);
        quiet.clear().unwrap();
        assert!(!sent(&mut quiet, &pending, &[(4, 0, "e")]).contains("e "), "a cleared screen has no halves");
    }
}
