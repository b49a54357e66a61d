//! Values as the query language sees them: texts, numbers, nulls; everything else by its JSON.

use std::cmp::Ordering;

use chrono::{DateTime, Timelike, Utc};
use serde_json::Value;

use super::syntax::{Part, Test};

/// The text of a value; null has none.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A point in time as the service writes it: seven digits, so that texts sort as times do.
pub(super) fn stamp(time: DateTime<Utc>) -> Value {
    format!("{}.{:07}Z", time.format("%Y-%m-%dT%H:%M:%S"), time.nanosecond() / 100).into()
}

/// The time that a text tells; null if it tells none.
pub(super) fn time(value: &Value) -> Value {
    let parsed = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    parsed.map_or(Value::Null, |time| stamp(time.to_utc()))
}

/// Orders values: null first, numbers by size, the rest by text.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => text(left).cmp(&text(right)),
        },
    }
}

/// True if two values are the same, with or without regard to letter case.
pub(super) fn same(left: &Value, right: &Value, fold: bool) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right) == Ordering::Equal,
        _ if fold => text(left).to_lowercase() == text(right).to_lowercase(),
        _ => text(left) == text(right),
    }
}

/// Carries out a comparison.
pub(super) fn compare(left: &Value, test: Test, right: &Value) -> bool {
    let known = !left.is_null() && !right.is_null();
    match test {
        Test::Equal { fold, not } => same(left, right, fold) != not,
        Test::Less { or_equal } => known && is_less(left, right, or_equal),
        Test::Greater { or_equal } => known && is_less(right, left, or_equal),
        Test::Part { how, fold, not } => {
            let (mut whole, mut part) = (text(left), text(right));
            if fold {
                (whole, part) = (whole.to_lowercase(), part.to_lowercase());
            }
            let found = match how {
                Part::Contains => whole.contains(&part),
                Part::Starts => whole.starts_with(&part),
                Part::Ends => whole.ends_with(&part),
                Part::Has => has(&whole, &part),
            };
            found != not
        }
    }
}

fn is_less(left: &Value, right: &Value, or_equal: bool) -> bool {
    match order(left, right) {
        Ordering::Less => true,
        Ordering::Equal => or_equal,
        Ordering::Greater => false,
    }
}

/// True if a part stands in a text with no letter or digit around it.
fn has(whole: &str, part: &str) -> bool {
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    whole.match_indices(part).any(|(at, _)| {
        let (before, after) = (&whole[..at], &whole[at + part.len()..]);
        outside(before.chars().next_back()) && outside(after.chars().next())
    })
}

/// True for null and for a text, list or object without anything in it.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comparisons_follow_the_language() {
        let equal = |fold, not| Test::Equal { fold, not };
        let part = |how, fold| Test::Part { how, fold, not: false };
        for (left, test, right, expected) in [
            (json!("A"), equal(false, false), json!("a"), false),
            (json!("A"), equal(true, false), json!("a"), true),
            (json!(null), equal(false, true), json!("a"), true),
            (json!(1.0), equal(false, false), json!(1), true),
            (json!(2), Test::Less { or_equal: false }, json!(10), true),
            (json!("2"), Test::Less { or_equal: false }, json!("10"), false),
            (json!(null), Test::Less { or_equal: true }, json!(1), false),
            (json!("Microsoft.Compute"), part(Part::Has, true), json!("compute"), true),
            (json!("Microsoft.Compute"), part(Part::Has, true), json!("comp"), false),
            (json!("Microsoft.Compute"), part(Part::Contains, true), json!("COMP"), true),
            (json!("Microsoft.Compute"), part(Part::Contains, false), json!("COMP"), false),
            (json!("Straße"), part(Part::Starts, true), json!("STRASS"), false),
            (json!("Straße"), part(Part::Ends, true), json!("SSE"), false),
            (json!("Straße"), part(Part::Ends, true), json!("ße"), true),
        ] {
            assert_eq!(compare(&left, test, &right), expected, "{left} {test:?} {right}");
        }
        assert_eq!(time(&json!("2022-11-22T20:28:38.38583Z")), "2022-11-22T20:28:38.3858300Z");
        assert_eq!(time(&json!("soon")), Value::Null);
    }
}
