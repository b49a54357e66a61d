//! Marks: the alerts chosen for a bulk change, by key. They outlive filters, orders and syncs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::command::Mark;
use crate::app::documents::moment::thousands;
use crate::app::input::Input;
use crate::app::model::{List, Model, Overlay, Pane, Visual};
use crate::app::notice::{alerts, say};
use crate::app::{Effects, list, related};
use crate::domain::AlertKey;
use crate::domain::fact::FactKind;
use crate::domain::filter::{Compiled, Context, parse};
use crate::domain::listing::Listing;
use crate::domain::table::{Row, Table};

/// What an action acts on: in the full details that alert (in their *Related* tab the group or alert under its cursor); else the marks (with a range being marked), if there are
/// any; else the alert under the cursor. Marked alerts that the filter hides are part of it.
pub fn acted_on(model: &Model) -> impl Iterator<Item = AlertKey> + '_ {
    let full = model.details.full.as_ref().filter(|_| model.focus == Pane::Full).map(|full| full.key);
    let group = related::under_cursor(model);
    let list = &model.list;
    let range = list.visual.filter(|visual| visual.marking).and_then(|visual| range(list, visual));
    let any = full.is_none() && (!list.marks.is_empty() || range.is_some());
    let cursor = full.or(list.cursor).filter(|_| !any && group.is_none());
    let marked = any.then(|| list.marks.iter().copied()).into_iter().flatten();
    let ranged = range.filter(|_| any).into_iter().flatten();
    let ranged = ranged.filter_map(|place| list.listing.key(place)).filter(|key| !list.marks.contains(key));
    let grouped = group.into_iter().flatten().copied();
    cursor.into_iter().chain(grouped).chain(marked).chain(ranged)
}

/// The places between the anchor of visual mode and the cursor.
pub fn range(list: &List, visual: Visual) -> Option<std::ops::RangeInclusive<usize>> {
    let anchor = list.listing.place(visual.anchor)?;
    list.cursor?;
    Some(anchor.min(list.place)..=anchor.max(list.place))
}

/// A set in the order of the list, those that the list does not show last. Linear in the table's length.
pub(super) fn in_order(listing: &Listing, set: &BTreeSet<AlertKey>) -> Vec<AlertKey> {
    let members = positions(&listing.table, set);
    let (listed, rows) = (listed(listing), listing.rows.iter());
    let shown = rows.filter(|row| members.get(**row as usize).copied().unwrap_or(false));
    let shown = shown.filter_map(|row| listing.table.row(*row)).map(|row| row.key());
    let hidden = set.iter().copied().filter(|key| !is_listed(listing, &listed, *key));
    shown.chain(hidden).collect()
}

/// How many of some alerts the list does not show. Linear in the table's length.
pub(super) fn off_screen(listing: &Listing, keys: impl Iterator<Item = AlertKey>) -> usize {
    let listed = listed(listing);
    keys.filter(|key| !is_listed(listing, &listed, *key)).count()
}

/// By row of the table: whether it is in a set.
fn positions(table: &Table, set: &BTreeSet<AlertKey>) -> Vec<bool> {
    let mut found = vec![false; table.len()];
    for row in set.iter().filter_map(|key| table.position(*key)) {
        found[row as usize] = true;
    }
    found
}

/// By row of the table: whether the list shows it.
fn listed(listing: &Listing) -> Vec<bool> {
    let mut found = vec![false; listing.table.len()];
    for row in listing.rows.iter() {
        if let Some(found) = found.get_mut(*row as usize) {
            *found = true;
        }
    }
    found
}

fn is_listed(listing: &Listing, listed: &[bool], key: AlertKey) -> bool {
    let row = listing.table.position(key);
    row.is_some_and(|row| listed.get(row as usize).copied().unwrap_or(false))
}

/// Drops marks of alerts that are not in the table any more.
pub(super) fn keep_known(list: &mut List, table: &Table) {
    let before = list.marks.len();
    list.marks.retain(|key| table.position(*key).is_some());
    list.base.retain(|key| table.position(*key).is_some());
    if list.marks.len() != before {
        recount(list);
    }
}

/// Counts the marks that the list does not show.
pub(super) fn recount(list: &mut List) {
    list.hidden_marks =
        if list.marks.is_empty() { 0 } else { off_screen(&list.listing, list.marks.iter().copied()) };
}

/// Carries out a mark command.
pub(super) fn run(model: &mut Model, mark: Mark, out: &mut Effects) {
    match mark {
        Mark::Toggle => toggle(model, out),
        Mark::Visual => visual(model, true),
        Mark::VisualUnmark => visual(model, false),
        Mark::All => set(model, out, |_| true),
        Mark::None => clear(model, out),
        Mark::Invert => invert(model, out),
        Mark::SameType => same(model, &[FactKind::Type], out),
        Mark::SameResource => {
            same(model, &[FactKind::Resource, FactKind::Group, FactKind::Subscription], out);
        }
        Mark::Pattern => model.overlays.push(Overlay::Pattern(Input::default(), None)),
        Mark::Last => last(model, out),
    }
}

