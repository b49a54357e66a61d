//! Workflow automations.

use super::{bench, error, json};

const V: &str = "api-version=2023-12-01-preview";
const PRODUCTION: &str = "/subscriptions/7f3c2a10-5b1e-4d92-8c47-0a6d1e9b4f21";

#[tokio::test]
async fn automations_are_listed_by_subscription_and_group() {
    let bench = bench(|_| ()).await;
    let list =
        json(bench.get(&format!("{PRODUCTION}/providers/Microsoft.Security/automations?{V}")).await).await;
    let all = list["value"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    let group = format!("{PRODUCTION}/resourceGroups/RG-SOC/providers/microsoft.security/automations?{V}");
    assert_eq!(json(bench.get(&group).await).await, list);
    let one = &all[0];
    assert_eq!(&json(bench.get(&format!("{}?{V}", one["id"].as_str().unwrap())).await).await, one);
    let action = &one["properties"]["actions"][0];
    assert_eq!(action.get("uri"), None, "the secret is never read back");
    let app = action["logicAppResourceId"].as_str().unwrap();
    assert_eq!(
        bench.get(&format!("{app}?api-version=2019-05-01")).await.status(),
        200,
        "its logic app is there"
    );
    let empty = format!("{PRODUCTION}/resourceGroups/rg-jump/providers/Microsoft.Security/automations?{V}");
    assert_eq!(json(bench.get(&empty).await).await["value"].as_array().map(Vec::len), Some(0));
    for (url, code) in [
        (empty.replace("rg-jump", "rg-nowhere"), "ResourceGroupNotFound"),
        (format!("{}x?{V}", one["id"].as_str().unwrap()), "ResourceNotFound"),
    ] {
        assert_eq!(error(bench.get(&url).await).await, (404, code.to_owned()));
    }
}
