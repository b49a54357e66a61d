//! What sample alerts are made of. Types, titles, severities and intents are those that the service was recorded to
//! give its own sample alerts; the sentences are ours.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use uuid::Uuid;

use super::routes::Scope;
use super::ticks;

/// One kind of sample alert.
#[derive(Debug)]
pub(super) struct Sample {
    /// The bundle of the simulate request it belongs to.
    pub(super) bundle: &'static str,
    alert_type: &'static str,
    title: &'static str,
    severity: &'static str,
    intent: &'static str,
    /// Behind the resource group; empty for the subscription itself.
    resource: &'static str,
    component: &'static str,
    text: &'static str,
}

const VM: &str = "/providers/Microsoft.Compute/virtualMachines/Sample-VM";
const APP: &str = "/providers/Microsoft.Web/sites/Sample-App";
const VAULT: &str = "/providers/Microsoft.KeyVault/vaults/Sample-KV";
const CLUSTER: &str = "/providers/Microsoft.ContainerService/ManagedClusters/Sample-Cluster";
const DATABASE: &str = "/providers/Microsoft.Sql/servers/Sample-SQL/databases/Sample-DB";
const STORAGE: &str = "/providers/Microsoft.Storage/storageAccounts/Sample-Storage";
const COSMOS: &str = "/providers/Microsoft.DocumentDb/databaseAccounts/Sample-AzureCosmosDBAccount";

macro_rules! samples {
    ($($bundle:literal $kind:literal $title:literal $severity:ident $intent:literal $resource:expr, $component:literal $text:literal;)*) => {
        &[$(Sample {
            bundle: $bundle, alert_type: $kind, title: $title, severity: stringify!($severity), intent: $intent,
            resource: $resource, component: $component, text: $text,
        }),*]
    };
}

/// All of them.
pub(super) const SAMPLES: &[Sample] = samples! {
    "AppServices" "APPS_WpThemeInjection" "Suspicious WordPress theme invocation detected" High "Unknown" APP, "App Service" "The site's log shows a theme file that runs code sent to it.";
    "AppServices" "MaliciousContent-AzureWebApps" "Phishing content hosted on Azure Webapps" High "Collection" APP, "App Service" "A page of this site asks for the credentials of another service.";
    "DNS" "AzureDNS_DarkWeb" "Anonymity network activity (Preview)" Low "Exfiltration" VM, "DNS" "The machine resolved names that lead into an anonymity network.";
    "DNS" "AzureDNS_PhishingDomain" "Communication with possible phishing domain (Preview)" Low "Exfiltration" VM, "DNS" "The machine resolved a name that is known from phishing.";
    "DNS" "AzureDNS_SinkholedDomain" "Attempted communication with suspicious sinkholed domain (Preview)" Medium "Exfiltration" VM, "DNS" "The machine resolved a name that researchers have taken over.";
    "KeyVaults" "KV_OperationVolumeAnomaly" "User accessed high volume of Key Vaults" Medium "Unknown" VAULT, "Key Vaults" "One identity read from far more vaults than it is used to.";
    "KeyVaults" "KV_ListGetAnomaly" "Suspicious secret listing and query in a Key Vault" Medium "Unknown" VAULT, "Key Vaults" "Secrets were listed and then read one after the other.";
    "KeyVaults" "KV_TORAccess" "Access from a TOR exit node to a Key Vault" Medium "Unknown" VAULT, "Key Vaults" "The vault was opened from an exit node of the Tor network.";
    "KubernetesService" "K8S_AdmissionController" "Creation of admission webhook configuration detected" Low "Persistence, CredentialAccess" CLUSTER, "" "A new webhook sees every object that enters the cluster.";
    "KubernetesService" "K8S_NODE_DigitalCurrencyMining" "Digital currency mining related behavior detected" High "Execution" CLUSTER, "" "A process on a node behaves like a coin miner.";
    "KubernetesService" "K8S_ExposedDashboard" "Exposed Kubernetes dashboard detected (Preview)" High "InitialAccess" CLUSTER, "" "The dashboard is published by a load balancer without sign-in.";
    "ResourceManager" "ARM_MicroBurst.AZStorageKeysREST" "MicroBurst exploitation toolkit used to extract keys to your storage accounts (Preview)" High "Collection" "", "ARM" "A script of a known toolkit asked for the keys of every storage account.";
    "ResourceManager" "ARM_AnomalousRBACRoleAssignment" "Permissions granted for an RBAC role in an unusual way for your Azure environment (Preview)" Medium "DefenseEvasion, LateralMovement" "", "ARM" "A role was granted at an hour and from a place that are new here.";
    "SqlServers" "SQL.DB_BruteForce" "Potential SQL Brute Force attempt" High "Probing" DATABASE, "SQL Databases" "Many sign-ins to the database failed within minutes.";
    "SqlServers" "SQL.DB_PotentialSqlInjection" "Potential SQL Injection" High "Unknown" DATABASE, "SQL Databases" "An application sent a statement that carries the marks of an injection.";
    "StorageAccounts" "Storage.Blob_TorAnomaly" "Access from a Tor exit node to a storage blob container" Medium "PreAttack" STORAGE, "Storage Accounts" "The container was read from an exit node of the Tor network.";
    "StorageAccounts" "Storage.Files_MalwareHashReputation" "Potential malware uploaded to a storage file share" High "LateralMovement" STORAGE, "Storage Accounts" "The hash of a file that was uploaded is that of known malware.";
    "VirtualMachines" "VM_SuspectExecutablePath" "Executable found running from a suspicious location" Medium "Execution" VM, "" "A program runs from a folder that malware likes to use.";
    "VirtualMachines" "VM.Windows_PetyaRansomware" "Detected Petya ransomware indicators" High "Execution" VM, "" "Files and commands on this host are those of the Petya family.";
    "VirtualMachines" "VM.Windows_GoldFileCleanup" "Detected suspicious file cleanup commands" High "DefenseEvasion" VM, "" "Traces were deleted the way one known group does it.";
    "CosmosDbs" "AzureCosmosDB_TorAnomaly" "Access from a Tor exit node" High "InitialAccess" COSMOS, "Azure Cosmos DB Accounts" "The account was read from an exit node of the Tor network.";
    "CosmosDbs" "AzureCosmosDB_SqlInjection.DataExfiltration" "SQL injection: potential data exfiltration" Medium "Exfiltration" COSMOS, "Azure Cosmos DB Accounts" "A query was bent so that it returns more than it should.";
};

