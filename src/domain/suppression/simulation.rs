//! What a rule would have matched of the alerts at hand: its blast radius.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};

use crate::domain::table::Row;
use crate::domain::{AlertKey, SafeText, Severity, Status};

/// Resources that are named, those with the most matches first.
const TOP: usize = 20;

/// A matching alert, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The alert.
    pub key: AlertKey,
    /// Its severity.
    pub severity: Severity,
    /// Its status as shown: with what is queued for it.
    pub status: Status,
    /// True when someone took it up: it is in progress or resolved, assigned, or was set so with quell.
    pub taken_up: bool,
    /// False when the source no longer has it.
    pub there: bool,
    /// Its time.
    pub time: Option<DateTime<Utc>>,
    /// The affected resource.
    pub resource: SafeText,
    /// True without any entity: it matches whatever the conditions say.
    pub bare: bool,
}

impl Seen {
    /// What a row of the table says; `recorded` when the journal says that someone took it up, `bare` without entities.
    pub fn of(row: &Row<'_>, recorded: bool, bare: bool) -> Self {
        let status = row.status();
        let assigned = row.local().is_some_and(|local| local.assigned.is_some());
        Self {
            key: row.key(),
            severity: row.severity(),
            status,
            taken_up: recorded || assigned || matches!(status, Status::InProgress | Status::Resolved),
            there: !row.flags().is_gone(),
            time: row.time(),
            resource: row.resource().0.into(),
            bare,
        }
    }
}

/// The matches of one ISO week, by UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
    /// How many matches of each severity, by [`Severity`]'s code.
    pub severities: [u32; 5],
}

impl Week {
    /// All matches of the week.
    pub fn total(&self) -> u32 {
        self.severities.iter().sum()
    }

    /// Year and number by ISO 8601: `2026-W48`.
    pub fn label(&self) -> String {
        let week = self.monday.iso_week();
        format!("{}-W{:02}", week.year(), week.week())
    }
}

/// What a rule would have matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Alerts in the cache of the rule's subscriptions.
    pub cached: usize,
    /// Those of its types: all of these were read.
    pub of_type: usize,
    /// Its types of which the cache has no alert, of any subscription.
    pub never_fired: Vec<SafeText>,
    /// Those of them whose body could not be read; they are not counted below.
    pub unread: usize,
    /// Those that match.
    pub matched: usize,
    /// Which, in the order of the cache.
    pub matches: Vec<AlertKey>,
    /// Those that match for want of any entity.
    pub bare: usize,
    /// Matches by severity, by [`Severity`]'s code.
    pub severities: [u32; 5],
    /// The weeks with matches, the oldest first.
    pub weeks: Vec<Week>,
    /// Matches without a time.
    pub undated: usize,
    /// Affected resources with their matches, the most first; at most twenty.
    pub resources: Vec<(SafeText, usize)>,
    /// How many resources there are.
    pub resource_count: usize,
    /// Matches that someone took up or resolved: likely real.
    pub likely_real: usize,
    /// Matches that are active or in progress now, in the order of the cache.
    pub open: Vec<AlertKey>,
}

impl Simulation {
    /// How many matches have a severity.
    pub fn count(&self, severity: Severity) -> u32 {
        self.severities[severity as usize]
    }
}

/// Counts matches.
#[derive(Debug, Default)]
pub struct Counter {
    simulation: Simulation,
    weeks: BTreeMap<NaiveDate, [u32; 5]>,
    resources: HashMap<SafeText, usize>,
}

impl Counter {
    /// Begins with how many alerts the subscriptions have, how many of the types, and the types without any.
    pub fn new(cached: usize, of_type: usize, never_fired: Vec<SafeText>) -> Self {
        let simulation = Simulation { cached, of_type, never_fired, ..Simulation::default() };
        Self { simulation, ..Self::default() }
    }

    /// An alert of the types could not be read.
    pub fn unread(&mut self) {
        self.simulation.unread += 1;
    }

