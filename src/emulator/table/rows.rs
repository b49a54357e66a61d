//! The rows of the table.

use super::Level::{Group, Resource, Subscription, Tenant};
use super::{Level, Op, Row};

pub(super) const SECURITY: &str = "Microsoft.Security";
const AUTHORIZATION: &str = "Microsoft.Authorization";
const ASSESSMENT_VERSIONS: &[&str] = &["2020-01-01", "2021-06-01"];
const LOGIC: &str = "Microsoft.Logic";
const LOGIC_VERSIONS: &[&str] = &["2016-06-01", "2019-05-01"];
const ANYWHERE: &[Level] = &[Subscription, Group, Resource];

/// All of them.
pub(super) const TABLE: &[Row] = &[
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
    Row {
        op: Op::Automations,
        levels: &[Subscription, Group],
        namespace: SECURITY,
        pattern: "automations",
        methods: &[("GET", "Microsoft.Security/automations/read")],
        versions: &["2019-01-01-preview", "2023-12-01-preview"],
    },
    Row {
        op: Op::Automation,
        levels: &[Group],
        namespace: SECURITY,
        pattern: "automations/{}",
        methods: &[("GET", "Microsoft.Security/automations/read")],
        versions: &["2019-01-01-preview", "2023-12-01-preview"],
    },
];
