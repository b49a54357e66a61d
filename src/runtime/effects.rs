//! Carries out the core's orders. What takes time runs elsewhere and comes back as a message.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use super::open::{self, Plan, Setup, Workspace};
use super::query_worker::{Ask, QueryWorker};
use super::{Event, detail, first_run, journal, now};
use crate::app::effect::{Effect, JournalOrder};
use crate::app::message::{Journal, Message, Session, Start};
use crate::cli::args::Global;
use crate::cli::exit::CliError;
use crate::domain::filter::Context;
use crate::domain::progress::{Fault, FaultKind, SyncEvent};
use crate::domain::table::Table;
use crate::domain::{ChangeId, SafeText};
use crate::sync::Engine;

/// What the main thread itself has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Immediate {
    /// Send text to the clipboard.
    Copy(String),
    /// Stop the process until it is continued.
    Suspend,
    /// Leave.
    Leave,
}

/// Sends messages to the main thread.
#[derive(Clone)]
pub struct Mailbox(Sender<Event>);

impl Mailbox {
    /// Sends a message; when the main thread has left, nobody misses it.
    pub fn send(&self, message: Message) {
        let _ = self.0.send(Event::Message(message));
    }
}

/// The open workspace and its workers, shared with the tasks that use it.
#[derive(Clone, Default)]
pub struct Work(Arc<Mutex<Parts>>);

#[derive(Default)]
struct Parts {
    workspace: Option<Arc<Workspace>>,
    engine: Option<Engine>,
    session: Option<Session>,
}

impl Work {
    fn with<R>(&self, use_it: impl FnOnce(&mut Parts) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The open workspace.
    pub fn workspace(&self) -> Option<Arc<Workspace>> {
        self.with(|parts| parts.workspace.clone())
    }

    fn wake_push(&self) {
        self.with(|parts| parts.engine.as_ref().map(Engine::wake_push));
    }

    fn cancel(&self, change: ChangeId) {
        self.with(|parts| parts.engine.as_ref().map(|engine| engine.cancel(change)));
    }

    /// Who makes changes, for the record.
    pub fn who(&self) -> SafeText {
        self.with(|parts| parts.session.as_ref().map(|session| session.who.clone()).unwrap_or_default())
    }
}

/// Carries out effects.
pub struct Shell {
    global: Global,
    handle: Handle,
    mailbox: Mailbox,
    queries: QueryWorker,
    work: Work,
    first_run: first_run::State,
}

impl Shell {
    /// A shell that has opened nothing yet.
    pub fn new(global: Global, handle: Handle, events: Sender<Event>) -> Result<Self, CliError> {
        let mailbox = Mailbox(events);
        let answers = mailbox.clone();
        let queries = QueryWorker::start(move |message| answers.send(message)).map_err(CliError::failed)?;
        Ok(Self {
            global,
            handle,
            mailbox,
            queries,
            work: Work::default(),
            first_run: first_run::State::default(),
        })
    }

    /// Opens what flags and config ask for, in the background.
    pub fn start(&mut self) -> Result<(), CliError> {
        if self.global.demo {
            self.open_demo();
            return Ok(());
        }
        match open::resolve(&self.global)? {
            Setup::Plan(plan) => self.open(*plan),
            Setup::FirstRun(plan) => {
                let (mailbox, state) = (self.mailbox.clone(), self.first_run.clone());
                self.handle.spawn(async move { first_run::look(&state, *plan, &mailbox).await });
                Ok(())
            }
        }
    }

    fn open(&self, plan: Plan) -> Result<(), CliError> {
        let workspace = Workspace::open(plan, &self.global, self.published())?;
        self.adopt(workspace);
        Ok(())
    }

    fn open_demo(&self) {
        let (global, published) = (self.global.clone(), self.published());
        let (work, mailbox, handle) = (self.work.clone(), self.mailbox.clone(), self.handle.clone());
        self.handle.spawn(async move {
            match Workspace::demo(&global, published).await {
                Ok(workspace) => adopt(workspace, &work, &mailbox, &handle),
                Err(error) => mailbox.send(Message::Sync(SyncEvent::PullFailed {
                    subscription: None,
                    fault: Fault { kind: FaultKind::Storage, message: error.to_string().into() },
                })),
            }
        });
    }

    fn published(&self) -> impl FnMut(Arc<Table>) + Send + 'static {
        let mailbox = self.mailbox.clone();
        move |table| mailbox.send(Message::Table(table))
    }

    fn adopt(&self, workspace: Workspace) {
        adopt(workspace, &self.work, &self.mailbox, &self.handle);
    }

