//! Alerts as bytes: where the id and the status stand, and how the status is replaced.
//!
//! The emulator never re-serialises an alert. What was loaded is served byte for byte, except for the one string
//! that a status change replaces.

use std::ops::Range;

use axum::body::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a piece of JSON cannot be served as an alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RawError {
    /// Not JSON, or not an object.
    #[error("not a JSON object: {0}")]
    NotAnObject(String),
    /// There is no `id`, so no subscription is known and no address to serve it at.
    #[error("it has no `id`")]
    NoId,
    /// The `id` is not that of an alert.
    #[error("`{0}` is not the resource id of an alert")]
    NotAnAlertId(String),
}

/// Where in the bytes of an alert its status stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StatusPlace {
    /// The JSON string, quotes included.
    Value(Range<usize>),
    /// There is none yet: it would be the first member of the object that opens before this offset.
    Missing {
        /// Offset just behind the opening brace of `properties`.
        at: usize,
        /// True when the object has other members, so that a comma is needed.
        comma: bool,
    },
    /// There is no `properties` object that could hold one.
    Nowhere,
}

/// What the emulator needs to know of an alert's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// The resource id as it is spelled.
    pub(super) id: String,
    /// Where the status stands.
    pub(super) status: StatusPlace,
}

/// The members of one JSON object, values untouched.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(32));
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Members)
    }
}

impl<'a> Members<'a> {
    fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The member of that name; the exact spelling wins over other letter cases.
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        let exact = self.0.iter().find(|(key, _)| key == name);
        exact
            .or_else(|| self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| *value)
    }

    fn string(&self, name: &str) -> Option<&'a RawValue> {
        self.get(name).filter(|value| value.get().starts_with('"'))
    }
}

/// The offset of `part` in `whole`, of which it is a slice.
fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

fn span(whole: &str, part: &RawValue) -> Range<usize> {
    let start = offset(whole, part.get());
    start..start + part.get().len()
}

/// Reads where things stand in an alert.
pub(super) fn layout(json: &str) -> Result<Layout, RawError> {
    let top = Members::parse(json).map_err(|error| RawError::NotAnObject(error.to_string()))?;
    let id = top
        .string("id")
        .and_then(|id| serde_json::from_str::<String>(id.get()).ok())
        .ok_or(RawError::NoId)?;
    let status = top.get("properties").map_or(StatusPlace::Nowhere, |properties| {
        Members::parse(properties.get()).map_or(StatusPlace::Nowhere, |members| {
            // `state` is what the versions before 2020-01-01 call it.
            match members.string("status").or_else(|| members.string("state")) {
                Some(value) => StatusPlace::Value(span(json, value)),
                None => StatusPlace::Missing {
                    at: offset(json, properties.get()) + 1,
                    comma: !members.0.is_empty(),
                },
            }
        })
    });
    Ok(Layout { id, status })
}

/// The alert's status as it is spelled; empty where there is none.
pub(super) fn status_text(raw: &[u8], place: &StatusPlace) -> String {
    match place {
        StatusPlace::Value(range) => {
            raw.get(range.clone()).and_then(|text| serde_json::from_slice(text).ok()).unwrap_or_default()
        }
        StatusPlace::Missing { .. } | StatusPlace::Nowhere => String::new(),
    }
}

/// The same bytes with another status, and where it stands now; none where an alert has no place for one.
pub(super) fn with_status(raw: &[u8], place: &StatusPlace, status: &str) -> Option<(Bytes, StatusPlace)> {
    let value = format!("\"{status}\"");
    let (range, text, lead) = match place {
        StatusPlace::Value(range) => (range.clone(), value.clone(), 0),
        StatusPlace::Missing { at, comma } => {
            let key = "\"status\":";
            let tail = if *comma { "," } else { "" };
            (*at..*at, format!("{key}{value}{tail}"), key.len())
        }
        StatusPlace::Nowhere => return None,
    };
    let mut bytes = Vec::with_capacity(raw.len() + text.len());
    bytes.extend_from_slice(raw.get(..range.start)?);
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend_from_slice(raw.get(range.end..)?);
    let start = range.start + lead;
    Some((bytes.into(), StatusPlace::Value(start..start + value.len())))
}

