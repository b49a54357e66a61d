//! One logic app and its triggers, as ARM describes them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::emulator::arm_error::ArmError;
use crate::emulator::demo::{AppNote, iso};
use crate::emulator::ticks;

/// A trigger and the secret of its address.
pub(super) struct Trigger {
    pub(super) name: String,
    /// `Request`, `Recurrence`, `ApiConnectionWebhook` …
    pub(super) kind: String,
    recurrence: Option<Value>,
    /// The `sig` of its callback address, made up anew for each emulator.
    pub(super) signature: String,
}

/// A logic app.
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    /// Its name in callback addresses.
    pub(super) key: String,
    subscription: String,
    group: String,
    pub(super) state: String,
    /// Why its runs fail.
    pub(super) fails: Option<String>,
    pub(super) triggers: Vec<Trigger>,
    changed: DateTime<Utc>,
    body: Value,
}

impl App {
    pub(super) fn new(note: AppNote, subscription: &str, now: DateTime<Utc>) -> Self {
        let AppNote { group, name, location, .. } = &note;
        let id = format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Logic/workflows/{name}"
        );
        let changed = now - TimeDelta::milliseconds((note.changed_days_ago * 86_400_000.0) as i64);
        let parameters = note.connection.as_ref().map_or_else(|| json!({}), |api| {
            json!({ "$connections": { "value": { (api.as_str()): {
                "connectionId": format!(
                    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/connections/{api}"
                ),
                "connectionName": api,
                "id": format!(
                    "/subscriptions/{subscription}/providers/Microsoft.Web/locations/{location}/managedApis/{api}"
                ),
            }}}})
        });
        let key = Uuid::new_v4().simple().to_string();
        let mut body = json!({
            "id": id,
            "name": name,
            "type": "Microsoft.Logic/workflows",
            "location": location,
            "tags": note.tags,
            "properties": {
                "provisioningState": "Succeeded",
                "createdTime": iso(changed - TimeDelta::days(90)),
                "changedTime": iso(changed),
                "state": note.state,
                "version": version(changed),
                "accessEndpoint": format!("https://logic.{location}.contoso.example/workflows/{key}"),
                "definition": {
                    "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
                    "contentVersion": "1.0.0.0",
                    "parameters": { "$connections": { "defaultValue": {}, "type": "Object" } },
                    "triggers": note.triggers,
                    "actions": note.actions,
                    "outputs": {},
                },
                "parameters": parameters,
            },
        });
        if let Some(kind) = &note.kind {
            body["kind"] = kind.as_str().into();
        }
        if let Some(sku) = &note.sku {
            body["properties"]["sku"] = json!({ "name": sku });
        }
        let triggers = note.triggers.iter().map(|(name, value)| Trigger {
            name: name.clone(),
            kind: value["type"].as_str().unwrap_or_default().to_owned(),
            recurrence: value.get("recurrence").cloned(),
            signature: format!("{}{}", Uuid::new_v4().simple(), &Uuid::new_v4().simple().to_string()[..11]),
        });
        Self {
            triggers: triggers.collect(),
            subscription: subscription.to_owned(),
            key,
            changed,
            body,
            id,
            name: note.name,
            group: note.group,
            state: note.state,
            fails: note.fails,
        }
    }

    /// True if it lies in a subscription and, where one is named, in a group.
    pub(super) fn is_in(&self, subscription: &str, group: Option<&str>) -> bool {
        self.subscription.eq_ignore_ascii_case(subscription)
            && group.is_none_or(|group| self.group.eq_ignore_ascii_case(group))
    }

    /// The workflow as ARM shows it, definition included.
    pub(super) fn describe(&self) -> Value {
        self.body.clone()
    }

    /// The trigger of a name.
    pub(super) fn trigger(&self, name: &str) -> Result<&Trigger, ArmError> {
        let found = self.triggers.iter().find(|trigger| trigger.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            ArmError::not_found(
                "WorkflowTriggerNotFound",
                format!("The workflow '{}' has no trigger '{name}'.", self.name),
            )
        })
    }

    /// The version of the workflow that runs and triggers refer to.
    pub(super) fn version(&self) -> Value {
        let version = version(self.changed);
        json!({
            "id": format!("{}/versions/{version}", self.id),
            "name": version,
            "type": "Microsoft.Logic/workflows/versions",
        })
    }

    /// A trigger as ARM shows it: without its type, which only the definition has.
    pub(super) fn describe_trigger(&self, trigger: &Trigger) -> Value {
        let mut properties = json!({
            "provisioningState": "Succeeded",
            "createdTime": iso(self.changed - TimeDelta::days(90)),
            "changedTime": iso(self.changed),
            "state": self.state,
            "workflow": self.version(),
        });
        if let Some(recurrence) = &trigger.recurrence {
            properties["recurrence"] = recurrence.clone();
        }
        json!({
            "id": format!("{}/triggers/{}", self.id, trigger.name),
            "name": trigger.name,
            "type": "Microsoft.Logic/workflows/triggers",
            "properties": properties,
        })
    }
}

fn version(changed: DateTime<Utc>) -> String {
    format!("0{}", ticks::descending(changed))
}
