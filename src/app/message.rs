//! What happened: everything that reaches [`super::update()`], as plain data.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};

use crate::app::command::Command;
use crate::app::fetch;
use crate::app::key::Key;
use crate::app::model::{Counted, Failure, PipeEnd, ProfileLine, ShownCode, Tab};
pub use crate::app::model::{Detail, Mention};
use crate::app::mouse::Mouse;
use crate::domain::change::{ChangeRecord, TargetRecord};
use crate::domain::chart::{Attack, Timeline};
use crate::domain::filter::{Completion, Values};
use crate::domain::key_set::KeySet;
use crate::domain::listing::{Head, Listing};
use crate::domain::progress::{Fault, Subscription, SyncEvent};
use crate::domain::record::{DeedKind, LogEntry};
use crate::domain::related::Related;
use crate::domain::resource::ResourceId;
use crate::domain::response::TriggerRecord;
use crate::domain::table::Table;
use crate::domain::view::{Edited, KeptView, Place, ViewCount, ViewEdit, ViewId, ViewRef};
use crate::domain::{AlertId, AlertKey, ChangeId, SafeText, SubscriptionId};

/// The clock as the shell read it for this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The moment.
    pub utc: DateTime<Utc>,
    /// The analyst's offset from UTC at that moment.
    pub offset: FixedOffset,
}

/// The number of a question; an answer with an older number is dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question(pub u64);

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// Something was asked for without a key.
    Ask(Ask),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// A timer that was asked for ran out.
    Timer(Timer),
    /// The alerts changed.
    Table(Arc<Table>),
    /// Rows for the list.
    Listed(Question, Listing),
    /// A view is counted.
    Counted(Question, Tallied),
    /// The alerts of a snapshot that match and are new, by their rows.
    New(Question, Arc<Table>, Vec<u32>),
    /// The alerts of a snapshot that match.
    Matched(Question, KeySet),
    /// Alerts counted for a chart.
    Charted(Question, Chart),
    /// The values of a field, for *Add filter*.
    Values(Question, Values),
    /// Suggestions for the filter bar.
    Completed(Question, Completion),
    /// An alert in full.
    Detail(Question, Result<Arc<Detail>, SafeText>),
    /// What other alerts have in common with one.
    Related(Question, Arc<Related>),
    /// The source answered something beyond the list.
    Fetched(Question, Box<fetch::Answer>),
    /// What becomes of a logic app's triggering.
    Triggered(Triggered),
    /// Where an order to write a file stands.
    Saved(u64, Saved),
    /// What a command that got alerts does.
    Piped(u64, Piped),
    /// A worker reports.
    Sync(SyncEvent),
    /// The journal answers.
    Journal(Journal),
    /// What becomes of a sign-in by device code, by its number.
    SignIn(u64, SignInNews),
    /// What there is to start with.
    Start(Start),
    /// What the analyst must know of the files: rebuilt, read-only, little space left.
    Notices(Vec<SafeText>),
    /// What of the files to read was left out, each with its reason, and what that comes to.
    LeftOut(Vec<SafeText>, SafeText),
}

/// What was counted for a chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Alerts over time.
    Timeline(Arc<Timeline>),
    /// Alerts by tactic and technique.
    Attack(Arc<Attack>),
}

impl From<Timeline> for Chart {
    fn from(timeline: Timeline) -> Self {
        Self::Timeline(Arc::new(timeline))
    }
}

impl From<Attack> for Chart {
    fn from(attack: Attack) -> Self {
        Self::Attack(Arc::new(attack))
    }
}

/// Where an order to write a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It can be written, and is.
    Begun,
    /// There is a file already; nothing was written.
    Exists,
    /// So many alerts are written.
    Progress(usize),
    /// The file is in its place.
    Done {
        /// Where.
        path: SafeText,
        /// What is not in it, if anything.
        warning: Option<String>,
    },
    /// It was given up, with the reason; nothing was written.
    Failed(SafeText),
}

/// What a command that got alerts does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piped {
    /// What it wrote so far, and how many bytes more than are shown.
    Text(SafeText, u64),
    /// It ended.
    Ended(PipeEnd),
}

