//! What runs, what the listings say, and what the last changes came to.

use crate::app::document::{Document, Piece, Role, safe};
use crate::app::documents::bar::{bar, outcomes, pace};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{self, counted, thousands};
use crate::app::documents::reading;
use crate::app::model::{Model, SubscriptionState};
use crate::domain::change::{ChangeRecord, RECENT};
use crate::domain::{SafeStr, Status};

/// Cells of a bar.
const BAR: usize = 20;

/// Alerts named one by one that an undo left.
const SPARED: usize = 100;

/// Lays out running changes, listings and recent changes.
pub fn jobs(model: &Model, width: usize) -> Document {
    let mut flow = Flow::new(width);
    standing(&mut flow, model);
    running(&mut flow, model);
    saving(&mut flow, model);
    flow.blank();
    listings(&mut flow, model);
    flow.blank();
    recent(&mut flow, model);
    spared(&mut flow, model);
    flow.finish()
}

/// What is to be known of the files.
fn standing(flow: &mut Flow, model: &Model) {
    if model.standing.is_empty() {
        return;
    }
    flow.section("Files");
    for text in &model.standing {
        flow.wrap("  ", "    ", &safe(text.as_safe(), Role::Error));
    }
    flow.blank();
}

/// The alerts that the last undo left as they are.
fn spared(flow: &mut Flow, model: &Model) {
    if model.bulk.spared.is_empty() {
        return;
    }
    flow.blank();
    flow.section("Left as they are by the last undo");
    for (alert, why) in model.bulk.spared.iter().take(SPARED) {
        let mut line = safe(alert.as_safe(), Role::Body);
        line.push(Piece::from("  "));
        line.extend(safe(why.as_safe(), Role::Dim));
        flow.wrap("  ", "    ", &line);
    }
    if let more @ 1.. = model.bulk.spared.len().saturating_sub(SPARED) {
        flow.words(&format!("  and {} more", thousands(more)), Role::Dim);
    }
}

fn running(flow: &mut Flow, model: &Model) {
    flow.section("Changes on their way");
    if let Some(fault) = &model.sync.push_fault {
        let mut line = vec![Piece::new("waiting: ", Role::Error)];
        line.extend(safe(fault.message.as_safe(), Role::Body));
        flow.wrap("  ", "    ", &line);
    }
    if model.sync.elsewhere {
        flow.wrap(
            "  ",
            "    ",
            &["Another quell sends for this data folder; changes made here are queued.".into()],
        );
    }
    for job in &model.bulk.running {
        let mut line = vec![
            Piece::new(format!("{:>4}", job.change), Role::Label),
            Piece::from(format!("  {}  ", job.label).as_str()),
        ];
        line.extend(bar(job.tally.settled(), job.tally.total(), BAR));
        line.push(Piece::from(format!("  {}", pace(job, false)).as_str()));
        flow.wrap("", "        ", &line);
        let mut line = vec![];
        line.extend(outcomes(&job.tally));
        flow.wrap("      ", "      ", &line);
        if let Some(record) = model.bulk.recent.iter().find(|record| record.id == job.change) {
            why(flow, record);
        }
    }
    if model.bulk.running.is_empty() {
        flow.words("  none", Role::Dim);
    }
}

fn saving(flow: &mut Flow, model: &Model) {
    if model.saving.is_empty() {
        return;
    }
    flow.blank();
    flow.section("Files being written");
    for job in &model.saving {
        let mut line = vec![Piece::from(format!("{}  ", job.label).as_str())];
        line.extend(bar(job.done, job.total, BAR));
        line.push(Piece::from(format!("  {}/{}", thousands(job.done), thousands(job.total)).as_str()));
        flow.wrap("  ", "    ", &line);
    }
}

fn listings(flow: &mut Flow, model: &Model) {
    flow.section("Listings");
    let files = model.session.as_ref().is_some_and(|session| session.files.is_some());
    if let Some(fault) = &model.sync.fault {
        flow.wrap("  ", "    ", &safe(fault.message.as_safe(), Role::Error));
    }
    let widest = model.sync.subscriptions.iter().map(|state| state.subscription.name.terminal_width()).max();
    let column = widest.unwrap_or(0).min(flow.width() / 2);
    for state in &model.sync.subscriptions {
        let name = crate::app::document::safe_cell(state.subscription.name.as_safe(), column, Role::Body);
        let mut line = vec![Piece::from("  ")];
        crate::app::documents::summary::column(&mut line, name, column + 2);
        flow.wrap_after(&line, &[Piece::from("    ")], &listing(state, model.sync.running));
    }
    if model.sync.subscriptions.is_empty() && model.sync.fault.is_none() {
        let words = match (&model.sync.reading, &model.sync.stopped) {
            (Some(reading), _) => format!("  reading a file: {}", reading::words(reading)),
            (None, Some(reading)) => format!("  {}", reading::stopped(reading)),
            (None, None) if files => "  none: the alerts come from a file".to_owned(),
            (None, None) => "  none yet".to_owned(),
        };
        flow.words(&words, Role::Dim);
    }
    if model.sync.quarantined > 0 {
        let words =
            format!("  {} could not be read and were set aside", counted(model.sync.quarantined, "item"));
        flow.words(&words, Role::Error);
    }
    if let Some(done) = model.sync.last_complete.filter(|_| !files) {
        flow.words(
            &format!(
                "  last complete {} ({})",
                moment::clock(done.utc, model.now),
                moment::ago(done.utc, model.now)
            ),
            Role::Dim,
        );
    }
}

