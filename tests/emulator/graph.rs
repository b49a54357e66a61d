//! Resource Graph: requests, pages, and the traps of its data.

use quell::azure::recommendations::of_resource;
use reqwest::{Method, Response};
use serde_json::{Value, json as object};

use super::{Bench, bench, header, json, subscription};

const PRODUCTION: &str = "7f3c2a10-5b1e-4d92-8c47-0a6d1e9b4f21";
const URL: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";

async fn ask(bench: &Bench, query: &str, more: Value) -> Response {
    let mut body = object!({ "query": query });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    bench.request(Method::POST, URL).json(&body).send().await.unwrap()
}

async fn data(bench: &Bench, query: &str) -> Vec<Value> {
    let reply = ask(bench, query, object!({})).await;
    assert_eq!(reply.status(), 200, "{query}");
    json(reply).await["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn alerts_have_their_properties_in_capitals() {
    let bench = bench(|_| ()).await;
    let of_type = "securityresources | where type =~ 'Microsoft.Security/locations/alerts'";
    let all = data(&bench, of_type).await;
    assert_eq!(all.len(), 30);
    assert!(all[0]["properties"]["AlertDisplayName"].is_string());
    assert!(all[0]["properties"]["ResourceIdentifiers"][0]["Type"].is_string());
    assert!(all[0]["properties"].get("alertDisplayName").is_none());
    assert_eq!(all[0]["type"], "microsoft.security/locations/alerts");
    let exact = data(&bench, "securityresources | where type == 'Microsoft.Security/locations/alerts'").await;
    assert!(exact.is_empty(), "the type is in lower case");
    let id = bench.id(3);
    assert_eq!(bench.post(&format!("{id}/dismiss")).await.status(), 204);
    let query = format!(
        "{of_type} | where tostring(coalesce(properties.Status, properties.status)) == 'Dismissed' | project id, properties.Status"
    );
    assert_eq!(
        Value::from(data(&bench, &query).await),
        object!([{ "id": id, "properties_Status": "Dismissed" }])
    );
    let one =
        ask(&bench, of_type, object!({ "subscriptions": [subscription(&id).rsplit('/').next()] })).await;
    let one = json(one).await["totalRecords"].as_u64().unwrap();
    assert!(one > 0 && one < 30);
    let unknown =
        ask(&bench, of_type, object!({ "subscriptions": ["99999999-0000-4000-8000-000000000000"] })).await;
    assert_eq!(json(unknown).await["totalRecords"], 0);
}

#[tokio::test]
async fn the_query_of_recommendations_finds_what_the_resource_has() {
    let bench = bench(|_| ()).await;
    let vm = format!(
        "/subscriptions/{PRODUCTION}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-01"
    );
    let found = data(&bench, &of_resource(&vm.to_uppercase())).await;
    let listed = bench
        .pages(&format!(
            "/subscriptions/{PRODUCTION}/providers/Microsoft.Security/assessments?api-version=2021-06-01"
        ))
        .await;
    let listed = listed.iter().flat_map(|page| page["value"].as_array().unwrap());
    let unhealthy = listed.filter(|one| {
        one["properties"]["resourceDetails"]["Id"] == vm && one["properties"]["status"]["code"] == "Unhealthy"
    });
    let mut expected: Vec<&str> = unhealthy.map(|one| one["id"].as_str().unwrap()).collect();
    expected.sort_unstable();
    assert!(expected.len() >= 3);
    assert_eq!(found.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), expected);
    assert!(found.iter().all(|row| row["severity"].is_string() && row["portal"].as_str().unwrap().starts_with("https://")));
    let shared = "securityresources | where type =~ 'microsoft.security/assessments'
        | where properties.status.code == 'Unhealthy' | summarize others = dcount(tolower(tostring(properties.resourceDetails.Id))) by name | where others > 3";
    assert!(data(&bench, shared).await.len() >= 3, "recommendations are shared");
    let tags = "Resources | where type =~ 'microsoft.compute/virtualmachines' and tags.owner has 'dmitri.novak' | project name | order by name asc";
    let names: Vec<_> =
        data(&bench, tags).await.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["vm-erp-app-01", "vm-erp-app-02", "vm-erp-db-01", "vm-erp-file-01"]);
}

