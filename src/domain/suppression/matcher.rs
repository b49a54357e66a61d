//! A rule against the entities of one alert.
//!
//! The contract leaves room here; what is assumed is written down:
//!
//! * All conditions must be true (contract); each may be true of another entity of the alert (assumed).
//! * `in` means equal to one of the values, `contains` that the text is somewhere in the value; letter case does not
//!   count (assumed; the recorded rule for `POWERSHELL.EXE` would make little sense otherwise).
//! * An alert without any entity is suppressed whole: conditions do not protect it (documented, policy text).
//! * A condition that cannot be evaluated (an operator or a field of unknown form) counts as true: what a rule might
//!   suppress must not be told too small.

use std::collections::{HashMap, HashSet};

use memchr::memmem::Finder;

use super::draft::Scope;
use super::field::Path;
use super::rule::{Condition, Test};
use crate::domain::entity::EntityGraph;
use crate::domain::fact::FactKind;
use crate::domain::filter::pattern::fold_into;
use crate::domain::table::{Row, Table};
use crate::domain::{AlertKey, SubscriptionId};

/// A [`Scope`] made ready for many alerts.
#[derive(Debug)]
pub struct Matcher {
    /// Folded; none for every type.
    types: Option<HashSet<String>>,
    /// None for every subscription.
    subscriptions: Option<HashSet<SubscriptionId>>,
    asks: Vec<(Path, Ask)>,
}

#[derive(Debug)]
enum Ask {
    In(HashSet<String>),
    Contains(Box<Finder<'static>>),
}

fn fold(text: &str) -> String {
    let mut folded = String::new();
    fold_into(text, &mut folded);
    folded
}

impl Matcher {
    /// Prepares a scope.
    pub fn new(scope: &Scope) -> Self {
        let every = scope.types.iter().any(|kind| kind.raw() == "*");
        Self {
            types: (!every).then(|| scope.types.iter().map(|kind| fold(kind.raw())).collect()),
            subscriptions: (!scope.subscriptions.is_empty())
                .then(|| scope.subscriptions.iter().cloned().collect()),
            asks: scope.conditions.iter().filter_map(ask).collect(),
        }
    }

    /// The alerts of the types and subscriptions, by the table alone: the others need not be read.
    pub fn candidates(&self, table: &Table) -> impl Iterator<Item = AlertKey> {
        let (mut types, mut subscriptions) = (HashMap::new(), HashMap::new());
        let covers = move |row: &Row<'_>| {
            let kind = row.head_code(FactKind::Type);
            let code = row.head_code(FactKind::Subscription);
            *types.entry(kind).or_insert_with(|| self.covers_type(row.alert_type().0))
                && *subscriptions
                    .entry(code)
                    .or_insert_with(|| self.covers_subscription(row.subscription().0))
        };
        let rows = table.rows().map(|(_, row)| row);
        rows.scan(covers, |covers, row| Some(covers(&row).then(|| row.key()))).flatten()
    }

    /// True when alerts of a type are looked at.
    pub fn covers_type(&self, code: &str) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&fold(code)))
    }

    /// True when alerts of a subscription are looked at.
    pub fn covers_subscription(&self, guid: &str) -> bool {
        self.subscriptions.as_ref().is_none_or(|known| known.contains(&SubscriptionId::new(guid)))
    }

    /// True when an alert of the type has these entities and would be suppressed.
    pub fn matches(&self, graph: &EntityGraph) -> bool {
        let mut folded = String::new();
        graph.nodes.is_empty()
            || self.asks.iter().all(|(path, ask)| {
                path.values(graph).any(|value| {
                    fold_into(value.raw(), &mut folded);
                    match ask {
                        Ask::In(values) => values.contains(&folded),
                        Ask::Contains(finder) => finder.find(folded.as_bytes()).is_some(),
                    }
                })
            })
    }
}

/// A condition made ready; none for one that cannot be evaluated.
fn ask(condition: &Condition) -> Option<(Path, Ask)> {
    let ask = match &condition.test {
        Test::In(values) => Ask::In(values.iter().map(|value| fold(value.raw())).collect()),
        Test::Contains(text) => {
            Ask::Contains(Box::new(Finder::new(fold(text.raw()).as_bytes()).into_owned()))
        }
        Test::Unknown => return None,
    };
    Some((Path::parse(condition.field.raw())?, ask))
}

