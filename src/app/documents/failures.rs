//! The alerts of a change that failed, are in conflict or unconfirmed.

use crate::app::documents::moment::counted;
use crate::domain::change::Tally;

/// What is said where none is.
pub fn none(tally: &Tally) -> String {
    match (tally.pending, tally.cancelled) {
        (0, 0) => "Nothing failed: every alert was read back.".to_owned(),
        (0, _) => "Nothing failed: what was sent was read back.".to_owned(),
        (pending, _) => format!("Nothing failed so far; {} still on the way.", counted(pending, "alert")),
    }
}
