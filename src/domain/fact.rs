//! What can be searched of an alert, as (kind, value) pairs.
//!
//! The list keeps no alert in full. It keeps each alert's *facts*: interned strings, each with the kind under which a
//! filter finds it. The first five of every alert are its heads, always present and in a fixed order, so that a row's
//! title is simply its first fact.

use std::collections::HashSet;

use crate::domain::alert::Prose;
use crate::domain::entity::{EntityKind, Value};
use crate::domain::resource::ResourceIdentifier;
use crate::domain::{Alert, SafeText, Severity, Status};

/// The kind of a fact. At most 32 kinds: a fact is packed into 32 bits with 5 of them for the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FactKind {
    /// Head 0: the title.
    Title = 0,
    /// Head 1: the alert type's code.
    Type = 1,
    /// Head 2: the name of the affected resource.
    Resource = 2,
    /// Head 3: its resource group, or empty.
    Group = 3,
    /// Head 4: the subscription's GUID, lower-cased.
    Subscription = 4,
    /// A full resource id.
    ResourceId = 5,
    /// A resource type such as `Microsoft.Compute/virtualMachines`.
    ResourceType = 6,
    /// The description.
    Description = 7,
    /// The compromised entity.
    CompromisedEntity = 8,
    /// Product, component or vendor.
    Product = 9,
    /// The correlation key.
    Correlation = 10,
    /// An ATT&CK technique id.
    Technique = 11,
    /// A host name.
    Host = 12,
    /// An address.
    Ip = 13,
    /// An account.
    Account = 14,
    /// A process name.
    Process = 15,
    /// A command line.
    CommandLine = 16,
    /// A file: directory and name.
    File = 17,
    /// A file hash.
    Hash = 18,
    /// A URL.
    Url = 19,
    /// A DNS domain.
    Domain = 20,
    /// Any other entity.
    Entity = 21,
    /// An extended property's value.
    Property = 22,
    /// The severity's spelling, where it is not a documented one.
    SeverityText = 23,
    /// The status's spelling, where it is not a documented one.
    StatusText = 24,
    /// The name of an alert that this incident groups.
    Member = 25,
    /// Any other entity with its kind, so that a namesake of another kind is another one: `malware: Name`.
    Named = 26,
}

impl FactKind {
    /// Every kind, in the order of its code.
    pub const ALL: [Self; 27] = [
        Self::Title,
        Self::Type,
        Self::Resource,
        Self::Group,
        Self::Subscription,
        Self::ResourceId,
        Self::ResourceType,
        Self::Description,
        Self::CompromisedEntity,
        Self::Product,
        Self::Correlation,
        Self::Technique,
        Self::Host,
        Self::Ip,
        Self::Account,
        Self::Process,
        Self::CommandLine,
        Self::File,
        Self::Hash,
        Self::Url,
        Self::Domain,
        Self::Entity,
        Self::Property,
        Self::SeverityText,
        Self::StatusText,
        Self::Member,
        Self::Named,
    ];

    /// The number of heads.
    pub const HEADS: usize = 5;

    /// The kind of a code; none above the last.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// This kind's bit in a set of kinds.
    pub fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A fact of one alert before it is interned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The kind.
    pub kind: FactKind,
    /// The raw value.
    pub value: SafeText,
}

/// Values longer than this many bytes are searched by their beginning only.
const LONGEST: usize = 4096;

/// Each fact once, in the order in which they came.
#[derive(Default)]
struct Facts {
    list: Vec<Fact>,
    known: HashSet<Fact>,
}

impl Facts {
    fn head(&mut self, kind: FactKind, value: &str) {
        let fact = Fact { kind, value: SafeText::from(clip(value)) };
        self.known.insert(fact.clone());
        self.list.push(fact);
    }

    fn add(&mut self, kind: FactKind, value: &SafeText) {
        if value.is_empty() {
            return;
        }
        let value =
            if value.raw().len() > LONGEST { SafeText::from(clip(value.raw())) } else { value.clone() };
        let fact = Fact { kind, value };
        if self.known.insert(fact.clone()) {
            self.list.push(fact);
        }
    }
}

