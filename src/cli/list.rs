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

/// How wide the columns of the table may be that can be cut, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    title: usize,
    resource: usize,
    /// Whether there is room for the name: half of one is of no use.
    named: bool,
}

/// What is told of titles and resources where there is room for it.
const WHOLE: Cut = Cut { title: 60, resource: 30, named: true };

/// The least that is told of them.
const LEAST: (usize, usize) = (24, 16);

impl Cut {
    /// What fits a terminal: `widths` are those of the columns without a cut. Titles give way first, then resources, then
    /// the names.
    fn to(widths: &[u16], room: usize) -> Self {
        let width = |column: usize| widths.get(column).map_or(0, |width| usize::from(*width));
        let (title, resource) = (width(3), width(4));
        let cut = |columns: usize| {
            let all: usize = (0..columns).map(|column| width(column) + 2).sum();
            let over = all.saturating_sub(1 + room);
            let of_title = over.min(title.saturating_sub(LEAST.0));
            let of_resource = (over - of_title).min(resource.saturating_sub(LEAST.1));
            let cut = Self { title: title - of_title, resource: resource - of_resource, named: columns == 6 };
            (cut, of_title + of_resource == over)
        };
        match cut(6) {
            (cut, true) => cut,
            (_, false) => cut(5).0,
        }
    }
}

fn rows(listing: &Listing, limit: usize, cut: Cut) -> comfy_table::Table {
    let heads = ["Severity", "Time (UTC)", "Status", "Alert", "Resource", "Name"];
    let columns = if cut.named { 6 } else { 5 };
    let mut table = super::output::columns(&heads[..columns]);
    for row in (0..listing.len().min(limit)).filter_map(|place| listing.row(place)) {
        let cells = [
            row.severity_label().to_string(),
            row.time().map(|time| time.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
            row.status_label().to_string(),
            row.title().truncate(cut.title),
            row.resource().truncate(cut.resource),
            SafeStr(row.name()).to_string(),
        ];
        table.add_row(cells.into_iter().take(columns));
    }
    table
}

/// For people: columns as wide as their content, titles cut; on a terminal no wider than it is.
fn table(listing: &Listing, limit: usize, out: &mut Out) -> Result<(), CliError> {
    if listing.is_empty() {
        return Ok(());
    }
    let mut table = rows(listing, limit, WHOLE);
    if let Some(room) = out.width() {
        let cut = Cut::to(&table.column_max_content_widths(), room);
        table = rows(listing, limit, cut);
    }
    for line in table.lines() {
        out.line(line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_no_wider_than_its_terminal() {
        let widths = [13, 16, 11, 60, 30, 56];
        let all = widths.iter().map(|width| usize::from(*width) + 2).sum::<usize>() - 1;
        assert_eq!(Cut::to(&widths, all), WHOLE);
        assert_eq!(Cut::to(&widths, all - 10), Cut { title: 50, ..WHOLE });
        assert_eq!(Cut::to(&widths, all - 40), Cut { title: 24, resource: 26, named: true });
        // Half a name is of no use: titles have its room.
        assert_eq!(Cut::to(&widths, 100), Cut { title: 24, resource: 27, named: false });
        assert_eq!(Cut::to(&widths, 120), Cut { title: 41, resource: 30, named: false });
        assert_eq!(Cut::to(&widths, 10), Cut { title: 24, resource: 16, named: false });
    }
}
