//! `quell set`: a bulk change.

use std::fmt::Write as _;

use chrono::Utc;
use serde_json::json;

use crate::azure::script::script;
use crate::cli::act::{confirmed, nothing, send};
use crate::cli::args::{Global, Set};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{json as machine, select, workspace};
use crate::domain::change::{NewChange, Plan, Skip, plan};
use crate::domain::filter::Filter;
use crate::domain::key_set::KeySet;
use crate::domain::picked::Picked;
use crate::domain::query::Sort;
use crate::domain::{AlertKey, SafeStr, scan};
use crate::runtime::open::Workspace;

/// Changes the status of the alerts named.
pub async fn run(global: &Global, set: Set, out: &mut Out) -> Result<Exit, CliError> {
    match (&set.filter, set.id.as_slice()) {
        (None, []) => return Err(CliError::usage("name the alerts by a FILTER or by --id; `*` means all")),
        (Some(_), [_, ..]) => {
            return Err(CliError::usage("name the alerts by a FILTER or by --id, not both"));
        }
        _ => {}
    }
    // An empty variable of a script must not mean every alert.
    if set.filter.as_deref().is_some_and(|text| text.trim().is_empty()) {
        return Err(CliError::usage("the FILTER is empty; `*` means all alerts"));
    }
    let filter = set.filter.as_deref().map(select::parse).transpose()?;
    workspace::using(global, async |workspace| change(workspace, global, set, filter, out).await).await
}

async fn change(
    workspace: &Workspace,
    global: &Global,
    set: Set,
    filter: Option<Filter>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let keys: Vec<AlertKey> = match filter.clone() {
        Some(filter) => select::matching(workspace, filter, Sort::default()).await?.keys().collect(),
        None => select::find_all(&workspace.table, &set.id)?,
    };
    let keep: KeySet = select::find_all(&workspace.table, &set.keep)?.into_iter().collect();
    let plan = plan(&workspace.table, &keys, set.status, &keep);
    say(arithmetic(&plan, &set));
    select::say_never_synced(workspace).await;
    let left = scan::left_behind(&workspace.table, &keys, &plan, set.status, None);
    if let Some(twins) = twins(&Picked::of(&workspace.table, left.into_iter().map(|(key, _)| key))) {
        say(twins);
    }
    if let Some(tool) = set.script {
        let targets = plan.targets();
        let script = script(tool.into(), &workspace.plan.endpoint, &targets, Utc::now());
        script.warning().iter().for_each(say);
        out.bytes(script.text.as_bytes())?;
        return Ok(Exit::Done);
    }
    if set.dry_run && global.json {
        let targets = plan.targets();
        let ids: Vec<&str> = targets.iter().map(|target| target.id.as_str()).collect();
        out.line(machine::text(&json!(ids)))?;
        return Ok(Exit::Done);
    }
    if set.dry_run {
        for target in plan.targets() {
            out.id(target.id.as_str())?;
        }
        return Ok(Exit::Done);
    }
    workspace::keeping(workspace)?;
    let alerts = plan.targets.len();
    if alerts == 0 {
        return nothing(global, out);
    }
    if !confirmed(&set.act, &format!("Set {alerts} alerts to {}?", set.status.word()))? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    let change = NewChange {
        targets: plan.targets(),
        status: Some(set.status),
        reason: set.reason,
        comment: set.comment.unwrap_or_default().into(),
        filter: filter.map(|filter| filter.to_string()).unwrap_or_default(),
        tenant: plan.tenant().clone(),
        undoes: None,
        take: false,
        by: workspace::who(workspace).await,
        at: Utc::now(),
    };
    let change = workspace.store.call(move |store| store.queue(&change)).await??;
    send(workspace, global, change, alerts, &set.act, out).await
}

/// What the other scanner reported of the same findings and is not part of the change.
fn twins(left: &Picked) -> Option<String> {
    const NAMED: usize = 5;
    let (twins, stay) = if left.len() == 1 { ("twin", "stays") } else { ("twins", "stay") };
    let mut text = format!("{} {twins} of the other scanner {stay} until the next scan:", left.len());
    for id in left.ids().take(NAMED) {
        let _ = write!(text, "\n  {}", SafeStr(id.as_str()));
    }
    if left.len() > NAMED {
        let _ = write!(text, "\n  and {} more", left.len() - NAMED);
    }
    (!left.is_empty()).then_some(text)
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
