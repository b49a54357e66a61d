//! A mistake in a filter: where, what, and what was expected there.

use std::fmt;
use std::ops::Range;

use crate::domain::SafeStr;

/// A mistake in a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FilterError {
    /// The bytes of the text that are wrong; empty where something is missing.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What could stand there instead.
    pub expected: Vec<String>,
}

impl FilterError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), expected: Vec::new() }
    }

    pub(super) fn expecting<T: Into<String>>(mut self, expected: impl IntoIterator<Item = T>) -> Self {
        self.expected.extend(expected.into_iter().map(Into::into));
        self
    }

    /// Three lines for a terminal: the text, carets under the mistake, the message.
    pub fn explain(&self, text: &str) -> String {
        let part = |range: Range<usize>| SafeStr(text.get(range).unwrap_or_default());
        let indent = part(0..self.span.start).terminal_width();
        let carets = part(self.span.clone()).terminal_width().max(1);
        format!("{}\n{}{}\n{self}", SafeStr(text), " ".repeat(indent), "^".repeat(carets))
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", SafeStr(&self.message))?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", SafeStr(&self.expected.join(", ")))?;
        }
        Ok(())
    }
}
