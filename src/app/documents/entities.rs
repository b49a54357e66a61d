//! Entities as trees: a process under its parent, with its account, host and image file; an address with its place.
//!
//! The graph may hold cycles and references to nothing: an entity is laid out in full once, then as *(see above)*;
//! what is not there is *(missing)*.

use std::collections::HashSet;

use crate::app::document::{Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::history::capital;
use crate::app::documents::label::field_label;
use crate::app::documents::summary::{dot, letter, mention_count};
use crate::app::message::Mention;
use crate::domain::alert::Alert;
use crate::domain::entity::{Entity, EntityGraph, EntityKind, Value};
use crate::domain::fact::FactKind;
use crate::domain::{SafeStr, SafeText};

/// From this depth on, branches are no longer indented, so that text keeps room.
const DEEPEST: usize = 8;

/// The field by which a process names its parent: drawn the other way round.
const PARENT: &str = "parentProcess";

/// What a branch holds.
enum Branch<'a> {
    /// A line of text: label and value.
    Field(Vec<Piece>, Vec<Piece>),
    /// An entity, with what it is to the one above.
    Entity(Option<&'a SafeText>, usize),
    /// A child process.
    Child(usize),
}

/// Lays out all entities of an alert.
pub(super) fn tree(flow: &mut Flow, alert: &Alert, mentions: &[Mention]) {
    let graph = &alert.entities;
    if graph.nodes.is_empty() {
        return flow.words("  none", Role::Dim);
    }
    let mut forest =
        Forest { graph, mentions, children: children(graph), done: HashSet::new(), open: HashSet::new() };
    let inside = referenced(graph);
    let tops = graph.listed.iter().map(|at| top(graph, *at)).filter(|at| !inside.contains(at));
    for at in tops.collect::<Vec<_>>() {
        forest.root(flow, at);
    }
    for at in graph.listed.iter().copied().chain(0..graph.nodes.len()) {
        forest.root(flow, at);
    }
}

/// The processes that name each entity as their parent.
fn children(graph: &EntityGraph) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); graph.nodes.len()];
    for (at, node) in graph.nodes.iter().enumerate() {
        if let Some(Value::Entity(parent)) = node.get(PARENT)
            && let Some(list) = children.get_mut(*parent).filter(|_| *parent != at)
        {
            list.push(at);
        }
    }
    children
}

/// The entities that another names in a field other than the parent's.
fn referenced(graph: &EntityGraph) -> HashSet<usize> {
    fn collect(value: &Value, into: &mut HashSet<usize>) {
        match value {
            Value::Entity(at) => {
                into.insert(*at);
            }
            Value::List(values) => values.iter().for_each(|value| collect(value, into)),
            Value::Map(fields) => fields.iter().for_each(|(_, value)| collect(value, into)),
            Value::Text(_) | Value::Dangling(_) => {}
        }
    }
    let mut all = HashSet::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut own = HashSet::new();
        for (name, value) in &node.fields {
            if !name.raw().eq_ignore_ascii_case(PARENT) {
                collect(value, &mut own);
            }
        }
        own.remove(&at);
        all.extend(own);
    }
    all
}

/// The first of a process's ancestors; the process itself where its ancestors go round in a circle.
fn top(graph: &EntityGraph, from: usize) -> usize {
    let mut at = from;
    for _ in 0..graph.nodes.len() {
        match graph.node(at).and_then(|node| node.get(PARENT)) {
            Some(Value::Entity(parent)) if *parent != at && *parent < graph.nodes.len() => at = *parent,
            _ => return at,
        }
    }
    from
}

struct Forest<'a> {
    graph: &'a EntityGraph,
    mentions: &'a [Mention],
    children: Vec<Vec<usize>>,
    /// Laid out in full.
    done: HashSet<usize>,
    /// Being laid out: those above the current branch.
    open: HashSet<usize>,
}

impl<'a> Forest<'a> {
    fn root(&mut self, flow: &mut Flow, at: usize) {
        if !self.done.contains(&at) {
            self.entity(flow, None, at, ("  ", "  "), 0);
        }
    }

