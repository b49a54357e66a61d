//! The open workspace and its workers: shown first, then connected to its source.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use super::deeds;
use super::mailbox::{Mailbox, Slot};
use super::open::Workspace;
use crate::app::message::{Message, Question, Session, Start};
use crate::app::suppress::Purpose;
use crate::azure::ArmClient;
use crate::domain::progress::SyncEvent;
use crate::domain::record::Deed;
use crate::domain::{ChangeId, SafeText};
use crate::store::{Notice, Store};
use crate::sync::{Engine, trouble};

/// What is open. Clones share it.
#[derive(Clone)]
pub struct Work {
    parts: Arc<Mutex<Parts>>,
    mailbox: Mailbox,
    handle: Handle,
    /// The question of the newest walk over the alerts, by its purpose.
    walks: [Arc<AtomicU64>; 2],
}

/// A walk over the alerts whose answer somebody awaits.
#[derive(Debug)]
pub struct Walk {
    newest: Arc<AtomicU64>,
    number: u64,
}

impl Walk {
    /// True once a newer walk began for the same purpose.
    pub fn is_stale(&self) -> bool {
        self.newest.load(Ordering::Acquire) != self.number
    }
}

#[derive(Default)]
struct Parts {
    workspace: Option<Arc<Workspace>>,
    engine: Option<Engine>,
    /// What is signed in to.
    client: Option<ArmClient>,
    session: Option<Session>,
    /// A sign-in is under way: a second one would start a second engine.
    connecting: bool,
    /// How often something was closed: what was begun before is not about what is open now.
    opened: u64,
}

impl Work {
    /// Nothing is open yet.
    pub fn new(mailbox: Mailbox, handle: Handle) -> Self {
        Self { parts: Arc::default(), mailbox, handle, walks: Default::default() }
    }

