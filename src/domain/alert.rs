//! One alert in full, as its details are shown. The list works on [`crate::domain::table`] instead.

use chrono::{DateTime, Utc};

use crate::domain::entity::EntityGraph;
use crate::domain::resource::{Cloud, ResourceIdentifier};
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertId, SafeText, Severity, Status};

pub use crate::domain::scan::Scan;

/// The four moments of an alert, all UTC (contract §2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// First activity.
    pub start: Option<DateTime<Utc>>,
    /// Last activity.
    pub end: Option<DateTime<Utc>>,
    /// When the alert was produced; hours before or after the activity.
    pub generated: Option<DateTime<Utc>>,
    /// When the alert became available.
    pub available: Option<DateTime<Utc>>,
}

impl Times {
    /// The alert's time for sorting, filtering and age: generated, else last, else first activity.
    pub fn alert_time(&self) -> Option<DateTime<Utc>> {
        self.generated.or(self.end).or(self.start)
    }
}

/// A link from the source. Only `https` ones are ever opened or made clickable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the source calls it.
    pub label: SafeText,
    /// The address as given; empty for portal-only links (`openBlade`).
    pub href: SafeText,
}

/// A line of text, or links that came as JSON inside a string (contract §2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prose {
    /// Plain text.
    Text(SafeText),
    /// One or several links.
    Links(Vec<Link>),
}

/// A piece of supporting evidence (contract §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// `tabularEvidences`.
    Table {
        /// The table's title; may be empty.
        title: SafeText,
        /// Column heads.
        columns: Vec<SafeText>,
        /// Rows; a row may be shorter or longer than the heads.
        rows: Vec<Vec<SafeText>>,
    },
    /// Any other `type`: its JSON, pretty-printed.
    Other {
        /// The `type` or title.
        title: SafeText,
        /// Pretty-printed JSON.
        json: SafeText,
    },
}

/// One alert in full. Text the source left out is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The full ARM id.
    pub id: AlertId,
    /// The detection's code, such as `VM_SuspiciousPowerShell`.
    pub alert_type: SafeText,
    /// The title.
    pub title: SafeText,
    /// The description; may hold line breaks and unfilled `%{…}` placeholders.
    pub description: SafeText,
    /// The severity.
    pub severity: Severity,
    /// The severity as the source spelled it.
    pub severity_text: SafeText,
    /// The status.
    pub status: Status,
    /// The status as the source spelled it.
    pub status_text: SafeText,
    /// Tactics, from `intent`.
    pub tactics: TacticSet,
    /// `intent` as the source spelled it.
    pub intent_text: SafeText,
    /// ATT&CK technique and sub-technique ids.
    pub techniques: Vec<SafeText>,
    /// The moments.
    pub times: Times,
    /// What it is about.
    pub resources: Vec<ResourceIdentifier>,
    /// Display name of the most affected resource.
    pub compromised_entity: SafeText,
    /// `productName`.
    pub product: SafeText,
    /// `productComponentName`: the plan.
    pub component: SafeText,
    /// `vendorName`.
    pub vendor: SafeText,
    /// `remediationSteps`.
    pub remediation: Vec<Prose>,
    /// `extendedLinks`.
    pub links: Vec<Link>,
    /// `alertUri`: the portal's deep link.
    pub portal_uri: SafeText,
    /// `correlationKey`.
    pub correlation: SafeText,
    /// True for a security incident, an alert that groups alerts.
    pub is_incident: bool,
    /// The entities.
    pub entities: EntityGraph,
    /// `extendedProperties` in the source's order.
    pub properties: Vec<(SafeText, Prose)>,
    /// Supporting evidence.
    pub evidence: Vec<Evidence>,
    /// `version` of the alert's schema.
    pub version: SafeText,
}

impl Alert {
    /// The first Azure resource named.
    pub fn azure_resource(&self) -> Option<&crate::domain::resource::ResourceId> {
        self.resources.iter().find_map(|resource| match resource {
            ResourceIdentifier::Azure(id) => Some(id),
            _ => None,
        })
    }

    /// The cloud of the affected resource: told by its id, else by the `resourceType` property, else on-premises when
    /// only a Log Analytics agent is known.
    pub fn cloud(&self) -> Cloud {
        let kind =
            self.property("resourceType").map(|text| text.raw().to_ascii_lowercase()).unwrap_or_default();
        let told = self.azure_resource().map(crate::domain::resource::ResourceId::cloud);
        match told {
            Some(Cloud::Azure) | None if kind.contains("eks") || kind.contains("aws") => Cloud::Aws,
            Some(Cloud::Azure) | None if kind.contains("gke") || kind.contains("gcp") => Cloud::Gcp,
            Some(Cloud::Azure) | None if kind.contains("non-azure") => Cloud::OnPremises,
            Some(cloud) => cloud,
            None if self.resources.iter().any(|r| matches!(r, ResourceIdentifier::LogAnalytics { .. })) => {
                Cloud::OnPremises
            }
            None => Cloud::Azure,
        }
    }

    /// A plain-text extended property, its name compared without regard to ASCII case.
    pub fn property(&self, name: &str) -> Option<&SafeText> {
        self.properties.iter().find_map(|(key, value)| match value {
            Prose::Text(text) if key.raw().eq_ignore_ascii_case(name) => Some(text),
            _ => None,
        })
    }

    /// True for one of Defender's own sample alerts.
    pub fn is_sample(&self) -> bool {
        self.alert_type.raw().get(..10).is_some_and(|head| head.eq_ignore_ascii_case("SIMULATED_"))
    }
}
