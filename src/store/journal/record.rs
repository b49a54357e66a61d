//! Deeds: notes, feedback, assignments, ticked steps and all else done here that is no change of status. One append-only
//! table holds them; what counts now is read from it.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use super::{Durability, alert, assign, known_subject, subject_of, text};
use crate::domain::record::{AlertRecord, Deed, DeedId, DeedKind, FeedbackReason, Past, judgement};
use crate::domain::table::LocalRecord;
use crate::domain::{AlertId, SafeText};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

/// The columns that [`deed`] reads.
const DEED: &str = "d.id, d.at, d.by, d.kind, d.about, d.value, d.reason, d.words, d.filter";

impl Store {
    /// Records a deed and what follows from it: a note, feedback, an assignment or a ticked step counts from now on. When this
    /// returns, it is on disk.
    pub fn audit(&mut self, deed: &Deed) -> Result<DeedId> {
        let (id, subjects) = self.write_journal(Durability::Synced, |_, conn| insert(conn, deed))?;
        self.show_subjects(&subjects);
        Ok(id)
    }

    /// The notes, the last feedback and the ticked steps of an alert.
    pub fn alert_record(&self, id: &AlertId) -> Result<AlertRecord> {
        Ok(AlertRecord::of(&self.past(id)?))
    }

    /// All that was done to an alert, the newest first.
    pub fn past(&self, id: &AlertId) -> Result<Vec<Past>> {
        let changes = self.history(id)?.into_iter().map(Past::Change);
        let deeds = self.deeds_of(id)?.into_iter().map(|(deed, alerts)| Past::Deed(Box::new(deed), alerts));
        let mut past: Vec<Past> = changes.chain(deeds).collect();
        past.sort_by_key(|past| std::cmp::Reverse(past.at()));
        Ok(past)
    }

    /// The deeds of an alert with the number of alerts of each, the newest first.
    fn deeds_of(&self, id: &AlertId) -> Result<Vec<(Deed, usize)>> {
        self.read_journal(|conn| {
            let Some(subject) = known_subject(conn, id)? else { return Ok(Vec::new()) };
            let mut statement = conn.prepare_cached(&format!(
                "SELECT {DEED}, (SELECT count(*) FROM deed_subject o WHERE o.deed = d.id) FROM deed_subject a \
                 JOIN deed d ON d.id = a.deed WHERE a.subject = ?1 ORDER BY d.id DESC"
            ))?;
            let mut rows = statement.query([subject])?;
            let mut deeds = Vec::new();
            while let Some(row) = rows.next()? {
                deeds.push((deed(row)?.1, row.get::<_, u32>(9)? as usize));
            }
            Ok(deeds)
        })
    }
}

/// Writes a deed. Returns its number and the alerts touched.
pub(super) fn insert(conn: &Connection, deed: &Deed) -> Result<(DeedId, Vec<i64>), Trouble> {
    let id = conn
        .prepare_cached(
            "INSERT INTO deed (at, by, kind, about, value, reason, words, filter) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .insert(params![
            moment::write(deed.at),
            deed.by.raw(),
            deed.kind.code(),
            deed.about.raw(),
            deed.value.raw(),
            deed.reason.map(FeedbackReason::code),
            deed.words.raw(),
            deed.filter,
        ])?;
    let mut subjects = Vec::with_capacity(deed.alerts.len());
    for alert in &deed.alerts {
        let subject = subject_of(conn, alert)?;
        let new = conn
            .prepare_cached(
                "INSERT INTO deed_subject (deed, subject) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![id, subject])?;
        if new == 0 {
            continue;
        }
        if deed.kind == DeedKind::Assign {
            let who = Some(&deed.value).filter(|who| !who.is_empty());
            assign::write(conn, subject, who, &deed.by, deed.at, None)?;
        }
        subjects.push(subject);
    }
    Ok((DeedId(id), subjects))
}

