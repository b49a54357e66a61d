//! The list: what is asked for, the answers, the cursor and the scroll position.

use std::sync::Arc;

use crate::app::command::Move;
use crate::app::layout::{self, Main};
use crate::app::lines::{Line, Lines, Under};
use crate::app::message::Question;
use crate::app::model::{List, Model, Opening, Spot, Visual};
use crate::app::mouse::Held;
use crate::app::notice::{alerts, say};
use crate::app::views::place;
use crate::app::{Effect, Effects, ahead, details, marks};
use crate::domain::key_set::KeySet;
use crate::domain::listing::{Head, Listing};
use crate::domain::query::SortKey;
use crate::domain::table::Table;

/// Rows of alerts that fit; one on a screen that is too small for any.
pub(super) fn rows(model: &Model) -> usize {
    Main::of(model).list_rows().max(1)
}

/// Room for so many bars of the histogram; 0 where none is shown.
pub(super) fn bars(model: &Model) -> usize {
    if Main::of(model).histogram.height == 0 { 0 } else { layout::bars(model.size.0) }
}

/// How long after its end a histogram that was counted up to now is counted again, in seconds: twice between two looks
/// at the clock. One that ends in the past stays as it is.
const LATELY: i64 = 120;

/// True when the clock has just left the last bucket of the histogram.
pub(super) fn outlived(model: &Model) -> bool {
    let histogram = model.list.listing.histogram.as_ref();
    let past = |end: i64| model.now.utc.timestamp() - end;
    bars(model) > 0 && histogram.is_some_and(|shown| (1..=LATELY).contains(&past(shown.end())))
}

/// The filter or the order is another one: asks for it at once. What is shown until then is not what was asked for. A range
/// of visual mode covers what was seen, and not what comes to lie between its ends: it is marked now.
pub(super) fn ask_anew(model: &mut Model, out: &mut Effects) {
    marks::end_visual(model);
    model.list.awaiting = true;
    ask(model, out);
}

/// Asks with the newest snapshot; an answer to an older question is dropped.
fn ask(model: &mut Model, out: &mut Effects) {
    // What is shown of a list that is being opened stays until there is more to ask: the first snapshot.
    if model.list.opening.is_some() && model.table.generation() == 0 {
        return;
    }
    let question = Question(model.next_serial());
    model.list.question = question;
    model.list.in_flight = true;
    model.list.stale = false;
    out.push(Effect::Query {
        question,
        table: Arc::clone(&model.table),
        filter: model.filter.applied.clone(),
        sort: model.list.sort.clone(),
        group: model.list.group,
        bars: bars(model),
    });
}

/// Asks again for the same, because the alerts or the clock moved. Only one such question is in flight: while a sync
/// makes snapshots faster than they are filtered, answers keep coming.
pub(super) fn refresh(model: &mut Model, out: &mut Effects) {
    if model.list.in_flight {
        model.list.stale = true;
    } else {
        ask(model, out);
    }
}

/// The alerts changed. False when this is known already.
pub(super) fn table(model: &mut Model, table: Arc<Table>, out: &mut Effects) -> bool {
    // One that was on its way when a newer one was sent with an answer says nothing any more.
    if model.table == table || table.generation() < model.table.generation() {
        return false;
    }
    let removed = !table.has_all_of(&model.table);
    model.table = table;
    if removed {
        marks::keep_known(&mut model.list, &model.table);
    }
    refresh(model, out);
    true
}

