//! The outbox: what may be sent, what is being sent, what came of it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::tenant::FOREIGN;
use super::{
    Durability, OutboxItem, Postponement, Settlement, alert, assign, credit, effective, lease, rebase_next,
    sent, status,
};
use crate::domain::change::{Outcome, Sent, Target};
use crate::domain::{ChangeId, SafeText};
use crate::store::error::{Result, StoreError, Trouble};
use crate::store::{Store, moment};

/// The oldest unsettled row of its alert. It may be sent when it is pending and due, or when it was left in *sending* by an
/// attempt that nobody makes any more: of an earlier run, or of a worker of this one that broke off.
const OLDEST: &str = "t.outcome IN ('pending', 'sending') AND NOT EXISTS (SELECT 1 FROM target e \
    WHERE e.subject = t.subject AND e.row < t.row AND e.outcome IN ('pending', 'sending'))";

impl Store {
    /// Up to `limit` rows that may be sent now, in the user's order; of each alert only the oldest unsettled one. `flying` are the
    /// rows that the caller is sending. What is of another tenant than the one signed in to, by its GUID, may not be; an empty
    /// one is not known.
    pub fn due(
        &mut self,
        tenant: &str,
        now: DateTime<Utc>,
        limit: usize,
        flying: &[i64],
    ) -> Result<Vec<OutboxItem>> {
        self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(&format!(
                "SELECT t.row, t.change, s.alert, t.seen, t.want, t.request_id, t.attempts, \
                 max(t.sent, t.outcome = 'sending'), t.withdrawn FROM target t JOIN subject s ON s.id = t.subject \
                 WHERE {OLDEST} AND ((t.outcome = 'pending' AND t.not_before <= ?2) \
                 OR (t.outcome = 'sending' AND t.row NOT IN (SELECT value FROM json_each(?3)))) \
                 AND NOT {FOREIGN} ORDER BY t.row LIMIT ?4"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let tenant = tenant.to_ascii_lowercase();
            let mut rows = statement.query(params![tenant, moment::write(now), list(flying), limit])?;
            let mut due = Vec::new();
            while let Some(row) = rows.next()? {
                due.push(OutboxItem {
                    row: row.get(0)?,
                    change: ChangeId(row.get(1)?),
                    target: Target { id: alert(row, 2)?, seen: status(row, 3)?, want: status(row, 4)? },
                    request_id: row.get(5)?,
                    attempts: row.get(6)?,
                    sent: sent(row, 7)?,
                    withdrawn: row.get(8)?,
                });
            }
            Ok(due)
        })
    }

    /// When the next row may be sent; `now` when one may be already, none when nothing waits. `flying` as in [`Self::due`].
    pub fn next_due(&self, now: DateTime<Utc>, flying: &[i64]) -> Result<Option<DateTime<Utc>>> {
        self.read_journal(|conn| {
            let earliest: Option<i64> = conn
                .prepare_cached(&format!(
                    "SELECT min(CASE t.outcome WHEN 'pending' THEN t.not_before ELSE 0 END) FROM target t WHERE {OLDEST} \
                     AND (t.outcome = 'pending' OR t.row NOT IN (SELECT value FROM json_each(?1)))"
                ))?
                .query_row([list(flying)], |row| row.get(0))?;
            Ok(earliest.map(|earliest| moment::read(earliest).max(now)))
        })
    }

    /// How many rows are not settled.
    pub fn pending_total(&self) -> Result<usize> {
        self.read_journal(|conn| {
            let count: u32 = conn
                .prepare_cached("SELECT count(*) FROM target INDEXED BY target_due WHERE outcome IN ('pending', 'sending')")?
                .query_row([], |row| row.get(0))?;
            Ok(count as usize)
        })
    }

