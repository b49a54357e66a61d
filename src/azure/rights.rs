//! What the signed-in role may do in a subscription, from `Microsoft.Authorization/permissions`.
//!
//! The actions asked about are those of [`Right::actions`]. An answer says what the role assignments allow; a deny
//! assignment may still forbid it, so the first 403 has the last word.

use std::time::Duration;

use serde::Deserialize;

use super::client::{ArmClient, push_segment};
use super::error::ApiError;
use super::throttle::Kind;
use super::transport::Call;
use crate::domain::SubscriptionId;
use crate::domain::rights::{Right, Rights};

const VERSION: &str = "2022-04-01";
const LIMIT: Duration = Duration::from_secs(15);

#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    value: Vec<Permission>,
}

/// One role assignment's actions: allowed, and of these not allowed. `*` stands for anything.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
}

impl ArmClient {
    /// What the signed-in role may do in a subscription.
    pub async fn rights(&self, subscription: &SubscriptionId) -> Result<Rights, ApiError> {
        let mut path = "/subscriptions/".to_owned();
        push_segment(&mut path, subscription.as_str());
        path += "/providers/Microsoft.Authorization/permissions?api-version=";
        let call = Call::get(self.endpoint().join(&(path + VERSION)), LIMIT);
        let answer = self.send(Some(subscription), Kind::Read, call).await?;
        read(&answer.body)
    }
}

fn read(body: &[u8]) -> Result<Rights, ApiError> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| ApiError::Protocol("the answer is not a list of permissions".to_owned()))?;
    let may = |action: &&str| answer.value.iter().any(|permission| permission.allows(action));
    Ok(Rights::of(|right: Right| right.actions().iter().all(may)))
}

impl Permission {
    fn allows(&self, action: &str) -> bool {
        let named = |patterns: &[String]| patterns.iter().any(|pattern| covers(pattern, action));
        named(&self.actions) && !named(&self.not_actions)
    }
}

/// Whether an action is covered by a pattern; `*` stands for any text, letter case does not count.
fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(body: &str) -> Vec<Right> {
        read(body.as_bytes()).unwrap().missing().collect()
    }

    #[test]
    fn roles_of_the_contract_allow_what_their_documentation_says() {
        use Right::{
            ChangeStatus, ReadActivity, ReadAlerts, Simulate, TriggerLogicApp, WriteContacts,
            WriteSuppression,
        };
        let reader = r#"{"value":[{"actions":["*/read"],"notActions":[]}]}"#;
        let contributor = r#"{"value":[{"actions":["*"],"notActions":["Microsoft.Authorization/*/Write"]}]}"#;
        let admin = r#"{"value":[{"actions":["Microsoft.Security/*","microsoft.resources/*/read"]}]}"#;
        let operator = r#"{"value":[{"actions":["Microsoft.Logic/*/read","Microsoft.Logic/workflows/triggers/listCallbackUrl/action"]}]}"#;
        let barred = r#"{"value":[{"actions":["*"],"notActions":["Microsoft.Security/*/action"]}]}"#;
        let nobody = r#"{"value":[]}"#;
        let writes = [ChangeStatus, WriteSuppression, WriteContacts, TriggerLogicApp, Simulate];
        assert_eq!(missing(reader), writes);
        assert_eq!(missing(contributor), []);
        assert_eq!(missing(admin), [TriggerLogicApp, ReadActivity]);
        assert_eq!(
            missing(operator),
            [ReadAlerts, ChangeStatus, WriteSuppression, WriteContacts, ReadActivity, Simulate]
        );
        assert_eq!(missing(barred), [ChangeStatus, Simulate]);
        assert_eq!(missing(nobody), Right::ALL);
    }

    #[test]
    fn a_pattern_must_cover_the_whole_action() {
        assert!(covers("a/*/c", "A/b/C") && covers("*", "x") && covers("a", "a"));
        assert!(!covers("a", "ab") && !covers("a/*/d", "a/b/c") && !covers("b*", "ab"));
    }
}
