//! Adding, replacing and removing terms at the top of a filter, as the chords of the list do.

use super::ast::{Expr, Filter, Value};
use super::field::{Field, ME, Source};
use super::moment::Moment;
use super::network::Network;
use super::pattern::Pattern;
use crate::domain::{Severity, Status, Tactic};

impl Filter {
    /// The terms that must all hold.
    pub fn terms(&self) -> &[Expr] {
        match &self.0 {
            Expr::All => &[],
            Expr::And(terms) => terms,
            single => std::slice::from_ref(single),
        }
    }

    fn of(terms: Vec<Expr>) -> Self {
        Self(Expr::and(terms.into_iter().filter(|term| *term != Expr::All).collect()))
    }

    /// Both this filter and another.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        other.terms().iter().fold(self.clone(), |filter, term| filter.with(term.clone()))
    }

    /// The filter with one more term, unless it has that already.
    #[must_use]
    pub fn with(&self, term: Expr) -> Self {
        let mut terms = self.terms().to_vec();
        if !terms.contains(&term) {
            terms.push(term);
        }
        Self::of(terms)
    }

    /// The filter without any term on a field, negated ones and comparisons included.
    #[must_use]
    pub fn without(&self, field: Field) -> Self {
        Self::of(self.terms().iter().filter(|term| subject(term) != Some(field)).cloned().collect())
    }

    /// Only this value of the field, in place of what the filter said about it. The value is text as the data has it,
    /// never a pattern; empty for alerts without one. None when the field has no such value.
    pub fn with_value(&self, field: Field, value: &str) -> Option<Self> {
        Some(self.without(field).with(only(field, value)?))
    }

    /// Only these values of the field, in place of what the filter said about it; without any, whatever value. None when
    /// the field has no such value. As in [`Self::with_value`], an empty value means alerts without one.
    pub fn with_values<'a>(&self, field: Field, values: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut listed = Vec::new();
        let mut terms = Vec::new();
        for value in values {
            match only(field, value)? {
                Expr::Field(_, values) => listed.extend(values),
                other => terms.push(other),
            }
        }
        if !listed.is_empty() {
            terms.insert(0, Expr::Field(field, listed));
        }
        let term = if terms.is_empty() { Expr::All } else { Expr::or(terms) };
        Some(self.without(field).with(term))
    }

    /// The values of the field that the filter lets pass, as [`Self::with_values`] takes them; patterns with wildcards are
    /// left out.
    pub fn listed(&self, field: Field) -> Vec<String> {
        let terms = self.terms().iter().filter(|term| subject(term) == Some(field));
        terms
            .flat_map(|term| if let Expr::Or(terms) = term { terms } else { std::slice::from_ref(term) })
            .flat_map(|term| match term {
                Expr::Field(_, values) => values.iter().filter_map(text_of).collect(),
                Expr::Not(inner) => match &**inner {
                    Expr::Field(_, values) if *values == [Value::Pattern(Pattern::any())] => {
                        vec![String::new()]
                    }
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            })
            .collect()
    }

    /// Everything but this value of the field. Values excluded before stay so.
    pub fn excluding(&self, field: Field, value: &str) -> Option<Self> {
        let Expr::Field(_, excluded) = only(field, value)? else {
            return Some(self.without(field).with(Expr::Field(field, vec![Value::Pattern(Pattern::any())])));
        };
        let mut terms = Vec::new();
        let mut all = Vec::new();
        for term in self.terms() {
            match term {
                Expr::Field(named, values) if *named == field => {
                    let left: Vec<Value> =
                        values.iter().filter(|value| !excluded.contains(value)).cloned().collect();
                    if !left.is_empty() {
                        terms.push(Expr::Field(field, left));
                    }
                }
                Expr::Not(inner) => match &**inner {
                    Expr::Field(named, values) if *named == field => all.extend(values.iter().cloned()),
                    _ => terms.push(term.clone()),
                },
                other => terms.push(other.clone()),
            }
        }
        all.extend(excluded.into_iter().filter(|value| !all.contains(value)).collect::<Vec<_>>());
        terms.push(Expr::Field(field, all).negated());
        Some(Self::of(terms))
    }

    /// Only this value, or no term on the field if it was only this value already.
    pub fn toggled(&self, field: Field, value: &str) -> Option<Self> {
        let term = only(field, value)?;
        if self.terms().contains(&term) {
            return Some(self.without(field));
        }
        self.with_value(field, value)
    }

    /// Another time range: not before this moment, or any time at all.
    #[must_use]
    pub fn with_since(&self, since: Option<Moment>) -> Self {
        let anytime = Field::all()
            .filter(|field| field.is_time())
            .fold(self.clone(), |filter, field| filter.without(field));
        match (since, Field::find("since")) {
            (Some(moment), Some(field)) => anytime.with(Expr::Field(field, vec![Value::Moment(moment)])),
            _ => anytime,
        }
    }

    /// Another time range with both ends, in place of what the filter said about time.
    #[must_use]
    pub fn within(&self, since: Moment, until: Moment) -> Self {
        let filter = self.with_since(Some(since));
        match Field::find("until") {
            Some(field) => filter.with(Expr::Field(field, vec![Value::Moment(until)])),
            None => filter,
        }
    }

    /// Every moment of the filter's `since` and `until` terms, among those that must all hold.
    pub fn times(&self) -> (Vec<Moment>, Vec<Moment>) {
        let (mut since, mut until) = (Vec::new(), Vec::new());
        for term in self.terms() {
            let Expr::Field(field, values) = term else { continue };
            let moments = match field.0.source {
                Source::Since => &mut since,
                Source::Until => &mut until,
                _ => continue,
            };
            moments.extend(values.iter().filter_map(|value| match value {
                Value::Moment(moment) => Some(*moment),
                _ => None,
            }));
        }
        (since, until)
    }

    /// True when time alone changes what it lists: one of its times counts back from now.
    pub fn counts_back(&self) -> bool {
        fn any(part: &Expr) -> bool {
            match part {
                Expr::Field(_, values) => {
                    values.iter().any(|value| matches!(value, Value::Moment(Moment::Ago(..))))
                }
                Expr::Not(inner) => any(inner),
                Expr::And(members) | Expr::Or(members) => members.iter().any(any),
                Expr::All | Expr::Text(_) | Expr::Compare(..) => false,
            }
        }
        any(&self.0)
    }

    /// True when the alerts alone decide what it lists: not when it is asked, where, nor by whom.
    pub fn is_lasting(&self) -> bool {
        fn any(part: &Expr) -> bool {
            match part {
                Expr::Field(_, values) => values.iter().any(|value| match value {
                    Value::Moment(moment) => !matches!(moment, Moment::At(_)),
                    Value::Pattern(pattern) => {
                        pattern.as_literal().is_some_and(|word| word.eq_ignore_ascii_case(ME))
                    }
                    _ => false,
                }),
                Expr::Not(inner) => any(inner),
                Expr::And(members) | Expr::Or(members) => members.iter().any(any),
                Expr::All | Expr::Text(_) | Expr::Compare(..) => false,
            }
        }
        !any(&self.0)
    }

    /// The moment of the filter's `since`.
    pub fn since(&self) -> Option<Moment> {
        self.terms().iter().find_map(|term| match term {
            Expr::Field(field, values) if matches!(field.0.source, Source::Since) => match values.first() {
                Some(Value::Moment(moment)) => Some(*moment),
                _ => None,
            },
            _ => None,
        })
    }
}

