//! The filter language (placeholder types; the language itself lands next).
#![allow(missing_docs)]

use std::ops::Range;

/// A parsed filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter(pub String);

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a filter and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    pub span: Range<usize>,
    pub message: String,
    pub expected: Vec<String>,
}

/// Suggestions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    pub replace: Range<usize>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub insert: String,
    pub label: String,
    pub count: Option<usize>,
    pub help: String,
}
