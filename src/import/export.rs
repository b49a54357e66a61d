//! Continuous export through Event Hubs, and the body that a workflow automation sends: the alert's properties with capital
//! letters and without a resource id.

use super::Draft;
use super::fields::{azure_resource, default, properties, resource, said, text};
use super::identity::Parts;
use crate::azure::parse::json::Node;

pub(super) fn knows(record: &Node<'_>) -> bool {
    let titled = record.field(&["alertDisplayName", "alertType", "alertName"]).is_some();
    titled && record.field(&["systemAlertId", "alertUri", "startTimeUtc", "timeGenerated"]).is_some()
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let id = Parts::of(record, &["systemAlertId"])
        .id()
        .ok_or("the alert has neither a portal link nor a SystemAlertId")?;
    let mut properties = properties(record);
    default(&mut properties, "resourceIdentifiers", || {
        said(record, &["azureResourceId"]).map(|id| Node::List(vec![azure_resource(id)]))
    });
    let inner = record.field(&["extendedProperties"]);
    default(&mut properties, "productComponentName", || said(inner?, &["productComponentName"]).map(text));
    let body = resource(&id, properties);
    Ok(Draft { body: Some(body), is_first_report: is_first(record) })
}

/// A status that says no more than that the alert is new.
pub(super) fn is_first(record: &Node<'_>) -> bool {
    said(record, &["status"]).is_none_or(|status| status.eq_ignore_ascii_case("New"))
}
