//! Which logic apps an alert can be sent to, and which automations there are: every subscription asked side by side.

use futures_util::stream::{self, StreamExt};

use crate::azure::{ApiError, ArmClient};
use crate::domain::logic_app;
use crate::domain::progress::Fault;
use crate::domain::response::Candidates;
use crate::sync::pull;
use crate::sync::settings::Selection;
use crate::sync::source::Source;
use crate::sync::trouble;

/// Subscriptions asked side by side.
const SIDE_BY_SIDE: usize = 4;

/// Asks for all of them. What one subscription refuses costs nothing of the others; an error means that there is nothing
/// to show at all.
pub async fn candidates(client: &ArmClient, selection: &Selection) -> Result<Candidates, Fault> {
    let subscriptions = pull::subscriptions(&Source::Arm(client.clone()), selection).await?;
    let answers = stream::iter(subscriptions.clone()).map(|one| async move {
        let asked = tokio::join!(client.logic_apps(&one.id), client.automations(&one.id));
        (one, asked)
    });
    let answers: Vec<_> = answers.buffered(SIDE_BY_SIDE).collect().await;
    let mut found = Candidates { subscriptions, ..Candidates::default() };
    let mut heard = false;
    for (one, (apps, automations)) in answers {
        heard |= apps.is_ok() || automations.is_ok();
        match apps {
            Ok(apps) => found.apps.extend(apps),
            Err(error) => found.faults.push((one.clone(), unread("logic apps", &error))),
        }
        match automations {
            Ok(automations) => found.automations.extend(automations),
            Err(error) => found.faults.push((one, unread("workflow automations", &error))),
        }
    }
    if !heard && let Some((_, fault)) = found.faults.first() {
        return Err(fault.clone());
    }
    logic_app::sort(&mut found.apps);
    Ok(found)
}

/// Why a subscription did not tell something.
fn unread(what: &str, error: &ApiError) -> Fault {
    let Fault { kind, message } = trouble::fault(error);
    Fault { kind, message: format!("{what}: {}", message.raw()).into() }
}
