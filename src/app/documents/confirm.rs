//! What a prompt before a change or an undo says: the exact set, what it is made of, and what happens to it.

use crate::app::document::{Piece, Role, line_width, safe_cell};
use crate::app::documents::bar::outcomes;
use crate::app::documents::flow::Flow;
use crate::app::documents::jobs::what;
use crate::app::documents::moment::{self, counted, thousands};
use crate::app::message::Now;
use crate::app::model::{Bulk, Confirm, Makeup, SetOf};
use crate::app::undo;
use crate::domain::change::ChangeRecord;
use crate::domain::table::Table;
use crate::domain::{Severity, Status};

/// What a status does to an alert.
pub fn verb(status: Status) -> &'static str {
    match status {
        Status::Dismissed => "Dismiss",
        Status::Resolved => "Resolve",
        Status::InProgress => "Set in progress",
        Status::Active | Status::Other => "Activate",
    }
}

/// `Dismiss: 337 alerts?`
pub fn title(confirm: &Confirm) -> String {
    let count = counted(confirm.plan.targets.len(), "alert");
    let take = if confirm.take { " and take over" } else { "" };
    format!("{}{take}: {count}?", verb(confirm.status))
}

/// `337 = 340 matching − 3 kept (12 off screen)`; where nothing is left out or added, the set alone: `this alert`,
/// `5 marked`, `16 of this group`, `2 twins (2 off screen)`.
pub fn equation(confirm: &Confirm) -> Vec<Piece> {
    let plan = &confirm.plan;
    let of = |word: &str| format!("{} {word}", thousands(confirm.matching));
    let set = match confirm.of {
        SetOf::Alert => "this alert".to_owned(),
        SetOf::Group => of("of this group"),
        SetOf::Matching => of("matching"),
        SetOf::Marked => of("marked"),
        SetOf::Twins => counted(confirm.matching, "twin"),
    };
    let twins = confirm.twins.as_ref().filter(|twins| twins.added).map_or(0, |twins| twins.targets.len());
    let mut line = if confirm.makeup.skipped.is_empty() && twins == 0 {
        vec![Piece::new(set, Role::Strong)]
    } else {
        let changed = Piece::new(thousands(plan.targets.len()), Role::Strong);
        vec![changed, Piece::from(format!(" = {set}").as_str())]
    };
    for (skip, count) in &confirm.makeup.skipped {
        let words = skip.words(confirm.status);
        line.push(Piece::from(format!(" − {} {words}", thousands(*count)).as_str()));
    }
    if twins > 0 {
        line.push(Piece::new(format!(" + {}", counted(twins, "twin")), Role::Strong));
    }
    if confirm.off_screen > 0 {
        line.push(Piece::new(format!(" ({} off screen)", thousands(confirm.off_screen)), Role::Strong));
    }
    line
}

/// What the other scanner reported of the same findings, and what happens to it.
pub fn twins(confirm: &Confirm, columns: usize) -> Vec<Vec<Piece>> {
    let Some(twins) = &confirm.twins else { return Vec::new() };
    let one = twins.targets.len() == 1;
    let count = counted(twins.targets.len(), "twin");
    let words = match (twins.added, one) {
        (false, true) => format!("{count} of the other scanner stays until its next scan; "),
        (false, false) => format!("{count} of the other scanner stay until their next scan; "),
        (true, _) => format!("with {count} of the other scanner; "),
    };
    let mut pieces = vec![Piece::new(words, Role::Strong), Piece::new("t", Role::Key)];
    let adds = if twins.added { " leaves " } else { " adds " };
    let what = if one { "it" } else { "them" };
    pieces.push(Piece::from(format!("{adds}{what}{}", if twins.added { " out" } else { "" }).as_str()));
    let mut flow = Flow::new(columns);
    flow.wrap("", "", &pieces);
    flow.finish().lines
}

