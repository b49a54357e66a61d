//! Views: filters under a digit, and which filter is in force.

use crate::app::command::View;
use crate::app::input::Input;
use crate::app::model::{FilterBar, Model};
use crate::app::{Effects, list};
use crate::domain::filter::{Filter, parse};

/// A view: its digit, its name and its filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewSpec {
    /// The key.
    pub digit: u8,
    /// The name.
    pub name: &'static str,
    /// The filter's text; empty for every alert.
    pub filter: &'static str,
}

/// The built-in views.
pub const VIEWS: [ViewSpec; 5] = [
    ViewSpec { digit: 1, name: "open", filter: "status:active,in-progress" },
    ViewSpec { digit: 2, name: "mine", filter: "status:active,in-progress assigned:me" },
    ViewSpec { digit: 3, name: "dismissed", filter: "status:dismissed" },
    ViewSpec { digit: 4, name: "resolved", filter: "status:resolved" },
    ViewSpec { digit: 0, name: "all", filter: "" },
];

/// The view of a digit.
pub fn view(digit: u8) -> Option<&'static ViewSpec> {
    VIEWS.iter().find(|view| view.digit == digit)
}

/// The view whose filter this is.
fn view_of(filter: &Filter) -> Option<u8> {
    VIEWS.iter().find(|view| parse(view.filter).as_ref() == Ok(filter)).map(|view| view.digit)
}

/// The text that stands for a filter in the bar; empty for every alert.
pub(super) fn text_of(filter: &Filter) -> String {
    if filter.is_all() { String::new() } else { filter.to_string() }
}

impl FilterBar {
    /// The bar as the program starts: the view of open alerts.
    pub(super) fn open_alerts() -> Self {
        let [open, ..] = VIEWS;
        Self {
            input: Input::new(open.filter),
            applied: parse(open.filter).unwrap_or_default(),
            view: Some(open.digit),
            home: open.digit,
            previous: open.filter.to_owned(),
            ..Self::default()
        }
    }
}

/// Puts a filter in force and its text into the bar.
pub(super) fn apply(model: &mut Model, filter: Filter, out: &mut Effects) {
    apply_text(model, text_of(&filter), filter, out);
}

/// The same with the filter's text as it was written.
pub(super) fn apply_text(model: &mut Model, text: String, filter: Filter, out: &mut Effects) {
    let bar = &mut model.filter;
    bar.input = Input::new(text);
    bar.editing = false;
    bar.error = None;
    bar.view = view_of(&filter);
    if let Some(digit) = bar.view {
        bar.home = digit;
    }
    if bar.applied != filter {
        bar.applied = filter;
        list::ask_anew(model, out);
    }
}

/// Carries out a view command.
pub(super) fn run(model: &mut Model, which: View, out: &mut Effects) {
    if let View::Digit(_) = which {
        // A view is a beginning of its own: nothing leads back from it.
        model.pivots.clear();
    }
    let text = match which {
        View::Digit(digit) => view(digit).map_or("", |view| view.filter).to_owned(),
        View::Last => model.filter.previous.clone(),
    };
    let Ok(filter) = parse(&text) else { return };
    if filter != model.filter.applied {
        model.filter.previous = text_of(&model.filter.applied);
    }
    apply_text(model, text, filter, out);
}

/// Back to the view chosen last; false when its filter is in force already.
pub(super) fn back_home(model: &mut Model, out: &mut Effects) -> bool {
    let Some(view) = view(model.filter.home) else { return false };
    let Ok(filter) = parse(view.filter) else { return false };
    if filter == model.filter.applied {
        return false;
    }
    apply_text(model, view.filter.to_owned(), filter, out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_a_filter_and_known_again() {
        for view in VIEWS {
            let filter = parse(view.filter).unwrap();
            assert_eq!(view_of(&filter), Some(view.digit));
            assert_eq!(text_of(&filter), view.filter);
        }
    }
}
