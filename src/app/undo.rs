//! Undo and redo. Both are changes of their own in the journal: a redo undoes an undo.

use chrono::{DateTime, Utc};

use crate::app::Effects;
use crate::app::command::{Command, Show};
use crate::app::effect::JournalOrder;
use crate::app::journal::{Order, list_changes, order, track};
use crate::app::model::{Bulk, Model, Overlay};
use crate::app::notice::{alerts, fail, say};
use crate::domain::change::{ChangeRecord, Tally};
use crate::domain::{ChangeId, SafeText, thousands};

/// What a recorded change is to the analyst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A decision of its own.
    Decision,
    /// It took one back.
    Undo,
    /// It took an undo back.
    Redo,
}

fn kind(bulk: &Bulk, record: &ChangeRecord) -> Kind {
    let mut depth = 0;
    let mut undoes = record.undoes;
    while let Some(id) = undoes {
        depth += 1;
        undoes = bulk
            .recent
            .iter()
            .find(|other| other.id == id && other.id < record.id)
            .and_then(|other| other.undoes);
        if depth > bulk.recent.len() {
            break;
        }
    }
    match depth {
        0 => Kind::Decision,
        depth if depth % 2 == 1 => Kind::Undo,
        _ => Kind::Redo,
    }
}

/// True for a change that takes a decision back, or a redo of one.
pub fn is_undo(bulk: &Bulk, record: &ChangeRecord) -> bool {
    kind(bulk, record) == Kind::Undo
}

/// True when something of a change is in force and can be taken back: it was not yet, and no undo found all of it
/// left as it is.
fn stands(bulk: &Bulk, record: &ChangeRecord) -> bool {
    record.undone_by.is_none() && reach(&record.tally) > 0 && !bulk.exhausted.contains(&record.id)
}

/// The decisions and redos that stand, the newest first.
pub(super) fn in_force(bulk: &Bulk) -> impl Iterator<Item = &ChangeRecord> {
    bulk.recent.iter().filter(|record| stands(bulk, record) && kind(bulk, record) != Kind::Undo)
}

/// The change that `u` takes back: the newest decision or redo that stands.
pub fn undoable(bulk: &Bulk) -> Option<&ChangeRecord> {
    in_force(bulk).next()
}

/// The undo that `U` takes back: the newest that stands, unless a decision was made since.
pub fn redoable(bulk: &Bulk) -> Option<&ChangeRecord> {
    bulk.recent
        .iter()
        .take_while(|record| kind(bulk, record) != Kind::Decision || !stands(bulk, record))
        .find(|record| stands(bulk, record) && kind(bulk, record) == Kind::Undo)
}

/// What an outcome is the outcome of, where it is no decision: `undone: `, `redone: `.
pub(super) fn outcome_of(bulk: &Bulk, change: ChangeId) -> &'static str {
    match bulk.recent.iter().find(|record| record.id == change).map(|record| kind(bulk, record)) {
        Some(Kind::Undo) => "undone: ",
        Some(Kind::Redo) => "redone: ",
        Some(Kind::Decision) | None => "",
    }
}

/// How many alerts taking a change back concerns: those it changed or still may.
pub fn reach(tally: &Tally) -> usize {
    tally.pending + tally.verified + tally.unconfirmed + tally.kept
}

/// `u`.
pub(super) fn undo(model: &mut Model, out: &mut Effects) {
    let record = undoable(&model.bulk).cloned();
    ask_or_do(model, record, out);
}

/// `U`.
pub(super) fn redo(model: &mut Model, out: &mut Effects) {
    let record = redoable(&model.bulk).cloned();
    ask_or_do(model, record, out);
}

/// One alert goes back at once; two or more are asked for.
fn ask_or_do(model: &mut Model, record: Option<ChangeRecord>, out: &mut Effects) {
    let Some(record) = record else { return };
    if reach(&record.tally) > 1 {
        model.overlays.push(Overlay::ConfirmUndo(Box::new(record)));
    } else {
        take_back(model, record.id, out);
    }
}

/// Orders it.
pub(super) fn take_back(model: &mut Model, change: ChangeId, out: &mut Effects) {
    if let Some(why) = model.session.as_ref().and_then(|session| session.read_only.clone()) {
        return fail(model, format!("read-only: {why}"), out);
    }
    order(model, Order::Undo(change), JournalOrder::Undo(change), out);
}

/// The journal took a change back.
pub(super) fn undone(
    model: &mut Model,
    change: ChangeId,
    by: Option<ChangeId>,
    (removed, changed): (usize, usize),
    spared: Vec<(SafeText, SafeText)>,
    out: &mut Effects,
) {
    let now = model.now.utc;
    keep(&mut model.bulk, change, by, (removed, changed), now);
    if let Some(id) = by
        && changed > 0
    {
        track(model, id, None, Tally { pending: changed, ..Tally::default() });
    }
    let mut parts = Vec::new();
    if removed > 0 {
        parts.push(format!("{} taken back before being sent", alerts(removed)));
    }
    if changed > 0 {
        parts.push(format!("{} on the way back", alerts(changed)));
    }
    if !spared.is_empty() {
        let jobs = model.settings.keymap.said(Command::Show(Show::Jobs));
        // The key comes before what a narrow line may cut off.
        let left = if parts.is_empty() { alerts(spared.len()) } else { thousands(spared.len()) };
        parts.push(format!("{left} left, {jobs} lists them: {}", reasons(&spared)));
    }
    if parts.is_empty() {
        parts.push("nothing was left to take back".to_owned());
    }
    model.bulk.spared = spared;
    say(model, format!("undo: {}", parts.join(", ")), out);
    list_changes(model, out);
}

