//! The analyst's verbs, each declared once in `table`: keys, words, where it works, and when it is available.
//!
//! The hint bar, the help, the palette, the menus of chords and the README's table of keys come from that table.

mod available;
mod group;
mod guide;
mod name;
mod scope;
mod table;

use crate::app::key::Key;
use crate::app::model::{Model, Section};
use crate::domain::Status;
use crate::domain::query::SortKey;

pub use crate::app::group::Grouping;
pub use group::Group;
pub use guide::{
    Help, chord_refused, every_key, example_rows, help, hints, pivots, readme_table, saves, show_keys,
    shown_keys, which_key,
};
pub use name::name;
pub use scope::{Panes, Scope};
pub use table::{CHORDS, COMMANDS, Chord};

/// Everything that can be asked for on the main screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// The cursor, or the text of a pane.
    Move(Move),
    /// Panes and tabs.
    Go(Go),
    /// Marks.
    Mark(Mark),
    /// The filter.
    Narrow(Narrow),
    /// The order.
    Sort(SortKey),
    /// Groups of the list.
    Group(Grouping),
    /// Views.
    View(View),
    /// Changes of status.
    Change(Change),
    /// The local record.
    Record(Record),
    /// The clipboard.
    Copy(Copy),
    /// Files and commands that get alerts.
    HandOver(HandOver),
    /// The alerts that share an entity, and the way back.
    Pivot(Pivot),
    /// The *Related* tab.
    Related(Related),
    /// The *Take action* tab.
    Respond(Respond),
    /// Suppression rules.
    Suppress(Suppress),
    /// Sheets over the screen, and charts.
    Show(Show),
    /// The program.
    App(App),
}

/// Movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Move {
    Down,
    Up,
    First,
    Last,
    PageDown,
    PageUp,
    HalfDown,
    HalfUp,
}

/// Panes and tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Go {
    /// The pane (in the full details: the tab) to the left.
    Left,
    /// The pane (in the full details: the tab) to the right.
    Right,
    /// The next pane or tab, around.
    Next,
    /// The tab before.
    PreviousTab,
    /// The tab behind.
    NextTab,
    /// Full details.
    Open,
    /// One step back.
    Back,
}

/// Marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Mark or unmark, and go down.
    Toggle,
    /// Mark a range.
    Visual,
    /// Unmark a range.
    VisualUnmark,
    /// All that match.
    All,
    /// None.
    None,
    /// The others.
    Invert,
    /// Those of the same type.
    SameType,
    /// Those on the same resource.
    SameResource,
    /// By a pattern.
    Pattern,
    /// The set before.
    Last,
}

/// The filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Narrow {
    /// Type one.
    Edit,
    /// Every alert.
    Clear,
    /// Choose fields and values by arrows.
    Add,
    /// Only the value under the cursor.
    Only(By),
    /// All but the value under the cursor.
    Without(By),
    /// Another time range.
    Time(Span),
}

/// A field whose value under the cursor the filter can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the fields
pub enum By {
    Status,
    Severity,
    Resource,
    Type,
    Group,
    Subscription,
    Tactic,
}

/// A time range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// Any time.
    Any,
    /// Typed.
    Custom,
}

/// Views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// The one of a digit.
    Digit(u8),
    /// What the list showed before the last change of view.
    Last,
    /// Save what the list shows under a digit.
    Save(u8),
    /// The saved views, to choose from and to keep.
    Menu,
}

/// Changes of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Set a status.
    Set(Status),
    /// Choose a status by arrows.
    Menu,
    /// In progress, and mine.
    Take,
    /// Take the last change back.
    Undo,
    /// Take the last undo back.
    Redo,
    /// The last decision again, on the next alert.
    Repeat,
    /// What became of the last change, where it failed.
    Failures,
    /// The last decision, for what the other scanner reported of the same findings.
    Twins,
}

/// The local record: kept in the journal, never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Record {
    /// A note.
    Note,
    /// To whom alerts are assigned.
    Assign,
    /// Useful, or not.
    Judge(bool),
}

/// The clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Copy {
    /// The row as text.
    Row,
    /// The full id.
    Id,
    /// The first entity.
    Entity,
    /// The portal's link.
    Link,
    /// The source's JSON.
    Json,
    /// Title and entities, defanged.
    Defanged,
    /// The portal's link, shown as well.
    ShowLink,
}

/// Files and commands that get alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandOver {
    /// A file with the list.
    File,
    /// A change as a script.
    Script,
    /// A command whose output is shown.
    Pipe,
    /// A command that gets the terminal.
    Shell,
}

/// The alerts that share an entity, and the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pivot {
    /// List those that share the entity at this place: `a` is the first.
    Entity(u8),
    /// Choose the entity from a menu.
    Menu,
    /// Back to where the last pivot began.
    Back,
}

/// The *Related* tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Related {
    /// Show the tab.
    Show,
    /// List the group, or open the alert, under the cursor.
    Open,
    /// Mark or unmark what is under the cursor.
    Mark,
}

/// The *Take action* tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Respond {
    /// Open the tab.
    Open,
    /// Show a section.
    Section(Section),
    /// Open, or act on, what is under the cursor.
    Enter,
    /// The window of the activity log.
    Reach(Reach),
}

/// What becomes of the window of the activity log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Twice as long.
    Widen,
    /// Half as long.
    Narrow,
    /// Half its length back.
    Earlier,
    /// Half its length on.
    Later,
    /// An hour around the alert's activity.
    Default,
}

/// Suppression rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suppress {
    /// A rule from the alert under the cursor.
    New,
    /// The rules there are.
    Rules,
}

/// Sheets over the screen, and charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Show {
    Jobs,
    Log,
    Help,
    Palette,
    Timeline,
    Attack,
    Histogram,
}

/// The program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum App {
    /// Sync now.
    Sync,
    /// Sign in anew.
    SignIn,
    /// Open another profile.
    Profile,
    /// Close, or quit.
    Close,
    /// Stop the process until the shell continues it.
    Suspend,
    /// The next colours, for this session.
    Theme,
    /// The mouse, on or off for this session.
    Mouse,
}

/// One command's declaration.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// What it is.
    pub command: Command,
    /// Key sequences, each with its keys parted by blanks; the first is the one shown in hints. Without any, the
    /// command is in the palette only.
    pub keys: &'static [&'static str],
    /// What it does, as help and palette say it.
    pub label: &'static str,
    /// The same in a word or two, for the hint bar and the menus of chords.
    pub hint: &'static str,
    /// Other words by which the palette finds it: what such a command is called elsewhere.
    pub also: &'static str,
    /// Where it works.
    pub panes: Panes,
    /// Its head in help.
    pub group: Group,
    /// Why it cannot be done now, if so.
    pub available: fn(&Model) -> Result<(), String>,
    /// Its place in the hint bar, the smallest first; 0 for no place.
    pub rank: u8,
}

impl Spec {
    /// The key sequences.
    pub fn sequences(&self) -> impl Iterator<Item = Vec<Key>> {
        self.keys.iter().map(|keys| sequence(keys))
    }
}

/// Reads a key sequence; keys that are not ones are left out, which a test excludes for the table.
pub fn sequence(keys: &str) -> Vec<Key> {
    keys.split(' ').filter_map(Key::parse).collect()
}

/// A command's declaration. All letters of entities have the one of the first.
pub fn spec(command: Command) -> Option<&'static Spec> {
    let declared = match command {
        Command::Pivot(Pivot::Entity(_)) => Command::Pivot(Pivot::Entity(0)),
        other => other,
    };
    COMMANDS.iter().find(|spec| spec.command == declared)
}