    fn with<R>(&self, use_it: impl FnOnce(&mut Parts) -> R) -> R {
        use_it(&mut self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The open workspace.
    pub fn workspace(&self) -> Option<Arc<Workspace>> {
        self.with(|parts| parts.workspace.clone())
    }

    /// Who makes changes, for the record; empty while nobody is known.
    pub fn who(&self) -> SafeText {
        self.with(|parts| parts.session.as_ref().map(|session| session.who.clone()).unwrap_or_default())
    }

    /// Records what was done at the source in the audit log.
    pub async fn audit(&self, deed: Deed) {
        let Some(workspace) = self.workspace() else { return };
        if let Err(why) = deeds::keep(&workspace.store, deed, self.who()).await {
            self.mailbox.send(Message::Notices(vec![why]));
        }
    }

    /// The client of the source; none before the sign-in.
    pub fn client(&self) -> Option<ArmClient> {
        self.with(|parts| parts.client.clone())
    }

    /// Begins a walk over the alerts for a question; of several for the same purpose only that of the newest question is not
    /// stale, in whatever order they begin.
    pub fn walk(&self, purpose: Purpose, question: Question) -> Walk {
        let newest = Arc::clone(match purpose {
            Purpose::Form => &self.walks[0],
            Purpose::Rules => &self.walks[1],
        });
        newest.fetch_max(question.0, Ordering::AcqRel);
        Walk { newest, number: question.0 }
    }

    /// Something may have to be sent.
    pub fn wake_push(&self) {
        self.with(|parts| parts.engine.as_ref().map(Engine::wake_push));
    }

    /// What is not sent yet of a change is not sent.
    pub fn cancel(&self, change: ChangeId) {
        self.with(|parts| parts.engine.as_ref().map(|engine| engine.cancel(change)));
    }

    /// Shows a workspace, whose snapshots come by `slot`, then connects it.
    pub fn adopt(&self, workspace: Workspace, slot: &Slot) {
        let session = Session {
            tenant: workspace.title(),
            who: if workspace.is_of_files() { local_name() } else { SafeText::default() },
            read_only: workspace.read_only.clone(),
            demo: workspace.is_demo(),
            device_code: workspace.device.is_some(),
            view: workspace.plan.view(),
            files: workspace.is_of_files().then(|| workspace.is_temporary()),
        };
        let workspace = Arc::new(workspace);
        self.with(|parts| {
            parts.workspace = Some(Arc::clone(&workspace));
            parts.session = Some(session.clone());
        });
        self.mailbox.send(Message::Start(Start::Kept(Box::new(workspace.kept.clone()))));
        self.mailbox.show(slot, &workspace.table);
        self.notices(workspace.notices.iter());
        if let Some(why) = &workspace.not_kept {
            self.mailbox.send(Message::Notices(vec![why.clone()]));
        }
        self.mailbox.send(Message::Start(Start::Ready(session)));
        self.connect();
    }

    /// Says what there is to know about the files.
    fn notices<'a>(&self, notices: impl Iterator<Item = &'a Notice>) {
        let said: Vec<SafeText> = notices.map(|notice| notice.to_string().into()).collect();
        if !said.is_empty() {
            self.mailbox.send(Message::Notices(said));
        }
    }

    /// Says what happened to the files since, such as a damaged cache that was rebuilt while running.
    async fn later_notices(&self) {
        let Some(workspace) = self.workspace() else { return };
        if let Ok(notices) = workspace.store.call(Store::take_notices).await {
            self.notices(notices.iter());
        }
    }

    /// Syncs now; without a sign-in, tries to sign in again.
    pub fn sync_now(&self) {
        if self.with(|parts| parts.engine.as_ref().map(Engine::sync_now)).is_none() {
            self.connect();
        }
    }

    /// Somebody has signed in: what waited for it goes on.
    pub fn signed_in(&self) {
        if let Some(client) = self.client() {
            client.tokens().signed_in_again();
        }
        self.sync_now();
        self.wake_push();
    }

    /// Says something to the screen.
    pub fn tell_screen(&self, message: Message) {
        self.mailbox.send(message);
    }

    /// Signs in and starts the workers, unless they run or somebody is at it. A failure is a sync fault on the screen,
    /// and the cache stays usable.
    fn connect(&self) {
        let found = self.with(|parts| {
            let workspace = parts.workspace.clone().filter(|workspace| !workspace.is_of_files())?;
            let free = parts.engine.is_none() && !std::mem::replace(&mut parts.connecting, true);
            free.then_some((workspace, parts.opened))
        });
        let Some((workspace, opened)) = found else { return };
        let work = self.clone();
        self.handle.spawn(async move {
            let connected = workspace.connect().await;
            let is_open = || work.with(|parts| parts.opened == opened);
            match connected {
                // Another profile was opened meanwhile.
                _ if !is_open() => return,
                Ok(client) => work.start(&workspace, client, opened).await,
                Err(error) => {
                    let fault = trouble::fault(&error);
                    tracing::warn!(?fault, "not connected");
                    work.mailbox.send(Message::Sync(SyncEvent::PullFailed { subscription: None, fault }));
                }
            }
            work.with(|parts| parts.connecting &= parts.opened != opened);
        });
    }

    async fn start(&self, workspace: &Workspace, client: ArmClient, opened: u64) {
        let config = workspace.engine_config(client.clone());
        let (work, asked) = (self.clone(), client.clone());
        let engine = Engine::start(config, move |event| work.tell(event, &asked, opened));
        let late = self.with(|parts| {
            let is_open = |open: &Arc<Workspace>| std::ptr::eq(Arc::as_ptr(open), workspace);
            if !parts.workspace.as_ref().is_some_and(is_open) {
                return Some(engine);
            }
            parts.engine = Some(engine);
            parts.client = Some(client.clone());
            None
        });
        match late {
            Some(engine) => engine.stop().await,
            None => self.ask_who(client, opened).await,
        }
    }

    /// Passes a worker's event on. The end of a round is the moment to ask again who is signed in, if nobody could be
    /// asked before.
    fn tell(&self, event: SyncEvent, client: &ArmClient, opened: u64) {
        if !matches!(event, SyncEvent::Page { .. } | SyncEvent::Push { .. }) {
            tracing::info!(?event, "sync");
        }
        if matches!(event, SyncEvent::RoundEnded(..)) {
            let (work, client) = (self.clone(), client.clone());
            self.handle.spawn(async move {
                work.later_notices().await;
                if work.who().is_empty() {
                    work.ask_who(client, opened).await;
                }
            });
        }
        self.mailbox.send(Message::Sync(event));
    }

    /// Says who is signed in, unless what the client was made for is closed.
    async fn ask_who(&self, client: ArmClient, opened: u64) {
        let Ok(identity) = client.who().await else { return };
        let session = self.with(|parts| {
            let who = parts.workspace.as_ref().filter(|_| parts.opened == opened)?.name_of(&identity);
            let session = parts.session.as_mut()?;
            session.who = who;
            Some(session.clone())
        });
        if let Some(session) = session {
            self.mailbox.send(Message::Start(Start::Ready(session)));
        }
    }

    /// Stops the workers and closes the files. Blocks. Gives the number of alerts whose change is still queued; in the
    /// demo nothing is, since nothing is kept.
    pub fn close(&self) -> usize {
        let (engine, workspace) = self.with(|parts| {
            parts.opened += 1;
            parts.connecting = false;
            parts.client = None;
            parts.session = None;
            (parts.engine.take(), parts.workspace.take())
        });
        if let Some(engine) = engine {
            self.handle.block_on(engine.stop());
        }
        let Some(workspace) = workspace else { return 0 };
        let pending = self.handle.block_on(workspace.store.call(|store| store.pending_total()));
        workspace.store.clone().close();
        let pending = pending.ok().and_then(Result::ok).unwrap_or(0);
        if workspace.is_demo() { 0 } else { pending }
    }
}

/// Who works here, for the record of alerts that come from files: the name of the login.
pub fn local_name() -> SafeText {
    let name = ["USER", "LOGNAME"].iter().filter_map(|name| std::env::var(name).ok());
    SafeText::from(name.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "analyst".to_owned()))
}

