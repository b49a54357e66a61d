//! One entry of the activity log.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::caller::Caller;
use crate::emulator::demo::iso;
use crate::emulator::ticks;

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Stage {
    /// It began.
    Started,
    /// It ended well.
    Succeeded,
    /// It was refused with this code.
    Failed(&'static str),
}

/// An alert, as its own entry tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Raised {
    pub(in crate::emulator) title: String,
    pub(in crate::emulator) description: String,
    pub(in crate::emulator) severity: String,
    pub(in crate::emulator) tactics: Vec<String>,
    pub(in crate::emulator) steps: Vec<String>,
    pub(in crate::emulator) entity: String,
    pub(in crate::emulator) resource_type: String,
}

/// What kind of entry it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum Detail {
    /// Someone did something.
    Operation {
        caller: Arc<Caller>,
        /// From where.
        address: Cow<'static, str>,
        stage: Stage,
    },
    /// Defender for Cloud raised an alert.
    Alert(Box<Raised>),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Event {
    pub(in crate::emulator) time: DateTime<Utc>,
    /// The resource's id, which names subscription and group.
    pub(in crate::emulator) resource: String,
    /// As role definitions spell it.
    pub(in crate::emulator) operation: Cow<'static, str>,
    /// The operation in words.
    pub(in crate::emulator) title: Cow<'static, str>,
    /// Shared by the entries of one operation.
    pub(in crate::emulator) correlation: Uuid,
    pub(in crate::emulator) id: Uuid,
    pub(in crate::emulator) detail: Detail,
}

/// The operation of the entries that alerts leave.
pub(in crate::emulator) const RAISED: &str = "Microsoft.Security/locations/alerts/activate/action";

impl Event {
    /// The subscription's id.
    pub(super) fn subscription(&self) -> &str {
        self.resource.split('/').nth(2).unwrap_or_default()
    }

    /// The resource group; empty at the subscription.
    pub(super) fn group(&self) -> &str {
        let mut parts = self.resource.split('/').skip(3);
        match parts.next() {
            Some(groups) if groups.eq_ignore_ascii_case("resourceGroups") => parts.next().unwrap_or_default(),
            _ => "",
        }
    }

    /// The resource provider.
    pub(super) fn provider(&self) -> &str {
        self.operation.split('/').next().unwrap_or_default()
    }

    /// The type of the resource, as its id tells it.
    fn kind(&self) -> String {
        let Some((_, own)) = self.resource.rsplit_once("/providers/") else {
            let group = !self.group().is_empty();
            let kind = if group { "subscriptions/resourceGroups" } else { "subscriptions" };
            return format!("Microsoft.Resources/{kind}");
        };
        let mut parts = own.split('/');
        let namespace = parts.next().unwrap_or_default();
        let types: Vec<&str> = parts.step_by(2).collect();
        format!("{namespace}/{}", types.join("/"))
    }

    /// As the service writes it.
    pub(super) fn describe(&self, tenant: &str) -> Map<String, Value> {
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        let id = self.id.to_string();
        let correlation = self.correlation.to_string();
        put("channels", "Operation".into());
        put("eventDataId", id.as_str().into());
        put("correlationId", correlation.as_str().into());
        put("operationId", correlation.as_str().into());
        put("id", format!("{}/events/{id}/ticks/{}", self.resource, ticks::ascending(self.time)).into());
        put("resourceId", self.resource.as_str().into());
        put("resourceGroupName", self.group().into());
        put("resourceProviderName", words(self.provider(), self.provider()));
        put("resourceType", words(&self.kind(), &self.kind()));
        put("operationName", words(&self.operation, &self.title));
        put("eventTimestamp", iso(self.time).into());
        let delay = 20 + i64::from(self.id.as_bytes()[0] % 100);
        put("submissionTimestamp", iso(self.time + TimeDelta::seconds(delay)).into());
        put("subscriptionId", self.subscription().into());
        put("tenantId", tenant.into());
        match &self.detail {
            Detail::Alert(alert) => describe_alert(alert, &mut put),
            Detail::Operation { caller, address, stage } => {
                put("caller", caller.text().into());
                put("claims", caller.claims(tenant, address));
                put("authorization", json!({ "action": self.operation, "scope": self.resource }));
                put(
                    "httpRequest",
                    json!({
                        "clientRequestId": correlation,
                        "clientIpAddress": address,
                        "method": self.method(),
                    }),
                );
                self.describe_stage(*stage, &mut put);
            }
        }
        entry
    }

    fn method(&self) -> &'static str {
        match self.operation.rsplit('/').next() {
            Some("write") => "PUT",
            Some("delete") => "DELETE",
            _ => "POST",
        }
    }

    fn describe_stage(&self, stage: Stage, put: &mut impl FnMut(&str, Value) -> Option<Value>) {
        let (name, level, status) = match stage {
            Stage::Started => ("BeginRequest", "Informational", "Started"),
            Stage::Succeeded => ("EndRequest", "Informational", "Succeeded"),
            Stage::Failed(_) => ("EndRequest", "Error", "Failed"),
        };
        let code = match (stage, self.method()) {
            (Stage::Started, _) => "",
            (Stage::Succeeded, "PUT") => "Created",
            (Stage::Succeeded, "DELETE") => "NoContent",
            (Stage::Succeeded, _) => "OK",
            (Stage::Failed("AuthorizationFailed"), _) => "Forbidden",
            (Stage::Failed(_), _) => "Conflict",
        };
        let number = match code {
            "OK" => 200,
            "Created" => 201,
            "NoContent" => 204,
            "Forbidden" => 403,
            _ => 409,
        };
        put("category", words("Administrative", "Administrative"));
        put("eventName", words(name, if name == "BeginRequest" { "Begin request" } else { "End request" }));
        put("level", level.into());
        put("status", words(status, status));
        let sub =
            if code.is_empty() { String::new() } else { format!("{code} (HTTP Status Code: {number})") };
        put("subStatus", words(code, &sub));
        put("description", "".into());
        let mut properties = json!({
            "eventCategory": "Administrative",
            "entity": self.resource,
            "message": self.operation,
        });
        if !code.is_empty() {
            properties["statusCode"] = code.into();
        }
        if let Stage::Failed(code) = stage {
            let error = json!({ "error": { "code": code, "message": "The operation was refused." } });
            properties["statusMessage"] = error.to_string().into();
        }
        put("properties", properties);
    }
}

fn describe_alert(alert: &Raised, put: &mut impl FnMut(&str, Value) -> Option<Value>) {
    put("caller", "".into());
    put("category", words("Security", "Security"));
    put("eventName", words(&alert.title, &alert.title));
    put("description", alert.description.as_str().into());
    put("level", "Informational".into());
    put("status", words("Active", "Active"));
    put("subStatus", words("", ""));
    put(
        "properties",
        json!({
            "eventCategory": "Security",
            "severity": alert.severity,
            "compromisedEntity": alert.entity,
            "resourceType": alert.resource_type,
            // JSON in strings, as the service has them.
            "intent": json!(alert.tactics).to_string(),
            "remediationSteps": json!(alert.steps).to_string(),
        }),
    );
}

fn words(value: &str, localized: &str) -> Value {
    json!({ "value": value, "localizedValue": localized })
}
