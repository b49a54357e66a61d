//! The way of a key: what lies on top has it first, then the filter bar, then the commands of the focused pane.

use std::time::Duration;

use crate::app::command::{
    App, Change, Command, Go, HandOver, Mark, Narrow, Scope, Show, Suppress, show_keys, spec,
};
use crate::app::effect::JournalOrder;
use crate::app::key::{Code, Key};
use crate::app::keymap::{Match, Pending};
use crate::app::message::Timer;
use crate::app::model::{Chord, Model, Overlay, Pane};
use crate::app::notice::{SYNCING, fail, say};
use crate::app::{
    Effect, Effects, bulk, copy, details, export, filter_bar, first_run, group, journal, leaving, list,
    marks, narrow, notice, overlays, pipe, pivot, profiles, record, related, respond, rights, sign_in,
    suppress, sync_status, views,
};

/// How long a chord waits before its menu is shown.
pub(super) const MENU_AFTER: Duration = Duration::from_millis(300);

/// Two ctrl-c within this time quit.
const TWICE_MS: i64 = 3000;

/// Keys typed ahead that are kept at most.
const MOST_HELD: usize = 256;

/// Typed ahead: waits for an answer on which its meaning depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A key.
    Key(Key),
    /// Text that was pasted.
    Paste(String),
    /// A command whose keys were complete.
    Command(Command),
    /// To leave, whatever is open.
    Quit,
    /// More than is kept: what was typed from here on is dropped.
    TooMuch,
}

/// A key was pressed.
pub(super) fn press(model: &mut Model, key: Key, out: &mut Effects) {
    model.list.touched |= !model.list.listing.is_empty();
    if key == Key::ctrl('c') {
        let before = notice::shown(model);
        interrupt(model, out);
        return notice::outlived(model, before);
    }
    model.last_interrupt = None;
    if key == Key::ctrl('z') {
        out.push(Effect::Suspend);
    } else if is_busy(model) && !is_early(model, key) {
        hold(model, Held::Key(key), out);
    } else {
        handle(model, key, out);
    }
}

/// Keeps what was typed until its turn comes. What is too much is dropped to its end: without its middle it would be other
/// commands.
fn hold(model: &mut Model, typed: Held, out: &mut Effects) {
    model.blind |= is_nobody_here(model) && model.list.listing.is_empty();
    let dropping = model.held.contains(&Held::TooMuch);
    if !dropping && model.held.len() < MOST_HELD {
        model.held.push_back(typed);
        return;
    }
    if !dropping {
        model.held.push_back(Held::TooMuch);
    }
    too_much(model, out);
}

fn too_much(model: &mut Model, out: &mut Effects) {
    fail(
        model,
        format!("of what is typed ahead, {MOST_HELD} keys are kept: those after them are dropped"),
        out,
    );
}

/// True before it is known where the program opens, and with which filter.
fn is_nobody_here(model: &Model) -> bool {
    model.session.is_none() && model.first_run.is_none()
}

/// True while keys typed ahead wait, or would have to.
pub(super) fn is_busy(model: &Model) -> bool {
    !model.held.is_empty() || blocked(model)
}

/// Keys mean the list that was asked for, not the one that is still shown, the tab that is about to be filled and the
/// sheet that is about to open. These answers take milliseconds; keys that are faster wait here.
fn blocked(model: &Model) -> bool {
    let list_has_keys = model.overlays.is_empty() && !model.filter.editing && model.first_run.is_none();
    let list = (model.list.awaiting || model.list.pattern.is_some()) && list_has_keys;
    let tab = model.details.pivot.is_some() || model.overlays.is_empty() && related::awaited(model);
    let values = overlays::facets::awaited(model);
    model.switching
        || model.list.opening.is_some()
        || is_nobody_here(model)
        || list
        || tab
        || values
        || journal::opens_sheet(model)
        || overlays::log::is_awaited(model)
        || overlays::chart_awaited(model)
        || suppress::waits(model)
        || export::is_awaited(model)
}

/// What can be done while the list is being opened: to move over the rows that are there, and to leave. Any other key means
/// all alerts, and waits for them.
fn is_early(model: &Model, key: Key) -> bool {
    if !blocked(model) || !model.held.is_empty() || model.chord.is_some() {
        return false;
    }
    let opening = model.list.opening.is_some();
    if !opening && !is_nobody_here(model) {
        return false;
    }
    match model.settings.keymap.resolve(Scope::of(model), &[key]) {
        Match::Command(Command::Move(step)) => opening && list::leads_on(model, step),
        Match::Command(command) => command == Command::App(App::Close),
        Match::Prefix | Match::Nothing => false,
    }
}

