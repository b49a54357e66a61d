//! Machine output. Field names are documented in the README and stable; values come through the display rule's
//! lossless JSON form, so that no control character reaches a terminal unescaped.

use serde_json::{Value, json};

use crate::domain::change::{ChangeRecord, Tally, TargetRecord};
use crate::domain::filter::Field;
use crate::domain::record::{Deed, FeedbackReason, judgement};
use crate::domain::safe_text::json_escaped;
use crate::domain::table::{Row, Table};
use crate::domain::{AlertId, SafeText, Severity, Status};

/// Writes a value on one line with unsafe characters escaped.
pub fn text(value: &Value) -> String {
    json_escaped(&value.to_string()).into_owned()
}

/// An alert of the list.
pub fn row(row: &Row<'_>, table: &Table) -> String {
    text(&row_value(row, table))
}

/// An alert of the list, as a value.
pub fn row_value(row: &Row<'_>, table: &Table) -> Value {
    let tactics: Vec<String> = row.tactics().iter().map(|tactic| format!("{tactic:?}")).collect();
    json!({
        "id": row.id().as_str(),
        "name": row.name(),
        "title": row.title().0,
        "type": row.alert_type().0,
        "severity": row.severity_label().0,
        "status": row.status_label().0,
        "sourceStatus": row.remote_status_label().0,
        "pending": row.pending().is_some(),
        "time": row.time(),
        "resource": row.resource().0,
        "resourceGroup": row.group().0,
        "subscription": row.subscription().0,
        "subscriptionName": table.subscription_name(row.subscription().0).0,
        "tactics": tactics,
        "incident": row.flags().is_incident(),
        "sample": row.flags().is_sample(),
        "cloud": row.flags().cloud().word(),
        "scan": row.flags().scan().other().map(|_| row.flags().scan().word()),
        "assigned": row.local().and_then(|local| local.assigned.as_ref()).map(SafeText::raw),
        "feedback": row.local().and_then(|local| local.useful).map(judgement),
        "notes": row.local().map(|local| local.notes.raw()).filter(|notes| !notes.is_empty()),
    })
}

/// A value of a field: those that the API has a spelling for, in that spelling.
pub fn value(field: Field, text: &str) -> &str {
    let known = match field.name() {
        "status" => Some(Status::parse(text)).filter(|known| *known != Status::Other).map(Status::api_name),
        "severity" => {
            Some(Severity::parse(text)).filter(|known| *known != Severity::Other).map(Severity::name)
        }
        _ => None,
    };
    known.unwrap_or(text)
}

/// A change.
pub fn change(record: &ChangeRecord) -> Value {
    json!({
        "change": record.id,
        "at": record.at,
        "by": record.by.raw(),
        "status": record.status.map(Status::api_name),
        "reason": record.reason.map(crate::domain::change::Reason::code),
        "comment": record.comment.raw(),
        "filter": record.filter,
        "undoes": record.undoes,
        "undoneBy": record.undone_by,
        "outcomes": tally(&record.tally),
    })
}

/// A deed of the audit log, with its alerts' ids.
pub fn deed(deed: &Deed) -> Value {
    json!({
        "kind": deed.kind.code(),
        "at": deed.at,
        "by": deed.by.raw(),
        "alerts": deed.alerts.iter().map(AlertId::as_str).collect::<Vec<_>>(),
        "about": deed.about.raw(),
        "value": deed.value.raw(),
        "reason": deed.reason.map(FeedbackReason::code),
        "words": deed.words.raw(),
        "filter": deed.filter,
    })
}

/// Outcomes, counted.
pub fn tally(tally: &Tally) -> Value {
    let mut value = json!(tally);
    if let Some(object) = value.as_object_mut() {
        object.insert("total".to_owned(), tally.total().into());
    }
    value
}

/// One alert of a change.
pub fn target(record: &TargetRecord) -> Value {
    json!({
        "id": record.target.id.as_str(),
        "from": record.target.seen.api_name(),
        "to": record.target.want.api_name(),
        "outcome": record.outcome.word(),
        "detail": record.detail.raw(),
        "attempts": record.attempts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_values_are_spelled_as_the_api_does() {
        for (field, text, expected) in [
            ("status", "in-progress", "InProgress"),
            ("severity", "informational", "Informational"),
            ("status", "something new", "something new"),
            ("resource", "active", "active"),
        ] {
            assert_eq!(value(Field::find(field).unwrap(), text), expected);
        }
    }
}
