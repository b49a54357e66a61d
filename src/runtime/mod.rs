//! The imperative shell around the core: terminal, input, signals, effects, clock.
//!
//! The main thread owns the model and draws. Everything else — keys, workers, the store, timers — sends an [`Event`];
//! whatever waits is taken together and drawn once. A frame that only background work caused is held back so that a
//! busy sync redraws at most thirty times a second; a key's frame is never held back.

pub mod deeds;
pub mod detail;
mod drawing;
pub mod effects;
pub mod export;
pub mod fetch;
pub mod files;
pub mod first_run;
pub mod folders;
pub mod gate;
pub mod input;
pub mod journal;
pub mod log;
pub mod mailbox;
pub mod notify;
pub mod open;
pub mod pipes;
pub mod plain;
pub mod profiles;
pub mod query_worker;
pub mod respond;
pub mod saves;
pub mod settings;
pub mod sign_in;
pub mod signals;
pub mod simulate;
pub mod suppress;
pub mod terminal;
pub mod triggers;
pub mod work;
pub mod writes;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{Local, Offset, Utc};
use tokio::runtime::Handle;

use crate::app::message::{Saved, Start, Timer};
use crate::app::notify::Announcement;
use crate::app::settings::{Colours, Settings};
use crate::app::{self, Effect, Message, Model, Now};
use crate::cli::args::Global;
use crate::cli::exit::CliError;
use crate::cli::output::say;
use crate::domain::SafeText;
use crate::domain::listing::Listing;
use crate::ui::{self, ascii, theme::Theme};
use effects::{Immediate, Shell};
use gate::Gate;
use open::OpenError;
use terminal::Screen;

/// The shortest time between two frames that no key caused.
const BACKGROUND_FRAME: Duration = Duration::from_millis(33);

/// The most events taken before a frame is drawn.
const MOST_AT_ONCE: usize = 1024;

/// How long a key's frame waits for the details that belong to it: less than anybody sees.
const GRACE: Duration = Duration::from_millis(2);

/// What reaches the main thread.
#[derive(Debug)]
pub enum Event {
    /// Something for the core.
    Message(Message),
    /// A key or paste, to be answered at once.
    Input(Message),
    /// A snapshot of the alerts lies ready; see [`mailbox::Slot`].
    Table(mailbox::Slot),
    /// Another profile is open and may take the place of the one on the screen.
    Prepared(Box<profiles::Prepared>),
    /// Leave with an error: nothing could be opened.
    Fail(CliError),
    /// In plain mode: a line was typed; none at the end of input.
    Line(Option<String>),
    /// The terminal has another size.
    Resized,
    /// Stop as by ctrl-z.
    Suspend,
    /// Continued after a stop.
    Continued,
    /// Leave with this exit status.
    Leave(i32),
}

/// The clock, read once for each message.
pub fn now() -> Now {
    let utc = Utc::now();
    Now { utc, offset: utc.with_timezone(&Local).offset().fix() }
}

/// What can go wrong on the screen, with the exit status that says so.
type Result<T> = std::result::Result<T, CliError>;

/// Installs the hooks that make a panic readable: the terminal is given back first, whichever thread panics, and the
/// report goes through the display rule, since a panic's text may quote an alert.
///
/// Under the screen a panic of any thread ends the program: without that thread it would only look alive. Nothing is
/// lost by that: what was decided is in the journal.
pub fn install_hooks() {
    let builder = color_eyre::config::HookBuilder::default().theme(color_eyre::config::Theme::new());
    let (panics, errors) = builder.into_hooks();
    // A second installation (in tests) is refused and harmless.
    let _ = errors.install();
    std::panic::set_hook(Box::new(move |panic| {
        let on_screen = terminal::give_back();
        say(SafeText::from(panics.panic_report(panic).to_string()).to_block());
        if on_screen {
            std::process::exit(101);
        }
    }));
}

/// Runs the screen, or plain mode, until the user leaves. Returns the exit status.
pub fn run(global: &Global, handle: &Handle) -> Result<i32> {
    if plain::is_asked_for(global) {
        return plain::run(global, handle);
    }
    files::check(&global.file)?;
    // A mistake in the config is told before the screen is touched.
    let config = open::config(global).map_err(OpenError::from)?;
    let settings = Settings {
        colours: colours(),
        blocks: settings::has_blocks(variable),
        ascii: !settings::has_utf8(variable),
        ..settings::settings(&config.unwrap_or_default())
    };
    let (events, inbox) = channel();
    let mut screen = Screen::take().map_err(CliError::failed)?;
    let mut shell = Shell::new(global.clone(), handle.clone(), events.clone())?;
    signals::watch(&events).map_err(CliError::failed)?;
    read_input(events, shell.gate());
    let mut model = Model { settings, ..Model::new(screen.size().map_err(CliError::failed)?, now()) };
    if model.settings.mouse {
        screen.mouse(true).map_err(CliError::failed)?;
    }
    shell.start();
    let code = main_loop(&mut model, &mut shell, &mut screen, &inbox);
    terminal::give_back();
    leave(shell, &inbox, &mut model);
    code
}

