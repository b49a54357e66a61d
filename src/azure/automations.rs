//! Workflow automations of a subscription (contract §1, operation 14).

use super::client::ArmClient;
use super::error::ApiError;
use super::parse::json::Node;
use crate::domain::automation::{Action, Automation, EventSource, Rule};
use crate::domain::resource::ResourceId;
use crate::domain::{SafeText, SubscriptionId};

/// The version of the automations contract.
pub const AUTOMATIONS_VERSION: &str = "2023-12-01-preview";

impl ArmClient {
    /// Every automation of a subscription. What cannot be read as one is left out.
    pub async fn automations(&self, subscription: &SubscriptionId) -> Result<Vec<Automation>, ApiError> {
        let items = self.every(subscription, "Microsoft.Security/automations", AUTOMATIONS_VERSION).await?;
        Ok(items.iter().filter_map(|item| read(&Node::parse(&item.raw).ok()?)).collect())
    }
}

fn text(node: &Node<'_>, name: &str) -> SafeText {
    node.field(&[name]).and_then(Node::scalar).map_or_else(SafeText::default, SafeText::from)
}

fn list<'n, 'a>(node: &'n Node<'a>, name: &str) -> &'n [Node<'a>] {
    match node.field(&[name]) {
        Some(Node::List(items)) => items,
        _ => &[],
    }
}

fn read(node: &Node<'_>) -> Option<Automation> {
    let id = ResourceId::new(text(node, "id"));
    let properties = node.field(&["properties"])?;
    if id.text().is_empty() {
        return None;
    }
    Some(Automation {
        name: match text(node, "name") {
            none if none.is_empty() => SafeText::from(id.name()),
            name => name,
        },
        id,
        description: text(properties, "description"),
        // Left out, it is as the service makes it: switched on.
        enabled: !text(properties, "isEnabled").raw().eq_ignore_ascii_case("false"),
        scopes: list(properties, "scopes")
            .iter()
            .map(|one| ResourceId::new(text(one, "scopePath")))
            .collect(),
        sources: list(properties, "sources").iter().map(source).collect(),
        actions: list(properties, "actions").iter().map(action).collect(),
    })
}

fn source(node: &Node<'_>) -> EventSource {
    let sets = list(node, "ruleSets").iter().map(|set| list(set, "rules").iter().map(rule).collect());
    EventSource { kind: text(node, "eventSource"), rule_sets: sets.collect() }
}

fn rule(node: &Node<'_>) -> Rule {
    let field = |name| text(node, name);
    Rule::new(
        field("propertyJPath").raw(),
        field("propertyType").raw(),
        field("operator").raw(),
        field("expectedValue").raw(),
    )
}

fn action(node: &Node<'_>) -> Action {
    let (kind, app) = (text(node, "actionType"), text(node, "logicAppResourceId"));
    if kind.raw().eq_ignore_ascii_case("LogicApp") || kind.is_empty() && !app.is_empty() {
        return Action::LogicApp(ResourceId::new(app));
    }
    Action::Export(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automation_is_read_in_either_letter_case() {
        let raw = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/automations/a","name":"a",
            "properties":{"Description":"d","isEnabled":true,"scopes":[{"scopePath":"/subscriptions/s"}],
            "sources":[{"eventSource":"Alerts","ruleSets":[{"rules":[{"propertyJPath":"Severity","propertyType":"String",
            "expectedValue":"High","operator":"Equals"}]},{"rules":[]}]},{"eventSource":"Assessments"}],
            "actions":[{"actionType":"LogicApp","logicAppResourceId":"/l"},{"actionType":"EventHub"}]}}"#;
        let read = read(&Node::parse(raw).unwrap()).unwrap();
        assert!(read.enabled);
        assert_eq!((read.name.raw(), read.description.raw()), ("a", "d"));
        assert_eq!(read.scopes, [ResourceId::new("/subscriptions/s")]);
        let rule = Rule::new("Severity", "String", "Equals", "High");
        assert_eq!(read.sources[0].rule_sets, [vec![rule], Vec::new()]);
        assert_eq!(
            read.actions,
            [Action::LogicApp(ResourceId::new("/l")), Action::Export("EventHub".into())]
        );
    }

    #[test]
    fn what_is_left_out_is_empty_and_what_has_no_id_is_no_automation() {
        let bare = read(&Node::parse(r#"{"id":"/a/b","properties":{}}"#).unwrap()).unwrap();
        assert!(bare.enabled && bare.scopes.is_empty() && bare.sources.is_empty());
        assert_eq!(bare.name.raw(), "b");
        let off = read(&Node::parse(r#"{"id":"/a","properties":{"isEnabled":false}}"#).unwrap()).unwrap();
        assert!(!off.enabled);
        assert_eq!(read(&Node::parse(r#"{"properties":{}}"#).unwrap()), None);
        assert_eq!(read(&Node::parse("null").unwrap()), None);
    }
}
