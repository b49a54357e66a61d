//! What is asked for by name instead of by key: by plain mode, whose lines name commands and alerts.

use crate::app::command::{Command, Mark, Scope};
use crate::app::message::Ask;
use crate::app::model::{Model, Pane, Tab};
use crate::app::notice::{alerts, fail, say};
use crate::app::{Effects, details, keys, layout, leaving, list, marks, notice, related, respond, views};
use crate::domain::AlertKey;
use crate::domain::filter::parse;
use crate::domain::key_set::KeySet;

/// Does what was asked for. What a key would have had to wait for is for the asker to wait for.
pub(super) fn asked(model: &mut Model, ask: Ask, out: &mut Effects) {
    model.list.touched |= !model.list.listing.is_empty();
    model.last_interrupt = None;
    model.chord = None;
    // A command says itself whether it makes the warning void.
    model.leaving.said &= matches!(ask, Ask::Leave | Ask::Run(_) | Ask::TakeOff(_));
    let before = notice::shown(model);
    off_heading(model, out);
    match ask {
        Ask::Run(command) => keys::run(model, command, out),
        Ask::Cursor(key) => match model.list.listing.place(key) {
            Some(place) => {
                to_list(model, out);
                list::go_to(model, place, out);
            }
            None => fail(model, "the list does not show this alert any more", out),
        },
        Ask::Open(key, tab) => open(model, key, tab, out),
        Ask::Item(at) => item(model, at),
        Ask::Mark(keys, on) => mark(model, &keys, on, out),
        Ask::MarkOnly(keys) => {
            to_list(model, out);
            let known: KeySet = keys.into_iter().filter(|key| model.table.position(*key).is_some()).collect();
            let list = &mut model.list;
            list.visual = None;
            list.base.clear();
            let others = list.marks.minus(&known).len();
            if others > 0 {
                list.last_marks = std::mem::take(&mut list.marks);
            }
            list.marks = known;
            marks::recount(list);
            if others > 0 {
                let back = model.settings.keymap.said(Command::Mark(Mark::Last));
                say(model, format!("{} unmarked; {back} brings them back", alerts(others)), out);
            }
        }
        Ask::TakeOff(keys) => {
            model.list.marks = model.list.marks.minus(&keys);
            marks::recount(&mut model.list);
        }
        Ask::Filter(text) => match parse(&text) {
            Ok(filter) => {
                to_list(model, out);
                views::apply_text(model, text, filter, out);
            }
            Err(error) => fail(model, error.to_string(), out),
        },
        Ask::View(view) => {
            to_list(model, out);
            views::open(model, view, out);
        }
        Ask::Leave => leaving::by_name(model, out),
    }
    notice::outlived(model, before);
}

/// Lines name alerts: what is asked for is never about a whole group because the cursor happens to be on its heading. It
/// goes to the first alert of the group, of which the lines said that it is there.
fn off_heading(model: &mut Model, out: &mut Effects) {
    if model.list.on_heading {
        list::go_to(model, model.list.place, out);
    }
}

/// Closes an alert that is open: what follows is about the list.
fn to_list(model: &mut Model, out: &mut Effects) {
    if model.focus != Pane::List {
        model.log = None;
        details::close(model, out);
    }
}

/// Opens an alert in full, or turns to another tab of the one that is open.
fn open(model: &mut Model, key: AlertKey, tab: Tab, out: &mut Effects) {
    if model.table.position(key).is_none() {
        return fail(model, "this alert is no longer in the cache", out);
    }
    if model.details.full.as_ref().is_none_or(|full| full.key != key) {
        model.details.trail.clear();
        if let Some(place) = model.list.listing.place(key) {
            list::go_to(model, place, out);
        }
        details::open_one(model, key, out);
    }
    details::show(model, tab, out);
}

/// Puts the cursor of the *Take action* or the *Related* tab on an item.
fn item(model: &mut Model, at: usize) {
    let full = layout::Full::new(model.size).body;
    match Scope::of(model) {
        Scope::Respond => {
            let respond = &mut model.respond;
            respond.place.item = at;
            respond::lay_out(model);
        }
        Scope::Related => {
            let (related, full_details) = (&mut model.related, &mut model.details.full);
            if let Some(shown) = full_details {
                shown.related.item = at;
                related.page.settle(&mut shown.related, full);
            }
            related::lay_out(model);
        }
        _ => {}
    }
}

/// Marks or unmarks alerts. Those of a set that a `*` chord marked and that are unmarked here are kept, as on the screen.
fn mark(model: &mut Model, keys: &[AlertKey], on: bool, out: &mut Effects) {
    let mut changed = 0;
    for key in keys {
        let known = model.table.position(*key).is_some();
        let marks = &mut model.list.marks;
        changed += usize::from(if on { known && marks.insert(*key) } else { marks.remove(*key) });
    }
    marks::recount(&mut model.list);
    let word = if on { "marked" } else { "unmarked" };
    let total = model.list.marks.len();
    say(model, format!("{} {word}; {total} marked in all", alerts(changed)), out);
}
