//! Carries out the core's orders. What takes time runs elsewhere and comes back as a message.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::gate::Gate;
use super::mailbox::{Mailbox, Slot};
use super::open::{self, Plan, Setup, Workspace};
use super::pipes::Pipes;
use super::profiles::Prepared;
use super::query_worker::{Ask, QueryWorker};
use super::saves::Saves;
use super::sign_in::SignIns;
use super::triggers::Triggers;
use super::work::Work;
use super::writes::Writes;
use super::{Event, detail, fetch, files, first_run, journal, notify, now, plain, profiles};
use crate::app::effect::{Effect, JournalOrder, PipeOrder, SignInOrder};
use crate::app::fetch::Order;
use crate::app::message::{Message, Piped, Question, Start};
use crate::azure::SignInError;
use crate::cli::args::Global;
use crate::cli::exit::CliError;
use crate::cli::output::say;
use crate::domain::SafeText;
use crate::domain::filter::Context;
use crate::domain::listing::Listing;
use crate::domain::related::related;
use crate::domain::table::Table;

/// What the main thread itself has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Immediate {
    /// Send text to the clipboard.
    Copy(String),
    /// Send bytes that draw nothing.
    Send(Vec<u8>),
    /// Give the window a title.
    Title(String),
    /// Give the terminal to a command that gets alerts: the order's number, its words, the alerts.
    Attend(u64, Vec<String>, Listing),
    /// Stop the process until it is continued.
    Suspend,
    /// Let the terminal tell what the mouse does, or not.
    Mouse(bool),
    /// Leave.
    Leave,
}

/// Carries out effects.
pub struct Shell {
    global: Global,
    handle: Handle,
    mailbox: Mailbox,
    queries: QueryWorker,
    index: detail::Indexing,
    work: Work,
    triggers: Triggers,
    saves: Saves,
    pipes: Pipes,
    gate: Gate,
    writes: Writes,
    orders: UnboundedSender<JournalOrder>,
    orders_done: JoinHandle<()>,
    first_run: first_run::State,
    sign_ins: SignIns,
    intake: files::Intake,
}

/// How long journal orders may take to be carried out before the program leaves without waiting for them.
const ORDERS_LIMIT: Duration = Duration::from_secs(10);

impl Shell {
    /// A shell that has opened nothing yet.
    pub fn new(global: Global, handle: Handle, events: Sender<Event>) -> Result<Self, CliError> {
        let mailbox = Mailbox::new(events);
        let answers = mailbox.clone();
        let queries = QueryWorker::start(move |message| answers.send(message)).map_err(CliError::failed)?;
        let work = Work::new(mailbox.clone(), handle.clone());
        let (orders, waiting) = unbounded_channel();
        let orders_done = handle.spawn(journal::serve(waiting, work.clone(), mailbox.clone()));
        let first_run = first_run::State::default();
        let index = detail::Indexing::default();
        let triggers = Triggers::new(work.clone(), mailbox.clone(), handle.clone());
        let saves = Saves::new(work.clone(), mailbox.clone(), handle.clone());
        let pipes = Pipes::new(work.clone(), mailbox.clone(), handle.clone());
        let writes = Writes::new(handle.clone());
        let sign_ins = SignIns::new(mailbox.clone(), handle.clone());
        Ok(Self {
            global,
            handle,
            mailbox,
            queries,
            index,
            work,
            triggers,
            saves,
            pipes,
            gate: Gate::default(),
            writes,
            orders,
            orders_done,
            first_run,
            sign_ins,
            intake: files::Intake::default(),
        })
    }

    /// Opens what flags and config ask for, in the background.
    pub fn start(&mut self) {
        if self.global.demo {
            return self.open_demo();
        }
        if !self.global.file.is_empty() {
            return self.open_files();
        }
        match open::resolve(&self.global) {
            Ok(Setup::Plan(plan)) => self.open(*plan),
            Ok(Setup::FirstRun(plan)) => {
                let (mailbox, state) = (self.mailbox.clone(), self.first_run.clone());
                self.handle.spawn(async move { first_run::look(&state, *plan, &mailbox).await });
            }
            Err(error) => self.mailbox.event(Event::Fail(error.into())),
        }
    }

    fn open(&self, plan: Plan) {
        let (global, (slot, published)) = (self.global.clone(), self.published());
        let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
        let plain = plain::is_asked_for(&global);
        let first = mailbox.clone();
        let early = move |early| {
            // Lines that were read out are not drawn over: they are of all alerts, or none.
            if !plain {
                first.send(Message::Start(Start::Early(Box::new(early))));
            }
        };
        self.handle.spawn_blocking(move || match Workspace::open_early(plan, &global, published, early) {
            Ok(workspace) => work.adopt(workspace, &slot),
            Err(error) => mailbox.event(Event::Fail(error.into())),
        });
    }

    fn open_files(&self) {
        let (global, (slot, published)) = (self.global.clone(), self.published());
        let (work, mailbox, intake) = (self.work.clone(), self.mailbox.clone(), self.intake.clone());
        let published = intake.unless_read(published);
        self.handle.spawn_blocking(move || match Workspace::of_files(&global, published) {
            Ok(workspace) => {
                work.adopt(workspace, &slot);
                files::show(&work, &mailbox, &slot, &global.file, &intake);
            }
            Err(error) => mailbox.event(Event::Fail(error.into())),
        });
    }

