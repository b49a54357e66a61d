//! Every recorded ARM answer that lies beside the repository is split, parsed and resolved without a loss.
//!
//! The samples are not part of the repository: they are looked for in `../shared` (or where `QUELL_SHARED` says), and
//! the tests say so when they are not there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // a broken check must stop the test, a skipped one must say so

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use quell::azure::{Page, RawItem};
use quell::domain::alert::Prose;
use quell::domain::entity::Value;
use quell::domain::{Alert, Severity, Status};
use serde_json::Value as Json;
use serde_json::value::RawValue;

/// The JSON files of the sample folders whose name begins so.
fn files(prefixes: &[&str]) -> Vec<PathBuf> {
    let shared = std::env::var("QUELL_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let mut found = Vec::new();
    let folders = ["samples", "azure-api"].map(|folder| Path::new(&shared).join(folder));
    for folder in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
        let name = folder.file_name().into_string().unwrap();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) && !name.contains("suppression") {
            let inside = fs::read_dir(folder.path()).into_iter().flatten().flatten().map(|file| file.path());
            found.extend(inside.filter(|file| file.extension().is_some_and(|ending| ending == "json")));
        }
    }
    if found.is_empty() {
        println!("no samples in {shared}: nothing checked");
    }
    found.sort();
    found
}

/// The items of a file, whether it is a list page, the CLI's array or a single alert.
fn items(text: &str) -> Vec<RawItem> {
    let text = text.trim();
    if text.starts_with('[') {
        let raws: Vec<&RawValue> = serde_json::from_str(text).unwrap();
        return raws.into_iter().map(|raw| RawItem::new(raw.get())).collect();
    }
    match Page::split(200, text.as_bytes()) {
        Ok(page) => page.items,
        Err(_) => vec![RawItem::new(text)],
    }
}

/// Counts the reference objects of a JSON value.
fn references(json: &Json) -> usize {
    match json {
        Json::Object(map) if map.contains_key("$ref") => 1,
        Json::Object(map) => map.values().map(references).sum(),
        Json::Array(items) => items.iter().map(references).sum(),
        _ => 0,
    }
}

/// (fields that lead to an entity, fields that lead nowhere)
fn leads(value: &Value) -> (usize, usize) {
    let sum = |each: Vec<(usize, usize)>| each.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    match value {
        Value::Text(_) => (0, 0),
        Value::Entity(_) => (1, 0),
        Value::Dangling(_) => (0, 1),
        Value::List(items) => sum(items.iter().map(leads).collect()),
        Value::Map(fields) => sum(fields.iter().map(|(_, value)| leads(value)).collect()),
    }
}

fn check(alert: &Alert, json: &Json, file: &Path) {
    let fields = json.get("properties").unwrap_or(json);
    let place = format!("{} {}", file.display(), alert.id.as_str());
    if let Some(id) = json.get("id").and_then(Json::as_str) {
        assert_eq!(alert.id.as_str(), id, "{place}");
    }
    assert!(
        !alert.title.is_empty() && !alert.alert_type.is_empty() && !alert.description.is_empty(),
        "{place}"
    );
    assert_ne!(alert.severity, Severity::Other, "{place}");
    assert_ne!(alert.status, Status::Other, "{place}");
    assert!(alert.times.alert_time().is_some() && alert.times.start.is_some(), "{place}");
    assert!(!alert.resources.is_empty(), "{place}");
    let pascal = fields.get("ExtendedProperties").or(fields.get("extendedProperties"));
    assert_eq!(
        alert.properties.len(),
        pascal.and_then(Json::as_object).map_or(0, serde_json::Map::len),
        "{place}"
    );

    let entities = fields.get("entities").or(fields.get("Entities"));
    let listed = entities.and_then(Json::as_array).map_or(0, Vec::len);
    let bare =
        entities.and_then(Json::as_array).into_iter().flatten().filter(|item| item.get("$ref").is_some());
    let bare = bare.count();
    assert!(alert.entities.listed.len() <= listed && alert.entities.listed.len() >= listed - bare, "{place}");
    let (found, dangling) = alert
        .entities
        .nodes
        .iter()
        .flat_map(|node| &node.fields)
        .map(|(_, value)| leads(value))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!(dangling, 0, "{place}");
    assert!(found >= entities.map_or(0, references) - bare, "{place}: a reference was lost");
}

#[test]
fn every_arm_alert_is_read_whole() {
    let mut alerts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files(&["arm-", "observed", "az-cli-output", "eventhub"]) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("ssessment") || name.contains("Suppression") || name.starts_with("locations") {
            continue;
        }
        if name.contains("status-sequence") {
            continue; // requests and headers, not a body
        }
        let whole: Json = serde_json::from_str(&text).unwrap();
        let expected = match &whole {
            Json::Array(items) => items.len(),
            _ => whole.get("value").and_then(Json::as_array).map_or(1, Vec::len),
        };
        let items = items(&text);
        assert_eq!(items.len(), expected, "{}", file.display());
        for item in items {
            assert!(text.contains(&*item.raw), "{}: an item was altered", file.display());
            let alert = item.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            check(&alert, &serde_json::from_str(&item.raw).unwrap(), &file);
            let folder = file.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            *alerts.entry(folder).or_default() += 1;
        }
    }
    for (folder, count) in &alerts {
        println!("{folder}: {count} alerts");
    }
    if let Some(count) = alerts.get("arm-2022-01-01") {
        assert_eq!(*count, 130);
    }
}

#[test]
fn links_in_strings_are_found() {
    let mut links = 0;
    for file in files(&["arm-2022"]) {
        for item in items(&fs::read_to_string(&file).unwrap()) {
            let alert = item.parse().unwrap();
            let prose = alert.properties.iter().map(|(_, prose)| prose).chain(&alert.remediation);
            for prose in prose {
                match prose {
                    Prose::Links(found) => links += found.len(),
                    Prose::Text(text) => assert!(!text.raw().contains("\"kind\""), "{}", text.raw()),
                }
            }
        }
    }
    assert!(links == 0 || links > 40, "{links}");
}
