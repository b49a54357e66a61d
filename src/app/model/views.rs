//! Saved views.

use std::collections::HashMap;

use crate::app::input::Input;
use crate::app::message::Question;
use crate::domain::AlertKey;
use crate::domain::view::{KeptView, Look, Place, ViewCount, ViewId};

/// Saved views, what was counted of them, and where the program opens the next time.
#[derive(Debug, Default)]
pub struct Views {
    /// Every saved view: those with a digit first, then by name.
    pub saved: Vec<KeptView>,
    /// The counts as they were last made.
    pub counts: HashMap<ViewId, ViewCounted>,
    /// The count that is awaited, with the filter that it is of.
    pub counting: Option<(Question, String)>,
    /// Where the journal says that the program opens the next time.
    pub place: Option<Place>,
    /// Changes of the saved views that the journal has not answered yet.
    pub unanswered: usize,
    /// How the list was shown before a saved view was opened: its filter does not count.
    pub outside: Look,
    /// What the profile begins with is shown already.
    pub begun: bool,
    /// True while the timer runs that keeps the place.
    pub place_due: bool,
}

/// A count, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewCounted {
    /// The number of the snapshot.
    pub generation: u64,
    /// The newest alert that was seen.
    pub seen: AlertKey,
    /// The text of its filter.
    pub filter: String,
    /// How many.
    pub count: ViewCount,
}

/// The list of saved views.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViewsMenu {
    /// The view under the cursor.
    pub chosen: usize,
    /// The first view drawn.
    pub offset: usize,
    /// True without any view.
    pub empty: bool,
    /// What is asked for.
    pub step: ViewsStep,
}

/// What the list of saved views asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ViewsStep {
    /// Nothing: a view is chosen.
    #[default]
    Choose,
    /// Another name, and what is wrong with it.
    Rename(Input, Option<String>),
    /// The name under which what the list shows is saved, and what is wrong with it.
    Save(Input, Option<String>),
    /// A digit.
    Digit,
    /// Whether the view is to be deleted.
    Delete,
}
