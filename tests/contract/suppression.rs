//! Suppression rules: what is written is valid, and what the service has been seen to answer is understood.

use chrono::{DateTime, TimeDelta, Utc};
use quell::azure::ApiError;
use quell::azure::suppression::body;
use quell::domain::SubscriptionId;
use quell::domain::suppression::{Condition, Draft, FIELDS, Rule, State, Test, reason};
use serde_json::{Value, json};

use crate::support::arm::{Arm, Asked, Reply, refusal, reply};
use crate::{SECURITY, example, shared, spec};

const VERSION: &str = "2019-01-01-preview";
const RULE: &str = "/subscriptions/{subscriptionId}/providers/Microsoft.Security/alertsSuppressionRules/{alertsSuppressionRuleName}";

fn subscription() -> SubscriptionId {
    SubscriptionId::new("20ff7fc3-e762-44dd-bd96-b71116dcdc23")
}

fn rule(conditions: Vec<Condition>) -> Rule {
    let draft = Draft {
        name: "r1".into(),
        types: vec!["VM_X".into()],
        subscriptions: vec![subscription()],
        reason: "Noise".into(),
        conditions,
        ..Draft::default()
    };
    draft.rules().remove(0)
}

#[test]
fn every_form_of_a_rule_is_valid() {
    let Some(spec) = spec(&format!("{SECURITY}/preview/{VERSION}/alertsSuppressionRules.json")) else {
        return;
    };
    assert_eq!(spec.version(), VERSION);
    let path =
        format!("Microsoft.Security/{VERSION}/AlertsSuppressionRules/PutAlertsSuppressionRule_example.json");
    let official = example(&path, "alertsSuppressionRule");
    assert_eq!(spec.mistakes("put", RULE, &official), Vec::<String>::new(), "the official example");
    let now: DateTime<Utc> = "2026-11-23T13:14:15.5276602Z".parse().unwrap();
    let conditions = FIELDS.map(|known| Condition::is(known.name, "x")).to_vec();
    let unknown = Condition { test: Test::Unknown, ..Condition::is("entities.host.hostname", "") };
    for conditions in
        [Vec::new(), conditions, vec![Condition::contains("entities.ip.address", "203."), unknown]]
    {
        for (state, expires, comment) in [
            (State::Enabled, None, ""),
            (State::Disabled, Some(now), "why"),
            (State::Enabled, Some(now + TimeDelta::nanoseconds(1)), "\u{202e} „ü“"),
        ] {
            for (code, _) in reason::REASONS {
                let rule = Rule {
                    state: state.clone(),
                    expires,
                    comment: comment.into(),
                    reason: code.into(),
                    modified: Some(now),
                    ..rule(conditions.clone())
                };
                let written: Value = serde_json::from_str(&body(&rule)).unwrap();
                assert_eq!(spec.mistakes("put", RULE, &written), Vec::<String>::new(), "{written}");
            }
        }
    }
}

/// Answers like the service with one body, and reads a rule of it.
async fn read(answer: Value) -> Rule {
    let arm = Arm::start(move |_, _| reply(200, answer.to_string())).await;
    arm.client().suppression_rule(&subscription(), "r1").await.unwrap()
}

