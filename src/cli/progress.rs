//! Progress on a terminal: a bar on standard error with count, rate and time left. Nothing elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::progress::SyncEvent;
use crate::domain::{SubscriptionId, thousands};

/// True where nothing may move on the terminal: `--plain`, or a terminal that cannot do it.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// From now on there are no bars.
pub fn without_bars() {
    PLAIN.store(true, Ordering::Relaxed);
}

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

    /// A bar for files of so many bytes together; without a number it counts only.
    pub fn import(bytes: Option<u64>) -> Self {
        match bytes {
            Some(bytes) => Self::new(
                ProgressBar::new(bytes),
                "{bar:30} {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta} left  {msg}",
            ),
            None => Self::new(ProgressBar::no_length(), "{spinner} {bytes}  {binary_bytes_per_sec}  {msg}"),
        }
    }

    /// Shows how much was read, and how many alerts that gave.
    pub fn read(&self, bytes: u64, alerts: usize) {
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{} alerts", thousands(alerts)));
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        let shown = std::io::stderr().is_terminal() && !PLAIN.load(Ordering::Relaxed);
        let bar = if shown { bar } else { ProgressBar::hidden() };
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
