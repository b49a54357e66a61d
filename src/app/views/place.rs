//! Where the analyst is, kept so that the program opens there the next time.

use std::time::Duration;

use crate::app::effect::JournalOrder;
use crate::app::input::Input;
use crate::app::lines::Under;
use crate::app::message::{Early, Kept, Timer};
use crate::app::model::{FilterBar, Model, Spot};
use crate::app::views::{self, saved};
use crate::app::{Effect, Effects, list, profiles};
use crate::domain::filter::parse;
use crate::domain::view::Place;

/// How long after another filter or order it is kept: a filter that is being narrowed down is written once.
const CALM: Duration = Duration::from_secs(3);

/// True when something is kept at all: not in the demo, not where nothing may be changed, and not while another profile is
/// opened, whose journal would get it.
pub(super) fn is_kept(model: &Model) -> bool {
    let session = model.session.as_ref();
    !model.switching && session.is_some_and(|session| !session.demo && session.read_only.is_none())
}

/// The filter, the order or the view is another one: keeps it in a moment.
pub(in crate::app) fn changed(model: &mut Model, out: &mut Effects) {
    if is_kept(model) && !std::mem::replace(&mut model.views.place_due, true) {
        out.push(Effect::Timer(Timer::Place, CALM));
    }
}

/// Keeps where the analyst is, unless that is kept already.
pub(in crate::app) fn keep(model: &mut Model, out: &mut Effects) {
    model.views.place_due = false;
    if !is_kept(model) {
        return;
    }
    let now = here(model);
    if model.views.place.as_ref() != Some(&now) {
        model.views.place = Some(now.clone());
        out.push(Effect::Journal(JournalOrder::KeepPlace(now)));
    }
}

/// The program ends: what was seen of the view that is shown, and where the analyst was.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    let mut out = Effects::new();
    if let Some(view) = model.filter.view.filter(|_| is_kept(model)) {
        saved::looked(model, view, &mut out);
    }
    keep(model, &mut out);
    // Nothing is counted any more.
    out.retain(|effect| matches!(effect, Effect::Journal(_)));
    out
}

fn here(model: &Model) -> Place {
    let list = &model.list;
    // Before the first pivot: what a pivot shows is a question, not a place to work in.
    let first = model.pivots.first();
    let look = first.map_or_else(|| views::look(model), |frame| frame.look.clone());
    let spot = first.map_or_else(|| list.spot(), |frame| frame.spot);
    let cursor = match spot.under {
        Some(Under::Alert(key)) => Some(key),
        // A heading is opened on its first alert.
        _ if first.is_none() => list.listing.key(list.place),
        _ => None,
    };
    let home = first.map_or(model.filter.home, |frame| frame.home);
    let cursor = cursor.filter(|_| list.touched).and_then(|key| model.table.get(key)).map(|row| row.id());
    let row = if cursor.is_some() { spot.line.saturating_sub(spot.offset) } else { 0 };
    Place { look, home, cursor, row }
}

/// What the journal kept, and what the list begins with: shown until all alerts are loaded. Only at the very start.
pub(in crate::app) fn begin_early(model: &mut Model, early: Early, out: &mut Effects) {
    if model.session.is_some() || model.first_run.is_some() || model.list.opening.is_some() {
        return;
    }
    begin(model, early.kept, out);
    if let Some(view) = &early.view {
        profiles::begin_with(model, view, out);
        model.views.begun = true;
    }
    // There is nothing yet to ask for them.
    out.retain(|effect| !matches!(effect, Effect::Query { .. }));
    (model.list.awaiting, model.list.in_flight) = (false, false);
    let look = &early.head.look;
    let same = parse(&look.filter).is_ok_and(|filter| filter == model.filter.applied)
        && look.sort == model.list.sort
        && look.group == model.list.group;
    if same {
        list::open(model, early.head);
    } else {
        model.views.begun = false;
    }
}

/// What the journal kept: the views, and where the list opens. Nothing is asked for: the alerts come next.
pub(in crate::app) fn begin(model: &mut Model, kept: Kept, out: &mut Effects) {
    // It is shown as it was kept already, and the cursor may have moved since.
    if model.list.opening.is_some() && model.views.place == kept.place {
        return;
    }
    model.views.saved = kept.views;
    model.views.unanswered = 0;
    model.views.counts.clear();
    model.views.place.clone_from(&kept.place);
    let before = views::look(model);
    model.filter = FilterBar::open_alerts();
    let place = Place::opened(kept.place);
    let Ok(filter) = parse(&place.look.filter) else { return };
    views::arrange(model, &place.look);
    if views::look_of(model, place.home).is_some() {
        model.filter.home = place.home;
    }
    model.filter.input = Input::new(place.look.filter.clone());
    model.filter.view = views::view_of(model, &filter);
    model.filter.applied = filter;
    if let Some(key) = kept.cursor {
        model.list.touched = true;
        model.list.spot =
            Some(Spot { under: Some(Under::Alert(key)), place: place.row, line: place.row, offset: 0 });
    }
    if (model.list.in_flight || !model.table.is_empty()) && views::look(model) != before {
        list::ask_anew(model, out);
    }
}
