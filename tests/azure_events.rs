//! The alert as a logic app is sent it: nothing of it is lost, for every alert of the demo tenant and of the samples.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // a broken check must stop the test

use std::path::{Path, PathBuf};

use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::throttle::Limits;
use quell::azure::{ArmClient, Page, alert_event, parse_alert};
use quell::domain::SafeText;
use quell::domain::entity::{EntityGraph, Value};
use quell::emulator::{self, Config, Throttle};

/// The same graph in the form that does not depend on how names and ids are spelled.
fn plain(graph: &EntityGraph) -> Vec<String> {
    let node = |at: usize| format!("{:?} {:?}", graph.nodes[at].kind, fields(&graph.nodes[at].fields));
    let mut lines: Vec<String> = (0..graph.nodes.len()).map(node).collect();
    lines.push(format!("{:?}", graph.listed));
    lines
}

fn fields(fields: &[(SafeText, Value)]) -> Vec<(String, String)> {
    fields.iter().map(|(key, it)| (key.raw().to_lowercase(), value(it))).collect()
}

fn value(it: &Value) -> String {
    match it {
        Value::Text(text) => format!("{:?}", text.raw()),
        Value::Entity(at) => format!("→{at}"),
        Value::Dangling(_) => "nowhere".to_owned(),
        Value::List(items) => format!("{:?}", items.iter().map(value).collect::<Vec<_>>()),
        Value::Map(members) => format!("{:?}", fields(members)),
    }
}

/// Checks one alert; false when it is none.
fn check(raw: &str) -> bool {
    let Ok(alert) = parse_alert(raw) else { return false };
    let event = alert_event(raw).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&event.body).unwrap();
    let wrapped = format!(r#"{{"id":"/subscriptions/s/alerts/n","properties":{}}}"#, event.body);
    let back = parse_alert(&wrapped).unwrap();
    assert_eq!(plain(&back.entities), plain(&alert.entities), "{raw}");
    assert_eq!(back.resources, alert.resources, "{raw}");
    assert_eq!((&back.title, &back.description), (&alert.title, &alert.description));
    assert_eq!((back.severity, back.status, back.tactics), (alert.severity, alert.status, alert.tactics));
    assert_eq!((back.times, &back.remediation), (alert.times, &alert.remediation), "{raw}");
    let values = |alert: &quell::domain::Alert| {
        alert
            .properties
            .iter()
            .map(|(key, value)| (key.raw().to_lowercase(), value.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&back), values(&alert), "{raw}");
    assert!(
        sent.as_object().unwrap().keys().all(|key| key.starts_with(|first: char| first.is_ascii_uppercase()))
    );
    true
}

#[tokio::test]
async fn nothing_of_the_demo_tenants_alerts_is_lost() {
    let config = Config { throttle: Throttle::Off, page_size: 1000, ..Config::default() };
    let emulator = emulator::start(config).await.unwrap();
    let endpoint = Endpoint::parse(&emulator.base_url()).unwrap();
    let client = ArmClient::new(endpoint, TokenSource::fixed("demo"), Limits::unlimited()).unwrap();
    let mut checked = 0;
    for subscription in client.subscriptions().await.unwrap() {
        let mut pages = client.alert_pages(&subscription.id);
        while let Some(page) = pages.next_page().await.unwrap() {
            checked += page.items.iter().filter(|item| check(&item.raw)).count();
        }
    }
    assert_eq!(checked, emulator.alerts().len());
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            into.push(path);
        }
    }
}

#[test]
fn nothing_of_the_samples_is_lost() {
    let shared = std::env::var("QUELL_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let folder = Path::new(&shared).join("samples");
    if !folder.exists() {
        println!("skipped: the samples are not there");
        return;
    }
    let (mut found, mut checked) = (Vec::new(), 0);
    // What ARM itself answers: only such alerts can be triggered on.
    for version in ["arm-2020-01-01", "arm-2021-01-01", "arm-2022-01-01"] {
        files(&folder.join(version), &mut found);
    }
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        let items = Page::split(200, &bytes).map(|page| page.items).unwrap_or_default();
        let whole = String::from_utf8_lossy(&bytes);
        checked += items.iter().filter(|item| check(&item.raw)).count() + usize::from(check(&whole));
    }
    assert!(checked > 30, "{checked}");
}
