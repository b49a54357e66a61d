//! `journal.db`: what was decided here. It is the outbox too: a change is *queued* when its rows are committed.

mod assign;
mod history;
mod keep;
mod lease;
mod log;
mod outbox;
mod period;
mod queue;
mod record;
mod tenant;
mod trigger;
mod undo;
mod views;

use std::collections::{BTreeMap, HashMap};

pub use assign::Assigned;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};
pub use tenant::Held;
pub use undo::{Spared, Undone};

use super::Store;
use super::error::{Result, Trouble};
use super::open::Sharing;
use crate::domain::change::{Outcome, Sent, Target};
use crate::domain::table::LocalRecord;
use crate::domain::{AlertId, AlertKey, ChangeId, SafeText, Status};

/// A row of the outbox that may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// Its number, growing in the user's order.
    pub row: i64,
    /// The change it belongs to.
    pub change: ChangeId,
    /// The alert and its statuses.
    pub target: Target,
    /// The `x-ms-client-request-id`: one per change and alert, kept over retries and restarts.
    pub request_id: String,
    /// How often it was tried.
    pub attempts: u32,
    /// How far earlier attempts came. At least *perhaps* when one broke off while it was being sent.
    pub sent: Sent,
    /// It was cancelled when it may have been sent already: it may be looked at, not sent again.
    pub withdrawn: bool,
}

/// The final outcome of an outbox row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The row.
    pub row: i64,
    /// Its outcome; one that is not final changes nothing.
    pub outcome: Outcome,
    /// Why; may be empty.
    pub detail: SafeText,
    /// How far its attempts came; what was recorded before is not lowered.
    pub sent: Sent,
}

/// A row that is to be tried again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponement {
    /// The row.
    pub row: i64,
    /// Not before this moment.
    pub not_before: DateTime<Utc>,
    /// Why; may be empty.
    pub detail: SafeText,
    /// How far its attempts came; what was recorded before is not lowered.
    pub sent: Sent,
}

/// True of a target (by this name in the statement) that has, or may yet have, an effect that came from here. What was verified
/// without having been sent was somebody else's doing.
fn effective(name: &str) -> String {
    format!(
        "({name}.outcome IN ('pending', 'sending', 'unconfirmed') OR {name}.outcome = 'verified' AND {name}.sent > 0)"
    )
}

/// Alerts looked up in one statement.
const AT_ONCE: usize = 1_000;

/// No `data_version`: they are positive.
const NEVER: i64 = -1;

/// How a commit reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// Synced before the call returns: a decision.
    Synced,
    /// Written, synced with the next decision: progress. It survives the program's death; should the machine lose power,
    /// the row is pending again and compared with the source before anything is sent.
    Written,
}

impl Store {
    /// One transaction on the journal.
    fn write_journal<T>(
        &mut self,
        durability: Durability,
        job: impl FnOnce(&Store, &Connection) -> Result<T, Trouble>,
    ) -> Result<T> {
        self.journal.check_writable()?;
        // Only the write-ahead log stays whole without a sync.
        let relaxed =
            durability == Durability::Written && matches!(self.sharing, Sharing::Log | Sharing::Alone);
        let this: &Store = self;
        let conn = &this.journal.conn;
        let run = || -> Result<(T, bool), Trouble> {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            let foreign = this.journal.data_version()? != this.journal.seen_version;
            let value = job(this, &transaction)?;
            transaction.commit()?;
            Ok((value, foreign))
        };
        let outcome = if relaxed {
            synchronous(conn, "NORMAL").map_err(Trouble::from).and_then(|()| run()).inspect(|_| {
                // What was committed stays so; each decision asks for its sync itself.
                let _ = synchronous(conn, "FULL");
            })
        } else {
            synchronous(conn, "FULL").map_err(Trouble::from).and_then(|()| run())
        };
        let (value, foreign) = outcome.map_err(|trouble| self.journal.fail(trouble))?;
        if foreign {
            match self.load_journal() {
                Ok(()) => self.show_journal(),
                Err(_) => self.distrust_overlay(),
            }
        }
        Ok(value)
    }

    /// Reads from the journal.
    fn read_journal<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T> {
        read(&self.journal.conn).map_err(|trouble| self.journal.fail(trouble))
    }

