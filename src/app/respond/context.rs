//! Section 1, *Inspect resource context*. Its three parts are asked and fail independently.

use crate::app::command::{Command, Copy, Reach};
use crate::app::document::{Piece, Role};
use crate::app::documents::context::{Around as Shown, Item, Laid};
use crate::app::documents::{self, flow::Flow};
use crate::app::fetch::{self, Remote};
use crate::app::message::Question;
use crate::app::model::{Model, Page, Section};
use crate::app::notice::say;
use crate::app::respond::kept::Kept;
use crate::app::respond::{ascend, asks, descend, lay_out};
use crate::app::{Effect, Effects, details, layout};
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::context::subject;
use crate::domain::ownership::Holder;
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::resource::ResourceId;
use crate::domain::rights::Right;
use crate::domain::{AlertKey, SafeText};

/// The section.
#[derive(Debug, Default)]
pub struct Context {
    /// What is known around each of the last alerts.
    pub kept: Kept<AlertKey, Around>,
    /// What is shown whole.
    pub open: Option<Opened>,
}

/// What is known around one alert.
#[derive(Debug, Default)]
pub struct Around {
    /// The window wanted; around the activity until it is moved.
    pub window: Option<Window>,
    /// The tags.
    pub tags: Remote<Vec<(SafeText, SafeText)>>,
    /// Who holds roles.
    pub holders: Remote<Vec<Holder>>,
    /// The activity log, perhaps of the window before.
    pub log: Remote<ActivityLog>,
    /// True to list every holder.
    pub all_holders: bool,
}

/// Something shown whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// An event.
    Event(Box<Event>),
    /// A holder of a role.
    Holder(Box<Holder>),
}

/// What is asked, for an alert.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// The tags of its resource.
    Tags(AlertKey, ResourceId),
    /// Who holds roles on it.
    Holders(AlertKey, ResourceId),
    /// Its activity log.
    Log(AlertKey, ResourceId, Window),
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Tags, in order.
    Tags(AlertKey, Result<Vec<(SafeText, SafeText)>, Fault>),
    /// Holders, the nearest first.
    Holders(AlertKey, Result<Vec<Holder>, Fault>),
    /// The activity log.
    Log(AlertKey, Result<ActivityLog, Fault>),
}

/// The alert shown, its resource, and the default window; none while it loads or where there is nothing to ask.
fn asked_about(model: &Model) -> Option<(AlertKey, ResourceId, Window)> {
    let detail = details::current(model)?;
    let resource = subject(&detail.alert).ok()?;
    Some((detail.key, resource.clone(), Window::around(&detail.alert.times, model.now.utc)))
}

/// The section is on the screen: asks for what was not asked yet, or for everything again.
pub(super) fn shown(model: &mut Model, everything: bool, out: &mut Effects) {
    let Some((key, resource, default)) = asked_about(model) else { return };
    let around = model.respond.context.kept.entry(key);
    around.window.get_or_insert(default);
    let tags = everything || around.tags.is_unasked();
    let holders = everything || around.holders.is_unasked();
    let log = everything || around.log.is_unasked();
    if tags {
        order(model, Order::Tags(key, resource.clone()), out);
    }
    if holders {
        order(model, Order::Holders(key, resource.clone()), out);
    }
    if log {
        ask_log(model, key, resource, out);
    }
}

fn order(model: &mut Model, order: Order, out: &mut Effects) {
    let question = Question(model.next_serial());
    match &order {
        Order::Tags(key, _) => model.respond.context.kept.entry(*key).tags.ask(question),
        Order::Holders(key, _) => model.respond.context.kept.entry(*key).holders.ask(question),
        Order::Log(key, ..) => model.respond.context.kept.entry(*key).log.ask(question),
    }
    out.push(Effect::Fetch { question, order: fetch::Order::Context(order) });
}

/// Asks for the log of the window wanted. A window that nothing can be in is not asked for.
fn ask_log(model: &mut Model, key: AlertKey, resource: ResourceId, out: &mut Effects) {
    let window = model.respond.context.kept.entry(key).window;
    if let Some(window) = window.filter(|window| !window.is_empty()) {
        order(model, Order::Log(key, resource, window), out);
    }
}

/// An answer came.
pub(super) fn answered(model: &mut Model, question: Question, answer: Answer, out: &mut Effects) {
    let at = model.now.utc;
    let (Answer::Tags(key, _) | Answer::Holders(key, _) | Answer::Log(key, _)) = &answer;
    let key = *key;
    let Some(around) = model.respond.context.kept.get_mut(&key) else { return };
    match answer {
        Answer::Tags(_, tags) => {
            around.tags.answer(question, tags, at);
        }
        Answer::Holders(_, holders) => {
            around.holders.answer(question, holders, at);
        }
        Answer::Log(_, log) => {
            let refused = log.as_ref().err().filter(|fault| fault.kind == FaultKind::Forbidden).cloned();
            let worked = log.is_ok();
            if !around.log.answer(question, log, at) {
                return;
            }
            let wanted = around.window;
            let stale = around.log.value().is_some_and(|log| Some(log.window) != wanted);
            note_right(model, key, worked, refused);
            // The window was moved while this was on its way.
            if worked
                && stale
                && let Some((shown, resource, _)) = asked_about(model).filter(|(shown, ..)| *shown == key)
            {
                ask_log(model, shown, resource, out);
            }
        }
    }
}

