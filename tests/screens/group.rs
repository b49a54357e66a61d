//! Scenes of grouped lists and of *Add filter*.

use std::sync::Arc;

use quell::app::Effect;
use quell::app::key::Key;
use quell::app::lines::{Folds, Lines};
use quell::app::model::{Facets, Model, Overlay};
use quell::app::{Message, update};
use quell::domain::filter::{Context, values};
use quell::domain::listing::Listing;
use quell::domain::query::GroupBy;

use crate::fixture::{full_list, now};

/// The list grouped by something, with some groups folded, the cursor on a heading.
fn grouped(size: (u16, u16), by: GroupBy, folded: &[usize], heading: usize) -> Model {
    let mut model = full_list(size);
    let list = &mut model.list;
    list.group = Some(by);
    list.listing = Listing::with(Arc::clone(&model.table), list.listing.rows.to_vec(), Some(by), None);
    for group in folded {
        list.folds.toggle(list.groups()[*group].id);
    }
    list.lines = Lines::new(&list.listing, &list.folds);
    list.place = list.groups()[heading].first;
    list.on_heading = true;
    list.cursor = None;
    model
}

pub(crate) fn by_resource(size: (u16, u16)) -> Model {
    let mut model = grouped(size, GroupBy::Resource, &[1], 0);
    let list = &mut model.list;
    list.marks =
        (0..list.groups()[1].places().end).skip(1).filter_map(|place| list.listing.key(place)).collect();
    list.marked_in = list.groups().iter().map(|group| group.count).collect();
    list.marked_in[0] -= 1;
    list.marked_in[2..].fill(0);
    list.hidden_marks = list.groups()[1].count;
    model
}

pub(crate) fn folded(size: (u16, u16)) -> Model {
    let mut model = grouped(size, GroupBy::Type, &[], 1);
    model.list.folds = Folds::every(true);
    model.list.lines = Lines::new(&model.list.listing, &model.list.folds);
    model
}

pub(crate) fn by_status(size: (u16, u16)) -> Model {
    let mut model = grouped(size, GroupBy::Status, &[0], 1);
    let list = &mut model.list;
    list.place += 1;
    list.on_heading = false;
    list.cursor = list.listing.key(list.place);
    model
}

/// Presses keys and answers what the query worker would.
fn press(model: &mut Model, keys: &str) {
    for key in keys.split(' ').filter_map(Key::parse) {
        for effect in update(model, Message::Key(key), now()) {
            if let Effect::CountValues { question, table, filter, field, text } = effect {
                let context = Context { now: now().utc, offset: now().offset, me: None };
                let values = values(&table, &filter, field, &text, &context, &|| false).unwrap();
                update(model, Message::Values(question, values), now());
            }
        }
    }
}

pub(crate) fn fields(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    press(&mut model, "f Enter ↓");
    model
}

pub(crate) fn ticked(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    press(&mut model, "f Enter ↓ ↓ ↓ ↓ Enter Space ↓ ↓ Space ↓");
    model
}

pub(crate) fn none(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    press(&mut model, "f Enter ↓ ↓ ↓ ↓ Enter q q q");
    model
}

pub(crate) fn counting(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let mut facets = Facets::new(model.filter.applied.clone());
    facets.awaiting = true;
    model.overlays.push(Overlay::Facets(Box::new(facets)));
    model
}
