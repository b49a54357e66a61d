//! The shift handover: what was done in a period, by whom and why, what is open, what failed, how long it took.
//!
//! A pure function from what the journal holds of the period, and the table, to a [`Report`]. Times are measured from the
//! alert's time ([`Times::alert_time`](crate::domain::alert::Times::alert_time)):
//!
//! * *to take up*, to the first time it was assigned, set in progress, resolved or dismissed here;
//! * *to close*, to the first time it was resolved or dismissed here in a way that stands: verified and not undone.
//!
//! An alert counts where that first time lies in the period. What others did elsewhere is not known here.

mod markdown;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

pub use markdown::markdown;

use crate::domain::change::{ChangeRecord, Outcome, TargetRecord};
use crate::domain::record::{Deed, DeedKind};
use crate::domain::response::{TriggerOutcome, TriggerRecord};
use crate::domain::table::{Row, Table};
use crate::domain::{AlertId, AlertKey, ChangeId, SafeText, Severity, Status};

/// How many of the open alerts are named.
pub const NAMED: usize = 20;

/// What the journal holds of a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Material {
    /// Changes made in it with their alerts, the oldest first.
    pub changes: Vec<(ChangeRecord, Vec<TargetRecord>)>,
    /// Deeds done in it with their alerts, the oldest first.
    pub deeds: Vec<Deed>,
    /// Alerts that were first taken up, or first closed, in it.
    pub firsts: Vec<First>,
    /// What became of the logic apps triggered in it, one row an alert, in the order of the deeds.
    pub triggers: Vec<TriggerRecord>,
    /// Alerts of any change that are not settled.
    pub pending: usize,
}

/// When an alert was first taken up and first closed here, where that was in the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// Which.
    pub id: AlertId,
    /// Taken up.
    pub taken: Option<DateTime<Utc>>,
    /// Closed.
    pub closed: Option<DateTime<Utc>>,
}

/// A shift handover.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The beginning of the period.
    pub since: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// How many alerts were given each status, verified, in a way that stands: without undos, and without what they took
    /// back; that stands under [`Self::undone`].
    pub done: Vec<(Status, usize)>,
    /// The same by whom, in the order of the alphabet.
    pub by_person: Vec<(SafeText, Vec<(Status, usize)>)>,
    /// The changes, the oldest first; without undos.
    pub changes: Vec<ChangeRecord>,
    /// The undos and redos, the oldest first.
    pub undone: Vec<ChangeRecord>,
    /// Alerts of the period's changes that failed, are in conflict or unconfirmed.
    pub failures: Vec<Failure>,
    /// Alerts on which a logic app was triggered and did not take it or whose run went wrong, or nobody knows.
    pub failed_runs: Vec<FailedRun>,
    /// Alerts of any change that are still on their way.
    pub pending: usize,
    /// False where no sync ever brought the alerts: what is open is then not known.
    pub synced: bool,
    /// Open alerts by severity: active, in progress.
    pub open: Vec<(Severity, usize, usize)>,
    /// The most severe of them, the newest first; at most [`NAMED`].
    pub worst: Vec<Named>,
    /// How long it took, by severity; those of which nothing was taken up or closed are left out.
    pub times: Vec<SeverityTimes>,
    /// Alerts first taken up or closed of which the time is not known: gone from the cache, or without a time.
    pub untimed: usize,
    /// Open alerts by who has them, in the order of the alphabet.
    pub assigned: Vec<(SafeText, Vec<Named>)>,
    /// Feedback given, the oldest first.
    pub feedback: Vec<Said>,
    /// Notes written, the oldest first.
    pub notes: Vec<Said>,
    /// What else was done: rules, contacts; the oldest first.
    pub other: Vec<Deed>,
    /// The logic apps triggered, the oldest first.
    pub responses: Vec<Response>,
}

/// A logic app that was triggered, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// One row an alert, at least one.
    pub records: Vec<TriggerRecord>,
}

