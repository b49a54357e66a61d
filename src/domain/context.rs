//! The resource to ask about for an alert, or why there is none to ask.

use std::fmt;

use crate::domain::Alert;
use crate::domain::resource::{Cloud, ResourceId, ResourceIdentifier};

/// Why Azure Resource Manager knows nothing about an alert's resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nowhere {
    /// The alert names no resource at all.
    Unnamed,
    /// Only a Log Analytics agent reported: a machine outside Azure.
    OnPremises,
    /// A resource of another cloud; the id is a stand-in of the security connector.
    OtherCloud(Cloud),
    /// A sample alert: its resource does not exist.
    Sample,
}

impl fmt::Display for Nowhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => f.write_str("The alert names no Azure resource"),
            Self::OnPremises => {
                f.write_str("The machine runs outside Azure and is known by its monitoring agent only")
            }
            Self::OtherCloud(Cloud::Azure) => {
                f.write_str("The resource lies outside Azure, which holds a stand-in for it and no more")
            }
            Self::OtherCloud(cloud) => {
                write!(f, "The resource lies in {}; Azure holds a stand-in for it and no more", cloud.label())
            }
            Self::Sample => f.write_str("This is a sample alert: its resource does not exist"),
        }
    }
}

/// The Azure resource that an alert is about: the first named that has a subscription and is no stand-in.
///
/// A machine of Azure Arc is a resource of Azure and can be asked about.
pub fn subject(alert: &Alert) -> Result<&ResourceId, Nowhere> {
    if alert.is_sample() {
        return Err(Nowhere::Sample);
    }
    let named = || {
        alert.resources.iter().filter_map(|resource| match resource {
            ResourceIdentifier::Azure(id) => Some(id),
            _ => None,
        })
    };
    let stand_in = |id: &ResourceId| {
        id.text().raw().to_ascii_lowercase().contains("/providers/microsoft.security/securityconnectors/")
    };
    if let Some(id) = named().find(|id| id.subscription().is_some() && !stand_in(id)) {
        return Ok(id);
    }
    if let Some(id) = named().find(|id| stand_in(id)) {
        return Err(Nowhere::OtherCloud(id.cloud()));
    }
    let agent = alert.resources.iter().any(|of| matches!(of, ResourceIdentifier::LogAnalytics { .. }));
    Err(if agent { Nowhere::OnPremises } else { Nowhere::Unnamed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::parse_alert;

    fn asked(kind: &str, resources: &str) -> Result<String, Nowhere> {
        let id = "/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n";
        let raw = format!(
            r#"{{"id":"{id}","properties":{{"alertType":"{kind}","resourceIdentifiers":[{resources}]}}}}"#
        );
        subject(&parse_alert(&raw).unwrap()).map(|id| id.text().raw().to_owned())
    }

    fn azure(id: &str) -> String {
        format!(r#"{{"type":"AzureResource","azureResourceId":"{id}"}}"#)
    }

    #[test]
    fn the_first_resource_of_azure_is_asked_about() {
        let agent = r#"{"type":"LogAnalytics","workspaceId":"w","agentId":"a"}"#;
        let vm = azure("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v");
        let arc = azure("/subscriptions/s/resourceGroups/g/providers/Microsoft.HybridCompute/machines/m");
        let proxy = azure(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/securityConnectors/c/securityentitydata/aws-ec2-instance-i-1",
        );
        assert!(asked("VM_X", &format!("{agent},{vm}")).is_ok_and(|id| id.ends_with("/v")));
        assert!(asked("VM_X", &arc).is_ok());
        assert!(asked("VM_X", &format!("{proxy},{vm}")).is_ok_and(|id| id.ends_with("/v")));
        assert_eq!(asked("VM_X", &azure("/subscriptions/s")).as_deref(), Ok("/subscriptions/s"));
        assert_eq!(asked("VM_X", &proxy), Err(Nowhere::OtherCloud(Cloud::Aws)));
        assert_eq!(asked("VM_X", agent), Err(Nowhere::OnPremises));
        assert_eq!(asked("VM_X", &azure("vm-without-path")), Err(Nowhere::Unnamed));
        assert_eq!(asked("VM_X", ""), Err(Nowhere::Unnamed));
        assert_eq!(asked("SIMULATED_VM_X", &vm), Err(Nowhere::Sample));
    }
}
