//! Who receives mail for alerts of a subscription: `securityContacts/default` (contract §4, operation 13).
//!
//! There are two shapes: 2023-12-01-preview, and 2020-01-01-preview for clouds that do not know the newer. An edit is
//! made on the record as it came, and only on the parts that change, so that what quell does not know survives it. The
//! API has no ETag: the record is read and compared right before it is written, and read back afterwards.

use serde_json::{Map, Value, json};

use super::client::ArmClient;
use super::error::ApiError;
use super::listing::{ATTEMPTS, Reading, below_subscription, with_node};
use super::parse::json::Node;
use super::retry::{Backoff, with_retry};
use super::throttle::Kind;
use super::transport::{ACTION_LIMIT, Call};
use crate::domain::contacts::{Contacts, MinSeverity, Saved, Settings, addresses};
use crate::domain::rights::Right;
use crate::domain::{SafeText, SubscriptionId};

/// The version with notification sources and a switch for the whole.
pub const NEWER: &str = "2023-12-01-preview";
/// The version with `alertNotifications`.
pub const OLDER: &str = "2020-01-01-preview";

/// What ARM says of a version or type that it does not know.
const UNKNOWN: [&str; 4] = [
    "NoRegisteredProviderFound",
    "InvalidApiVersionParameter",
    "InvalidResourceType",
    "UnsupportedApiVersion",
];

/// Members of a record that the service sets itself.
const READ_ONLY: [&str; 4] = ["id", "name", "type", "systemData"];

impl ArmClient {
    /// The settings of a subscription. Where nothing is stored, Azure's default.
    pub async fn contacts(&self, subscription: &SubscriptionId) -> Result<Contacts, ApiError> {
        match self.contacts_by(subscription, NEWER).await {
            // A 404 may be about the record, or about a type that this cloud does not know by the newer version.
            Ok(None) => match self.contacts_by(subscription, OLDER).await {
                Ok(Some(contacts)) => Ok(contacts),
                Ok(None) => Ok(Contacts::none(NEWER)),
                Err(error) if is_unknown(&error) => Ok(Contacts::none(NEWER)),
                Err(error) => Err(error),
            },
            Err(error) if is_unknown(&error) => {
                Ok(self.contacts_by(subscription, OLDER).await?.unwrap_or_else(|| Contacts::none(OLDER)))
            }
            Ok(Some(contacts)) => Ok(contacts),
            Err(error) => Err(error),
        }
    }

