//! Suppression rules and e-mail contacts.

use reqwest::{Method, Response};
use serde_json::{Value, json as object};

use super::{Bench, bench, error, faulty, header, json, subscription};

const RULES: &str = "providers/Microsoft.Security/alertsSuppressionRules";
const CONTACTS: &str = "providers/Microsoft.Security/securityContacts";
const PREVIEW: &str = "api-version=2019-01-01-preview";

/// The demo tenant.
async fn demo() -> Bench {
    bench(|config| config.alerts = None).await
}

async fn put(bench: &Bench, url: &str, body: &Value) -> Response {
    bench.request(Method::PUT, url).json(body).send().await.unwrap()
}

fn rule() -> Value {
    object!({ "properties": {
        "alertType": "Test", "reason": "Other", "state": "Enabled", "comment": "Test comment",
        "suppressionAlertsScope": { "allOf": [{ "field": "entities.host.dnsdomain", "contains": "testContains" }] },
    }})
}

#[tokio::test]
async fn a_rule_is_written_and_comes_back_as_the_service_has_it() {
    let bench = bench(|_| ()).await;
    let sub = subscription(&bench.id(0));
    let url = format!("{sub}/{RULES}/azurecli-test000001?{PREVIEW}");
    let none = json(bench.get(&format!("{sub}/{RULES}?{PREVIEW}")).await).await;
    assert_eq!(none, object!({ "value": [] }));
    let reply = put(&bench, &url, &rule()).await;
    assert_eq!(reply.status(), 200);
    assert_eq!(header(&reply, "x-ms-ratelimit-remaining-subscription-writes"), "199");
    let mut made = json(reply).await;
    let modified = made["properties"]["lastModifiedUTC"].take();
    assert!(modified.as_str().unwrap().starts_with("2026-11-23T14:00:0"), "{modified}");
    let expiry = made["properties"]["expirationDateUTC"].take();
    assert!(expiry.as_str().unwrap().starts_with("2027-05-23T14:00:0"), "six months, though none was given");
    let mut expected = rule();
    expected["properties"]["lastModifiedUTC"] = Value::Null;
    expected["properties"]["expirationDateUTC"] = Value::Null;
    assert_eq!(made["properties"], expected["properties"]);
    assert_eq!(made["id"], format!("{sub}/{RULES}/azurecli-test000001"));
    assert_eq!(made["type"], "Microsoft.Security/alertsSuppressionRules");
    let mut read = json(bench.get(&url.to_uppercase().replace("API-VERSION", "api-version")).await).await;
    assert_eq!(read["properties"]["expirationDateUTC"].take(), expiry);
    let changed = object!({ "properties": {
        "alertType": "Test", "reason": "Noise", "state": "Disabled", "expirationDateUtc": "2026-11-24T00:00:00.5Z",
    }});
    let changed = json(put(&bench, &url, &changed).await).await;
    assert_eq!(changed["properties"]["expirationDateUTC"], "2026-11-24T00:00:00.5Z");
    assert_eq!(changed["properties"].get("suppressionAlertsScope"), None, "a PUT replaces the whole rule");
    let list = json(bench.get(&format!("{sub}/{RULES}?{PREVIEW}&AlertType=test")).await).await;
    assert_eq!(list["value"], object!([changed]));
    let others = json(bench.get(&format!("{sub}/{RULES}?{PREVIEW}&AlertType=Other")).await).await;
    assert_eq!(others["value"], object!([]));
    for (n, applied) in [(1, true), (2, false)] {
        let gone = bench.request(Method::DELETE, &url).send().await.unwrap();
        assert_eq!(gone.status(), 204, "time {n}");
        assert_eq!(header(&gone, "x-ms-ratelimit-remaining-subscription-deletes"), (200 - n).to_string());
        assert_eq!(bench.emulator.log().pop().unwrap().applied, applied);
    }
    assert_eq!(error(bench.get(&url).await).await, (404, "ResourceNotFound".to_owned()));
}

#[tokio::test]
async fn a_rule_that_breaks_the_contract_is_refused() {
    let bench = bench(|_| ()).await;
    let sub = subscription(&bench.id(0));
    let mut empty = rule();
    empty["properties"]["suppressionAlertsScope"]["allOf"] = object!([]);
    let mut expired = rule();
    expired["properties"]["state"] = "Expired".into();
    let cases = [
        ("fine", PREVIEW, object!({}), 400, "InvalidRequestContent"),
        ("fine", PREVIEW, empty, 400, "InvalidRequestContent"),
        ("fine", PREVIEW, expired, 400, "InvalidRequestContent"),
        ("x", PREVIEW, rule(), 400, "InvalidRuleName"),
        ("fine", "api-version=2022-01-01", rule(), 400, "NoRegisteredProviderFound"),
        ("fine", "x=1", rule(), 400, "MissingApiVersionParameter"),
    ];
    for (name, query, body, status, code) in cases {
        let reply = put(&bench, &format!("{sub}/{RULES}/{name}?{query}"), &body).await;
        assert_eq!(error(reply).await, (status, code.to_owned()), "{body}");
    }
    let patch = bench.request(Method::PATCH, &format!("{sub}/{RULES}/fine?{PREVIEW}")).send().await.unwrap();
    assert_eq!(header(&patch, "allow"), "GET, PUT, DELETE");
    assert_eq!(error(patch).await, (405, "MethodNotAllowed".to_owned()));
    assert!(bench.emulator.log().iter().all(|entry| !entry.applied));
}

