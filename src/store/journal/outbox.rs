//! The outbox: what may be sent, what is being sent, what came of it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Durability, OutboxItem, Postponement, Settlement, alert, credit, rebase_next, status};
use crate::domain::change::{Outcome, Target};
use crate::domain::{ChangeId, SafeText};
use crate::store::error::{Result, StoreError, Trouble};
use crate::store::{Store, moment};

/// Rows that may be sent: the oldest unsettled one of its alert, and either pending and due, or left in *sending* by another
/// run of the program. ?1 is now, ?2 this run.
const DUE: &str = "t.outcome IN ('pending', 'sending') AND NOT EXISTS (SELECT 1 FROM target e \
    WHERE e.subject = t.subject AND e.row < t.row AND e.outcome IN ('pending', 'sending'))";

impl Store {
    /// Up to `limit` rows that may be sent now, in the user's order; of each alert only the oldest unsettled one.
    pub fn due(&mut self, now: DateTime<Utc>, limit: usize) -> Result<Vec<OutboxItem>> {
        self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(&format!(
                "SELECT t.row, t.change, s.alert, t.seen, t.want, t.request_id, t.attempts, t.outcome = 'sending' \
                 FROM target t JOIN subject s ON s.id = t.subject WHERE {DUE} \
                 AND ((t.outcome = 'pending' AND t.not_before <= ?1) \
                 OR (t.outcome = 'sending' AND t.sender IS NOT ?2)) ORDER BY t.row LIMIT ?3"
            ))?;
            let mut rows = statement.query(params![moment::write(now), self.run, i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut due = Vec::new();
            while let Some(row) = rows.next()? {
                due.push(OutboxItem {
                    row: row.get(0)?,
                    change: ChangeId(row.get(1)?),
                    target: Target { id: alert(row, 2)?, seen: status(row, 3)?, want: status(row, 4)? },
                    request_id: row.get(5)?,
                    attempts: row.get(6)?,
                    was_sending: row.get(7)?,
                });
            }
            Ok(due)
        })
    }

    /// When the next row may be sent; `now` when one may be already, none when nothing waits.
    pub fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        self.read_journal(|conn| {
            let earliest: Option<i64> = conn
                .prepare_cached(&format!(
                    "SELECT min(CASE t.outcome WHEN 'pending' THEN t.not_before ELSE 0 END) FROM target t WHERE {DUE} \
                     AND (t.outcome = 'pending' OR t.sender IS NOT ?1)"
                ))?
                .query_row([&self.run], |row| row.get(0))?;
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

    /// Marks rows as being sent by this run. Returns those that still may be: a row cancelled meanwhile is left out.
    pub fn mark_sending(&mut self, rows: &[i64]) -> Result<Vec<i64>> {
        let run = self.run.clone();
        self.write_journal(Durability::Written, |_, conn| {
            let mut mark = conn.prepare_cached(
                "UPDATE target SET outcome = 'sending', sender = ?2 \
                 WHERE row = ?1 AND outcome IN ('pending', 'sending')",
            )?;
            let mut marked = Vec::with_capacity(rows.len());
            for row in rows {
                if mark.execute(params![row, run])? > 0 {
                    marked.push(*row);
                }
            }
            Ok(marked)
        })
    }

    /// Gives a row its final outcome.
    pub fn settle(&mut self, row: i64, outcome: Outcome, detail: &SafeText) -> Result<()> {
        self.settle_many(&[Settlement { row, outcome, detail: detail.clone() }])
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
        self.refresh_subjects(&subjects)
    }

    /// Puts a row back: pending, one attempt more, not to be tried before a moment.
    pub fn postpone(&mut self, row: i64, not_before: DateTime<Utc>, detail: &SafeText) -> Result<()> {
        self.postpone_many(&[Postponement { row, not_before, detail: detail.clone() }])
    }

    /// The same for several rows in one transaction.
    pub fn postpone_many(&mut self, postponements: &[Postponement]) -> Result<()> {
        self.write_journal(Durability::Written, |_, conn| {
            let mut postpone = conn.prepare_cached(
                "UPDATE target SET outcome = 'pending', sender = NULL, attempts = attempts + 1, not_before = ?2, \
                 detail = ?3 WHERE row = ?1 AND outcome IN ('pending', 'sending')",
            )?;
            for later in postponements {
                postpone.execute(params![later.row, moment::write(later.not_before), later.detail.raw()])?;
            }
            Ok(())
        })
    }

    /// Takes back the rows of a change that are not being sent. Returns how many.
    pub fn cancel(&mut self, change: ChangeId) -> Result<usize> {
        let subjects = self.write_journal(Durability::Synced, |_, conn| {
            let rows: Vec<(i64, u32)> = conn
                .prepare_cached("SELECT row, attempts FROM target WHERE change = ?1 AND outcome = 'pending'")?
                .query_map([change.0], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut subjects = Vec::with_capacity(rows.len());
            for (row, attempts) in rows {
                let detail = match attempts {
                    0 => SafeText::default(),
                    _ => SafeText::from("tried before it was cancelled: it may have taken effect"),
                };
                subjects.extend(settle(conn, &Settlement { row, outcome: Outcome::Cancelled, detail })?);
            }
            Ok(subjects)
        })?;
        self.refresh_subjects(&subjects)?;
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
            let mut statement = conn.prepare_cached(
                "SELECT t.row, t.subject, s.alert, t.outcome FROM target t JOIN subject s ON s.id = t.subject \
                 WHERE t.change = ?1 AND t.outcome IN ('failed', 'conflict', 'unconfirmed') \
                 AND NOT EXISTS (SELECT 1 FROM target l WHERE l.subject = t.subject AND l.row > t.row \
                 AND l.outcome IN ('pending', 'sending', 'verified', 'unconfirmed')) ORDER BY t.row",
            )?;
            let mut rows = statement.query([change.0])?;
            let mut subjects = Vec::new();
            while let Some(row) = rows.next()? {
                let number: i64 = row.get(0)?;
                let subject: i64 = row.get(1)?;
                if super::outcome(row, 3)? == Outcome::Conflict
                    && let Some(remote) = store.remote_status(&alert(row, 2)?)
                {
                    conn.prepare_cached("UPDATE target SET seen = ?2 WHERE row = ?1")?
                        .execute(params![number, remote.api_name()])?;
                }
                conn.prepare_cached(
                    "UPDATE target SET outcome = 'pending', detail = '', not_before = 0, sender = NULL WHERE row = ?1",
                )?
                .execute([number])?;
                credit(conn, subject)?;
                subjects.push(subject);
            }
            Ok(subjects)
        })?;
        self.refresh_subjects(&subjects)?;
        Ok(subjects.len())
    }
}

/// Gives an unsettled row its final outcome. Returns the alert's number; none when the row was settled before.
pub(super) fn settle(conn: &Connection, settlement: &Settlement) -> Result<Option<i64>, Trouble> {
    let subject: Option<i64> = conn
        .prepare_cached(
            "UPDATE target SET attempts = attempts + (outcome = 'sending'), outcome = ?2, detail = ?3, sender = NULL \
             WHERE row = ?1 AND outcome IN ('pending', 'sending') RETURNING subject",
        )?
        .query_row(
            params![settlement.row, settlement.outcome.word(), settlement.detail.raw()],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(subject) = subject
        && settlement.outcome != Outcome::Verified
    {
        if settlement.outcome != Outcome::Conflict {
            rebase_next(conn, settlement.row)?;
        }
        credit(conn, subject)?;
    }
    Ok(subject)
}
