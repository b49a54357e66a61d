//! What Azure Resource Manager manages of a made-up company: subscriptions, resource groups and resources, with their
//! tags and the roles on them.

use std::collections::{BTreeMap, HashMap};

use super::digest::guid_of;
use super::directory::{Directory, IdentityKind};
use super::world::{Kind, Resource, World};

/// A subscription, a resource group or a resource.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Site {
    pub(in crate::emulator) id: String,
    pub(in crate::emulator) name: String,
    /// `Microsoft.Compute/virtualMachines` and the like.
    pub(in crate::emulator) kind: String,
    /// The subscription's id.
    pub(in crate::emulator) subscription: String,
    /// Empty at a subscription.
    pub(in crate::emulator) group: String,
    pub(in crate::emulator) location: String,
    pub(in crate::emulator) tags: BTreeMap<String, String>,
    /// The place in the world's resources; none for what alerts are never about.
    pub(in crate::emulator) resource: Option<usize>,
}

/// A role that someone holds.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Grant {
    /// The id of the subscription, group or resource.
    pub(in crate::emulator) scope: String,
    /// The name of the assignment, a GUID.
    pub(in crate::emulator) name: String,
    /// The GUID of the role.
    pub(in crate::emulator) role: &'static str,
    /// The object id of the one who holds it.
    pub(in crate::emulator) principal: String,
    pub(in crate::emulator) kind: IdentityKind,
}

/// Built-in roles and their GUIDs.
const ROLES: [(&str, &str); 10] = [
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    ("Security Admin", "fb1c8493-542b-48eb-b624-b4c8fea62acd"),
    ("Security Reader", "39bc4728-0917-49c7-9d2c-d95423bc2eb4"),
    ("Virtual Machine Contributor", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"),
    ("Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab"),
    ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
    ("Azure Kubernetes Service Cluster Admin Role", "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"),
];

/// All of it.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Estate {
    /// Subscriptions first, then groups, then resources.
    pub(in crate::emulator) sites: Vec<Site>,
    pub(in crate::emulator) grants: Vec<Grant>,
    by_id: HashMap<String, usize>,
}

impl Estate {
    /// What belongs to a world.
    pub(super) fn of(world: &World) -> Self {
        let mut estate = Self::default();
        for (n, place) in world.subscriptions.iter().enumerate() {
            let id = format!("/subscriptions/{}", place.id);
            let tags = tags(|note| note.subscription == Some(n) && note.group.is_none());
            estate.add(Site {
                name: place.display_name.clone(),
                kind: "Microsoft.Resources/subscriptions".to_owned(),
                subscription: place.id.clone(),
                group: String::new(),
                location: String::new(),
                tags: tags.unwrap_or_default(),
                resource: world
                    .resources
                    .iter()
                    .position(|resource| resource.kind == Kind::Subscription && resource.subscription == n),
                id,
            });
        }
        for (at, resource) in world.resources.iter().enumerate() {
            estate.add_group(world, resource);
            estate.add_resource(world, at, resource);
        }
        estate.add_grants(world);
        estate
    }

    fn add(&mut self, site: Site) {
        if let std::collections::hash_map::Entry::Vacant(free) = self.by_id.entry(site.id.to_lowercase()) {
            free.insert(self.sites.len());
            self.sites.push(site);
        }
    }

    fn add_group(&mut self, world: &World, resource: &Resource) {
        let (Some(place), false) =
            (world.subscriptions.get(resource.subscription), resource.group.is_empty())
        else {
            return;
        };
        let id = format!("/subscriptions/{}/resourceGroups/{}", place.id, resource.group);
        let tags = tags(|note| note.group.as_ref() == Some(&resource.group)).unwrap_or_default();
        let site = |id, name: &str, kind: &str| Site {
            id,
            name: name.to_owned(),
            kind: kind.to_owned(),
            subscription: place.id.clone(),
            group: resource.group.clone(),
            location: resource.location.clone(),
            tags: tags.clone(),
            resource: None,
        };
        let group = site(id.clone(), &resource.group, "Microsoft.Resources/subscriptions/resourceGroups");
        self.add(group);
        if let Some(firewall) = resource.firewall_id(world).filter(|_| resource.is("azure-vm")) {
            let name = firewall.rsplit('/').next().unwrap_or_default().to_owned();
            self.add(site(firewall, &name, "Microsoft.Network/networkSecurityGroups"));
        }
        if !resource.server.is_empty() {
            let server = format!("{id}/providers/Microsoft.Sql/servers/{}", resource.server);
            self.add(site(server, &resource.server, "Microsoft.Sql/servers"));
        }
    }

