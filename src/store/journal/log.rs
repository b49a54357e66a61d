//! The audit log: every act, the newest first, read in windows. A journal may hold a hundred thousand of them.

use rusqlite::{Connection, OptionalExtension, params};

use super::{alert, history, keep, outcome, record, status, text};
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
    /// How many acts the log has that contain a text, in any case of ASCII letters, in who, what, why, filter or an alert's
    /// id, and a window of them, the newest act first. An empty text means all.
    pub fn log(&self, find: &str, from: usize, limit: usize) -> Result<(usize, Vec<LogEntry>)> {
        self.read_journal(|conn| {
            let (total, acts) = match pattern(find) {
                None => all(conn, from, limit)?,
                Some(pattern) => {
                    // Every act has to be looked at whatever the window; once is enough.
                    let found = acts(conn, NEWEST, Some(&pattern), usize::MAX, 0)?;
                    let total = found.len();
                    (total, found.into_iter().skip(from).take(limit).collect())
                }
            };
            let entries = acts.into_iter().map(|(source, id)| entry(conn, source, id));
            Ok((total, entries.collect::<Result<_, Trouble>>()?))
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

/// How many acts there are, and a window of them: what is skipped is walked over, the shorter way.
fn all(conn: &Connection, from: usize, limit: usize) -> rusqlite::Result<(usize, Vec<(i64, i64)>)> {
    let total: u32 = conn
        .prepare_cached("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM deed)")?
        .query_row([], |row| row.get(0))?;
    let total = total as usize;
    let limit = limit.min(total.saturating_sub(from));
    if limit == 0 {
        return Ok((total, Vec::new()));
    }
    if from <= total / 2 {
        return Ok((total, acts(conn, NEWEST, None, limit, from)?));
    }
    let mut found = acts(conn, OLDEST, None, limit, total - from - limit)?;
    found.reverse();
    Ok((total, found))
}

/// Where acts stand, in one of the orders.
fn acts(
    conn: &Connection,
    order: &str,
    pattern: Option<&str>,
    limit: usize,
    skip: usize,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    conn.prepare_cached(&format!("{ACTS} {order}"))?
        .query_map(params![pattern, number(limit), number(skip)], |row| Ok((row.get(1)?, row.get(2)?)))?
        .collect()
}

/// Some alerts of a change.
pub(super) fn targets(
    conn: &Connection,
    change: ChangeId,
    from: usize,
    limit: usize,
) -> Result<Vec<TargetRecord>, Trouble> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT s.alert, t.seen, t.want, {}, t.detail, t.attempts FROM target t \
         JOIN subject s ON s.id = t.subject WHERE t.change = ?1 ORDER BY t.row LIMIT ?2 OFFSET ?3",
        keep::outcome_of("t")
    ))?;
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
