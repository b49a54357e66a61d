//! One alert as JSON on one line: as the source gave it, with its status as it is now, so that whatever reads alerts reads
//! it. What is kept here beside the alert stands under a name of our own, `quell`.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::members::{Object, compact, decoded};
use crate::domain::record::judgement;
use crate::domain::safe_text::json_escaped;
use crate::domain::table::Row;
use crate::domain::{SafeText, Status};

/// The member that holds what the source knows nothing of.
pub const OURS: &str = "quell";

/// The names of the status, as alerts of every age are read.
const STATUS: [&str; 2] = ["status", "state"];

/// The alert on one line, unsafe characters escaped. Beyond the status, the id where the source gave none, and
/// [`OURS`], every name and value is the source's, in its order.
pub fn json(row: &Row<'_>, body: &str) -> String {
    let edited = edited(row, body).unwrap_or_else(|| body.to_owned());
    json_escaped(&compact(&edited)).into_owned()
}

/// The body with its edits; none when it is no object.
fn edited(row: &Row<'_>, body: &str) -> Option<String> {
    let root = Object::at(body, 0)?;
    let inner = root.find(body, &["properties"]).and_then(|member| Object::at(body, member.value.start));
    let fields = inner.as_ref().unwrap_or(&root);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    if row.status() != Status::Other && status_of(fields, body) != row.status() {
        set(fields, body, "status", &STATUS, &json!(row.status().api_name()), &mut edits);
    }
    if root.find(body, &["id"]).is_none() {
        set(&root, body, "id", &["id"], &json!(row.id().as_str()), &mut edits);
    }
    if let Some(ours) = ours(row) {
        set(&root, body, OURS, &[OURS], &ours, &mut edits);
    }
    // From behind, so that the places before stay true; of two at one place the first goes in last, and so stands first.
    let mut text = body.to_owned();
    edits.sort_by_key(|(place, _)| place.start);
    for (place, with) in edits.into_iter().rev() {
        text.replace_range(place, &with);
    }
    Some(text)
}

/// Puts a value in place of the one that an object has by one of some names, or at the object's end.
fn set(
    object: &Object,
    text: &str,
    name: &str,
    names: &[&str],
    value: &Value,
    edits: &mut Vec<(Range<usize>, String)>,
) {
    let known = object.find(text, names);
    let null = || object.members.iter().find(|member| member.name.eq_ignore_ascii_case(name));
    if let Some(member) = known.or_else(null) {
        edits.push((member.value.clone(), value.to_string()));
        return;
    }
    let taken = !object.members.is_empty() || edits.iter().any(|(place, _)| place.start == object.end);
    let comma = if taken { "," } else { "" };
    edits.push((object.end..object.end, format!("{comma}{}:{value}", json!(name))));
}

/// The status that a reader finds in the body. Older shapes and exports call a fresh alert `New`.
fn status_of(fields: &Object, body: &str) -> Status {
    let text = fields.find(body, &STATUS).map(|member| decoded(&body[member.value.clone()]));
    let text = text.unwrap_or_default();
    let text = text.trim();
    if text.eq_ignore_ascii_case("New") { Status::Active } else { Status::parse(text) }
}

/// What is kept here of an alert; none when nothing is.
fn ours(row: &Row<'_>) -> Option<Value> {
    let mut ours = Map::new();
    if row.pending().is_some() {
        // Queued, and not at the source yet.
        ours.insert("sourceStatus".to_owned(), row.remote_status_label().0.into());
    }
    if let Some(local) = row.local() {
        let text = |text: &SafeText| Value::from(text.raw());
        let kept = [
            ("assigned", local.assigned.as_ref().map(text)),
            ("changedBy", local.changed_by.as_ref().map(text)),
            ("feedback", local.useful.map(|useful| judgement(useful).into())),
            ("notes", Some(&local.notes).filter(|notes| !notes.is_empty()).map(text)),
        ];
        ours.extend(kept.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    (!ours.is_empty()).then_some(Value::Object(ours))
}