/// A sample alert as ARM shows it, in the resource group `Sample-RG`, which does not exist.
pub(super) fn alert(sample: &Sample, scope: &Scope, now: DateTime<Utc>) -> String {
    let (subscription, location) = (&scope.subscription, scope.location.as_deref().unwrap_or("centralus"));
    let name = format!("{}_{}", ticks::descending(now), Uuid::new_v4());
    let time = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    // As the service does it: the resource's path in capitals, its own name as it is.
    let (resource, entity) = if sample.resource.is_empty() {
        (format!("/SUBSCRIPTIONS/{subscription}"), subscription.as_str())
    } else {
        let entity = sample.resource.split('/').find(|part| part.starts_with("Sample-")).unwrap_or("Sample");
        (format!("/SUBSCRIPTIONS/{subscription}/RESOURCEGROUPS/Sample-RG{}", sample.resource), entity)
    };
    json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/Sample-RG/providers/Microsoft.Security/locations/{location}/alerts/{name}"),
        "name": name,
        "type": "Microsoft.Security/Locations/alerts",
        "properties": {
            "status": "Active",
            "timeGeneratedUtc": time,
            "processingEndTimeUtc": time,
            "version": "2022-01-01.0",
            "vendorName": "Microsoft",
            "productName": "Microsoft Defender for Cloud",
            "productComponentName": sample.component,
            "alertType": format!("SIMULATED_{}", sample.alert_type),
            "startTimeUtc": time,
            "endTimeUtc": time,
            "severity": sample.severity,
            "isIncident": false,
            "systemAlertId": name,
            "intent": sample.intent,
            "resourceIdentifiers": [{ "$id": format!("{location}_1"), "azureResourceId": resource, "type": "AzureResource" }],
            "compromisedEntity": entity,
            "alertDisplayName": format!("[SAMPLE ALERT] {}", sample.title),
            "description": format!("THIS IS A SAMPLE ALERT: {}", sample.text),
            "remediationSteps": ["This alert is a sample. There is nothing to be done about it."],
            "extendedProperties": { "killChainIntent": sample.intent },
            "entities": [{ "$id": format!("{location}_2"), "resourceId": resource, "type": "azure-resource" }],
        },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundle_of_the_contract_has_samples() {
        let bundles = [
            "AppServices",
            "DNS",
            "KeyVaults",
            "KubernetesService",
            "ResourceManager",
            "SqlServers",
            "StorageAccounts",
            "VirtualMachines",
            "CosmosDbs",
        ];
        for bundle in bundles {
            assert!(SAMPLES.iter().any(|sample| sample.bundle == bundle), "{bundle}");
        }
        assert!(SAMPLES.iter().all(|sample| bundles.contains(&sample.bundle)));
    }

    #[test]
    fn samples_carry_the_marks_of_samples() {
        let scope = Scope { subscription: "s".to_owned(), location: Some("eu".to_owned()), group: None };
        for sample in SAMPLES {
            let alert: serde_json::Value = serde_json::from_str(&alert(sample, &scope, Utc::now())).unwrap();
            let properties = &alert["properties"];
            let text = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
            assert!(text("alertType").starts_with("SIMULATED_"));
            assert!(text("alertDisplayName").starts_with("[SAMPLE ALERT] "));
            assert!(text("description").starts_with("THIS IS A SAMPLE ALERT: "));
            assert!(["High", "Medium", "Low", "Informational"].contains(&text("severity").as_str()));
            assert!(alert["id"].as_str().unwrap().contains("/resourceGroups/Sample-RG/"));
            assert_eq!(alert["name"], properties["systemAlertId"]);
        }
    }
}
