//! A rule filled in from an alert.

use chrono::{DateTime, Utc};

use super::draft::{Draft, LONGEST_NAME, numbered};
use super::expiry;
use super::field::{FIELDS, Path};
use super::rule::State;
use crate::domain::entity::EntityKind;
use crate::domain::{Alert, SafeText};

/// Values of one field that are offered; an alert may name hundreds of addresses.
const MOST: usize = 12;

/// A value of the alert that a condition can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The field.
    pub field: &'static str,
    /// The value as the alert has it.
    pub value: SafeText,
    /// True when the suggested rule has it.
    pub ticked: bool,
}

/// A rule from an alert, and what else of the alert it could be about.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The rule; its reason is left to the person.
    pub draft: Draft,
    /// Every value that a condition can be made of, by field.
    pub offers: Vec<Offer>,
}

/// Suggests a rule: this type, on this host (else Azure resource), and from the only address or by the only account if
/// the alert names exactly one. That is the narrowest rule that can match again; command lines, files and hashes vary, so
/// they are offered without being ticked. The name is one that no rule in `taken` has.
pub fn suggest(alert: &Alert, now: DateTime<Utc>, taken: &[&str]) -> Suggestion {
    let mut offers = offers(alert);
    tick(&mut offers, alert);
    let mut draft = Draft {
        name: free_name(&name(alert), taken).into(),
        types: vec![alert.alert_type.clone()],
        subscriptions: alert.id.subscription().into_iter().collect(),
        comment: format!("From alert {}", alert.id.name()).into(),
        state: State::Enabled,
        expires: Some(now + expiry::EXTENSION),
        ..Draft::default()
    };
    for offer in offers.iter().filter(|offer| offer.ticked) {
        draft.add_value(offer.field, offer.value.raw());
    }
    Suggestion { draft, offers }
}

fn offers(alert: &Alert) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for known in FIELDS {
        let Some(path) = Path::parse(known.name) else { continue };
        let from = offers.len();
        for value in path.values(&alert.entities) {
            let new = offers[from..].iter().all(|offer| !offer.value.raw().eq_ignore_ascii_case(value.raw()));
            if new && !value.raw().trim().is_empty() && offers.len() < from + MOST {
                offers.push(Offer { field: known.name, value: value.clone(), ticked: false });
            }
        }
    }
    offers
}

fn tick(offers: &mut [Offer], alert: &Alert) {
    let places = |kind: EntityKind, key: &str| -> Vec<usize> {
        let name = FIELDS.iter().find(|known| known.kind == kind && known.key == key).map(|known| known.name);
        (0..offers.len()).filter(|at| Some(offers[*at].field) == name).collect()
    };
    let hosts = places(EntityKind::Host, "hostName");
    let resources = places(EntityKind::AzureResource, "resourceId");
    let own = alert.azure_resource().and_then(|own| {
        let own = own.text().raw();
        resources.iter().copied().find(|at| offers[*at].value.raw().eq_ignore_ascii_case(own))
    });
    let place = hosts.first().copied().or(own).or_else(|| resources.first().copied());
    let actors = [places(EntityKind::Ip, "address"), places(EntityKind::Account, "name")];
    let actor = actors.iter().find(|actors| actors.len() == 1).and_then(|actors| actors.first().copied());
    for at in place.into_iter().chain(actor) {
        offers[at].ticked = true;
    }
}

/// Type and resource, in the characters that a name may have.
fn name(alert: &Alert) -> String {
    let text = format!("{}-{}", alert.alert_type.raw(), alert.resource_name().raw());
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_start_matches(['-', '_']);
    let name = name.get(..LONGEST_NAME).unwrap_or(name).trim_end_matches('-');
    if name.len() < 2 { "rule".to_owned() } else { name.to_owned() }
}

