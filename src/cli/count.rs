//! `quell count`.

use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns};
use crate::cli::{json as machine, select, workspace};
use crate::domain::SafeStr;
use crate::domain::filter::{Field, facet_counts};
use crate::domain::query::Sort;

fn unknown(field: &str) -> CliError {
    let names: Vec<&str> = Field::all().map(Field::name).collect();
    CliError::usage(format!("--by {}: no such field; the fields are {}", SafeStr(field), names.join(", ")))
}

/// Prints how many of the matching alerts have each value of a field.
pub async fn run(global: &Global, filter: Option<&str>, by: &str, out: &mut Out) -> Result<Exit, CliError> {
    let field = Field::find(by).ok_or_else(|| unknown(by))?;
    let filter = select::parse_or_all(filter)?;
    workspace::using(global, async |workspace| {
        let listing = select::matching(workspace, filter, Sort::default()).await?;
        let counts = facet_counts(&listing.table, &listing.rows, field);
        if global.json {
            let items: Vec<Value> = counts
                .iter()
                .map(|facet| json!({ "value": machine::value(field, facet.value.raw()), "count": facet.count }))
                .collect();
            out.line(machine::text(&Value::Array(items)))?;
        } else {
            let mut table = columns(&["Count", field.name()]);
            for facet in &counts {
                table.add_row([facet.count.to_string(), facet.label.to_string()]);
            }
            for line in table.lines() {
                out.line(line.trim_end())?;
            }
        }
        select::say_nothing(workspace, &listing).await;
        Ok(Exit::Done)
    })
    .await
}