#[tokio::test]
async fn writes_can_be_lost_ignored_and_refused() {
    for (fault, stored) in [("drop-reply@PUT", true), ("reset@PUT", false)] {
        let bench = faulty(&[fault]).await;
        let url = format!("{}/{RULES}/rule-1?{PREVIEW}", subscription(&bench.id(0)));
        assert!(bench.request(Method::PUT, &url).json(&rule()).send().await.is_err());
        let entry = bench.emulator.log().pop().unwrap();
        assert_eq!((entry.status, entry.applied), (None, stored));
        assert_eq!(bench.get(&url).await.status() == 200, stored, "{fault}");
    }
    let bench = faulty(&["ignore"]).await;
    let url = format!("{}/{RULES}/rule-1?{PREVIEW}", subscription(&bench.id(0)));
    let reply = put(&bench, &url, &rule()).await;
    assert_eq!(json(reply).await["name"], "rule-1", "it looks like a success");
    assert_eq!(bench.get(&url).await.status(), 404);
    assert_eq!(error(put(&bench, &url, &object!({})).await).await.0, 400, "and a bad one does not");
    assert!(bench.emulator.log().iter().all(|entry| !entry.applied));
}

#[tokio::test]
async fn the_rules_of_the_demo_come_in_pages() {
    let bench = bench(|config| {
        config.alerts = None;
        config.page_size = 2;
    })
    .await;
    let subs = json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    let mut states = Vec::new();
    for sub in subs["value"].as_array().unwrap() {
        let mut next = Some(format!("{}/{RULES}?{PREVIEW}&AlertType=", sub["id"].as_str().unwrap()));
        while let Some(url) = next {
            let page = json(bench.get(&url).await).await;
            assert!(page["value"].as_array().unwrap().len() <= 2);
            for rule in page["value"].as_array().unwrap() {
                states.push(rule["properties"]["state"].as_str().unwrap().to_owned());
            }
            next = page["nextLink"].as_str().map(str::to_owned);
            assert!(next.iter().all(|link| link.contains("&AlertType=&$skiptoken=")), "{next:?}");
        }
    }
    states.sort_unstable();
    assert_eq!(states, ["Disabled", "Enabled", "Enabled", "Enabled", "Enabled", "Expired"]);
}

#[tokio::test]
async fn a_contact_is_one_record_in_two_shapes() {
    let bench = demo().await;
    let subs = json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    let sub = |n: usize| subs["value"][n]["id"].as_str().unwrap().to_owned();
    let (new, old) = ("api-version=2023-12-01-preview", "api-version=2020-01-01-preview");
    let of = |n: usize, query: &str| format!("{}/{CONTACTS}/default?{query}", sub(n));
    let first = json(bench.get(&of(0, new)).await).await;
    assert_eq!(first["type"], "Microsoft.Security/securityContact");
    assert_eq!(first["properties"]["isEnabled"], true);
    let older = json(bench.get(&of(0, old)).await).await;
    let notifications = object!({ "state": "On", "minimalSeverity": "Medium" });
    assert_eq!(older["properties"]["alertNotifications"], notifications);
    assert_eq!(older["properties"]["emails"], first["properties"]["emails"]);
    assert_eq!(json(bench.get(&of(2, new)).await).await["properties"]["isEnabled"], false);
    let list = json(bench.get(&format!("{}/{CONTACTS}?{new}", sub(0))).await).await;
    assert_eq!(list["value"], object!([first]));
    assert_eq!(json(bench.get(&format!("{}/{CONTACTS}?{new}", sub(1))).await).await["value"], object!([]));
    assert_eq!(error(bench.get(&of(1, new)).await).await, (404, "ResourceNotFound".to_owned()));
    let body = object!({ "properties": first["properties"] });
    for status in [201, 200] {
        let reply = put(&bench, &of(1, new), &body).await;
        assert_eq!(reply.status(), status);
        assert_eq!(json(reply).await["properties"], first["properties"]);
    }
    for status in [200, 204] {
        assert_eq!(bench.request(Method::DELETE, &of(1, new)).send().await.unwrap().status(), status);
    }
    let other = put(&bench, &of(1, new).replace("default", "second"), &body).await;
    assert_eq!(error(other).await, (400, "InvalidSecurityContactName".to_owned()));
    let bad = put(&bench, &of(1, new), &object!({ "properties": { "emails": "nobody" } })).await;
    assert_eq!(error(bad).await, (400, "InvalidRequestContent".to_owned()));
}
