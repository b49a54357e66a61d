//! Decisions about alerts that no source in use has: alerts of files. They take effect here and at once, and are recorded as
//! *kept here*: nothing is sent, and nothing is verified.
//!
//! In the journal such a target is settled like a verified one, told apart by its detail: what was kept counts wherever
//! what was verified does, and an older version reads it too.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use super::{Durability, alert, credit, known_subject, status};
use crate::domain::change::{KEPT_HERE, Outcome, Sent};
use crate::domain::{AlertId, AlertKey, Status, SubscriptionId};
use crate::store::Store;
use crate::store::error::{Result, Trouble};

/// A target's outcome with *kept* told apart; the target goes by this name in the statement.
pub(super) fn outcome_of(name: &str) -> String {
    format!(
        "CASE WHEN {name}.outcome = 'verified' AND {name}.detail = '{KEPT_HERE}' THEN 'kept' ELSE {name}.outcome END"
    )
}

impl Store {
    /// What was last decided here of each alert that no source has, for a file that is imported again.
    pub fn kept_here<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a AlertId>,
    ) -> Result<HashMap<AlertId, Status>> {
        self.read_journal(|conn| {
            let mut kept = HashMap::new();
            let mut statement = conn.prepare_cached(
                "SELECT t.want FROM target t JOIN subject s ON s.id = t.subject \
                 WHERE s.alert = ?1 AND t.outcome = 'verified' AND t.detail = ?2 ORDER BY t.row DESC LIMIT 1",
            )?;
            for id in ids {
                let mut rows = statement.query([id.as_str(), KEPT_HERE])?;
                if let Some(row) = rows.next()? {
                    kept.insert(id.clone(), status(row, 0)?);
                }
            }
            Ok(kept)
        })
    }

    /// What was decided and written about an alert goes on under another id, which turned out to be its true one. Where
    /// something is recorded under both, it becomes one record.
    pub fn rename(&mut self, from: &AlertId, to: &AlertId) -> Result<()> {
        let known = self.read_journal(|conn| Ok((known_subject(conn, from)?, known_subject(conn, to)?)))?;
        let (Some(subject), other) = known else { return Ok(()) };
        self.write_journal(Durability::Synced, |_, conn| {
            if let Some(other) = other {
                return join(conn, subject, other);
            }
            conn.prepare_cached("UPDATE subject SET alert = ?2 WHERE id = ?1")?
                .execute(params![subject, to.as_str()])?;
            Ok(())
        })?;
        self.pending.remove(from);
        self.locals.remove(from);
        self.show_subjects(&[other.unwrap_or(subject)]);
        Ok(())
    }

    /// Shows what was decided, and keeps here what no source has. What cannot be kept just now stays queued, and is with the
    /// next decision.
    pub(super) fn show_decided(&mut self, mut subjects: Vec<i64>) {
        subjects.extend(self.keep_queued().unwrap_or_default());
        self.show_subjects(&subjects);
    }

    /// Carries out what is queued for alerts that no source in use has.
    pub(in crate::store) fn keep_here(&mut self) -> Result<()> {
        if !self.pending.is_empty() {
            let subjects = self.keep_queued()?;
            self.show_subjects(&subjects);
        }
        Ok(())
    }

    /// The same, to be shown yet: the cache first, then the journal, so that a crash between them only means that it is done
    /// again. Returns the alerts touched.
    fn keep_queued(&mut self) -> Result<Vec<i64>> {
        if !self.journal.writable || !self.cache.writable {
            return Ok(Vec::new());
        }
        let Some(sources) = self.sources()? else { return Ok(Vec::new()) };
        let queued = self.read_journal(queued)?;
        let local: Vec<(i64, AlertKey, Status)> = queued
            .into_iter()
            .filter_map(|(row, id, want)| Some((row, self.local_key(&id, &sources)?, want)))
            .collect();
        if local.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<(AlertKey, Status)> = local.iter().map(|(_, key, want)| (*key, *want)).collect();
        self.restate(&wanted)?;
        self.write_journal(Durability::Synced, |_, conn| settle(conn, &local))
    }

    /// The subscriptions that a source in use lists; none when that is not known yet.
    fn sources(&self) -> Result<Option<HashSet<SubscriptionId>>> {
        if self.sourceless {
            return Ok(Some(HashSet::new()));
        }
        let used: HashSet<SubscriptionId> = self.subscriptions()?.into_iter().map(|one| one.id).collect();
        Ok((!used.is_empty()).then_some(used))
    }

    /// The number of an alert that only a file has: no source knows an id that was put together here.
    fn local_key(&self, id: &AlertId, sources: &HashSet<SubscriptionId>) -> Option<AlertKey> {
        let row = self.table.table().get(self.key(id)?)?;
        let listed = id.subscription().is_some_and(|subscription| sources.contains(&subscription));
        (row.flags().is_imported() && (!listed || id.is_put_together())).then(|| row.key())
    }
}

/// Brings what is recorded of one subject to another that is the same alert. Where one act was about both, the first keeps
/// its row: the record is never shortened.
fn join(conn: &Connection, from: i64, to: i64) -> Result<(), Trouble> {
    for table in ["target", "assignment", "deed_subject", "run"] {
        conn.prepare_cached(&format!("UPDATE OR IGNORE {table} SET subject = ?2 WHERE subject = ?1"))?
            .execute([from, to])?;
    }
    conn.prepare_cached("UPDATE subject SET assigned = NULL, changed_by = NULL WHERE id = ?1")?
        .execute([from])?;
    conn.prepare_cached(
        "UPDATE subject SET assigned = (SELECT who FROM assignment WHERE subject = ?1 ORDER BY id DESC LIMIT 1) \
         WHERE id = ?1",
    )?
    .execute([to])?;
    credit(conn, to)?;
    Ok(())
}

/// What was not sent yet, in the user's order.
fn queued(conn: &Connection) -> Result<Vec<(i64, AlertId, Status)>, Trouble> {
    let mut statement = conn.prepare_cached(
        "SELECT t.row, s.alert, t.want FROM target t JOIN subject s ON s.id = t.subject \
         WHERE t.outcome = 'pending' AND t.sent = 0 ORDER BY t.row",
    )?;
    let mut rows = statement.query([])?;
    let mut queued = Vec::new();
    while let Some(row) = rows.next()? {
        queued.push((row.get(0)?, alert(row, 1)?, status(row, 2)?));
    }
    Ok(queued)
}

/// What was queued counts as kept. Who changed the alert stays: it had, or might have had, an effect before as well.
fn settle(conn: &Connection, local: &[(i64, AlertKey, Status)]) -> Result<Vec<i64>, Trouble> {
    let mut subjects = Vec::with_capacity(local.len());
    let mut settle = conn.prepare_cached(
        "UPDATE target SET outcome = ?2, detail = ?3, sent = ?4 WHERE row = ?1 AND outcome = 'pending' \
         RETURNING subject",
    )?;
    for (row, _, _) in local {
        let values = params![row, Outcome::Verified.word(), KEPT_HERE, Sent::Accepted.code()];
        let mut settled = settle.query(values)?;
        while let Some(settled) = settled.next()? {
            subjects.push(settled.get(0)?);
        }
    }
    Ok(subjects)
}