#[tokio::test]
async fn pages_follow_the_token_and_need_ids() {
    let bench = bench(|_| ()).await;
    let query = "resources | project id, name | order by id asc";
    let whole = data(&bench, query).await;
    let (mut seen, mut token) = (Vec::new(), None);
    loop {
        let options = object!({ "options": { "$top": 7, "$skipToken": token } });
        let page = json(ask(&bench, query, options).await).await;
        assert_eq!((&page["totalRecords"], &page["resultTruncated"]), (&whole.len().into(), &"false".into()));
        assert_eq!(page["count"], page["data"].as_array().unwrap().len());
        seen.extend(page["data"].as_array().unwrap().clone());
        match page.get("$skipToken") {
            Some(next) => token = Some(next.clone()),
            None => break,
        }
    }
    assert_eq!(seen, whole);
    let bare =
        json(ask(&bench, "resources | project name", object!({ "options": { "$top": 7 } })).await).await;
    assert_eq!((&bare["resultTruncated"], bare.get("$skipToken")), (&"true".into(), None));
    let skipped = object!({ "options": { "$top": 1, "$skip": 2, "resultFormat": "table" } });
    let table = json(ask(&bench, query, skipped).await).await;
    let columns = object!([{ "name": "id", "type": "string" }, { "name": "name", "type": "string" }]);
    assert_eq!(table["data"], object!({ "columns": columns, "rows": [[whole[2]["id"], whole[2]["name"]]] }));
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_details() {
    let bench = bench(|_| ()).await;
    for (query, more, code, part) in [
        ("resources | join x on y", object!({}), "ParserFailure", "Line 1, column 13"),
        ("resources\n| where Name == 1", object!({}), "InvalidQuery", "'Name'"),
        ("advisorresources", object!({}), "InvalidQuery", "advisorresources"),
        ("resources", object!({ "options": { "$top": 1001 } }), "InvalidOption", "1001"),
        ("resources", object!({ "options": { "$skip": -1 } }), "InvalidOption", "-1"),
        ("resources", object!({ "options": { "resultFormat": "csv" } }), "InvalidOption", "csv"),
        ("resources", object!({ "options": { "$skipToken": "zzz" } }), "InvalidSkipToken", "does not belong"),
    ] {
        let reply = ask(&bench, query, more).await;
        assert_eq!(reply.status(), 400, "{query}");
        let error = json(reply).await["error"].clone();
        assert_eq!(
            (&error["code"], &error["details"][0]["code"]),
            (&"BadRequest".into(), &code.into()),
            "{query}"
        );
        assert!(error["details"][0]["message"].as_str().unwrap().contains(part), "{error}");
    }
    assert_eq!(bench.request(Method::POST, URL).body("{}").send().await.unwrap().status(), 400);
    assert_eq!(bench.get(URL).await.status(), 405);
}

#[tokio::test]
async fn queries_have_a_quota_of_their_own() {
    let bench = bench(|_| ()).await;
    let mut answers = Vec::new();
    for _ in 0..40 {
        let reply = ask(&bench, "resources | count", object!({})).await;
        assert!(!header(&reply, "x-ms-user-quota-remaining").is_empty());
        assert_eq!(header(&reply, "x-ms-user-quota-resets-after"), "00:00:05");
        if reply.status() == 429 {
            assert_eq!(header(&reply, "retry-after"), "1");
        }
        answers.push(reply.status().as_u16());
    }
    assert_eq!(answers[..15], [200; 15]);
    let read = bench.get(&bench.id(0)).await;
    assert_eq!(header(&read, "x-ms-ratelimit-remaining-subscription-reads"), "249", "reads are not touched");
    assert!(bench.emulator.log().iter().all(|entry| !entry.applied));
}
