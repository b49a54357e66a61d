//! The ATT&CK view: a cursor over tactics and their techniques; Enter lists their alerts.

use std::sync::Arc;

use crate::app::effect::ChartOrder;
use crate::app::key::{Code, Key};
use crate::app::layout::AttackArea;
use crate::app::message::Question;
use crate::app::model::{Asked, AttackView, Model, Overlay, Pane};
use crate::app::notice::say;
use crate::app::overlays::{close, no_key, sheet};
use crate::app::{Effect, Effects, details, list, views};
use crate::domain::chart::Attack;
use crate::domain::filter::{Field, Filter, Moment, parse};

/// The time shown when the filter says nothing about time.
const USUAL: &str = "24h";

/// Opens the view of the filter's time, else of the last day. What the filter says about tactics and techniques does not
/// count: it is what is chosen here.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    let filter = without(&without(&model.filter.applied, "technique"), "tactic");
    let (since, until) = filter.times();
    let timeless = since.is_empty() && until.is_empty();
    let filter = if timeless { filter.with_since(Moment::parse(USUAL)) } else { filter };
    model.overlays.push(Overlay::Attack(Box::new(AttackView { filter, ..AttackView::default() })));
    ask(model, true, out);
}

fn without(filter: &Filter, field: &str) -> Filter {
    Field::find(field).map_or_else(|| filter.clone(), |field| filter.without(field))
}

/// The view that has the keys.
fn top(model: &mut Model) -> Option<&mut AttackView> {
    match model.overlays.last_mut() {
        Some(Overlay::Attack(view)) => Some(view),
        _ => None,
    }
}

fn ask(model: &mut Model, by_key: bool, out: &mut Effects) {
    let question = Question(model.next_serial());
    let table = Arc::clone(&model.table);
    let Some(view) = top(model) else { return };
    view.asked = Asked { question: Some(question), by_key, stale: false };
    let order = ChartOrder::Attack(view.filter.clone());
    out.push(Effect::Chart { question, table, order });
}

/// Asks again for the same, because the alerts or the clock changed. One such question is in flight.
pub(in crate::app) fn refresh(model: &mut Model, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    if view.asked.question.is_some() {
        view.asked.stale = true;
    } else {
        ask(model, false, out);
    }
}

/// Alerts were counted: the cursor goes to the tactic that is hit most, later it stays where it is.
pub(in crate::app) fn answered(
    model: &mut Model,
    question: Question,
    attack: Arc<Attack>,
    out: &mut Effects,
) {
    let Some(view) = top(model).filter(|view| view.asked.question == Some(question)) else { return };
    let stale = view.asked.stale;
    match view.shown.as_ref().and_then(|shown| shown.rows.get(view.at)) {
        None => view.at = attack.hottest(),
        Some(before) => {
            let technique = view.technique.and_then(|at| before.techniques.get(at));
            view.at = attack.rows.iter().position(|row| row.tactic == before.tactic).unwrap_or(0);
            let techniques = attack.rows.get(view.at).map(|row| row.techniques.as_slice());
            view.technique = technique
                .and_then(|(id, _)| techniques.unwrap_or_default().iter().position(|(other, _)| other == id));
        }
    }
    view.asked = Asked::default();
    view.shown = Some(attack);
    show_chosen(model);
    if stale {
        refresh(model, out);
    }
}

/// Keeps the cursor in view.
pub(in crate::app) fn show_chosen(model: &mut Model) {
    let height = AttackArea::new(model.size).list.rows().max(1);
    let Some(view) = top(model) else { return };
    let rows = view.shown.as_ref().map_or(0, |shown| shown.rows.len());
    let lowest = (view.at + 1).saturating_sub(height);
    view.offset = view.offset.clamp(lowest, view.at).min(rows.saturating_sub(height).max(lowest));
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let height = AttackArea::new(model.size).list.rows().max(1);
    let Some(view) = top(model) else { return };
    let leaves = matches!(key.unmodified(), Some(Code::Esc | Code::Char('q' | 'M')));
    let Some(shown) = view.shown.clone() else {
        if leaves {
            close(model);
        }
        return;
    };
    if let Some(step) = sheet::movement(key) {
        view.at = list::target(view.at, shown.rows.len().saturating_sub(1), step, height);
        view.technique = None;
        return show_chosen(model);
    }
    let techniques = shown.rows.get(view.at).map_or(0, |row| row.techniques.len());
    match key.unmodified() {
        Some(Code::Right | Code::Char('l')) if techniques > 0 => {
            view.technique = Some(view.technique.map_or(0, |at| (at + 1).min(techniques - 1)));
        }
        Some(Code::Left | Code::Char('h')) => {
            view.technique = view.technique.and_then(|at| at.checked_sub(1));
        }
        Some(Code::Enter) => match chosen(view) {
            Some(filter) => {
                close(model);
                details::focus(model, Pane::List);
                views::replace(model, filter, out);
            }
            None => say(model, "no alert of this time has it", out),
        },
        // Where no technique is named there is none to go to.
        Some(Code::Right | Code::Char('l')) => {}
        _ if leaves => close(model),
        _ => no_key(model, key, out),
    }
}

/// True when it is known that no alert has what is under the cursor.
pub(super) fn is_empty(view: &AttackView) -> bool {
    view.shown.is_some() && chosen(view).is_none()
}

/// The filter for what is under the cursor; none when it has no alert.
pub fn chosen(view: &AttackView) -> Option<Filter> {
    let row = view.shown.as_ref()?.rows.get(view.at).filter(|row| row.counts.total() > 0)?;
    let filter = match row.tactic {
        Some(tactic) => view.filter.with_value(Field::find("tactic")?, tactic.label())?,
        None => view.filter.and(&parse("-tactic:*").ok()?),
    };
    match view.technique.and_then(|at| row.techniques.get(at)) {
        Some((id, _)) => filter.with_value(Field::find("technique")?, id.raw()),
        None => Some(filter),
    }
}
