//! What the demo promises, whatever the seed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::*;

const SEEDS: [u64; 3] = [0, 7, 20_261_123];

fn now() -> DateTime<Utc> {
    "2026-11-23T14:02:11.1234567Z".parse().unwrap()
}

fn parse(alerts: &[String]) -> Vec<Value> {
    alerts.iter().map(|text| serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))).collect()
}

fn text<'a>(alert: &'a Value, field: &str) -> &'a str {
    alert["properties"][field].as_str().unwrap_or_else(|| panic!("{field} of {alert}"))
}

fn time(alert: &Value, field: &str) -> DateTime<Utc> {
    text(alert, field).parse().unwrap_or_else(|e| panic!("{field} {e}: {alert}"))
}

fn severity_is(alert: &Value, severity: &str) -> bool {
    text(alert, "severity") == severity
}

/// The affected resource as one would count it: the first Azure id in lower case, else the agent.
fn resource(alert: &Value) -> String {
    let first = &alert["properties"]["resourceIdentifiers"][0];
    let id = first["azureResourceId"].as_str().or(first["agentId"].as_str());
    id.unwrap_or_else(|| panic!("{alert}")).to_lowercase()
}

/// Runs a check on the demo of each seed; they are made once for all tests.
fn each_demo(check: impl Fn(&Tenant, &[Value])) {
    static DEMOS: LazyLock<Vec<(Tenant, Vec<Value>)>> = LazyLock::new(|| {
        let demos = SEEDS.map(|seed| tenant(seed, now()));
        demos.into_iter().map(|tenant| (tenant.clone(), parse(&tenant.alerts))).collect()
    });
    for (tenant, alerts) in DEMOS.iter() {
        check(tenant, alerts);
    }
}

#[test]
fn the_demo_has_the_promised_size() {
    each_demo(|tenant, alerts| {
        assert_eq!((tenant.subscriptions.len(), alerts.len(), tenant.arrivals.len()), (3, 1204, 10));
        let distinct = |of: &dyn Fn(&Value) -> String| alerts.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(&resource), 60);
        assert!(distinct(&|alert| text(alert, "alertType").to_owned()) >= 95);
        let ids = alerts.iter().map(|alert| alert["id"].as_str().unwrap().to_lowercase());
        assert_eq!(ids.collect::<HashSet<_>>().len(), 1204);
        let in_use: HashSet<&str> =
            alerts.iter().filter_map(|alert| alert["id"].as_str()?.split('/').nth(2)).collect();
        assert_eq!(in_use, tenant.subscriptions.iter().map(|s| s.id.as_str()).collect());
    });
}

#[test]
fn one_resource_has_340_informational_alerts_of_the_last_day() {
    each_demo(|_, alerts| {
        let on_it = |alert: &&Value| resource(alert).ends_with("/virtualmachines/vm-jump-01");
        let quiet: Vec<&Value> =
            alerts.iter().filter(on_it).filter(|alert| severity_is(alert, "Informational")).collect();
        let recent = |hours| {
            quiet.iter().filter(|a| time(a, "timeGeneratedUtc") > now() - TimeDelta::hours(hours)).count()
        };
        // Exact also for someone who looks four hours later.
        assert_eq!((recent(20), recent(24), recent(48)), (340, 340, 340));
        let open = quiet.iter().filter(|alert| text(alert, "status") == "Active");
        assert_eq!(open.count(), 340);
        assert!(quiet.len() > 340, "older ones make the time filter matter");
    });
}

#[test]
fn one_group_has_40_high_alerts_and_all_are_active() {
    each_demo(|_, alerts| {
        let high: Vec<&Value> = alerts
            .iter()
            .filter(|a| a["id"].as_str().unwrap().contains("/resourceGroups/rg-erp-prod/"))
            .filter(|alert| severity_is(alert, "High"))
            .collect();
        assert_eq!(high.len(), 40);
        assert!(high.iter().all(|alert| text(alert, "status") == "Active"));
        let by_resource = alerts
            .iter()
            .filter(|alert| severity_is(alert, "High"))
            .filter(|alert| resource(alert).contains("/resourcegroups/rg-erp-prod/"));
        assert_eq!(by_resource.count(), 40, "the same by the resource's group");
    });
}

