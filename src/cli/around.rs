//! What the commands about one alert's resource, or about subscriptions, share.

use std::sync::Arc;

use crate::app::document::Document;
use crate::app::fetch::Remote;
use crate::app::message::Detail;
use crate::azure::{ApiError, ArmClient, Subscription};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::select;
use crate::domain::context::{Nowhere, subject};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::resource::ResourceId;
use crate::domain::{SafeText, SubscriptionId};
use crate::runtime::open::Workspace;
use crate::runtime::{detail, now};
use crate::sync::trouble;

/// Columns of text that is not written to a terminal.
const PLAIN_WIDTH: u16 = 100;

/// One alert in full, from the cache.
pub async fn alert(workspace: &Workspace, id: &str) -> Result<Arc<Detail>, CliError> {
    let key = select::find(&workspace.table, id)?.key();
    detail::load(&workspace.store, Arc::clone(&workspace.table), key, None).await.map_err(CliError::failed)
}

/// The resource to ask about; where there is none, that is said and is no error.
pub fn resource(detail: &Detail) -> Result<ResourceId, Nowhere> {
    subject(&detail.alert).cloned().inspect_err(|why| say(format_args!("{why}.")))
}

/// An answer, or why there is none, as the screen keeps it.
pub fn remote<T>(answer: Result<T, ApiError>) -> Remote<T> {
    match answer {
        Ok(value) => Remote { known: Some((value, now().utc)), ..Remote::default() },
        Err(error) => Remote { fault: Some(trouble::fault(&error)), ..Remote::default() },
    }
}

/// How a command ends whose parts fail independently: the parts that failed are said.
pub fn ended(faults: &[(&str, Option<&Fault>)]) -> Exit {
    let failed: Vec<_> = faults.iter().filter_map(|(part, fault)| Some((part, (*fault)?))).collect();
    for (part, fault) in &failed {
        say(format_args!("{part}: {}", fault.message));
    }
    let denied = |fault: &Fault| matches!(fault.kind, FaultKind::SignIn | FaultKind::Forbidden);
    match failed.len() {
        0 => Exit::Done,
        some if some == faults.len() && failed.iter().all(|(_, fault)| denied(fault)) => Exit::Denied,
        _ => Exit::Failed,
    }
}

/// How wide text for people may be.
pub fn width(out: &Out) -> usize {
    let terminal = || crossterm::terminal::size().map_or(PLAIN_WIDTH, |(width, _)| width.max(40));
    usize::from(if out.is_terminal() { terminal() } else { PLAIN_WIDTH })
}

/// Writes laid-out text.
pub fn print(document: &Document, out: &mut Out) -> Result<(), CliError> {
    for line in document.text().lines() {
        out.line(line)?;
    }
    Ok(())
}

/// The subscriptions that the profile works on, or the one named by its GUID or its name.
pub async fn subscriptions(
    workspace: &Workspace,
    client: &ArmClient,
    wanted: Option<&str>,
) -> Result<Vec<Subscription>, CliError> {
    let mut all = client.subscriptions().await?;
    let chosen = &workspace.plan.profile.subscriptions;
    if let Some(wanted) = wanted {
        let named = |of: &Subscription| {
            of.id == SubscriptionId::new(wanted) || of.display_name.raw().eq_ignore_ascii_case(wanted)
        };
        all.retain(named);
        if all.is_empty() {
            let wanted = SafeText::from(wanted);
            return Err(CliError::failed(format!("the sign-in sees no subscription {wanted}")));
        }
    } else if !chosen.is_empty() {
        all.retain(|of| chosen.iter().any(|id| SubscriptionId::new(id) == of.id));
    }
    if all.is_empty() {
        return Err(CliError::failed("the sign-in sees no subscription"));
    }
    Ok(all)
}

/// The one subscription to change something in.
pub async fn one_subscription(
    workspace: &Workspace,
    client: &ArmClient,
    wanted: Option<&str>,
) -> Result<Subscription, CliError> {
    let mut found = subscriptions(workspace, client, wanted).await?;
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let lines: Vec<String> =
        found.iter().map(|of| format!("  {}  {}", of.id.as_str(), of.display_name)).collect();
    Err(CliError::usage(format!("which subscription? name one by --subscription:\n{}", lines.join("\n"))))
}