/// The name, with a number if a rule has it already.
pub fn free_name(name: &str, taken: &[&str]) -> String {
    let is_free = |name: &str| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    if is_free(name) {
        return name.to_owned();
    }
    let mut numbers = (2..).map(|number| numbered(name, number));
    numbers.find(|name| is_free(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Spot, Test, check};
    use super::*;
    use crate::domain::alert::Times;
    use crate::domain::entity::{Entity, EntityGraph, Value};
    use crate::domain::resource::{ResourceId, ResourceIdentifier};
    use crate::domain::tactic::TacticSet;
    use crate::domain::{AlertId, Severity, Status};

    const RESOURCE: &str =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1";

    fn with(entities: &[(&str, &str, &str)]) -> Alert {
        let entity = |(kind, key, value): &(&str, &str, &str)| Entity {
            kind: EntityKind::parse(kind),
            kind_text: (*kind).into(),
            fields: vec![(SafeText::from(*key), Value::Text((*value).into()))],
        };
        let nodes: Vec<Entity> = entities.iter().map(entity).collect();
        let listed = (0..nodes.len()).collect();
        Alert {
            alert_type: "VM_Suspicious.Thing".into(),
            compromised_entity: "vm 1".into(),
            resources: vec![ResourceIdentifier::Azure(ResourceId::new(RESOURCE))],
            entities: EntityGraph { nodes, listed },
            ..blank()
        }
    }

    fn blank() -> Alert {
        let none = SafeText::default;
        Alert {
            id: AlertId::new("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n1"),
            alert_type: none(),
            title: none(),
            description: none(),
            severity: Severity::High,
            severity_text: none(),
            status: Status::Active,
            status_text: none(),
            tactics: TacticSet::default(),
            intent_text: none(),
            techniques: Vec::new(),
            times: Times::default(),
            resources: Vec::new(),
            compromised_entity: none(),
            product: none(),
            component: none(),
            vendor: none(),
            remediation: Vec::new(),
            links: Vec::new(),
            portal_uri: none(),
            correlation: none(),
            is_incident: false,
            entities: EntityGraph::default(),
            properties: Vec::new(),
            evidence: Vec::new(),
            version: none(),
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn ticked(alert: &Alert) -> Vec<String> {
        let suggestion = suggest(alert, now(), &[]);
        let ticked = suggestion.offers.iter().filter(|offer| offer.ticked);
        ticked.map(|offer| offer.value.raw().to_owned()).collect()
    }

    #[test]
    fn only_the_reason_is_left_to_the_person() {
        let alert = with(&[("host", "hostName", "vm-1"), ("ip", "address", "203.0.113.7")]);
        let draft = suggest(&alert, now(), &[]).draft;
        assert_eq!(draft.name.raw(), "VM_Suspicious-Thing-vm-1");
        assert_eq!(draft.conditions.len(), 2);
        let spots: Vec<Spot> = check(&draft, now()).into_iter().map(|problem| problem.spot).collect();
        assert_eq!(spots, [Spot::Reason]);
    }

    #[test]
    fn the_place_and_a_lone_actor_are_ticked() {
        let host = ("host", "hostName", "vm-1");
        let (one, two) = (("ip", "address", "203.0.113.7"), ("ip", "address", "203.0.113.8"));
        let account = ("account", "name", "jdoe");
        let other = ("azure-resource", "resourceId", "/subscriptions/s/x");
        let own = (
            "azure-resource",
            "ResourceId",
            "/SUBSCRIPTIONS/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/VM-1",
        );
        let line = ("process", "commandLine", "curl x");
        assert_eq!(ticked(&with(&[one, account, host, other, line])), ["vm-1", "203.0.113.7"]);
        assert_eq!(ticked(&with(&[one, two, account, own])), [own.2, "jdoe"]);
        assert_eq!(ticked(&with(&[other, own])), [own.2]);
        assert_eq!(ticked(&with(&[other, line])), [other.2]);
        assert_eq!(ticked(&with(&[])), [] as [&str; 0]);
    }

    #[test]
    fn a_value_is_offered_once_and_not_hundreds() {
        let many: Vec<String> = (0..50).map(|n| format!("203.0.113.{n}")).collect();
        let mut entities: Vec<_> = many.iter().map(|ip| ("ip", "address", ip.as_str())).collect();
        entities.push(("host", "hostName", "VM-1"));
        entities.push(("host", "hostname", "vm-1"));
        let suggestion = suggest(&with(&entities), now(), &[]);
        assert_eq!(suggestion.offers.len(), MOST + 1);
        assert_eq!(suggestion.draft.conditions[0].test, Test::In(vec!["VM-1".into()]));
    }

    #[test]
    fn a_name_is_legal_and_free_whatever_the_alert_is_called() {
        for (kind, entity) in [("", ""), ("__", "…"), ("é", "é"), (&"x".repeat(90), "vm"), ("A.B", "a/b c")]
        {
            let alert = Alert { alert_type: kind.into(), compromised_entity: entity.into(), ..with(&[]) };
            let draft = suggest(&alert, now(), &[]).draft;
            assert!(
                check(&draft, now()).iter().all(|problem| problem.spot != Spot::Name),
                "{:?}",
                draft.name
            );
        }
        let taken = ["VM_SUSPICIOUS-THING-VM-1", "VM_Suspicious-Thing-vm-1-2"];
        assert_eq!(suggest(&with(&[]), now(), &taken).draft.name.raw(), "VM_Suspicious-Thing-vm-1-3");
    }
}
