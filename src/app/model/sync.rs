//! What the workers said last.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::message::Now;
use crate::domain::SubscriptionId;
use crate::domain::progress::{Fault, Reading, Subscription};

/// What the workers said last.
#[derive(Debug, Default)]
pub struct SyncStatus {
    /// The subscriptions listed.
    pub subscriptions: Vec<SubscriptionState>,
    /// The end of the last round that listed every subscription.
    pub last_complete: Option<Now>,
    /// True while a round runs.
    pub running: bool,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// True from the analyst's wish for a sync to the end of the round.
    pub wished: bool,
    /// Items set aside as unreadable in the last round.
    pub quarantined: usize,
    /// Why nothing can be sent at the moment.
    pub push_fault: Option<Fault>,
    /// Why the subscriptions cannot be listed at all.
    pub fault: Option<Fault>,
    /// To sign in was offered already.
    pub offered: bool,
    /// Another instance sends.
    pub elsewhere: bool,
    /// How far the files are read; none while none are.
    pub reading: Option<Reading>,
    /// The analyst wants reading to stop.
    pub stopping: bool,
    /// How far they were read when that was stopped before their end.
    pub stopped: Option<Reading>,
}

/// One subscription's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    /// Which.
    pub subscription: Subscription,
    /// Alerts listed so far in the round that runs.
    pub listed: usize,
    /// True when its listing of this round is complete.
    pub complete: bool,
    /// Why its last listing stopped.
    pub fault: Option<Fault>,
}

/// For how long a round that nobody asked for is not worth a word.
const QUIET: TimeDelta = TimeDelta::seconds(5);

impl SyncStatus {
    /// True while a round runs that the analyst should see: the first one, one asked for, or one that takes long.
    /// Nothing is sent to the terminal for the others, unless they bring something.
    pub fn is_shown(&self, now: Now) -> bool {
        let long = self.started.is_none_or(|started| now.utc - started >= QUIET);
        self.running && (self.wished || self.last_complete.is_none() || long)
    }

    /// The state of one subscription.
    pub fn of(&mut self, id: &SubscriptionId) -> Option<&mut SubscriptionState> {
        self.subscriptions.iter_mut().find(|state| state.subscription.id == *id)
    }
}
