//! Drafts become the JSON text of the alerts API, version 2022-01-01, fields in the order of recorded alerts.

use std::fmt::Write as _;

use super::digest::guid_of;
use super::draft::Draft;
use super::entity::{Body, Numbers, report_link};
use super::recipe;
use super::types::Recipe;
use super::world::{Resource, World};
use super::writer::{Object, list, object, string};

/// A page of the service numbers its entities from 1 on; so does this, every so many of them.
const NUMBERS_PER_PAGE: u32 = 4000;

/// Writes alerts one after the other.
pub(crate) struct AlertWriter<'w> {
    world: &'w World,
    /// The last `$id` given per location.
    numbers: Vec<(&'w str, u32)>,
    entities: String,
    properties: String,
    text: String,
    out: String,
}

impl<'w> AlertWriter<'w> {
    /// A writer for alerts of one world.
    pub(crate) fn new(world: &'w World) -> Self {
        Self {
            world,
            numbers: Vec::new(),
            entities: String::new(),
            properties: String::new(),
            text: String::new(),
            out: String::new(),
        }
    }

    /// The JSON text of one alert.
    pub(crate) fn write(&mut self, draft: &Draft<'w>) -> String {
        self.out.clear();
        self.entities.clear();
        self.properties.clear();
        let world = self.world;
        let at = self.number_slot(&draft.resource.location);
        let mut numbers = Numbers { location: &draft.resource.location, last: &mut self.numbers[at].1 };
        let azure_id = draft.resource.azure_id(world, &draft.kind.plan);
        let intent = intent(draft);
        let mut identifiers = String::with_capacity(512);
        resource_identifiers(&mut identifiers, draft, world, azure_id.as_deref(), &mut numbers);
        let mut body = Body {
            draft,
            world,
            azure_id: azure_id.as_deref(),
            numbers,
            entities: &mut self.entities,
            properties: Object::resume(&mut self.properties, true),
            evidence: String::new(),
            first_step: String::new(),
            shows_address: false,
        };
        recipe::fill(&mut body);
        let report = draft.scene.address.report.as_deref().filter(|_| body.shows_address);
        if let Some(report) = report {
            body.property_object("enrichment_tas_threat__reports", |fields| {
                fields.text("Kind", "MultiLink");
                fields
                    .object("DisplayValueToUrlDictionary", |links| links.text(report, &report_link(report)));
            });
        }
        body.properties.text("resourceType", draft.resource.kind.label());
        body.properties.text("killChainIntent", &intent);
        let Body { evidence, first_step, .. } = body;
        let parts = Parts {
            identifiers: &identifiers,
            properties: &self.properties,
            entities: &self.entities,
            evidence: &evidence,
            first_step: &first_step,
            intent: &intent,
            report,
        };
        let text = &mut self.text;
        object(&mut self.out, |envelope| {
            envelope.text("id", &id(draft, world));
            envelope.text("name", &draft.name);
            envelope.text("type", "Microsoft.Security/Locations/alerts");
            envelope.object("properties", |fields| properties(fields, draft, world, &parts, text));
        });
        self.out.as_str().to_owned()
    }

    fn number_slot(&mut self, location: &'w str) -> usize {
        let at = self.numbers.iter().position(|(name, _)| *name == location).unwrap_or_else(|| {
            self.numbers.push((location, 0));
            self.numbers.len() - 1
        });
        if self.numbers[at].1 > NUMBERS_PER_PAGE {
            self.numbers[at].1 = 0;
        }
        at
    }
}

struct Parts<'p> {
    identifiers: &'p str,
    properties: &'p str,
    entities: &'p str,
    evidence: &'p str,
    first_step: &'p str,
    intent: &'p str,
    report: Option<&'p str>,
}

/// The tactics: the type's own, or those of an incident's members.
fn intent(draft: &Draft<'_>) -> String {
    let Some(incident) = &draft.incident else { return draft.kind.intent() };
    let mut tactics: Vec<&str> = Vec::new();
    for tactic in incident.members.iter().flat_map(|member| &member.kind.tactics) {
        if !tactics.contains(&tactic.as_str()) {
            tactics.push(tactic);
        }
    }
    tactics.join(", ")
}

/// The alert's resource id.
pub(crate) fn id(draft: &Draft<'_>, world: &World) -> String {
    let resource = draft.resource;
    let subscription = &world.subscriptions[resource.subscription].id;
    let (location, name) = (&resource.location, &draft.name);
    let group = match resource.group.as_str() {
        "" => String::new(),
        group => format!("/resourceGroups/{group}"),
    };
    format!(
        "/subscriptions/{subscription}{group}/providers/Microsoft.Security/locations/{location}/alerts/{name}"
    )
}

fn portal_link(draft: &Draft<'_>, world: &World) -> String {
    let resource = draft.resource;
    let subscription = &world.subscriptions[resource.subscription].id;
    let group = match resource.group.as_str() {
        "" => String::new(),
        group => format!("/resourceGroup/{group}"),
    };
    format!(
        "https://portal.azure.com/#blade/Microsoft_Azure_Security_AzureDefenderForData/AlertBlade/alertId/{}\
         /subscriptionId/{subscription}{group}/referencedFrom/alertDeepLink/location/{}",
        draft.name, resource.location
    )
}

