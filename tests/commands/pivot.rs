//! `quell pivot` against a second count: over the raw JSON, by the contract's words alone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use quell::emulator::{Config, Throttle};
use serde_json::Value;

use super::{alert_files, items, lines};
use crate::support::{Bench, shared};

/// Kind and value, as two alerts must both have them.
type Thing = (String, String);

fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    let fields = object.as_object()?;
    let found = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(field))?;
    found.1.as_str().filter(|text| !text.is_empty())
}

/// Every object with an `$id` below a value, by it, and in order.
fn defined<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("$id") {
                into.push(value);
            }
            fields.values().for_each(|inner| defined(inner, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| defined(inner, into)),
        _ => {}
    }
}

fn followed<'a>(object: &'a Value, field: &str, all: &[&'a Value]) -> Option<&'a Value> {
    let target = object.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(field))?.1;
    match target.get("$ref").and_then(Value::as_str) {
        Some(id) => all.iter().copied().find(|one| one.get("$id").and_then(Value::as_str) == Some(id)),
        None => Some(target),
    }
}

fn thing(kind: &str, value: &str) -> Thing {
    let address = value.trim().parse::<IpAddr>().ok().filter(|_| kind == "ip");
    let value = address.map_or_else(|| value.to_lowercase(), |address| address.to_canonical().to_string());
    (kind.to_owned(), value)
}

/// What people know an entity by; none for what only joins others.
fn known_by(entity: &Value, all: &[&Value]) -> Option<Thing> {
    let kind = entity.get("type")?.as_str()?.to_lowercase().replace(['-', '_'], "");
    let first = |fields: &[&str]| fields.iter().find_map(|field| text(entity, field));
    let named = |kind: &str, fields: &[&str]| first(fields).map(|value| thing(kind, value));
    match kind.as_str() {
        "ip" => named("ip", &["address"]),
        "host" => named("host", &["hostName", "netBiosName"])
            .or_else(|| named("resource", &["azureID"]))
            .or_else(|| named("host", &["omsAgentID"])),
        "account" => {
            let name = first(&["name", "aadUserId", "sid", "puid"])?;
            let value = match (text(entity, "name"), text(entity, "upnSuffix"), text(entity, "ntDomain")) {
                (Some(_), Some(suffix), _) => format!("{name}@{suffix}"),
                (Some(_), None, Some(domain)) => format!("{domain}\\{name}"),
                _ => name.to_owned(),
            };
            Some(thing("account", &value))
        }
        "process" => {
            if let Some(name) = followed(entity, "imageFile", all).and_then(|file| text(file, "name")) {
                return Some(thing("process", name));
            }
            let program = text(entity, "commandLine").map(|line| {
                let word = line.split_whitespace().next().unwrap_or(line).trim_matches('"');
                let base = word.rsplit(['/', '\\']).next().unwrap_or(word);
                if base.is_empty() { word } else { base }
            });
            program
                .or_else(|| first(&["name", "processName", "processId"]))
                .map(|name| thing("process", name))
        }
        "file" => named("file", &["name"]),
        "filehash" => named("hash", &["value"]),
        "url" => named("url", &["url"]),
        "dns" => named("domain", &["domainName", "name"]),
        "azureresource" => named("resource", &["resourceId"]),
        "amazonresource" => named("resource", &["amazonResourceId"]),
        "networkconnection" | "hostlogonsession" | "securityalert" => None,
        other => named(
            other,
            &[
                "name",
                "resourceName",
                "imageId",
                "containerId",
                "value",
                "key",
                "url",
                "address",
                "displayName",
                "appId",
                "deviceId",
                "mailboxPrimaryAddress",
            ],
        ),
    }
}

