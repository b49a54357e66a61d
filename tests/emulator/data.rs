//! Alerts from files, and what an emulator is started with.

use std::path::PathBuf;

use quell::emulator::{Config, Error, start};

use super::{bench, ids};

const SUB: &str = "11111111-0000-4000-8000-000000000000";

fn alert(name: &str, status: &str) -> String {
    format!(
        "{{\r\n  \"id\": \"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Security/locations/eu/alerts/{name}\",\r\n  \"properties\" : {{ \"status\":\"{status}\", \"title\": \"Gr\u{f6}\\u00dfe\" }} }}"
    )
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn list_pages_arrays_and_single_alerts_are_served_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let page = format!(
        "\u{feff}{{\"value\": [{} , {}], \"nextLink\":\"https://management.azure.com/next\"}}",
        alert("a", "Active"),
        alert("b", "Active")
    );
    let files = vec![
        write(&folder, "page.json", &page),
        write(&folder, "one.json", &(alert("c", "New") + "\n")),
        write(&folder, "array.json", &format!("[{}]", alert("A", "Resolved"))),
    ];
    let bench = bench(|config| {
        (config.alerts, config.data, config.page_size) = (None, files.clone(), 2);
    })
    .await;
    assert_eq!(bench.emulator.alerts().len(), 3, "the last of two with one id wins");
    let list = format!("/subscriptions/{SUB}/providers/Microsoft.Security/alerts");
    let pages = bench.pages(&list).await;
    assert_eq!((pages.len(), ids(&pages).len()), (2, 3));
    assert!(pages[0]["nextLink"].as_str().unwrap().starts_with(&bench.emulator.base_url()));
    for (name, status) in [("A", "Resolved"), ("b", "Active"), ("c", "New")] {
        let path = format!("/subscriptions/{SUB}/providers/Microsoft.Security/locations/eu/alerts/{name}");
        assert_eq!(bench.get(&path).await.text().await.unwrap(), alert(name, status));
        assert_eq!(bench.post(&format!("{path}/dismiss")).await.status(), 204);
        assert_eq!(bench.get(&path).await.text().await.unwrap(), alert(name, "Dismissed"));
    }
    let subscriptions = super::json(bench.get("/subscriptions?api-version=2022-12-01").await).await;
    assert_eq!(subscriptions["value"].as_array().unwrap().len(), 1);
    assert_eq!(subscriptions["value"][0]["subscriptionId"], SUB);
}

#[tokio::test]
async fn what_cannot_be_served_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (folder.path().join("missing.json"), "missing.json"),
        (write(&folder, "bad.json", "{\"value\": ["), "bad.json"),
        (
            write(&folder, "no-id.json", &format!("[{}, {{}}]", alert("a", "Active"))),
            "alert 2: it has no `id`",
        ),
        (write(&folder, "id.json", "{\"id\":\"/subscriptions/x\"}"), "is not the resource id of an alert"),
    ];
    for (path, expected) in cases {
        let result = start(Config { data: vec![path], ..Config::default() }).await;
        let Err(error @ Error::Data(_)) = result else { panic!("{expected}: it starts") };
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_an_error_and_a_stopped_emulator_gives_it_back() {
    let first = start(Config::default()).await.unwrap();
    let taken = Config { listen: first.address(), ..Config::default() };
    let Err(error) = start(taken.clone()).await else { panic!("two on one port") };
    assert!(error.to_string().contains(&first.address().to_string()), "{error}");
    first.stop().await;
    let second = start(taken).await.unwrap();
    second.stop().await;
}

#[tokio::test]
async fn a_tenant_is_rebuilt_by_its_seed_and_time() {
    let one = bench(|config| config.seed = 7).await;
    let same = bench(|config| config.seed = 7).await;
    let other = bench(|config| config.seed = 8).await;
    assert_eq!(one.emulator.alerts(), same.emulator.alerts());
    assert_ne!(one.emulator.alerts(), other.emulator.alerts());
}
