//! The state: one struct per area, owned by [`Model`]. Areas change only their own; drawing reads all of it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::app::copy::Clip;
use crate::app::document::Document;
use crate::app::input::Input;
use crate::app::journal::Order;
use crate::app::keymap::Pending;
use crate::app::keys::Held;
use crate::app::message::{Detail, Now, Question, Session, SignInFound};
use crate::domain::change::{ChangeRecord, Outcome, Plan, Reason, Tally, TargetRecord};
use crate::domain::filter::{Completion, Filter, FilterError};
use crate::domain::listing::Listing;
use crate::domain::progress::{Fault, Subscription};
use crate::domain::query::Sort;
use crate::domain::table::Table;
use crate::domain::{AlertKey, ChangeId, SafeText, Status, SubscriptionId};

/// Everything.
#[derive(Debug)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The clock of the last message.
    pub now: Now,
    /// Who works where; none during the first run.
    pub session: Option<Session>,
    /// The first-run screen, as long as it is shown.
    pub first_run: Option<FirstRun>,
    /// The newest snapshot.
    pub table: Arc<Table>,
    /// The list.
    pub list: List,
    /// The filter bar.
    pub filter: FilterBar,
    /// The details of the alert under the cursor: the side pane and, when open, the full details.
    pub details: Details,
    /// Bulk changes: the last ones and the one that runs.
    pub bulk: Bulk,
    /// Workers.
    pub sync: SyncStatus,
    /// What lies over the screen; the last one has the keys.
    pub overlays: Vec<Overlay>,
    /// Which pane has the keys when nothing lies over it.
    pub focus: Pane,
    /// The keys of a chord so far.
    pub chord: Option<Chord>,
    /// One line about what just happened.
    pub notice: Option<Notice>,
    /// What is to be known of the files, for the jobs screen.
    pub standing: Vec<SafeText>,
    /// Counts questions, chords and notices, so that each has its own number.
    pub serial: u64,
    /// The moment of the last ctrl-c that found nothing to cancel: a second one quits.
    pub last_interrupt: Option<Now>,
    /// Keys typed ahead of an answer on which their meaning depends.
    pub held: VecDeque<Held>,
}

impl Model {
    /// Before anything is known: no session, no alerts, the view of open alerts.
    pub fn new(size: (u16, u16), now: Now) -> Self {
        Self {
            size,
            now,
            session: None,
            first_run: None,
            table: Arc::default(),
            list: List::default(),
            filter: FilterBar::open_alerts(),
            details: Details::default(),
            bulk: Bulk::default(),
            sync: SyncStatus::default(),
            overlays: Vec::new(),
            focus: Pane::default(),
            chord: None,
            notice: None,
            standing: Vec::new(),
            serial: 0,
            last_interrupt: None,
            held: VecDeque::new(),
        }
    }

    /// A number that was not given before.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

/// The panes of the main screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// The details beside (or, on a narrow screen, over) it.
    Details,
    /// The full details.
    Full,
}

/// The alert list.
#[derive(Debug, Default)]
pub struct List {
    /// The rows shown.
    pub listing: Listing,
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// True until the question is answered.
    pub in_flight: bool,
    /// True while the answer to another filter or order is awaited: what is shown is not what was asked for.
    pub awaiting: bool,
    /// True when a newer snapshot came while a question was in flight.
    pub stale: bool,
    /// True once a key was pressed over alerts: from then on the cursor stays on its alert. Before that it stays on the
    /// first, while the first sync fills the list.
    pub touched: bool,
    /// The alert under the cursor.
    pub cursor: Option<AlertKey>,
    /// The cursor's place in `listing`; kept beside the key so that a vanished alert leaves the cursor where it was.
    pub place: usize,
    /// The first place drawn.
    pub offset: usize,
    /// Marked alerts.
    pub marks: BTreeSet<AlertKey>,
    /// How many marks are not in `listing`.
    pub hidden_marks: usize,
    /// The set before it was last cleared, for `*l`.
    pub last_marks: BTreeSet<AlertKey>,
    /// What the `*` chords marked since the set was last empty: members without a mark are those the analyst keeps.
    pub base: BTreeSet<AlertKey>,
    /// Visual mode: where it began and whether it marks or unmarks.
    pub visual: Option<Visual>,
    /// The order.
    pub sort: Sort,
}