/// Rows for the list. The cursor stays on its alert or heading; if that vanished, at its place (after another filter: at
/// the top).
pub(super) fn listed(model: &mut Model, question: Question, listing: Listing, out: &mut Effects) {
    if question != model.list.question || !model.list.in_flight {
        return;
    }
    let height = rows(model);
    let changed = details::overtaken(model, &listing);
    // A pivot keeps its alert, and the way back from it brings the cursor to where it was.
    let spot = if model.filter.editing { None } else { model.list.spot.take() };
    // Esc in the filter bar brings the cursor back to where it was.
    let back = if model.filter.editing { None } else { model.filter.cursor_before.take() };
    let list = &mut model.list;
    let seen = spot.unwrap_or_else(|| list.spot());
    let row_on_screen = seen.line.saturating_sub(seen.offset);
    let at_top = list.offset == 0 && seen.line == 0 && !list.awaiting && spot.is_none();
    let kept = list.under().filter(|_| list.touched);
    let ranged = list.visual.map(|visual| marks::ranged(list, visual));
    list.in_flight = false;
    let opening = list.opening.take();
    let first = opening.map_or(0, |opening| opening.first);
    list.listing = listing;
    list.lines = Lines::new(&list.listing, &list.folds);
    let wanted = back.or(spot.and_then(|spot| spot.under)).or(kept);
    let (place, on_heading) = match wanted.and_then(|wanted| find(list, wanted)) {
        Some(found) => found,
        None if spot.is_some() => (seen.place, false),
        None if list.awaiting || kept.is_none() => (0, true),
        None => (first + list.place, list.on_heading),
    };
    let anew = std::mem::take(&mut list.awaiting);
    list.put_cursor(place, on_heading);
    let line = list.cursor_line();
    list.offset = if at_top && line < height { 0 } else { line.saturating_sub(row_on_screen) };
    scroll(list, height);
    if anew && spot.is_none() {
        show_heading(list, height);
    }
    marks::recount(list);
    if let Some(seen) = ranged {
        keep_range(model, &seen, out);
    }
    // What was typed over the rows that were there first was meant for the one under the cursor.
    if opening.is_some() && kept.is_some() && kept != model.list.under() && !model.held.is_empty() {
        model.held.clear();
        say(model, "the alert under the cursor has gone: what was typed meanwhile is dropped", out);
    }
    if model.list.stale {
        ask(model, out);
    }
    details::follow(model, out);
    if changed {
        details::reload(model, out);
    }
}

/// Shows what the list begins with, where the cursor is to be. It stays there when all alerts come.
pub(super) fn open(model: &mut Model, head: Head) {
    let height = rows(model);
    let list = &mut model.list;
    let spot = list.spot.take();
    let Head { first, total, alerts, .. } = head;
    list.opening = Some(Opening { first, total, alerts });
    list.listing = head.listing;
    list.lines = Lines::new(&list.listing, &list.folds);
    let found = spot.and_then(|spot| Some((find(list, spot.under?)?.0, spot.line)));
    let (place, row) = found.unwrap_or((0, 0));
    list.put_cursor(place, false);
    list.offset = place.saturating_sub(row);
    scroll(list, height);
}

/// While the list is being opened: true for a movement that leads to a row that is there, with a screen of others around it.
pub(super) fn leads_on(model: &Model, step: Move) -> bool {
    let (list, height) = (&model.list, rows(model));
    let Some(Opening { first, total, .. }) = list.opening else { return false };
    let end = first + list.listing.len();
    let to = target(first + list.cursor_line(), total.saturating_sub(1), step, height);
    (first == 0 || to >= first + height) && (end == total || to + height < end)
}

/// The list is another one. A range of visual mode that covers more than what was `seen` would act on what nobody chose: it
/// ends, and what was seen is marked.
fn keep_range(model: &mut Model, seen: &KeySet, out: &mut Effects) {
    let list = &mut model.list;
    let Some(visual) = list.visual else { return };
    let place = list.listing.place(visual.anchor);
    let moved = place.map(|place| Visual { place, ..visual });
    if let Some(moved) = moved.filter(|moved| marks::ranged(list, *moved).is_subset(seen)) {
        list.visual = Some(moved);
        return;
    }
    list.visual = None;
    model.mouse = Held::default();
    marks::mark_range(model, seen.iter(), visual.marking);
    let done = if visual.marking { "marked" } else { "unmarked" };
    say(model, format!("the list changed under the range: {} {done}", alerts(seen.len())), out);
}

/// The place of what the cursor is to be on, and whether that is a heading; none when it is not in the list.
fn find(list: &List, wanted: Under) -> Option<(usize, bool)> {
    match wanted {
        Under::Alert(key) => Some((list.listing.place(key)?, false)),
        Under::Heading(id) => {
            let groups = list.listing.groups.as_ref()?;
            Some((list.groups().get(groups.find(id)?)?.first, true))
        }
    }
}

/// Keeps the cursor on the screen and no blank rows below the last line.
fn scroll(list: &mut List, height: usize) {
    let line = list.cursor_line();
    let last = list.line_count().saturating_sub(height);
    let lowest = (line + 1).saturating_sub(height);
    list.offset = list.offset.clamp(lowest, line).min(last.max(lowest));
}

/// Brings the heading of the cursor's group into sight, where it and the cursor fit the screen together.
fn show_heading(list: &mut List, height: usize) {
    if let Some(heading) = list.heading_line()
        && list.cursor_line() < heading + height
    {
        list.offset = list.offset.min(heading);
    }
}

/// The screen has another size.
pub(super) fn resize(model: &mut Model) {
    let height = rows(model);
    scroll(&mut model.list, height);
}

