//! The activity log around an alert: the window of time, and the events in it (contract §1, operation 21).

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::SafeText;
use crate::domain::alert::Times;

/// How long Azure keeps the activity log, in days (contract §6).
pub const KEPT_DAYS: i64 = 90;

/// Before the first and after the last activity of an alert, in hours.
const MARGIN_HOURS: i64 = 1;

/// The narrowest window, in minutes.
const NARROWEST_MINUTES: i64 = 10;

/// A span of time whose events are asked for; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The beginning.
    pub from: DateTime<Utc>,
    /// The end, never before the beginning.
    pub to: DateTime<Utc>,
}

impl Window {
    /// From an hour before the first to an hour after the last activity. An alert without times gets the last day.
    pub fn around(times: &Times, now: DateTime<Utc>) -> Self {
        let margin = TimeDelta::hours(MARGIN_HOURS);
        let last = times.end.or(times.start).or(times.alert_time());
        let first = times.start.or(times.end).or(times.alert_time());
        match (first, last) {
            (Some(first), Some(last)) => {
                Self { from: first.min(last) - margin, to: first.max(last) + margin }.clamped(now)
            }
            _ => Self { from: now - TimeDelta::days(1), to: now },
        }
    }

    /// A span between two moments, in either order, inside what Azure keeps.
    pub fn between(one: DateTime<Utc>, other: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { from: one.min(other), to: one.max(other) }.clamped(now)
    }

    /// How long it is.
    pub fn length(self) -> TimeDelta {
        self.to - self.from
    }

    /// Twice as long, around the same middle.
    #[must_use]
    pub fn widened(self, now: DateTime<Utc>) -> Self {
        let half = self.length() / 2;
        Self { from: self.from - half, to: self.to + half }.clamped(now)
    }

    /// Half as long, around the same middle.
    #[must_use]
    pub fn narrowed(self, now: DateTime<Utc>) -> Self {
        if self.length() <= TimeDelta::minutes(NARROWEST_MINUTES) {
            return self;
        }
        let quarter = self.length() / 4;
        Self { from: self.from + quarter, to: self.to - quarter }.clamped(now)
    }

    /// Half its length back.
    #[must_use]
    pub fn earlier(self, now: DateTime<Utc>) -> Self {
        self.moved(-(self.length() / 2), now)
    }

    /// Half its length on.
    #[must_use]
    pub fn later(self, now: DateTime<Utc>) -> Self {
        self.moved(self.length() / 2, now)
    }

    /// Moved, but not beyond what Azure keeps: there it stops with its length kept.
    fn moved(self, by: TimeDelta, now: DateTime<Utc>) -> Self {
        let by = by
            .clamp((oldest(now) - self.from).min(TimeDelta::zero()), (now - self.to).max(TimeDelta::zero()));
        Self { from: self.from + by, to: self.to + by }.clamped(now)
    }

    /// The part of it that lies within the last 90 days and not in the future; both ends on a whole second, which is as
    /// fine as the filter is written.
    fn clamped(self, now: DateTime<Utc>) -> Self {
        let second = |time: DateTime<Utc>| DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time);
        let from = self.from.clamp(oldest(now), now);
        Self { from: second(from), to: second(self.to.clamp(from, now)) }
    }

    /// True when nothing can be in it: what it was asked around lies before the days that Azure keeps.
    pub fn is_empty(self) -> bool {
        self.from == self.to
    }
}

/// The earliest time to ask for: a minute inside what is kept, because the source looks at its own clock, and later.
fn oldest(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(KEPT_DAYS) + TimeDelta::minutes(1)
}

/// One event of the activity log. Text the source left out is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened; none when the source's text is no time.
    pub at: Option<DateTime<Utc>>,
    /// Who did it: a mail address, or the GUID of a service.
    pub caller: SafeText,
    /// The operation's code, such as `Microsoft.Compute/virtualMachines/write`.
    pub operation: SafeText,
    /// The operation in words; the code when there are none.
    pub operation_label: SafeText,
    /// `Started`, `Succeeded`, `Failed` …
    pub status: SafeText,
    /// The HTTP status behind it, in words.
    pub sub_status: SafeText,
    /// The caller's address.
    pub address: SafeText,
    /// `Administrative`, `Security`, `Policy` …
    pub category: SafeText,
    /// `Informational`, `Warning`, `Error`, `Critical`.
    pub level: SafeText,
    /// The role by which it was allowed, and the scope of that.
    pub role: SafeText,
    /// What it was done to.
    pub resource: SafeText,
    /// Shared by the events of one greater operation.
    pub correlation: SafeText,
    /// The caller's object id, from the claims; in lower case.
    pub principal: SafeText,
    /// The caller's name, from the claims.
    pub name: SafeText,
    /// The event whole, as pretty-printed JSON.
    pub json: SafeText,
}

impl Event {
    /// Who did it, for people: the name where the claims tell it, else the caller.
    pub fn who(&self) -> &SafeText {
        if self.name.is_empty() { &self.caller } else { &self.name }
    }
}

