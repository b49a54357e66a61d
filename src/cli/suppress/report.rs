//! What `quell suppress` prints: for people and for programs.

use serde_json::{Map, Value, json};

use crate::app::document::Document;
use crate::app::documents::flow::Flow;
use crate::app::documents::suppression as document;
use crate::cli::exit::CliError;
use crate::cli::output::Out;
use crate::domain::suppression::{Condition, Rule, Simulation, Stored, Test, Warning};
use crate::domain::table::Table;
use crate::domain::{SafeText, Severity};
use crate::runtime::now;

/// Columns of text on standard output.
const WIDTH: usize = 100;

/// Prints a document as text.
pub(super) fn print(document: &Document, out: &mut Out) -> Result<(), CliError> {
    for line in document.text().lines() {
        out.line(line)?;
    }
    Ok(())
}

/// A simulation as text.
pub(super) fn simulation_text(simulation: &Simulation, warnings: &[Warning]) -> Document {
    document::simulation(simulation, warnings, WIDTH)
}

/// A rule as text.
pub(super) fn rule_text(rule: &Rule, table: &Table) -> Document {
    document::rule(rule, table.subscription_name(rule.subscription.as_str()), now(), WIDTH)
}

/// What is stored, as text: the rule and where it is not what was asked for.
pub(super) fn stored_text(stored: &Stored, table: &Table) -> Document {
    let mut flow = Flow::new(WIDTH);
    rule_text(&stored.rule, table).lines.into_iter().for_each(|line| flow.line(line));
    document::flow_remarks(&mut flow, stored);
    flow.finish()
}

/// A rule.
pub(super) fn rule(rule: &Rule, table: &Table) -> Value {
    json!({
        "name": rule.name.raw(),
        "subscription": rule.subscription.as_str(),
        "subscriptionName": table.subscription_name(rule.subscription.as_str()).0,
        "type": rule.alert_type.raw(),
        "state": rule.state.api_name(),
        "reason": rule.reason.raw(),
        "comment": rule.comment.raw(),
        "expires": rule.expires,
        "modified": rule.modified,
        "conditions": rule.conditions.iter().map(condition).collect::<Vec<_>>(),
    })
}

fn condition(condition: &Condition) -> Value {
    let mut members = condition.rest.clone();
    members.insert("field".to_owned(), condition.field.raw().into());
    match &condition.test {
        Test::In(values) => {
            members.insert("in".to_owned(), values.iter().map(SafeText::raw).collect());
        }
        Test::Contains(text) => {
            members.insert("contains".to_owned(), text.raw().into());
        }
        Test::Unknown => {}
    }
    Value::Object(members)
}

/// What is stored, and where it is not what was asked for.
pub(super) fn stored(stored: &Stored, table: &Table) -> Value {
    let differences = stored.differences.iter().map(|difference| {
        json!({ "part": difference.part, "asked": difference.asked.raw(), "stored": difference.kept.raw() })
    });
    let mut value = rule(&stored.rule, table);
    value["differences"] = differences.collect();
    value["readBack"] = stored.unread.is_none().into();
    value
}

/// A simulation.
pub(super) fn simulation(simulation: &Simulation, warnings: &[Warning]) -> Value {
    let weeks = simulation.weeks.iter().map(|week| {
        json!({
            "week": week.label(),
            "monday": week.monday,
            "matched": week.total(),
            "severities": severities(&week.severities),
        })
    });
    let resources =
        simulation.resources.iter().map(|(name, count)| json!({ "resource": name.raw(), "matched": count }));
    let warnings =
        warnings.iter().map(|warning| json!({ "code": warning.code(), "text": warning.to_string() }));
    json!({
        "cached": simulation.cached,
        "ofType": simulation.of_type,
        "unread": simulation.unread,
        "matched": simulation.matched,
        "withoutEntities": simulation.bare,
        "open": simulation.open.len(),
        "likelyReal": simulation.likely_real,
        "severities": severities(&simulation.severities),
        "weeks": weeks.collect::<Vec<_>>(),
        "undated": simulation.undated,
        "resources": resources.collect::<Vec<_>>(),
        "resourceCount": simulation.resource_count,
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

fn severities(counts: &[u32; 5]) -> Value {
    let named = Severity::KNOWN.into_iter().chain([Severity::Other]);
    Value::Object(
        named
            .map(|severity| (severity.name().to_owned(), counts[severity as usize].into()))
            .collect::<Map<_, _>>(),
    )
}
