//! `quell view`: saved views, as the screen keeps them.

use chrono::Utc;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::app::columns::Columns;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, columns, say};
use crate::cli::{json as machine, select, workspace};
use crate::domain::query::{GroupBy, Sort};
use crate::domain::view::{self, DIGITS, Edited, KeptView, Look, SavedView, ViewCount, ViewEdit};
use crate::domain::{AlertKey, SafeStr, thousands};
use crate::runtime::open::Workspace;

/// `quell view`.
#[derive(Debug, Subcommand)]
pub enum View {
    /// The saved views, with how many alerts each has and how many are new since it was last looked at
    List,
    /// Save a filter under a name, over the view that has it
    Save(Save),
    /// Delete a view; its alerts stay as they are
    Delete {
        /// Its name
        name: String,
    },
}

/// `quell view save`.
#[derive(Debug, Args)]
pub struct Save {
    /// Its name
    pub name: String,
    /// Which alerts; all without it
    #[arg(allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Order: severity, time, status, title, resource, type, group or subscription; -KEY reverses
    #[arg(long, value_name = "KEY[,KEY]", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Group by severity, status, type, resource, group, subscription, tactic, entity or incident
    #[arg(long, value_name = "FIELD")]
    pub group: Option<String>,
    /// The columns of the list; without them those of the config
    #[arg(long, value_name = "NAME[,NAME]")]
    pub columns: Option<String>,
    /// The digit that opens it on the screen, 5 to 9; without it, the one it had stays
    #[arg(long, value_name = "DIGIT")]
    pub digit: Option<u8>,
}

/// Does what is asked of the saved views.
pub async fn run(global: &Global, view: View, out: &mut Out) -> Result<Exit, CliError> {
    match view {
        View::List => list(global, out).await,
        View::Save(save) => {
            let view = read(save)?;
            workspace::using(global, async |workspace| keep(workspace, view, global, out).await).await
        }
        View::Delete { name } => {
            workspace::using(global, async |workspace| delete(workspace, &name, global, out).await).await
        }
    }
}

/// The view that is to be saved. A word that means nothing is wrong usage.
fn read(save: Save) -> Result<SavedView, CliError> {
    let name = view::name(&save.name).map_err(CliError::usage)?;
    let filter = select::parse_or_all(save.filter.as_deref())?;
    let sort =
        save.sort.as_deref().map_or_else(|| Ok(Sort::default()), Sort::parse).map_err(CliError::usage)?;
    let group = save.group.as_deref().map(GroupBy::parse).transpose().map_err(CliError::usage)?;
    if let Some(digit) = save.digit.filter(|digit| !DIGITS.contains(digit)) {
        return Err(CliError::usage(format_args!(
            "--digit {digit}: expected 5 to 9; the other digits open the built-in views"
        )));
    }
    let words = save.columns.as_deref().unwrap_or_default().split(',').map(str::trim);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let columns = match words.as_slice() {
        [] => Vec::new(),
        words => Columns::parse(words.iter().copied()).map_err(CliError::usage)?.words(),
    };
    let filter =
        if filter.is_all() { String::new() } else { save.filter.unwrap_or_default().trim().to_owned() };
    Ok(SavedView { name, digit: save.digit, look: Look { filter, sort, group, columns } })
}

async fn keep(
    workspace: &Workspace,
    view: SavedView,
    global: &Global,
    out: &mut Out,
) -> Result<Exit, CliError> {
    workspace::keeping(workspace)?;
    let name = view.name.clone();
    let seen = newest(workspace);
    let edit = ViewEdit::Named(view);
    let (edited, views) = workspace
        .store
        .call(move |store| {
            store.edit_view(&edit, seen, Utc::now()).and_then(|edited| Ok((edited, store.views()?)))
        })
        .await??;
    if global.json {
        let (Edited::Added(id) | Edited::Changed(id)) = edited else { return Ok(Exit::Done) };
        if let Some(kept) = views.iter().find(|kept| kept.id == id) {
            out.line(machine::text(&value(kept, None)))?;
        }
        return Ok(Exit::Done);
    }
    let over = if matches!(edited, Edited::Changed(_)) { "saved over" } else { "saved" };
    out.line(format_args!("{over} the view \"{}\"", SafeStr(&name)))?;
    Ok(Exit::Done)
}

