//! Suppression rules on the screen: a form filled in from the alert under the cursor, checked and simulated while it is
//! typed, and a screen that lists the rules there are.
//!
//! | module | holds |
//! | --- | --- |
//! | `ask` | what is asked of the store and the source |
//! | `form` | the form: its keys and steps |
//! | `fields` | between its fields and a rule in the making |
//! | `rules` | the list of rules |

mod ask;
mod fields;
mod form;
mod rules;

use std::sync::Arc;

use crate::app::documents::moment::counted;
use crate::app::fetch::Order as Fetch;
use crate::app::message::Question;
use crate::app::model::{Model, Overlay};
use crate::app::notice::{fail, say};
use crate::app::{Effect, Effects};
use crate::domain::SubscriptionId;
use crate::domain::progress::{Fault, FaultKind, NO_SOURCE};
use crate::domain::rights::Right;

pub use ask::{Answer, Order, Purpose, RuleList, Written};
pub use form::{confirmation, matches};
pub(super) use form::{detail_came, edit, is_cut, key as form_key, open, paste, waits};
pub use rules::{document, question, shown};
pub(super) use rules::{key as rules_key, open as open_rules};

/// Asks the store or the source.
fn ask(model: &mut Model, order: Order, out: &mut Effects) -> Question {
    let question = Question(model.next_serial());
    out.push(Effect::Fetch { question, order: Fetch::Suppress(order) });
    question
}

/// Asks for the rules of all subscriptions.
pub(super) fn ask_rules(model: &mut Model, out: &mut Effects) {
    let table = Arc::clone(&model.table);
    let question = ask(model, Order::List(table), out);
    model.respond.suppress.rules.ask(question);
}

/// An answer.
pub(super) fn answered(model: &mut Model, question: Question, answer: Answer, out: &mut Effects) {
    let at = model.now.utc;
    match answer {
        Answer::Listed(answer) => {
            if model.respond.suppress.rules.answer(question, answer, at) {
                rules::listed(model, out);
                form::rules_came(model, out);
            }
        }
        // A newer question was asked, and its answer follows.
        Answer::Simulated(_, None) => {}
        Answer::Simulated(Purpose::Rules, Some(answer)) => {
            model.respond.suppress.matches.answer(question, answer, at);
        }
        Answer::Simulated(Purpose::Form, Some(answer)) => form::simulated(model, question, answer),
        Answer::Written(written) => {
            written.iter().for_each(|one| learn(model, &one.asked.subscription, one.outcome.as_ref().err()));
            let refused: Vec<String> = written.iter().filter_map(Written::refused).collect();
            let stored = written.len() - refused.len();
            let awaited =
                form::written(model, question, &written, out) || rules::done(model, question, &written);
            match refused.first() {
                Some(why) => fail(model, why.as_str(), out),
                None if awaited => {}
                None => match written.iter().flat_map(Written::remarks).next() {
                    Some(remark) => fail(model, remark, out),
                    None => say(model, format!("{} stored", counted(stored, "suppression rule")), out),
                },
            }
            ask_rules(model, out);
        }
        Answer::Deleted(rule, answer) => {
            learn(model, &rule.subscription, answer.as_ref().err());
            rules::finished(model, question);
            match answer {
                Ok(Some(why)) => {
                    let name = &rule.name;
                    fail(model, format!("deleting {name} was accepted, and is not confirmed: {why}"), out);
                }
                Ok(None) => {
                    let name = rule.name.to_string();
                    say(model, format!("{name} is deleted; alerts that it dismissed stay dismissed"), out);
                }
                Err(fault) => fail(model, fault.message, out),
            }
            ask_rules(model, out);
        }
    }
}

/// What came of writing tells what the role may do.
fn learn(model: &mut Model, subscription: &SubscriptionId, fault: Option<&Fault>) {
    match fault {
        None => model.rights.worked(subscription, Right::WriteSuppression),
        Some(fault) if fault.kind == FaultKind::Forbidden => {
            model.rights.refused(subscription.clone(), Right::WriteSuppression, fault.message.clone());
        }
        Some(_) => {}
    }
}

/// Why no rule of some subscriptions can be written, as far as that is known before trying.
pub fn refusal(model: &Model, places: &[SubscriptionId]) -> Option<String> {
    let session = model.session.as_ref();
    if let Some(why) = session.and_then(|session| session.read_only.as_ref()) {
        return Some(format!("read-only: {why}"));
    }
    if session.is_some_and(|session| session.files.is_some()) {
        return Some(NO_SOURCE.to_owned());
    }
    places.iter().find_map(|place| model.rights.allow(place, Right::WriteSuppression).err())
}

/// The form on top, if it is one.
fn top(model: &mut Model) -> Option<&mut crate::app::model::RuleForm> {
    match model.overlays.last_mut() {
        Some(Overlay::RuleForm(form)) => Some(form),
        _ => None,
    }
}