fn resource_identifiers(
    out: &mut String,
    draft: &Draft<'_>,
    world: &World,
    azure_id: Option<&str>,
    numbers: &mut Numbers<'_>,
) {
    let mut resources = Vec::new();
    if let Some(incident) = &draft.incident {
        for member in &incident.members {
            let known = |other: &&Resource| other.name == member.resource.name;
            if !known(&draft.resource) && !resources.iter().any(known) {
                resources.push(member.resource);
            }
        }
    }
    let others = resources.iter().filter_map(|other: &&Resource| other.azure_id(world, &draft.kind.plan));
    out.push('[');
    for id in azure_id.map(str::to_owned).into_iter().chain(others) {
        if out.len() > 1 {
            out.push(',');
        }
        object(out, |fields| {
            numbers.give(fields);
            fields.text("azureResourceId", &id);
            fields.text("type", "AzureResource");
            fields.text("azureResourceTenantId", &world.tenant_id);
        });
    }
    let agent = draft.kind.recipe.by_agent() && !draft.agentless;
    if agent || azure_id.is_none() {
        if out.len() > 1 {
            out.push(',');
        }
        let subscription = &world.subscriptions[draft.resource.subscription].id;
        object(out, |fields| {
            numbers.give(fields);
            fields.text("workspaceId", &guid_of(subscription));
            fields.text("workspaceSubscriptionId", subscription);
            fields.text("workspaceResourceGroup", "rg-monitoring");
            fields.text("agentId", &guid_of(&draft.resource.name));
            fields.text("type", "LogAnalytics");
            fields.text("workspaceTenantId", &world.tenant_id);
        });
    }
    out.push(']');
}

fn properties(
    fields: &mut Object<'_>,
    draft: &Draft<'_>,
    world: &World,
    parts: &Parts<'_>,
    text: &mut String,
) {
    let kind = draft.kind;
    fields.text("status", draft.status);
    fields.moment("timeGeneratedUtc", draft.generated);
    // Recorded alerts are available a little before the time they say they were generated.
    fields.moment("processingEndTimeUtc", draft.generated.before(365));
    fields.text("version", if kind.attack.is_empty() { "2022-01-01.0" } else { "2022-01-01.1" });
    fields.text("vendorName", "Microsoft");
    fields.text("productName", "Microsoft Defender for Cloud");
    if let Some(component) = kind.component() {
        fields.text("productComponentName", component);
    }
    fields.text("alertType", &kind.code);
    fields.moment("startTimeUtc", draft.start());
    fields.moment("endTimeUtc", draft.end());
    fields.text("severity", draft.severity);
    fields.plain("isIncident", draft.incident.is_some());
    fields.text("systemAlertId", &draft.name);
    if let Some(correlation) = &draft.correlation {
        fields.text("correlationKey", correlation);
    }
    fields.text("intent", parts.intent);
    fields.raw("resourceIdentifiers", parts.identifiers);
    fields.text("compromisedEntity", &draft.resource.name);
    fields.text("alertDisplayName", draft.title.unwrap_or(&kind.display_name));
    text.clear();
    draft.render(&kind.description, text);
    fields.text("description", text);
    steps(fields, draft, parts, text);
    let out = fields.key("extendedProperties");
    out.push('{');
    out.push_str(parts.properties);
    out.push('}');
    if let Some(report) = parts.report {
        list(fields.key("extendedLinks"), [report], |out, report| {
            object(out, |link| {
                link.text("Category", "threat_reports");
                link.text("Label", report);
                link.text("Href", &report_link(report));
                link.text("Type", "webLink");
            });
        });
    }
    let out = fields.key("entities");
    out.push('[');
    out.push_str(parts.entities);
    out.push(']');
    fields.text("alertUri", &portal_link(draft, world));
    if !kind.attack.is_empty() {
        fields.texts("techniques", techniques(&kind.attack));
        fields.texts(
            "subTechniques",
            kind.attack.iter().map(String::as_str).filter(|technique| technique.contains('.')),
        );
    }
    if !parts.evidence.is_empty() {
        fields.raw("supportingEvidence", parts.evidence);
    }
}

/// Techniques without their subtechniques.
fn techniques(attack: &[String]) -> impl Iterator<Item = &str> {
    attack.iter().map(|technique| technique.split('.').next().unwrap_or(technique))
}

fn steps(fields: &mut Object<'_>, draft: &Draft<'_>, parts: &Parts<'_>, text: &mut String) {
    let numbered = matches!(draft.kind.recipe, Recipe::Process | Recipe::Logon | Recipe::Operation);
    let out = fields.key("remediationSteps");
    out.push('[');
    if !parts.first_step.is_empty() {
        string(out, parts.first_step);
    }
    for (at, step) in draft.kind.remediation_steps.iter().enumerate() {
        if at > 0 || !parts.first_step.is_empty() {
            out.push(',');
        }
        text.clear();
        if numbered {
            let _ = write!(text, "{}. ", at + 1);
        }
        draft.render(step, text);
        string(out, text);
    }
    out.push(']');
}