fn toggle(model: &mut Model, out: &mut Effects) {
    if end_visual(model) {
        return;
    }
    if let Some(key) = model.list.cursor
        && !model.list.marks.remove(&key)
        && model.table.position(key).is_some()
    {
        model.list.marks.insert(key);
    }
    list::go_to(model, model.list.place + 1, out);
    recount(&mut model.list);
}

/// Begins visual mode, ends it with its range (un)marked, or turns marking into unmarking.
fn visual(model: &mut Model, marking: bool) {
    match model.list.visual {
        Some(visual) if visual.marking == marking => {
            end_visual(model);
        }
        Some(_) => {
            if let Some(visual) = &mut model.list.visual {
                visual.marking = marking;
            }
        }
        None => model.list.visual = model.list.cursor.map(|anchor| Visual { anchor, marking }),
    }
}

/// Ends visual mode with its range marked or unmarked; true if there was one.
pub(super) fn end_visual(model: &mut Model) -> bool {
    let Some(visual) = model.list.visual.take() else { return false };
    let keys: Vec<AlertKey> = range(&model.list, visual)
        .map(|places| places.filter_map(|place| model.list.listing.key(place)).collect())
        .unwrap_or_default();
    for key in keys {
        if !visual.marking {
            model.list.marks.remove(&key);
        } else if model.table.position(key).is_some() {
            model.list.marks.insert(key);
        }
    }
    recount(&mut model.list);
    true
}

/// Marks the listed alerts that pass a test, besides those marked already.
fn set(model: &mut Model, out: &mut Effects, test: impl Fn(&Row<'_>) -> bool) {
    let list = &mut model.list;
    list.visual = None;
    let rows = (0..list.listing.len()).filter_map(|place| list.listing.row(place));
    let known = rows.filter(|row| test(row)).map(|row| row.key());
    let mut found: BTreeSet<AlertKey> = known.filter(|key| model.table.position(*key).is_some()).collect();
    let count = found.len();
    list.base.append(&mut found.clone());
    list.marks.append(&mut found);
    recount(list);
    let text = format!("{} matched; {} marked", alerts(count), thousands(list.marks.len()));
    say(model, text, out);
}

fn same(model: &mut Model, heads: &[FactKind], out: &mut Effects) {
    let list = &model.list;
    let Some(row) = list.listing.row(list.place) else { return };
    let codes: Vec<u32> = heads.iter().map(|head| row.head_code(*head)).collect();
    set(model, out, |row| heads.iter().zip(&codes).all(|(head, code)| row.head_code(*head) == *code));
}

fn invert(model: &mut Model, out: &mut Effects) {
    let list = &mut model.list;
    list.visual = None;
    let keys: Vec<AlertKey> =
        list.listing.keys().filter(|key| model.table.position(*key).is_some()).collect();
    for key in keys {
        if !list.marks.remove(&key) {
            list.marks.insert(key);
        }
    }
    list.base.clear();
    recount(list);
    let text = format!("{} marked", alerts(list.marks.len()));
    say(model, text, out);
}

/// Unmarks all; `*l` brings them back.
pub(super) fn clear(model: &mut Model, out: &mut Effects) {
    let list = &mut model.list;
    let count = list.marks.len();
    list.visual = None;
    if count > 0 {
        list.last_marks = std::mem::take(&mut list.marks);
    }
    list.base.clear();
    list.hidden_marks = 0;
    say(model, format!("{} unmarked; *l brings them back", alerts(count)), out);
}

fn last(model: &mut Model, out: &mut Effects) {
    let list = &mut model.list;
    std::mem::swap(&mut list.marks, &mut list.last_marks);
    list.base.clear();
    keep_known(list, &model.table);
    recount(list);
    let text = format!("{} marked again", alerts(list.marks.len()));
    say(model, text, out);
}

/// The marks of a change that is queued now go; they can be brought back.
pub(super) fn settle(list: &mut List, changed: &[AlertKey]) {
    if list.marks.is_empty() {
        return;
    }
    let before = list.marks.clone();
    for key in changed {
        list.marks.remove(key);
    }
    if list.marks.len() != before.len() {
        list.last_marks = before;
        list.base.clear();
    }
    recount(list);
}

/// Offers what a change could not do to `*l`. It marks nothing by itself: an answer that comes while keys are on their
/// way must not change what they act on.
pub(super) fn offer(list: &mut List, failed: Vec<AlertKey>) {
    list.last_marks = failed.into_iter().collect();
}

/// Marks the listed alerts that pass a typed filter.
pub(super) fn by_pattern(model: &mut Model, text: &str, out: &mut Effects) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("type a filter, such as resource:vm-test*".to_owned());
    }
    let filter = parse(text).map_err(|error| error.to_string())?;
    let me = model.session.as_ref().map(|session| session.who.clone()).filter(|who| !who.is_empty());
    let context = Context { now: model.now.utc, offset: model.now.offset, me };
    let table = Arc::clone(&model.list.listing.table);
    let Some(compiled) = Compiled::new(&filter, &table, &context, &|| false) else { return Ok(()) };
    set(model, out, |row| compiled.matches(row));
    Ok(())
}
