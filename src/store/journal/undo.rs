//! Undo and redo: each alert back to its own former status, sparing what others have touched since.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Durability, Settlement, alert, assign, effective, known_subject, outbox, outcome, queue, sent, status,
};
use crate::domain::change::{NewChange, Outcome, Sent, Target};
use crate::domain::{AlertId, ChangeId, SafeText, Status};
use crate::store::Store;
use crate::store::error::{Result, StoreError, Trouble};

/// Why an undo leaves an alert as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spared {
    /// A later change made here decided about it again.
    ChangedAgain(ChangeId),
    /// Somebody gave it another status at the source.
    ChangedElsewhere(Status),
    /// The source has its former status already.
    AlreadyBack,
    /// The change had no effect on it: refused, in conflict or cancelled.
    NoEffect,
    /// The source or the cache no longer has it.
    Gone,
    /// Its former status cannot be set through the API.
    NotSettable,
}

impl std::fmt::Display for Spared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ChangedAgain(later) => write!(f, "changed again by change {later}"),
            Self::ChangedElsewhere(status) => write!(f, "somebody set it to {}", status.word()),
            Self::AlreadyBack => f.write_str("has its former status already"),
            Self::NoEffect => f.write_str("the change had no effect"),
            Self::Gone => f.write_str("gone from the source"),
            Self::NotSettable => f.write_str("its former status cannot be set"),
        }
    }
}

/// What an undo would do.
#[derive(Debug)]
struct UndoPlan {
    /// The change to undo.
    change: ChangeId,
    /// Alerts whose target is taken back before it is sent: no request.
    unsent: Vec<AlertId>,
    /// Targets to queue: each alert back to its own former status.
    targets: Vec<Target>,
    /// Alerts left as they are, and why.
    spared: Vec<(AlertId, Spared)>,
    /// Outbox rows to cancel because nothing was sent.
    unsent_rows: Vec<i64>,
    /// Outbox rows to cancel although an earlier try may have reached the source: a target above follows them.
    doubtful_rows: Vec<i64>,
}

/// What an undo did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// How many targets were taken back before they were sent.
    pub removed: usize,
    /// The change that takes the others back; none when nothing is to be sent.
    pub change: Option<ChangeId>,
    /// Alerts left as they are, and why.
    pub spared: Vec<(AlertId, Spared)>,
}

impl Store {
    /// Undoes a change; undoing an undo is a redo. Targets not sent yet are taken back, the others queued back to their own
    /// former status. A change that also took alerts over gives them back.
    pub fn undo(&mut self, change: ChangeId, by: &SafeText, at: DateTime<Utc>) -> Result<Undone> {
        if self.change_kind(change)?.is_none() {
            return Err(StoreError::UnknownChange(change));
        }
        let (undone, subjects) = self.write_journal(Durability::Synced, |store, conn| {
            let plan = plan(store, conn, change)?;
            carry_out(conn, &plan, by, at)
        })?;
        self.show_decided(subjects);
        Ok(undone)
    }

    /// The newest change, or redo of one, that has an effect and was not undone.
    pub fn last_undoable(&self) -> Result<Option<ChangeId>> {
        self.read_journal(|conn| {
            newest(
                conn,
                &format!(
                    "SELECT c.id FROM change c WHERE c.kind IN ('change', 'redo') AND {} IS NULL \
                     AND EXISTS (SELECT 1 FROM target t WHERE t.change = c.id AND {}) ORDER BY c.id DESC LIMIT 1",
                    undone_by("c"),
                    effective("t")
                ),
            )
        })
    }

    /// The newest undo that was not redone and after which nothing new was decided.
    pub fn last_redoable(&self) -> Result<Option<ChangeId>> {
        self.read_journal(|conn| {
            newest(
                conn,
                "SELECT c.id FROM change c WHERE c.kind = 'undo' \
                 AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = c.id) \
                 AND NOT EXISTS (SELECT 1 FROM change n WHERE n.id > c.id AND n.kind = 'change') \
                 AND (EXISTS (SELECT 1 FROM target t WHERE t.change = c.id) \
                 OR EXISTS (SELECT 1 FROM target t WHERE t.cancelled_by = c.id)) \
                 ORDER BY c.id DESC LIMIT 1",
            )
        })
    }

