//! The demo tenant, and tenants of any size.

use chrono::{DateTime, Duration, SecondsFormat, Utc};

/// A subscription of the made-up tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Subscription id, a GUID.
    pub id: String,
    /// The name people see.
    pub display_name: String,
    /// The tenant it belongs to, a GUID.
    pub tenant_id: String,
}

/// What a made-up tenant holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tenant {
    /// Its subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Alerts in ARM's JSON.
    pub alerts: Vec<String>,
    /// Alerts that arrive while someone watches, in order.
    pub arrivals: Vec<String>,
}

/// The demo tenant.
pub fn tenant(seed: u64, now: DateTime<Utc>) -> Tenant {
    let mut tenant = generate(40, seed, now);
    tenant.arrivals = (40..43).map(|n| alert(n, seed, now)).collect();
    tenant
}

/// A tenant of `n` alerts.
pub fn generate(n: usize, seed: u64, now: DateTime<Utc>) -> Tenant {
    Tenant {
        subscriptions: (0..3)
            .map(|n| Subscription {
                id: subscription(n),
                display_name: format!("Subscription {n}"),
                tenant_id: "11111111-1111-4111-8111-111111111111".to_owned(),
            })
            .collect(),
        alerts: (0..n).map(|n| alert(n, seed, now)).collect(),
        arrivals: Vec::new(),
    }
}

fn subscription(n: usize) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

fn alert(n: usize, seed: u64, now: DateTime<Utc>) -> String {
    let time = now - Duration::minutes(i64::try_from(n).unwrap_or_default());
    // .NET ticks count 100 ns from the year 1; Unix time began 62,135,596,800 s later.
    let ticks = time.timestamp_micros() * 10 + 621_355_968_000_000_000;
    let name = format!("{}_{seed:08x}-0000-4000-8000-{n:012x}", 3_155_378_975_999_999_999 - ticks);
    let group = format!("rg-{}", n % 4);
    let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let subscription = subscription(n % 3);
    format!(
        r#"{{"id":"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Security/locations/centralus/alerts/{name}","name":"{name}","type":"Microsoft.Security/Locations/alerts","properties":{{"version":"2022-01-01.0","status":"Active","alertType":"VM_SuspectExecutablePath","systemAlertId":"{name}","alertDisplayName":"Executable found running from a suspicious location","severity":"Medium","intent":"Execution","startTimeUtc":"{time}","endTimeUtc":"{time}","timeGeneratedUtc":"{time}","processingEndTimeUtc":"{time}","compromisedEntity":"vm-{n}","resourceIdentifiers":[{{"$id":"centralus_1","type":"AzureResource","azureResourceId":"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/vm-{n}"}}],"isIncident":false}}}}"#
    )
}
