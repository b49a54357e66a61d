//! As much of JSON schema as Azure's OpenAPI files use, for the bodies that quell writes.
//!
//! Stricter than the service: a member that the contract does not name, a value outside an enumeration and a member
//! that only the service sets are mistakes here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// One OpenAPI file.
pub(crate) struct Spec {
    path: PathBuf,
    root: Value,
}

/// A schema and the file in which its references are resolved.
#[derive(Clone, Copy)]
struct Place<'a> {
    spec: &'a Spec,
    schema: &'a Value,
}

impl Spec {
    pub(crate) fn read(path: &Path) -> Self {
        let root = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Self { path: path.to_owned(), root }
    }

    /// The api-version that the file describes.
    pub(crate) fn version(&self) -> &str {
        self.root["info"]["version"].as_str().unwrap()
    }

    /// What is wrong with the body of an operation; nothing when it is valid. The path is the file's own, without regard
    /// to letter case.
    pub(crate) fn mistakes(&self, method: &str, path: &str, body: &Value) -> Vec<String> {
        let operation = self.operation(method, path);
        let parameters = operation["parameters"].as_array().unwrap();
        let resolved: Vec<Value> = parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        let declared =
            resolved.iter().find(|parameter| parameter["in"] == "body").expect("no body is declared");
        let mut mistakes = Vec::new();
        let place = Place { spec: self, schema: &declared["schema"] };
        check(place, body, "body", &mut mistakes);
        mistakes
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        let paths = self.root["paths"].as_object().unwrap();
        let found = paths.iter().find(|(known, _)| known.eq_ignore_ascii_case(path));
        let (_, operations) = found.unwrap_or_else(|| panic!("{} has no {path}", self.path.display()));
        let operation = &operations[method];
        assert!(operation.is_object(), "{path} has no {method}");
        operation
    }

    /// A parameter, perhaps one that is declared for several operations.
    fn parameter(&self, parameter: &Value) -> Value {
        match parameter.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.resolve(reference, |_, found| found.clone()),
            None => parameter.clone(),
        }
    }

    /// Follows a reference, into another file where it names one.
    fn resolve<T>(&self, reference: &str, with: impl FnOnce(&Self, &Value) -> T) -> T {
        let (file, pointer) = reference.split_once('#').unwrap();
        let other;
        let spec = if file.is_empty() {
            self
        } else {
            other = Self::read(&self.path.parent().unwrap().join(file));
            &other
        };
        let found = spec.root.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"));
        with(spec, found)
    }
}

/// Checks a value against a schema, references followed.
fn check(place: Place<'_>, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    if let Some(reference) = place.schema.get("$ref").and_then(Value::as_str) {
        return place
            .spec
            .resolve(reference, |spec, schema| check(Place { spec, schema }, value, at, mistakes));
    }
    let schema = place.schema;
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let kind = text("type").or_else(|| schema.get("properties").map(|_| "object"));
    let fits = match kind {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !fits {
        mistakes.push(format!("{at}: {value} is no {}", kind.unwrap_or_default()));
        return;
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        mistakes.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    limits(schema, value, at, mistakes);
    match value {
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for (number, item) in items.iter().enumerate() {
                    check(Place { schema, ..place }, item, &format!("{at}[{number}]"), mistakes);
                }
            }
        }
        Value::Object(members) => object(place, members, at, mistakes),
        _ => {}
    }
}

fn limits(schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let size = match value {
        Value::Number(number) => number.as_f64().map(|number| (number, "minimum", "maximum")),
        Value::String(text) => Some((text.chars().count() as f64, "minLength", "maxLength")),
        Value::Array(items) => Some((items.len() as f64, "minItems", "maxItems")),
        _ => None,
    };
    let Some((size, least, most)) = size else { return };
    if bound(least).is_some_and(|least| size < least) || bound(most).is_some_and(|most| size > most) {
        mistakes.push(format!("{at}: {value} is outside {least} and {most}"));
    }
    if let (Some("date-time"), Some(text)) = (schema.get("format").and_then(Value::as_str), value.as_str())
        && chrono::DateTime::parse_from_rfc3339(text).is_err()
    {
        mistakes.push(format!("{at}: {text} is no date-time"));
    }
}

/// Checks the members of an object: those of the schema, of what it is composed of, and of the variant that its
/// discriminator names.
fn object(place: Place<'_>, members: &Map<String, Value>, at: &str, mistakes: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    let mut open = false;
    composed(place, members, at, &mut known, &mut open, mistakes);
    if open {
        return;
    }
    for name in members.keys().filter(|name| !known.contains(*name)) {
        mistakes.push(format!("{at}: `{name}` is not in the contract"));
    }
}

fn composed(
    place: Place<'_>,
    members: &Map<String, Value>,
    at: &str,
    known: &mut BTreeSet<String>,
    open: &mut bool,
    mistakes: &mut Vec<String>,
) {
    if let Some(reference) = place.schema.get("$ref").and_then(Value::as_str) {
        return place.spec.resolve(reference, |spec, schema| {
            composed(Place { spec, schema }, members, at, known, open, mistakes);
        });
    }
    let schema = place.schema;
    // A variant is composed of its base, which must not lead back to the variant.
    let variant = schema.get("discriminator").and_then(Value::as_str).filter(|_| known.is_empty());
    if let Some(found) = variant.and_then(|name| variant_of(place.spec, members.get(name)?.as_str()?)) {
        known.extend(variant.map(str::to_owned));
        return composed(Place { schema: found, ..place }, members, at, known, open, mistakes);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        known.insert(String::new());
        composed(Place { schema: part, ..place }, members, at, known, open, mistakes);
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap();
        if !members.contains_key(name) {
            mistakes.push(format!("{at}: `{name}` is missing"));
        }
    }
    let declared = schema.get("properties").and_then(Value::as_object);
    for (name, inner) in declared.into_iter().flatten() {
        known.insert(name.clone());
        let Some(value) = members.get(name) else { continue };
        if inner.get("readOnly") == Some(&Value::Bool(true)) {
            mistakes.push(format!("{at}: `{name}` is set by the service only"));
        }
        check(Place { schema: inner, ..place }, value, &format!("{at}.{name}"), mistakes);
    }
    // An object without declared members takes any, and so does one that says so.
    let extra = schema.get("additionalProperties").is_some_and(|extra| *extra != Value::Bool(false));
    let bare = declared.is_none() && schema.get("allOf").is_none();
    *open |= bare && schema.get("type").is_some() || extra && schema.get("discriminator").is_none();
}

/// The definition that stands for a discriminator's value.
fn variant_of<'a>(spec: &'a Spec, value: &str) -> Option<&'a Value> {
    let mut definitions = spec.root["definitions"].as_object()?.values();
    definitions.find(|definition| definition["x-ms-discriminator-value"] == value)
}
