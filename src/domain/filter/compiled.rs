//! A filter made ready for one snapshot of the table.
//!
//! Every condition on text becomes a set of string codes, so that a string is tested once however many alerts share it;
//! a row is then tested over its few codes, without touching text and without allocating.

use std::collections::{HashMap, HashSet};

use super::Context;
use super::ast::{Expr, Filter, Value};
use super::field::{Field, ME, NONE, SEARCHED, Source, kinds};
use super::pattern::{Matcher, Pattern, Reach, fold, fold_into};
use super::scan::{Codes, matching, select};
use crate::domain::fact::FactKind;
use crate::domain::table::{LocalRecord, Row, Table};
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertKey, Severity, Tactic};

/// Rows between two looks at whether the question still stands.
const STRIDE: u32 = 4096;

/// A filter made ready for one snapshot.
#[derive(Debug)]
pub struct Compiled<'t> {
    table: &'t Table,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Always(bool),
    /// Severity codes, as bits.
    Severity(u8),
    /// Status codes, as bits.
    Status(u8),
    Tactics(u32),
    /// First and last second.
    Time(u32, u32),
    Word(Vec<super::field::RowTest>),
    /// The head at this place.
    Head(usize, Codes),
    Facts(Codes),
    /// Rows whose answer is not the usual one.
    Local {
        usual: bool,
        others: HashSet<AlertKey>,
    },
    Id(Box<Ids>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// Ids and names looked for.
#[derive(Debug, Default)]
struct Ids {
    /// By folded name: the folded parents asked for; an empty one stands for any.
    exact: HashMap<String, Vec<String>>,
    /// Patterns for the name, and those with a slash for the full id.
    names: Vec<Matcher>,
    full: Vec<Matcher>,
}

impl<'t> Compiled<'t> {
    /// Makes a filter ready; none when `cancelled` says that nobody waits any more.
    pub fn new(
        filter: &Filter,
        table: &'t Table,
        context: &Context,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let node = Compiler { table, context, cancelled }.node(&filter.0)?;
        Some(Self { table, node })
    }

    /// True when the row passes.
    pub fn matches(&self, row: &Row<'_>) -> bool {
        self.node.test(row, &mut String::new())
    }

    /// The positions of the rows that pass, in position order; none when cancelled.
    pub fn rows(&self, cancelled: &dyn Fn() -> bool) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        self.each(cancelled, |row| found.push(row))?;
        Some(found)
    }

    /// How many rows pass; none when cancelled.
    pub fn count(&self, cancelled: &dyn Fn() -> bool) -> Option<usize> {
        let mut count = 0;
        self.each(cancelled, |_| count += 1)?;
        Some(count)
    }

    fn each(&self, cancelled: &dyn Fn() -> bool, mut found: impl FnMut(u32)) -> Option<()> {
        let mut scratch = String::new();
        for (position, row) in self.table.rows() {
            if position % STRIDE == 0 && cancelled() {
                return None;
            }
            if self.node.test(&row, &mut scratch) {
                found(position);
            }
        }
        Some(())
    }
}

impl Node {
    fn test(&self, row: &Row<'_>, scratch: &mut String) -> bool {
        match self {
            Self::Always(answer) => *answer,
            Self::Severity(bits) => bits >> (row.severity() as u8) & 1 == 1,
            Self::Status(bits) => bits >> (row.status() as u8) & 1 == 1,
            Self::Tactics(bits) => row.tactics().0 & bits != 0,
            Self::Time(first, last) => {
                let seconds = row.seconds();
                seconds != 0 && (*first..=*last).contains(&seconds)
            }
            Self::Word(tests) => tests.iter().any(|test| test(row)),
            Self::Head(place, codes) => {
                row.facts().get(*place).is_some_and(|fact| codes.contains(fact.code()))
            }
            Self::Facts(codes) => row
                .facts()
                .iter()
                .any(|fact| codes.kinds & fact.kind().bit() != 0 && codes.contains(fact.code())),
            Self::Local { usual, others } => *usual != others.contains(&row.key()),
            Self::Id(ids) => ids.test(row, scratch),
            Self::Not(inner) => !inner.test(row, scratch),
            Self::All(members) => members.iter().all(|member| member.test(row, scratch)),
            Self::Any(members) => members.iter().any(|member| member.test(row, scratch)),
        }
    }

