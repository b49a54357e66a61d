//! The row above the hints: what just happened, what runs, what is wrong.

use crate::app::command::{App, Change, Command, Show};
use crate::app::document::{Piece, Role, line_width, safe};
use crate::app::documents::bar::{bar, outcomes, pace};
use crate::app::documents::moment::{counted, thousands};
use crate::app::documents::reading;
use crate::app::layout::Area;
use crate::app::model::{Model, Notice};
use crate::domain::progress::{Fault, FaultKind};
use crate::ui::paint::Painter;

/// Alerts whose change is stored in a moment.
const AT_ONCE: usize = 1000;

pub(super) fn draw(model: &Model, row: Area, painter: &mut Painter<'_>) {
    let row = Area { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let wide = row.width >= 90;
    let line = notice(model)
        .or_else(|| storing(model))
        .or_else(|| running(model, wide, row.columns()))
        .or_else(|| saving(model, wide))
        .or_else(|| files(model, wide))
        .or_else(|| fault(model))
        .or_else(|| syncing(model, wide))
        .unwrap_or_default();
    let used = painter.line(row, &line);
    // A notice and a running change share the row where there is room.
    let room = row.columns().saturating_sub(usize::from(used) + 4);
    if model.notice.is_some()
        && let Some(job) =
            storing(model).or_else(|| running(model, false, room)).or_else(|| files(model, false))
        && line_width(&job) <= room
    {
        painter.right(row, &job);
    } else if let Some(refused) = refused(model)
        && line_width(&refused) <= room
    {
        painter.right(row, &refused);
    }
}

/// What was refused of a change stays said until it was looked at: `17 failed  E shows them`. Not while a notice says it.
fn refused(model: &Model) -> Option<Vec<Piece>> {
    let (_, tally) = model.bulk.refused.as_ref()?;
    let mut line = outcomes(tally);
    let shows = model.settings.keymap.said(Command::Change(Change::Failures));
    let said = |notice: &Notice| notice.text.raw().ends_with(&format!("{shows} shows them"));
    if model.notice.as_ref().is_some_and(said) {
        return None;
    }
    line.extend([Piece::from("  "), Piece::new(shows, Role::Key), Piece::from(" shows them")]);
    Some(line)
}

fn notice(model: &Model) -> Option<Vec<Piece>> {
    let notice = model.notice.as_ref()?;
    let role = if notice.is_error { Role::Error } else { Role::Strong };
    let mut line = if notice.is_error { vec![Piece::new("! ", Role::Error)] } else { Vec::new() };
    line.extend(safe(notice.text.as_safe(), role));
    Some(line)
}

/// `storing a change of 46,865 alerts…`: of so many that it takes more than a moment.
fn storing(model: &Model) -> Option<Vec<Piece>> {
    let alerts = model.bulk.storing().filter(|alerts| *alerts >= AT_ONCE)?;
    Some(vec![Piece::new(format!("storing a change of {} alerts…", thousands(alerts)), Role::Strong)])
}

/// `dismiss 337 alerts  ████░░░░  120/337  12/s  18 s left`; in short where that has no room. What only the analyst can end
/// comes before how far the change has got: nothing of it moves until then.
fn running(model: &Model, wide: bool, room: usize) -> Option<Vec<Piece>> {
    let line = running_line(model, if wide { 20 } else { 10 }, false)?;
    if line_width(&line) <= room {
        return Some(line);
    }
    let stuck = |fault: &&Fault| matches!(fault.kind, FaultKind::OtherTenant | FaultKind::SignIn);
    let line = running_line(model, 5, true)?;
    match model.sync.push_fault.as_ref().filter(stuck).filter(|_| line_width(&line) > room) {
        Some(fault) => Some(in_the_way(model, fault)),
        None => Some(line),
    }
}

fn running_line(model: &Model, cells: usize, short: bool) -> Option<Vec<Piece>> {
    let job = model.bulk.running.first()?;
    // A notice beside it may have named it.
    let named = model.notice.as_ref().is_some_and(|notice| notice.text.raw().contains(&job.label));
    let label = if named { String::new() } else { format!("{}  ", job.label) };
    let mut line = vec![Piece::from(label.as_str())];
    line.extend(bar(job.tally.settled(), job.tally.total(), cells));
    line.push(Piece::from(format!("  {}", pace(job, short)).as_str()));
    let refused = job.tally.failed + job.tally.conflict + job.tally.unconfirmed;
    if refused > 0 {
        line.push(Piece::new(format!("  {} refused", thousands(refused)), Role::Error));
    }
    let more = model.bulk.running.len() - 1;
    if more > 0 {
        line.push(Piece::new(format!("  +{more} more"), Role::Dim));
    }
    if let Some(fault) = &model.sync.push_fault {
        line.push(Piece::new("  waits: ", Role::Error));
        line.extend(safe(fault.message.as_safe(), Role::Body));
    } else if model.sync.elsewhere {
        line.push(Piece::new("  sent by another quell", Role::Dim));
    } else if job.cancelling {
        line.push(Piece::new("   cancelling…", Role::Strong));
    }
    Some(line)
}

/// `142 alerts as NDJSON  ████░░░░  60/142`.
fn saving(model: &Model, wide: bool) -> Option<Vec<Piece>> {
    let job = model.saving.iter().find(|job| job.begun)?;
    let mut line = vec![Piece::from(format!("{}  ", job.label).as_str())];
    line.extend(bar(job.done, job.total, if wide { 20 } else { 10 }));
    line.push(Piece::from(format!("  {}/{}", thousands(job.done), thousands(job.total)).as_str()));
    if job.cancelling {
        line.push(Piece::new("   cancelling…", Role::Strong));
    }
    Some(line)
}

/// `reading  ████░░░░  35%  1.2 of 3.4 GiB  14 MiB/s  2 min left  412,000 alerts`.
fn files(model: &Model, wide: bool) -> Option<Vec<Piece>> {
    let read = model.sync.reading.as_ref()?;
    let mut line = vec![Piece::new("reading  ", Role::Dim)];
    let percent = reading::percent(read);
    if let Some(percent) = percent {
        line.extend(bar(percent as usize, 100, if wide { 20 } else { 10 }));
        line.push(Piece::from(format!("  {percent}%").as_str()));
        line.push(Piece::from("  "));
    }
    let mut parts = Vec::new();
    if wide || percent.is_none() {
        parts.push(reading::so_far(read));
    }
    let (rate, left) = reading::pace(&model.sync, model.now).unzip();
    parts.extend(rate.filter(|_| wide).map(|rate| format!("{}/s", reading::size(rate))));
    parts.extend(left.flatten().map(reading::left));
    parts.push(counted(read.alerts, "alert"));
    line.push(Piece::from(parts.join("  ").as_str()));
    if model.sync.stopping {
        line.push(Piece::new("   stopping…", Role::Strong));
    }
    Some(line)
}

/// A fault, with the key that tries again where the sign-in has ended.
fn in_the_way(model: &Model, fault: &Fault) -> Vec<Piece> {
    let mut line = vec![Piece::new("! ", Role::Error)];
    line.extend(safe(fault.message.as_safe(), Role::Body));
    if fault.kind == FaultKind::SignIn {
        let sync = model.settings.keymap.shown(Command::App(App::Sync));
        line.push(Piece::new(format!("   {sync} tries again"), Role::Dim));
    }
    line
}

fn fault(model: &Model) -> Option<Vec<Piece>> {
    let sync = &model.sync;
    // An empty list says itself why it is empty.
    if model.table.is_empty() && !sync.running {
        return None;
    }
    let of_one = || sync.subscriptions.iter().find_map(|state| Some((state, state.fault.as_ref()?)));
    if let Some(fault) = sync.fault.as_ref().or(sync.push_fault.as_ref()) {
        return Some(in_the_way(model, fault));
    }
    let mut line = vec![Piece::new("! ", Role::Error)];
    if let Some((state, fault)) = of_one() {
        line.extend(safe(state.subscription.name.as_safe(), Role::Strong));
        line.push(Piece::from(": "));
        line.extend(safe(fault.message.as_safe(), Role::Body));
        let more = sync.subscriptions.iter().filter(|state| state.fault.is_some()).count() - 1;
        if more > 0 {
            let jobs = model.settings.keymap.shown(Command::Show(Show::Jobs));
            line.push(Piece::new(format!("   +{more} more, {jobs} shows them"), Role::Dim));
        }
    } else if sync.quarantined > 0 {
        let words = format!("{} could not be read and were set aside", counted(sync.quarantined, "item"));
        line.push(Piece::from(words.as_str()));
    } else {
        return None;
    }
    Some(line)
}

fn syncing(model: &Model, wide: bool) -> Option<Vec<Piece>> {
    let sync = &model.sync;
    if !sync.is_shown(model.now) || sync.subscriptions.is_empty() {
        return None;
    }
    let done = sync.subscriptions.iter().filter(|state| state.complete).count();
    let listed = sync.subscriptions.iter().map(|state| state.listed).sum();
    let mut line = vec![Piece::new("syncing  ", Role::Dim)];
    line.extend(bar(done, sync.subscriptions.len(), if wide { 20 } else { 10 }));
    let words = format!(
        "  {done}/{}  {}",
        counted(sync.subscriptions.len(), "subscription"),
        counted(listed, "alert")
    );
    line.push(Piece::new(words, Role::Dim));
    Some(line)
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::app::harness::{Harness, ROW};
    use crate::ui::Theme;

    fn row(model: &Model) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 1));
        let row = Area { x: 0, y: 0, width: 80, height: 1 };
        draw(model, row, &mut Painter::new(&mut buffer, Theme::SIXTEEN));
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim().to_owned()
    }

    #[test]
    fn a_change_that_takes_its_time_to_store_says_so_until_it_is_stored() {
        for (alerts, said) in [(1200, "storing a change of 1,200 alerts…"), (12, "")] {
            let mut harness = Harness::new(&vec![ROW; alerts]);
            harness.keys("* * d 3").slow = true;
            harness.keys("y");
            assert!(if said.is_empty() {
                !row(&harness.model).contains("storing")
            } else {
                row(&harness.model) == said
            });
            harness.slow = false;
            harness.settle();
            assert!(!row(&harness.model).contains("storing"), "{}", row(&harness.model));
        }
    }

    #[test]
    fn what_was_queued_is_named_once() {
        let mut harness = Harness::new(&[ROW; 112]);
        harness.keys("* * d 3 y");
        let shown = row(&harness.model);
        assert!(shown.starts_with("queued: dismiss 112 alerts") && shown.ends_with("░  0/112"), "{shown}");
        assert_eq!(shown.matches("dismiss 112 alerts").count(), 1, "{shown}");
        // In short where that leaves no room for all of it.
        harness.model.bulk.running[0].rate = 10;
        assert!(row(&harness.model).ends_with("  ░░░░░  0/112  12 s left"), "{}", row(&harness.model));
        harness.model.notice = None;
        assert!(row(&harness.model).starts_with("dismiss 112 alerts  ░"), "{}", row(&harness.model));
    }

    #[test]
    fn what_a_change_waits_for_is_read_where_only_the_analyst_can_end_it() {
        let mut harness = Harness::new(&vec![ROW; 1204]);
        harness.keys("* * d 3 y");
        harness.model.notice = None;
        let waits = |harness: &mut Harness, kind, message: &str| {
            harness.model.sync.push_fault = Some(Fault { kind, message: message.into() });
            row(&harness.model)
        };
        let sign_in = "sign in to 72f988bf-86f1-41af-91ab-2d7cd011db47 for 1,204 alerts, or undo";
        let more = format!("{sign_in}: decided for that tenant");
        let shown = waits(&mut harness, FaultKind::OtherTenant, &more);
        assert!(shown.starts_with(&format!("! {sign_in}")), "{shown}");
        // What passes by itself leaves the bar where it is.
        let shown = waits(&mut harness, FaultKind::Throttled, &more);
        assert!(shown.starts_with("dismiss 1,204 alerts  ░") && shown.contains("waits: sign"), "{shown}");
        let shown = waits(&mut harness, FaultKind::OtherTenant, "short");
        assert!(shown.ends_with("waits: short"), "{shown}");
    }
}
