//! The tables of Resource Graph, made from the tenant when a query asks for them.

use serde_json::{Value, json};

use super::eval::{Row, Table};
use super::syntax::{Expr, Query, Step, Test};
use crate::emulator::demo::Site;
use crate::emulator::posture::assessments;
use crate::emulator::routes::is;
use crate::emulator::serve::Shared;

/// The columns of every table.
const COLUMNS: [&str; 17] = [
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
    "apiVersion",
];

/// The table that a query begins with, of these subscriptions; none if there is no such table.
pub(super) fn read(shared: &Shared, query: &Query, subscriptions: &[String]) -> Option<Table> {
    let wanted = wanted_type(query);
    let of_type = |kind: &str| wanted.is_none_or(|wanted| is(wanted, kind));
    let mut rows: Vec<Value> = Vec::new();
    match query.table.as_str() {
        "securityresources" => {
            if of_type("microsoft.security/locations/alerts") {
                rows.extend(subscriptions.iter().flat_map(|id| alerts(shared, id)));
            }
            if of_type("microsoft.security/assessments") {
                rows.extend(findings(shared, subscriptions));
            }
        }
        "resources" => rows.extend(sites(shared, subscriptions, false)),
        "resourcecontainers" => rows.extend(sites(shared, subscriptions, true)),
        _ => return None,
    }
    let whole = |row: Value| match row {
        Value::Object(mut members) => {
            for column in COLUMNS {
                members.entry(column).or_insert(Value::Null);
            }
            members
        }
        _ => Row::new(),
    };
    Some(Table { columns: COLUMNS.map(str::to_owned).to_vec(), rows: rows.into_iter().map(whole).collect() })
}

/// The only type that a query lets through, if it begins by saying so: then the others need not be made.
fn wanted_type(query: &Query) -> Option<&str> {
    let mut filters = query.steps.iter().map_while(|step| match step {
        Step::Where(expr) => Some(expr),
        _ => None,
    });
    filters.find_map(type_of)
}

fn type_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::And(left, right) => type_of(left).or_else(|| type_of(right)),
        Expr::Compare(left, Test::Equal { not: false, .. }, right) => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), Expr::Literal(Value::String(kind))) if column == "type" => Some(kind),
            _ => None,
        },
        _ => None,
    }
}

fn tenant(shared: &Shared, subscription: &str) -> String {
    shared.state().subscription(subscription).map(|known| known.tenant_id.clone()).unwrap_or_default()
}

fn findings(shared: &Shared, subscriptions: &[String]) -> Vec<Value> {
    let (estate, findings) = (shared.estate(), shared.findings());
    let tenant = subscriptions.first().map(|id| tenant(shared, id)).unwrap_or_default();
    let found = findings.all.iter().filter_map(|finding| {
        let site = estate.sites.get(finding.site)?;
        let wanted = subscriptions.iter().any(|id| is(id, &site.subscription));
        wanted.then(|| assessments::row(finding, site, &tenant))
    });
    found.collect()
}

/// Alerts, their properties in the letter case that the service has here and nowhere else.
fn alerts(shared: &Shared, subscription: &str) -> Vec<Value> {
    let tenant = tenant(shared, subscription);
    let raw = shared.state().all(subscription);
    let read = raw.iter().filter_map(|raw| serde_json::from_slice::<Value>(raw).ok());
    read.map(|alert| {
        let id = alert["id"].as_str().unwrap_or_default().to_owned();
        let parts: Vec<&str> = id.split('/').collect();
        let group = parts.iter().position(|part| is(part, "resourceGroups")).and_then(|at| parts.get(at + 1));
        let location = parts.iter().position(|part| is(part, "locations")).and_then(|at| parts.get(at + 1));
        json!({
            "id": id,
            "name": alert["name"],
            "type": "microsoft.security/locations/alerts",
            "tenantId": tenant,
            "kind": "",
            "location": location.copied().unwrap_or_default(),
            "resourceGroup": group.map(|group| group.to_lowercase()).unwrap_or_default(),
            "subscriptionId": subscription,
            "properties": capitals(alert["properties"].clone()),
        })
    })
    .collect()
}

/// The same with every key beginning with a capital.
fn capitals(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(capitals).collect(),
        Value::Object(members) => {
            let renamed = members.into_iter().map(|(key, value)| {
                let mut letters = key.chars();
                let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
                (format!("{first}{}", letters.as_str()), capitals(value))
            });
            Value::Object(renamed.collect())
        }
        other => other,
    }
}

fn sites(shared: &Shared, subscriptions: &[String], containers: bool) -> Vec<Value> {
    let wanted = |site: &&Site| {
        (site.kind.starts_with("Microsoft.Resources/") == containers)
            && subscriptions.iter().any(|id| is(id, &site.subscription))
    };
    let tenant = subscriptions.first().map(|id| tenant(shared, id)).unwrap_or_default();
    let of_estate = shared.estate().sites.iter().filter(wanted).map(|site| {
        json!({
            "id": site.id,
            "name": site.name,
            "type": site.kind.to_lowercase(),
            "tenantId": tenant,
            "kind": "",
            "location": site.location,
            "resourceGroup": site.group.to_lowercase(),
            "subscriptionId": site.subscription,
            "tags": site.tags,
            "properties": {},
        })
    });
    of_estate.collect()
}