/// Visual mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visual {
    /// The alert on which it began.
    pub anchor: AlertKey,
    /// True to mark, false to unmark.
    pub marking: bool,
}

/// The filter bar.
#[derive(Debug, Default)]
pub struct FilterBar {
    /// The text, also while it is being edited.
    pub input: Input,
    /// True while it has the keys.
    pub editing: bool,
    /// The last text that parsed, and what it parsed to: what the list shows.
    pub applied: Filter,
    /// What is wrong with the text.
    pub error: Option<FilterError>,
    /// The text before editing began, for Esc.
    pub before: String,
    /// The alert under the cursor before editing began, for Esc.
    pub cursor_before: Option<AlertKey>,
    /// Suggestions and the one chosen.
    pub completion: Completion,
    /// The suggestion under the cursor.
    pub chosen: Option<usize>,
    /// The question whose suggestions are awaited.
    pub question: Question,
    /// The view shown, by its digit, if the filter is still the view's own.
    pub view: Option<u8>,
    /// The view chosen last, to which Esc leads back.
    pub home: u8,
    /// The filter before the last change of view, for `-`.
    pub previous: String,
}

/// Details of the alert under the cursor.
#[derive(Debug, Default)]
pub struct Details {
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// The alert whose details are to be shown.
    pub wanted: Option<AlertKey>,
    /// The alert of the question in flight.
    pub asked: Option<AlertKey>,
    /// True when what is shown was overtaken while a question was in flight.
    pub again: bool,
    /// What to copy as soon as the details are there.
    pub clip: Option<Clip>,
    /// The details, when they are there; of `wanted` or, while that loads, of the alert before.
    pub shown: Option<Arc<Detail>>,
    /// Why they could not be read.
    pub error: Option<SafeText>,
    /// On a narrow screen: true when the pane is open over the list.
    pub open: bool,
    /// The side pane's text, laid out for its width.
    pub pane: Document,
    /// The first line of the side pane drawn.
    pub scroll: usize,
    /// The full details, when open.
    pub full: Option<Full>,
}

/// Full details of one alert.
#[derive(Debug)]
pub struct Full {
    /// Which.
    pub key: AlertKey,
    /// The tab shown.
    pub tab: Tab,
    /// The tab's text, laid out for the screen's width.
    pub document: Document,
    /// The JSON and the width that `document` was laid out from, while it is that: it may be large and never ages.
    pub json: Option<(Arc<str>, usize)>,
    /// The first line drawn, for each tab.
    pub scroll: [usize; 3],
}

/// The tabs of the full details.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Entities, properties, evidence, links.
    #[default]
    Details,
    /// What was done to it here.
    History,
    /// The source's JSON.
    Json,
}

/// Bulk changes.
#[derive(Debug, Default)]
pub struct Bulk {
    /// The changes on their way, oldest first.
    pub running: Vec<Running>,
    /// The last change made, for `E`.
    pub last: Option<ChangeId>,
    /// Recent changes as the journal has them, newest first.
    pub recent: Vec<ChangeRecord>,
    /// The last decision, for `.`.
    pub decision: Option<Decision>,
    /// Orders that the journal has not answered, oldest first.
    pub orders: VecDeque<Order>,
    /// Changes that were settled while this session ran: an answer of the journal may be older than that.
    pub settled: BTreeSet<ChangeId>,
    /// Changes of which an undo could take nothing back.
    pub exhausted: BTreeSet<ChangeId>,
    /// Alerts that the last undo left as they are, with the reason.
    pub spared: Vec<(SafeText, SafeText)>,
}

/// A change on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its number.
    pub change: ChangeId,
    /// What it does: `dismiss 337 alerts`.
    pub label: String,
    /// Outcomes so far.
    pub tally: Tally,
    /// Alerts settled a second.
    pub rate: u32,
    /// True once its rest was cancelled.
    pub cancelling: bool,
}

/// A decision that can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The status set.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// And taken over.
    pub take: bool,
}

