//! What is asked around an alert, on the wire: activity log, tags, roles, recommendations, mail settings, samples.

#![allow(clippy::unwrap_used)] // a broken check must stop the test

mod support;

use chrono::{TimeZone, Utc};
use quell::azure::ApiError;
use quell::azure::samples::Going;
use quell::domain::activity::Window;
use quell::domain::contacts::{Contacts, MinSeverity, Saved, Settings, addresses};
use quell::domain::ownership::{OwnerRole, Reach};
use quell::domain::resource::ResourceId;
use quell::domain::rights::Right;
use quell::domain::samples::Bundle;
use quell::domain::{Severity, SubscriptionId};
use serde_json::{Value, json};
use support::arm::{Arm, Asked, Reply, refusal, reply};

const SUB: &str = "0f0e0d0c-1111-2222-3333-444455556666";

fn vm() -> ResourceId {
    ResourceId::new(format!(
        "/subscriptions/{SUB}/resourceGroups/My Rg/providers/Microsoft.Compute/virtualMachines/vm"
    ))
}

fn sub() -> SubscriptionId {
    SubscriptionId::new(SUB)
}

fn window() -> Window {
    let at = |hour| Utc.with_ymd_and_hms(2026, 11, 22, hour, 0, 0).unwrap();
    Window::between(at(9), at(12), at(20))
}

fn ok(body: &Value) -> Reply {
    reply(200, body.to_string())
}

#[tokio::test]
async fn the_activity_log_is_read_to_its_end_with_a_legal_filter() {
    let event = |name: &str, time: &str| json!({ "operationName": { "value": name }, "eventTimestamp": time, "caller": "ada@contoso.com" });
    let pages = [
        json!({ "value": [event("a", "2026-11-22T10:00:00Z"), {}], "nextLink": "BASE/next?$skiptoken=1" }),
        json!({ "value": [event("b", "2026-11-22T11:00:00Z"), event("c", "x")] }),
    ];
    let arm = Arm::start(move |_, before| ok(&pages[before])).await;
    let log = arm.client().activity(&vm(), window()).await.unwrap();
    let names: Vec<&str> = log.events.iter().map(|event| event.operation.raw()).collect();
    assert_eq!((names, log.complete), (vec!["b", "a", "c"], true));
    let asked = arm.asked();
    assert_eq!(
        asked[0].path,
        format!("/subscriptions/{SUB}/providers/Microsoft.Insights/eventtypes/management/values")
    );
    let id = vm().text().raw().to_owned();
    assert_eq!(
        asked[0].query,
        format!(
            "api-version=2015-04-01&$filter=eventTimestamp ge '2026-11-22T09:00:00Z' and eventTimestamp le '2026-11-22T12:00:00Z' and resourceUri eq '{id}'"
        )
    );
    assert_eq!(asked[1].path, "/next");
}

#[tokio::test]
async fn a_log_without_end_stops_and_says_so() {
    let arm = Arm::start(|_, before| {
        ok(&json!({ "value": [{ "operationName": "x" }], "nextLink": format!("BASE/next/{before}") }))
    })
    .await;
    let log = arm.client().activity(&vm(), window()).await.unwrap();
    assert!(!log.complete && log.events.len() == arm.asked().len() && log.events.len() < 100);
    let circle = Arm::start(|_, _| ok(&json!({ "value": [], "nextLink": "BASE/again" }))).await;
    assert!(matches!(circle.client().activity(&vm(), window()).await, Err(ApiError::Protocol(_))));
    let foreign =
        Arm::start(|_, _| ok(&json!({ "value": [], "nextLink": "https://203.0.113.7/next" }))).await;
    assert!(matches!(foreign.client().activity(&vm(), window()).await, Err(ApiError::RefusedUrl(_))));
    assert_eq!(foreign.asked().len(), 1);
}

