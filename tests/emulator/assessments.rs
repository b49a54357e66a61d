//! Assessments and their metadata.

use serde_json::Value;

use super::{bench, error, ids, json};

const PRODUCTION: &str = "/subscriptions/7f3c2a10-5b1e-4d92-8c47-0a6d1e9b4f21";
const SECURITY: &str = "providers/Microsoft.Security";

#[tokio::test]
async fn assessments_are_listed_and_got_one_by_one() {
    let bench = bench(|config| config.page_size = 50).await;
    for version in ["2020-01-01", "2021-06-01"] {
        let v = format!("api-version={version}");
        let pages = bench.pages(&format!("{PRODUCTION}/{SECURITY}/assessments?{v}")).await;
        assert!(pages.len() > 1);
        let all: Vec<&Value> = pages.iter().flat_map(|page| page["value"].as_array().unwrap()).collect();
        let mut seen = ids(&pages);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all.len());
        for code in ["Healthy", "Unhealthy", "NotApplicable"] {
            assert!(all.iter().any(|one| one["properties"]["status"]["code"] == code), "{code}");
        }
        let skipped = all.iter().find(|one| one["properties"]["status"]["code"] == "NotApplicable").unwrap();
        assert!(skipped["properties"]["status"]["cause"].is_string());
        let details = &skipped["properties"]["resourceDetails"];
        assert_eq!(details["Source"], "Azure");
        assert!(skipped["id"].as_str().unwrap().starts_with(details["Id"].as_str().unwrap()));
        assert_eq!(skipped["properties"]["status"]["statusChangeDate"].is_string(), version == "2021-06-01");
        let id = skipped["id"].as_str().unwrap();
        let same = json(bench.get(&format!("{}?{v}", id.to_uppercase())).await).await;
        assert_eq!(&&same, skipped);
        let linked = json(bench.get(&format!("{id}?{v}&$expand=links")).await).await;
        assert!(
            linked["properties"]["links"]["azurePortalUri"].as_str().unwrap().starts_with("https://portal")
        );
        let whole = json(bench.get(&format!("{id}?{v}&$expand=metadata")).await).await;
        let key = skipped["name"].as_str().unwrap();
        for scope in [PRODUCTION, ""] {
            let metadata =
                json(bench.get(&format!("{scope}/{SECURITY}/assessmentMetadata/{key}?{v}")).await).await;
            assert_eq!(metadata["properties"], whole["properties"]["metadata"]);
            assert_eq!(metadata["name"], key);
            let list = bench.pages(&format!("{scope}/{SECURITY}/assessmentMetadata?{v}")).await;
            assert!(
                list.iter().flat_map(|page| page["value"].as_array().unwrap()).any(|one| *one == metadata)
            );
        }
        for (url, status, code) in [
            (format!("{id}x?{v}"), 404, "ResourceNotFound"),
            (format!("{id}?{v}&$expand=all"), 400, "InvalidExpand"),
            (format!("/{SECURITY}/assessmentMetadata/x?{v}"), 404, "ResourceNotFound"),
        ] {
            assert_eq!(error(bench.get(&url).await).await, (status, code.to_owned()), "{url}");
        }
    }
}