#[tokio::test]
async fn what_was_recorded_is_read_in_either_letter_case() {
    let Some(folder) = shared("azure-api") else { return };
    let text = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    let observed: Value =
        serde_json::from_str(&text("observed/alertsSuppressionRules.2019-01-01-preview.json")).unwrap();
    let answer = observed["response"]["body"].clone();
    let recorded = read(answer).await;
    assert_eq!(recorded.expires, Some("2022-10-10T19:08:32.5276602Z".parse().unwrap()));
    assert_eq!(recorded.modified, Some("2022-04-10T19:08:32.5276602Z".parse().unwrap()));
    // The very request that was recorded is what quell would write of the rule, but for the end it asked for.
    let mut asked: Value = serde_json::from_str(&body(&Rule { expires: None, ..recorded.clone() })).unwrap();
    assert_eq!(asked, observed["request"]["body"]);

    let official = format!(
        "examples/Microsoft.Security/{VERSION}/AlertsSuppressionRules/PutAlertsSuppressionRule_example.json"
    );
    let official: Value = serde_json::from_str(&text(&official)).unwrap();
    let documented = read(official["responses"]["200"]["body"].clone()).await;
    assert_eq!(documented.expires, Some("2019-12-01T19:50:47.083633Z".parse().unwrap()));
    asked = serde_json::from_str(&body(&documented)).unwrap();
    let mut expected = official["parameters"]["alertsSuppressionRule"].clone();
    expected["properties"]["expirationDateUtc"] = json!("2019-12-01T19:50:47.0836330Z");
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_list_is_followed_to_its_end_and_one_odd_item_costs_only_itself() {
    let item = |name: &str| {
        json!({"name": name, "properties": {"alertType": "T", "reason": "Other", "state": "Expired",
            "expirationDateUTC": "2021-07-19T17:32:18Z"}})
    };
    let arm = Arm::start(move |asked, before| match before {
        0 => {
            assert!(asked.query.contains(VERSION));
            reply(
                200,
                json!({"value": [item("a"), 5, {"name": "b"}], "nextLink": "BASE/next?page=2"}).to_string(),
            )
        }
        _ => reply(200, json!({"value": [item("c")], "nextLink": null}).to_string()),
    })
    .await;
    let found = arm.client().suppression_rules(&subscription()).await.unwrap();
    let names: Vec<&str> = found.rules.iter().map(|rule| rule.name.raw()).collect();
    assert_eq!((names, found.unread), (vec!["a", "c"], 2));
    assert_eq!(arm.lines()[1], "GET /next");
}

/// A rule as the service answers it, with a comment.
fn answered(comment: &str) -> String {
    json!({"name": "r1", "properties": {"alertType": "VM_X", "reason": "Noise", "state": "Enabled",
        "comment": comment}})
    .to_string()
}

/// Methods of what was asked.
fn methods(arm: &Arm) -> Vec<String> {
    arm.asked().into_iter().map(|asked| asked.method).collect()
}

#[tokio::test]
async fn a_rule_that_somebody_changed_meanwhile_is_neither_replaced_nor_deleted() {
    let arm = Arm::start(|_, before| reply(200, answered(if before == 0 { "old" } else { "new" }))).await;
    let client = arm.client();
    let seen = client.suppression_rule(&subscription(), "r1").await.unwrap();
    let wanted = Rule { state: State::Disabled, ..seen.clone() };
    for error in [
        client.replace_suppression_rule(&seen, &wanted).await.unwrap_err(),
        client.delete_suppression_rule(&seen).await.unwrap_err(),
    ] {
        assert!(matches!(error, ApiError::Conflict { .. }), "{error}");
        assert!(error.to_string().contains("r1 was changed by somebody"), "{error}");
    }
    assert_eq!(methods(&arm), ["GET"; 3]);
    let gone = Arm::start(|_, _| refusal(404, "NotFound")).await;
    let error = gone.client().replace_suppression_rule(&seen, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("deleted"), "a PUT would bring it back: {error}");
    assert_eq!(gone.client().delete_suppression_rule(&seen).await, Ok(None));
    assert_eq!(methods(&gone), ["GET"; 2]);
}

#[tokio::test]
async fn a_rule_whose_conditions_cannot_all_be_read_is_not_written() {
    let odd = json!({"name": "r1", "properties": {"alertType": "VM_X", "reason": "Noise", "state": "Disabled",
        "suppressionAlertsScope": {"allOf": [{"field": "entities.ip.address", "in": ["a"]}, "later"]}}});
    let arm = Arm::start(move |_, _| reply(200, odd.to_string())).await;
    let client = arm.client();
    let seen = client.suppression_rule(&subscription(), "r1").await.unwrap();
    let wanted = Rule { state: State::Enabled, ..seen.clone() };
    let error = client.replace_suppression_rule(&seen, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("not all conditions of r1"), "{error}");
    assert_eq!(methods(&arm), ["GET"]);
}

#[tokio::test]
async fn what_was_accepted_and_cannot_be_read_back_is_no_failure() {
    let lagging = |asked: &Asked, before: usize| match (asked.method.as_str(), before) {
        ("GET", _) => refusal(404, "NotFound"),
        _ => reply(200, answered("")),
    };
    let stored = Arm::start(lagging).await.client().create_suppression_rule(&rule(Vec::new())).await.unwrap();
    assert_eq!(stored.rule, rule(Vec::new()));
    assert!(stored.unread.is_some());

    let arm = Arm::start(|_, _| reply(200, answered(""))).await;
    let seen = arm.client().suppression_rule(&subscription(), "r1").await.unwrap();
    let unsure = arm.client().delete_suppression_rule(&seen).await.unwrap();
    assert!(unsure.unwrap().raw().contains("still"));
    assert_eq!(methods(&arm), ["GET", "GET", "DELETE", "GET"]);
}

#[tokio::test]
async fn whatever_hides_the_answer_reading_back_decides() {
    let busy = |then: fn() -> Reply| {
        move |asked: &Asked, before: usize| match (asked.method.as_str(), before) {
            ("GET", 0) => reply(200, answered("")),
            ("GET", _) => then(),
            _ => Reply { headers: vec![("retry-after", "0".into())], ..refusal(429, "TooManyRequests") },
        }
    };
    let seen = read(serde_json::from_str(&answered("")).unwrap()).await;
    let gone = Arm::start(busy(|| refusal(404, "NotFound"))).await;
    assert_eq!(gone.client().delete_suppression_rule(&seen).await, Ok(None));
    let wanted = Rule { comment: "new".into(), ..seen.clone() };
    let arm = Arm::start(busy(|| reply(200, answered("new")))).await;
    let stored = arm.client().replace_suppression_rule(&seen, &wanted).await.unwrap();
    assert_eq!((stored.rule.comment.raw(), stored.unread), ("new", None));
    let arm = Arm::start(busy(|| reply(200, answered("")))).await;
    let error = arm.client().replace_suppression_rule(&seen, &wanted).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}