fn listing(state: &SubscriptionState, running: bool) -> Vec<Piece> {
    let count = Piece::from(counted(state.listed, "alert").as_str());
    match (&state.fault, state.complete) {
        (Some(fault), _) => {
            let mut line = vec![Piece::new("stopped: ", Role::Error)];
            line.extend(safe(fault.message.as_safe(), Role::Body));
            line.push(Piece::new("  nothing was removed", Role::Dim));
            line
        }
        (None, true) => vec![count, Piece::new("  complete", Role::Good)],
        (None, false) if running => vec![count, Piece::new("  listing…", Role::Dim)],
        (None, false) => vec![count, Piece::new("  not complete", Role::Dim)],
    }
}

fn recent(flow: &mut Flow, model: &Model) {
    flow.section("Recent changes");
    // Those on their way stand above.
    let runs = |record: &&ChangeRecord| model.bulk.running.iter().any(|running| running.change == record.id);
    let mut ended = model.bulk.recent.iter().take(RECENT).filter(|record| !runs(record)).peekable();
    if ended.peek().is_none() {
        flow.words("  none", Role::Dim);
    }
    for record in ended {
        let mut line = vec![
            Piece::new(format!("{:>4}", record.id), Role::Label),
            Piece::new(format!("  {}  ", moment::local(record.at, model.now)), Role::Dim),
            Piece::from(format!("{}   ", what(record)).as_str()),
        ];
        line.extend(outcomes(&record.tally));
        if let Some(by) = record.undone_by {
            line.push(Piece::new(format!("   undone by {by}"), Role::Dim));
        }
        flow.wrap("", "        ", &line);
        why(flow, record);
    }
    if let more @ 1.. = model.bulk.recent.len().saturating_sub(RECENT) {
        flow.words(&format!("  and {} more", thousands(more)), Role::Dim);
    }
}

/// Why a change was made: reason, comment and filter.
fn why(flow: &mut Flow, record: &ChangeRecord) {
    let mut why = Vec::new();
    if let Some(reason) = record.reason {
        why.push(Piece::new(reason.label(), Role::Dim));
    }
    for text in
        [record.comment.as_safe(), SafeStr(&record.filter)].into_iter().filter(|text| !text.0.is_empty())
    {
        if !why.is_empty() {
            why.push(Piece::new(" · ", Role::Dim));
        }
        why.extend(safe(text, Role::Dim));
    }
    if !why.is_empty() {
        flow.wrap("      ", "      ", &why);
    }
}

/// What a change does, in words: `dismiss 337 alerts`, `undo change 12`.
pub fn what(record: &ChangeRecord) -> String {
    let alerts = counted(record.tally.total(), "alert");
    match (record.status, record.undoes) {
        (_, Some(undone)) => format!("undo change {undone}: {alerts}"),
        (Some(Status::Dismissed), _) => format!("dismiss {alerts}"),
        (Some(Status::Resolved), _) => format!("resolve {alerts}"),
        (Some(Status::InProgress), _) => format!("set {alerts} in progress"),
        (Some(Status::Active), _) => format!("activate {alerts}"),
        (Some(Status::Other) | None, None) => format!("change {}", thousands(record.tally.total())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::Harness;
    use crate::domain::{ChangeId, SafeText};

    #[test]
    fn what_an_undo_left_is_named_as_far_as_anyone_reads() {
        let mut model = Harness::small().model;
        let last = |model: &Model| jobs(model, 80).text().lines().last().map(str::to_owned);
        for (count, said) in [(100, "  alert 99  gone"), (101, "  and 1 more"), (9_100, "  and 9,000 more")] {
            let spared = (0..count).map(|at| (format!("alert {at}").into(), SafeText::from("gone")));
            model.bulk.spared = spared.collect();
            assert_eq!(last(&model).as_deref(), Some(said));
        }
    }

    #[test]
    fn recent_changes_are_named_as_far_as_anyone_reads() {
        let mut harness = Harness::small();
        harness.keys("* * s r y");
        let recent = &mut harness.model.bulk.recent;
        for id in 2..=RECENT as i64 + 2 {
            recent.insert(0, ChangeRecord { id: ChangeId(id), ..recent[0].clone() });
        }
        harness.model.bulk.running.clear();
        let text = jobs(&harness.model, 100).text();
        assert_eq!(
            (text.matches("resolve 4 alerts").count(), text.trim_end().ends_with("  and 2 more")),
            (RECENT, true),
            "{text}"
        );
    }

    #[test]
    fn a_change_on_its_way_stands_in_one_place() {
        let mut harness = Harness::small();
        harness.keys("* * s r y");
        let text = jobs(&harness.model, 100).text();
        assert_eq!(text.matches("resolve 4 alerts").count(), 1, "{text}");
        harness.verify(1, &[]);
        let text = jobs(&harness.model, 100).text();
        let ended = text.split_once("Recent changes").map(|(_, after)| after.contains("resolve 4 alerts"));
        assert_eq!(ended, Some(true), "{text}");
    }
}
