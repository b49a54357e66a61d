//! The operations beside alerts as a table: path, methods with the permission each needs, api-versions.
//!
//! ARM's paths are all of one form: where (tenant, subscription, resource group, resource), `providers`, the provider,
//! and what of it. A row says which of these an operation answers to; everything that ARM checks before it hands a
//! request to the provider follows from the row.

use super::arm_error::ArmError;
use super::reply::Reply;
use super::routes::is;
use super::serve::{Asked, Shared};
use super::{activity, context, graph, logic, posture};

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

use Level::{Group, Resource, Subscription, Tenant};

const SECURITY: &str = "Microsoft.Security";
const AUTHORIZATION: &str = "Microsoft.Authorization";
const ASSESSMENT_VERSIONS: &[&str] = &["2020-01-01", "2021-06-01"];
const LOGIC: &str = "Microsoft.Logic";
const LOGIC_VERSIONS: &[&str] = &["2016-06-01", "2019-05-01"];
const ANYWHERE: &[Level] = &[Subscription, Group, Resource];

const TABLE: &[Row] = &[
    Row {
        op: Op::Permissions,
        levels: ANYWHERE,
        namespace: AUTHORIZATION,
        pattern: "permissions",
        methods: &[("GET", "Microsoft.Authorization/permissions/read")],
        versions: &["2015-07-01", "2018-07-01", "2022-04-01"],
    },
    Row {
        op: Op::Rules,
        levels: &[Subscription],
        namespace: SECURITY,
        pattern: "alertsSuppressionRules",
        methods: &[("GET", "Microsoft.Security/alertsSuppressionRules/read")],
        versions: &["2019-01-01-preview"],
    },
    Row {
        op: Op::Rule,
        levels: &[Subscription],
        namespace: SECURITY,
        pattern: "alertsSuppressionRules/{}",
        methods: &[
            ("GET", "Microsoft.Security/alertsSuppressionRules/read"),
            ("PUT", "Microsoft.Security/alertsSuppressionRules/write"),
            ("DELETE", "Microsoft.Security/alertsSuppressionRules/delete"),
        ],
        versions: &["2019-01-01-preview"],
    },
    Row {
        op: Op::Contacts,
        levels: &[Subscription],
        namespace: SECURITY,
        pattern: "securityContacts",
        methods: &[("GET", "Microsoft.Security/securityContacts/read")],
        versions: &["2020-01-01-preview", "2023-12-01-preview"],
    },
    Row {
        op: Op::Contact,
        levels: &[Subscription],
        namespace: SECURITY,
        pattern: "securityContacts/{}",
        methods: &[
            ("GET", "Microsoft.Security/securityContacts/read"),
            ("PUT", "Microsoft.Security/securityContacts/write"),
            ("DELETE", "Microsoft.Security/securityContacts/delete"),
        ],
        versions: &["2020-01-01-preview", "2023-12-01-preview"],
    },
    Row {
        op: Op::Workflows,
        levels: &[Subscription, Group],
        namespace: LOGIC,
        pattern: "workflows",
        methods: &[("GET", "Microsoft.Logic/workflows/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Workflow,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}",
        methods: &[("GET", "Microsoft.Logic/workflows/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Triggers,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}/triggers",
        methods: &[("GET", "Microsoft.Logic/workflows/triggers/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Trigger,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}/triggers/{}",
        methods: &[("GET", "Microsoft.Logic/workflows/triggers/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::CallbackUrl,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}/triggers/{}/listCallbackUrl",
        methods: &[("POST", "Microsoft.Logic/workflows/triggers/listCallbackUrl/action")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Runs,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}/runs",
        methods: &[("GET", "Microsoft.Logic/workflows/runs/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Run,
        levels: &[Group],
        namespace: LOGIC,
        pattern: "workflows/{}/runs/{}",
        methods: &[("GET", "Microsoft.Logic/workflows/runs/read")],
        versions: LOGIC_VERSIONS,
    },
    Row {
        op: Op::Events,
        levels: &[Subscription],
        namespace: "Microsoft.Insights",
        pattern: "eventtypes/management/values",
        methods: &[("GET", "Microsoft.Insights/eventtypes/values/read")],
        versions: &["2015-04-01"],
    },
    Row {
        op: Op::Tags,
        levels: ANYWHERE,
        namespace: "Microsoft.Resources",
        pattern: "tags/default",
        methods: &[("GET", "Microsoft.Resources/tags/read")],
        versions: &["2019-10-01", "2020-06-01", "2021-01-01", "2021-04-01", "2022-09-01"],
    },
    Row {
        op: Op::RoleAssignments,
        levels: ANYWHERE,
        namespace: AUTHORIZATION,
        pattern: "roleAssignments",
        methods: &[("GET", "Microsoft.Authorization/roleAssignments/read")],
        versions: &["2018-09-01-preview", "2020-04-01-preview", "2022-04-01"],
    },
    Row {
        op: Op::Assessments,
        levels: &[Subscription],
        namespace: SECURITY,
        pattern: "assessments",
        methods: &[("GET", "Microsoft.Security/assessments/read")],
        versions: ASSESSMENT_VERSIONS,
    },
    Row {
        op: Op::Assessment,
        levels: ANYWHERE,
        namespace: SECURITY,
        pattern: "assessments/{}",
        methods: &[("GET", "Microsoft.Security/assessments/read")],
        versions: ASSESSMENT_VERSIONS,
    },
    Row {
        op: Op::MetadataList,
        levels: &[Tenant, Subscription],
        namespace: SECURITY,
        pattern: "assessmentMetadata",
        methods: &[("GET", "Microsoft.Security/assessmentMetadata/read")],
        versions: ASSESSMENT_VERSIONS,
    },
    Row {
        op: Op::Metadata,
        levels: &[Tenant, Subscription],
        namespace: SECURITY,
        pattern: "assessmentMetadata/{}",
        methods: &[("GET", "Microsoft.Security/assessmentMetadata/read")],
        versions: ASSESSMENT_VERSIONS,
    },
    Row {
        op: Op::Graph,
        levels: &[Tenant],
        namespace: "Microsoft.ResourceGraph",
        pattern: "resources",
        methods: &[("POST", "Microsoft.ResourceGraph/resources/read")],
        versions: &["2021-03-01", "2022-10-01"],
    },
];

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
            scope: place.iter().map(|segment| format!("/{segment}")).collect(),
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
