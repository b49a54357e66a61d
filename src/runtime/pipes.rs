//! Commands that get alerts as NDJSON on their standard input. What they are called with is what the analyst typed; their
//! environment is ours without its secrets.

use std::collections::HashMap;
use std::io::{self, BufWriter, ErrorKind, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::export::{ExportError, alerts};
use super::mailbox::Mailbox;
use super::work::Work;
use crate::app::message::{Message, Piped};
use crate::app::model::PipeEnd;
use crate::azure::auth::is_secret;
use crate::domain::SafeText;
use crate::domain::export::Format;
use crate::domain::listing::Listing;
use crate::domain::safe_text::FIELD_CAP;
use crate::store::StoreHandle;

/// Between two looks at what a command wrote.
const PACE: Duration = Duration::from_millis(100);

/// How long a command's output is awaited once it has ended: something that it started may keep the output open.
const LINGER: Duration = Duration::from_millis(300);

/// How long a command that is to end has to do so by itself.
const GRACE: Duration = Duration::from_millis(500);

/// Commands that run.
pub struct Pipes {
    work: Work,
    mailbox: Mailbox,
    handle: Handle,
    running: Arc<Mutex<HashMap<u64, Pid>>>,
}

impl Pipes {
    /// None yet.
    pub fn new(work: Work, mailbox: Mailbox, handle: Handle) -> Self {
        Self { work, mailbox, handle, running: Arc::default() }
    }

    /// Starts a command whose output is shown.
    pub fn start(&self, number: u64, words: &[String], listing: Listing) {
        let tell = {
            let mailbox = self.mailbox.clone();
            move |piped| mailbox.send(Message::Piped(number, piped))
        };
        let Some(workspace) = self.work.workspace() else { return };
        let (store, handle) = (workspace.store.clone(), self.handle.clone());
        let (mut child, output) = match spawn(words) {
            Ok(started) => started,
            Err(error) => return tell(Piped::Ended(not_started(words, &error))),
        };
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        self.running().extend(group.map(|group| (number, group)));
        let running = Arc::clone(&self.running);
        self.handle.spawn_blocking(move || {
            let feeding = feed(child.stdin.take(), store, listing, handle);
            show(output, &mut child, &tell);
            let ended = child.wait();
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            tell(Piped::Ended(ending(ended, feeding.end())));
        });
    }

    /// Ends a command and what it started: asks first, then insists.
    pub fn cancel(&self, number: u64) {
        let Some(group) = self.running().get(&number).copied() else { return };
        // Whoever ended meanwhile needs no signal.
        let _ = kill_process_group(group, Signal::TERM);
        let running = Arc::clone(&self.running);
        self.handle.spawn(async move {
            tokio::time::sleep(GRACE).await;
            if running.lock().unwrap_or_else(PoisonError::into_inner).get(&number) == Some(&group) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        });
    }

    /// Runs a command that has the terminal, which was given back to it. Blocks until it ends; says how.
    pub fn attend(&self, words: &[String], listing: Listing) -> PipeEnd {
        let Some(workspace) = self.work.workspace() else {
            return PipeEnd { words: "nothing is open yet".into(), is_error: true };
        };
        let started = command(words).and_then(|mut command| command.stdin(Stdio::piped()).spawn());
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return not_started(words, &error),
        };
        let feeding = feed(child.stdin.take(), workspace.store.clone(), listing, self.handle.clone());
        let ended = child.wait();
        ending(ended, feeding.end())
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends whatever still runs.
    pub fn close(&self) {
        for group in self.running().values() {
            let _ = kill_process_group(*group, Signal::TERM);
        }
    }
}

/// A command with our environment less its secrets.
fn command(words: &[String]) -> io::Result<Command> {
    let (program, arguments) = words.split_first().ok_or(ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    Ok(command)
}

/// Starts a command in a process group of its own; both its outputs go into one pipe, in the order of writing.
fn spawn(words: &[String]) -> io::Result<(Child, PipeReader)> {
    let (reader, writer) = io::pipe()?;
    let mut command = command(words)?;
    command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    Ok((command.spawn()?, reader))
}

/// What writes to a command's input.
struct Feeding {
    cancel: CancellationToken,
    /// What the command did not get, if anything: told before its input is closed.
    missing: Receiver<String>,
}

impl Feeding {
    /// The command has ended: nothing more is written. Says what it did not get though it may have waited for it.
    fn end(self) -> Option<String> {
        self.cancel.cancel();
        // Something that the command started may hold its input and never read it.
        self.missing.recv_timeout(LINGER).ok()
    }
}

/// Writes the alerts to a command's input, on a thread of its own, until it reads no more or is ended.
fn feed(input: Option<ChildStdin>, store: StoreHandle, listing: Listing, handle: Handle) -> Feeding {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let (tell, missing) = channel();
    thread::spawn(move || {
        let Some(input) = input else { return };
        let mut sink = BufWriter::new(input);
        let work = alerts(&store, &listing, Format::Ndjson, &mut sink, &|_| {}, &stop);
        let missing = match handle.block_on(work) {
            Ok(written) => written.warning(),
            // A command that has read enough closes its input.
            Err(ExportError::Output(_) | ExportError::Cancelled) => None,
            Err(error) => Some(format!("it did not get all alerts: {error}")),
        };
        if let Some(missing) = missing {
            tracing::error!(missing, "a command did not get all its alerts");
            // Nobody waits for it when the program leaves.
            let _ = tell.send(missing);
        }
        // Only now the command sees the end of its input.
        drop(sink);
    });
    Feeding { cancel, missing }
}

/// Tells what a command writes, at most ten times a second; of a long output the first part.
fn show(output: PipeReader, child: &mut Child, tell: &impl Fn(Piped)) {
    let (sender, chunks) = channel();
    thread::spawn(move || read(output, &sender));
    let (mut text, mut more, mut told) = (Vec::new(), 0_u64, Instant::now());
    let mut fresh = false;
    let mut ended = None;
    let say = |text: &[u8], more| {
        tell(Piped::Text(String::from_utf8_lossy(text).into_owned().into(), more));
    };
    loop {
        match chunks.recv_timeout(PACE) {
            Ok(chunk) => {
                let room = FIELD_CAP.saturating_sub(text.len()).min(chunk.len());
                text.extend_from_slice(&chunk[..room]);
                more += (chunk.len() - room) as u64;
                fresh = true;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if fresh && told.elapsed() >= PACE {
            (fresh, told) = (false, Instant::now());
            say(&text, more);
        }
        if ended.is_none() && matches!(child.try_wait(), Ok(Some(_))) {
            ended = Some(Instant::now());
        }
        if ended.is_some_and(|ended| ended.elapsed() >= LINGER) {
            break;
        }
    }
    if fresh {
        say(&text, more);
    }
}

fn read(mut output: PipeReader, chunks: &Sender<Vec<u8>>) {
    let mut chunk = vec![0; 1 << 14];
    loop {
        match output.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) if chunks.send(chunk[..length].to_vec()).is_ok() => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return,
        }
    }
}

fn not_started(words: &[String], error: &io::Error) -> PipeEnd {
    let program = words.first().map_or("", String::as_str);
    let why = match error.kind() {
        ErrorKind::NotFound => "there is no such program".to_owned(),
        _ => error.to_string(),
    };
    PipeEnd { words: format!("{program}: {why}").into(), is_error: true }
}

fn ending(ended: io::Result<ExitStatus>, missing: Option<String>) -> PipeEnd {
    let (words, is_error) = match ended {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(0), _) => ("ended".to_owned(), false),
            (Some(code), _) => (format!("ended with {code}"), true),
            (None, Some(signal)) => (format!("ended by signal {signal}"), true),
            (None, None) => ("ended".to_owned(), true),
        },
        Err(error) => (error.to_string(), true),
    };
    if let Some(missing) = missing {
        return PipeEnd { words: SafeText::from(format!("{words}; {missing}")), is_error: true };
    }
    PipeEnd { words: SafeText::from(words), is_error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_output_is_cut_and_counted() {
        let words = ["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' a; echo b >&2"].map(str::to_owned);
        let (mut child, output) = spawn(&words).unwrap();
        drop(child.stdin.take());
        let told = Mutex::new(Vec::new());
        show(output, &mut child, &|piped| told.lock().unwrap().push(piped));
        let last = told.lock().unwrap().last().cloned();
        let Some(Piped::Text(text, more)) = last else { panic!("{last:?}") };
        assert_eq!((text.raw().len(), more), (FIELD_CAP, 200_002 - FIELD_CAP as u64));
        assert_eq!(ending(child.wait(), None), PipeEnd { words: "ended".into(), is_error: false });
        let missing = ending(child.wait(), Some("2 left out".to_owned()));
        assert_eq!(missing, PipeEnd { words: "ended; 2 left out".into(), is_error: true });
    }

    #[test]
    fn the_end_of_a_command_is_said() {
        for (script, expected) in [("exit 3", "ended with 3"), ("kill -9 $$", "ended by signal 9")] {
            let words = ["sh", "-c", script].map(str::to_owned);
            let (mut child, _output) = spawn(&words).unwrap();
            let end = ending(child.wait(), None);
            assert_eq!((end.words.raw(), end.is_error), (expected, true));
        }
        let words = ["no-such-program-here".to_owned()];
        let end = not_started(&words, &spawn(&words).err().unwrap());
        assert_eq!(end.words.raw(), "no-such-program-here: there is no such program");
    }
}
