//! The bodies that quell writes, checked against Azure's own OpenAPI files where they are at hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a broken check must stop the test

mod schema;
#[path = "../support/mod.rs"]
mod support;
mod suppression;

use std::path::PathBuf;

use quell::azure::{contacts, graph, recommendations, samples};
use quell::domain::contacts::{Contacts, MinSeverity, Settings, addresses};
use quell::domain::samples::Bundle;
use schema::Spec;
use serde_json::{Value, json};
use support::shared;

const SECURITY: &str = "security/resource-manager/Microsoft.Security";

/// An OpenAPI file; none where the folder is not there.
fn spec(path: &str) -> Option<Spec> {
    shared("azure-api/specs").map(|folder| Spec::read(&folder.join(path)))
}

/// The body of an official example: the parameter of that name.
fn example(path: &str, parameter: &str) -> Value {
    let file: PathBuf = shared("azure-api/examples").unwrap().join(path);
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    whole["parameters"][parameter].clone()
}

#[test]
fn mistakes_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spec.json");
    let spec = json!({
        "info": { "version": "1" },
        "paths": { "/x": { "put": { "parameters": [
            { "in": "query", "name": "q" },
            { "in": "body", "schema": { "$ref": "#/definitions/Body" } },
        ] } } },
        "definitions": {
            "Body": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string", "minLength": 2 },
                "id": { "type": "string", "readOnly": true },
                "at": { "type": "string", "format": "date-time" },
                "count": { "type": "integer", "maximum": 5 },
                "sources": { "type": "array", "items": { "$ref": "#/definitions/Base" } },
                "free": { "type": "object" },
            } },
            "Base": { "type": "object", "discriminator": "kind", "required": ["kind"], "properties": {
                "kind": { "type": "string", "enum": ["A", "B"] } } },
            "Variant": { "x-ms-discriminator-value": "A", "type": "object", "required": ["level"],
                "allOf": [{ "$ref": "#/definitions/Base" }],
                "properties": { "level": { "type": "string", "enum": ["Low"] } } },
        },
    });
    std::fs::write(&file, spec.to_string()).unwrap();
    let spec = Spec::read(&file);
    let good = json!({ "name": "ab", "at": "2026-01-01T00:00:00Z", "count": 5, "free": { "x": 1 },
        "sources": [{ "kind": "A", "level": "Low" }] });
    assert_eq!(spec.mistakes("put", "/X", &good), Vec::<String>::new());
    for (body, expected) in [
        (json!({}), "`name` is missing"),
        (json!([]), "no object"),
        (json!({ "name": 5 }), "no string"),
        (json!({ "name": "a" }), "outside minLength"),
        (json!({ "name": "ab", "other": 1 }), "`other` is not in the contract"),
        (json!({ "name": "ab", "id": "x" }), "by the service only"),
        (json!({ "name": "ab", "at": "soon" }), "no date-time"),
        (json!({ "name": "ab", "count": 6 }), "outside minimum"),
        (json!({ "name": "ab", "count": 1.5 }), "no integer"),
        (json!({ "name": "ab", "sources": [{}] }), "`kind` is missing"),
        (json!({ "name": "ab", "sources": [{ "kind": "C" }] }), "is none of"),
        (json!({ "name": "ab", "sources": [{ "kind": "A" }] }), "`level` is missing"),
        (json!({ "name": "ab", "sources": [{ "kind": "A", "level": "High" }] }), "is none of"),
        (json!({ "name": "ab", "sources": [{ "kind": "A", "level": "Low", "x": 1 }] }), "`x` is not"),
    ] {
        let mistakes = spec.mistakes("put", "/x", &body);
        assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{body}: {mistakes:?}");
    }
}

const CONTACT: &str =
    "/subscriptions/{subscriptionId}/providers/Microsoft.Security/securityContacts/{securityContactName}";

#[test]
fn mail_settings_are_valid_in_either_version() {
    let severities = MinSeverity::ALL.map(Some).into_iter().chain([None]);
    let all: Vec<Settings> = severities
        .flat_map(|min_severity| {
            [(true, "a@b.c;d@e.f", &["Owner", "Contributor"][..]), (false, "", &[])].map(
                |(enabled, emails, roles)| Settings {
                    enabled,
                    emails: addresses(emails),
                    roles: roles.iter().map(|role| (*role).into()).collect(),
                    min_severity,
                },
            )
        })
        .collect();
    for version in [contacts::NEWER, contacts::OLDER] {
        let Some(spec) = spec(&format!("{SECURITY}/preview/{version}/securityContacts.json")) else { return };
        assert_eq!(spec.version(), version);
        let path =
            format!("Microsoft.Security/{version}/SecurityContacts/CreateSecurityContact_example.json");
        let official = example(&path, "securityContact");
        assert_eq!(spec.mistakes("put", CONTACT, &official), Vec::<String>::new(), "the official example");
        let mut record = official.clone();
        record["id"] = "/x".into();
        let edited = Contacts { record: Some(record.to_string().into()), ..Contacts::none(version) };
        for before in [Contacts::none(version), edited] {
            for after in &all {
                let body = contacts::request(&before, after).unwrap();
                assert_eq!(spec.mistakes("put", CONTACT, &body), Vec::<String>::new(), "{body}");
            }
        }
    }
}

#[test]
fn a_request_for_sample_alerts_is_valid() {
    let Some(spec) = spec(&format!("{SECURITY}/stable/2022-01-01/alerts.json")) else { return };
    let path = "/subscriptions/{subscriptionId}/providers/Microsoft.Security/locations/{ascLocation}/alerts/default/simulate";
    for bundles in [&[][..], &[Bundle::Dns], &Bundle::ALL] {
        let body = samples::request(bundles);
        assert_eq!(spec.mistakes("post", path, &body), Vec::<String>::new(), "{body}");
    }
    let wrong = json!({ "properties": { "kind": "Bundles", "bundles": ["Dns"] } });
    assert_eq!(spec.mistakes("post", path, &wrong).len(), 1);
}

#[test]
fn a_query_of_resource_graph_is_valid() {
    let file = "resourcegraph/resource-manager/Microsoft.ResourceGraph/stable/2022-10-01/resourcegraph.json";
    let Some(spec) = spec(file) else { return };
    let query = recommendations::of_resource("/subscriptions/s/resourceGroups/g/providers/P/t/n");
    for body in [
        graph::request(&["0f0e0d0c-1111-2222-3333-444455556666"], &query, None),
        graph::request(&[], &query, Some("token")),
    ] {
        let path = "/providers/Microsoft.ResourceGraph/resources";
        assert_eq!(spec.mistakes("post", path, &body), Vec::<String>::new(), "{body}");
    }
}
