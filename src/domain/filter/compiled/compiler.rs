//! From expression to conditions: every pattern is held against the interned strings here.

use super::node::{Ids, Node, has_slash};
use crate::domain::fact::FactKind;
use crate::domain::filter::Context;
use crate::domain::filter::ast::{Expr, Value};
use crate::domain::filter::field::{Field, ME, NONE, SEARCHED, Source, kinds};
use crate::domain::filter::network::address;
use crate::domain::filter::pattern::{Matcher, Pattern, Reach, fold};
use crate::domain::filter::scan::{matching, select};
use crate::domain::table::{LocalRecord, Table};
use crate::domain::tactic::TacticSet;
use crate::domain::{Severity, Tactic};

pub(super) struct Compiler<'c> {
    pub(super) table: &'c Table,
    pub(super) context: &'c Context,
    pub(super) cancelled: &'c dyn Fn() -> bool,
}

impl Compiler<'_> {
    /// The condition for an expression; none when cancelled.
    pub(super) fn node(&self, expr: &Expr) -> Option<Node> {
        Some(match expr {
            Expr::All => Node::Always(true),
            Expr::Text(pattern) => self.facts(Reach::Contained, &SEARCHED, &[pattern])?,
            Expr::Field(field, values) => self.field(*field, values)?,
            Expr::Compare(order, severity) => {
                let known = (0..=Severity::High as u8)
                    .filter(|code| order.holds(Severity::from_code(*code), *severity));
                Node::Severity(known.fold(0, |bits, code| bits | 1 << code))
            }
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner)?)),
            Expr::And(members) => Node::All(self.members(members)?),
            Expr::Or(members) => Node::Any(self.members(members)?),
        })
    }

    fn members(&self, members: &[Expr]) -> Option<Vec<Node>> {
        let mut nodes = members.iter().map(|member| self.node(member)).collect::<Option<Vec<_>>>()?;
        nodes.sort_by_key(Node::cost);
        Some(nodes)
    }

    fn field(&self, field: Field, values: &[Value]) -> Option<Node> {
        let patterns: Vec<&Pattern> = values
            .iter()
            .filter_map(|value| match value {
                Value::Pattern(pattern) => Some(pattern),
                _ => None,
            })
            .collect();
        Some(match &field.0.source {
            Source::Facts(reach, kinds) => self.facts(*reach, kinds, &patterns)?,
            Source::Resource => {
                // A name may hold a slash as well: that of a database with its server, say.
                let full: Vec<_> = patterns.iter().copied().filter(|pattern| has_slash(pattern)).collect();
                let mut nodes = vec![self.facts(Reach::Whole, &[FactKind::Resource], &patterns)?];
                if !full.is_empty() {
                    nodes.push(self.facts(Reach::Whole, &[FactKind::ResourceId], &full)?);
                }
                Node::Any(nodes).simplified()
            }
            Source::Subscription => self.subscription(&patterns)?,
            Source::Ip => self.addresses(values, &patterns)?,
            Source::Id => Node::Id(Box::new(Ids::new(&patterns))),
            Source::Incident => self.incidents(&Ids::new(&patterns)),
            Source::Severity => Node::Severity(values.iter().fold(0, |bits, value| match value {
                Value::Severity(severity) => bits | 1 << *severity as u8,
                _ => bits,
            })),
            Source::Status => Node::Status(values.iter().fold(0, |bits, value| match value {
                Value::Status(status) => bits | 1 << *status as u8,
                _ => bits,
            })),
            Source::Tactic => Node::Tactics(tactics(values, &patterns).0),
            Source::Words(words) => Node::Word(
                words
                    .iter()
                    .filter(|(word, _)| values.contains(&Value::Word(word)))
                    .map(|(_, test)| *test)
                    .collect(),
            ),
            Source::Local(reach, text) => self.local(*reach, *text, &patterns),
            Source::Since | Source::Until => self.time(field, values),
        })
    }

    fn facts(&self, reach: Reach, asked: &[FactKind], patterns: &[&Pattern]) -> Option<Node> {
        let matchers: Vec<Matcher> = patterns.iter().map(|pattern| Matcher::new(pattern, reach)).collect();
        matching(self.table, kinds(asked), &matchers, self.cancelled).map(Node::of_facts)
    }

    fn subscription(&self, patterns: &[&Pattern]) -> Option<Node> {
        let matchers: Vec<Matcher> =
            patterns.iter().map(|pattern| Matcher::new(pattern, Reach::Whole)).collect();
        let mut scratch = String::new();
        let test = |id: &str| {
            let name = self.table.subscription_name(id).0;
            matchers
                .iter()
                .any(|matcher| matcher.matches(id, &mut scratch) || matcher.matches(name, &mut scratch))
        };
        select(self.table, FactKind::Subscription.bit(), test, self.cancelled).map(Node::of_facts)
    }

    fn addresses(&self, values: &[Value], patterns: &[&Pattern]) -> Option<Node> {
        let matchers: Vec<Matcher> =
            patterns.iter().map(|pattern| Matcher::new(pattern, Reach::Whole)).collect();
        let mut scratch = String::new();
        let test = |text: &str| {
            let address = address(text);
            values.iter().any(|value| match (value, address) {
                (Value::Network(network), Some(address)) => network.contains(address),
                _ => false,
            }) || matchers.iter().any(|matcher| matcher.matches(text, &mut scratch))
        };
        select(self.table, FactKind::Ip.bit(), test, self.cancelled).map(Node::of_facts)
    }

    /// The incidents asked for and what each groups: the alerts it names.
    fn incidents(&self, asked: &Ids) -> Node {
        let mut scratch = String::new();
        let incidents = self.table.rows().map(|(_, row)| row).filter(|row| row.flags().is_incident());
        let names = incidents.filter(|row| asked.test(row, &mut scratch)).flat_map(|row| {
            let members = row.facts().iter().filter(|fact| fact.kind() == FactKind::Member);
            members.map(|fact| self.table.dict().text(fact.code())).chain([row.name()])
        });
        Node::Id(Box::new(Ids::named(names)))
    }

    /// Few alerts have a local record, so those that differ from an alert without one are listed.
    fn local(&self, reach: Reach, text: fn(&LocalRecord) -> Option<&str>, patterns: &[&Pattern]) -> Node {
        let says = |pattern: &&Pattern, word: &str| {
            reach == Reach::Whole && pattern.as_literal().is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let usual = patterns.iter().any(|pattern| says(pattern, NONE));
        let me = self.context.me.as_ref().map(|me| fold(me.raw()));
        let wants_me = patterns.iter().any(|pattern| says(pattern, ME));
        let matchers: Vec<Matcher> = patterns
            .iter()
            .filter(|pattern| !says(pattern, NONE) && !says(pattern, ME))
            .map(|pattern| Matcher::new(pattern, reach))
            .collect();
        let mut scratch = String::new();
        let mut passes = |record: &LocalRecord| match text(record) {
            None => usual,
            Some(value) => {
                (wants_me && me.as_ref().is_some_and(|me| *me == fold(value)))
                    || matchers.iter().any(|matcher| matcher.matches(value, &mut scratch))
            }
        };
        let differing = self.table.local().iter().filter(|(_, record)| passes(record) != usual);
        Node::Local { usual, others: differing.map(|(key, _)| *key).collect() }
    }

    fn time(&self, field: Field, values: &[Value]) -> Node {
        let clamp = |seconds: i64| seconds.clamp(0, i64::from(u32::MAX)) as u32;
        let since = matches!(field.0.source, Source::Since);
        let nodes = values.iter().filter_map(|value| match value {
            Value::Moment(moment) if since => {
                Some(Node::Time(clamp(moment.first_second(self.context)), u32::MAX))
            }
            Value::Moment(moment) => Some(Node::Time(0, clamp(moment.last_second(self.context)))),
            _ => None,
        });
        Node::Any(nodes.collect()).simplified()
    }
}

/// The tactics named; a pattern is held against each of the ways in which people and the API spell one.
fn tactics(values: &[Value], patterns: &[&Pattern]) -> TacticSet {
    let mut scratch = String::new();
    let mut spelled_so = |tactic: Tactic| {
        let label = tactic.label();
        let spellings = [label.to_owned(), label.replace(' ', "-"), label.replace([' ', '-'], "")];
        patterns.iter().any(|pattern| {
            let matcher = Matcher::new(pattern, Reach::Whole);
            spellings.iter().any(|spelling| matcher.matches(spelling, &mut scratch))
        })
    };
    Tactic::ALL
        .into_iter()
        .filter(|tactic| values.contains(&Value::Tactic(*tactic)) || spelled_so(*tactic))
        .collect()
}