    /// A guess at the work per row: the cheap conditions are tested first.
    fn cost(&self) -> usize {
        match self {
            Self::Always(_) => 0,
            Self::Severity(_) | Self::Status(_) | Self::Tactics(_) | Self::Time(..) => 1,
            Self::Word(_) | Self::Head(..) => 2,
            Self::Local { .. } => 4,
            Self::Facts(_) => 8,
            Self::Id(_) => 12,
            Self::Not(inner) => inner.cost(),
            Self::All(members) | Self::Any(members) => members.iter().map(Self::cost).sum(),
        }
    }
}

impl Ids {
    fn test(&self, row: &Row<'_>, scratch: &mut String) -> bool {
        if !self.exact.is_empty() {
            fold_into(row.name(), scratch);
            if let Some(parents) = self.exact.get(scratch.as_str()) {
                fold_into(row.parent(), scratch);
                if parents.iter().any(|parent| parent.is_empty() || parent == scratch) {
                    return true;
                }
            }
        }
        self.names.iter().any(|matcher| matcher.matches(row.name(), scratch))
            || (!self.full.is_empty() && {
                let id = row.id();
                self.full.iter().any(|matcher| matcher.matches(id.as_str(), scratch))
            })
    }
}

struct Compiler<'c> {
    table: &'c Table,
    context: &'c Context,
    cancelled: &'c dyn Fn() -> bool,
}

