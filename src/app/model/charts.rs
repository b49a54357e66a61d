//! The timeline and the ATT&CK view.

use std::sync::Arc;

use crate::app::message::Question;
use crate::domain::chart::{Attack, Span, Timeline};
use crate::domain::filter::Filter;

/// How an answer stands that a chart waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// The question that is not answered yet.
    pub question: Option<Question>,
    /// True when a key asked: what is typed ahead means the answer.
    pub by_key: bool,
    /// True when the alerts changed since: it is asked again.
    pub stale: bool,
}

/// Alerts over time, filling the screen.
#[derive(Debug, Clone, Default)]
pub struct TimelineView {
    /// The filter; its time is where it begins.
    pub filter: Filter,
    /// What is shown, once it was counted.
    pub shown: Option<Arc<Timeline>>,
    /// What is asked.
    pub asked: Asked,
    /// The stretch of time asked for; none for that of the filter.
    pub span: Option<Span>,
    /// Where the cursor is to be in the answer, in seconds since the epoch; none for the fullest bucket.
    pub keep: Option<i64>,
    /// The bucket under the cursor.
    pub at: usize,
    /// The bucket in which a span began.
    pub anchor: Option<usize>,
    /// What was shown before each step closer.
    pub wider: Vec<Option<Span>>,
}

impl TimelineView {
    /// The first and the last bucket that are meant: those of the span, or the one under the cursor.
    pub fn chosen(&self) -> (usize, usize) {
        let other = self.anchor.unwrap_or(self.at);
        (self.at.min(other), self.at.max(other))
    }
}

/// Alerts by tactic and technique, filling the screen.
#[derive(Debug, Clone, Default)]
pub struct AttackView {
    /// The filter without a word about tactics and techniques, and with a time.
    pub filter: Filter,
    /// What is shown, once it was counted.
    pub shown: Option<Arc<Attack>>,
    /// What is asked.
    pub asked: Asked,
    /// The row under the cursor.
    pub at: usize,
    /// The technique under the cursor; none for the tactic itself.
    pub technique: Option<usize>,
    /// The first row drawn.
    pub offset: usize,
}
