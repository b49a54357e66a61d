//! The alert's own fields, by the names they have had over the years.

use std::borrow::Cow;

use super::entities::entity_graph;
use super::json::Node;
use super::prose::{extended_links, properties, remediation};
use super::resources::resources;
use super::{ParseError, evidence, time};
use crate::domain::alert::{Prose, Times};
use crate::domain::tactic::TacticSet;
use crate::domain::{Alert, AlertId, SafeText, Severity, Status};

/// Fields of which an alert has at least one; what has none of them is something else.
const MARKS: [&str; 6] =
    ["alertType", "alertDisplayName", "alertName", "systemAlertId", "reportedSeverity", "compromisedEntity"];

/// The properties of an alert.
pub(super) fn fields<'n, 'a>(root: &'n Node<'a>) -> Result<&'n Node<'a>, ParseError> {
    if !matches!(root, Node::Map(_)) {
        return Err(ParseError::NotAnObject);
    }
    // The Azure CLI and the exports have no envelope: the properties are the object itself.
    let fields = match root.field(&["properties"]) {
        Some(inner @ Node::Map(_)) => inner,
        _ => root,
    };
    if fields.field(&MARKS).is_none() {
        return Err(ParseError::NotAnAlert);
    }
    Ok(fields)
}

/// Reads an alert from its JSON.
pub(super) fn alert(root: &Node<'_>) -> Result<Alert, ParseError> {
    let fields = fields(root)?;
    let text = |names: &[&str]| safe(fields, names);
    let moment = |names: &[&str]| fields.field(names).and_then(Node::scalar).and_then(time::moment);

    let portal_uri = text(&["alertUri", "alertLink"]);
    let id = match root.field(&["id"]).and_then(Node::scalar).filter(|id| !id.trim().is_empty()) {
        Some(id) => AlertId::new(id),
        None => id_from_portal(portal_uri.raw()).ok_or(ParseError::NoId)?,
    };
    if id.as_str().contains(char::is_control) {
        return Err(ParseError::ControlInId);
    }
    let properties = properties(fields.field(&["extendedProperties"]));
    let severity_text = text(&["severity", "reportedSeverity", "alertSeverity"]);
    let status_text = text(&["status", "state"]);
    let intent_text = match text(&["intent", "killChainIntent", "tactics"]) {
        none if none.is_empty() => intent_of(&properties),
        intent => intent,
    };
    Ok(Alert {
        id,
        alert_type: text(&["alertType", "alertName"]),
        title: text(&["alertDisplayName", "displayName", "alertName"]),
        description: text(&["description"]),
        severity: Severity::parse(severity_text.raw().trim()),
        severity_text,
        status: status(status_text.raw()),
        status_text,
        tactics: TacticSet::parse_intent(intent_text.raw()),
        intent_text,
        techniques: techniques(fields),
        times: Times {
            start: moment(&["startTimeUtc", "startTime", "detectedTimeUtc"]),
            end: moment(&["endTimeUtc", "endTime"]),
            generated: moment(&["timeGeneratedUtc", "timeGenerated", "reportedTimeUtc"]),
            available: moment(&["processingEndTimeUtc", "processingEndTime"]),
        },
        resources: resources(fields),
        compromised_entity: text(&["compromisedEntity"]),
        product: text(&["productName"]),
        component: text(&["productComponentName"]),
        vendor: text(&["vendorName"]),
        remediation: remediation(fields.field(&["remediationSteps"])),
        links: extended_links(fields.field(&["extendedLinks"])),
        portal_uri,
        correlation: text(&["correlationKey"]),
        is_incident: fields
            .field(&["isIncident"])
            .and_then(Node::scalar)
            .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        entities: entity_graph(fields),
        properties,
        evidence: evidence::evidence(fields.field(&["supportingEvidence"])),
        version: text(&["version"]),
    })
}

/// The text of a field as it stands; empty when it is missing.
pub(super) fn safe(node: &Node<'_>, names: &[&str]) -> SafeText {
    node.field(names).map_or_else(SafeText::default, |value| SafeText::from(&*value.display()))
}

