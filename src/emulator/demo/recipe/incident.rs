//! Incidents: alerts that group alerts. The public contract does not describe their entities; members are given as
//! `security-alert`, the entity type that the schema of the alerts has for it.

use crate::emulator::demo::entity::Body;
use crate::emulator::demo::evidence::{Cell, table};

/// The members of an incident, and what they share.
pub(super) fn incident(body: &mut Body<'_>) {
    let draft = body.draft;
    let Some(incident) = &draft.incident else { return };
    body.resource();
    for member in &incident.members {
        body.add("security-alert", |entity| {
            let fields = &mut entity.fields;
            fields.text("alertDisplayName", &member.kind.display_name);
            fields.text("alertType", &member.kind.code);
            fields.text("severity", member.severity);
            fields.moment("startTimeUtc", member.start);
            fields.moment("endTimeUtc", member.end);
            fields.text("systemAlertId", &member.name);
            fields.text("vendorName", "Microsoft");
            fields.text("productName", "Microsoft Defender for Cloud");
            fields.text("compromisedEntity", &member.resource.name);
        });
    }
    body.identity();
    body.ip();
    let mut names: Vec<&str> = incident.members.iter().map(|member| member.resource.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    body.properties.figure("number of Alerts", incident.members.len());
    body.properties.text("affected Resources", &names.join(", "));
    body.properties.text("shared IP Address", &draft.scene.address.text);
    body.properties.text("shared Account", &draft.scene.account_text());
    let rows: Vec<Vec<Cell<'_>>> = incident
        .members
        .iter()
        .map(|member| {
            vec![
                Cell::Time(member.start),
                Cell::Text(&member.kind.display_name),
                Cell::Text(&member.resource.name),
                Cell::Text(member.severity),
            ]
        })
        .collect();
    body.evidence = table("Course of the attack", &["Time", "Alert", "Resource", "Severity"], &rows, true);
}
