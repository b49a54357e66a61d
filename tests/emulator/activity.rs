//! The activity log: legal filters, what is in it, and that changes are added to it.

use reqwest::Method;
use serde_json::{Value, json as object};

use super::{Bench, bench, json, subscription};

const LOG: &str = "providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01";
const ALL: &str = "eventTimestamp ge '2026-10-24T00:00:00Z' and eventTimestamp le '2026-11-24T00:00:00Z'";

async fn demo() -> Bench {
    bench(|config| config.alerts = None).await
}

/// All events of a filter, over all pages.
async fn events(bench: &Bench, sub: &str, filter: &str, more: &str) -> Vec<Value> {
    let pages = bench.pages(&format!("{sub}/{LOG}&$filter={}{more}", filter.replace(' ', "%20"))).await;
    pages.iter().flat_map(|page| page["value"].as_array().unwrap().clone()).collect()
}

fn text<'v>(event: &'v Value, name: &str) -> &'v str {
    event[name].as_str().unwrap_or_else(|| event[name]["value"].as_str().unwrap())
}

/// An alert of the demo that has all these parts: its id, its resource and the begin of its activity.
async fn alert(bench: &Bench, sub: &str, parts: &[&str]) -> (String, String, String) {
    let pages = bench.pages(&format!("{sub}/providers/Microsoft.Security/alerts")).await;
    let all = pages.iter().flat_map(|page| page["value"].as_array().unwrap());
    let found =
        all.into_iter().find(|alert| parts.iter().all(|part| alert.to_string().contains(part))).unwrap();
    let properties = &found["properties"];
    let resource = properties["resourceIdentifiers"][0]["azureResourceId"].as_str().unwrap();
    let start = properties["startTimeUtc"].as_str().unwrap();
    (found["id"].as_str().unwrap().to_owned(), resource.to_owned(), start.to_owned())
}

#[tokio::test]
async fn what_an_attacker_did_stands_in_the_log_of_the_resource() {
    let bench = demo().await;
    let subs = json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    let sub = subs["value"][0]["id"].as_str().unwrap().to_owned();
    let (id, resource, _) = alert(
        &bench,
        &sub,
        &["ARM_MicroBurst.AzKeyVaultSecretsREST", "correlationKey", "\"isIncident\":false"],
    )
    .await;
    // The alert's resource id is in another letter case than the log's.
    let filter = format!("{ALL} and resourceUri eq '{resource}'");
    let found = events(&bench, &sub, &filter, "").await;
    assert!(
        found.is_sorted_by(|newer, older| text(newer, "eventTimestamp") >= text(older, "eventTimestamp"))
    );
    let operation = "Microsoft.KeyVault/vaults/secrets/read";
    let attack: Vec<_> = found.iter().filter(|event| text(event, "operationName") == operation).collect();
    let stages: Vec<_> = attack.iter().rev().map(|event| text(event, "status")).collect();
    assert_eq!(stages.iter().filter(|stage| **stage == "Started").count(), 2);
    assert!(stages.contains(&"Failed") && stages.contains(&"Succeeded"));
    let event = attack[0];
    assert_eq!(event["httpRequest"]["clientIpAddress"], "203.0.113.80");
    assert_eq!(text(event, "caller"), "sync-agent@contoso.example");
    let raw = bench.get(&id).await.text().await.unwrap();
    let object_id = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    assert!(raw.contains(event["claims"][object_id].as_str().unwrap()), "the alert knows the same identity");
    let together = format!("{ALL} and correlationId eq '{}'", text(event, "correlationId"));
    assert_eq!(events(&bench, &sub, &together, "").await.len(), 2, "begin and end");
    let group = format!("{ALL} and resourceGroupName eq 'RG-SECRETS'");
    let in_group = events(&bench, &sub, &group, "").await;
    assert!(in_group.len() > found.len());
    assert!(
        in_group.iter().any(|event| text(event, "category") == "Security" && text(event, "resourceId") == id)
    );
    let provider = format!("{ALL} and resourceProvider eq 'Microsoft.KeyVault'");
    let of_provider = events(&bench, &sub, &provider, "").await;
    assert!(of_provider.iter().all(|event| text(event, "resourceProviderName") == "Microsoft.KeyVault"));
    let everything = events(&bench, &sub, ALL, "").await;
    assert!(everything.len() > 400, "several pages of at most 200");
    for event in &everything {
        let properties = event["properties"].as_object().unwrap();
        assert!(properties.values().all(Value::is_string), "{event}");
    }
    let alert = everything.iter().find(|event| text(event, "category") == "Security").unwrap();
    let tactics = alert["properties"]["intent"].as_str().unwrap();
    assert!(serde_json::from_str::<Vec<String>>(tactics).is_ok(), "JSON in a string");
}

