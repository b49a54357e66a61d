//! The program on a pseudo-terminal.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a text may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// A screen on which nothing happened for so long shows what it is going to show.
const QUIET: Duration = Duration::from_millis(700);

/// A running program and its screen.
pub(crate) struct Terminal {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Keeps the terminal there.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program on a terminal of so many columns and rows.
    pub(crate) fn start(program: &Path, arguments: &[&str], (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("XDG_CONFIG_HOME", "/nonexistent"),
        ] {
            command.env(name, value);
        }
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let input = pair.master.take_writer().expect("its input");
        Self { parser: vt100::Parser::new(rows, columns, 0), output, input, child, _master: pair.master }
    }

    /// Waits until the screen holds a text.
    pub(crate) fn wait(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.screen().contents().contains(text) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.parser.process(&chunk),
                Err(why) => panic!("waited for `{text}` ({why}) on:\n{}", self.screen().contents()),
            }
        }
    }

    /// Presses keys: words parted by blanks, of which `Enter`, `Esc`, `Space`, `Tab`, `Down`, `Right` are keys; in any
    /// other word `_` is a blank.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split_whitespace() {
            let bytes = match word {
                "Enter" => "\r".to_owned(),
                "Esc" => "\u{1b}".to_owned(),
                "Space" => " ".to_owned(),
                "Tab" => "\t".to_owned(),
                "Down" => "\u{1b}[B".to_owned(),
                "Right" => "\u{1b}[C".to_owned(),
                typed => typed.replace('_', " "),
            };
            self.input.write_all(bytes.as_bytes()).expect("the program reads");
            self.input.flush().expect("the program reads");
            self.settle();
        }
    }

    /// Waits until the screen has been quiet for a while.
    pub(crate) fn settle(&mut self) {
        loop {
            match self.output.recv_timeout(QUIET) {
                Ok(chunk) => self.parser.process(&chunk),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended"),
            }
        }
    }

    /// The screen.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
