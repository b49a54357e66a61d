//! What the workers are told when they start.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::azure::retry::Backoff;
use crate::domain::SubscriptionId;
use crate::domain::progress::SyncEvent;
use crate::store::StoreHandle;
use crate::sync::source::Source;

/// Where the workers tell what happens. Called from several tasks; must not block.
pub(super) type Events = Arc<dyn Fn(SyncEvent) + Send + Sync>;

/// Which subscriptions are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every one that the sign-in can see.
    All,
    /// These, in this order.
    Only(Vec<SubscriptionId>),
}

/// What the workers need.
#[derive(Clone)]
pub struct EngineConfig {
    /// The cache and the journal.
    pub store: StoreHandle,
    /// Where alerts come from.
    pub source: Source,
    /// The pause between the end of a round and the beginning of the next.
    pub interval: Duration,
    /// What is listed.
    pub subscriptions: Selection,
    /// Send nothing.
    pub read_only: bool,
    /// This instance, for the lease; unique among all that use the data folder.
    pub owner: String,
    /// Waits and limits.
    pub tuning: Tuning,
    /// The wall clock.
    pub now: fn() -> DateTime<Utc>,
}

/// Waits and limits. The default is what is promised; tests scale it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// The wait before each read-back: three over four seconds.
    pub read_backs: Vec<Duration>,
    /// Waits after what passes, where the source asked for none.
    pub backoff: Backoff,
    /// Alerts of one subscription being changed at a time.
    pub in_flight: usize,
    /// Alerts of all subscriptions being changed at a time.
    pub in_flight_total: usize,
    /// Subscriptions listed side by side.
    pub listings: usize,
    /// Attempts at one page.
    pub page_attempts: u32,
    /// Missing alerts asked for side by side, in one subscription.
    pub confirmations: usize,
    /// Missing alerts asked for in one round, in one subscription; the rest wait for the next round.
    pub confirm_most: usize,
    /// The shortest time between two reports of progress.
    pub report_every: Duration,
    /// How often the outbox is looked at for what another instance left there, and how often the lease is asked for.
    pub look_every: Duration,
    /// How long the alerts in flight may take to land when the worker is stopped.
    pub grace: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            read_backs: vec![Duration::ZERO, Duration::from_secs(1), Duration::from_secs(3)],
            backoff: Backoff::default(),
            in_flight: 16,
            in_flight_total: 64,
            listings: 4,
            page_attempts: 4,
            confirmations: 8,
            confirm_most: 1_000,
            report_every: Duration::from_millis(200),
            look_every: Duration::from_secs(2),
            grace: Duration::from_secs(1),
        }
    }
}
