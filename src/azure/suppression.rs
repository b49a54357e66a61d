//! Suppression rules (contract §3, operations 10 and 11).
//!
//! The service answers `expirationDateUTC` and `lastModifiedUTC` where the contract says `…Utc`: names are read in any
//! letter case and written as the contract has them. What it stores may differ from what it was sent, so every rule
//! that is written is read back.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::client::{ArmClient, push_segment};
use super::error::ApiError;
use super::page::{LoopGuard, RawItem};
use super::parse::time::moment;
use super::retry::{Backoff, with_retry};
use super::throttle::Kind;
use super::transport::{ACTION_LIMIT, Call};
use crate::domain::rights::Right;
use crate::domain::suppression::{Condition, Rule, SCOPE, State, Stored, Test, differences};
use crate::domain::{SafeText, SubscriptionId};

const VERSION: &str = "2019-01-01-preview";

/// Attempts before a transient error is given to the person: reading and writing a rule again does no harm.
const ATTEMPTS: u32 = 3;

/// The rules of a subscription.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// In the service's order.
    pub rules: Vec<Rule>,
    /// Items that could not be read as a rule.
    pub unread: usize,
}

impl ArmClient {
    /// Every suppression rule of a subscription.
    pub async fn suppression_rules(&self, subscription: &SubscriptionId) -> Result<Rules, ApiError> {
        let (mut found, mut guard) = (Rules::default(), LoopGuard::default());
        let mut address = Some(self.rule_address(subscription, None));
        while let Some(current) = address {
            guard.step(&current)?;
            let page =
                with_retry(Backoff::default(), ATTEMPTS, || self.page(Some(subscription), current.clone()))
                    .await?;
            for item in &page.items {
                match read_item(item, subscription) {
                    Some(rule) => found.rules.push(rule),
                    None => found.unread += 1,
                }
            }
            address = page.next;
        }
        Ok(found)
    }

    /// One rule by its name; [`ApiError::NotFound`] when there is none.
    pub async fn suppression_rule(
        &self,
        subscription: &SubscriptionId,
        name: &str,
    ) -> Result<Rule, ApiError> {
        let call = Call::get(self.rule_address(subscription, Some(name)), ACTION_LIMIT);
        let answer = with_retry(Backoff::default(), ATTEMPTS, || {
            self.send(Some(subscription), Kind::Read, call.clone())
        })
        .await?;
        let text = String::from_utf8_lossy(&answer.body);
        read(text.trim_start_matches('\u{feff}'), subscription)
            .ok_or_else(|| ApiError::Protocol("the answer is not a suppression rule".to_owned()))
    }

    /// Writes a rule that must not be there yet: a PUT would silently replace another one of its name.
    pub async fn create_suppression_rule(&self, rule: &Rule) -> Result<Stored, ApiError> {
        match self.suppression_rule(&rule.subscription, rule.name.raw()).await {
            Err(ApiError::NotFound) => self.put_suppression_rule(rule).await,
            Err(error) => Err(error),
            Ok(there) => {
                let message =
                    format!("a rule named {} is there already; choose another name", there.name.raw());
                Err(ApiError::Conflict { message: message.into() })
            }
        }
    }

    /// Writes a rule in the place of the one that it was made from, unless somebody changed that meanwhile.
    pub async fn replace_suppression_rule(&self, before: &Rule, rule: &Rule) -> Result<Stored, ApiError> {
        if !before.is_whole() || !rule.is_whole() {
            let name = before.name.raw();
            let message = format!(
                "not all conditions of {name} can be read, so quell does not write it: without them it \
                     would suppress more; change it in the Azure portal"
            );
            return Err(ApiError::Protocol(message));
        }
        match self.suppression_rule(&before.subscription, before.name.raw()).await {
            Ok(there) if there == *before => self.put_suppression_rule(rule).await,
            Ok(_) => Err(changed("changed", before)),
            Err(ApiError::NotFound) => Err(changed("deleted", before)),
            Err(error) => Err(error),
        }
    }

