//! Alerts over time: bars stacked by severity with axes, what is under the cursor, and the same as lines of text.

use chrono::{DateTime, Timelike};

use crate::app::document::{Document, Piece, Role, line_width, safe, width};
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

/// What the numbers at the left need to be read right.
pub const SCALE: &str = "heights by the square root of the number";

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

/// What is shown: `622 alerts · 24 Oct 13:00 – 23 Nov 14:00 · 30 d · a bar is 12 h`, and the filter. In fewer columns
/// without the length of the whole, which its ends say too.
pub fn head(view: &TimelineView, timeline: &Timeline, columns: usize, now: Now) -> Vec<Piece> {
    let histogram = &timeline.histogram;
    let shown = histogram.sum(0, histogram.buckets.len() - 1).total();
    let mut line = vec![
        Piece::new(counted(shown as usize, "alert"), Role::Strong),
        Piece::from(format!("  {}", stretch(histogram.span, now)).as_str()),
    ];
    let mut facts = vec![Piece::new(format!(" · a bar is {}", length(histogram.step)), Role::Dim)];
    let outside = timeline.alerts.saturating_sub(shown as usize);
    if outside > 0 {
        facts.push(Piece::new(format!(" · {} at other times", thousands(outside)), Role::Dim));
    }
    let whole = Piece::new(format!(" · {}", length(histogram.span.len())), Role::Dim);
    if line_width(&line) + whole.width() + line_width(&facts) <= columns {
        line.push(whole);
    }
    line.extend(facts);
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
    let slots = Slots::new(histogram.buckets.len(), room);
    let high = rows.saturating_sub(2);
    let mut lines = bars(histogram, slots, high, blocks);
    let labels = labels(histogram, slots, room, now);
    lines.push(axis(view, histogram, slots, &labels, blocks));
    let mut line = " ".repeat(BEFORE_AXIS);
    for (at, label) in labels {
        let gap = (BEFORE_AXIS + slots.begin(at)).saturating_sub(width(&line));
        line.push_str(&" ".repeat(gap));
        line.push_str(&label);
    }
    lines.push(vec![Piece::new(line, Role::Dim)]);
    lines.truncate(rows);
    Document { lines }
}

/// Where each bar stands.
#[derive(Debug, Clone, Copy)]
struct Slots {
    bars: usize,
    /// Cells of all of them.
    cells: usize,
}

impl Slots {
    /// All bars have one width, unless that leaves more than a quarter of the room blank: then some have a cell more.
    fn new(bars: usize, room: usize) -> Self {
        let even = bars * (room / bars).clamp(1, WIDEST);
        let spread = even * 4 < room * 3 && room < bars * WIDEST;
        Self { bars, cells: if spread { room } else { even } }
    }

    /// The first cell of a bar; of the one after the last, the first cell behind all.
    fn begin(self, bar: usize) -> usize {
        bar * self.cells / self.bars
    }

    fn width(self, bar: usize) -> usize {
        self.begin(bar + 1) - self.begin(bar)
    }
}

