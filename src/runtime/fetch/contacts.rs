//! Section 6: who receives mail.

use super::ask;
use crate::app::respond::contacts::{Answer, Order};
use crate::runtime::deeds;
use crate::runtime::work::Work;

/// Reads or stores the settings.
pub(super) async fn answer(work: &Work, order: Order) -> Answer {
    match order {
        Order::Read(subscription) => {
            let settings = ask(work, async |client| client.contacts(&subscription).await).await;
            Answer::Read(subscription, settings)
        }
        Order::Save(subscription, before, after) => {
            let saving = async |client: &crate::azure::ArmClient| {
                client.save_contacts(&subscription, &before, &after).await
            };
            let saved = ask(work, saving).await;
            if let Ok(saved) = &saved {
                work.audit(deeds::contacts(&subscription, &before.settings, &after, saved)).await;
            }
            Answer::Saved(subscription, after, saved)
        }
    }
}