    /// An entity's line and, the first time, its branches.
    fn entity(
        &mut self,
        flow: &mut Flow,
        relation: Option<&SafeText>,
        at: usize,
        lead: (&str, &str),
        depth: usize,
    ) {
        let Some(node) = self.graph.node(at) else {
            flow.wrap(lead.0, lead.1, &[Piece::new("(missing)", Role::Error)]);
            return;
        };
        let mut line = Vec::new();
        if let Some(name) = relation {
            let name = field_label(name);
            if !name.iter().map(|piece| &*piece.text).eq([capital(&node.kind_label()).as_str()]) {
                line.extend(name);
                line.push(Piece::new(": ", Role::Dim));
            }
        }
        line.extend(safe(SafeStr(&node.kind_label()), Role::Label));
        line.push(Piece::from("  "));
        line.extend(self.name(at));
        let known = self.done.contains(&at) || self.open.contains(&at);
        if known {
            line.push(Piece::new("  (see above)", Role::Dim));
        } else if node.is_stub() {
            line.push(Piece::new("  (named only)", Role::Dim));
        }
        flow.wrap(lead.0, &format!("{}    ", lead.1), &line);
        if known {
            return;
        }
        self.open.insert(at);
        self.done.insert(at);
        let branches = self.branches(at, node);
        let count = branches.len();
        for (number, branch) in branches.into_iter().enumerate() {
            let last = number + 1 == count;
            let (first, rest) = if depth >= DEEPEST {
                (lead.1.to_owned(), lead.1.to_owned())
            } else if last {
                (format!("{}└─ ", lead.1), format!("{}   ", lead.1))
            } else {
                (format!("{}├─ ", lead.1), format!("{}│  ", lead.1))
            };
            match branch {
                Branch::Field(label, value) => {
                    let mut line = label;
                    line.push(Piece::from("  "));
                    line.extend(value);
                    flow.wrap(&first, &format!("{rest}  "), &line);
                }
                Branch::Entity(name, to) => self.entity(flow, name, to, (&first, &rest), depth + 1),
                Branch::Child(to) => self.entity(flow, None, to, (&first, &rest), depth + 1),
            }
        }
        self.open.remove(&at);
    }

    /// An entity's own name behind the letter of its pivot, and how many others mention it.
    fn name(&self, at: usize) -> Vec<Piece> {
        let Some((kind, value)) = self.graph.identity(at) else { return Vec::new() };
        let label = self.graph.node(at).map(Entity::kind_label).unwrap_or_default();
        let is = |mention: &&Mention| match mention.kind {
            FactKind::Named => kind == FactKind::Entity && mention.label == label,
            known => known == kind,
        };
        let found = self.mentions.iter().position(|mention| is(&mention) && mention.value == value);
        let letter = found.and_then(letter).map(|letter| Piece::new(format!("{letter}  "), Role::Key));
        let mut pieces: Vec<Piece> = letter.into_iter().collect();
        pieces.extend(safe(value.as_safe(), Role::Strong));
        let count = found.and_then(|at| self.mentions.get(at)).map(mention_count).unwrap_or_default();
        if !count.is_empty() {
            pieces.push(Piece::new(format!("  {count}"), Role::Dim));
        }
        pieces
    }

