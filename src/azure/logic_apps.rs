//! Consumption logic apps: which there are, what starts them, their callback and their runs (contract §1, operations
//! 22 to 24 and 26, and the run by its own name).

use std::fmt::Write as _;

use futures_util::stream::{self, StreamExt};
use secrecy::SecretString;
use serde::Deserialize;

use super::callback::{Callback, Caller};
use super::client::{ArmClient, arm_path, push_segment};
use super::error::ApiError;
use super::page::{LoopGuard, RawItem};
use super::parse::json::Node;
use super::retry::{Backoff, with_retry};
use super::throttle::Kind;
use super::transport::{ACTION_LIMIT, Call};
use crate::domain::logic_app::{LogicApp, Trigger, TriggerKind};
use crate::domain::resource::ResourceId;
use crate::domain::response::RunStatus;
use crate::domain::{SafeText, SubscriptionId};

/// The version of the logic apps contract.
pub const LOGIC_VERSION: &str = "2019-05-01";

/// The role that may see logic apps and their runs.
const READER: &str = "Reader, or Logic App Operator";
/// The role that may trigger them.
const OPERATOR: &str = "Logic App Operator or Logic App Contributor";

/// Attempts at a read that a person waits for.
const ATTEMPTS: u32 = 3;
/// Definitions read side by side.
const SIDE_BY_SIDE: usize = 8;

/// A run as it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub name: SafeText,
    /// Its status.
    pub status: RunStatus,
    /// The tracking id of the request that started it; may be empty.
    pub tracking_id: String,
}

impl ArmClient {
    /// Every logic app of a subscription with its triggers. A list that leaves definitions out is completed by reading
    /// each; an app whose definition cannot be read says why.
    pub async fn logic_apps(&self, subscription: &SubscriptionId) -> Result<Vec<LogicApp>, ApiError> {
        let items = self.every(subscription, "Microsoft.Logic/workflows", LOGIC_VERSION).await?;
        let apps = items.iter().filter_map(|item| Node::parse(&item.raw).ok().as_ref().and_then(read_app));
        let complete = stream::iter(apps.collect::<Vec<_>>()).map(|app| async {
            if app.triggers.is_ok() {
                return app;
            }
            match self.logic_app(&app.id).await {
                Ok(read) => read,
                Err(error) => LogicApp { triggers: Err(SafeText::from(error.to_string())), ..app },
            }
        });
        Ok(complete.buffered(SIDE_BY_SIDE).collect().await)
    }

    /// One logic app with its triggers.
    pub async fn logic_app(&self, id: &ResourceId) -> Result<LogicApp, ApiError> {
        let body = self.read_of(id, "").await?;
        let app = Node::parse(&body).ok().as_ref().and_then(read_app);
        let mut app = app.ok_or_else(|| ApiError::Protocol("the answer is not a logic app".to_owned()))?;
        // What it is called by is what was asked for.
        app.id = id.clone();
        Ok(app)
    }

    /// The callback of a trigger: a secret. One attempt; nothing is changed by it.
    pub async fn callback(&self, app: &ResourceId, trigger: &str) -> Result<Callback, ApiError> {
        let mut after = "/triggers/".to_owned();
        push_segment(&mut after, trigger);
        let call = Call::post(self.workflow(app, &(after + "/listCallbackUrl"))?).needs(OPERATOR);
        let answer = self.send(app.subscription().as_ref(), Kind::Write, call).await?;
        // Nothing of the answer may be quoted.
        let wire: CallbackWire = serde_json::from_slice(&answer.body)
            .map_err(|_| ApiError::Protocol("the answer is not a callback address".to_owned()))?;
        if wire.relative_path_parameters.is_some_and(|names| !names.is_empty()) {
            return Err(ApiError::Protocol("the logic app's trigger wants values in its path".to_owned()));
        }
        Callback::new(SecretString::from(wire.value), &wire.method.unwrap_or_default(), self.callbacks())
    }

    /// Whoever calls logic apps for this client's cloud.
    pub fn caller(&self) -> Result<Caller, ApiError> {
        Caller::new(self.callbacks())
    }

