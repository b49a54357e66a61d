//! Queueing: a decision and its outbox rows in one synced transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Durability, assign};
use crate::domain::change::{NewChange, Reason, Target};
use crate::domain::{ChangeId, SafeText};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

impl Store {
    /// Records a decision and puts its targets into the outbox. When this returns, they are on disk: only then may *queued* be
    /// shown. An alert named twice is taken once.
    pub fn queue(&mut self, change: &NewChange) -> Result<ChangeId> {
        let (id, subjects) = self.write_journal(Durability::Synced, |_, conn| insert(conn, change))?;
        self.show_decided(subjects);
        Ok(id)
    }
}

/// Writes a change with its targets. Returns its number and the alerts touched.
pub(super) fn insert(conn: &Connection, change: &NewChange) -> Result<(ChangeId, Vec<i64>), Trouble> {
    let id = insert_change(conn, change)?;
    let mut subjects = Vec::with_capacity(change.targets.len());
    for target in &change.targets {
        subjects.push(insert_target(conn, id, target, &change.by)?);
    }
    if change.take {
        for subject in &subjects {
            assign::write(conn, *subject, Some(&change.by), &change.by, change.at, Some(id))?;
        }
    }
    Ok((id, subjects))
}

/// Writes a change without targets. It is for the tenant that the alerts were seen in (where that is
/// not known, the one synced last), an undo for that of the change it takes back.
pub(super) fn insert_change(conn: &Connection, change: &NewChange) -> Result<ChangeId, Trouble> {
    let kind = match change.undoes {
        None => "change",
        Some(undone) => match kind_of(conn, undone)?.as_deref() {
            Some("undo") => "redo",
            _ => "undo",
        },
    };
    let id = conn
        .prepare_cached(
            "INSERT INTO change (kind, at, by, status, reason, comment, filter, undoes, take, tenant) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CASE WHEN ?8 IS NULL \
             THEN coalesce(nullif(?10, ''), (SELECT guid FROM tenant)) ELSE (SELECT tenant FROM change WHERE id = ?8) END)",
        )?
        .insert(params![
            kind,
            moment::write(change.at),
            change.by.raw(),
            change.status.map(crate::domain::Status::api_name),
            change.reason.map(Reason::code),
            change.comment.raw(),
            change.filter,
            change.undoes.map(|undone| undone.0),
            change.take,
            change.tenant.raw(),
        ])?;
    Ok(ChangeId(id))
}

/// Writes one outbox row. Returns the alert's number. What is queued last has an effect, or may have: the alert counts as
/// changed by whoever decided it.
pub(super) fn insert_target(
    conn: &Connection,
    change: ChangeId,
    target: &Target,
    by: &SafeText,
) -> Result<i64, Trouble> {
    let subject = conn
        .prepare_cached(
            "INSERT INTO subject (alert, changed_by) VALUES (?1, ?2) \
             ON CONFLICT (alert) DO UPDATE SET changed_by = excluded.changed_by RETURNING id",
        )?
        .query_row([target.id.as_str(), by.raw()], |row| row.get(0))?;
    conn.prepare_cached(
        "INSERT INTO target (change, subject, seen, want, outcome, request_id) \
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5) ON CONFLICT (change, subject) DO NOTHING",
    )?
    .execute(params![
        change.0,
        subject,
        target.seen.api_name(),
        target.want.api_name(),
        uuid::Uuid::new_v4().to_string()
    ])?;
    Ok(subject)
}

/// `change`, `undo` or `redo`; none for an unknown number.
pub(super) fn kind_of(conn: &Connection, change: ChangeId) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT kind FROM change WHERE id = ?1")?
        .query_row([change.0], |row| row.get(0))
        .optional()
}
