//! The details of the alert that the next step of the cursor is likely to reach: read while the analyst reads, so that the
//! step shows them at once.
//!
//! They are of the alerts as they were when they were asked for. Whatever may have changed an alert since drops them.

use std::sync::Arc;

use crate::app::message::{Detail, Message, Question};
use crate::app::model::{Ahead, Model};
use crate::app::{Effect, Effects};
use crate::domain::{AlertKey, SafeText};

/// The next step is likely to reach this alert. Not while a listing is under way, which changes alerts all the time, nor
/// before all alerts are there.
pub(super) fn look(model: &mut Model, next: Option<AlertKey>, out: &mut Effects) {
    let details = &mut model.details;
    if details.full.is_some() || next == details.wanted || model.sync.running || model.list.opening.is_some()
    {
        return;
    }
    details.ahead = next.map(|key| Ahead { key, question: None, detail: None });
    if details.asked.is_none() {
        ask(model, out);
    }
}

/// Asks for them, now that nothing is waited for.
pub(super) fn ask(model: &mut Model, out: &mut Effects) {
    let question = Question(model.next_serial());
    let Some(ahead) = &mut model.details.ahead else { return };
    if ahead.question.is_none() {
        ahead.question = Some(question);
        out.push(Effect::LoadDetail { question, table: Arc::clone(&model.table), key: ahead.key });
    }
}

/// Details came that nobody waits for yet. Why they could not be read is told to who wants them and asks for them then.
pub(super) fn answered(model: &mut Model, question: Question, answer: Result<Arc<Detail>, SafeText>) {
    let details = &mut model.details;
    let Some(ahead) = details.ahead.as_mut().filter(|ahead| ahead.question == Some(question)) else { return };
    match answer {
        Ok(detail) => ahead.detail = Some(detail),
        Err(_) => details.ahead = None,
    }
}

/// The details of the alert wanted, if they were read ahead. Those on their way are waited for.
pub(super) fn take(model: &mut Model) -> Option<Arc<Detail>> {
    let details = &mut model.details;
    let ahead = details.ahead.take().filter(|ahead| Some(ahead.key) == details.wanted)?;
    let question = ahead.question?;
    details.question = question;
    details.again = false;
    details.counted = Some(model.table.content_mark());
    details.asked = ahead.detail.is_none().then_some(ahead.key);
    ahead.detail
}

/// Drops them when a message may tell of a change of alerts, or of what is kept of them.
pub(super) fn heard(model: &mut Model, message: &Message) {
    let tells = !matches!(message, Message::Key(_) | Message::Detail(..) | Message::Timer(_));
    if tells {
        model.details.ahead = None;
    }
}
