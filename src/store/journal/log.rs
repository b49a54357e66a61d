//! The audit log: every act, the newest first, read in windows. A journal may hold a hundred thousand of them.

use rusqlite::{Connection, OptionalExtension, params};

use super::{alert, history, outcome, record, status, text};
use crate::domain::change::{Target, TargetRecord};
use crate::domain::record::{Act, DeedId, LogEntry};
use crate::domain::{AlertId, ChangeId};
use crate::store::Store;
use crate::store::error::{Result, Trouble};

/// Changes have 0, deeds 1 beside their number. ?1 is what to look for, as a pattern of LIKE; null for all.
const ACTS: &str = "SELECT at, 0 AS source, id FROM change c WHERE ?1 IS NULL OR c.by LIKE ?1 ESCAPE '\\' \
    OR c.comment LIKE ?1 ESCAPE '\\' OR c.filter LIKE ?1 ESCAPE '\\' OR c.reason LIKE ?1 ESCAPE '\\' \
    OR c.status LIKE ?1 ESCAPE '\\' OR EXISTS (SELECT 1 FROM target t JOIN subject s ON s.id = t.subject \
    WHERE t.change = c.id AND s.alert LIKE ?1 ESCAPE '\\') \
    UNION ALL SELECT at, 1 AS source, id FROM deed d WHERE ?1 IS NULL OR d.by LIKE ?1 ESCAPE '\\' \
    OR d.kind LIKE ?1 ESCAPE '\\' OR d.value LIKE ?1 ESCAPE '\\' OR d.words LIKE ?1 ESCAPE '\\' \
    OR d.reason LIKE ?1 ESCAPE '\\' OR d.filter LIKE ?1 ESCAPE '\\' OR d.about LIKE ?1 ESCAPE '\\' \
    OR EXISTS (SELECT 1 FROM deed_subject a JOIN subject s ON s.id = a.subject \
    WHERE a.deed = d.id AND s.alert LIKE ?1 ESCAPE '\\')";

/// The acts in the order of the log.
const NEWEST: &str = "ORDER BY at DESC, source DESC, id DESC LIMIT ?2 OFFSET ?3";

/// The same from its other end.
const OLDEST: &str = "ORDER BY at, source, id LIMIT ?2 OFFSET ?3";

impl Store {
    /// How many acts the log has that contain a text, in any case of ASCII letters: in who, what, why, filter or an alert's id.
    /// An empty text means all.
    pub fn log_len(&self, find: &str) -> Result<usize> {
        self.read_journal(|conn| {
            let count: i64 = if find.is_empty() {
                conn.prepare_cached("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM deed)")?
                    .query_row([], |row| row.get(0))?
            } else {
                conn.prepare_cached(&format!("SELECT count(*) FROM ({ACTS})"))?
                    .query_row([pattern(find)], |row| row.get(0))?
            };
            Ok(count.max(0) as usize)
        })
    }

    /// A window of the log, the newest act first; `find` as in [`Self::log_len`].
    pub fn log(&self, find: &str, from: usize, limit: usize) -> Result<Vec<LogEntry>> {
        let total = self.log_len(find)?;
        let limit = limit.min(total.saturating_sub(from));
        if limit == 0 {
            return Ok(Vec::new());
        }
        // What is skipped is walked over: the shorter way.
        let reverse = from > total / 2;
        let (order, skip) = if reverse { (OLDEST, total - from - limit) } else { (NEWEST, from) };
        self.read_journal(|conn| {
            let mut acts: Vec<(i64, i64)> = conn
                .prepare_cached(&format!("{ACTS} {order}"))?
                .query_map(params![pattern(find), number(limit), number(skip)], |row| {
                    Ok((row.get(1)?, row.get(2)?))
                })?
                .collect::<rusqlite::Result<_>>()?;
            if reverse {
                acts.reverse();
            }
            acts.into_iter().map(|(source, id)| entry(conn, source, id)).collect()
        })
    }

