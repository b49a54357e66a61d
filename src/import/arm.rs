//! The alerts API of every version since 2015-06-01-preview: single alerts and those of lists; rows of Resource Graph, which are
//! the same; and what the Azure CLI prints, where the properties lie beside the id.

use super::fields::{properties, resource, said};
use super::identity::Parts;
use super::{Draft, other};
use crate::azure::parse::json::Node;

/// Properties that make an object an alert.
const MARKS: [&str; 4] = ["alertDisplayName", "alertType", "alertName", "systemAlertId"];

pub(super) fn knows(record: &Node<'_>) -> bool {
    let inner = record.field(&["properties"]);
    let inner = inner.filter(|inner| matches!(inner, Node::Map(_)));
    let marked = |node: &Node<'_>| node.field(&MARKS).is_some();
    let id = said(record, &["id"]).unwrap_or_default().to_ascii_lowercase();
    match inner {
        Some(inner) => marked(inner) && !other::is_known(record),
        None => marked(record) && id.contains("/alerts/"),
    }
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let nested = record.field(&["properties"]).filter(|inner| matches!(inner, Node::Map(_)));
    let id = said(record, &["id"]).filter(|id| id.contains('/'));
    match (nested, id) {
        (Some(_), Some(_)) => Ok(Draft { body: None, is_first_report: false }),
        (None, Some(id)) => {
            Ok(Draft { body: Some(resource(id, properties(record))), is_first_report: false })
        }
        (nested, None) => {
            let fields = nested.unwrap_or(record);
            let mut parts = Parts::of(fields, &["systemAlertId", "instanceId"]);
            parts.names.extend(said(record, &["name"]));
            let id = parts.id().ok_or("the alert has neither an id nor a name")?;
            let body = resource(&id, properties(fields));
            Ok(Draft { body: Some(body), is_first_report: false })
        }
    }
}
