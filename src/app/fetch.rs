//! What the screen asks of the source beyond the list, and what it answers. Each part of *Take action* has its own
//! variant; what that means stands with the part.

use chrono::{DateTime, Utc};

use crate::app::message::Question;
use crate::app::respond::{contacts, context};
use crate::app::suppress;
use crate::domain::progress::Fault;
use crate::domain::recommendation::Recommendations;
use crate::domain::resource::ResourceId;
use crate::domain::response::{Candidates, Outgoing};
use crate::domain::rights::Rights;
use crate::domain::{AlertId, SubscriptionId};

/// What is asked of the source.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Section 1: a part of what is known around an alert.
    Context(context::Order),
    /// Section 3: the recommendations of a resource.
    Prevent(ResourceId),
    /// Section 6: the mail settings of a subscription, to read or to store.
    Contacts(contacts::Order),
    /// What the role may do in each of these subscriptions.
    Rights(Vec<SubscriptionId>),
    /// Which logic apps and automations there are, in all subscriptions.
    Candidates,
    /// What a logic app would be sent for these alerts, and what was triggered on them before.
    Outgoing(Vec<AlertId>),
    /// Suppression rules.
    Suppress(suppress::Order),
}

impl Order {
    /// True for what changes something at the source: leaving must not abandon it.
    pub fn is_write(&self) -> bool {
        use suppress::Order::{Create, Delete, Replace};
        matches!(
            self,
            Self::Suppress(Create(_) | Replace(..) | Delete(_)) | Self::Contacts(contacts::Order::Save(..))
        )
    }
}

/// What the source answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To [`Order::Context`].
    Context(context::Answer),
    /// To [`Order::Prevent`].
    Prevent(ResourceId, Result<Recommendations, Fault>),
    /// To [`Order::Contacts`].
    Contacts(contacts::Answer),
    /// To [`Order::Rights`]: the subscriptions whose permissions could be read.
    Rights(Vec<(SubscriptionId, Rights)>),
    /// The logic apps and automations.
    Candidates(Result<Candidates, Fault>),
    /// What would be sent.
    Outgoing(Result<Outgoing, Fault>),
    /// Suppression rules.
    Suppress(suppress::Answer),
}

/// Something that the source has and the screen shows: what is known of it, of when, and how asking for it stands.
///
/// What was known stays when asking again fails: on a dead line the analyst reads what there was.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote<T> {
    /// What the source said last, and when.
    pub known: Option<(T, DateTime<Utc>)>,
    /// The question whose answer is awaited.
    pub asked: Option<Question>,
    /// Why the last question was not answered.
    pub fault: Option<Fault>,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self { known: None, asked: None, fault: None }
    }
}

impl<T> Remote<T> {
    /// A question was asked; the answers to older ones no longer count.
    pub fn ask(&mut self, question: Question) {
        self.asked = Some(question);
    }

    /// Takes an answer; false when a newer question was asked meanwhile.
    pub fn answer(&mut self, question: Question, answer: Result<T, Fault>, at: DateTime<Utc>) -> bool {
        if self.asked != Some(question) {
            return false;
        }
        self.asked = None;
        match answer {
            Ok(value) => {
                self.known = Some((value, at));
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
        true
    }

    /// What is known.
    pub fn value(&self) -> Option<&T> {
        self.known.as_ref().map(|(value, _)| value)
    }

    /// True while an answer is awaited.
    pub fn is_loading(&self) -> bool {
        self.asked.is_some()
    }

    /// True when nothing is known and nothing was asked, so that showing it means asking.
    pub fn is_unasked(&self) -> bool {
        self.known.is_none() && self.asked.is_none() && self.fault.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::now;
    use crate::domain::progress::FaultKind;

    #[test]
    fn the_newest_question_wins_and_a_fault_keeps_what_was_known() {
        let at = now().utc;
        let fault = || Fault { kind: FaultKind::Unreachable, message: "no network".into() };
        let mut remote = Remote::default();
        assert!(remote.is_unasked());
        remote.ask(Question(1));
        remote.ask(Question(2));
        assert!(!remote.answer(Question(1), Ok("old"), at) && remote.is_loading());
        assert!(remote.answer(Question(2), Ok("new"), at) && !remote.is_loading());
        assert!(!remote.answer(Question(2), Ok("again"), at), "answered already");
        remote.ask(Question(3));
        assert!(remote.answer(Question(3), Err(fault()), at));
        assert_eq!((remote.value(), remote.fault.clone()), (Some(&"new"), Some(fault())));
        assert!(!remote.is_unasked());
    }
}
