//! Responses: which logic app was triggered on which alert, at most once for each confirm.
//!
//! A row goes from *pending* to *sending* before its request leaves, in a synced transaction of its own, and only the
//! process that made it ever sends it. So a row that its process left behind tells what happened: *pending* was
//! certainly not sent, *sending* may have been. Neither is sent again.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Durability, alert, known_subject, lease, record, subject_of, text};
use crate::domain::record::{Deed, DeedKind};
use crate::domain::resource::ResourceId;
use crate::domain::response::{NewResponse, ResponseId, RunStatus, TriggerOutcome, TriggerRecord};
use crate::domain::{AlertId, SafeText};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

/// After this time a response counts as left behind whose process cannot be looked at from here, as on another machine:
/// no attempt takes as long, and should its process live after all, it finds its rows settled and sends nothing.
const LEFT_BEHIND: TimeDelta = TimeDelta::hours(1);

const RECORD: &str = "SELECT r.row, r.response, s.alert, p.app, p.trigger_name, p.by, p.at, r.outcome, r.detail, \
    r.name, r.status, r.request_id FROM run r JOIN response p ON p.id = r.response JOIN subject s ON s.id = r.subject";

impl Store {
    /// Records a confirm. When this returns, its rows are on disk as *pending*: the caller sends them, nobody else does.
    pub fn queue_response(&mut self, response: &NewResponse) -> Result<ResponseId> {
        self.write_journal(Durability::Synced, |_, conn| {
            let process = std::process::id();
            let id = conn
                .prepare_cached(
                    "INSERT INTO response (at, by, app, trigger_name, host, process, started) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .insert(params![
                    moment::write(response.at),
                    response.by.raw(),
                    response.app.text().raw(),
                    response.trigger.raw(),
                    lease::host(),
                    process,
                    lease::started(process).unwrap_or(0),
                ])?;
            for alert in &response.alerts {
                conn.prepare_cached(
                    "INSERT INTO run (response, subject, outcome, request_id) VALUES (?1, ?2, 'pending', ?3) \
                     ON CONFLICT (response, subject) DO NOTHING",
                )?
                .execute(params![
                    id,
                    subject_of(conn, alert)?,
                    uuid::Uuid::new_v4().to_string()
                ])?;
            }
            let name = SafeText::from(response.app.name());
            let deed = Deed::new(DeedKind::LogicAppTriggered, response.by.clone(), response.at)
                .on(response.alerts.iter().cloned())
                .about(response.app.text().clone())
                .set(name)
                .saying(format!("response {id}"));
            record::insert(conn, &deed)?;
            Ok(ResponseId(id))
        })
    }

    /// Marks a row as being sent, on disk before this returns. False, and it must not be sent, when it is not pending.
    pub fn mark_trigger(&mut self, row: i64, now: DateTime<Utc>) -> Result<bool> {
        self.write_journal(Durability::Synced, |_, conn| {
            let marked = conn
                .prepare_cached(
                    "UPDATE run SET outcome = 'sending', marked = ?2 WHERE row = ?1 AND outcome = 'pending'",
                )?
                .execute(params![row, moment::write(now)])?;
            Ok(marked > 0)
        })
    }

    /// Puts a row back that was being sent and was certainly not taken: it may be sent again.
    pub fn put_back_trigger(&mut self, row: i64, why: &SafeText) -> Result<()> {
        self.write_journal(Durability::Synced, |_, conn| {
            conn.prepare_cached(
                "UPDATE run SET outcome = 'pending', detail = ?2, marked = NULL \
                 WHERE row = ?1 AND outcome = 'sending'",
            )?
            .execute(params![row, why.raw()])?;
            Ok(())
        })
    }

    /// Gives an open row its final outcome. An *unknown* one may still become *done*, when its run is found. Returns the
    /// row as it is then.
    pub fn settle_trigger(
        &mut self,
        row: i64,
        outcome: TriggerOutcome,
        detail: &SafeText,
        run: Option<&SafeText>,
    ) -> Result<Option<TriggerRecord>> {
        self.write_journal(Durability::Synced, |_, conn| {
            conn.prepare_cached(
                "UPDATE run SET outcome = ?2, detail = ?3, name = ?4 WHERE row = ?1 \
                 AND (outcome IN ('pending', 'sending') OR outcome = 'unknown' AND ?2 = 'done')",
            )?
            .execute(params![row, outcome.word(), detail.raw(), run.map(SafeText::raw)])?;
            one(conn, row)
        })
    }

    /// Notes the status of a row's run. Returns the row as it is then.
    pub fn note_run(&mut self, row: i64, status: &RunStatus) -> Result<Option<TriggerRecord>> {
        self.write_journal(Durability::Written, |_, conn| {
            conn.prepare_cached("UPDATE run SET status = ?2 WHERE row = ?1")?
                .execute(params![row, status.0.raw()])?;
            one(conn, row)
        })
    }

    /// The rows of a response, in the order of its alerts.
    pub fn response(&self, id: ResponseId) -> Result<Vec<TriggerRecord>> {
        self.read_journal(|conn| all(conn, &format!("{RECORD} WHERE r.response = ?1 ORDER BY r.row"), [id.0]))
    }

    /// What was triggered on an alert, the newest first.
    pub fn triggers_of(&self, id: &AlertId) -> Result<Vec<TriggerRecord>> {
        self.read_journal(|conn| match known_subject(conn, id)? {
            Some(subject) => {
                all(conn, &format!("{RECORD} WHERE r.subject = ?1 ORDER BY r.row DESC"), [subject])
            }
            None => Ok(Vec::new()),
        })
    }

    /// The newest rows of all alerts, the newest first.
    pub fn triggers(&self, limit: usize) -> Result<Vec<TriggerRecord>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read_journal(|conn| all(conn, &format!("{RECORD} ORDER BY r.row DESC LIMIT ?1"), [limit]))
    }

    /// Settles what senders left behind that have ended: *sending* is unknown, *pending* was not sent. A store that is
    /// just being opened has sent nothing yet, so rows of this very process are left behind too. Returns how many.
    pub(in crate::store) fn settle_abandoned(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let senders = self.open_senders()?.into_iter();
        let abandoned: Vec<i64> =
            senders.filter(|sender| sender.is_gone(now)).map(|sender| sender.response).collect();
        if abandoned.is_empty() {
            return Ok(0);
        }
        self.write_journal(Durability::Synced, |_, conn| {
            let mut settle = conn.prepare_cached(
                "UPDATE run SET detail = CASE outcome WHEN 'sending' THEN ?2 ELSE ?3 END, \
                 outcome = CASE outcome WHEN 'sending' THEN 'unknown' ELSE 'failed' END \
                 WHERE response = ?1 AND outcome IN ('pending', 'sending')",
            )?;
            let mut settled = 0;
            for response in abandoned {
                settled += settle.execute(params![
                    response,
                    "the program ended while it was being sent",
                    "not sent: the program ended before"
                ])?;
            }
            Ok(settled)
        })
    }

    fn open_senders(&self) -> Result<Vec<Sender>> {
        self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT DISTINCT p.id, p.host, p.process, p.started, p.at FROM run r JOIN response p \
                 ON p.id = r.response WHERE r.outcome IN ('pending', 'sending')",
            )?;
            let found = statement.query_map([], |row| {
                Ok(Sender {
                    response: row.get(0)?,
                    host: row.get(1)?,
                    process: row.get(2)?,
                    started: row.get(3)?,
                    at: moment::read(row.get(4)?),
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Who sends a response.
struct Sender {
    response: i64,
    host: String,
    process: u32,
    started: i64,
    at: DateTime<Utc>,
}

impl Sender {
    fn is_gone(&self, now: DateTime<Utc>) -> bool {
        if self.host == lease::host() && self.started != 0 {
            return self.process == std::process::id() || lease::has_ended(self.process, self.started);
        }
        now - self.at > LEFT_BEHIND
    }
}

fn one(conn: &Connection, row: i64) -> Result<Option<TriggerRecord>, Trouble> {
    let mut statement = conn.prepare_cached(&format!("{RECORD} WHERE r.row = ?1"))?;
    let found = statement.query_row([row], |row| Ok(record(row))).optional()?;
    found.transpose()
}

/// The rows of the responses confirmed in a span of time, in their order.
pub(super) fn confirmed(conn: &Connection, span: (i64, i64)) -> Result<Vec<TriggerRecord>, Trouble> {
    all(conn, &format!("{RECORD} WHERE p.at >= ?1 AND p.at < ?2 ORDER BY p.id, r.row"), [span.0, span.1])
}

fn all(
    conn: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<TriggerRecord>, Trouble> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

fn record(row: &Row<'_>) -> Result<TriggerRecord, Trouble> {
    let word: String = row.get(7)?;
    let some = |column| -> rusqlite::Result<Option<SafeText>> {
        Ok(row.get::<_, Option<String>>(column)?.map(SafeText::from))
    };
    Ok(TriggerRecord {
        row: row.get(0)?,
        response: ResponseId(row.get(1)?),
        alert: alert(row, 2)?,
        app: ResourceId::new(text(row, 3)?),
        trigger: text(row, 4)?,
        by: text(row, 5)?,
        at: moment::read(row.get(6)?),
        outcome: TriggerOutcome::parse(&word)
            .ok_or_else(|| Trouble::Damaged(format!("the outcome {word:?}")))?,
        detail: text(row, 8)?,
        run: some(9)?,
        status: some(10)?.map(RunStatus),
        request_id: row.get(11)?,
    })
}
