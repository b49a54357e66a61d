//! The company that is attacked: subscriptions, resources, people, programs, and the addresses it is attacked from.
//!
//! All of it is made up. Addresses are of the documentation ranges (RFC 5737, RFC 3849), autonomous systems of
//! RFC 5398, domains below `.example`, `.test` and `.invalid`.

use std::sync::LazyLock;

use serde::Deserialize;

/// Everything that alerts can be about.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) tenant_id: String,
    pub(crate) subscriptions: Vec<Place>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) people: Vec<Person>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) domains: Vec<String>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) agents: Vec<String>,
    pub(crate) pages: Vec<String>,
    pub(crate) blobs: Vec<Blob>,
    pub(crate) applications: Vec<String>,
}

/// A subscription.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) display_name: String,
}

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Vm,
    SqlVm,
    App,
    PublicIp,
    Aks,
    Vault,
    Storage,
    Sql,
    Postgres,
    Mysql,
    Cosmos,
    Ai,
    Api,
    Ec2,
    Eks,
    Gce,
    Gke,
    Arc,
    Onprem,
    Subscription,
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub(crate) enum Os {
    Windows,
    Linux,
}

/// A resource that alerts are raised on.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Resource {
    /// The name people know it by.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The resource group; empty for a subscription.
    pub(crate) group: String,
    /// The place in [`World::subscriptions`].
    pub(crate) subscription: usize,
    /// The region that stores its alerts.
    pub(crate) location: String,
    pub(crate) os: Option<Os>,
    /// The SQL server of a database.
    #[serde(default)]
    pub(crate) server: String,
    /// The security connector of an AWS or GCP resource.
    #[serde(default)]
    pub(crate) connector: String,
    /// Its region there.
    #[serde(default)]
    pub(crate) region: String,
    /// Its id there.
    #[serde(default)]
    pub(crate) key: String,
}

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// The NT domain; empty for a local account of Linux.
    pub(crate) domain: String,
}

/// An address outside.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    #[serde(rename = "address")]
    pub(crate) text: String,
    pub(crate) country_code: String,
    pub(crate) country: String,
    pub(crate) state: String,
    pub(crate) city: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) asn: u32,
    pub(crate) carrier: String,
    /// What threat intelligence says of it.
    pub(crate) threat: Option<String>,
    /// The title of the report on it.
    pub(crate) report: Option<String>,
}

/// A program, how it is run and what starts it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tool {
    pub(crate) os: Os,
    pub(crate) name: String,
    pub(crate) directory: String,
    pub(crate) command: String,
    pub(crate) parent: String,
    pub(crate) parent_directory: String,
}

/// Something that runs in a Kubernetes cluster.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Workload {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) service: String,
    pub(crate) image: String,
}

/// A blob.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Blob {
    pub(crate) container: String,
    pub(crate) name: String,
}

impl Kind {
    /// (the part of an ARM id between group and name, `resourceType` property)
    fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Vm | Self::SqlVm => ("Microsoft.Compute/virtualMachines", "Virtual Machine"),
            Self::App => ("Microsoft.Web/sites", "App Service"),
            Self::PublicIp => ("Microsoft.Network/publicIPAddresses", "Public IP Address"),
            Self::Aks => ("Microsoft.ContainerService/managedClusters", "Kubernetes Service"),
            Self::Vault => ("Microsoft.KeyVault/vaults", "Key Vault"),
            Self::Storage => ("Microsoft.Storage/storageAccounts", "Storage"),
            Self::Sql => ("Microsoft.Sql/servers", "SQL Database"),
            Self::Postgres => {
                ("Microsoft.DBforPostgreSQL/flexibleServers", "Azure Database for PostgreSQL server")
            }
            Self::Mysql => ("Microsoft.DBforMySQL/flexibleServers", "Azure Database for MySQL server"),
            Self::Cosmos => ("Microsoft.DocumentDB/databaseAccounts", "Azure Cosmos DB"),
            Self::Ai => ("Microsoft.CognitiveServices/accounts", "Azure OpenAI"),
            Self::Api => ("Microsoft.ApiManagement/service", "API Management"),
            Self::Ec2 => ("aws-ec2-instance", "AWS EC2 Instance"),
            Self::Eks => ("aws-eks-cluster", "EKS Cluster"),
            Self::Gce => ("gcp-instances", "GCP Compute Instance"),
            Self::Gke => ("gcp-clusters", "GKE Cluster"),
            Self::Arc => ("Microsoft.HybridCompute/machines", "Non-Azure Resource"),
            Self::Onprem => ("", "Non-Azure Resource"),
            Self::Subscription => ("", "Azure Resource"),
        }
    }

    /// The `resourceType` property.
    pub(crate) fn label(self) -> &'static str {
        self.facts().1
    }
}

