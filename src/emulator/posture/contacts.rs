//! Who gets mail: `securityContacts/default` (the contract's README §4), in the shapes of 2023-12-01-preview and
//! 2020-01-01-preview. Both are views of one record, so what one writes the other reads.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::given::{Given, parse, properties, refused};
use crate::emulator::arm_error::ArmError;
use crate::emulator::paging::page;
use crate::emulator::reply::Reply;
use crate::emulator::serve::{Asked, Shared};
use crate::emulator::table::Call;

const SWITCH: [&str; 2] = ["On", "Off"];
const ROLES: [&str; 4] = ["AccountAdmin", "ServiceAdmin", "Owner", "Contributor"];
const SEVERITIES: [&str; 3] = ["High", "Medium", "Low"];
const RISKS: [&str; 4] = ["Critical", "High", "Medium", "Low"];
/// The version that has no attack paths and no switch for the whole.
const OLD: &str = "2020-01-01-preview";
/// The version that has both.
pub(super) const NEW: &str = "2023-12-01-preview";

/// The settings of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Contact {
    emails: String,
    phone: String,
    enabled: bool,
    by_role: &'static str,
    roles: Vec<&'static str>,
    /// The least severity of alerts that are mailed.
    alerts: Option<&'static str>,
    /// The least risk of attack paths that are mailed.
    paths: Option<&'static str>,
}

/// The settings of all subscriptions that have some.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Contacts(Vec<(String, Contact)>);

impl Contacts {
    /// Sets a subscription's contact.
    pub(in crate::emulator) fn put(&mut self, subscription: &str, contact: Contact) {
        match self.at(subscription) {
            Some(at) => self.0[at].1 = contact,
            None => self.0.push((subscription.to_ascii_lowercase(), contact)),
        }
    }

    fn at(&self, subscription: &str) -> Option<usize> {
        self.0.iter().position(|(owner, _)| owner.eq_ignore_ascii_case(subscription))
    }

    fn get(&self, subscription: &str) -> Option<&Contact> {
        self.at(subscription).and_then(|at| self.0.get(at)).map(|(_, contact)| contact)
    }
}

impl Contact {
    /// Reads a contact as it is written. `former` is what the older version does not say.
    pub(in crate::emulator) fn read(
        body: &Value,
        version: &str,
        former: Option<&Self>,
    ) -> Result<Self, ArmError> {
        let given = properties(body)?;
        let emails = given.text("emails")?.unwrap_or_default();
        for address in emails.split(';').filter(|_| !emails.is_empty()) {
            if !is_address(address.trim()) {
                return Err(
                    given.refused("emails", &format!("holds '{address}', which is no e-mail address"))
                );
            }
        }
        let (by_role, roles) = match given.get("notificationsByRole") {
            Some(value) => by_role(value)?,
            None => ("Off", Vec::new()),
        };
        let phone = given.text("phone")?.unwrap_or_default();
        let mut contact = Self {
            emails: emails.to_owned(),
            phone: phone.to_owned(),
            enabled: true,
            by_role,
            roles,
            alerts: None,
            paths: former.and_then(|former| former.paths),
        };
        if version == OLD {
            if let Some(value) = given.get("alertNotifications") {
                let given = Given::of(value, "alertNotifications")?;
                contact.enabled = given.one_of("state", &SWITCH)? == Some("On");
                contact.alerts = given.one_of("minimalSeverity", &SEVERITIES)?;
            }
            return Ok(contact);
        }
        if let Some(value) = given.get("isEnabled") {
            contact.enabled =
                value.as_bool().ok_or_else(|| given.refused("isEnabled", "is not true or false"))?;
        }
        contact.paths = None;
        for source in given.list("notificationsSources")?.unwrap_or_default() {
            let given = Given::of(source, "notificationsSources")?;
            given.required("sourceType")?;
            match given.one_of("sourceType", &["Alert", "AttackPath"])? {
                Some("Alert") => contact.alerts = given.one_of("minimalSeverity", &SEVERITIES)?,
                _ => contact.paths = given.one_of("minimalRiskLevel", &RISKS)?,
            }
        }
        Ok(contact)
    }

    fn describe(&self, subscription: &str, version: &str) -> Value {
        let mut properties = json!({
            "emails": self.emails,
            "phone": self.phone,
            "notificationsByRole": { "state": self.by_role, "roles": self.roles },
        });
        if version == OLD {
            let state = if self.enabled && self.alerts.is_some() { "On" } else { "Off" };
            properties["alertNotifications"] =
                json!({ "state": state, "minimalSeverity": self.alerts.unwrap_or("High") });
        } else {
            let paths =
                self.paths.map(|level| json!({ "sourceType": "AttackPath", "minimalRiskLevel": level }));
            let alerts = self.alerts.map(|least| json!({ "sourceType": "Alert", "minimalSeverity": least }));
            properties["isEnabled"] = self.enabled.into();
            properties["notificationsSources"] = paths.into_iter().chain(alerts).collect();
        }
        json!({
            "id": format!("/subscriptions/{subscription}/providers/Microsoft.Security/securityContacts/default"),
            "name": "default",
            // Singular, as the service has it.
            "type": "Microsoft.Security/securityContact",
            "properties": properties,
        })
    }
}