impl Response {
    /// How many alerts have each outcome; without those that none has.
    pub fn outcomes(&self) -> Vec<(TriggerOutcome, usize)> {
        let count = |outcome| self.records.iter().filter(|record| record.outcome == outcome).count();
        let counts = TriggerOutcome::ALL.map(|outcome| (outcome, count(outcome)));
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// How many runs had each status when they were last read, in the source's words; none where it was never read.
    pub fn runs(&self) -> BTreeMap<Option<SafeText>, usize> {
        let mut runs: BTreeMap<Option<SafeText>, usize> = BTreeMap::new();
        for record in self.records.iter().filter(|record| record.run.is_some()) {
            *runs.entry(record.status.as_ref().map(|status| status.0.clone())).or_default() += 1;
        }
        runs
    }
}

/// An alert on which a logic app was triggered to no good end.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedRun {
    /// Which.
    pub alert: Named,
    /// What became of it.
    pub record: TriggerRecord,
}

/// An alert by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its full id.
    pub id: AlertId,
    /// Its title; its name where the cache does not have it.
    pub title: SafeText,
    /// Its resource; may be empty.
    pub resource: SafeText,
    /// Its severity.
    pub severity: Severity,
    /// Its status.
    pub status: Status,
    /// Its time.
    pub time: Option<DateTime<Utc>>,
}

/// An alert of a change that did not come out as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub alert: Named,
    /// The change.
    pub change: ChangeId,
    /// The status asked for.
    pub want: Status,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub detail: SafeText,
}

/// A note, or feedback, with its alerts by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The deed.
    pub deed: Deed,
    /// Its alerts; at most [`NAMED`] of them.
    pub alerts: Vec<Named>,
}

/// How long it took for alerts of a severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityTimes {
    /// Which.
    pub severity: Severity,
    /// To take them up.
    pub take_up: Spread,
    /// To close them.
    pub close: Spread,
}

/// Mean and median of durations, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many there were.
    pub count: usize,
    /// Their mean, rounded down; 0 without any.
    pub mean: u64,
    /// Their median, of an even number the mean of the middle two; 0 without any.
    pub median: u64,
}

impl Spread {
    /// Of durations in any order.
    pub fn of(mut seconds: Vec<u64>) -> Self {
        seconds.sort_unstable();
        let count = seconds.len();
        let Some(upper) = seconds.get(count / 2).copied() else { return Self::default() };
        let lower = if count.is_multiple_of(2) { seconds[count / 2 - 1] } else { upper };
        let sum: u128 = seconds.iter().map(|one| u128::from(*one)).sum();
        let mean = u64::try_from(sum / count as u128).unwrap_or(u64::MAX);
        Self { count, mean, median: lower + (upper - lower) / 2 }
    }
}

/// Writes the report of a period. What was undone in it is no part of what was done; what was undone and redone is. `synced`
/// says whether the table was ever filled.
pub fn report(
    material: &Material,
    table: &Table,
    synced: bool,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
) -> Report {
    let known = Known::of(material, table);
    let (undone, changes): (Vec<_>, Vec<_>) =
        material.changes.iter().partition(|(change, _)| change.undoes.is_some());
    let (done, by_person) = counts(&changes, &taken_back(&material.changes));
    let (open, worst, assigned) = open(table);
    let (times, untimed) = times(&material.firsts, &known);
    let said = |kind: DeedKind| {
        let deeds = material.deeds.iter().filter(move |deed| deed.kind == kind);
        deeds.map(|deed| Said { deed: deed.clone(), alerts: known.named(deed.alerts.iter()) }).collect()
    };
    let is_other = |kind: DeedKind| match kind {
        // A triggered logic app stands under the responses.
        DeedKind::Note
        | DeedKind::Assign
        | DeedKind::Feedback
        | DeedKind::StepDone
        | DeedKind::StepOpen
        | DeedKind::LogicAppTriggered => false,
        DeedKind::RuleCreated | DeedKind::RuleEdited | DeedKind::RuleDeleted | DeedKind::ContactsEdited => {
            true
        }
    };
    Report {
        since,
        until,
        done,
        by_person,
        failures: failures(&material.changes, &known),
        failed_runs: failed_runs(&material.triggers, &known),
        changes: changes.into_iter().map(|(change, _)| change.clone()).collect(),
        undone: undone.into_iter().map(|(change, _)| change.clone()).collect(),
        pending: material.pending,
        synced,
        open,
        worst,
        times,
        untimed,
        assigned,
        feedback: said(DeedKind::Feedback),
        notes: said(DeedKind::Note),
        other: material.deeds.iter().filter(|deed| is_other(deed.kind)).cloned().collect(),
        responses: material
            .triggers
            .chunk_by(|one, next| one.response == next.response)
            .map(|records| Response { records: records.to_vec() })
            .collect(),
    }
}

