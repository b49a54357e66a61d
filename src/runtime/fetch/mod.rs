//! Asks the source for what the *Take action* tab shows: one file a section, on the functions that the commands use too.

mod trigger;

use crate::app::fetch::{Answer, Order};
use crate::azure::ArmClient;
use crate::domain::progress::{Fault, FaultKind};
use crate::runtime::work::Work;

/// Carries an order out.
pub async fn answer(work: &Work, order: Order) -> Answer {
    match order {
        Order::Candidates => trigger::apps(work).await,
        Order::Outgoing(ids) => trigger::outgoing(work, ids).await,
    }
}

/// The client of the source that is signed in to, or why there is none.
pub fn client(work: &Work) -> Result<ArmClient, Fault> {
    work.client().ok_or_else(|| Fault {
        kind: FaultKind::SignIn,
        message: "not signed in: R tries again, `quell doctor` says more".into(),
    })
}
