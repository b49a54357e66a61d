//! The root: takes the clock, routes the message to its area, then handles what was typed ahead.

use std::time::Duration;

use crate::app::message::{Message, Now, Start, Timer};
use crate::app::model::{Model, Overlay, Pane};
use crate::app::notice::Speaker;
use crate::app::{
    Effect, Effects, ahead, ask, details, export, filter_bar, first_run, journal, keys, list, marks, mouse,
    notice, notify, overlays, pipe, profiles, related, respond, sign_in, sync_status, views,
};
use crate::domain::progress::SyncEvent;

/// Between two looks at the clock for the ages on screen.
const MINUTE: Duration = Duration::from_mins(1);

/// Something happened: changes the state and says what is to be done.
pub fn update(model: &mut Model, message: Message, now: Now) -> Vec<Effect> {
    let mut out = Effects::new();
    model.now = now;
    let before = notice::shown(model);
    let from = speaker(&message);
    ahead::heard(model, &message);
    route(model, message, &mut out);
    notice::reported(model, before, from);
    notify::titled(model, &mut out);
    keys::release(model, &mut out);
    out
}

/// Whose words a notice is when a message brings one.
fn speaker(message: &Message) -> Speaker {
    match message {
        Message::Sync(_)
        | Message::Saved(..)
        | Message::Piped(..)
        | Message::Fetched(..)
        | Message::Triggered(_)
        | Message::Notices(_)
        | Message::LeftOut(..)
        | Message::SignIn(..)
        | Message::Start(_) => Speaker::Worker,
        Message::Journal(_) => Speaker::Journal,
        _ => Speaker::Key,
    }
}

fn route(model: &mut Model, message: Message, out: &mut Effects) {
    match message {
        Message::Key(key) => {
            notify::looked(model);
            keys::press(model, key, out);
        }
        Message::Mouse(event) => {
            notify::looked(model);
            mouse::heard(model, event, out);
        }
        Message::Paste(text) => {
            notify::looked(model);
            keys::pasted(model, text, out);
        }
        Message::Ask(wish) => ask::asked(model, wish, out),
        Message::Resize(width, height) => {
            resize(model, (width, height), out);
            overlays::log::follow(model, out);
        }
        Message::Timer(Timer::ChordMenu(number)) => keys::chord_menu(model, number),
        Message::Timer(Timer::Notice(number)) => notice::expire(model, number),
        Message::Timer(Timer::Minute) => minute(model, out),
        Message::Timer(Timer::Place) => views::place::keep(model, out),
        Message::Table(table) => {
            if list::table(model, table, out) {
                notify::table(model, out);
                details::recount(model, out);
                related::refresh(model, out);
                overlays::refresh_charts(model, out);
                overlays::log::changed(model, out);
                views::count::recount(model, out);
            }
        }
        Message::Listed(question, listing) => list::listed(model, question, listing, out),
        Message::New(question, table, rows) => notify::counted(model, question, &table, &rows, out),
        Message::Counted(question, tallied) => views::count::counted(model, question, tallied, out),
        Message::Matched(question, found) => marks::matched(model, question, &found, out),
        Message::Charted(question, chart) => overlays::charted(model, question, chart, out),
        Message::Values(question, values) => overlays::facets::answered(model, question, values),
        Message::Completed(question, completion) => filter_bar::completed(model, question, completion),
        Message::Detail(question, answer) => details::answered(model, question, answer, out),
        Message::Related(question, answer) => related::answered(model, question, answer, out),
        Message::Fetched(question, answer) => respond::fetched(model, question, *answer, out),
        Message::Triggered(what) => respond::trigger::heard(model, what, out),
        Message::Saved(number, saved) => export::answered(model, number, saved, out),
        Message::Piped(number, piped) => pipe::heard(model, number, piped, out),
        Message::Sync(event) => {
            let settled = matches!(event, SyncEvent::Settled { .. });
            let ended = if let SyncEvent::RoundEnded(_, snapshot) = event { Some(snapshot) } else { None };
            sync_status::event(model, event, out);
            if matches!(model.overlays.last(), Some(Overlay::Jobs(_))) {
                overlays::measure(model);
            }
            views::count::recount(model, out);
            if let Some(snapshot) = ended {
                notify::synced(model, snapshot, out);
            }
            if settled {
                overlays::log::changed(model, out);
            }
        }
        Message::Journal(answer) => {
            journal::answered(model, answer, out);
            overlays::measure(model);
        }
        Message::SignIn(number, news) => sign_in::heard(model, number, news, out),
        Message::Start(start) => begin(model, start, out),
        Message::Notices(notices) => notice::keep(model, notices, out),
        Message::LeftOut(named, sum) => notice::left_out(model, named, &sum, out),
    }
}

fn resize(model: &mut Model, size: (u16, u16), out: &mut Effects) {
    let bars = list::bars(model);
    model.size = size;
    model.details.open = model.focus == Pane::Details;
    list::resize(model);
    details::lay_out(model);
    overlays::search_again(model);
    overlays::measure(model);
    overlays::refresh_charts(model, out);
    if list::bars(model) != bars {
        list::refresh(model, out);
    }
}

/// Ages move on, and so do filters that count back from now.
fn minute(model: &mut Model, out: &mut Effects) {
    details::lay_out(model);
    if model.filter.applied.counts_back() || list::outlived(model) {
        list::refresh(model, out);
    }
    views::count::minute(model, out);
    views::place::keep(model, out);
    overlays::refresh_charts(model, out);
    out.push(Effect::Timer(Timer::Minute, MINUTE));
}

fn begin(model: &mut Model, start: Start, out: &mut Effects) {
    match start {
        Start::Kept(kept) => views::place::begin(model, *kept, out),
        Start::Early(early) => views::place::begin_early(model, *early, out),
        Start::Ready(session) => {
            let view = session.view.clone();
            let first = model.session.replace(session).is_none();
            model.first_run = None;
            if first {
                if !std::mem::replace(&mut model.ticking, true) {
                    out.push(Effect::Timer(Timer::Minute, MINUTE));
                }
                journal::list_changes(model, out);
                // What the profile names comes before where the analyst was.
                match view {
                    Some(view) if std::mem::take(&mut model.views.begun) => {
                        profiles::begun_with(model, &view, out);
                    }
                    Some(view) => profiles::begin_with(model, &view, out),
                    None => {}
                }
            }
            // At the start the snapshot comes first, and with it the question was asked.
            if !(first && model.list.in_flight) {
                list::refresh(model, out);
            }
        }
        Start::FirstRun(look) => first_run::looked(model, look),
        Start::Subscriptions(number, answer) => first_run::subscriptions(model, number, answer),
        Start::Counts(number, counts) => first_run::counted(model, number, counts),
        Start::Profiles(answer) => profiles::listed(model, answer, out),
        Start::Switched => profiles::switched(model),
        Start::NotSwitched(why) => profiles::not_switched(model, why, out),
        Start::ConfigWritten(answer) => first_run::written(model, answer, out),
    }
}
