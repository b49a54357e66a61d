//! The operations beside alerts as a table: path, methods with the permission each needs, api-versions.
//!
//! ARM's paths are all of one form: where (tenant, subscription, resource group, resource), `providers`, the provider,
//! and what of it. A row says which of these an operation answers to; everything that ARM checks before it hands a
//! request to the provider follows from the row.

mod rows;

use super::arm_error::ArmError;
use super::reply::Reply;
use super::routes::is;
use super::serve::{Asked, Shared};
use super::{activity, context, graph, logic, posture};
use Level::{Group, Resource, Subscription, Tenant};
use rows::{SECURITY, TABLE};

/// Where an operation can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Tenant,
    Subscription,
    Group,
    Resource,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Permissions,
    Rules,
    Rule,
    Contacts,
    Contact,
    Workflows,
    Workflow,
    Triggers,
    Trigger,
    CallbackUrl,
    Runs,
    Run,
    Events,
    Tags,
    RoleAssignments,
    Assessments,
    Assessment,
    MetadataList,
    Metadata,
    Graph,
    Automations,
    Automation,
}

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) op: Op,
    levels: &'static [Level],
    namespace: &'static str,
    /// Behind the provider; `{}` stands for a name.
    pattern: &'static str,
    /// The methods and the permission that each needs, as role definitions spell it.
    methods: &'static [(&'static str, &'static str)],
    versions: &'static [&'static str],
}

/// A request for an operation of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) row: &'static Row,
    /// Subscription id as it is spelled in the path; empty at the tenant.
    pub(super) subscription: String,
    /// Resource group, if the path names one.
    pub(super) group: Option<String>,
    /// What stands before `providers`: the resource, group or subscription, with a slash in front; empty at the tenant.
    pub(super) scope: String,
    /// What stands for the `{}` of the pattern.
    names: Vec<String>,
}

impl Call {
    /// The operation that a path addresses.
    pub(super) fn of_path(segments: &[&str]) -> Option<Self> {
        let at = segments.iter().rposition(|segment| is(segment, "providers"))?;
        let (place, rest) = (segments.get(..at)?, segments.get(at + 1..)?);
        let (namespace, rest) = rest.split_first()?;
        let (level, subscription, group) = level(place)?;
        let row = TABLE
            .iter()
            .filter(|row| is(row.namespace, namespace) && row.levels.contains(&level))
            .find(|row| names(row.pattern, rest).is_some())?;
        Some(Self {
            row,
            subscription: subscription.to_owned(),
            group: group.map(str::to_owned),
            scope: place.iter().flat_map(|segment| ["/", *segment]).collect(),
            names: names(row.pattern, rest)?,
        })
    }

    /// The name that stands for the n-th `{}`; empty if there is none.
    pub(super) fn name(&self, n: usize) -> &str {
        self.names.get(n).map_or("", String::as_str)
    }
}

impl Row {
    /// The permission that a method needs; none if the operation does not know the method.
    pub(super) fn action(&self, method: &str) -> Option<&'static str> {
        self.methods.iter().find(|(known, _)| *known == method).map(|(_, action)| *action)
    }

    /// The methods, as the header `Allow` lists them.
    pub(super) fn allowed(&self) -> String {
        self.methods.iter().map(|(method, _)| *method).collect::<Vec<_>>().join(", ")
    }

    /// The api-versions and the name of the type they belong to.
    pub(super) fn versions(&self) -> (&'static [&'static str], String) {
        (self.versions, self.pattern.replace("/{}", ""))
    }

    /// True if the provider answers errors as a bare code and message (the contract's shape B).
    pub(super) fn bare_errors(&self) -> bool {
        self.op == Op::Events
    }

    /// True for lists, which come in pages.
    pub(super) fn is_list(&self) -> bool {
        !self.pattern.ends_with("{}")
            && self.methods.iter().any(|(method, _)| *method == "GET")
            && !matches!(self.op, Op::Permissions | Op::Tags)
    }

    /// True if the provider counts its own requests and says so in a header.
    pub(super) fn counts_itself(&self) -> bool {
        self.namespace == SECURITY
    }
}

