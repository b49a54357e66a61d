//! The people and programs that act in Azure Resource Manager, and the roles they hold.
//!
//! An account of an alert and an identity of one name are the same: object ids follow from names.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::digest::guid_of;
use super::world::{Person, Resource};
use crate::emulator::activity::caller::Caller;

/// What an identity is, as role assignments spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in crate::emulator) enum IdentityKind {
    User,
    ServicePrincipal,
    Group,
}

impl IdentityKind {
    /// The `principalType`.
    pub(in crate::emulator) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::ServicePrincipal => "ServicePrincipal",
            Self::Group => "Group",
        }
    }
}

/// A person, a program or a group.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::emulator) struct Identity {
    pub(in crate::emulator) name: String,
    pub(in crate::emulator) kind: IdentityKind,
    display: String,
    #[serde(default)]
    address: String,
}

impl Identity {
    /// The object id.
    pub(in crate::emulator) fn object(&self) -> String {
        guid_of(&self.name)
    }

    fn caller(&self) -> Caller {
        let program = self.kind == IdentityKind::ServicePrincipal;
        Caller {
            object: self.object(),
            upn: (!program).then(|| upn(&self.name)),
            display: self.display.clone(),
            application: guid_of(if program { &self.display } else { "Azure Portal" }),
            address: self.address.clone(),
        }
    }
}

fn upn(name: &str) -> String {
    format!("{name}@contoso.example")
}

/// A role on a subscription, a resource group or a resource.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssignmentNote {
    pub(super) subscription: usize,
    pub(super) group: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) role: String,
    pub(super) principal: String,
}

/// Tags of a subscription, of a resource group or of a resource.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TagNote {
    pub(super) subscription: Option<usize>,
    pub(super) group: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
}

/// Who there is, and what they may do.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Directory {
    pub(super) identities: Vec<Identity>,
    /// Who runs each subscription.
    operators: Vec<Vec<String>>,
    /// Who triages alerts.
    analysts: Vec<String>,
    pub(super) assignments: Vec<AssignmentNote>,
    pub(super) tags: Vec<TagNote>,
}

impl Directory {
    /// The demo's.
    pub(super) fn demo() -> &'static Self {
        static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
            serde_json::from_str(include_str!("../../../assets/demo/directory.json")).unwrap_or_default()
        });
        &DIRECTORY
    }

    pub(super) fn find(&self, name: &str) -> Option<&Identity> {
        self.identities.iter().find(|identity| identity.name == name)
    }

    fn callers(&self, names: &[String]) -> Vec<Arc<Caller>> {
        names.iter().filter_map(|name| self.find(name)).map(|identity| Arc::new(identity.caller())).collect()
    }

    /// Those who run a resource: who runs its subscription, and three times over who owns it or its group.
    pub(super) fn operators(&self, resource: &Resource) -> Vec<Arc<Caller>> {
        let mut names = self.operators.get(resource.subscription).cloned().unwrap_or_default();
        let owns = |note: &&AssignmentNote| {
            note.role == "Owner"
                && (note.resource.as_ref() == Some(&resource.name)
                    || note.group.as_ref() == Some(&resource.group))
        };
        for note in self.assignments.iter().filter(owns) {
            names.extend([&note.principal; 3].map(String::clone));
        }
        self.callers(&names)
    }

    /// Those who triage alerts; the first is the one who sits before the demo.
    pub(super) fn analysts(&self) -> Vec<Arc<Caller>> {
        self.callers(&self.analysts)
    }

    /// The identity of an account; none for a local account of a machine.
    pub(super) fn caller_of(&self, person: &Person) -> Option<Caller> {
        let known = self.find(&person.name).map(Identity::caller);
        known.or_else(|| {
            (!person.domain.is_empty()).then(|| Caller {
                object: guid_of(&person.name),
                upn: Some(upn(&person.name)),
                display: person.name.clone(),
                application: guid_of("Azure CLI"),
                address: String::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::demo::World;

    #[test]
    fn names_in_the_directory_are_known() {
        let (directory, world) = (Directory::demo(), World::demo());
        let named = directory.operators.iter().flatten().chain(&directory.analysts);
        let named = named.chain(directory.assignments.iter().map(|assignment| &assignment.principal));
        for name in named {
            assert!(directory.find(name).is_some(), "{name}");
        }
        assert_eq!((directory.operators.len(), directory.analysts.is_empty()), (3, false));
        for identity in &directory.identities {
            let group = identity.kind == IdentityKind::Group;
            assert!(group || world.people.iter().any(|person| person.name == identity.name));
            assert_eq!(group, identity.address.is_empty(), "{}", identity.name);
            assert!(group || identity.address.starts_with("192.0.2."));
        }
        let resources = directory.assignments.iter().filter_map(|assignment| assignment.resource.as_ref());
        for name in resources.chain(directory.tags.iter().filter_map(|note| note.resource.as_ref())) {
            assert!(world.resource(name).is_some_and(|resource| resource.arm_id(world).is_some()), "{name}");
        }
    }
}
