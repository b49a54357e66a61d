//! The audit log: the part of it that is held, and the cursor in it.

use crate::app::input::Input;
use crate::app::message::{ActLine, AlertLine, Question};
use crate::domain::SafeText;
use crate::domain::record::LogEntry;

/// The audit log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    /// The text that the acts shown contain; empty for all.
    pub find: String,
    /// Another text being typed.
    pub typing: Option<Input>,
    /// The acts, the newest first.
    pub acts: Window<ActLine>,
    /// The alerts of one act, when that is open.
    pub inside: Option<Inside>,
    /// Why it could not be read.
    pub error: Option<SafeText>,
}

/// The alerts of one act.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The act.
    pub entry: LogEntry,
    /// Its alerts.
    pub alerts: Window<AlertLine>,
}

/// Lines of a list too long to be held whole: those around the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<T> {
    /// The lines there are; none before the first answer.
    pub total: Option<usize>,
    /// The place of the first line held.
    pub from: usize,
    /// The lines held.
    pub lines: Vec<T>,
    /// The line under the cursor.
    pub chosen: usize,
    /// The first line drawn.
    pub offset: usize,
    /// The question in flight.
    pub asked: Option<Question>,
    /// True when the lines held may have changed.
    pub stale: bool,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { total: None, from: 0, lines: Vec::new(), chosen: 0, offset: 0, asked: None, stale: false }
    }
}

impl<T> Window<T> {
    /// The line at a place, if it is held.
    pub fn line(&self, place: usize) -> Option<&T> {
        self.lines.get(place.checked_sub(self.from)?)
    }

    /// The line under the cursor.
    pub fn under_cursor(&self) -> Option<&T> {
        self.line(self.chosen)
    }

    /// What to read so that so many rows can be drawn, with as much again before and behind; none when it is held.
    pub(crate) fn missing(&self, rows: usize) -> Option<(usize, usize)> {
        let end = (self.offset + rows).min(self.total.unwrap_or(usize::MAX));
        let held = self.total.is_some() && self.from <= self.offset && end <= self.from + self.lines.len();
        (self.stale || !held).then(|| (self.offset.saturating_sub(rows), rows * 3))
    }

    /// Takes lines over. Acts are only ever added at the top: the cursor stays on its line unless it is the first.
    pub(crate) fn take(&mut self, total: usize, from: usize, lines: Vec<T>) {
        let added = self.total.map_or(0, |before| total.saturating_sub(before));
        if self.chosen > 0 {
            self.chosen += added;
            self.offset += added;
        }
        (self.total, self.from, self.lines) = (Some(total), from, lines);
        self.stale = false;
    }
}
