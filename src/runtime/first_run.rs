//! The first run: what sign-ins there are, the subscriptions they see, and the config that is written.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::mailbox::Mailbox;
use super::open::Plan;
use crate::app::message::{FirstLook, Listed, Message, SignInFound, Start, SubscriptionCount};
use crate::app::model::Counted;
use crate::azure::{
    ArmClient, Cloud, Credential, DeviceSession, Finding, Identity, Limits, Presence, SignInEnvironment,
    SignInError, SignInKind, TokenSource, discover,
};
use crate::cli::args::Global;
use crate::config::{Config, Paths, Profile};
use crate::domain::progress::Subscription;
use crate::domain::rights::Right;
use crate::domain::{SafeText, SubscriptionId};

/// How long the counts may take in total: nobody waits for them.
const COUNTS_LIMIT: Duration = Duration::from_secs(20);

/// So many subscriptions without a count are asked whether their alerts may be read at all.
const MOST_ASKED: usize = 60;

/// So many at once.
const AT_ONCE: usize = 8;

/// What was found, between the steps.
#[derive(Clone, Default)]
pub struct State(Arc<Mutex<Found>>);

#[derive(Default)]
struct Found {
    ways: Vec<SignInKind>,
    plan: Option<Plan>,
    device: Option<DeviceSession>,
}

impl State {
    fn with<R>(&self, use_it: impl FnOnce(&mut Found) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The way that was chosen, and what would be opened in a cloud.
    fn chosen(&self, at: usize, cloud: &str) -> Option<(SignInKind, Plan)> {
        self.with(|found| {
            let plan = found.plan.as_mut()?;
            if let Some(cloud) = Cloud::parse(cloud) {
                plan.set_cloud(cloud);
            }
            Some((*found.ways.get(at)?, plan.clone()))
        })
    }

    /// A new sign-in by device code in a cloud.
    pub fn device(&self, cloud: &str) -> Result<DeviceSession, SignInError> {
        let session = self.with(|found| {
            let plan = found.plan.as_mut().ok_or(SignInError::NothingFound)?;
            if let Some(cloud) = Cloud::parse(cloud) {
                plan.set_cloud(cloud);
            }
            DeviceSession::new(&plan.environment(), plan.cloud)
        })?;
        self.with(|found| found.device = Some(session.clone()));
        Ok(session)
    }

    /// Writes the config for the sign-in chosen; gives its path and what to open.
    pub fn write(
        &self,
        global: &Global,
        sign_in: usize,
        subscriptions: Vec<String>,
        keep: bool,
    ) -> Result<(SafeText, Plan), SafeText> {
        let (kind, mut plan) =
            self.chosen(sign_in, "").ok_or_else(|| SafeText::from("no sign-in was chosen"))?;
        let by_code = kind == SignInKind::DeviceCode;
        plan.profile = Profile {
            cloud: plan.cloud.word().to_owned(),
            sign_in: kind.word().to_owned(),
            keep_sign_in: keep && by_code,
            subscriptions,
            ..plan.profile
        };
        plan.sign_in = Some(kind);
        plan.configured = true;
        plan.device = self.with(|found| found.device.clone()).filter(|_| by_code);
        let text = |error: crate::config::ConfigError| SafeText::from(error.to_string());
        let path = match &global.config {
            Some(path) => path.clone(),
            None => Paths::standard().map_err(text)?.config,
        };
        Config::add_profile(&path, &plan.name, &plan.profile).map_err(text)?;
        Ok((path.display().to_string().into(), plan))
    }
}

/// Looks for sign-ins and shows them.
pub async fn look(state: &State, plan: Plan, mailbox: &Mailbox) {
    let environment = plan.environment();
    let findings = discover(&environment).await;
    let (absent, there): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.presence == Presence::Absent);
    let mut found: Vec<SignInFound> = there.iter().map(|finding| show(finding, &environment)).collect();
    found.push(SignInFound {
        name: SignInKind::DeviceCode.label().to_owned(),
        found: Ok("type a code into a browser anywhere".into()),
        device_code: true,
    });
    let look = FirstLook {
        found,
        absent: absent.iter().map(|finding| finding.kind.label().to_owned()).collect(),
        clouds: Cloud::ALL.map(|cloud| cloud.word().to_owned()).to_vec(),
        cloud: Cloud::ALL.iter().position(|cloud| *cloud == plan.cloud).unwrap_or(0),
    };
    let mut ways: Vec<SignInKind> = there.iter().map(|finding| finding.kind).collect();
    ways.push(SignInKind::DeviceCode);
    state.with(|found| *found = Found { ways, plan: Some(plan), device: None });
    mailbox.send(Message::Start(Start::FirstRun(look)));
}

