//! An alert in the schema of workflow automations: what a logic app is sent, byte for byte (contract §5).
//!
//! The JSON is laid out for reading, and unsafe characters stand in it as `\u` escapes: so the very bytes that are sent can be
//! shown to the one who confirms them.
//!
//! Built from the source's own JSON, so that nothing is lost on the way: names become PascalCase at every depth, values
//! stay as they were written. Only `$id` and `$ref` get new numbers, because the source's run over a whole response
//! (contract §2.2): here they count from 1 within the alert.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::parse::json::{Map, Node};
use super::parse::{ParseError, parse_alert};
use crate::domain::automation::AlertEvent;
use crate::domain::resource::{ResourceId, ResourceIdentifier};
use crate::domain::safe_text::json_escaped;
use crate::domain::{Alert, Status};

/// The schema's fields that are an alert's text, with the names under which sources have them.
const TEXTS: [(&str, &[&str]); 6] = [
    ("VendorName", &["vendorName"]),
    ("AlertType", &["alertType", "alertName"]),
    ("ProductName", &["productName"]),
    ("SystemAlertId", &["systemAlertId"]),
    ("CompromisedEntity", &["compromisedEntity"]),
    ("AlertDisplayName", &["alertDisplayName", "displayName"]),
];

/// Its moments, as the source wrote them.
const MOMENTS: [(&str, &[&str]); 4] = [
    ("StartTimeUtc", &["startTimeUtc", "startTime", "detectedTimeUtc"]),
    ("EndTimeUtc", &["endTimeUtc", "endTime"]),
    ("TimeGenerated", &["timeGeneratedUtc", "timeGenerated", "reportedTimeUtc"]),
    ("ProcessingEndTime", &["processingEndTimeUtc", "processingEndTime"]),
];

/// Makes the event of an alert from the source's JSON. The error is that of an alert that cannot be read.
pub fn alert_event(raw: &str) -> Result<AlertEvent, ParseError> {
    let alert = parse_alert(raw)?;
    let text = raw.trim_start_matches('\u{feff}');
    let root =
        Node::parse(text).map_err(|wrong| ParseError::NotJson { at: wrong.at, expected: wrong.expected })?;
    let fields = match root.field(&["properties"]) {
        Some(inner @ Node::Map(_)) => inner,
        _ => &root,
    };
    let schema = schema(&alert, fields);
    let body = Node::Map(schema.clone()).pretty();
    let body = json_escaped(&body).into_owned();
    let properties = properties(fields, schema);
    Ok(AlertEvent { id: alert.id, body: Arc::from(body), properties })
}

/// The members of the schema, in its order. What the source does not say is empty text: the schema knows no null.
fn schema<'a>(alert: &Alert, fields: &Node<'a>) -> Map<'a> {
    let raw = |sources: &[&str]| fields.field(sources).map_or_else(String::new, |node| node.display().into());
    let azure = alert.azure_resource();
    let workspace = alert.resources.iter().find_map(|resource| match resource {
        ResourceIdentifier::LogAnalytics { workspace, subscription, group, agent } => {
            Some([workspace, subscription, group, agent])
        }
        _ => None,
    });
    let of_workspace = |at: usize| workspace.map_or_else(String::new, |parts| parts[at].raw().to_owned());
    let mut members = Map::new();
    let mut text = |name: &'static str, value: String| {
        members.push((Cow::Borrowed(name), Node::Text(Cow::Owned(value))));
    };
    for (name, sources) in TEXTS {
        text(name, raw(sources));
    }
    for (name, sources) in MOMENTS {
        text(name, raw(sources));
    }
    text("Severity", alert.severity_text.raw().to_owned());
    text("Status", status(alert));
    text("Intent", alert.intent_text.raw().to_owned());
    text("AzureResourceId", azure.map_or_else(String::new, |id| id.text().raw().to_owned()));
    let subscription = azure.and_then(ResourceId::subscription).or_else(|| alert.id.subscription());
    text("AzureResourceSubscriptionId", subscription.map_or_else(String::new, |id| id.as_str().to_owned()));
    text("WorkspaceId", of_workspace(0));
    text("WorkspaceSubscriptionId", of_workspace(1));
    text("WorkspaceResourceGroup", of_workspace(2));
    text("AgentId", of_workspace(3));
    text("Description", raw(&["description"]));
    members.push((Cow::Borrowed("IsIncident"), Node::Bool(alert.is_incident)));
    for (name, value) in lists(fields) {
        members.push((Cow::Borrowed(name), value));
    }
    members
}

