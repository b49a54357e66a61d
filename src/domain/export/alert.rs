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
    let ours = ours(row);
    let earlier: Vec<_> =
        root.members.iter().filter(|member| member.name.eq_ignore_ascii_case(OURS)).collect();
    if earlier.is_empty() {
        if let Some(ours) = ours {
            set(&root, body, OURS, &[OURS], &ours, &mut edits);
        }
    } else {
        // Of an export that was imported: what it says was so when it was written.
        let ours = ours.unwrap_or_else(|| json!({})).to_string();
        edits.extend(earlier.iter().map(|member| (member.value.clone(), ours.clone())));
    }
    Some(carried_out(body, edits))
}

/// The same JSON, byte for byte, but for the status; none when it is no object.
pub fn with_status(body: &str, status: Status) -> Option<String> {
    let root = Object::at(body, 0)?;
    let inner = root.find(body, &["properties"]).and_then(|member| Object::at(body, member.value.start));
    let mut edits = Vec::new();
    let fields = inner.as_ref().unwrap_or(&root);
    set(fields, body, "status", &STATUS, &json!(status.api_name()), &mut edits);
    Some(carried_out(body, edits))
}

fn carried_out(body: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    // From behind, so that the places before stay true; of two at one place the first goes in last, and so stands first.
    let mut text = body.to_owned();
    edits.sort_by_key(|(place, _)| place.start);
    for (place, with) in edits.into_iter().rev() {
        text.replace_range(place, &with);
    }
    text
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::AlertKey;
    use crate::domain::filter::testing::{Sample, builder};
    use crate::domain::table::LocalRecord;

    /// What is exported of a body; the row is Active at the source, or what is queued.
    fn exported(body: &str, pending: Option<Status>, local: Option<LocalRecord>) -> Value {
        let mut builder = builder(&[Sample::new("a")]);
        builder.set_pending(AlertKey(1), pending);
        builder.local_mut().extend(local.map(|local| (AlertKey(1), local)));
        let table = builder.snapshot();
        let text = json(&table.get(AlertKey(1)).unwrap(), body);
        assert!(!text.contains(['\n', '\r', '\t', '\u{1b}', '\u{202e}']), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn only_the_status_of_a_body_changes() {
        for (body, expected) in [
            (
                r#"{"id":"a","properties":{ "x":1.0 ,"status" : "Active"}}"#,
                r#"{"id":"a","properties":{ "x":1.0 ,"status" : "Dismissed"}}"#,
            ),
            (r#"{"properties":{"state":"Active"}}"#, r#"{"properties":{"state":"Dismissed"}}"#),
            (r#"{"Properties":{"Status":"New"}}"#, r#"{"Properties":{"Status":"Dismissed"}}"#),
            (r#"{"properties":{"a":1}}"#, r#"{"properties":{"a":1,"status":"Dismissed"}}"#),
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ud800","status":"Dismissed"}"#),
        ] {
            assert_eq!(with_status(body, Status::Dismissed).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(with_status("[]", Status::Active), None);
    }

    #[test]
    fn the_status_as_it_is_now_is_put_where_readers_look_for_it() {
        let dismissed = Some(Status::Dismissed);
        for (body, pending, expected) in [
            (
                r#"{"id":"i","properties":{"status":"Active"}}"#,
                None,
                r#"{"id":"i","properties":{"status":"Active"}}"#,
            ),
            (
                r#"{"id":"i","properties":{"status":"New"}}"#,
                None,
                r#"{"id":"i","properties":{"status":"New"}}"#,
            ),
            (
                r#"{"id":"i","properties":{"status":"Resolved"}}"#,
                None,
                r#"{"id":"i","properties":{"status":"Active"}}"#,
            ),
            (
                r#"{"id":"i","properties":{"a":1}}"#,
                None,
                r#"{"id":"i","properties":{"a":1,"status":"Active"}}"#,
            ),
            (r#"{"id":"i","properties":{}}"#, None, r#"{"id":"i","properties":{"status":"Active"}}"#),
            (
                r#"{"id":"i","properties":{"status":null}}"#,
                None,
                r#"{"id":"i","properties":{"status":"Active"}}"#,
            ),
            (
                r#"{"id":"i","properties":{"Status":"Active"}}"#,
                dismissed,
                r#"{"id":"i","properties":{"Status":"Dismissed"},"quell":{"sourceStatus":"Active"}}"#,
            ),
            (
                r#"{ "id": "i",
                    "state": "Active", "quell": 5 }"#,
                dismissed,
                r#"{"id":"i","state":"Dismissed","quell":{"sourceStatus":"Active"}}"#,
            ),
        ] {
            assert_eq!(
                exported(body, pending, None),
                serde_json::from_str::<Value>(expected).unwrap(),
                "{body}"
            );
        }
    }

    #[test]
    fn what_an_earlier_export_says_of_us_is_not_said_again() {
        let body = r#"{"id":"i","quell":{"assigned":"bob","sourceStatus":"Active"},"status":"Active"}"#;
        assert_eq!(exported(body, None, None), json!({ "id": "i", "quell": {}, "status": "Active" }));
        let local = LocalRecord { assigned: Some("ann".into()), ..LocalRecord::default() };
        assert_eq!(exported(body, None, Some(local))[OURS], json!({ "assigned": "ann" }));
    }

    #[test]
    fn an_alert_without_an_id_gets_the_one_it_is_known_by() {
        for body in ["{}", r#"{"alertType":"x"}"#, r#"{"id":null,"status":"Active"}"#] {
            let value = exported(body, Some(Status::Dismissed), None);
            assert!(value["id"].as_str().unwrap().ends_with("/a"), "{value}");
            assert_eq!(
                (&value["status"], &value["quell"]["sourceStatus"]),
                (&"Dismissed".into(), &"Active".into())
            );
        }
    }

    #[test]
    fn the_local_record_stands_beside_the_alert() {
        let local = LocalRecord {
            assigned: Some("ann\u{202e}".into()),
            changed_by: None,
            useful: Some(false),
            notes: "one\ntwo\u{1b}".into(),
        };
        let value = exported(r#"{"id":"i","properties":{"status":"Active"}}"#, None, Some(local));
        let expected =
            json!({ "assigned": "ann\u{202e}", "feedback": "not-useful", "notes": "one\ntwo\u{1b}" });
        assert_eq!(value[OURS], expected);
    }

    #[test]
    fn numbers_and_odd_strings_come_through_as_they_are_written() {
        let mut builder = builder(&[Sample::new("a")]);
        let table = builder.snapshot();
        let row = table.get(AlertKey(1)).unwrap();
        let body =
            r#"{"id":"i","status":"Active","n":1e999,"f":0.10,"s":"\ud800 \/","d":[[[]]],"dup":1,"dup":2}"#;
        assert_eq!(json(&row, body), body);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map("\\PC{0,4}", inner, 0..4)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_but_the_status_changes(more in proptest::collection::hash_map("x\\PC{0,4}", value(), 0..5), pretty in any::<bool>()) {
            let mut body = json!({ "id": "i", "properties": { "status": "Active" } });
            let members: Map<String, Value> = more.into_iter().collect();
            body.as_object_mut().unwrap().extend(members.clone());
            body["properties"].as_object_mut().unwrap().extend(members);
            let text = if pretty { serde_json::to_string_pretty(&body).unwrap() } else { body.to_string() };
            let mut exported = exported(&text, Some(Status::Resolved), None);
            prop_assert_eq!(exported["properties"]["status"].take(), "Resolved");
            exported["properties"]["status"] = "Active".into();
            prop_assert_eq!(exported.as_object_mut().unwrap().remove(OURS), Some(json!({ "sourceStatus": "Active" })));
            prop_assert_eq!(exported, body);
        }
    }
}
