//! Suppression rules: `alertsSuppressionRules`, 2019-01-01-preview (the contract's README §3).
//!
//! As recorded, the service spells `lastModifiedUTC` and `expirationDateUTC` with capitals, and a rule that is written
//! without an expiry comes back with one six months ahead.

use axum::http::StatusCode;
use chrono::{DateTime, Months, Utc};
use serde_json::{Map, Value, json};

use super::given::{Given, parse, properties, refused};
use crate::emulator::arm_error::ArmError;
use crate::emulator::demo::iso;
use crate::emulator::paging::{in_order, page};
use crate::emulator::reply::Reply;
use crate::emulator::serve::{Asked, Shared};
use crate::emulator::table::Call;

/// What a condition can be about.
const FIELDS: [&str; 16] = [
    "entities.account.name",
    "entities.account.aaduserid",
    "entities.account.upnsuffix",
    "entities.azureresource.resourceid",
    "entities.dns.domainname",
    "entities.file.name",
    "entities.file.directory",
    "entities.filehash.value",
    "entities.host.hostname",
    "entities.host.azureid",
    "entities.host.dnsdomain",
    "entities.host.omsagentid",
    "entities.ip.address",
    "entities.malware.name",
    "entities.malware.category",
    "entities.process.commandline",
];

/// The reasons that the service's built-in policy knows.
const REASONS: [&str; 7] = [
    "AlertSeverityTooHigh",
    "FalsePositive",
    "Noise",
    "NotRelevant",
    "SpecificEntityFalsePositive",
    "Unclear",
    "Other",
];

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator) struct Rule {
    name: String,
    alert_type: String,
    reason: String,
    enabled: bool,
    comment: Option<String>,
    modified: DateTime<Utc>,
    expires: Option<DateTime<Utc>>,
    scope: Option<Value>,
}

/// All rules, by subscription, in the order in which they were made.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Rules(Vec<(String, Rule)>);

impl Rules {
    /// Adds a rule, or replaces the one of its name.
    pub(in crate::emulator) fn put(&mut self, subscription: &str, rule: Rule) {
        match self.at(subscription, &rule.name) {
            Some(at) => self.0[at].1 = rule,
            None => self.0.push((subscription.to_ascii_lowercase(), rule)),
        }
    }

    fn at(&self, subscription: &str, name: &str) -> Option<usize> {
        self.0.iter().position(|(owner, rule)| {
            owner.eq_ignore_ascii_case(subscription) && rule.name.eq_ignore_ascii_case(name)
        })
    }

    fn of(&self, subscription: &str) -> impl Iterator<Item = &Rule> {
        self.0.iter().filter(move |(owner, _)| owner.eq_ignore_ascii_case(subscription)).map(|(_, rule)| rule)
    }
}

impl Rule {
    /// Reads a rule as it is written; `now` is when.
    pub(in crate::emulator) fn read(name: &str, body: &Value, now: DateTime<Utc>) -> Result<Self, ArmError> {
        check_name(name)?;
        let given = properties(body)?;
        let alert_type = given.required("alertType")?.to_owned();
        let reason = given.required("reason")?;
        if !REASONS.contains(&reason) {
            return Err(
                given.refused("reason", &format!("is '{reason}', which is none of {}", REASONS.join(", ")))
            );
        }
        given.required("state")?;
        let state = given.one_of("state", &["Enabled", "Disabled"])?;
        let expires = given.text("expirationDateUtc")?.map(|text| {
            DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|error| {
                given.refused("expirationDateUtc", &format!("is no date and time ({error})"))
            })
        });
        Ok(Self {
            name: name.to_owned(),
            alert_type,
            reason: reason.to_owned(),
            enabled: state == Some("Enabled"),
            comment: given.text("comment")?.map(str::to_owned),
            modified: now,
            expires: match expires.transpose()? {
                Some(time) => Some(time),
                None => now.checked_add_months(Months::new(6)),
            },
            scope: given.get("suppressionAlertsScope").map(scope).transpose()?,
        })
    }

    /// The same rule, last changed at another time.
    pub(in crate::emulator) fn modified_at(self, modified: DateTime<Utc>) -> Self {
        Self { modified, ..self }
    }

    fn describe(&self, subscription: &str, now: DateTime<Utc>) -> Value {
        let expired = self.expires.is_some_and(|time| time <= now);
        let state = match (expired, self.enabled) {
            (true, _) => "Expired",
            (false, true) => "Enabled",
            (false, false) => "Disabled",
        };
        let mut properties = Map::new();
        let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
        put("alertType", self.alert_type.clone().into());
        put("lastModifiedUTC", iso(self.modified).into());
        put("state", state.into());
        put("reason", self.reason.clone().into());
        for (key, value) in [
            ("expirationDateUTC", self.expires.map(|time| iso(time).into())),
            ("comment", self.comment.clone().map(Value::from)),
            ("suppressionAlertsScope", self.scope.clone()),
        ] {
            if let Some(value) = value {
                put(key, value);
            }
        }
        json!({
            "id": format!(
                "/subscriptions/{subscription}/providers/Microsoft.Security/alertsSuppressionRules/{}",
                self.name
            ),
            "name": self.name,
            "type": "Microsoft.Security/alertsSuppressionRules",
            "properties": properties,
        })
    }
}