/// Keeps what became of a change that was taken back, and the change that does it, until the journal lists both.
fn keep(
    bulk: &mut Bulk,
    change: ChangeId,
    by: Option<ChangeId>,
    (removed, changed): (usize, usize),
    now: DateTime<Utc>,
) {
    // What the decision left behind is no longer its own.
    bulk.twins = None;
    if removed + changed == 0 {
        bulk.exhausted.insert(change);
    }
    bulk.last = by.or(bulk.last);
    let Some(record) = bulk.recent.iter_mut().find(|record| record.id == change) else { return };
    record.undone_by = by;
    let taken = removed.min(record.tally.pending);
    record.tally.pending -= taken;
    record.tally.cancelled += taken;
    if record.tally.pending == 0 {
        bulk.running.retain(|running| running.change != change);
    }
    if let Some(id) = by {
        let record = ChangeRecord {
            id,
            at: now,
            by: record.by.clone(),
            status: None,
            reason: None,
            comment: SafeText::default(),
            filter: record.filter.clone(),
            undoes: Some(change),
            undone_by: None,
            tally: Tally { pending: changed, ..Tally::default() },
        };
        bulk.recent.insert(0, record);
    }
}

/// Why alerts were left, the most frequent reason first: `gone from the source`, or with counts when there are several.
fn reasons(spared: &[(SafeText, SafeText)]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (_, why) in spared {
        match counts.iter_mut().find(|(known, _)| *known == why.raw()) {
            Some((_, count)) => *count += 1,
            None => counts.push((why.raw(), 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match counts.as_slice() {
        [(why, _)] => (*why).to_owned(),
        several => {
            let said: Vec<String> =
                several.iter().map(|(why, count)| format!("{} {why}", thousands(*count))).collect();
            said.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::Status;

    fn record(id: i64, undoes: Option<i64>, undone_by: Option<i64>) -> ChangeRecord {
        ChangeRecord {
            id: ChangeId(id),
            at: DateTime::UNIX_EPOCH,
            by: SafeText::default(),
            status: undoes.is_none().then_some(Status::Resolved),
            reason: None,
            comment: SafeText::default(),
            filter: String::new(),
            undoes: undoes.map(ChangeId),
            undone_by: undone_by.map(ChangeId),
            tally: Tally { verified: 2, ..Tally::default() },
        }
    }

    #[test]
    fn undo_and_redo_walk_the_record() {
        // (id, undoes, undone by), oldest first → what u and U take.
        type Row = (i64, Option<i64>, Option<i64>);
        let cases: [(&[Row], Option<i64>, Option<i64>); 6] = [
            (&[], None, None),
            (&[(1, None, None), (2, None, None)], Some(2), None),
            (&[(1, None, None), (2, None, Some(3)), (3, Some(2), None)], Some(1), Some(3)),
            (&[(1, None, Some(2)), (2, Some(1), Some(3)), (3, Some(2), None)], Some(3), None),
            (&[(1, None, Some(2)), (2, Some(1), None), (3, None, None)], Some(3), None),
            (
                &[(1, None, Some(4)), (2, None, Some(3)), (3, Some(2), None), (4, Some(1), None)],
                None,
                Some(4),
            ),
        ];
        for (rows, undo, redo) in cases {
            let recent = rows.iter().rev().map(|(id, undoes, by)| record(*id, *undoes, *by)).collect();
            let bulk = Bulk { recent, ..Bulk::default() };
            assert_eq!(undoable(&bulk).map(|record| record.id.0), undo, "{rows:?}");
            assert_eq!(redoable(&bulk).map(|record| record.id.0), redo, "{rows:?}");
        }
    }

    #[test]
    fn to_take_a_redo_back_is_to_undo() {
        let recent = vec![record(3, Some(2), None), record(2, Some(1), Some(3)), record(1, None, Some(2))];
        let bulk = Bulk { recent, ..Bulk::default() };
        let undoes: Vec<bool> = bulk.recent.iter().map(|record| is_undo(&bulk, record)).collect();
        assert_eq!(undoes, [false, true, false]);
    }

    #[test]
    fn a_change_of_which_nothing_is_in_force_is_passed_over() {
        for tally in [
            Tally { failed: 3, cancelled: 1, ..Tally::default() },
            Tally { conflict: 3, ..Tally::default() },
            Tally::default(),
        ] {
            let mut refused = record(2, None, None);
            refused.tally = tally;
            let bulk = Bulk { recent: vec![refused, record(1, None, None)], ..Bulk::default() };
            assert_eq!(undoable(&bulk).map(|record| record.id.0), Some(1), "{tally:?}");
        }
    }

    #[test]
    fn reasons_are_those_given() {
        let spared = |reasons: &[&str]| -> Vec<(SafeText, SafeText)> {
            reasons.iter().map(|why| (SafeText::from("n1"), SafeText::from(*why))).collect()
        };
        for (given, said) in [
            (&["gone"][..], "gone"),
            (&["gone", "gone"], "gone"),
            (&["gone", "changed again", "changed again"], "2 changed again, 1 gone"),
        ] {
            assert_eq!(reasons(&spared(given)), said);
        }
    }
}
