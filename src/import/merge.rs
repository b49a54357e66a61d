//! One alert from several records: the richer one is kept, the newer status holds.

use super::Found;
use crate::domain::{Alert, Status};

/// What is known of an alert.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Its status is that of the moment when the alert arose.
    pub is_first_report: bool,
}

impl<'a> From<&'a Found> for Side<'a> {
    fn from(found: &'a Found) -> Self {
        Self { alert: &found.alert, is_first_report: found.is_first_report }
    }
}

/// How much a record tells.
fn richness(alert: &Alert) -> usize {
    let texts = [&alert.description, &alert.compromised_entity, &alert.correlation, &alert.portal_uri];
    alert.entities.nodes.iter().map(|node| 1 + node.fields.len()).sum::<usize>()
        + alert.properties.len()
        + alert.remediation.len()
        + alert.links.len()
        + alert.evidence.len() * 8
        + alert.resources.len()
        + alert.techniques.len()
        + texts.iter().filter(|text| !text.is_empty()).count()
}

/// True when the later record should replace the earlier one.
pub fn is_richer(earlier: &Alert, later: &Alert) -> bool {
    richness(later) >= richness(earlier)
}

/// The status that holds. A record that tells of the alert's beginning yields to one that has seen more; else the one
/// generated later, else the one read later.
pub fn status(earlier: Side<'_>, later: Side<'_>) -> Status {
    let [first, second] = [earlier, later].map(|side| side.alert.times.generated);
    match (earlier.is_first_report, later.is_first_report) {
        (false, true) => earlier.alert.status,
        (true, false) => later.alert.status,
        _ if first > second && second.is_some() => earlier.alert.status,
        _ => later.alert.status,
    }
}
