//! The group under the cursor, where else an alert's details stand.

use crate::app::document::{Document, Piece, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::model::List;
use crate::app::notice::alerts;
use crate::domain::Severity;

/// Lays out the group under the cursor: its value, its numbers and what can be done; nothing on an alert.
pub fn group(list: &List, columns: usize) -> Option<Document> {
    let groups = list.listing.groups.as_ref()?;
    let group = list.heading()?;
    let mut flow = Flow::new(columns);
    flow.wrap("", "", &safe(groups.label(group, &list.listing.table), Role::Title));
    flow.words(&format!("{} by {}", alerts(group.count), groups.by.label()), Role::Body);
    flow.blank();
    for severity in Severity::KNOWN.into_iter().chain([Severity::Other]) {
        let count = group.severities[severity as usize];
        if count > 0 {
            let name = Piece::new(format!("{:15}", severity.name()), Role::Severity(severity));
            flow.line(vec![name, Piece::from(format!("{count:>9}").as_str())]);
        }
    }
    flow.blank();
    let first = list.group_at(list.place).unwrap_or(0);
    let fold = if list.is_folded(first) { "unfolds the group" } else { "folds the group" };
    for (key, does) in [
        ("Enter", fold),
        ("Space", "marks its alerts, or unmarks them"),
        ("d s a", "change all of them, after a confirm"),
        ("c A b", "note, assign, judge all of them"),
        ("f F", "and a letter: filter by their values"),
    ] {
        flow.line(vec![Piece::new(format!("{key:7}"), Role::Key), Piece::from(does)]);
    }
    Some(flow.finish())
}
