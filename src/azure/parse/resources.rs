//! What an alert is about: `resourceIdentifiers`, and the single fields that older shapes have instead.

use super::envelope::{safe, unwrapped};
use super::json::Node;
use crate::domain::SafeText;
use crate::domain::resource::{ResourceId, ResourceIdentifier};

/// The identifiers in the source's order.
pub(super) fn resources(fields: &Node<'_>) -> Vec<ResourceIdentifier> {
    let listed = fields.field(&["resourceIdentifiers"]).map(unwrapped);
    let mut found: Vec<ResourceIdentifier> = match listed.as_deref() {
        Some(Node::List(items)) => items.iter().filter_map(identifier).collect(),
        Some(single @ Node::Map(_)) => identifier(single).into_iter().collect(),
        _ => Vec::new(),
    };
    if found.is_empty() {
        let id = safe(fields, &["associatedResource", "azureResourceId", "resourceId"]);
        if !id.is_empty() {
            found.push(ResourceIdentifier::Azure(ResourceId::new(id)));
        }
        if !safe(fields, &["workspaceId"]).is_empty() {
            found.push(workspace(fields));
        }
    }
    found
}

fn identifier(item: &Node<'_>) -> Option<ResourceIdentifier> {
    let Node::Map(members) = item else { return None };
    let kind = safe(item, &["type"]);
    let is = |name: &str| kind.is_empty() || kind.raw().eq_ignore_ascii_case(name);
    let azure = safe(item, &["azureResourceId"]);
    if is("AzureResource") && !azure.is_empty() {
        return Some(ResourceIdentifier::Azure(ResourceId::new(azure)));
    }
    if is("LogAnalytics") && item.field(&["workspaceId", "agentId"]).is_some() {
        return Some(workspace(item));
    }
    let fields = members.iter().filter(|(key, value)| {
        *value != Node::Null && !key.eq_ignore_ascii_case("$id") && !key.eq_ignore_ascii_case("type")
    });
    let text = |(key, value): &(_, Node<'_>)| {
        let key: &std::borrow::Cow<'_, str> = key;
        (SafeText::from(&**key), SafeText::from(&*value.display()))
    };
    Some(ResourceIdentifier::Other { kind, fields: fields.map(text).collect() })
}

fn workspace(item: &Node<'_>) -> ResourceIdentifier {
    ResourceIdentifier::LogAnalytics {
        workspace: safe(item, &["workspaceId"]),
        subscription: safe(item, &["workspaceSubscriptionId"]),
        group: safe(item, &["workspaceResourceGroup"]),
        agent: safe(item, &["agentId"]),
    }
}
