//! What the drawing library is given for a terminal: it only learns the size, and says where the cursor belongs.

use std::cell::Cell as Slot;
use std::convert::Infallible;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A backend that writes nothing: the frames are taken from the library whole, and compared by ourselves.
#[derive(Debug, Clone)]
pub(super) struct Silent {
    size: Rc<Slot<Size>>,
    /// Where the cursor is to be seen.
    cursor: Rc<Slot<Option<Position>>>,
    shown: bool,
}

impl Silent {
    pub(super) fn new(size: Size) -> Self {
        Self { size: Rc::new(Slot::new(size)), cursor: Rc::default(), shown: false }
    }

    /// The terminal has this size now.
    pub(super) fn resize(&self, size: Size) {
        self.size.set(size);
    }

    /// Where the cursor is to be seen.
    pub(super) fn cursor(&self) -> Option<Position> {
        self.cursor.get()
    }
}

impl Backend for Silent {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, _: I) -> Result<(), Infallible> {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = false;
        self.cursor.set(None);
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.shown = true;
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor.get().unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        if self.shown {
            self.cursor.set(Some(position.into()));
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
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
