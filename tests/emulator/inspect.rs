//! `/_emulator/…`: the record, the state, and a colleague's hand.

use quell::domain::Status;
use reqwest::{Client, Method};
use serde_json::{Value, json as object};

use super::{bench, error, faulty};

async fn lines(url: String) -> Vec<Value> {
    let client = Client::builder().no_proxy().build().unwrap();
    let reply = client.get(url).send().await.unwrap();
    assert_eq!(reply.headers()["content-type"], "application/x-ndjson");
    let text = reply.text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_record_holds_each_request_as_it_was_received() {
    let bench = bench(|_| ()).await;
    let id = bench.id(0);
    let asked = bench
        .request(Method::POST, &format!("{}/Dismiss?api-version=2022-01-01&x=%20", id.to_uppercase()))
        .header("x-ms-client-request-id", "c-1");
    assert_eq!(asked.send().await.unwrap().status(), 204);
    bench.get("/nothing/here%21").await;
    let log = lines(format!("{}/_emulator/log", bench.emulator.base_url())).await;
    assert_eq!(log.len(), 2, "looking at the record leaves no trace");
    let mut first = log[0].clone();
    let time = first["time"].take();
    assert!(chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).is_ok());
    let expected = object!({
        "seq": 1, "time": null, "method": "POST", "path": format!("{}/Dismiss", id.to_uppercase()),
        "query": "api-version=2022-01-01&x=%20", "status": 204, "client_request_id": "c-1", "fault": null, "applied": true,
    });
    assert_eq!(first, expected);
    assert_eq!((&log[1]["seq"], &log[1]["path"]), (&2.into(), &"/nothing/here%21".into()));
    assert_eq!(log[1]["applied"], false);
}

#[tokio::test]
async fn a_colleague_changes_a_status_without_token_fault_or_record() {
    let bench = faulty(&["500"]).await;
    let id = bench.id(3);
    let name = id.rsplit('/').next().unwrap();
    let url = format!("{}/_emulator/alerts", bench.emulator.base_url());
    let client = Client::builder().no_proxy().build().unwrap();
    let set = async |name: &str, status: &str| {
        client.post(format!("{url}/{name}/status")).json(&object!({ "status": status })).send().await.unwrap()
    };
    assert_eq!(set(name, "InProgress").await.status(), 204);
    assert_eq!(bench.status(&id), "InProgress");
    assert_eq!(error(set("nobody", "Active").await).await.0, 404);
    assert_eq!(error(set(name, "Closed").await).await.0, 400);
    let state = lines(url.clone()).await;
    assert_eq!(state.len(), 30);
    assert!(state.contains(&object!({ "id": id, "status": "InProgress" })));
    assert!(bench.emulator.log().is_empty());
    let lost = client.delete(format!("{}/_emulator/log", bench.emulator.base_url())).send().await.unwrap();
    assert_eq!(error(lost).await.0, 404);
    assert!(
        bench.emulator.set_status(name, Status::Resolved) && !bench.emulator.set_status(name, Status::Other)
    );
    assert_eq!(bench.status(&id), "Resolved");
}

#[tokio::test]
async fn an_alert_can_be_added_and_is_served_byte_for_byte() {
    let bench = bench(|_| ()).await;
    let id = "/subscriptions/77777777-0000-4000-8000-000000000000/providers/Microsoft.Security/locations/eu/alerts/added";
    let alert = format!("{{ \"id\":\"{id}\" ,\n \"Properties\": {{\"Status\":\"New\", \"n\": 1.50 }} }}");
    let url = format!("{}/_emulator/alerts", bench.emulator.base_url());
    let client = Client::builder().no_proxy().build().unwrap();
    let add = async |body: String| client.post(&url).body(body).send().await.unwrap();
    assert_eq!(add(alert.clone()).await.status(), 201);
    assert_eq!(bench.get(id).await.text().await.unwrap(), alert);
    let list = bench.get(&format!("{}/providers/Microsoft.Security/alerts", super::subscription(id))).await;
    assert_eq!(list.text().await.unwrap(), format!("{{\"value\":[{alert}]}}"));
    assert_eq!(bench.post(&format!("{id}/resolve")).await.status(), 204);
    assert_eq!(bench.get(id).await.text().await.unwrap(), alert.replace("\"New\"", "\"Resolved\""));
    assert_eq!(add(alert.clone()).await.status(), 201, "the same id again replaces it");
    assert_eq!(bench.get(id).await.text().await.unwrap(), alert);
    for bad in ["", "[]", "{}", r#"{"id":"/subscriptions/x"}"#] {
        assert_eq!(error(add(bad.to_owned()).await).await.0, 400, "{bad}");
    }
}