/// Level, subscription and group of what stands before `providers`.
fn level<'s>(place: &[&'s str]) -> Option<(Level, &'s str, Option<&'s str>)> {
    match place {
        [] => Some((Tenant, "", None)),
        [subscriptions, id, rest @ ..] if is(subscriptions, "subscriptions") => match rest {
            [] => Some((Subscription, id, None)),
            [groups, group] if is(groups, "resourceGroups") => Some((Group, id, Some(*group))),
            [groups, group, providers, _, _, _, ..]
                if is(groups, "resourceGroups") && is(providers, "providers") =>
            {
                Some((Resource, id, Some(*group)))
            }
            [providers, _, _, _, ..] if is(providers, "providers") => Some((Resource, id, None)),
            _ => None,
        },
        _ => None,
    }
}

fn names(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut names = Vec::new();
    for (part, segment) in parts.iter().zip(segments) {
        if *part == "{}" {
            names.push((*segment).to_owned());
        } else if !is(part, segment) {
            return None;
        }
    }
    Some(names)
}

/// Answers a request that passed all of ARM's checks.
pub(super) fn answer(shared: &Shared, asked: &Asked, call: &Call, body: &[u8]) -> Result<Reply, ArmError> {
    match call.row.op {
        Op::Permissions => Ok(context::permissions(shared)),
        Op::Tags => context::tags(shared, call),
        Op::RoleAssignments => context::role_assignments(shared, asked, call),
        Op::Rules => posture::rules::list(shared, asked, call),
        Op::Rule => posture::rules::one(shared, asked, call, body),
        Op::Contacts => posture::contacts::list(shared, asked, call),
        Op::Contact => posture::contacts::one(shared, asked, call, body),
        Op::Assessments => posture::assessments::list(shared, asked, call),
        Op::Assessment => posture::assessments::one(shared, asked, call),
        Op::MetadataList => posture::assessments::metadata_list(shared, asked),
        Op::Metadata => posture::assessments::metadata_of(call),
        Op::Automations => posture::automations::list(shared, asked, call),
        Op::Automation => posture::automations::one(shared, call),
        Op::Graph => graph::answer(shared, body),
        Op::Events => activity::list(shared, asked, call),
        Op::Workflows | Op::Workflow | Op::Triggers | Op::Trigger | Op::CallbackUrl | Op::Runs | Op::Run => {
            logic::answer(shared, asked, call)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(path: &str) -> Option<Call> {
        Call::of_path(&path.trim_matches('/').split('/').collect::<Vec<_>>())
    }

    #[test]
    fn operations_are_found_at_their_levels_in_any_letter_case() {
        let path = "/SUBSCRIPTIONS/S/providers/microsoft.security/ALERTSSUPPRESSIONRULES/My_Rule";
        let found = call(path).unwrap();
        assert_eq!((found.row.op, found.name(0), found.name(1)), (Op::Rule, "My_Rule", ""));
        assert_eq!((found.subscription.as_str(), found.scope.as_str()), ("S", "/SUBSCRIPTIONS/S"));
        let vm = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/providers";
        for (scope, group) in
            [("/subscriptions/S", None), ("/subscriptions/S/resourceGroups/G", Some("G")), (vm, Some("G"))]
        {
            let found = call(&format!("{scope}/providers/Microsoft.Authorization/permissions")).unwrap();
            assert_eq!((found.scope.as_str(), found.group.as_deref()), (scope, group));
        }
        for lost in [
            "/providers/Microsoft.Security/alertsSuppressionRules",
            "/subscriptions/S/resourceGroups/G/providers/Microsoft.Security/alertsSuppressionRules",
            "/subscriptions/S/providers/Microsoft.Other/alertsSuppressionRules",
            "/subscriptions/S/providers/Microsoft.Security/alertsSuppressionRules/a/b",
            "/subscriptions/S/providers",
            "/subscriptions/S/virtualMachines/providers/Microsoft.Authorization/permissions",
        ] {
            assert_eq!(call(lost), None, "{lost}");
        }
    }

    #[test]
    fn every_row_names_permissions_of_its_own_provider() {
        for row in TABLE {
            assert!(!row.versions.is_empty() && !row.levels.is_empty());
            for (method, action) in row.methods {
                let end = match *method {
                    "GET" => "/read",
                    "PUT" => "/write",
                    "DELETE" => "/delete",
                    _ => "",
                };
                assert!(action.starts_with(row.namespace) && action.ends_with(end), "{action}");
            }
        }
    }
}