    /// Reads what overlays the table.
    pub(super) fn load_journal(&mut self) -> Result<()> {
        let version = self.journal.data_version().map_err(|error| self.journal.fail(error))?;
        let (pending, locals) = self.read_journal(|conn| {
            let mut pending = HashMap::new();
            let mut statement = conn.prepare_cached(
                "SELECT s.alert, t.want FROM target t JOIN subject s ON s.id = t.subject \
                 WHERE t.outcome IN ('pending', 'sending') ORDER BY t.row",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                pending.insert(alert(row, 0)?, status(row, 1)?);
            }
            let mut locals = record::locals(conn)?;
            let mut statement = conn.prepare_cached(
                "SELECT alert, assigned, changed_by FROM subject \
                 WHERE assigned IS NOT NULL OR changed_by IS NOT NULL",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let local: &mut LocalRecord = locals.entry(alert(row, 0)?).or_default();
                (local.assigned, local.changed_by) = takers(row, 1)?;
            }
            Ok((pending, locals))
        })?;
        self.journal.seen_version = version;
        self.pending = pending;
        self.locals = locals;
        Ok(())
    }

    /// Overlays the whole table with what the journal says.
    pub(super) fn show_journal(&mut self) {
        let pending: Vec<AlertKey> = self
            .table
            .table()
            .rows()
            .filter(|(_, row)| row.pending().is_some())
            .map(|(_, row)| row.key())
            .collect();
        for key in pending {
            self.table.set_pending(key, None);
        }
        self.table.local_mut().clear();
        let statuses: Vec<_> =
            self.pending.iter().filter_map(|(id, want)| Some((self.key(id)?, *want))).collect();
        let locals: Vec<_> =
            self.locals.iter().filter_map(|(id, local)| Some((self.key(id)?, local.clone()))).collect();
        for (key, want) in statuses {
            self.table.set_pending(key, Some(want));
        }
        self.table.local_mut().extend(locals);
        self.stale = true;
    }

    /// Overlays one alert.
    pub(super) fn show_journal_of(&mut self, key: AlertKey, id: &AlertId) {
        if let Some(want) = self.pending.get(id) {
            self.table.set_pending(key, Some(*want));
        }
        if let Some(local) = self.locals.get(id) {
            self.table.local_mut().insert(key, local.clone());
        }
    }

    /// What is committed stays so when it cannot be read back just now: the next look reads everything again.
    fn distrust_overlay(&mut self) {
        self.journal.seen_version = NEVER;
    }

    /// Reads again what the journal says of some alerts, after a write.
    fn show_subjects(&mut self, subjects: &[i64]) {
        let mut subjects = subjects.to_vec();
        subjects.sort_unstable();
        subjects.dedup();
        for subjects in subjects.chunks(AT_ONCE) {
            match self.read_journal(|conn| overlays(conn, subjects)) {
                Ok(overlays) => overlays.into_values().for_each(|overlay| self.overlay(overlay)),
                Err(_) => return self.distrust_overlay(),
            }
        }
    }

    fn overlay(&mut self, Overlay { id, want, local }: Overlay) {
        let local = Some(local).filter(|local| *local != LocalRecord::default());
        if let Some(key) = self.key(&id) {
            self.table.set_pending(key, want);
            match &local {
                Some(local) => drop(self.table.local_mut().insert(key, local.clone())),
                None => drop(self.table.local_mut().remove(&key)),
            }
        }
        match want {
            Some(want) => self.pending.insert(id.clone(), want),
            None => self.pending.remove(&id),
        };
        match local {
            Some(local) => self.locals.insert(id, local),
            None => self.locals.remove(&id),
        };
        self.stale = true;
    }
}

fn synchronous(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(&format!("PRAGMA synchronous = {mode}"))?.execute([]).map(|_| ())
}

/// What the journal says of an alert.
struct Overlay {
    id: AlertId,
    /// The status that its newest unsettled target asks for.
    want: Option<Status>,
    local: LocalRecord,
}