#[tokio::test]
async fn the_routine_of_the_hour_is_around_an_alert() {
    let bench = demo().await;
    let subs = json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    let sub = subs["value"][0]["id"].as_str().unwrap().to_owned();
    let (_, resource, start) = alert(&bench, &sub, &["\"compromisedEntity\":\"vm-web-02\""]).await;
    let start = chrono::DateTime::parse_from_rfc3339(&start).unwrap();
    let hour = chrono::TimeDelta::hours(1);
    let time = |time: chrono::DateTime<_>| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
    let filter = format!(
        "eventTimestamp ge '{}' and eventTimestamp le '{}' and resourceUri eq '{resource}'",
        time(start - hour),
        time(start + hour)
    );
    let more = "&$select=caller,operationName,eventTimestamp";
    let found = events(&bench, &sub, &filter, more).await;
    assert!(!found.is_empty());
    let keys: Vec<_> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["caller", "eventTimestamp", "operationName"]);
}

#[tokio::test]
async fn changes_are_added_by_whoever_made_them() {
    let mut bench = bench(|config| {
        // {"oid":"o-1","upn":"ann@contoso.example","ipaddr":"192.0.2.9"}
        config.token =
            "e30.eyJvaWQiOiJvLTEiLCJ1cG4iOiJhbm5AY29udG9zby5leGFtcGxlIiwiaXBhZGRyIjoiMTkyLjAuMi45In0.x"
                .to_owned();
        config.faults = vec!["expire:3".parse().unwrap(), "ignore@DELETE".parse().unwrap()];
    })
    .await;
    let id = bench.id(0);
    let sub = subscription(&id);
    assert_eq!(bench.post(&format!("{id}/dismiss")).await.status(), 204);
    let filter = format!("{ALL} and resourceUri eq '{}'", id.to_uppercase());
    let found = events(&bench, &sub, &filter, "").await;
    assert_eq!(found.len(), 2, "a tenant that is not the demo has no past");
    // The bench itself is the colleague that has set all alerts to active.
    assert_eq!(text(&found[1], "caller"), "carol.osei@contoso.example");
    assert_eq!(text(&found[0], "operationName"), "Microsoft.Security/locations/alerts/dismiss/action");
    assert_eq!((text(&found[0], "caller"), text(&found[0], "status")), ("ann@contoso.example", "Succeeded"));
    assert_eq!(found[0]["httpRequest"]["clientIpAddress"], "192.0.2.9");
    assert!(text(&found[0], "eventTimestamp").starts_with("2026-11-23T14:00:0"));
    let rule = format!(
        "{sub}/providers/Microsoft.Security/alertsSuppressionRules/rule-1?api-version=2019-01-01-preview"
    );
    let body = object!({ "properties": { "alertType": "T", "reason": "Noise", "state": "Enabled" } });
    assert_eq!(bench.request(Method::PUT, &rule).json(&body).send().await.unwrap().status(), 200);
    assert_eq!(bench.request(Method::DELETE, &rule).send().await.unwrap().status(), 401, "the token expires");
    bench.token = "renewed".to_owned();
    assert_eq!(bench.request(Method::DELETE, &rule).send().await.unwrap().status(), 204, "ignored");
    assert_eq!(bench.post(&format!("{id}/activate")).await.status(), 204);
    let found = events(&bench, &sub, ALL, "").await;
    let seen: Vec<_> =
        found.iter().take(3).map(|event| (text(event, "operationName"), text(event, "caller"))).collect();
    let expected = [
        ("Microsoft.Security/locations/alerts/activate/action", "grace.lin@contoso.example"),
        ("Microsoft.Security/alertsSuppressionRules/write", "ann@contoso.example"),
        ("Microsoft.Security/locations/alerts/dismiss/action", "ann@contoso.example"),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn other_filters_are_refused_bare() {
    let bench = bench(|_| ()).await;
    let sub = subscription(&bench.id(0));
    let old = ALL.replace("2026-10", "2026-07");
    let cases = [
        String::new(),
        format!("&$filter={ALL} and caller eq 'x'"),
        format!("&$filter={ALL} or resourceUri eq 'x'"),
        format!("&$filter={old}"),
        format!("&$filter={ALL}&$select=colour"),
    ];
    for query in cases {
        let reply = bench.get(&format!("{sub}/{LOG}{query}")).await;
        assert_eq!(reply.status(), 400, "{query}");
        let body = json(reply).await;
        assert_eq!(body["code"], "BadRequest", "{body}");
        assert!(body["message"].is_string() && body.get("error").is_none());
    }
    // What ARM itself refuses has ARM's shape.
    let reply = bench.get(&format!("{sub}/{LOG}").replace("2015-04-01", "2022-01-01")).await;
    assert_eq!(super::error(reply).await, (400, "NoRegisteredProviderFound".to_owned()));
    let faulty = super::faulty(&["503"]).await;
    let body = json(faulty.get(&format!("{sub}/{LOG}&$filter={ALL}")).await).await;
    assert_eq!(body["code"], "ServiceUnavailable");
}