impl Condition {
    /// False for what cannot be evaluated, and so counts as true.
    pub fn is_understood(&self) -> bool {
        ask(self).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SafeText;
    use crate::domain::entity::{Entity, EntityKind, Value};
    use crate::domain::filter::testing::{SUBSCRIPTION, Sample, table};

    fn graph(entities: &[(&str, &str, &str)]) -> EntityGraph {
        let entity = |(kind, key, value): &(&str, &str, &str)| Entity {
            kind: EntityKind::parse(kind),
            kind_text: (*kind).into(),
            fields: vec![(SafeText::from(*key), Value::Text((*value).into()))],
        };
        EntityGraph { nodes: entities.iter().map(entity).collect(), listed: Vec::new() }
    }

    fn matcher(conditions: &[Condition]) -> Matcher {
        let scope = Scope { types: vec!["VM_X".into()], conditions: conditions.to_vec(), ..Scope::default() };
        Matcher::new(&scope)
    }

    #[test]
    fn all_conditions_must_be_true_whichever_entity_each_is_true_of() {
        let ip = Condition::is("entities.ip.address", "203.0.113.7");
        let host = Condition::is("entities.host.hostname", "VM-1");
        let alert = graph(&[
            ("ip", "address", "198.51.100.1"),
            ("ip", "address", "203.0.113.7"),
            ("host", "hostName", "vm-1"),
        ]);
        assert!(matcher(&[]).matches(&alert));
        assert!(matcher(&[ip.clone(), host.clone()]).matches(&alert));
        assert!(!matcher(&[ip, Condition::is("entities.host.hostname", "vm")]).matches(&alert));
    }

    #[test]
    fn letter_case_does_not_count_beyond_ascii_either() {
        let alert = graph(&[("process", "commandLine", "C:\\PowerShell.exe -Größe")]);
        let contains = |text: &str| {
            matcher(&[Condition::contains("entities.process.commandline", text)]).matches(&alert)
        };
        assert!(contains("POWERSHELL.EXE") && contains("GRÖßE") && contains("c:\\"));
        assert!(!contains("powershell.com"));
    }

    #[test]
    fn an_alert_without_entities_is_suppressed_whole() {
        let rule = matcher(&[Condition::is("entities.ip.address", "203.0.113.7")]);
        assert!(rule.matches(&EntityGraph::default()));
        assert!(!rule.matches(&graph(&[("host", "hostName", "vm-1")])));
    }

    #[test]
    fn what_cannot_be_evaluated_counts_as_true() {
        let mut unknown = Condition::is("entities.ip.address", "x");
        unknown.test = Test::Unknown;
        let elsewhere = Condition::is("properties.severity", "x");
        assert!(!unknown.is_understood() && !elsewhere.is_understood());
        let alert = graph(&[("ip", "address", "203.0.113.7")]);
        assert!(matcher(&[unknown.clone(), elsewhere]).matches(&alert));
        assert!(!matcher(&[unknown, Condition::is("entities.ip.address", "y")]).matches(&alert));
    }

    #[test]
    fn the_table_narrows_by_type_and_subscription() {
        let table = table(&[
            Sample { alert_type: "VM_X", ..Sample::new("a") },
            Sample { alert_type: "vm_x", ..Sample::new("b") },
            Sample { alert_type: "VM_XY", ..Sample::new("c") },
        ]);
        let keys = |types: &[&str], subscriptions: &[&str]| -> Vec<u32> {
            let scope = Scope {
                types: types.iter().map(|kind| SafeText::from(*kind)).collect(),
                subscriptions: subscriptions.iter().map(|id| SubscriptionId::new(id)).collect(),
                conditions: Vec::new(),
            };
            Matcher::new(&scope).candidates(&table).map(|key| key.0).collect()
        };
        assert_eq!(keys(&["VM_X"], &[]), [1, 2]);
        assert_eq!(keys(&["*"], &[&SUBSCRIPTION.to_uppercase()]), [1, 2, 3]);
        assert_eq!(keys(&["VM_X", "vm_xy"], &["another"]), [] as [u32; 0]);
        assert_eq!(keys(&[], &[]), [] as [u32; 0]);
    }
}
