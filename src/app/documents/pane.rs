//! The side pane: what the portal's side pane shows, and how many others mention each entity.

use crate::app::document::{Document, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::summary;
use crate::app::message::{Detail, Mention, Now};
use crate::domain::table::Table;

/// Lines of the description shown here; all of it stands in the full details.
const DESCRIPTION: usize = 6;

/// Lays out the entities alone, a line each.
pub fn mentions(mentions: &[Mention], width: usize) -> Document {
    let mut flow = Flow::new(width);
    summary::mentions(&mut flow, mentions);
    flow.finish()
}

/// Lays out the side pane. The table gives the pending status, the local record and the names of subscriptions.
pub fn pane(detail: &Detail, table: &Table, width: usize, now: Now) -> Document {
    let alert = &detail.alert;
    let mut flow = Flow::new(width);
    flow.wrap("", "", &safe(alert.title.as_safe(), Role::Title));
    summary::state(&mut flow, detail, table);
    summary::activity(&mut flow, alert, now);
    summary::local_record(&mut flow, detail, table, false, now);
    flow.blank();
    if !alert.description.is_empty() {
        let before = flow.len();
        flow.wrap("", "", &safe_block(alert.description.as_safe(), Role::Body));
        flow.shorten(before + DESCRIPTION);
        flow.blank();
    }
    flow.section("Affected resources");
    summary::resources(&mut flow, alert, table, false);
    flow.section("Kill chain");
    summary::kill_chain(&mut flow, alert, false);
    flow.section("Entities");
    summary::mentions(&mut flow, &detail.mentions);
    flow.finish()
}
