//! What the signed-in role may do in a subscription, from `Microsoft.Authorization/permissions`.
//!
//! The actions asked about are those of [`Rights::by_action`]. An answer says what the role assignments allow; a deny
//! assignment may still forbid it, so the first 403 has the last word.

use super::client::ArmClient;
use super::error::ApiError;
use super::listing::{Reading, below_subscription};
use super::parse::json::Node;
use crate::domain::SubscriptionId;
use crate::domain::rights::Rights;

const VERSION: &str = "2022-04-01";
/// So many pages are read; one is what nearly everybody has.
const MOST_PAGES: usize = 20;

/// One role assignment's actions: allowed, and of these not allowed. `*` stands for anything.
#[derive(Debug, Default)]
struct Permission {
    actions: Vec<String>,
    not_actions: Vec<String>,
}

impl ArmClient {
    /// What the signed-in role may do in a subscription.
    ///
    /// [`ApiError::Protocol`] when the list cannot be read to its end, or an entry of it not at all: what is missing
    /// might be what gives a right, so that nothing is known then.
    pub async fn rights(&self, subscription: &SubscriptionId) -> Result<Rights, ApiError> {
        let path = "/providers/Microsoft.Authorization/permissions";
        let path = below_subscription(subscription, path);
        let address = self.endpoint().join(&format!("{path}?api-version={VERSION}"));
        let reading = Reading { subscription: Some(subscription), needs: "Reader" };
        let listed = self.listing(reading, address, MOST_PAGES, read).await?;
        if !listed.complete || listed.unread > 0 {
            return Err(ApiError::Protocol("the list of permissions cannot be read as a whole".to_owned()));
        }
        Ok(rights(&listed.items))
    }
}

fn read(node: &Node<'_>) -> Option<Permission> {
    if !matches!(node, Node::Map(_)) {
        return None;
    }
    Some(Permission { actions: patterns(node, "actions")?, not_actions: patterns(node, "notActions")? })
}

/// The patterns of a member, none where it is missing. Nothing when it is anything but a list of texts.
fn patterns(node: &Node<'_>, name: &str) -> Option<Vec<String>> {
    match node.field(&[name]) {
        None => Some(Vec::new()),
        Some(Node::List(items)) => {
            items.iter().map(|item| item.scalar().map(str::to_owned)).collect::<Option<Vec<_>>>()
        }
        Some(_) => None,
    }
}

fn rights(permissions: &[Permission]) -> Rights {
    Rights::by_action(|action| permissions.iter().any(|permission| permission.allows(action)))
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
    use crate::azure::page::Page;
    use crate::domain::rights::Right;

    fn missing(body: &str) -> Vec<Right> {
        let page = Page::split(200, body.as_bytes()).unwrap();
        let permissions = page.items.iter().map(|item| read(&Node::parse(&item.raw).unwrap()).unwrap());
        rights(&permissions.collect::<Vec<_>>()).missing().collect()
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
    fn an_entry_that_cannot_be_read_is_not_taken_for_an_empty_one() {
        let read = |raw: &str| read(&Node::parse(raw).unwrap()).is_some();
        assert!(read("{}") && read(r#"{"actions":null,"notActions":[]}"#));
        for odd in ["[]", "1", r#"{"actions":"*"}"#, r#"{"actions":[{}]}"#, r#"{"notActions":{}}"#] {
            assert!(!read(odd), "{odd}");
        }
    }

    #[test]
    fn a_pattern_must_cover_the_whole_action() {
        assert!(covers("a/*/c", "A/b/C") && covers("*", "x") && covers("a", "a"));
        assert!(!covers("a", "ab") && !covers("a/*/d", "a/b/c") && !covers("b*", "ab"));
    }
}