    /// Writes a rule, whether it is there or not, and reads it back. When no answer came, what is read back decides.
    async fn put_suppression_rule(&self, rule: &Rule) -> Result<Stored, ApiError> {
        let (subscription, name) = (&rule.subscription, rule.name.raw());
        let call = Call::put(self.rule_address(subscription, Some(name)), body(rule))
            .needs(Right::WriteSuppression.needs());
        let written = with_retry(Backoff::default(), ATTEMPTS, || {
            self.send(Some(subscription), Kind::Write, call.clone())
        })
        .await;
        if let Err(error) = &written
            && !error.is_transient()
        {
            return Err(error.clone());
        }
        let kept = self.suppression_rule(subscription, name).await.map(|kept| stored(rule, kept));
        match (written, kept) {
            (Ok(_), Ok(stored)) => Ok(stored),
            // It was accepted; what is read next may still be older.
            (Ok(_), Err(why)) => Ok(Stored {
                rule: rule.clone(),
                differences: Vec::new(),
                unread: Some(why.to_string().into()),
            }),
            (Err(_), Ok(stored)) if stored.differences.is_empty() => Ok(stored),
            (Err(error), _) => Err(error),
        }
    }

    /// Deletes a rule unless somebody changed it meanwhile, and makes sure that it is gone; one that was gone already is no
    /// error. Gives why it is not known to be gone although the service accepted that. Alerts that it dismissed stay
    /// dismissed.
    pub async fn delete_suppression_rule(&self, before: &Rule) -> Result<Option<SafeText>, ApiError> {
        let (subscription, name) = (&before.subscription, before.name.raw());
        match self.suppression_rule(subscription, name).await {
            Ok(there) if there == *before => {}
            Ok(_) => return Err(changed("changed", before)),
            Err(ApiError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        }
        let call =
            Call::delete(self.rule_address(subscription, Some(name))).needs(Right::WriteSuppression.needs());
        let deleted = with_retry(Backoff::default(), ATTEMPTS, || {
            self.send(Some(subscription), Kind::Write, call.clone())
        })
        .await;
        match deleted {
            Err(error) if error != ApiError::NotFound && !error.is_transient() => return Err(error),
            _ => {}
        }
        match (self.suppression_rule(subscription, name).await, deleted) {
            (Err(ApiError::NotFound), _) => Ok(None),
            (Ok(_), Ok(_) | Err(ApiError::NotFound)) => Ok(Some("the service still shows it".into())),
            (Err(why), Ok(_) | Err(ApiError::NotFound)) => Ok(Some(why.to_string().into())),
            (_, Err(error)) => Err(error),
        }
    }

    fn rule_address(&self, subscription: &SubscriptionId, name: Option<&str>) -> String {
        let mut path = "/subscriptions/".to_owned();
        push_segment(&mut path, subscription.as_str());
        path += "/providers/Microsoft.Security/alertsSuppressionRules";
        if let Some(name) = name {
            path.push('/');
            push_segment(&mut path, name);
        }
        path += "?api-version=";
        path += VERSION;
        self.endpoint().join(&path)
    }
}

fn stored(asked: &Rule, rule: Rule) -> Stored {
    Stored { differences: differences(asked, &rule), rule, unread: None }
}

/// Somebody was faster: what was looked at is no longer what is there.
fn changed(how: &str, rule: &Rule) -> ApiError {
    let message = format!(
        "{} was {how} by somebody meanwhile, and nothing was sent; read the rules again (R) and look at it",
        rule.name.raw()
    );
    ApiError::Conflict { message: message.into() }
}

/// The body of a PUT, in the contract's form. Without an expiration the rule is asked to last for ever.
pub fn body(rule: &Rule) -> String {
    let mut properties = rule.rest.clone();
    let mut set = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    set("alertType", rule.alert_type.raw().into());
    set("reason", rule.reason.raw().into());
    set("state", rule.state.api_name().into());
    if !rule.comment.is_empty() {
        set("comment", rule.comment.raw().into());
    }
    if let Some(end) = rule.expires {
        set("expirationDateUtc", time(end).into());
    }
    let mut scope = match rule.other_scope() {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    };
    if !rule.conditions.is_empty() {
        scope.insert("allOf".to_owned(), rule.conditions.iter().map(condition).collect());
    }
    if !scope.is_empty() {
        set(SCOPE, scope.into());
    }
    json!({ "properties": properties }).to_string()
}

/// As the service writes times: at most seven digits of a second.
fn time(at: DateTime<Utc>) -> String {
    let seconds = at.format("%Y-%m-%dT%H:%M:%S");
    match at.timestamp_subsec_nanos() / 100 {
        0 => format!("{seconds}Z"),
        ticks => format!("{seconds}.{ticks:07}Z"),
    }
}

fn condition(condition: &Condition) -> Value {
    let mut members = condition.rest.clone();
    members.insert("field".to_owned(), condition.field.raw().into());
    match &condition.test {
        Test::In(values) => {
            let values: Vec<&str> = values.iter().map(SafeText::raw).collect();
            members.insert("in".to_owned(), values.into());
        }
        Test::Contains(text) => {
            members.insert("contains".to_owned(), text.raw().into());
        }
        Test::Unknown => {}
    }
    Value::Object(members)
}

fn read_item(item: &RawItem, subscription: &SubscriptionId) -> Option<Rule> {
    read(&item.raw, subscription)
}

/// Reads a rule; none for what has neither a name nor an alert type.
fn read(raw: &str, subscription: &SubscriptionId) -> Option<Rule> {
    let Ok(Value::Object(mut root)) = serde_json::from_str(raw) else { return None };
    let id = take_text(&mut root, "id").unwrap_or_default();
    let last = || id.rsplit('/').next().unwrap_or_default().to_owned();
    let name = take_text(&mut root, "name").filter(|name| !name.is_empty()).unwrap_or_else(last);
    let Some(Value::Object(mut rest)) = take(&mut root, "properties") else { return None };
    let alert_type = take_text(&mut rest, "alertType")?;
    if name.is_empty() {
        return None;
    }
    let ends = take_text(&mut rest, "expirationDateUtc");
    let expires = ends.as_deref().and_then(moment);
    if let Some(ends) = ends.filter(|_| expires.is_none()) {
        // A time that is not understood must not become no time when the rule is written again.
        rest.insert("expirationDateUtc".to_owned(), ends.into());
    }
    let (conditions, other) = take(&mut rest, SCOPE).map(scope).unwrap_or_default();
    if let Some(other) = other {
        rest.insert(SCOPE.to_owned(), other);
    }
    Some(Rule {
        subscription: subscription.clone(),
        name: name.into(),
        alert_type: alert_type.into(),
        reason: take_text(&mut rest, "reason").unwrap_or_default().into(),
        comment: take_text(&mut rest, "comment").unwrap_or_default().into(),
        state: State::parse(&take_text(&mut rest, "state").unwrap_or_default()),
        expires,
        modified: take_text(&mut rest, "lastModifiedUtc").and_then(|text| moment(&text)),
        conditions,
        rest,
    })
}

/// The conditions of a scope, and what it has beside them. Conditions that cannot all be read are there as well, so that
/// nobody takes the others for the whole.
fn scope(scope: Value) -> (Vec<Condition>, Option<Value>) {
    let mut members = match scope {
        Value::Object(members) => members,
        other => return (Vec::new(), Some(other)),
    };
    let read = |item: &Value| {
        let mut rest = item.as_object()?.clone();
        let field = take_text(&mut rest, "field").unwrap_or_default().into();
        let test = test(&mut rest);
        Some(Condition { field, test, rest })
    };
    let all = take(&mut members, "allOf");
    let conditions: Vec<Condition> =
        all.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(read).collect();
    if let Some(all) = all.filter(|all| all.as_array().is_none_or(|items| items.len() > conditions.len())) {
        members.insert("allOf".to_owned(), all);
    }
    (conditions, (!members.is_empty()).then_some(Value::Object(members)))
}

fn test(members: &mut Map<String, Value>) -> Test {
    if let Some(values) = take(members, "in") {
        let values = if let Value::Array(values) = values { values } else { vec![values] };
        return Test::In(values.iter().map(|value| text(value).into()).collect());
    }
    take(members, "contains").map_or(Test::Unknown, |value| Test::Contains(text(&value).into()))
}

/// Takes a member by its name in any letter case; null is no member.
fn take(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = members.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    members.remove(&key).filter(|value| !value.is_null())
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    take(members, name).map(|value| text(&value))
}

/// A string as it is, other values as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription() -> SubscriptionId {
        SubscriptionId::new("0b1f6471-1bf0-4dda-aec3-111122223333")
    }

    fn rule(properties: &str) -> Rule {
        read(&format!(r#"{{"id":"/subscriptions/s/x/Rule-1","properties":{properties}}}"#), &subscription())
            .unwrap()
    }

    #[test]
    fn both_letter_cases_are_read_and_the_contracts_is_written() {
        for (expiration, modified) in
            [("expirationDateUtc", "lastModifiedUtc"), ("expirationDateUTC", "lastModifiedUTC")]
        {
            let rule = rule(&format!(
                r#"{{"alertType":"T","reason":"Other","state":"Enabled","{expiration}":"2022-10-10T19:08:32.5276602Z",
                "{modified}":"2022-04-10T19:08:32.5276602Z"}}"#
            ));
            assert_eq!(rule.name.raw(), "Rule-1");
            assert_eq!(rule.modified.map(|at| at.timestamp()), Some(1_649_617_712));
            let written = body(&rule);
            assert!(written.contains(r#""expirationDateUtc":"2022-10-10T19:08:32.5276602Z""#), "{written}");
            assert!(!written.contains("odified"), "{written}");
        }
    }

    #[test]
    fn what_the_contract_does_not_list_is_written_back() {
        let properties = r#"{"alertType":"T","comment":null,"createdBy":{"x":1},"reason":"Other","state":"Paused",
            "suppressionAlertsScope":{"allOf":[{"contains":"a","field":"entities.host.dnsdomain","weight":2},
            {"field":"entities.ip.address","in":["b",7]},{"field":"entities.ip.address","startsWith":"c"}],
            "anyOf":[{"field":"entities.host.hostname","in":["d"]}]}}"#;
        let rule = rule(properties);
        assert_eq!(rule.state, State::Other("Paused".into()));
        assert!(rule.is_whole());
        assert_eq!(rule.conditions[1].test, Test::In(vec!["b".into(), "7".into()]));
        assert_eq!(rule.conditions[2].test, Test::Unknown);
        let written: Value = serde_json::from_str(&body(&rule)).unwrap();
        let expected = json!({"properties": {"alertType": "T", "createdBy": {"x": 1}, "reason": "Other", "state": "Paused",
            "suppressionAlertsScope": {"allOf": [{"contains": "a", "field": "entities.host.dnsdomain", "weight": 2},
            {"field": "entities.ip.address", "in": ["b", "7"]}, {"field": "entities.ip.address", "startsWith": "c"}],
            "anyOf": [{"field": "entities.host.hostname", "in": ["d"]}]}}});
        assert_eq!(written, expected);
    }

    #[test]
    fn conditions_that_cannot_all_be_read_make_no_whole_rule() {
        for scope in [
            r#"{"allOf":[{"field":"entities.ip.address","in":["a"]},5]}"#,
            r#"{"allOf":{"field":"entities.ip.address","in":["a"]}}"#,
            r#"["a"]"#,
        ] {
            let rule = rule(&format!(
                r#"{{"alertType":"T","reason":"Other","state":"Enabled","SuppressionAlertsScope":{scope}}}"#
            ));
            assert!(!rule.is_whole(), "{scope}");
            assert_eq!(rule.other_scope(), serde_json::from_str(scope).ok().as_ref(), "as it came");
        }
    }

    #[test]
    fn nothing_is_written_for_what_is_empty() {
        let mut rule = rule(
            r#"{"alertType":"*","reason":"Noise","state":"Disabled","suppressionAlertsScope":{"allOf":[]}}"#,
        );
        assert_eq!(body(&rule), r#"{"properties":{"alertType":"*","reason":"Noise","state":"Disabled"}}"#);
        rule.expires = DateTime::from_timestamp(1_800_000_000, 0);
        assert!(body(&rule).contains(r#""expirationDateUtc":"2027-01-15T08:00:00Z""#));
    }

    #[test]
    fn a_time_that_is_not_understood_stays_as_it_is() {
        let rule = rule(r#"{"alertType":"T","reason":"Other","state":"Enabled","expirationDateUTC":"soon"}"#);
        assert_eq!(rule.expires, None);
        assert!(body(&rule).contains(r#""expirationDateUtc":"soon""#));
    }

    #[test]
    fn what_is_no_rule_is_none() {
        for raw in [
            "",
            "[]",
            "{}",
            r#"{"name":"n"}"#,
            r#"{"properties":{"alertType":"T"}}"#,
            r#"{"name":"n","properties":{}}"#,
        ] {
            assert_eq!(read(raw, &subscription()), None, "{raw}");
        }
    }
}