/// A change, an undo or a retry builds on what the journal has of those before; leaving must not overtake them.
fn must_wait(model: &Model, command: Command) -> bool {
    let change = match command {
        Command::Change(change) => change,
        Command::Mark(Mark::Last) => {
            return model.bulk.orders.iter().any(|order| matches!(order, journal::Order::OfferFailures(_)));
        }
        Command::App(App::Close) => {
            return model.focus == Pane::List && (writes(model) || leaving::is_kept_soon(model));
        }
        _ => return false,
    };
    writes(model) || change.needs_record() && model.bulk.orders.contains(&journal::Order::Changes)
}

/// True for what is done to alerts, and so only to such as were seen.
fn acts(command: Command) -> bool {
    matches!(
        command,
        Command::Change(_)
            | Command::Record(_)
            | Command::Respond(_)
            | Command::Suppress(_)
            | Command::HandOver(HandOver::Script | HandOver::Pipe | HandOver::Shell)
    )
}

/// True while the journal has not said that everything confirmed is stored.
fn writes(model: &Model) -> bool {
    model.bulk.orders.iter().any(journal::Order::is_write)
}

/// Handles what was typed ahead, as far as nothing else must be awaited.
pub(super) fn release(model: &mut Model, out: &mut Effects) {
    if model.blind && model.first_run.is_some() {
        unseen(model, out);
    }
    while !blocked(model) {
        match model.held.pop_front() {
            None => {
                model.blind = false;
                break;
            }
            Some(Held::Key(key)) => handle(model, key, out),
            Some(Held::Paste(text)) => paste(model, &text, out),
            Some(Held::Command(command)) if must_wait(model, command) => {
                model.held.push_front(Held::Command(command));
                break;
            }
            Some(Held::Command(command)) => run(model, command, out),
            // What the keys before it did is not what was asked for.
            Some(Held::TooMuch) => too_much(model, out),
            Some(Held::Quit) if writes(model) => {
                model.held.push_front(Held::Quit);
                break;
            }
            // What was stored meanwhile may be lost: that was not known when leaving was asked for.
            Some(Held::Quit) => leave(model, out),
        }
    }
}

/// There is no config: what was typed before that was known was not meant for the choices of the first run.
fn unseen(model: &mut Model, out: &mut Effects) {
    model.blind = false;
    if !model.held.is_empty() {
        model.held.clear();
        fail(model, "nothing was shown yet when that was typed: look, and type it again", out);
    }
}

fn handle(model: &mut Model, key: Key, out: &mut Effects) {
    let before = notice::shown(model);
    give(model, key, out);
    // A chord is not a command yet.
    if model.chord.is_none() {
        notice::outlived(model, before);
    }
}

/// Gives a key to what has the keys.
fn give(model: &mut Model, key: Key, out: &mut Effects) {
    if model.first_run.is_some() {
        first_run::key(model, key, out);
    } else if !model.overlays.is_empty() {
        overlays::key(model, key, out);
    } else if model.filter.editing {
        filter_bar::key(model, key, out);
    } else {
        pane_key(model, key, out);
    }
}

fn pane_key(model: &mut Model, key: Key, out: &mut Effects) {
    let chord = model.chord.take();
    let in_chord = chord.is_some();
    if in_chord && key == Key::plain(Code::Esc) {
        return;
    }
    let menu = chord.as_ref().is_some_and(|chord| chord.menu);
    let mut keys = chord.map(|chord| chord.pending.keys).unwrap_or_default();
    keys.push(key);
    match model.settings.keymap.resolve(Scope::of(model), &keys) {
        Match::Command(command) => run(model, command, out),
        Match::Prefix => {
            let number = model.next_serial();
            model.chord = Some(Chord { pending: Pending { keys }, number, menu });
            out.push(Effect::Timer(Timer::ChordMenu(number), MENU_AFTER));
        }
        // Its second key is not a key of its own: `, a` sorts in the list, and `a` alone would take the alert.
        Match::Nothing if !in_chord && begins_elsewhere(model, key) => {
            let number = model.next_serial();
            model.chord = Some(Chord { pending: Pending { keys }, number, menu: false });
            say(model, format!("{} has keys behind it in other panes only", show_keys(&[key])), out);
        }
        Match::Nothing => {
            let help = model.settings.keymap.shown(Command::Show(Show::Help));
            let why = views::saved::why_not(model, &keys);
            let text = why
                .unwrap_or_else(|| format!("{} is not a key here; {help} shows the keys", show_keys(&keys)));
            say(model, text, out);
        }
    }
}

