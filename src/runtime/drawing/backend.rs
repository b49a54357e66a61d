//! What the drawing library is given for a terminal: it only learns the size, and says where the cursor belongs.

use std::cell::Cell as Slot;
use std::convert::Infallible;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// What the library asked for besides the cells of its frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Where the cursor is to be seen.
    pub(super) cursor: Option<Position>,
    /// Nothing of what the terminal shows is to be counted on.
    pub(super) cleared: bool,
}

/// A backend that writes nothing: the frames are taken from the library whole, and compared by ourselves.
#[derive(Debug, Clone)]
pub(super) struct Silent {
    size: Rc<Slot<Size>>,
    asked: Rc<Slot<Asked>>,
    shown: bool,
}

impl Silent {
    pub(super) fn new(size: Size) -> Self {
        Self { size: Rc::new(Slot::new(size)), asked: Rc::default(), shown: false }
    }

    /// The terminal has this size now.
    pub(super) fn resize(&self, size: Size) {
        self.size.set(size);
    }

    /// What was asked since the last time.
    pub(super) fn take(&self) -> Asked {
        let asked = self.asked.get();
        self.asked.set(Asked { cleared: false, ..asked });
        asked
    }

    fn ask(&self, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.get();
        change(&mut asked);
        self.asked.set(asked);
    }
}

impl Backend for Silent {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, _: I) -> Result<(), Infallible> {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = false;
        self.ask(|asked| asked.cursor = None);
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = true;
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.asked.get().cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        if self.shown {
            let position = position.into();
            self.ask(|asked| asked.cursor = Some(position));
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
        self.ask(|asked| asked.cleared = true);
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size.get())
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size.get(), pixels: Size::default() })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
