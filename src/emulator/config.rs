//! What an emulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::fault::Fault;
use super::role::Role;
use super::throttle::Throttle;

/// Everything that can be chosen. The default is the demo tenant on a free loopback port.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Serve a made-up tenant of so many alerts instead of the demo tenant.
    pub alerts: Option<usize>,
    /// Decides what is made up.
    pub seed: u64,
    /// Files with alerts in ARM's JSON, served byte for byte; instead of the demo tenant unless `alerts` is set.
    pub data: Vec<PathBuf>,
    /// Alerts on one page of a list; at least 1.
    pub page_size: usize,
    /// The time at which the made-up tenant is seen; now if none.
    pub now: Option<DateTime<Utc>>,
    /// The only bearer token that is accepted.
    pub token: String,
    /// How the refresh tokens of its sign-in service begin.
    pub refresh_token: String,
    /// Seconds between two questions after a device code.
    pub code_interval: u64,
    /// What the caller may do.
    pub role: Role,
    /// The token buckets.
    pub throttle: Throttle,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Decides when it goes wrong.
    pub fault_seed: u64,
    /// True to let the demo tenant's late alerts arrive while someone watches.
    pub arrivals: bool,
    /// How long sample alerts take to appear; the real service needs about two minutes.
    pub simulate_delay: Duration,
    /// How long a run of a logic app takes.
    pub run_delay: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            alerts: None,
            seed: 0,
            data: Vec::new(),
            page_size: 500,
            now: None,
            token: "demo".to_owned(),
            refresh_token: "refresh".to_owned(),
            code_interval: 1,
            role: Role::default(),
            throttle: Throttle::default(),
            faults: Vec::new(),
            fault_seed: 0,
            arrivals: false,
            simulate_delay: Duration::from_secs(2),
            run_delay: Duration::from_secs(2),
        }
    }
}