/// True for what a chord begins with in some other pane.
fn begins_elsewhere(model: &Model, key: Key) -> bool {
    Scope::ALL.iter().any(|scope| model.settings.keymap.resolve(*scope, &[key]) == Match::Prefix)
}

/// The menu of a chord is due.
pub(super) fn chord_menu(model: &mut Model, number: u64) {
    if let Some(chord) = model.chord.as_mut().filter(|chord| chord.number == number) {
        chord.menu = true;
    }
}

/// Carries a command out, or says why that is not possible.
pub(super) fn run(model: &mut Model, command: Command, out: &mut Effects) {
    if must_wait(model, command) {
        model.held.push_front(Held::Command(command));
        return;
    }
    if let Command::Go(go) = command
        && group::go(model, go, out)
    {
        return;
    }
    if let Some(Err(why)) = spec(command).map(|spec| (spec.available)(model)) {
        fail(model, why, out);
        return;
    }
    if model.blind && acts(command) {
        model.held.clear();
        fail(model, "nothing was listed yet when that was typed: look, and type it again", out);
        return;
    }
    if !matches!(command, Command::App(App::Close) | Command::HandOver(HandOver::File)) {
        model.leaving.said = false;
    }
    match command {
        Command::Move(step) if model.focus == Pane::List => list::step(model, step, out),
        Command::Move(step) if Scope::of(model) == Scope::Respond => respond::step(model, step),
        Command::Move(step) if Scope::of(model) == Scope::Related => related::step(model, step),
        Command::Move(step) => details::scroll(model, step),
        Command::Go(Go::Back) => back(model, out),
        Command::Go(go) => details::go(model, go, out),
        Command::Mark(mark) => marks::run(model, mark, out),
        Command::Narrow(narrow) => narrow::run(model, narrow, out),
        Command::Sort(key) => list::sort(model, key, out),
        Command::Group(grouping) => group::run(model, grouping, out),
        Command::View(view) => views::run(model, view, out),
        Command::Change(change) => bulk::run(model, change, out),
        Command::Pivot(pivot) => pivot::run(model, pivot, out),
        Command::Related(verb) => related::run(model, verb, out),
        Command::Record(what) => record::run(model, what),
        Command::Respond(verb) => respond::run(model, verb, out),
        Command::Suppress(Suppress::New) => suppress::open(model, out),
        Command::Suppress(Suppress::Rules) => suppress::open_rules(model, out),
        Command::HandOver(HandOver::File) => export::open(model),
        Command::HandOver(HandOver::Script) => export::choose_script(model),
        Command::HandOver(HandOver::Pipe) => pipe::open(model, false),
        Command::HandOver(HandOver::Shell) => pipe::open(model, true),
        Command::Copy(what) => copy::run(model, what, out),
        Command::Show(Show::Jobs) => overlays::open_jobs(model, out),
        Command::Show(Show::Log) => overlays::log::open(model, out),
        Command::Show(Show::Help) => overlays::open_help(model),
        Command::Show(Show::Palette) => overlays::open_palette(model),
        Command::App(App::SignIn) => sign_in::run(model, out),
        Command::App(App::Profile) => profiles::open(model, out),
        Command::App(App::Sync) if sign_in::signed_out(model) && sign_in::by_code(model) => {
            sign_in::open(model, out);
        }
        Command::Show(Show::Timeline) => overlays::timeline::open(model, out),
        Command::Show(Show::Attack) => overlays::attack::open(model, out),
        Command::Show(Show::Histogram) => list::switch_histogram(model, out),
        Command::App(App::Sync) => {
            model.sync.wished = true;
            out.push(Effect::SyncNow);
            respond::again(model, out);
            rights::again(model, out);
            say(model, SYNCING, out);
        }
        Command::App(App::Close) => close(model, out),
        Command::App(App::Suspend) => out.push(Effect::Suspend),
        Command::App(App::Mouse) => {
            model.settings.mouse = !model.settings.mouse;
            let on = model.settings.mouse;
            out.push(Effect::Mouse(on));
            let words = if on { "mouse on; Shift and the mouse still select text" } else { "mouse off" };
            say(model, words, out);
        }
        Command::App(App::Theme) => {
            model.settings.theme = model.settings.theme.next();
            say(model, format!("colours: {}", model.settings.theme), out);
        }
    }
}

