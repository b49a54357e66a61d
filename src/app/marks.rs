//! Marks: the alerts chosen for a bulk change, by key. They outlive filters, orders and syncs.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::app::command::{Command, Mark};
use crate::app::documents::moment::thousands;
use crate::app::input::Input;
use crate::app::message::Question;
use crate::app::model::{List, Model, Overlay, Pane, Visual};
use crate::app::notice::{alerts, say};
use crate::app::{Effect, Effects, list, related};
use crate::domain::AlertKey;
use crate::domain::fact::FactKind;
use crate::domain::filter::parse;
use crate::domain::key_set::KeySet;
use crate::domain::listing::Listing;
use crate::domain::query::Group;
use crate::domain::table::{Row, Table};

/// What an action acts on: in the full details that alert (in their *Related* tab the group or alert under its cursor);
/// else the marks (with a range being marked), if there are any; else the alert under the cursor or, on a heading, every
/// alert of its group. Marked alerts that the filter hides are part of it.
pub fn acted_on(model: &Model) -> impl Iterator<Item = AlertKey> + '_ {
    let full = model.details.full.as_ref().filter(|_| model.focus == Pane::Full).map(|full| full.key);
    let related = related::under_cursor(model);
    let list = &model.list;
    let range = list.visual.filter(|visual| visual.marking).and_then(|visual| list.range(visual));
    let any = full.is_none() && (!list.marks.is_empty() || range.is_some());
    let cursor = full.or(list.cursor).filter(|_| !any && related.is_none());
    let marked = any.then(|| list.marks.iter()).into_iter().flatten();
    let ranged = range.filter(|_| any).into_iter().flatten();
    let ranged = ranged.filter_map(|place| list.listing.key(place)).filter(|key| !list.marks.contains(*key));
    let heading = list.heading().filter(|_| full.is_none() && !any);
    let members = heading.map(Group::places).into_iter().flatten();
    let members = members.filter_map(|place| list.listing.key(place));
    let related = related.into_iter().flatten().copied();
    cursor.into_iter().chain(related).chain(marked).chain(ranged).chain(members)
}

/// The places under the cursor: one, or on a heading those of its group.
pub(super) fn under_cursor(list: &List) -> Range<usize> {
    match list.heading() {
        Some(group) => group.places(),
        None if list.listing.is_empty() => 0..0,
        None => list.place..list.place + 1,
    }
}

/// A set in the order of the list, those that the list does not show last. Of several, linear in the list's length.
pub(super) fn in_order(listing: &Listing, set: &KeySet) -> Vec<AlertKey> {
    if set.len() == 1 {
        return set.iter().collect();
    }
    let count = set.in_common(&listing.listed);
    let shown = listing.keys().filter(|key| set.contains(*key)).take(count);
    let hidden = set.minus(&listing.listed);
    shown.chain(hidden.iter()).collect()
}

/// How many of the alerts acted on have no line in the list: filtered out, or folded. None where they are not of the list.
pub(super) fn off_screen(model: &Model, keys: impl Iterator<Item = AlertKey>) -> usize {
    if model.focus == Pane::Full {
        return 0;
    }
    let list = &model.list;
    let listing = &list.listing;
    let any_folded = (0..list.groups().len()).any(|group| list.is_folded(group));
    let is_seen = |key| !any_folded || listing.place(key).is_some_and(|place| list.is_seen(place));
    keys.filter(|key| !listing.listed.contains(*key) || !is_seen(*key)).count()
}

/// Takes those out of a set that are not in the table any more.
fn retain_known(set: &mut KeySet, listing: &Listing, table: &Table) {
    if table.has_all_of(&listing.table) {
        for key in set.minus(&listing.listed).iter().filter(|key| table.position(*key).is_none()) {
            set.remove(key);
        }
    } else {
        set.retain(|key| table.position(key).is_some());
    }
}

/// Drops marks of alerts that are not in the table any more.
pub(super) fn keep_known(list: &mut List, table: &Table) {
    let before = list.marks.len();
    retain_known(&mut list.marks, &list.listing, table);
    retain_known(&mut list.base, &list.listing, table);
    if list.marks.len() != before {
        recount(list);
    }
}

