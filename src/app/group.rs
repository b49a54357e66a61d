//! Groups of the list: by what, and which are folded.

use crate::app::command::Go;
use crate::app::lines::{Folds, Lines};
use crate::app::model::{List, Model, Pane};
use crate::app::views::place;
use crate::app::{Effects, list, marks};
use crate::domain::query::GroupBy;

/// Groups of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// By a value.
    By(GroupBy),
    /// Not at all.
    None,
    /// Fold or unfold the group under the cursor.
    Fold,
    /// Fold or unfold every group.
    FoldAll,
}

/// Carries out a command on groups.
pub(super) fn run(model: &mut Model, grouping: Grouping, out: &mut Effects) {
    match grouping {
        Grouping::By(by) => set(model, Some(by), out),
        Grouping::None => set(model, None, out),
        Grouping::Fold => {
            if let Some(group) = under_cursor(&model.list) {
                toggle(model, group, out);
            }
        }
        Grouping::FoldAll => {
            let list = &model.list;
            let any_open = (0..list.groups().len()).any(|group| !list.is_folded(group));
            model.list.folds = Folds::every(any_open);
            refold(model, out);
        }
    }
}

/// Groups by something else, with every group unfolded. The cursor stays on its alert; from a heading it goes to the
/// group's first.
pub(super) fn set(model: &mut Model, by: Option<GroupBy>, out: &mut Effects) {
    if model.list.group == by {
        return;
    }
    marks::end_visual(model);
    let list = &mut model.list;
    list.group = by;
    if list.on_heading {
        list.folds = Folds::default();
        list.lines = Lines::new(&list.listing, &list.folds);
        list.put_cursor(list.place, false);
        list::settle(model, out);
    }
    model.list.folds = Folds::default();
    list::ask_anew(model, out);
    place::changed(model, out);
}

/// What a pane command means in a grouped list, where that is something else: Enter on a heading folds or unfolds it, `←`
/// folds the group of the cursor, `→` unfolds the one under it. False where it means what it always does.
pub(super) fn go(model: &mut Model, go: Go, out: &mut Effects) -> bool {
    let list = &model.list;
    let Some(group) = under_cursor(list).filter(|_| model.focus == Pane::List) else { return false };
    let means = match go {
        Go::Open => list.on_heading,
        Go::Left => !list.is_folded(group),
        Go::Right => list.on_heading && list.is_folded(group),
        _ => false,
    };
    if means {
        toggle(model, group, out);
    }
    means
}

/// The number of the group in which the cursor is.
fn under_cursor(list: &List) -> Option<usize> {
    if list.listing.is_empty() { None } else { list.group_at(list.place) }
}

fn toggle(model: &mut Model, group: usize, out: &mut Effects) {
    if let Some(id) = model.list.groups().get(group).map(|group| group.id) {
        model.list.folds.toggle(id);
        refold(model, out);
    }
}

/// Other groups are folded. The cursor stays on its alert, or goes to the heading over it.
fn refold(model: &mut Model, out: &mut Effects) {
    let list = &mut model.list;
    let row_on_screen = list.cursor_line().saturating_sub(list.offset);
    list.lines = Lines::new(&list.listing, &list.folds);
    list.put_cursor(list.place, list.on_heading);
    list.offset = list.cursor_line().saturating_sub(row_on_screen);
    marks::recount(list);
    list::settle(model, out);
}
