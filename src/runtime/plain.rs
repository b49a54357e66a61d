//! Plain mode: lines in, lines out, on the same core and shell as the screen.
//!
//! A line is read only after the last one was answered, so that an answer never stands in the middle of a line that is
//! being typed. What happens meanwhile is kept and said before the next prompt; only how far files are read is said at a
//! prompt, now and then, and the prompt again.
//!
//! Files may take minutes to be read. On a terminal every word is answered meanwhile, about what is there so far. Lines of a
//! pipe are nobody's talk: those that are about alerts wait for all of them.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::effects::{Immediate, Shell};
use super::open::{self, OpenError};
use super::{Event, Result, files, leave, now, settings, signals};
use crate::app::key::Key;
use crate::app::message::Question;
use crate::app::model::FirstRunStep;
use crate::app::{self, Effect, Message, Model, fetch};
use crate::cli::args::Global;
use crate::cli::exit::CliError;
use crate::cli::output::Out;
use crate::plain::line::needs_no_list;
use crate::plain::{Plain, Step, speech, words};

/// Columns where there is no terminal to ask.
const WIDTH: u16 = 80;

/// Rows: how much of a long list the core reads at once. Nothing is drawn.
const ROWS: u16 = 30;

/// After this long without an answer it is said what is waited for, and then again and again, each time after twice as long.
const PATIENCE: Duration = Duration::from_secs(3);

/// But at least so often.
const MOST_PATIENCE: Duration = Duration::from_mins(1);

/// For so long files are waited for before there is a prompt: most are read by then.
const HEAD_START: Duration = Duration::from_secs(1);

/// How long after the end of a command a signal that ended it may come.
const LATE_SIGNAL: Duration = Duration::from_millis(50);

/// Whether flags or the terminal ask for plain mode.
pub fn is_asked_for(global: &Global) -> bool {
    global.plain || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Runs until the user leaves or the input ends. Gives the exit status.
pub fn run(global: &Global, handle: &Handle) -> Result<i32> {
    files::check(&global.file)?;
    // A mistake in the config is told before anything is opened. The keys count here too; what is for a screen does not.
    let config = open::config(global).map_err(OpenError::from)?;
    let mut settings = settings::settings(&config.unwrap_or_default());
    settings.keymap = settings.keymap.in_words(words::of);
    settings.ascii = !settings::has_utf8(super::variable);
    let (events, inbox) = channel();
    let mut shell = Shell::new(global.clone(), handle.clone(), events.clone())?;
    let typed = io::stdin().is_terminal();
    signals::watch_plain(&events, typed).map_err(CliError::failed)?;
    let size = (speech::ROOM, ROWS);
    let model = Model { settings, ..Model::new(size, now()) };
    let plain = Plain::new(usize::from(columns()), typed);
    shell.start();
    let lines = read_lines(events);
    let (asked, out) = (BTreeSet::new(), Out::standard());
    let mut talk = Talk {
        model,
        shell,
        plain,
        inbox,
        lines,
        asked,
        out,
        typed,
        until: Until::Meanwhile,
        opening: false,
        unlisted: false,
        listed_by: None,
        opened: None,
    };
    let code = talk.run();
    let Talk { mut model, shell, inbox, .. } = talk;
    leave(shell, &inbox, &mut model);
    code
}

/// The columns of the terminal; 80 where there is none or it does not say.
fn columns() -> u16 {
    let wide = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(0, |size| size.ws_col);
    if wide == 0 { WIDTH } else { wide }
}

/// Reads standard input on a thread of its own, a line whenever one is asked for. The end of input is an empty event.
fn read_lines(events: Sender<Event>) -> Sender<()> {
    let (ask, asked) = channel::<()>();
    thread::spawn(move || {
        while asked.recv().is_ok() {
            let mut line = Vec::new();
            let read = io::BufRead::read_until(&mut io::stdin().lock(), b'\n', &mut line);
            let line = matches!(read, Ok(1..)).then(|| String::from_utf8_lossy(&line).into_owned());
            let ended = line.is_none();
            if events.send(Event::Line(line)).is_err() || ended {
                return;
            }
        }
    });
    ask
}

/// What an answer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The answers to what was asked, while files may still be read.
    Meanwhile,
    /// The answers to what was asked, about all alerts of the files.
    Answered,
    /// The end of every running change, and of reading.
    Settled,
}

/// How a wait ended.
enum Flow {
    Go,
    Leave(i32),
}

/// The talk between the user and the core.
struct Talk {
    model: Model,
    shell: Shell,
    plain: Plain,
    inbox: Receiver<Event>,
    lines: Sender<()>,
    /// Questions to the source that are not answered.
    asked: BTreeSet<Question>,
    out: Out,
    typed: bool,
    /// What the answer to the last line waits for.
    until: Until,
    /// Something is being opened.
    opening: bool,
    /// Nothing was in the cache when it was opened, and the first listing is not over.
    unlisted: bool,
    /// Until when the last of what was listed is waited for.
    listed_by: Option<Instant>,
    /// When it was opened.
    opened: Option<Instant>,
}

