//! How many alerts each view has, and how many of them are new.
//!
//! One view is counted after the other, and only when the alerts or the view changed: a filter over a million alerts
//! is not for free.

use std::sync::Arc;

use crate::app::message::{Question, Tallied};
use crate::app::model::{Model, Overlay, ViewCounted};
use crate::app::{Effect, Effects};
use crate::domain::AlertKey;
use crate::domain::filter::{Filter, parse};
use crate::domain::view::{KeptView, ViewCount, ViewId};

/// The count of a view as it was last made.
pub(in crate::app) fn of(model: &Model, id: ViewId) -> Option<ViewCount> {
    model.views.counts.get(&id).map(|counted| counted.count)
}

/// Counts what is not up to date, one view at a time. While a sync or a change runs, which goes over the alerts again
/// and again, only what is on the screen.
pub(in crate::app) fn recount(model: &mut Model, out: &mut Effects) {
    if model.views.counting.is_some() {
        return;
    }
    let shown = is_shown(model);
    if (model.sync.running || !model.bulk.running.is_empty()) && !shown {
        return;
    }
    let views = &model.views;
    let due = views.saved.iter().filter(|kept| shown || kept.view.digit.is_some());
    let found = due.filter(|kept| !is_current(model, kept)).find_map(|kept| {
        let text = &kept.view.look.filter;
        let filter = parse(text).ok()?;
        Some((kept.id, kept.seen, text.clone(), filter))
    });
    if let Some((id, seen, text, filter)) = found {
        ask(model, (id, seen), text, filter, out);
    }
}

fn ask(model: &mut Model, (view, seen): (ViewId, AlertKey), text: String, filter: Filter, out: &mut Effects) {
    let question = Question(model.next_serial());
    model.views.counting = Some((question, text));
    out.push(Effect::CountView { question, view, table: Arc::clone(&model.table), filter, seen });
}

/// True while the counts of all views are before the eyes.
fn is_shown(model: &Model) -> bool {
    matches!(model.overlays.last(), Some(Overlay::Views(_)))
}

fn is_current(model: &Model, kept: &KeptView) -> bool {
    model.views.counts.get(&kept.id).is_some_and(|counted| {
        counted.generation == model.table.generation()
            && counted.seen == kept.seen
            && counted.filter == kept.view.look.filter
    })
}

/// A view is counted.
pub(in crate::app) fn counted(model: &mut Model, question: Question, tallied: Tallied, out: &mut Effects) {
    let Tallied { view, generation, seen, count } = tallied;
    let Some((_, filter)) = model.views.counting.take_if(|(asked, _)| *asked == question) else { return };
    model.views.counts.insert(view, ViewCounted { generation, seen, filter, count });
    recount(model, out);
}

/// Time goes on: what counts back from now is counted again.
pub(in crate::app) fn minute(model: &mut Model, out: &mut Effects) {
    let stays = |text: &str| parse(text).is_ok_and(|filter| !filter.counts_back());
    model.views.counts.retain(|_, counted| stays(&counted.filter));
    recount(model, out);
}
