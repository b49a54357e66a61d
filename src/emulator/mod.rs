//! The loopback ARM emulator and the demo tenant.
//!
//! It speaks the part of Azure Resource Manager that triage needs, the way the service does: api-version, any letter
//! case, paging, error bodies, token buckets, roles. It serves alerts byte for byte and can be told to fail.
//!
//! What it answers to: subscriptions, tenants, locations; alerts by subscription, group, location and name, the four
//! status verbs, sample alerts; suppression rules, e-mail contacts, assessments and their metadata, workflow
//! automations; the activity log, tags, role assignments, permissions; Resource Graph; logic apps, their callback
//! addresses and runs.
//!
//! | module | holds |
//! | --- | --- |
//! | [`config`], [`throttle`], [`fault`], [`role`] | what can be chosen, and how it is spelled |
//! | [`demo`] | the made-up tenant |
//! | `state`, `raw`, `data` | the alerts: their bytes, their status, where they come from |
//! | `serve` | the way of one request: record, sign-in, throttling, faults, answer |
//! | `routes`, `table`, `query`, `paging` | what a path addresses; versions, methods and permissions; pages |
//! | `alerts`, `simulate`, `arrivals` | the operations on alerts, and what happens by itself |
//! | `posture` | what Defender for Cloud keeps beside the alerts |
//! | `activity`, `context` | what was done, by whom; tags and roles |
//! | `graph` | Resource Graph and its query language |
//! | `logic` | logic apps, and the calls that start them |
//! | `inspect`, [`log`] | `/_emulator/…`: the record and the hand of a colleague |
//!
//! The demo has data for all of it. A generated tenant (`alerts`) has the same company around its alerts, without a
//! past and with nothing set; of a tenant from files (`data`) only the alerts are known, and every list is empty.

mod activity;
mod alerts;
mod arm_error;
mod arrivals;
mod auth;
mod clock;
pub mod config;
mod connection;
mod context;
mod data;
pub mod demo;
pub mod fault;
mod graph;
mod inspect;
pub mod log;
mod logic;
mod login;
mod paging;
mod posture;
mod query;
mod raw;
mod reply;
pub mod role;
mod routes;
mod samples;
mod serve;
mod simulate;
mod state;
mod table;
pub mod throttle;
mod ticks;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use chrono::Utc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use config::Config;
pub use data::DataError;
pub use fault::Fault;
pub use log::LogEntry;
pub use logic::RunEntry;
pub use login::Answer;
pub use raw::RawError;
pub use role::Role;
pub use throttle::Throttle;

use crate::domain::Status;
use activity::Activity;
use clock::Clock;
use connection::{Gate, Switch};
use logic::Logic;
use posture::Posture;
use serve::Shared;
use state::{Change, State};

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A data file cannot be served.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A made-up alert cannot be served.
    #[error("made-up alert {number}: {source}")]
    Generated {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: RawError,
    },
}

/// A running emulator. It stops when this is dropped.
pub struct Emulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: Option<JoinHandle<()>>,
}

