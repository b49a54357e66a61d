//! What the workers said last.

use crate::app::message::Now;
use crate::domain::SubscriptionId;
use crate::domain::progress::{Fault, Subscription};

/// What the workers said last.
#[derive(Debug, Default)]
pub struct SyncStatus {
    /// The subscriptions listed.
    pub subscriptions: Vec<SubscriptionState>,
    /// The end of the last round that listed every subscription.
    pub last_complete: Option<Now>,
    /// True while a round runs.
    pub running: bool,
    /// Items set aside as unreadable in the last round.
    pub quarantined: usize,
    /// Why nothing can be sent at the moment.
    pub push_fault: Option<Fault>,
    /// Why the subscriptions cannot be listed at all.
    pub fault: Option<Fault>,
    /// Another instance sends.
    pub elsewhere: bool,
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

impl SyncStatus {
    /// The state of one subscription.
    pub fn of(&mut self, id: &SubscriptionId) -> Option<&mut SubscriptionState> {
        self.subscriptions.iter_mut().find(|state| state.subscription.id == *id)
    }
}