impl Talk {
    fn run(&mut self) -> Result<i32> {
        if let Flow::Leave(code) = self.wait(self.until)? {
            return Ok(code);
        }
        let mut lines = self.plain.greeting(&self.model);
        loop {
            if let Flow::Leave(code) = self.print(lines)? {
                return Ok(code);
            }
            let Some(line) = self.next_line()? else {
                // Nobody is left to answer: what is lost is said all the same.
                if let Some(words) = app::leaving::lost_words(&self.model) {
                    self.say(words)?;
                    self.out.finish()?;
                }
                return Ok(0);
            };
            let line = match line {
                Ok(line) => line,
                Err(code) => return Ok(code),
            };
            if let Flow::Leave(code) = self.answer_to(line)? {
                return Ok(code);
            }
            lines = self.plain.answer(&self.model);
        }
    }

    /// Carries out a line, and waits for what follows from it.
    fn answer_to(&mut self, line: Option<String>) -> Result<Flow> {
        // A prompt that was left by ctrl-c has its answer too.
        let Some(line) = line else { return self.wait(self.until) };
        let meanwhile = self.typed || needs_no_list(&line);
        self.until = if meanwhile { Until::Meanwhile } else { Until::Answered };
        if let Flow::Leave(code) = self.wait(self.until)? {
            return Ok(Flow::Leave(code));
        }
        let steps = self.plain.typed(&self.model, line.trim_end_matches(['\n', '\r']));
        for step in steps {
            let until = match step {
                Step::Send(message) => {
                    if let Flow::Leave(code) = self.give(message, true) {
                        return Ok(Flow::Leave(code));
                    }
                    continue;
                }
                Step::Wait => {
                    self.plain.waits(&self.model);
                    Until::Settled
                }
                Step::Quit => return Ok(Flow::Leave(0)),
            };
            if let Flow::Leave(code) = self.wait(until)? {
                return Ok(Flow::Leave(code));
            }
        }
        self.wait(self.until)
    }

    /// Prints an answer, closes what was only to be read, and says the prompt.
    fn print(&mut self, lines: Vec<String>) -> Result<Flow> {
        for line in lines {
            self.say(line)?;
        }
        while let Some(close) = self.plain.after(&self.model) {
            if let Flow::Leave(code) = self.give(close, true) {
                return Ok(Flow::Leave(code));
            }
            if let Flow::Leave(code) = self.wait(self.until)? {
                return Ok(Flow::Leave(code));
            }
            self.plain.answer(&self.model);
        }
        self.prompt()?;
        Ok(Flow::Go)
    }

    /// The next line; none at the end of input. An inner none is a ctrl-c.
    fn next_line(&mut self) -> Result<Option<std::result::Result<Option<String>, i32>>> {
        // The reader is gone only after the end of input.
        let _ = self.lines.send(());
        loop {
            match self.inbox.recv().unwrap_or(Event::Leave(1)) {
                Event::Line(line) => return Ok(line.map(|line| Ok(Some(line)))),
                event => match self.handle(event, false)? {
                    (Flow::Leave(code), _) => return Ok(Some(Err(code))),
                    (Flow::Go, true) => {
                        // ctrl-c at a prompt: its answer on a new line. The line being typed was dropped by the terminal.
                        self.say("")?;
                        let lines = self.plain.answer(&self.model);
                        if let Flow::Leave(code) = self.print(lines)? {
                            return Ok(Some(Err(code)));
                        }
                    }
                    (Flow::Go, false) => self.say_progress()?,
                },
            }
        }
    }

    /// Says at a prompt how far files are read, now and then, and the prompt again.
    fn say_progress(&mut self) -> Result<()> {
        let Some(line) = self.plain.progress(&self.model, Instant::now()) else { return Ok(()) };
        if self.typed {
            self.say("")?;
        }
        self.say(line)?;
        self.prompt()
    }

    fn prompt(&mut self) -> Result<()> {
        self.out.finish()?;
        if self.typed {
            let prompt = self.spelled(self.plain.prompt(&self.model));
            self.out.bytes(prompt.as_bytes())?;
            self.out.finish()?;
        }
        Ok(())
    }

    fn say(&mut self, line: impl Into<String>) -> Result<()> {
        let line = self.spelled(line.into());
        self.out.line(line)
    }

    /// A text as whoever reads it can.
    fn spelled(&self, text: String) -> String {
        if self.model.settings.ascii { speech::ascii(&text) } else { text }
    }

