//! Logic apps: what is listed, and that a call of a trigger is one run.

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json as object};

use super::{Bench, bench, error, header, json, subscription};

const V: &str = "api-version=2019-05-01";
const ALERT_TRIGGER: &str = "When_an_Azure_Security_Center_Alert_is_created_or_triggered";

/// Runs that are over at once, unless the faults say otherwise.
async fn logic(faults: &[&str], delay: Duration) -> Bench {
    bench(|config| {
        config.run_delay = delay;
        config.faults = faults.iter().map(|spec| spec.parse().unwrap()).collect();
    })
    .await
}

fn app(bench: &Bench, group: &str, name: &str) -> String {
    let ids = bench.emulator.alerts();
    // The first subscription holds rg-soc, the second rg-staging.
    let wanted = if group == "rg-soc" { "7f3c2a10" } else { "b84e9d57" };
    let id = &ids.iter().find(|(id, _)| id.contains(wanted)).unwrap().0;
    format!("{}/resourceGroups/{group}/providers/Microsoft.Logic/workflows/{name}", subscription(id))
}

async fn callback(bench: &Bench, app: &str, trigger: &str) -> Value {
    let url = format!("{app}/triggers/{trigger}/listCallbackUrl?{V}");
    let reply = bench.request(Method::POST, &url).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    json(reply).await
}

/// A call as a client must make it: without a token.
async fn call(url: &str, body: &Value) -> reqwest::Result<Response> {
    Client::builder().no_proxy().build().unwrap().post(url).json(body).send().await
}

#[tokio::test]
async fn workflows_and_triggers_are_listed() {
    let bench = logic(&[], Duration::ZERO).await;
    let id = app(&bench, "rg-soc", "la-page-oncall");
    let (sub, group) = (subscription(&id), id.rsplit_once('/').unwrap().0.to_owned());
    let everything = bench.pages(&format!("{sub}/providers/Microsoft.Logic/workflows?{V}&$top=3")).await;
    assert_eq!(
        everything.iter().map(|page| page["value"].as_array().unwrap().len()).collect::<Vec<_>>(),
        [3, 1]
    );
    assert!(everything[0]["nextLink"].as_str().unwrap().contains("$top=3&$skiptoken="));
    let same = json(bench.get(&format!("{}?{V}", group.to_uppercase())).await).await;
    assert_eq!(same["value"][0], everything[0]["value"][0]);
    let one = json(bench.get(&format!("{id}?{V}")).await).await;
    let trigger = &one["properties"]["definition"]["triggers"][ALERT_TRIGGER];
    assert_eq!(trigger["type"], "ApiConnectionWebhook");
    assert_eq!(trigger["inputs"]["path"], "/Microsoft.Security/Alert/subscribe");
    let triggers = json(bench.get(&format!("{id}/triggers?{V}")).await).await;
    let same = json(bench.get(&format!("{id}/triggers/{ALERT_TRIGGER}?{V}")).await).await;
    assert_eq!(triggers["value"], object!([same]));
    assert_eq!(
        (&same["type"], &same["properties"]["state"]),
        (&"Microsoft.Logic/workflows/triggers".into(), &"Enabled".into())
    );
    let wrong = [
        (format!("{id}x?{V}"), 404, "ResourceNotFound"),
        (format!("{id}/triggers/nothing?{V}"), 404, "WorkflowTriggerNotFound"),
        (format!("{id}/runs/nothing?{V}"), 404, "WorkflowRunNotFound"),
        (
            format!("{sub}/resourceGroups/nowhere/providers/Microsoft.Logic/workflows?{V}"),
            404,
            "ResourceGroupNotFound",
        ),
        (format!("{id}/runs?{V}&$filter=colour eq 'x'"), 400, "InvalidFilterInQueryString"),
        (format!("{id}/runs?{V}&$top=0"), 400, "InvalidTopParameter"),
        (format!("{id}?api-version=2022-01-01"), 400, "NoRegisteredProviderFound"),
        (format!("{id}/triggers/{ALERT_TRIGGER}/listCallbackUrl?{V}"), 405, "MethodNotAllowed"),
    ];
    for (url, status, code) in wrong {
        assert_eq!(error(bench.get(&url).await).await, (status, code.to_owned()), "{url}");
    }
}

