//! The alerts of a change that failed, are in conflict or unconfirmed.

use crate::app::documents::moment::counted;
use crate::domain::change::{Tally, TargetRecord};
use crate::domain::table::{Row, Table};

/// What is said where none is.
pub fn none(tally: &Tally) -> String {
    match (tally.pending, tally.cancelled) {
        (0, 0) => "Nothing failed: every alert was read back.".to_owned(),
        (0, _) => "Nothing failed: what was sent was read back.".to_owned(),
        (pending, _) => format!("Nothing failed so far; {} still on the way.", counted(pending, "alert")),
    }
}

/// The alerts in the table, found in one pass over it: a target names its alert by its id only.
pub fn known<'a>(table: &'a Table, targets: &[TargetRecord]) -> Vec<Option<Row<'a>>> {
    let mut found: Vec<Option<Row<'a>>> = vec![None; targets.len()];
    for (_, row) in table.rows() {
        for (target, slot) in targets.iter().zip(&mut found) {
            let id = &target.target.id;
            if slot.is_none() && row.name().eq_ignore_ascii_case(id.name()) && row.id() == *id {
                *slot = Some(row);
            }
        }
    }
    found
}
