//! What the side pane and the *Alert details* tab say alike: title, severity, times, resources, kill chain, mentions.

use chrono::{DateTime, Utc};

use crate::app::document::{Piece, Role, line_width, safe, safe_block, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{self, thousands};
use crate::app::message::{Detail, Mention, Now};
use crate::domain::resource::{Cloud, ResourceId, ResourceIdentifier};
use crate::domain::table::Table;
use crate::domain::{Alert, SafeStr, SafeText, Severity, Status, Tactic};

/// Cells of an entity's value, an address say, before the column of kinds.
const ALIGNED: usize = 15;

/// A dot between facts on one line.
pub(super) fn dot() -> Piece {
    Piece::new(" · ", Role::Dim)
}

/// The status in full words; an unknown one as the source spelled it.
pub(super) fn status_words(status: Status, spelled: &SafeText) -> Vec<Piece> {
    match status {
        Status::InProgress => vec![Piece::new("In progress", Role::Status(status))],
        Status::Other if !spelled.is_empty() => safe(spelled.as_safe(), Role::Status(status)),
        known => vec![Piece::new(known.api_name(), Role::Status(known))],
    }
}

/// The severity in full; an unknown one as the source spelled it.
fn severity_words(alert: &Alert) -> Vec<Piece> {
    let role = Role::Severity(alert.severity);
    match alert.severity {
        Severity::Other if !alert.severity_text.is_empty() => safe(alert.severity_text.as_safe(), role),
        known => vec![Piece::new(known.name(), role)],
    }
}

/// `High · Active · VM_SuspiciousPowerShell`, then what is pending and who has it.
pub(super) fn state(flow: &mut Flow, detail: &Detail, table: &Table) {
    let alert = &detail.alert;
    let row = table.get(detail.key);
    let remote = row.map_or(alert.status, |row| row.remote_status());
    let mut line = severity_words(alert);
    line.push(dot());
    line.extend(status_words(row.map_or(remote, |row| row.status()), &alert.status_text));
    line.push(dot());
    line.extend(safe(alert.alert_type.as_safe(), Role::Dim));
    flow.wrap("", "", &line);
    if let Some(pending) = row.and_then(|row| row.pending()) {
        let mut line = vec![Piece::new("↑ pending: ", Role::Strong)];
        line.extend(status_words(remote, &alert.status_text));
        line.push(Piece::new(" → ", Role::Dim));
        line.extend(status_words(pending, &alert.status_text));
        flow.wrap("", "  ", &line);
    }
    if row.is_some_and(|row| row.flags().is_gone()) {
        flow.words("gone from the source", Role::Error);
    }
    if alert.is_incident {
        flow.words("Security incident: groups several alerts", Role::Dim);
    }
    if alert.is_sample() {
        flow.words("Sample alert of Defender for Cloud", Role::Dim);
    }
}

/// Who has the alert, and what the journal keeps of it; `whole` gives all notes, else the latest.
pub(super) fn local_record(flow: &mut Flow, detail: &Detail, table: &Table, whole: bool, now: Now) {
    let local = table.get(detail.key).and_then(|row| row.local());
    if let Some(who) = local.and_then(|local| local.assigned.as_ref()).filter(|who| !who.is_empty()) {
        let mut line = vec![Piece::new("Assigned to ", Role::Label)];
        line.extend(safe(who.as_safe(), Role::Body));
        flow.wrap("", "  ", &line);
    }
    if let Some(feedback) = &detail.record.feedback {
        let judged = if feedback.useful { "Judged useful " } else { "Judged not useful " };
        let mut line = vec![Piece::new(judged, Role::Label), Piece::from(feedback.reason.label())];
        line.extend(signed(&feedback.by, feedback.at, now));
        flow.wrap("", "  ", &line);
        if !feedback.comment.is_empty() {
            flow.wrap("  ", "  ", &safe_block(feedback.comment.as_safe(), Role::Body));
        }
    }
    let notes = &detail.record.notes;
    let shown = if whole { notes.len() } else { 1 };
    for note in notes.iter().take(shown) {
        let mut line = vec![Piece::new("Note ", Role::Label)];
        line.extend(safe_block(note.text.as_safe(), Role::Body));
        line.extend(signed(&note.by, note.at, now));
        flow.wrap("", "  ", &line);
    }
    if notes.len() > shown {
        let more = moment::counted(notes.len() - shown, "older note");
        flow.words(&format!("  {more}: Enter shows all"), Role::Dim);
    }
}

/// Who wrote something, and when.
pub fn signed(by: &SafeText, at: DateTime<Utc>, now: Now) -> Vec<Piece> {
    let mut line = vec![Piece::new("  ", Role::Dim)];
    line.extend(safe(by.as_safe(), Role::Dim));
    let gap = if by.is_empty() { "" } else { ", " };
    line.push(Piece::new(format!("{gap}{}", moment::ago(at, now)), Role::Dim));
    line
}

/// Of two times that are nearer than this, in seconds, one age says enough.
const NEAR: i64 = 60;

/// The activity in UTC and how long ago it ended; else how long ago the alert was generated, which is its time elsewhere.
pub(super) fn activity(flow: &mut Flow, alert: &Alert, now: Now) {
    let mut items: Vec<Vec<Piece>> = Vec::new();
    items.extend(moment::span(alert.times.start, alert.times.end, now).map(|span| vec![Piece::from(&*span)]));
    let last = alert.times.end.or(alert.times.start);
    let later = |time: &DateTime<Utc>| last.is_none_or(|last| (*time - last).num_seconds().abs() >= NEAR);
    let generated = alert.times.generated.filter(later);
    let generated = generated.map(|time| format!("generated {}", moment::ago(time, now)));
    let age = generated.or_else(|| last.map(|time| moment::ago(time, now)));
    items.extend(age.map(|age| vec![Piece::new(age, Role::Dim)]));
    if items.is_empty() {
        flow.words("The source gives no time", Role::Dim);
    } else {
        flow.items(0, "   ", &items);
    }
}

/// Name, group and subscription of each affected resource; with the full ids where all is wanted.
pub(super) fn resources(flow: &mut Flow, alert: &Alert, table: &Table, whole: bool) {
    if alert.resources.is_empty() && !alert.compromised_entity.is_empty() {
        flow.wrap("  ", "    ", &safe(alert.compromised_entity.as_safe(), Role::Body));
    }
    for resource in &alert.resources {
        let (name, facts) = resource_line(resource, alert, table);
        let mut line = name;
        for (at, fact) in facts.into_iter().filter(|fact| !fact.is_empty()).enumerate() {
            line.push(if at == 0 { Piece::from("   ") } else { dot() });
            line.extend(fact);
        }
        flow.wrap("  ", "    ", &line);
        if whole {
            resource_ids(flow, resource);
        }
    }
    if alert.resources.is_empty() && alert.compromised_entity.is_empty() {
        flow.words("  none named", Role::Dim);
    }
}

/// The full ids, and of what type a resource is.
fn resource_ids(flow: &mut Flow, resource: &ResourceIdentifier) {
    let mut fields = Vec::new();
    let mut add = |name: &str, text: &str| {
        if !text.is_empty() {
            fields.push((vec![Piece::new(name, Role::Label)], safe(SafeStr(text), Role::Dim)));
        }
    };
    match resource {
        ResourceIdentifier::Azure(id) => {
            add("type", &id.resource_type());
            add("id", id.text().raw());
        }
        ResourceIdentifier::LogAnalytics { subscription, group, agent, .. } => {
            add("its subscription", subscription.raw());
            add("its group", group.raw());
            add("agent", agent.raw());
        }
        ResourceIdentifier::Other { .. } => {}
    }
    flow.fields(4, &fields);
}

/// A resource's name, and the facts beside it.
fn resource_line(
    resource: &ResourceIdentifier,
    alert: &Alert,
    table: &Table,
) -> (Vec<Piece>, Vec<Vec<Piece>>) {
    let dim = |text: &str| safe(SafeStr(text), Role::Dim);
    match resource {
        ResourceIdentifier::Azure(id) => {
            // An id that tells no cloud may still be a proxy, but only of the alert's one resource.
            let told = match id.cloud() {
                Cloud::Azure if alert.resources.len() == 1 => alert.cloud(),
                told => told,
            };
            let cloud = if told == Cloud::Azure { Vec::new() } else { dim(told.label()) };
            let subscription = id.subscription();
            let name = subscription.as_ref().map_or(SafeStr(""), |id| table.subscription_name(id.as_str()));
            let facts = vec![cloud, dim(id.group().unwrap_or_default()), safe(name, Role::Dim)];
            (safe(SafeStr(azure_name(id, table)), Role::Body), facts)
        }
        ResourceIdentifier::LogAnalytics { workspace, agent, .. } => {
            let name = if alert.compromised_entity.is_empty() { agent } else { &alert.compromised_entity };
            let mut place = vec![Piece::new("workspace ", Role::Dim)];
            place.extend(safe(workspace.as_safe(), Role::Dim));
            let name = if name.is_empty() {
                vec![Piece::new("Log Analytics", Role::Body)]
            } else {
                safe(name.as_safe(), Role::Body)
            };
            (name, vec![place])
        }
        ResourceIdentifier::Other { kind, fields } => {
            let fact = |(name, value): &(SafeText, SafeText)| {
                let mut fact = safe(name.as_safe(), Role::Dim);
                fact.push(Piece::new(" ", Role::Dim));
                fact.extend(safe(value.as_safe(), Role::Dim));
                fact
            };
            (safe(kind.as_safe(), Role::Body), fields.iter().map(fact).collect())
        }
    }
}

/// A resource's own name; of a subscription, its display name.
fn azure_name<'a>(id: &'a ResourceId, table: &'a Table) -> &'a str {
    match id.subscription() {
        Some(subscription) if id.name().eq_ignore_ascii_case(subscription.as_str()) => {
            let known = table.subscriptions().iter().find(|(known, _)| *known == subscription);
            known.map_or(id.name(), |(_, name)| name.raw())
        }
        _ => id.name(),
    }
}

/// The chain of stages: the alert's highlighted and named as the source names them, in short from one before its first to one
/// after its last.
pub(super) fn kill_chain(flow: &mut Flow, alert: &Alert, whole: bool) {
    let hit = |stage: &Tactic| alert.tactics.iter().any(|tactic| tactic.stage() == Some(*stage));
    let chain = Tactic::CHAIN;
    let first = chain.iter().position(hit);
    let last = chain.iter().rposition(hit);
    if let (Some(first), Some(last)) = (first, last) {
        let (from, to) =
            if whole { (0, chain.len()) } else { (first.saturating_sub(1), (last + 2).min(chain.len())) };
        let mut items: Vec<Vec<Piece>> = chain[from..to]
            .iter()
            .map(|stage| {
                if hit(stage) {
                    let own = alert.tactics.iter().filter(|tactic| tactic.stage() == Some(*stage));
                    let own: Vec<&str> = own.map(Tactic::label).collect();
                    vec![Piece::new(format!("▐{}▌", own.join(", ")), Role::Stage)]
                } else {
                    vec![Piece::new(stage.label(), Role::Dim)]
                }
            })
            .collect();
        if let Some(item) = items.first_mut().filter(|_| from > 0) {
            item.insert(0, Piece::new("… › ", Role::Dim));
        }
        if let Some(item) = items.last_mut().filter(|_| to < chain.len()) {
            item.push(Piece::new(" › …", Role::Dim));
        }
        flow.items(2, " › ", &items);
    }
    let own: Vec<&str> = alert.tactics.iter().map(Tactic::label).collect();
    if alert.tactics.contains(Tactic::Unknown) || own.is_empty() {
        let mut line = vec![Piece::new("as the source says: ", Role::Dim)];
        if alert.intent_text.is_empty() {
            line = vec![Piece::new("not given", Role::Dim)];
        } else {
            line.extend(safe(alert.intent_text.as_safe(), Role::Body));
        }
        flow.wrap("  ", "    ", &line);
    }
    if !alert.techniques.is_empty() {
        let mut line = vec![Piece::new("techniques ", Role::Dim)];
        for (at, technique) in alert.techniques.iter().enumerate() {
            if at > 0 {
                line.push(Piece::new(", ", Role::Dim));
            }
            line.extend(safe(technique.as_safe(), Role::Body));
        }
        flow.wrap("  ", "    ", &line);
    }
}

/// How many others mention a value: `×41 · 3 resources`; empty when nobody does.
pub(super) fn mention_count(mention: &Mention) -> String {
    let count = |resources| format!("{} · {}", short_count(mention), moment::counted(resources, "resource"));
    if mention.alerts == 0 || mention.resources < 2 { short_count(mention) } else { count(mention.resources) }
}

/// The same in less room: `×41 · 3 res`.
fn medium_count(mention: &Mention) -> String {
    let count = |resources| format!("{} · {} res", short_count(mention), thousands(resources));
    if mention.alerts == 0 || mention.resources < 2 { short_count(mention) } else { count(mention.resources) }
}

fn short_count(mention: &Mention) -> String {
    if mention.alerts == 0 { String::new() } else { format!("×{}", thousands(mention.alerts)) }
}

/// The letter by which an entity is named; none from the 27th on.
pub fn letter(at: usize) -> Option<char> {
    u8::try_from(at).ok().filter(|at| *at < 26).map(|at| char::from(b'a' + at))
}

/// The entities that others may mention too: letter, value, kind, and at the right edge the count, in as many words as
/// there is room for: beside one that has to be short, all are. The kinds stand in one column; only a long value pushes
/// its own to the right.
pub(super) fn mentions(flow: &mut Flow, mentions: &[Mention]) {
    let columns = flow.width();
    let widest = mentions.iter().map(|mention| mention.short().terminal_width()).max().unwrap_or(0);
    let aligned = widest.min(ALIGNED.max(columns / 3));
    let cells = |mention: &Mention| {
        let label = safe_cell(SafeStr(&mention.label), 14, Role::Dim);
        let taken = 5 + 2 + line_width(&label) + 2;
        let room = columns.saturating_sub(taken + width(&short_count(mention))).max(8);
        let value = safe_cell(mention.short(), room, Role::Body);
        let value_width = aligned.min(room).max(line_width(&value));
        (label, value, value_width, columns.saturating_sub(taken + value_width))
    };
    let narrow = mentions.iter().any(|mention| {
        let (.., left) = cells(mention);
        width(&mention_count(mention)) > left && width(&medium_count(mention)) <= left
    });
    for (at, mention) in mentions.iter().enumerate() {
        let letter = letter(at).map_or(" ".to_owned(), String::from);
        let (label, value, value_width, left) = cells(mention);
        let long = if narrow { medium_count(mention) } else { mention_count(mention) };
        let counts = [long, short_count(mention)];
        let count = counts.into_iter().find(|count| width(count) <= left).unwrap_or_default();
        let mut line = vec![Piece::from("  "), Piece::new(letter, Role::Key), Piece::from("  ")];
        column(&mut line, value, value_width + 2);
        let rest = columns.saturating_sub(line_width(&line) + width(&count));
        column(&mut line, label, rest);
        line.push(Piece::new(count, Role::Strong));
        flow.line(line);
    }
    if mentions.is_empty() {
        flow.words("  none", Role::Dim);
    }
}

/// Adds a cell and fills it with blanks up to a width.
pub fn column(line: &mut Vec<Piece>, cell: Vec<Piece>, width: usize) {
    let used = line_width(&cell);
    line.extend(cell);
    line.push(Piece::from(" ".repeat(width.saturating_sub(used)).as_str()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::{alert, now};
    use crate::domain::alert::Times;
    use crate::domain::tactic::TacticSet;

    #[test]
    fn a_stage_is_named_as_the_source_names_it() {
        for (intent, shown) in [
            ("Probing", "  ▐Probing▌ › Resource development › …"),
            ("Exploitation", "  … › Resource development › ▐Exploitation▌ › Execution › …"),
            ("PreAttack, Probing", "  ▐Pre-attack, Probing▌ › Resource development › …"),
        ] {
            let alert = Alert { tactics: TacticSet::parse_intent(intent), ..alert(1) };
            let mut flow = Flow::new(100);
            kill_chain(&mut flow, &alert, false);
            assert_eq!(flow.finish().text().trim_end(), shown);
        }
    }

    #[test]
    fn an_age_is_that_of_the_time_before_it_or_says_whose() {
        let ago = |minutes| Some(now().utc - chrono::TimeDelta::minutes(minutes));
        for (start, end, generated, shown) in [
            (ago(55), ago(50), ago(47), "23 Nov 13:05:00 → 13:10:00 UTC   generated 47 minutes ago"),
            (ago(55), ago(50), ago(50), "23 Nov 13:05:00 → 13:10:00 UTC   50 minutes ago"),
            (ago(55), None, None, "23 Nov 13:05:00 UTC   55 minutes ago"),
            (None, None, ago(47), "generated 47 minutes ago"),
            (None, None, None, "The source gives no time"),
        ] {
            let alert = Alert { times: Times { start, end, generated, available: None }, ..alert(1) };
            let mut flow = Flow::new(80);
            activity(&mut flow, &alert, now());
            assert_eq!(flow.finish().text().trim_end(), shown);
        }
    }
}
