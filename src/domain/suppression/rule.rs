//! A rule as Azure keeps it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::expiry;
use crate::domain::{SafeText, SubscriptionId};

/// Whether a rule works. `Other` stands for a value the contract does not list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// It suppresses.
    #[default]
    Enabled,
    /// It is kept, and does nothing.
    Disabled,
    /// Its time is over. Only the service sets this.
    Expired,
    /// As the service spelled it.
    Other(SafeText),
}

impl State {
    /// Reads the API's spelling in any letter case.
    pub fn parse(text: &str) -> Self {
        let known = [Self::Enabled, Self::Disabled, Self::Expired];
        let found = known.into_iter().find(|state| state.api_name().eq_ignore_ascii_case(text));
        found.unwrap_or_else(|| Self::Other(text.into()))
    }

    /// The API's spelling.
    pub fn api_name(&self) -> &str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::Expired => "Expired",
            Self::Other(text) => text.raw(),
        }
    }
}

/// What a condition asks of its field's values; letter case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these values.
    In(Vec<SafeText>),
    /// Text that has this in it.
    Contains(SafeText),
    /// An operator that the contract does not list; it stays in [`Condition::rest`].
    Unknown,
}

/// One condition of a rule. All conditions of a rule must be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field: see [`super::field`].
    pub field: SafeText,
    /// What is asked of it.
    pub test: Test,
    /// What else the service wrote into it.
    pub rest: Map<String, Value>,
}

impl Condition {
    /// A value that must be equal.
    pub fn is(field: impl Into<SafeText>, value: impl Into<SafeText>) -> Self {
        Self { field: field.into(), test: Test::In(vec![value.into()]), rest: Map::new() }
    }

    /// Text that must be in it.
    pub fn contains(field: impl Into<SafeText>, text: impl Into<SafeText>) -> Self {
        Self { field: field.into(), test: Test::Contains(text.into()), rest: Map::new() }
    }

    /// The condition in words: `IP address is 203.0.113.7 or 203.0.113.8`.
    pub fn sentence(&self) -> String {
        let field = super::field::label(&self.field);
        match &self.test {
            Test::In(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                format!("{field} is {}", values.join(" or "))
            }
            Test::Contains(text) => format!("{field} contains {text}"),
            Test::Unknown => {
                let rest = SafeText::from(Value::Object(self.rest.clone()).to_string());
                format!("{field} {rest}")
            }
        }
    }
}

/// The property that holds a rule's conditions. What it has beside them, and what cannot be read as one, stays in
/// [`Rule::rest`] under this name.
pub const SCOPE: &str = "suppressionAlertsScope";

/// A rule of a subscription. What the service adds to the contract's fields is kept, and written back.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The subscription it works in.
    pub subscription: SubscriptionId,
    /// Its name, unique in the subscription without regard to letter case.
    pub name: SafeText,
    /// The alert type's code; `*` for all.
    pub alert_type: SafeText,
    /// Why it suppresses: see [`super::reason`].
    pub reason: SafeText,
    /// A person's words; may be empty.
    pub comment: SafeText,
    /// Whether it works.
    pub state: State,
    /// When it ends; never without one.
    pub expires: Option<DateTime<Utc>>,
    /// When it was last written; only the service sets this.
    pub modified: Option<DateTime<Utc>>,
    /// The conditions; without any, every alert of the type is suppressed.
    pub conditions: Vec<Condition>,
    /// Properties that the contract does not list.
    pub rest: Map<String, Value>,
}

impl Rule {
    /// True for the rule that a name means in its subscription.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.raw().eq_ignore_ascii_case(name)
    }

    /// What its scope has that is none of the conditions: as the service wrote it.
    pub fn other_scope(&self) -> Option<&Value> {
        self.rest.get(SCOPE)
    }

    /// False when not all of its conditions could be read: written without them it would suppress more than it does.
    pub fn is_whole(&self) -> bool {
        match self.other_scope() {
            None => true,
            Some(Value::Object(members)) => !members.contains_key("allOf"),
            Some(_) => false,
        }
    }

    /// The type for people.
    pub fn type_label(&self) -> SafeText {
        if self.alert_type.raw() == "*" { "every alert type".into() } else { self.alert_type.clone() }
    }
}

/// What the service keeps after a rule was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The rule as it was read back; as it was asked for, when it could not be.
    pub rule: Rule,
    /// Where it is not what was asked for.
    pub differences: Vec<Difference>,
    /// Why it could not be read back, although the service accepted it.
    pub unread: Option<SafeText>,
}

