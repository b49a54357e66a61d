//! The screen without a configuration: which sign-in there is, which subscriptions to show, or the demo.

use crate::app::document::{Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::layout::Area;
use crate::app::model::{FirstRun, FirstRunStep, Model};
use crate::domain::progress::Subscription;
use crate::ui::hints;
use crate::ui::paint::Painter;
use crate::ui::status_line;

pub(super) fn draw(model: &Model, first_run: &FirstRun, painter: &mut Painter<'_>) {
    let (wide, height) = model.size;
    let columns = usize::from(wide).saturating_sub(8).min(80);
    let margin = (wide - columns as u16) / 2;
    let body = Area { x: margin, y: 2, width: columns as u16, height: height.saturating_sub(4) };
    let mut flow = Flow::new(columns);
    flow.words("quell", Role::Stage);
    flow.words("Triage of Microsoft Defender for Cloud alerts", Role::Dim);
    flow.blank();
    let cursor = match &first_run.step {
        FirstRunStep::SignIn => sign_ins(&mut flow, first_run),
        FirstRunStep::Listing => {
            flow.words("Listing the subscriptions of this sign-in…", Role::Body);
            0
        }
        FirstRunStep::Subscriptions { list, chosen } => subscriptions(&mut flow, list, *chosen),
        FirstRunStep::Failed(why) => {
            flow.words("That did not work", Role::Error);
            flow.wrap("", "", &safe(why.as_safe(), Role::Body));
            0
        }
    };
    let document = flow.finish();
    let offset = (cursor + 2).saturating_sub(body.rows()).min(body.last_offset(document.len()));
    painter.document(body, &document, offset);
    let whole = |y: u16| Area { x: 0, y, width: wide, height: 1 };
    status_line::draw(model, whole(height.saturating_sub(2)), painter);
    hints::draw(model, whole(height.saturating_sub(1)), painter);
}

/// The line below the sign-ins.
const DEMO: &str = "Demo tenant";

/// A line that can be chosen.
fn choice(chosen: bool, name: &str) -> Vec<Piece> {
    vec![
        Piece::new(if chosen { "▌ " } else { "  " }, Role::Key),
        Piece::new(name, if chosen { Role::Strong } else { Role::Body }),
    ]
}

/// The sign-ins found, then the demo; gives the line of the chosen one.
fn sign_ins(flow: &mut Flow, first_run: &FirstRun) -> usize {
    flow.words("There is no configuration yet. How shall quell sign in?", Role::Body);
    flow.blank();
    let mut cursor = 0;
    if first_run.found.is_empty() {
        flow.words("  looking for sign-ins…", Role::Dim);
    }
    let widest =
        first_run.found.iter().map(|sign_in| width(&sign_in.name)).max().unwrap_or(0).max(width(DEMO));
    let name = |name: &str| format!("{name}{}", " ".repeat(widest - width(name)));
    for (at, sign_in) in first_run.found.iter().enumerate() {
        let chosen = at == first_run.chosen;
        cursor = if chosen { flow.len() } else { cursor };
        let mut line = choice(chosen, &name(&sign_in.name));
        line.push(Piece::from("  "));
        match &sign_in.found {
            Ok(seen) => {
                line.push(Piece::new("found", Role::Good));
                line.push(Piece::from("  "));
                line.extend(safe(seen.as_safe(), Role::Dim));
            }
            Err(why) => {
                line.push(Piece::new("not usable", Role::Dim));
                line.push(Piece::from("  "));
                line.extend(safe(why.as_safe(), Role::Dim));
            }
        }
        flow.wrap("", "      ", &line);
    }
    let chosen = first_run.chosen >= first_run.found.len();
    cursor = if chosen { flow.len() } else { cursor };
    let mut line = choice(chosen, &name(DEMO));
    line.push(Piece::new("  about 1,200 made-up alerts; no account, nothing is kept", Role::Dim));
    flow.wrap("", "      ", &line);
    cursor
}

fn subscriptions(flow: &mut Flow, list: &[(Subscription, bool)], chosen: usize) -> usize {
    let count = list.iter().filter(|(_, on)| *on).count();
    flow.words("Which subscriptions shall be shown?", Role::Body);
    flow.words(
        &format!("{count} of {} chosen; with all of them, also those that come later", list.len()),
        Role::Dim,
    );
    flow.blank();
    let mut cursor = flow.len();
    let widest = list.iter().map(|(subscription, _)| subscription.name.terminal_width()).max().unwrap_or(0);
    let room = widest.min(flow.width().saturating_sub(16));
    for (at, (subscription, on)) in list.iter().enumerate() {
        if at == chosen {
            cursor = flow.len();
        }
        let mut line = choice(at == chosen, if *on { "[x] " } else { "[ ] " });
        let name = safe_cell(subscription.name.as_safe(), room, Role::Body);
        let used = line_width(&name);
        line.extend(name);
        line.push(Piece::from(" ".repeat(room + 2 - used).as_str()));
        line.extend(safe(crate::domain::SafeStr(subscription.id.as_str()), Role::Dim));
        flow.line(line);
    }
    if list.is_empty() {
        flow.words("  This sign-in sees no subscription.", Role::Error);
    }
    cursor
}
