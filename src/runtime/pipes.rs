//! Commands that get alerts as NDJSON on their standard input. What they are called with is what the analyst typed; their
//! environment is ours without its secrets.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
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

/// Between two looks whether it did.
const STEP: Duration = Duration::from_millis(20);

/// Commands that run.
pub struct Pipes {
    work: Work,
    mailbox: Mailbox,
    handle: Handle,
    running: Running,
}

/// By number. A command in here is not reaped yet, so that the number of its process group is its own.
type Running = Arc<Mutex<HashMap<u64, Group>>>;

/// The process group of a command and what it started.
struct Group {
    id: Pid,
    /// By when it is to have ended, once it was asked to.
    due: Option<Instant>,
}

impl Group {
    /// Asks it to end. Whoever ended meanwhile needs no signal.
    fn ask(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + GRACE);
        let _ = kill_process_group(self.id, Signal::TERM);
    }

    /// What is left of its time to end by itself; none once everything of it has ended.
    fn rest(&self) -> Duration {
        match self.due {
            Some(due) if lives(self.id) => due.saturating_duration_since(Instant::now()),
            _ => Duration::ZERO,
        }
    }

    fn kill(&self) {
        let _ = kill_process_group(self.id, Signal::KILL);
    }
}

fn locked(running: &Running) -> MutexGuard<'_, HashMap<u64, Group>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Some(workspace) = self.work.workspace() else { return tell(Piped::Ended(nothing_open())) };
        let (store, handle) = (workspace.store.clone(), self.handle.clone());
        let (mut child, output) = match spawn(words) {
            Ok(started) => started,
            Err(error) => return tell(Piped::Ended(not_started(words, &error))),
        };
        locked(&self.running).insert(number, Group { id: Pid::from_child(&child), due: None });
        let running = Arc::clone(&self.running);
        self.handle.spawn_blocking(move || {
            let feeding = feed(child.stdin.take(), store, listing, handle);
            show(output, &child, &tell);
            has_ended(&child, WaitIdOptions::empty());
            forget(&running, number);
            tell(Piped::Ended(ending(child.wait(), feeding.end())));
        });
    }

    /// Ends a command and what it started: asks first, then insists.
    pub fn cancel(&self, number: u64) {
        let mut all = locked(&self.running);
        let Some(group) = all.get_mut(&number) else { return };
        group.ask();
        let running = Arc::clone(&self.running);
        self.handle.spawn(async move {
            tokio::time::sleep(GRACE).await;
            locked(&running).get(&number).into_iter().for_each(Group::kill);
        });
    }

    /// Runs a command that has the terminal, which was given back to it. Blocks until it ends; says how.
    pub fn attend(&self, words: &[String], listing: Listing) -> PipeEnd {
        let Some(workspace) = self.work.workspace() else {
            return nothing_open();
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

    /// Asks whatever still runs to end.
    pub fn close(&self) {
        locked(&self.running).values_mut().for_each(Group::ask);
    }

    /// Ends what was asked to and did not. Blocks until nothing of it runs, at most for what is left of its time.
    pub fn insist(&self) {
        loop {
            let all = locked(&self.running);
            let rest = all.values().map(Group::rest).max().unwrap_or_default();
            if rest.is_zero() {
                return all.values().filter(|group| group.due.is_some()).for_each(Group::kill);
            }
            drop(all);
            thread::sleep(rest.min(STEP));
        }
    }
}

/// Forgets a command that has ended. Where it was to end, what it started and left has its time, and then ends too.
fn forget(running: &Running, number: u64) {
    loop {
        let mut all = locked(running);
        let rest = all.get(&number).map_or(Duration::ZERO, Group::rest);
        if rest.is_zero() {
            all.remove(&number).filter(|group| group.due.is_some()).iter().for_each(Group::kill);
            return;
        }
        drop(all);
        thread::sleep(rest.min(STEP));
    }
}

/// Whether something of a process group, whose leader is not reaped yet, still runs. Where the system does not tell, it may.
fn lives(group: Pid) -> bool {
    let group = group.as_raw_nonzero().to_string();
    let mut told = false;
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(stat) = fs::read_to_string(process.path().join("stat")) else { continue };
        // After the program's name, in brackets: state, parent, group.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let state = fields.next();
        if fields.nth(1) == Some(group.as_str()) {
            told = true;
            if !matches!(state, Some("Z" | "X")) {
                return true;
            }
        }
    }
    !told
}

