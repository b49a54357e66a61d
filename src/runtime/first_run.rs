//! The first run: what sign-ins there are, the subscriptions they see, and the config that is written.

use std::sync::{Arc, Mutex, PoisonError};

use super::mailbox::Mailbox;
use super::open::Plan;
use crate::app::message::{Message, SignInFound, Start};
use crate::azure::{
    ArmClient, Credential, Finding, Limits, Presence, SignInEnvironment, TokenSource, discover,
};
use crate::cli::args::Global;
use crate::config::{Config, Paths, Profile};
use crate::domain::SafeText;

/// What was found, between the steps.
#[derive(Clone, Default)]
pub struct State(Arc<Mutex<Found>>);

#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    plan: Option<Plan>,
}

impl State {
    fn with<R>(&self, use_it: impl FnOnce(&mut Found) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn chosen(&self, at: usize) -> Option<(Finding, Plan)> {
        self.with(|found| Some((found.findings.get(at)?.clone(), found.plan.clone()?)))
    }

    /// Writes the config for the sign-in chosen; gives its path and what to open.
    pub fn write(
        &self,
        global: &Global,
        sign_in: usize,
        subscriptions: Vec<String>,
    ) -> Result<(SafeText, Plan), SafeText> {
        let (finding, mut plan) =
            self.chosen(sign_in).ok_or_else(|| SafeText::from("no sign-in was chosen"))?;
        plan.profile = Profile { sign_in: finding.kind.word().to_owned(), subscriptions, ..plan.profile };
        plan.sign_in = Some(finding.kind);
        let text = |error: crate::config::ConfigError| SafeText::from(error.to_string());
        let path = match &global.config {
            Some(path) => path.clone(),
            None => Paths::standard().map_err(text)?.config,
        };
        let config =
            Config { profile: [(plan.name.clone(), plan.profile.clone())].into(), ..Config::default() };
        config.write(&path).map_err(text)?;
        Ok((path.display().to_string().into(), plan))
    }
}

/// Looks for sign-ins and shows them.
pub async fn look(state: &State, plan: Plan, mailbox: &Mailbox) {
    let findings = discover(&SignInEnvironment::from_process()).await;
    let shown = findings.iter().map(show).collect();
    state.with(|found| *found = Found { findings, plan: Some(plan) });
    mailbox.send(Message::Start(Start::FirstRun(shown)));
}

fn show(finding: &Finding) -> SignInFound {
    let found = match &finding.presence {
        Presence::Ready(whom) => Ok(whom.clone()),
        Presence::Incomplete(missing) => Err(missing.as_str().into()),
        Presence::Absent => Err("not found".into()),
    };
    SignInFound { name: finding.kind.label().to_owned(), found }
}

/// Signs in as chosen and lists the subscriptions.
pub async fn list(state: &State, chosen: usize, mailbox: &Mailbox) {
    let answer = match state.chosen(chosen) {
        Some((finding, plan)) => subscriptions(finding, plan).await,
        None => Err("no sign-in was chosen".into()),
    };
    mailbox.send(Message::Start(Start::Subscriptions(answer)));
}

fn named(subscription: crate::azure::Subscription) -> crate::domain::progress::Subscription {
    crate::domain::progress::Subscription {
        id: subscription.id,
        name: subscription.display_name,
        tenant: subscription.tenant_id,
    }
}

async fn subscriptions(
    finding: Finding,
    plan: Plan,
) -> Result<Vec<(crate::domain::progress::Subscription, bool)>, SafeText> {
    let text = |error: &dyn std::fmt::Display| SafeText::from(error.to_string());
    let credential = Credential::of_kind(finding.kind, &SignInEnvironment::from_process())
        .map_err(|error| text(&error))?;
    let tokens = TokenSource::new(credential, plan.cloud);
    let client = ArmClient::new(plan.endpoint, tokens, Limits::default()).map_err(|error| text(&error))?;
    let list = client.subscriptions().await.map_err(|error| text(&error))?;
    Ok(list.into_iter().map(|subscription| (named(subscription), true)).collect())
}