#[test]
fn every_alert_has_the_required_fields_and_known_facts() {
    each_demo(|tenant, alerts| {
        let arrivals = parse(&tenant.arrivals);
        for alert in alerts.iter().chain(&arrivals) {
            assert_eq!(alert["type"], "Microsoft.Security/Locations/alerts");
            assert!(alert["id"].as_str().unwrap().ends_with(alert["name"].as_str().unwrap()));
            assert_eq!(alert["name"], alert["properties"]["systemAlertId"]);
            for field in ["description", "compromisedEntity", "vendorName", "productName", "alertUri"] {
                assert!(!text(alert, field).is_empty());
            }
            assert!(text(alert, "alertUri").contains(alert["name"].as_str().unwrap()));
            assert!(!text(alert, "description").contains('{'), "{}", text(alert, "description"));
            let steps = alert["properties"]["remediationSteps"].as_array().unwrap();
            assert!(!steps.is_empty());
            assert!(steps.iter().all(|s| s.as_str().is_some_and(|s| s.starts_with('{') || !s.contains('{'))));
            assert!(
                alert["properties"]["extendedProperties"]
                    .as_object()
                    .is_some_and(|map| !map.is_empty() && map.values().all(Value::is_string))
            );
            if alert["properties"]["isIncident"] == true {
                continue;
            }
            let kind = find(text(alert, "alertType")).expect("a known type");
            assert!(text(alert, "alertDisplayName").starts_with(&kind.display_name));
            assert_eq!(text(alert, "intent"), kind.intent());
            let severity = text(alert, "severity");
            assert!(kind.severity == severity || kind.severities.iter().any(|known| known == severity));
        }
    });
}

#[test]
fn times_are_in_order_and_newest_comes_first() {
    each_demo(|_, alerts| {
        let mut last = now();
        for alert in alerts {
            let generated = time(alert, "timeGeneratedUtc");
            assert!(time(alert, "startTimeUtc") <= time(alert, "endTimeUtc"));
            assert!(time(alert, "endTimeUtc") <= generated && generated <= last);
            assert!(generated >= now() - TimeDelta::days(DAYS));
            last = generated;
            if let Some((digits, _)) = alert["name"].as_str().unwrap().split_once('_') {
                let midnight = "2026-11-23T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
                let start = Moment::At(time(alert, "startTimeUtc") - (now() - midnight));
                assert_eq!(digits.parse().ok(), start.countdown());
            }
        }
    });
}

/// Collects the `$id`s defined and the `$ref`s used anywhere in a value.
fn references(value: &Value, defined: &mut Vec<String>, used: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                match (key.as_str(), inner) {
                    ("$id", Value::String(id)) => defined.push(id.clone()),
                    ("$ref", Value::String(id)) => used.push(id.clone()),
                    _ => references(inner, defined, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, defined, used)),
        _ => {}
    }
}

#[test]
fn every_reference_points_at_an_entity_of_its_alert() {
    each_demo(|tenant, alerts| {
        let arrivals = parse(&tenant.arrivals);
        let mut total = 0;
        for alert in alerts.iter().chain(&arrivals) {
            let (mut defined, mut used) = (Vec::new(), Vec::new());
            references(&alert["properties"], &mut defined, &mut used);
            let distinct: HashSet<&String> = defined.iter().collect();
            assert_eq!(distinct.len(), defined.len(), "{alert}");
            assert!(used.iter().all(|id| distinct.contains(id)), "{alert}");
            total += used.len();
        }
        assert!(total > 5000, "{total}");
    });
}

#[test]
fn incidents_list_members_that_exist_and_share_their_key() {
    each_demo(|_, alerts| {
        let by_name: HashMap<&str, &Value> =
            alerts.iter().map(|alert| (alert["name"].as_str().unwrap(), alert)).collect();
        let incidents: Vec<&Value> =
            alerts.iter().filter(|alert| alert["properties"]["isIncident"] == true).collect();
        assert!(incidents.len() >= 6);
        for incident in incidents {
            let entities = incident["properties"]["entities"].as_array().unwrap();
            let told: Vec<&Value> =
                entities.iter().filter(|entity| entity["type"] == "security-alert").collect();
            let members: Vec<&&Value> =
                told.iter().map(|entity| &by_name[entity["systemAlertId"].as_str().unwrap()]).collect();
            // The times of the members are those that they have themselves.
            for (entity, member) in told.iter().zip(&members) {
                for field in ["startTimeUtc", "endTimeUtc"] {
                    assert_eq!(entity[field], member["properties"][field]);
                }
            }
            assert!((5..=10).contains(&members.len()));
            for member in &members {
                assert_eq!(text(member, "correlationKey"), text(incident, "correlationKey"));
            }
            let times: Vec<_> = members.iter().map(|member| time(member, "timeGeneratedUtc")).collect();
            assert!(times.is_sorted());
        }
    });
}