    fn open_demo(&self) {
        let (global, (slot, published)) = (self.global.clone(), self.published());
        let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
        self.handle.spawn(async move {
            match Workspace::demo(&global, published).await {
                Ok(workspace) => work.adopt(workspace, &slot),
                Err(error) => mailbox.event(Event::Fail(error.into())),
            }
        });
    }

    /// Where the snapshots of a workspace wait, and what brings them there.
    fn published(&self) -> (Slot, impl FnMut(Arc<Table>) + Send + use<>) {
        let (mailbox, slot) = (self.mailbox.clone(), Slot::default());
        (slot.clone(), move |table| mailbox.table(&slot, table))
    }

    /// Carries an effect out, or hands back what only the main thread can do.
    pub fn run(&mut self, effect: Effect) -> Option<Immediate> {
        match effect {
            Effect::Query { question, table, filter, sort, group, bars } => {
                self.queries.ask(question, Ask::Rows(table, filter, sort, group, bars), self.context());
            }
            Effect::CountValues { question, table, filter, field, text } => {
                self.queries.ask(question, Ask::Values(table, filter, field, text), self.context());
            }
            Effect::Chart { question, table, order } => {
                self.queries.ask(question, Ask::Chart(table, order), self.context());
            }
            Effect::Complete { question, table, text, cursor } => {
                self.queries.ask(question, Ask::Suggestions(table, text, cursor), self.context());
            }
            Effect::Match { question, table, filter } => {
                self.queries.ask(question, Ask::Match(table, filter), self.context());
            }
            Effect::CountNew { question, table, filter, seen } => {
                self.queries.ask(question, Ask::New(table, filter, seen), self.context());
            }
            Effect::Announce(what) => return Some(Immediate::Send(notify::announcement(&what))),
            Effect::Title(text) => return Some(Immediate::Title(text)),
            Effect::CountView { question, view, table, filter, seen } => {
                self.queries.ask(question, Ask::Count(table, view, filter, seen), self.context());
            }
            Effect::LoadDetail { question, table, key } => {
                let (work, mailbox, index) = (self.work.clone(), self.mailbox.clone(), self.index.clone());
                self.handle.spawn(async move {
                    let Some(workspace) = work.workspace() else { return };
                    let detail =
                        detail::load(&workspace.store, Arc::clone(&table), key, index.of(&table)).await;
                    mailbox.send(Message::Detail(question, detail));
                    index.prepare(&table);
                });
            }
            Effect::FindRelated { question, table, key, entities } => {
                let mailbox = self.mailbox.clone();
                self.handle.spawn_blocking(move || {
                    let related = related(&table, key, &entities);
                    mailbox.send(Message::Related(question, Arc::new(related)));
                });
            }
            Effect::Fetch { question, order } => self.fetch(question, order),
            Effect::Trigger(order) => self.triggers.run(order),
            Effect::Journal(order) => {
                // The task that takes them ends only when this sender is dropped.
                let _ = self.orders.send(order);
            }
            Effect::Save(order) => self.saves.run(order),
            Effect::Pipe(PipeOrder::Cancel(number)) => self.pipes.cancel(number),
            Effect::Pipe(PipeOrder::Run { number, words, alerts, terminal: true }) => {
                return Some(Immediate::Attend(number, words, alerts));
            }
            Effect::Pipe(PipeOrder::Run { number, words, alerts, terminal: false }) => {
                self.pipes.start(number, &words, alerts);
            }
            Effect::SyncNow => self.work.sync_now(),
            Effect::StopReading => self.intake.stop(),
            Effect::Timer(timer, after) => {
                let mailbox = self.mailbox.clone();
                self.handle.spawn(async move {
                    tokio::time::sleep(after).await;
                    mailbox.send(Message::Timer(timer));
                });
            }
            Effect::SignIn(order) => self.sign_in(order),
            Effect::ListProfiles => {
                let (global, work, mailbox) = (self.global.clone(), self.work.clone(), self.mailbox.clone());
                self.handle.spawn_blocking(move || {
                    let open = work.workspace().map(|workspace| workspace.plan.name.clone());
                    let list = profiles::list(&global, open.as_deref());
                    mailbox.send(Message::Start(Start::Profiles(list)));
                });
            }
            Effect::OpenProfile(name) => self.open_profile(name),
            Effect::ListSubscriptions { number, sign_in, cloud } => {
                let (mailbox, state) = (self.mailbox.clone(), self.first_run.clone());
                let list = async move { first_run::list(&state, sign_in, &cloud, &mailbox, number).await };
                self.handle.spawn(list);
            }
            Effect::WriteConfig { sign_in, subscriptions, keep } => {
                let written = self.first_run.write(&self.global, sign_in, subscriptions, keep);
                let written = written.map(|(path, plan)| {
                    self.open(plan);
                    path
                });
                self.mailbox.send(Message::Start(Start::ConfigWritten(written)));
            }
            Effect::OpenDemo => {
                self.global.demo = true;
                self.open_demo();
            }
            Effect::Copy(text) => return Some(Immediate::Copy(text)),
            Effect::Mouse(on) => return Some(Immediate::Mouse(on)),
            Effect::Suspend => return Some(Immediate::Suspend),
            Effect::Quit => return Some(Immediate::Leave),
        }
        None
    }