    /// Marks rows as being sent. Returns those that still may be: a row cancelled meanwhile is left out. None, and nothing is
    /// marked, when this owner does not hold the lease now.
    pub fn mark_sending(
        &mut self,
        rows: &[i64],
        owner: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<i64>>> {
        self.write_journal(Durability::Written, |_, conn| {
            if !lease::holds(conn, owner, now)? {
                return Ok(None);
            }
            // A row that is marked already was left behind by an attempt of which nobody knows how far it came.
            let mut mark = conn.prepare_cached(
                "UPDATE target SET sent = max(sent, outcome = 'sending'), outcome = 'sending' \
                 WHERE row = ?1 AND outcome IN ('pending', 'sending')",
            )?;
            let mut marked = Vec::with_capacity(rows.len());
            for row in rows {
                if mark.execute([row])? > 0 {
                    marked.push(*row);
                }
            }
            Ok(Some(marked))
        })
    }

    /// Gives rows their final outcomes in one transaction. Rows that have one already keep it.
    pub fn settle_many(&mut self, settlements: &[Settlement]) -> Result<()> {
        let subjects = self.write_journal(Durability::Written, |_, conn| {
            let mut subjects = Vec::with_capacity(settlements.len());
            for settlement in settlements.iter().filter(|settlement| settlement.outcome.is_final()) {
                subjects.extend(settle(conn, settlement)?);
            }
            Ok(subjects)
        })?;
        self.show_subjects(&subjects);
        Ok(())
    }

    /// Puts rows back in one transaction: pending, one attempt more, not to be tried before a moment.
    pub fn postpone_many(&mut self, postponements: &[Postponement]) -> Result<()> {
        self.write_journal(Durability::Written, |_, conn| {
            let mut postpone = conn.prepare_cached(
                "UPDATE target SET outcome = 'pending', attempts = attempts + 1, not_before = ?2, detail = ?3, \
                 sent = max(sent, ?4) WHERE row = ?1 AND outcome IN ('pending', 'sending')",
            )?;
            for later in postponements {
                let (not_before, detail) = (moment::write(later.not_before), later.detail.raw());
                postpone.execute(params![later.row, not_before, detail, later.sent.code()])?;
            }
            Ok(())
        })
    }

    /// Takes back what was not sent of a change. Returns how many rows. What is being sent, or may have been, gets its true
    /// outcome once the source was looked at; it is not sent again.
    pub fn cancel(&mut self, change: ChangeId) -> Result<usize> {
        let subjects = self.write_journal(Durability::Synced, |_, conn| {
            let rows: Vec<i64> = conn
                .prepare_cached(
                    "SELECT row FROM target WHERE change = ?1 AND outcome = 'pending' AND sent = 0",
                )?
                .query_map([change.0], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut subjects = Vec::with_capacity(rows.len());
            for row in rows {
                let detail = SafeText::default();
                let outcome = Outcome::Cancelled;
                subjects.extend(settle(conn, &Settlement { row, outcome, detail, sent: Sent::No })?);
            }
            conn.prepare_cached(
                "UPDATE target SET withdrawn = 1, not_before = 0 \
                 WHERE change = ?1 AND outcome IN ('pending', 'sending')",
            )?
            .execute([change.0])?;
            Ok(subjects)
        })?;
        self.show_subjects(&subjects);
        Ok(subjects.len())
    }

    /// Takes up again what failed, is in conflict or unconfirmed, under the same change and request ids. After a conflict the
    /// analyst's decision stands against the status the source has now. An alert that a later change decided about is left.
    /// Returns how many rows are pending again.
    pub fn retry(&mut self, change: ChangeId) -> Result<usize> {
        if self.change_kind(change)?.is_none() {
            return Err(StoreError::UnknownChange(change));
        }
        let subjects = self.write_journal(Durability::Synced, |store, conn| {
            let mut statement = conn.prepare_cached(&format!(
                "SELECT t.row, t.subject, s.alert, t.outcome FROM target t JOIN subject s ON s.id = t.subject \
                 WHERE t.change = ?1 AND t.outcome IN ('failed', 'conflict', 'unconfirmed') \
                 AND NOT EXISTS (SELECT 1 FROM target l WHERE l.subject = t.subject AND l.row > t.row \
                 AND {}) ORDER BY t.row",
                effective("l")
            ))?;
            let mut rows = statement.query([change.0])?;
            let mut subjects = Vec::new();
            let taker = taker(conn, change)?;
            while let Some(row) = rows.next()? {
                let number: i64 = row.get(0)?;
                let subject: i64 = row.get(1)?;
                if super::outcome(row, 3)? == Outcome::Conflict
                    && let Some(remote) = store.remote_status(&alert(row, 2)?)
                {
                    conn.prepare_cached("UPDATE target SET seen = ?2 WHERE row = ?1")?
                        .execute(params![number, remote.api_name()])?;
                }
                // What the source once accepted counts no more: it is compared and, if need be, sent again.
                conn.prepare_cached(
                    "UPDATE target SET outcome = 'pending', detail = '', not_before = 0, withdrawn = 0, \
                     sent = min(sent, 1) WHERE row = ?1",
                )?
                .execute([number])?;
                credit(conn, subject)?;
                if let Some(by) = &taker {
                    assign::write(conn, subject, Some(by), by, Utc::now(), Some(change))?;
                }
                subjects.push(subject);
            }
            Ok(subjects)
        })?;
        self.show_subjects(&subjects);
        Ok(subjects.len())
    }
}

/// Gives an unsettled row its final outcome. Returns the alert's number; none when the row was settled before.
pub(super) fn settle(conn: &Connection, settlement: &Settlement) -> Result<Option<i64>, Trouble> {
    let settled: Option<(i64, i64)> = conn
        .prepare_cached(
            "UPDATE target SET attempts = attempts + (outcome = 'sending'), outcome = ?2, detail = ?3, \
             sent = max(sent, ?4) WHERE row = ?1 AND outcome IN ('pending', 'sending') RETURNING subject, change",
        )?
        .query_row(
            params![
                settlement.row,
                settlement.outcome.word(),
                settlement.detail.raw(),
                settlement.sent.code()
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((subject, change)) = settled {
        // What was not done was not taken over either.
        let change = ChangeId(change);
        if matches!(settlement.outcome, Outcome::Cancelled | Outcome::Failed | Outcome::Conflict)
            && let Some(by) = taker(conn, change)?
        {
            assign::give_back(conn, subject, change, &by, Utc::now())?;
        }
        if !matches!(settlement.outcome, Outcome::Verified | Outcome::Conflict) {
            rebase_next(conn, settlement.row)?;
        }
        credit(conn, subject)?;
    }
    Ok(settled.map(|(subject, _)| subject))
}

/// Who made a change that also took its alerts over; none of another change.
fn taker(conn: &Connection, change: ChangeId) -> rusqlite::Result<Option<SafeText>> {
    let by: Option<String> = conn
        .prepare_cached("SELECT by FROM change WHERE id = ?1 AND take")?
        .query_row([change.0], |row| row.get(0))
        .optional()?;
    Ok(by.map(SafeText::from))
}

/// Numbers of rows, as SQLite's `json_each` takes them.
pub(super) fn list(rows: &[i64]) -> String {
    let numbers: Vec<String> = rows.iter().map(i64::to_string).collect();
    format!("[{}]", numbers.join(","))
}
