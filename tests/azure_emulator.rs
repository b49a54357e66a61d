//! The ARM client against the emulator: everything arrives, everything is understood, and no 429 is of our making.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

use std::collections::BTreeMap;

use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::throttle::{Bucket, Limits};
use quell::azure::{ApiError, ArmClient};
use quell::domain::{AlertId, Status};
use quell::emulator::config::Config;
use quell::emulator::{self, Emulator, Throttle};

fn client(emulator: &Emulator, limits: Limits) -> ArmClient {
    let endpoint = Endpoint::parse(&emulator.base_url()).unwrap();
    ArmClient::new(endpoint, TokenSource::fixed("demo"), limits).unwrap()
}

fn faults(specs: &[&str]) -> Config {
    let faults = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    Config { faults, throttle: Throttle::Off, alerts: Some(40), page_size: 10, ..Config::default() }
}

/// Every alert of every subscription: id → status.
async fn everything(client: &ArmClient) -> Result<BTreeMap<AlertId, Status>, ApiError> {
    let mut found = BTreeMap::new();
    for subscription in client.subscriptions().await? {
        let mut pages = client.alert_pages(&subscription.id);
        while let Some(page) = pages.next_page().await? {
            for item in page.items {
                let alert = item.parse().unwrap();
                assert!(found.insert(alert.id.clone(), alert.status).is_none(), "{:?} twice", alert.id);
            }
        }
        assert!(pages.is_complete());
    }
    Ok(found)
}

#[tokio::test]
async fn the_whole_demo_tenant_is_understood() {
    let emulator = emulator::start(Config { page_size: 100, ..Config::default() }).await.unwrap();
    let found = everything(&client(&emulator, Limits::default())).await.unwrap();
    assert_eq!(found.len(), emulator.alerts().len());
    for (id, status) in emulator.alerts() {
        assert_eq!(found.get(&AlertId::new(id.as_str())), Some(&Status::parse(&status)), "{id}");
    }
}

#[tokio::test]
async fn every_status_can_be_set_and_read_back() {
    let emulator = emulator::start(faults(&[])).await.unwrap();
    let client = client(&emulator, Limits::unlimited());
    let found = everything(&client).await.unwrap();
    let (id, _) = found.first_key_value().unwrap();
    for status in Status::SETTABLE {
        client.set_status(id, status, "request-1").await.unwrap();
        assert_eq!(client.get_alert(id).await.unwrap().parse().unwrap().status, status);
    }
    let sent = emulator.log().into_iter().filter(|entry| entry.method == "POST");
    assert!(sent.into_iter().all(|entry| entry.client_request_id.as_deref() == Some("request-1")));
    let gone = AlertId::new(format!("{}x", id.as_str()));
    assert_eq!(client.get_alert(&gone).await, Err(ApiError::NotFound));
    assert_eq!(client.set_status(&gone, Status::Active, "r").await, Err(ApiError::NotFound));
}

#[tokio::test]
async fn a_bulk_change_throttles_itself_instead_of_being_throttled() {
    // A tenth of the bucket is spared: it covers requests that a busy machine holds up for two seconds.
    let bucket = Bucket { capacity: 600.0, per_second: 30.0 };
    let limits = Limits { reads: bucket, writes: bucket };
    let throttle = "reads=600:30,writes=600:30".parse().unwrap();
    let config = Config { alerts: Some(40), throttle, ..Config::default() };
    let emulator = emulator::start(config).await.unwrap();
    let client = client(&emulator, limits);
    let ids: Vec<AlertId> = emulator.alerts().into_iter().map(|(id, _)| AlertId::new(id)).collect();
    let subscription = ids[0].subscription();
    let ids: Vec<&AlertId> = ids.iter().filter(|id| id.subscription() == subscription).collect();
    // The first answer tells that this emulator counts.
    client.subscriptions().await.unwrap();
    let sending = (0..600).map(|at| client.set_status(ids[at % ids.len()], Status::Dismissed, "r"));
    let outcomes = futures_util::future::join_all(sending).await;
    assert_eq!(outcomes, vec![Ok(()); 600]);
    assert!(emulator.log().iter().all(|entry| entry.status != Some(429)));
}

#[tokio::test]
async fn a_token_that_expires_is_renewed_without_a_word() {
    let emulator = emulator::start(faults(&["expire:2"])).await.unwrap();
    let found = everything(&client(&emulator, Limits::unlimited())).await.unwrap();
    assert_eq!(found.len(), 40);
    assert_eq!(emulator.log().iter().filter(|entry| entry.status == Some(401)).count(), 1);
}

#[tokio::test]
async fn a_listing_that_breaks_is_never_complete() {
    for fault in ["cut:1@GET", "garbage@GET", "truncate@GET", "reset@GET", "403@GET", "500@GET"] {
        let emulator = emulator::start(faults(&[fault])).await.unwrap();
        let client = client(&emulator, Limits::unlimited());
        let subscription = AlertId::new(emulator.alerts()[0].0.as_str()).subscription().unwrap();
        let mut pages = client.alert_pages(&subscription);
        let error = loop {
            match pages.next_page().await {
                Ok(page) => assert!(page.is_some(), "{fault}: the listing ended as if it were complete"),
                Err(error) => break error,
            }
        };
        assert!(!pages.is_complete(), "{fault}");
        let transient = matches!(fault, "cut:1@GET" | "truncate@GET" | "reset@GET" | "500@GET");
        assert_eq!(error.is_transient(), transient, "{fault}: {error}");
    }
}

#[tokio::test]
async fn a_change_whose_answer_is_dropped_was_applied() {
    let emulator = emulator::start(faults(&["drop-reply@POST"])).await.unwrap();
    let client = client(&emulator, Limits::unlimited());
    let id = AlertId::new(emulator.alerts()[0].0.as_str());
    let error = client.set_status(&id, Status::Resolved, "r").await.unwrap_err();
    assert!(matches!(error, ApiError::LostReply(_)), "{error}");
    assert_eq!(client.get_alert(&id).await.unwrap().parse().unwrap().status, Status::Resolved);
    assert_eq!(emulator.log().iter().filter(|entry| entry.method == "POST").count(), 1, "sent once");
}
