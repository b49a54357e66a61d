//! The words and glyphs that the histogram, the timeline and the ATT&CK view have in common.

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::app::document::{Piece, Role};
use crate::app::documents::moment::thousands;
use crate::app::message::Now;
use crate::domain::Severity;
use crate::domain::chart::{Counts, Span};

/// Seconds of an hour and of a day.
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The levels of a bar of one row.
pub const LEVELS: usize = 8;

/// A bar of one row, by its level from 0 to [`LEVELS`].
pub fn bar(level: usize, blocks: bool) -> char {
    const BLOCKS: [char; LEVELS + 1] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; LEVELS + 1] = [' ', '.', ':', '-', '=', '+', '*', '#', '#'];
    if blocks { BLOCKS[level.min(LEVELS)] } else { ASCII[level.min(LEVELS)] }
}

/// How dark a cell is, by its level from 0 to 4.
pub fn shade(level: usize, blocks: bool) -> char {
    const BLOCKS: [char; 5] = [' ', '░', '▒', '▓', '█'];
    const ASCII: [char; 5] = [' ', '.', '-', '+', '#'];
    if blocks { BLOCKS[level.min(4)] } else { ASCII[level.min(4)] }
}

/// A cell of a stacked bar: the worse, the darker; in ASCII the severity's letter.
pub fn layer(severity: Severity, blocks: bool) -> char {
    let (block, letter) = match severity {
        Severity::High => ('█', 'H'),
        Severity::Medium => ('▓', 'M'),
        Severity::Low => ('▒', 'L'),
        Severity::Informational => ('░', 'I'),
        Severity::Other => ('┊', 'o'),
    };
    if blocks { block } else { letter }
}

/// Cells of a row that are drawn one by one, those of one role together.
#[derive(Debug, Default)]
pub struct Cells(Vec<Piece>);

impl Cells {
    /// So many cells of a character.
    pub fn push(&mut self, cell: char, times: usize, role: Role) {
        let text = std::iter::repeat_n(cell, times);
        match self.0.last_mut() {
            // A blank has no role.
            Some(last) if last.role == role || cell == ' ' => last.text.extend(text),
            _ => {
                let role = if cell == ' ' { Role::Body } else { role };
                self.0.push(Piece::new(text.collect::<String>(), role));
            }
        }
    }

    /// The pieces of the row.
    pub fn finish(self) -> Vec<Piece> {
        self.0
    }
}

/// `5 High · 10 Medium`, worst first.
pub fn severities(counts: Counts) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (severity, count) in counts.present() {
        if !pieces.is_empty() {
            pieces.push(Piece::new(" · ", Role::Dim));
        }
        pieces.push(Piece::from(format!("{} ", thousands(count as usize)).as_str()));
        pieces.push(Piece::new(severity.name(), Role::Severity(severity)));
    }
    pieces
}

/// The length of a stretch of time: `90 min`, `24 h`, `30 d`.
pub fn length(seconds: i64) -> String {
    match seconds {
        ..=5400 if seconds % HOUR != 0 => format!("{} min", (seconds + 59) / 60),
        ..=259_200 => format!("{} h", (seconds + HOUR / 2) / HOUR),
        _ => format!("{} d", (seconds + DAY / 2) / DAY),
    }
}

/// When a bucket of so many seconds begins: `22 Nov 14:00`, of whole days `22 Nov`; the year only where it is not this one.
pub fn begin(time: DateTime<Utc>, step: i64, now: Now) -> String {
    let here = time.with_timezone(&now.offset);
    let year = if here.year() == now.utc.with_timezone(&now.offset).year() { "" } else { " %Y" };
    let clock = if step < DAY { " %H:%M" } else { "" };
    here.format(&format!("%-d %b{year}{clock}")).to_string()
}

/// From its first minute to its last: `22 Nov 14:00 – 14:59`, of whole days `22 Nov – 24 Nov`.
pub fn stretch(span: Span, now: Now) -> String {
    let time = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let local = |seconds| time(seconds).with_timezone(&now.offset);
    let (first, last, next) = (local(span.first), local(span.last), local(span.last + 1));
    let midnight = |time: &DateTime<chrono::FixedOffset>| time.num_seconds_from_midnight() == 0;
    let days = midnight(&first) && midnight(&next);
    let step = if days { DAY } else { 0 };
    let from = begin(time(span.first), step, now);
    match (first.date_naive() == last.date_naive(), days) {
        (true, true) => from,
        (true, false) => format!("{from} – {}", last.format("%H:%M")),
        (false, _) => format!("{from} – {}", begin(time(span.last), step, now)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, TimeZone};

    use super::*;

    fn now() -> Now {
        Now {
            utc: Utc.with_ymd_and_hms(2026, 11, 23, 13, 20, 0).unwrap(),
            offset: FixedOffset::east_opt(3600).unwrap(),
        }
    }

    #[test]
    fn lengths_are_in_the_unit_that_people_use() {
        for (seconds, words) in [
            (60, "1 min"),
            (3600, "1 h"),
            (5400, "90 min"),
            (7200, "2 h"),
            (86_400, "24 h"),
            (86_401, "24 h"),
            (3 * 86_400, "72 h"),
            (7 * 86_400 + 1, "7 d"),
            (30 * 86_400, "30 d"),
        ] {
            assert_eq!(length(seconds), words);
        }
    }

    #[test]
    fn a_stretch_names_what_differs() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp();
        for (first, last, words) in [
            ("2026-11-22T13:00:00Z", "2026-11-22T13:59:59Z", "22 Nov 14:00 – 14:59"),
            ("2026-11-22T13:00:00Z", "2026-11-23T01:59:59Z", "22 Nov 14:00 – 23 Nov 02:59"),
            ("2026-11-21T23:00:00Z", "2026-11-22T22:59:59Z", "22 Nov"),
            ("2026-11-21T23:00:00Z", "2026-11-23T22:59:59Z", "22 Nov – 23 Nov"),
            ("2025-12-31T22:00:00Z", "2026-01-01T00:59:59Z", "31 Dec 2025 23:00 – 1 Jan 01:59"),
        ] {
            assert_eq!(stretch(Span { first: at(first), last: at(last) }, now()), words);
        }
    }
}
