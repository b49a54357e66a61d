//! Sample alerts: the bundles that Defender for Cloud can be asked for (contract §1).

/// A bundle of sample alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Bundle {
    AppServices,
    Dns,
    KeyVaults,
    KubernetesService,
    ResourceManager,
    SqlServers,
    StorageAccounts,
    VirtualMachines,
    CosmosDbs,
}

impl Bundle {
    /// Every bundle, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::AppServices,
        Self::Dns,
        Self::KeyVaults,
        Self::KubernetesService,
        Self::ResourceManager,
        Self::SqlServers,
        Self::StorageAccounts,
        Self::VirtualMachines,
        Self::CosmosDbs,
    ];

    /// The API's spelling.
    pub fn name(self) -> &'static str {
        match self {
            Self::AppServices => "AppServices",
            Self::Dns => "DNS",
            Self::KeyVaults => "KeyVaults",
            Self::KubernetesService => "KubernetesService",
            Self::ResourceManager => "ResourceManager",
            Self::SqlServers => "SqlServers",
            Self::StorageAccounts => "StorageAccounts",
            Self::VirtualMachines => "VirtualMachines",
            Self::CosmosDbs => "CosmosDbs",
        }
    }

    /// Reads the API's spelling in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bundle| bundle.name().eq_ignore_ascii_case(text.trim()))
    }
}