    /// Carries an effect out, or hands back what only the main thread can do.
    pub fn run(&mut self, effect: Effect) -> Option<Immediate> {
        match effect {
            Effect::Query { question, table, filter, sort } => {
                self.queries.ask(question, Ask::Rows(table, filter, sort), self.context());
            }
            Effect::Complete { question, table, text, cursor } => {
                self.queries.ask(question, Ask::Suggestions(table, text, cursor), self.context());
            }
            Effect::LoadDetail { question, table, key } => {
                let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
                self.handle.spawn(async move {
                    let Some(workspace) = work.workspace() else { return };
                    let detail = detail::load(&workspace.store, table, key).await;
                    mailbox.send(Message::Detail(question, detail));
                });
            }
            Effect::Journal(order) => self.journal(order),
            Effect::SyncNow => self.sync_now(),
            Effect::Timer(timer, after) => {
                let mailbox = self.mailbox.clone();
                self.handle.spawn(async move {
                    tokio::time::sleep(after).await;
                    mailbox.send(Message::Timer(timer));
                });
            }
            Effect::ListSubscriptions(chosen) => {
                let (mailbox, state) = (self.mailbox.clone(), self.first_run.clone());
                self.handle.spawn(async move { first_run::list(&state, chosen, &mailbox).await });
            }
            Effect::WriteConfig { sign_in, subscriptions } => {
                let written = self.first_run.write(&self.global, sign_in, subscriptions);
                let opened = written.and_then(|(path, plan)| {
                    self.open(plan).map(|()| path).map_err(|error| SafeText::from(error.to_string()))
                });
                self.mailbox.send(Message::Start(Start::ConfigWritten(opened)));
            }
            Effect::OpenDemo => {
                self.global.demo = true;
                self.open_demo();
            }
            Effect::Copy(text) => return Some(Immediate::Copy(text)),
            Effect::Suspend => return Some(Immediate::Suspend),
            Effect::Quit => return Some(Immediate::Leave),
        }
        None
    }

    fn context(&self) -> Context {
        let now = now();
        let who = self.work.who();
        Context { now: now.utc, offset: now.offset, me: (!who.is_empty()).then_some(who) }
    }

    fn journal(&self, order: JournalOrder) {
        let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
        self.handle.spawn(async move {
            let Some(workspace) = work.workspace() else {
                let why = "no workspace is open yet".into();
                mailbox.send(Message::Journal(Journal::Refused { order: order.kind(), why }));
                return;
            };
            if let JournalOrder::Cancel(change) = order {
                work.cancel(change);
            }
            let sends = journal::sends(&order);
            let answer = journal::carry_out(&workspace.store, order, work.who()).await;
            mailbox.send(Message::Journal(answer));
            if sends {
                work.wake_push();
            }
        });
    }

    /// Syncs now; without a sign-in, tries to sign in again.
    fn sync_now(&self) {
        let running = self.work.with(|parts| parts.engine.as_ref().map(Engine::sync_now).is_some());
        if !running && let Some(workspace) = self.work.workspace() {
            connect(workspace, self.work.clone(), self.mailbox.clone(), &self.handle);
        }
    }

    /// Stops the workers and closes the files.
    pub fn close(self) {
        let (engine, workspace) = self.work.with(|parts| (parts.engine.take(), parts.workspace.take()));
        self.handle.block_on(async move {
            if let Some(engine) = engine {
                engine.stop().await;
            }
            if let Some(workspace) = workspace.and_then(|workspace| Arc::try_unwrap(workspace).ok()) {
                workspace.close().await;
            }
        });
    }
}

/// Shows a workspace, then connects it to its source.
fn adopt(workspace: Workspace, work: &Work, mailbox: &Mailbox, handle: &Handle) {
    let session = Session {
        tenant: workspace.title(),
        who: SafeText::default(),
        read_only: workspace.read_only.clone(),
        demo: workspace.is_demo(),
    };
    let workspace = Arc::new(workspace);
    work.with(|parts| {
        parts.workspace = Some(Arc::clone(&workspace));
        parts.session = Some(session.clone());
    });
    mailbox.send(Message::Start(Start::Ready(session)));
    mailbox.send(Message::Table(Arc::clone(&workspace.table)));
    connect(workspace, work.clone(), mailbox.clone(), handle);
}

/// Signs in and starts the workers; a failure is a sync fault on the screen, and the cache stays usable.
fn connect(workspace: Arc<Workspace>, work: Work, mailbox: Mailbox, handle: &Handle) {
    handle.spawn(async move {
        let connected = workspace.connect().await;
        let client = match connected {
            Ok(client) => client,
            Err(error) => {
                let kind = if open::is_sign_in(&error) { FaultKind::SignIn } else { FaultKind::Unreachable };
                let fault = Fault { kind, message: error.to_string().into() };
                mailbox.send(Message::Sync(SyncEvent::PullFailed { subscription: None, fault }));
                return;
            }
        };
        let who = client.clone();
        let config = workspace.engine_config(client);
        let events = mailbox.clone();
        let engine = Engine::start(config, move |event| events.send(Message::Sync(event)));
        work.with(|parts| parts.engine = Some(engine));
        if let Ok(identity) = who.who().await {
            let session = work.with(|parts| {
                let session = parts.session.as_mut()?;
                session.who = identity.display_name().into();
                Some(session.clone())
            });
            if let Some(session) = session {
                mailbox.send(Message::Start(Start::Ready(session)));
            }
        }
    });
}
