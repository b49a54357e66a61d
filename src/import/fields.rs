//! The alert resource that records of other shapes become: names, times, words and lists as the alerts API has them.

use std::borrow::Cow;

use chrono::{NaiveDateTime, SecondsFormat};

use super::entities;
use crate::azure::parse::json::{Map, Node};
use crate::azure::parse::time;
use crate::domain::{Severity, Status};

/// How a value is brought into shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// As it stands.
    Plain,
    /// A list or map that may be JSON inside a string.
    Nested,
    /// A list of texts that may be JSON inside a string, or one text.
    Texts,
    Time,
    Severity,
    Status,
    /// One text, or a list of them.
    Intent,
    Entities,
    Resources,
}

/// The properties of an alert by the names of the alerts API, each with the names that other shapes have for it.
const PROPERTIES: [(&str, &[&str], Shape); 26] = [
    ("version", &["version"], Shape::Plain),
    ("alertType", &["alertType", "alertName"], Shape::Plain),
    ("systemAlertId", &["systemAlertId"], Shape::Plain),
    ("productComponentName", &["productComponentName"], Shape::Plain),
    ("alertDisplayName", &["alertDisplayName", "displayName", "alertName", "friendlyName"], Shape::Plain),
    ("description", &["description"], Shape::Plain),
    ("severity", &["severity", "alertSeverity", "reportedSeverity"], Shape::Severity),
    ("intent", &["intent", "tactics", "killChainIntent"], Shape::Intent),
    ("startTimeUtc", &["startTimeUtc", "startTime", "detectedTimeUtc"], Shape::Time),
    ("endTimeUtc", &["endTimeUtc", "endTime"], Shape::Time),
    ("resourceIdentifiers", &["resourceIdentifiers"], Shape::Resources),
    ("remediationSteps", &["remediationSteps"], Shape::Texts),
    ("vendorName", &["vendorName"], Shape::Plain),
    ("status", &["status", "state"], Shape::Status),
    ("extendedLinks", &["extendedLinks"], Shape::Nested),
    ("alertUri", &["alertUri", "alertLink"], Shape::Plain),
    ("timeGeneratedUtc", &["timeGeneratedUtc", "timeGenerated", "reportedTimeUtc"], Shape::Time),
    ("productName", &["productName"], Shape::Plain),
    ("processingEndTimeUtc", &["processingEndTimeUtc", "processingEndTime"], Shape::Time),
    ("entities", &["entities"], Shape::Entities),
    ("isIncident", &["isIncident"], Shape::Plain),
    ("correlationKey", &["correlationKey"], Shape::Plain),
    ("extendedProperties", &["extendedProperties", "additionalData"], Shape::Nested),
    ("compromisedEntity", &["compromisedEntity"], Shape::Plain),
    ("techniques", &["techniques"], Shape::Texts),
    ("subTechniques", &["subTechniques"], Shape::Texts),
];

/// The properties that a record has.
pub(super) fn properties<'n>(record: &'n Node<'n>) -> Map<'n> {
    let mut found: Map<'n> = Vec::with_capacity(PROPERTIES.len() + 1);
    for (name, names, shape) in &PROPERTIES {
        let Some(value) = record.field(names).filter(|value| !is_empty(value)) else { continue };
        if let Some(value) = shaped(value, *shape) {
            found.push((Cow::Borrowed(*name), value));
        }
    }
    if let Some(evidence) = record.field(&["supportingEvidence"]) {
        found.push((Cow::Borrowed("supportingEvidence"), evidence.clone()));
    }
    found
}

/// The words with which other programs write that there is nothing.
fn is_empty(value: &Node<'_>) -> bool {
    matches!(value, Node::Null)
        || matches!(value, Node::Text(text) if matches!(&**text, "" | "None" | "null"))
}

fn shaped<'n>(value: &'n Node<'n>, shape: Shape) -> Option<Node<'n>> {
    Some(match shape {
        Shape::Plain => value.clone(),
        Shape::Nested => match opened(value).into_owned() {
            nested @ (Node::List(_) | Node::Map(_)) => nested,
            _ => return None,
        },
        Shape::Texts => match opened(value).into_owned() {
            list @ Node::List(_) => list,
            one => Node::List(vec![one]),
        },
        Shape::Time => moment(value.scalar()?),
        Shape::Severity => text(severity(value.scalar()?)),
        Shape::Status => text(status(value.scalar()?)),
        Shape::Intent => intent(value),
        Shape::Entities => entities::listed(opened(value).into_owned()),
        Shape::Resources => entities::camel(opened(value).into_owned()),
    })
}

/// A value, out of the string that may hold it as JSON.
pub(super) fn opened<'n>(value: &'n Node<'n>) -> Cow<'n, Node<'n>> {
    if let Node::Text(text) = value
        && text.trim_start().starts_with(['[', '{'])
        && let Ok(inner) = Node::parse(text.trim())
    {
        return Cow::Owned(inner);
    }
    Cow::Borrowed(value)
}

/// Times as the portal's CSV has them.
const PORTAL_TIMES: [&str; 3] =
    ["%m/%d/%Y, %I:%M:%S%.f %p", "%m/%d/%Y %I:%M:%S%.f %p", "%m/%d/%Y %H:%M:%S%.f"];