/// What the journal says of some subjects.
fn overlays(conn: &Connection, subjects: &[i64]) -> Result<BTreeMap<i64, Overlay>, Trouble> {
    let numbers = outbox::list(subjects);
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.alert, s.assigned, s.changed_by, (SELECT t.want FROM target t WHERE t.subject = s.id \
         AND t.outcome IN ('pending', 'sending') ORDER BY t.row DESC LIMIT 1) \
         FROM subject s WHERE s.id IN (SELECT value FROM json_each(?1))",
    )?;
    let mut rows = statement.query([&numbers])?;
    let mut overlays = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let want: Option<String> = row.get(4)?;
        let want = want.map(|word| parse_status(&word)).transpose()?;
        let (assigned, changed_by) = takers(row, 2)?;
        let local = LocalRecord { assigned, changed_by, ..LocalRecord::default() };
        overlays.insert(row.get(0)?, Overlay { id: alert(row, 1)?, want, local });
    }
    if let Some(missing) = subjects.iter().find(|subject| !overlays.contains_key(*subject)) {
        return Err(Trouble::Damaged(format!("alert {missing} is missing")));
    }
    record::words(conn, &numbers, |subject, useful, notes| {
        if let Some(Overlay { local, .. }) = overlays.get_mut(&subject) {
            (local.useful, local.notes) = (useful, notes);
        }
    })?;
    Ok(overlays)
}

/// The journal's number for an alert, given one if it is new.
fn subject_of(conn: &Connection, id: &AlertId) -> rusqlite::Result<i64> {
    if let Some(subject) = known_subject(conn, id)? {
        return Ok(subject);
    }
    conn.prepare_cached("INSERT INTO subject (alert) VALUES (?1)")?.insert([id.as_str()])
}

/// The journal's number for an alert; none when nothing was ever decided about it.
fn known_subject(conn: &Connection, id: &AlertId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM subject WHERE alert = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()
}

/// Sets `changed_by` to whoever made the newest change of an alert that has an effect.
fn credit(conn: &Connection, subject: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(&format!(
        "UPDATE subject SET changed_by = (SELECT c.by FROM target t JOIN change c ON c.id = t.change \
         WHERE t.subject = ?1 AND {} ORDER BY t.row DESC LIMIT 1) WHERE id = ?1",
        effective("t")
    ))?
    .execute([subject])?;
    Ok(())
}

/// A target that did not take effect leaves the alert as it was before: what follows it in the outbox must expect that.
fn rebase_next(conn: &Connection, row: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE target SET seen = (SELECT seen FROM target WHERE row = ?1) WHERE row = (SELECT min(n.row) \
         FROM target n WHERE n.subject = (SELECT subject FROM target WHERE row = ?1) AND n.row > ?1 \
         AND n.outcome = 'pending')",
    )?
    .execute([row])?;
    Ok(())
}

fn alert(row: &Row<'_>, column: usize) -> Result<AlertId, Trouble> {
    Ok(AlertId::new(row.get::<_, String>(column)?))
}

/// Who has an alert, and who last changed it.
fn takers(row: &Row<'_>, column: usize) -> Result<(Option<SafeText>, Option<SafeText>), Trouble> {
    let who =
        |column| -> rusqlite::Result<_> { Ok(row.get::<_, Option<String>>(column)?.map(SafeText::from)) };
    Ok((who(column)?, who(column + 1)?))
}

fn status(row: &Row<'_>, column: usize) -> Result<Status, Trouble> {
    parse_status(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

fn parse_status(word: &str) -> Result<Status, Trouble> {
    match Status::parse(word) {
        Status::Other if word != Status::Other.api_name() => {
            Err(Trouble::Damaged(format!("the status {word:?}")))
        }
        status => Ok(status),
    }
}

fn outcome(row: &Row<'_>, column: usize) -> Result<Outcome, Trouble> {
    let word = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Outcome::parse(word).ok_or_else(|| Trouble::Damaged(format!("the outcome {word:?}")))
}

fn sent(row: &Row<'_>, column: usize) -> Result<Sent, Trouble> {
    let code = row.get(column)?;
    Sent::from_code(code).ok_or_else(|| Trouble::Damaged(format!("{code} as how far it was sent")))
}

fn text(row: &Row<'_>, column: usize) -> Result<SafeText, Trouble> {
    Ok(SafeText::from(row.get::<_, String>(column)?))
}
