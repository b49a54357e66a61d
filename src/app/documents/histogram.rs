//! The histogram above the list.
//!
//! With two rows it is stacked without the help of colour: the lower row is the alerts of High severity, the upper row
//! the others, both on one scale. With one row a bar is all of them, and words say when the last of High severity came.
//! Heights go by the logarithm, so that one burst does not flatten the rest.

use crate::app::document::{Piece, Role};
use crate::app::documents::chart::{Cells, LEVELS, bar, begin, length, severities};
use crate::app::documents::moment::{counted, thousands};
use crate::app::layout::BEFORE_BARS;
use crate::app::message::Now;
use crate::domain::Severity;
use crate::domain::chart::{Counts, Histogram, level};

/// One row: what begins at the left edge, and what ends at the right one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The label and the bars.
    pub left: Vec<Piece>,
    /// What is to be known of them.
    pub right: Vec<Piece>,
}

/// The rows, one or two; none without an alert. `wide` says whether there is room for times.
pub fn rows(histogram: &Histogram, rows: usize, wide: bool, blocks: bool, now: Now) -> Vec<Line> {
    let time = length(histogram.span.len());
    let high = |counts: Counts| counts.of(Severity::High);
    let total = |counts: Counts| counts.total();
    if histogram.peak(total).is_none() {
        return Vec::new();
    }
    if rows < 2 {
        let left = lane(histogram, &time, total, Counts::worst, total, blocks);
        let mut right = peak(histogram, total, false, now);
        let last = histogram.buckets.iter().rposition(|counts| high(*counts) > 0);
        if let Some(last) = last.filter(|_| wide) {
            right.push(Piece::new(" · ", Role::Dim));
            right.push(Piece::new("High", Role::Severity(Severity::High)));
            let when = begin(histogram.begin(last), histogram.step, now);
            right.push(Piece::new(format!(" {when}"), Role::Dim));
        }
        return vec![Line { left, right }];
    }
    let others = |counts: Counts| counts.total() - counts.of(Severity::High);
    let greater = |counts: Counts| high(counts).max(others(counts));
    let mixed = |counts: Counts| counts.without(Severity::High).median();
    let worst = |counts: Counts| counts.worst();
    let upper = lane(histogram, &time, others, mixed, greater, blocks);
    let lower = lane(histogram, "High", high, worst, greater, blocks);
    vec![
        Line { left: upper, right: peak(histogram, total, wide, now) },
        Line { left: lower, right: peak(histogram, high, wide, now) },
    ]
}

/// A row of bars behind its label: their height by one measure on the scale of another.
fn lane(
    histogram: &Histogram,
    label: &str,
    measure: impl Fn(Counts) -> u32,
    colour: impl Fn(Counts) -> Option<Severity>,
    scale: impl Fn(Counts) -> u32,
    blocks: bool,
) -> Vec<Piece> {
    let top = histogram.peak(scale).map_or(0, |(_, count)| count);
    let role = if label == "High" { Role::Severity(Severity::High) } else { Role::Dim };
    let mut line = vec![Piece::new(label, role)];
    line.push(Piece::from(" ".repeat(BEFORE_BARS.saturating_sub(label.len())).as_str()));
    let mut cells = Cells::default();
    for counts in &histogram.buckets {
        let level = level(measure(*counts), top, LEVELS);
        let role = colour(*counts).map_or(Role::Dim, Role::Severity);
        cells.push(bar(level, blocks), 1, role);
    }
    line.extend(cells.finish());
    line
}

/// `peak 31 · 22 Nov 14:00`; without alerts nothing.
fn peak(histogram: &Histogram, measure: impl Fn(Counts) -> u32, wide: bool, now: Now) -> Vec<Piece> {
    let Some((at, count)) = histogram.peak(measure) else { return Vec::new() };
    let mut words = format!("peak {}", thousands(count as usize));
    if wide {
        words = format!("{words} · {}", begin(histogram.begin(at), histogram.step, now));
    }
    vec![Piece::new(words, Role::Dim)]
}

