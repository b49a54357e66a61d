//! The *Take action* tab: one section at a time, chosen by its digit.
//!
//! | module | section |
//! | --- | --- |
//! | [`mitigate`] | 2: the remediation steps |
//!
//! A section is a file here: its state (a field of [`Respond`](crate::app::model::Respond)), what it asks of the source
//! when it is shown, how it is laid out, and what Enter means in it. It is entered in the tables below, each of which has
//! one arm a section.

pub mod mitigate;

use crate::app::command::{Move, Respond as Verb};
use crate::app::fetch::Answer;
use crate::app::layout;
use crate::app::message::Question;
use crate::app::model::{Model, Pane, Place, Section, Tab};
use crate::app::{Effects, details};

impl Section {
    /// Every section, in the order of their digits.
    pub const ALL: [Self; 1] = [Self::Mitigate];

    /// The digit that shows it.
    pub fn digit(self) -> char {
        match self {
            Self::Mitigate => '2',
        }
    }

    /// Its name in the row of sections.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mitigate => "Mitigate",
        }
    }
}

/// Carries out a command of the tab.
pub(super) fn run(model: &mut Model, verb: Verb, out: &mut Effects) {
    match verb {
        Verb::Open => open(model, out),
        Verb::Section(section) => {
            model.respond.section = section;
            top(model);
            shown(model, out);
        }
        Verb::Enter => match model.respond.section {
            Section::Mitigate => {}
        },
    }
}

/// Opens the tab for the alert under the cursor.
fn open(model: &mut Model, out: &mut Effects) {
    if model.focus != Pane::Full {
        details::open(model, out);
    }
    details::show(model, Tab::Respond, out);
}

/// The section is on the screen, perhaps for another alert than before: asks the source for what it has not asked yet.
pub(super) fn shown(model: &mut Model, _out: &mut Effects) {
    let Some(full) = model.details.full.as_ref().filter(|full| full.tab == Tab::Respond) else { return };
    if model.respond.alert.replace(full.key) != Some(full.key) {
        top(model);
    }
    match model.respond.section {
        Section::Mitigate => {}
    }
    lay_out(model);
}

/// Asks the source once more for what is shown.
pub(super) fn again(model: &mut Model, _out: &mut Effects) {
    if model.details.full.as_ref().is_none_or(|full| full.tab != Tab::Respond) {
        return;
    }
    match model.respond.section {
        Section::Mitigate => {}
    }
}

/// An answer of the source.
#[allow(clippy::needless_pass_by_value)] // each section takes its own
pub(super) fn fetched(_model: &mut Model, _question: Question, answer: Answer, _out: &mut Effects) {
    match answer {}
}

/// Lays the section out for the width and the clock, and keeps the cursor inside it.
pub fn lay_out(model: &mut Model) {
    if model.details.full.as_ref().is_none_or(|full| full.tab != Tab::Respond) {
        return;
    }
    let area = layout::Respond::new(model.size).body;
    model.respond.page = match model.respond.section {
        Section::Mitigate => mitigate::page(model, area.columns()),
    };
    settle(model);
}

/// Moves over the items or, where there are none, through the text.
pub(super) fn step(model: &mut Model, step: Move) {
    let area = layout::Respond::new(model.size).body;
    let respond = &mut model.respond;
    respond.page.step(&mut respond.place, step, area);
}

/// Keeps the cursor on an item and the item on the screen.
fn settle(model: &mut Model) {
    let area = layout::Respond::new(model.size).body;
    let respond = &mut model.respond;
    respond.page.settle(&mut respond.place, area);
}

/// Goes to the beginning of a section.
fn top(model: &mut Model) {
    model.respond.place = Place::default();
    model.respond.before.clear();
}

/// Remembers the place: what is laid out next was opened from it.
pub fn descend(model: &mut Model) {
    let place = std::mem::take(&mut model.respond.place);
    model.respond.before.push(place);
}

/// Back to the place before the last [`descend`].
pub fn ascend(model: &mut Model) {
    model.respond.place = model.respond.before.pop().unwrap_or_default();
}

/// One step back inside the tab; false when nothing is open in its section.
pub(super) fn back(model: &mut Model) -> bool {
    if model.details.full.as_ref().is_none_or(|full| full.tab != Tab::Respond) {
        return false;
    }
    match model.respond.section {
        Section::Mitigate => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::Harness;
    use crate::app::model::Page;

    /// Lays `heights` of items one below the other and looks where the cursor can be seen.
    #[test]
    fn the_item_under_the_cursor_is_on_the_screen() {
        let mut harness = Harness::small();
        harness.keys("r");
        let rows = layout::Respond::new(harness.model.size).body.rows();
        let mut page = Page::default();
        for height in [1, 3, 40, 2, 2, 60, 1] {
            let from = page.document.len();
            page.document.lines.extend(vec![Vec::new(); height]);
            page.items.push(from..from + height);
        }
        harness.model.respond.page = page.clone();
        let steps = [Move::Down; 8].into_iter().chain([Move::Up; 8]).chain([Move::Last, Move::First]);
        for one in steps {
            step(&mut harness.model, one);
            let Place { item, offset } = harness.model.respond.place;
            let lines = &page.items[item];
            let seen = offset..offset + rows;
            assert!(
                seen.contains(&lines.start) || seen.contains(&(lines.end - 1)),
                "{one:?}: {item} at {offset}"
            );
            assert!(lines.len() > rows || seen.contains(&lines.start) && lines.end <= seen.end, "{one:?}");
        }
        assert_eq!(harness.model.respond.place, Place::default());
    }

    #[test]
    fn r_opens_the_tab_from_everywhere_and_escape_leads_back() {
        for keys in ["r", "l r", "Enter r", "Enter ]"] {
            let mut harness = Harness::small();
            harness.keys(keys);
            let tab = harness.model.details.full.as_ref().map(|full| full.tab);
            assert_eq!((tab, harness.model.focus), (Some(Tab::Respond), Pane::Full), "{keys}");
            harness.keys("2 j Esc");
            assert_eq!(harness.model.focus, Pane::List);
        }
    }
}
