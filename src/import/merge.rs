//! One alert from several records: the richer one is kept, the newer status holds.

use super::Found;
use crate::domain::{Alert, Stated};

impl From<&Found> for Stated {
    fn from(found: &Found) -> Self {
        let Found { alert, is_first_report, .. } = found;
        Self { status: alert.status, generated: alert.times.generated, is_first_report: *is_first_report }
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
pub fn newest(earlier: Stated, later: Stated) -> Stated {
    match (earlier.is_first_report, later.is_first_report) {
        (false, true) => earlier,
        (true, false) => later,
        _ if earlier.generated > later.generated && later.generated.is_some() => earlier,
        _ => later,
    }
}
