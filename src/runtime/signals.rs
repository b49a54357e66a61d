//! Signals and hang-ups, on threads of their own.
//!
//! A terminal that goes away is noticed twice: by SIGHUP, and, where that is ignored or lost, by asking for the
//! terminal's size once a second. Either way the program is gone within two seconds, even if the main thread is stuck
//! in a write to the dead line.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::Event;
use super::terminal::give_back;
use crate::app::Message;
use crate::app::key::Key;

/// True while a command has the terminal: the keys that stop and interrupt are its own.
static AWAY: AtomicBool = AtomicBool::new(false);

/// Says whether a command has the terminal.
pub fn set_away(away: bool) {
    AWAY.store(away, Ordering::SeqCst);
}

/// How long the main thread has to leave by itself.
const GRACE: Duration = Duration::from_millis(600);

/// How long giving the terminal back may take on a line that may be stalled.
const LAST_WRITE: Duration = Duration::from_millis(200);

/// Makes a write beyond a file-size limit (`ulimit -f`) an error of that write instead of the end of the program.
pub fn survive_size_limits() -> io::Result<()> {
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

/// Starts both watchers.
pub fn watch(events: &Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let sender = events.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGQUIT | SIGCONT if AWAY.load(Ordering::SeqCst) => {}
                // The command has stopped too: without us the shell would never notice.
                SIGTSTP if AWAY.load(Ordering::SeqCst) => {
                    if has_job_control() {
                        let _ = stop_self();
                    }
                }
                SIGTSTP => {
                    let _ = sender.send(Event::Suspend);
                }
                SIGWINCH => {
                    let _ = sender.send(Event::Resized);
                }
                SIGCONT => {
                    let _ = sender.send(Event::Continued);
                }
                _ => leave(&sender, 128 + signal),
            }
        }
    })?;
    watch_line(events)
}

/// Starts what plain mode needs. It leaves the terminal as it is: ctrl-z and new sizes are nobody's concern. At a terminal
/// ctrl-c is a key, as on the screen; without one it ends the program.
pub fn watch_plain(events: &Sender<Event>, typed: bool) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGTERM, SIGINT, SIGQUIT])?;
    let sender = events.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGQUIT if AWAY.load(Ordering::SeqCst) => {}
                SIGINT if typed => {
                    let _ = sender.send(Event::Input(Message::Key(Key::ctrl('c'))));
                }
                _ => leave(&sender, 128 + signal),
            }
        }
    })?;
    if io::stdout().is_terminal() { watch_line(events) } else { Ok(()) }
}

/// Leaves when the terminal is gone.
fn watch_line(events: &Sender<Event>) -> io::Result<()> {
    let sender = events.clone();
    thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(1));
            if rustix::termios::tcgetwinsize(rustix::stdio::stdout()).is_err() {
                leave(&sender, 128 + SIGHUP);
            }
        }
    })?;
    Ok(())
}

/// Asks the main thread to leave and leaves without it if it cannot.
fn leave(events: &Sender<Event>, code: i32) {
    let _ = events.send(Event::Leave(code));
    thread::sleep(GRACE);
    // On a stalled line the write would never return: it gets a moment, and then the process ends without it.
    let writer = thread::spawn(give_back);
    let rounds = 10;
    for _ in 0..rounds {
        if writer.is_finished() {
            break;
        }
        thread::sleep(LAST_WRITE / rounds);
    }
    std::process::exit(code);
}

/// Whether a shell of our own session could continue us. Without one (`ssh -t host quell`) a stop would be for good.
pub fn has_job_control() -> bool {
    use rustix::process::{getppid, getsid};
    let ours = getsid(None).ok();
    let parents = getppid().and_then(|parent| getsid(Some(parent)).ok());
    ours.is_some() && ours == parents
}

/// Stops the process as ctrl-z does; returns when it is continued.
pub fn stop_self() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}