impl Resource {
    /// True when the resource belongs to a family of the alert types' `on`.
    pub(crate) fn is(&self, family: &str) -> bool {
        let azure_machine = matches!(self.kind, Kind::Vm | Kind::SqlVm);
        match family {
            "windows" => self.os == Some(Os::Windows) && self.is_machine(),
            "linux" => self.os == Some(Os::Linux) && self.is_machine(),
            "azure-vm" => azure_machine,
            "azure-windows" => azure_machine && self.os == Some(Os::Windows),
            "sql-vm" => self.kind == Kind::SqlVm,
            "app" => self.kind == Kind::App,
            "kubernetes" => matches!(self.kind, Kind::Aks | Kind::Eks | Kind::Gke),
            "aks" => self.kind == Kind::Aks,
            "arc" => self.kind == Kind::Arc,
            "sql" => self.kind == Kind::Sql,
            "postgres" => self.kind == Kind::Postgres,
            "mysql" => self.kind == Kind::Mysql,
            "storage" => self.kind == Kind::Storage,
            "cosmos" => self.kind == Kind::Cosmos,
            "vault" => self.kind == Kind::Vault,
            "api" => self.kind == Kind::Api,
            "ai" => self.kind == Kind::Ai,
            "public-ip" => self.kind == Kind::PublicIp,
            "subscription" => self.kind == Kind::Subscription,
            _ => false,
        }
    }

    /// True for a machine, in whichever cloud.
    pub(crate) fn is_machine(&self) -> bool {
        matches!(self.kind, Kind::Vm | Kind::SqlVm | Kind::Ec2 | Kind::Gce | Kind::Arc | Kind::Onprem)
    }

    /// The ARM id; none for a machine that only its Log Analytics agent knows. The service's detections differ in
    /// the letter case of the fixed words, and so does this: `plan` chooses.
    pub(crate) fn azure_id(&self, world: &World, plan: &str) -> Option<String> {
        let subscription = world.subscriptions.get(self.subscription)?.id.as_str();
        let (path, _) = self.kind.facts();
        let shout = matches!(plan, "KeyVault" | "AppService" | "SqlDatabases");
        let (subscriptions, groups) =
            if shout { ("SUBSCRIPTIONS", "RESOURCEGROUPS") } else { ("subscriptions", "resourceGroups") };
        let group = &self.group;
        let base = format!("/{subscriptions}/{subscription}/{groups}/{group}/providers/");
        let name = &self.name;
        Some(match self.kind {
            Kind::Onprem => return None,
            Kind::Subscription => format!("/subscriptions/{subscription}"),
            Kind::Sql => format!("{base}{path}/{}/databases/{name}", self.server),
            Kind::Ec2 | Kind::Eks | Kind::Gce | Kind::Gke => {
                let key = if self.key.is_empty() { name } else { &self.key };
                format!(
                    "{base}Microsoft.Security/securityConnectors/{}/securityentitydata/{path}-{key}-{}",
                    self.connector, self.region
                )
            }
            _ if matches!(plan, "Storage" | "NetworkLayer" | "KeyVault" | "CosmosDB") => {
                format!("{base}{}/{name}", path.to_ascii_lowercase())
            }
            _ => format!("{base}{path}/{name}"),
        })
    }

    /// The ARM id in its usual spelling, of a resource that Azure Resource Manager manages; none for those of other
    /// clouds and for machines that only an agent knows.
    pub(crate) fn arm_id(&self, world: &World) -> Option<String> {
        let foreign = matches!(self.kind, Kind::Ec2 | Kind::Eks | Kind::Gce | Kind::Gke | Kind::Onprem);
        self.azure_id(world, "").filter(|_| !foreign)
    }

