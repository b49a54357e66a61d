//! The contract: operations, errors, paging, headers, throttling.

use reqwest::Method;
use serde_json::{Value, json as object};

use super::{bench, error, header, ids, json, location, subscription};

const ALERTS: &str = "/providers/Microsoft.Security/alerts";

#[tokio::test]
async fn subscriptions_and_tenants_are_listed() {
    let bench = bench(|_| ()).await;
    let list = json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    assert_eq!(list["value"].as_array().unwrap().len(), 3);
    let one = &list["value"][0];
    assert_eq!(
        (&one["state"], &one["id"]),
        (&"Enabled".into(), &format!("/subscriptions/{}", one["subscriptionId"].as_str().unwrap()).into())
    );
    let same = json(
        bench.get(&format!("{}?api-version=2022-12-01", one["id"].as_str().unwrap().to_uppercase())).await,
    )
    .await;
    assert_eq!(&same, one);
    let tenants = json(bench.get("/tenants?api-version=2022-12-01").await).await;
    assert_eq!(tenants["value"][0]["tenantId"], one["tenantId"]);
}

#[tokio::test]
async fn the_four_lists_hold_what_their_scope_says_at_any_page_size() {
    for size in [1, 3, 500] {
        let bench = bench(|config| config.page_size = size).await;
        let everything: Vec<String> = bench.emulator.alerts().into_iter().map(|(id, _)| id).collect();
        let sub = subscription(&everything[0]);
        let group = everything[0].split('/').nth(4).unwrap();
        let of_sub: Vec<_> = everything.iter().filter(|id| id.starts_with(&sub)).cloned().collect();
        let of_group: Vec<_> =
            of_sub.iter().filter(|id| id.contains(&format!("/{group}/"))).cloned().collect();
        let place = location(&everything[0]);
        let here = |ids: &[String]| -> Vec<String> {
            ids.iter().filter(|id| location(id) == place).cloned().collect()
        };
        let (sub_here, group_here) = (here(&of_sub), here(&of_group));
        let location = format!("/providers/Microsoft.Security/locations/{}/alerts", place.to_uppercase());
        let cases = [
            (format!("{sub}{ALERTS}"), &of_sub),
            (format!("{sub}/resourceGroups/{group}{ALERTS}"), &of_group),
            (format!("{sub}{location}"), &sub_here),
            (format!("{sub}/resourcegroups/{}{location}", group.to_uppercase()), &group_here),
            (format!("{}{}", sub.to_uppercase(), ALERTS.to_uppercase()), &of_sub),
        ];
        for (path, expected) in cases {
            let pages = bench.pages(&path).await;
            assert_eq!(&ids(&pages), expected, "{path} by {size}");
            assert_eq!(pages.len(), expected.len().div_ceil(size), "no empty last page");
        }
        let elsewhere =
            bench.pages(&format!("{sub}/providers/Microsoft.Security/locations/elsewhere/alerts")).await;
        assert_eq!(elsewhere, [object!({ "value": [] })]);
    }
}

#[tokio::test]
async fn a_next_link_is_absolute_at_the_host_that_was_asked() {
    let bench = bench(|config| config.page_size = 2).await;
    let sub = subscription(&bench.id(0));
    let request = bench.request(Method::GET, &format!("{sub}{ALERTS}?api-version=2022-01-01"));
    let page = json(request.header("host", "localhost:4711").send().await.unwrap()).await;
    let link = page["nextLink"].as_str().unwrap();
    assert!(
        link.starts_with(&format!("http://localhost:4711{sub}{ALERTS}?api-version=2022-01-01&$skiptoken=")),
        "{link}"
    );
    let forged = bench.get(&format!("{sub}{ALERTS}?api-version=2022-01-01&$skiptoken=forged")).await;
    assert_eq!(error(forged).await, (400, "InvalidSkipToken".to_owned()));
}