    /// The status the source had when the alert was last read; none when it is gone.
    pub(super) fn remote_status(&self, id: &AlertId) -> Option<Status> {
        let row = self.table.table().get(self.key(id)?)?;
        (!row.flags().is_gone()).then(|| row.remote_status())
    }
}

fn newest(conn: &Connection, sql: &str) -> Result<Option<ChangeId>, Trouble> {
    let id: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(id.map(ChangeId))
}

/// A target of the change with what later happened to its alert.
struct Past {
    row: i64,
    target: Target,
    outcome: Outcome,
    sent: Sent,
    /// The newest later change that was not undone.
    later: Option<ChangeId>,
    /// What the newest later change that is not settled asks for.
    coming: Option<Status>,
}

/// The changes that came after one, of the same alert.
#[derive(Default)]
struct Later {
    standing: Vec<i64>,
    coming: Option<Status>,
}

impl Later {
    fn of(conn: &Connection, row: i64) -> Result<Self, Trouble> {
        let mut statement = conn.prepare_cached(&format!(
            "SELECT l.change, c.undoes, l.outcome, l.want FROM target l JOIN change c ON c.id = l.change \
             WHERE l.subject = (SELECT subject FROM target WHERE row = ?1) AND l.row > ?1 AND {} ORDER BY l.row",
            effective("l")
        ))?;
        let mut rows = statement.query([row])?;
        let mut later = Self::default();
        while let Some(row) = rows.next()? {
            let undoes: Option<i64> = row.get(1)?;
            // A change and its undo amount to nothing.
            match later.standing.iter().position(|standing| Some(*standing) == undoes) {
                Some(undone) => drop(later.standing.remove(undone)),
                None => later.standing.push(row.get(0)?),
            }
            if !outcome(row, 2)?.is_final() {
                later.coming = Some(status(row, 3)?);
            }
        }
        Ok(later)
    }
}

fn plan(store: &Store, conn: &Connection, change: ChangeId) -> Result<UndoPlan, Trouble> {
    let mut plan = UndoPlan {
        change,
        unsent: Vec::new(),
        targets: Vec::new(),
        spared: Vec::new(),
        unsent_rows: Vec::new(),
        doubtful_rows: Vec::new(),
    };
    for past in pasts(conn, "t.change = ?1", change)? {
        let Past { row, target, outcome, sent, later, coming } = past;
        let back = Target { id: target.id.clone(), seen: target.want, want: target.seen };
        // Verified without having been sent: somebody else did it, and it is not ours to take back.
        if matches!(outcome, Outcome::Failed | Outcome::Conflict | Outcome::Cancelled)
            || (outcome == Outcome::Verified && sent == Sent::No)
        {
            plan.spared.push((target.id, Spared::NoEffect));
        } else if let Some(later) = later {
            plan.spared.push((target.id, Spared::ChangedAgain(later)));
        } else if outcome == Outcome::Pending && sent == Sent::No {
            plan.unsent.push(target.id);
            plan.unsent_rows.push(row);
        } else if back.want.verb().is_none() {
            plan.spared.push((target.id, Spared::NotSettable));
        } else if !outcome.is_final() {
            // Whether the source took it is open: the opposite follows it, and finds out.
            if outcome == Outcome::Pending {
                plan.doubtful_rows.push(row);
            }
            plan.targets.push(back);
        } else {
            match coming.or_else(|| store.remote_status(&target.id)) {
                None => plan.spared.push((target.id, Spared::Gone)),
                Some(remote) if remote == back.seen => plan.targets.push(back),
                Some(remote) if remote == back.want => plan.spared.push((target.id, Spared::AlreadyBack)),
                Some(remote) => plan.spared.push((target.id, Spared::ChangedElsewhere(remote))),
            }
        }
    }
    // Redo: what the undo took back before it was sent is decided anew.
    for past in pasts(conn, "t.cancelled_by = ?1", change)? {
        let target = past.target;
        if let Some(later) = past.later {
            plan.spared.push((target.id, Spared::ChangedAgain(later)));
            continue;
        }
        match past.coming.or_else(|| store.remote_status(&target.id)) {
            None => plan.spared.push((target.id, Spared::Gone)),
            Some(remote) if remote == target.seen => plan.targets.push(target),
            Some(remote) if remote == target.want => plan.spared.push((target.id, Spared::AlreadyBack)),
            Some(remote) => plan.spared.push((target.id, Spared::ChangedElsewhere(remote))),
        }
    }
    Ok(plan)
}

