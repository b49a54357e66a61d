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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::FactKind;

    #[test]
    fn counts_beside_entities_are_all_short_or_all_long() {
        let mention = |value: &str, label: &str, alerts, resources| Mention {
            kind: FactKind::Entity,
            value: value.into(),
            label: label.to_owned(),
            alerts,
            resources,
        };
        let entities = [
            mention("203.0.113.7", "ip", 51, 19),
            mention("somebody", "account", 20, 16),
            mention("psql-warehouse", "azure resource", 6, 1),
        ];
        let short = mentions(&entities, 44).text();
        assert!(short.matches(" res\n").count() == 2 && !short.contains("resources"), "{short}");
        let long = mentions(&entities, 60).text();
        assert_eq!(long.matches("resources").count(), 2, "{long}");
    }
}