    /// A run by its name. One attempt.
    pub async fn run(&self, app: &ResourceId, name: &str) -> Result<Run, ApiError> {
        let mut after = "/runs/".to_owned();
        push_segment(&mut after, name);
        let body = self.read_of(app, &after).await?;
        let run = Node::parse(&body).ok().as_ref().and_then(read_run);
        run.ok_or_else(|| ApiError::Protocol("the answer is not a run".to_owned()))
    }

    /// The run that a request with this tracking id started, if the logic app knows of one. One attempt.
    ///
    /// Only its presence proves something: a run may be listed late.
    pub async fn run_of_request(&self, app: &ResourceId, tracking_id: &str) -> Result<Option<Run>, ApiError> {
        let filter = format!("/runs?$filter=ClientTrackingId%20eq%20'{tracking_id}'");
        let page = self.page(app.subscription().as_ref(), self.workflow(app, &filter)?).await?;
        let runs =
            page.items.iter().filter_map(|item| Node::parse(&item.raw).ok().as_ref().and_then(read_run));
        // A source that does not filter must not be believed to have done so.
        Ok(runs.into_iter().find(|run| run.tracking_id == tracking_id))
    }

    /// Every item that a subscription has of a resource type, page by page.
    pub(super) async fn every(
        &self,
        subscription: &SubscriptionId,
        kind: &str,
        version: &str,
    ) -> Result<Vec<RawItem>, ApiError> {
        let mut path = "/subscriptions/".to_owned();
        push_segment(&mut path, subscription.as_str());
        let _ = write!(path, "/providers/{kind}?api-version={version}");
        let (mut items, mut guard) = (Vec::new(), LoopGuard::default());
        let mut address = Some(self.endpoint().join(&path));
        while let Some(current) = address {
            guard.step(&current)?;
            let ask = || self.page(Some(subscription), current.clone());
            let page = with_retry(Backoff::default(), ATTEMPTS, ask).await?;
            items.extend(page.items);
            address = page.next;
        }
        Ok(items)
    }

    /// Reads something of a logic app, as text.
    async fn read_of(&self, app: &ResourceId, after: &str) -> Result<String, ApiError> {
        let address = self.workflow(app, after)?;
        let subscription = app.subscription();
        let ask = || {
            let call = Call::get(address.clone(), ACTION_LIMIT).needs(READER);
            self.send(subscription.as_ref(), Kind::Read, call)
        };
        let answer = with_retry(Backoff::default(), ATTEMPTS, ask).await?;
        String::from_utf8(answer.body).map_err(|_| ApiError::Protocol("the answer is not text".to_owned()))
    }

