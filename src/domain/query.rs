//! Filter and sort over the table (placeholder).
#![allow(missing_docs)]

/// An order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sort;
