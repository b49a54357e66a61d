//! Orders to the shell, as plain data.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::fetch;
use crate::app::message::{OrderKind, Question, Timer};
use crate::app::notify::Announcement;
use crate::domain::automation::AlertEvent;
use crate::domain::change::{NewChange, Plan, ScriptTool};
use crate::domain::chart::Span;
use crate::domain::export::Format;
use crate::domain::fact::FactKind;
use crate::domain::filter::{Field, Filter};
use crate::domain::listing::Listing;
use crate::domain::picked::Picked;
use crate::domain::query::{GroupBy, Sort};
use crate::domain::record::{Deed, DeedId};
use crate::domain::resource::ResourceId;
use crate::domain::response::TriggerRecord;
use crate::domain::table::Table;
use crate::domain::view::{Place, ViewEdit, ViewId};
use crate::domain::{AlertKey, ChangeId, SafeText};

/// Something the shell is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Filter and sort; newest question wins.
    Query {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// The filter.
        filter: Filter,
        /// The order.
        sort: Sort,
        /// What to group by.
        group: Option<GroupBy>,
        /// Room for so many bars of the histogram; 0 for none.
        bars: usize,
    },
    /// Count the values of a field among the alerts that pass a filter; newest question wins.
    CountValues {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// The filter.
        filter: Filter,
        /// The field.
        field: Field,
        /// Only values that hold this text.
        text: String,
    },
    /// Count alerts for a chart; newest question wins.
    Chart {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// Which chart.
        order: ChartOrder,
    },
    /// Count a view's alerts, when no list is asked for.
    CountView {
        /// Comes back with the answer.
        question: Question,
        /// The view.
        view: ViewId,
        /// The snapshot.
        table: Arc<Table>,
        /// Its filter.
        filter: Filter,
        /// The newest alert that was seen.
        seen: AlertKey,
    },
    /// Find the alerts that match and came after one, when no list is asked for.
    CountNew {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// The filter.
        filter: Filter,
        /// The newest alert that is no news.
        seen: AlertKey,
    },
    /// Find the alerts of a snapshot that match.
    Match {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// The filter.
        filter: Filter,
    },
    /// Announce new alerts by the terminal.
    Announce(Announcement),
    /// Give the window a title.
    Title(String),
    /// Suggest what can follow in the filter bar.
    Complete {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// The text of the bar.
        text: String,
        /// The cursor, in bytes.
        cursor: usize,
    },
    /// Read one alert in full.
    LoadDetail {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot in which mentions are counted.
        table: Arc<Table>,
        /// Which.
        key: AlertKey,
    },
    /// Find what other alerts have in common with one; newest question wins.
    FindRelated {
        /// Comes back with the answer.
        question: Question,
        /// The snapshot.
        table: Arc<Table>,
        /// Which alert.
        key: AlertKey,
        /// Its entities by kind and value.
        entities: Vec<(FactKind, SafeText)>,
    },
    /// Ask the source for something beyond the list; newest question wins.
    Fetch {
        /// Comes back with the answer.
        question: Question,
        /// What.
        order: fetch::Order,
    },
    /// Trigger a logic app, at most once for each confirm.
    Trigger(TriggerOrder),
    /// Write to the journal, then send.
    Journal(JournalOrder),
    /// Sync now.
    SyncNow,
    /// Read no more of the files; what was read stays.
    StopReading,
    /// Write a file.
    Save(SaveOrder),
    /// Give alerts to a command.
    Pipe(PipeOrder),
    /// Put text on the clipboard by OSC 52.
    Copy(String),
    /// Wait, then send the timer back.
    Timer(Timer, Duration),
    /// Make the terminal as it was and stop the process until it is continued.
    Suspend,
    /// Sign in by device code.
    SignIn(SignInOrder),
    /// List the profiles of the config.
    ListProfiles,
    /// Close what is open and open another profile.
    OpenProfile(String),
    /// First run: list the subscriptions of a sign-in.
    ListSubscriptions {
        /// The number that its answers name.
        number: u64,
        /// Which of the sign-ins found.
        sign_in: usize,
        /// The cloud's word.
        cloud: String,
    },
    /// First run: write the config with these subscriptions (none = all) and start.
    WriteConfig {
        /// Which of the sign-ins found.
        sign_in: usize,
        /// Subscription GUIDs; empty for all.
        subscriptions: Vec<String>,
        /// Keep a sign-in by device code on this machine.
        keep: bool,
    },
    /// First run: open the demo tenant.
    OpenDemo,
    /// Let the terminal tell what the mouse does, or not.
    Mouse(bool),
    /// Leave.
    Quit,
}