/// Counts the marks that the list does not show, and those of each group.
pub(super) fn recount(list: &mut List) {
    list.hidden_marks = list.marks.len() - list.marks.in_common(&list.listing.listed);
    list.marked_in.clear();
    if list.marks.is_empty() || list.groups().is_empty() {
        return;
    }
    list.marked_in = marked_in(list);
    let folded = list.marked_in.iter().enumerate().filter(|(group, _)| list.is_folded(*group));
    list.hidden_marks += folded.map(|(_, count)| count).sum::<usize>();
}

/// To find the place of a mark takes as long as to look at so many alerts of the list.
const LOOKS: usize = 16;

/// By group: how many of its alerts are marked.
fn marked_in(list: &List) -> Vec<usize> {
    if list.marks.len() < list.listing.len() / LOOKS { by_mark(list) } else { by_place(list) }
}

/// The same, with a look at each mark.
pub(super) fn by_mark(list: &List) -> Vec<usize> {
    let mut counts = vec![0; list.groups().len()];
    let places = list.marks.iter().filter_map(|key| list.listing.place(key));
    for group in places.filter_map(|place| list.group_at(place)) {
        counts[group] += 1;
    }
    counts
}

/// The same, with a look at each alert of the list.
pub(super) fn by_place(list: &List) -> Vec<usize> {
    let is_marked = |place| list.listing.key(place).is_some_and(|key| list.marks.contains(key));
    let count = |group: &Group| group.places().filter(|place| is_marked(*place)).count();
    list.groups().iter().map(count).collect()
}

/// Carries out a mark command.
pub(super) fn run(model: &mut Model, mark: Mark, out: &mut Effects) {
    match mark {
        Mark::Toggle => toggle(model, out),
        Mark::Visual => visual(model, true),
        Mark::VisualUnmark => visual(model, false),
        Mark::All => all(model, out),
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
    if let Some(places) = model.list.heading().map(Group::places) {
        toggle_all(model, places.clone());
        // Below a heading stand its alerts: the next thing to mark is behind them.
        let behind = model.list.line_of(places.end.saturating_sub(1)) + 1;
        if behind < model.list.line_count() {
            list::go_to_line(model, behind, out);
        }
    } else {
        if let Some(key) = model.list.cursor {
            let (known, list) = (model.table.position(key).is_some(), &mut model.list);
            let place = list.place;
            if list.marks.remove(key) {
                adjust(list, place, false);
            } else if known {
                list.marks.insert(key);
                adjust(list, place, true);
            }
        }
        list::go_to_line(model, model.list.cursor_line() + 1, out);
    }
}

/// Counts the mark that an alert of the list was given or lost, as [`recount`] would with a walk over all of them.
fn adjust(list: &mut List, place: usize, given: bool) {
    let by = |count: &mut usize| *count = if given { *count + 1 } else { count.saturating_sub(1) };
    if !list.is_seen(place) {
        by(&mut list.hidden_marks);
    }
    if list.marks.is_empty() {
        list.marked_in.clear();
    } else if let Some(group) = list.group_at(place) {
        if list.marked_in.is_empty() {
            list.marked_in = vec![0; list.groups().len()];
        }
        if let Some(count) = list.marked_in.get_mut(group) {
            by(count);
        }
    }
}

/// Marks every alert at some places or, if all are marked, unmarks them. Whoever unmarks single ones afterwards keeps
/// these, as after a `*` chord.
fn toggle_all(model: &mut Model, places: Range<usize>) {
    let list = &mut model.list;
    let keys: Vec<(usize, AlertKey)> = places
        .filter_map(|place| Some((place, list.listing.key(place)?)))
        .filter(|(_, key)| model.table.position(*key).is_some())
        .collect();
    let unmarks = keys.iter().all(|(_, key)| list.marks.contains(*key));
    list.base_of_group |= list.base.is_empty();
    for (place, key) in keys {
        let other = if unmarks {
            list.base.remove(key);
            list.marks.remove(key)
        } else {
            list.base.insert(key);
            list.marks.insert(key)
        };
        if other {
            adjust(list, place, !unmarks);
        }
    }
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
        None => {
            let list = &mut model.list;
            let on_heading = list.on_heading;
            let (place, anchor) = (list.place, list.listing.key(list.place));
            list.visual = anchor.map(|anchor| Visual { anchor, place, on_heading, marking });
        }
    }
}

