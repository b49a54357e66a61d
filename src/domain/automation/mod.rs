//! Workflow automations: which of them fire by themselves for an alert like this one (contract §5).
//!
//! Whether one fires is computed here, over the alert in the schema that automations see. The service decides on its
//! own data at the moment the alert arises; this answers for an alert of the same content.

mod path;
mod rule;

use std::sync::Arc;

use serde_json::Value;

use crate::domain::resource::ResourceId;
use crate::domain::{AlertId, SafeText};

pub use rule::Rule;

/// An alert in the schema that automations and logic apps get: names in PascalCase.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertEvent {
    /// The alert.
    pub id: AlertId,
    /// The JSON that a logic app is sent, byte for byte: laid out in lines, without an unsafe character in it.
    pub body: Arc<str>,
    /// Every property of the alert under its PascalCase name, for rules: more than `body` holds.
    pub properties: Value,
}

/// One workflow automation (`Microsoft.Security/automations`).
#[derive(Debug, Clone, PartialEq)]
pub struct Automation {
    /// Its resource id.
    pub id: ResourceId,
    /// Its name.
    pub name: SafeText,
    /// Its description; may be empty.
    pub description: SafeText,
    /// False when it is switched off.
    pub enabled: bool,
    /// The subscriptions and resource groups that it watches.
    pub scopes: Vec<ResourceId>,
    /// What it reacts to; any one of them is enough.
    pub sources: Vec<EventSource>,
    /// What it does.
    pub actions: Vec<Action>,
}

/// A kind of event, and which of its events count.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSource {
    /// `Alerts`, `Assessments` …
    pub kind: SafeText,
    /// All rules of a set must hold, and one set is enough. Without a set every event counts.
    pub rule_sets: Vec<Vec<Rule>>,
}

/// What an automation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Starts this logic app.
    LogicApp(ResourceId),
    /// Exports to an event hub, a workspace or the like: its type. This is continuous export, not a response.
    Export(SafeText),
}

/// Whether an automation fires for an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Fires,
    /// It does not: why.
    Silent(Silence),
    /// It cannot be told: a rule of a kind that is not known here. The rule.
    Unclear(SafeText),
}

/// Why an automation does not fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It is switched off.
    Disabled,
    /// It watches other subscriptions or resource groups.
    OutOfScope,
    /// It reacts to other events.
    OtherEvents,
    /// No set of its rules holds.
    RulesDiffer,
}

impl Silence {
    /// The reason for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Disabled => "switched off",
            Self::OutOfScope => "watches another scope",
            Self::OtherEvents => "reacts to other events",
            Self::RulesDiffer => "its rules do not match",
        }
    }
}

impl Verdict {
    /// The word in machine output.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fires => "fires",
            Self::Silent(_) => "silent",
            Self::Unclear(_) => "unclear",
        }
    }
}

impl Automation {
    /// The logic apps it starts; none for an automation that only exports.
    pub fn logic_apps(&self) -> impl Iterator<Item = &ResourceId> {
        self.actions.iter().filter_map(|action| match action {
            Action::LogicApp(id) => Some(id),
            Action::Export(_) => None,
        })
    }

    /// Whether it fires for an alert.
    pub fn verdict(&self, event: &AlertEvent) -> Verdict {
        if !self.enabled {
            return Verdict::Silent(Silence::Disabled);
        }
        if !self.watches(event) {
            return Verdict::Silent(Silence::OutOfScope);
        }
        let mut sources = self.sources.iter().filter(|source| source.is_alerts()).peekable();
        if sources.peek().is_none() {
            return Verdict::Silent(Silence::OtherEvents);
        }
        let mut unclear = None;
        for source in sources {
            match source.holds(&event.properties) {
                Ok(true) => return Verdict::Fires,
                Ok(false) => {}
                Err(rule) => unclear = Some(rule),
            }
        }
        unclear.map_or(Verdict::Silent(Silence::RulesDiffer), Verdict::Unclear)
    }

    /// An alert lies in a scope by its own id or by that of its resource: an alert may be stored on its subscription
    /// while its resource is in a group.
    fn watches(&self, event: &AlertEvent) -> bool {
        let resource = event.properties.get("AzureResourceId").and_then(Value::as_str).unwrap_or_default();
        // The contract knows subscriptions and what lies below them.
        let mut scopes = self.scopes.iter().filter(|scope| scope.subscription().is_some());
        scopes.any(|scope| {
            covers(scope.text().raw(), event.id.as_str()) || covers(scope.text().raw(), resource)
        })
    }
}

/// True when a resource id lies at or below a scope.
fn covers(scope: &str, id: &str) -> bool {
    let scope = scope.trim().trim_end_matches('/').as_bytes();
    let id = id.as_bytes();
    !scope.is_empty()
        && id.len() >= scope.len()
        && id[..scope.len()].eq_ignore_ascii_case(scope)
        && matches!(id.get(scope.len()), None | Some(b'/'))
}