#[test]
fn twins_are_one_finding_of_two_scanners() {
    each_demo(|_, alerts| {
        let agentless: Vec<&Value> = alerts
            .iter()
            .filter(|alert| alert["properties"]["extendedProperties"]["scan Type"] == "Agentless")
            .collect();
        assert_eq!(agentless.len(), 6);
        let has_agent = |alert: &Value| alert.to_string().contains("\"LogAnalytics\"");
        for alert in agentless {
            assert!(!has_agent(alert) && !alert.to_string().contains("omsAgentID"));
            let twin = alerts.iter().find(|other| {
                has_agent(other)
                    && resource(other) == resource(alert)
                    && text(other, "alertType") == text(alert, "alertType")
            });
            assert!(twin.is_some(), "{alert}");
        }
    });
}

#[test]
fn statuses_are_mixed_and_something_was_dismissed_this_week() {
    each_demo(|_, alerts| {
        let count = |status: &str, days: i64| {
            let since = now() - TimeDelta::days(days);
            let of = alerts.iter().filter(|alert| text(alert, "status") == status);
            of.filter(|alert| time(alert, "timeGeneratedUtc") > since).count()
        };
        assert!(count("Dismissed", 7) >= 20 && count("Resolved", 30) >= 50);
        assert!(count("InProgress", 30) >= 5);
        let high = alerts.iter().filter(|a| severity_is(a, "High") && text(a, "status") == "Active");
        let high = high.count();
        assert!((60..=110).contains(&high), "{high} open High alerts");
    });
}

#[test]
fn entities_cover_the_variety_of_the_contract() {
    each_demo(|_, alerts| {
        let kinds: HashSet<&str> = alerts
            .iter()
            .filter_map(|alert| alert["properties"]["entities"].as_array())
            .flatten()
            .filter_map(|entity| entity["type"].as_str())
            .collect();
        for wanted in [
            "host",
            "account",
            "process",
            "file",
            "filehash",
            "host-logon-session",
            "ip",
            "network-connection",
            "azure-resource",
            "amazon-resource",
            "gcp-resource",
            "container",
            "container-image",
            "K8s-cluster",
            "K8s-namespace",
            "K8s-service",
            "K8s-pod",
            "K8s-service-account",
            "url",
            "dns",
            "malware",
            "registry-key",
            "registry-value",
            "cloud-application",
            "blob",
            "blob-container",
            "security-alert",
        ] {
            assert!(kinds.contains(wanted), "{wanted}");
        }
        let with = |field: &str| alerts.iter().filter(|a| !a["properties"][field].is_null()).count();
        for field in ["supportingEvidence", "extendedLinks", "techniques", "correlationKey"] {
            assert!(with(field) >= 40, "{field} {}", with(field));
        }
    });
}

#[test]
fn one_alert_is_hostile_and_no_byte_of_json_is_a_control() {
    each_demo(|tenant, alerts| {
        let hostile = alerts.iter().filter(|alert| alert.to_string().contains("\\u001b"));
        assert_eq!(hostile.count(), 1);
        for alert in tenant.alerts.iter().chain(&tenant.arrivals) {
            assert!(alert.bytes().all(|byte| byte >= 0x20));
        }
    });
}

