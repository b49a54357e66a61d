//! The *Take action* tab: one section at a time, chosen by its digit.
//!
//! | module | section |
//! | --- | --- |
//! | [`context`] | 1: tags, whom to ask, the activity log |
//! | [`mitigate`] | 2: the remediation steps |
//! | [`prevent`] | 3: the recommendations |
//! | [`contacts`] | 6: who receives mail |
//! | [`kept`] | what was asked lately |
//! | [`trigger`] | 4: logic apps, triggered at most once for each confirm |
//! | [`suppress`] | 5: a rule from this alert, and the rules about its type |
//!
//! A section is a file here: its state (a field of [`Respond`](crate::app::model::Respond)), what it asks of the source
//! when it is shown, how it is laid out, and what Enter means in it. It is entered in the tables below, each of which has
//! one arm a section.

pub mod contacts;
pub mod context;
pub mod kept;
pub mod mitigate;
pub mod prevent;
pub mod suppress;
pub mod trigger;

use crate::app::command::{App, Command, Move, Respond as Verb};
use crate::app::fetch::Answer;
use crate::app::layout;
use crate::app::message::Question;
use crate::app::model::{Model, Pane, Place, Section, Tab};
use crate::app::{Effects, details, rights};
use crate::domain::SafeText;

impl Section {
    /// Every section, in the order of their digits.
    pub const ALL: [Self; 6] =
        [Self::Context, Self::Mitigate, Self::Prevent, Self::Trigger, Self::Suppress, Self::Contacts];

    /// The digit that shows it.
    pub fn digit(self) -> char {
        match self {
            Self::Context => '1',
            Self::Mitigate => '2',
            Self::Prevent => '3',
            Self::Contacts => '6',
            Self::Trigger => '4',
            Self::Suppress => '5',
        }
    }

    /// Its name in the row of sections.
    pub fn title(self) -> &'static str {
        match self {
            Self::Context => "Context",
            Self::Mitigate => "Mitigate",
            Self::Prevent => "Prevent",
            Self::Contacts => "E-mail",
            Self::Trigger => "Trigger",
            Self::Suppress => "Suppress",
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
            Section::Context => context::enter(model),
            Section::Mitigate => mitigate::enter(model, out),
            Section::Prevent => prevent::enter(model),
            Section::Contacts => contacts::enter(model, out),
            Section::Trigger => trigger::enter(model, out),
            Section::Suppress => suppress::enter(model, out),
        },
        Verb::Reach(step) => context::reach(model, step, out),
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
pub(super) fn shown(model: &mut Model, out: &mut Effects) {
    let Some(full) = model.details.full.as_ref().filter(|full| full.tab == Tab::Respond) else { return };
    if model.respond.alert.replace(full.key) != Some(full.key) {
        top(model);
    }
    ask(model, false, out);
    lay_out(model);
}

/// Asks the source for what the section shows: what was not asked yet, or everything.
fn ask(model: &mut Model, everything: bool, out: &mut Effects) {
    match model.respond.section {
        Section::Context => context::shown(model, everything, out),
        Section::Mitigate => {}
        Section::Prevent => prevent::shown(model, everything, out),
        Section::Trigger if everything => trigger::again(model, out),
        Section::Trigger => trigger::shown(model, out),
        Section::Suppress if everything => suppress::again(model, out),
        Section::Suppress => suppress::shown(model, out),
        Section::Contacts => contacts::shown(model, everything, out),
    }
}

/// Asks the source once more for what is shown.
pub(super) fn again(model: &mut Model, out: &mut Effects) {
    if model.details.full.as_ref().is_none_or(|full| full.tab != Tab::Respond) {
        return;
    }
    ask(model, true, out);
    lay_out(model);
}

/// An answer of the source.
pub(super) fn fetched(model: &mut Model, question: Question, answer: Answer, out: &mut Effects) {
    match answer {
        Answer::Context(answer) => context::answered(model, question, answer, out),
        Answer::Prevent(resource, answer) => prevent::answered(model, question, resource, answer),
        Answer::Contacts(answer) => contacts::answered(model, question, answer, out),
        Answer::Rights(listed) => rights::listed(model, listed),
        Answer::Candidates(answer) => trigger::candidates(model, question, answer),
        Answer::Outgoing(answer) => trigger::outgoing(model, question, answer, out),
        Answer::Suppress(answer) => crate::app::suppress::answered(model, question, answer, out),
    }
    lay_out(model);
}

/// How the text of a section names the key that asks the source again.
fn asks(model: &Model) -> String {
    model.settings.keymap.said(Command::App(App::Sync))
}

/// Lays the section out for the width and the clock, and keeps the cursor inside it.
pub fn lay_out(model: &mut Model) {
    if model.details.full.as_ref().is_none_or(|full| full.tab != Tab::Respond) {
        return;
    }
    let area = layout::Respond::new(model.size).body;
    model.respond.page = match model.respond.section {
        Section::Context => context::page(model, area.columns()),
        Section::Mitigate => mitigate::page(model, area.columns()),
        Section::Prevent => prevent::page(model, area.columns()),
        Section::Contacts => contacts::page(model, area.columns()),
        Section::Trigger => trigger::page(model, area.columns()),
        Section::Suppress => suppress::page(model, area.columns()),
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

/// Enter means something: on an item, or in the section that is edited as a whole; else why not.
pub fn opens(model: &Model) -> Result<(), String> {
    match model.respond.section {
        Section::Contacts => contacts::editable(model).map(drop),
        _ if model.respond.page.items.is_empty() => Err("nothing is under the cursor".to_owned()),
        Section::Context => context::opens(model),
        Section::Mitigate => mitigate::opens(model),
        Section::Trigger => trigger::opens(model),
        Section::Prevent | Section::Suppress => Ok(()),
    }
}

/// Goes to the beginning of a section.
fn top(model: &mut Model) {
    model.respond.place = Place::default();
    model.respond.before.clear();
    model.respond.context.open = None;
    model.respond.prevent.open = None;
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
        Section::Context => context::back(model),
        Section::Prevent => prevent::back(model),
        Section::Mitigate | Section::Trigger | Section::Suppress | Section::Contacts => false,
    }
}

/// The link of what is under the cursor in the tab, where the section has links of its own.
pub(super) fn link(model: &Model) -> Option<Result<SafeText, String>> {
    let shown = model.details.full.as_ref().is_some_and(|full| full.tab == Tab::Respond);
    (shown && model.respond.section == Section::Prevent).then(|| prevent::link(model)).flatten()
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