#[tokio::test]
async fn a_listing_under_way_is_not_moved_by_arrivals() {
    let bench = bench(|config| config.page_size = 2).await;
    let sub = subscription(&bench.id(0));
    let before = ids(&bench.pages(&format!("{sub}{ALERTS}")).await);
    let first = json(bench.get(&format!("{sub}{ALERTS}")).await).await;
    let new = format!("{sub}/providers/Microsoft.Security/locations/centralus/alerts/new");
    bench.emulator.add_alert(&format!(r#"{{"id":"{new}","properties":{{}}}}"#)).unwrap();
    let mut seen = ids(std::slice::from_ref(&first));
    seen.extend(ids(&bench.pages(first["nextLink"].as_str().unwrap()).await));
    assert_eq!(seen, before);
    assert_eq!(ids(&bench.pages(&format!("{sub}{ALERTS}")).await)[0], new);
}

#[tokio::test]
async fn every_verb_sets_its_status_by_either_path_in_any_letter_case() {
    let bench = bench(|_| ()).await;
    let id = bench.id(4);
    let name = id.rsplit('/').next().unwrap();
    let flat = format!(
        "{}/providers/Microsoft.Security/locations/{}/alerts/{name}",
        subscription(&id),
        location(&id)
    );
    let before = bench.get(&id).await.text().await.unwrap();
    let verbs = [
        ("dismiss", "Dismissed"),
        ("resolve", "Resolved"),
        ("inProgress", "InProgress"),
        ("activate", "Active"),
    ];
    for path in [id.clone(), flat.clone(), id.to_uppercase(), flat.to_lowercase()] {
        for (verb, status) in verbs {
            // Twice: repeating the status that it has is no error.
            for _ in 0..2 {
                let reply = bench.post(&format!("{path}/{verb}")).await;
                assert_eq!(reply.status(), 204);
                assert!(reply.bytes().await.unwrap().is_empty());
            }
            let alert = bench.get(&path).await.text().await.unwrap();
            assert_eq!(alert, before.replace("\"status\":\"Active\"", &format!("\"status\":\"{status}\"")));
            assert_eq!(bench.status(&id), status);
        }
    }
    assert_eq!(bench.post(&format!("{}/INPROGRESS", id.to_uppercase())).await.status(), 204);
    let others =
        bench.emulator.alerts().into_iter().filter(|(other, status)| *other != id && status != "Active");
    assert_eq!(others.count(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_arms_words() {
    let bench = bench(|_| ()).await;
    let id = bench.id(0);
    let sub = subscription(&id);
    let parent = id.rsplit_once('/').unwrap().0;
    let nobody = "99999999-0000-4000-8000-000000000000";
    let cases = [
        (Method::GET, format!("{id}?"), 400, "MissingApiVersionParameter"),
        (Method::GET, format!("{id}?api-version=1999-01-01"), 400, "NoRegisteredProviderFound"),
        (Method::GET, format!("{id}?api-version=newest"), 400, "InvalidApiVersionParameter"),
        (Method::GET, "/subscriptions?api-version=1999-01-01".to_owned(), 400, "InvalidApiVersionParameter"),
        (Method::GET, format!("/subscriptions/{nobody}{ALERTS}"), 404, "SubscriptionNotFound"),
        (Method::GET, format!("/subscriptions/mine{ALERTS}"), 400, "InvalidSubscriptionId"),
        (Method::GET, format!("{sub}/resourceGroups/nowhere{ALERTS}"), 404, "ResourceGroupNotFound"),
        (Method::GET, format!("{parent}/nobody"), 404, "ResourceNotFound"),
        (Method::POST, format!("{parent}/nobody/dismiss"), 404, "ResourceNotFound"),
        (Method::POST, format!("{id}/close"), 404, "InvalidResourceType"),
        (Method::GET, format!("{sub}/providers/Microsoft.Security/pricings"), 404, "InvalidResourceType"),
        (Method::GET, format!("{sub}/providers/Microsoft.Foo/bars"), 404, "InvalidResourceNamespace"),
        (Method::GET, "/health".to_owned(), 404, "MissingSubscription"),
        (Method::DELETE, id.clone(), 405, "MethodNotAllowed"),
        (Method::GET, format!("{id}/dismiss"), 405, "MethodNotAllowed"),
    ];
    for (method, path, status, code) in cases {
        let path = if path.contains('?') { path } else { format!("{path}?api-version=2022-01-01") };
        let reply = bench.request(method, &path).send().await.unwrap();
        assert!(header(&reply, "content-type").starts_with("application/json"));
        assert_eq!(error(reply).await, (status, code.to_owned()), "{path}");
    }
    assert!(bench.emulator.log().iter().all(|entry| !entry.applied));
}

#[tokio::test]
async fn one_token_is_accepted() {
    let mut bench = bench(|config| config.token = "s3cret".to_owned()).await;
    assert_eq!(bench.get("/subscriptions?api-version=2022-12-01").await.status(), 200);
    bench.token = "demo".to_owned();
    let refused = bench.get("/subscriptions?api-version=2022-12-01").await;
    assert!(header(&refused, "www-authenticate").starts_with("Bearer authorization_uri="));
    assert_eq!(error(refused).await, (401, "InvalidAuthenticationToken".to_owned()));
    let bare = reqwest::Client::builder().no_proxy().build().unwrap();
    let refused = bare
        .post(format!("{}{}/dismiss?api-version=2022-01-01", bench.emulator.base_url(), bench.id(0)))
        .send();
    assert_eq!(error(refused.await.unwrap()).await, (401, "AuthenticationFailed".to_owned()));
    assert_eq!(bench.status(&bench.id(0)), "Active");
}

#[tokio::test]
async fn answers_carry_arms_headers() {
    let bench = bench(|_| ()).await;
    let id = bench.id(0);
    let read = bench.get(&id).await;
    assert_eq!(header(&read, "x-ms-ratelimit-remaining-subscription-reads"), "249");
    assert_eq!(header(&read, "x-ms-ratelimit-remaining-subscription-resource-requests"), "249");
    let write = bench.post(&format!("{id}/resolve")).await;
    assert_eq!(header(&write, "x-ms-ratelimit-remaining-subscription-writes"), "199");
    let list = bench.get("/subscriptions?api-version=2022-12-01").await;
    assert_eq!(header(&list, "x-ms-ratelimit-remaining-tenant-reads"), "249");
    let mut seen = Vec::new();
    for reply in [&read, &write, &list] {
        let id = header(reply, "x-ms-request-id");
        assert_eq!(id.len(), 36);
        assert_eq!(header(reply, "x-ms-correlation-request-id"), id);
        assert!(!header(reply, "x-ms-routing-request-id").is_empty());
        assert!(!seen.contains(&id));
        seen.push(id);
    }
    let asked = bench
        .request(Method::GET, &format!("{id}?api-version=2022-01-01"))
        .header("x-ms-client-request-id", "mine")
        .header("x-ms-correlation-request-id", "ours")
        .header("x-ms-return-client-request-id", "true");
    let reply = asked.send().await.unwrap();
    assert_eq!(
        (header(&reply, "x-ms-client-request-id"), header(&reply, "x-ms-correlation-request-id")),
        ("mine".into(), "ours".into())
    );
}

#[tokio::test]
async fn an_empty_bucket_answers_429_and_changes_nothing() {
    let bench = bench(|config| config.throttle = "reads=100:1,writes=3:0.001".parse().unwrap()).await;
    let all: Vec<String> = bench.emulator.alerts().into_iter().map(|(id, _)| id).collect();
    let sub = subscription(&all[0]);
    let mut codes = Vec::new();
    for id in all.iter().filter(|id| id.starts_with(&sub)).take(5) {
        let reply = bench.post(&format!("{id}/dismiss")).await;
        if reply.status() == 429 {
            assert!((900..=1000).contains(&header(&reply, "retry-after").parse::<u64>().unwrap()));
            assert_eq!(error(reply).await.1, "SubscriptionRequestsThrottled");
            codes.push(429);
        } else {
            codes.push(reply.status().as_u16());
        }
    }
    assert_eq!(codes, [204, 204, 204, 429, 429]);
    let other = all.iter().find(|id| !id.starts_with(&sub)).unwrap();
    assert_eq!(
        bench.post(&format!("{other}/dismiss")).await.status(),
        204,
        "another subscription has its own bucket"
    );
    assert_eq!(bench.emulator.alerts().iter().filter(|(_, status)| status == "Dismissed").count(), 4);
    let log = bench.emulator.log();
    assert!(log.iter().all(|entry| entry.fault.is_none() && entry.applied == (entry.status == Some(204))));
}

fn bundles(names: &[&str]) -> Value {
    object!({ "properties": { "kind": "Bundles", "bundles": names } })
}

#[tokio::test]
async fn sample_alerts_come_when_the_operation_is_done() {
    let bench = bench(|config| config.simulate_delay = std::time::Duration::ZERO).await;
    let sub = subscription(&bench.id(0));
    let path = format!(
        "{sub}/providers/Microsoft.Security/locations/westeurope/alerts/default/simulate?api-version=2022-01-01"
    );
    let reply =
        bench.request(Method::POST, &path).json(&bundles(&["DNS", "KeyVaults"])).send().await.unwrap();
    assert_eq!(reply.status(), 202);
    let location = header(&reply, "location");
    assert!(location.starts_with(&bench.emulator.base_url()), "{location}");
    assert_eq!(bench.get(&location).await.status(), 204);
    let page = json(bench.get(&format!("{sub}/resourceGroups/sample-rg{ALERTS}")).await).await;
    let samples = page["value"].as_array().unwrap();
    assert!(samples.len() >= 4);
    for sample in samples {
        let properties = &sample["properties"];
        assert!(properties["alertType"].as_str().unwrap().starts_with("SIMULATED_"));
        assert!(properties["alertDisplayName"].as_str().unwrap().starts_with("[SAMPLE ALERT] "));
        let id = sample["id"].as_str().unwrap();
        assert_eq!(bench.post(&format!("{id}/dismiss")).await.status(), 204);
        assert_eq!(bench.status(id), "Dismissed");
    }
    let older = path.replace("2022-01-01", "2021-11-01");
    let older = bench.request(Method::POST, &older).json(&bundles(&["DNS"])).send().await.unwrap();
    assert_eq!((older.status().as_u16(), header(&older, "location")), (204, String::new()));
    let nonsense = bench.request(Method::POST, &path).json(&bundles(&["Toasters"])).send().await.unwrap();
    assert_eq!(error(nonsense).await, (400, "InvalidRequestContent".to_owned()));
    let empty = bench.post(&path).await;
    assert_eq!(error(empty).await.0, 400);
    assert_eq!(bench.get(&format!("{location}x").replace("?api", "x?api")).await.status(), 400);
}

#[tokio::test]
async fn a_simulation_under_way_says_so() {
    let bench = bench(|config| config.simulate_delay = std::time::Duration::from_hours(1)).await;
    let count = bench.emulator.alerts().len();
    let sub = subscription(&bench.id(0));
    let path = format!(
        "{sub}/providers/Microsoft.Security/locations/centralus/alerts/default/simulate?api-version=2022-01-01"
    );
    let reply = bench.request(Method::POST, &path).json(&bundles(&["DNS"])).send().await.unwrap();
    let location = header(&reply, "location");
    let poll = bench.get(&location).await;
    assert_eq!((poll.status().as_u16(), header(&poll, "location")), (202, location.clone()));
    assert_eq!(header(&poll, "retry-after"), "1800");
    assert_eq!(bench.emulator.alerts().len(), count);
    let other = bench.get(&location.replace("operationResults/", "operationResults/0")).await;
    assert_eq!(error(other).await, (404, "ResourceNotFound".to_owned()));
}
