//! Views: what the list shows, under a name and perhaps a digit; and which view is in force.

pub(super) mod count;
pub(super) mod menu;
pub(super) mod place;
pub(super) mod saved;

use crate::app::columns::Columns;
use crate::app::command::View;
use crate::app::input::Input;
use crate::app::lines::Folds;
use crate::app::model::{FilterBar, Model};
use crate::app::notice::fail;
use crate::app::{Effects, list};
use crate::domain::filter::{Filter, parse};
use crate::domain::view::{self, BUILT_IN, KeptView, Look, ViewId, ViewRef};

/// The filter of a built-in view.
fn built_in(digit: u8) -> Option<&'static str> {
    BUILT_IN.iter().find(|(of, ..)| *of == digit).map(|(_, _, filter)| *filter)
}

/// The text that stands for a filter in the bar; empty for every alert.
pub(super) fn text_of(filter: &Filter) -> String {
    if filter.is_all() { String::new() } else { filter.to_string() }
}

impl FilterBar {
    /// The bar as the program starts: the view of open alerts.
    pub(super) fn open_alerts() -> Self {
        let [(_, _, open), ..] = BUILT_IN;
        Self {
            input: Input::new(open),
            applied: parse(open).unwrap_or_default(),
            view: Some(ViewRef::default()),
            previous: Look::of(open),
            ..Self::default()
        }
    }
}

/// A saved view.
pub fn saved_view(model: &Model, id: ViewId) -> Option<&KeptView> {
    model.views.saved.iter().find(|kept| kept.id == id)
}

/// The saved view of a digit.
pub fn of_digit(model: &Model, digit: u8) -> Option<&KeptView> {
    model.views.saved.iter().find(|kept| kept.view.digit == Some(digit))
}

/// What a view is called; none for one that is gone.
pub fn name_of(model: &Model, view: ViewRef) -> Option<&str> {
    match view {
        ViewRef::BuiltIn(digit) => BUILT_IN.iter().find(|(of, ..)| *of == digit).map(|(_, name, _)| *name),
        ViewRef::Saved(id) => saved_view(model, id).map(|kept| kept.view.name.as_str()),
    }
}

/// What a view shows; none for one that is gone.
fn look_of(model: &Model, view: ViewRef) -> Option<Look> {
    match view {
        ViewRef::BuiltIn(digit) => built_in(digit).map(Look::of),
        ViewRef::Saved(id) => saved_view(model, id).map(|kept| kept.view.look.clone()),
    }
}

/// The view of a digit or a name.
pub fn named(model: &Model, wanted: &str) -> Option<ViewRef> {
    view::named(&model.views.saved, wanted)
}

/// How the list is shown now.
pub(super) fn look(model: &Model) -> Look {
    let columns = model.list.columns.as_ref().map(Columns::words).unwrap_or_default();
    let (filter, sort) = (text_of(&model.filter.applied), model.list.sort.clone());
    Look { filter, sort, group: model.list.group, columns }
}

/// Shows the list by all of a look but its filter; true when that is another order than before.
pub(super) fn arrange(model: &mut Model, look: &Look) -> bool {
    let other = model.list.sort != look.sort || model.list.group != look.group;
    if model.list.group != look.group {
        model.list.group = look.group;
        model.list.folds = Folds::default();
    }
    model.list.sort = look.sort.clone();
    model.list.columns = Columns::parse(look.columns.iter().map(String::as_str)).ok();
    other
}

/// The view whose filter this is: the one chosen last if it is that, else the first one.
fn view_of(model: &Model, filter: &Filter) -> Option<ViewRef> {
    let built_in = BUILT_IN.iter().map(|(digit, ..)| ViewRef::BuiltIn(*digit));
    let saved = model.views.saved.iter().map(|kept| ViewRef::Saved(kept.id));
    std::iter::once(model.filter.home)
        .chain(built_in)
        .chain(saved)
        .find(|view| look_of(model, *view).and_then(|look| parse(&look.filter).ok()).as_ref() == Some(filter))
}

/// Finds out anew which view is in force: the filter, or the views, are others.
fn name_anew(model: &mut Model, out: &mut Effects) {
    let view = view_of(model, &model.filter.applied);
    let before = std::mem::replace(&mut model.filter.view, view);
    if let Some(view) = view {
        model.filter.home = view;
    }
    if before != view {
        for looked_at in [before, view].into_iter().flatten() {
            saved::looked(model, looked_at, out);
        }
    }
}