    /// Counts a match.
    pub fn matched(&mut self, seen: Seen) {
        let counts = &mut self.simulation;
        counts.matched += 1;
        counts.matches.push(seen.key);
        counts.bare += usize::from(seen.bare);
        counts.severities[seen.severity as usize] += 1;
        counts.likely_real += usize::from(seen.taken_up);
        if seen.there && seen.status.is_open() {
            counts.open.push(seen.key);
        }
        match seen.time.and_then(monday) {
            Some(monday) => self.weeks.entry(monday).or_default()[seen.severity as usize] += 1,
            None => counts.undated += 1,
        }
        *self.resources.entry(seen.resource).or_default() += 1;
    }

    /// The counts.
    pub fn finish(self) -> Simulation {
        let mut simulation = self.simulation;
        let weeks = self.weeks.into_iter().map(|(monday, severities)| Week { monday, severities });
        simulation.weeks = weeks.collect();
        simulation.resource_count = self.resources.len();
        let mut resources: Vec<(SafeText, usize)> = self.resources.into_iter().collect();
        resources.sort_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.cmp(b)));
        resources.truncate(TOP);
        simulation.resources = resources;
        simulation.matches.sort_unstable();
        simulation.open.sort_unstable();
        simulation
    }
}

/// The Monday of a moment's ISO week.
fn monday(time: DateTime<Utc>) -> Option<NaiveDate> {
    let week = time.date_naive().iso_week();
    NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
    }

    fn seen(key: u32, resource: &str, time: &str) -> Seen {
        Seen {
            key: AlertKey(key),
            severity: Severity::Low,
            status: Status::Active,
            taken_up: false,
            there: true,
            time: at(time),
            resource: resource.into(),
            bare: false,
        }
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        let mut counter = Counter::new(9, 6, Vec::new());
        for (key, time) in [
            (1, "2026-12-31T23:59:59Z"),
            (2, "2027-01-03T23:59:59Z"),
            (3, "2027-01-04T00:00:00Z"),
            (4, "2021-01-01T00:00:00Z"),
            (5, ""),
        ] {
            counter.matched(seen(key, "r", time));
        }
        let simulation = counter.finish();
        let weeks: Vec<_> = simulation.weeks.iter().map(|week| (week.label(), week.total())).collect();
        let expected =
            [("2020-W53", 1), ("2026-W53", 2), ("2027-W01", 1)].map(|(label, n)| (label.to_owned(), n));
        assert_eq!(weeks, expected);
        assert_eq!((simulation.undated, simulation.matched), (1, 5));
        assert_eq!((simulation.cached, simulation.of_type), (9, 6));
    }

    #[test]
    fn only_what_the_source_still_has_open_counts_as_open() {
        let mut counter = Counter::new(0, 0, Vec::new());
        for (key, status, there) in [
            (4, Status::Active, true),
            (3, Status::InProgress, true),
            (2, Status::Active, false),
            (1, Status::Dismissed, true),
            (5, Status::Resolved, true),
        ] {
            counter.matched(Seen { status, there, ..seen(key, "r", "") });
        }
        assert_eq!(counter.finish().open, [AlertKey(3), AlertKey(4)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_way_to_count_comes_to_the_same_total(
            alerts in prop::collection::vec((0_u8..5, 0_u8..5, any::<bool>(), 0_u32..40, prop::option::of(0_i64..2_000_000_000)), 0..80)
        ) {
            let mut counter = Counter::new(alerts.len(), alerts.len(), Vec::new());
            for (key, (severity, status, taken_up, resource, seconds)) in alerts.iter().enumerate() {
                counter.matched(Seen {
                    severity: Severity::from_code(*severity),
                    status: Status::from_code(*status),
                    taken_up: *taken_up,
                    time: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
                    ..seen(key as u32, &resource.to_string(), "")
                });
            }
            let simulation = counter.finish();
            prop_assert_eq!(simulation.matched, alerts.len());
            prop_assert_eq!(simulation.severities.iter().sum::<u32>() as usize, alerts.len());
            let dated: u32 = simulation.weeks.iter().map(Week::total).sum();
            prop_assert_eq!(dated as usize + simulation.undated, alerts.len());
            let named: usize = simulation.resources.iter().map(|(_, count)| count).sum();
            prop_assert!(named == alerts.len() || simulation.resource_count > simulation.resources.len());
            prop_assert!(simulation.resources.is_sorted_by(|(_, a), (_, b)| a >= b));
            prop_assert!(simulation.weeks.is_sorted_by_key(|week| week.monday));
        }
    }
}