/// A value as the data has it; none for a pattern with wildcards.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Pattern(pattern) => pattern.as_literal().map(str::to_owned),
        other => Some(other.to_string()),
    }
}

/// The field a term is about.
fn subject(term: &Expr) -> Option<Field> {
    match term {
        Expr::Field(field, _) => Some(*field),
        Expr::Compare(..) => Field::find("severity"),
        Expr::Not(inner) => subject(inner),
        Expr::Or(terms) => {
            let first = subject(terms.first()?)?;
            terms.iter().all(|term| subject(term) == Some(first)).then_some(first)
        }
        Expr::All | Expr::Text(_) | Expr::And(_) => None,
    }
}

/// The term for one value as the data has it.
fn only(field: Field, text: &str) -> Option<Expr> {
    let value = match &field.0.source {
        Source::Severity => Value::Severity(super::value::severity(text).unwrap_or(Severity::Other)),
        Source::Status => Value::Status(Status::parse(text)),
        Source::Tactic => Value::Tactic(Tactic::parse(text)?),
        Source::Words(words) => Value::Word(words.iter().find(|(word, _)| *word == text)?.0),
        Source::Since | Source::Until => Value::Moment(Moment::parse(text)?),
        Source::Ip => match Network::parse(text) {
            Some(network) => Value::Network(network),
            None => Value::Pattern(Pattern::literal(text)?),
        },
        Source::Facts(..)
        | Source::Resource
        | Source::Subscription
        | Source::Id
        | Source::Incident
        | Source::Local(..) => match Pattern::literal(text) {
            Some(pattern) => Value::Pattern(pattern),
            None => return Some(Expr::Field(field, vec![Value::Pattern(Pattern::any())]).negated()),
        },
    };
    Some(Expr::Field(field, vec![value]))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn field(name: &str) -> Field {
        Field::find(name).unwrap()
    }

    #[test]
    fn filtering_to_a_value_replaces_what_was_said_about_its_field() {
        for (before, name, value, after) in [
            ("", "severity", "High", "severity:high"),
            ("severity:low x", "severity", "High", "x severity:high"),
            ("severity>=low -severity:high", "severity", "medium", "severity:medium"),
            ("a or b", "status", "InProgress", "(a or b) status:in-progress"),
            ("", "resource", "a*b \"c\"", "resource:\"a*b \"\"c\"\"\""),
            ("", "group", "", "-group:*"),
            ("group:x", "group", "", "-group:*"),
            ("", "severity", "Critical", "severity:other"),
            ("", "tactic", "Lateral movement", "tactic:lateral-movement"),
            ("", "ip", "203.0.113.7", "ip:203.0.113.7"),
            ("", "ip", "weird address", "ip:\"weird address\""),
        ] {
            let filter = parse(before).unwrap().with_value(field(name), value).unwrap();
            assert_eq!(filter.to_string(), after, "{before} {name} {value}");
        }
        assert_eq!(parse("x").unwrap().with_value(field("tactic"), "Sorcery"), None);
    }

    #[test]
    fn several_values_replace_what_was_said_about_their_field_and_are_found_again() {
        for (before, name, values, after) in [
            ("status:active x", "status", &["active", "dismissed"][..], "x status:active,dismissed"),
            ("severity>=low", "severity", &["high"], "severity:high"),
            ("group:a", "group", &["b", ""], "(group:b or -group:*)"),
            ("(group:a or -group:*) x", "group", &["c"], "x group:c"),
            ("-group:*", "group", &[], ""),
            ("", "host", &["a,b", "*"], "host:\"a,b\",\"*\""),
        ] {
            let filter = parse(before).unwrap().with_values(field(name), values.iter().copied()).unwrap();
            assert_eq!(filter, parse(after).unwrap(), "{before} {name} {values:?}: {filter}");
            assert_eq!(filter.listed(field(name)), values, "{filter}");
        }
        assert_eq!(Filter::all().with_values(field("tactic"), ["Sorcery"]), None);
    }

    #[test]
    fn excluding_adds_to_what_is_excluded() {
        for (before, name, value, after) in [
            ("", "resource", "vm-1", "-resource:vm-1"),
            ("-resource:vm-1 x", "resource", "vm-2", "x -resource:vm-1,vm-2"),
            ("-resource:vm-1", "resource", "vm-1", "-resource:vm-1"),
            ("resource:vm-1,vm-2", "resource", "vm-1", "resource:vm-2 -resource:vm-1"),
            ("resource:vm-1", "resource", "vm-1", "-resource:vm-1"),
            ("x", "group", "", "x group:*"),
        ] {
            let filter = parse(before).unwrap().excluding(field(name), value).unwrap();
            assert_eq!(filter.to_string(), after, "{before} {name} {value}");
        }
    }

    #[test]
    fn toggling_twice_changes_nothing() {
        let filter = parse("x status:active").unwrap();
        let once = filter.toggled(field("severity"), "high").unwrap();
        assert_eq!(once.to_string(), "x status:active severity:high");
        assert_eq!(once.toggled(field("severity"), "high").unwrap(), filter);
    }

    #[test]
    fn a_time_range_replaces_the_former_one() {
        let filter = parse("x since:24h until:1h").unwrap();
        assert_eq!(filter.since().map(|since| since.to_string()), Some("24h".to_owned()));
        let week = filter.with_since(Moment::parse("7d"));
        assert_eq!(week.to_string(), "x since:7d");
        assert_eq!(week.with_since(None).to_string(), "x");
        assert_eq!(parse("since:7d").unwrap().with_since(None), Filter::all());
        let moment = |text| Moment::parse(text).unwrap();
        let within = filter.within(moment("2026-11-22T14:00"), moment("2026-11-22T14:59:59"));
        assert_eq!(within.to_string(), "x since:2026-11-22T14:00 until:2026-11-22T14:59:59");
        assert_eq!(within.times(), (vec![moment("2026-11-22T14:00")], vec![moment("2026-11-22T14:59:59")]));
        assert_eq!(parse("since:7d or x").unwrap().times(), (vec![], vec![]));
        for (text, counts_back) in [
            ("since:24h", true),
            ("x or -(y until:1h)", true),
            ("since:2026-11-22 until:2026-11-22T14:00Z", false),
            ("\"since:24h\" title:\"until:1h\"", false),
        ] {
            assert_eq!(parse(text).unwrap().counts_back(), counts_back, "{text}");
        }
    }

    #[test]
    fn joining_keeps_each_term_once() {
        let both = parse("a b").unwrap().and(&parse("b c").unwrap());
        assert_eq!(both.to_string(), "a b c");
        assert_eq!(Filter::all().and(&parse("a or b").unwrap()).to_string(), "a or b");
        assert_eq!(parse("a").unwrap().and(&Filter::all()).to_string(), "a");
    }

    #[test]
    fn what_lasts_is_listed_whenever_wherever_and_for_whomever() {
        for (text, lasting) in [
            ("", true),
            ("severity>=medium status:active,in-progress -resource:vm-* x", true),
            ("since:2026-11-22T14:00Z", true),
            ("assigned:ann or note:me*", true),
            ("since:2026-11-22", false),
            ("x or not until:24h", false),
            ("since:2026-11-22T14:00", false),
            ("status:active assigned:eve,Me", false),
        ] {
            assert_eq!(parse(text).unwrap().is_lasting(), lasting, "{text}");
        }
    }
}
