//! Rules against alerts: the matcher on the parsed graph, and a second, naive evaluation on the JSON itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::simulate;
use crate::azure;
use crate::domain::suppression::{Condition, Matcher, Scope, Simulation, Test};
use crate::domain::table::RowData;
use crate::domain::{AlertKey, Severity, SubscriptionId};
use crate::store::{Access, Folder, PageBatch, Store, StoreHandle, Upsert};

const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";

/// (kind in a rule, spellings in alerts, key in a rule, spellings in alerts)
const FIELDS: [(&str, [&str; 2], &str, [&str; 2]); 6] = [
    ("host", ["host", "Host"], "hostname", ["hostName", "HostName"]),
    ("ip", ["ip", "IP"], "address", ["address", "Address"]),
    ("azureresource", ["azure-resource", "AzureResource"], "resourceid", ["resourceId", "ResourceId"]),
    ("process", ["process", "PROCESS"], "commandline", ["commandLine", "CommandLine"]),
    ("account", ["account", "Account"], "name", ["name", "Name"]),
    ("filehash", ["filehash", "fileHash"], "value", ["value", "Value"]),
];
const VALUES: [&str; 7] = ["vm-1", "VM-1", "vm-10", "203.0.113.7", "Größe.exe -x", "GRÖSSE", ""];
const TYPES: [&str; 3] = ["VM_A", "vm_a", "VM_B"];

/// An entity, which may hold another one in a field or a list of its own, or only refer to one.
fn entity() -> impl Strategy<Value = Value> {
    let leaf =
        (0..FIELDS.len(), 0..2_usize, 0..2_usize, 0..VALUES.len(), any::<bool>(), prop::option::of(0..4_u8));
    let leaf = leaf.prop_map(|(field, kind, key, value, list, id)| {
        let (_, kinds, _, keys) = FIELDS[field];
        let mut members = Map::new();
        members.insert("type".into(), kinds[kind].into());
        let value = Value::from(VALUES[value]);
        members.insert(keys[key].into(), if list { json!([value, "other"]) } else { value });
        members.extend(id.map(|id| ("$id".to_owned(), Value::from(format!("loc_{id}")))));
        Value::Object(members)
    });
    let refer = (0..6_u8).prop_map(|id| json!({ "$ref": format!("loc_{id}") }));
    prop_oneof![4 => leaf, 1 => refer, 1 => Just(json!({ "type": "location", "address": "vm-1" }))]
        .prop_recursive(2, 8, 2, |inner| {
            (inner.clone(), inner, any::<bool>()).prop_map(|(outer, inner, list)| match outer {
                Value::Object(mut members) if !members.contains_key("$ref") => {
                    members.insert("parent".into(), if list { json!([inner]) } else { inner });
                    Value::Object(members)
                }
                other => other,
            })
        })
}

fn alert() -> impl Strategy<Value = Value> {
    let entities = prop::option::of(prop::collection::vec(entity(), 0..5));
    (0..TYPES.len(), 0..5_u8, 0..60_i64, entities).prop_map(|(kind, status, day, entities)| {
        let status = ["Active", "InProgress", "Resolved", "Dismissed", "Odd"][usize::from(status)];
        let time = chrono::DateTime::from_timestamp(1_790_000_000 + day * 86_400, 0).unwrap().to_rfc3339();
        json!({"properties": {"alertType": TYPES[kind], "severity": "Low", "status": status, "timeGeneratedUtc": time,
            "entities": entities}})
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    (0..FIELDS.len(), prop::collection::vec(0..VALUES.len(), 1..3), any::<bool>()).prop_map(
        |(field, values, whole)| {
            let (kind, _, key, _) = FIELDS[field];
            let name = format!("entities.{kind}.{key}");
            if whole {
                let values = values.iter().map(|at| VALUES[*at].into()).collect();
                Condition { test: Test::In(values), ..Condition::is(name, "") }
            } else {
                let value = VALUES[values[0]];
                Condition::contains(name, value.get(1..3).unwrap_or("m-"))
            }
        },
    )
}

fn scope() -> impl Strategy<Value = Scope> {
    let kinds =
        prop_oneof![Just(vec!["*"]), Just(vec!["VM_A"]), Just(vec!["vm_b", "VM_A"]), Just(vec!["VM_C"])];
    (kinds, prop::collection::vec(condition(), 0..3)).prop_map(|(kinds, conditions)| Scope {
        types: kinds.into_iter().map(Into::into).collect(),
        subscriptions: vec![SubscriptionId::new(SUBSCRIPTION)],
        conditions,
    })
}

/// Every value that an alert has for a kind and key, by walking its JSON: all objects below `entities` whose `type` is
/// the kind. A reference adds nothing: what it refers to stands somewhere itself.
fn naive_values(json: &Value, kind: &str, key: &str, found: &mut Vec<String>) {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    match json {
        Value::Array(items) => items.iter().for_each(|item| naive_values(item, kind, key, found)),
        Value::Object(members) => {
            if members.get("type").and_then(Value::as_str).is_some_and(|of| plain(of) == kind) {
                let named = members.iter().filter(|(name, _)| name.to_lowercase() == key);
                for value in
                    named.flat_map(|(_, value)| value.as_array().cloned().unwrap_or(vec![value.clone()]))
                {
                    found.extend(value.as_str().filter(|text| !text.is_empty()).map(str::to_lowercase));
                }
            }
            members.values().for_each(|value| naive_values(value, kind, key, found));
        }
        _ => {}
    }
}

fn naive(alert: &Value, scope: &Scope) -> bool {
    let properties = &alert["properties"];
    let kind = properties["alertType"].as_str().unwrap().to_lowercase();
    if !scope.types.iter().any(|of| of.raw() == "*" || of.raw().to_lowercase() == kind) {
        return false;
    }
    let entities = &properties["entities"];
    if entities.as_array().is_none_or(Vec::is_empty) {
        return true;
    }
    scope.conditions.iter().all(|condition| {
        let parts: Vec<&str> = condition.field.raw().split('.').collect();
        let mut values = Vec::new();
        naive_values(entities, parts[1], parts[2], &mut values);
        match &condition.test {
            Test::In(of) => of.iter().any(|of| values.contains(&of.raw().to_lowercase())),
            Test::Contains(text) => values.iter().any(|value| value.contains(&text.raw().to_lowercase())),
            Test::Unknown => true,
        }
    })
}

fn id(number: usize) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/alerts/n{number}"
    )
}