/// A time as the alerts API writes it; what is none stays as it is.
pub(super) fn moment(written: &str) -> Node<'static> {
    let of_portal = || {
        let mut read =
            PORTAL_TIMES.iter().filter_map(|form| NaiveDateTime::parse_from_str(written, form).ok());
        read.next().map(|time| time.and_utc())
    };
    match time::moment(written).or_else(of_portal) {
        Some(moment) => text(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        None => text(written.to_owned()),
    }
}

/// A severity in the API's spelling. A connector that makes scores of them counts in steps of 25.
pub(super) fn severity(written: &str) -> String {
    let written = written.trim();
    let known = match written.parse::<f32>() {
        Ok(score) if score > 75.0 => Severity::High,
        Ok(score) if score > 50.0 => Severity::Medium,
        Ok(score) if score > 25.0 => Severity::Low,
        Ok(_) => Severity::Informational,
        Err(_) => Severity::parse(written),
    };
    if known == Severity::Other { written.to_owned() } else { known.name().to_owned() }
}

/// A status in the API's spelling; a new alert is active.
pub(super) fn status(written: &str) -> String {
    let written = written.trim();
    if ["New", "newAlert"].iter().any(|new| written.eq_ignore_ascii_case(new)) {
        return Status::Active.api_name().to_owned();
    }
    match Status::parse(written) {
        Status::Other => written.to_owned(),
        known => known.api_name().to_owned(),
    }
}

fn intent<'n>(value: &'n Node<'n>) -> Node<'n> {
    match opened(value).into_owned() {
        Node::List(tactics) => text(tactics.iter().filter_map(Node::scalar).collect::<Vec<_>>().join(", ")),
        other => other,
    }
}

/// A text value.
pub(super) fn text<'a>(value: impl Into<Cow<'a, str>>) -> Node<'a> {
    Node::Text(value.into())
}

/// Adds a property where the record has none.
pub(super) fn default<'a>(
    properties: &mut Map<'a>,
    name: &'static str,
    value: impl FnOnce() -> Option<Node<'a>>,
) {
    if properties.iter().all(|(key, _)| key != name)
        && let Some(value) = value()
    {
        properties.push((Cow::Borrowed(name), value));
    }
}

/// The alert resource with this id, as JSON. Without a status it is active: so it arrives.
pub(super) fn resource(id: &str, mut properties: Map<'_>) -> String {
    default(&mut properties, "status", || Some(text(Status::Active.api_name())));
    let name = id.rsplit('/').next().unwrap_or(id);
    let member = |name: &'static str, value| (Cow::Borrowed(name), value);
    Node::Map(vec![
        member("id", text(id)),
        member("name", text(name)),
        member("type", text("Microsoft.Security/Locations/alerts")),
        member("properties", Node::Map(properties)),
    ])
    .to_json(None)
}

/// The text of a field; none when it is missing or empty.
pub(super) fn said<'n>(record: &'n Node<'_>, names: &[&str]) -> Option<&'n str> {
    let text = record.field(names)?.scalar()?.trim();
    (!text.is_empty() && text != "None").then_some(text)
}

/// `AzureResource` of an id, as one of an alert's resource identifiers.
pub(super) fn azure_resource(id: &str) -> Node<'_> {
    Node::Map(vec![
        (Cow::Borrowed("type"), text("AzureResource")),
        (Cow::Borrowed("azureResourceId"), text(id)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_shapes_become_those_of_the_api() {
        for (written, expected) in [
            ("high", "High"),
            ("75", "Medium"),
            ("100", "High"),
            ("50", "Low"),
            ("25", "Informational"),
            ("Odd", "Odd"),
        ] {
            assert_eq!(severity(written), expected, "{written}");
        }
        for (written, expected) in
            [("New", "Active"), ("newAlert", "Active"), ("inProgress", "InProgress"), ("Snoozed", "Snoozed")]
        {
            assert_eq!(status(written), expected, "{written}");
        }
    }

    #[test]
    fn times_of_the_portal_are_read() {
        for (written, expected) in [
            ("9/14/2026, 7:03:02.250 AM", "2026-09-14T07:03:02.250Z"),
            ("09/14/2026 19:03:02", "2026-09-14T19:03:02Z"),
            ("2026-09-14 07:03:02", "2026-09-14T07:03:02Z"),
            ("soon", "soon"),
        ] {
            assert_eq!(moment(written).scalar(), Some(expected), "{written}");
        }
    }

    #[test]
    fn names_of_other_shapes_become_those_of_the_api() {
        let raw = r#"{"AlertName":"T","DisplayName":"D","AlertSeverity":"low","Tactics":["A","B"],"StartTime":"2023-03-22 07:27:09.489644+00:00",
            "RemediationSteps":"[\"a\"]","ExtendedProperties":"{\"k\":\"v\"}","ExtendedLinks":"","Techniques":"None","Status":"New"}"#;
        let node = Node::parse(raw).unwrap();
        let made = Node::Map(properties(&node)).to_json(None);
        let expected = r#"{"alertType":"T","alertDisplayName":"D","severity":"Low","intent":"A, B","startTimeUtc":"2023-03-22T07:27:09.489644Z","remediationSteps":["a"],"status":"Active","extendedProperties":{"k":"v"}}"#;
        assert_eq!(made, expected);
    }
}