/// What the schema has as lists and maps. Identifiers come before entities, which may refer to them.
fn lists<'a>(fields: &Node<'a>) -> [(&'static str, Node<'a>); 4] {
    let mut names = Renaming::default();
    let listed = |name| fields.field(&[name]).cloned().unwrap_or(Node::List(Vec::new()));
    let (identifiers, entities) = (listed("resourceIdentifiers"), listed("entities"));
    names.define(&identifiers);
    names.define(&entities);
    let (identifiers, entities) = (names.pascal(&identifiers), names.pascal(&entities));
    let steps = match listed("remediationSteps") {
        // Before 2020-01-01 the steps are one text.
        Node::Text(text) => {
            Node::List(text.lines().map(|line| Node::Text(Cow::Owned(line.to_owned()))).collect())
        }
        steps => steps,
    };
    let properties = fields.field(&["extendedProperties"]);
    let properties = properties.map_or(Node::Map(Vec::new()), |node| names.pascal(node));
    [
        ("RemediationSteps", steps),
        ("ExtendedProperties", properties),
        ("Entities", entities),
        ("ResourceIdentifiers", identifiers),
    ]
}

/// The schema's spelling: an open alert is *New*.
fn status(alert: &Alert) -> String {
    match alert.status {
        Status::Active => "New".to_owned(),
        _ => alert.status_text.raw().to_owned(),
    }
}

/// Every property of the alert in PascalCase, those of the schema in its form.
fn properties(fields: &Node<'_>, schema: Map<'_>) -> Value {
    let mut names = Renaming::default();
    let mut all = serde_json::Map::new();
    if let Node::Map(members) = fields {
        for (key, value) in members {
            all.insert(pascal(key).into_owned(), value_of(&names.pascal(value)));
        }
    }
    for (key, value) in schema {
        all.insert(key.into_owned(), value_of(&value));
    }
    Value::Object(all)
}

/// A number that serde cannot hold stays text.
fn value_of(node: &Node<'_>) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(raw) => serde_json::from_str(raw).unwrap_or_else(|_| Value::String((*raw).to_owned())),
        Node::Text(text) => Value::String(text.to_string()),
        Node::TooDeep(raw) => Value::String((*raw).to_owned()),
        Node::List(items) => items.iter().map(value_of).collect(),
        Node::Map(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.to_string(), value_of(value))).collect())
        }
    }
}

/// A name with its first letter in upper case.
fn pascal<'a>(name: &Cow<'a, str>) -> Cow<'a, str> {
    match name.chars().next() {
        Some(first) if first.is_ascii_lowercase() => {
            let mut changed = String::with_capacity(name.len());
            changed.push(first.to_ascii_uppercase());
            changed.push_str(&name[1..]);
            Cow::Owned(changed)
        }
        _ => name.clone(),
    }
}

/// New numbers for `$id`s. References follow the first definition of an id; what leads nowhere gets a name that nothing
/// has, and so does a repeated definition, to which nothing refers.
#[derive(Default)]
struct Renaming {
    /// The source's id → ours.
    first: HashMap<String, usize>,
    /// How often each id was written as a definition so far.
    written: HashMap<String, usize>,
}

impl Renaming {
    /// Numbers the definitions of a value in the order in which they stand.
    fn define(&mut self, node: &Node<'_>) {
        match node {
            Node::List(items) => items.iter().for_each(|item| self.define(item)),
            Node::Map(members) => {
                if let Some(id) = node.field(&["$id"]).and_then(Node::scalar) {
                    let next = self.first.len() + 1;
                    self.first.entry(id.to_owned()).or_insert(next);
                }
                members.iter().for_each(|(_, value)| self.define(value));
            }
            _ => {}
        }
    }