/// The rows of the bars, the highest first, with the numbers of the axis.
fn bars(histogram: &Histogram, slots: Slots, high: usize, blocks: bool) -> Vec<Vec<Piece>> {
    let peak = histogram.peak(Counts::total).map_or(0, |(_, count)| count);
    let numbers = numbers(high, peak);
    let stacks: Vec<_> =
        histogram.buckets.iter().map(|counts| stack(*counts, height(counts.total(), peak, high))).collect();
    let blank = usize::from(slots.cells / slots.bars >= PARTED);
    let mut lines = Vec::with_capacity(high);
    for row in (0..high).rev() {
        let mut line = vec![Piece::new(number(row, &numbers, blocks), Role::Dim)];
        let mut cells = Cells::default();
        for (at, layers) in stacks.iter().enumerate() {
            let full = slots.width(at) - blank;
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

/// The numbers of the axis by their row, from the top: the peak, and below it what people count by, where a bar of so
/// many ends. Since heights go by the square root, the steps between them say so.
fn numbers(high: usize, peak: u32) -> Vec<(usize, u32)> {
    let row = |number| height(number, peak, high).saturating_sub(1);
    let apart = (high / 8).clamp(2, 5);
    let mut numbers = if peak > 0 && high > 0 { vec![(high - 1, peak)] } else { Vec::new() };
    let tens = std::iter::successors(Some(1_000_000_000_u32), |ten| (*ten > 1).then_some(ten / 10));
    for number in tens.flat_map(|ten| [5, 2, 1].map(|times| ten.saturating_mul(times))) {
        let lowest = numbers.last().map_or(0, |(row, _)| *row);
        // The lowest row has a bar of any number.
        if number < peak && row(number) > 0 && row(number) + apart <= lowest {
            numbers.push((row(number), number));
        }
    }
    numbers
}

/// The axis beside a row.
fn number(row: usize, numbers: &[(usize, u32)], blocks: bool) -> String {
    let [bar, tick] = if blocks { ['│', '┤'] } else { ['|', '+'] };
    match numbers.iter().find(|(at, _)| *at == row) {
        Some((_, number)) => format!("{:>5} {tick}", short(*number)),
        None => format!("{:>5} {bar}", ""),
    }
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
fn labels(histogram: &Histogram, slots: Slots, room: usize, now: Now) -> Vec<(usize, String)> {
    let offset = i64::from(now.offset.local_minus_utc());
    let at_multiples = |every: i64| -> Vec<(usize, String)> {
        (0..histogram.buckets.len())
            .filter(|at| (histogram.bounds(*at, *at).first + offset).rem_euclid(every) == 0)
            .map(|at| (at, label(histogram, at, every, now)))
            .collect()
    };
    let fit = |labels: &Vec<(usize, String)>| {
        labels.windows(2).all(|pair| slots.begin(pair[0].0) + width(&pair[0].1) + 2 <= slots.begin(pair[1].0))
    };
    let lengths = LABELS.into_iter().filter(|every| every % histogram.step == 0);
    let mut labels = lengths.map(at_multiples).find(fit).unwrap_or_default();
    labels.retain(|(at, label)| slots.begin(*at) + width(label) <= room);
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
    slots: Slots,
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
        cells.push(rest, slots.width(at) - 1, role);
    }
    pieces.extend(cells.finish());
    pieces
}

/// What is under the cursor, in words: when, how many of each severity with what its part of a bar is drawn with, and what
/// is most frequent.
pub fn words(view: &TimelineView, timeline: &Timeline, blocks: bool, now: Now) -> Vec<Vec<Piece>> {
    let (from, to) = view.chosen();
    let histogram = &timeline.histogram;
    let counts = histogram.sum(from, to);
    let when = stretch(histogram.bounds(from, to), now);
    let mut lines = vec![vec![
        Piece::new("▲ ", Role::Key),
        Piece::new(when, Role::Strong),
        Piece::from(format!("   {}", counted(counts.total() as usize, "alert")).as_str()),
    ]];
    let mut line = Vec::new();
    for (severity, count) in counts.present() {
        line.push(Piece::new(format!("  {} ", layer(severity, blocks)), Role::Severity(severity)));
        line.push(Piece::from(format!("{} ", thousands(count as usize)).as_str()));
        line.push(Piece::new(severity.short(), Role::Severity(severity)));
    }
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
    flow.wrap("", "  ", &head(view, timeline, usize::MAX, now));
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

    #[test]
    fn bars_take_the_width_that_there_is() {
        for (bars, room, cells) in [
            (96, 188, 188),
            (175, 188, 175),
            (30, 49, 49),
            (62, 188, 186),
            (25, 69, 69),
            (1, 50, 8),
            (5, 50, 40),
        ] {
            let slots = Slots::new(bars, room);
            assert_eq!(slots.begin(bars), cells, "{bars} in {room}");
            let widths: Vec<usize> = (0..bars).map(|bar| slots.width(bar)).collect();
            let (least, most) = (widths.iter().min().unwrap(), widths.iter().max().unwrap());
            assert!(*least > 0 && most - least <= 1, "{widths:?}");
        }
    }

    #[test]
    fn numbers_stand_where_a_bar_of_so_many_ends() {
        let at = |high, peak| -> Vec<(usize, u32)> { numbers(high, peak) };
        assert_eq!(at(49, 116), [(48, 116), (31, 50), (19, 20), (13, 10), (5, 2)]);
        assert_eq!(at(13, 296), [(12, 296), (10, 200), (7, 100), (4, 50), (2, 20)]);
        assert_eq!(at(5, 457), [(4, 457), (2, 200)]);
        assert_eq!((at(5, 0), at(0, 5)), (vec![], vec![]));
        for (row, number) in at(40, 9_000) {
            assert_eq!(height(number, 9_000, 40), row + 1);
        }
    }

    #[test]
    fn a_short_head_says_how_long_a_bar_is() {
        let (view, shown) = (TimelineView::default(), timeline(400, 20, &[(30, 4)]));
        let line = |columns| Document { lines: vec![head(&view, &shown, columns, now())] }.text();
        assert!(line(100).contains(" · 17 d · a bar is 24 h · 2 at other times"), "{}", line(100));
        assert!(line(60).contains(" 15:00 · a bar is 24 h"), "{}", line(60));
    }

    proptest! {
        #[test]
        fn a_picture_stays_in_its_frame(
            columns in 20..210_usize,
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
            let _ = Arc::new(words(&view, &shown, true, now()));
        }
    }
}
