//! Assessments and their metadata, 2020-01-01 and 2021-06-01: what is recommended, and how each resource stands.
//!
//! As recorded, `resourceDetails` has its keys in PascalCase; descriptions are HTML.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::emulator::arm_error::ArmError;
use crate::emulator::demo::{Finding, Health, Recommendation, Site, iso, recommendations};
use crate::emulator::paging::{in_order, page};
use crate::emulator::reply::Reply;
use crate::emulator::routes::is;
use crate::emulator::serve::{Asked, Shared};
use crate::emulator::table::Call;

/// The version whose assessments do not say since when they stand.
const OLD: &str = "2020-01-01";

fn status(finding: &Finding, dates: bool) -> Value {
    let mut status = json!({ "code": finding.health.code() });
    match finding.health {
        Health::Healthy => {}
        Health::Unhealthy => status["description"] = finding.of.cause.as_str().into(),
        Health::NotApplicable => {
            let (code, words) = &finding.of.skip;
            status["cause"] = code.as_str().into();
            status["description"] = words.as_str().into();
        }
    }
    if dates {
        status["statusChangeDate"] = iso(finding.changed).into();
        status["firstEvaluationDate"] = iso(finding.first).into();
    }
    status
}

fn details(site: &Site) -> Value {
    json!({ "Source": "Azure", "Id": site.id })
}

fn link(of: &Recommendation, site: &Site) -> String {
    format!(
        "https://portal.azure.com/#blade/Microsoft_Azure_Security/RecommendationsBlade/assessmentKey/{}/resourceId/{}",
        of.key(),
        site.id.replace('/', "%2f").replace(' ', "%20")
    )
}

fn id(of: &Recommendation, site: &Site) -> String {
    format!("{}/providers/Microsoft.Security/assessments/{}", site.id, of.key())
}

fn describe(finding: &Finding, site: &Site, version: &str, expand: &str) -> Value {
    let mut properties = json!({
        "resourceDetails": details(site),
        "displayName": finding.of.name,
        "status": status(finding, version != OLD),
    });
    match expand {
        "metadata" => properties["metadata"] = metadata(finding.of),
        "links" => properties["links"] = json!({ "azurePortalUri": link(finding.of, site) }),
        _ => {}
    }
    json!({
        "id": id(finding.of, site),
        "name": finding.of.key(),
        "type": "Microsoft.Security/assessments",
        "properties": properties,
    })
}

fn metadata(of: &Recommendation) -> Value {
    json!({
        "displayName": of.name,
        "assessmentType": "BuiltIn",
        "policyDefinitionId": "",
        "description": of.description,
        "remediationDescription": of.remediation,
        "categories": of.categories,
        "severity": of.severity,
        "userImpact": of.user_impact,
        "implementationEffort": of.effort,
        "threats": of.threats,
    })
}

fn describe_metadata(of: &Recommendation) -> Value {
    json!({
        "id": format!("/providers/Microsoft.Security/assessmentMetadata/{}", of.key()),
        "name": of.key(),
        "type": "Microsoft.Security/assessmentMetadata",
        "properties": metadata(of),
    })
}

/// The row of Resource Graph for an assessment: all of it in one, with the metadata.
pub(in crate::emulator) fn row(finding: &Finding, site: &Site, tenant: &str) -> Value {
    json!({
        "id": id(finding.of, site),
        "name": finding.of.key(),
        "type": "microsoft.security/assessments",
        "tenantId": tenant,
        "kind": "",
        "location": "",
        "resourceGroup": site.group,
        "subscriptionId": site.subscription,
        "managedBy": "",
        "properties": {
            "displayName": finding.of.name,
            "status": status(finding, true),
            "resourceDetails": details(site),
            "metadata": metadata(finding.of),
            "links": { "azurePortal": link(finding.of, site) },
            "additionalData": {},
        },
    })
}

/// `GET {subscription}/providers/Microsoft.Security/assessments`
pub(in crate::emulator) fn list(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let version = asked.query.get("api-version").unwrap_or_default();
    let (estate, findings) = (shared.estate(), shared.findings());
    let found = findings.all.iter().filter_map(|finding| {
        let site = estate.sites.get(finding.site)?;
        is(&site.subscription, &call.subscription).then_some((finding, site))
    });
    page(shared, asked, in_order(found), shared.page_size, |(finding, site)| {
        describe(finding, site, version, "")
    })
}

/// `GET {resource}/providers/Microsoft.Security/assessments/{key}[?$expand=links|metadata]`
pub(in crate::emulator) fn one(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let version = asked.query.get("api-version").unwrap_or_default();
    let expand = asked.query.get("$expand").unwrap_or_default().to_ascii_lowercase();
    if !["", "links", "metadata"].contains(&expand.as_str()) {
        return Err(ArmError::bad_request(
            "InvalidExpand",
            format!("The value '{expand}' of '$expand' is neither 'links' nor 'metadata'."),
        ));
    }
    let (estate, key) = (shared.estate(), call.name(0));
    let found = estate.place(&call.scope).and_then(|at| {
        let site = estate.sites.get(at)?;
        Some(describe(shared.findings().get(at, key)?, site, version, &expand))
    });
    found.map(|body| Reply::json(StatusCode::OK, body.to_string())).ok_or_else(|| {
        ArmError::not_found(
            "ResourceNotFound",
            format!("The assessment '{key}' of '{}' was not found.", call.scope),
        )
    })
}

/// `GET …/assessmentMetadata`
pub(in crate::emulator) fn metadata_list(shared: &Shared, asked: &Asked) -> Result<Reply, ArmError> {
    page(shared, asked, in_order(recommendations()), shared.page_size, describe_metadata)
}

/// `GET …/assessmentMetadata/{key}`
pub(in crate::emulator) fn metadata_of(call: &Call) -> Result<Reply, ArmError> {
    let key = call.name(0);
    let found = recommendations().iter().find(|of| is(&of.key(), key));
    found.map(|of| Reply::json(StatusCode::OK, describe_metadata(of).to_string())).ok_or_else(|| {
        ArmError::not_found("ResourceNotFound", format!("The assessment metadata '{key}' was not found."))
    })
}
