//! Alerts over time: bars stacked by severity with axes, what is under the cursor, and the same as lines of text.

use chrono::{DateTime, Timelike};

use crate::app::document::{Document, Piece, Role, safe, width};
use crate::app::documents::chart::{Cells, begin, layer, length, severities, stretch};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{counted, thousands};
use crate::app::layout::BEFORE_AXIS;
use crate::app::message::Now;
use crate::app::model::TimelineView;
use crate::domain::SafeText;
use crate::domain::chart::{Counts, Histogram, Timeline, height, stack};

/// The widest bar, in cells.
const WIDEST: usize = 8;

/// From this width on, a cell of a bar is left blank to part it from the next.
const PARTED: usize = 3;

/// Lengths of time that people count by, in seconds, the shortest first: where labels stand.
pub const LABELS: [i64; 16] = [
    60,
    300,
    900,
    1800,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    86_400,
    2 * 86_400,
    7 * 86_400,
    14 * 86_400,
    28 * 86_400,
    84 * 86_400,
    364 * 86_400,
];

/// What is shown: `622 alerts · 24 Oct 13:00 – 23 Nov 14:00 · 30 d · a bar is 12 h`, and the filter.
pub fn head(view: &TimelineView, timeline: &Timeline, now: Now) -> Vec<Piece> {
    let histogram = &timeline.histogram;
    let shown = histogram.sum(0, histogram.buckets.len() - 1).total();
    let mut line = vec![
        Piece::new(counted(shown as usize, "alert"), Role::Strong),
        Piece::from(format!("  {}", stretch(histogram.span, now)).as_str()),
        Piece::new(format!(" · {}", length(histogram.span.len())), Role::Dim),
        Piece::new(format!(" · a bar is {}", length(histogram.step)), Role::Dim),
    ];
    let outside = timeline.alerts.saturating_sub(shown as usize);
    if outside > 0 {
        line.push(Piece::new(format!(" · {} at other times", thousands(outside)), Role::Dim));
    }
    let filter = view.filter.with_since(None);
    if !filter.is_all() {
        line.push(Piece::new("   ", Role::Dim));
        line.extend(safe(SafeText::from(filter.to_string()).as_safe(), Role::Dim));
    }
    line
}

/// The bars with their axes, in so many columns and rows.
pub fn picture(
    view: &TimelineView,
    timeline: &Timeline,
    (columns, rows): (usize, usize),
    blocks: bool,
    now: Now,
) -> Document {
    let histogram = &timeline.histogram;
    let room = columns.saturating_sub(BEFORE_AXIS);
    let cell = (room / histogram.buckets.len()).clamp(1, WIDEST);
    let high = rows.saturating_sub(2);
    let mut lines = bars(histogram, cell, high, blocks);
    let labels = labels(histogram, cell, room, now);
    lines.push(axis(view, histogram, cell, &labels, blocks));
    let mut line = " ".repeat(BEFORE_AXIS);
    for (at, label) in labels {
        let gap = (BEFORE_AXIS + at * cell).saturating_sub(width(&line));
        line.push_str(&" ".repeat(gap));
        line.push_str(&label);
    }
    lines.push(vec![Piece::new(line, Role::Dim)]);
    lines.truncate(rows);
    Document { lines }
}

/// The rows of the bars, the highest first, with the numbers of the axis.
fn bars(histogram: &Histogram, cell: usize, high: usize, blocks: bool) -> Vec<Vec<Piece>> {
    let peak = histogram.peak(Counts::total).map_or(0, |(_, count)| count);
    let stacks: Vec<_> =
        histogram.buckets.iter().map(|counts| stack(*counts, height(counts.total(), peak, high))).collect();
    let (full, blank) = if cell >= PARTED { (cell - 1, 1) } else { (cell, 0) };
    let mut lines = Vec::with_capacity(high);
    for row in (0..high).rev() {
        let mut line = vec![Piece::new(number(row, high, peak, blocks), Role::Dim)];
        let mut cells = Cells::default();
        for layers in &stacks {
            let mut below = 0;
            let here = layers.iter().find(|(_, cells)| {
                below += cells;
                row < below
            });
            match here {
                Some((severity, _)) => cells.push(layer(*severity, blocks), full, Role::Severity(*severity)),
                None => cells.push(' ', full, Role::Body),
            }
            cells.push(' ', blank, Role::Body);
        }
        line.extend(cells.finish());
        lines.push(line);
    }
    lines
}

