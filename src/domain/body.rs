//! An alert's JSON with another status.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::domain::Status;

type Members<'a> = HashMap<String, &'a RawValue>;

/// The same JSON, byte for byte, but for the status; none when it is no JSON object.
pub fn with_status(raw: &str, status: Status) -> Option<String> {
    let whole: Members<'_> = serde_json::from_str(raw).ok()?;
    let find = |members: &Members<'_>, names: [&str; 2]| {
        names.iter().find_map(|name| {
            let mut all = members.iter();
            all.find(|(key, value)| key.eq_ignore_ascii_case(name) && value.get() != "null")
                .map(|(_, value)| place(raw, value.get()))
        })
    };
    let inner =
        find(&whole, ["properties", "properties"]).filter(|(start, _)| raw[*start..].starts_with('{'));
    let (start, end) = match inner {
        Some((start, end)) => {
            let members: Members<'_> = serde_json::from_str(&raw[start..end]).ok()?;
            match find(&members, ["status", "state"]) {
                Some(found) => found,
                // Without one it is the first of the properties.
                None => return Some(inserted(raw, start, status, members.is_empty())),
            }
        }
        None => match find(&whole, ["status", "state"]) {
            Some(found) => found,
            None => return Some(inserted(raw, raw.find('{')?, status, whole.is_empty())),
        },
    };
    Some(format!("{}\"{}\"{}", &raw[..start], status.api_name(), &raw[end..]))
}

/// Where a part of a text lies in it.
fn place(raw: &str, part: &str) -> (usize, usize) {
    let start = part.as_ptr().addr() - raw.as_ptr().addr();
    (start, start + part.len())
}

fn inserted(raw: &str, bracket: usize, status: Status, is_empty: bool) -> String {
    let comma = if is_empty { "" } else { "," };
    format!("{}\"status\":\"{}\"{comma}{}", &raw[..=bracket], status.api_name(), &raw[bracket + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_status_changes() {
        for (raw, expected) in [
            (
                r#"{"id":"a","properties":{ "x":1.0 ,"status" : "Active"}}"#,
                r#"{"id":"a","properties":{ "x":1.0 ,"status" : "Dismissed"}}"#,
            ),
            (r#"{"properties":{"state":"Active"}}"#, r#"{"properties":{"state":"Dismissed"}}"#),
            (r#"{"Properties":{"Status":"New"}}"#, r#"{"Properties":{"Status":"Dismissed"}}"#),
            (r#"{"properties":{"a":1}}"#, r#"{"properties":{"status":"Dismissed","a":1}}"#),
            (r#"{"properties":{}}"#, r#"{"properties":{"status":"Dismissed"}}"#),
            (r#" {"status":null,"state":"x"}"#, r#" {"status":null,"state":"Dismissed"}"#),
            (r#"{"a":"\ud800"}"#, r#"{"status":"Dismissed","a":"\ud800"}"#),
        ] {
            assert_eq!(with_status(raw, Status::Dismissed).as_deref(), Some(expected), "{raw}");
        }
        assert_eq!(with_status("[]", Status::Active), None);
    }
}