/// Shows the histogram, or hides it: until the program is left.
pub(super) fn switch_histogram(model: &mut Model, out: &mut Effects) {
    model.settings.histogram = !model.settings.histogram;
    resize(model);
    details::lay_out(model);
    let room = model.size.1 >= layout::HISTOGRAM_FROM;
    match (model.settings.histogram, room) {
        (true, true) => refresh(model, out),
        (true, false) => {
            let words =
                format!("the histogram is shown on screens of {} rows or more", layout::HISTOGRAM_FROM);
            say(model, words, out);
        }
        (false, _) => say(model, "no histogram until you ask for it again or restart", out),
    }
}

/// Puts the cursor on the alert at a place of the list; a group that hides it is unfolded.
pub(super) fn go_to(model: &mut Model, place: usize, out: &mut Effects) {
    let list = &mut model.list;
    let folded = list.group_at(place).filter(|group| list.is_folded(*group));
    if let Some(id) = folded.and_then(|group| list.groups().get(group)).map(|group| group.id) {
        list.folds.toggle(id);
        list.lines = Lines::new(&list.listing, &list.folds);
        marks::recount(list);
    }
    list.put_cursor(place, false);
    settle(model, out);
}

/// Puts the cursor on a line of the list.
pub(super) fn go_to_line(model: &mut Model, line: usize, out: &mut Effects) {
    let list = &mut model.list;
    match list.line_at(line.min(list.line_count().saturating_sub(1))) {
        Some(Line::Heading(group)) => {
            let first = list.groups().get(group).map_or(0, |group| group.first);
            list.put_cursor(first, true);
        }
        Some(Line::Alert(place)) => list.put_cursor(place, false),
        None => list.put_cursor(0, false),
    }
    settle(model, out);
}

/// The cursor moved, or lines came or went.
pub(super) fn settle(model: &mut Model, out: &mut Effects) {
    let height = rows(model);
    scroll(&mut model.list, height);
    details::follow(model, out);
}

/// Puts the cursor and what is in sight back to a place of the same list.
pub(super) fn put(model: &mut Model, spot: Spot, out: &mut Effects) {
    let list = &mut model.list;
    let (place, on_heading) = spot.under.and_then(|under| find(list, under)).unwrap_or((spot.place, false));
    list.put_cursor(place, on_heading);
    list.offset = spot.offset.saturating_add(list.cursor_line()).saturating_sub(spot.line);
    settle(model, out);
}

/// Moves the cursor. Pages move the text with it, so that the cursor stays at its row.
pub(super) fn step(model: &mut Model, step: Move, out: &mut Effects) {
    let height = rows(model);
    let last = model.list.line_count().saturating_sub(1);
    let list = &mut model.list;
    let page = match step {
        Move::PageDown | Move::PageUp => height,
        _ => (height / 2).max(1),
    };
    let line = target(list.cursor_line(), last, step, height);
    match step {
        Move::PageDown | Move::HalfDown => list.offset += page,
        Move::PageUp | Move::HalfUp => list.offset = list.offset.saturating_sub(page),
        Move::Down | Move::Up | Move::First | Move::Last => {}
    }
    go_to_line(model, line, out);
    let next = match step {
        Move::Down => line.checked_add(1),
        Move::Up => line.checked_sub(1),
        _ => None,
    };
    let list = &model.list;
    let next = next.and_then(|line| list.line_at(line)).and_then(|line| match line {
        Line::Alert(place) => list.listing.key(place),
        Line::Heading(_) => None,
    });
    ahead::look(model, next, out);
}

/// Where a movement leads in a text or list of which `height` lines fit.
pub(super) fn target(from: usize, last: usize, step: Move, height: usize) -> usize {
    let half = (height / 2).max(1);
    match step {
        Move::Down => from + 1,
        Move::Up => from.saturating_sub(1),
        Move::First => 0,
        Move::Last => last,
        Move::PageDown => from + height,
        Move::PageUp => from.saturating_sub(height),
        Move::HalfDown => from + half,
        Move::HalfUp => from.saturating_sub(half),
    }
    .min(last)
}

/// Scrolls the list by so many rows; the cursor stays on its alert as long as that is in sight.
pub(super) fn wheel(model: &mut Model, step: Move, by: usize, out: &mut Effects) {
    let height = rows(model);
    let list = &mut model.list;
    let last = list.line_count().saturating_sub(height);
    list.offset = match step {
        Move::Up => list.offset.saturating_sub(by),
        _ => (list.offset + by).min(last),
    };
    let line = list.cursor_line().clamp(list.offset, list.offset + height - 1);
    go_to_line(model, line, out);
}

/// Another order; the same again: reversed.
pub(super) fn sort(model: &mut Model, key: SortKey, out: &mut Effects) {
    model.list.sort = model.list.sort.chosen(key);
    ask_anew(model, out);
    place::changed(model, out);
}
