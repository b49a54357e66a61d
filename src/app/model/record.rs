//! The prompts of the local record: a note, an assignment, feedback.

use crate::app::input::Input;
use crate::domain::SafeText;
use crate::domain::picked::Picked;
use crate::domain::record::FeedbackReason;

/// The alerts that a prompt is about, as they were when it opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chosen {
    /// Those.
    pub alerts: Picked,
    /// How many the list does not show.
    pub off_screen: usize,
}

/// A note in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct NotePrompt {
    /// What it is about.
    pub alerts: Chosen,
    /// The text so far.
    pub input: Input,
}

/// The menu of assignees. What is typed narrows it, or is a name of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignMenu {
    /// What is assigned.
    pub alerts: Chosen,
    /// The analyst; empty while nobody is signed in.
    pub me: SafeText,
    /// The other names known, in the order of the alphabet.
    pub people: Vec<SafeText>,
    /// What is typed.
    pub input: Input,
    /// The line under the cursor.
    pub chosen: usize,
}

/// To whom alerts can be assigned.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignee {
    /// To the analyst.
    Me(SafeText),
    /// To nobody.
    Nobody,
    /// To somebody known.
    Known(SafeText),
    /// To the name that was typed.
    Typed(SafeText),
}

impl Assignee {
    /// The name; empty for nobody.
    pub fn name(&self) -> SafeText {
        match self {
            Self::Me(name) | Self::Known(name) | Self::Typed(name) => name.clone(),
            Self::Nobody => SafeText::default(),
        }
    }
}

/// Feedback in the making: a reason, then an optional comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    /// What is judged.
    pub alerts: Chosen,
    /// Useful, or not.
    pub useful: bool,
    /// The reason under the cursor.
    pub chosen: usize,
    /// The reason, once it is decided: then the comment has the keys.
    pub reason: Option<FeedbackReason>,
    /// The comment so far.
    pub comment: Input,
}
