//! Rows of the Log Analytics table SecurityAlert, as JSON or CSV: everything is text, lists and maps are JSON inside it, times have
//! a blank where others have a T.

use std::borrow::Cow;

use super::Draft;
use super::export::is_first;
use super::fields::{azure_resource, default, properties, resource, said, text};
use super::identity::Parts;
use crate::azure::parse::json::{Map, Node};

/// Columns that only this table has.
const COLUMNS: [&str; 6] = [
    "providerAlertId",
    "vendorOriginalId",
    "alertSeverity",
    "sourceComputerId",
    "providerName",
    "workspaceResourceGroup",
];

pub(super) fn knows(record: &Node<'_>) -> bool {
    let titled = record.field(&["alertName", "displayName", "alertDisplayName"]).is_some();
    let exported = record.field(&["alertUri", "resourceIdentifiers", "azureResourceId"]).is_some();
    titled && !exported && record.field(&COLUMNS).is_some()
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let id = Parts::of(record, &["vendorOriginalId", "systemAlertId", "providerAlertId"])
        .id()
        .ok_or("the row has neither a SystemAlertId nor a VendorOriginalId")?;
    let mut properties = properties(record);
    default(&mut properties, "resourceIdentifiers", || resources(record));
    let body = resource(&id, properties);
    Ok(Draft { body: Some(body), is_first_report: is_first(record) })
}

/// The resource, and the workspace whose table it is.
fn resources<'n>(record: &'n Node<'n>) -> Option<Node<'n>> {
    let mut found = Vec::new();
    found.extend(said(record, &["resourceId"]).map(azure_resource));
    if said(record, &["workspaceSubscriptionId", "sourceComputerId"]).is_some() {
        let mut workspace: Map<'n> = vec![(Cow::Borrowed("type"), text("LogAnalytics"))];
        for (name, column) in [
            ("workspaceId", "tenantId"),
            ("workspaceSubscriptionId", "workspaceSubscriptionId"),
            ("workspaceResourceGroup", "workspaceResourceGroup"),
            ("agentId", "sourceComputerId"),
        ] {
            workspace.extend(said(record, &[column]).map(|value| (Cow::Borrowed(name), text(value))));
        }
        found.push(Node::Map(workspace));
    }
    (!found.is_empty()).then_some(Node::List(found))
}
