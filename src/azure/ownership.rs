//! A resource's tags, and who holds a role on it by which they answer for it.

use super::client::{ArmClient, scope_path};
use super::error::ApiError;
use super::listing::Reading;
use super::parse::json::Node;
use crate::domain::SafeText;
use crate::domain::ownership::{Holder, OwnerRole, Reach, sorted};
use crate::domain::resource::ResourceId;

const TAGS_VERSION: &str = "2021-04-01";
const ROLES_VERSION: &str = "2022-04-01";
/// A resource with more assignments than this is nobody's in particular.
const MOST_PAGES: usize = 20;

impl ArmClient {
    /// The tags of a resource, in the source's order; [`ApiError::NotFound`] when the resource is gone.
    pub async fn tags(&self, resource: &ResourceId) -> Result<Vec<(SafeText, SafeText)>, ApiError> {
        let query = format!("/providers/Microsoft.Resources/tags/default?api-version={TAGS_VERSION}");
        let address = self.below(resource, &query)?;
        let subscription = resource.subscription();
        let reading = Reading { subscription: subscription.as_ref(), needs: "Reader on the resource" };
        self.object(reading, &address, |node| Some(tags(node))).await
    }

    /// Who is Owner, Contributor or User Access Administrator of a resource: by assignments on it and on all scopes
    /// above, which is what `atScope()` asks for.
    pub async fn holders(&self, resource: &ResourceId) -> Result<Vec<Holder>, ApiError> {
        let query = format!(
            "/providers/Microsoft.Authorization/roleAssignments?api-version={ROLES_VERSION}&$filter=atScope()"
        );
        let address = self.below(resource, &query)?;
        let subscription = resource.subscription();
        let reading = Reading { subscription: subscription.as_ref(), needs: "Reader on the resource" };
        let listed = self.listing(reading, address, MOST_PAGES, |node| holder(node, resource)).await?;
        Ok(sorted(listed.items))
    }

    /// The address of something below a resource; refused when the id is no path of Azure Resource Manager.
    fn below(&self, resource: &ResourceId, rest: &str) -> Result<String, ApiError> {
        let id = resource.text().raw().trim_end_matches('/');
        let path = scope_path(id).ok_or_else(|| ApiError::RefusedUrl(resource.text().clone()))?;
        Ok(self.endpoint().join(&(path + rest)))
    }
}

fn tags(node: &Node<'_>) -> Vec<(SafeText, SafeText)> {
    let tags = node.field(&["properties"]).and_then(|properties| properties.field(&["tags"]));
    let Some(Node::Map(tags)) = tags else { return Vec::new() };
    tags.iter().map(|(name, value)| (SafeText::from(&**name), SafeText::from(&*value.display()))).collect()
}

/// Reads an assignment; none for every role that does not count.
fn holder(node: &Node<'_>, resource: &ResourceId) -> Option<Holder> {
    let properties = node.field(&["properties"])?;
    let text = |name: &str| properties.field(&[name]).and_then(Node::scalar).unwrap_or_default();
    let role = OwnerRole::of_definition(text("roleDefinitionId"))?;
    let scope = match text("scope") {
        // An older shape has it in the assignment's own id only.
        "" => {
            let id = node.field(&["id"]).and_then(Node::scalar).unwrap_or_default();
            let own = "/providers/microsoft.authorization/roleassignments/";
            id.get(..id.to_ascii_lowercase().rfind(own)?)?
        }
        scope => scope,
    };
    Some(Holder {
        role,
        reach: Reach::of(scope, resource),
        scope: scope.into(),
        principal: Some(text("principalId")).filter(|id| !id.is_empty())?.into(),
        kind: text("principalType").into(),
        conditional: !text("condition").trim().is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v";
    const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

    #[test]
    fn tags_keep_their_order_and_their_letter_case() {
        let read = |raw: &str| {
            tags(&Node::parse(raw).unwrap())
                .into_iter()
                .map(|(name, value)| format!("{}={}", name.raw(), value.raw()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read(r#"{"properties":{"tags":{"owner":"Ada","Env":"prod","count":3,"none":null}}}"#),
            ["owner=Ada", "Env=prod", "count=3", "none="]
        );
        for empty in [r#"{"properties":{"tags":{}}}"#, r#"{"properties":{"tags":null}}"#, "{}"] {
            assert!(read(empty).is_empty(), "{empty}");
        }
    }

    #[test]
    fn an_assignment_counts_by_its_role() {
        let read = |role: &str, rest: &str| {
            let path = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions";
            let raw = format!(
                r#"{{"id":"{VM}/providers/Microsoft.Authorization/roleAssignments/a","properties":{{"roleDefinitionId":"{path}/{role}"{rest}}}}}"#
            );
            holder(&Node::parse(&raw).unwrap(), &ResourceId::new(VM))
        };
        let full = read(OWNER, r#","principalId":"P","principalType":"User","scope":"/subscriptions/s""#);
        let full = full.unwrap();
        assert_eq!((full.role, full.reach, full.conditional), (OwnerRole::Owner, Reach::Subscription, false));
        let from_id = read(OWNER, r#","principalId":"P","condition":"@Resource[x] == 1""#).unwrap();
        assert_eq!((from_id.reach, from_id.conditional), (Reach::Direct, true));
        assert_eq!(read(OWNER, r#","principalType":"User""#), None, "nobody to ask");
        assert_eq!(read("acdd72a7-3385-48ef-bd42-f606fba81ae7", r#","principalId":"P""#), None);
    }
}
