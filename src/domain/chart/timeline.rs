//! A stretch of time cut into buckets, with what is most frequent in each.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Histogram, Ruler, Span, Steps, Window};
use crate::domain::SafeText;
use crate::domain::fact::FactKind;
use crate::domain::filter::{Compiled, Context, Filter};
use crate::domain::table::Table;

/// Values named of each bucket, at most.
const MOST: usize = 3;

/// What is most frequent in a bucket, each with its number of alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequent {
    /// Alert types.
    pub types: Vec<(SafeText, u32)>,
    /// Resources.
    pub resources: Vec<(SafeText, u32)>,
}

/// Alerts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// How many when.
    pub histogram: Histogram,
    /// What is most frequent in each bucket.
    pub frequent: Vec<Frequent>,
    /// The time from the oldest alert on, and that of the filter: one cannot zoom out further.
    pub whole: Span,
    /// How many alerts there are, whenever they came.
    pub alerts: usize,
}

/// The oldest and the newest time among rows of the table, in seconds since the epoch.
pub(crate) fn extent(table: &Table, rows: &[u32]) -> Option<(i64, i64)> {
    let seconds = rows.iter().filter_map(|row| table.row(*row)).map(|row| row.seconds());
    let extent = seconds.filter(|second| *second != 0).fold(None, |extent, second| {
        let (oldest, newest) = extent.unwrap_or((second, second));
        Some((second.min(oldest), second.max(newest)))
    });
    extent.map(|(oldest, newest)| (i64::from(oldest), i64::from(newest)))
}

impl Timeline {
    /// Counts the alerts of a filter, whatever it says about time, over a stretch of time with room for so many bars;
    /// without one over the time that the filter says. None when `cancelled` said that nobody waits any more.
    pub fn of(
        table: &Table,
        filter: &Filter,
        (span, bars): (Option<Span>, usize),
        context: &Context,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let timeless = filter.with_since(None);
        let rows = Compiled::new(&timeless, table, context, cancelled)?.rows(cancelled)?;
        let ruler = Ruler { bars, steps: Steps::Clock, offset: context.offset };
        let time = (span, Window::of(filter, context));
        Self::new(table, &rows, time, ruler, context.now.timestamp(), cancelled)
    }

    /// Counts rows of the table over a stretch of time; without one over that of the filter's window. None when
    /// `cancelled` said that nobody waits any more.
    pub fn new(
        table: &Table,
        rows: &[u32],
        (span, window): (Option<Span>, Window),
        ruler: Ruler,
        now: i64,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let alerts = extent(table, rows);
        let filters = window.span(alerts, now);
        let whole = Window::default().span(alerts, now).union(filters);
        let mut histogram = Histogram::empty(span.unwrap_or(filters), ruler);
        let mut counts: [HashMap<(usize, u32), u32>; 2] = Default::default();
        for rows in rows.chunks(1 << 14) {
            if cancelled() {
                return None;
            }
            for row in rows.iter().filter_map(|row| table.row(*row)) {
                let Some(at) = histogram.count(row.seconds(), row.severity()) else { continue };
                for (counts, kind) in counts.iter_mut().zip([FactKind::Type, FactKind::Resource]) {
                    *counts.entry((at, row.head_code(kind))).or_default() += 1;
                }
            }
        }
        let buckets = histogram.buckets.len();
        let [types, resources] = counts.map(|counts| most(table, counts, buckets));
        let frequent =
            types.into_iter().zip(resources).map(|(types, resources)| Frequent { types, resources });
        Some(Self { frequent: frequent.collect(), histogram, whole, alerts: rows.len() })
    }
}

/// Of each bucket the most frequent values that are not empty.
fn most(table: &Table, counts: HashMap<(usize, u32), u32>, buckets: usize) -> Vec<Vec<(SafeText, u32)>> {
    let mut each: Vec<Vec<(u32, u32)>> = vec![Vec::new(); buckets];
    for ((at, code), count) in counts {
        if !table.dict().text(code).is_empty() {
            each[at].push((code, count));
        }
    }
    let name = |(code, count): &(u32, u32)| (SafeText::from(table.dict().text(*code)), *count);
    each.into_iter()
        .map(|mut values| {
            values.sort_unstable_by_key(|(code, count)| (Reverse(*count), *code));
            values.iter().take(MOST).map(name).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, context, table};

    #[test]
    fn buckets_name_what_is_most_frequent_in_them() {
        let at =
            |name, time, alert_type, resource| Sample { time, alert_type, resource, ..Sample::new(name) };
        let table = table(&[
            at("a", "2026-11-23T12:10:00Z", "VM_A", "vm-1"),
            at("b", "2026-11-23T12:20:00Z", "VM_B", "vm-1"),
            at("c", "2026-11-23T12:30:00Z", "VM_B", ""),
            at("d", "2026-11-22T12:30:00Z", "VM_C", "vm-2"),
            at("e", "", "VM_C", "vm-2"),
        ]);
        let now = context().now.timestamp();
        let ruler = Ruler { bars: 30, steps: Steps::Clock, offset: context().offset };
        let made = |span, window| {
            Timeline::new(&table, &[0, 1, 2, 3, 4], (span, window), ruler, now, &|| false).unwrap()
        };
        let timeline = made(None, Window::default());
        assert_eq!((timeline.histogram.step, timeline.histogram.untimed, timeline.alerts), (3600, 1, 5));
        let (peak, count) = timeline.histogram.peak(super::super::Counts::total).unwrap();
        assert_eq!(count, 3);
        let shown = |values: &[(SafeText, u32)]| -> Vec<String> {
            values.iter().map(|(value, count)| format!("{value} {count}")).collect()
        };
        let frequent = &timeline.frequent[peak];
        assert_eq!(shown(&frequent.types), ["VM_B 2", "VM_A 1"]);
        assert_eq!(shown(&frequent.resources), ["vm-1 2"]);
        // The filter's time is shown at first; one can zoom out to the oldest alert.
        let window = Window { since: Some(now - 7200), until: None };
        let near = made(None, window);
        assert_eq!(near.histogram.span, Span { first: now - 7200, last: now });
        assert_eq!(near.whole, timeline.histogram.span);
        assert_eq!(near.histogram.before, 1);
        let far = made(Some(near.whole), window);
        assert_eq!(far.histogram, timeline.histogram);
        assert!(Timeline::new(&table, &[0], (None, window), ruler, now, &|| true).is_none());
    }
}
