//! What the signed-in role may do in a subscription, so that an action can say why it is not there before anybody
//! tries it (contract §11).
//!
//! Two witnesses: the permissions that Azure lists for a subscription, and the first 403. The list knows neither deny
//! assignments nor roles on a single resource group, so a 403 has the last word, and for rights that a role on a
//! resource group can give, a *no* of the list is a doubt and not a refusal. So is a role that holds some of a right's
//! actions: which of them an attempt takes shows when it is made.

use std::collections::{HashMap, HashSet};

use crate::domain::{SafeText, SubscriptionId};

/// Something that a role allows or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To read alerts.
    ReadAlerts,
    /// To change an alert's status.
    ChangeStatus,
    /// To write suppression rules.
    WriteSuppression,
    /// To write the e-mail notification settings.
    WriteContacts,
    /// To trigger logic apps.
    TriggerLogicApp,
    /// To read the activity log.
    ReadActivity,
    /// To ask for sample alerts.
    Simulate,
}

impl Right {
    /// Every right, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::ReadAlerts,
        Self::ChangeStatus,
        Self::WriteSuppression,
        Self::WriteContacts,
        Self::TriggerLogicApp,
        Self::ReadActivity,
        Self::Simulate,
    ];

    /// What it is to do: `change the status of alerts`.
    pub fn words(self) -> &'static str {
        match self {
            Self::ReadAlerts => "read alerts",
            Self::ChangeStatus => "change the status of alerts",
            Self::WriteSuppression => "write suppression rules",
            Self::WriteContacts => "change who receives mail",
            Self::TriggerLogicApp => "trigger logic apps",
            Self::ReadActivity => "read the activity log",
            Self::Simulate => "ask for sample alerts",
        }
    }

    /// The word in machine output.
    pub fn code(self) -> &'static str {
        match self {
            Self::ReadAlerts => "readAlerts",
            Self::ChangeStatus => "changeStatus",
            Self::WriteSuppression => "writeSuppression",
            Self::WriteContacts => "writeContacts",
            Self::TriggerLogicApp => "triggerLogicApp",
            Self::ReadActivity => "readActivity",
            Self::Simulate => "simulate",
        }
    }

    /// The roles that give it (contract §11).
    pub fn needs(self) -> &'static str {
        match self {
            Self::ReadAlerts => "Security Reader or Reader",
            Self::ChangeStatus => "Security Admin, or Contributor or Owner of the subscription",
            Self::WriteSuppression => "Security Admin, or Owner of the subscription",
            Self::WriteContacts | Self::Simulate => "Security Admin, Contributor or Owner",
            Self::TriggerLogicApp => "Logic App Operator or Contributor",
            Self::ReadActivity => "Reader",
        }
    }

    /// The actions of Azure that it takes, all of them (contract §11; `inProgress` has no documented action).
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Self::ReadAlerts => &["Microsoft.Security/locations/alerts/read"],
            Self::ChangeStatus => &[
                "Microsoft.Security/locations/alerts/dismiss/action",
                "Microsoft.Security/locations/alerts/resolve/action",
                "Microsoft.Security/locations/alerts/activate/action",
            ],
            Self::WriteSuppression => &["Microsoft.Security/alertsSuppressionRules/write"],
            Self::WriteContacts => &["Microsoft.Security/securityContacts/write"],
            Self::TriggerLogicApp => &["Microsoft.Logic/workflows/triggers/listCallbackUrl/action"],
            Self::ReadActivity => &["Microsoft.Insights/eventtypes/values/read"],
            Self::Simulate => &["Microsoft.Security/locations/alerts/simulate/action"],
        }
    }

    /// True when only a role on the subscription can give it; the others may also come with a role on a resource group
    /// or on the resource itself.
    pub fn is_of_subscription(self) -> bool {
        !matches!(self, Self::TriggerLogicApp | Self::ReadActivity)
    }
}

/// The rights that a role gives in one subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    whole: u8,
    /// Those of which at least one action is held.
    some: u8,
}

impl Rights {
    /// Those for which `may` is true.
    pub fn of(may: impl Fn(Right) -> bool) -> Self {
        let whole = bits(may);
        Self { whole, some: whole }
    }

    /// Those whose actions (see [`Right::actions`]) are held, as a whole or in part.
    pub fn by_action(held: impl Fn(&str) -> bool) -> Self {
        Self {
            whole: bits(|right| right.actions().iter().all(|action| held(action))),
            some: bits(|right| right.actions().iter().any(|action| held(action))),
        }
    }

    /// Whether a right is among them as a whole.
    pub fn has(self, right: Right) -> bool {
        self.whole & bit(right) != 0
    }

    /// Whether some of the actions of a right are held, but not all.
    pub fn has_part(self, right: Right) -> bool {
        !self.has(right) && self.some & bit(right) != 0
    }

    /// Those that are not among them as a whole.
    pub fn missing(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| !self.has(*right))
    }
}

fn bits(held: impl Fn(Right) -> bool) -> u8 {
    Right::ALL.into_iter().filter(|right| held(*right)).fold(0, |bits, right| bits | bit(right))
}

fn bit(right: Right) -> u8 {
    1 << right as u8
}

/// What is known of a right in a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has said anything yet.
    Unknown,
    /// The role gives it.
    May,
    /// The subscription's role gives a part of it, or does not give it where one on the resource group may. Why it may
    /// fail.
    Doubtful(String),
    /// It will be refused. Why, with the role that is missing.
    MayNot(String),
}

/// What is known of the rights in every subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownRights {
    listed: HashMap<SubscriptionId, Rights>,
    refused: HashMap<(SubscriptionId, Right), SafeText>,
    asked: HashSet<SubscriptionId>,
}

