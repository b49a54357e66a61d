//! The state: one struct per area, owned by [`Model`]. Areas change only their own; drawing reads all of it.

mod bulk;
mod charts;
mod details;
mod export;
mod facets;
mod filter_bar;
mod first_run;
mod list;
mod log;
mod overlay;
mod pivot;
mod record;
mod related;
mod respond;
mod sign_in;
mod suppress;
mod sync;
mod trigger;
mod views;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::app::columns::Columns;
use crate::app::keymap::Pending;
use crate::app::keys::Held;
use crate::app::leaving::Leaving;
use crate::app::message::{Now, Session};
use crate::app::mouse;
use crate::app::notify::Announced;
use crate::app::settings::Settings;
use crate::domain::SafeText;
use crate::domain::rights::KnownRights;
use crate::domain::table::Table;

pub use bulk::{Bulk, Decision, Running};
pub use charts::{Asked, AttackView, TimelineView};
pub use details::{Ahead, Detail, Details, Full, Mention, Opened, Tab};
pub use export::{Contents, PipeEnd, PipeOutput, PipePrompt, SavePrompt, SaveState, Saving};
pub use facets::{Facets, Side};
pub use filter_bar::FilterBar;
pub use first_run::{Choice, Counted, FirstRun, FirstRunStep};
pub use list::{List, Opening, Spot, Visual};
pub use log::{Inside, Log, Window};
pub use overlay::{
    Confirm, Failure, Failures, Find, MailForm, Makeup, Overlay, Palette, PivotMenu, Scroll, SetOf,
    StatusMenu, Twins,
};
pub use pivot::Frame;
pub use record::{AssignMenu, Assignee, Chosen, Judge, NotePrompt};
pub use related::{Related, Target};
pub use respond::{Page, Place, Respond, Section};
pub use sign_in::{CodeStage, DeviceCode, ProfileLine, ProfileMenu, ShownCode};
pub use suppress::{About, Deed, Dismissal, RuleForm, RulesScreen, Step, Suppress};
pub use sync::{SubscriptionState, SyncStatus};
pub use trigger::{Confirmed, Outcomes, Trigger, TriggerPrompt};
pub use views::{ViewCounted, Views, ViewsMenu, ViewsStep};

/// Everything.
#[derive(Debug)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The clock of the last message.
    pub now: Now,
    /// What the config sets for the screen.
    pub settings: Settings,
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
    /// Saved views.
    pub views: Views,
    /// What was announced of new alerts.
    pub announced: Announced,
    /// The details of the alert under the cursor: the side pane and, when open, the full details.
    pub details: Details,
    /// The *Take action* tab of the full details.
    pub respond: Respond,
    /// The *Related* tab of the full details.
    pub related: Related,
    /// Where pivots began, the last one last.
    pub pivots: Vec<Frame>,
    /// What the signed-in role may do, as far as that is known.
    pub rights: KnownRights,
    /// Bulk changes: the last ones and the one that runs.
    pub bulk: Bulk,
    /// Workers.
    pub sync: SyncStatus,
    /// Files being written, the newest last.
    pub saving: Vec<Saving>,
    /// The last command that got alerts.
    pub last_command: String,
    /// What lies over the screen; the last one has the keys.
    pub overlays: Vec<Overlay>,
    /// The audit log from which an alert was opened: it comes back when that is closed.
    pub log: Option<Box<Log>>,
    /// Which pane has the keys when nothing lies over it.
    pub focus: Pane,
    /// The keys of a chord so far.
    pub chord: Option<Chord>,
    /// What the mouse is about.
    pub mouse: mouse::Held,
    /// One line about what just happened.
    pub notice: Option<Notice>,
    /// What is to be known of the files, for the jobs screen.
    pub standing: Vec<SafeText>,
    /// Counts questions, chords and notices, so that each has its own number.
    pub serial: u64,
    /// The moment of the last ctrl-c that found nothing to cancel: a second one quits.
    pub last_interrupt: Option<Now>,
    /// What is known of decisions that would go with the program.
    pub leaving: Leaving,
    /// Another profile is being opened: keys wait for it.
    pub switching: bool,
    /// The timer that moves the ages runs.
    pub ticking: bool,
    /// Keys typed ahead of an answer on which their meaning depends.
    pub held: VecDeque<Held>,
    /// Some of them were typed before anything was listed.
    pub blind: bool,
}

impl Model {
    /// Before anything is known: no session, no alerts, the view of open alerts.
    pub fn new(size: (u16, u16), now: Now) -> Self {
        Self {
            size,
            now,
            settings: Settings::default(),
            session: None,
            first_run: None,
            table: Arc::default(),
            list: List::default(),
            filter: FilterBar::open_alerts(),
            views: Views::default(),
            announced: Announced::default(),
            details: Details::default(),
            respond: Respond::default(),
            related: Related::default(),
            pivots: Vec::new(),
            rights: KnownRights::default(),
            bulk: Bulk::default(),
            sync: SyncStatus::default(),
            saving: Vec::new(),
            last_command: String::new(),
            overlays: Vec::new(),
            log: None,
            focus: Pane::default(),
            chord: None,
            mouse: mouse::Held::default(),
            notice: None,
            standing: Vec::new(),
            serial: 0,
            last_interrupt: None,
            leaving: Leaving::default(),
            switching: false,
            ticking: false,
            held: VecDeque::new(),
            blind: false,
        }
    }

    /// The columns of the list: those of the view, else those of the settings.
    pub fn columns(&self) -> &Columns {
        self.list.columns.as_ref().unwrap_or(&self.settings.columns)
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
    /// True for what a worker reports: it stays for its time. Anything else answers a key and goes with the next one.
    pub is_report: bool,
}