/// One step back: details, visual mode, pivot, filter, marks. It never quits.
fn back(model: &mut Model, out: &mut Effects) {
    if respond::back(model) {
    } else if model.focus != Pane::List {
        details::go(model, Go::Back, out);
    } else if model.list.visual.take().is_some() || pivot::back(model, out) || views::back_home(model, out) {
    } else if model.list.marks.is_empty() {
        let quit = model.settings.keymap.shown(Command::App(App::Close));
        say(model, format!("nothing to go back to: {quit} leaves"), out);
    } else {
        marks::clear(model, out);
    }
}

/// Closes what is open; with only the list left, quits. What is queued is on disk and is sent the next time.
fn close(model: &mut Model, out: &mut Effects) {
    if respond::back(model) {
        return;
    }
    match model.focus {
        Pane::List => {
            leave(model, out);
        }
        Pane::Details | Pane::Full => details::go(model, Go::Back, out),
    }
}

/// ctrl-c: drops keys typed ahead, a chord, a prompt or what is being typed; else cancels the running change, or the
/// reading of files; else quits when pressed twice.
fn interrupt(model: &mut Model, out: &mut Effects) {
    let chord = model.chord.take().is_some();
    let in_outcomes = matches!(model.overlays.last(), Some(Overlay::Outcomes(_)));
    if !model.held.is_empty() {
        // Whatever they waited for is not worth waiting for.
        model.held.clear();
        model.list.awaiting = false;
        model.list.pattern = None;
        model.details.pivot = None;
        model.related.asked = None;
        journal::drop_sheet(model);
    } else if chord || in_outcomes && respond::trigger::interrupt(model, out) {
    } else if !model.overlays.is_empty() {
        pipe::cancel(model, out);
        overlays::close(model);
    } else if model.filter.editing {
        filter_bar::restore(model, out);
    } else if let Some(running) = model.bulk.running.iter_mut().rev().find(|running| !running.cancelling) {
        running.cancelling = true;
        let (change, label) = (running.change, running.label.clone());
        out.push(Effect::Journal(JournalOrder::Cancel(change)));
        say(model, format!("cancelling: {label}; what was sent stays"), out);
    } else if export::interrupt(model, out)
        || respond::trigger::interrupt(model, out)
        || sync_status::interrupt(model, out)
    {
    } else if model
        .last_interrupt
        .is_some_and(|last| (model.now.utc - last.utc).num_milliseconds() < TWICE_MS)
    {
        quit(model, out);
    } else {
        model.last_interrupt = Some(model.now);
        say(model, "ctrl-c again quits", out);
    }
}

/// Leaves, unless it has to be said first what would be lost.
fn leave(model: &mut Model, out: &mut Effects) {
    if !leaving::stays(model, out) {
        out.push(Effect::Quit);
    }
}

/// Leaves as soon as what was confirmed is stored.
pub(super) fn quit(model: &mut Model, out: &mut Effects) {
    if writes(model) {
        model.held.push_back(Held::Quit);
        say(model, "quits as soon as the change is stored", out);
    } else {
        out.push(Effect::Quit);
    }
}

/// Text was pasted: into what is being typed. Elsewhere it does nothing, so that no text ever acts as keys.
pub(super) fn pasted(model: &mut Model, text: String, out: &mut Effects) {
    if is_busy(model) {
        hold(model, Held::Paste(text), out);
    } else {
        paste(model, &text, out);
    }
}

fn paste(model: &mut Model, text: &str, out: &mut Effects) {
    if model.overlays.is_empty() && model.filter.editing {
        filter_bar::paste(model, text, out);
    } else if !overlays::facets::paste(model, text, out)
        && !suppress::paste(model, text, out)
        && !overlays::paste(model, text)
        && model.first_run.is_none()
    {
        let filters = model.settings.keymap.said(Command::Narrow(Narrow::Edit));
        say(model, format!("nothing to paste into; {filters} filters"), out);
    }
}

impl Change {
    /// True for what goes by the record of earlier changes.
    fn needs_record(self) -> bool {
        matches!(self, Self::Undo | Self::Redo | Self::Failures)
    }
}
