//! Decisions: which alerts they cover, what is asked before, and the order to the journal.

use crate::app::command::Change;
use crate::app::effect::JournalOrder;
use crate::app::journal::{Order, Submitted, order};
use crate::app::model::{Confirm, Decision, Makeup, Model, Overlay, Pane, SetOf, StatusMenu, Twins};
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effects, list, marks, undo};
use crate::domain::change::{NewChange, Plan, Skip, plan};
use crate::domain::key_set::KeySet;
use crate::domain::picked::Picked;
use crate::domain::record::{Deed, DeedKind};
use crate::domain::{AlertKey, SafeText, Status, scan};

/// Carries out a change command.
pub(super) fn run(model: &mut Model, change: Change, out: &mut Effects) {
    match change {
        Change::Set(status) => decide(model, Decision { status, reason: None, take: false }, out),
        Change::Take => decide(model, Decision { status: Status::InProgress, reason: None, take: true }, out),
        Change::Menu => model.overlays.push(Overlay::Status(StatusMenu::default())),
        Change::Undo => undo::undo(model, out),
        Change::Redo => undo::redo(model, out),
        Change::Repeat => repeat(model, out),
        Change::Twins => {
            let keys: Vec<AlertKey> = twins_left(model).collect();
            if let Some((_, decision)) = model.bulk.twins.take() {
                decide_on(model, &keys, &KeySet::default(), decision, SetOf::Twins, out);
            }
        }
        Change::Failures => {
            if let Some(change) = model.bulk.last {
                order(model, Order::ShowFailures(change), JournalOrder::LoadChange(change), out);
            }
        }
    }
}

/// The alerts that a decision covers and those among them that the analyst keeps: what a `*` chord marked and was
/// unmarked since.
fn covered(model: &mut Model) -> (Vec<AlertKey>, KeySet) {
    if model.focus != Pane::Full && model.list.visual.is_some_and(|visual| visual.marking) {
        marks::end_visual(model);
    }
    let list = &model.list;
    if model.focus == Pane::Full || list.marks.is_empty() {
        return (marks::acted_on(model).collect(), KeySet::default());
    }
    let kept: KeySet = list.base.minus(&list.marks);
    let all = kept.clone().plus(&list.marks);
    (marks::in_order(&list.listing, &all), kept)
}

/// What a decision for a status would cover, frozen.
pub(super) fn planned(model: &mut Model, status: Status) -> Plan {
    let (keys, kept) = covered(model);
    plan(&model.table, &keys, status, &kept)
}

/// Decides on what is marked, or else under the cursor.
pub(super) fn decide(model: &mut Model, decision: Decision, out: &mut Effects) {
    let (keys, kept) = covered(model);
    let list = &model.list;
    let by_hand = list.base.is_empty() || list.base_of_group || !list.marks.is_subset(&list.base);
    let of = match (model.focus != Pane::Full && !list.marks.is_empty(), keys.len()) {
        (true, _) if by_hand => SetOf::Marked,
        (true, _) => SetOf::Matching,
        (false, 1) => SetOf::Alert,
        (false, _) => SetOf::Group,
    };
    decide_on(model, &keys, &kept, decision, of, out);
}

/// The twins that the last decision left and that are still as open or closed as they were then.
pub(super) fn twins_left(model: &Model) -> impl Iterator<Item = AlertKey> + '_ {
    let left = model.bulk.twins.iter().flat_map(|(twins, _)| twins);
    let same = left.filter(|(key, seen)| {
        let row = model.table.get(*key).filter(|row| !row.flags().is_gone());
        row.is_some_and(|row| row.status().is_open() == seen.is_open())
    });
    same.map(|(key, _)| *key)
}

/// The twins of one alert, if its details are of the alerts as they are now.
fn known_twins<'m>(model: &'m Model, keys: &[AlertKey]) -> Option<&'m [AlertKey]> {
    let details = &model.details;
    let shown = details.shown.as_ref().filter(|shown| *keys == [shown.key] && details.asked.is_none())?;
    let holds = details.counted.as_ref().is_some_and(|counted| counted.holds(&model.table));
    shown.twins.as_deref().filter(|_| holds)
}

/// Freezes the set. One alert changes at once, unless it is dismissed; else the exact set is shown first.
fn decide_on(
    model: &mut Model,
    keys: &[AlertKey],
    kept: &KeySet,
    decision: Decision,
    of: SetOf,
    out: &mut Effects,
) {
    let plan = plan(&model.table, keys, decision.status, kept);
    let twins = scan::left_behind(&model.table, keys, &plan, decision.status, known_twins(model, keys));
    let confirm = Confirm {
        status: decision.status,
        matching: plan.targets.len() + plan.skipped.len(),
        off_screen: off_screen(model, &plan),
        twins: (!twins.is_empty()).then_some(Twins { targets: twins, added: false }),
        of,
        makeup: Makeup::of(&model.table, &plan),
        plan,
        reason: decision.reason,
        take: decision.take,
        comment: None,
        typing: false,
    };
    let taken = if decision.take { confirm.plan.skipped_for(Skip::AlreadySo) } else { 0 };
    match confirm.plan.targets.len() {
        0 => nothing(model, &confirm, out),
        1 if taken == 0 && decision.status != Status::Dismissed => submit(model, confirm, out),
        _ => model.overlays.push(Overlay::Confirm(Box::new(confirm))),
    }
}