    /// Stores settings on top of the record that they were edited from, and reads back what the service really stored.
    /// That it cannot be read back is no error: it was accepted.
    ///
    /// [`ApiError::Conflict`] when the record is another one by now, [`ApiError::Protocol`] when it cannot be read as a
    /// whole, so that parts of it would be lost: nothing is written then.
    pub async fn save_contacts(
        &self,
        subscription: &SubscriptionId,
        before: &Contacts,
        after: &Settings,
    ) -> Result<Saved, ApiError> {
        let now = self.contacts(subscription).await?;
        if value(now.record.as_deref())? != value(before.record.as_deref())? {
            let message = "the settings were changed meanwhile; look at them again".into();
            return Err(ApiError::Conflict { message });
        }
        let mut written = self.put_contacts(subscription, &now, after).await;
        if written.as_ref().is_err_and(is_unknown) && now.version == NEWER {
            let older = self.contacts_by(subscription, OLDER).await?.unwrap_or_else(|| Contacts::none(OLDER));
            written = self.put_contacts(subscription, &older, after).await;
        }
        match written {
            Ok(()) => Ok(match self.contacts(subscription).await {
                Ok(stored) => Saved::ReadBack(stored),
                Err(error) => Saved::Unread(error.to_string().into()),
            }),
            // It may have been stored: only reading back can tell.
            Err(error) if error.is_transient() => match self.contacts(subscription).await {
                Ok(stored) if stored.record.is_some() && stored.settings.same_as(after) => {
                    Ok(Saved::ReadBack(stored))
                }
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    async fn contacts_by(
        &self,
        subscription: &SubscriptionId,
        version: &'static str,
    ) -> Result<Option<Contacts>, ApiError> {
        let reading = Reading { subscription: Some(subscription), needs: "Security Reader or Reader" };
        let address = self.contacts_address(subscription, version);
        match self.get(reading, &address, ACTION_LIMIT).await {
            Ok(answer) => {
                let record = String::from_utf8(answer.body)
                    .map_err(|_| ApiError::Protocol("the settings are not text".to_owned()))?;
                with_node(record.as_bytes(), |node| read(node, &record, version)).map(Some)
            }
            Err(ApiError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn put_contacts(
        &self,
        subscription: &SubscriptionId,
        before: &Contacts,
        after: &Settings,
    ) -> Result<(), ApiError> {
        let address = self.contacts_address(subscription, before.version);
        let body = request(before, after)?.to_string();
        // It sets a state: sent twice is stored once.
        with_retry(Backoff::default(), ATTEMPTS, || {
            let call = Call::put(address.clone(), body.clone()).needs(Right::WriteContacts.needs());
            self.send(Some(subscription), Kind::Write, call)
        })
        .await
        .map(|_| ())
    }

    fn contacts_address(&self, subscription: &SubscriptionId, version: &str) -> String {
        let path = "/providers/Microsoft.Security/securityContacts/default";
        self.endpoint().join(&format!("{}?api-version={version}", below_subscription(subscription, path)))
    }
}

/// True when the version of the contract was refused, and not what was asked.
fn is_unknown(error: &ApiError) -> bool {
    matches!(error, ApiError::BadRequest { code, .. } if UNKNOWN.iter().any(|known| code.raw().eq_ignore_ascii_case(known)))
}

/// Reads a record of either shape.
fn read(node: &Node<'_>, record: &str, version: &'static str) -> Option<Contacts> {
    let properties = node.field(&["properties"]).filter(|node| matches!(node, Node::Map(_)))?;
    let text = |node: &Node<'_>, name: &str| {
        node.field(&[name]).and_then(Node::scalar).unwrap_or_default().trim().to_owned()
    };
    let is_on = |node: &Node<'_>, name: &str| {
        let word = text(node, name);
        word.eq_ignore_ascii_case("On") || word.eq_ignore_ascii_case("true")
    };
    let source = |kind: &str| match properties.field(&["notificationsSources"]) {
        Some(Node::List(items)) => {
            items.iter().find(|item| text(item, "sourceType").eq_ignore_ascii_case(kind))
        }
        _ => None,
    };
    let older = properties.field(&["alertNotifications"]);
    let alerts = source("Alert").or(older);
    let by_role = properties.field(&["notificationsByRole"]).filter(|node| is_on(node, "state"));
    let roles = match by_role.and_then(|node| node.field(&["roles"])) {
        Some(Node::List(items)) => items.iter().filter_map(Node::scalar).map(SafeText::from).collect(),
        _ => Vec::new(),
    };
    let enabled = match (properties.field(&["isEnabled"]), older) {
        (Some(_), _) => is_on(properties, "isEnabled"),
        (None, Some(older)) => is_on(older, "state"),
        (None, None) => version == NEWER,
    };
    Some(Contacts {
        settings: Settings {
            enabled,
            emails: addresses(&text(properties, "emails")),
            roles,
            min_severity: alerts.and_then(|alerts| MinSeverity::parse(&text(alerts, "minimalSeverity"))),
        },
        phone: text(properties, "phone").into(),
        attack_paths: source("AttackPath")
            .map(|paths| text(paths, "minimalRiskLevel"))
            .unwrap_or_default()
            .into(),
        record: Some(record.into()),
        version,
    })
}

/// A record as a whole, none where there is none. What is shown is read with more patience than this: a record that
/// cannot be written back as it came is an error, and never an empty one.
fn value(record: Option<&str>) -> Result<Option<Map<String, Value>>, ApiError> {
    let odd = |_| {
        let why = "the stored settings hold something that quell could not write back; nothing was changed";
        ApiError::Protocol(why.to_owned())
    };
    record.map(|record| serde_json::from_str(record.trim_start_matches('\u{feff}')).map_err(odd)).transpose()
}

/// The body that stores settings on top of a record: the parts that do not change stay as they came.
///
/// [`ApiError::Protocol`] when the record cannot be read as a whole.
pub fn request(before: &Contacts, after: &Settings) -> Result<Value, ApiError> {
    let mut body = value(before.record.as_deref())?.unwrap_or_default();
    body.retain(|name, _| READ_ONLY.iter().all(|known| !name.eq_ignore_ascii_case(known)));
    edit(&mut body, "properties", |properties| {
        let (old, fresh) = (&before.settings, before.is_default());
        if fresh || old.emails != after.emails {
            let emails: Vec<&str> = after.emails.iter().map(SafeText::raw).collect();
            set(properties, "emails", emails.join(";").into());
        }
        if fresh || old.roles != after.roles {
            edit(properties, "notificationsByRole", |by_role| {
                set(by_role, "state", switch(!after.roles.is_empty()));
                if fresh || !after.roles.is_empty() {
                    set(by_role, "roles", after.roles.iter().map(SafeText::raw).collect());
                }
            });
        }
        let switched = fresh || old.enabled != after.enabled;
        let severity = fresh || old.min_severity != after.min_severity;
        if before.version == NEWER {
            if switched {
                set(properties, "isEnabled", after.enabled.into());
            }
            if severity {
                set_alert_source(properties, after.min_severity);
            }
        } else if switched || severity {
            edit(properties, "alertNotifications", |alerts| {
                set(alerts, "state", switch(after.enabled && after.min_severity.is_some()));
                if let Some(severity) = after.min_severity {
                    set(alerts, "minimalSeverity", severity.name().into());
                }
            });
        }
    });
    Ok(Value::Object(body))
}

fn switch(on: bool) -> Value {
    if on { "On".into() } else { "Off".into() }
}

/// Sets, adds or removes the source of alerts; the other sources, and what else this one says, stay.
fn set_alert_source(properties: &mut Map<String, Value>, severity: Option<MinSeverity>) {
    let name = key(properties, "notificationsSources");
    let sources = properties.entry(name).or_insert_with(|| json!([]));
    if !sources.is_array() {
        *sources = json!([]);
    }
    let Some(sources) = sources.as_array_mut() else { return };
    let is_alert = |source: &Value| {
        let map = source.as_object();
        let kind = map.and_then(|map| map.get(&key(map, "sourceType"))).and_then(Value::as_str);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("Alert"))
    };
    match severity {
        None => sources.retain(|source| !is_alert(source)),
        Some(severity) => match sources.iter_mut().find(|source| is_alert(source)) {
            Some(Value::Object(source)) => set(source, "minimalSeverity", severity.name().into()),
            _ => sources.push(json!({ "sourceType": "Alert", "minimalSeverity": severity.name() })),
        },
    }
}

/// The name of a member as the record spells it.
fn key(map: &Map<String, Value>, name: &str) -> String {
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).map_or_else(|| name.to_owned(), Clone::clone)
}

fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    let name = key(map, name);
    map.insert(name, value);
}

/// Edits a member that is an object; it is made where there is none.
fn edit(map: &mut Map<String, Value>, name: &str, edit: impl FnOnce(&mut Map<String, Value>)) {
    let name = key(map, name);
    let mut inner = match map.remove(&name) {
        Some(Value::Object(inner)) => inner,
        _ => Map::new(),
    };
    edit(&mut inner);
    map.insert(name, Value::Object(inner));
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id":"/subscriptions/s/providers/Microsoft.Security/securityContact/default","name":"default",
        "type":"Microsoft.Security/securityContact","etag":"\"e\"","properties":{"Emails":"a@b.c;D@e.f","phone":"+1",
        "isEnabled":true,"later":{"x":[1]},"notificationsByRole":{"state":"On","roles":["Owner","Admin"],"more":1},
        "notificationsSources":[{"sourceType":"AttackPath","minimalRiskLevel":"Critical"},
        {"sourceType":"Alert","minimalSeverity":"Medium","quiet":true},{"sourceType":"Later"}]}}"#;

