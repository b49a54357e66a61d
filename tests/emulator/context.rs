//! Tags of resources and roles on them.

use serde_json::{Value, json as object};

use super::{Bench, bench, error, json};

const TAGS: &str = "providers/Microsoft.Resources/tags/default?api-version=2021-04-01";
const ROLES: &str = "providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const PRODUCTION: &str = "/subscriptions/7f3c2a10-5b1e-4d92-8c47-0a6d1e9b4f21";

async fn assignments(bench: &Bench, url: &str) -> Vec<Value> {
    let pages = bench.pages(url).await;
    pages.iter().flat_map(|page| page["value"].as_array().unwrap().clone()).collect()
}

#[tokio::test]
async fn a_resource_has_its_tags_in_any_letter_case_and_scope() {
    let bench = bench(|_| ()).await;
    let vm = format!(
        "{PRODUCTION}/resourceGroups/rg-erp-prod/providers/Microsoft.Compute/virtualMachines/vm-erp-db-01"
    );
    let tags = json(bench.get(&format!("{vm}/{TAGS}")).await).await;
    assert_eq!(tags["properties"]["tags"]["owner"], "dmitri.novak@contoso.example");
    assert_eq!(tags["type"], "Microsoft.Resources/tags");
    let shouted = json(bench.get(&format!("{}/{TAGS}", vm.to_uppercase())).await).await;
    assert_eq!(shouted, tags);
    let group = json(bench.get(&format!("{PRODUCTION}/resourceGroups/RG-ERP-PROD/{TAGS}")).await).await;
    assert_eq!(group["properties"]["tags"]["application"], "ERP");
    let all = json(bench.get(&format!("{PRODUCTION}/{TAGS}")).await).await;
    assert_eq!(all["properties"], object!({ "tags": { "environment": "production" } }));
}

#[tokio::test]
async fn what_azure_does_not_manage_has_neither_tags_nor_roles() {
    let bench = bench(|_| ()).await;
    let group = format!("{PRODUCTION}/resourceGroups");
    for id in [
        format!(
            "{group}/rg-multicloud/providers/Microsoft.Security/securityConnectors/aws-contoso-prod/securityentitydata/aws-ec2-instance-i-0c5d21f7a9e04b3d8-eu-west-1"
        ),
        format!("{group}/rg-erp-prod/providers/Microsoft.Compute/virtualMachines/gone"),
        format!("{group}/rg-nowhere"),
    ] {
        for operation in [TAGS, ROLES] {
            let reply = bench.get(&format!("{id}/{operation}")).await;
            assert_eq!(error(reply).await, (404, "ResourceNotFound".to_owned()), "{id}/{operation}");
        }
    }
}

#[tokio::test]
async fn roles_are_inherited_from_above() {
    let bench = bench(|_| ()).await;
    let vm = format!(
        "{PRODUCTION}/resourceGroups/rg-erp-prod/providers/Microsoft.Compute/virtualMachines/vm-erp-db-01"
    );
    let at_scope = assignments(&bench, &format!("{vm}/{ROLES}&$filter=atScope()")).await;
    let held = |role: &str| -> Vec<&str> {
        let of_role = at_scope.iter().map(|item| &item["properties"]);
        let of_role = of_role.filter(|held| held["roleDefinitionId"].as_str().unwrap().ends_with(role));
        of_role.map(|held| held["scope"].as_str().unwrap()).collect()
    };
    assert_eq!(held(OWNER), [PRODUCTION, &format!("{PRODUCTION}/resourceGroups/rg-erp-prod")]);
    assert!(held(CONTRIBUTOR).contains(&vm.as_str()));
    assert!(at_scope.iter().all(|item| !item.to_string().contains("rg-web-prod")));
    let types: Vec<_> =
        at_scope.iter().map(|item| item["properties"]["principalType"].as_str().unwrap()).collect();
    for kind in ["User", "Group", "ServicePrincipal"] {
        assert!(types.contains(&kind), "{kind}");
    }
    let above = assignments(&bench, &format!("{PRODUCTION}/{ROLES}&$filter=atScope()")).await;
    let everything = assignments(&bench, &format!("{PRODUCTION}/{ROLES}")).await;
    assert!(above.len() < everything.len() && above.iter().all(|item| everything.contains(item)));
    let reply = bench.get(&format!("{PRODUCTION}/{ROLES}&$filter=colour eq 'x'")).await;
    assert_eq!(error(reply).await, (400, "UnsupportedQuery".to_owned()));
}