fn show(finding: &Finding, environment: &SignInEnvironment) -> SignInFound {
    let found = match &finding.presence {
        Presence::Ready(_) if finding.kind == SignInKind::AccessToken => Ok(environment
            .token_identity()
            .map_or_else(SafeText::default, |who: Identity| who.display_name().into())),
        Presence::Ready(whom) => Ok(whom.clone()),
        Presence::Incomplete(missing) => Err(missing.as_str().into()),
        Presence::Absent => Err("not found".into()),
    };
    SignInFound { name: finding.kind.label().to_owned(), found, device_code: false }
}

/// Signs in as chosen and lists the subscriptions; then counts their alerts. Answers by a number.
pub async fn list(state: &State, chosen: usize, cloud: &str, mailbox: &Mailbox, number: u64) {
    let answer = |answer| mailbox.send(Message::Start(Start::Subscriptions(number, answer)));
    let Some((kind, plan)) = state.chosen(chosen, cloud) else {
        return answer(Err("no sign-in was chosen".into()));
    };
    let device = state.with(|found| found.device.clone());
    match subscriptions(kind, plan, device).await {
        Ok((client, listed)) => {
            let ids: Vec<SubscriptionId> =
                listed.subscriptions.iter().map(|subscription| subscription.id.clone()).collect();
            answer(Ok(listed));
            let counts = |counts| mailbox.send(Message::Start(Start::Counts(number, counts)));
            count(&client, &ids, &counts).await;
        }
        Err(why) => answer(Err(why)),
    }
}

fn named(subscription: crate::azure::Subscription) -> Subscription {
    Subscription { id: subscription.id, name: subscription.display_name, tenant: subscription.tenant_id }
}

async fn subscriptions(
    kind: SignInKind,
    plan: Plan,
    device: Option<DeviceSession>,
) -> Result<(ArmClient, Listed), SafeText> {
    let text = |error: &dyn std::fmt::Display| SafeText::from(error.to_string());
    let credential = match device {
        Some(session) if kind == SignInKind::DeviceCode => Credential::DeviceCode(session),
        _ => Credential::of_kind(kind, &plan.environment()).map_err(|error| text(&error))?,
    };
    let tokens = TokenSource::new(credential, plan.cloud);
    let client = ArmClient::new(plan.endpoint, tokens, Limits::default()).map_err(|error| text(&error))?;
    let who = client.who().await.map_err(|error| text(&error))?;
    let list = client.subscriptions().await.map_err(|error| text(&error))?;
    let subscriptions = list.into_iter().map(named).collect();
    Ok((client, Listed { who: who.display_name().into(), subscriptions }))
}

/// Counts the open alerts and says so, in two steps: by one query, then why a subscription is not in its answer.
async fn count(client: &ArmClient, ids: &[SubscriptionId], send: &(dyn Fn(Vec<SubscriptionCount>) + Sync)) {
    let unknown = |why: &str| -> Vec<SubscriptionCount> {
        ids.iter().map(|id| (id.clone(), Counted::Unknown(SafeText::from(why)))).collect()
    };
    let counted = async {
        let open = match client.open_alerts(ids).await {
            Ok(open) => open,
            Err(error) => return send(unknown(&error.to_string())),
        };
        let of = |id: &SubscriptionId| open.get(id).copied().unwrap_or_default();
        let (there, none): (Vec<_>, Vec<_>) = ids.iter().cloned().partition(|id| open.contains_key(id));
        let there = there.into_iter().map(|id| {
            let open = of(&id);
            (id, Counted::Open { alerts: open.alerts, high: open.high })
        });
        send(there.collect());
        let (asked, rest) = none.split_at(none.len().min(MOST_ASKED));
        send(rest.iter().map(|id| (id.clone(), Counted::Open { alerts: 0, high: 0 })).collect());
        let mut answers = stream::iter(asked.to_vec())
            .map(|id| async move { (id.clone(), none_or_refused(client, &id).await) })
            .buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            send(vec![answer]);
        }
    };
    if tokio::time::timeout(COUNTS_LIMIT, counted).await.is_err() {
        send(unknown("counting took too long"));
    }
}

/// A subscription without open alerts, or one whose alerts may not be read.
async fn none_or_refused(client: &ArmClient, id: &SubscriptionId) -> Counted {
    match client.rights(id).await {
        Ok(rights) if !rights.has(Right::ReadAlerts) => {
            let needs = Right::ReadAlerts.needs();
            Counted::Unknown(format!("its alerts may not be read here; it takes {needs}").into())
        }
        Ok(_) => Counted::Open { alerts: 0, high: 0 },
        Err(error) => Counted::Unknown(error.to_string().into()),
    }
}
