//! The property paths of automation rules: a small part of JSON path.

use serde_json::Value;

/// One step of a path.
enum Step<'p> {
    Name(&'p str),
    Index(usize),
    Each,
}

/// The values that a path leads to; none when the path is of a kind that is not understood. A property that the event
/// does not have leads nowhere. Names are compared without regard to ASCII case, since the source varies it.
///
/// Understood are `Severity`, `$.Entities[0].Type`, `Entities[*].Address` and `ExtendedProperties['Resource type']`.
pub(super) fn find<'v>(path: &str, root: &'v Value) -> Option<Vec<&'v Value>> {
    let mut found = vec![root];
    for step in steps(path)? {
        found = found.into_iter().flat_map(|value| go(value, &step)).collect();
    }
    Some(found)
}

fn go<'v>(value: &'v Value, step: &Step<'_>) -> Vec<&'v Value> {
    match (step, value) {
        (Step::Name(name), Value::Object(members)) => {
            let exact = members.get(*name);
            let any_case =
                || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            exact.or_else(any_case).into_iter().collect()
        }
        (Step::Index(at), Value::Array(items)) => items.get(*at).into_iter().collect(),
        (Step::Each, Value::Array(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let path = path.trim();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (step, after) = bracket(inside)?;
            steps.push(step);
            rest = after;
            continue;
        }
        // Before the first name no dot is needed.
        rest = match rest.strip_prefix('.') {
            Some(after) => after,
            None if steps.is_empty() && !path.starts_with('$') => rest,
            None => return None,
        };
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() || name.contains(['*', '?', '(', ')', ']', '@']) {
            return None;
        }
        steps.push(Step::Name(name));
        rest = after;
    }
    (!steps.is_empty()).then_some(steps)
}

/// What stands between brackets, and what follows them.
fn bracket(inside: &str) -> Option<(Step<'_>, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = inside.strip_prefix(quote) {
            let (name, after) = quoted.split_once(quote)?;
            return Some((Step::Name(name), after.strip_prefix(']')?));
        }
    }
    let (index, after) = inside.split_once(']')?;
    if index == "*" {
        return Some((Step::Each, after));
    }
    let digits = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    Some((Step::Index(digits.then(|| index.parse().ok()).flatten()?), after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_their_values_or_nowhere() {
        let event = json!({
            "Severity": "High",
            "Entities": [{"Type": "ip", "Address": "192.0.2.1"}, {"Type": "host"}, {"Type": "ip", "Address": "192.0.2.2"}],
            "ExtendedProperties": {"Resource type": "vm", "a.b": 1},
        });
        for (path, expected) in [
            ("Severity", Some(json!(["High"]))),
            ("$.Severity", Some(json!(["High"]))),
            ("severity", Some(json!(["High"]))),
            ("Entities[0].Type", Some(json!(["ip"]))),
            ("$.Entities[*].Address", Some(json!(["192.0.2.1", "192.0.2.2"]))),
            ("ExtendedProperties['Resource type']", Some(json!(["vm"]))),
            ("$['ExtendedProperties'][\"a.b\"]", Some(json!([1]))),
            ("Entities[7].Type", Some(json!([]))),
            ("Severity.Deeper", Some(json!([]))),
            ("Nothing", Some(json!([]))),
            ("$..Type", None),
            ("Entities[?(@.Type=='ip')]", None),
            ("Entities[-1]", None),
            ("Entities[", None),
            ("$Severity", None),
            ("Severity.", None),
            ("$", None),
            ("", None),
        ] {
            let found = find(path, &event).map(|values| json!(values));
            assert_eq!(found, expected, "{path}");
        }
    }
}