/// 2 to 50 letters, digits, `-` and `_`, the first a letter or digit.
fn check_name(name: &str) -> Result<(), ArmError> {
    let fine = (2..=50).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    fine.then_some(()).ok_or_else(|| {
        ArmError::bad_request(
            "InvalidRuleName",
            format!(
                "The rule name '{name}' is invalid: 2 to 50 letters, digits, hyphens and underscores, the first a letter or digit."
            ),
        )
    })
}

/// Conditions, checked and in the service's spelling.
fn scope(value: &Value) -> Result<Value, ArmError> {
    const SCOPE: &str = "suppressionAlertsScope";
    let list = Given::of(value, SCOPE)?.list("allOf")?;
    let list = list.filter(|list| !list.is_empty()).ok_or_else(|| {
        refused(
            "suppressionAlertsScope.allOf",
            "must hold at least one condition; leave the scope out for none",
        )
    })?;
    let conditions: Result<Vec<Value>, ArmError> = list.iter().map(condition).collect();
    Ok(json!({ "allOf": conditions? }))
}

fn condition(value: &Value) -> Result<Value, ArmError> {
    let given = Given::of(value, "suppressionAlertsScope.allOf")?;
    let field = given.required("field")?;
    if !FIELDS.iter().any(|known| known.eq_ignore_ascii_case(field)) {
        return Err(given.refused("field", &format!("is '{field}', which no rule can ask for")));
    }
    match (given.list("in")?, given.text("contains")?) {
        (Some(values), None) => {
            let fine = !values.is_empty()
                && values.iter().all(|value| value.as_str().is_some_and(|text| !text.is_empty()));
            fine.then(|| json!({ "field": field, "in": values }))
                .ok_or_else(|| given.refused("in", "must be a list of texts that are not empty"))
        }
        (None, Some(part)) if !part.is_empty() => Ok(json!({ "field": field, "contains": part })),
        (None, Some(_)) => Err(given.refused("contains", "must not be empty")),
        _ => Err(given.refused("field", "needs either 'in' or 'contains'")),
    }
}

/// `GET alertsSuppressionRules[?AlertType=…]`
pub(in crate::emulator) fn list(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let (rules, now) = (shared.posture.rules(), shared.clock.now());
    let wanted = asked.query.get("AlertType").filter(|kind| !kind.is_empty());
    let rules = rules
        .of(&call.subscription)
        .filter(|rule| wanted.is_none_or(|kind| rule.alert_type.eq_ignore_ascii_case(kind)));
    page(shared, asked, in_order(rules), shared.page_size, |rule| rule.describe(&call.subscription, now))
}

