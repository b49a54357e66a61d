//! One rule of a workflow automation: a property compared with an expected value.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::path;
use crate::domain::SafeText;

/// `propertyJPath operator expectedValue`, in the source's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    path: SafeText,
    kind: SafeText,
    operator: SafeText,
    expected: SafeText,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.path, self.operator, self.expected)
    }
}

impl Rule {
    /// A rule as the source spells it.
    pub fn new(path: &str, kind: &str, operator: &str, expected: &str) -> Self {
        let [path, kind, operator, expected] = [path, kind, operator, expected].map(SafeText::from);
        Self { path, kind, operator, expected }
    }

    /// Whether it holds for an event's properties; none when the rule is of a kind that is not known here.
    ///
    /// Texts are compared without regard to letter case (contract: the rule's operator). Where a path leads to several
    /// values, one that fits is enough, except for `NotEquals`, which none may break. Nothing equals a property that
    /// the event does not have.
    pub(super) fn holds(&self, properties: &Value) -> Option<bool> {
        let values = path::find(self.path.raw(), properties)?;
        let values = values.into_iter().filter(|value| !value.is_null());
        let test = self.test()?;
        if self.operator.raw().eq_ignore_ascii_case("NotEquals") {
            let mut values = values;
            return Some(values.all(|value| !equal(self.is_text(), value, self.expected.raw())));
        }
        let mut values = values;
        Some(values.any(|value| test(&self.expected, self.is_text(), value)))
    }

    fn is_text(&self) -> bool {
        self.kind.is_empty() || self.kind.raw().eq_ignore_ascii_case("String")
    }

    fn test(&self) -> Option<fn(&SafeText, bool, &Value) -> bool> {
        let known = ["", "string", "integer", "number", "boolean"];
        if !known.contains(&self.kind.raw().to_ascii_lowercase().as_str()) {
            return None;
        }
        Some(match self.operator.raw().to_ascii_lowercase().as_str() {
            "equals" | "notequals" => |expected, text, value| equal(text, value, expected.raw()),
            "greaterthan" => |expected, _, value| compare(value, expected.raw()) == Some(Ordering::Greater),
            "greaterthanorequalto" => |expected, _, value| {
                matches!(compare(value, expected.raw()), Some(Ordering::Greater | Ordering::Equal))
            },
            "lesserthan" => |expected, _, value| compare(value, expected.raw()) == Some(Ordering::Less),
            "lesserthanorequalto" => |expected, _, value| {
                matches!(compare(value, expected.raw()), Some(Ordering::Less | Ordering::Equal))
            },
            "contains" => |expected, _, value| text(value).contains(&folded(expected.raw())),
            "startswith" => |expected, _, value| text(value).starts_with(&folded(expected.raw())),
            "endswith" => |expected, _, value| text(value).ends_with(&folded(expected.raw())),
            _ => return None,
        })
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// A value as text to compare; lists and objects as their JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => folded(text),
        other => folded(&other.to_string()),
    }
}

fn equal(as_text: bool, value: &Value, expected: &str) -> bool {
    let same_text = text(value) == folded(expected);
    same_text || !as_text && compare(value, expected) == Some(Ordering::Equal)
}

/// Compares numbers, also those that stand in strings.
fn compare(value: &Value, expected: &str) -> Option<Ordering> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number?.partial_cmp(&expected.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operator_of_the_contract_compares_as_it_says() {
        let event = json!({
            "Severity": "High", "Count": 5, "Text": "17", "IsIncident": true, "Nothing": null,
            "List": ["a", "b"],
        });
        for (path, kind, operator, expected, holds) in [
            ("Severity", "String", "Equals", "high", true),
            ("Severity", "String", "Equals", "Hig", false),
            ("Severity", "String", "NotEquals", "Low", true),
            ("Severity", "String", "NotEquals", "HIGH", false),
            ("Severity", "String", "Contains", "IG", true),
            ("Severity", "String", "StartsWith", "hi", true),
            ("Severity", "String", "StartsWith", "gh", false),
            ("Severity", "String", "EndsWith", "GH", true),
            ("Severity", "String", "GreaterThan", "1", false),
            ("Count", "Integer", "Equals", "5.0", true),
            ("Count", "String", "Equals", "5.0", false),
            ("Count", "Integer", "GreaterThan", "4", true),
            ("Count", "Integer", "GreaterThan", "5", false),
            ("Count", "Number", "GreaterThanOrEqualTo", "5", true),
            ("Count", "Number", "LesserThan", "5.5", true),
            ("Count", "Number", "LesserThanOrEqualTo", "4.9", false),
            ("Text", "Integer", "GreaterThan", "9", true),
            ("IsIncident", "Boolean", "Equals", "True", true),
            ("Nothing", "String", "Equals", "null", false),
            ("Nothing", "String", "NotEquals", "x", true),
            ("Missing", "String", "Equals", "", false),
            ("Missing", "String", "NotEquals", "x", true),
            ("Missing", "String", "Contains", "", false),
            ("List[*]", "String", "Equals", "b", true),
            ("List[*]", "String", "NotEquals", "b", false),
        ] {
            let rule = Rule::new(path, kind, operator, expected);
            assert_eq!(rule.holds(&event), Some(holds), "{rule} ({kind})");
        }
    }

    #[test]
    fn a_rule_of_an_unknown_kind_is_not_guessed_at() {
        for (path, kind, operator) in [
            ("Severity", "String", "Resembles"),
            ("$..Severity", "String", "Equals"),
            ("Severity", "Date", "Equals"),
        ] {
            assert_eq!(Rule::new(path, kind, operator, "x").holds(&json!({"Severity": "High"})), None);
        }
    }
}
