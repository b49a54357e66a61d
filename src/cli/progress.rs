//! Progress on a terminal: a bar on standard error with count, rate and time left. Nothing elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::SubscriptionId;
use crate::domain::progress::SyncEvent;

/// A bar fed by the workers' events.
pub struct Progress {
    bar: ProgressBar,
    listed: Mutex<HashMap<SubscriptionId, usize>>,
}

impl Progress {
    /// A bar for a sync: it does not know how many alerts there are.
    pub fn sync() -> Self {
        Self::new(ProgressBar::no_length(), "{spinner} {msg} {pos} alerts  {per_sec}")
    }

    /// A bar for a change of so many alerts.
    pub fn change(alerts: usize) -> Self {
        Self::new(ProgressBar::new(alerts as u64), "{bar:30} {pos} of {len}  {per_sec}  {eta} left  {msg}")
    }

    /// A bar for an export of so many alerts.
    pub fn export(alerts: usize) -> Self {
        Self::new(ProgressBar::new(alerts as u64), "{bar:30} {pos} of {len}  {per_sec}  {eta} left")
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() { bar } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, listed: Mutex::default() }
    }

    /// What the workers tell goes to the bar.
    pub fn listener(self: &Arc<Self>) -> impl Fn(SyncEvent) + Send + Sync + 'static {
        let bar = Arc::clone(self);
        move |event| bar.event(&event)
    }

    /// Shows an event, and logs it.
    pub fn event(&self, event: &SyncEvent) {
        tracing::info!(?event, "sync");
        match event {
            SyncEvent::RoundStarted(_) => self.bar.set_message("listing"),
            SyncEvent::Page { subscription, listed } => {
                let mut counts = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
                counts.insert(subscription.clone(), *listed);
                self.bar.set_position(counts.values().sum::<usize>() as u64);
            }
            SyncEvent::Push { tally, .. } | SyncEvent::Settled { tally, .. } => {
                self.bar.set_position(tally.settled() as u64);
            }
            SyncEvent::PushWaits(fault) => self.bar.set_message(fault.message.to_string()),
            _ => {}
        }
    }

    /// Shows how many alerts have their outcome.
    pub fn settled(&self, alerts: usize) {
        self.bar.set_position(alerts as u64);
    }

    /// Takes the bar off the terminal.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
