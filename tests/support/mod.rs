//! Helpers for whole-program tests: the program on a pseudo-terminal, and the emulator beside it.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)] // each test file uses a part of it

pub mod arm;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use quell::emulator::{self, Config, Emulator};
use tokio::runtime::Runtime;

/// How long anything may take before a test gives up; nothing waits that long when it works.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program on a pseudo-terminal, with a terminal emulator reading what it draws.
pub struct Pty {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    pub bytes: Vec<u8>,
    /// Keys pressed so far.
    pub pressed: usize,
}

impl Pty {
    /// Starts the program with arguments and environment on a terminal of a size.
    pub fn start(args: &[&str], environment: &[(&str, &str)], size: (u16, u16)) -> Self {
        Self::start_in(&std::env::current_dir().unwrap(), args, environment, size)
    }

    /// The same in a folder.
    pub fn start_in(
        folder: &Path,
        args: &[&str],
        environment: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_quell"));
        command.args(args);
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        command.env_remove("NO_COLOR");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(length) = reader.read(&mut chunk) {
                if length == 0 || sender.send(chunk[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            parser: vt100::Parser::new(rows, columns, 0),
            output,
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            bytes: Vec::new(),
            pressed: 0,
        }
    }

    /// Presses keys: words separated by blanks. `Enter`, `Esc`, `Space`, `Tab`, `Down`, `Up`, `PgDn`, `BS`, `C-x` are
    /// keys; any other word is typed as it stands.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            let bytes = match word {
                "Enter" => "\r".to_owned(),
                "Esc" => "\u{1b}".to_owned(),
                "Space" => " ".to_owned(),
                "Tab" => "\t".to_owned(),
                "Down" => "\u{1b}[B".to_owned(),
                "Up" => "\u{1b}[A".to_owned(),
                "F2" => "\u{1b}OQ".to_owned(),
                "PgDn" => "\u{1b}[6~".to_owned(),
                "BS" => "\u{7f}".to_owned(),
                _ if word.starts_with("C-") && word.len() == 3 => {
                    char::from(word.as_bytes()[2] & 0x1f).to_string()
                }
                _ => word.to_owned(),
            };
            self.pressed += if bytes.starts_with('\u{1b}') { 1 } else { bytes.chars().count() };
            self.writer.write_all(bytes.as_bytes()).unwrap();
            self.writer.flush().unwrap();
        }
        self
    }

    /// Types text that is not counted as keys.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        self
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen holds a text.
    pub fn wait(&mut self, text: &str) -> &mut Self {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text))
    }

    /// Waits until the screen no longer holds a text.
    pub fn wait_gone(&mut self, text: &str) -> &mut Self {
        self.wait_until(&format!("no `{text}`"), |screen| !screen.contains(text))
    }

    /// Waits until a condition holds of the screen.
    pub fn wait_until(&mut self, what: &str, condition: impl Fn(&str) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !condition(&self.screen()) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Timeout) => panic!("waited for {what} on:\n{}", self.screen()),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the program ended while {what} was awaited on:\n{}", self.screen())
                }
            }
        }
        self
    }

    /// Waits until a condition holds of everything that was written.
    pub fn wait_written(&mut self, what: &str, condition: impl Fn(&[u8]) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !condition(&self.bytes) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(why) => panic!("{why} while {what} was awaited on:\n{}", self.screen()),
            }
        }
        self
    }

    fn take(&mut self, chunk: &[u8]) {
        self.parser.process(chunk);
        self.bytes.extend_from_slice(chunk);
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.parser.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Kills the program as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the program to end and takes what it wrote last. Returns its exit status.
    pub fn end(&mut self) -> u32 {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("the program did not end; screen:\n{}", self.screen())
                }
            }
        }
        self.child.wait().unwrap().exit_code()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// An emulator in this process, and a data folder for the program under test.
pub struct Bench {
    runtime: Runtime,
    emulator: Option<Emulator>,
    pub folder: tempfile::TempDir,
    pub url: String,
}

impl Bench {
    /// Starts an emulator.
    pub fn start(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let emulator = runtime.block_on(emulator::start(config)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { runtime, url: emulator.base_url(), emulator: Some(emulator), folder }
    }

    /// The emulator.
    pub fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    /// Global flags that point the program here.
    pub fn flags(&self) -> Vec<String> {
        let data = self.folder.path().join("data").display().to_string();
        ["--endpoint", &self.url, "--data-dir", &data].map(str::to_owned).to_vec()
    }

    /// The program's screen, pointed here and started in the bench's folder.
    pub fn screen(&self, size: (u16, u16)) -> Pty {
        self.screen_with(&[], size)
    }

    /// The same with more variables in its environment.
    pub fn screen_with(&self, more: &[(&str, &str)], size: (u16, u16)) -> Pty {
        let flags = self.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let environment: Vec<(&str, &str)> =
            self.environment().into_iter().chain(more.iter().copied()).collect();
        Pty::start_in(self.folder.path(), &flags, &environment, size)
    }

    /// The environment of the program: a token, and a home of its own.
    pub fn environment(&self) -> [(&str, &str); 3] {
        let home = self.folder.path().to_str().unwrap();
        [("QUELL_ACCESS_TOKEN", "demo"), ("HOME", home), ("XDG_CONFIG_HOME", home)]
    }

    /// Runs a command to its end: exit status, standard output, standard error.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command().args(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    /// A command pointed here.
    pub fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_quell"));
        command.env_clear().envs(self.environment()).args(self.flags());
        command
    }

    /// Looks again and again until a condition of the emulator holds.
    #[allow(clippy::unused_self)] // reads as what it is: `bench.until(…)`
    pub fn until(&self, what: &str, condition: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < deadline, "waited too long until {what}");
            thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// How many POSTs of a verb the emulator has applied.
    pub fn posts(&self, verb: &str) -> usize {
        let ending = format!("/{}", verb.to_ascii_lowercase());
        let log = self.emulator().log();
        log.iter()
            .filter(|entry| entry.method == "POST" && entry.path.to_ascii_lowercase().ends_with(&ending))
            .count()
    }

    /// The emulator's alerts by name.
    pub fn statuses(&self) -> std::collections::BTreeMap<String, String> {
        self.emulator().alerts().into_iter().map(|(id, status)| (id, status.clone())).collect()
    }
}

/// An environment in which neither a configuration nor a sign-in is found.
pub fn bare(home: &Path) -> Vec<(&str, &str)> {
    let home = home.to_str().unwrap();
    let homes = ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"].map(|name| (name, home));
    homes.into_iter().chain([("PATH", ""), ("QUELL_ACCESS_TOKEN", "")]).collect()
}

/// The folder of shared samples, where it is there; says that the test is skipped where it is not.
pub fn shared(part: &str) -> Option<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(part);
    if folder.exists() {
        return Some(folder);
    }
    skipped(&format!("{part} is not there"));
    None
}

/// Says that a test, or a part of one, is skipped.
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}
