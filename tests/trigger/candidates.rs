//! Which logic apps are offered, and which automations fire, against an independent count.

use quell::azure::alert_event;
use quell::domain::automation::Verdict;
use quell::emulator::{self, Config, Throttle};
use quell::sync::Selection;
use quell::sync::candidates::candidates;
use serde_json::Value;

use crate::world::client;

#[tokio::test]
async fn the_demo_tenants_logic_apps_say_what_they_take_or_why_not() {
    let emulator = emulator::start(Config { throttle: Throttle::Off, ..Config::default() }).await.unwrap();
    let found = candidates(&client(&emulator), &Selection::All).await.unwrap();
    assert_eq!(found.faults, []);
    let offered: Vec<(&str, String)> = found
        .apps
        .iter()
        .map(|app| (app.name.raw(), app.choice().map_or_else(|why| why.to_string(), |it| it.kind.label())))
        .collect();
    let expected = [
        ("la-isolate-machine", "alert"),
        ("la-page-oncall", "alert"),
        ("la-open-ticket", "request"),
        ("la-stg-enrich", "only consumption logic apps can be triggered, this one is Standard"),
        ("la-stg-notify", "switched off (Disabled)"),
        ("la-weekly-report", "starts by itself, takes no alert (Recurrence)"),
    ];
    assert_eq!(offered, expected.map(|(name, takes)| (name, takes.to_owned())));
}

/// The demo's automations, written down by hand: those that fire for an alert. Letter case does not count (contract).
fn by_hand(alert: &Value) -> Vec<&'static str> {
    let text = |name: &str| alert["properties"][name].as_str().unwrap_or_default();
    let production = alert["id"].as_str().unwrap().contains("/7f3c2a10-");
    let (high, ransom) = (text("severity") == "High", "VM.Windows_RansomwareIndication");
    let mut firing = Vec::new();
    if production && high {
        firing.push("high-alerts-to-oncall");
    }
    if production
        && (high && text("alertType") == ransom
            || text("alertDisplayName").to_lowercase().contains("shadow cop"))
    {
        firing.push("isolate-ransomware");
    }
    firing
}

#[tokio::test]
async fn automations_fire_for_the_alerts_that_an_independent_count_names() {
    let config = Config { throttle: Throttle::Off, page_size: 1000, ..Config::default() };
    let emulator = emulator::start(config).await.unwrap();
    let client = client(&emulator);
    let found = candidates(&client, &Selection::All).await.unwrap();
    let (mut firing, mut silent) = (0, 0);
    for subscription in client.subscriptions().await.unwrap() {
        let mut pages = client.alert_pages(&subscription.id);
        while let Some(page) = pages.next_page().await.unwrap() {
            for item in page.items {
                let event = alert_event(&item.raw).unwrap();
                let found = found.automations_for(&event);
                assert!(found.iter().all(|(_, verdict)| *verdict == Verdict::Fires));
                let mut names: Vec<&str> = found.iter().map(|(one, _)| one.name.raw()).collect();
                names.sort_unstable();
                assert_eq!(names, by_hand(&serde_json::from_str(&item.raw).unwrap()), "{}", item.raw);
                *(if names.is_empty() { &mut silent } else { &mut firing }) += 1;
            }
        }
    }
    assert!(firing > 5 && silent > 5, "{firing} and {silent}");
}

#[tokio::test]
async fn a_role_that_may_not_look_says_so() {
    let faults = vec!["403@GET".parse().unwrap()];
    let config = Config { faults, throttle: Throttle::Off, alerts: Some(9), ..Config::default() };
    let emulator = emulator::start(config).await.unwrap();
    let fault = candidates(&client(&emulator), &Selection::All).await.unwrap_err();
    assert!(fault.message.raw().contains("not allowed"), "{fault:?}");
}
