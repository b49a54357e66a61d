//! Who holds a role on a resource that makes them the one to ask: Owner, Contributor or User Access Administrator,
//! given on the resource itself or inherited.
//!
//! Azure Resource Manager knows principals by object id only; a directory would know their names. Names come from the
//! claims of the activity log, where the principal did something in the window.

use crate::domain::SafeText;
use crate::domain::activity::ActivityLog;
use crate::domain::resource::ResourceId;

/// The built-in roles that answer for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerRole {
    /// Everything, roles included.
    Owner,
    /// Everything but roles.
    Contributor,
    /// Roles.
    UserAccessAdministrator,
}

impl OwnerRole {
    /// Every role, the most responsible first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Contributor, Self::UserAccessAdministrator];

    /// The role's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Contributor => "Contributor",
            Self::UserAccessAdministrator => "User Access Administrator",
        }
    }

    /// The GUID of its definition, the same in every tenant.
    fn definition(self) -> &'static str {
        match self {
            Self::Owner => "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
            Self::Contributor => "b24988ac-6180-42a0-ab88-20f7382dd24c",
            Self::UserAccessAdministrator => "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        }
    }

    /// The role of a definition's id, of which the last segment counts; none for every other role.
    pub fn of_definition(id: &str) -> Option<Self> {
        let guid = id.rsplit('/').next().unwrap_or(id);
        Self::ALL.into_iter().find(|role| role.definition().eq_ignore_ascii_case(guid))
    }
}

/// Where a role was given, seen from the resource. The nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// On the resource itself.
    Direct,
    /// On a resource above it, such as the server of a database.
    Parent,
    /// On its resource group.
    Group,
    /// On its subscription.
    Subscription,
    /// On a management group or the whole tenant.
    Above,
}

impl Reach {
    /// Where a scope lies, seen from a resource.
    pub fn of(scope: &str, resource: &ResourceId) -> Self {
        let scope = scope.trim_end_matches('/');
        let own = resource.text().raw().trim_end_matches('/');
        let of = ResourceId::new(scope);
        if scope.eq_ignore_ascii_case(own) {
            Self::Direct
        } else if of.subscription().is_none() || scope.to_ascii_lowercase().contains("/managementgroups/") {
            Self::Above
        } else if !of.resource_type().is_empty() {
            Self::Parent
        } else if of.group().is_some() {
            Self::Group
        } else {
            Self::Subscription
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Direct => "on the resource",
            Self::Parent => "inherited from its parent",
            Self::Group => "inherited from the resource group",
            Self::Subscription => "inherited from the subscription",
            Self::Above => "inherited from a management group",
        }
    }

    /// The word in machine output.
    pub fn code(self) -> &'static str {
        match self {
            Self::Direct => "resource",
            Self::Parent => "parent",
            Self::Group => "resourceGroup",
            Self::Subscription => "subscription",
            Self::Above => "managementGroup",
        }
    }
}

/// One assignment of such a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The role.
    pub role: OwnerRole,
    /// Where it was given.
    pub reach: Reach,
    /// The scope of the assignment.
    pub scope: SafeText,
    /// The principal's object id.
    pub principal: SafeText,
    /// `User`, `Group`, `ServicePrincipal` …; may be empty.
    pub kind: SafeText,
    /// True when the assignment holds only under a condition.
    pub conditional: bool,
}

impl Holder {
    /// What the holder is called, where the activity log tells it.
    pub fn name(&self, log: Option<&ActivityLog>) -> Option<SafeText> {
        log?.name_of(self.principal.raw())
    }

    /// The kind for people.
    pub fn kind_label(&self) -> &str {
        match self.kind.raw() {
            "" => "principal",
            kind if kind.eq_ignore_ascii_case("User") => "user",
            kind if kind.eq_ignore_ascii_case("Group") => "group",
            kind if kind.eq_ignore_ascii_case("ForeignGroup") => "group of another tenant",
            kind if kind.eq_ignore_ascii_case("ServicePrincipal") => "service",
            kind if kind.eq_ignore_ascii_case("Device") => "device",
            _ => "principal",
        }
    }
}

/// Puts holders in order: the nearest first, then by role, users before groups and services.
pub fn sorted(mut holders: Vec<Holder>) -> Vec<Holder> {
    let rank = |holder: &Holder| match holder.kind_label() {
        "user" => 0,
        "group" => 1,
        _ => 2,
    };
    holders.sort_by_key(|holder| (holder.reach, holder.role, rank(holder), holder.principal.clone()));
    holders.dedup();
    holders
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Sql/servers/s/databases/d";

    #[test]
    fn a_scope_is_seen_from_the_resource() {
        let of = |scope: &str| Reach::of(scope, &ResourceId::new(VM));
        assert_eq!(of(&VM.to_lowercase()), Reach::Direct);
        assert_eq!(of("/subscriptions/s/resourcegroups/rg/providers/microsoft.sql/servers/s"), Reach::Parent);
        assert_eq!(of("/subscriptions/S/resourceGroups/RG"), Reach::Group);
        assert_eq!(of("/subscriptions/S/"), Reach::Subscription);
        assert_eq!(of("/"), Reach::Above);
        assert_eq!(of(""), Reach::Above);
        assert_eq!(of("/providers/Microsoft.Management/managementGroups/contoso"), Reach::Above);
    }

    #[test]
    fn only_three_roles_count() {
        let path = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/";
        for role in OwnerRole::ALL {
            let id = format!("{path}{}", role.definition().to_uppercase());
            assert_eq!(OwnerRole::of_definition(&id), Some(role));
        }
        let reader = format!("{path}acdd72a7-3385-48ef-bd42-f606fba81ae7");
        assert_eq!(OwnerRole::of_definition(&reader), None);
        assert_eq!(OwnerRole::of_definition(""), None);
    }
}
