//! Section 6, *Configure email notification settings*: who receives mail; edited in a form over the screen.

use crate::app::document::{Piece, Role};
use crate::app::documents::{self, flow::Flow};
use crate::app::fetch::{self, Remote};
use crate::app::message::Question;
use crate::app::model::{MailForm, Model, Overlay, Page};
use crate::app::notice::{fail, say};
use crate::app::respond::asks;
use crate::app::respond::kept::Kept;
use crate::app::{Effect, Effects};
use crate::domain::contacts::{Contacts as Stored, Saved, Settings, differences};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::rights::Right;
use crate::domain::{SafeText, SubscriptionId};

/// The section.
#[derive(Debug, Default)]
pub struct Contacts {
    /// What is known of each of the last subscriptions.
    pub kept: Kept<SubscriptionId, Remote<Stored>>,
    /// The settings on their way, and for which subscription.
    pub saving: Option<(Question, SubscriptionId)>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// The settings.
    Read(SubscriptionId),
    /// To store settings on top of those that they were edited from.
    Save(SubscriptionId, Box<Stored>, Settings),
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The settings.
    Read(SubscriptionId, Result<Stored, Fault>),
    /// What was to be stored, and what became of it.
    Saved(SubscriptionId, Settings, Result<Saved, Fault>),
}

/// The subscription whose settings count for the alert shown.
fn subscription(model: &Model) -> Option<SubscriptionId> {
    model.table.get(model.respond.alert?)?.id().subscription()
}

/// The section is on the screen: asks what was not asked yet, or once more.
pub(super) fn shown(model: &mut Model, everything: bool, out: &mut Effects) {
    let Some(subscription) = subscription(model) else { return };
    let unasked = model.respond.contacts.kept.entry(subscription.clone()).is_unasked();
    if everything || unasked {
        read(model, subscription, out);
    }
}

fn read(model: &mut Model, subscription: SubscriptionId, out: &mut Effects) {
    let question = Question(model.next_serial());
    model.respond.contacts.kept.entry(subscription.clone()).ask(question);
    out.push(Effect::Fetch { question, order: fetch::Order::Contacts(Order::Read(subscription)) });
}

/// Why the settings cannot be edited now, as far as that is known before trying.
fn refusal(model: &Model, subscription: &SubscriptionId) -> Option<String> {
    if let Some(why) = model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        return Some(format!("read-only: {why}"));
    }
    model.rights.allow(subscription, Right::WriteContacts).err()
}

/// Lays the section out.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let Some(subscription) = subscription(model) else {
        let mut flow = Flow::new(width);
        flow.words("  The alert's id names no subscription.", Role::Body);
        return Page { document: flow.finish(), items: Vec::new() };
    };
    let unasked = Remote::default();
    let remote = model.respond.contacts.kept.get(&subscription).unwrap_or(&unasked);
    let name = model.table.subscription_name(subscription.as_str());
    let saving = model.respond.contacts.saving.as_ref().is_some_and(|(_, of)| *of == subscription);
    let edits = match refusal(model, &subscription) {
        _ if saving => vec![Piece::new("storing, then reading back…", Role::Strong)],
        _ if remote.value().is_none() => Vec::new(),
        Some(why) => vec![Piece::new(format!("Not to be edited: {why}."), Role::Strong)],
        None => vec![Piece::new("Enter", Role::Key), Piece::from(" edits")],
    };
    let document = documents::contacts(name, remote, &edits, &asks(model), width, model.now);
    Page { document, items: Vec::new() }
}

/// The settings that can be edited now, or why they cannot.
pub(super) fn editable(model: &Model) -> Result<(SubscriptionId, &Stored), String> {
    let subscription = subscription(model).ok_or("the alert's id names no subscription")?;
    if model.respond.contacts.saving.is_some() {
        return Err("wait until the settings are stored".to_owned());
    }
    if let Some(why) = refusal(model, &subscription) {
        return Err(why);
    }
    match model.respond.contacts.kept.get(&subscription).and_then(Remote::value) {
        Some(known) => Ok((subscription, known)),
        None => Err(format!("the settings are not known yet; {} asks again", asks(model))),
    }
}

/// Opens the form, or says why it cannot be edited.
pub(super) fn enter(model: &mut Model, out: &mut Effects) {
    let (subscription, before) = match editable(model) {
        Ok((subscription, known)) => (subscription, known.clone()),
        Err(why) => return fail(model, why, out),
    };
    let name = SafeText::from(model.table.subscription_name(subscription.as_str()).0);
    model.overlays.push(Overlay::Mail(Box::new(MailForm::new(subscription, name, before))));
}

/// Sends what was confirmed.
pub(in crate::app) fn save(
    model: &mut Model,
    subscription: SubscriptionId,
    before: Stored,
    after: Settings,
    out: &mut Effects,
) {
    let question = Question(model.next_serial());
    model.respond.contacts.saving = Some((question, subscription.clone()));
    let order = Order::Save(subscription, Box::new(before), after);
    out.push(Effect::Fetch { question, order: fetch::Order::Contacts(order) });
    super::lay_out(model);
}

/// An answer came.
pub(super) fn answered(model: &mut Model, question: Question, answer: Answer, out: &mut Effects) {
    match answer {
        Answer::Read(subscription, answer) => {
            if let Some(remote) = model.respond.contacts.kept.get_mut(&subscription) {
                remote.answer(question, answer, model.now.utc);
            }
        }
        Answer::Saved(subscription, wanted, answer) => {
            if model.respond.contacts.saving.take_if(|(asked, _)| *asked == question).is_some() {
                saved(model, subscription, &wanted, answer, out);
            }
        }
    }
}

/// Says what the service really stored.
fn saved(
    model: &mut Model,
    subscription: SubscriptionId,
    wanted: &Settings,
    answer: Result<Saved, Fault>,
    out: &mut Effects,
) {
    match answer {
        Ok(Saved::Unread(why)) => {
            model.rights.worked(&subscription, Right::WriteContacts);
            fail(model, format!("accepted, but not read back: {}", why.raw()), out);
            read(model, subscription, out);
        }
        Ok(Saved::ReadBack(stored)) => {
            model.rights.worked(&subscription, Right::WriteContacts);
            let other = differences(wanted, &stored.settings);
            let remote = model.respond.contacts.kept.entry(subscription);
            *remote = Remote { known: Some((stored, model.now.utc)), ..Remote::default() };
            if other.is_empty() {
                say(model, "stored and read back", out);
            } else {
                let parts: Vec<String> = other
                    .iter()
                    .map(|part| {
                        format!("{}: {} instead of {}", part.part, part.after.raw(), part.before.raw())
                    })
                    .collect();
                fail(model, format!("the service stored something else: {}", parts.join("; ")), out);
            }
        }
        Err(fault) => {
            if fault.kind == FaultKind::Forbidden {
                model.rights.refused(subscription.clone(), Right::WriteContacts, fault.message.clone());
            }
            fail(model, format!("the settings were not stored: {}", fault.message.raw()), out);
            read(model, subscription, out);
        }
    }
}
