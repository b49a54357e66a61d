//! The list and its marks.

use std::collections::BTreeSet;

use crate::app::columns::Columns;
use crate::app::message::Question;
use crate::domain::AlertKey;
use crate::domain::listing::Listing;
use crate::domain::query::Sort;

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
    /// The columns of the view; none for those of the settings.
    pub columns: Option<Columns>,
    /// Where the next answer is to put the cursor.
    pub spot: Option<Spot>,
}

/// A place in the list: the cursor, by alert and by number, and the first place drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The alert under the cursor.
    pub cursor: Option<AlertKey>,
    /// The cursor's place, for when that alert is not in the list any more.
    pub place: usize,
    /// The first place drawn.
    pub offset: usize,
}

/// Visual mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visual {
    /// The alert on which it began.
    pub anchor: AlertKey,
    /// True to mark, false to unmark.
    pub marking: bool,
}
