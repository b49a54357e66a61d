//! The report as Markdown: a text to hand over. Text from outside is shown by the display rule and escaped, so that none of
//! it is markup, a link or a row of a table.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, FixedOffset, Utc};

use super::{FailedRun, NAMED, Named, Report, Said, Spread};
use crate::domain::change::ChangeRecord;
use crate::domain::markdown::escaped;
use crate::domain::record::Deed;
use crate::domain::response::TriggerOutcome;
use crate::domain::{SafeStr, Severity, Status, thousands};

/// The statuses that a change can set, in the order of the table.
const STATUSES: [Status; 4] = [Status::Dismissed, Status::Resolved, Status::InProgress, Status::Active];

/// Writes the report; times by a clock with this offset from UTC.
pub fn markdown(report: &Report, offset: FixedOffset) -> String {
    let year = report.until.with_timezone(&offset).year();
    let mut page = Page { text: String::new(), offset, year };
    page.line(&format!("# Handover: {} to {}", page.day(report.since), page.day(report.until)));
    page.done(report);
    page.changes("Undone", &report.undone);
    page.failures(report);
    page.failed_runs(report);
    page.open(report);
    page.assigned(report);
    page.times(report);
    page.said("Feedback", &report.feedback, feedback);
    page.said("Notes", &report.notes, |deed| escaped(deed.words.as_safe()));
    page.other(report);
    page.text
}

