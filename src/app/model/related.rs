//! The *Related* tab.

use std::sync::Arc;

use crate::app::message::Question;
use crate::app::model::Page;
use crate::domain::{AlertKey, related};

/// The *Related* tab.
#[derive(Debug, Default)]
pub struct Related {
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// The alert of the question in flight.
    pub asked: Option<AlertKey>,
    /// True when what is shown was overtaken while a question was in flight.
    pub again: bool,
    /// The groups, of the alert that is open or, while these load, of the one before.
    pub shown: Option<Arc<related::Related>>,
    /// What is shown, laid out for the screen's width.
    pub page: Page,
    /// What each item of the page is.
    pub targets: Vec<Target>,
}

/// What the cursor of the tab can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A group, by its place.
    Group(usize),
    /// An alert of a group.
    Alert(AlertKey),
}
