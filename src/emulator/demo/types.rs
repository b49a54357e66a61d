//! The alert types of the demo: code, title, tactics, severity and plan are facts of the public alerts reference;
//! descriptions and steps are the project's own words.

use std::sync::LazyLock;

use serde::Deserialize;

/// What an alert of a type is made of: which entities, properties and evidence it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Recipe {
    Antimalware,
    Api,
    Cosmos,
    Ddos,
    Dns,
    File,
    Fileless,
    Image,
    Incident,
    K8sAudit,
    K8sNode,
    Logon,
    Malware,
    Model,
    Network,
    Operation,
    Process,
    Registry,
    Sql,
    Storage,
    Vault,
    Web,
    WebProcess,
}

impl Recipe {
    /// True where an agent on the machine reports, so that the alert names its workspace.
    pub(crate) fn by_agent(self) -> bool {
        matches!(
            self,
            Self::Antimalware
                | Self::File
                | Self::Fileless
                | Self::Image
                | Self::Logon
                | Self::Process
                | Self::Registry
        )
    }
}

/// One alert type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AlertType {
    /// The code: `alertType`.
    #[serde(rename = "alertType")]
    pub(crate) code: String,
    /// The title.
    pub(crate) display_name: String,
    /// Tactics in the API's spelling; may be empty.
    pub(crate) tactics: Vec<String>,
    /// The severity; the highest where the reference gives several.
    pub(crate) severity: String,
    /// All severities where the reference gives several, highest first.
    #[serde(default)]
    pub(crate) severities: Vec<String>,
    /// The Defender plan that raises it.
    pub(crate) plan: String,
    /// The families of resources it is raised on: see [`super::world::Resource::is`].
    pub(crate) on: Vec<String>,
    /// What it is made of.
    pub(crate) recipe: Recipe,
    /// ATT&CK techniques and subtechniques.
    #[serde(default)]
    pub(crate) attack: Vec<String>,
    /// Description with places in braces for what is affected.
    pub(crate) description: String,
    /// Remediation steps, likewise.
    pub(crate) remediation_steps: Vec<String>,
}

impl AlertType {
    /// The contract's `intent`: the tactics as one list, `Unknown` where there is none.
    pub(crate) fn intent(&self) -> String {
        if self.tactics.is_empty() { "Unknown".to_owned() } else { self.tactics.join(", ") }
    }

    /// The lowest severity that the reference gives.
    pub(crate) fn lowest_severity(&self) -> &str {
        self.severities.last().unwrap_or(&self.severity)
    }

    /// `productComponentName`; absent for most plans, as recorded alerts have it.
    pub(crate) fn component(&self) -> Option<&'static str> {
        match self.plan.as_str() {
            "Storage" => Some("Storage Accounts"),
            "CosmosDB" => Some("Azure Cosmos DB Accounts"),
            "ResourceManager" => Some("ARM"),
            "DNS" => Some("DNS"),
            "SqlDatabases" | "OpenSourceRelationalDatabases" => Some("Databases"),
            "Containers" => Some(""),
            _ => None,
        }
    }
}

/// Every alert type of the demo.
pub(crate) fn catalogue() -> &'static [AlertType] {
    static TYPES: LazyLock<Vec<AlertType>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../assets/demo/alert-types.json")).unwrap_or_default()
    });
    &TYPES
}

/// The type of a code.
pub(crate) fn find(code: &str) -> Option<&'static AlertType> {
    catalogue().iter().find(|kind| kind.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{Severity, Tactic};

    #[test]
    fn every_type_uses_the_words_of_the_contract() {
        let types = catalogue();
        assert!(types.len() >= 100, "{}", types.len());
        let codes: HashSet<&str> = types.iter().map(|kind| kind.code.as_str()).collect();
        assert_eq!(codes.len(), types.len());
        for kind in types {
            for severity in kind.severities.iter().chain([&kind.severity]) {
                assert!(Severity::KNOWN.iter().any(|known| known.name() == severity), "{severity}");
            }
            assert!(kind.severities.is_empty() || kind.severities[0] == kind.severity);
            assert!(kind.tactics.iter().all(|name| Tactic::parse(name).is_some()), "{:?}", kind.tactics);
            assert!(!kind.display_name.contains("%{"), "{}", kind.display_name);
            assert!(!kind.remediation_steps.is_empty() && !kind.on.is_empty());
        }
    }
}