    /// A window of a change's alerts, in the user's order.
    pub fn change_alerts(&self, change: ChangeId, from: usize, limit: usize) -> Result<Vec<TargetRecord>> {
        self.read_journal(|conn| targets(conn, change, from, limit))
    }

    /// How many alerts a deed was done to.
    pub fn deed_size(&self, deed: DeedId) -> Result<usize> {
        self.read_journal(|conn| Ok(size(conn, deed.0)?))
    }

    /// A window of a deed's alerts.
    pub fn deed_alerts(&self, deed: DeedId, from: usize, limit: usize) -> Result<Vec<AlertId>> {
        self.read_journal(|conn| alerts(conn, deed, from, limit))
    }
}

/// Some alerts of a change.
pub(super) fn targets(
    conn: &Connection,
    change: ChangeId,
    from: usize,
    limit: usize,
) -> Result<Vec<TargetRecord>, Trouble> {
    let mut statement = conn.prepare_cached(
        "SELECT s.alert, t.seen, t.want, t.outcome, t.detail, t.attempts FROM target t \
         JOIN subject s ON s.id = t.subject WHERE t.change = ?1 ORDER BY t.row LIMIT ?2 OFFSET ?3",
    )?;
    let mut rows = statement.query(params![change.0, number(limit), number(from)])?;
    let mut targets = Vec::new();
    while let Some(row) = rows.next()? {
        targets.push(TargetRecord {
            target: Target { id: alert(row, 0)?, seen: status(row, 1)?, want: status(row, 2)? },
            outcome: outcome(row, 3)?,
            detail: text(row, 4)?,
            attempts: row.get(5)?,
        });
    }
    Ok(targets)
}

/// Some alerts of a deed.
pub(super) fn alerts(
    conn: &Connection,
    deed: DeedId,
    from: usize,
    limit: usize,
) -> Result<Vec<AlertId>, Trouble> {
    let mut statement = conn.prepare_cached(
        "SELECT s.alert FROM deed_subject a JOIN subject s ON s.id = a.subject WHERE a.deed = ?1 \
         ORDER BY a.subject LIMIT ?2 OFFSET ?3",
    )?;
    let mut rows = statement.query(params![deed.0, number(limit), number(from)])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(alert(row, 0)?);
    }
    Ok(ids)
}

/// How many alerts a deed was done to.
fn size(conn: &Connection, deed: i64) -> rusqlite::Result<usize> {
    let count: u32 = conn
        .prepare_cached("SELECT count(*) FROM deed_subject WHERE deed = ?1")?
        .query_row([deed], |row| row.get(0))?;
    Ok(count as usize)
}

fn entry(conn: &Connection, source: i64, id: i64) -> Result<LogEntry, Trouble> {
    let missing = || Trouble::Damaged(format!("act {id} is missing"));
    if source == 0 {
        let change = history::find(conn, ChangeId(id))?.ok_or_else(missing)?;
        let first = conn
            .prepare_cached(
                "SELECT s.alert FROM target t JOIN subject s ON s.id = t.subject WHERE t.change = ?1 \
                 OR t.cancelled_by = ?1 ORDER BY t.row LIMIT 1",
            )?
            .query_row([id], |row| row.get::<_, String>(0))
            .optional()?;
        let alerts = change.tally.total();
        return Ok(LogEntry { act: Act::Change(Box::new(change)), alerts, first: first.map(AlertId::new) });
    }
    let (deed_id, deed) = record::find(conn, id)?.ok_or_else(missing)?;
    let alerts = size(conn, id)?;
    let first: Option<String> = conn
        .prepare_cached(
            "SELECT s.alert FROM deed_subject a JOIN subject s ON s.id = a.subject WHERE a.deed = ?1 \
             ORDER BY a.subject LIMIT 1",
        )?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(LogEntry { act: Act::Deed(deed_id, Box::new(deed)), alerts, first: first.map(AlertId::new) })
}

/// The pattern of LIKE that finds a text anywhere.
fn pattern(find: &str) -> Option<String> {
    if find.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in find.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