#[cfg(test)]
pub(in crate::runtime) mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::azure::{Cloud, Limits, TokenSource};
    use crate::cli::args::Cli;

    /// What is open when files are shown, none of them read.
    pub(in crate::runtime) fn of_files(mailbox: &Mailbox, handle: &Handle) -> Work {
        let work = Work::new(mailbox.clone(), handle.clone());
        adopt_files(&work);
        work
    }

    fn adopt_files(work: &Work) {
        let workspace = Workspace::of_files(&Cli::parse_from(["quell"]).global, |_| {}).unwrap();
        work.adopt(workspace, &Slot::default());
    }

    #[test]
    fn who_is_signed_in_to_what_was_closed_is_nobody_here() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let work = of_files(&Mailbox::new(std::sync::mpsc::channel().0), runtime.handle());
        // {"upn":"ann@contoso.example"}
        let token = TokenSource::fixed("e30.eyJ1cG4iOiJhbm5AY29udG9zby5leGFtcGxlIn0.s");
        let client = ArmClient::new(Cloud::Public.endpoint(), token, Limits::default()).unwrap();
        let before = work.with(|parts| parts.opened);
        work.close();
        adopt_files(&work);
        runtime.block_on(work.ask_who(client.clone(), before));
        assert_eq!(work.who(), local_name());
        runtime.block_on(work.ask_who(client, before + 1));
        assert_eq!(work.who().raw(), "ann@contoso.example");
    }

    #[tokio::test]
    async fn the_newest_question_is_walked_for_in_whatever_order_the_walks_begin() {
        let mailbox = Mailbox::new(std::sync::mpsc::channel().0);
        let work = Work::new(mailbox, Handle::current());
        let newer = work.walk(Purpose::Form, Question(8));
        let older = work.walk(Purpose::Form, Question(7));
        assert!(older.is_stale() && !newer.is_stale());
        assert!(!work.walk(Purpose::Rules, Question(1)).is_stale(), "each purpose has its own");
    }
}