/// Puts a filter in force and its text into the bar.
pub(super) fn apply(model: &mut Model, filter: Filter, out: &mut Effects) {
    apply_text(model, text_of(&filter), filter, out);
}

/// The same with the way back: `-` shows the list as it is now.
pub(super) fn replace(model: &mut Model, filter: Filter, out: &mut Effects) {
    model.filter.previous = look(model);
    apply(model, filter, out);
}

/// Puts a filter in force with its text as it was written.
pub(super) fn apply_text(model: &mut Model, text: String, filter: Filter, out: &mut Effects) {
    let bar = &mut model.filter;
    bar.input = Input::new(text);
    bar.editing = false;
    bar.error = None;
    let other = bar.applied != filter;
    bar.applied = filter;
    name_anew(model, out);
    if other {
        list::ask_anew(model, out);
        place::changed(model, out);
    }
}

/// Carries out a view command.
pub(super) fn run(model: &mut Model, which: View, out: &mut Effects) {
    match which {
        View::Digit(digit) => {
            let view = match of_digit(model, digit) {
                Some(kept) => ViewRef::Saved(kept.id),
                None => ViewRef::BuiltIn(digit),
            };
            open(model, view, out);
        }
        View::Last => {
            model.pivots.clear();
            show(model, &model.filter.previous.clone(), out);
        }
        View::Save(digit) => saved::save(model, digit, out),
        View::Menu => menu::open(model, out),
    }
}

/// Opens a view: its filter, order, grouping and columns.
pub(super) fn open(model: &mut Model, view: ViewRef, out: &mut Effects) {
    let Some(look) = look_of(model, view) else { return };
    let look = arranged(model, view, look);
    // A view is a beginning of its own: nothing leads back from it.
    model.pivots.clear();
    if look.check().is_ok() {
        // Of two views with the same filter, the one that was chosen is meant.
        model.filter.home = view;
    }
    show(model, &look, out);
    saved::looked(model, view, out);
}

/// Order, grouping and columns belong to a saved view. A built-in one keeps those that the list has, and after a saved view
/// those that it had before.
fn arranged(model: &mut Model, view: ViewRef, look: Look) -> Look {
    let now = self::look(model);
    match (model.filter.home, view) {
        (ViewRef::BuiltIn(_), ViewRef::Saved(_)) => model.views.outside = now,
        (ViewRef::Saved(_), ViewRef::BuiltIn(_)) => {
            return Look { filter: look.filter, ..model.views.outside.clone() };
        }
        (ViewRef::BuiltIn(_), ViewRef::BuiltIn(_)) => return Look { filter: look.filter, ..now },
        (ViewRef::Saved(_), ViewRef::Saved(_)) => {}
    }
    look
}

/// Shows the list by another look, and remembers the one before.
fn show(model: &mut Model, wanted: &Look, out: &mut Effects) {
    let filter = match parse(&wanted.filter) {
        Ok(filter) => filter,
        Err(error) => return fail(model, format!("this view's filter cannot be read: {error}"), out),
    };
    let before = look(model);
    if filter != model.filter.applied {
        model.filter.previous = before;
    }
    let same = model.filter.applied == filter;
    let arranged = arrange(model, wanted);
    apply_text(model, wanted.filter.clone(), filter, out);
    if same && arranged {
        list::ask_anew(model, out);
        place::changed(model, out);
    }
}

/// Back to the view chosen last; false when its filter is in force already.
pub(super) fn back_home(model: &mut Model, out: &mut Effects) -> bool {
    let Some(look) = look_of(model, model.filter.home) else { return false };
    let Ok(filter) = parse(&look.filter) else { return false };
    if filter == model.filter.applied {
        return false;
    }
    apply_text(model, look.filter, filter, out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::Harness;

    #[test]
    fn every_built_in_view_is_a_filter_and_known_again() {
        let model = Harness::small().model;
        for (digit, _, text) in BUILT_IN {
            let filter = parse(text).unwrap();
            assert_eq!(view_of(&model, &filter), Some(ViewRef::BuiltIn(digit)));
            assert_eq!(text_of(&filter), text);
        }
    }
}
