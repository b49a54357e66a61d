//! What the pull and push workers tell the rest while they work. Plain data: the screen shows it, the headless
//! commands print it, a test compares it.

use chrono::{DateTime, Utc};

use crate::domain::change::Tally;
use crate::domain::{ChangeId, SafeText, SubscriptionId};

/// Said where a source would be asked and the alerts are those of a file.
pub const NO_SOURCE: &str = "these alerts come from a file: there is no source to ask";

/// Why the source cannot be used, sorted by what the analyst can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// No sign-in, or the source no longer takes the token.
    SignIn,
    /// Signed in, but the role does not allow it.
    Forbidden,
    /// No network, a time-out, or a server error that passes.
    Unreachable,
    /// Signed in, but to another tenant than the one that what waits was decided for.
    OtherTenant,
    /// The source asked to wait.
    Throttled,
    /// The source answered with something that is no alert list.
    Protocol,
    /// The cache or the journal could not be written.
    Storage,
}

/// A fault and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The sort.
    pub kind: FaultKind,
    /// One sentence: what happened, and what to do.
    pub message: SafeText,
}

/// What a complete listing of one subscription changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullSummary {
    /// Alerts listed.
    pub listed: usize,
    /// Alerts new to the cache.
    pub added: usize,
    /// Alerts whose content or status changed.
    pub updated: usize,
    /// Alerts that the source no longer has.
    pub removed: usize,
    /// Items that could not be read and were set aside.
    pub quarantined: usize,
}

/// A subscription as the source names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its GUID.
    pub id: SubscriptionId,
    /// Its display name.
    pub name: SafeText,
    /// Its tenant's GUID; may be empty.
    pub tenant: SafeText,
}

/// Something happened in a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncEvent {
    /// The subscriptions to list are known.
    Subscriptions(Vec<Subscription>),
    /// A round over all subscriptions began.
    RoundStarted(DateTime<Utc>),
    /// A page of a subscription is in the cache.
    Page {
        /// The subscription.
        subscription: SubscriptionId,
        /// Alerts of it listed so far in this round.
        listed: usize,
    },
    /// The listing of a subscription is complete.
    Pulled {
        /// The subscription.
        subscription: SubscriptionId,
        /// What changed.
        summary: PullSummary,
    },
    /// The listing of a subscription stopped before its end; nothing was removed.
    PullFailed {
        /// The subscription; none when the subscriptions themselves could not be listed.
        subscription: Option<SubscriptionId>,
        /// Why.
        fault: Fault,
    },
    /// The round is over, with or without failures. Carries the number of the snapshot that holds all that it brought: it may
    /// come later than this.
    RoundEnded(DateTime<Utc>, u64),
    /// A change made progress.
    Push {
        /// The change.
        change: ChangeId,
        /// Its outcomes so far.
        tally: Tally,
        /// Alerts settled a second, over the last seconds; 0 when unknown.
        rate: u32,
    },
    /// Every alert of a change has its final outcome.
    Settled {
        /// The change.
        change: ChangeId,
        /// Its outcomes.
        tally: Tally,
    },
    /// Sending waits: for the network, for the source's throttling, or for a sign-in.
    PushWaits(Fault),
    /// Another instance holds the lease and sends; this one queues only.
    PushElsewhere,
    /// Files are being read.
    Read(Reading),
    /// Reading was stopped before the end of the files. What was read stays.
    ReadStopped(Reading),
}

/// How much of files is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Bytes read of all files together.
    pub bytes: u64,
    /// Bytes that there are; none when a file has no end that is known.
    pub total: Option<u64>,
    /// Alerts read.
    pub alerts: usize,
    /// Records left out.
    pub left: usize,
}
