//! The entities of one alert, with `$id` and `$ref` resolved (contract §2.2).
//!
//! Two walks in the same order: the first numbers every entity and notes its `$id`, the second builds them. So a
//! reference may stand before its definition, definitions may be nested, and cycles are only numbers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::envelope::{safe, unwrapped};
use super::json::{Map, Node};
use crate::domain::SafeText;
use crate::domain::entity::{Entity, EntityGraph, EntityKind, Value};

/// Reads the graph from an alert's properties.
pub(super) fn entity_graph(fields: &Node<'_>) -> EntityGraph {
    let Some(listed) = fields.field(&["entities"]).map(unwrapped) else { return EntityGraph::default() };
    let Node::List(items) = &*listed else { return EntityGraph::default() };
    let mut numbering = Numbering::default();
    for item in items {
        numbering.walk(item, true);
    }
    let identifiers = fields.field(&["resourceIdentifiers"]).map(unwrapped);
    let identifiers = match identifiers.as_deref() {
        Some(Node::List(identifiers)) => identifiers.as_slice(),
        _ => &[],
    };
    let id = |item| Node::field(item, &["$id"]).and_then(Node::scalar);
    let identifiers = identifiers.iter().filter_map(|item| Some((id(item)?, item))).collect();
    let mut build = Build {
        places: numbering.places,
        identifiers,
        graph: EntityGraph {
            nodes: Vec::with_capacity(numbering.count),
            listed: Vec::with_capacity(items.len()),
        },
        seen: HashSet::new(),
        total: numbering.count,
        extra: Vec::new(),
    };
    for item in items {
        build.list(item);
    }
    build.graph.nodes.append(&mut build.extra);
    build.graph
}

/// True for an object that is an entity of its own: it defines an id, or its type is one of the contract's. Objects
/// such as an address's `location` are neither.
fn is_entity(map: &Map<'_>) -> bool {
    let member = |name: &str| super::json::field(map, &[name]).and_then(Node::scalar);
    member("$id").is_some() || member("type").is_some_and(|kind| EntityKind::parse(kind) != EntityKind::Other)
}

/// The target of a reference; none for a definition and for everything else.
fn reference<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    if node.field(&["$id"]).is_some() { None } else { node.field(&["$ref"])?.scalar() }
}

/// The first walk.
#[derive(Default)]
struct Numbering<'n> {
    /// The first entity to define an id keeps it.
    places: HashMap<&'n str, usize>,
    count: usize,
}

impl<'n> Numbering<'n> {
    fn walk(&mut self, node: &'n Node<'_>, in_list: bool) {
        match node {
            Node::List(items) => items.iter().for_each(|item| self.walk(item, in_list)),
            Node::Map(members) if reference(node).is_none() => {
                if in_list || is_entity(members) {
                    if let Some(id) = node.field(&["$id"]).and_then(Node::scalar) {
                        self.places.entry(id).or_insert(self.count);
                    }
                    self.count += 1;
                }
                for (_, value) in members {
                    self.walk(value, false);
                }
            }
            _ => {}
        }
    }
}

/// The second walk.
struct Build<'n, 'a> {
    places: HashMap<&'n str, usize>,
    /// They share the numbers of the entities, so a reference may lead there.
    identifiers: HashMap<&'n str, &'n Node<'a>>,
    graph: EntityGraph,
    /// The places in the list so far.
    seen: HashSet<usize>,
    /// How many entities the first walk found.
    total: usize,
    /// What the first walk did not number; placed after the rest.
    extra: Vec<Entity>,
}