fn by_role(value: &Value) -> Result<(&'static str, Vec<&'static str>), ArmError> {
    let given = Given::of(value, "notificationsByRole")?;
    let mut roles = Vec::new();
    for value in given.list("roles")?.unwrap_or_default() {
        let text = value.as_str().unwrap_or_default();
        let known = ROLES.iter().find(|role| role.eq_ignore_ascii_case(text));
        roles.push(*known.ok_or_else(|| {
            refused(
                "notificationsByRole.roles",
                &format!("holds '{text}', which is none of {}", ROLES.join(", ")),
            )
        })?);
    }
    Ok((given.one_of("state", &SWITCH)?.unwrap_or("Off"), roles))
}

fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    !name.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !text.contains(char::is_whitespace)
        && !domain.contains('@')
}

/// `GET securityContacts`
pub(in crate::emulator) fn list(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let version = asked.query.get("api-version").unwrap_or_default();
    let contacts = shared.posture.contacts();
    let found = contacts.get(&call.subscription).map(|contact| (0, contact));
    page(shared, asked, found, shared.page_size, |contact| contact.describe(&call.subscription, version))
}

/// `GET`, `PUT` and `DELETE securityContacts/default`
pub(in crate::emulator) fn one(
    shared: &Shared,
    asked: &Asked,
    call: &Call,
    body: &[u8],
) -> Result<Reply, ArmError> {
    let name = call.name(0);
    if !name.eq_ignore_ascii_case("default") {
        return Err(ArmError::bad_request(
            "InvalidSecurityContactName",
            format!("The security contact name '{name}' is invalid; the only one is 'default'."),
        ));
    }
    let version = asked.query.get("api-version").unwrap_or_default();
    let mut contacts = shared.posture.contacts();
    let at = contacts.at(&call.subscription);
    let reply = match asked.parts.method.as_str() {
        "PUT" => {
            let contact = Contact::read(&parse(body)?, version, contacts.get(&call.subscription))?;
            let described = contact.describe(&call.subscription, version);
            if !asked.pretend {
                contacts.put(&call.subscription, contact);
            }
            let status = if at.is_some() { StatusCode::OK } else { StatusCode::CREATED };
            Reply { applied: !asked.pretend, ..Reply::json(status, described.to_string()) }
        }
        "DELETE" => {
            if let Some(at) = at.filter(|_| !asked.pretend) {
                contacts.0.remove(at);
            }
            let status = if at.is_some() { StatusCode::OK } else { StatusCode::NO_CONTENT };
            Reply { applied: !asked.pretend && at.is_some(), ..Reply::empty(status) }
        }
        _ => {
            let contact = contacts.get(&call.subscription).ok_or_else(|| {
                ArmError::not_found("ResourceNotFound", "The security contact 'default' was not found.")
            })?;
            Reply::json(StatusCode::OK, contact.describe(&call.subscription, version).to_string())
        }
    };
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Value {
        json!({
            "emails": "john@contoso.example;jane@contoso.example", "phone": "1", "isEnabled": true,
            "notificationsByRole": { "state": "On", "roles": ["Owner"] },
            "notificationsSources": [
                { "sourceType": "AttackPath", "minimalRiskLevel": "Critical" },
                { "sourceType": "Alert", "minimalSeverity": "Medium" },
            ],
        })
    }

    fn read(properties: &Value, version: &str, former: Option<&Contact>) -> Result<Contact, ArmError> {
        Contact::read(&json!({ "properties": properties }), version, former)
    }

    #[test]
    fn one_record_is_seen_in_both_shapes() {
        let contact = read(&example(), NEW, None).unwrap();
        assert_eq!(contact.describe("s", NEW)["properties"], example());
        let old = contact.describe("s", OLD);
        let notifications = json!({ "state": "On", "minimalSeverity": "Medium" });
        assert_eq!(old["properties"]["alertNotifications"], notifications);
        assert!(old["properties"].get("isEnabled").is_none());
        let back = read(&old["properties"], OLD, Some(&contact)).unwrap();
        assert_eq!(back, contact, "the attack paths, which it cannot say, stay");
        let mut off = example();
        off["isEnabled"] = false.into();
        let off = read(&off, NEW, None).unwrap().describe("s", OLD);
        assert_eq!(off["properties"]["alertNotifications"]["state"], "Off");
    }

    #[test]
    fn words_outside_the_contract_are_refused() {
        let bad = |change: fn(&mut Value)| {
            let mut body = example();
            change(&mut body);
            format!("{:?}", read(&body, NEW, None).unwrap_err())
        };
        assert!(bad(|b| b["emails"] = "john".into()).contains("no e-mail address"));
        assert!(bad(|b| b["emails"] = "a@b.example;;c@d.example".into()).contains("emails"));
        assert!(bad(|b| b["isEnabled"] = "yes".into()).contains("isEnabled"));
        assert!(bad(|b| b["notificationsByRole"]["roles"] = json!(["Admin"])).contains("none of"));
        assert!(bad(|b| b["notificationsByRole"]["state"] = "Maybe".into()).contains("state"));
        assert!(bad(|b| b["notificationsSources"] = json!([{}])).contains("sourceType"));
        let severity = bad(|b| b["notificationsSources"][1]["minimalSeverity"] = "Informational".into());
        assert!(severity.contains("minimalSeverity"));
        assert!(read(&json!({}), NEW, None).is_ok(), "nothing is required");
    }
}
