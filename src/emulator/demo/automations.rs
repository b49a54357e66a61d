//! The demo's workflow automations.

use serde::Deserialize;
use serde_json::{Value, json};

use super::digest::guid_of;
use super::subscription_ids;

#[derive(Deserialize)]
struct Note {
    subscription: usize,
    group: String,
    name: String,
    location: String,
    tags: Value,
    /// The logic app that it runs, in the same resource group.
    app: Option<String>,
    /// The event hub that it exports to, in the same resource group.
    hub: Option<String>,
    properties: Value,
}

/// A workflow automation.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Automation {
    pub(in crate::emulator) subscription: &'static str,
    pub(in crate::emulator) group: String,
    pub(in crate::emulator) name: String,
    /// As ARM shows it; the secrets of its actions are never read back.
    pub(in crate::emulator) body: Value,
}

/// The demo's workflow automations.
pub(in crate::emulator) fn automations() -> Vec<Automation> {
    let subscriptions = subscription_ids();
    let notes: Vec<Note> =
        serde_json::from_str(include_str!("../../../assets/demo/automations.json")).unwrap_or_default();
    let made = notes.into_iter().filter_map(|note| {
        let subscription = *subscriptions.get(note.subscription)?;
        let Note { group, name, location, tags, .. } = note;
        let base = format!("/subscriptions/{subscription}/resourceGroups/{group}/providers");
        let action = match (&note.app, &note.hub) {
            (Some(app), _) => json!({
                "actionType": "LogicApp",
                "logicAppResourceId": format!("{base}/Microsoft.Logic/workflows/{app}"),
            }),
            (None, hub) => json!({
                "actionType": "EventHub",
                "eventHubResourceId": format!("{base}/Microsoft.EventHub/namespaces/{}", hub.as_deref().unwrap_or_default()),
                "sasPolicyName": "send",
            }),
        };
        let mut properties = note.properties;
        properties["scopes"] = json!([{
            "description": "The whole subscription",
            "scopePath": format!("/subscriptions/{subscription}"),
        }]);
        properties["actions"] = json!([action]);
        let body = json!({
            "id": format!("{base}/Microsoft.Security/automations/{name}"),
            "name": name,
            "type": "Microsoft.Security/automations",
            "etag": format!("\"{}\"", guid_of(&name)),
            "location": location,
            "kind": "",
            "tags": tags,
            "properties": properties,
        });
        Some(Automation { subscription, group, name, body })
    });
    made.collect()
}
