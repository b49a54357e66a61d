//! The push worker: takes what is due from the outbox, delivers it, and tells the store what came of it.
//!
//! Deliveries run side by side as tasks of their own. The worker itself is one loop around one *exchange* with the
//! store at a time: what landed meanwhile is settled and what may start is marked as being sent, in one go. The slower
//! the disk, the more each exchange carries.

mod choose;
mod exchange;
mod report;
mod tenant;
mod worker;

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::domain::ChangeId;
use crate::domain::change::Tally;
use crate::domain::progress::Fault;
use crate::sync::settings::{EngineConfig, Events};

/// When a worker's work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushGoal {
    /// Each alert of the change was tried once, as far as anything can be sent at all.
    TriedOnce(ChangeId),
    /// Each alert of the change has its final outcome.
    Settled(ChangeId),
    /// The outbox is empty.
    AllSettled,
}

impl PushGoal {
    fn change(self) -> Option<ChangeId> {
        match self {
            Self::TriedOnce(change) | Self::Settled(change) => Some(change),
            Self::AllSettled => None,
        }
    }
}

/// What a worker with a goal came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushReport {
    /// The goal was reached before the time was over.
    pub reached: bool,
    /// The outcomes of the goal's change; none when the goal is no single change or the change is unknown.
    pub tally: Option<Tally>,
    /// Alerts in the outbox that are not settled, of all changes.
    pub pending: usize,
    /// Another instance holds the lease and sends.
    pub elsewhere: bool,
    /// What stood in the way last, since the last success.
    pub fault: Option<Fault>,
}

/// How a worker is spoken to.
#[derive(Debug)]
pub(super) struct Control {
    /// There is something new in the outbox, or it is worth trying again.
    pub(super) wake: Arc<Notify>,
    /// Changes to cancel.
    pub(super) cancels: mpsc::UnboundedReceiver<ChangeId>,
    /// The end.
    pub(super) stop: CancellationToken,
    /// False for one that only looks and cancels.
    pub(super) sends: bool,
}

/// Runs until it is stopped or the goal is reached.
pub(super) async fn run(
    config: &EngineConfig,
    events: &Events,
    control: Control,
    goal: Option<PushGoal>,
) -> PushReport {
    worker::Worker::new(config, events, goal, control.sends).run(control).await
}