impl<'n> Build<'n, '_> {
    /// One item of the alert's list.
    fn list(&mut self, item: &'n Node<'_>) {
        let place = match item {
            Node::Null => return,
            Node::List(items) => return items.iter().for_each(|item| self.list(item)),
            Node::Map(members) => match reference(item) {
                Some(target) => match self.resolve(target) {
                    Some(place) => place,
                    None => self.add_extra(dangling(target)),
                },
                None => self.entity(item, members),
            },
            other => self.add_extra(Entity {
                kind: EntityKind::Other,
                kind_text: SafeText::default(),
                fields: vec![(SafeText::from("value"), Value::Text(SafeText::from(&*other.display())))],
            }),
        };
        if self.seen.insert(place) {
            self.graph.listed.push(place);
        }
    }

    /// Builds an entity and those inside it; its number is that of the first walk.
    fn entity(&mut self, node: &'n Node<'_>, members: &'n Map<'_>) -> usize {
        let kind_text = safe(node, &["type"]);
        let kind = EntityKind::parse(kind_text.raw());
        let place = self.graph.nodes.len();
        self.graph.nodes.push(Entity { kind, kind_text, fields: Vec::new() });
        let fields = self.fields(members, true);
        self.graph.nodes[place].fields = fields;
        place
    }

    fn fields(&mut self, members: &'n Map<'_>, of_entity: bool) -> Vec<(SafeText, Value)> {
        let hidden = |key: &Cow<'_, str>| {
            of_entity && (key.eq_ignore_ascii_case("$id") || key.eq_ignore_ascii_case("type"))
        };
        let mut fields = Vec::with_capacity(members.len());
        for (key, value) in members {
            // Hidden ones are scalars, in which the first walk numbered nothing either.
            if *value == Node::Null || (hidden(key) && value.scalar().is_some()) {
                continue;
            }
            fields.push((SafeText::from(&**key), self.value(value)));
        }
        fields
    }

    fn value(&mut self, node: &'n Node<'_>) -> Value {
        match node {
            Node::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Node::Map(members) => match reference(node) {
                Some(target) => match self.resolve(target) {
                    Some(place) => Value::Entity(place),
                    None => Value::Dangling(SafeText::from(target)),
                },
                None if is_entity(members) => Value::Entity(self.entity(node, members)),
                None => Value::Map(self.fields(members, false)),
            },
            scalar => Value::Text(SafeText::from(&*scalar.display())),
        }
    }

    /// The place of what a reference names, among the entities or else among the resource identifiers.
    fn resolve(&mut self, target: &'n str) -> Option<usize> {
        if let Some(place) = self.places.get(target) {
            return Some(*place);
        }
        let identifier = self.identifiers.get(target)?;
        let id = safe(identifier, &["azureResourceId"]);
        let entity = if id.is_empty() {
            Entity { kind: EntityKind::Other, kind_text: safe(identifier, &["type"]), fields: Vec::new() }
        } else {
            let fields = vec![(SafeText::from("resourceId"), Value::Text(id))];
            Entity { kind: EntityKind::AzureResource, kind_text: SafeText::from("azure-resource"), fields }
        };
        let place = self.add_extra(entity);
        self.places.insert(target, place);
        Some(place)
    }

    fn add_extra(&mut self, entity: Entity) -> usize {
        self.extra.push(entity);
        self.total + self.extra.len() - 1
    }
}

