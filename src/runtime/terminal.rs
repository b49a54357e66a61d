//! The terminal: taken over, given back on every way out, written to in one piece.
//!
//! Drawing collects its bytes; [`Screen::draw`] sends them in one write between the marks of a synchronised update, and
//! sends nothing at all when no cell changed.

use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

use super::drawing::Drawing;
use super::notify;

/// True while the terminal is ours: whoever finds it true and clears it gives the terminal back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// True while the terminal tells what the mouse does.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// True while the window has a title of ours.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Presses, releases and what lies between them, with places beyond column 223. Not crossterm's own command: that asks for
/// every move of the mouse as well, which is a lot for a slow line.
const MOUSE_ON: &[u8] = b"\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l";

/// All rows scroll, nothing is coloured.
const WHOLE_AND_PLAIN: &[u8] = b"\x1b[r\x1b[m";

/// The terminal while it is ours.
pub struct Screen {
    drawing: Drawing,
    /// Bytes that were not sent yet.
    pending: Vec<u8>,
    /// The window's title, once it was given one.
    title: Option<String>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard output is no terminal, or does not answer.
    pub fn take() -> io::Result<Self> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other(
                "the screen needs a terminal; `quell --plain` works without one, and for scripts there are commands such as `quell list` (see `quell --help`)",
            ));
        }
        let mut screen = Self { drawing: Drawing::new(), pending: Vec::new(), title: None };
        screen.enter()?;
        Ok(screen)
    }

    /// Takes the terminal over again after [`give_back`]; the next frame is drawn whole.
    pub fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        queue!(self.pending, EnterAlternateScreen, EnableBracketedPaste)?;
        if MOUSE.load(Ordering::SeqCst) {
            self.pending.write_all(MOUSE_ON)?;
        }
        if let Some(title) = self.title.take() {
            self.put_title(title)?;
        }
        self.drawing.forget();
        self.send(false)
    }

    /// Draws a frame; nothing is sent when nothing changed. `render` fills blank cells, and says where the cursor belongs.
    pub fn draw(&mut self, render: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        let bytes = self.drawing.frame(size()?, render);
        self.pending.extend_from_slice(&bytes);
        self.send(true)
    }

    /// What the terminal shows may be anything: the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.drawing.forget();
    }

    /// Sends text to the terminal's clipboard by OSC 52. There is no answer: it may not have arrived.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.pending, crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))?;
        self.send(false)
    }

    /// Sends an announcement, in one write.
    pub fn announce(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.write_all(bytes)?;
        self.send(false)
    }

    /// Gives the window a title; the one it had comes back when the terminal is given back.
    pub fn title(&mut self, text: String) -> io::Result<()> {
        self.put_title(text)?;
        self.send(false)
    }

    fn put_title(&mut self, text: String) -> io::Result<()> {
        if !TITLED.swap(true, Ordering::SeqCst) {
            self.pending.write_all(notify::KEEP_TITLE)?;
        }
        self.pending.write_all(&notify::title(&text))?;
        self.title = Some(text);
        Ok(())
    }

    /// Lets the terminal tell what the mouse does, or not. It stays so over a stop.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        MOUSE.store(on, Ordering::SeqCst);
        self.pending.write_all(if on { MOUSE_ON } else { MOUSE_OFF })?;
        self.send(false)
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    fn send(&mut self, synchronised: bool) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.pending);
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

/// Columns and rows.
fn size() -> io::Result<Size> {
    crossterm::terminal::size().map(|(width, height)| Size { width, height })
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
    // The last frame may have been cut short, in the middle of rows that move.
    let mut bytes = WHOLE_AND_PLAIN.to_vec();
    if MOUSE.load(Ordering::SeqCst) {
        bytes.extend_from_slice(MOUSE_OFF);
    }
    if TITLED.swap(false, Ordering::SeqCst) {
        bytes.extend_from_slice(notify::RESTORE_TITLE);
    }
    let queued =
        queue!(bytes, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    // On a terminal that is gone there is nothing left to give back.
    let _ = queued.and_then(|()| write_whole(&bytes));
    let _ = disable_raw_mode();
    true
}