/// Ends visual mode with its range marked or unmarked; true if there was one.
pub(super) fn end_visual(model: &mut Model) -> bool {
    let Some(visual) = model.list.visual.take() else { return false };
    mark_range(model, ranged(&model.list, visual).iter(), visual.marking);
    true
}

/// The alerts that a range of visual mode covers.
pub(super) fn ranged(list: &List, visual: Visual) -> KeySet {
    let places = list.range(visual).into_iter().flatten();
    places.filter_map(|place| list.listing.key(place)).collect()
}

/// Marks or unmarks what a range covered.
pub(super) fn mark_range(model: &mut Model, keys: impl Iterator<Item = AlertKey>, marking: bool) {
    for key in keys {
        if !marking {
            model.list.marks.remove(key);
        } else if model.table.position(key).is_some() {
            model.list.marks.insert(key);
        }
    }
    recount(&mut model.list);
}

/// Those of the list that are in the table still.
fn listed(model: &Model) -> KeySet {
    let mut listed = model.list.listing.listed.clone();
    retain_known(&mut listed, &model.list.listing, &model.table);
    listed
}

/// Marks the listed alerts, besides those marked already.
fn all(model: &mut Model, out: &mut Effects) {
    let found = listed(model);
    add(model, &found, out);
}

/// Marks the listed alerts that pass a test, besides those marked already.
fn set(model: &mut Model, out: &mut Effects, test: impl Fn(&Row<'_>) -> bool) {
    let listing = &model.list.listing;
    let mut found: KeySet = listing.walk().filter(|row| test(row)).map(|row| row.key()).collect();
    retain_known(&mut found, listing, &model.table);
    add(model, &found, out);
}

/// Marks what a `*` chord found.
fn add(model: &mut Model, found: &KeySet, out: &mut Effects) {
    let list = &mut model.list;
    list.visual = None;
    list.base_of_group &= !list.base.is_empty();
    list.base.add(found);
    list.marks.add(found);
    recount(list);
    let text = format!("{} matched; {} marked", alerts(found.len()), thousands(list.marks.len()));
    say(model, text, out);
}

/// The facts that say together what is the same, at most.
const MOST_HEADS: usize = 3;

fn same(model: &mut Model, heads: &[FactKind], out: &mut Effects) {
    let list = &model.list;
    let codes = |row: &Row<'_>| -> [u32; MOST_HEADS] {
        let mut codes = [0; MOST_HEADS];
        codes.iter_mut().zip(heads).for_each(|(code, head)| *code = row.head_code(*head));
        codes
    };
    let wanted: HashSet<[u32; MOST_HEADS]> =
        under_cursor(list).filter_map(|place| list.listing.row(place)).map(|row| codes(&row)).collect();
    set(model, out, |row| wanted.contains(&codes(row)));
}

fn invert(model: &mut Model, out: &mut Effects) {
    let listed = listed(model);
    let list = &mut model.list;
    list.visual = None;
    list.marks = list.marks.either(&listed);
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
    recount(list);
    let back = model.settings.keymap.said(Command::Mark(Mark::Last));
    say(model, format!("{} unmarked; {back} brings them back", alerts(count)), out);
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
        list.marks.remove(*key);
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
    let question = Question(model.next_serial());
    let list = &mut model.list;
    list.pattern = Some((question, list.listing.listed.clone()));
    out.push(Effect::Match { question, table: Arc::clone(&list.listing.table), filter });
    Ok(())
}

/// What passes the filter is known: those of the list as it was then are marked.
pub(super) fn matched(model: &mut Model, question: Question, found: &KeySet, out: &mut Effects) {
    let Some((_, listed)) = model.list.pattern.take_if(|(asked, _)| *asked == question) else { return };
    let mut found = listed.minus(&listed.minus(found));
    retain_known(&mut found, &model.list.listing, &model.table);
    add(model, &found, out);
}