/// The part of a value that is searched: its beginning, where it is very long.
pub fn clip(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Alert {
    /// The name under which the list shows the affected resource.
    pub fn resource_name(&self) -> SafeText {
        if !self.compromised_entity.is_empty() {
            return SafeText::from(short_name(self.compromised_entity.raw()));
        }
        if let Some(id) = self.azure_resource() {
            return SafeText::from(id.name());
        }
        let host = self.entities.nodes.iter().find(|node| node.kind == EntityKind::Host);
        host.and_then(|host| host.text("hostName")).cloned().unwrap_or_default()
    }

    /// Everything searchable of this alert; the heads first.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Facts::default();
        let resource = self.azure_resource();
        let group = resource.and_then(|id| id.group());
        let subscription =
            resource.and_then(super::resource::ResourceId::subscription).or_else(|| self.id.subscription());
        facts.head(FactKind::Title, self.title.raw());
        facts.head(FactKind::Type, self.alert_type.raw());
        facts.head(FactKind::Resource, self.resource_name().raw());
        facts.head(FactKind::Group, group.unwrap_or_default());
        let own = self.id.subscription().or(subscription);
        facts.head(FactKind::Subscription, own.as_ref().map_or("", |id| id.as_str()));

        facts.add(FactKind::Description, &self.description);
        facts.add(FactKind::CompromisedEntity, &self.compromised_entity);
        facts.add(FactKind::Product, &self.product);
        facts.add(FactKind::Product, &self.component);
        facts.add(FactKind::Correlation, &self.correlation);
        for technique in &self.techniques {
            facts.add(FactKind::Technique, technique);
        }
        for resource in &self.resources {
            if let ResourceIdentifier::Azure(id) = resource {
                facts.add(FactKind::ResourceId, id.text());
                facts.add(FactKind::ResourceType, &SafeText::from(id.resource_type()));
            }
        }
        if self.severity == Severity::Other {
            facts.add(FactKind::SeverityText, &self.severity_text);
        }
        if self.status == Status::Other {
            facts.add(FactKind::StatusText, &self.status_text);
        }
        for (_, value) in &self.properties {
            match value {
                Prose::Text(text) => facts.add(FactKind::Property, text),
                Prose::Links(links) => {
                    for link in links {
                        facts.add(FactKind::Property, &link.label);
                    }
                }
            }
        }
        if let Some(kind) = self.property("resourceType") {
            facts.add(FactKind::ResourceType, kind);
        }
        self.entity_facts(&mut facts);
        facts.list
    }

    fn entity_facts(&self, facts: &mut Facts) {
        for (at, node) in self.entities.nodes.iter().enumerate() {
            if let Some((kind, value)) = self.entities.identity(at) {
                facts.add(kind, &value);
                if kind == FactKind::Entity && node.kind != EntityKind::SecurityAlert {
                    facts.add(FactKind::Named, &named(&node.kind_label(), value.raw()));
                }
            }
            match node.kind {
                EntityKind::Host => {
                    if let Some(id) = node.text("azureID") {
                        facts.add(FactKind::ResourceId, id);
                    }
                }
                EntityKind::Account => {
                    for field in ["name", "sid", "aadUserId"] {
                        if let Some(text) = node.text(field) {
                            facts.add(FactKind::Account, text);
                        }
                    }
                }
                EntityKind::Process => {
                    if let Some(line) = node.text("commandLine") {
                        facts.add(FactKind::CommandLine, line);
                    }
                }
                EntityKind::File => {
                    if let (Some(directory), Some(name)) = (node.text("directory"), node.text("name")) {
                        let slash = if directory.raw().contains('\\') { '\\' } else { '/' };
                        let trimmed = directory.raw().trim_end_matches(slash);
                        facts.add(FactKind::File, &SafeText::from(format!("{trimmed}{slash}{}", name.raw())));
                    }
                }
                EntityKind::SecurityAlert => {
                    if let Some(name) = node.first_text(&["systemAlertId", "providerAlertId", "name"]) {
                        facts.add(FactKind::Member, name);
                    }
                    if let Some(Value::List(names)) = node.get("systemAlertIds") {
                        for name in names {
                            if let Value::Text(name) = name {
                                facts.add(FactKind::Member, name);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The value of a [`FactKind::Named`]: an entity's kind and name.
pub fn named(kind: &str, name: &str) -> SafeText {
    SafeText::from(format!("{kind}: {name}"))
}

/// The last segment of a name that is a path; other names as they are.
fn short_name(name: &str) -> &str {
    if name.starts_with('/') {
        return name.rsplit('/').find(|part| !part.is_empty()).unwrap_or(name);
    }
    name
}