/// Starts an emulator on the current tokio runtime.
pub async fn start(config: Config) -> Result<Emulator, Error> {
    let now = config.now.unwrap_or_else(Utc::now);
    let mut state = State::default();
    let arrivals = fill(&mut state, &config, now)?;
    let failed = |source| Error::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let stop = CancellationToken::new();
    let files = !config.data.is_empty();
    let demo = config.alerts.is_none() && !files;
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        log: log::Log::default(),
        auth: auth::Auth::new(config.token.clone()),
        login: login::Login::new(config.token.clone(), config.refresh_token.clone(), config.code_interval),
        buckets: throttle::Buckets::new(config.throttle),
        injector: fault::Injector::new(&config.faults, config.fault_seed),
        operations: Mutex::default(),
        posture: match (demo, files) {
            (true, _) => Posture::demo(now),
            (false, false) => Posture::generated(),
            (false, true) => Posture::default(),
        },
        logic: if files { Logic::default() } else { Logic::demo(now, config.run_delay) },
        activity: if demo { Activity::demo(config.seed, now) } else { Activity::default() },
        surroundings: serve::Surroundings::of(&config, now),
        role: config.role,
        page_size: config.page_size.max(1),
        simulate_delay: config.simulate_delay,
        clock: Clock::starting_at(now),
        authority: address.to_string(),
        stop: stop.clone(),
    });
    let for_requests = Arc::clone(&shared);
    let router = Router::new().fallback(move |info: ConnectInfo<Switch>, request| {
        serve::handle(Arc::clone(&for_requests), info, request)
    });
    let service = router.into_make_service_with_connect_info::<Switch>();
    let server = axum::serve(Gate::new(listener, stop.clone()), service)
        .with_graceful_shutdown(stop.cancelled_owned());
    let server = tokio::spawn(async move {
        // It ends only when it is told to, and then without an error.
        let _ = server.await;
    });
    if config.arrivals && !arrivals.is_empty() {
        tokio::spawn(arrivals::run(Arc::clone(&shared), arrivals, config.seed));
    }
    Ok(Emulator { address, shared, server: Some(server) })
}

/// Puts the configured alerts into the tenant; answers with those that arrive later.
fn fill(state: &mut State, config: &Config, now: chrono::DateTime<Utc>) -> Result<Vec<String>, Error> {
    let tenant = match config.alerts {
        Some(count) => demo::generate(count, config.seed, now),
        None if config.data.is_empty() => demo::tenant(config.seed, now),
        None => demo::Tenant::default(),
    };
    for subscription in tenant.subscriptions {
        state.add_subscription(subscription);
    }
    state
        .load(tenant.alerts.into_iter().map(Bytes::from).collect())
        .map_err(|(index, source)| Error::Generated { number: index + 1, source })?;
    data::load(state, &config.data)?;
    Ok(tenant.arrivals)
}

impl Emulator {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.log.entries()
    }

    /// Every run of a logic app that was started through its callback address, in the order of arrival.
    pub fn runs(&self) -> Vec<RunEntry> {
        self.shared.logic.started(self.shared.clock.now())
    }

    /// The secrets in the callback addresses of all logic apps, for tests that look whether one has leaked.
    pub fn callback_signatures(&self) -> Vec<String> {
        self.shared.logic.signatures()
    }

    /// What the sign-in service answers from now on when it is asked after a device code; the last answer repeats.
    pub fn answer_codes(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.login.script(answers);
    }

    /// From now on the sign-in service accepts no refresh token, until somebody signs in anew.
    pub fn revoke_sign_ins(&self) {
        self.shared.login.revoke();
    }

    /// Id and status (in the API's spelling) of every alert, by subscription, newest first.
    pub fn alerts(&self) -> Vec<(String, String)> {
        self.shared.state().statuses()
    }

    /// A colleague's change to the alert of that name; false if there is no such alert, or more than one.
    pub fn set_status(&self, name: &str, status: Status) -> bool {
        self.shared.colleague(name, status) == Change::Done
    }

    /// Adds an alert in front of the list, or replaces the one with its id. Answers with its id.
    pub fn add_alert(&self, json: &str) -> Result<String, RawError> {
        self.shared.state().upsert(Bytes::copy_from_slice(json.as_bytes()))
    }

    /// Waits until it stops, which it does not do by itself.
    pub async fn wait(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.await;
            self.server = None;
        }
    }

    /// Stops it, with all its connections, and waits until it is gone.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        self.wait().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// Runs an emulator until `until` is done. `ready` is told the running emulator, to say where it listens.
pub async fn run(
    config: Config,
    ready: impl FnOnce(&Emulator),
    until: impl Future<Output = ()>,
) -> Result<(), Error> {
    let mut emulator = start(config).await?;
    ready(&emulator);
    tokio::select! {
        () = until => {}
        () = emulator.wait() => {}
    }
    emulator.stop().await;
    Ok(())
}