    /// The network security group of its resource group; none at a subscription.
    pub(crate) fn firewall_id(&self, world: &World) -> Option<String> {
        let subscription = &world.subscriptions.get(self.subscription)?.id;
        let short = self.group.strip_prefix("rg-")?;
        Some(format!(
            "/subscriptions/{subscription}/resourceGroups/{}/providers/Microsoft.Network/networkSecurityGroups/nsg-{short}",
            self.group
        ))
    }

    /// The Amazon Resource Name of an AWS resource.
    pub(crate) fn arn(&self) -> Option<String> {
        let region = &self.region;
        match self.kind {
            Kind::Ec2 => Some(format!("arn:aws:ec2:{region}:000000000042:instance/{}", self.key)),
            Kind::Eks => Some(format!("arn:aws:eks:{region}:000000000042:cluster/{}", self.name)),
            _ => None,
        }
    }

    /// The `resourceType` of a GCP resource.
    pub(crate) fn gcp_type(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Gce => Some("GCE"),
            Kind::Gke => Some("GKE"),
            _ => None,
        }
    }
}

impl World {
    /// The demo's world.
    pub(crate) fn demo() -> &'static Self {
        static WORLD: LazyLock<World> = LazyLock::new(|| {
            serde_json::from_str(include_str!("../../../assets/demo/world.json")).unwrap_or_default()
        });
        &WORLD
    }

    /// The same world with `count` resources: numbered sisters of the demo's, or only its first ones.
    pub(crate) fn with_resources(&self, count: usize) -> Self {
        let mut resources: Vec<Resource> = self.resources.iter().take(count).cloned().collect();
        let models: Vec<&Resource> =
            self.resources.iter().filter(|resource| resource.kind != Kind::Subscription).collect();
        for (round, model) in (2..).flat_map(|round| models.iter().map(move |model| (round, *model))) {
            if resources.len() >= count {
                break;
            }
            let mut sister = model.clone();
            // Storage accounts have no hyphens in their names.
            let hyphen = if sister.kind == Kind::Storage { "" } else { "-" };
            sister.name = format!("{}{hyphen}{round:03}", sister.name);
            if !sister.key.is_empty() {
                sister.key = format!("{}{round:03}", sister.key);
            }
            resources.push(sister);
        }
        Self { resources, ..self.clone() }
    }

    /// The resource of a name.
    pub(crate) fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn distinct(world: &World) -> usize {
        world.resources.iter().map(|resource| &resource.name).collect::<HashSet<_>>().len()
    }

    #[test]
    fn the_demo_has_sixty_resources_in_three_subscriptions() {
        let world = World::demo();
        assert_eq!((world.subscriptions.len(), world.resources.len(), distinct(world)), (3, 60, 60));
        assert!(world.resources.iter().all(|resource| resource.subscription < 3));
        assert!(world.resources.iter().all(|resource| !resource.is_machine() || resource.os.is_some()));
    }

    #[test]
    fn addresses_are_of_the_documentation_ranges() {
        for address in &World::demo().addresses {
            let documented = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
            assert!(documented.iter().any(|range| address.text.starts_with(range)), "{}", address.text);
            assert!((64_496..=64_511).contains(&address.asn));
        }
        for domain in &World::demo().domains {
            assert!([".example", ".test", ".invalid"].iter().any(|end| domain.ends_with(end)), "{domain}");
        }
    }

    #[test]
    fn a_bigger_world_has_distinct_sisters() {
        let big = World::demo().with_resources(2000);
        assert_eq!((big.resources.len(), distinct(&big)), (2000, 2000));
        assert_eq!(World::demo().with_resources(7).resources.len(), 7);
    }

    #[test]
    fn ids_tell_cloud_and_group() {
        let world = World::demo();
        let id = |name: &str, plan: &str| world.resource(name).unwrap().azure_id(world, plan);
        assert!(
            id("orders", "SqlDatabases").unwrap().ends_with("/servers/sql-contoso-prod/databases/orders")
        );
        assert!(id("eks-loyalty", "Containers").unwrap().contains("/securityentitydata/aws-eks-cluster-"));
        assert_eq!(id("srv-lab-07", "Servers"), None);
        assert!(id("kv-payments", "KeyVault").unwrap().starts_with("/SUBSCRIPTIONS/"));
    }
}
