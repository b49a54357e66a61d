//! What `quell list` prints as JSON or CSV: an alert's line of the list. Its entities and properties are not in it; what
//! `quell export` writes has all of it, in the shape of the alerts API.

use std::borrow::Cow;

use super::Draft;
use super::fields::{moment, resource, said, severity, status, text};
use crate::azure::parse::json::Node;

pub(super) fn knows(record: &Node<'_>) -> bool {
    let id = said(record, &["id"]).unwrap_or_default().to_ascii_lowercase();
    id.contains("/alerts/") && said(record, &["title"]).is_some() && said(record, &["severity"]).is_some()
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let id = said(record, &["id"]).ok_or("the line has no id")?;
    let plain = |names: &[&str]| said(record, names).map(unguarded).map(text);
    let tactics = match record.field(&["tactics"]) {
        Some(Node::List(tactics)) => tactics.iter().filter_map(Node::scalar).collect::<Vec<_>>().join(", "),
        _ => said(record, &["tactics"]).unwrap_or_default().replace(';', ",").replace(", ", ","),
    };
    let incident = said(record, &["incident"]).is_some_and(|word| matches!(word, "yes" | "true"));
    // Where a change is queued, the source still has the former status.
    let state = said(record, &["sourceStatus", "status"]);
    let members = [
        ("alertType", plain(&["type"])),
        ("alertDisplayName", plain(&["title"])),
        ("severity", said(record, &["severity"]).map(|word| text(severity(word)))),
        ("status", state.map(|word| text(status(word)))),
        ("timeGeneratedUtc", said(record, &["time"]).map(moment)),
        ("intent", (!tactics.is_empty()).then(|| text(tactics.replace(' ', "")))),
        ("compromisedEntity", plain(&["resource"])),
        ("isIncident", Some(Node::Bool(incident))),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
    let body = resource(id, members.collect());
    Ok(Draft { body: Some(body), is_first_report: false })
}

/// A cell of a CSV file without the mark that keeps a spreadsheet from calculating it.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}