/// A reference in the list that leads nowhere is still shown.
fn dangling(target: &str) -> Entity {
    let fields = vec![(SafeText::from("$ref"), Value::Dangling(SafeText::from(target)))];
    Entity { kind: EntityKind::Other, kind_text: SafeText::default(), fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(entities: &str) -> EntityGraph {
        let identifiers = r#"[{"$id":"r1","type":"AzureResource","azureResourceId":"/subscriptions/s"}]"#;
        let text = format!(r#"{{"entities":{entities},"resourceIdentifiers":{identifiers}}}"#);
        let graph = entity_graph(&Node::parse(&text).unwrap());
        check(&graph);
        graph
    }

    /// Every number leads to a node.
    fn check(graph: &EntityGraph) {
        fn leads(value: &Value, nodes: usize) {
            match value {
                Value::Entity(at) => assert!(*at < nodes),
                Value::List(items) => items.iter().for_each(|item| leads(item, nodes)),
                Value::Map(fields) => fields.iter().for_each(|(_, item)| leads(item, nodes)),
                Value::Text(_) | Value::Dangling(_) => {}
            }
        }
        assert!(graph.listed.iter().all(|at| *at < graph.nodes.len()));
        for node in &graph.nodes {
            node.fields.iter().for_each(|(_, field)| leads(field, graph.nodes.len()));
        }
    }

    fn kinds(graph: &EntityGraph) -> Vec<EntityKind> {
        graph.nodes.iter().map(|node| node.kind).collect()
    }

    #[test]
    fn references_lead_forward_and_backward() {
        let graph = graph(
            r#"[{"$id":"1","type":"process","imageFile":{"$ref":"3"},"parentProcess":{"$ref":"2"}},
                {"$id":"2","type":"process","commandLine":"cmd"},
                {"$id":"3","type":"file","name":"a.exe"}]"#,
        );
        let first = &graph.nodes[0];
        assert_eq!(graph.follow(first, "imageFile").unwrap().text("NAME").unwrap().raw(), "a.exe");
        assert_eq!(graph.follow(first, "parentprocess").unwrap().kind, EntityKind::Process);
        assert_eq!(graph.listed, [0, 1, 2]);
        assert!(first.get("$id").is_none() && first.get("type").is_none());
    }

    #[test]
    fn inline_definitions_become_entities_that_are_not_listed() {
        let graph = graph(
            r#"[{"$id":"4","CloudResource":{"$id":"5","ResourceId":"/r","Type":"azure-resource"},"Type":"K8s-cluster"},
                {"$ref":"5"},
                {"$id":"6","fileHashes":[{"algorithm":"MD5","value":"x","type":"filehash"},{"$ref":"9"}],"type":"file"},
                {"$ref":"6","type":null}]"#,
        );
        let expected =
            [EntityKind::K8sCluster, EntityKind::AzureResource, EntityKind::File, EntityKind::FileHash];
        assert_eq!(kinds(&graph), expected);
        assert_eq!(graph.listed, [0, 1, 2]);
        let hashes = Value::List(vec![Value::Entity(3), Value::Dangling("9".into())]);
        assert_eq!(graph.nodes[2].get("fileHashes"), Some(&hashes));
    }

    #[test]
    fn cycles_dangling_and_repeated_ids_survive() {
        let graph = graph(
            r#"[{"$id":"1","type":"host","self":{"$ref":"1"},"other":{"$ref":"2"}},
                {"$id":"2","type":"account","host":{"$ref":"1"},"gone":{"$ref":"nowhere"}},
                {"$id":"1","type":"ip","address":"203.0.113.7"},
                {"$ref":"nowhere"}]"#,
        );
        assert_eq!(graph.nodes[0].get("self"), Some(&Value::Entity(0)));
        assert_eq!(graph.nodes[1].get("host"), Some(&Value::Entity(0)), "the first to define an id keeps it");
        assert_eq!(graph.nodes[1].get("gone"), Some(&Value::Dangling("nowhere".into())));
        assert_eq!(graph.nodes[2].kind, EntityKind::Ip);
        assert_eq!(graph.listed, [0, 1, 2, 3]);
        assert_eq!(graph.nodes[3].get("$ref"), Some(&Value::Dangling("nowhere".into())));
    }

    #[test]
    fn a_reference_may_lead_to_a_resource_identifier() {
        let graph =
            graph(r#"[{"type":"host","resource":{"$ref":"r1"},"again":{"$ref":"r1"}},{"$ref":"r1"}]"#);
        assert_eq!(graph.nodes.len(), 2);
        assert_eq!(graph.nodes[0].get("resource"), graph.nodes[0].get("again"));
        assert_eq!(graph.follow(&graph.nodes[0], "resource").unwrap().kind, EntityKind::AzureResource);
        assert_eq!(graph.listed, [0, 1]);
    }

    #[test]
    fn values_that_are_no_entities_stay_values() {
        let graph = graph(
            r#"[{"$id":7,"type":"ip","location":{"city":"Bern","asn":3303,"x":null},"isValid":false,"n":1e999,
                 "entityIds":[{"id":"a","type":"DomainName"}],"ref":{"$ref":7}}]"#,
        );
        let node = &graph.nodes[0];
        let location = Value::Map(vec![
            ("city".into(), Value::Text("Bern".into())),
            ("asn".into(), Value::Text("3303".into())),
        ]);
        assert_eq!(node.get("location"), Some(&location));
        assert!(node.is_stub());
        assert_eq!(node.text("n").unwrap().raw(), "1e999");
        assert_eq!(node.get("ref"), Some(&Value::Entity(0)));
        assert_eq!(graph.nodes.len(), 1);
    }

    #[test]
    fn odd_lists_lose_nothing() {
        let graph = graph(
            r#"["text",5,null,[{"hostName":"h"},{"type":"ip"}],{"$id":"1","a":[[{"$id":"2"}]]},{"$ref":"2"}]"#,
        );
        assert_eq!(graph.listed.len(), 6);
        assert_eq!(graph.nodes.len(), 6);
        assert_eq!(graph.nodes[0].text("hostName").unwrap().raw(), "h");
        assert_eq!(entity_graph(&Node::parse(r#"{"entities":{}}"#).unwrap()), EntityGraph::default());
        let in_a_string = r#"{"Entities":"[{\"Type\":\"ip\",\"Address\":\"::1\"}]"}"#;
        let graph = entity_graph(&Node::parse(in_a_string).unwrap());
        assert_eq!(graph.nodes[0].text("address").unwrap().raw(), "::1");
    }
}
