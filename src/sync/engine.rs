//! The workers, started and stopped together; and the same workers for one round or one goal.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::domain::ChangeId;
use crate::domain::progress::{Fault, SyncEvent};
use crate::sync::pull::{self, RoundSummary};
use crate::sync::push::{self, Control, PushGoal, PushReport};
use crate::sync::settings::{EngineConfig, Events};

/// The running workers. Dropping it stops them where they are; nothing is lost by that, and [`Self::stop`] is kinder.
#[derive(Debug)]
pub struct Engine {
    pull_now: Arc<Notify>,
    wake: Arc<Notify>,
    cancels: mpsc::UnboundedSender<ChangeId>,
    stop: CancellationToken,
    grace: Duration,
    pull: Option<JoinHandle<()>>,
    push: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the workers on the runtime that this is called from; a first round begins at once.
    ///
    /// `events` is called from several tasks and must not block. With [`EngineConfig::read_only`] nothing is sent.
    pub fn start(config: EngineConfig, events: impl Fn(SyncEvent) + Send + Sync + 'static) -> Self {
        let events: Events = Arc::new(events);
        let (pull_now, wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let stop = CancellationToken::new();
        let (cancels, asked) = mpsc::unbounded_channel();
        let grace = config.tuning.grace;
        let pull = tokio::spawn(pull_rounds(
            config.clone(),
            Arc::clone(&events),
            Arc::clone(&pull_now),
            Arc::clone(&wake),
            stop.clone(),
        ));
        let control =
            Control { wake: Arc::clone(&wake), cancels: asked, stop: stop.clone(), sends: !config.read_only };
        let push = tokio::spawn(async move {
            push::run(&config, &events, control, None).await;
        });
        Self { pull_now, wake, cancels, stop, grace, pull: Some(pull), push: Some(push) }
    }

    /// Begins a round now, or another one right after the one that runs; what waits for the network is tried as well.
    pub fn sync_now(&self) {
        self.pull_now.notify_one();
        self.wake.notify_one();
    }

    /// There is something new in the outbox.
    pub fn wake_push(&self) {
        self.wake.notify_one();
    }

    /// Cancels what has not been sent of a change. What is on its way gets its true outcome.
    pub fn cancel(&self, change: ChangeId) {
        // The worker lives as long as this.
        let _ = self.cancels.send(change);
    }

    /// Stops the workers: nothing new is sent, what is on its way gets a moment to land. Whatever does not is read
    /// first at the next start.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for worker in [self.pull.take(), self.push.take()].into_iter().flatten() {
            let abort = worker.abort_handle();
            // Both end by themselves; the limit is for a store that hangs.
            if timeout(self.grace + Duration::from_secs(1), worker).await.is_err() {
                abort.abort();
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.cancel();
        for worker in [self.pull.take(), self.push.take()].into_iter().flatten() {
            worker.abort();
        }
    }
}

async fn pull_rounds(
    config: EngineConfig,
    events: Events,
    now: Arc<Notify>,
    wake: Arc<Notify>,
    stop: CancellationToken,
) {
    loop {
        let reached = tokio::select! {
            round = pull::round(&config, &events) => round.is_ok_and(|round| round.is_any_complete()),
            () = stop.cancelled() => return,
        };
        if reached {
            // The source is there: what waited for it need not wait any longer.
            wake.notify_one();
        }
        tokio::select! {
            () = sleep(config.interval) => {}
            () = now.notified() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Lists everything once. An error means that not even the subscriptions are known; what went wrong with a single one
/// is in the summary.
pub async fn pull_once(
    config: &EngineConfig,
    events: impl Fn(SyncEvent) + Send + Sync + 'static,
) -> Result<RoundSummary, Fault> {
    let events: Events = Arc::new(events);
    pull::round(config, &events).await
}

/// Sends until the goal is reached or the time is over. What is not settled then stays in the outbox.
///
/// With [`EngineConfig::read_only`] nothing is sent, and the report says how things stand.
pub async fn push_until(
    config: &EngineConfig,
    goal: PushGoal,
    limit: Duration,
    events: impl Fn(SyncEvent) + Send + Sync + 'static,
) -> PushReport {
    let events: Events = Arc::new(events);
    let stop = CancellationToken::new();
    // Never used: nobody else speaks to this worker.
    let (_cancels, asked) = mpsc::unbounded_channel();
    let control =
        Control { wake: Arc::default(), cancels: asked, stop: stop.clone(), sends: !config.read_only };
    let mut work = std::pin::pin!(push::run(config, &events, control, Some(goal)));
    tokio::select! {
        report = &mut work => return report,
        () = sleep(limit) => stop.cancel(),
    }
    work.await
}
