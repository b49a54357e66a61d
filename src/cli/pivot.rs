//! `quell pivot`: an alert's entities with how many other alerts mention each, or the alerts that share one.

use serde_json::{Value, json};

use crate::app::message::{Detail, Mention};
use crate::cli::args::{Global, Pivot};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns, say};
use crate::cli::{json as machine, list, select, workspace};
use crate::domain::filter::Filter;
use crate::domain::query::Sort;
use crate::runtime::detail;

/// Prints the entities, or the alerts that share the one asked for.
pub async fn run(global: &Global, pivot: Pivot, out: &mut Out) -> Result<Exit, CliError> {
    if pivot.entity.is_none() && pivot.format.is_some() {
        return Err(CliError::usage("--format is for the alerts of one entity: give --entity N too"));
    }
    workspace::using(global, async |workspace| {
        let key = select::find(&workspace.table, &pivot.id)?.key();
        let loaded = detail::load(&workspace.store, workspace.table.clone(), key, None).await;
        let detail = loaded.map_err(CliError::failed)?;
        let Some(number) = pivot.entity else {
            entities(global, &detail, out)?;
            return Ok(Exit::Done);
        };
        let filter = filter_of(&detail, number)?;
        let listing = select::matching(workspace, filter, Sort::default()).await?;
        list::print(&listing, list::format(global, pivot.format), usize::MAX, out)?;
        Ok(Exit::Done)
    })
    .await
}

/// The filter for the alerts that share the entity of a number, counted from 1.
fn filter_of(detail: &Detail, number: usize) -> Result<Filter, CliError> {
    let mention = number.checked_sub(1).and_then(|at| detail.mentions.get(at));
    mention.and_then(|mention| Filter::naming(mention.kind, mention.fact().raw())).ok_or_else(|| {
        let numbers = match detail.mentions.len() {
            0 => "it names none".to_owned(),
            1 => "it names one: 1".to_owned(),
            several => format!("it names {several}: 1 to {several}"),
        };
        CliError::usage(format!("the alert has no entity {number}; {numbers}"))
    })
}

fn entities(global: &Global, detail: &Detail, out: &mut Out) -> Result<(), CliError> {
    let numbered = detail.mentions.iter().zip(1..);
    if global.json {
        let items: Vec<String> =
            numbered.map(|(mention, number)| machine::text(&entity(mention, number))).collect();
        return out.line(format_args!("[{}]", items.join(",\n ")));
    }
    if detail.mentions.is_empty() {
        say("this alert names no entity");
        return Ok(());
    }
    let mut table = columns(&["Entity", "Kind", "Value", "Other alerts", "Resources"]);
    for (mention, number) in numbered {
        table.add_row([
            number.to_string(),
            crate::domain::SafeStr(&mention.label).to_string(),
            mention.value.to_string(),
            mention.alerts.to_string(),
            mention.resources.to_string(),
        ]);
    }
    for line in table.lines() {
        out.line(line.trim_end())?;
    }
    Ok(())
}

fn entity(mention: &Mention, number: usize) -> Value {
    json!({
        "entity": number,
        "kind": mention.label,
        "value": mention.value.raw(),
        "otherAlerts": mention.alerts,
        "resources": mention.resources,
        "filter": Filter::naming(mention.kind, mention.fact().raw()).map(|filter| filter.to_string()),
    })
}
