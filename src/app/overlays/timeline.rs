//! The timeline: a cursor over buckets, zoom, and a span that becomes the filter.

use std::sync::Arc;

use crate::app::effect::ChartOrder;
use crate::app::key::{Code, Key};
use crate::app::layout::TimelineArea;
use crate::app::message::Question;
use crate::app::model::{Asked, Model, Overlay, Pane, TimelineView};
use crate::app::notice::say;
use crate::app::overlays::{close, no_key};
use crate::app::{Effect, Effects, details, views};
use crate::domain::chart::{Counts, Span, Timeline};

/// Each step of the zoom shows so many times more or less.
const ZOOM: i64 = 3;

/// The shortest stretch shown, in seconds: ten buckets of a minute.
const SHORTEST: i64 = 600;

/// Opens the timeline of the filter, with the cursor on the fullest bucket.
pub(in crate::app) fn open(model: &mut Model, out: &mut Effects) {
    let filter = model.filter.applied.clone();
    model.overlays.push(Overlay::Timeline(Box::new(TimelineView { filter, ..TimelineView::default() })));
    ask(model, None, true, out);
}

/// The timeline that has the keys.
fn top(model: &mut Model) -> Option<&mut TimelineView> {
    match model.overlays.last_mut() {
        Some(Overlay::Timeline(view)) => Some(view),
        _ => None,
    }
}

fn ask(model: &mut Model, span: Option<Span>, by_key: bool, out: &mut Effects) {
    let question = Question(model.next_serial());
    let table = Arc::clone(&model.table);
    let bars = TimelineArea::new(model.size).bars();
    let Some(view) = top(model) else { return };
    view.asked = Asked { question: Some(question), by_key, stale: false };
    view.span = span;
    let order = ChartOrder::Timeline { filter: view.filter.clone(), span, bars };
    out.push(Effect::Chart { question, table, order });
}

/// Asks again for the same, because the alerts, the clock or the screen changed. One such question is in flight.
pub(in crate::app) fn refresh(model: &mut Model, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    if view.asked.question.is_some() {
        view.asked.stale = true;
        return;
    }
    view.keep = view.shown.as_ref().map(|shown| middle(shown, view.at));
    let span = view.span;
    ask(model, span, false, out);
}

/// The second in the middle of a bucket.
fn middle(shown: &Timeline, at: usize) -> i64 {
    let bucket = shown.histogram.bounds(at, at);
    bucket.first + bucket.len() / 2
}

/// Alerts were counted.
pub(in crate::app) fn answered(
    model: &mut Model,
    question: Question,
    timeline: Arc<Timeline>,
    out: &mut Effects,
) {
    let Some(view) = top(model).filter(|view| view.asked.question == Some(question)) else { return };
    let histogram = &timeline.histogram;
    let last = histogram.buckets.len() - 1;
    let place = |second: i64| histogram.bucket(second.clamp(histogram.start, histogram.end()));
    let kept = view.keep.take().and_then(place);
    let fullest = || histogram.peak(Counts::total).map_or(last, |(at, _)| at);
    view.at = kept.unwrap_or_else(fullest);
    // A span stays over what it was begun on.
    let begun = view.anchor.zip(view.shown.as_ref());
    view.anchor = begun.and_then(|(anchor, shown)| place(middle(shown, anchor)));
    let stale = view.asked.stale;
    view.asked = Asked::default();
    view.shown = Some(timeline);
    if stale {
        refresh(model, out);
    }
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    let Some(shown) = view.shown.clone() else {
        if matches!(key.unmodified(), Some(Code::Esc | Code::Char('q' | 'T'))) {
            close(model);
        }
        return;
    };
    let last = shown.histogram.buckets.len() - 1;
    let page = (last / 10).max(1);
    match key.unmodified() {
        Some(Code::Left | Code::Char('h')) => view.at = view.at.saturating_sub(1),
        Some(Code::Right | Code::Char('l')) => view.at = (view.at + 1).min(last),
        Some(Code::PageUp) => view.at = view.at.saturating_sub(page),
        Some(Code::PageDown) => view.at = (view.at + page).min(last),
        Some(Code::Home | Code::Char('g')) => view.at = 0,
        Some(Code::End | Code::Char('G')) => view.at = last,
        Some(Code::Char('v' | ' ')) => {
            view.anchor = if view.anchor.is_some() { None } else { Some(view.at) };
        }
        Some(Code::Up | Code::Char('+' | '=' | 'k')) => closer(model, &shown, out),
        Some(Code::Down | Code::Char('-' | 'j')) => further(model, &shown, out),
        Some(Code::Char('0')) => {
            view.keep = Some(middle(&shown, view.at));
            view.wider.clear();
            view.anchor = None;
            ask(model, Some(shown.whole), true, out);
        }
        Some(Code::Enter) => filter(model, &shown, out),
        Some(Code::Esc | Code::Char('q')) => back(model, &shown, out),
        Some(Code::Char('T')) => close(model),
        _ => no_key(model, key, out),
    }
}

/// Shows less time: the span, or a part around the cursor.
fn closer(model: &mut Model, shown: &Timeline, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    let (from, to) = view.chosen();
    let now = shown.histogram.span;
    let at = middle(shown, view.at);
    let span = if view.anchor.is_some() {
        shown.histogram.bounds(from, to)
    } else {
        Span { first: at, last: at }.resized((now.len() / ZOOM).max(SHORTEST), now)
    };
    if span.len() >= now.len() {
        return say(model, "nothing closer to be seen: a bar is a minute", out);
    }
    view.keep = view.anchor.is_none().then_some(at);
    view.anchor = None;
    view.wider.push(view.span);
    ask(model, Some(span), true, out);
}

/// Shows more time: what was shown before, else more around it, up to all of it.
fn further(model: &mut Model, shown: &Timeline, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    let now = shown.histogram.span;
    let span = match view.wider.pop() {
        Some(before) => before,
        None if now.len() < shown.whole.len() => Some(now.resized(now.len() * ZOOM, shown.whole)),
        None => return say(model, "this is all of the time", out),
    };
    view.keep = Some(middle(shown, view.at));
    ask(model, span, true, out);
}

/// One step back: the span, the last zoom, the timeline.
fn back(model: &mut Model, shown: &Timeline, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    if view.anchor.take().is_some() {
    } else if let Some(before) = view.wider.pop() {
        view.keep = Some(middle(shown, view.at));
        ask(model, before, true, out);
    } else {
        close(model);
    }
}

/// True when it is known that no alert came in the span, or in the bucket under the cursor.
pub(super) fn is_empty(view: &TimelineView) -> bool {
    let (from, to) = view.chosen();
    view.shown.as_ref().is_some_and(|shown| shown.histogram.sum(from, to).total() == 0)
}

/// Makes the span, or the bucket under the cursor, the time of the filter.
fn filter(model: &mut Model, shown: &Timeline, out: &mut Effects) {
    let Some(view) = top(model) else { return };
    let (from, to) = view.chosen();
    if is_empty(view) {
        return say(model, "no alert came at this time", out);
    }
    let Some((since, until)) = shown.histogram.bounds(from, to).moments(model.now.offset) else { return };
    let Some(view) = top(model) else { return };
    let filter = view.filter.within(since, until);
    close(model);
    details::focus(model, Pane::List);
    views::replace(model, filter, out);
}