/// Everything that an alert mentions, and of it what stands among its entities.
fn mentioned(raw: &str) -> (BTreeSet<Thing>, BTreeSet<Thing>) {
    let alert: Value = serde_json::from_str(raw).unwrap();
    let properties = &alert["properties"];
    let mut all = Vec::new();
    defined(&properties["entities"], &mut all);
    // What has no `$id` stands in the list alone.
    let listed = properties["entities"].as_array().into_iter().flatten();
    all.extend(listed.filter(|entity| entity.get("$id").is_none() && entity.get("$ref").is_none()));
    let own: BTreeSet<Thing> = all.iter().filter_map(|entity| known_by(entity, &all)).collect();
    let mut anywhere = own.clone();
    for identifier in properties["resourceIdentifiers"].as_array().into_iter().flatten() {
        anywhere.extend(text(identifier, "azureResourceId").map(|id| thing("resource", id)));
    }
    for entity in &all {
        let kind = entity.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind.eq_ignore_ascii_case("host") {
            anywhere.extend(text(entity, "azureID").map(|id| thing("resource", id)));
        }
        if kind.eq_ignore_ascii_case("account") {
            for field in ["name", "sid", "aadUserId"] {
                anywhere.extend(text(entity, field).map(|value| thing("account", value)));
            }
        }
        if kind.eq_ignore_ascii_case("file")
            && let (Some(directory), Some(name)) = (text(entity, "directory"), text(entity, "name"))
        {
            let slash = if directory.contains('\\') { '\\' } else { '/' };
            anywhere.insert(thing("file", &format!("{}{slash}{name}", directory.trim_end_matches(slash))));
        }
    }
    (own, anywhere)
}

/// The name under which this count knows one of quell's kinds. A host without a name is a resource.
fn kind_of(label: &str, value: &str) -> String {
    match label {
        "host" if value.starts_with('/') => "resource",
        "file hash" => "hash",
        "dns" => "domain",
        "azure resource" | "aws resource" => "resource",
        "image" => "containerimage",
        "k8s account" => "k8sserviceaccount",
        "group" => "securitygroup",
        "cloud app" => "cloudapplication",
        other => return other.replace(' ', "").to_lowercase(),
    }
    .to_owned()
}

fn of(entity: &Value) -> Thing {
    let (kind, value) = (entity["kind"].as_str().unwrap(), entity["value"].as_str().unwrap());
    thing(&kind_of(kind, value), value)
}