/// What a front end without a cursor asks for: it names commands and alerts instead of pressing keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A command, as the palette runs it.
    Run(Command),
    /// The cursor on an alert of the list.
    Cursor(AlertKey),
    /// An alert in full, whether or not the list shows it, on a tab.
    Open(AlertKey, Tab),
    /// The cursor on an item of the tab that is shown.
    Item(usize),
    /// Marks for these alerts, or none.
    Mark(Vec<AlertKey>, bool),
    /// These alerts as the only marked ones.
    MarkOnly(Vec<AlertKey>),
    /// No marks any more on these: a command made them for itself, and is over. Nothing is said, and what was marked last
    /// stays what was marked last.
    TakeOff(KeySet),
    /// A filter, by its text. One that does not parse changes nothing.
    Filter(String),
    /// A view.
    View(ViewRef),
    /// To leave, whatever is open.
    Leave,
}

/// What becomes of a confirm to trigger a logic app.
#[derive(Debug, Clone, PartialEq)]
pub enum Triggered {
    /// One alert of a confirm stands differently. Without a number its run is only followed.
    Row(Option<u64>, Box<TriggerRecord>),
    /// Whether the source told where to send to a logic app, or why it did not.
    Told(ResourceId, Result<(), Fault>),
    /// Each alert of a confirm has its outcome, or why nothing could be done at all.
    Ended(u64, Result<(), Fault>),
}

/// Timers the core asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// A chord waits for its second key: show its menu. Carries the number of the chord.
    ChordMenu(u64),
    /// Ages on screen may have changed.
    Minute,
    /// A notice has been shown long enough. Carries its number.
    Notice(u64),
    /// The list has been shown as it is for a moment: keep that.
    Place,
}

/// Answers of the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Journal {
    /// A change is committed to the outbox.
    Queued {
        /// Its number.
        change: ChangeId,
        /// Its size.
        alerts: usize,
    },
    /// An undo (or redo) is committed.
    Undone {
        /// The change that was taken back.
        change: ChangeId,
        /// The new change that does it; none when everything could be taken back before it was sent.
        by: Option<ChangeId>,
        /// Alerts taken back before they were sent.
        removed: usize,
        /// Alerts that go back to their former status.
        alerts: usize,
        /// Alerts left as they are, because someone changed them since, with the reason.
        spared: Vec<(SafeText, SafeText)>,
    },
    /// A retry is committed.
    Retrying {
        /// The change.
        change: ChangeId,
        /// Alerts taken up again.
        alerts: usize,
    },
    /// A deed is in the record.
    Recorded {
        /// What was done.
        kind: DeedKind,
        /// To how many alerts.
        alerts: usize,
        /// What it set.
        value: SafeText,
    },
    /// A window of the audit log.
    Log(Question, LogWindow),
    /// Recent changes, newest first.
    Changes(Vec<ChangeRecord>),
    /// The saved views, after an edit and what became of it.
    Views(Option<(ViewEdit, Edited)>, Vec<KeptView>),
    /// Where the analyst is, is kept.
    Noted,
    /// One change with its alerts that failed, are in conflict or unconfirmed.
    Failures(Box<ChangeRecord>, Vec<Failure>),
    /// An order could not be carried out; nothing of it was stored.
    Refused {
        /// What was ordered. Of several orders of a kind, the oldest that is not answered.
        order: OrderKind,
        /// Why not.
        why: SafeText,
    },
}

/// Some lines of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogWindow {
    /// How many lines there are in all.
    pub total: usize,
    /// The place of the first line given.
    pub from: usize,
    /// The lines.
    pub lines: LogLines,
}

/// Lines of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub enum LogLines {
    /// Acts, the newest first.
    Acts(Vec<ActLine>),
    /// The alerts of one act.
    Alerts(Vec<AlertLine>),
}

/// One act of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct ActLine {
    /// What was done.
    pub entry: LogEntry,
    /// Its first alert, if the cache has it.
    pub key: Option<AlertKey>,
}

/// One alert of an act.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertLine {
    /// Which.
    pub id: AlertId,
    /// The same, if the cache has it.
    pub key: Option<AlertKey>,
    /// What became of it, where the act was a change.
    pub target: Option<TargetRecord>,
}