    /// The same value with names in PascalCase and ids renumbered.
    fn pascal<'a>(&mut self, node: &Node<'a>) -> Node<'a> {
        match node {
            Node::List(items) => Node::List(items.iter().map(|item| self.pascal(item)).collect()),
            Node::Map(members) => {
                let mut renamed = Map::with_capacity(members.len());
                for (key, value) in members {
                    renamed.push(match value.scalar() {
                        Some(id) if key == "$id" => (key.clone(), Node::Text(self.definition(id).into())),
                        Some(id) if key == "$ref" => (key.clone(), Node::Text(self.target(id).into())),
                        _ => (pascal(key), self.pascal(value)),
                    });
                }
                Node::Map(renamed)
            }
            other => other.clone(),
        }
    }

    fn definition(&mut self, id: &str) -> String {
        let times = self.written.entry(id.to_owned()).or_default();
        *times += 1;
        let again = *times;
        let number = self.target(id);
        if again == 1 { number } else { format!("{number}_{again}") }
    }

    fn target(&self, id: &str) -> String {
        self.first.get(id).map_or_else(|| format!("missing_{id}"), usize::to_string)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Security/locations/L/alerts/N";

    fn event(properties: &str) -> AlertEvent {
        alert_event(&format!(r#"{{"id":"{ID}","name":"N","properties":{properties}}}"#)).unwrap()
    }

    fn body(event: &AlertEvent) -> Value {
        serde_json::from_str(&event.body).unwrap()
    }

    #[test]
    fn every_field_of_the_schema_is_there_in_its_spelling() {
        let event = event(
            r#"{"vendorName":"Microsoft","alertType":"T","startTimeUtc":"2022-11-21T01:00:00.1234567Z",
            "endTimeUtc":"2022-11-21T02:00:00Z","timeGeneratedUtc":"2022-11-22T20:28:38.3858332Z",
            "processingEndTimeUtc":"2022-11-22T20:28:38.02Z","severity":"High","status":"Active",
            "productName":"Microsoft Defender for Cloud","productComponentName":"Databases","systemAlertId":"N",
            "compromisedEntity":"vm","intent":"PreAttack, Execution","alertDisplayName":"A  title",
            "description":"a\r\nb","remediationSteps":["1. do","{\"kind\":\"Link\"}"],
            "extendedProperties":{"resourceType":"Virtual Machine","user Name":"ü","ÄB":"c"},"isIncident":false,
            "resourceIdentifiers":[{"$id":"we_1","type":"AzureResource","azureResourceId":"/subscriptions/AB/resourceGroups/r/x"},
            {"$id":"we_2","type":"LogAnalytics","workspaceId":"w","workspaceSubscriptionId":"ws","workspaceResourceGroup":"wr","agentId":"a"}]}"#,
        );
        let expected = json!({
            "VendorName": "Microsoft", "AlertType": "T", "ProductName": "Microsoft Defender for Cloud",
            "SystemAlertId": "N", "CompromisedEntity": "vm", "AlertDisplayName": "A  title",
            "StartTimeUtc": "2022-11-21T01:00:00.1234567Z", "EndTimeUtc": "2022-11-21T02:00:00Z",
            "TimeGenerated": "2022-11-22T20:28:38.3858332Z", "ProcessingEndTime": "2022-11-22T20:28:38.02Z",
            "Severity": "High", "Status": "New", "Intent": "PreAttack, Execution",
            "AzureResourceId": "/subscriptions/AB/resourceGroups/r/x", "AzureResourceSubscriptionId": "ab",
            "WorkspaceId": "w", "WorkspaceSubscriptionId": "ws", "WorkspaceResourceGroup": "wr", "AgentId": "a",
            "Description": "a\r\nb", "IsIncident": false,
            "RemediationSteps": ["1. do", "{\"kind\":\"Link\"}"],
            "ExtendedProperties": {"ResourceType": "Virtual Machine", "User Name": "ü", "ÄB": "c"},
            "Entities": [],
            "ResourceIdentifiers": [
                {"$id": "1", "Type": "AzureResource", "AzureResourceId": "/subscriptions/AB/resourceGroups/r/x"},
                {"$id": "2", "Type": "LogAnalytics", "WorkspaceId": "w", "WorkspaceSubscriptionId": "ws",
                 "WorkspaceResourceGroup": "wr", "AgentId": "a"},
            ],
        });
        assert_eq!(body(&event), expected);
        assert_eq!(event.properties["ProductComponentName"], "Databases", "rules see more than is sent");
        assert_eq!(event.properties["Status"], "New");
    }

    #[test]
    fn entities_keep_every_field_and_every_reference() {
        let event = event(
            r#"{"alertType":"T","resourceIdentifiers":[{"$id":"c_7","type":"AzureResource","azureResourceId":"/subscriptions/s"}],
            "entities":[{"$id":"c_9","type":"process","processId":"0x1","n":1e999,"big":12345678901234567890123,
            "imageFile":{"$ref":"c_8"},"host":{"$ref":"gone"},"list":[{"$ref":"c_7"},null,true]},
            {"$id":"c_8","type":"file","fileHashes":[{"$id":"c_5","algorithm":"MD5"}]},{"$ref":"c_5"},
            {"$id":"c_9","type":"ip","address":"\ud800"}]}"#,
        );
        // Blanks between tokens do not matter here, and no value holds any.
        let sent: String = event.body.split_whitespace().collect();
        for part in [
            r#""$id":"2","Type":"process","ProcessId":"0x1","N":1e999,"Big":12345678901234567890123"#,
            r#""ImageFile":{"$ref":"3"},"Host":{"$ref":"missing_gone"},"List":[{"$ref":"1"},null,true]"#,
            r#"{"$id":"3","Type":"file","FileHashes":[{"$id":"4","Algorithm":"MD5"}]},{"$ref":"4"}"#,
            r#"{"$id":"2_2","Type":"ip""#,
        ] {
            assert!(sent.contains(part), "{part}\n{sent}");
        }
        assert_eq!(event.properties["Entities"][0]["N"], "1e999", "a number out of range is text to a rule");
    }

    #[test]
    fn what_the_source_leaves_out_is_empty_and_never_null() {
        let event = event(
            r#"{"alertType":"T","description":"\u202e\u001b[2J","status":"InProgress","entities":null,"remediationSteps":"a\r\nb"}"#,
        );
        let body = body(&event);
        assert!(body.as_object().unwrap().values().all(|value| !value.is_null()), "{body}");
        assert_eq!(body["Status"], "InProgress");
        assert_eq!(body["AzureResourceSubscriptionId"], "s", "the alert's own, when it names no resource");
        assert_eq!(body["RemediationSteps"], json!(["a", "b"]));
        assert!(event.body.contains("\"Description\": \"\\u202e\\u001b[2J\""), "{}", event.body);
        assert!(alert_event("{}").is_err());
    }
}