type Counts = Vec<(Status, usize)>;

/// The alerts of each change that a later one has set back to what they were. A redo, which undoes an undo, lets the first
/// change stand again.
fn taken_back(changes: &[(ChangeRecord, Vec<TargetRecord>)]) -> HashSet<(ChangeId, &AlertId)> {
    let mut back = HashSet::new();
    // The newest first: what an undo has taken back is known once it is known whether the undo itself stands.
    for (change, targets) in changes.iter().rev() {
        let Some(undone) = change.undoes else { continue };
        for target in targets.iter().filter(|target| is_done(target.outcome)) {
            if !back.contains(&(change.id, &target.target.id)) {
                back.insert((undone, &target.target.id));
            }
        }
    }
    back
}

/// Read back, or kept where nobody else has the alert.
fn is_done(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Verified | Outcome::Kept)
}

/// Verified alerts by status, and by whom, without those taken back.
fn counts(
    changes: &[&(ChangeRecord, Vec<TargetRecord>)],
    back: &HashSet<(ChangeId, &AlertId)>,
) -> (Counts, Vec<(SafeText, Counts)>) {
    let mut people: BTreeMap<SafeText, BTreeMap<Status, usize>> = BTreeMap::new();
    for (change, targets) in changes {
        let stands = |target: &&TargetRecord| {
            is_done(target.outcome) && !back.contains(&(change.id, &target.target.id))
        };
        for target in targets.iter().filter(stands) {
            *people.entry(change.by.clone()).or_default().entry(target.target.want).or_default() += 1;
        }
    }
    let mut all: BTreeMap<Status, usize> = BTreeMap::new();
    for (status, count) in people.values().flatten() {
        *all.entry(*status).or_default() += count;
    }
    let by_person = people.into_iter().map(|(who, counts)| (who, counts.into_iter().collect())).collect();
    (all.into_iter().collect(), by_person)
}

fn failures(changes: &[(ChangeRecord, Vec<TargetRecord>)], known: &Known<'_>) -> Vec<Failure> {
    let of = |change: ChangeId, target: &TargetRecord| Failure {
        alert: known.name(&target.target.id),
        change,
        want: target.target.want,
        outcome: target.outcome,
        detail: target.detail.clone(),
    };
    let each = changes.iter().flat_map(|(change, targets)| {
        let failed = targets.iter().filter(|target| target.outcome.is_retryable());
        failed.map(move |target| of(change.id, target))
    });
    each.collect()
}

/// Triggers that came to no good end, or of which that is not known. One cancelled before it was sent is none.
fn failed_runs(triggers: &[TriggerRecord], known: &Known<'_>) -> Vec<FailedRun> {
    let failed = triggers.iter().filter(|record| is_failed(record));
    failed.map(|record| FailedRun { alert: known.name(&record.alert), record: record.clone() }).collect()
}

fn is_failed(record: &TriggerRecord) -> bool {
    record.outcome.is_final() && record.outcome != TriggerOutcome::Cancelled && !record.is_clean()
}

type Open = (Vec<(Severity, usize, usize)>, Vec<Named>, Vec<(SafeText, Vec<Named>)>);