    /// Waits until nothing that was asked for is missing. Says what it waits for when that takes long.
    fn wait(&mut self, until: Until) -> Result<Flow> {
        let mut patience = PATIENCE;
        let mut due = Instant::now() + patience;
        while let Some(what) = self.awaited(until) {
            let begins =
                self.opened.map(|opened| opened + HEAD_START).filter(|begins| *begins > Instant::now());
            let next = begins.map_or(due, |begins| due.min(begins));
            match self.inbox.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(event) => match self.handle(event, true)? {
                    (Flow::Leave(code), _) => return Ok(Flow::Leave(code)),
                    // ctrl-c while waiting: the wait is over.
                    (Flow::Go, true) => return Ok(Flow::Go),
                    (Flow::Go, false) => {}
                },
                Err(RecvTimeoutError::Timeout) if next < due => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.say(what)?;
                    self.out.finish()?;
                    patience = (patience * 2).min(MOST_PATIENCE);
                    due = Instant::now() + patience;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Flow::Leave(1)),
            }
        }
        Ok(Flow::Go)
    }

    fn awaited(&mut self, until: Until) -> Option<String> {
        if let Some(screen) = self.model.first_run.as_ref().filter(|_| self.opening) {
            self.opening = !matches!(screen.step, FirstRunStep::Failed(_));
            if self.opening {
                return Some("Opening.".to_owned());
            }
        }
        if self.unlisted && self.model.session.is_some() && !self.answers_meanwhile(until) {
            let listing = crate::plain::listing(&self.model);
            // The snapshot of what was listed last may come after the end of its round.
            let until = *self.listed_by.get_or_insert_with(|| Instant::now() + PATIENCE);
            if listing.is_some() {
                self.listed_by = None;
                return listing;
            }
            if crate::plain::lacks(&self.model) && Instant::now() < until {
                return Some("Waiting for the list.".to_owned());
            }
            self.unlisted = false;
        }
        if let Some(what) = crate::plain::awaited(&self.model) {
            return Some(what);
        }
        if !self.asked.is_empty() {
            return Some("Waiting for the source.".to_owned());
        }
        crate::plain::running(&self.model).filter(|_| until == Until::Settled)
    }

    /// True when it need not be waited for files that are read.
    fn answers_meanwhile(&self, until: Until) -> bool {
        let begun = self.opened.is_some_and(|opened| opened.elapsed() >= HEAD_START);
        until == Until::Meanwhile && begun && crate::plain::is_reading(&self.model)
    }

    /// An event; true for a ctrl-c.
    fn handle(&mut self, event: Event, awaited: bool) -> Result<(Flow, bool)> {
        let mut interrupt = false;
        let message = match event {
            Event::Message(message) => message,
            Event::Input(message) => {
                interrupt = message == Message::Key(Key::ctrl('c'));
                message
            }
            Event::Table(slot) => match slot.take() {
                Some(table) => Message::Table(table),
                None => return Ok((Flow::Go, false)),
            },
            Event::Fail(error) => return Err(error),
            Event::Prepared(prepared) => {
                self.shell.switch(*prepared);
                return Ok((Flow::Go, false));
            }
            Event::Leave(code) => return Ok((Flow::Leave(code), false)),
            // Lines come only when asked for, and nothing was taken that must be taken again.
            Event::Line(_) | Event::Suspend | Event::Continued | Event::Resized => {
                return Ok((Flow::Go, false));
            }
        };
        Ok((self.give(message, awaited || interrupt), interrupt))
    }

    /// Gives the core a message and carries out what it orders.
    fn give(&mut self, message: Message, awaited: bool) -> Flow {
        if let Message::Fetched(question, _) = &message {
            self.asked.remove(question);
        }
        let was_open = self.model.session.is_some();
        let effects = app::update(&mut self.model, message, now());
        if !was_open && self.model.session.is_some() {
            (self.opening, self.unlisted) = (false, self.model.table.is_empty());
            self.opened = Some(Instant::now());
        }
        self.plain.heard(&self.model, awaited);
        let mut flow = Flow::Go;
        for effect in effects {
            if let Effect::Fetch { question, order } = &effect
                && !matches!(order, fetch::Order::Rights(_))
            {
                self.asked.insert(*question);
            }
            self.opening |= matches!(effect, Effect::OpenDemo | Effect::WriteConfig { .. });
            match self.shell.run(effect) {
                // There is no mouse among lines.
                // Lines say what is new; a line of text has no title, no mouse and shows no notification.
                None | Some(Immediate::Mouse(_) | Immediate::Send(_) | Immediate::Title(_)) => {}
                Some(Immediate::Copy(text)) => self.plain.copied(&text),
                Some(Immediate::Suspend) => suspend(),
                // Lines are read only when they are asked for: the terminal is the command's until it ends.
                Some(Immediate::Attend(number, words, alerts)) => {
                    let _ = self.out.finish();
                    signals::set_away(true);
                    self.shell.attend(number, &words, alerts);
                    // A ctrl-c that ended the command is on its way to us, too.
                    thread::sleep(LATE_SIGNAL);
                    signals::set_away(false);
                }
                Some(Immediate::Leave) => flow = Flow::Leave(0),
            }
        }
        flow
    }
}

/// Stops as ctrl-z does, where a shell can continue us.
fn suspend() {
    let _ = io::stdout().flush();
    if signals::has_job_control() {
        let _ = signals::stop_self();
    }
}
