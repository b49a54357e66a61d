//! What a role may do is what the permissions say, and what the answers are.

use quell::emulator::Role;
use reqwest::Method;
use serde_json::json as object;

use super::{bench, json, subscription};

const APP: &str = "/subscriptions/7f3c2a10-5b1e-4d92-8c47-0a6d1e9b4f21/resourceGroups/rg-soc/providers/Microsoft.Logic/workflows/la-open-ticket";

#[tokio::test]
async fn a_role_is_told_and_kept() {
    let cases = [
        (Role::Owner, object!(["*"]), [204, 202, 200, 200, 200]),
        (Role::SecurityAdmin, object!(["*/read", "Microsoft.Security/*"]), [204, 202, 200, 200, 403]),
        (Role::SecurityReader, object!(["*/read"]), [403; 5]),
    ];
    for (role, actions, expected) in cases {
        let bench = bench(|config| config.role = role).await;
        let (id, sub) = (bench.id(0), subscription(&bench.id(0)));
        let told = format!("{sub}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01");
        assert_eq!(json(bench.get(&told).await).await["value"][0]["actions"], actions);
        assert_eq!(bench.get(&id).await.status(), 200);
        let security = format!("{sub}/providers/Microsoft.Security");
        let preview = "api-version=2019-01-01-preview";
        let rule = object!({ "properties": { "alertType": "T", "reason": "Noise", "state": "Enabled" } });
        let contact = object!({ "properties": {} });
        let simulate = object!({ "properties": { "kind": "Bundles", "bundles": ["DNS"] } });
        let place = super::location(&id);
        let requests = [
            (
                Method::POST,
                format!("{id}/dismiss?api-version=2022-01-01"),
                object!(null),
                "alerts/dismiss/action",
            ),
            (
                Method::POST,
                format!("{security}/locations/{place}/alerts/default/simulate?api-version=2022-01-01"),
                simulate,
                "alerts/simulate/action",
            ),
            (Method::PUT, format!("{security}/alertsSuppressionRules/rule-1?{preview}"), rule, "Rules/write"),
            (
                Method::PUT,
                format!("{security}/securityContacts/default?api-version=2023-12-01-preview"),
                contact,
                "securityContacts/write",
            ),
            (
                Method::POST,
                format!("{APP}/triggers/manual/listCallbackUrl?api-version=2019-05-01"),
                object!(null),
                "Microsoft.Logic/workflows/triggers/listCallbackUrl/action",
            ),
        ];
        for ((method, url, body, action), expected) in requests.into_iter().zip(expected) {
            let reply = bench.request(method, &url).json(&body).send().await.unwrap();
            let status = reply.status().as_u16();
            // A contact that was not there is created.
            assert_eq!(if status == 201 { 200 } else { status }, expected, "{role:?} {url}");
            if status == 403 {
                let error = json(reply).await["error"].clone();
                assert_eq!(error["code"], "AuthorizationFailed");
                assert!(error["message"].as_str().unwrap().contains(action), "{error}");
            }
        }
    }
}
