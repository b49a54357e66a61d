//! What the commands about one alert's resource, or about subscriptions, share.

use std::sync::Arc;

use crate::app::document::{Document, Piece, Role};
use crate::app::fetch::Remote;
use crate::app::message::Detail;
use crate::azure::{ApiError, ArmClient, Subscription};
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::select;
use crate::domain::context::{Nowhere, subject};
use crate::domain::progress::{Fault, FaultKind};
use crate::domain::resource::ResourceId;
use crate::domain::{SafeStr, SubscriptionId};
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
    let said = failed.iter().map(|(part, fault)| (**part, fault.message.to_string()));
    together(said, faults.len()).iter().for_each(say);
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

/// Writes laid-out text, without the keys that the screen has for it.
pub fn print(document: &Document, out: &mut Out) -> Result<(), CliError> {
    for line in keyless(document).text().lines() {
        out.line(line)?;
    }
    Ok(())
}

/// The document without its hints about keys, and without the lines that held nothing else.
pub fn keyless(document: &Document) -> Document {
    // A sign in the style of a key, as that of a change under way, is none.
    let is_key = |piece: &Piece| piece.role == Role::Key && piece.text.contains(char::is_alphanumeric);
    let lines = document.lines.iter().filter_map(|line| {
        let kept: Vec<Piece> = line.iter().filter(|piece| !is_key(piece)).cloned().collect();
        let only_keys = kept.len() < line.len() && kept.iter().all(|piece| piece.text.trim().is_empty());
        (!only_keys).then_some(kept)
    });
    Document { lines: lines.collect() }
}

/// Faults of some of several parts, equal ones once: `2 of 3 (tags, roles): …`.
pub fn together<'a>(faults: impl IntoIterator<Item = (&'a str, String)>, of: usize) -> Vec<String> {
    const NAMED: usize = 3;
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for (part, why) in faults {
        match groups.iter_mut().find(|(_, known)| *known == why) {
            Some((parts, _)) => parts.push(part),
            None => groups.push((vec![part], why)),
        }
    }
    let line = |(parts, why): (Vec<&str>, String)| match parts.as_slice() {
        [part] => format!("{part}: {why}"),
        parts => {
            let more = if parts.len() > NAMED { ", …" } else { "" };
            let named = parts[..parts.len().min(NAMED)].join(", ");
            format!("{} of {of} ({named}{more}): {why}", parts.len())
        }
    };
    groups.into_iter().map(line).collect()
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
        if !all.iter().any(named) {
            return Err(unknown_subscription(wanted, all.iter().map(|of| of.display_name.to_string())));
        }
        all.retain(named);
    } else if !chosen.is_empty() {
        all.retain(|of| chosen.iter().any(|id| SubscriptionId::new(id) == of.id));
    }
    if all.is_empty() {
        return Err(CliError::failed("the sign-in sees no subscription"));
    }
    Ok(all)
}

/// No subscription is called so.
pub fn unknown_subscription(wanted: &str, known: impl Iterator<Item = String>) -> CliError {
    let known: Vec<String> = known.collect();
    let rest = match known.as_slice() {
        [] => "none is known".to_owned(),
        [one] => format!("known is {one}"),
        several => format!("known are {}", several.join(", ")),
    };
    CliError::failed(format_args!("no subscription named {}; {rest}", SafeStr(wanted)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::documents::{flow::Flow, standing};

    #[test]
    fn a_command_names_no_keys() {
        let fault = Fault { kind: FaultKind::Unreachable, message: "no network".into() };
        let remote: Remote<u8> = Remote { fault: Some(fault), ..Remote::default() };
        for width in [12, 20, 80] {
            let mut flow = Flow::new(width);
            standing(&mut flow, &remote, "R", now());
            flow.line(vec![Piece::new("↑", Role::Key), Piece::from("more")]);
            let document = flow.finish();
            assert!(document.text().contains('R'), "{}", document.text());
            assert_eq!(keyless(&document).text(), "  no network\n↑more\n", "{width}");
        }
    }

    #[test]
    fn equal_faults_are_said_once() {
        let faults = [("a", "x"), ("b", "y"), ("c", "x")].map(|(part, why)| (part, why.to_owned()));
        assert_eq!(together(faults, 4), ["2 of 4 (a, c): x", "b: y"]);
        let all = ["a", "b", "c", "d"].map(|part| (part, "x".to_owned()));
        assert_eq!(together(all, 4), ["4 of 4 (a, b, c, …): x"]);
    }
}
