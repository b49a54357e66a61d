//! What the signed-in role may do: asked once for each subscription, in the background, and again with `R`.

use crate::app::fetch::Order;
use crate::app::message::Question;
use crate::app::model::Model;
use crate::app::{Effect, Effects};
use crate::domain::SubscriptionId;
use crate::domain::rights::{Right, Rights};

/// Asks about the subscriptions that were not asked about yet.
pub(super) fn ask(model: &mut Model, out: &mut Effects) {
    let known = model.sync.subscriptions.iter().map(|state| &state.subscription.id);
    let unknown = model.rights.to_ask(known);
    if !unknown.is_empty() {
        let question = Question(model.next_serial());
        out.push(Effect::Fetch { question, order: Order::Rights(unknown) });
    }
}

/// Asks about all of them again: a role may have been given meanwhile.
pub(super) fn again(model: &mut Model, out: &mut Effects) {
    model.rights.ask_again();
    ask(model, out);
}

/// Permissions were read.
pub(super) fn listed(model: &mut Model, rights: Vec<(SubscriptionId, Rights)>) {
    for (subscription, rights) in rights {
        model.rights.listed(subscription, rights);
    }
}

/// Why an action of a subscription cannot be used, where that is known before trying.
pub(super) fn allow(
    model: &Model,
    subscription: Option<&SubscriptionId>,
    right: Right,
) -> Result<(), String> {
    subscription.map_or(Ok(()), |subscription| model.rights.allow(subscription, right))
}