struct Page {
    text: String,
    offset: FixedOffset,
    /// The year in which the period ends: other years are told.
    year: i32,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, title: &str) {
        self.line(&format!("\n## {title}\n"));
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.offset).format("%Y-%m-%d %H:%M (UTC%:z)").to_string()
    }

    fn clock(&self, at: DateTime<Utc>) -> String {
        let here = at.with_timezone(&self.offset);
        here.format(if here.year() == self.year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
    }

    fn done(&mut self, report: &Report) {
        self.head("Done");
        if report.done.is_empty() && report.changes.is_empty() {
            self.line("No status was changed.");
        } else if report.done.is_empty() {
            self.line("No change of a status is verified and not undone.");
        } else {
            self.line("Alerts changed and verified by reading them back, without what was undone:\n");
            self.line(&format!("| by | {} |", STATUSES.map(words).join(" | ")));
            self.line("| --- | ---: | ---: | ---: | ---: |");
            for (who, counts) in &report.by_person {
                self.line(&format!("| {} | {} |", name(who.as_safe()), cells(counts)));
            }
            if report.by_person.len() > 1 {
                self.line(&format!("| all | {} |", cells(&report.done)));
            }
        }
        if report.pending > 0 {
            self.line(&format!("\nStill on their way: {}.", counted(report.pending, "alert")));
        }
        if !report.changes.is_empty() {
            self.line("");
            for record in &report.changes {
                self.change(record);
            }
        }
    }

    fn changes(&mut self, title: &str, changes: &[ChangeRecord]) {
        if !changes.is_empty() {
            self.head(title);
            for record in changes {
                self.change(record);
            }
        }
    }

    fn change(&mut self, record: &ChangeRecord) {
        let count = counted(record.tally.total(), "alert");
        let what = match (record.undoes, record.status) {
            (Some(undone), _) => format!("change {undone} taken back, {count}"),
            (None, Some(status)) => format!("{count} to {}", words(status)),
            (None, None) => count,
        };
        let mut line = format!("- {} {}: {what}", self.clock(record.at), name(record.by.as_safe()));
        if let Some(reason) = record.reason {
            let _ = write!(line, ", {}", reason.label().to_lowercase());
        }
        if !record.comment.is_empty() {
            let _ = write!(line, ": {}", escaped(record.comment.as_safe()));
        }
        let _ = write!(line, " ({}; change {}", record.tally.sentence(), record.id);
        if let Some(by) = record.undone_by {
            let _ = write!(line, ", undone by {by}");
        }
        if !record.filter.is_empty() {
            let _ = write!(line, "; filter {}", escaped(SafeStr(&record.filter)));
        }
        line.push(')');
        self.line(&line);
    }

    fn failures(&mut self, report: &Report) {
        if report.failures.is_empty() && report.failed_runs.is_empty() {
            return;
        }
        self.head("Failed");
        for failure in &report.failures {
            let why = if failure.detail.is_empty() {
                String::new()
            } else {
                format!(": {}", escaped(failure.detail.as_safe()))
            };
            self.line(&format!(
                "- {} to {}, {}{why} (change {})",
                alert(&failure.alert),
                words(failure.want),
                failure.outcome.word(),
                failure.change
            ));
        }
    }

    fn failed_runs(&mut self, report: &Report) {
        for FailedRun { alert: on, record } in &report.failed_runs {
            let app = escaped(SafeStr(record.app.name()));
            let how = match &record.status {
                Some(status) if record.outcome == TriggerOutcome::Done => {
                    format!("run {}", escaped(status.0.as_safe()))
                }
                _ => record.outcome.word().to_owned(),
            };
            let mut line = format!("- {}: logic app {app}, {how}", alert(on));
            if !record.detail.is_empty() {
                let _ = write!(line, ": {}", escaped(record.detail.as_safe()));
            }
            self.line(&format!("{line} (response {})", record.response));
        }
    }

    /// The logic apps triggered, and what became of each.
    fn responses(&mut self, report: &Report) {
        for response in &report.responses {
            let Some(first) = response.records.first() else { continue };
            let (who, app) = (name(first.by.as_safe()), escaped(SafeStr(first.app.name())));
            let alerts = counted(response.records.len(), "alert");
            let list = |parts: Vec<String>| parts.join(", ");
            let outcomes = response.outcomes().into_iter();
            let outcomes =
                list(outcomes.map(|(of, count)| format!("{} {}", thousands(count), of.word())).collect());
            let runs = response.runs().into_iter().map(|(status, count)| {
                let status =
                    status.map_or_else(|| "not followed".to_owned(), |status| escaped(status.as_safe()));
                format!("{} {status}", thousands(count))
            });
            let mut line = format!("- {} {who}: logic app {app} triggered on {alerts}", self.clock(first.at));
            let _ = write!(line, " ({outcomes}");
            let runs = list(runs.collect());
            if !runs.is_empty() {
                let _ = write!(line, "; runs: {runs}");
            }
            self.line(&format!("{line}; response {})", first.response));
        }
    }

    fn open(&mut self, report: &Report) {
        self.head("Still open");
        let total: usize = report.open.iter().map(|(_, active, progress)| active + progress).sum();
        if total == 0 && !report.synced {
            return self.line("Never synced: what is open is not known.");
        }
        if total == 0 {
            return self.line("Nothing.");
        }
        self.line("| severity | active | in progress |");
        self.line("| --- | ---: | ---: |");
        for (severity, active, progress) in &report.open {
            let (active, progress) = (thousands(*active), thousands(*progress));
            self.line(&format!("| {} | {active} | {progress} |", severity.name()));
        }
        self.line("");
        for open in &report.worst {
            let since = open.time.map(|time| format!(", since {}", self.clock(time))).unwrap_or_default();
            self.line(&format!("- {}, {}{since}", alert(open), words(open.status)));
        }
        if total > report.worst.len() {
            self.line(&format!("- and {} more", thousands(total - report.worst.len())));
        }
    }

    fn assigned(&mut self, report: &Report) {
        if report.assigned.is_empty() {
            return;
        }
        self.head("Who has what");
        for (who, alerts) in &report.assigned {
            self.line(&format!("- {}: {}", name(who.as_safe()), counted(alerts.len(), "alert")));
            for one in alerts.iter().take(NAMED) {
                self.line(&format!("  - {}, {}", alert(one), words(one.status)));
            }
            if alerts.len() > NAMED {
                self.line(&format!("  - and {} more", thousands(alerts.len() - NAMED)));
            }
        }
    }

    fn times(&mut self, report: &Report) {
        if report.times.is_empty() && report.untimed == 0 {
            return;
        }
        self.head("How long it took");
        if !report.times.is_empty() {
            self.line("| severity | taken up | mean | median | closed | mean | median |");
            self.line("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            for of in &report.times {
                let (taken, closed) = (spread(&of.take_up), spread(&of.close));
                self.line(&format!("| {} | {taken} | {closed} |", of.severity.name()));
            }
            self.line("");
        }
        self.line(
            "From the alert's time to the first time it was assigned, set in progress, resolved or dismissed here \
             (taken up), and to the first time it was resolved or dismissed here, verified and not undone (closed).",
        );
        if report.untimed > 0 {
            let left_out = counted(report.untimed, "alert");
            self.line(&format!("\nLeft out, because their time is not known any more: {left_out}."));
        }
    }

    fn said(&mut self, title: &str, said: &[Said], words: impl Fn(&Deed) -> String) {
        if said.is_empty() {
            return;
        }
        self.head(title);
        for Said { deed, alerts } in said {
            let about = match (alerts.as_slice(), deed.alerts.len()) {
                ([one], 1) => alert(one),
                ([first, ..], count) => format!("{} and {} more", alert(first), thousands(count - 1)),
                ([], count) => counted(count, "alert"),
            };
            let line =
                format!("- {} {}, {about}: {}", self.clock(deed.at), name(deed.by.as_safe()), words(deed));
            self.line(&line);
        }
    }

    fn other(&mut self, report: &Report) {
        if report.other.is_empty() && report.responses.is_empty() {
            return;
        }
        self.head("Also done");
        self.responses(report);
        for deed in &report.other {
            let mut line =
                format!("- {} {}: {}", self.clock(deed.at), name(deed.by.as_safe()), deed.kind.label());
            for part in [&deed.value, &deed.words].into_iter().filter(|part| !part.is_empty()) {
                let _ = write!(line, ", {}", escaped(part.as_safe()));
            }
            if !deed.alerts.is_empty() {
                let _ = write!(line, " ({})", counted(deed.alerts.len(), "alert"));
            }
            self.line(&line);
        }
    }
}