/// Waits for what is being written, stores what was confirmed to follow from it, and closes the files. Says what is still
/// queued.
fn leave(mut shell: Shell, inbox: &Receiver<Event>, model: &mut Model) {
    shell.land();
    for event in inbox.try_iter() {
        answered_late(event, model, &mut shell);
    }
    for effect in app::leave(model) {
        // Journal orders: nothing for the main thread itself.
        let _ = shell.run(effect);
    }
    let pending = shell.close();
    if pending > 0 {
        say(format_args!(
            "{pending} alerts are still queued; `quell resume`, or opening it again, sends them"
        ));
    }
}

fn main_loop(
    model: &mut Model,
    shell: &mut Shell,
    screen: &mut Screen,
    inbox: &Receiver<Event>,
) -> Result<i32> {
    // The first frame waits a moment, so that it is the list and not a blank screen that the list replaces.
    let mut last_frame = Instant::now();
    let mut dirty = true;
    loop {
        let Some(first) = next(inbox, dirty, last_frame) else {
            draw(screen, model)?;
            last_frame = Instant::now();
            dirty = false;
            continue;
        };
        let mut at_once = false;
        for event in std::iter::once(first).chain(inbox.try_iter().take(MOST_AT_ONCE)) {
            at_once |= is_waited_for(&event, model);
            let seen = !is_read_ahead(&event, model);
            match handle_event(event, model, shell, screen)? {
                Flow::Go => dirty |= seen,
                Flow::Leave(code) => return Ok(code),
            }
        }
        if at_once {
            // Details are there within a millisecond: one frame with them is less to send than two.
            let until = Instant::now() + GRACE;
            while details_awaited(model)
                && let Ok(event) = inbox.recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                if let Flow::Leave(code) = handle_event(event, model, shell, screen)? {
                    return Ok(code);
                }
            }
        }
        if dirty && (at_once || last_frame.elapsed() >= BACKGROUND_FRAME) {
            draw(screen, model)?;
            last_frame = Instant::now();
            dirty = false;
        }
    }
}

/// An answer that came when the screen was left already. What was confirmed to follow from it is still stored; nothing new
/// is asked.
fn answered_late(event: Event, model: &mut Model, shell: &mut Shell) {
    let Event::Message(message @ Message::Fetched(..)) = event else { return };
    for effect in app::update(model, message, now()) {
        if matches!(effect, Effect::Journal(_)) {
            // A journal order is nothing for the main thread itself.
            let _ = shell.run(effect);
        }
    }
}

/// Whether somebody waits for what an event brings: a key, or the answer to one. Snapshots and the progress of a sync
/// come by themselves.
fn is_waited_for(event: &Event, model: &Model) -> bool {
    match event {
        Event::Input(_) | Event::Continued | Event::Resized => true,
        Event::Suspend
        | Event::Leave(_)
        | Event::Fail(_)
        | Event::Prepared(_)
        | Event::Table(_)
        | Event::Line(_) => false,
        Event::Message(message) => match message {
            Message::Listed(..) => {
                let list = &model.list;
                list.awaiting || list.opening.is_some() || list.listing.is_empty()
            }
            Message::Detail(..) => {
                model.details.shown.as_ref().map(|shown| shown.key) != model.details.wanted
            }
            Message::Saved(_, saved) => !matches!(saved, Saved::Progress(_)),
            Message::Completed(..)
            | Message::Charted(..)
            | Message::Values(..)
            | Message::Piped(..)
            | Message::Start(Start::Early(_))
            | Message::Timer(Timer::ChordMenu(_)) => true,
            // At the start the list is about to come.
            Message::Journal(_) => !model.list.listing.is_empty(),
            _ => false,
        },
    }
}

/// Whether an event brings details that nothing on the screen shows yet.
fn is_read_ahead(event: &Event, model: &Model) -> bool {
    let asked = model.details.ahead.as_ref().and_then(|ahead| ahead.question);
    matches!(event, Event::Message(Message::Detail(question, _)) if Some(*question) == asked)
}

/// Whether the alert under the cursor is another one than that whose details are shown.
fn details_awaited(model: &Model) -> bool {
    let details = &model.details;
    details.asked.is_some() && details.shown.as_ref().map(|shown| shown.key) != details.wanted
}