/// What to do about a sign-in by device code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInOrder {
    /// First run: ask for a code.
    First {
        /// Comes back with what becomes of it.
        number: u64,
        /// The cloud's word.
        cloud: String,
    },
    /// Ask for a code for the profile that is open.
    Again {
        /// Comes back with what becomes of it.
        number: u64,
    },
    /// Nobody waits for it any more.
    Cancel,
}

/// A chart to be counted.
#[derive(Debug, Clone, PartialEq)]
pub enum ChartOrder {
    /// The alerts of a filter over time, whatever it says about time.
    Timeline {
        /// The filter.
        filter: Filter,
        /// The stretch of time to show; none for that of the filter.
        span: Option<Span>,
        /// Room for so many bars.
        bars: usize,
    },
    /// The alerts of a filter by tactic and technique.
    Attack(Filter),
}

/// What to do with files.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveOrder {
    /// Write one.
    Write {
        /// Comes back with what becomes of it.
        number: u64,
        /// The path as it was typed.
        path: String,
        /// Also where there is a file already: that was confirmed.
        replace: bool,
        /// What.
        what: SaveWhat,
    },
    /// Give one up; nothing of it stays.
    Cancel(u64),
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveWhat {
    /// Alerts.
    Alerts(Listing, Format),
    /// A script that sets these statuses.
    Script(ScriptTool, Arc<Plan>),
}

/// What to do with commands that get alerts.
#[derive(Debug, Clone, PartialEq)]
pub enum PipeOrder {
    /// Start one.
    Run {
        /// Comes back with what becomes of it.
        number: u64,
        /// The program and its arguments.
        words: Vec<String>,
        /// What it gets.
        alerts: Listing,
        /// True when it gets the terminal too.
        terminal: bool,
    },
    /// End one, and what it started.
    Cancel(u64),
}

/// What to do with logic apps.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerOrder {
    /// Send these alerts: they were confirmed just now.
    Send {
        /// Comes back with what becomes of it.
        number: u64,
        /// The logic app.
        app: ResourceId,
        /// The trigger's name.
        trigger: SafeText,
        /// The alerts, as they were shown.
        events: Vec<Arc<AlertEvent>>,
    },
    /// Send nothing more of a confirm.
    Cancel(u64),
    /// Follow runs whose end nobody has seen.
    Follow(Vec<TriggerRecord>),
}

/// What to do to the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalOrder {
    /// Commit a change and send it. Its targets are those of the plan.
    Submit(NewChange, Plan),
    /// Take a change back.
    Undo(ChangeId),
    /// Send a change's refused alerts again.
    Retry(ChangeId),
    /// Stop a change: what is not sent yet is not sent.
    Cancel(ChangeId),
    /// Record a deed on these alerts: a note, feedback, an assignment, a ticked step.
    Record(Deed, Picked),
    /// Read a window of the audit log.
    ReadLog(Question, LogRange),
    /// List recent changes.
    ListChanges,
    /// List the saved views.
    ListViews,
    /// Change the saved views.
    EditView {
        /// How.
        edit: ViewEdit,
        /// The newest alert there is.
        seen: AlertKey,
        /// When.
        at: DateTime<Utc>,
    },
    /// Note that a view was looked at.
    LookAtView {
        /// Which.
        id: ViewId,
        /// The newest alert there was.
        seen: AlertKey,
        /// When.
        at: DateTime<Utc>,
    },
    /// Keep where the analyst is.
    KeepPlace(Place),
    /// Load one change with its alerts.
    LoadChange(ChangeId),
}

/// A window of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRange {
    /// What to read.
    pub what: LogPart,
    /// The place of the first line.
    pub from: usize,
    /// How many lines.
    pub limit: usize,
}

/// A part of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPart {
    /// Every act that contains a text; all without one.
    Acts(String),
    /// The alerts of a change.
    Change(ChangeId),
    /// The alerts of a deed.
    Deed(DeedId),
}

impl JournalOrder {
    /// What it is for: what a refusal names.
    pub fn kind(&self) -> OrderKind {
        match self {
            Self::Submit(..) => OrderKind::Submit,
            Self::Undo(_) => OrderKind::Undo,
            Self::Retry(_) => OrderKind::Retry,
            Self::Cancel(_) => OrderKind::Cancel,
            Self::Record(..) => OrderKind::Record,
            Self::ReadLog(..) => OrderKind::ReadLog,
            Self::ListChanges => OrderKind::ListChanges,
            Self::ListViews | Self::EditView { .. } => OrderKind::Views,
            Self::LookAtView { .. } | Self::KeepPlace(_) => OrderKind::Place,
            Self::LoadChange(_) => OrderKind::LoadChange,
        }
    }
}