/// The axis beside a row: the peak at the top, and a quarter of it half way up, since heights go by the square root.
fn number(row: usize, high: usize, peak: u32, blocks: bool) -> String {
    let sign = if blocks { '┤' } else { '+' };
    let bar = if blocks { '│' } else { '|' };
    let words = match row {
        _ if peak == 0 => String::new(),
        row if row + 1 == high => short(peak),
        row if row + 1 == high / 2 && high >= 6 && peak >= 8 => short(peak / 4),
        _ => String::new(),
    };
    let sign = if words.is_empty() { bar } else { sign };
    format!("{words:>5} {sign}")
}

/// A number in at most five cells.
fn short(number: u32) -> String {
    match number {
        ..10_000 => thousands(number as usize),
        10_000..10_000_000 => format!("{}k", number / 1000),
        _ => format!("{}M", number / 1_000_000),
    }
}

/// The labels of the axis by their bucket: as many as fit without touching.
fn labels(histogram: &Histogram, cell: usize, room: usize, now: Now) -> Vec<(usize, String)> {
    let offset = i64::from(now.offset.local_minus_utc());
    let at_multiples = |every: i64| -> Vec<(usize, String)> {
        (0..histogram.buckets.len())
            .filter(|at| (histogram.bounds(*at, *at).first + offset).rem_euclid(every) == 0)
            .map(|at| (at, label(histogram, at, every, now)))
            .collect()
    };
    let fit = |labels: &Vec<(usize, String)>| {
        labels.windows(2).all(|pair| pair[0].0 * cell + width(&pair[0].1) + 2 <= pair[1].0 * cell)
    };
    let lengths = LABELS.into_iter().filter(|every| every % histogram.step == 0);
    let mut labels = lengths.map(at_multiples).find(fit).unwrap_or_default();
    labels.retain(|(at, label)| at * cell + width(label) <= room);
    labels
}

/// A label: of a midnight the date, else the time.
fn label(histogram: &Histogram, at: usize, every: i64, now: Now) -> String {
    let begins = DateTime::from_timestamp(histogram.bounds(at, at).first, 0).unwrap_or_default();
    let local = begins.with_timezone(&now.offset);
    if every >= 86_400 || local.num_seconds_from_midnight() == 0 {
        begin(begins, 86_400, now)
    } else {
        local.format("%H:%M").to_string()
    }
}

/// The axis below the bars: the cursor, and the span while there is one.
fn axis(
    view: &TimelineView,
    histogram: &Histogram,
    cell: usize,
    labels: &[(usize, String)],
    blocks: bool,
) -> Vec<Piece> {
    let [corner, line, tick, span, cursor] =
        if blocks { ['└', '─', '┬', '━', '▲'] } else { ['+', '-', '+', '=', '^'] };
    let (from, to) = view.chosen();
    let mut cells = Cells::default();
    cells.push(' ', BEFORE_AXIS - 1, Role::Dim);
    let mut pieces = cells.finish();
    let mut cells = Cells::default();
    cells.push(corner, 1, Role::Dim);
    for at in 0..histogram.buckets.len() {
        let inside = view.anchor.is_some() && (from..=to).contains(&at);
        let (rest, role) = if inside { (span, Role::Key) } else { (line, Role::Dim) };
        if at == view.at {
            cells.push(cursor, 1, Role::Key);
        } else if labels.iter().any(|(labelled, _)| *labelled == at) && !inside {
            cells.push(tick, 1, Role::Dim);
        } else {
            cells.push(rest, 1, role);
        }
        cells.push(rest, cell - 1, role);
    }
    pieces.extend(cells.finish());
    pieces
}

/// What is under the cursor, in words: when, how many of each severity, and what is most frequent.
pub fn words(view: &TimelineView, timeline: &Timeline, now: Now) -> Vec<Vec<Piece>> {
    let (from, to) = view.chosen();
    let histogram = &timeline.histogram;
    let counts = histogram.sum(from, to);
    let when = stretch(histogram.bounds(from, to), now);
    let mut lines = vec![vec![
        Piece::new("▲ ", Role::Key),
        Piece::new(when, Role::Strong),
        Piece::from(format!("   {}", counted(counts.total() as usize, "alert")).as_str()),
    ]];
    let mut line = vec![Piece::from("  ")];
    line.extend(severities(counts));
    lines.push(line);
    let frequent = timeline.frequent.get(from).filter(|_| from == to);
    if let Some(frequent) = frequent {
        lines.extend(values("types", &frequent.types));
        lines.extend(values("resources", &frequent.resources));
    } else {
        let bars = to - from + 1;
        lines.push(vec![Piece::new(format!("  a span of {}", counted(bars, "bar")), Role::Dim)]);
    }
    lines
}

