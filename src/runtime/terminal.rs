//! The terminal: taken over, given back on every way out, written to in one piece.
//!
//! Drawing collects its bytes; [`Screen::draw`] sends them in one write between the marks of a synchronised update, and
//! sends nothing at all when no cell changed.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::{Frame, Terminal};

/// True while the terminal is ours: whoever finds it true and clears it gives the terminal back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Bytes of the frame being drawn.
#[derive(Debug, Clone, Default)]
struct Pending(Rc<RefCell<Vec<u8>>>);

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A backend that does not repeat what the terminal already knows about the cursor.
#[derive(Debug)]
struct Quiet {
    inner: CrosstermBackend<Pending>,
    cursor_shown: bool,
    cursor_at: Option<Position>,
}

impl Backend for Quiet {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor_at = None;
        self.inner.draw(content)
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

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<Quiet>,
    pending: Pending,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard output is no terminal, or does not answer.
    pub fn take() -> io::Result<Self> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other(
                "the screen needs a terminal; for scripts there are commands such as `quell list` (see `quell --help`)",
            ));
        }
        let pending = Pending::default();
        let backend =
            Quiet { inner: CrosstermBackend::new(pending.clone()), cursor_shown: true, cursor_at: None };
        let mut screen = Self { terminal: Terminal::new(backend)?, pending };
        screen.enter()?;
        Ok(screen)
    }

    /// Takes the terminal over again after [`give_back`]; the next frame is drawn whole.
    pub fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        queue!(self.pending, EnterAlternateScreen, EnableBracketedPaste)?;
        self.terminal.backend_mut().cursor_shown = true;
        self.terminal.clear()?;
        self.send(false)
    }

    /// Draws a frame; nothing is sent when nothing changed.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.terminal.draw(render)?;
        self.send(true)
    }

    /// Sends text to the terminal's clipboard by OSC 52. There is no answer: it may not have arrived.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.pending, crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))?;
        self.send(false)
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    fn send(&mut self, synchronised: bool) -> io::Result<()> {
        let bytes = self.pending.0.take();
        if bytes.is_empty() {
            return Ok(());
        }
        let mut frame = Vec::with_capacity(bytes.len() + 16);
        if synchronised {
            queue!(frame, BeginSynchronizedUpdate)?;
        }
        frame.extend_from_slice(&bytes);
        if synchronised {
            queue!(frame, EndSynchronizedUpdate)?;
        }
        write_whole(&frame)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Writes to the terminal past the line buffer of standard output, so that a frame is one write.
fn write_whole(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(rustix::io::Errno::INTR) => {}
            // Somebody made the terminal non-blocking: let it drain.
            Err(rustix::io::Errno::AGAIN) => std::thread::sleep(std::time::Duration::from_millis(1)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Gives the terminal back as it was; does nothing, and says false, when it is not ours. For every way out, also from a
/// panic hook or another thread. On a line that takes nothing any more it blocks.
pub fn give_back() -> bool {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return false;
    }
    let mut bytes = Vec::new();
    let queued =
        queue!(bytes, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    // On a terminal that is gone there is nothing left to give back.
    let _ = queued.and_then(|()| write_whole(&bytes));
    let _ = disable_raw_mode();
    true
}
