//! The audit log's entries for what was done at the source: suppression rules, mail settings.
//!
//! They are written when the source has said yes. That a journal cannot take them makes the deed no failure: it is said.

use chrono::Utc;

use crate::domain::contacts::{Saved, Settings, differences};
use crate::domain::record::{Deed, DeedKind};
use crate::domain::suppression::{Rule, Stored, expiry};
use crate::domain::{SafeText, SubscriptionId};
use crate::store::StoreHandle;

/// What was done to a suppression rule, with the rule as the source keeps it.
pub fn stored(kind: DeedKind, stored: &Stored) -> Deed {
    rule(kind, &stored.rule, stored.unread.as_ref())
}

/// What was done to a suppression rule, with the rule as it was written or deleted. `unsure` says why the source, which
/// accepted it, was not seen to have it so.
pub fn rule(kind: DeedKind, rule: &Rule, unsure: Option<&SafeText>) -> Deed {
    let id = format!(
        "/subscriptions/{}/providers/Microsoft.Security/alertsSuppressionRules/{}",
        rule.subscription.as_str(),
        rule.name.raw()
    );
    let end = rule
        .expires
        .map_or_else(|| "without an end".to_owned(), |end| format!("until {}", expiry::words(Some(end))));
    let mut words = format!("{}, {}, {end}", rule.type_label().raw(), rule.state.api_name());
    if let Some(why) = unsure {
        words.push_str("; accepted, not read back: ");
        words.push_str(why.raw());
    }
    Deed::new(kind, SafeText::default(), Utc::now()).about(id).set(rule.name.clone()).saying(words)
}

/// What was changed of a subscription's mail settings: as it was stored, or as it was sent where that is not known.
pub fn contacts(subscription: &SubscriptionId, before: &Settings, sent: &Settings, saved: &Saved) -> Deed {
    let (after, doubt) = match saved {
        Saved::ReadBack(stored) => (&stored.settings, ""),
        Saved::Unread(_) => (sent, " (accepted, not read back)"),
    };
    let changes: Vec<String> = differences(before, after)
        .iter()
        .map(|of| format!("{}: {} → {}", of.part, of.before.raw(), of.after.raw()))
        .collect();
    Deed::new(DeedKind::ContactsEdited, SafeText::default(), Utc::now())
        .about(format!("/subscriptions/{}", subscription.as_str()))
        .saying(changes.join("; ") + doubt)
}

/// Records a deed by somebody. Says why it could not be kept.
pub async fn keep(store: &StoreHandle, deed: Deed, by: SafeText) -> Result<(), SafeText> {
    let deed = Deed { by, ..deed };
    match store.call(move |store| store.audit(&deed)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) | Err(error) => {
            Err(format!("it was done, but the audit log could not be written: {error}").into())
        }
    }
}