/// Whether a command has ended; without [`WaitIdOptions::NOHANG`] waits for that. It is not reaped.
fn has_ended(child: &Child, how: WaitIdOptions) -> bool {
    let how = how | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(Pid::from_child(child)), how) {
            Err(Errno::INTR) => {}
            ended => return !matches!(ended, Ok(None)),
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
fn show(output: PipeReader, child: &Child, tell: &impl Fn(Piped)) {
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
        if ended.is_none() && has_ended(child, WaitIdOptions::NOHANG) {
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

fn nothing_open() -> PipeEnd {
    PipeEnd { words: "nothing is open yet".into(), is_error: true }
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

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    #[test]
    fn what_a_command_started_ends_with_it_also_when_it_does_not_want_to() {
        let script = "(trap '' TERM; exec >\"$1\"; sleep 20; echo survived) & wait";
        let ways: [fn(&Pipes); 2] = [
            |pipes| pipes.cancel(1),
            |pipes| {
                pipes.close();
                pipes.insist();
            },
        ];
        for end in ways {
            let (runtime, folder) = (runtime(), tempfile::tempdir().unwrap());
            let mailbox = Mailbox::new(channel().0);
            let work = crate::runtime::work::tests::of_files(&mailbox, runtime.handle());
            let pipes = Pipes::new(work, mailbox, runtime.handle().clone());
            let fifo = folder.path().join("held");
            rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
            let words = ["sh", "-c", script, "x", fifo.to_str().unwrap()].map(str::to_owned);
            pipes.start(1, &words, Listing::default());
            // It is open once the command's command ignores the signal, and as long as that lives.
            let mut held = std::fs::File::open(&fifo).unwrap();
            end(&pipes);
            let mut left = String::new();
            held.read_to_string(&mut left).unwrap();
            assert_eq!(left, "");
        }
    }

    #[test]
    fn who_has_ended_is_not_waited_for() {
        let (runtime, mailbox) = (runtime(), Mailbox::new(channel().0));
        let pipes = Pipes::new(
            Work::new(mailbox.clone(), runtime.handle().clone()),
            mailbox,
            runtime.handle().clone(),
        );
        let (mut child, _output) = spawn(&["true".to_owned()]).unwrap();
        assert!(has_ended(&child, WaitIdOptions::empty()));
        let due = Some(Instant::now() + Duration::from_hours(1));
        locked(&pipes.running).insert(1, Group { id: Pid::from_child(&child), due });
        let (done, waits) = channel();
        thread::spawn(move || {
            pipes.insist();
            forget(&pipes.running, 1);
            done.send(locked(&pipes.running).len())
        });
        assert_eq!(waits.recv_timeout(Duration::from_mins(1)), Ok(0));
        child.wait().unwrap();
    }

    #[test]
    fn a_command_that_nothing_is_open_for_has_ended() {
        let (runtime, (events, inbox)) = (runtime(), channel());
        let mailbox = Mailbox::new(events);
        let work = Work::new(mailbox.clone(), runtime.handle().clone());
        Pipes::new(work, mailbox, runtime.handle().clone()).start(
            7,
            &["true".to_owned()],
            Listing::default(),
        );
        let said = inbox.try_recv();
        let Ok(crate::runtime::Event::Message(Message::Piped(7, Piped::Ended(end)))) = said else { panic!() };
        assert_eq!(end, nothing_open());
    }

    #[test]
    fn a_long_output_is_cut_and_counted() {
        let words = ["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' a; echo b >&2"].map(str::to_owned);
        let (mut child, output) = spawn(&words).unwrap();
        drop(child.stdin.take());
        let told = Mutex::new(Vec::new());
        show(output, &child, &|piped| told.lock().unwrap().push(piped));
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
