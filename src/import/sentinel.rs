//! Sentinel's entities of kind SecurityAlert, as they are listed under an incident.

use std::borrow::Cow;

use super::Draft;
use super::export::is_first;
use super::fields::{properties, resource, said};
use super::identity::Parts;
use crate::azure::parse::json::Node;

pub(super) fn knows(record: &Node<'_>) -> bool {
    let of_sentinel = said(record, &["type"])
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("microsoft.securityinsights/entities"));
    let alert = said(record, &["kind"]).is_some_and(|kind| kind.eq_ignore_ascii_case("SecurityAlert"));
    alert && (of_sentinel || record.field(&["properties"]).is_some())
}

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let fields = record.field(&["properties"]).ok_or("the entity has no properties")?;
    let mut parts = Parts::of(fields, &["providerAlertId", "systemAlertId"]);
    parts.names.extend(said(record, &["name"]));
    // A workspace's own subscription is better than none.
    parts.subscriptions.extend(said(record, &["id"]).and_then(|id| id.split('/').nth(2)));
    let id = parts.id().ok_or("the entity names no alert")?;
    let mut properties = properties(fields);
    for (name, value) in &mut properties {
        if name == "resourceIdentifiers" {
            *value = resources(value);
        }
    }
    let body = resource(&id, properties);
    Ok(Draft { body: Some(body), is_first_report: is_first(fields) })
}

/// Members that have shorter names here.
fn resources<'n>(list: &Node<'n>) -> Node<'n> {
    let Node::List(items) = list else { return list.clone() };
    let renamed = |item: &Node<'n>| {
        let Node::Map(members) = item else { return item.clone() };
        let workspace = said(item, &["type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("LogAnalytics"));
        let name = |key: &Cow<'n, str>| match &**key {
            "resourceId" => Cow::Borrowed("azureResourceId"),
            "subscriptionId" if workspace => Cow::Borrowed("workspaceSubscriptionId"),
            "resourceGroup" if workspace => Cow::Borrowed("workspaceResourceGroup"),
            _ => key.clone(),
        };
        Node::Map(members.iter().map(|(key, value)| (name(key), value.clone())).collect())
    };
    Node::List(items.iter().map(renamed).collect())
}
