//! Reading rules: all of them, or one by its name.

use crate::azure::{ApiError, ArmClient};
use crate::cli::around;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::say;
use crate::cli::suppress::args::Named;
use crate::cli::suppress::draft;
use crate::domain::suppression::Rule;
use crate::domain::{SafeStr, SubscriptionId};
use crate::runtime::open::Workspace;
use crate::runtime::suppress;

/// The rules of some subscriptions; of all in use, for none named. What cannot be listed is said; nothing at all is an
/// error.
pub(super) async fn all(
    workspace: &Workspace,
    client: &ArmClient,
    named: &[String],
) -> Result<Vec<Rule>, CliError> {
    let subscriptions = places(workspace, client, named).await?;
    let listed = suppress::rules(client, &subscriptions).await;
    if listed.unread > 0 {
        say(format_args!("{} rules could not be read and are left out", listed.unread));
    }
    let name = |of: &SubscriptionId| workspace.table.subscription_name(of.as_str()).to_string();
    let failed: Vec<(String, &ApiError)> =
        listed.failed.iter().map(|(subscription, error)| (name(subscription), error)).collect();
    let faults =
        failed.iter().map(|(name, error)| (name.as_str(), format!("the rules cannot be listed: {error}")));
    let faults = around::together(faults, subscriptions.len());
    match failed.first() {
        // The error itself says it.
        Some((_, error)) if listed.answered == 0 && faults.len() == 1 => return Err((*error).clone().into()),
        _ => faults.iter().for_each(say),
    }
    match listed.failed.into_iter().next() {
        Some((_, error)) if listed.answered == 0 => Err(error.into()),
        _ => Ok(listed.rules),
    }
}

/// The subscriptions named, else those in use.
pub(super) async fn places(
    workspace: &Workspace,
    client: &ArmClient,
    named: &[String],
) -> Result<Vec<SubscriptionId>, CliError> {
    if !named.is_empty() {
        return draft::subscriptions(&workspace.table, named);
    }
    Ok(suppress::subscriptions(workspace, &workspace.table, client).await?)
}

/// One rule by its name.
pub(super) async fn one(workspace: &Workspace, client: &ArmClient, named: &Named) -> Result<Rule, CliError> {
    let name = named.name.as_str();
    if let Some(subscription) = &named.subscription {
        let places = draft::subscriptions(&workspace.table, std::slice::from_ref(subscription))?;
        if let [place] = places.as_slice() {
            return match client.suppression_rule(place, name).await {
                Err(ApiError::NotFound) => Err(unknown(name)),
                found => Ok(found?),
            };
        }
    }
    let rules = all(workspace, client, &[]).await?;
    let mut found = rules.into_iter().filter(|rule| rule.is_named(name));
    let (Some(rule), rest) = (found.next(), found.count()) else { return Err(unknown(name)) };
    if rest > 0 {
        return Err(CliError::new(
            Exit::Failed,
            format!(
                "{} subscriptions have a rule named {}; choose one by --subscription",
                rest + 1,
                SafeStr(name)
            ),
        ));
    }
    Ok(rule)
}

fn unknown(name: &str) -> CliError {
    CliError::failed(format!(
        "no suppression rule is named {}; `quell suppress list` shows them",
        SafeStr(name)
    ))
}