/// Open alerts: counted by severity, the worst by name, and by who has them.
fn open(table: &Table) -> Open {
    let mut counts: BTreeMap<Severity, (usize, usize)> = BTreeMap::new();
    let mut keys: Vec<(Severity, std::cmp::Reverse<u32>, AlertKey)> = Vec::new();
    let mut people: BTreeMap<SafeText, Vec<Named>> = BTreeMap::new();
    for (_, row) in table.rows() {
        let is_open = matches!(row.status(), Status::Active | Status::InProgress);
        if !is_open || row.flags().is_gone() {
            continue;
        }
        let (active, progress) = counts.entry(row.severity()).or_default();
        *if row.status() == Status::Active { active } else { progress } += 1;
        keys.push((row.severity(), std::cmp::Reverse(row.seconds()), row.key()));
        let who = row.local().and_then(|local| local.assigned.as_ref()).filter(|who| !who.is_empty());
        if let Some(who) = who {
            people.entry(who.clone()).or_default().push(named(&row));
        }
    }
    let by = |severity: Severity| {
        Severity::KNOWN.iter().position(|known| *known == severity).unwrap_or(usize::MAX)
    };
    keys.sort_unstable_by_key(|(severity, seconds, key)| (by(*severity), *seconds, *key));
    let worst = keys.iter().take(NAMED).filter_map(|(.., key)| Some(named(&table.get(*key)?))).collect();
    for alerts in people.values_mut() {
        alerts.sort_by_key(|alert| (by(alert.severity), std::cmp::Reverse(alert.time)));
    }
    let mut open: Vec<_> = counts.into_iter().map(|(severity, (a, b))| (severity, a, b)).collect();
    open.sort_by_key(|(severity, ..)| by(*severity));
    (open, worst, people.into_iter().collect())
}

fn times(firsts: &[First], known: &Known<'_>) -> (Vec<SeverityTimes>, usize) {
    let mut spans: HashMap<Severity, (Vec<u64>, Vec<u64>)> = HashMap::new();
    let mut untimed = 0;
    for first in firsts {
        let Some((severity, time)) = known.row(&first.id).and_then(|row| Some((row.severity(), row.time()?)))
        else {
            untimed += 1;
            continue;
        };
        // A clock that is ahead of the source's makes no negative time.
        let since = |at: DateTime<Utc>| u64::try_from((at - time).num_seconds()).unwrap_or(0);
        let (taken, closed) = spans.entry(severity).or_default();
        taken.extend(first.taken.map(since));
        closed.extend(first.closed.map(since));
    }
    let all = Severity::KNOWN.into_iter().chain([Severity::Other]);
    let times = all.filter_map(|severity| {
        let (taken, closed) = spans.remove(&severity)?;
        Some(SeverityTimes { severity, take_up: Spread::of(taken), close: Spread::of(closed) })
    });
    (times.collect(), untimed)
}

/// The alerts that a period is about, found in one walk over the table.
struct Known<'a>(HashMap<AlertId, Row<'a>>);

impl<'a> Known<'a> {
    fn of(material: &Material, table: &'a Table) -> Self {
        let targets = material.changes.iter().flat_map(|(_, targets)| targets);
        let failed = targets.filter(|target| target.outcome.is_retryable()).map(|target| &target.target.id);
        let wanted: HashSet<&AlertId> = failed
            .chain(material.deeds.iter().flat_map(|deed| deed.alerts.iter().take(NAMED)))
            .chain(material.triggers.iter().filter(|record| is_failed(record)).map(|record| &record.alert))
            .chain(material.firsts.iter().map(|first| &first.id))
            .collect();
        if wanted.is_empty() {
            return Self(HashMap::new());
        }
        let rows = table.rows().map(|(_, row)| (row.id(), row)).filter(|(id, _)| wanted.contains(id));
        Self(rows.collect())
    }

    fn row(&self, id: &AlertId) -> Option<&Row<'a>> {
        self.0.get(id)
    }

    fn name(&self, id: &AlertId) -> Named {
        self.row(id).map_or_else(
            || Named {
                id: id.clone(),
                title: SafeText::from(id.name()),
                resource: SafeText::default(),
                severity: Severity::Other,
                status: Status::Other,
                time: None,
            },
            named,
        )
    }

    fn named<'b>(&self, ids: impl Iterator<Item = &'b AlertId>) -> Vec<Named> {
        ids.take(NAMED).map(|id| self.name(id)).collect()
    }
}

fn named(row: &Row<'_>) -> Named {
    let title = if row.title().0.is_empty() { row.alert_type() } else { row.title() };
    Named {
        id: row.id(),
        title: SafeText::from(title.0),
        resource: SafeText::from(row.resource().0),
        severity: row.severity(),
        status: row.status(),
        time: row.time(),
    }
}

#[cfg(test)]
mod tests;