/// The next event; none when a frame that was held back is due.
fn next(inbox: &Receiver<Event>, dirty: bool, last_frame: Instant) -> Option<Event> {
    if !dirty {
        return Some(inbox.recv().unwrap_or(Event::Leave(1)));
    }
    match inbox.recv_timeout(BACKGROUND_FRAME.saturating_sub(last_frame.elapsed())) {
        Ok(event) => Some(event),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Event::Leave(1)),
    }
}

enum Flow {
    Go,
    Leave(i32),
}

fn handle_event(event: Event, model: &mut Model, shell: &mut Shell, screen: &mut Screen) -> Result<Flow> {
    let message = match event {
        Event::Message(message) | Event::Input(message) => message,
        Event::Table(slot) => match slot.take() {
            Some(table) => Message::Table(table),
            None => return Ok(Flow::Go),
        },
        Event::Fail(error) => return Err(error),
        Event::Prepared(prepared) => {
            shell.switch(*prepared);
            return Ok(Flow::Go);
        }
        // Also when it has its former size again: rows may have been cut off in between.
        Event::Resized => {
            screen.forget();
            resized(screen)?
        }
        Event::Suspend => {
            suspend(screen)?;
            resized(screen)?
        }
        Event::Continued => {
            screen.enter().map_err(CliError::failed)?;
            resized(screen)?
        }
        Event::Leave(code) => return Ok(Flow::Leave(code)),
        // Only plain mode reads lines.
        Event::Line(_) => return Ok(Flow::Go),
    };
    for effect in app::update(model, message, now()) {
        let effect = if model.settings.ascii { spelled(effect) } else { effect };
        match shell.run(effect) {
            None => {}
            Some(Immediate::Copy(text)) => screen.copy(&text).map_err(CliError::failed)?,
            Some(Immediate::Send(bytes)) => screen.announce(&bytes).map_err(CliError::failed)?,
            Some(Immediate::Title(text)) => screen.title(text).map_err(CliError::failed)?,
            Some(Immediate::Mouse(on)) => screen.mouse(on).map_err(CliError::failed)?,
            Some(Immediate::Attend(number, words, alerts)) => {
                attend(shell, number, &words, alerts);
                screen.enter().map_err(CliError::failed)?;
                shell.gate().open();
            }
            Some(Immediate::Suspend) => suspend(screen)?,
            Some(Immediate::Leave) => return Ok(Flow::Leave(0)),
        }
    }
    Ok(Flow::Go)
}

/// Stops as ctrl-z does; without a shell that could continue us, does nothing.
fn suspend(screen: &mut Screen) -> Result<()> {
    if !signals::has_job_control() {
        return Ok(());
    }
    terminal::give_back();
    signals::stop_self().map_err(CliError::failed)?;
    screen.enter().map_err(CliError::failed)
}

/// Gives the terminal to a command until it ends and the analyst has read what it left there.
fn attend(shell: &Shell, number: u64, words: &[String], alerts: Listing) {
    shell.gate().close();
    signals::set_away(true);
    terminal::give_back();
    let program = SafeText::from(words.first().map_or("", String::as_str));
    let end = shell.attend(number, words, alerts);
    say(format_args!("{program} {end}; Enter goes back to quell"));
    // On a terminal that is gone there is nobody to wait for; the watchdog sees it too.
    let _ = std::io::stdin().read_line(&mut String::new());
    signals::set_away(false);
}

fn resized(screen: &Screen) -> Result<Message> {
    let (width, height) = screen.size().map_err(CliError::failed)?;
    Ok(Message::Resize(width, height))
}

fn draw(screen: &mut Screen, model: &Model) -> Result<()> {
    screen.draw(|frame| ui::view(model, frame, Theme::of(&model.settings))).map_err(CliError::failed)
}

/// A variable of the environment.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What goes to the terminal past the screen, for one without UTF-8: there a byte of a letter may end a sequence.
fn spelled(effect: Effect) -> Effect {
    match effect {
        Effect::Title(text) => Effect::Title(ascii::text(&text)),
        Effect::Announce(what) => Effect::Announce(Announcement { text: ascii::text(&what.text), ..what }),
        other => other,
    }
}

/// The colours that the terminal has, as its environment says.
fn colours() -> Colours {
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    Colours::of(&value("NO_COLOR"), &value("COLORTERM"), &value("TERM"))
}

/// Reads the terminal on a thread of its own. Nobody waits for it to end: on a line that went away it may never.
fn read_input(events: Sender<Event>, gate: Gate) {
    thread::spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            for message in input::messages(event) {
                if events.send(Event::Input(message)).is_err() {
                    return;
                }
            }
            gate.pass();
        }
        let _ = events.send(Event::Leave(1));
    });
}
