//! Section 3, *Prevent future attacks*: the resource's unhealthy recommendations.

use crate::app::documents;
use crate::app::fetch::{Order, Remote};
use crate::app::message::Question;
use crate::app::model::{Model, Page};
use crate::app::respond::context::nothing;
use crate::app::respond::kept::Kept;
use crate::app::respond::{ascend, asks, descend, lay_out};
use crate::app::{Effect, Effects, details};
use crate::domain::SafeText;
use crate::domain::context::subject;
use crate::domain::progress::Fault;
use crate::domain::recommendation::{Recommendation, Recommendations};
use crate::domain::resource::ResourceId;

/// The section.
#[derive(Debug, Default)]
pub struct Prevent {
    /// What is known of each of the last resources.
    pub kept: Kept<Of, Remote<Recommendations>>,
    /// The recommendation that is shown whole.
    pub open: Option<Box<Recommendation>>,
}

/// A resource as a key: letter case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of(ResourceId);

impl Of {
    /// The key of a resource.
    pub fn new(resource: ResourceId) -> Self {
        Self(resource)
    }
}

fn resource(model: &Model) -> Option<ResourceId> {
    subject(&details::current(model)?.alert).ok().cloned()
}

/// The section is on the screen: asks what was not asked yet, or once more.
pub(super) fn shown(model: &mut Model, everything: bool, out: &mut Effects) {
    let Some(resource) = resource(model) else { return };
    let question = Question(model.serial + 1);
    let remote = model.respond.prevent.kept.entry(Of::new(resource.clone()));
    if everything || remote.is_unasked() {
        remote.ask(question);
        model.serial += 1;
        out.push(Effect::Fetch { question, order: Order::Prevent(resource) });
    }
}

/// An answer came.
pub(super) fn answered(
    model: &mut Model,
    question: Question,
    resource: ResourceId,
    answer: Result<Recommendations, Fault>,
) {
    if let Some(remote) = model.respond.prevent.kept.get_mut(&Of::new(resource)) {
        remote.answer(question, answer, model.now.utc);
    }
}

/// Lays the section out.
pub(super) fn page(model: &Model, width: usize) -> Page {
    if let Some(item) = &model.respond.prevent.open {
        let document = documents::recommendations::recommendation(item, width);
        return Page { document, items: Vec::new() };
    }
    let Some(resource) = resource(model) else { return nothing(model, width) };
    let unasked = Remote::default();
    let remote = model.respond.prevent.kept.get(&Of::new(resource.clone())).unwrap_or(&unasked);
    let (document, items) = documents::recommendations(&resource, remote, &asks(model), width, model.now);
    Page { document, items }
}

fn under_cursor(model: &Model) -> Option<&Recommendation> {
    if let Some(open) = &model.respond.prevent.open {
        return Some(open);
    }
    let remote = model.respond.prevent.kept.get(&Of::new(resource(model)?))?;
    remote.value()?.items.get(model.respond.place.item)
}

/// Shows the recommendation under the cursor whole.
pub(super) fn enter(model: &mut Model) {
    if model.respond.prevent.open.is_some() {
        return;
    }
    if let Some(item) = under_cursor(model).cloned() {
        model.respond.prevent.open = Some(Box::new(item));
        descend(model);
        lay_out(model);
    }
}

/// Closes what is shown whole; false when nothing is.
pub(super) fn back(model: &mut Model) -> bool {
    if model.respond.prevent.open.take().is_none() {
        return false;
    }
    ascend(model);
    lay_out(model);
    true
}

/// The portal's page of the recommendation under the cursor; an error when it has none.
pub(super) fn link(model: &Model) -> Option<Result<SafeText, String>> {
    let item = under_cursor(model)?;
    Some(if item.link.is_empty() {
        Err("the source gave no portal link for this recommendation".to_owned())
    } else {
        Ok(item.link.clone())
    })
}