#[tokio::test]
async fn tags_and_owners_are_read_and_each_names_the_role_it_needs() {
    let role =
        |guid: &str| format!("/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/{guid}");
    let assignment = |guid: &str, scope: &str, who: &str| json!({ "properties": { "roleDefinitionId": role(guid), "scope": scope, "principalId": who, "principalType": "User" } });
    let owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let list = json!({ "value": [
        assignment(owner, "/", "above"),
        assignment("acdd72a7-3385-48ef-bd42-f606fba81ae7", "/", "a reader"),
        assignment("B24988AC-6180-42A0-AB88-20F7382DD24C", vm().text().raw(), "direct"),
    ]});
    let arm = Arm::start(move |asked, _| {
        if asked.path.contains("/tags/") {
            ok(&json!({ "properties": { "tags": { "owner": "Ada" } } }))
        } else {
            ok(&list)
        }
    })
    .await;
    let client = arm.client();
    assert_eq!(client.tags(&vm()).await.unwrap(), [("owner".into(), "Ada".into())]);
    let holders = client.holders(&vm()).await.unwrap();
    let found: Vec<_> = holders.iter().map(|of| (of.role, of.reach, of.principal.raw())).collect();
    assert_eq!(
        found,
        [(OwnerRole::Contributor, Reach::Direct, "direct"), (OwnerRole::Owner, Reach::Above, "above")]
    );
    let base = vm().text().raw().replace(' ', "%20");
    assert_eq!(
        arm.lines(),
        [
            format!("GET {base}/providers/Microsoft.Resources/tags/default"),
            format!("GET {base}/providers/Microsoft.Authorization/roleAssignments"),
        ]
    );
    assert_eq!(arm.asked()[1].query, "api-version=2022-04-01&$filter=atScope()");
    let closed = Arm::start(|_, _| refusal(403, "AuthorizationFailed")).await;
    let error = closed.client().holders(&vm()).await.unwrap_err();
    assert!(matches!(&error, ApiError::Forbidden { needs, .. } if needs.contains("Reader")), "{error}");
    for id in ["vm", "/subscriptions/s/../t", "/providers/x"] {
        assert!(matches!(client.tags(&ResourceId::new(id)).await, Err(ApiError::RefusedUrl(_))), "{id}");
    }
}

#[tokio::test]
async fn permissions_are_read_to_their_end_or_not_known_at_all() {
    let reader = json!({ "actions": ["*/read"] });
    let admin = json!({ "actions": ["Microsoft.Security/*"] });
    let pages = [
        json!({ "value": [reader], "nextLink": "BASE/next" }),
        json!({ "value": [admin], "nextLink": null }),
    ];
    let first = pages[0].clone();
    let arm = Arm::start(move |_, before| ok(&pages[before])).await;
    let rights = arm.client().rights(&sub()).await.unwrap();
    assert!(rights.has(Right::ChangeStatus) && rights.has(Right::ReadActivity), "{rights:?}");
    let refused = Arm::start(move |_, before| match before {
        0 => ok(&first),
        _ => refusal(403, "AuthorizationFailed"),
    })
    .await;
    assert!(refused.client().rights(&sub()).await.is_err());
    let endless =
        Arm::start(|_, before| ok(&json!({ "value": [], "nextLink": format!("BASE/next/{before}") }))).await;
    assert!(matches!(endless.client().rights(&sub()).await, Err(ApiError::Protocol(_))));
    let odd = Arm::start(|_, _| ok(&json!({ "value": [{ "actions": "*" }] }))).await;
    assert!(matches!(odd.client().rights(&sub()).await, Err(ApiError::Protocol(_))));
}

