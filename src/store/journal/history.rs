//! The record: changes with their outcomes, and what was done about one alert.

use std::collections::HashSet;

use rusqlite::{Connection, Row};

use super::undo::undone_by;
use super::{effective, keep, known_subject, log, outcome, parse_status, queue, status, text};
use crate::domain::change::{ChangeRecord, HistoryEntry, Reason, Tally, TargetRecord};
use crate::domain::{AlertId, AlertKey, ChangeId, Status};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, TakenUp, moment};

fn select() -> String {
    let undone_by = undone_by("c");
    format!(
        "SELECT c.id, c.at, c.by, c.status, c.reason, c.comment, c.filter, c.undoes, {undone_by} FROM change c"
    )
}

impl Store {
    /// The newest changes, the newest first.
    pub fn changes(&self, limit: usize) -> Result<Vec<ChangeRecord>> {
        self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(&format!("{} ORDER BY c.id DESC LIMIT ?1", select()))?;
            let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut changes = Vec::new();
            while let Some(row) = rows.next()? {
                changes.push(change(conn, row)?);
            }
            Ok(changes)
        })
    }

    /// One change with its targets in the user's order; none for an unknown number.
    pub fn change(&self, id: ChangeId) -> Result<Option<(ChangeRecord, Vec<TargetRecord>)>> {
        self.read_journal(|conn| {
            let Some(record) = find(conn, id)? else { return Ok(None) };
            let targets = log::targets(conn, id, 0, usize::MAX)?;
            Ok(Some((record, targets)))
        })
    }

    /// The outcomes of a change so far.
    pub fn tally(&self, id: ChangeId) -> Result<Tally> {
        self.read_journal(|conn| tally(conn, id))
    }

    /// The changes with alerts that are not settled.
    pub fn unsettled(&self) -> Result<Vec<ChangeId>> {
        self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT DISTINCT change FROM target INDEXED BY target_due WHERE outcome IN ('pending', 'sending') \
                 ORDER BY change",
            )?;
            let found = statement.query_map([], |row| row.get(0).map(ChangeId))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The newest change; none when nothing was ever changed.
    pub fn last_change(&self) -> Result<Option<ChangeId>> {
        self.read_journal(|conn| {
            let last: Option<i64> =
                conn.prepare_cached("SELECT max(id) FROM change")?.query_row([], |row| row.get(0))?;
            Ok(last.map(ChangeId))
        })
    }

    /// What was done about an alert, the newest first.
    pub fn history(&self, id: &AlertId) -> Result<Vec<HistoryEntry>> {
        self.read_journal(|conn| {
            let Some(subject) = known_subject(conn, id)? else { return Ok(Vec::new()) };
            let mut statement = conn.prepare_cached(&format!(
                "SELECT c.id, c.at, c.by, t.seen, t.want, c.reason, c.comment, c.undoes, {}, t.detail, c.filter \
                 FROM target t JOIN change c ON c.id = t.change WHERE t.subject = ?1 ORDER BY t.row DESC",
                keep::outcome_of("t")
            ))?;
            let mut rows = statement.query([subject])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(HistoryEntry {
                    change: ChangeId(row.get(0)?),
                    at: moment::read(row.get(1)?),
                    by: text(row, 2)?,
                    from: status(row, 3)?,
                    to: status(row, 4)?,
                    reason: reason(row, 5)?,
                    comment: text(row, 6)?,
                    undoes: row.get::<_, Option<i64>>(7)?.map(ChangeId),
                    outcome: outcome(row, 8)?,
                    detail: text(row, 9)?,
                    filter: row.get(10)?,
                });
            }
            Ok(entries)
        })
    }

    /// The alerts in the cache that someone set in progress or resolved with quell, whatever became of them since, unless
    /// that was undone. The journal is read again only after it was written to.
    pub fn taken_up(&self) -> Result<HashSet<AlertKey>> {
        // Others' commits change the one number, this connection's the other.
        let foreign = self.journal.data_version().map_err(|error| self.journal.fail(error))?;
        let version = (foreign, self.journal.conn.total_changes());
        let mut known = self.taken_up.borrow_mut();
        if let Some(known) = known.as_ref().filter(|known| known.version == version) {
            return Ok(known.ids.iter().filter_map(|id| self.key(id)).collect());
        }
        let ids = self.read_journal(|conn| {
            let mut statement = conn.prepare_cached(&format!(
                "SELECT DISTINCT s.alert FROM target t JOIN change c ON c.id = t.change JOIN subject s ON s.id = t.subject \
                 WHERE t.want IN (?1, ?2) AND c.kind <> 'undo' AND {} AND NOT EXISTS (SELECT 1 FROM change u \
                 JOIN target w ON w.change = u.id AND w.subject = t.subject WHERE u.undoes = t.change AND {})",
                effective("t"),
                effective("w")
            ))?;
            let found = statement.query_map([Status::InProgress.api_name(), Status::Resolved.api_name()], |row| {
                row.get::<_, String>(0).map(AlertId::new)
            })?;
            Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let keys = ids.iter().filter_map(|id| self.key(id)).collect();
        *known = Some(TakenUp { version, ids });
        Ok(keys)
    }

    /// `change`, `undo` or `redo`; none for an unknown number.
    pub(super) fn change_kind(&self, id: ChangeId) -> Result<Option<String>> {
        self.read_journal(|conn| Ok(queue::kind_of(conn, id)?))
    }
}

/// One change; none for an unknown number.
pub(super) fn find(conn: &Connection, id: ChangeId) -> Result<Option<ChangeRecord>, Trouble> {
    let mut statement = conn.prepare_cached(&format!("{} WHERE c.id = ?1", select()))?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(|row| change(conn, row)).transpose()
}

fn change(conn: &Connection, row: &Row<'_>) -> Result<ChangeRecord, Trouble> {
    let id = ChangeId(row.get(0)?);
    let status: Option<String> = row.get(3)?;
    Ok(ChangeRecord {
        id,
        at: moment::read(row.get(1)?),
        by: text(row, 2)?,
        status: status.map(|word| parse_status(&word)).transpose()?,
        reason: reason(row, 4)?,
        comment: text(row, 5)?,
        filter: row.get(6)?,
        undoes: row.get::<_, Option<i64>>(7)?.map(ChangeId),
        undone_by: row.get::<_, Option<i64>>(8)?.map(ChangeId),
        tally: tally(conn, id)?,
    })
}

fn reason(row: &Row<'_>, column: usize) -> Result<Option<Reason>, Trouble> {
    let code: Option<String> = row.get(column)?;
    code.map(|code| Reason::parse(&code).ok_or_else(|| Trouble::Damaged(format!("the reason {code:?}"))))
        .transpose()
}

fn tally(conn: &Connection, id: ChangeId) -> Result<Tally, Trouble> {
    let outcome_of = keep::outcome_of("t");
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {outcome_of} AS what, count(*) FROM target t WHERE t.change = ?1 GROUP BY what"
    ))?;
    let mut rows = statement.query([id.0])?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next()? {
        tally.add(outcome(row, 0)?, row.get::<_, u32>(1)? as usize);
    }
    Ok(tally)
}