/// What the workers said last.
#[derive(Debug, Default)]
pub struct SyncStatus {
    /// The subscriptions listed.
    pub subscriptions: Vec<SubscriptionState>,
    /// The end of the last round that listed every subscription.
    pub last_complete: Option<Now>,
    /// True while a round runs.
    pub running: bool,
    /// Items set aside as unreadable in the last round.
    pub quarantined: usize,
    /// Why nothing can be sent at the moment.
    pub push_fault: Option<Fault>,
    /// Why the subscriptions cannot be listed at all.
    pub fault: Option<Fault>,
    /// Another instance sends.
    pub elsewhere: bool,
}

/// One subscription's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    /// Which.
    pub subscription: Subscription,
    /// Alerts listed so far in the round that runs.
    pub listed: usize,
    /// True when its listing of this round is complete.
    pub complete: bool,
    /// Why its last listing stopped.
    pub fault: Option<Fault>,
}

impl SyncStatus {
    /// The state of one subscription.
    pub fn of(&mut self, id: &SubscriptionId) -> Option<&mut SubscriptionState> {
        self.subscriptions.iter_mut().find(|state| state.subscription.id == *id)
    }
}

/// A chord in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord {
    /// Its keys so far and what can follow.
    pub pending: Pending,
    /// Its number, for the timer.
    pub number: u64,
    /// True once the menu is due.
    pub menu: bool,
}

/// One line about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number, for the timer.
    pub number: u64,
    /// The words.
    pub text: SafeText,
    /// True for a fault.
    pub is_error: bool,
}

/// What can lie over the screen.
#[derive(Debug)]
pub enum Overlay {
    /// Confirm a change.
    Confirm(Box<Confirm>),
    /// Choose a status.
    Status(StatusMenu),
    /// Choose a time range by typing it.
    TimeRange(Input, Option<String>),
    /// Mark by a pattern.
    Pattern(Input, Option<String>),
    /// Confirm an undo or redo.
    ConfirmUndo(Box<ChangeRecord>),
    /// The failures of a change.
    Failures(Box<Failures>),
    /// Running and recent changes, and the listings.
    Jobs(Scroll),
    /// Keys of the pane below.
    Help(Scroll),
    /// The palette.
    Palette(Palette),
}

/// A confirm: the exact set, and what it would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// The status to set.
    pub status: Status,
    /// The frozen set.
    pub plan: Plan,
    /// How many matched or were marked before any was left out.
    pub matching: usize,
    /// How many of the targets are not in the list as it is filtered now.
    pub off_screen: usize,
    /// A dismissal's reason.
    pub reason: Option<Reason>,
    /// And take them over.
    pub take: bool,
    /// A comment, once it was begun.
    pub comment: Option<Input>,
    /// True while the comment has the keys.
    pub typing: bool,
}

/// The status menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusMenu {
    /// The line under the cursor.
    pub chosen: usize,
}

/// The failures of one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Failures {
    /// The change.
    pub change: ChangeRecord,
    /// Its alerts that are not verified.
    pub targets: Vec<TargetRecord>,
    /// The line under the cursor.
    pub chosen: usize,
    /// The first line drawn.
    pub offset: usize,
}

impl Failures {
    /// How many have an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.targets.iter().filter(|target| target.outcome == outcome).count()
    }
}

/// A scroll position in text that the view lays out itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first line drawn.
    pub offset: usize,
    /// The number of lines.
    pub lines: usize,
}

/// The palette: every command by name.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// Places in the command table that match, best first.
    pub matches: Vec<usize>,
    /// The line under the cursor.
    pub chosen: usize,
}

/// The first-run screen.
#[derive(Debug, Default)]
pub struct FirstRun {
    /// The sign-ins looked for.
    pub found: Vec<SignInFound>,
    /// The line under the cursor: a sign-in, then the demo.
    pub chosen: usize,
    /// The step reached.
    pub step: FirstRunStep,
}

/// The steps of the first run.
#[derive(Debug, Default)]
pub enum FirstRunStep {
    /// Looking for sign-ins, then choosing one.
    #[default]
    SignIn,
    /// Listing subscriptions.
    Listing,
    /// Choosing subscriptions: each with whether it is chosen.
    Subscriptions {
        /// The subscriptions.
        list: Vec<(Subscription, bool)>,
        /// The line under the cursor.
        chosen: usize,
    },
    /// It did not work.
    Failed(SafeText),
}
