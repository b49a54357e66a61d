//! The emulator over HTTP, as a client meets it.

#![allow(clippy::unwrap_used)] // what does not happen as expected fails the test

mod activity;
mod arm;
mod assessments;
mod automations;
mod context;
mod data;
mod faults;
mod graph;
mod inspect;
mod logic;
mod posture;
mod roles;

use chrono::DateTime;
use quell::domain::Status;
use quell::emulator::{Config, Emulator, start};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

/// An emulator and a client that knows its token.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    client: Client,
    pub(crate) token: String,
}

/// A small tenant at a fixed time, all of its alerts active, not throttled, unless the change says otherwise.
pub(crate) async fn bench(change: impl FnOnce(&mut Config)) -> Bench {
    let mut config = Config {
        alerts: Some(30),
        now: Some(DateTime::parse_from_rfc3339("2026-11-23T14:00:00Z").unwrap().to_utc()),
        ..Config::default()
    };
    change(&mut config);
    let token = config.token.clone();
    let made_up = config.data.is_empty();
    let emulator = start(config).await.unwrap();
    if made_up {
        for (id, _) in emulator.alerts() {
            assert!(emulator.set_status(id.rsplit('/').next().unwrap(), Status::Active));
        }
    }
    // A new connection for each request: a fault may cut any of them.
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    Bench { emulator, client, token }
}

/// A bench with these faults.
pub(crate) async fn faulty(specs: &[&str]) -> Bench {
    bench(|config| config.faults = specs.iter().map(|spec| spec.parse().unwrap()).collect()).await
}

impl Bench {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { self.emulator.base_url() + path };
        self.client.request(method, url).bearer_auth(&self.token)
    }

    /// GET with the alerts' api-version, unless the path has a query.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, &versioned(path)).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str) -> Response {
        self.try_post(path).await.unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str) -> reqwest::Result<Response> {
        self.request(Method::POST, &versioned(path)).header("content-length", "0").send().await
    }

    /// The id of the n-th alert, newest first.
    pub(crate) fn id(&self, n: usize) -> String {
        self.emulator.alerts()[n].0.clone()
    }

    /// The status of an alert as the emulator has it.
    pub(crate) fn status(&self, id: &str) -> String {
        self.emulator.alerts().into_iter().find(|(known, _)| known == id).unwrap().1
    }

    /// All pages of a list, following `nextLink` as it is given.
    pub(crate) async fn pages(&self, path: &str) -> Vec<Value> {
        let mut next = versioned(path);
        let mut pages = Vec::new();
        loop {
            let page = json(self.request(Method::GET, &next).send().await.unwrap()).await;
            pages.push(page);
            match pages.last().unwrap()["nextLink"].as_str() {
                Some(link) => next = link.to_owned(),
                None => return pages,
            }
        }
    }
}

fn versioned(path: &str) -> String {
    if path.contains('?') { path.to_owned() } else { format!("{path}?api-version=2022-01-01") }
}

pub(crate) fn ids(pages: &[Value]) -> Vec<String> {
    let items = pages.iter().flat_map(|page| page["value"].as_array().unwrap());
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// Status and ARM code of an error.
pub(crate) async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body = json(response).await;
    assert!(!body["error"]["message"].as_str().unwrap().is_empty());
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

/// The region that stores an alert, of its id.
pub(crate) fn location(id: &str) -> &str {
    id.split('/').rev().nth(2).unwrap()
}

/// `/subscriptions/…` of an alert's id.
pub(crate) fn subscription(id: &str) -> String {
    id.split('/').take(3).collect::<Vec<_>>().join("/")
}