#[tokio::test]
async fn a_call_is_one_run_that_ends_and_is_remembered() {
    let bench = logic(&[], Duration::from_hours(1)).await;
    let id = app(&bench, "rg-soc", "la-page-oncall");
    let before = json(bench.get(&format!("{id}/runs?{V}")).await).await["value"].as_array().unwrap().len();
    let address = callback(&bench, &id, ALERT_TRIGGER).await;
    assert_eq!(address["method"], "POST");
    let url = address["value"].as_str().unwrap();
    assert!(url.starts_with(&bench.emulator.base_url()), "{url}");
    assert!(url.starts_with(address["basePath"].as_str().unwrap()));
    let signature = address["queries"]["sig"].as_str().unwrap().to_owned();
    assert!(url.ends_with(&format!("&sig={signature}")));
    assert!(bench.emulator.callback_signatures().contains(&signature));
    let body = object!({ "AlertDisplayName": "Größe" });
    let reply = call(url, &body).await.unwrap();
    assert_eq!(reply.status(), 202);
    let run = header(&reply, "x-ms-workflow-run-id");
    let state = json(bench.get(&format!("{id}/runs/{run}?{V}")).await).await;
    assert_eq!((&state["name"], &state["properties"]["status"]), (&run.as_str().into(), &"Running".into()));
    let list = json(bench.get(&format!("{id}/runs?{V}")).await).await;
    assert_eq!(
        (&list["value"][0], list["value"].as_array().unwrap().len()),
        (&state, before + 1),
        "newest first"
    );
    let running = json(bench.get(&format!("{id}/runs?{V}&$filter=status eq 'Running'")).await).await;
    assert_eq!(running["value"], object!([state]));
    let runs = bench.emulator.runs();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].workflow.as_str(), runs[0].run.as_str()), (id.as_str(), run.as_str()));
    assert_eq!(serde_json::from_str::<Value>(&runs[0].body).unwrap(), body);
    assert_eq!(runs[0].content_type, "application/json");
    let seen = Client::builder().no_proxy().build().unwrap();
    let seen = seen.get(format!("{}/_emulator/runs", bench.emulator.base_url())).send().await.unwrap();
    assert_eq!(json(seen).await["run"], run.as_str());
    let log = bench.emulator.log();
    let entry = log.iter().find(|entry| entry.path.starts_with("/workflows/")).unwrap();
    assert!(entry.applied && entry.violation.is_none() && entry.query.ends_with("&sig=hidden"), "{entry:?}");
    assert!(!format!("{log:?}").contains(&signature));
}

#[tokio::test]
async fn apps_end_as_they_do_and_some_cannot_be_called() {
    let bench = logic(&[], Duration::ZERO).await;
    for (name, trigger, end) in [
        ("la-page-oncall", ALERT_TRIGGER, "Succeeded"),
        ("la-open-ticket", "manual", "Succeeded"),
        ("la-isolate-machine", ALERT_TRIGGER, "Failed"),
    ] {
        let id = app(&bench, "rg-soc", name);
        let url = callback(&bench, &id, trigger).await["value"].as_str().unwrap().to_owned();
        let run = header(&call(&url, &object!({})).await.unwrap(), "x-ms-workflow-run-id");
        let run = json(bench.get(&format!("{id}/runs/{run}?{V}")).await).await;
        assert_eq!(run["properties"]["status"], end);
        assert!(run["properties"]["endTime"].is_string());
        assert_eq!(run["properties"]["error"].is_object(), end == "Failed");
    }
    let clock = app(&bench, "rg-soc", "la-weekly-report");
    let reply = bench.post(&format!("{clock}/triggers/Every_Monday/listCallbackUrl?{V}")).await;
    assert_eq!(error(reply).await, (400, "TriggerTypeNotSupported".to_owned()));
    let disabled = app(&bench, "rg-staging", "la-stg-notify");
    let url = callback(&bench, &disabled, ALERT_TRIGGER).await["value"].as_str().unwrap().to_owned();
    let refused = call(&url, &object!({})).await.unwrap();
    assert_eq!(error(refused).await, (400, "WorkflowTriggerIsNotEnabled".to_owned()));
    assert_eq!(bench.emulator.runs().len(), 3);
}

#[tokio::test]
async fn a_call_needs_its_signature_and_no_token() {
    let bench = logic(&[], Duration::ZERO).await;
    let id = app(&bench, "rg-soc", "la-open-ticket");
    let url = callback(&bench, &id, "manual").await["value"].as_str().unwrap().to_owned();
    let other = callback(&bench, &app(&bench, "rg-soc", "la-page-oncall"), ALERT_TRIGGER).await;
    let other = other["queries"]["sig"].as_str().unwrap();
    let unsigned = url.split("&sig=").next().unwrap().to_owned();
    for bad in [unsigned.clone(), format!("{unsigned}&sig={other}"), url.replace("/manual/", "/nothing/")] {
        assert_eq!(error(call(&bad, &object!({})).await.unwrap()).await.0, 401, "{bad}");
    }
    assert!(bench.emulator.log().iter().all(|entry| entry.violation.is_none()));
    let both = bench.request(Method::POST, &url).json(&object!({})).send().await.unwrap();
    assert_eq!(error(both).await, (401, "DirectApiRequestHasMoreThanOneAuthorization".to_owned()));
    assert!(bench.emulator.log().pop().unwrap().violation.is_some());
    let get = Client::builder().no_proxy().build().unwrap().get(&url).send().await.unwrap();
    assert_eq!(error(get).await.0, 405);
    assert!(bench.emulator.runs().is_empty());
}

#[tokio::test]
async fn a_lost_reply_leaves_a_run_and_a_reset_or_an_ignored_call_none() {
    for (fault, runs) in [("drop-reply", 1), ("reset", 0), ("ignore", 0), ("500", 0), ("truncate", 1)] {
        // The address is asked for by POST as well, so the fault is for calls only.
        let bench = logic(&[&format!("{fault}@CALLBACK")], Duration::ZERO).await;
        let id = app(&bench, "rg-soc", "la-open-ticket");
        let url = callback(&bench, &id, "manual").await["value"].as_str().unwrap().to_owned();
        let reply = call(&url, &object!({})).await;
        assert_eq!(bench.emulator.runs().len(), runs, "{fault}");
        let entry = bench.emulator.log().pop().unwrap();
        assert_eq!((entry.fault, entry.applied), (Some(fault), runs == 1));
        match fault {
            "ignore" => assert_eq!(reply.unwrap().status(), 202),
            "500" => assert_eq!(reply.unwrap().status(), 500),
            _ => assert!(reply.is_err()),
        }
    }
}
