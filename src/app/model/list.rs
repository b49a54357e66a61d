//! The list and its marks.

use crate::app::columns::Columns;
use crate::app::lines::{Folds, Lines, Under};
use crate::app::message::Question;
use crate::domain::AlertKey;
use crate::domain::key_set::KeySet;
use crate::domain::listing::Listing;
use crate::domain::query::{GroupBy, Sort};

/// The alert list.
#[derive(Debug, Default)]
pub struct List {
    /// The rows shown.
    pub listing: Listing,
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// While not all alerts are loaded: what is known of the rest. The rows shown are some of those that will be, of a snapshot
    /// of their own, and nothing can be done with them but to look.
    pub opening: Option<Opening>,
    /// True until the question is answered.
    pub in_flight: bool,
    /// True while the answer to another filter or order is awaited: what is shown is not what was asked for.
    pub awaiting: bool,
    /// True when a newer snapshot came while a question was in flight.
    pub stale: bool,
    /// True once a key was pressed over alerts: from then on the cursor stays on its alert. Before that it stays on the
    /// first, while the first sync fills the list.
    pub touched: bool,
    /// The alert under the cursor; none on a heading.
    pub cursor: Option<AlertKey>,
    /// The cursor's place in `listing`, on a heading that of the group's first alert; kept beside the key so that a
    /// vanished alert leaves the cursor where it was.
    pub place: usize,
    /// True when the cursor is on the heading over its place.
    pub on_heading: bool,
    /// The first line drawn.
    pub offset: usize,
    /// Marked alerts.
    pub marks: KeySet,
    /// How many marks have no line: not in `listing`, or folded.
    pub hidden_marks: usize,
    /// By group: how many of its alerts are marked. Empty when nothing is marked.
    pub marked_in: Vec<usize>,
    /// The set before it was last cleared, for `*l`.
    pub last_marks: KeySet,
    /// What the `*` chords marked since the set was last empty: members without a mark are those the analyst keeps.
    pub base: KeySet,
    /// True when the first of them was a group marked on its heading: then they are no set that matched.
    pub base_of_group: bool,
    /// Visual mode: where it began and whether it marks or unmarks.
    pub visual: Option<Visual>,
    /// The pattern that alerts are about to be marked by, and the alerts of the list when it was asked for.
    pub pattern: Option<(Question, KeySet)>,
    /// The order.
    pub sort: Sort,
    /// The columns of the view; none for those of the settings.
    pub columns: Option<Columns>,
    /// What the list is grouped by.
    pub group: Option<GroupBy>,
    /// Which groups are folded.
    pub folds: Folds,
    /// Where the headings stand.
    pub lines: Lines,
    /// Where the next answer is to put the cursor.
    pub spot: Option<Spot>,
}

/// A list of which only some rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The place that the first of them will have.
    pub first: usize,
    /// How many rows there will be.
    pub total: usize,
    /// How many alerts there are.
    pub alerts: usize,
}

/// A place in the list: the cursor, by what it is on and by number, and the first line drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// What the cursor is on.
    pub under: Option<Under>,
    /// The cursor's place, for when that is not in the list any more.
    pub place: usize,
    /// The cursor's line.
    pub line: usize,
    /// The first line drawn.
    pub offset: usize,
}

/// Visual mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visual {
    /// The alert on which it began.
    pub anchor: AlertKey,
    /// That alert's place in the list as it is now.
    pub place: usize,
    /// True when it began on the heading over that alert.
    pub on_heading: bool,
    /// True to mark, false to unmark.
    pub marking: bool,
}
