//! Alerts as CSV (RFC 4180): one line an alert, each cell safe for a spreadsheet.

use chrono::SecondsFormat;

use crate::domain::Tactic;
use crate::domain::record::judgement;
use crate::domain::safe_text::csv_cell;
use crate::domain::table::{Row, Table};

/// The columns' heads.
pub const COLUMNS: [&str; 14] = [
    "time",
    "severity",
    "status",
    "title",
    "resource",
    "resource_group",
    "subscription",
    "type",
    "tactics",
    "incident",
    "assigned",
    "feedback",
    "notes",
    "id",
];

/// One alert, without the line's end.
pub fn line(row: &Row<'_>, table: &Table) -> String {
    let tactics: Vec<&str> = row.tactics().iter().map(Tactic::label).collect();
    let local = row.local().cloned().unwrap_or_default();
    let cells = [
        row.time().map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default(),
        row.severity_label().0.to_owned(),
        row.status_label().0.to_owned(),
        row.title().0.to_owned(),
        row.resource().0.to_owned(),
        row.group().0.to_owned(),
        table.subscription_name(row.subscription().0).0.to_owned(),
        row.alert_type().0.to_owned(),
        tactics.join("; "),
        if row.flags().is_incident() { "yes" } else { "no" }.to_owned(),
        local.assigned.unwrap_or_default().raw().to_owned(),
        local.useful.map(judgement).unwrap_or_default().to_owned(),
        local.notes.raw().to_owned(),
        row.id().as_str().to_owned(),
    ];
    cells.iter().map(|cell| csv_cell(cell)).collect::<Vec<_>>().join(",")
}
