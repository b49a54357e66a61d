//! Section 2, *Mitigate the threat*: the remediation steps as numbered text. Enter ticks a step off; the journal keeps it.

use crate::app::document::{Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::summary::signed;
use crate::app::model::{Model, Page};
use crate::app::{Effects, details, record};
use crate::domain::remediation::{Step, steps};

/// Lays out the steps.
pub(super) fn page(model: &Model, width: usize) -> Page {
    let mut flow = Flow::new(width);
    let Some(detail) = details::current(model) else {
        flow.words("  loading…", Role::Dim);
        return Page { document: flow.finish(), items: Vec::new() };
    };
    let steps = steps(&detail.alert.remediation);
    if steps.is_empty() {
        flow.words("  The source names no steps for this alert.", Role::Dim);
        return Page { document: flow.finish(), items: Vec::new() };
    }
    let mut items = Vec::new();
    let mut number = 0;
    for one in &steps {
        let from = flow.len();
        number += usize::from(!one.below);
        let tick = detail.record.tick(one.id);
        step(&mut flow, one, number, tick.is_some());
        if let Some(tick) = tick {
            let mut line = vec![Piece::new("done", Role::Good)];
            line.extend(signed(&tick.by, tick.at, model.now));
            flow.wrap("       ", "       ", &line);
        }
        items.push(from..flow.len());
    }
    Page { document: flow.finish(), items }
}

/// A step can be ticked off; else why not.
pub(super) fn opens(model: &Model) -> Result<(), String> {
    match model.session.as_ref().and_then(|session| session.read_only.as_ref()) {
        Some(why) => Err(format!("read-only: {why}")),
        None => Ok(()),
    }
}

/// Ticks the step under the cursor off, or opens it again.
pub(super) fn enter(model: &mut Model, out: &mut Effects) {
    let Some(detail) = details::current(model) else { return };
    let (key, steps) = (detail.key, steps(&detail.alert.remediation));
    if let Some(step) = steps.get(model.respond.place.item) {
        record::tick(model, key, step, out);
    }
}

/// One step: a tick where it is done; its number or, for a point below one, a dash; its words; its links.
fn step(flow: &mut Flow, step: &Step, number: usize, done: bool) {
    let sign = if done { "✓" } else { " " };
    let head = if step.below { format!(" {sign}   –  ") } else { format!(" {sign}{number:2}.  ") };
    let rest = " ".repeat(head.chars().count());
    if !step.text.is_empty() {
        let words = safe_block(step.text.as_safe(), Role::Body);
        flow.wrap_after(&[Piece::new(head.as_str(), Role::Label)], &[Piece::from(&*rest)], &words);
    }
    for (at, link) in step.links.iter().enumerate() {
        let first = step.text.is_empty() && at == 0;
        let mut line = safe(link.label.as_safe(), Role::Body);
        if !link.href.is_empty() {
            line.push(Piece::from("  "));
            line.extend(safe(link.href.as_safe(), Role::Link));
        }
        flow.wrap_after(
            &[Piece::new(if first { &*head } else { &*rest }, Role::Label)],
            &[Piece::from(&*rest)],
            &line,
        );
    }
}