    fn branches(&self, at: usize, node: &'a Entity) -> Vec<Branch<'a>> {
        let shown = self.graph.identity(at).map(|(_, value)| value);
        let mut branches = Vec::new();
        let mut inner = Vec::new();
        for (name, value) in &node.fields {
            let is = |known: &str| name.raw().eq_ignore_ascii_case(known);
            match value {
                _ if is("isValid") => {}
                Value::Entity(_) if is(PARENT) => {}
                Value::Text(text) if text.is_empty() || shown.as_ref() == Some(text) => {}
                Value::Entity(to) => inner.push(Branch::Entity(Some(name), *to)),
                Value::List(values) => self.list(name, values, &mut branches, &mut inner),
                other => branches.push(Branch::Field(field_label(name), self.flat(other))),
            }
        }
        branches.extend(inner);
        if node.kind == EntityKind::Process || !self.children[at].is_empty() {
            branches.extend(self.children[at].iter().map(|child| Branch::Child(*child)));
        }
        branches
    }

    /// A list: each entity and each object a branch of its own, plain values on one line.
    fn list(
        &self,
        name: &'a SafeText,
        values: &'a [Value],
        branches: &mut Vec<Branch<'a>>,
        inner: &mut Vec<Branch<'a>>,
    ) {
        let mut plain: Vec<&Value> = Vec::new();
        for value in values {
            match value {
                Value::Entity(to) => inner.push(Branch::Entity(Some(name), *to)),
                Value::Map(_) | Value::List(_) => {
                    branches.push(Branch::Field(field_label(name), self.flat(value)));
                }
                Value::Text(_) | Value::Dangling(_) => plain.push(value),
            }
        }
        if !plain.is_empty() {
            let mut pieces = Vec::new();
            for (at, value) in plain.into_iter().enumerate() {
                if at > 0 {
                    pieces.push(Piece::new(", ", Role::Dim));
                }
                pieces.extend(self.flat(value));
            }
            branches.push(Branch::Field(field_label(name), pieces));
        }
    }

    /// A value on one line.
    fn flat(&self, value: &Value) -> Vec<Piece> {
        match value {
            Value::Text(text) => safe_block(text.as_safe(), Role::Body),
            Value::Entity(at) => match self.graph.node(*at) {
                Some(node) => {
                    let mut pieces = safe(SafeStr(&node.kind_label()), Role::Dim);
                    pieces.push(Piece::from(" "));
                    pieces.extend(self.name(*at));
                    pieces
                }
                None => vec![Piece::new("(missing)", Role::Error)],
            },
            Value::Dangling(reference) => {
                let mut pieces = vec![Piece::new("(missing: ", Role::Error)];
                pieces.extend(safe(reference.as_safe(), Role::Error));
                pieces.push(Piece::new(")", Role::Error));
                pieces
            }
            Value::List(values) => self.joined(values.iter().map(|value| (None, value))),
            Value::Map(fields) => self.joined(fields.iter().map(|(name, value)| (Some(name), value))),
        }
    }

    fn joined<'b>(&self, values: impl Iterator<Item = (Option<&'b SafeText>, &'b Value)>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (name, value) in values {
            if matches!(value, Value::Text(text) if text.is_empty()) {
                continue;
            }
            if !pieces.is_empty() {
                pieces.push(dot());
            }
            if let Some(name) = name {
                pieces.extend(
                    field_label(name).into_iter().map(|piece| Piece { role: dim(piece.role), ..piece }),
                );
                pieces.push(Piece::from(" "));
            }
            pieces.extend(self.flat(value));
        }
        pieces
    }
}