/// A list that may also come as JSON inside a string.
pub(crate) fn unwrapped<'n, 'a>(node: &'n Node<'a>) -> Cow<'n, Node<'a>>
where
    'n: 'a,
{
    if let Node::Text(text) = node
        && text.trim_start().starts_with(['[', '{'])
        && let Ok(inner) = Node::parse(text.trim())
    {
        return Cow::Owned(inner);
    }
    Cow::Borrowed(node)
}

/// Older shapes and exports call a fresh alert `New`.
fn status(text: &str) -> Status {
    let text = text.trim();
    if text.eq_ignore_ascii_case("New") { Status::Active } else { Status::parse(text) }
}

/// Before 2020-01-01 the intent is an extended property.
fn intent_of(properties: &[(SafeText, Prose)]) -> SafeText {
    let found = properties.iter().find_map(|(key, value)| match value {
        Prose::Text(text) if key.raw().eq_ignore_ascii_case("killChainIntent") => Some(text.clone()),
        _ => None,
    });
    found.unwrap_or_default()
}

/// ATT&CK ids of both fields, each once.
fn techniques(fields: &Node<'_>) -> Vec<SafeText> {
    let mut found: Vec<SafeText> = Vec::new();
    for name in ["techniques", "subTechniques"] {
        let Some(node) = fields.field(&[name]) else { continue };
        let node = unwrapped(node);
        let ids: Vec<&str> = match &*node {
            Node::List(items) => items.iter().filter_map(Node::scalar).collect(),
            other => other.scalar().unwrap_or_default().split(',').collect(),
        };
        for id in ids.into_iter().map(str::trim).filter(|id| !id.is_empty()) {
            if found.iter().all(|known| known.raw() != id) {
                found.push(SafeText::from(id));
            }
        }
    }
    found
}