impl EventSource {
    fn is_alerts(&self) -> bool {
        self.kind.raw().eq_ignore_ascii_case("Alerts")
    }

    /// Whether an event counts. The error is a rule that is not understood, when that rule decides.
    fn holds(&self, properties: &Value) -> Result<bool, SafeText> {
        if self.rule_sets.iter().all(Vec::is_empty) {
            return Ok(true);
        }
        let mut unclear = None;
        for set in &self.rule_sets {
            match all_hold(set, properties) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(rule) => unclear = Some(rule),
            }
        }
        unclear.map_or(Ok(false), Err)
    }
}

/// Whether all rules of a set hold: one that does not decides, whatever the rest would say.
fn all_hold(set: &[Rule], properties: &Value) -> Result<bool, SafeText> {
    let mut unclear = None;
    for rule in set {
        match rule.holds(properties) {
            Some(true) => {}
            Some(false) => return Ok(false),
            None => unclear = Some(SafeText::from(rule.to_string())),
        }
    }
    unclear.map_or(Ok(true), Err)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> AlertEvent {
        AlertEvent {
            id: AlertId::new("/subscriptions/S/providers/Microsoft.Security/locations/l/alerts/n"),
            body: "{}".into(),
            properties: json!({
                "Severity": "High",
                "AlertDisplayName": "Suspicious logon",
                "AzureResourceId": "/subscriptions/s/resourceGroups/Web/providers/x/y/z",
            }),
        }
    }

    fn rule(path: &str, operator: &str, expected: &str) -> Rule {
        Rule::new(path, "String", operator, expected)
    }

    fn automation(scope: &str, rule_sets: Vec<Vec<Rule>>) -> Automation {
        Automation {
            id: ResourceId::new(
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/a",
            ),
            name: "a".into(),
            description: SafeText::default(),
            enabled: true,
            scopes: vec![ResourceId::new(scope)],
            sources: vec![EventSource { kind: "Alerts".into(), rule_sets }],
            actions: vec![Action::LogicApp(ResourceId::new("/l")), Action::Export("EventHub".into())],
        }
    }

    #[test]
    fn a_scope_covers_whole_segments_of_the_alert_or_its_resource() {
        for (scope, inside) in [
            ("/subscriptions/s", true),
            ("/SUBSCRIPTIONS/S/", true),
            ("/subscriptions/s/resourcegroups/web", true),
            ("/subscriptions/s/resourceGroups/we", false),
            ("/subscriptions/s2", false),
            ("/subscriptions/", false),
            ("", false),
        ] {
            let verdict = automation(scope, Vec::new()).verdict(&event());
            assert_eq!(verdict == Verdict::Fires, inside, "{scope}: {verdict:?}");
        }
    }

    #[test]
    fn sets_are_alternatives_and_rules_of_a_set_are_not() {
        let high = || rule("Severity", "Equals", "high");
        let low = || rule("Severity", "Equals", "Low");
        let logon = || rule("AlertDisplayName", "Contains", "LOGON");
        let odd = || rule("Severity", "Resembles", "High");
        let unclear = || Verdict::Unclear(SafeText::from(odd().to_string()));
        let differs = Verdict::Silent(Silence::RulesDiffer);
        for (sets, expected) in [
            (vec![], Verdict::Fires),
            (vec![vec![]], Verdict::Fires),
            (vec![vec![high(), logon()]], Verdict::Fires),
            (vec![vec![low(), logon()]], differs.clone()),
            (vec![vec![low()], vec![logon()]], Verdict::Fires),
            (vec![vec![odd()]], unclear()),
            (vec![vec![odd(), low()]], differs),
            (vec![vec![odd()], vec![high()]], Verdict::Fires),
            (vec![vec![odd(), high()], vec![low()]], unclear()),
        ] {
            assert_eq!(automation("/subscriptions/s", sets.clone()).verdict(&event()), expected, "{sets:?}");
        }
    }

    #[test]
    fn what_does_not_fire_says_why() {
        let all = automation("/subscriptions/s", Vec::new());
        let off = Automation { enabled: false, ..all.clone() };
        assert_eq!(off.verdict(&event()), Verdict::Silent(Silence::Disabled));
        let posture = EventSource { kind: "Assessments".into(), rule_sets: Vec::new() };
        let other = Automation { sources: vec![posture.clone()], ..all.clone() };
        assert_eq!(other.verdict(&event()), Verdict::Silent(Silence::OtherEvents));
        let both = Automation { sources: vec![posture, all.sources[0].clone()], ..all.clone() };
        assert_eq!(both.verdict(&event()), Verdict::Fires);
        assert_eq!(all.logic_apps().count(), 1, "an export is no response");
    }
}