/// Adds the twins to the set that is to be confirmed, or leaves them out again.
pub(super) fn toggle_twins(model: &mut Model) {
    let Some(Overlay::Confirm(mut confirm)) = model.overlays.pop() else { return };
    if let Some(twins) = &mut confirm.twins {
        twins.added = !twins.added;
        let targets = &mut confirm.plan.targets;
        if twins.added {
            targets.extend(&twins.targets);
        } else {
            targets.truncate(targets.len() - twins.targets.len());
        }
        confirm.off_screen = off_screen(model, &confirm.plan);
        confirm.makeup = Makeup::of(&model.table, &confirm.plan);
    }
    model.overlays.push(Overlay::Confirm(confirm));
}

/// How many targets the list does not show as it is filtered now.
fn off_screen(model: &Model, plan: &Plan) -> usize {
    marks::off_screen(model, plan.targets.iter().map(|(key, _)| *key))
}

/// No status changes. Those who have the status already can still be taken over.
fn nothing(model: &mut Model, confirm: &Confirm, out: &mut Effects) {
    if confirm.take && take_over(model, &confirm.plan, out) {
        return;
    }
    let mut reasons: Vec<String> = Vec::new();
    for why in [Skip::AlreadySo, Skip::Kept, Skip::Gone] {
        match confirm.plan.skipped_for(why) {
            0 => {}
            count => reasons.push(format!("{} {}", alerts(count), why.words(confirm.status))),
        }
    }
    let text = if reasons.is_empty() { "no alert left".to_owned() } else { reasons.join(", ") };
    say(model, format!("nothing to change: {text}"), out);
}

/// Assigns the alerts of a plan that have the status already to the analyst; false without any.
fn take_over(model: &mut Model, plan: &Plan, out: &mut Effects) -> bool {
    let already = plan.skipped.iter().filter(|(_, why)| *why == Skip::AlreadySo);
    let alerts = Picked::of(&model.table, already.map(|(key, _)| *key));
    let Some(session) = model.session.as_ref().filter(|_| !alerts.is_empty()) else { return false };
    let who = session.who.clone();
    let deed = Deed::new(DeedKind::Assign, who.clone(), model.now.utc).set(who);
    let deed = deed.under(model.filter.applied.to_string());
    order(model, Order::Record, JournalOrder::Record(deed, alerts), out);
    true
}

/// Orders a change that was confirmed, or needs no confirming.
pub(super) fn submit(model: &mut Model, confirm: Confirm, out: &mut Effects) {
    let Some(session) = &model.session else { return };
    if let Some(why) = &session.read_only {
        // It may have become so while the prompt was open.
        let why = format!("read-only: {why}");
        return fail(model, why, out);
    }
    let by = session.who.clone();
    if confirm.take {
        take_over(model, &confirm.plan, out);
    }
    let comment = confirm.comment.as_ref().map(|comment| comment.text().trim()).unwrap_or_default();
    let decision = Decision { status: confirm.status, reason: confirm.reason, take: confirm.take };
    model.bulk.decision = Some(decision);
    let left = confirm.twins.filter(|twins| !twins.added);
    model.bulk.twins = left.map(|twins| (twins.targets, decision));
    let submitted = Submitted {
        keys: confirm.plan.targets.iter().map(|(key, _)| *key).collect(),
        status: confirm.status,
        reason: confirm.reason,
        comment: SafeText::from(comment),
        filter: model.filter.applied.to_string(),
        at: model.now.utc,
        by: by.clone(),
    };
    let change = NewChange {
        // Made where it is stored: of very many alerts the ids take their time.
        targets: Vec::new(),
        status: Some(submitted.status),
        reason: submitted.reason,
        comment: submitted.comment.clone(),
        filter: submitted.filter.clone(),
        tenant: confirm.plan.tenant().clone(),
        undoes: None,
        take: confirm.take,
        by,
        at: submitted.at,
    };
    order(model, Order::Submit(Box::new(submitted)), JournalOrder::Submit(change, confirm.plan), out);
}

/// The last decision again. Without marks it goes to the alert under the cursor or, if that is decided already, to the
/// next one below that is not; on a heading to all of its group. What is folded is passed over.
fn repeat(model: &mut Model, out: &mut Effects) {
    let Some(decision) = model.bulk.decision else { return };
    let list = &model.list;
    let on_heading = list.heading().is_some();
    if model.focus != Pane::Full && list.marks.is_empty() && list.visual.is_none() && !on_heading {
        let open = |place: &usize| {
            if !list.is_seen(*place) {
                return false;
            }
            let key = list.listing.key(*place);
            let row = key.and_then(|key| model.table.get(key));
            row.is_some_and(|row| row.status() != decision.status && !row.flags().is_gone())
        };
        let Some(place) = (list.place..list.listing.len()).find(open) else {
            fail(model, "no alert below the cursor is left to decide", out);
            return;
        };
        list::go_to(model, place, out);
    }
    decide(model, decision, out);
}

/// What a change does, in words: `dismiss 337 alerts`.
pub(super) fn label(status: Option<Status>, count: usize) -> String {
    match status {
        Some(Status::Dismissed) => format!("dismiss {}", alerts(count)),
        Some(Status::Resolved) => format!("resolve {}", alerts(count)),
        Some(Status::Active) => format!("activate {}", alerts(count)),
        Some(_) => format!("set {} in progress", alerts(count)),
        None => format!("undo of {}", alerts(count)),
    }
}
