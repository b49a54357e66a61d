//! The activity log around an alert (contract §1, operation 21).
//!
//! The service takes few filters: a span of time, alone or with one further condition. Only those are made here.

use super::client::{ArmClient, scope_path};
use super::error::ApiError;
use super::listing::{Reading, below_subscription, query_value};
use super::parse::json::Node;
use super::parse::time;
use crate::domain::SafeText;
use crate::domain::activity::{ActivityLog, Event, Window};
use crate::domain::resource::ResourceId;

const VERSION: &str = "2015-04-01";
/// So many pages are read; a busy window holds more than anybody reads.
const MOST_PAGES: usize = 10;
/// Where the claims say who the caller is.
const OBJECT_ID: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const GIVEN: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
const SURNAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname";

impl ArmClient {
    /// The events of a resource in a window of time: of a resource group or a subscription where the id is one.
    pub async fn activity(&self, resource: &ResourceId, window: Window) -> Result<ActivityLog, ApiError> {
        if window.is_empty() {
            return Ok(ActivityLog::new(window, Vec::new(), true));
        }
        let (subscription, filter) = resource
            .subscription()
            .zip(filter(resource, window))
            .ok_or_else(|| ApiError::RefusedUrl(resource.text().clone()))?;
        let path = "/providers/Microsoft.Insights/eventtypes/management/values";
        let path = below_subscription(&subscription, path);
        let address =
            self.endpoint().join(&format!("{path}?api-version={VERSION}&$filter={}", query_value(&filter)));
        let reading = Reading { subscription: Some(&subscription), needs: "Reader" };
        let listed = self.listing(reading, address, MOST_PAGES, event).await?;
        Ok(ActivityLog::new(window, listed.items, listed.complete))
    }
}

/// The filter for a window and a resource; none for an id that is no path of Azure Resource Manager. A quote in an id is
/// doubled, so that the id stays one literal.
fn filter(resource: &ResourceId, window: Window) -> Option<String> {
    let id = resource.text().raw().trim_end_matches('/');
    scope_path(id)?;
    let moment = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%SZ");
    let span =
        format!("eventTimestamp ge '{}' and eventTimestamp le '{}'", moment(window.from), moment(window.to));
    let quoted = |text: &str| text.replace('\'', "''");
    Some(match resource.group() {
        _ if !resource.resource_type().is_empty() => format!("{span} and resourceUri eq '{}'", quoted(id)),
        Some(group) => format!("{span} and resourceGroupName eq '{}'", quoted(group)),
        None => span,
    })
}

