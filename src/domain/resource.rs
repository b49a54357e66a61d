//! Resource identifiers: Azure, Log Analytics, AWS and GCP through connectors, on-premises machines.

use crate::domain::{SafeText, SubscriptionId};

/// Where a resource runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cloud {
    /// A resource of Azure Resource Manager.
    Azure = 0,
    /// An AWS resource seen through a security connector.
    Aws = 1,
    /// A GCP resource seen through a security connector.
    Gcp = 2,
    /// A machine outside these clouds: Azure Arc, or known by its Log Analytics agent only.
    OnPremises = 3,
}

impl Cloud {
    /// Every cloud, in the order of its table code.
    pub const ALL: [Self; 4] = [Self::Azure, Self::Aws, Self::Gcp, Self::OnPremises];

    /// The word in filters and machine output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::OnPremises => "onprem",
        }
    }

    /// The label on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Azure => "Azure",
            Self::Aws => "AWS",
            Self::Gcp => "GCP",
            Self::OnPremises => "On-premises",
        }
    }
}

/// One entry of an alert's `resourceIdentifiers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceIdentifier {
    /// `AzureResource`: an ARM id, which may be just a subscription or a proxy of an AWS or GCP resource.
    Azure(ResourceId),
    /// `LogAnalytics`: the workspace and the agent that reported.
    LogAnalytics {
        /// The workspace's GUID.
        workspace: SafeText,
        /// The subscription of the workspace.
        subscription: SafeText,
        /// The resource group of the workspace; may be empty.
        group: SafeText,
        /// The reporting agent's GUID; may be empty.
        agent: SafeText,
    },
    /// A type that the contract does not list: its name and its fields as text.
    Other {
        /// The `type` as given.
        kind: SafeText,
        /// The remaining fields.
        fields: Vec<(SafeText, SafeText)>,
    },
}

/// An ARM resource id, in the letter case in which it came. Comparing ignores ASCII case.
#[derive(Debug, Clone)]
pub struct ResourceId(SafeText);

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.raw().eq_ignore_ascii_case(other.raw())
    }
}

impl Eq for ResourceId {}

impl ResourceId {
    /// Wraps an id as the source gave it.
    pub fn new(id: impl Into<SafeText>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn text(&self) -> &SafeText {
        &self.0
    }

    fn raw(&self) -> &str {
        self.0.raw()
    }

    fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.raw().split('/').filter(|segment| !segment.is_empty())
    }

    fn after(&self, name: &str) -> Option<&str> {
        let mut segments = self.segments();
        segments.find(|segment| segment.eq_ignore_ascii_case(name))?;
        segments.next()
    }

    /// The subscription named in the id.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        self.after("subscriptions").map(SubscriptionId::new)
    }

    /// The resource group named in the id, in its own letter case.
    pub fn group(&self) -> Option<&str> {
        self.after("resourceGroups")
    }

    /// The last segment: the resource's name. For a proxy of an AWS or GCP resource, the last part of its key.
    pub fn name(&self) -> &str {
        self.segments().next_back().unwrap_or(self.raw())
    }

    /// The resource type such as `Microsoft.Compute/virtualMachines`; of nested types, the whole path. Empty for a
    /// subscription or resource group.
    pub fn resource_type(&self) -> String {
        let segments: Vec<&str> = self.segments().collect();
        let Some(at) = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers")) else {
            return String::new();
        };
        let Some(provider) = segments.get(at + 1) else { return String::new() };
        let types = segments.get(at + 2..).unwrap_or_default().iter().step_by(2);
        types.fold((*provider).to_owned(), |path, part| format!("{path}/{part}"))
    }

    /// The cloud the resource runs in, told by the proxy key below `securityConnectors` or by an Azure Arc type.
    pub fn cloud(&self) -> Cloud {
        if self.after("securityConnectors").is_some() {
            let key = self.after("securityentitydata").unwrap_or_default().to_ascii_lowercase();
            if key.starts_with("aws") {
                return Cloud::Aws;
            }
            if key.starts_with("gcp") {
                return Cloud::Gcp;
            }
        }
        let arc = self
            .after("providers")
            .is_some_and(|provider| provider.eq_ignore_ascii_case("Microsoft.HybridCompute"));
        if arc { Cloud::OnPremises } else { Cloud::Azure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_id_is_taken_apart_in_any_letter_case() {
        let id = ResourceId::new(
            "/SUBSCRIPTIONS/AB/RESOURCEGROUPS/Web/providers/Microsoft.Sql/servers/s1/databases/db",
        );
        assert_eq!(id.subscription(), Some(SubscriptionId::new("ab")));
        assert_eq!(id.group(), Some("Web"));
        assert_eq!(id.name(), "db");
        assert_eq!(id.resource_type(), "Microsoft.Sql/servers/databases");
        assert_eq!(id.cloud(), Cloud::Azure);
        assert_eq!(id, ResourceId::new(id.text().raw().to_lowercase()));
    }

    #[test]
    fn a_connector_proxy_tells_its_cloud() {
        let base = "/subscriptions/a/resourceGroups/g/providers/Microsoft.Security/securityConnectors/c/securityentitydata/";
        assert_eq!(ResourceId::new(format!("{base}aws-ec2-instance-i-1")).cloud(), Cloud::Aws);
        assert_eq!(ResourceId::new(format!("{base}gcp-clusters-k")).cloud(), Cloud::Gcp);
        let arc = "/subscriptions/a/resourceGroups/g/providers/Microsoft.HybridCompute/machines/m";
        assert_eq!(ResourceId::new(arc).cloud(), Cloud::OnPremises);
    }

    #[test]
    fn a_bare_subscription_has_neither_group_nor_type() {
        let id = ResourceId::new("/subscriptions/ab");
        assert_eq!((id.group(), id.name(), id.resource_type().as_str()), (None, "ab", ""));
    }
}
