//! Where the analyst was before a pivot.

use crate::app::lines::Folds;
use crate::app::model::{Opened, Spot};
use crate::domain::filter::Filter;
use crate::domain::key_set::KeySet;
use crate::domain::view::{Look, ViewRef};

/// Where the analyst was before a pivot: all that Backspace brings back.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The text of the filter bar.
    pub text: String,
    /// The filter in force.
    pub filter: Filter,
    /// The view shown, if the filter was the view's own.
    pub view: Option<ViewRef>,
    /// The view chosen last, to which Esc leads back.
    pub home: ViewRef,
    /// How the list was shown before the last change of view.
    pub previous: Look,
    /// How the list was shown: order, grouping and columns.
    pub look: Look,
    /// Which groups were folded.
    pub folds: Folds,
    /// The cursor and what was in sight.
    pub spot: Spot,
    /// Marked alerts.
    pub marks: KeySet,
    /// What the `*` chords had marked.
    pub base: KeySet,
    /// True when a heading had marked the first of them.
    pub base_of_group: bool,
    /// The full details that were open, the innermost last.
    pub opened: Vec<Opened>,
}