/// The newest alert of the cache: what comes later is new to a view that is saved now.
fn newest(workspace: &Workspace) -> AlertKey {
    let table = &workspace.table;
    table.len().checked_sub(1).and_then(|last| table.row(last as u32)).map_or(AlertKey(0), |row| row.key())
}

async fn delete(workspace: &Workspace, name: &str, global: &Global, out: &mut Out) -> Result<Exit, CliError> {
    workspace::writable(workspace)?;
    let wanted = name.trim();
    let found = workspace.kept.views.iter().find(|kept| view::is_same_name(&kept.view.name, wanted));
    let Some(kept) = found else {
        let known: Vec<&str> = workspace.kept.views.iter().map(|kept| kept.view.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(CliError::failed(format_args!(
            "there is no view \"{}\"; there are: {}",
            SafeStr(name),
            SafeStr(&known)
        )));
    };
    let edit = ViewEdit::Delete(kept.id);
    workspace.store.call(move |store| store.edit_view(&edit, AlertKey(0), Utc::now())).await??;
    if global.json {
        out.line(machine::text(&json!({ "deleted": kept.view.name })))?;
    } else {
        out.line(format_args!("deleted the view \"{}\"", SafeStr(&kept.view.name)))?;
    }
    Ok(Exit::Done)
}

async fn list(global: &Global, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        let mut counted = Vec::new();
        for kept in &workspace.kept.views {
            counted.push((kept, count(workspace, kept).await));
        }
        if global.json {
            let values: Vec<Value> = counted.iter().map(|(kept, count)| value(kept, *count)).collect();
            out.line(machine::text(&Value::from(values)))?;
        } else if !counted.is_empty() {
            for line in table(&counted).lines() {
                out.line(line.trim_end())?;
            }
        }
        if counted.is_empty() {
            say("no view is saved: `quell view save` saves one");
        } else {
            select::say_never_synced(workspace).await;
        }
        Ok(Exit::Done)
    })
    .await
}

/// How many alerts a view has; none when its filter cannot be read.
async fn count(workspace: &Workspace, kept: &KeptView) -> Option<ViewCount> {
    let filter = crate::domain::filter::parse(&kept.view.look.filter).ok()?;
    let listing = select::matching(workspace, filter, Sort::default()).await.ok()?;
    Some(ViewCount::of(&listing.table, &listing.rows, kept.seen))
}

fn table(views: &[(&KeptView, Option<ViewCount>)]) -> comfy_table::Table {
    let mut table = columns(&["Digit", "Name", "Alerts", "New", "Sort", "Group", "Filter"]);
    for (kept, count) in views {
        let SavedView { name, digit, look } = &kept.view;
        let number = |number: Option<usize>| number.map_or_else(|| "?".to_owned(), thousands);
        table.add_row([
            digit.map(|digit| digit.to_string()).unwrap_or_default(),
            SafeStr(name).to_string(),
            number(count.map(|count| count.alerts)),
            number(count.map(|count| count.new)),
            look.sort.to_string(),
            look.group.map(|by| by.to_string()).unwrap_or_default(),
            SafeStr(&look.filter).to_string(),
        ]);
    }
    table
}

/// A view for machines; without counts where they were not made.
fn value(kept: &KeptView, count: Option<ViewCount>) -> Value {
    let SavedView { name, digit, look } = &kept.view;
    let mut value = json!({
        "name": name,
        "digit": digit,
        "filter": look.filter,
        "sort": look.sort.to_string(),
        "group": look.group.map(GroupBy::word),
        "columns": look.columns,
        "looked": kept.looked,
    });
    if let (Some(count), Some(object)) = (count, value.as_object_mut()) {
        object.insert("alerts".to_owned(), count.alerts.into());
        object.insert("new".to_owned(), count.new.into());
    }
    value
}
