//! Help and jobs: text that is scrolled.

use crate::app::command::Move;
use crate::app::journal::list_changes;
use crate::app::key::{Code, Key};
use crate::app::layout::{failure_rows, pivot_rows, sheet};
use crate::app::model::{Find, Model, Overlay, Scroll};
use crate::app::overlays::{attack, close, facets, failures, help};
use crate::app::views::menu;
use crate::app::{Effects, documents, list, pipe};

/// Opens the help of the pane below.
pub(in crate::app) fn open_help(model: &mut Model) {
    model.overlays.push(Overlay::Help(Scroll::default(), Find::default()));
    measure(model);
}

/// Opens running and recent work.
pub(in crate::app) fn open_jobs(model: &mut Model, out: &mut Effects) {
    list_changes(model, out);
    model.overlays.push(Overlay::Jobs(Scroll::default()));
    measure(model);
}

/// Counts the lines of the sheet on top and keeps its scroll position inside them.
pub(in crate::app) fn measure(model: &mut Model) {
    menu::follow(model);
    let area = sheet(model.size).inner();
    let height = failure_rows(model.size).max(1);
    let lines = match model.overlays.last() {
        Some(Overlay::Help(..)) => help::text(model).lines.len(),
        Some(Overlay::Jobs(_)) => documents::jobs(model, area.columns()).lines.len(),
        Some(Overlay::Trigger(prompt)) => {
            documents::trigger::prompt(prompt, &model.table, area.columns()).lines.len()
        }
        Some(Overlay::Outcomes(outcomes)) => {
            documents::trigger::outcomes(model, outcomes.number, area.columns()).lines.len()
        }
        Some(Overlay::Output(output)) => {
            let document = pipe::lay_out(output, area.columns());
            let lines = document.len();
            if let Some(Overlay::Output(output)) = model.overlays.last_mut() {
                output.document = document;
            }
            lines
        }
        _ => 0,
    };
    match model.overlays.last_mut() {
        Some(Overlay::Pivot(menu)) => {
            let height = pivot_rows(model.size, menu.detail.mentions.len());
            menu.offset = menu.offset.clamp((menu.chosen + 1).saturating_sub(height), menu.chosen);
        }
        Some(Overlay::Facets(open)) => facets::measure(open, model.size),
        Some(Overlay::Failures(failures)) => failures::show_chosen(failures, height),
        Some(Overlay::Attack(_)) => attack::show_chosen(model),
        _ => {}
    }
    if let Some(scroll) = model.overlays.last_mut().and_then(scroll_of) {
        scroll.lines = lines;
        scroll.offset = scroll.offset.min(area.last_offset(lines));
    }
}

/// Where a sheet of text is scrolled to; none for other overlays.
fn scroll_of(overlay: &mut Overlay) -> Option<&mut Scroll> {
    match overlay {
        Overlay::Help(scroll, _) | Overlay::Jobs(scroll) => Some(scroll),
        Overlay::Trigger(prompt) => Some(&mut prompt.scroll),
        Overlay::Outcomes(outcomes) => Some(&mut outcomes.scroll),
        Overlay::Output(output) => Some(&mut output.scroll),
        _ => None,
    }
}

/// Scrolls the sheet on top; false when the key is no movement.
pub(super) fn scrolls(model: &mut Model, key: Key) -> bool {
    let area = sheet(model.size).inner();
    let Some(step) = movement(key) else { return false };
    if matches!(model.overlays.last(), Some(Overlay::Outcomes(_))) {
        // It is not measured for each row that comes.
        measure(model);
    }
    let Some(scroll) = model.overlays.last_mut().and_then(scroll_of) else { return false };
    scroll.offset = list::target(scroll.offset, area.last_offset(scroll.lines), step, area.rows().max(1));
    true
}

/// The movement that a key means in a sheet.
pub(in crate::app) fn movement(key: Key) -> Option<Move> {
    Some(match (key.code, key.ctrl) {
        (Code::Down | Code::Char('j'), false) => Move::Down,
        (Code::Up | Code::Char('k'), false) => Move::Up,
        (Code::Home | Code::Char('g'), false) => Move::First,
        (Code::End | Code::Char('G'), false) => Move::Last,
        (Code::PageDown | Code::Char(' '), false) => Move::PageDown,
        (Code::PageUp, false) => Move::PageUp,
        (Code::Char('d'), true) => Move::HalfDown,
        (Code::Char('u'), true) => Move::HalfUp,
        _ => return None,
    })
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key) {
    if help::key(model, key) || scrolls(model, key) {
        return;
    }
    if matches!(key.unmodified(), Some(Code::Esc | Code::Enter | Code::Char('q' | '?' | 'w'))) {
        close(model);
    }
}
