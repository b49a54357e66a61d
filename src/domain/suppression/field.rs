//! The fields that a condition can name: `entities.<kind>.<key>`.
//!
//! Which fields the service knows is listed in no document as a whole. The table has those of the contract's README §3,
//! which come from Microsoft's documentation, its built-in policy and recorded rules; another field of the same form
//! is understood all the same.

use crate::domain::SafeText;
use crate::domain::entity::{Entity, EntityGraph, EntityKind, Value};

/// A field that rules know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name in a rule.
    pub name: &'static str,
    /// The kind of entity it is about.
    pub kind: EntityKind,
    /// The entity's field; names are compared without regard to letter case.
    pub key: &'static str,
    /// The label for people.
    pub label: &'static str,
}

const fn known(name: &'static str, kind: EntityKind, key: &'static str, label: &'static str) -> Known {
    Known { name, kind, key, label }
}

/// Every known field, in the order in which an alert's entities are offered.
pub const FIELDS: [Known; 16] = [
    known("entities.host.hostname", EntityKind::Host, "hostName", "Host name"),
    known("entities.azureresource.resourceid", EntityKind::AzureResource, "resourceId", "Azure resource"),
    known("entities.ip.address", EntityKind::Ip, "address", "IP address"),
    known("entities.account.name", EntityKind::Account, "name", "Account name"),
    known("entities.process.commandline", EntityKind::Process, "commandLine", "Command line"),
    known("entities.file.name", EntityKind::File, "name", "File name"),
    known("entities.file.directory", EntityKind::File, "directory", "File folder"),
    known("entities.filehash.value", EntityKind::FileHash, "value", "File hash"),
    known("entities.dns.domainname", EntityKind::Dns, "domainName", "DNS domain"),
    known("entities.malware.name", EntityKind::Malware, "name", "Malware name"),
    known("entities.malware.category", EntityKind::Malware, "category", "Malware category"),
    known("entities.account.upnsuffix", EntityKind::Account, "upnSuffix", "Account UPN suffix"),
    known("entities.account.aaduserid", EntityKind::Account, "aadUserId", "Account object id"),
    known("entities.host.dnsdomain", EntityKind::Host, "dnsDomain", "Host DNS domain"),
    known("entities.host.azureid", EntityKind::Host, "azureID", "Host Azure id"),
    known("entities.host.omsagentid", EntityKind::Host, "omsAgentID", "Host agent id"),
];

/// The known field of a name, in any letter case; `host.hostname` is taken for `entities.host.hostname`.
pub fn find(name: &str) -> Option<&'static Known> {
    let name = name.trim();
    let short = |known: &Known| known.name["entities.".len()..].eq_ignore_ascii_case(name);
    FIELDS.iter().find(|known| known.name.eq_ignore_ascii_case(name) || short(known))
}

/// The label for people; a field without one is its own name.
pub fn label(name: &SafeText) -> SafeText {
    find(name.raw()).map_or_else(|| name.clone(), |known| SafeText::from(known.label))
}

/// What a field's name leads to in an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    kind: EntityKind,
    /// The kind as written, folded: decides for kinds that have no name of their own.
    kind_text: String,
    key: String,
}

impl Path {
    /// Reads `entities.<kind>.<key>`; none for text of another form.
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.trim().split('.');
        let (root, kind, key) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none() && !kind.is_empty() && !key.is_empty();
        (whole && root.eq_ignore_ascii_case("entities")).then(|| Self {
            kind: EntityKind::parse(kind),
            kind_text: folded(kind),
            key: key.to_owned(),
        })
    }

    /// The values of the field in an alert: of every entity of the kind, also of those that stand inside another one,
    /// because the contract does not say that only listed ones count. Lists give each of their values.
    pub fn values<'g>(&self, graph: &'g EntityGraph) -> impl Iterator<Item = &'g SafeText> {
        let mut found = Vec::new();
        for entity in graph.nodes.iter().filter(|entity| self.is_about(entity)) {
            let fields = entity.fields.iter().filter(|(key, _)| key.raw().eq_ignore_ascii_case(&self.key));
            fields.for_each(|(_, value)| texts(value, &mut found));
        }
        found.into_iter()
    }

    fn is_about(&self, entity: &Entity) -> bool {
        match self.kind {
            EntityKind::Other | EntityKind::K8sOther => folded(entity.kind_text.raw()) == self.kind_text,
            kind => entity.kind == kind,
        }
    }
}

fn texts<'g>(value: &'g Value, found: &mut Vec<&'g SafeText>) {
    match value {
        Value::Text(text) if !text.is_empty() => found.push(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Text(_) | Value::Entity(_) | Value::Dangling(_) | Value::Map(_) => {}
    }
}

/// A kind's name as [`EntityKind::parse`] reads it.
fn folded(kind: &str) -> String {
    kind.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(kind: &str, fields: &[(&str, Value)]) -> Entity {
        let fields = fields.iter().map(|(key, value)| (SafeText::from(*key), value.clone())).collect();
        Entity { kind: EntityKind::parse(kind), kind_text: kind.into(), fields }
    }

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    fn values(name: &str, nodes: &[Entity]) -> Vec<String> {
        let graph = EntityGraph { nodes: nodes.to_vec(), listed: Vec::new() };
        Path::parse(name).unwrap().values(&graph).map(|value| value.raw().to_owned()).collect()
    }

    #[test]
    fn every_known_field_leads_to_its_entity() {
        for known in FIELDS {
            let path = Path::parse(known.name).unwrap();
            assert_eq!(path.kind, known.kind, "{}", known.name);
            assert!(path.key.eq_ignore_ascii_case(known.key), "{}", known.name);
            assert_eq!(find(&known.name.to_uppercase()), Some(&FIELDS[place(known.name)]));
            assert_eq!(find(known.name.strip_prefix("entities.").unwrap()), find(known.name));
        }
    }

    fn place(name: &str) -> usize {
        FIELDS.iter().position(|known| known.name == name).unwrap()
    }

    #[test]
    fn values_come_from_every_entity_of_the_kind_and_from_lists() {
        let nodes = [
            entity("ip", &[("Address", text("203.0.113.7"))]),
            entity("azure-resource", &[("ResourceId", text("/r"))]),
            entity("IP", &[("address", Value::List(vec![text("a"), text(""), Value::Entity(0), text("b")]))]),
            entity("host", &[("address", text("not an ip's"))]),
            entity("iot-thing", &[("serial", text("s1"))]),
        ];
        assert_eq!(values("entities.ip.address", &nodes), ["203.0.113.7", "a", "b"]);
        assert_eq!(values("Entities.AzureResource.ResourceID", &nodes), ["/r"]);
        assert_eq!(values("entities.iotthing.serial", &nodes), ["s1"]);
        assert!(values("entities.iotother.serial", &nodes).is_empty());
    }

    #[test]
    fn another_form_is_no_field() {
        for name in
            ["", "host", "host.hostname", "entities.host", "entities..x", "entities.host.", "entities.a.b.c"]
        {
            assert_eq!(Path::parse(name), None, "{name}");
        }
    }
}
