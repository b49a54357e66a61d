//! The *Alert details* tab: everything the source says about one alert.

use chrono::{DateTime, Utc};

use crate::app::document::{Document, Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::{entities, evidence, incident, moment, summary};
use crate::app::message::{Detail, Now};
use crate::domain::alert::{Alert, Link, Prose, Scan};
use crate::domain::table::Table;
use crate::domain::{SafeStr, SafeText};

/// Cells that the severity takes before the title in the row above the tabs.
const SEVERITY: usize = 15;

/// Microsoft's reference of alert types. Its parts by resource type have no address that the type's code tells.
const REFERENCE: &str = "https://learn.microsoft.com/azure/defender-for-cloud/alerts-reference";

/// A label and its value.
type Field = (Vec<Piece>, Vec<Piece>);

/// Lays out the tab. The table gives the pending status, the local record and the names of subscriptions.
pub fn details(detail: &Detail, table: &Table, width: usize, now: Now) -> Document {
    let mut flow = Flow::new(width);
    // The row above the tabs has the title, unless it is cut there.
    if detail.alert.title.terminal_width() + SEVERITY > width {
        flow.wrap("", "", &safe(detail.alert.title.as_safe(), Role::Title));
    }
    rest(flow, detail, table, now)
}

/// The same without the title, whatever the width.
pub fn untitled(detail: &Detail, table: &Table, width: usize, now: Now) -> Document {
    rest(Flow::new(width), detail, table, now)
}

fn rest(mut flow: Flow, detail: &Detail, table: &Table, now: Now) -> Document {
    let alert = &detail.alert;
    summary::state(&mut flow, detail, table);
    flow.words(alert.severity.meaning(), Role::Dim);
    summary::local_record(&mut flow, detail, table, true, now);
    flow.blank();
    flow.wrap("", "", &safe_block(alert.description.as_safe(), Role::Body));
    for family in &detail.families {
        let own = family.incident == detail.key;
        head(&mut flow, if own { "Alerts of this incident" } else { "Part of an incident" });
        incident::section(&mut flow, family, detail.key, table, now);
    }
    head(&mut flow, "Times");
    times(&mut flow, alert, now);
    head(&mut flow, "Affected resources");
    summary::resources(&mut flow, alert, table, true);
    head(&mut flow, "Kill chain");
    summary::kill_chain(&mut flow, alert, true);
    head(&mut flow, "Entities");
    entities::tree(&mut flow, alert, &detail.mentions);
    if !alert.properties.is_empty() {
        head(&mut flow, "Properties");
        properties(&mut flow, alert);
    }
    if !alert.evidence.is_empty() {
        head(&mut flow, "Supporting evidence");
        evidence::evidence(&mut flow, &alert.evidence);
    }
    links(&mut flow, alert);
    head(&mut flow, "Identity");
    identity(&mut flow, alert, table);
    flow.finish()
}

fn head(flow: &mut Flow, title: &str) {
    flow.blank();
    flow.section(title);
}

fn label(text: &str) -> Vec<Piece> {
    vec![Piece::new(text, Role::Label)]
}

fn times(flow: &mut Flow, alert: &Alert, now: Now) {
    let moments = [
        ("First activity", alert.times.start),
        ("Last activity", alert.times.end),
        ("Generated", alert.times.generated),
        ("Available", alert.times.available),
    ];
    let value = |time: Option<DateTime<Utc>>| match time {
        Some(time) => vec![
            Piece::from(format!("{} UTC", moment::utc(time)).as_str()),
            // Where the analyst's clock shows UTC, once is enough.
            if now.offset.local_minus_utc() == 0 {
                Piece::from("   ")
            } else {
                Piece::new(format!("   {} here   ", moment::local(time, now)), Role::Body)
            },
            Piece::new(moment::ago(time, now), Role::Dim),
        ],
        None => vec![Piece::new("not given", Role::Dim)],
    };
    let fields: Vec<Field> = moments.iter().map(|(name, time)| (label(name), value(*time))).collect();
    flow.fields(2, &fields);
}

/// A property's name as people write it: `compromised Host` begins with a capital.
fn property_label(name: &SafeText) -> Vec<Piece> {
    let mut pieces = safe(name.as_safe(), Role::Label);
    if let Some(first) = pieces.first_mut().filter(|piece| piece.role == Role::Label) {
        let mut chars = first.text.chars();
        if let Some(letter) = chars.next() {
            first.text = letter.to_uppercase().chain(chars).collect();
        }
    }
    pieces
}

fn properties(flow: &mut Flow, alert: &Alert) {
    let mut fields: Vec<Field> = Vec::new();
    for (name, value) in &alert.properties {
        match value {
            Prose::Text(text) => fields.push((property_label(name), safe_block(text.as_safe(), Role::Body))),
            Prose::Links(links) => {
                for (at, link) in links.iter().enumerate() {
                    let name = if at == 0 { property_label(name) } else { Vec::new() };
                    fields.push((name, link_pieces(link)));
                }
            }
        }
    }
    flow.fields(2, &fields);
}

/// A link's label and address; only `https` addresses are shown as links.
fn link_pieces(link: &Link) -> Vec<Piece> {
    let mut pieces = safe(link.label.as_safe(), Role::Body);
    if link.href.is_empty() {
        pieces.push(Piece::new("   (in the portal only)", Role::Dim));
        return pieces;
    }
    let https = link.href.raw().get(..8).is_some_and(|head| head.eq_ignore_ascii_case("https://"));
    if link.label == link.href {
        pieces.clear();
    } else if !pieces.is_empty() {
        pieces.push(Piece::from("   "));
    }
    pieces.extend(safe(link.href.as_safe(), if https { Role::Link } else { Role::Dim }));
    pieces
}

fn links(flow: &mut Flow, alert: &Alert) {
    head(flow, "Links");
    let own = |label: &str, href: SafeText| Link { label: label.into(), href };
    let mut links = alert.links.clone();
    if !alert.portal_uri.is_empty() {
        links.push(own("This alert in the portal", alert.portal_uri.clone()));
    }
    links.push(own("Reference of alert types", REFERENCE.into()));
    for link in &links {
        flow.wrap("  ", "    ", &link_pieces(link));
    }
}

fn identity(flow: &mut Flow, alert: &Alert, table: &Table) {
    let mut fields: Vec<Field> = Vec::new();
    let mut add = |name: &str, value: Vec<Piece>| {
        if !value.is_empty() {
            fields.push((label(name), value));
        }
    };
    let text = |text: &SafeText| safe(text.as_safe(), Role::Body);
    add("Id", safe(SafeStr(alert.id.as_str()), Role::Body));
    if let Some(subscription) = alert.id.subscription() {
        add("Subscription", safe(table.subscription_name(subscription.as_str()), Role::Body));
    }
    add("Alert type", text(&alert.alert_type));
    add("Compromised entity", text(&alert.compromised_entity));
    add("Cloud", vec![Piece::from(alert.cloud().label())]);
    let scan = match alert.scan() {
        Scan::Unknown => "",
        Scan::Agent => "agent on the machine",
        Scan::Agentless => "agentless",
    };
    if !scan.is_empty() {
        add("Scan", vec![Piece::from(scan)]);
    }
    add("Product", text(&alert.product));
    add("Plan", text(&alert.component));
    add("Vendor", text(&alert.vendor));
    add("Correlation key", text(&alert.correlation));
    add("Schema version", text(&alert.version));
    flow.fields(2, &fields);
}
