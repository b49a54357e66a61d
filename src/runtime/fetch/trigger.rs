//! Section 4: the logic apps and automations of the profile's subscriptions, and what would be sent of alerts.

use super::client;
use crate::app::fetch::Answer;
use crate::domain::AlertId;
use crate::domain::progress::{Fault, FaultKind};
use crate::runtime::respond;
use crate::runtime::work::Work;
use crate::sync::candidates::candidates;

fn nothing_open() -> Fault {
    Fault { kind: FaultKind::Storage, message: "nothing is open yet".into() }
}

/// The logic apps and automations.
pub(super) async fn apps(work: &Work) -> Answer {
    let answer = async {
        let client = client(work)?;
        let workspace = work.workspace().ok_or_else(nothing_open)?;
        let selection = workspace.engine_config(client.clone()).subscriptions;
        candidates(&client, &selection).await
    };
    Answer::Candidates(answer.await)
}

/// What would be sent: from the cache, so that it can be read on a dead line too.
pub(super) async fn outgoing(work: &Work, ids: Vec<AlertId>) -> Answer {
    let answer = async {
        let workspace = work.workspace().ok_or_else(nothing_open)?;
        let made = respond::outgoing(&workspace.store, ids).await;
        made.map_err(|message| Fault { kind: FaultKind::Storage, message })
    };
    Answer::Outgoing(answer.await)
}