fn feedback(deed: &Deed) -> String {
    let mut text = if deed.is_useful() { "useful" } else { "not useful" }.to_owned();
    if let Some(reason) = deed.reason {
        let _ = write!(text, ", {}", reason.label().to_lowercase());
    }
    if !deed.words.is_empty() {
        let _ = write!(text, ": {}", escaped(deed.words.as_safe()));
    }
    text
}

/// A status in the words of a sentence.
fn words(status: Status) -> &'static str {
    if status == Status::InProgress { "in progress" } else { status.word() }
}

/// Severity, title and resource.
fn alert(alert: &Named) -> String {
    let mut text = String::new();
    if alert.severity != Severity::Other {
        let _ = write!(text, "**{}** ", alert.severity.name());
    }
    text.push_str(&escaped(alert.title.as_safe()));
    if !alert.resource.is_empty() {
        let _ = write!(text, " on {}", escaped(alert.resource.as_safe()));
    }
    text
}

/// Who; a dash for somebody unknown.
fn name(who: SafeStr<'_>) -> String {
    if who.0.is_empty() { "–".to_owned() } else { escaped(who) }
}

fn cells(counts: &[(Status, usize)]) -> String {
    let of =
        |status: Status| counts.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count);
    STATUSES.map(|status| thousands(of(status))).join(" | ")
}

fn spread(spread: &Spread) -> String {
    match spread.count {
        0 => "0 | – | –".to_owned(),
        count => format!("{} | {} | {}", thousands(count), lasting(spread.mean), lasting(spread.median)),
    }
}

/// `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
fn lasting(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

fn counted(count: usize, unit: &str) -> String {
    format!("{} {unit}{}", thousands(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_at_a_glance() {
        for (seconds, words) in
            [(0, "0 s"), (59, "59 s"), (3599, "59 min"), (3600, "1 h 0 min"), (90_000, "1 d 1 h")]
        {
            assert_eq!(lasting(seconds), words);
        }
    }
}