fn note_right(model: &mut Model, key: AlertKey, worked: bool, refused: Option<Fault>) {
    let subscription = model.table.get(key).and_then(|row| row.id().subscription());
    let Some(subscription) = subscription else { return };
    if let Some(fault) = refused {
        model.rights.refused(subscription, Right::ReadActivity, fault.message);
    } else if worked {
        model.rights.worked(&subscription, Right::ReadActivity);
    }
}

/// Changes the window. While an answer is on its way only the wish is noted: a held key asks a few times and not fifty.
pub(super) fn reach(model: &mut Model, step: Reach, out: &mut Effects) {
    let Some((key, resource, default)) = asked_about(model) else { return };
    let now = model.now.utc;
    let around = model.respond.context.kept.entry(key);
    let window = around.window.unwrap_or(default);
    let next = match step {
        Reach::Widen => window.widened(now),
        Reach::Narrow => window.narrowed(now),
        Reach::Earlier => window.earlier(now),
        Reach::Later => window.later(now),
        Reach::Default => default,
    };
    if next == window {
        say(model, "the window cannot go any further that way", out);
        return;
    }
    around.window = Some(next);
    if !around.log.is_loading() {
        ask_log(model, key, resource, out);
    }
    lay_out(model);
}

/// Whether the activity log is on the screen, so that its window can be changed.
pub(in crate::app) fn has_log(model: &Model) -> bool {
    model.respond.section == Section::Context
        && model.respond.context.open.is_none()
        && asked_about(model).is_some()
}

fn laid(model: &Model, width: usize) -> Option<Laid> {
    let (key, resource, default) = asked_about(model)?;
    let times = &details::current(model)?.alert.times;
    let around = model.respond.context.kept.get(&key)?;
    let shown = Shown {
        resource: &resource,
        tags: &around.tags,
        holders: &around.holders,
        log: &around.log,
        window: around.window.unwrap_or(default),
        times,
        all_holders: around.all_holders,
        asks: &asks(model),
    };
    Some(documents::context(&shown, width, model.now))
}

/// Lays the section out.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let log = || {
        let key = model.respond.alert.as_ref()?;
        model.respond.context.kept.get(key)?.log.value()
    };
    match &model.respond.context.open {
        Some(Opened::Event(event)) => {
            return Page { document: documents::context::event(event, width, model.now), items: Vec::new() };
        }
        Some(Opened::Holder(holder)) => {
            return Page { document: documents::context::holder(holder, log(), width), items: Vec::new() };
        }
        None => {}
    }
    match laid(model, width) {
        Some(laid) => {
            Page { document: laid.document, items: laid.items.into_iter().map(|(_, lines)| lines).collect() }
        }
        None => nothing(model, width),
    }
}

/// Why there is nothing to ask, or that the alert is still being read.
pub(super) fn nothing(model: &Model, width: usize) -> Page {
    let mut flow = Flow::new(width);
    match details::current(model).map(|detail| subject(&detail.alert).map(|_| ())) {
        Some(Err(why)) => {
            flow.wrap("  ", "  ", &[Piece::new(format!("{why}."), Role::Body)]);
            flow.blank();
            let more = "There is nothing to ask Azure Resource Manager about it. What the alert itself says stands \
                        in its details.";
            flow.wrap("  ", "  ", &[Piece::new(more, Role::Dim)]);
        }
        Some(Ok(())) | None => flow.words("  loading…", Role::Dim),
    }
    Page { document: flow.finish(), items: Vec::new() }
}

/// Enter means something on the item under the cursor; else why not.
pub(super) fn opens(model: &Model) -> Result<(), String> {
    let around = model.respond.alert.as_ref().and_then(|key| model.respond.context.kept.get(key));
    // They come first.
    let tags = around.and_then(|around| around.tags.value()).map_or(0, Vec::len);
    if model.respond.place.item >= tags {
        return Ok(());
    }
    let copies = model.settings.keymap.said(Command::Copy(Copy::Row));
    Err(format!("a tag holds no more than this; {copies} copies the alert's row"))
}

/// Shows whole what is under the cursor.
pub(super) fn enter(model: &mut Model) {
    if model.respond.context.open.is_some() {
        return;
    }
    let width = layout::Respond::new(model.size).body.columns();
    let item =
        laid(model, width).and_then(|laid| laid.items.get(model.respond.place.item).map(|item| item.0));
    let key = model.respond.alert;
    let Some((item, around)) = item.zip(key.and_then(|key| model.respond.context.kept.get_mut(&key))) else {
        return;
    };
    let opened = match item {
        Item::Event(at) => {
            around.log.value().and_then(|log| log.events.get(at)).cloned().map(Box::new).map(Opened::Event)
        }
        Item::Holder(at) => around
            .holders
            .value()
            .and_then(|holders| holders.get(at))
            .cloned()
            .map(Box::new)
            .map(Opened::Holder),
        Item::MoreHolders => {
            around.all_holders = true;
            None
        }
        Item::Tag(_) => None,
    };
    if opened.is_some() {
        model.respond.context.open = opened;
        descend(model);
    }
    lay_out(model);
}

/// Closes what is shown whole; false when nothing is.
pub(super) fn back(model: &mut Model) -> bool {
    if model.respond.context.open.take().is_none() {
        return false;
    }
    ascend(model);
    lay_out(model);
    true
}
