//! `quell list`.

use crate::cli::args::{Global, List, ListFormat};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::cli::{json, select, workspace};
use crate::domain::SafeStr;
use crate::domain::export::{Format, csv};
use crate::domain::listing::Listing;
use crate::domain::query::Sort;

/// Prints the alerts that match.
pub async fn run(global: &Global, list: List, out: &mut Out) -> Result<Exit, CliError> {
    let sort =
        list.sort.as_deref().map_or_else(|| Ok(Sort::default()), Sort::parse).map_err(CliError::usage)?;
    let format = format(global, list.format);
    let filter = select::parse_or_all(list.filter.as_deref())?;
    workspace::using(global, async |workspace| {
        let listing = select::matching(workspace, filter, sort).await?;
        print(&listing, format, list.limit.unwrap_or(usize::MAX), out)?;
        select::say_nothing(workspace, &listing).await;
        Ok(Exit::Done)
    })
    .await
}

/// The format asked for; without one JSON where machine output is wanted, else a table.
pub fn format(global: &Global, asked: Option<ListFormat>) -> ListFormat {
    asked.unwrap_or(if global.json { ListFormat::Json } else { ListFormat::Table })
}

/// Prints alerts, at most so many.
pub fn print(listing: &Listing, format: ListFormat, limit: usize, out: &mut Out) -> Result<(), CliError> {
    let rows = || (0..listing.len().min(limit)).filter_map(|place| listing.row(place));
    match format {
        ListFormat::Ids => {
            for row in rows() {
                out.id(row.id().as_str())?;
            }
        }
        ListFormat::Ndjson => {
            for row in rows() {
                out.line(json::row(&row, &listing.table))?;
            }
        }
        ListFormat::Json => {
            let items: Vec<String> = rows().map(|row| json::row(&row, &listing.table)).collect();
            out.line(format_args!("[{}]", items.join(",\n ")))?;
        }
        ListFormat::Csv => {
            out.bytes(Format::Csv.head().as_bytes())?;
            for row in rows() {
                out.bytes(csv::line(&row, &listing.table).as_bytes())?;
                out.bytes(b"\r\n")?;
            }
        }
        ListFormat::Table => table(listing, limit, out)?,
    }
    Ok(())
}

/// For people: columns as wide as their content, titles cut.
fn table(listing: &Listing, limit: usize, out: &mut Out) -> Result<(), CliError> {
    let mut table =
        super::output::columns(&["Severity", "Time (UTC)", "Status", "Alert", "Resource", "Name"]);
    for row in (0..listing.len().min(limit)).filter_map(|place| listing.row(place)) {
        table.add_row([
            row.severity_label().to_string(),
            row.time().map(|time| time.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
            row.status_label().to_string(),
            row.title().truncate(60),
            row.resource().truncate(30),
            SafeStr(row.name()).to_string(),
        ]);
    }
    if listing.is_empty() {
        return Ok(());
    }
    for line in table.lines() {
        out.line(line.trim_end())?;
    }
    Ok(())
}
