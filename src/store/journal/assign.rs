//! Who took an alert. Kept here only: the source has no field for it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::known_subject;
use crate::domain::record::{Deed, DeedKind};
use crate::domain::{AlertId, ChangeId, SafeText};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

/// An assignment as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// To whom; none when the alert was given back.
    pub who: Option<SafeText>,
    /// By whom.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
    /// The change that also took the alert over.
    pub change: Option<ChangeId>,
}

impl Store {
    /// Assigns alerts to somebody, or to nobody. One deed of the audit log.
    pub fn assign(
        &mut self,
        ids: &[AlertId],
        who: Option<&SafeText>,
        by: &SafeText,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let who = who.cloned().unwrap_or_default();
        self.audit(&Deed::new(DeedKind::Assign, by.clone(), at).on(ids.iter().cloned()).set(who))?;
        Ok(())
    }

    /// Every assignment of an alert, the newest first.
    pub fn assignments(&self, id: &AlertId) -> Result<Vec<Assigned>> {
        self.read_journal(|conn| {
            let Some(subject) = known_subject(conn, id)? else { return Ok(Vec::new()) };
            let mut statement = conn.prepare_cached(
                "SELECT who, by, at, change FROM assignment WHERE subject = ?1 ORDER BY id DESC",
            )?;
            let found = statement.query_map([subject], |row| {
                Ok(Assigned {
                    who: row.get::<_, Option<String>>(0)?.map(SafeText::from),
                    by: SafeText::from(row.get::<_, String>(1)?),
                    at: moment::read(row.get(2)?),
                    change: row.get::<_, Option<i64>>(3)?.map(ChangeId),
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Writes an assignment.
pub(super) fn write(
    conn: &Connection,
    subject: i64,
    who: Option<&SafeText>,
    by: &SafeText,
    at: DateTime<Utc>,
    change: Option<ChangeId>,
) -> Result<(), Trouble> {
    let who = who.map(SafeText::raw);
    conn.prepare_cached("INSERT INTO assignment (subject, who, by, at, change) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![subject, who, by.raw(), moment::write(at), change.map(|change| change.0)])?;
    conn.prepare_cached("UPDATE subject SET assigned = ?2 WHERE id = ?1")?.execute(params![subject, who])?;
    Ok(())
}

/// True for a change that took an alert over.
pub(super) fn took(conn: &Connection, change: ChangeId) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM assignment WHERE change = ?1)")?
        .query_row([change.0], |row| row.get(0))
}

/// Gives an alert that a change took over back to whoever had it before, unless it was assigned again since.
pub(super) fn give_back(
    conn: &Connection,
    subject: i64,
    taken_by: ChangeId,
    by: &SafeText,
    at: DateTime<Utc>,
) -> Result<(), Trouble> {
    let latest: Vec<(Option<String>, Option<i64>)> = conn
        .prepare_cached("SELECT who, change FROM assignment WHERE subject = ?1 ORDER BY id DESC LIMIT 2")?
        .query_map([subject], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    if latest.first().is_some_and(|(_, change)| *change == Some(taken_by.0)) {
        let before = latest.get(1).and_then(|(who, _)| who.clone()).map(SafeText::from);
        write(conn, subject, before.as_ref(), by, at, None)?;
    }
    Ok(())
}
