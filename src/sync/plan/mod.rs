//! Decide first, then act: what follows from a page of a listing, and from each answer to a status change.
//!
//! Nothing here waits, reads or writes. The workers ask, obey, and report what came of it.

pub mod delivery;
pub mod listing;

pub use delivery::{Delivery, Step, Verdict};