    fn sign_in(&mut self, order: SignInOrder) {
        match order {
            SignInOrder::First { number, cloud } => {
                self.sign_ins.begin(number, self.first_run.device(&cloud), || {});
            }
            SignInOrder::Again { number } => {
                let device = self.work.workspace().and_then(|workspace| workspace.device.clone());
                let work = self.work.clone();
                let session = device.unwrap_or(Err(SignInError::NobodyYet));
                self.sign_ins.begin(number, session, move || work.signed_in());
            }
            SignInOrder::Cancel => self.sign_ins.cancel(),
        }
    }

    /// Opens another profile's files, in the background.
    fn open_profile(&self, name: String) {
        let global = Global { profile: Some(name), demo: false, demo_listen: None, ..self.global.clone() };
        let ((slot, published), mailbox) = (self.published(), self.mailbox.clone());
        self.handle.spawn_blocking(move || match profiles::prepare(global, slot, published) {
            Ok(prepared) => mailbox.event(Event::Prepared(Box::new(prepared))),
            Err(why) => mailbox.send(Message::Start(Start::NotSwitched(why))),
        });
    }

    /// Puts another profile in place of the one that is open.
    pub fn switch(&mut self, prepared: Prepared) {
        let Prepared { global, next, slot } = prepared;
        self.global = global;
        self.sign_ins.cancel();
        let triggers = Triggers::new(self.work.clone(), self.mailbox.clone(), self.handle.clone());
        let triggers = std::mem::replace(&mut self.triggers, triggers);
        let saves = Saves::new(self.work.clone(), self.mailbox.clone(), self.handle.clone());
        let saves = std::mem::replace(&mut self.saves, saves);
        let pipes = Pipes::new(self.work.clone(), self.mailbox.clone(), self.handle.clone());
        let pipes = std::mem::replace(&mut self.pipes, pipes);
        let mut writes = std::mem::replace(&mut self.writes, Writes::new(self.handle.clone()));
        // Orders from now on wait until they are for the next one.
        let (orders, waiting) = unbounded_channel();
        let (go, gate) = tokio::sync::oneshot::channel();
        let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
        let serve = self.handle.spawn(async move {
            if gate.await.is_ok() {
                journal::serve(waiting, work, mailbox).await;
            }
        });
        drop(std::mem::replace(&mut self.orders, orders));
        let done = std::mem::replace(&mut self.orders_done, serve);
        let (work, handle) = (self.work.clone(), self.handle.clone());
        self.handle.spawn_blocking(move || {
            let settled = || {
                // Each file that is given up says so on the screen.
                let _ = saves.close();
                pipes.close();
                triggers.close();
                writes.land();
                if !handle.block_on(journal::done(done, ORDERS_LIMIT)) {
                    tracing::error!("journal orders were still waiting when the profile was closed");
                }
                pipes.insist();
            };
            profiles::change(&work, next, &slot, settled, go);
        });
    }

    /// Asks the source, in the background.
    fn fetch(&mut self, question: Question, order: Order) {
        let (work, mailbox, writes) = (self.work.clone(), self.mailbox.clone(), order.is_write());
        let task = async move {
            let answer = fetch::answer(&work, question, order).await;
            mailbox.send(Message::Fetched(question, Box::new(answer)));
        };
        if writes {
            self.writes.run(task);
        } else {
            self.handle.spawn(task);
        }
    }

    /// Runs a command that has the terminal. Blocks until it ends; says how, and tells the core.
    pub fn attend(&self, number: u64, words: &[String], alerts: Listing) -> SafeText {
        let end = self.pipes.attend(words, alerts);
        let said = end.words.clone();
        self.mailbox.send(Message::Piped(number, Piped::Ended(end)));
        // The terminal may have another size now.
        self.mailbox.event(Event::Resized);
        said
    }

    /// The gate before the terminal's input.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Waits a moment for what is being written at the source, since the answers may have consequences. Blocks.
    pub fn land(&mut self) {
        self.writes.land();
    }

    fn context(&self) -> Context {
        let now = now();
        let who = self.work.who();
        Context { now: now.utc, offset: now.offset, me: (!who.is_empty()).then_some(who) }
    }

    /// Carries out the journal orders that still wait, stops the workers and closes the files. Gives the number of
    /// alerts whose change is still queued.
    pub fn close(self) -> usize {
        self.intake.stop();
        self.saves.close().iter().for_each(say);
        self.pipes.close();
        self.triggers.close();
        drop(self.orders);
        if !self.handle.block_on(journal::done(self.orders_done, ORDERS_LIMIT)) {
            tracing::error!("journal orders were still waiting when the program left");
        }
        let pending = self.work.close();
        self.pipes.insist();
        pending
    }
}