/// A store that holds these alerts, in their order.
fn store(alerts: &[Value]) -> Store {
    let (mut store, _) = Store::open(Folder::temporary(), Access::ReadWrite).unwrap();
    let upserts = alerts.iter().enumerate().map(|(number, alert)| {
        let mut alert = alert.clone();
        alert["id"] = id(number).into();
        let raw = alert.to_string();
        Upsert { data: RowData::from(&azure::parse_alert(&raw).unwrap()), raw: raw.into_bytes().into() }
    });
    let batch = PageBatch { upserts: upserts.collect(), ..PageBatch::default() };
    let listing = store.begin_listing(&SubscriptionId::new(SUBSCRIPTION), chrono::Utc::now()).unwrap();
    store.apply_page(&listing, &batch).unwrap();
    store
}

fn run(alerts: &[Value], scopes: Vec<Scope>) -> Vec<Simulation> {
    let mut store = store(alerts);
    let table = store.snapshot();
    let handle = StoreHandle::spawn(store, |_| {});
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(simulate(&handle, Arc::clone(&table), scopes, || false));
    handle.close();
    found.unwrap().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_matcher_agrees_with_a_walk_over_the_json(alert in alert(), scope in scope()) {
        let mut raw = alert.clone();
        raw["id"] = id(0).into();
        let graph = azure::parse_entities(&raw.to_string()).unwrap();
        let matcher = Matcher::new(&scope);
        let matches = matcher.covers_type(alert["properties"]["alertType"].as_str().unwrap()) && matcher.matches(&graph);
        prop_assert_eq!(matches, naive(&alert, &scope), "{} {:?}", alert, scope);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_simulation_counts_what_a_walk_over_the_json_counts(
        alerts in prop::collection::vec(alert(), 0..150),
        scopes in prop::collection::vec(scope(), 1..4),
    ) {
        for (scope, simulation) in scopes.iter().zip(run(&alerts, scopes.clone())) {
            let expected: BTreeSet<AlertKey> = (0..alerts.len())
                .filter(|at| naive(&alerts[*at], scope))
                .map(|at| AlertKey(at as u32 + 1))
                .collect();
            let status = |key: &AlertKey| alerts[key.0 as usize - 1]["properties"]["status"].as_str().unwrap().to_owned();
            let of = |words: &[&str]| expected.iter().filter(|key| words.contains(&status(key).as_str())).count();
            prop_assert_eq!(&simulation.matches.iter().copied().collect::<BTreeSet<_>>(), &expected);
            prop_assert_eq!(simulation.matched, expected.len());
            prop_assert_eq!(simulation.cached, alerts.len());
            let has = |kind: &str| {
                let of = |alert: &Value| alert["properties"]["alertType"].as_str().unwrap().to_lowercase();
                alerts.iter().any(|alert| kind == "*" || of(alert) == kind.to_lowercase())
            };
            let never: Vec<_> = scope.types.iter().filter(|kind| !has(kind.raw())).cloned().collect();
            prop_assert_eq!(&simulation.never_fired, &never);
            prop_assert_eq!(simulation.open.len(), of(&["Active", "InProgress"]));
            prop_assert_eq!(simulation.likely_real, of(&["InProgress", "Resolved"]));
            prop_assert_eq!(simulation.count(Severity::Low) as usize, expected.len());
            prop_assert_eq!(simulation.weeks.iter().map(|week| week.total() as usize).sum::<usize>(), expected.len());
        }
    }
}

#[test]
fn thousands_of_alerts_are_read_in_several_calls() {
    let alerts: Vec<Value> = (0..4_500)
        .map(|number| {
            json!({"properties": {"alertType": if number % 3 == 0 { "VM_A" } else { "VM_B" }, "status": "Active",
                "entities": [{"type": "ip", "address": format!("203.0.113.{}", number % 50)}]}})
        })
        .collect();
    let of = |kind: &str, address: &str| Scope {
        types: vec![kind.into()],
        subscriptions: Vec::new(),
        conditions: vec![Condition::is("entities.ip.address", address)],
    };
    let found = run(&alerts, vec![of("VM_A", "203.0.113.0"), of("*", "203.0.113.7"), of("VM_C", "x")]);
    let counts: Vec<_> = found.iter().map(|found| (found.of_type, found.matched, found.unread)).collect();
    assert_eq!(counts, [(1_500, 30, 0), (4_500, 90, 0), (0, 0, 0)]);
}

#[test]
fn a_question_that_nobody_waits_for_is_given_up() {
    let mut store = store(&[json!({"properties": {"alertType": "VM_A"}})]);
    let table = store.snapshot();
    let handle = StoreHandle::spawn(store, |_| {});
    let scope = Scope { types: vec!["*".into()], ..Scope::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // Not even the store is asked: it is closed.
    handle.clone().close();
    assert_eq!(runtime.block_on(simulate(&handle, table, vec![scope], || true)), Ok(None));
}