/// What an order to the journal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// To commit a change.
    Submit,
    /// To take a change back.
    Undo,
    /// To send a change's refused alerts again.
    Retry,
    /// To stop a change.
    Cancel,
    /// To record a deed.
    Record,
    /// To read the audit log.
    ReadLog,
    /// To list recent changes.
    ListChanges,
    /// To list or change the saved views.
    Views,
    /// To keep where the analyst is.
    Place,
    /// To load one change.
    LoadChange,
}

impl OrderKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Submit,
        Self::Undo,
        Self::Retry,
        Self::Cancel,
        Self::Record,
        Self::ReadLog,
        Self::ListChanges,
        Self::Views,
        Self::Place,
        Self::LoadChange,
    ];
}

/// How many alerts a view has in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tallied {
    /// The view.
    pub view: ViewId,
    /// The number of the snapshot.
    pub generation: u64,
    /// The newest alert that was seen.
    pub seen: AlertKey,
    /// How many.
    pub count: ViewCount,
}

/// What the journal kept of how lists are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The saved views.
    pub views: Vec<KeptView>,
    /// Where the analyst was.
    pub place: Option<Place>,
    /// The alert under the cursor there, if the cache has it.
    pub cursor: Option<AlertKey>,
}

/// What is there before all alerts are loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Early {
    /// What the journal kept.
    pub kept: Kept,
    /// What the profile begins with.
    pub view: Option<String>,
    /// What the list then begins with.
    pub head: Head,
}

/// What the program starts with.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// What is shown first, before the alerts come.
    Kept(Box<Kept>),
    /// The same with what the list begins with, long before all alerts come.
    Early(Box<Early>),
    /// The list: the configured profile or the demo.
    Ready(Session),
    /// No configuration: what was found.
    FirstRun(FirstLook),
    /// The subscriptions of a sign-in, by the number of the question.
    Subscriptions(u64, Result<Listed, SafeText>),
    /// How many open alerts some of them have.
    Counts(u64, Vec<SubscriptionCount>),
    /// The profiles of the config.
    Profiles(Result<Vec<ProfileLine>, SafeText>),
    /// Another profile was opened: what was shown is gone.
    Switched,
    /// It could not be opened; the former one is still there.
    NotSwitched(SafeText),
    /// The config was written, or why not.
    ConfigWritten(Result<SafeText, SafeText>),
}

/// Who works where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The tenant's name, or the profile's.
    pub tenant: SafeText,
    /// The analyst, from the token's claims.
    pub who: SafeText,
    /// Why nothing can be changed: `--read-only`, the config, or the disk. Empty when changes are possible.
    pub read_only: Option<String>,
    /// The demo tenant.
    pub demo: bool,
    /// The alerts are those of files, and there is no source; true when nothing is kept afterwards.
    pub files: Option<bool>,
    /// A code typed into a browser signs in here.
    pub device_code: bool,
    /// The filter, or the digit or name of the view, that the profile begins with.
    pub view: Option<String>,
}

impl Session {
    /// True when nothing is kept once it is closed: in the demo, and of files without a data folder.
    pub fn is_temporary(&self) -> bool {
        self.demo || self.files == Some(true)
    }
}

/// What the first run begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstLook {
    /// The ways to sign in that can be chosen.
    pub found: Vec<SignInFound>,
    /// The names of the ways that are not there.
    pub absent: Vec<String>,
    /// The clouds' words.
    pub clouds: Vec<String>,
    /// The place of the cloud that is tried first.
    pub cloud: usize,
}

/// What a sign-in sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who is signed in.
    pub who: SafeText,
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
}

/// A subscription and how many open alerts it has.
pub type SubscriptionCount = (SubscriptionId, Counted);

/// What becomes of a sign-in by device code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInNews {
    /// Somebody has to type this.
    Code(ShownCode),
    /// Somebody is signed in.
    Done,
    /// Nobody is, and why.
    Failed(SafeText),
}

/// A sign-in that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInFound {
    /// Its name: `Azure CLI`, `environment`, `managed identity`.
    pub name: String,
    /// Usable or not, and what was seen.
    pub found: Result<SafeText, SafeText>,
    /// A code has to be typed first.
    pub device_code: bool,
}