/// The same in words, on one line: `30 d: 622 alerts; the most 31, 22 Nov 14:00; 12 High · 610 Low`.
pub fn words(histogram: &Histogram, now: Now) -> Vec<Piece> {
    let all = histogram.sum(0, histogram.buckets.len() - 1);
    let time = length(histogram.span.len());
    let mut line = vec![Piece::from(format!("{time}: {}", counted(all.total() as usize, "alert")).as_str())];
    if let Some((at, count)) = histogram.peak(Counts::total) {
        let when = begin(histogram.begin(at), histogram.step, now);
        let step = length(histogram.step);
        let words = format!("; the most in {step}: {}, from {when}; ", thousands(count as usize));
        line.push(Piece::from(words.as_str()));
        line.extend(severities(all));
    }
    let outside = histogram.before + histogram.after + histogram.untimed;
    if outside > 0 {
        line.push(Piece::from(format!("; {} outside this time", thousands(outside as usize)).as_str()));
    }
    line
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, TimeZone, Utc};

    use super::*;
    use crate::domain::chart::{Ruler, Span, Steps};

    fn now() -> Now {
        Now {
            utc: Utc.with_ymd_and_hms(2026, 11, 23, 14, 0, 0).unwrap(),
            offset: FixedOffset::east_opt(3600).unwrap(),
        }
    }

    fn histogram() -> Histogram {
        let last = now().utc.timestamp() - 1;
        let at = |hours: i64| (last - hours * 3600) as u32;
        let alerts = [
            (at(7), Severity::Low),
            (at(5), Severity::High),
            (at(5), Severity::Medium),
            (at(5), Severity::Low),
            (at(2), Severity::Informational),
            (0, Severity::Low),
        ];
        let many = std::iter::repeat_n((at(0), Severity::Low), 16);
        let ruler = Ruler { bars: 8, steps: Steps::Clock, offset: now().offset };
        let span = Span { first: last - 8 * 3600 + 1, last };
        Histogram::new(alerts.into_iter().chain(many), span, ruler)
    }

    fn text(line: &[Piece]) -> String {
        line.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn high_alerts_have_a_row_of_their_own_on_the_same_scale() {
        let drawn = |rows_, wide, blocks| -> Vec<(String, String)> {
            let lines = rows(&histogram(), rows_, wide, blocks, now());
            lines.iter().map(|line| (text(&line.left), text(&line.right))).collect()
        };
        let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        assert_eq!(
            drawn(2, true, true),
            [
                pair("8 h    ▂ ▃  ▂ █", "peak 16 · 23 Nov 14:00"),
                pair("High     ▂     ", "peak 1 · 23 Nov 09:00")
            ]
        );
        assert_eq!(
            drawn(2, false, false),
            [pair("8 h    : -  : #", "peak 16"), pair("High     :     ", "peak 1")]
        );
        assert_eq!(drawn(1, true, true), [pair("8 h    ▂ ▄  ▂ █", "peak 16 · High 23 Nov 09:00")]);
    }

    #[test]
    fn without_an_alert_there_is_nothing_to_label() {
        let ruler = Ruler { bars: 8, steps: Steps::Clock, offset: now().offset };
        let last = now().utc.timestamp() - 1;
        let empty = Histogram::new(std::iter::empty(), Span { first: last - 3599, last }, ruler);
        for count in 1..=2 {
            assert_eq!(rows(&empty, count, true, true, now()), []);
        }
    }

    #[test]
    fn words_tell_the_same() {
        assert_eq!(
            text(&words(&histogram(), now())),
            "8 h: 21 alerts; the most in 1 h: 16, from 23 Nov 14:00; 1 High · 1 Medium · 18 Low · 1 Informational; 1 outside this time"
        );
    }
}