/// The events of a window, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityLog {
    /// The window asked for.
    pub window: Window,
    /// The events.
    pub events: Vec<Event>,
    /// False when there are more than were read: the oldest are missing.
    pub complete: bool,
}

impl ActivityLog {
    /// Puts events in order: the newest first, those without a time last.
    pub fn new(window: Window, mut events: Vec<Event>, complete: bool) -> Self {
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        Self { window, events, complete }
    }

    /// What a principal is called, as the events tell it: name and address where both are known. `principal` is an
    /// object id in any letter case.
    pub fn name_of(&self, principal: &str) -> Option<SafeText> {
        let event = self.events.iter().find(|event| {
            !event.principal.is_empty() && event.principal.raw().eq_ignore_ascii_case(principal)
        })?;
        let (name, caller) = (event.name.raw(), event.caller.raw());
        let known = |text: &str| !text.is_empty() && !text.eq_ignore_ascii_case(principal);
        match (known(name), known(caller)) {
            (true, true) if name != caller => Some(SafeText::from(format!("{name} ({caller})"))),
            (true, _) => Some(event.name.clone()),
            (false, true) => Some(event.caller.clone()),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap()
    }

    fn times(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> Times {
        Times { start, end, ..Times::default() }
    }

    #[test]
    fn the_default_window_lies_an_hour_around_the_activity() {
        let now = at(23, 14, 0);
        let around = |start, end| Window::around(&times(start, end), now);
        let both = around(Some(at(22, 10, 0)), Some(at(22, 11, 30)));
        assert_eq!((both.from, both.to), (at(22, 9, 0), at(22, 12, 30)));
        let swapped = around(Some(at(22, 11, 30)), Some(at(22, 10, 0)));
        assert_eq!(swapped, both);
        let end_only = around(None, Some(at(22, 11, 0)));
        assert_eq!((end_only.from, end_only.to), (at(22, 10, 0), at(22, 12, 0)));
        let fresh = around(Some(at(23, 13, 50)), None);
        assert_eq!((fresh.from, fresh.to), (at(23, 12, 50), now), "the future has no events");
        let none = around(None, None);
        assert_eq!((none.from, none.to), (at(22, 14, 0), now));
        let old = Window::around(&times(Some(now - TimeDelta::days(200)), None), now);
        assert!(old.is_empty());
    }

    #[test]
    fn a_window_moved_to_the_end_of_time_keeps_its_length() {
        let now = at(23, 14, 0);
        let mut window = Window::between(at(22, 10, 0), at(22, 12, 0), now);
        for _ in 0..3000 {
            window = window.earlier(now);
        }
        assert_eq!((window.from, window.length()), (oldest(now), TimeDelta::hours(2)));
        for _ in 0..3000 {
            window = window.later(now);
        }
        assert_eq!((window.to, window.length()), (now, TimeDelta::hours(2)));
    }

    #[test]
    fn a_name_comes_from_the_claims() {
        let event = |principal: &str, name: &str, caller: &str| Event {
            at: None,
            caller: caller.into(),
            operation: "x".into(),
            operation_label: "x".into(),
            status: SafeText::default(),
            sub_status: SafeText::default(),
            address: SafeText::default(),
            category: SafeText::default(),
            level: SafeText::default(),
            role: SafeText::default(),
            resource: SafeText::default(),
            correlation: SafeText::default(),
            principal: principal.into(),
            name: name.into(),
            json: SafeText::default(),
        };
        let window = Window::between(at(1, 0, 0), at(2, 0, 0), at(23, 0, 0));
        let events = vec![
            event("aa", "Ada", "ada@contoso.com"),
            event("bb", "", "bob@contoso.com"),
            event("cc", "", "cc"),
            event("", "Nobody", "nobody"),
        ];
        let log = ActivityLog::new(window, events, true);
        let name = |id: &str| log.name_of(id).map(|name| name.raw().to_owned());
        assert_eq!(name("AA").as_deref(), Some("Ada (ada@contoso.com)"));
        assert_eq!(name("bb").as_deref(), Some("bob@contoso.com"));
        assert_eq!((name("cc"), name("dd"), name("")), (None, None, None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_way_leads_out_of_what_azure_keeps(start in -9_000_000_i64..9_000_000, length in 0_i64..9_000_000, steps in "[+=<>]{0,40}") {
            let now = at(23, 14, 0);
            let begin = now + TimeDelta::seconds(start);
            let mut window = Window::between(begin, begin + TimeDelta::seconds(length), now);
            for step in steps.chars() {
                window = match step {
                    '+' => window.widened(now),
                    '=' => window.narrowed(now),
                    '<' => window.earlier(now),
                    _ => window.later(now),
                };
                prop_assert!(window.from <= window.to && window.to <= now);
                prop_assert!(window.from >= now - TimeDelta::days(KEPT_DAYS));
            }
        }
    }
}