/// `GET`, `PUT` and `DELETE alertsSuppressionRules/{name}`
pub(in crate::emulator) fn one(
    shared: &Shared,
    asked: &Asked,
    call: &Call,
    body: &[u8],
) -> Result<Reply, ArmError> {
    let (name, now) = (call.name(0), shared.clock.now());
    let mut rules = shared.posture.rules();
    let at = rules.at(&call.subscription, name);
    let reply = match asked.parts.method.as_str() {
        "PUT" => {
            let rule = Rule::read(name, &parse(body)?, now)?;
            let described = rule.describe(&call.subscription, now);
            if !asked.pretend {
                rules.put(&call.subscription, rule);
            }
            Reply { applied: !asked.pretend, ..Reply::json(StatusCode::OK, described.to_string()) }
        }
        "DELETE" => {
            if let Some(at) = at.filter(|_| !asked.pretend) {
                rules.0.remove(at);
            }
            Reply { applied: !asked.pretend && at.is_some(), ..Reply::empty(StatusCode::NO_CONTENT) }
        }
        _ => {
            let found = at.and_then(|at| rules.0.get(at)).map(|(_, rule)| rule);
            let rule = found.ok_or_else(|| {
                ArmError::not_found(
                    "ResourceNotFound",
                    format!("The suppression rule '{name}' was not found."),
                )
            })?;
            Reply::json(StatusCode::OK, rule.describe(&call.subscription, now).to_string())
        }
    };
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-08-31T14:00:00.5276602Z".parse().unwrap()
    }

    fn body(change: impl FnOnce(&mut Value)) -> Value {
        let mut body = json!({ "properties": { "alertType": "T", "reason": "Noise", "state": "Enabled" } });
        change(&mut body["properties"]);
        body
    }

    #[test]
    fn a_rule_without_expiry_ends_in_six_months() {
        let rule = Rule::read("ab", &body(|_| ()), now()).unwrap().describe("s", now());
        assert_eq!(rule["properties"]["expirationDateUTC"], "2027-02-28T14:00:00.5276602Z");
        assert_eq!(rule["properties"]["lastModifiedUTC"], "2026-08-31T14:00:00.5276602Z");
        let null = body(|p| p["expirationDateUtc"] = Value::Null);
        assert_eq!(Rule::read("ab", &null, now()).unwrap().describe("s", now()), rule);
    }

    #[test]
    fn a_rule_past_its_time_is_expired_whatever_its_state() {
        for (state, expires, shown) in [
            ("Enabled", "2026-09-01T00:00:00Z", "Enabled"),
            ("disabled", "2026-09-01T00:00:00+02:00", "Disabled"),
            ("Disabled", "2026-08-31T15:00:00+02:00", "Expired"),
        ] {
            let body = body(|p| {
                p["state"] = state.into();
                p["expirationDateUtc"] = expires.into();
            });
            let rule = Rule::read("ab", &body, now()).unwrap();
            assert_eq!(rule.describe("s", now())["properties"]["state"], shown);
        }
    }

    #[test]
    fn what_the_service_refuses_is_refused_with_its_place() {
        let all_of = |list: Value| body(|p| p["suppressionAlertsScope"] = json!({ "allOf": list }));
        let cases = [
            (json!([]), "'properties'"),
            (body(|p| p["alertType"] = " ".into()), "properties.alertType"),
            (body(|p| p["reason"] = Value::Null), "properties.reason"),
            (body(|p| p["reason"] = "Because".into()), "AlertSeverityTooHigh"),
            (body(|p| p["state"] = "Expired".into()), "properties.state"),
            (body(|p| p["comment"] = 1.into()), "properties.comment"),
            (body(|p| p["expirationDateUtc"] = "tomorrow".into()), "properties.expirationDateUtc"),
            (body(|p| p["suppressionAlertsScope"] = json!({})), "allOf"),
            (all_of(json!([])), "at least one"),
            (all_of(json!([{ "field": "entities.host.colour", "in": ["x"] }])), "no rule can ask for"),
            (all_of(json!([{ "field": "entities.ip.address" }])), "either"),
            (all_of(json!([{ "field": "entities.ip.address", "in": [] }])), "must be a list"),
            (all_of(json!([{ "field": "entities.ip.address", "in": ["a"], "contains": "b" }])), "either"),
            (all_of(json!([{ "field": "entities.ip.address", "contains": "" }])), "must not be empty"),
        ];
        for (body, part) in cases {
            let error = format!("{:?}", Rule::read("ab", &body, now()).unwrap_err());
            assert!(error.contains(part), "{body}: {error}");
        }
        for name in ["a", "-ab", "a b", "ä1", &"x".repeat(51)] {
            assert!(Rule::read(name, &body(|_| ()), now()).is_err(), "{name}");
        }
        let long = format!("9_{}-", "x".repeat(47));
        assert!(
            Rule::read(&long, &all_of(json!([{ "FIELD": "entities.IP.address", "contains": "b" }])), now())
                .is_ok()
        );
    }
}
