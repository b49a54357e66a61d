//! What is wrong with a draft, each at its place. The rules are those of the contract's README §3.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::draft::{Draft, LONGEST_NAME};
use super::field;
use super::rule::{Condition, State, Test};
use crate::domain::{SafeStr, SafeText};

/// A place in a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// The name.
    Name,
    /// The alert types.
    Types,
    /// The subscriptions.
    Subscriptions,
    /// The reason.
    Reason,
    /// Whether it works.
    State,
    /// When it ends.
    Expires,
    /// The condition at a place.
    Condition(usize),
}

/// Something that the service would refuse, or that would make the rule useless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub spot: Spot,
    /// What is wrong and what is expected.
    pub message: String,
}

/// Every problem of a draft, in the order of its places.
pub fn check(draft: &Draft, now: DateTime<Utc>) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut problem = |spot, message: Option<String>| {
        found.extend(message.map(|message| Problem { spot, message }));
    };
    problem(Spot::Name, name(draft.name.raw()));
    problem(Spot::Types, types(&draft.types));
    problem(
        Spot::Subscriptions,
        draft.subscriptions.is_empty().then(|| "a subscription is needed".to_owned()),
    );
    problem(Spot::Reason, draft.reason.raw().trim().is_empty().then(|| "a reason is required".to_owned()));
    problem(Spot::State, state(&draft.state));
    problem(Spot::Expires, expires(draft.expires, now));
    for (at, condition) in draft.conditions.iter().enumerate() {
        problem(Spot::Condition(at), self::condition(condition));
    }
    found
}

fn name(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() {
        return Some("a name is needed".to_owned());
    }
    if let Some((at, c)) = name.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        let shown = SafeText::from(c.to_string());
        return Some(format!("“{shown}” at character {}: only letters, digits, - and _ may be used", at + 1));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Some("a name begins with a letter or a digit".to_owned());
    }
    match name.len() {
        1 => Some("a name has at least 2 characters".to_owned()),
        length if length > LONGEST_NAME => {
            Some(format!("a name has at most {LONGEST_NAME} characters; this one has {length}"))
        }
        _ => None,
    }
}

fn types(types: &[SafeText]) -> Option<String> {
    if types.iter().all(|kind| kind.raw().trim().is_empty()) {
        return Some("an alert type is needed; * means every type".to_owned());
    }
    if types.iter().any(|kind| kind.raw().trim().is_empty()) {
        return Some("an alert type is empty".to_owned());
    }
    let partly = |kind: &&SafeText| kind.raw() != "*" && kind.raw().contains('*');
    if let Some(kind) = types.iter().find(partly) {
        return Some(format!("{kind}: * stands alone, for every type; a part of a code cannot be given"));
    }
    if types.len() > 1 && types.iter().any(|kind| kind.raw() == "*") {
        return Some("* covers every type: leave out the others".to_owned());
    }
    let mut seen = HashSet::new();
    let twice = types.iter().find(|kind| !seen.insert(kind.raw().to_lowercase()));
    twice.map(|kind| format!("{kind} is named twice"))
}

fn state(state: &State) -> Option<String> {
    match state {
        State::Enabled | State::Disabled | State::Expired => None,
        State::Other(text) => Some(format!("{text} cannot be written; Enabled or Disabled is expected")),
    }
}

fn expires(expires: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<String> {
    expires.filter(|end| *end <= now).map(|_| "the expiration has passed".to_owned())
}

fn condition(condition: &Condition) -> Option<String> {
    let name = condition.field.raw();
    if field::Path::parse(name).is_none() {
        let fields: Vec<&str> = field::FIELDS.iter().map(|known| known.name).collect();
        let shown = SafeStr(name);
        return Some(format!("“{shown}” is not a field of rules; known are {}", fields.join(", ")));
    }
    let empty = |text: &SafeText| text.raw().trim().is_empty();
    match &condition.test {
        Test::In(values) if values.is_empty() => Some("a value is needed".to_owned()),
        Test::In(values) if values.iter().any(empty) => Some("a value is empty".to_owned()),
        Test::Contains(text) if empty(text) => {
            Some("the text is empty: it would be in every value".to_owned())
        }
        Test::In(_) | Test::Contains(_) | Test::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::rule::tests::rule;
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn problems(change: impl FnOnce(&mut Draft)) -> Vec<(Spot, String)> {
        let mut draft = Draft::of(&rule());
        change(&mut draft);
        check(&draft, now()).into_iter().map(|problem| (problem.spot, problem.message)).collect()
    }

    #[test]
    fn a_good_draft_has_no_problem() {
        assert_eq!(problems(|_| {}), []);
        assert_eq!(problems(|draft| draft.expires = None), []);
        assert_eq!(problems(|draft| draft.conditions.clear()), []);
        assert_eq!(problems(|draft| draft.types = vec!["*".into()]), []);
        for name in ["ab", "0-", "A_b-9", &"x".repeat(50)] {
            assert_eq!(problems(|draft| draft.name = name.into()), [], "{name}");
        }
    }

    #[test]
    fn a_bad_name_says_why() {
        for (name, why) in [
            ("", "needed"),
            ("a", "at least 2"),
            ("-a", "begins with"),
            ("_a", "begins with"),
            ("a b", "at character 2"),
            ("a.b", "“.” at character 2"),
            ("aé", "at character 2"),
            ("a\u{1b}[2J", "“␛” at character 2"),
            (&"x".repeat(51), "this one has 51"),
        ] {
            let found = problems(|draft| draft.name = name.into());
            assert!(
                matches!(&found[..], [(Spot::Name, message)] if message.contains(why)),
                "{name}: {found:?}"
            );
        }
    }

    #[test]
    fn every_other_place_has_its_own_message() {
        let one = |change: fn(&mut Draft), spot, why: &str| {
            let found = problems(change);
            assert!(found.len() == 1 && found[0].0 == spot && found[0].1.contains(why), "{found:?}");
        };
        one(|draft| draft.types.clear(), Spot::Types, "needed");
        one(|draft| draft.types = vec!["a".into(), " ".into()], Spot::Types, "empty");
        one(|draft| draft.types = vec!["VM_*".into()], Spot::Types, "stands alone");
        one(|draft| draft.types = vec!["*".into(), "a".into()], Spot::Types, "leave out");
        one(|draft| draft.types = vec!["VM_X".into(), "vm_x".into()], Spot::Types, "twice");
        one(|draft| draft.subscriptions.clear(), Spot::Subscriptions, "needed");
        one(|draft| draft.reason = " ".into(), Spot::Reason, "required");
        one(|draft| draft.state = State::Other("Paused".into()), Spot::State, "Paused");
        one(|draft| draft.expires = Some(now()), Spot::Expires, "passed");
        one(|draft| draft.expires = Some(now() - TimeDelta::days(1)), Spot::Expires, "passed");
        one(|draft| draft.conditions[1].field = "host".into(), Spot::Condition(1), "entities.host.hostname");
        one(|draft| draft.conditions[0].test = Test::In(vec![]), Spot::Condition(0), "needed");
        one(
            |draft| draft.conditions[0].test = Test::In(vec!["a".into(), "".into()]),
            Spot::Condition(0),
            "empty",
        );
        one(|draft| draft.conditions[1].test = Test::Contains("".into()), Spot::Condition(1), "every value");
    }
}