    /// The address of something below a logic app.
    fn workflow(&self, app: &ResourceId, after: &str) -> Result<String, ApiError> {
        let refused = || ApiError::RefusedUrl(app.text().clone());
        if !app.resource_type().eq_ignore_ascii_case("Microsoft.Logic/workflows") {
            return Err(refused());
        }
        let path = arm_path(app.text().raw()).ok_or_else(refused)?;
        let sign = if after.contains('?') { '&' } else { '?' };
        Ok(self.endpoint().join(&format!("{path}{after}{sign}api-version={LOGIC_VERSION}")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallbackWire {
    value: String,
    method: Option<String>,
    relative_path_parameters: Option<Vec<serde::de::IgnoredAny>>,
}

fn text(node: &Node<'_>, names: &[&str]) -> SafeText {
    node.field(names).and_then(Node::scalar).map_or_else(SafeText::default, SafeText::from)
}

/// Reads a logic app; none when it has no id. Without a definition its triggers are an error for the caller to mend.
fn read_app(node: &Node<'_>) -> Option<LogicApp> {
    let id = ResourceId::new(text(node, &["id"]));
    if id.text().is_empty() {
        return None;
    }
    let name = match text(node, &["name"]) {
        none if none.is_empty() => SafeText::from(id.name()),
        name => name,
    };
    let properties = node.field(&["properties"]).unwrap_or(&Node::Null);
    let triggers = match properties.field(&["definition"]).and_then(|node| node.field(&["triggers"])) {
        Some(Node::Map(members)) => {
            Ok(members.iter().map(|(name, definition)| read_trigger(name, definition)).collect())
        }
        _ => Err(SafeText::from("it has no definition")),
    };
    let (location, state) = (text(node, &["location"]), text(properties, &["state"]));
    let consumption = is_consumption(node, properties);
    Some(LogicApp { id, name, location, state, consumption, triggers })
}

/// An app of the Standard plan has a `kind`, or says so in its `sku`.
fn is_consumption(node: &Node<'_>, properties: &Node<'_>) -> bool {
    let kind = text(node, &["kind"]);
    let sku = properties.field(&["sku"]).map(|sku| text(sku, &["name"])).unwrap_or_default();
    let standard =
        |word: &SafeText, names: &[&str]| names.iter().any(|one| word.raw().eq_ignore_ascii_case(one));
    !standard(&kind, &["Stateful", "Stateless"]) && !standard(&sku, &["Standard"])
}

fn read_trigger(name: &str, definition: &Node<'_>) -> Trigger {
    let inputs = definition.field(&["inputs"]).unwrap_or(&Node::Null);
    let (method, path) = (text(inputs, &["method"]), text(inputs, &["relativePath"]));
    let takes_body = ["", "POST", "PUT", "PATCH"].iter().any(|one| method.raw().eq_ignore_ascii_case(one));
    // A request that takes no body, or wants values in its path, takes no alert.
    let variant = match () {
        () if !takes_body => method,
        () if path.raw().contains('{') => SafeText::from("values in its path"),
        () => text(definition, &["kind"]),
    };
    let kind =
        TriggerKind::read(text(definition, &["type"]).raw(), variant.raw(), text(inputs, &["path"]).raw());
    Trigger { name: SafeText::from(name), kind }
}

fn read_run(node: &Node<'_>) -> Option<Run> {
    let properties = node.field(&["properties"])?;
    let correlation = properties.field(&["correlation"]).unwrap_or(&Node::Null);
    Some(Run {
        name: Some(text(node, &["name"])).filter(|name| !name.is_empty())?,
        status: RunStatus(text(properties, &["status"])),
        tracking_id: text(correlation, &["clientTrackingId"]).raw().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/w";

    fn app(properties: &str) -> LogicApp {
        let raw = format!(r#"{{"id":"{ID}","name":"w","location":"we","properties":{properties}}}"#);
        read_app(&Node::parse(&raw).unwrap()).unwrap()
    }

    #[test]
    fn triggers_are_read_from_the_definition() {
        let app = app(r#"{"state":"Enabled","definition":{"triggers":{
            "When_an_alert":{"type":"ApiConnectionWebhook","inputs":{"path":"/Microsoft.Security/Alert/subscribe"}},
            "manual":{"type":"Request","kind":"Http","inputs":{"schema":{}}},
            "get":{"type":"Request","inputs":{"method":"GET"}},
            "path":{"type":"Request","inputs":{"relativePath":"/a/{b}"}},
            "tick":{"type":"Recurrence","recurrence":{}}}}}"#);
        let kinds: Vec<String> = app.triggers.unwrap().iter().map(|one| one.kind.label()).collect();
        let expected = ["alert", "request", "Request, GET", "Request, values in its path", "Recurrence"];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_list_without_definitions_says_that_they_are_missing() {
        assert!(app(r#"{"state":"Disabled"}"#).triggers.is_err());
        assert!(app(r#"{"definition":null}"#).triggers.is_err());
        assert_eq!(app(r#"{"definition":{"triggers":{}}}"#).triggers, Ok(Vec::new()));
        assert!(read_app(&Node::parse(r#"{"name":"w"}"#).unwrap()).is_none());
        assert!(app("{}").consumption && !app(r#"{"sku":{"name":"Standard"}}"#).consumption);
    }

    #[test]
    fn a_run_tells_its_status_and_whose_it_is() {
        let read = |raw: &str| read_run(&Node::parse(raw).unwrap());
        let run = read(
            r#"{"name":"0858CU22","properties":{"status":"Running","correlation":{"clientTrackingId":"t"}}}"#,
        );
        let run = run.unwrap();
        assert_eq!(
            (run.name.raw(), run.status.0.raw(), run.tracking_id.as_str()),
            ("0858CU22", "Running", "t")
        );
        assert_eq!(read(r#"{"name":"x","properties":{}}"#).unwrap().status.0.raw(), "");
        assert_eq!(read(r#"{"name":"x"}"#), None);
        assert_eq!(read(r#"{"properties":{"status":"Running"}}"#), None);
    }
}
