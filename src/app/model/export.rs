//! What is written to files, and the commands that get alerts.

use std::sync::Arc;

use crate::app::document::Document;
use crate::app::input::Input;
use crate::app::leaving::Decided;
use crate::app::model::Scroll;
use crate::domain::change::{Plan, ScriptTool};
use crate::domain::export::Format;
use crate::domain::listing::Listing;
use crate::domain::{SafeText, Status};

/// Something to write, frozen when its prompt opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// Alerts; how many of them were marked, and how many of those the list does not show.
    Alerts {
        /// Which, in order.
        alerts: Listing,
        /// True when they are the marked ones.
        marked: bool,
        /// How many the list does not show.
        off_screen: usize,
        /// True when they are all that were read.
        whole: bool,
    },
    /// A change as a script.
    Script {
        /// The alerts with the status to set.
        plan: Arc<Plan>,
        /// That status.
        status: Status,
        /// What sends.
        tool: ScriptTool,
    },
}

/// The prompt for a file to write.
#[derive(Debug, Clone, PartialEq)]
pub struct SavePrompt {
    /// What is written.
    pub contents: Contents,
    /// The file's name, which decides the format of alerts.
    pub input: Input,
    /// Where it stands.
    pub state: SaveState,
}

/// Where a prompt for a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveState {
    /// The name is typed.
    Typing,
    /// It is being looked whether the file can be begun. Carries the number of the order.
    Waiting(u64),
    /// There is such a file.
    Exists,
    /// The file cannot be written, or the name is none.
    Refused(SafeText),
}

impl SavePrompt {
    /// The format that the name asks for; none for a script, or when it asks for none.
    pub fn format(&self) -> Option<Format> {
        match self.contents {
            Contents::Alerts { .. } => Format::of_name(self.input.text().trim()),
            Contents::Script { .. } => None,
        }
    }
}

/// A file being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// The number of its order.
    pub number: u64,
    /// What it is, in words: `142 alerts as NDJSON`.
    pub label: String,
    /// False until it is known that the file can be written.
    pub begun: bool,
    /// Alerts written so far.
    pub done: usize,
    /// Alerts in all.
    pub total: usize,
    /// True once it was cancelled.
    pub cancelling: bool,
    /// What was decided when every alert was to be written.
    pub covers: Option<Decided>,
}

/// The prompt for a command that gets alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct PipePrompt {
    /// What the command gets.
    pub alerts: Listing,
    /// So many of them have no line in the list.
    pub off_screen: usize,
    /// True when it gets the terminal, false when its output is shown.
    pub terminal: bool,
    /// The command.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a command writes, in a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct PipeOutput {
    /// The number of its order.
    pub number: u64,
    /// The command as it was typed.
    pub command: SafeText,
    /// What it wrote so far; of a long output the first part.
    pub text: SafeText,
    /// How much more it wrote, in bytes.
    pub more: u64,
    /// How it ended; none while it runs.
    pub ended: Option<PipeEnd>,
    /// The same laid out for the sheet's width.
    pub document: Document,
    /// Where it is scrolled to.
    pub scroll: Scroll,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipeEnd {
    /// In words.
    pub words: SafeText,
    /// True when it failed.
    pub is_error: bool,
}
