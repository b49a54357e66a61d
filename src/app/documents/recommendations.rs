//! Section 3, *Prevent future attacks*: what there is to improve on the resource.

use std::ops::Range;

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_block, safe_cell};
use crate::app::documents::context::heading;
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::counted;
use crate::app::documents::standing::standing;
use crate::app::fetch::Remote;
use crate::app::message::Now;
use crate::domain::contacts::list;
use crate::domain::recommendation::{Recommendation, Recommendations};
use crate::domain::resource::ResourceId;
use crate::domain::{SafeText, Severity};

/// Cells of the severity's column.
const SEVERITY: usize = 9;

/// Lays the list out; gives the lines of each recommendation. `asks` is the key that asks again.
pub fn recommendations(
    resource: &ResourceId,
    remote: &Remote<Recommendations>,
    asks: &str,
    width: usize,
    now: Now,
) -> (Document, Vec<Range<usize>>) {
    let mut flow = Flow::new(width);
    let mut items = Vec::new();
    heading(&mut flow, resource);
    flow.blank();
    if !standing(&mut flow, remote, asks, now) {
        return (flow.finish(), items);
    }
    let Some(known) = remote.value() else { return (flow.finish(), items) };
    if known.items.is_empty() {
        flow.wrap(
            "  ",
            "  ",
            &[Piece::new("Nothing to improve: no recommendation is unhealthy.", Role::Body)],
        );
    } else {
        flow.wrap("  ", "  ", &[Piece::new(summary(&known.items), Role::Label)]);
        flow.blank();
    }
    for item in &known.items {
        let from = flow.len();
        line(&mut flow, item);
        items.push(from..flow.len());
    }
    gaps(&mut flow, &known.gaps);
    (flow.finish(), items)
}

/// `4 recommendations: 2 High, 1 Medium, 1 Low`.
fn summary(items: &[Recommendation]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for item in items {
        let word = severity(item).to_string();
        match counts.last_mut().filter(|(last, _)| *last == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let words: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{}: {}", counted(items.len(), "recommendation"), words.join(", "))
}

fn severity(item: &Recommendation) -> SafeText {
    match item.severity {
        Severity::Other if item.severity_text.is_empty() => "not rated".into(),
        Severity::Other => item.severity_text.clone(),
        known => known.name().into(),
    }
}

fn line(flow: &mut Flow, item: &Recommendation) {
    let mut head = vec![Piece::from("  ")];
    head.extend(safe_cell(severity(item).as_safe(), SEVERITY, Role::Severity(item.severity)));
    let used = line_width(&head);
    head.push(Piece::from(" ".repeat((SEVERITY + 4).saturating_sub(used)).as_str()));
    let rest = " ".repeat(SEVERITY + 4);
    let mut words = safe(title(item).as_safe(), Role::Body);
    words.push(Piece::new(format!("  {}", others(item)), Role::Dim));
    flow.wrap_after(&head, &[Piece::from(&*rest)], &words);
}

fn title(item: &Recommendation) -> &SafeText {
    if item.title.is_empty() { &item.key } else { &item.title }
}

fn others(item: &Recommendation) -> String {
    match item.others {
        None => String::new(),
        Some(0) => "on this resource only".to_owned(),
        Some(count) => format!("also on {}", counted(count, "other resource")),
    }
}

fn gaps(flow: &mut Flow, gaps: &[SafeText]) {
    for gap in gaps {
        flow.blank();
        flow.wrap("  ", "  ", &safe(gap.as_safe(), Role::Error));
    }
}

/// One recommendation whole.
pub fn recommendation(item: &Recommendation, width: usize) -> Document {
    let mut flow = Flow::new(width);
    flow.wrap("  ", "  ", &safe(title(item).as_safe(), Role::Title));
    flow.blank();
    let text = |text: &SafeText| safe(text.as_safe(), Role::Body);
    let field = |label: &str, value: Vec<Piece>| (vec![Piece::new(label, Role::Label)], value);
    let some = |(_, value): &(Vec<Piece>, Vec<Piece>)| value.iter().any(|piece| !piece.text.is_empty());
    let threats = if item.threats.is_empty() { SafeText::default() } else { list(&item.threats) };
    let rated = safe(severity(item).as_safe(), Role::Severity(item.severity));
    let short = [
        field("Severity", rated),
        field("Shared", vec![Piece::new(others(item), Role::Body)]),
        field("Why here", text(&item.cause)),
        field("Protects from", text(&threats)),
        field("Work", text(&item.effort)),
        field("Users notice", text(&item.user_impact)),
    ];
    flow.fields(2, &short.into_iter().filter(some).collect::<Vec<_>>());
    for (head, words) in [("  What it is about", &item.description), ("  What to do", &item.remediation)] {
        if !words.is_empty() {
            flow.blank();
            flow.section(head);
            flow.wrap("  ", "  ", &safe_block(words.as_safe(), Role::Body));
        }
    }
    flow.blank();
    let long = [field("Portal", safe(item.link.as_safe(), Role::Link)), field("Key", text(&item.key))];
    flow.fields(2, &long.into_iter().filter(some).collect::<Vec<_>>());
    flow.finish()
}
