//! A rule in the making: what a form or a command line holds.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::rule::{Condition, Rule, State, Test};
use crate::domain::{SafeText, SubscriptionId};

/// The most characters of a rule's name (contract §3, from the documentation).
pub(super) const LONGEST_NAME: usize = 50;

/// A rule before it is written. Several types or subscriptions make several rules, since one rule has one of each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The name.
    pub name: SafeText,
    /// Alert types, or `*`.
    pub types: Vec<SafeText>,
    /// Where it is to work.
    pub subscriptions: Vec<SubscriptionId>,
    /// The reason's code; empty while none was chosen.
    pub reason: SafeText,
    /// A person's words.
    pub comment: SafeText,
    /// Whether it is to work at once.
    pub state: State,
    /// When it ends.
    pub expires: Option<DateTime<Utc>>,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// Properties of the rule being edited that the contract does not list.
    pub rest: Map<String, Value>,
}

/// Which alerts a rule, or several with the same conditions, would suppress.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// Alert types; one of them `*` for all.
    pub types: Vec<SafeText>,
    /// Subscriptions; empty for all.
    pub subscriptions: Vec<SubscriptionId>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

impl Draft {
    /// The draft that would write a rule as it is.
    pub fn of(rule: &Rule) -> Self {
        Self {
            name: rule.name.clone(),
            types: vec![rule.alert_type.clone()],
            subscriptions: vec![rule.subscription.clone()],
            reason: rule.reason.clone(),
            comment: rule.comment.clone(),
            state: rule.state.clone(),
            expires: rule.expires,
            conditions: rule.conditions.clone(),
            rest: rule.rest.clone(),
        }
    }

    /// Which alerts it is about.
    pub fn scope(&self) -> Scope {
        Scope {
            types: self.types.clone(),
            subscriptions: self.subscriptions.clone(),
            conditions: self.conditions.clone(),
        }
    }

    /// The rules to write, by subscription and then by type. With several types the second and later rules of a
    /// subscription have a number behind the name.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::with_capacity(self.types.len() * self.subscriptions.len());
        for subscription in &self.subscriptions {
            for (at, alert_type) in self.types.iter().enumerate() {
                rules.push(Rule {
                    subscription: subscription.clone(),
                    name: if at == 0 { self.name.clone() } else { numbered(self.name.raw(), at + 1).into() },
                    alert_type: alert_type.clone(),
                    reason: self.reason.clone(),
                    comment: self.comment.clone(),
                    // Only the service says that a rule has expired; written again it is meant to work.
                    state: if self.state == State::Expired { State::Enabled } else { self.state.clone() },
                    expires: self.expires,
                    modified: None,
                    conditions: self.conditions.clone(),
                    rest: self.rest.clone(),
                });
            }
        }
        rules
    }

    /// Adds a value that must be equal: beside the others of its field, of which one must be there.
    pub fn add_value(&mut self, field: &str, value: &str) {
        for condition in &mut self.conditions {
            if let Test::In(values) = &mut condition.test
                && condition.field.raw().eq_ignore_ascii_case(field)
            {
                if values.iter().all(|known| known.raw() != value) {
                    values.push(value.into());
                }
                return;
            }
        }
        self.conditions.push(Condition::is(field, value));
    }
}

impl From<&Rule> for Scope {
    fn from(rule: &Rule) -> Self {
        Draft::of(rule).scope()
    }
}

/// A name with a number behind it, cut to fit. Valid names are ASCII; others are cut between characters.
pub(super) fn numbered(name: &str, number: usize) -> String {
    let suffix = format!("-{number}");
    let room = LONGEST_NAME.saturating_sub(suffix.len());
    name.chars().take(room).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rule::tests::rule;
    use super::*;

    #[test]
    fn one_rule_for_each_type_and_subscription() {
        let draft = Draft {
            types: vec!["VM_X".into(), "VM_Y".into()],
            subscriptions: vec![SubscriptionId::new("a"), SubscriptionId::new("b")],
            name: "n".repeat(50).into(),
            state: State::Expired,
            ..Draft::of(&rule())
        };
        let rules = draft.rules();
        let made: Vec<_> = rules.iter().map(|r| (r.subscription.as_str(), r.alert_type.raw())).collect();
        assert_eq!(made, [("a", "VM_X"), ("a", "VM_Y"), ("b", "VM_X"), ("b", "VM_Y")]);
        assert_eq!(rules[0].name.raw().len(), 50);
        assert_eq!(rules[1].name.raw(), format!("{}-2", "n".repeat(48)));
        assert!(rules.iter().all(|rule| rule.state == State::Enabled));
    }

    #[test]
    fn a_rule_that_is_not_touched_is_written_as_it_was() {
        let mut rule = rule();
        rule.rest.insert("kept".into(), Value::from(1));
        assert_eq!(Draft::of(&rule).rules(), [rule]);
    }

    #[test]
    fn values_of_one_field_stand_side_by_side() {
        let mut draft = Draft::default();
        for (field, value) in
            [("entities.ip.address", "a"), ("Entities.IP.address", "b"), ("entities.ip.address", "a")]
        {
            draft.add_value(field, value);
        }
        draft.add_value("entities.host.hostname", "h");
        assert_eq!(draft.conditions.len(), 2);
        assert_eq!(draft.conditions[0].test, Test::In(vec!["a".into(), "b".into()]));
    }
}
