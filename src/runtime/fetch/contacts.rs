//! Section 6: who receives mail.

use super::ask;
use crate::app::respond::contacts::{Answer, Order};
use crate::domain::contacts::differences;
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
            let stored = ask(work, saving).await;
            if let Ok(stored) = &stored {
                let changes = differences(&before.settings, &stored.settings);
                work.audit(deeds::contacts(&subscription, &changes)).await;
            }
            Answer::Saved(subscription, after, stored)
        }
    }
}