/// The alerts by title and resource, the most frequent first, and how many of each severity; one alert as it is.
pub fn sample(flow: &mut Flow, table: &Table, confirm: &Confirm, most: usize) {
    let Makeup { severities, kinds, .. } = &confirm.makeup;
    let mut line = Vec::new();
    for severity in Severity::KNOWN.into_iter().chain([Severity::Other]) {
        let count = severities[severity as usize];
        if count > 0 {
            if !line.is_empty() {
                line.push(Piece::new(" · ", Role::Dim));
            }
            line.push(Piece::new(severity.name(), Role::Severity(severity)));
            line.push(Piece::from(format!(" {}", thousands(count)).as_str()));
        }
    }
    if let [(1, key)] = kinds.as_slice()
        && let Some(row) = table.get(*key)
    {
        // Of one alert the whole title is seen, before where it is.
        flow.wrap("", "  ", &safe_cell(row.title(), 2 * flow.width(), Role::Strong));
        line = vec![
            Piece::new(row.severity().name(), Role::Severity(row.severity())),
            Piece::new(" · ", Role::Dim),
        ];
        line.extend(safe_cell(row.resource(), flow.width().saturating_sub(line_width(&line)), Role::Body));
        return flow.line(line);
    }
    flow.wrap("", "", &line);
    let digits = kinds.first().map_or(1, |(count, _)| thousands(*count).len());
    let room = flow.width().saturating_sub(digits + 5);
    for (count, key) in kinds.iter().take(most) {
        let Some(row) = table.get(*key) else { continue };
        let resource = safe_cell(row.resource(), room / 3, Role::Dim);
        let title = safe_cell(row.title(), room.saturating_sub(line_width(&resource) + 2), Role::Body);
        let times = format!("×{}", thousands(*count));
        let mut line = vec![Piece::new(format!("  {times:>0$}  ", digits + 1), Role::Dim)];
        line.extend(title);
        line.push(Piece::from("  "));
        line.extend(resource);
        flow.line(line);
    }
    if kinds.len() > most && most > 0 {
        let more = counted(kinds.len() - most, "other kind");
        flow.words(&format!("  and {more}"), Role::Dim);
    }
}

/// With fewer columns than this a screen is low as well.
const NARROW: usize = 60;

/// The title of the prompt before an undo or redo. To take a redo back is to undo again.
pub fn undo_title(bulk: &Bulk, record: &ChangeRecord) -> String {
    if undo::is_undo(bulk, record) {
        format!("Redo: take back change {}?", record.id)
    } else {
        format!("Undo change {}?", record.id)
    }
}

/// What the change did that is taken back, and what that means.
pub fn undo(flow: &mut Flow, record: &ChangeRecord, now: Now) {
    let mut line = vec![Piece::new(what(record), Role::Strong)];
    line.push(Piece::new(format!("   {}", moment::local(record.at, now)), Role::Dim));
    line.push(Piece::new(format!(", {}", moment::ago(record.at, now)), Role::Dim));
    flow.wrap("", "  ", &line);
    flow.wrap("", "  ", &outcomes(&record.tally));
    if let Some(reason) = record.reason {
        flow.words(reason.label(), Role::Dim);
    }
    if !record.comment.is_empty() {
        // A long one must leave room for the question, above all on the smallest screen.
        let lines = if flow.width() < NARROW { 1 } else { 3 };
        flow.wrap("", "  ", &safe_cell(record.comment.as_safe(), lines * flow.width(), Role::Body));
    }
    flow.blank();
    flow.words(
        "Each alert goes back to the status it had before. Those that someone changed since are left as they are \
         and listed.",
        Role::Body,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::Skip;

    #[test]
    fn a_set_is_called_what_it_is() {
        let mut confirm = Confirm {
            status: Status::Dismissed,
            plan: crate::domain::change::Plan::default(),
            matching: 2,
            off_screen: 2,
            twins: None,
            of: SetOf::Twins,
            reason: None,
            take: false,
            comment: None,
            typing: false,
            makeup: Makeup::default(),
        };
        let text = |confirm: &Confirm| -> String {
            equation(confirm).iter().map(|piece| piece.text.as_str()).collect()
        };
        let none_left_out = [
            (SetOf::Twins, "2 twins (2 off screen)"),
            (SetOf::Matching, "2 matching (2 off screen)"),
            (SetOf::Marked, "2 marked (2 off screen)"),
            (SetOf::Group, "2 of this group (2 off screen)"),
            (SetOf::Alert, "this alert (2 off screen)"),
        ];
        for (of, words) in none_left_out {
            confirm.of = of;
            assert_eq!(text(&confirm), words);
        }
        confirm.makeup.skipped = vec![(Skip::Kept, 2)];
        confirm.of = SetOf::Matching;
        assert_eq!(text(&confirm), "0 = 2 matching − 2 kept (2 off screen)");
    }
}