    fn add_resource(&mut self, world: &World, at: usize, resource: &Resource) {
        let Some(id) = resource.arm_id(world).filter(|_| resource.kind != Kind::Subscription) else { return };
        let own = tags(|note| note.resource.as_ref() == Some(&resource.name));
        let group = tags(|note| note.group.as_ref() == Some(&resource.group)).unwrap_or_default();
        let tags = match own {
            // A note without tags says that there are none.
            Some(own) if own.is_empty() => own,
            own => group.into_iter().chain(own.unwrap_or_default()).collect(),
        };
        let subscription = world.subscriptions.get(resource.subscription).map(|place| place.id.clone());
        self.add(Site {
            name: resource.name.clone(),
            kind: kind_of(&id),
            subscription: subscription.unwrap_or_default(),
            group: resource.group.clone(),
            location: resource.location.clone(),
            tags,
            resource: Some(at),
            id,
        });
    }

    fn add_grants(&mut self, world: &World) {
        let directory = Directory::demo();
        for note in &directory.assignments {
            let Some(identity) = directory.find(&note.principal) else { continue };
            let Some(place) = world.subscriptions.get(note.subscription) else { continue };
            let scope = match (&note.resource, &note.group) {
                (Some(name), _) => world.resource(name).and_then(|resource| resource.arm_id(world)),
                (None, Some(group)) => Some(format!("/subscriptions/{}/resourceGroups/{group}", place.id)),
                (None, None) => Some(format!("/subscriptions/{}", place.id)),
            };
            let role = ROLES.iter().find(|(name, _)| *name == note.role);
            if let (Some(scope), Some((_, role))) = (scope, role) {
                self.grants.push(Grant {
                    name: guid_of(&format!("{scope} {role} {}", note.principal)),
                    scope,
                    role,
                    principal: identity.object(),
                    kind: identity.kind,
                });
            }
        }
    }

    /// The place in [`Self::sites`] of what has an id, in any letter case.
    pub(in crate::emulator) fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_lowercase()).copied()
    }

    /// What has an id, in any letter case.
    pub(in crate::emulator) fn site(&self, id: &str) -> Option<&Site> {
        self.sites.get(self.place(id)?)
    }
}

fn tags(which: impl Fn(&super::directory::TagNote) -> bool) -> Option<BTreeMap<String, String>> {
    Directory::demo().tags.iter().find(|note| which(note)).map(|note| note.tags.clone())
}

/// The type in a resource's id.
fn kind_of(id: &str) -> String {
    let own = id.rsplit_once("/providers/").map_or("", |(_, own)| own);
    let mut parts = own.split('/');
    let namespace = parts.next().unwrap_or_default();
    format!("{namespace}/{}", parts.step_by(2).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estate_is_what_azure_manages() {
        let world = World::demo();
        let estate = Estate::of(world);
        let managed = world.resources.iter().filter(|resource| resource.arm_id(world).is_some()).count();
        assert_eq!(estate.sites.iter().filter(|site| site.resource.is_some()).count(), managed);
        assert_eq!(estate.grants.len(), Directory::demo().assignments.len(), "every role has its GUID");
        assert!(estate.grants.iter().all(|grant| {
            // The group of the logic apps holds nothing that alerts are about.
            estate.site(&grant.scope).is_some() || grant.scope.ends_with("/rg-soc")
        }));
        let database = estate.sites.iter().find(|site| site.name == "顧客データ").unwrap();
        assert_eq!(database.kind, "Microsoft.Sql/servers/databases");
        assert_eq!(database.tags.get("データ分類").map(String::as_str), Some("機密"));
        assert!(database.tags.contains_key("owner"), "tags of the group are on its resources");
        let shouted = database.id.to_uppercase();
        assert_eq!(estate.site(&shouted).map(|site| &site.name), Some(&database.name));
        assert!(estate.sites.iter().all(|site| !site.id.contains("securityConnectors")));
    }
}
