//! Asks the source for what the *Take action* tab shows: one file a section, on the functions that the commands use too.

mod contacts;
mod context;
mod rights;
mod suppress;
mod trigger;

use crate::app::fetch::{Answer, Order};
use crate::app::message::Question;
use crate::azure::{ApiError, ArmClient};
use crate::domain::progress::{Fault, FaultKind};
use crate::runtime::work::Work;
use crate::sync::trouble::fault;

/// Carries the order of a question out.
pub async fn answer(work: &Work, question: Question, order: Order) -> Answer {
    match order {
        Order::Context(order) => Answer::Context(context::answer(work, order).await),
        Order::Prevent(resource) => {
            let found = ask(work, async |client| client.recommendations(&resource).await).await;
            Answer::Prevent(resource, found)
        }
        Order::Candidates => trigger::apps(work).await,
        Order::Outgoing(ids) => trigger::outgoing(work, ids).await,
        Order::Contacts(order) => Answer::Contacts(contacts::answer(work, order).await),
        Order::Rights(subscriptions) => Answer::Rights(rights::answer(work, subscriptions).await),
        Order::Suppress(order) => Answer::Suppress(suppress::answer(work, question, order).await),
    }
}

/// Asks the source one question; an error comes back as a fault.
async fn ask<T>(
    work: &Work,
    question: impl AsyncFnOnce(&ArmClient) -> Result<T, ApiError>,
) -> Result<T, Fault> {
    question(&client(work)?).await.map_err(|error| fault(&error))
}

/// The client of the source that is signed in to, or why there is none.
pub fn client(work: &Work) -> Result<ArmClient, Fault> {
    work.client().ok_or_else(|| {
        if work.workspace().is_some_and(|workspace| workspace.is_of_files()) {
            return fault(&ApiError::NoSource);
        }
        Fault { kind: FaultKind::SignIn, message: "not signed in: `quell doctor` says more".into() }
    })
}
