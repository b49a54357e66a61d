//! `quell set`: a bulk change.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::Utc;

use crate::cli::act::{confirmed, send};
use crate::cli::args::{Global, Set};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{select, workspace};
use crate::domain::AlertKey;
use crate::domain::change::{NewChange, Plan, Skip, plan};
use crate::domain::query::Sort;

/// Changes the status of the alerts named.
pub async fn run(global: &Global, set: Set, out: &mut Out) -> Result<Exit, CliError> {
    if set.filter.is_some() != set.id.is_empty() {
        return Err(CliError::usage("name the alerts by a FILTER or by --id, not both; `*` means all"));
    }
    let filter = set.filter.as_deref().map(select::parse).transpose()?;
    let workspace = workspace::open(global).await?;
    let keys: Vec<AlertKey> = match &set.filter {
        Some(text) => select::matching(&workspace.table, Some(text), Sort::default())?.keys().collect(),
        None => select::find_all(&workspace.table, &set.id)?,
    };
    let keep: BTreeSet<AlertKey> = select::find_all(&workspace.table, &set.keep)?.into_iter().collect();
    let plan = plan(&workspace.table, &keys, set.status, &keep);
    say(arithmetic(&plan, &set));
    if set.dry_run {
        for (_, target) in &plan.targets {
            out.line(target.id.as_str())?;
        }
        workspace.close().await;
        return Ok(Exit::Done);
    }
    workspace::writable(&workspace)?;
    let alerts = plan.targets.len();
    if alerts == 0 {
        workspace.close().await;
        return Ok(Exit::Done);
    }
    if !confirmed(&set.act, &format!("Set {alerts} alerts to {}?", set.status.word()))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let change = NewChange {
        targets: plan.into_targets(),
        status: Some(set.status),
        reason: set.reason,
        comment: set.comment.unwrap_or_default().into(),
        filter: filter.map(|filter| filter.to_string()).unwrap_or_default(),
        undoes: None,
        take: false,
        by: workspace::who(&workspace).await,
        at: Utc::now(),
    };
    let change = workspace.store.call(move |store| store.queue(&change)).await??;
    let exit = send(&workspace, global, change, alerts, &set.act, out).await?;
    workspace.close().await;
    Ok(exit)
}

/// `337 = 340 matching − 3 kept (12 already dismissed)`.
fn arithmetic(plan: &Plan, set: &Set) -> String {
    let matching = plan.targets.len() + plan.skipped.len();
    let mut text = format!("{} to change = {matching} matching", plan.targets.len());
    for skip in [Skip::Kept, Skip::AlreadySo, Skip::Gone] {
        let count = plan.skipped_for(skip);
        if count > 0 {
            let _ = write!(text, " − {count} {}", skip.words(set.status));
        }
    }
    text
}