/// Answers the three questions behind the recommendations.
fn advice(asked: &Asked) -> Reply {
    if asked.path.contains("assessmentMetadata") {
        return ok(
            &json!({ "properties": { "severity": "High", "remediationDescription": "Do <b>it</b>" } }),
        );
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let query = body["query"].as_str().unwrap();
    if query.contains("summarize") {
        assert_eq!(body.get("subscriptions"), None, "counted over the whole tenant");
        return ok(&json!({ "data": [{ "name": "K1", "others": 7 }], "resultTruncated": "false" }));
    }
    assert_eq!(body["subscriptions"], json!([SUB]));
    if body["options"]["$skipToken"] == "more" {
        return ok(&json!({ "data": [{ "name": "k2", "title": "Second" }, { "name": "K1" }] }));
    }
    let first = json!({ "name": "k1", "title": "First", "severity": "Low", "remediation": "x", "portal": "portal.azure.com/#a" });
    ok(
        &json!({ "data": [first], "resultTruncated": "true", "$skipToken": "more", "count": 1, "totalRecords": 3 }),
    )
}

#[tokio::test]
async fn recommendations_come_in_pages_with_counts_and_metadata() {
    let arm = Arm::start(|asked, _| advice(asked)).await;
    let found = arm.client().recommendations(&vm()).await.unwrap();
    let shown: Vec<_> =
        found.items.iter().map(|of| (of.title.raw(), of.severity, of.remediation.raw(), of.others)).collect();
    assert_eq!(
        shown,
        [("Second", Severity::High, "Do it", Some(0)), ("First", Severity::Low, "x", Some(7))],
        "the worst first"
    );
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    let posts = arm.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!((posts, arm.asked().len()), (3, 4));
}

#[tokio::test]
async fn a_count_that_was_left_out_is_not_none() {
    let arm = Arm::start(|asked, _| {
        if asked.body.contains("summarize") {
            ok(&json!({ "data": [{ "name": "k1", "others": 7 }], "resultTruncated": "true" }))
        } else {
            advice(asked)
        }
    })
    .await;
    let found = arm.client().recommendations(&vm()).await.unwrap();
    let others: Vec<_> = found.items.iter().map(|of| of.others).collect();
    assert_eq!((others, found.gaps.len()), (vec![None, Some(7)], 1), "{:?}", found.gaps);
}

#[tokio::test]
async fn a_part_that_fails_is_a_gap_and_not_the_end() {
    let arm = Arm::start(|asked, _| {
        if asked.body.contains("summarize") || asked.method == "GET" {
            refusal(403, "AuthorizationFailed")
        } else {
            advice(asked)
        }
    })
    .await;
    let found = arm.client().recommendations(&vm()).await.unwrap();
    assert_eq!((found.items.len(), found.gaps.len()), (2, 2), "{:?}", found.gaps);
    assert!(found.items.iter().all(|of| of.others.is_none()));
    let closed = Arm::start(|_, _| refusal(403, "AuthorizationFailed")).await;
    assert!(matches!(closed.client().recommendations(&vm()).await, Err(ApiError::Forbidden { .. })));
    let clean = Arm::start(|_, _| ok(&json!({ "data": [], "resultTruncated": "false" }))).await;
    assert!(clean.client().recommendations(&vm()).await.unwrap().items.is_empty());
    assert_eq!(clean.asked().len(), 1, "nothing to count");
    for odd in ["{}", "[]", "<html>", "{\"data\":{\"rows\":[]}}"] {
        let arm = Arm::start(move |_, _| reply(200, odd)).await;
        let outcome = arm.client().recommendations(&vm()).await;
        assert!(matches!(outcome, Err(ApiError::Protocol(_))), "{odd}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_empty_bucket_of_resource_graph_is_waited_for() {
    let arm = Arm::start(|_, _| Reply {
        headers: vec![
            ("x-ms-user-quota-remaining", "0".to_owned()),
            ("x-ms-user-quota-resets-after", "00:00:05".to_owned()),
        ],
        ..ok(&json!({ "data": [] }))
    })
    .await;
    let client = arm.client();
    client.recommendations(&vm()).await.unwrap();
    let held = client.throttle().held_for(None, quell::azure::throttle::Kind::Graph);
    assert!(held.as_secs() >= 4, "{held:?}");
    assert!(client.throttle().held_for(None, quell::azure::throttle::Kind::Read).is_zero());
}

/// A service that keeps one record in the shape of one version and knows no other.
fn keeper(version: &'static str, first: Option<Value>) -> impl Fn(&Asked, usize) -> Reply + Send + Sync {
    let kept = std::sync::Mutex::new(first);
    move |asked: &Asked, _| {
        if asked.query != format!("api-version={version}") {
            return refusal(400, "NoRegisteredProviderFound");
        }
        let mut kept = kept.lock().unwrap();
        if asked.method == "PUT" {
            *kept = Some(serde_json::from_str(&asked.body).unwrap());
            return reply(201, asked.body.clone());
        }
        kept.as_ref().map_or_else(|| refusal(404, "ResourceNotFound"), ok)
    }
}

fn wanted() -> Settings {
    Settings {
        emails: addresses("soc@contoso.com"),
        min_severity: Some(MinSeverity::Low),
        ..Settings::default_of_azure()
    }
}

fn read_back(saved: Saved) -> Option<Contacts> {
    match saved {
        Saved::ReadBack(stored) => Some(stored),
        Saved::Unread(_) => None,
    }
}

#[tokio::test]
async fn settings_are_compared_written_and_read_back_in_either_version() {
    for (version, expected) in [
        ("2023-12-01-preview", vec!["GET", "GET", "PUT", "GET"]),
        ("2020-01-01-preview", vec!["GET", "GET", "GET", "GET", "PUT", "GET", "GET"]),
    ] {
        let first = json!({ "id": "/x", "properties": { "later": 1, "emails": "a@b.c",
            "alertNotifications": { "state": "Off", "minimalSeverity": "High" } } });
        let arm = Arm::start(keeper(version, Some(first))).await;
        let client = arm.client();
        let before = client.contacts(&sub()).await.unwrap();
        let stored = read_back(client.save_contacts(&sub(), &before, &wanted()).await.unwrap()).unwrap();
        assert!(stored.settings.same_as(&wanted()), "{version}: {stored:?}");
        let methods: Vec<String> = arm.asked().into_iter().map(|asked| asked.method).collect();
        assert_eq!(methods, expected, "{version}");
        let put = arm.asked().into_iter().find(|asked| asked.method == "PUT").unwrap();
        let body: Value = serde_json::from_str(&put.body).unwrap();
        assert_eq!((&body["properties"]["later"], body.get("id")), (&json!(1), None));
    }
}

#[tokio::test]
async fn where_nothing_is_stored_azures_default_is_shown_and_a_record_can_be_made() {
    for version in ["2023-12-01-preview", "2020-01-01-preview"] {
        let arm = Arm::start(keeper(version, None)).await;
        let client = arm.client();
        let before = client.contacts(&sub()).await.unwrap();
        assert!(before.is_default() && before.settings == Settings::default_of_azure(), "{version}");
        let stored = read_back(client.save_contacts(&sub(), &before, &wanted()).await.unwrap()).unwrap();
        assert!(!stored.is_default() && stored.settings.same_as(&wanted()), "{version}");
    }
}

#[tokio::test]
async fn settings_that_somebody_changed_meanwhile_are_left_alone() {
    let arm = Arm::start(|_, before| ok(&json!({ "properties": { "isEnabled": before == 0 } }))).await;
    let client = arm.client();
    let before = client.contacts(&sub()).await.unwrap();
    let outcome = client.save_contacts(&sub(), &before, &wanted()).await;
    assert!(matches!(outcome, Err(ApiError::Conflict { .. })), "{outcome:?}");
    assert!(arm.asked().iter().all(|asked| asked.method == "GET"));
}

#[tokio::test]
async fn a_record_that_could_not_be_written_back_is_left_alone() {
    for odd in ["1e999", r#""\ud800""#, &format!("{}{}", "[".repeat(200), "]".repeat(200))] {
        let record = format!(r#"{{"properties":{{"emails":"a@b.c","isEnabled":true,"later":{odd}}}}}"#);
        let arm = Arm::start(move |_, _| reply(200, record.clone())).await;
        let client = arm.client();
        let before = client.contacts(&sub()).await.unwrap();
        assert_eq!(before.settings.emails, addresses("a@b.c"), "it is shown all the same");
        let outcome = client.save_contacts(&sub(), &before, &wanted()).await;
        assert!(matches!(outcome, Err(ApiError::Protocol(_))), "{outcome:?}");
        assert!(arm.asked().iter().all(|asked| asked.method == "GET"));
    }
}

#[tokio::test]
async fn what_was_accepted_and_cannot_be_read_back_is_no_failure() {
    let written = std::sync::atomic::AtomicBool::new(false);
    let record = json!({ "properties": { "isEnabled": true } });
    let arm = Arm::start(move |asked, _| {
        let put = asked.method == "PUT";
        match written.fetch_or(put, std::sync::atomic::Ordering::SeqCst) {
            false if put => reply(200, asked.body.clone()),
            false => ok(&record),
            true => refusal(403, "AuthorizationFailed"),
        }
    })
    .await;
    let client = arm.client();
    let before = client.contacts(&sub()).await.unwrap();
    let saved = client.save_contacts(&sub(), &before, &wanted()).await.unwrap();
    assert!(matches!(&saved, Saved::Unread(why) if why.raw().contains("not allowed")), "{saved:?}");
}

#[tokio::test]
async fn a_refused_change_of_settings_says_what_it_needs() {
    let record = json!({ "properties": { "isEnabled": true } });
    let arm = Arm::start(move |asked, _| match asked.method.as_str() {
        "PUT" => refusal(403, "AuthorizationFailed"),
        _ => ok(&record),
    })
    .await;
    let client = arm.client();
    let before = client.contacts(&sub()).await.unwrap();
    let outcome = client.save_contacts(&sub(), &before, &wanted()).await;
    assert!(matches!(outcome, Err(ApiError::Forbidden { needs, .. }) if needs.contains("Security Admin")));
}

#[tokio::test]
async fn samples_are_asked_for_and_followed_on_the_same_origin_only() {
    let accepted = |location: &str| Reply {
        headers: vec![("location", location.to_owned()), ("retry-after", "7".to_owned())],
        ..reply(202, "")
    };
    for location in ["BASE/operations/1", "https://203.0.113.7/operations/1"] {
        let arm = Arm::start(move |asked, before| match (asked.method.as_str(), before) {
            ("POST", _) => accepted(location),
            (_, 0) => ok(&json!({ "value": [{ "name": "centralus" }] })),
            (_, 2) => accepted("BASE/operations/1"),
            _ => reply(204, ""),
        })
        .await;
        let client = arm.client();
        let started = client.simulate(&sub(), &[Bundle::Dns], |_| false).await.unwrap();
        assert_eq!((started.region.as_str(), started.wait.as_secs()), ("centralus", 7));
        let post = &arm.asked()[1];
        assert!(post.path.ends_with("/locations/centralus/alerts/default/simulate"), "{}", post.path);
        let body: Value = serde_json::from_str(&post.body).unwrap();
        assert_eq!(body, json!({ "properties": { "kind": "Bundles", "bundles": ["DNS"] } }));
        let operation = started.operation.unwrap();
        let look = client.simulation(&sub(), &operation).await;
        if location.starts_with("BASE") {
            assert!(matches!(look, Ok(Going::On(wait)) if wait.as_secs() == 7), "{look:?}");
            assert_eq!(client.simulation(&sub(), &operation).await, Ok(Going::Done));
        } else {
            assert!(matches!(look, Err(ApiError::RefusedUrl(_))), "{look:?}");
            assert_eq!(arm.asked().len(), 2, "nothing was sent");
        }
    }
    // What was put off was not taken; what may have been taken is not asked for twice.
    for (answer, again, asked) in [(429, true, 2), (429, false, 1), (503, true, 1)] {
        let arm = Arm::start(move |asked, before| match (asked.method.as_str(), before) {
            ("POST", 1) => Reply { headers: vec![("retry-after", "0".to_owned())], ..reply(answer, "") },
            ("POST", _) => reply(202, ""),
            _ => ok(&json!({ "value": [{ "name": "centralus" }] })),
        })
        .await;
        let started = arm.client().simulate(&sub(), &[], |_| again).await;
        assert_eq!((started.is_ok(), arm.asked().len()), (asked == 2, 1 + asked), "{answer}: {started:?}");
    }
    let odd = Arm::start(|_, _| ok(&json!({ "value": [{ "name": "../x" }] }))).await;
    assert!(matches!(odd.client().simulate(&sub(), &[], |_| false).await, Err(ApiError::Protocol(_))));
}
