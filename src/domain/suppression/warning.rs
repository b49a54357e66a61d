//! What to think of before a rule is made.

use std::fmt;

use super::draft::{Draft, Scope};
use super::field::{self, Path};
use super::matcher::Matcher;
use super::rule::Test;
use super::simulation::Simulation;
use crate::domain::table::Table;
use crate::domain::{SafeText, Severity, thousands};

/// So many matches are very many whatever else there is.
const VERY_MANY: usize = 1_000;
/// Fewer are never.
const FEW: usize = 100;
/// Contained text of so few characters is in nearly anything.
const SHORT: usize = 3;

/// Something about a draft that may be meant, and may be a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// `*`: every alert type, also those to come.
    EveryType,
    /// No condition on an entity: every alert of the type.
    NoCondition,
    /// It never ends.
    NoExpiry,
    /// A great part of all alerts.
    VeryMany {
        /// Those that match.
        matched: usize,
        /// All of the subscriptions.
        cached: usize,
    },
    /// Matches that someone took up or resolved.
    LikelyReal(usize),
    /// Matches of high severity.
    High(u32),
    /// Alerts without entities are suppressed whatever the conditions say.
    Bare(usize),
    /// A type of which the cache has no alert: a rule covers only types that have fired (contract §3).
    NeverFired(SafeText),
    /// Contained text that is short.
    Short(SafeText),
    /// A field that is not among those known.
    UnknownField(SafeText),
    /// Conditions that cannot be evaluated here and were counted as true.
    NotUnderstood(usize),
    /// Alerts that could not be read and so are not in the counts.
    Unread(usize),
}

impl Warning {
    /// The code in machine output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EveryType => "every-type",
            Self::NoCondition => "no-condition",
            Self::NoExpiry => "no-expiry",
            Self::VeryMany { .. } => "very-many",
            Self::LikelyReal(_) => "likely-real",
            Self::High(_) => "high-severity",
            Self::Bare(_) => "without-entities",
            Self::NeverFired(_) => "never-fired",
            Self::Short(_) => "short-text",
            Self::UnknownField(_) => "unknown-field",
            Self::NotUnderstood(_) => "not-understood",
            Self::Unread(_) => "unread",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let are = |count: usize| if count == 1 { "match is" } else { "matches are" };
        match self {
            Self::EveryType => write!(f, "every alert type is covered, also those that never fired yet"),
            Self::NoCondition => write!(f, "no entity condition: every alert of the type is suppressed"),
            Self::NoExpiry => write!(f, "no expiry: it works until someone remembers it"),
            Self::VeryMany { matched, cached } => {
                write!(f, "very many: {} of {} alerts", thousands(*matched), thousands(*cached))
            }
            Self::LikelyReal(count) => {
                let were = if *count == 1 { "match was" } else { "matches were" };
                write!(f, "{} {were} taken up or resolved by someone: likely real", thousands(*count))
            }
            Self::High(count) => {
                write!(f, "{} {} of high severity", thousands(*count as usize), are(*count as usize))
            }
            Self::Bare(count) => {
                write!(
                    f,
                    "{} {} without entities: suppressed whatever the conditions say",
                    thousands(*count),
                    are(*count)
                )
            }
            Self::NeverFired(kind) => {
                write!(f, "{kind} is not in the cache: a rule covers only types that have fired")
            }
            Self::Short(text) => write!(f, "“{text}” is short: it may be contained in nearly anything"),
            Self::UnknownField(field) => {
                write!(f, "{field} is not among the fields known; the service may refuse it")
            }
            Self::NotUnderstood(count) => {
                let conditions = if *count == 1 { "condition" } else { "conditions" };
                write!(f, "{count} {conditions} cannot be evaluated here: the matches are at most so many")
            }
            Self::Unread(count) => {
                write!(f, "{} alerts could not be read and are not counted", thousands(*count))
            }
        }
    }
}

/// True when the cache has an alert of a type, which letter case does not change. Linear in the table's size where not.
pub fn has_fired(table: &Table, kind: &str) -> bool {
    let scope = Scope { types: vec![kind.into()], ..Scope::default() };
    Matcher::new(&scope).candidates(table).next().is_some()
}

