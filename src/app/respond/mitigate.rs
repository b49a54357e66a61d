//! Section 2, *Mitigate the threat*: the remediation steps as numbered text.

use crate::app::details;
use crate::app::document::{Piece, Role, safe, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::model::{Model, Page};
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
        step(&mut flow, one, number);
        items.push(from..flow.len());
    }
    Page { document: flow.finish(), items }
}

/// One step: its number or, for a point below one, a dash; its words; its links.
fn step(flow: &mut Flow, step: &Step, number: usize) {
    let head = if step.below { "     –  ".to_owned() } else { format!("  {number:2}.  ") };
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