    const OLD_RECORD: &str = r#"{"name":"default","properties":{"emails":"a@b.c","notificationsByRole":{"state":"Off","roles":["Owner"]},
        "alertNotifications":{"state":"On","minimalSeverity":"Low"}}}"#;

    fn contacts(record: &str, version: &'static str) -> Contacts {
        read(&Node::parse(record).unwrap(), record, version).unwrap()
    }

    fn names(list: &[SafeText]) -> Vec<&str> {
        list.iter().map(SafeText::raw).collect()
    }

    #[test]
    fn both_shapes_are_read() {
        let new = contacts(RECORD, NEWER);
        assert!(new.settings.enabled);
        assert_eq!(names(&new.settings.emails), ["a@b.c", "D@e.f"]);
        assert_eq!(names(&new.settings.roles), ["Owner", "Admin"], "a role nobody knows is kept");
        assert_eq!(new.settings.min_severity, Some(MinSeverity::Medium));
        assert_eq!((new.attack_paths.raw(), new.phone.raw()), ("Critical", "+1"));
        let old = contacts(OLD_RECORD, OLDER);
        assert!(old.settings.enabled && old.settings.roles.is_empty(), "the roles are switched off");
        assert_eq!(old.settings.min_severity, Some(MinSeverity::Low));
        let bare = contacts(r#"{"properties":{}}"#, OLDER);
        assert!(!bare.settings.enabled && bare.settings.min_severity.is_none());
        assert!(read(&Node::parse("{}").unwrap(), "{}", NEWER).is_none());
    }

    #[test]
    fn an_edit_touches_only_what_changes() {
        let before = contacts(RECORD, NEWER);
        let mut expected: Value = serde_json::from_str(RECORD).unwrap();
        for name in ["id", "name", "type"] {
            expected.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(request(&before, &before.settings).unwrap(), expected);
        let mut after = before.settings.clone();
        after.min_severity = Some(MinSeverity::High);
        expected["properties"]["notificationsSources"][1]["minimalSeverity"] = "High".into();
        assert_eq!(request(&before, &after).unwrap(), expected);
        after.emails = addresses("new@b.c");
        after.enabled = false;
        expected["properties"]["Emails"] = "new@b.c".into();
        expected["properties"]["isEnabled"] = false.into();
        assert_eq!(request(&before, &after).unwrap(), expected);
        after.roles.clear();
        after.min_severity = None;
        expected["properties"]["notificationsByRole"]["state"] = "Off".into();
        expected["properties"]["notificationsSources"].as_array_mut().unwrap().remove(1);
        assert_eq!(request(&before, &after).unwrap(), expected);
    }

    #[test]
    fn the_older_shape_is_edited_in_its_own_words() {
        let before = contacts(OLD_RECORD, OLDER);
        let mut after = before.settings.clone();
        after.enabled = false;
        after.roles = vec!["Contributor".into()];
        let body = request(&before, &after).unwrap();
        let expected = json!({ "properties": {
            "emails": "a@b.c",
            "notificationsByRole": { "state": "On", "roles": ["Contributor"] },
            "alertNotifications": { "state": "Off", "minimalSeverity": "Low" },
        }});
        assert_eq!(body, expected);
    }

    #[test]
    fn what_was_written_is_read_as_it_was_meant() {
        let wanted = Settings {
            enabled: true,
            emails: addresses("a@b.c;d@e.f"),
            roles: vec!["Owner".into()],
            min_severity: Some(MinSeverity::Low),
        };
        for (record, version) in
            [(None, NEWER), (None, OLDER), (Some(RECORD), NEWER), (Some(OLD_RECORD), OLDER)]
        {
            let before = record.map_or_else(|| Contacts::none(version), |record| contacts(record, version));
            for after in [wanted.clone(), Settings { enabled: false, ..wanted.clone() }] {
                let body = request(&before, &after).unwrap().to_string();
                assert!(contacts(&body, version).settings.same_as(&after), "{version} {body}");
            }
        }
    }
}
