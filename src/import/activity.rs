//! Events of the activity log of category Security: each tells that an alert arose, with what it was about as plain properties.

use std::borrow::Cow;

use super::Draft;
use super::fields::{azure_resource, moment, resource, said, severity, status, text};
use super::identity::Parts;
use crate::azure::parse::json::{Map, Node};
use crate::domain::Status;

pub(super) fn knows(record: &Node<'_>) -> bool {
    category(record).is_some_and(|category| category.eq_ignore_ascii_case("Security"))
}

/// The category of an activity-log event; none for anything else.
pub(super) fn category<'n>(record: &'n Node<'_>) -> Option<&'n str> {
    let is_event = record.field(&["operationName"]).is_some()
        && record.field(&["eventTimestamp", "eventDataId", "resourceId", "time"]).is_some();
    if is_event { word(record, "category") } else { None }
}

/// A word that may be an object of the word and its translation.
fn word<'n>(record: &'n Node<'_>, name: &str) -> Option<&'n str> {
    let field = record.field(&[name])?;
    field.scalar().or_else(|| said(field, &["value", "localizedValue"])).filter(|word| !word.is_empty())
}

/// Properties of an event that a resource has fields of its own for.
const OWN: [&str; 2] = ["severity", "compromisedHost"];

pub(super) fn read(record: &Node<'_>) -> Result<Draft, String> {
    let outer = record.field(&["properties"]);
    // Exported events have them one level deeper.
    let inner = outer.and_then(|outer| outer.field(&["eventProperties"])).or(outer);
    let about = |names: &[&str]| inner.and_then(|inner| said(inner, names));
    let alert = said(record, &["resourceId"]).filter(|id| id.to_ascii_lowercase().contains("/alerts/"));
    let id = if let Some(id) = alert {
        id.to_owned()
    } else {
        let mut parts = Parts::of(record, &["correlationId", "eventDataId", "operationId"]);
        parts.resources.extend(said(record, &["id"]));
        parts.id().ok_or("the event names no alert")?
    };
    let title = word(record, "eventName")
        .or_else(|| outer.and_then(|outer| word(outer, "eventName")))
        .or_else(|| word(record, "operationName"));
    let at = said(record, &["eventTimestamp", "time", "submissionTimestamp"]);
    let level = about(&["severity"]).or(word(record, "level")).unwrap_or("Informational");
    let title = title.unwrap_or("Security event of the activity log");
    let state = state(record);
    // No more than that the alert arose.
    let is_first_report = state == Status::Active.api_name();
    let members = [
        ("alertType", Some(text(title))),
        ("alertDisplayName", Some(text(title))),
        ("description", word(record, "description").map(text)),
        ("severity", Some(text(level_name(level)))),
        ("status", Some(text(state))),
        ("timeGeneratedUtc", at.map(moment)),
        ("startTimeUtc", at.map(moment)),
        ("productName", Some(text("Azure Security Center"))),
        ("vendorName", Some(text("Microsoft"))),
        ("compromisedEntity", about(&["compromisedHost", "compromisedEntity", "machineName"]).map(text)),
        ("entities", Some(Node::List(entities(inner)))),
        ("extendedProperties", inner.map(rest)),
        (
            "resourceIdentifiers",
            about(&["resourceId", "azureResourceId"]).map(|id| Node::List(vec![azure_resource(id)])),
        ),
    ];
    let fields =
        members.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?))).collect();
    Ok(Draft { body: Some(resource(&id, fields)), is_first_report })
}

/// The event's level, where no severity is given: the words of the activity log are others.
fn level_name(level: &str) -> String {
    match level.to_ascii_lowercase().as_str() {
        "critical" | "error" => "High".to_owned(),
        "warning" => "Medium".to_owned(),
        "information" | "verbose" => "Informational".to_owned(),
        _ => severity(level),
    }
}

/// An event that tells of a change of status names the verb, others that the alert is active.
fn state(record: &Node<'_>) -> String {
    let operation = word(record, "operationName").unwrap_or_default().to_ascii_lowercase();
    for (verb, name) in
        [("/dismiss/", "Dismissed"), ("/resolve/", "Resolved"), ("/inprogress/", "InProgress")]
    {
        if operation.contains(verb) {
            return name.to_owned();
        }
    }
    match word(record, "status") {
        // What became of the operation, not of the alert.
        Some("Succeeded" | "Started" | "Accepted" | "Failed") | None => "Active".to_owned(),
        Some(word) => status(word),
    }
}

/// What is said of the alert and has no place of its own.
fn rest<'n>(inner: &Node<'n>) -> Node<'n> {
    let Node::Map(members) = inner else { return Node::Map(Vec::new()) };
    let kept = members.iter().filter(|(key, _)| OWN.iter().all(|own| !key.eq_ignore_ascii_case(own)));
    Node::Map(kept.cloned().collect())
}

/// Account, process and its parent, from the plain properties.
fn entities<'n>(inner: Option<&'n Node<'n>>) -> Vec<Node<'n>> {
    let Some(inner) = inner else { return Vec::new() };
    let of = |kind: &'static str, id: &'static str, fields: &[(&'static str, &[&str])]| {
        let known: Map<'n> = fields
            .iter()
            .filter_map(|(name, names)| Some((Cow::Borrowed(*name), text(said(inner, names)?))))
            .collect();
        let mut entity: Map<'n> = vec![(Cow::Borrowed("$id"), text(id)), (Cow::Borrowed("type"), text(kind))];
        let any = !known.is_empty();
        entity.extend(known);
        any.then_some(entity)
    };
    let reference = |id: &'static str| Node::Map(vec![(Cow::Borrowed("$ref"), text(id))]);
    let mut found = Vec::new();
    let host = of("host", "1", &[("hostName", &["compromisedHost", "machineName", "hostName"])]);
    let account = of(
        "account",
        "2",
        &[
            ("name", &["userName", "user name", "account"]),
            ("ntDomain", &["domainName", "domain name"]),
            ("sid", &["userSID", "user SID"]),
            ("logonId", &["accountLogonId", "account logon id"]),
        ],
    );
    let file = said(inner, &["processName", "process name"]).map(|path| {
        let (directory, name) =
            path.rfind(['\\', '/']).map_or(("", path), |at| (&path[..at], &path[at + 1..]));
        vec![
            (Cow::Borrowed("$id"), text("3")),
            (Cow::Borrowed("type"), text("file")),
            (Cow::Borrowed("directory"), text(directory)),
            (Cow::Borrowed("name"), text(name)),
        ]
    });
    let parent = of(
        "process",
        "4",
        &[
            ("processId", &["parentProcess id", "parentProcessId", "parent process id"]),
            ("name", &["parentProcess", "parent process"]),
        ],
    );
    let process = of(
        "process",
        "5",
        &[("processId", &["processId", "process id"]), ("commandLine", &["commandLine", "command line"])],
    );
    let process = process.map(|mut process: Map<'n>| {
        for (name, id, is_there) in [
            ("imageFile", "3", file.is_some()),
            ("parentProcess", "4", parent.is_some()),
            ("account", "2", account.is_some()),
            ("host", "1", host.is_some()),
        ] {
            if is_there {
                process.push((Cow::Borrowed(name), reference(id)));
            }
        }
        process
    });
    for entity in [host, account, file, parent, process].into_iter().flatten() {
        found.push(Node::Map(entity));
    }
    let address = of("ip", "6", &[("address", &["ipAddress", "attackerIp", "attacker IP", "sourceIp"])]);
    found.extend(address.map(Node::Map));
    found
}