impl Compiler<'_> {
    fn node(&self, expr: &Expr) -> Option<Node> {
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
                let (full, names): (Vec<_>, Vec<_>) =
                    patterns.into_iter().partition(|pattern| has_slash(pattern));
                let mut nodes = Vec::new();
                if !names.is_empty() {
                    nodes.push(self.facts(Reach::Whole, &[FactKind::Resource], &names)?);
                }
                if !full.is_empty() {
                    nodes.push(self.facts(Reach::Whole, &[FactKind::ResourceId], &full)?);
                }
                Node::Any(nodes)
            }
            Source::Subscription => self.subscription(&patterns)?,
            Source::Ip => self.addresses(values, &patterns)?,
            Source::Id => Node::Id(Box::new(ids(&patterns))),
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
        matching(self.table, kinds(asked), &matchers, self.cancelled).map(of_facts)
    }

    fn subscription(&self, patterns: &[&Pattern]) -> Option<Node> {
        let matchers: Vec<Matcher> =
            patterns.iter().map(|pattern| Matcher::new(pattern, Reach::Whole)).collect();
        let mut scratch = String::new();
        let test = |id: &str, _| {
            let name = self.table.subscription_name(id).0;
            matchers
                .iter()
                .any(|matcher| matcher.matches(id, &mut scratch) || matcher.matches(name, &mut scratch))
        };
        select(self.table, FactKind::Subscription.bit(), test, self.cancelled).map(of_facts)
    }

    fn addresses(&self, values: &[Value], patterns: &[&Pattern]) -> Option<Node> {
        let matchers: Vec<Matcher> =
            patterns.iter().map(|pattern| Matcher::new(pattern, Reach::Whole)).collect();
        let mut scratch = String::new();
        let test = |text: &str, _| {
            let address = super::network::address(text);
            values.iter().any(|value| match (value, address) {
                (Value::Network(network), Some(address)) => network.contains(address),
                _ => false,
            }) || matchers.iter().any(|matcher| matcher.matches(text, &mut scratch))
        };
        select(self.table, FactKind::Ip.bit(), test, self.cancelled).map(of_facts)
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

impl Node {
    /// A list of one is that one.
    fn simplified(self) -> Self {
        match self {
            Self::Any(mut members) if members.len() == 1 => members.pop().unwrap_or(Self::Always(false)),
            other => other,
        }
    }
}

/// The cheapest test for a set of codes.
fn of_facts(codes: Codes) -> Node {
    let heads = (0..FactKind::HEADS).find(|place| codes.kinds == 1 << place);
    match heads {
        _ if codes.is_empty() => Node::Always(false),
        Some(place) => Node::Head(place, codes),
        None => Node::Facts(codes),
    }
}

fn has_slash(pattern: &Pattern) -> bool {
    pattern
        .pieces()
        .iter()
        .any(|piece| matches!(piece, super::pattern::Piece::Text(text) if text.contains('/')))
}

fn ids(patterns: &[&Pattern]) -> Ids {
    let mut ids = Ids::default();
    for pattern in patterns {
        match pattern.as_literal() {
            Some(text) => {
                let text = fold(text);
                let (parent, name) = text.split_at(text.rfind('/').map_or(0, |slash| slash + 1));
                ids.exact.entry(name.to_owned()).or_default().push(parent.to_owned());
            }
            None if has_slash(pattern) => ids.full.push(Matcher::new(pattern, Reach::Whole)),
            None => ids.names.push(Matcher::new(pattern, Reach::Whole)),
        }
    }
    ids
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse;
    use super::super::testing::{SUBSCRIPTION, Sample, builder, context, table};
    use super::*;
    use crate::domain::alert::Scan;
    use crate::domain::resource::Cloud;
    use crate::domain::table::Flags;
    use crate::domain::{SafeText, Status};

    fn found(table: &Table, filter: &str) -> String {
        let filter = parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let compiled = Compiled::new(&filter, table, &context(), &|| false).unwrap();
        let rows = compiled.rows(&|| false).unwrap();
        assert_eq!(compiled.count(&|| false), Some(rows.len()));
        rows.iter().map(|row| table.row(*row).unwrap().name().to_owned()).collect()
    }

    fn tenant() -> std::sync::Arc<Table> {
        use FactKind as K;
        let id =
            "/subscriptions/s/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-01";
        let mut builder = builder(&[
            Sample {
                severity: "High",
                title: "Suspicious PowerShell activity",
                alert_type: "VM_SuspiciousPowerShell",
                resource: "vm-web-01",
                intent: "Execution, LateralMovement",
                time: "2026-11-23T13:30:00Z",
                facts: vec![
                    (K::Description, "Analysis found\nan ENCODED script"),
                    (K::ResourceId, id),
                    (K::Host, "VM-WEB-01"),
                    (K::Ip, "203.0.113.7"),
                    (K::Process, "powershell.exe"),
                    (K::CommandLine, "powershell -enc SGk="),
                    (K::Technique, "T1059.001"),
                    (K::ResourceType, "Microsoft.Compute/virtualMachines"),
                ],
                ..Sample::new("a")
            },
            Sample {
                severity: "Low",
                status: "Dismissed",
                title: "Anmeldung über Zürich",
                alert_type: "SQL.DB_Login",
                resource: "sql-1",
                group: "",
                time: "2026-11-21T23:30:00Z",
                intent: "InitialAccess",
                facts: vec![
                    (K::Ip, "2001:db8::7"),
                    (K::Account, "contoso\\ann"),
                    (K::Product, "Databases"),
                    (K::Correlation, "q+/Z=="),
                    (K::Property, "Dark Reddish"),
                ],
                ..Sample::new("b")
            },
            Sample {
                severity: "Critical",
                status: "InProgress",
                resource: "vm-web-012",
                group: "RG-Web",
                time: "",
                flags: Flags::new(true, true, Cloud::Aws, Scan::Agentless),
                facts: vec![
                    (K::Ip, "not an address"),
                    (K::Hash, "ABCDEF"),
                    (K::Url, "https://evil.example/x?y=1"),
                    (K::Domain, "evil.example"),
                    (K::File, "C:\\Temp\\a b.ps1"),
                    (K::Entity, "some image"),
                ],
                ..Sample::new("c")
            },
        ]);
        let local = builder.local_mut();
        local.insert(
            AlertKey(1),
            LocalRecord {
                assigned: Some(SafeText::from("ann@CONTOSO.example")),
                useful: Some(false),
                notes: SafeText::from("Asked the owner\nwaiting"),
                ..LocalRecord::default()
            },
        );
        local.insert(
            AlertKey(2),
            LocalRecord {
                changed_by: Some(SafeText::from("bob")),
                useful: Some(true),
                ..LocalRecord::default()
            },
        );
        builder.set_pending(AlertKey(1), Some(Status::Resolved));
        builder.snapshot()
    }

    #[test]
    fn every_field_finds_what_it_is_for() {
        let table = tenant();
        for (filter, names) in [
            ("*", "abc"),
            ("severity:high", "a"),
            ("severity:high,low", "ab"),
            ("severity:other", "c"),
            ("severity>=low", "ab"),
            ("severity>low", "a"),
            ("severity<=low", "bc"),
            ("severity<low", "c"),
            // The status shown is that of the pending change.
            ("status:active", ""),
            ("status:resolved", "a"),
            ("status:in-progress,dismissed", "bc"),
            ("pending:yes", "a"),
            ("pending:no", "bc"),
            ("type:vm_suspiciouspowershell", "a"),
            ("type:vm_*", "ac"),
            ("type:vm", ""),
            ("title:power", "a"),
            ("title:\"powershell ACT\"", "a"),
            ("title:susp*act", "a"),
            ("resource:VM-WEB-01", "a"),
            ("resource:vm-web-01*", "ac"),
            ("resource:*/virtualmachines/*", "a"),
            (
                "resource:/subscriptions/s/resourcegroups/RG-WEB/providers/microsoft.compute/virtualMachines/vm-web-01",
                "a",
            ),
            ("rtype:*/virtualmachines", "a"),
            ("group:rg-web", "ac"),
            ("-group:*", "b"),
            ("subscription:\"contoso production\"", "abc"),
            ("subscription:fabrikam", ""),
            ("tactic:execution", "a"),
            ("tactic:\"lateral movement\",initialaccess", "ab"),
            ("tactic:*access", "b"),
            ("technique:T1059", ""),
            ("technique:t1059*", "a"),
            ("ip:203.0.113.7", "a"),
            ("ip:203.0.113.0/24,2001:db8::/32", "ab"),
            ("ip:*", "abc"),
            ("-ip:0.0.0.0/0", "bc"),
            ("host:vm-web-01", "a"),
            ("host:vm", ""),
            ("account:ann", "b"),
            ("process:enc", "a"),
            ("file:\"a b\"", "c"),
            ("file:c:\\temp", "c"),
            ("hash:abcdef", "c"),
            ("hash:abcde", ""),
            ("domain:evil.example", "c"),
            ("url:evil", "c"),
            ("entity:203.0", "a"),
            ("entity:image", "c"),
            ("product:databases", "b"),
            ("correlation:q+/Z==", "b"),
            ("cloud:aws", "c"),
            ("cloud:azure,gcp", "ab"),
            ("incident:yes", "c"),
            ("incident:no", "ab"),
            ("sample:yes", "c"),
            ("scan:agentless", "c"),
            ("scan:agent", ""),
            ("assigned:me", "a"),
            ("assigned:none", "bc"),
            ("assigned:me,none", "abc"),
            ("assigned:ann*", "a"),
            ("-assigned:*", "bc"),
            ("changed-by:BOB", "b"),
            ("changed-by:none", "ac"),
            ("feedback:useful", "b"),
            ("feedback:not-useful,none", "ac"),
            ("note:owner", "a"),
            ("-note:*", "bc"),
            ("since:1h", "a"),
            ("since:24h", "a"),
            ("since:2026-11-22", "ab"),
            ("until:2026-11-21", ""),
            ("until:2026-11-22", "b"),
            ("until:2026-11-21T23:30Z", "b"),
            ("until:2026-11-21T23:29Z", ""),
            ("since:2026-11-23T13:30Z until:2026-11-23T13:30Z", "a"),
            ("id:A", "a"),
            ("id:a,c", "ac"),
            ("id:*/locations/westeurope/*", "abc"),
            ("id:?", ""),
            // Words are looked for in all that an analyst reads, but not in the type, the product or the technique.
            ("powershell", "a"),
            ("POWERshell.EXE", "a"),
            ("encoded", "a"),
            ("an*script", "a"),
            ("ÜBER", "b"),
            ("zürich", "b"),
            ("\"dark red\"", "b"),
            ("virtualmachines", "a"),
            ("databases", ""),
            ("T1059", ""),
            ("ann", "b"),
            ("\"powershell.exepowershell\"", ""),
            // Combinations.
            ("powershell or evil.example", "ac"),
            ("vm-web -severity:high", "c"),
            ("not (severity:high or severity:low)", "c"),
            ("(ip:203.0.113.0/24 or host:dc*) and not type:SQL*", "a"),
            ("-*", ""),
            ("--severity:high", "a"),
        ] {
            assert_eq!(found(&table, filter), names, "{filter}");
        }
        let id = table.row(1).unwrap().id();
        assert_eq!(found(&table, &format!("id:{}", id.as_str().to_uppercase())), "b");
        assert_eq!(found(&table, "id:/subscriptions/x/alerts/b"), "");
        assert_eq!(found(&table, &format!("sub:{SUBSCRIPTION}")), "abc");
    }

    #[test]
    fn nobody_is_me_before_signing_in() {
        let table = tenant();
        let context = Context { me: None, ..context() };
        let filter = parse("assigned:me").unwrap();
        let compiled = Compiled::new(&filter, &table, &context, &|| false).unwrap();
        assert_eq!(compiled.count(&|| false), Some(0));
    }

    #[test]
    fn cancelling_stops_both_the_strings_and_the_rows() {
        let table = tenant();
        for filter in ["powershell", "host:x", "ip:1.2.3.4"] {
            assert!(Compiled::new(&parse(filter).unwrap(), &table, &context(), &|| true).is_none());
        }
        let compiled = Compiled::new(&Filter::all(), &table, &context(), &|| true).unwrap();
        assert_eq!(compiled.rows(&|| true), None);
    }

    #[test]
    fn an_empty_table_has_no_matches() {
        let table = Table::default();
        for filter in ["*", "x", "-x", "severity:high", "resource:a"] {
            assert_eq!(found(&table, filter), "");
        }
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[abAB\u{e4}\u{c4} .]{0,6}", 1..12)
    }

    proptest! {
        /// The scan over joined strings finds what looking into each one finds.
        #[test]
        fn the_scan_agrees_with_a_plain_search(titles in texts(), word in "[abAB\u{e4}\u{c4}.]{1,3}") {
            let names: Vec<String> = (0..titles.len()).map(|n| format!("{n},")).collect();
            let samples: Vec<Sample<'_>> = titles
                .iter()
                .zip(&names)
                .map(|(title, name)| Sample { title, resource: "", ..Sample::new(name) })
                .collect();
            let table = table(&samples);
            let expected: String = titles
                .iter()
                .zip(&names)
                .filter(|(title, _)| title.to_lowercase().contains(&word.to_lowercase()))
                .map(|(_, name)| name.as_str())
                .collect();
            prop_assert_eq!(found(&table, &format!("\"{word}\"")), expected.clone());
            prop_assert_eq!(found(&table, &format!("title:\"{word}\"*")), expected);
        }
    }
}
