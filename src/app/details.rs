//! Details of one alert: beside the list, over it on a narrow screen, or in full.
//!
//! Only one question is waited for: while it is, the newest wish is remembered, so that holding `j` over 500 alerts
//! loads a few details and not 500. Beside it at most one is read ahead (`ahead`).

use std::sync::Arc;

use crate::app::command::{Command, Copy, Go, Move};
use crate::app::document::Document;
use crate::app::layout::{self, Main};
use crate::app::message::{Detail, Question};
use crate::app::model::{Full, Model, Opened, Pane, Tab};
use crate::app::overlays::log;
use crate::app::{Effect, Effects, ahead, copy, documents, list, pivot, related, respond, suppress};
use crate::domain::listing::Listing;
use crate::domain::{AlertKey, SafeText};

impl Tab {
    /// Every tab, from left to right.
    pub const ALL: [Self; 5] = [Self::Details, Self::Respond, Self::Related, Self::History, Self::Json];

    /// The tab's head.
    pub fn title(self) -> &'static str {
        match self {
            Self::Details => "Alert details",
            Self::Respond => "Take action",
            Self::Related => "Related",
            Self::History => "History",
            Self::Json => "JSON",
        }
    }

    /// The tab's head where there is little room.
    pub fn short(self) -> &'static str {
        match self {
            Self::Details => "Details",
            Self::Respond => "Action",
            other => other.title(),
        }
    }
}

/// Wants the details of the alert under the cursor; while one is open in full, of that one.
pub(super) fn follow(model: &mut Model, out: &mut Effects) {
    // They are read as soon as all alerts are there.
    if model.list.opening.is_some() {
        return;
    }
    let wanted = model.details.full.as_ref().map(|full| full.key).or(model.list.cursor);
    if model.details.wanted == wanted {
        return;
    }
    model.details.wanted = wanted;
    model.details.clip = None;
    model.details.pivot = None;
    if wanted.is_none() {
        model.details.shown = None;
        model.details.error = None;
        lay_out(model);
        return;
    }
    match ahead::take(model) {
        Some(detail) => came(model, Ok(detail), out),
        None => ask(model, out),
    }
}

fn ask(model: &mut Model, out: &mut Effects) {
    let Some(key) = model.details.wanted else { return };
    if model.details.asked.is_some() {
        return;
    }
    let question = Question(model.next_serial());
    model.details.question = question;
    model.details.asked = Some(key);
    model.details.again = false;
    model.details.counted = Some(model.table.content_mark());
    out.push(Effect::LoadDetail { question, table: Arc::clone(&model.table), key });
}

/// True when the alert shown is another one in new rows than in the old: another status, note or content.
pub(super) fn overtaken(model: &Model, new: &Listing) -> bool {
    let Some(key) = model.details.wanted else { return false };
    let facts = |listing: &Listing| {
        let row = listing.table.get(key)?;
        let local = row.local().cloned();
        Some((row.remote_status(), row.pending(), row.flags(), row.seconds(), row.severity(), local))
    };
    facts(new) != facts(&model.list.listing)
}

/// The alerts changed: counts among other facts are made again. Not while a listing is under way, which changes them all
/// the time: its end does it.
pub(super) fn recount(model: &mut Model, out: &mut Effects) {
    let other = model.details.counted.as_ref().is_some_and(|counted| !counted.holds(&model.table));
    if other && !model.sync.running {
        reload(model, out);
    }
}

/// Reads the details again: what they show changed.
pub(super) fn reload(model: &mut Model, out: &mut Effects) {
    if model.details.asked.is_some() {
        model.details.again = true;
    } else {
        ask(model, out);
    }
}

/// Details came.
pub(super) fn answered(
    model: &mut Model,
    question: Question,
    answer: Result<Arc<Detail>, SafeText>,
    out: &mut Effects,
) {
    if question != model.details.question {
        return ahead::answered(model, question, answer);
    }
    let Some(asked) = model.details.asked.take() else { return };
    if model.details.wanted == Some(asked) {
        came(model, answer, out);
        if !model.details.again {
            return ahead::ask(model, out);
        }
    }
    ask(model, out);
}

/// The details of the alert wanted are there, or cannot be.
fn came(model: &mut Model, answer: Result<Arc<Detail>, SafeText>, out: &mut Effects) {
    let shown = model.details.shown.as_ref().map(|shown| shown.key);
    let other = shown.is_none() || shown != model.details.wanted;
    match answer {
        Ok(detail) => {
            model.details.shown = Some(detail);
            model.details.error = None;
        }
        Err(error) => {
            model.details.error = Some(error);
            if other {
                model.details.shown = None;
            }
        }
    }
    if other {
        model.details.scroll = 0;
    }
    lay_out(model);
    respond::shown(model, out);
    related::shown(model, out);
    suppress::detail_came(model, out);
    copy::answered(model, out);
    pivot::answered(model, out);
}

/// The details shown, if they are those of the alert wanted.
pub(super) fn current(model: &Model) -> Option<&Arc<Detail>> {
    model.details.shown.as_ref().filter(|shown| Some(shown.key) == model.details.wanted)
}

