//! The form of the mail settings, and its confirm.

use super::{framed, keys, prompt_columns};
use crate::app::document::Role;
use crate::app::documents::contacts::{differences, warnings};
use crate::app::documents::flow::Flow;
use crate::app::layout::popup;
use crate::app::model::{MailForm, Model};
use crate::domain::contacts::{Difference, Settings};
use crate::ui::details::position;
use crate::ui::form;
use crate::ui::paint::Painter;

/// Draws the form or the confirm.
pub(super) fn draw(model: &Model, mail: &MailForm, painter: &mut Painter<'_>) {
    let title = format!("Mail for alerts of {}", mail.name.truncate(40));
    if let Some((after, changes)) = &mail.confirm {
        return confirm(model, mail, (after, changes), &title, painter);
    }
    let columns = prompt_columns(model);
    let rows = mail.form.lay_out(columns).document.len();
    let area = popup(model.size, columns as u16, rows as u16);
    framed(area, &title, painter);
    let (offset, lines) = form::draw(&mail.form, area.inner(), painter);
    position(area, offset, lines, painter);
}

fn confirm(
    model: &Model,
    mail: &MailForm,
    (after, changes): (&Settings, &[Difference]),
    title: &str,
    painter: &mut Painter<'_>,
) {
    let columns = prompt_columns(model);
    let mut flow = Flow::new(columns);
    flow.words("Store these settings?", Role::Strong);
    flow.blank();
    differences(&mut flow, changes);
    warnings(&mut flow, &mail.before, after);
    flow.blank();
    flow.line(keys(&[("y", "yes, store them"), ("Enter", "no, back to the form")]));
    let document = flow.finish();
    let area = popup(model.size, columns as u16, document.len() as u16);
    framed(area, title, painter);
    let inner = area.inner();
    // The answer's keys are seen whatever is cut.
    let offset = inner.last_offset(document.len());
    painter.document(inner, &document, offset);
}