fn dim(role: Role) -> Role {
    if role == Role::Label { Role::Dim } else { role }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    fn node(kind: EntityKind, fields: &[(&str, Value)]) -> Entity {
        let fields = fields.iter().map(|(name, value)| (SafeText::from(*name), value.clone())).collect();
        Entity { kind, kind_text: kind.label().into(), fields }
    }

    fn laid_out(nodes: Vec<Entity>, listed: &[usize]) -> String {
        with_mentions(nodes, listed, &[])
    }

    fn with_mentions(nodes: Vec<Entity>, listed: &[usize], mentions: &[Mention]) -> String {
        let graph = EntityGraph { nodes, listed: listed.to_vec() };
        let mut flow = Flow::new(60);
        let mut forest = Forest {
            graph: &graph,
            mentions,
            children: children(&graph),
            done: HashSet::new(),
            open: HashSet::new(),
        };
        let inside = referenced(&graph);
        for at in graph.listed.iter().map(|at| top(&graph, *at)).filter(|at| !inside.contains(at)) {
            forest.root(&mut flow, at);
        }
        for at in graph.listed.iter().copied().chain(0..graph.nodes.len()) {
            forest.root(&mut flow, at);
        }
        format!("\n{}", flow.finish().text())
    }

    #[test]
    fn a_process_stands_under_its_parent() {
        let nodes = vec![
            node(EntityKind::Host, &[("hostName", text("vm-1"))]),
            node(
                EntityKind::Process,
                &[
                    ("processId", text("0x1b4")),
                    ("commandLine", text("powershell -enc AAAA")),
                    ("host", Value::Entity(0)),
                    ("parentProcess", Value::Entity(2)),
                    ("imageFile", Value::Entity(3)),
                ],
            ),
            node(EntityKind::Process, &[("processName", text("winword.exe")), ("host", Value::Entity(0))]),
            node(
                EntityKind::File,
                &[("name", text("powershell.exe")), ("fileHashes", Value::List(vec![Value::Entity(4)]))],
            ),
            node(EntityKind::FileHash, &[("algorithm", text("SHA256")), ("value", text("abcd"))]),
        ];
        assert_eq!(
            laid_out(nodes, &[0, 1]),
            "
  process  winword.exe
  ├─ host  vm-1
  └─ process  powershell.exe
     ├─ Process ID  0x1b4
     ├─ Command line  powershell -enc AAAA
     ├─ host  vm-1  (see above)
     └─ Image file: file  powershell.exe
        └─ File hashes: file hash  abcd
           └─ Algorithm  SHA256
"
        );
    }

    #[test]
    fn cycles_and_dangling_references_end() {
        let nodes = vec![
            node(EntityKind::Host, &[("hostName", text("a")), ("peer", Value::Entity(1))]),
            node(EntityKind::Host, &[("hostName", text("b")), ("peer", Value::Entity(0))]),
            node(EntityKind::Process, &[("processName", text("p")), ("parentProcess", Value::Entity(3))]),
            node(EntityKind::Process, &[("processName", text("q")), ("parentProcess", Value::Entity(2))]),
            node(EntityKind::File, &[("name", text("f")), ("host", Value::Dangling("9".into()))]),
            node(EntityKind::File, &[("name", text("self")), ("twin", Value::Entity(5))]),
        ];
        assert_eq!(
            laid_out(nodes, &[0, 1, 2, 4, 5]),
            "
  process  p
  └─ process  q
     └─ process  p  (see above)
  file  f
  └─ Host  (missing: 9)
  file  self
  └─ Twin: file  self  (see above)
  host  a
  └─ Peer: host  b
     └─ Peer: host  a  (see above)
"
        );
    }

    #[test]
    fn an_entity_that_can_be_shared_has_the_letter_of_its_pivot() {
        let nodes = vec![
            node(EntityKind::Ip, &[("address", text("203.0.113.7"))]),
            node(EntityKind::Host, &[("hostName", text("vm-1"))]),
        ];
        let mention = |kind, value: &str, label: &str, alerts| Mention {
            kind,
            value: value.into(),
            label: label.to_owned(),
            alerts,
            resources: 3,
        };
        let mentions =
            [mention(FactKind::Account, "ann", "account", 0), mention(FactKind::Ip, "203.0.113.7", "ip", 41)];
        assert_eq!(
            with_mentions(nodes, &[0, 1], &mentions),
            "
  ip  b  203.0.113.7  ×41 · 3 resources
  host  vm-1
"
        );
    }

    #[test]
    fn maps_stand_on_one_line_each() {
        let place = Value::Map(vec![
            ("countryCode".into(), text("nl")),
            ("asn".into(), text("1103")),
            ("city".into(), text("")),
        ]);
        let intel = Value::List(vec![Value::Map(vec![("providerName".into(), text("Microsoft"))])]);
        let nodes = vec![node(
            EntityKind::Ip,
            &[("address", text("203.0.113.7")), ("location", place), ("threatIntelligence", intel)],
        )];
        assert_eq!(
            laid_out(nodes, &[0]),
            "
  ip  203.0.113.7
  ├─ Location  Country code nl · ASN 1103
  └─ Threat intelligence  Provider name Microsoft
"
        );
    }

    #[test]
    fn a_long_chain_of_parents_keeps_room_for_text() {
        let chain = |at: usize| {
            node(
                EntityKind::Process,
                &[("processName", text(&format!("p{at}"))), ("parentProcess", Value::Entity(at + 1))],
            )
        };
        let nodes: Vec<Entity> = (0..300).map(chain).collect();
        let text = laid_out(nodes, &[0]);
        assert_eq!(text.trim_start().lines().count(), 300);
        assert!(text.lines().all(|line| line.chars().count() <= 60));
    }
}