/// One deed; none for an unknown number.
pub(super) fn find(conn: &Connection, id: i64) -> Result<Option<(DeedId, Deed)>, Trouble> {
    let mut statement = conn.prepare_cached(&format!("SELECT {DEED} FROM deed d WHERE d.id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(deed).transpose()
}

/// Reads the columns of [`DEED`]; the alerts are left empty.
fn deed(row: &Row<'_>) -> Result<(DeedId, Deed), Trouble> {
    let kind: String = row.get(3)?;
    let value = text(row, 5)?;
    let reason: Option<String> = row.get(6)?;
    let reason = reason
        .map(|code| {
            FeedbackReason::parse(is_useful(value.raw()), &code)
                .ok_or_else(|| Trouble::Damaged(format!("the reason {code:?}")))
        })
        .transpose()?;
    let deed = Deed {
        at: moment::read(row.get(1)?),
        by: text(row, 2)?,
        kind: DeedKind::parse(&kind).ok_or_else(|| Trouble::Damaged(format!("the deed {kind:?}")))?,
        alerts: Vec::new(),
        about: text(row, 4)?,
        value,
        reason,
        words: text(row, 7)?,
        filter: row.get(8)?,
    };
    Ok((DeedId(row.get(0)?), deed))
}

fn is_useful(value: &str) -> bool {
    value == judgement(true)
}

/// Notes and feedback of every alert that has some.
pub(super) fn locals(conn: &Connection) -> Result<HashMap<AlertId, LocalRecord>, Trouble> {
    let mut notes: HashMap<AlertId, String> = HashMap::new();
    let mut locals: HashMap<AlertId, LocalRecord> = HashMap::new();
    each(conn, DeedKind::Note, "words", |alert, words| join(notes.entry(alert).or_default(), words))?;
    each(conn, DeedKind::Feedback, "value", |alert, value| {
        locals.entry(alert).or_default().useful = Some(is_useful(value));
    })?;
    for (id, notes) in notes {
        locals.entry(id).or_default().notes = SafeText::from(notes);
    }
    Ok(locals)
}

/// A column of every deed of a kind with each of its alerts, the oldest first.
fn each(
    conn: &Connection,
    kind: DeedKind,
    column: &str,
    mut take: impl FnMut(AlertId, &str),
) -> Result<(), Trouble> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT s.alert, d.{column} FROM deed d JOIN deed_subject a ON a.deed = d.id \
         JOIN subject s ON s.id = a.subject WHERE d.kind = ?1 ORDER BY d.id"
    ))?;
    let mut rows = statement.query([kind.code()])?;
    while let Some(row) = rows.next()? {
        take(alert(row, 0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

/// The last feedback and the notes of each of some alerts that has any, as [`locals`] has them. The subjects are numbers as
/// `json_each` takes them.
pub(super) fn words(
    conn: &Connection,
    subjects: &str,
    mut take: impl FnMut(i64, Option<bool>, SafeText),
) -> Result<(), Trouble> {
    let mut statement = conn.prepare_cached(
        "SELECT a.subject, d.kind = 'note', d.words, d.value FROM deed_subject a JOIN deed d ON d.id = a.deed \
         WHERE a.subject IN (SELECT value FROM json_each(?1)) AND d.kind IN ('note', 'feedback') ORDER BY d.id",
    )?;
    let mut rows = statement.query([subjects])?;
    let mut found: HashMap<i64, (Option<bool>, String)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (useful, notes) = found.entry(row.get(0)?).or_default();
        if row.get(1)? {
            join(notes, row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?);
        } else {
            *useful = Some(is_useful(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?));
        }
    }
    found.into_iter().for_each(|(subject, (useful, notes))| take(subject, useful, SafeText::from(notes)));
    Ok(())
}

fn join(notes: &mut String, note: &str) {
    if !notes.is_empty() {
        notes.push('\n');
    }
    notes.push_str(note);
}