/// Reads an event; none when it names no operation.
fn event(node: &Node<'_>) -> Option<Event> {
    // `{"value","localizedValue"}`; some versions of exports have the text alone.
    let part = |name: &str, inner: &[&str]| {
        let field = node.field(&[name]);
        let value = field.and_then(|field| field.field(inner)).or(field).and_then(Node::scalar);
        SafeText::from(value.unwrap_or_default())
    };
    let plain = |name: &str| part(name, &["value"]);
    let within = |outer: &str, name: &str| {
        let value = node.field(&[outer]).and_then(|outer| outer.field(&[name])).and_then(Node::scalar);
        SafeText::from(value.unwrap_or_default())
    };
    let operation = plain("operationName");
    if operation.is_empty() {
        return None;
    }
    let claim = |name: &str| within("claims", name);
    let full = [claim(GIVEN), claim(SURNAME)].map(|part| part.raw().to_owned()).join(" ");
    let name = match claim("name") {
        none if none.is_empty() => SafeText::from(full.trim()),
        name => name,
    };
    Some(Event {
        at: node.field(&["eventTimestamp"]).and_then(Node::scalar).and_then(time::moment),
        caller: plain("caller"),
        operation_label: part("operationName", &["localizedValue", "value"]),
        operation,
        status: plain("status"),
        sub_status: part("subStatus", &["localizedValue", "value"]),
        address: within("httpRequest", "clientIpAddress"),
        category: plain("category"),
        level: plain("level"),
        role: within("authorization", "role"),
        resource: plain("resourceId"),
        correlation: plain("correlationId"),
        principal: SafeText::from(claim(OBJECT_ID).raw().to_ascii_lowercase()),
        name,
        json: SafeText::from(node.pretty()),
    })
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    fn window() -> Window {
        let at = |hour| Utc.with_ymd_and_hms(2026, 11, 22, hour, 0, 0).unwrap();
        Window::between(at(9), at(12), at(20))
    }

    #[test]
    fn only_legal_filters_are_made() {
        let span = "eventTimestamp ge '2026-11-22T09:00:00Z' and eventTimestamp le '2026-11-22T12:00:00Z'";
        let group = "/subscriptions/s/resourceGroups/O'Brien";
        let vm = format!("{group}/providers/Microsoft.Compute/virtualMachines/v");
        for (id, condition) in [
            (vm.as_str(), format!(" and resourceUri eq '{}'", vm.replace('\'', "''"))),
            (&format!("{vm}/"), format!(" and resourceUri eq '{}'", vm.replace('\'', "''"))),
            (group, " and resourceGroupName eq 'O''Brien'".to_owned()),
            ("/subscriptions/s", String::new()),
        ] {
            let made = filter(&ResourceId::new(id), window());
            assert_eq!(made.as_deref(), Some(format!("{span}{condition}").as_str()), "{id}");
        }
        for id in ["", "vm", "/providers/x", "/subscriptions/s/../t", "/subscriptions/s/a?b"] {
            assert_eq!(filter(&ResourceId::new(id), window()), None, "{id}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_id_breaks_out_of_its_literal(tail in "[a-z'/ %&=\\-]{0,30}") {
            let id = format!("/subscriptions/s/resourceGroups/g/providers/P/t/{tail}");
            if let Some(made) = filter(&ResourceId::new(id), window()) {
                // Outside of literals only these words are left.
                let outside: String = made.replace("''", "").split('\'').step_by(2).collect();
                prop_assert_eq!(outside, "eventTimestamp ge  and eventTimestamp le  and resourceUri eq ");
            }
        }
    }

    #[test]
    fn an_event_is_read_leniently() {
        let read = |raw: &str| event(&Node::parse(raw).unwrap());
        let whole = read(
            r#"{"eventTimestamp":"2026-11-22T10:14:26.9792776Z","Caller":"ada@contoso.com","claims":{
            "http://schemas.microsoft.com/identity/claims/objectidentifier":"AA-BB","name":"Ada"},
            "httpRequest":{"clientIpAddress":"203.0.113.7"},"operationName":{"value":"x/write","localizedValue":"Write x"},
            "status":{"value":"Succeeded"},"subStatus":{"value":"Created","localizedValue":"Created (HTTP Status Code: 201)"},
            "authorization":{"role":"Owner"},"category":{"value":"Administrative"},"level":"Informational"}"#,
        )
        .unwrap();
        assert_eq!(whole.at.map(|at| at.timestamp()), Some(1_795_342_466));
        let texts = [&whole.caller, &whole.operation_label, &whole.status, &whole.sub_status, &whole.address];
        assert_eq!(
            texts.map(SafeText::raw),
            ["ada@contoso.com", "Write x", "Succeeded", "Created (HTTP Status Code: 201)", "203.0.113.7"]
        );
        assert_eq!((whole.principal.raw(), whole.name.raw(), whole.role.raw()), ("aa-bb", "Ada", "Owner"));
        assert!(whole.json.raw().contains("\"clientIpAddress\": \"203.0.113.7\""));
        let bare = read(r#"{"operationName":"x/delete","eventTimestamp":"soon","claims":null}"#).unwrap();
        assert_eq!((bare.at, bare.operation_label.raw(), bare.caller.raw()), (None, "x/delete", ""));
        let given = format!(r#"{{"operationName":"x","claims":{{"{GIVEN}":"Ada","{SURNAME}":"L"}}}}"#);
        assert_eq!(read(&given).unwrap().name.raw(), "Ada L");
        assert_eq!(read(r#"{"caller":"x"}"#), None);
    }
}