/// Lays the texts out for the width and the clock, and keeps their scroll positions inside them.
pub(super) fn lay_out(model: &mut Model) {
    let side = Main::of(model).details_text();
    let body = layout::Full::new(model.size).body;
    let copies = model.settings.keymap.shown(Command::Copy(Copy::Json));
    let (details, table) = (&mut model.details, &model.table);
    let now = model.now;
    details.pane = match &details.shown {
        Some(shown) => documents::pane(shown, table, side.columns(), now),
        None => Document::default(),
    };
    details.scroll = details.scroll.min(side.last_offset(details.pane.lines.len()));
    let Some(full) = &mut details.full else { return };
    let shown = details.shown.as_ref().filter(|shown| shown.key == full.key);
    let json = shown.filter(|_| full.tab == Tab::Json).map(|shown| (Arc::clone(&shown.raw), body.columns()));
    let same = json.is_some() && json == full.json;
    full.json = json;
    match (shown, full.tab) {
        _ if same => {}
        (None, _) | (_, Tab::Respond | Tab::Related) => full.document = Document::default(),
        (Some(shown), Tab::Details) => full.document = documents::details(shown, table, body.columns(), now),
        (Some(shown), Tab::History) => {
            full.document = documents::history(&shown.past, body.columns(), now);
        }
        (Some(shown), Tab::Json) => full.document = documents::json(&shown.raw, &copies, body.columns()),
    }
    if shown.is_some() {
        let last = body.last_offset(full.document.lines.len());
        let scroll = &mut full.scroll[full.tab as usize];
        *scroll = (*scroll).min(last);
    }
    respond::lay_out(model);
    related::lay_out(model);
}

/// Scrolls the pane that has the keys.
pub(super) fn scroll(model: &mut Model, step: Move) {
    let (lines, area, scroll) = if let Some(full) = &mut model.details.full {
        let area = layout::Full::new(model.size).body;
        (full.document.lines.len(), area, &mut full.scroll[full.tab as usize])
    } else {
        let area = Main::of(model).details_text();
        (model.details.pane.lines.len(), area, &mut model.details.scroll)
    };
    *scroll = list::target(*scroll, area.last_offset(lines), step, area.rows().max(1));
}

/// Carries out a pane command, except the step back.
pub(super) fn go(model: &mut Model, go: Go, out: &mut Effects) {
    match (model.focus, go) {
        (Pane::List, Go::Right | Go::Next) => focus(model, Pane::Details),
        (Pane::Details, Go::Left | Go::Next | Go::Back) => focus(model, Pane::List),
        (Pane::List | Pane::Details, Go::Open) => open(model, out),
        (Pane::Full, Go::Left | Go::PreviousTab) => turn(model, Tab::ALL.len() - 1, out),
        (Pane::Full, Go::Right | Go::NextTab | Go::Next) => turn(model, 1, out),
        (Pane::Full, Go::Back) => match model.details.trail.pop() {
            Some(before) => show_full(model, before, out),
            None => close(model, out),
        },
        (Pane::List, Go::Left | Go::PreviousTab | Go::NextTab | Go::Back)
        | (Pane::Details, Go::Right | Go::PreviousTab | Go::NextTab)
        | (Pane::Full, Go::Open) => {}
    }
}

pub(super) fn focus(model: &mut Model, pane: Pane) {
    model.focus = pane;
    model.details.open = pane == Pane::Details;
    list::resize(model);
    lay_out(model);
}

/// Opens the full details of the alert under the cursor.
pub(super) fn open(model: &mut Model, out: &mut Effects) {
    if let Some(key) = model.list.cursor {
        open_one(model, key, out);
    }
}

/// Opens the full details of an alert, whether or not the list shows it.
pub(super) fn open_one(model: &mut Model, key: AlertKey, out: &mut Effects) {
    model.list.visual = None;
    show_full(model, Opened::new(key), out);
}

/// Opens the full details of another alert over those that are open: Esc leads back to these.
pub(super) fn open_over(model: &mut Model, key: AlertKey, out: &mut Effects) {
    model.details.trail.extend(model.details.full.as_ref().map(Opened::from));
    show_full(model, Opened::new(key), out);
}

/// Opens full details again as they were, the innermost of several last.
pub(super) fn reopen(model: &mut Model, mut opened: Vec<Opened>, out: &mut Effects) {
    let Some(last) = opened.pop() else { return };
    model.details.trail = opened;
    show_full(model, last, out);
}

fn show_full(model: &mut Model, opened: Opened, out: &mut Effects) {
    focus(model, Pane::Full);
    model.details.full = Some(Full::from(opened));
    follow(model, out);
    show(model, opened.tab, out);
}

/// Closes the full details.
pub(super) fn close(model: &mut Model, out: &mut Effects) {
    model.details.full = None;
    model.details.trail.clear();
    focus(model, Pane::List);
    follow(model, out);
    log::back(model, out);
}

fn turn(model: &mut Model, by: usize, out: &mut Effects) {
    if let Some(full) = &model.details.full {
        show(model, Tab::ALL[(full.tab as usize + by) % Tab::ALL.len()], out);
    }
}

/// Shows a tab of the full details.
pub(super) fn show(model: &mut Model, tab: Tab, out: &mut Effects) {
    if let Some(full) = &mut model.details.full {
        full.tab = tab;
    }
    lay_out(model);
    match tab {
        Tab::Respond => respond::shown(model, out),
        Tab::Related => related::shown(model, out),
        Tab::Details | Tab::History | Tab::Json => {}
    }
}