/// Serves the files' alerts and holds every number that `quell pivot` prints against the second count. Returns how many
/// entities that were.
fn counted_twice(files: &[PathBuf]) -> usize {
    let mut raws: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        for raw in items(&std::fs::read_to_string(file).unwrap()) {
            let id = serde_json::from_str::<Value>(&raw).unwrap()["id"].as_str().unwrap().to_lowercase();
            raws.insert(id, raw);
        }
    }
    let mentioned: BTreeMap<&String, _> = raws.iter().map(|(id, raw)| (id, mentioned(raw))).collect();
    let data = files.to_vec();
    let bench = Bench::start(Config { data, throttle: Throttle::Off, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    let mut seen = 0;
    for (id, (own, _)) in &mentioned {
        let (code, json, errors) = bench.run(&["pivot", id, "--json"]);
        assert_eq!(code, 0, "{errors}");
        let entities: Vec<Value> = serde_json::from_str(&json).unwrap();
        let things: BTreeSet<Thing> = entities.iter().map(of).collect();
        assert_eq!(&things, own, "{id}");
        assert_eq!(entities.len(), own.len(), "{id}");
        for (at, entity) in entities.iter().enumerate() {
            let wanted = of(entity);
            let others =
                mentioned.iter().filter(|(other, (_, all))| *other != id && all.contains(&wanted)).count();
            assert_eq!(entity["otherAlerts"], others, "{id}: {wanted:?}");
            seen += 1;
            // Once per alert: the filter and the number lead to the same alerts.
            if at == 0 {
                let filter = entity["filter"].as_str().unwrap();
                let (_, by_filter, _) = bench.run(&["list", filter, "--format", "ids"]);
                let (_, by_number, _) = bench.run(&["pivot", id, "--entity", "1", "--format", "ids"]);
                assert_eq!(by_filter, by_number);
                assert_eq!(lines(&by_number).len(), others + 1);
                assert!(lines(&by_number).iter().any(|listed| listed.eq_ignore_ascii_case(id)));
            }
        }
    }
    seen
}

#[test]
fn every_count_of_oddly_written_alerts_is_that_of_a_second_count() {
    let files = alert_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    assert_eq!(counted_twice(&files), 1);
}

#[test]
fn every_count_of_made_up_alerts_is_that_of_a_second_count() {
    let tenant = quell::emulator::demo::tenant(1, chrono::Utc::now());
    let some: Vec<&str> = tenant.alerts.iter().step_by(17).map(String::as_str).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.json");
    std::fs::write(&file, format!("{{\"value\":[{}]}}", some.join(","))).unwrap();
    assert!(counted_twice(&[file]) > 200);
}

#[test]
fn every_count_of_recorded_alerts_is_that_of_a_second_count() {
    let Some(folder) = shared("samples/arm-2022-01-01") else { return };
    assert!(counted_twice(&alert_files(&folder)) > 300);
}

#[test]
fn pivot_lists_and_refuses_as_it_says() {
    let bench = Bench::start(Config { throttle: Throttle::Off, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    let (_, id, _) = bench.run(&[
        "list",
        "type:Storage.Blob_TorAnomaly ip:203.0.113.7",
        "--format",
        "ids",
        "--limit",
        "1",
    ]);
    let id = id.trim();
    let (code, table, _) = bench.run(&["pivot", id]);
    assert_eq!(code, 0);
    assert!(table.starts_with("Entity") || table.trim_start().starts_with("Entity"), "{table}");
    let first = table.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(first[..3], ["1", "ip", "203.0.113.7"]);
    let others: usize = first[3].parse().unwrap();
    let (_, listed, _) = bench.run(&["pivot", id, "--entity", "1", "--json"]);
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.len(), others + 1);
    assert!(listed.iter().any(|alert| alert["status"] == "Resolved" || alert["status"] == "Dismissed"));
    for (args, code, words) in [
        (vec!["pivot", id, "--entity", "0"], 2, "has no entity 0"),
        (vec!["pivot", id, "--entity", "99"], 2, "1 to "),
        (vec!["pivot", id, "--format", "ids"], 2, "--entity"),
        (vec!["pivot", "none-such"], 1, "no alert named none-such"),
    ] {
        let (got, out, errors) = bench.run(&args);
        assert_eq!((got, out.as_str()), (code, ""), "{args:?}");
        assert!(errors.contains(words), "{errors}");
    }
}

#[test]
fn a_change_of_one_scanners_alert_names_the_twin_it_leaves() {
    let bench = Bench::start(Config { throttle: Throttle::Off, ..Config::default() });
    assert_eq!(bench.run(&["sync"]).0, 0);
    let of = |scan: &str| {
        let filter = format!("type:VM_Webshell resource:vm-web-02 scan:{scan}");
        bench.run(&["list", &filter, "--format", "ids"]).1.trim().to_owned()
    };
    let (agent, agentless) = (of("agent"), of("agentless"));
    let (agent, agentless) = (lines(&agent), lines(&agentless));
    assert!(!agent.is_empty() && agentless.len() == 1, "{agent:?} {agentless:?}");
    let (_, _, said) = bench.run(&["set", "resolved", "--id", &agent[0], "--dry-run"]);
    assert!(said.contains("1 twin of the other scanner stays") && said.contains(&agentless[0]), "{said}");
    let (_, _, said) = bench.run(&["set", "resolved", "--id", &agent[0], &agentless[0], "--dry-run"]);
    assert!(!said.contains(&agentless[0]), "{said}");
}