/// The text of a string member of `properties`, and its span (quotes included) in the alert.
pub(super) fn property(json: &str, name: &str) -> Option<(String, Range<usize>)> {
    let top = Members::parse(json).ok()?;
    let members = Members::parse(top.get("properties")?.get()).ok()?;
    let value = members.string(name)?;
    Some((serde_json::from_str(value.get()).ok()?, span(json, value)))
}

/// The items of an ARM list page, of an array, or of a single object, each as its own bytes.
pub(super) fn items(json: &str) -> Result<Vec<&str>, serde_json::Error> {
    if json.trim_start().starts_with('[') {
        return Ok(serde_json::from_str::<Vec<&RawValue>>(json)?.into_iter().map(RawValue::get).collect());
    }
    let members = Members::parse(json)?;
    match members.get("value").filter(|_| members.get("id").is_none()) {
        Some(value) => items(value.get()),
        None => Ok(vec![json.trim()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/s/providers/Microsoft.Security/locations/centralus/alerts/a";

    fn change(json: &str, status: &str) -> String {
        let place = layout(json).unwrap().status;
        let (bytes, place) = with_status(json.as_bytes(), &place, status).unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert_eq!(layout(&text).unwrap().status, place, "the new place is where a fresh look finds it");
        assert_eq!(status_text(text.as_bytes(), &place), status);
        text
    }

    #[test]
    fn only_the_status_string_changes() {
        let cases = [
            (
                r#"{"id":"@","properties":{"status":"Active","x":1}}"#,
                r#"{"id":"@","properties":{"status":"Dismissed","x":1}}"#,
            ),
            (
                "{ \"ID\" : \"@\",\r\n \"Properties\" : { \"Status\" :  \"New\" , \"a\":[ 1 ] } }",
                "{ \"ID\" : \"@\",\r\n \"Properties\" : { \"Status\" :  \"Dismissed\" , \"a\":[ 1 ] } }",
            ),
            (
                r#"{"properties":{"entities":[{"status":"x"}],"state":"Active"},"id":"@"}"#,
                r#"{"properties":{"entities":[{"status":"x"}],"state":"Dismissed"},"id":"@"}"#,
            ),
            (
                r#"{"status":"outer","id":"@","properties":{"STATUS":"A","status":"B"}}"#,
                r#"{"status":"outer","id":"@","properties":{"STATUS":"A","status":"Dismissed"}}"#,
            ),
            (
                r#"{"id":"@","properties":{"status":null,"a":"Größe €"}}"#,
                r#"{"id":"@","properties":{"status":"Dismissed","status":null,"a":"Größe €"}}"#,
            ),
            (r#"{"id":"@","properties":{}}"#, r#"{"id":"@","properties":{"status":"Dismissed"}}"#),
        ];
        for (before, after) in cases {
            assert_eq!(change(&before.replace('@', ID), "Dismissed"), after.replace('@', ID));
        }
    }

    #[test]
    fn an_alert_goes_through_every_status_and_back() {
        let start = format!(r#"{{"id":"{ID}","properties":{{"severity":"High","status":"Active"}}}}"#);
        let mut text = start.clone();
        for status in ["InProgress", "Resolved", "Dismissed", "Active"] {
            text = change(&text, status);
        }
        assert_eq!(text, start);
    }

    #[test]
    fn what_is_no_alert_is_refused_with_a_reason() {
        assert!(matches!(layout("[1]"), Err(RawError::NotAnObject(_))));
        assert!(matches!(layout("{\"id\":"), Err(RawError::NotAnObject(_))));
        assert_eq!(layout(r#"{"id":7}"#), Err(RawError::NoId));
        assert_eq!(
            layout(&format!(r#"{{"id":"{ID}","properties":5}}"#)).unwrap().status,
            StatusPlace::Nowhere
        );
        assert_eq!(with_status(b"{}", &StatusPlace::Nowhere, "Active"), None);
    }

    #[test]
    fn pages_arrays_and_single_alerts_are_split_into_the_same_bytes() {
        let alert = r#"{ "id": "a",  "n": 1.0 }"#;
        for text in [
            format!("{{\"value\": [ {alert} ,{alert}], \"nextLink\":\"https://x\"}}"),
            format!(" [{alert},\n{alert}]"),
        ] {
            assert_eq!(items(&text).unwrap(), [alert, alert]);
        }
        assert_eq!(items(&format!("{alert}\n")).unwrap(), [alert]);
        assert!(items("nothing").is_err());
    }
}
