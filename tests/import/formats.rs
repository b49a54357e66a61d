//! One alert in every form: it is the same alert.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use quell::domain::fact::FactKind;
use quell::domain::{Alert, Severity, Status};
use quell::import::{Item, Outcome};

use super::{alerts, items};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)).unwrap()
}

fn one(name: &str) -> Alert {
    let items = items(&fixture(name));
    let found = alerts(&items);
    assert!(!found.is_empty(), "{name}: {items:?}");
    found[0].alert.clone()
}

/// The entities that can be shared with other alerts, by kind and name.
fn entities(alert: &Alert) -> BTreeSet<(FactKind, String)> {
    let identity =
        |at| alert.entities.identity(at).map(|(kind, value)| (kind, value.raw().to_ascii_lowercase()));
    (0..alert.entities.nodes.len()).filter_map(identity).collect()
}

/// What else was in the file.
fn others(items: &[Item]) -> Vec<(u64, String)> {
    let words = |item: &Item| match &item.outcome {
        Outcome::Alert(_) => None,
        Outcome::NotAlert(words) | Outcome::Broken(words) => Some((item.line, words.clone())),
    };
    items.iter().filter_map(words).collect()
}

#[test]
fn every_form_is_the_same_alert() {
    let arm = one("arm-2022-01-01.json");
    // (file, it has the time of the last activity, it has the entities)
    for (name, ends, has_entities) in [
        ("arm-2020-01-01.json", true, true),
        ("arm-2019-01-01.json", false, true),
        ("az-cli.json", true, true),
        ("arm-resource-graph.json", true, true),
        ("event-hub.json", true, true),
        ("workflow-automation.json", true, true),
        ("log-analytics.json", true, true),
        ("log-analytics-tables.json", true, true),
        ("log-analytics.csv", true, true),
        ("log-analytics-portal.csv", true, true),
        ("graph.json", true, true),
        ("sentinel.json", true, false),
        ("activity-log.json", false, true),
        ("quell-list.ndjson", false, false),
        ("quell-list.csv", false, false),
    ] {
        let alert = one(name);
        assert_eq!(alert.id, arm.id, "{name}");
        assert_eq!((alert.severity, alert.status), (Severity::High, Status::Active), "{name}");
        assert_eq!(alert.title, arm.title, "{name}");
        assert_eq!(alert.times.alert_time(), arm.times.alert_time(), "{name}");
        if ends {
            assert_eq!((alert.times.start, alert.times.end), (arm.times.start, arm.times.end), "{name}");
        }
        if has_entities {
            assert_eq!(entities(&alert), entities(&arm), "{name}");
        }
        if name != "activity-log.json" {
            assert_eq!((&alert.alert_type, alert.tactics), (&arm.alert_type, arm.tactics), "{name}");
        }
        assert_eq!(alert.resource_name(), arm.resource_name(), "{name}");
        assert!(!alert.is_incident, "{name}");
    }
}

#[test]
fn lists_and_texts_inside_texts_are_read() {
    for name in ["log-analytics.json", "log-analytics.csv", "log-analytics-tables.json", "event-hub.json"] {
        let alert = one(name);
        assert_eq!(alert.remediation.len(), 2, "{name}");
        assert!(alert.property("suspicious process").is_some(), "{name}");
        assert_eq!(alert.resources.len(), 2, "{name}");
        assert!(!alert.portal_uri.is_empty(), "{name}");
    }
}

#[test]
fn an_alert_without_a_link_gets_a_whole_id() {
    let items = items(&fixture("log-analytics-no-link.json"));
    let found = alerts(&items)[0];
    let id = found.alert.id.as_str();
    assert!(found.alert.id.is_put_together(), "{id}");
    let arm = one("arm-2022-01-01.json").id;
    assert_eq!(id.to_ascii_lowercase(), arm.folded().replace("/westeurope/", "/unknown/"));
}

#[test]
fn what_is_no_alert_is_named() {
    for (name, expected) in [
        ("suppression-rules.json", &["a suppression rule"][..]),
        ("event-hub.json", &["a recommendation", "a secure score"]),
        ("sentinel.json", &["a record of type Host"]),
        ("activity-log.json", &["an activity-log event of category Administrative"]),
    ] {
        let words: Vec<String> = others(&items(&fixture(name))).into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, expected, "{name}");
    }
    assert_eq!(alerts(&items(&fixture("event-hub.json"))).len(), 2, "one of them in a body of text");
}

#[test]
fn a_line_of_a_log_in_an_envelope_is_no_broken_record() {
    let alert = String::from_utf8(fixture("workflow-automation.json")).unwrap();
    let cut = serde_json::Value::from(&alert[..alert.len() / 2]).to_string();
    let text = format!(
        "{}\n{{\"category\":\"AppTrace\",\"message\":{cut}}}\n{}\n",
        r#"{"category":"AppTrace","message":"[INFO] started"}"#,
        r#"{"category":"AppTrace","message":"{x} {y}"}"#
    );
    let items = items(text.as_bytes());
    let outcomes: Vec<(u64, bool)> =
        items.iter().map(|item| (item.record, matches!(item.outcome, Outcome::Broken(_)))).collect();
    assert_eq!(outcomes, [(1, false), (2, true), (3, false)], "{items:?}");
    assert_eq!(others(&items)[0].1, "a record of type AppTrace");
}

#[test]
fn a_mixed_file_gives_what_is_good_and_says_where_the_rest_is() {
    let items = items(&fixture("mixed.ndjson"));
    assert_eq!(alerts(&items).len(), 3);
    let others = others(&items);
    assert_eq!(others.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(others[0].1.contains("not JSON") && others[2].1.contains("cut short"), "{others:?}");
    assert_eq!(items.iter().map(|item| item.record).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let [(line, why)] = &self::others(&self::items(&fixture("pasted.json")))[..] else { panic!() };
    assert_eq!((*line, why.as_str()), (1, "not JSON, broken on line 6: a key without quotes: Type"));
}

#[test]
fn marks_line_ends_and_encodings_do_not_matter() {
    let plain = String::from_utf8(fixture("arm-2022-01-01.json")).unwrap();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(plain.replace('\n', "\r\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n")).into_bytes();
    for bytes in [utf16, marked] {
        assert_eq!(alerts(&items(&bytes))[0].alert, one("arm-2022-01-01.json"));
    }
}
