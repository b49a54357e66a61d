//! The screen without a configuration: which sign-in there is, which subscriptions to show, or the demo.

use crate::app::document::{Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::flow::Flow;
use crate::app::documents::sign_in::device_code;
use crate::app::layout::Area;
use crate::app::model::{Choice, Counted, FirstRun, FirstRunStep, Model};
use crate::domain::{SafeStr, SafeText, thousands};
use crate::ui::hints;
use crate::ui::paint::Painter;
use crate::ui::status_line;

pub(super) fn draw(model: &Model, first_run: &FirstRun, painter: &mut Painter<'_>) {
    let (wide, height) = model.size;
    let columns = usize::from(wide).saturating_sub(8).min(88);
    let margin = (wide - columns as u16) / 2;
    let top = if height < 20 { 1 } else { 2 };
    let body = Area { x: margin, y: top, width: columns as u16, height: height.saturating_sub(top + 2) };
    let mut flow = Flow::new(columns);
    flow.words("quell", Role::Stage);
    flow.words("Triage of Microsoft Defender for Cloud alerts", Role::Dim);
    flow.blank();
    let cursor = match &first_run.step {
        FirstRunStep::SignIn => sign_ins(&mut flow, first_run),
        FirstRunStep::Keep => {
            keep(&mut flow);
            0
        }
        FirstRunStep::Code(code) => {
            device_code(&mut flow, code, model.now);
            0
        }
        FirstRunStep::Listing => {
            flow.words("Signing in, and listing the subscriptions…", Role::Body);
            0
        }
        FirstRunStep::Subscriptions { who, list, chosen } => subscriptions(&mut flow, who, list, *chosen),
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
    flow.words("No configuration yet. How shall quell sign in?", Role::Body);
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
            Ok(seen) if sign_in.device_code => line.extend(safe(seen.as_safe(), Role::Dim)),
            Ok(seen) => {
                line.push(Piece::new("found", Role::Good));
                line.push(Piece::from("  "));
                line.extend(safe(seen.as_safe(), Role::Dim));
            }
            Err(why) => {
                line.push(Piece::new("not usable", Role::Error));
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
    if first_run.found.is_empty() {
        return cursor;
    }
    flow.blank();
    if let Some(cloud) = first_run.clouds.get(first_run.cloud) {
        flow.line(vec![
            Piece::new("Cloud: ", Role::Dim),
            Piece::from(cloud.as_str()),
            Piece::new("   c", Role::Key),
            Piece::new(" another", Role::Dim),
        ]);
    }
    if !first_run.absent.is_empty() {
        let before = |at| if at == 0 { "Not here: " } else { "" };
        let absent = first_run.absent.iter().enumerate();
        let absent = absent.map(|(at, name)| vec![Piece::new(format!("{}{name}", before(at)), Role::Dim)]);
        flow.items(0, ", ", &absent.collect::<Vec<_>>());
    }
    cursor
}

fn keep(flow: &mut Flow) {
    flow.words("Keep me signed in on this machine?", Role::Strong);
    flow.blank();
    flow.words(
        "Yes: what renews the sign-in is kept in a file that only this user can read, until it is refused or you change \
         keep-sign-in in the config.",
        Role::Body,
    );
    flow.words("No: it stays in memory, and each start asks for a code.", Role::Body);
}

/// The widest text of a count, such as `1,204 open, 12 high`.
fn count(alerts: &Counted) -> (String, Role) {
    match alerts {
        Counted::Asked => ("…".to_owned(), Role::Dim),
        Counted::Open { alerts: 0, .. } => ("none open".to_owned(), Role::Dim),
        Counted::Open { alerts, high: 0 } => (format!("{} open", thousands(*alerts)), Role::Body),
        Counted::Open { alerts, high } => {
            (format!("{} open, {} high", thousands(*alerts), thousands(*high)), Role::Body)
        }
        Counted::Unknown(_) => ("–".to_owned(), Role::Dim),
    }
}

fn subscriptions(flow: &mut Flow, who: &SafeText, list: &[Choice], chosen: usize) -> usize {
    let picked = list.iter().filter(|choice| choice.on).count();
    let mut line = vec![Piece::new("Account: ", Role::Dim)];
    line.extend(safe(who.as_safe(), Role::Body));
    flow.wrap("", "", &line);
    flow.words("Which subscriptions shall be shown?", Role::Body);
    flow.words(
        &format!("{picked} of {} chosen; with all of them, also those that come later", list.len()),
        Role::Dim,
    );
    // Why the one under the cursor was not counted stands where it does not move the list.
    match list.get(chosen).map(|choice| &choice.alerts) {
        Some(Counted::Unknown(why)) => {
            let mut line = vec![Piece::new("– ", Role::Key)];
            line.extend(safe_cell(why.as_safe(), flow.width().saturating_sub(2), Role::Dim));
            flow.line(line);
        }
        _ => flow.line(Vec::new()),
    }
    let counts: Vec<(String, Role)> = list.iter().map(|choice| count(&choice.alerts)).collect();
    let widest = counts.iter().map(|(text, _)| width(text)).max().unwrap_or(0).max(9);
    let names = list.iter().map(|choice| choice.subscription.name.terminal_width()).max().unwrap_or(0);
    let with_id = flow.width() >= 76;
    let taken = 6 + widest + 2 + if with_id { 38 } else { 0 };
    let room = names.min(flow.width().saturating_sub(taken)).max(8);
    let mut cursor = flow.len();
    for (at, (choice_of, (text, role))) in list.iter().zip(counts).enumerate() {
        if at == chosen {
            cursor = flow.len();
        }
        let mut line = choice(at == chosen, if choice_of.on { "[x] " } else { "[ ] " });
        let name = safe_cell(choice_of.subscription.name.as_safe(), room, Role::Body);
        let used = line_width(&name);
        line.extend(name);
        line.push(Piece::from(" ".repeat(room + 2 - used).as_str()));
        let pad = widest.saturating_sub(width(&text));
        line.push(Piece::new(text, role));
        if with_id {
            line.push(Piece::from(" ".repeat(pad + 2).as_str()));
            line.extend(safe(SafeStr(choice_of.subscription.id.as_str()), Role::Dim));
        }
        flow.line(line);
    }
    cursor
}
