//! What Defender for Cloud keeps beside the alerts: suppression rules, e-mail contacts,
//! assessments, workflow automations.

pub(super) mod assessments;
pub(super) mod automations;
pub(super) mod contacts;
mod given;
pub(super) mod rules;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::demo::{self, Automation, PostureNotes, iso};
use contacts::{Contact, Contacts};
use rules::{Rule, Rules};

/// What is kept, and changed by clients except for the automations.
#[derive(Default)]
pub(super) struct Posture {
    rules: Mutex<Rules>,
    contacts: Mutex<Contacts>,
    pub(super) automations: Vec<Automation>,
}

impl Posture {
    /// The suppression rules; hold them as shortly as you can.
    pub(super) fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The e-mail contacts; likewise.
    pub(super) fn contacts(&self) -> MutexGuard<'_, Contacts> {
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Posture {
    /// That of a generated tenant: its automations are there, and nobody has set anything yet.
    pub(super) fn generated() -> Self {
        Self { automations: demo::automations(), ..Self::default() }
    }

    /// The demo's, as of `now`.
    pub(super) fn demo(now: DateTime<Utc>) -> Self {
        let (notes, subscriptions) = (PostureNotes::demo(), demo::subscription_ids());
        let posture = Self::generated();
        let days = |days: f64| TimeDelta::milliseconds((days * 86_400_000.0) as i64);
        for note in notes.rules {
            let mut properties = note.properties;
            properties["expirationDateUtc"] = iso(now + days(note.expires_in_days)).into();
            let rule = Rule::read(&note.name, &json!({ "properties": properties }), now);
            // A rule that cannot be read would be a fault of the data, which has its own test.
            if let (Ok(rule), Some(subscription)) = (rule, subscriptions.get(note.subscription)) {
                posture.rules().put(subscription, rule.modified_at(now - days(note.changed_days_ago)));
            }
        }
        for note in notes.contacts {
            let contact = Contact::read(&json!({ "properties": note.properties }), contacts::NEW, None);
            if let (Ok(contact), Some(subscription)) = (contact, subscriptions.get(note.subscription)) {
                posture.contacts().put(subscription, contact);
            }
        }
        posture
    }
}
