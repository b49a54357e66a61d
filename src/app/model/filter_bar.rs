//! The filter bar.

use crate::app::input::Input;
use crate::app::lines::Under;
use crate::app::message::Question;
use crate::domain::filter::{Completion, Filter, FilterError};
use crate::domain::view::{Look, ViewRef};

/// The filter bar.
#[derive(Debug, Default)]
pub struct FilterBar {
    /// The text, also while it is being edited.
    pub input: Input,
    /// True while it has the keys.
    pub editing: bool,
    /// What the list shows: what the text says, up to a mistake in it.
    pub applied: Filter,
    /// What is wrong with the text.
    pub error: Option<FilterError>,
    /// The text before editing began, for Esc.
    pub before: String,
    /// What the cursor was on before editing began, for Esc.
    pub cursor_before: Option<Under>,
    /// Suggestions and the one chosen.
    pub completion: Completion,
    /// The suggestion under the cursor.
    pub chosen: Option<usize>,
    /// The question whose suggestions are awaited.
    pub question: Question,
    /// The view shown, if the filter is still the view's own.
    pub view: Option<ViewRef>,
    /// The view chosen last, to which Esc leads back.
    pub home: ViewRef,
    /// How the list was shown before the last change of view, for `-`.
    pub previous: Look,
}
