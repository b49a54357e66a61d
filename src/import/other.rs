//! What is whole and known, and no alert; and envelopes whose content is JSON inside a string.

use super::activity;
use super::fields::said;
use crate::azure::parse::json::Node;

/// Resource types that come beside alerts, and what people call them.
const TYPES: [(&str, &str); 13] = [
    ("alertssuppressionrules", "a suppression rule"),
    ("assessments/subassessments", "a finding of a recommendation"),
    ("subassessments", "a finding of a recommendation"),
    ("assessments", "a recommendation"),
    ("assessmentmetadata", "a kind of recommendation"),
    ("securescores", "a secure score"),
    ("securescorecontrols", "a secure score control"),
    ("regulatorycompliancestandards", "a regulatory compliance result"),
    ("regulatorycompliancecontrols", "a regulatory compliance result"),
    ("regulatorycomplianceassessments", "a regulatory compliance result"),
    ("incidents", "a Sentinel incident"),
    ("securitycontacts", "mail settings"),
    ("automations", "a workflow automation"),
];

/// Members that may hold another message as text.
const ENVELOPES: [&str; 7] = ["body", "message", "data", "records", "value", "payload", "content"];

fn by_type(record: &Node<'_>) -> Option<&'static str> {
    let kind = said(record, &["type"])?.to_ascii_lowercase();
    let (provider, rest) = kind.split_once('/')?;
    if !provider.starts_with("microsoft.security") {
        return None;
    }
    let rest = rest.strip_prefix("locations/").unwrap_or(rest);
    let last = rest.rsplit('/').next().unwrap_or(rest);
    TYPES.iter().find(|(name, _)| *name == rest || *name == last).map(|(_, words)| *words)
}

/// True for a resource that is known to be something else.
pub(super) fn is_known(record: &Node<'_>) -> bool {
    by_type(record).is_some()
}

/// Characters of what is said of a record: its own words may be of any length.
const SAID: usize = 80;

/// What a record is that no format knows.
pub(super) fn what(record: &Node<'_>) -> String {
    let words = words(record);
    match words.char_indices().nth(SAID) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn words(record: &Node<'_>) -> String {
    let Node::Map(members) = record else {
        return match record {
            Node::List(_) | Node::TooDeep(_) => "a list, not an alert".to_owned(),
            Node::Null => "null, not an alert".to_owned(),
            _ => "a single value, not an alert".to_owned(),
        };
    };
    if let Some(words) = by_type(record) {
        return words.to_owned();
    }
    if let Some(category) = activity::category(record) {
        return format!("an activity-log event of category {category}");
    }
    if let Some(kind) = said(record, &["kind", "type", "category", "Type"]) {
        return format!("a record of type {kind}");
    }
    if let Some(error) = record.field(&["error"]) {
        let code = said(error, &["code", "message"]).unwrap_or("unknown");
        return format!("an error message: {code}");
    }
    if members.is_empty() {
        return "an empty record".to_owned();
    }
    let names: Vec<&str> = members.iter().map(|(name, _)| &**name).take(4).collect();
    format!("nothing of an alert in it; it has {}", names.join(", "))
}

/// The JSON that a record holds as text.
pub(super) fn enveloped<'n>(record: &'n Node<'_>) -> Option<&'n str> {
    let holds = |text: &&str| text.trim_start().starts_with(['{', '[']);
    match record {
        Node::Text(text) => Some(&**text).filter(holds),
        _ => ENVELOPES.iter().find_map(|name| said(record, &[name]).filter(holds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_record_is_short() {
        let long = "ä".repeat(100_000);
        for (record, begin) in [
            (format!(r#"{{"kind":"{long}"}}"#), "a record of type ä"),
            (format!(r#"{{"{long}":1}}"#), "nothing of an alert in it; it has ä"),
            (format!(r#"{{"error":{{"code":"{long}"}}}}"#), "an error message: ä"),
        ] {
            let what = what(&Node::parse(&record).unwrap());
            assert!(what.starts_with(begin) && what.ends_with('…'), "{what}");
            assert_eq!(what.chars().count(), SAID + 1);
        }
        assert_eq!(what(&Node::parse(r#"{"kind":"x"}"#).unwrap()), "a record of type x");
    }
}
