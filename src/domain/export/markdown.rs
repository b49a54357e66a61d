//! Alerts as a Markdown table for a ticket: nothing from outside is markup, a link, or the edge of a cell.

use crate::domain::markdown::{defanged, escaped};
use crate::domain::table::{Row, Table};
use crate::domain::{SafeStr, SafeText};

const COLUMNS: [&str; 7] = ["Severity", "Time (UTC)", "Status", "Alert", "Resource", "Subscription", "Name"];

/// The head of the table with its rule.
pub fn head() -> String {
    let rule = COLUMNS.map(|_| "---").join(" | ");
    format!("| {} |\n| {rule} |\n", COLUMNS.join(" | "))
}

/// One alert, without the line's end.
pub fn row(row: &Row<'_>, table: &Table) -> String {
    let time = row.time().map(|time| time.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    let cells = [
        row.severity_label(),
        SafeStr(&time),
        row.status_label(),
        row.title(),
        row.resource(),
        table.subscription_name(row.subscription().0),
        SafeStr(row.name()),
    ];
    let cells = cells.map(|cell| escaped(SafeText::from(defanged(cell.0)).as_safe()));
    format!("| {} |", cells.join(" | "))
}