/// A part of a rule that is not kept as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which part: the API's name of the property.
    pub part: &'static str,
    /// What was asked for, for people.
    pub asked: SafeText,
    /// What is kept.
    pub kept: SafeText,
}

/// Where what is kept differs from what was asked for. The service has been seen to set an expiration six months ahead
/// where none was asked for (contract §3), so nothing but reading back tells.
pub fn differences(asked: &Rule, kept: &Rule) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |part, same: bool, asked: String, kept: String| {
        if !same {
            found.push(Difference { part, asked: asked.into(), kept: kept.into() });
        }
    };
    let text = |text: &SafeText| text.raw().to_owned();
    let same_type = asked.alert_type.raw().eq_ignore_ascii_case(kept.alert_type.raw());
    compare("alertType", same_type, text(&asked.alert_type), text(&kept.alert_type));
    let (state, kept_state) = (asked.state.api_name().to_owned(), kept.state.api_name().to_owned());
    compare("state", asked.state == kept.state, state, kept_state);
    compare("reason", asked.reason == kept.reason, text(&asked.reason), text(&kept.reason));
    compare("comment", asked.comment == kept.comment, text(&asked.comment), text(&kept.comment));
    // The service keeps fractions of a second; nobody asks for them.
    let second = |rule: &Rule| rule.expires.map(|end| end.timestamp());
    let words = |rule: &Rule| expiry::words(rule.expires);
    compare("expirationDateUtc", second(asked) == second(kept), words(asked), words(kept));
    let same = asked.other_scope() == kept.other_scope()
        && asked.conditions.len() == kept.conditions.len()
        && asked
            .conditions
            .iter()
            .all(|condition| kept.conditions.iter().any(|other| alike(condition, other)));
    compare("suppressionAlertsScope", same, sentences(asked), sentences(kept));
    found
}

fn alike(a: &Condition, b: &Condition) -> bool {
    a.field.raw().eq_ignore_ascii_case(b.field.raw()) && a.test == b.test && a.rest == b.rest
}

fn sentences(rule: &Rule) -> String {
    let other = rule.other_scope().map(|other| SafeText::from(other.to_string()).to_string());
    let all: Vec<String> = rule.conditions.iter().map(Condition::sentence).chain(other).collect();
    if all.is_empty() { "no condition".to_owned() } else { all.join(", and ") }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::TimeDelta;

    use super::*;

    pub(in crate::domain::suppression) fn rule() -> Rule {
        Rule {
            subscription: SubscriptionId::new("sub"),
            name: "r1".into(),
            alert_type: "VM_X".into(),
            reason: "Noise".into(),
            comment: "why".into(),
            state: State::Enabled,
            expires: DateTime::from_timestamp(1_800_000_000, 0),
            modified: None,
            conditions: vec![
                Condition::is("entities.ip.address", "203.0.113.7"),
                Condition::contains("entities.process.commandline", "x"),
            ],
            rest: Map::new(),
        }
    }

    #[test]
    fn what_is_kept_as_asked_makes_no_difference() {
        let asked = rule();
        let mut kept = rule();
        kept.modified = DateTime::from_timestamp(1, 0);
        kept.expires = kept.expires.map(|end| end + TimeDelta::nanoseconds(123_456_700));
        kept.conditions.reverse();
        kept.conditions[0].field = "Entities.Process.CommandLine".into();
        kept.rest.insert("systemData".into(), Value::Null);
        assert_eq!(differences(&asked, &kept), []);
    }

    #[test]
    fn every_part_that_differs_is_named() {
        let asked = Rule { expires: None, ..rule() };
        let kept = rule();
        let difference = differences(&asked, &kept);
        assert_eq!(difference.len(), 1);
        assert_eq!((difference[0].part, difference[0].asked.raw()), ("expirationDateUtc", "never"));
        let kept = Rule {
            alert_type: "*".into(),
            reason: "Other".into(),
            comment: "".into(),
            state: State::Disabled,
            conditions: Vec::new(),
            ..asked.clone()
        };
        let parts: Vec<_> = differences(&asked, &kept).iter().map(|difference| difference.part).collect();
        assert_eq!(parts, ["alertType", "state", "reason", "comment", "suppressionAlertsScope"]);
        let mut asked = rule();
        asked.rest.insert(SCOPE.into(), serde_json::json!({ "anyOf": [] }));
        assert_eq!(differences(&asked, &rule()).len(), 1, "a part of the scope got lost");
    }
}