/// The warnings about a draft; without a simulation of it, only what the draft itself tells is warned of.
pub fn warnings(draft: &Draft, simulation: Option<&Simulation>) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |when: bool, warning: Warning| {
        if when {
            found.push(warning);
        }
    };
    let every = draft.types.iter().any(|kind| kind.raw() == "*");
    warn(every, Warning::EveryType);
    warn(draft.conditions.is_empty(), Warning::NoCondition);
    warn(draft.expires.is_none(), Warning::NoExpiry);
    if let Some(simulation) = simulation {
        let (matched, cached) = (simulation.matched, simulation.cached);
        let very_many = matched >= VERY_MANY || matched >= FEW && matched * 10 >= cached;
        warn(very_many, Warning::VeryMany { matched, cached });
        warn(simulation.likely_real > 0, Warning::LikelyReal(simulation.likely_real));
        let high = simulation.count(Severity::High);
        warn(high > 0, Warning::High(high));
        warn(simulation.bare > 0 && !draft.conditions.is_empty(), Warning::Bare(simulation.bare));
        warn(simulation.unread > 0, Warning::Unread(simulation.unread));
        for kind in draft.types.iter().filter(|kind| !every && !kind.is_empty()) {
            warn(simulation.never_fired.contains(kind), Warning::NeverFired(kind.clone()));
        }
    }
    for condition in &draft.conditions {
        if let Test::Contains(text) = &condition.test {
            let length = text.raw().chars().count();
            warn((1..=SHORT).contains(&length), Warning::Short(text.clone()));
        }
        let unknown = field::find(condition.field.raw()).is_none();
        let path = Path::parse(condition.field.raw()).is_some();
        warn(unknown && path, Warning::UnknownField(condition.field.clone()));
    }
    let opaque = draft.conditions.iter().filter(|condition| !condition.is_understood()).count();
    warn(opaque > 0, Warning::NotUnderstood(opaque));
    found
}

#[cfg(test)]
mod tests {
    use super::super::rule::tests::rule;
    use super::super::rule::{Condition, State};
    use super::*;

    fn codes(draft: &Draft, simulation: &Simulation) -> Vec<&'static str> {
        warnings(draft, Some(simulation)).iter().map(Warning::code).collect()
    }

    #[test]
    fn an_ordinary_rule_gives_no_warning() {
        let mut draft = Draft::of(&rule());
        draft.conditions[1] = Condition::contains("entities.process.commandline", "curl http://");
        draft.state = State::Disabled;
        let simulation = Simulation { cached: 1_000, matched: 99, ..Simulation::default() };
        assert_eq!(codes(&draft, &simulation), [] as [&str; 0]);
    }

    #[test]
    fn everything_wide_is_warned_of() {
        let draft = Draft { types: vec!["*".into()], ..Draft::default() };
        let mut severities = [0; 5];
        severities[Severity::High as usize] = 2;
        let simulation = Simulation {
            cached: 900,
            matched: 100,
            bare: 3,
            severities,
            likely_real: 1,
            unread: 1,
            ..Simulation::default()
        };
        assert_eq!(
            codes(&draft, &simulation),
            [
                "every-type",
                "no-condition",
                "no-expiry",
                "very-many",
                "likely-real",
                "high-severity",
                "unread"
            ]
        );
    }

    #[test]
    fn conditions_are_looked_at_one_by_one() {
        let mut draft = Draft::of(&rule());
        draft.types.push("VM_Never".into());
        draft.conditions[0].field = "entities.mailbox.name".into();
        draft.conditions.push(Condition { test: Test::Unknown, ..draft.conditions[1].clone() });
        let never_fired = vec!["VM_Never".into()];
        let simulation = Simulation { bare: 1, matched: 1, never_fired, ..Simulation::default() };
        assert_eq!(
            codes(&draft, &simulation),
            ["without-entities", "never-fired", "unknown-field", "short-text", "not-understood"]
        );
    }
}
