//! What stands around a resource: its tags, who may do what with it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::arm_error::ArmError;
use super::demo::{Grant, Site};
use super::paging::{in_order, page};
use super::reply::Reply;
use super::routes::is;
use super::serve::{Asked, Shared};
use super::table::Call;

/// What the caller's role allows.
pub(super) fn permissions(shared: &Shared) -> Reply {
    Reply::json(StatusCode::OK, shared.role.permissions().to_string())
}

/// The subscription, group or resource that a request is about. Those of other clouds, and machines that only an agent
/// knows, are none of Azure Resource Manager's.
fn site<'s>(shared: &'s Shared, call: &Call) -> Result<&'s Site, ArmError> {
    shared.estate().site(&call.scope).ok_or_else(|| {
        ArmError::not_found("ResourceNotFound", format!("The Resource '{}' was not found.", call.scope))
    })
}

/// `GET {scope}/providers/Microsoft.Resources/tags/default`
pub(super) fn tags(shared: &Shared, call: &Call) -> Result<Reply, ArmError> {
    let site = site(shared, call)?;
    let body = json!({
        "id": format!("{}/providers/Microsoft.Resources/tags/default", site.id),
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": { "tags": site.tags },
    });
    Ok(Reply::json(StatusCode::OK, body.to_string()))
}

/// `GET {scope}/providers/Microsoft.Authorization/roleAssignments[?$filter=atScope()]`
pub(super) fn role_assignments(shared: &Shared, asked: &Asked, call: &Call) -> Result<Reply, ArmError> {
    let scope = &site(shared, call)?.id;
    let filter = asked.query.get("$filter").map(str::trim).filter(|text| !text.is_empty());
    let below = match filter {
        None => true,
        Some(text) if text.eq_ignore_ascii_case("atScope()") => false,
        Some(text) => {
            return Err(ArmError::bad_request(
                "UnsupportedQuery",
                format!("The filter '{text}' is not supported; 'atScope()' is."),
            ));
        }
    };
    let found = shared
        .estate()
        .grants
        .iter()
        .filter(|grant| holds(&grant.scope, scope) || (below && holds(scope, &grant.scope)));
    page(shared, asked, in_order(found), shared.page_size, describe)
}

/// True if a scope is another, or stands above it.
fn holds(upper: &str, lower: &str) -> bool {
    let rest =
        lower.get(upper.len()..).filter(|_| lower.get(..upper.len()).is_some_and(|head| is(head, upper)));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn describe(grant: &Grant) -> Value {
    let subscription = grant.scope.split('/').nth(2).unwrap_or_default();
    let (created, scope) = ("2025-02-03T08:15:00.1234567Z", &grant.scope);
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", grant.name),
        "name": grant.name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": format!(
                "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{}",
                grant.role
            ),
            "principalId": grant.principal,
            "principalType": grant.kind.name(),
            "scope": scope,
            "condition": null,
            "conditionVersion": null,
            "createdOn": created,
            "updatedOn": created,
            "description": null,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_what_is_below_it() {
        assert!(holds("/subscriptions/S", "/subscriptions/s/resourceGroups/g"));
        assert!(holds("/subscriptions/s", "/subscriptions/S"));
        assert!(!holds("/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/gg"));
        assert!(!holds("/subscriptions/s/resourceGroups/g", "/subscriptions/s"));
    }
}
