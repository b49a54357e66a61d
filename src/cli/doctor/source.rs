//! The way to the source, who is signed in there, and what the role may do in each subscription.

use super::Findings;
use crate::azure::reach::{Reach, reach};
use crate::azure::{ApiError, ArmClient, Subscription};
use crate::domain::SafeText;
use crate::domain::rights::Right;
use crate::runtime::open::Workspace;

pub(super) async fn look(workspace: &Workspace, findings: &mut Findings) {
    let endpoint = &workspace.plan.endpoint;
    match reach(endpoint, |name| std::env::var(name).ok()).await {
        Reach::Open { proxy: None } => findings.good("network", format_args!("{endpoint} answers")),
        Reach::Open { proxy: Some(proxy) } => {
            findings.good("network", format_args!("{endpoint} answers, through the proxy {proxy}"));
        }
        Reach::Clock(why) => findings.bad("network", why),
        Reach::Closed(why) => {
            findings.bad("network", why);
            // Whether there is a sign-in at all is known without it.
            if let Err(error) = workspace.connect().await {
                refused("sign-in", &error, findings);
            }
            return;
        }
    }
    let client = match workspace.connect().await {
        Ok(client) => client,
        Err(error) => return refused("sign-in", &error, findings),
    };
    let who = match client.who().await {
        Ok(who) => who,
        Err(error) => return refused("sign-in", &ApiError::SignIn(error), findings),
    };
    let mut line = SafeText::from(who.display_name()).to_string();
    if !who.tenant.is_empty() {
        line += &format!(", tenant {}", who.tenant);
    }
    findings.good("signed in", line);
    let subscriptions = match client.subscriptions().await {
        Ok(subscriptions) => subscriptions,
        Err(error) => return refused("source", &error, findings),
    };
    if subscriptions.is_empty() {
        findings
            .denied("source", "the sign-in sees no subscription: it needs the role Security Reader on one");
    }
    for id in &workspace.plan.profile.subscriptions {
        let seen = subscriptions.iter().any(|known| known.id.as_str().eq_ignore_ascii_case(id.trim()));
        if !seen {
            let id = SafeText::from(id.as_str());
            findings.denied(
                "source",
                format_args!("the profile names the subscription {id}, which this sign-in does not see: it takes Security Reader there, or another tenant"),
            );
        }
    }
    for subscription in subscriptions {
        roles(&client, &subscription, findings).await;
    }
}

/// An error of the source, with the exit code that is its own.
fn refused(topic: &'static str, error: &ApiError, findings: &mut Findings) {
    let denied = error.needs_sign_in() || matches!(error, ApiError::Forbidden { .. });
    if denied { findings.denied(topic, error) } else { findings.bad(topic, error) }
}

async fn roles(client: &ArmClient, subscription: &Subscription, findings: &mut Findings) {
    let name = &subscription.display_name;
    let rights = match client.rights(&subscription.id).await {
        Ok(rights) => rights,
        Err(error) => return findings.bad("role", format_args!("{name}: {error}")),
    };
    if !rights.has(Right::ReadAlerts) {
        let needs = Right::ReadAlerts.needs();
        findings.denied("role", format_args!("{name}: may not read alerts; it takes {needs}"));
    }
    let held: Vec<&str> =
        Right::ALL.into_iter().filter(|right| rights.has(*right)).map(Right::words).collect();
    if !held.is_empty() {
        findings.good("role", format_args!("{name}: may {}", held.join(", ")));
    }
    for right in rights.missing().filter(|right| *right != Right::ReadAlerts) {
        let elsewhere = if right.is_of_subscription() { "" } else { " (a role on a resource group may do)" };
        let (words, needs) = (right.words(), right.needs());
        let may = if rights.has_part(right) { "may only in part" } else { "may not" };
        findings.note("role", format_args!("{name}: {may} {words}; it takes {needs}{elsewhere}"));
    }
}
