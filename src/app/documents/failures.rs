//! The alerts of a change that are not verified.

use crate::domain::change::TargetRecord;
use crate::domain::table::{Row, Table};

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