impl KnownRights {
    /// Azure has listed the permissions of a subscription. What was refused before is forgotten: roles change.
    pub fn listed(&mut self, subscription: SubscriptionId, rights: Rights) {
        self.refused.retain(|(of, right), _| *of != subscription || !rights.has(*right));
        self.listed.insert(subscription, rights);
    }

    /// Those of these subscriptions that Azure was not asked about yet. They count as asked from now on.
    pub fn to_ask<'a>(&mut self, of: impl Iterator<Item = &'a SubscriptionId>) -> Vec<SubscriptionId> {
        of.filter(|id| self.asked.insert((*id).clone())).cloned().collect()
    }

    /// Everything is to be asked anew: a role may have been given meanwhile.
    pub fn ask_again(&mut self) {
        self.asked.clear();
    }

    /// An attempt was answered by 403, in these words.
    pub fn refused(&mut self, subscription: SubscriptionId, right: Right, message: SafeText) {
        self.refused.insert((subscription, right), message);
    }

    /// An attempt succeeded: a refusal before it no longer stands.
    pub fn worked(&mut self, subscription: &SubscriptionId, right: Right) {
        self.refused.remove(&(subscription.clone(), right));
    }

    /// What is known of a right.
    pub fn verdict(&self, subscription: &SubscriptionId, right: Right) -> Verdict {
        let role = format!("your role may not {}; it takes {}", right.words(), right.needs());
        if self.refused.contains_key(&(subscription.clone(), right)) {
            return if right.is_of_subscription() {
                Verdict::MayNot(role)
            } else {
                // Another resource group may be another matter.
                Verdict::Doubtful(format!(
                    "the last attempt to {} was refused; it takes {}",
                    right.words(),
                    right.needs()
                ))
            };
        }
        match self.listed.get(subscription) {
            None => Verdict::Unknown,
            Some(rights) if rights.has(right) => Verdict::May,
            Some(rights) if rights.has_part(right) => Verdict::Doubtful(format!(
                "your role includes only a part of what it takes to {}",
                right.words()
            )),
            Some(_) if right.is_of_subscription() => Verdict::MayNot(role),
            Some(_) => Verdict::Doubtful(format!(
                "your role on the subscription does not include to {}; one on the resource group may",
                right.words()
            )),
        }
    }

    /// For a command's availability: an error with the reason where it is known that it will be refused.
    pub fn allow(&self, subscription: &SubscriptionId, right: Right) -> Result<(), String> {
        match self.verdict(subscription, right) {
            Verdict::MayNot(why) => Err(why),
            Verdict::Unknown | Verdict::May | Verdict::Doubtful(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_stands_until_it_works_or_the_role_is_listed_anew() {
        let (here, there) = (SubscriptionId::new("a"), SubscriptionId::new("b"));
        let mut known = KnownRights::default();
        let allowed = |known: &KnownRights| known.allow(&here, Right::Simulate).is_ok();
        assert_eq!(known.verdict(&here, Right::Simulate), Verdict::Unknown);
        known.refused(here.clone(), Right::Simulate, "no".into());
        assert!(!allowed(&known) && known.allow(&there, Right::Simulate).is_ok());
        known.listed(here.clone(), Rights::of(|right| right == Right::ReadAlerts));
        assert!(!allowed(&known), "the list and the refusal agree");
        known.listed(here.clone(), Rights::of(|_| true));
        assert!(allowed(&known));
        known.refused(here.clone(), Right::Simulate, "a deny assignment".into());
        assert!(!allowed(&known), "the list does not know deny assignments");
        known.worked(&here, Right::Simulate);
        assert!(allowed(&known));
    }

    #[test]
    fn what_a_role_on_a_group_can_give_is_only_doubted() {
        let here = SubscriptionId::new("a");
        let mut known = KnownRights::default();
        let refused = |known: &KnownRights| known.verdict(&here, Right::TriggerLogicApp);
        known.refused(here.clone(), Right::TriggerLogicApp, "no".into());
        assert!(matches!(refused(&known), Verdict::Doubtful(why) if why.contains("Logic App Operator")));
        known.listed(here.clone(), Rights::default());
        for right in Right::ALL {
            let verdict = known.verdict(&here, right);
            if right.is_of_subscription() {
                assert!(
                    matches!(&verdict, Verdict::MayNot(why) if why.contains(right.needs())),
                    "{verdict:?}"
                );
            } else {
                assert!(matches!(verdict, Verdict::Doubtful(_)), "{verdict:?}");
            }
        }
    }

    #[test]
    fn a_role_that_holds_one_of_several_actions_is_not_refused_beforehand() {
        let here = SubscriptionId::new("a");
        let mut known = KnownRights::default();
        known.listed(here.clone(), Rights::by_action(|action| action.ends_with("/dismiss/action")));
        assert!(matches!(known.verdict(&here, Right::ChangeStatus), Verdict::Doubtful(_)));
        assert!(known.allow(&here, Right::ChangeStatus).is_ok());
        assert!(known.allow(&here, Right::WriteSuppression).is_err(), "nothing of it is held");
        known.refused(here.clone(), Right::ChangeStatus, "no".into());
        assert!(known.allow(&here, Right::ChangeStatus).is_err(), "an attempt has the last word");
        known.listed(here.clone(), Rights::by_action(|_| true));
        assert_eq!(known.verdict(&here, Right::ChangeStatus), Verdict::May);
    }

    #[test]
    fn each_right_is_one_of_its_own() {
        for held in Right::ALL {
            let rights = Rights::of(|right| right == held);
            assert!(rights.has(held));
            assert_eq!(rights.missing().count(), Right::ALL.len() - 1);
        }
    }
}
