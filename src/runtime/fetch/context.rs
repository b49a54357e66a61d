//! Section 1: the parts of what is known around an alert.

use super::ask;
use crate::app::respond::context::{Answer, Order};
use crate::runtime::work::Work;

/// Asks for one part.
pub(super) async fn answer(work: &Work, order: Order) -> Answer {
    match order {
        Order::Tags(key, resource) => {
            Answer::Tags(key, ask(work, async |client| client.tags(&resource).await).await)
        }
        Order::Holders(key, resource) => {
            Answer::Holders(key, ask(work, async |client| client.holders(&resource).await).await)
        }
        Order::Log(key, resource, window) => {
            Answer::Log(key, ask(work, async |client| client.activity(&resource, window).await).await)
        }
    }
}