/// The most frequent values with their numbers; none when there are none.
fn values(label: &str, values: &[(SafeText, u32)]) -> Option<Vec<Piece>> {
    let mut line = vec![Piece::new(format!("  {label:<10} "), Role::Label)];
    for (at, (value, count)) in values.iter().enumerate() {
        line.push(Piece::new(if at == 0 { "" } else { " · " }, Role::Dim));
        line.extend(safe(value.as_safe(), Role::Body));
        line.push(Piece::new(format!(" {}", thousands(*count as usize)), Role::Dim));
    }
    (!values.is_empty()).then_some(line)
}

/// The same as lines of text: a line for each bucket with alerts.
pub fn text(view: &TimelineView, timeline: &Timeline, columns: usize, now: Now) -> Document {
    let histogram = &timeline.histogram;
    let mut flow = Flow::new(columns);
    flow.wrap("", "  ", &head(view, timeline, now));
    for (at, counts) in histogram.buckets.iter().enumerate().filter(|(_, counts)| counts.total() > 0) {
        let when = stretch(histogram.bounds(at, at), now);
        let alerts = counted(counts.total() as usize, "alert");
        let mut line = vec![Piece::from(format!("{when}: {alerts}: ").as_str())];
        line.extend(severities(*counts));
        flow.wrap("", "  ", &line);
    }
    flow.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{FixedOffset, TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::app::document::line_width;
    use crate::domain::Severity;
    use crate::domain::chart::{Frequent, Ruler, Span, Steps};

    fn now() -> Now {
        Now {
            utc: Utc.with_ymd_and_hms(2026, 11, 23, 14, 0, 0).unwrap(),
            offset: FixedOffset::east_opt(3600).unwrap(),
        }
    }

    fn timeline(hours: i64, bars: usize, alerts: &[(u32, u8)]) -> Timeline {
        let last = now().utc.timestamp();
        let span = Span { first: last - hours * 3600, last };
        let alerts = alerts.iter().map(|(minutes, severity)| {
            ((last - i64::from(*minutes) * 60) as u32, Severity::from_code(*severity))
        });
        let ruler = Ruler { bars, steps: Steps::Clock, offset: now().offset };
        let histogram = Histogram::new(alerts, span, ruler);
        let frequent = vec![Frequent::default(); histogram.buckets.len()];
        Timeline { histogram, frequent, whole: span, alerts: 3 }
    }

    #[test]
    fn bars_are_stacked_with_the_worst_at_the_bottom() {
        let alerts = [(30, 4), (30, 2), (30, 2), (90, 2), (150, 1)];
        let shown = timeline(4, 5, &alerts);
        let view = TimelineView { at: 3, ..TimelineView::default() };
        let drawn = |blocks| picture(&view, &shown, (22, 5), blocks, now()).text();
        assert_eq!(
            drawn(true),
            "    3 ┤         ▒▒\n      │   ░░ ▒▒ ▒▒\n      │   ░░ ▒▒ ██\n      └───┬─────▲─────\n          12:00\n"
        );
        assert!(drawn(false).starts_with("    3 +         LL\n      |   II LL LL\n      |   II LL HH\n"));
    }

    proptest! {
        #[test]
        fn a_picture_stays_in_its_frame(
            columns in 20..180_usize,
            rows in 4..40_usize,
            hours in 1..4000_i64,
            alerts in prop::collection::vec((0..5000_u32, 0..5_u8), 0..40),
            place in any::<prop::sample::Index>(),
        ) {
            let shown = timeline(hours, columns - BEFORE_AXIS, &alerts);
            let at = place.index(shown.histogram.buckets.len());
            let view = TimelineView { at, anchor: Some(0), ..TimelineView::default() };
            let drawn = picture(&view, &shown, (columns, rows), true, now());
            prop_assert_eq!(drawn.len(), rows);
            for line in &drawn.lines {
                prop_assert!(line_width(line) <= columns, "{}", drawn.text());
            }
            // The cursor stands under its bar.
            prop_assert_eq!(drawn.text().matches('▲').count(), 1);
            let _ = Arc::new(words(&view, &shown, now()));
        }
    }
}