fn pasts(conn: &Connection, which: &str, change: ChangeId) -> Result<Vec<Past>, Trouble> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT t.row, s.alert, t.seen, t.want, t.outcome, t.sent \
         FROM target t JOIN subject s ON s.id = t.subject WHERE {which} ORDER BY t.row"
    ))?;
    let mut rows = statement.query([change.0])?;
    let mut pasts = Vec::new();
    while let Some(row) = rows.next()? {
        let Later { standing, coming } = Later::of(conn, row.get(0)?)?;
        pasts.push(Past {
            row: row.get(0)?,
            target: Target { id: alert(row, 1)?, seen: status(row, 2)?, want: status(row, 3)? },
            outcome: outcome(row, 4)?,
            sent: sent(row, 5)?,
            later: standing.last().copied().map(ChangeId),
            coming,
        });
    }
    Ok(pasts)
}

fn carry_out(
    conn: &Connection,
    plan: &UndoPlan,
    by: &SafeText,
    at: DateTime<Utc>,
) -> Result<(Undone, Vec<i64>), Trouble> {
    let mut undone = Undone { removed: plan.unsent_rows.len(), change: None, spared: plan.spared.clone() };
    // An undo that spares everything is recorded too, once: the next one is about the change before.
    if plan.unsent_rows.is_empty() && plan.targets.is_empty() && is_undone(conn, plan.change)? {
        return Ok((undone, Vec::new()));
    }
    let change = NewChange {
        targets: plan.targets.clone(),
        status: None,
        reason: None,
        comment: SafeText::default(),
        filter: String::new(),
        tenant: SafeText::default(),
        undoes: Some(plan.change),
        take: redoes_a_take(conn, plan.change)?,
        by: by.clone(),
        at,
    };
    let id = queue::insert_change(conn, &change)?;
    let mut subjects = Vec::new();
    for row in plan.unsent_rows.iter().chain(&plan.doubtful_rows) {
        let settlement = Settlement {
            row: *row,
            outcome: Outcome::Cancelled,
            detail: SafeText::from(TAKEN_BACK),
            sent: Sent::No,
        };
        subjects.extend(outbox::settle(conn, &settlement)?);
    }
    for row in &plan.unsent_rows {
        conn.prepare_cached("UPDATE target SET cancelled_by = ?2 WHERE row = ?1")?
            .execute(params![row, id.0])?;
    }
    for target in &plan.targets {
        let subject = queue::insert_target(conn, id, target, by)?;
        if change.take {
            assign::write(conn, subject, Some(by), by, at, Some(id))?;
        }
        subjects.push(subject);
    }
    if assign::took(conn, plan.change)? {
        for alert in plan.unsent.iter().chain(plan.targets.iter().map(|target| &target.id)) {
            if let Some(subject) = known_subject(conn, alert)? {
                assign::give_back(conn, subject, plan.change, by, at)?;
            }
        }
    }
    undone.change = (!plan.targets.is_empty()).then_some(id);
    Ok((undone, subjects))
}

fn is_undone(conn: &Connection, change: ChangeId) -> rusqlite::Result<bool> {
    conn.prepare_cached(&format!("SELECT {} IS NOT NULL FROM change c WHERE c.id = ?1", undone_by("c")))?
        .query_row([change.0], |row| row.get(0))
}

/// What is said of a target that an undo cancels.
const TAKEN_BACK: &str = "undone";

/// The newest undo of a change (by this name in the statement). None while that was cancelled before all of it was sent: what
/// it left is still to be taken back.
pub(super) fn undone_by(name: &str) -> String {
    format!(
        "(SELECT u.id FROM change u WHERE u.id = (SELECT max(id) FROM change WHERE undoes = {name}.id) \
         AND NOT EXISTS (SELECT 1 FROM target x WHERE x.change = u.id AND x.outcome = 'cancelled' \
         AND x.detail <> '{TAKEN_BACK}'))"
    )
}

/// True for the undo of a change that also took its alerts over: to redo that is to take them again.
fn redoes_a_take(conn: &Connection, undo: ChangeId) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM change u JOIN change c ON c.id = u.undoes \
         WHERE u.id = ?1 AND u.kind = 'undo' AND c.take)",
    )?
    .query_row([undo.0], |row| row.get(0))
}