#[test]
fn arrivals_are_complete_once_their_time_is_known() {
    let tenant = tenant(7, now());
    let arrived: Vec<String> =
        tenant.arrivals.iter().map(|alert| alert.replace(NOW_PLACEHOLDER, "2026-11-23T14:05:00Z")).collect();
    let arrived = parse(&arrived);
    let known: HashSet<String> =
        parse(&tenant.alerts).iter().map(|a| a["name"].as_str().unwrap().to_owned()).collect();
    for alert in &arrived {
        let name = alert["name"].as_str().unwrap();
        assert!(name.len() == 36 && !known.contains(name));
        for field in ["startTimeUtc", "endTimeUtc", "timeGeneratedUtc", "processingEndTimeUtc"] {
            assert_eq!(text(alert, field), "2026-11-23T14:05:00Z");
        }
        assert_eq!(text(alert, "status"), "Active");
    }
    let late =
        |alert: &&Value| resource(alert).ends_with("vm-jump-01") && severity_is(alert, "Informational");
    assert_eq!(arrived.iter().filter(late).count(), 1);
    assert!(arrived.iter().any(|alert| severity_is(alert, "High")));
}

#[test]
fn the_same_seed_and_time_give_the_same_bytes() {
    assert_eq!(tenant(3, now()), tenant(3, now()));
    assert_ne!(tenant(3, now()).alerts, tenant(4, now()).alerts);
    assert_eq!(generate(500, 3, now()), generate(500, 3, now()));
    assert_ne!(generate(500, 3, now()).alerts, generate(500, 4, now()).alerts);
}

#[test]
fn on_one_day_a_seed_gives_the_same_names_and_statuses() {
    let told = |at: DateTime<Utc>| -> Vec<(String, String)> {
        let of = |alert: &Value| (text(alert, "systemAlertId").to_owned(), text(alert, "status").to_owned());
        parse(&tenant(3, at).alerts).iter().map(of).collect()
    };
    assert_eq!(told(now()), told(now() + TimeDelta::minutes(437)));
    assert_ne!(told(now()), told(now() + TimeDelta::days(1)));
}

#[test]
fn a_generated_tenant_has_exactly_its_size() {
    for size in [0, 1, 2, 1000, 5000] {
        let tenant = generate(size, 11, now());
        let alerts = parse(&tenant.alerts);
        assert_eq!(alerts.len(), size);
        let names: HashSet<&str> = alerts.iter().map(|alert| alert["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), size);
        let times: Vec<_> = alerts.iter().map(|alert| time(alert, "timeGeneratedUtc")).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older));
        assert!(times.iter().all(|time| *time < now() && *time >= now() - TimeDelta::days(DAYS)));
        assert!(alerts.iter().all(|alert| find(text(alert, "alertType")).is_some()));
    }
}

/// The texts of entities that a condition's field stands for.
fn texts(alert: &Value, field: &str) -> Vec<String> {
    let (kind, member) = field.strip_prefix("entities.").unwrap().split_once('.').unwrap();
    let kind = if kind == "azureresource" { "azure-resource" } else { kind };
    let entities = alert["properties"]["entities"].as_array().unwrap();
    let of_kind = entities.iter().filter(|entity| entity["type"] == kind);
    let members = of_kind.flat_map(|entity| entity.as_object().unwrap());
    let wanted = members.filter(|(key, _)| key.eq_ignore_ascii_case(member));
    wanted.map(|(_, value)| value.as_str().unwrap().to_lowercase()).collect()
}

#[test]
fn the_rules_are_about_alerts_that_there_are() {
    let alerts = parse(&tenant(1, now()).alerts);
    let notes = PostureNotes::demo();
    assert_eq!((notes.rules.len(), notes.contacts.len()), (6, 2));
    for rule in &notes.rules {
        let subscription = subscription_ids()[rule.subscription];
        let properties = &rule.properties;
        let conditions =
            properties["suppressionAlertsScope"]["allOf"].as_array().cloned().unwrap_or_default();
        let matched = alerts.iter().filter(|alert| {
            let kind = properties["alertType"].as_str().unwrap();
            alert["id"].as_str().unwrap().contains(subscription)
                && (kind == "*" || kind == text(alert, "alertType"))
                && conditions.iter().all(|condition| {
                    let texts = texts(alert, condition["field"].as_str().unwrap());
                    let lower = |value: &Value| value.as_str().unwrap().to_lowercase();
                    match &condition["in"] {
                        Value::Array(values) => values.iter().any(|value| texts.contains(&lower(value))),
                        _ => texts.iter().any(|text| text.contains(&lower(&condition["contains"]))),
                    }
                })
        });
        assert!(matched.count() > 0, "{}", rule.name);
    }
}
