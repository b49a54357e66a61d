//! What happened: said with the answer that waited for it, or else as news before the next prompt.

use std::time::{Duration, Instant};

use crate::app::documents::moment::counted;
use crate::app::documents::reading;
use crate::app::model::Model;
use crate::domain::{AlertKey, SafeText, Severity};
use crate::plain::speech;
use crate::plain::waits::{far, is_reading};

/// News of one prompt at most; the rest is counted.
const MOST: usize = 4;

/// Between two lines that say how far files are read.
const APART: Duration = Duration::from_secs(5);

/// The same where there is no end to be so far from.
const APART_WITHOUT_END: Duration = Duration::from_secs(30);

/// What was heard and is not said yet.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Said with the answer.
    pub(super) said: Vec<String>,
    /// Said after it.
    later: Vec<String>,
    /// Texts to copy.
    pub(super) copied: Vec<String>,
    /// The last notice heard.
    notice: Option<u64>,
    /// What stood in the way of the workers.
    fault: Option<SafeText>,
    /// The newest alert that is no news.
    newest: Option<AlertKey>,
    /// Files are read, or their end was not said yet.
    reading: bool,
    /// How many tenths of them were said.
    tenths: u64,
    /// When that was said.
    told: Option<Instant>,
}

impl News {
    /// What is there at the start is no news.
    pub(super) fn begin(&mut self, model: &Model) {
        self.newest = newest(model);
        self.fault = fault(model);
        self.reading = is_reading(model);
    }

    /// The core heard something, perhaps what an answer waits for.
    pub(super) fn heard(&mut self, model: &Model, awaited: bool) {
        self.reading |= is_reading(model);
        let Some(notice) = &model.notice else { return };
        if self.notice == Some(notice.number) {
            return;
        }
        self.notice = Some(notice.number);
        let text = speech::capital(&speech::fold(&notice.text.to_string()));
        let lines = if awaited { &mut self.said } else { &mut self.later };
        if lines.last() != Some(&text) {
            lines.push(text);
        }
    }

    /// The news since the last prompt, a few lines at most.
    pub(super) fn take(&mut self, model: &Model) -> Vec<String> {
        let mut lines = std::mem::take(&mut self.later);
        let fault = fault(model);
        if fault != self.fault {
            lines.push(match &fault {
                Some(why) => format!("{why}"),
                None => "The source answers again.".to_owned(),
            });
            self.fault = fault;
        }
        if self.reading {
            // What is read is no news, but for its end.
            self.newest = newest(model).or(self.newest);
            lines.extend(self.end_of_reading(model));
        } else {
            lines.extend(self.arrivals(model));
        }
        if lines.len() > MOST {
            let more = lines.len() - MOST;
            lines.drain(..more);
            lines.insert(0, format!("{}: jobs and log tell.", counted(more, "earlier event")));
        }
        lines.into_iter().map(|line| format!("News: {line}")).collect()
    }

    /// How far files are read, for who waits at a prompt: at each tenth, but seldom enough to be heard out; and their end.
    pub(super) fn progress(&mut self, model: &Model, at: Instant) -> Option<String> {
        if !is_reading(model) {
            return self.end_of_reading(model);
        }
        let reading = model.sync.reading.as_ref()?;
        let tenths = reading::percent(reading).map(|percent| percent / 10);
        let told = *self.told.get_or_insert(at);
        let (due, apart) = match tenths {
            Some(tenths) => (tenths > self.tenths, APART),
            None => (true, APART_WITHOUT_END),
        };
        if !due || at.saturating_duration_since(told) < apart {
            return None;
        }
        (self.told, self.tenths) = (Some(at), tenths.unwrap_or_default());
        Some(format!("Reading: {}.", far(reading)))
    }

    /// That all was read, once. What was stopped says so itself.
    fn end_of_reading(&mut self, model: &Model) -> Option<String> {
        if !self.reading || is_reading(model) {
            return None;
        }
        self.reading = false;
        self.newest = newest(model).or(self.newest);
        let all = || format!("All is read: {}.", counted(model.table.len(), "alert"));
        model.sync.stopped.is_none().then(all)
    }

    /// Alerts that came since.
    fn arrivals(&mut self, model: &Model) -> Option<String> {
        let before = self.newest?;
        let table = &model.table;
        let rows = (0..table.len()).rev().map_while(|row| table.row(u32::try_from(row).ok()?));
        let mut counts = [0_usize; 5];
        for row in rows.take_while(|row| row.key() > before) {
            counts[row.severity() as usize] += 1;
        }
        self.newest = newest(model).or(self.newest);
        let total: usize = counts.iter().sum();
        if total == 0 {
            return None;
        }
        let parts: Vec<String> = Severity::KNOWN
            .into_iter()
            .chain([Severity::Other])
            .filter(|severity| counts[*severity as usize] > 0)
            .map(|severity| format!("{} {}", counts[severity as usize], severity.name()))
            .collect();
        Some(format!("{}: {}.", counted(total, "new alert"), parts.join(", ")))
    }
}

fn newest(model: &Model) -> Option<AlertKey> {
    let last = model.table.len().checked_sub(1)?;
    model.table.row(u32::try_from(last).ok()?).map(|row| row.key())
}

fn fault(model: &Model) -> Option<SafeText> {
    let sync = &model.sync;
    sync.fault.as_ref().or(sync.push_fault.as_ref()).map(|fault| fault.message.clone())
}