/// Exports carry no resource id, but the portal link has its parts:
/// `…/alertId/N/subscriptionId/S[/resourceGroup/G]/…/location/L`.
pub(crate) fn id_from_portal(link: &str) -> Option<AlertId> {
    let after = |name: &str| {
        let mut parts = link.split('/');
        parts.find(|part| part.eq_ignore_ascii_case(name))?;
        parts.next().filter(|part| !part.is_empty())
    };
    let (name, subscription, location) = (after("alertId")?, after("subscriptionId")?, after("location")?);
    let group = after("resourceGroup").map(|group| format!("/resourceGroups/{group}")).unwrap_or_default();
    let provider = "providers/Microsoft.Security";
    Some(AlertId::new(format!(
        "/subscriptions/{subscription}{group}/{provider}/locations/{location}/alerts/{name}"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::parse_alert;
    use super::*;
    use crate::domain::Tactic;
    use crate::domain::resource::{ResourceId, ResourceIdentifier};

    const ID: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Security/locations/L/alerts/N";

    #[test]
    fn the_shape_before_2020_is_understood() {
        let raw = format!(
            r#"{{"id":"{ID}","properties":{{"alertName":"T","alertDisplayName":"D","detectedTimeUtc":"2018-05-01T19:50:47.083633Z",
            "reportedTimeUtc":"2018-05-02T05:36:12.2089889Z","reportedSeverity":"HIGH","state":"Dismissed","remediationSteps":"a\r\nb",
            "associatedResource":"/subscriptions/s/x","isIncident":"True","extendedProperties":{{"killChainIntent":"PreAttack, Impact"}}}}}}"#
        );
        let alert = parse_alert(&raw).unwrap();
        assert_eq!((alert.alert_type.raw(), alert.title.raw()), ("T", "D"));
        assert_eq!((alert.severity, alert.severity_text.raw()), (Severity::High, "HIGH"));
        assert_eq!(alert.status, Status::Dismissed);
        assert_eq!(alert.tactics.iter().collect::<Vec<_>>(), [Tactic::PreAttack, Tactic::Impact]);
        assert_eq!(alert.times.alert_time(), time::moment("2018-05-02T05:36:12.2089889Z"));
        assert_eq!(alert.resources, [ResourceIdentifier::Azure(ResourceId::new("/subscriptions/s/x"))]);
        assert_eq!(alert.remediation.len(), 2);
        assert!(alert.is_incident);
    }

    #[test]
    fn letter_case_does_not_matter() {
        let raw = format!(
            r#"{{"id":"{ID}","properties":{{"AlertType":"T","AlertDisplayName":"D","Severity":"low","Status":"New","Intent":"Execution",
            "TimeGeneratedUtc":"2024-11-20T09:19:16.485Z","ResourceIdentifiers":[{{"Type":"AzureResource","AzureResourceId":"/subscriptions/s"}},
            {{"Type":"AAD","$id":"3","AadTenantId":"t"}},{{"WorkspaceId":"w","AgentId":"a","Type":"LogAnalytics"}}]}}}}"#
        );
        let alert = parse_alert(&raw).unwrap();
        assert_eq!(
            (alert.severity, alert.status, alert.status_text.raw()),
            (Severity::Low, Status::Active, "New")
        );
        assert!(alert.times.generated.is_some());
        let [ResourceIdentifier::Azure(_), other, ResourceIdentifier::LogAnalytics { agent, .. }] =
            &alert.resources[..]
        else {
            panic!("{:?}", alert.resources)
        };
        assert_eq!(agent.raw(), "a");
        let fields = vec![("AadTenantId".into(), "t".into())];
        assert_eq!(other, &ResourceIdentifier::Other { kind: "AAD".into(), fields });
    }

    #[test]
    fn an_export_without_an_id_takes_it_from_the_portal_link() {
        let link = "https://portal.azure.com/#blade/X/AlertBlade/alertId/N/subscriptionId/S/resourceGroup/G/referencedFrom/alertDeepLink/location/L";
        let raw = format!(r#"{{"AlertType":"T","AlertUri":"{link}"}}"#);
        assert_eq!(parse_alert(&raw).unwrap().id.as_str(), ID);
        let without_group = raw.replace("/resourceGroup/G", "");
        let id = parse_alert(&without_group).unwrap().id;
        assert_eq!(id.as_str(), ID.replace("/resourceGroups/G", ""));
        assert_eq!(parse_alert(&raw.replace("/location/L", "")), Err(ParseError::NoId));
    }

    #[test]
    fn unknown_values_survive_and_null_is_missing() {
        let raw = format!(
            r#"{{"id":"{ID}","properties":{{"alertType":"T","severity":"Extreme","status":"Snoozed","intent":"Sorcery","productName":null,
            "endTimeUtc":"0001-01-01T00:00:00Z","startTimeUtc":"soon","techniques":["T1059","T1059",null],"subTechniques":["T1059.001"],
            "version":2022,"entities":null,"extendedProperties":null,"remediationSteps":null}}}}"#
        );
        let alert = parse_alert(&raw).unwrap();
        assert_eq!((alert.severity, alert.severity_text.raw()), (Severity::Other, "Extreme"));
        assert_eq!((alert.status, alert.status_text.raw()), (Status::Other, "Snoozed"));
        assert_eq!(alert.intent_text.raw(), "Sorcery");
        assert_eq!(alert.times, Times::default());
        assert_eq!(alert.techniques, ["T1059".into(), "T1059.001".into()]);
        assert_eq!(alert.version.raw(), "2022");
        assert!(alert.product.is_empty() && alert.properties.is_empty() && alert.remediation.is_empty());
    }

    #[test]
    fn what_is_no_alert_says_why() {
        let cases = [
            ("{", "not valid JSON"),
            ("", "not valid JSON"),
            ("null", "not an object"),
            ("[]", "not an object"),
            ("{}", "none of an alert's properties"),
            (r#"{"id":"x","properties":{}}"#, "none of an alert's properties"),
            (r#"{"properties":{"alertType":"T"}}"#, "no id"),
            (r#"{"id":"/a\u001b[2Jb","properties":{"alertType":"T"}}"#, "control characters"),
            (r#"{"id":null,"properties":{"alertType":"T"}}"#, "no id"),
            (r#"{"id":" ","properties":{"alertType":"T"}}"#, "no id"),
        ];
        for (raw, reason) in cases {
            let error = parse_alert(raw).unwrap_err().to_string();
            assert!(error.contains(reason), "{raw}: {error}");
        }
    }
}
