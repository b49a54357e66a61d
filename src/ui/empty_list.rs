//! What stands in an empty list, and the key that helps.

use crate::app::command::{App, Command, Narrow, Show, View};
use crate::app::document::{Piece, Role, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::progress::FaultKind;
use crate::domain::{SafeStr, SafeText, thousands};
use crate::ui::paint::Painter;

pub(super) fn draw(model: &Model, inner: Area, painter: &mut Painter<'_>) {
    let lines = lines(model);
    let from = inner.height.saturating_sub(lines.len() as u16) / 2;
    for (at, line) in lines.iter().enumerate() {
        painter.centred(inner.row(from + at as u16), line);
    }
}

fn lines(model: &Model) -> Vec<Vec<Piece>> {
    let says = |text: &str| vec![Piece::new(text, Role::Strong)];
    let dim = |text: &str| vec![Piece::new(text, Role::Dim)];
    let key = |command: Command, what: &str| {
        let keys = model.settings.keymap.shown(command);
        vec![Piece::new(keys, Role::Key), Piece::new(format!(" {what}"), Role::Body)]
    };
    let sync = &model.sync;
    if !model.table.is_empty() {
        let mut lines = vec![says("Nothing matches the filter")];
        let text = model.filter.applied.to_string();
        if !text.is_empty() {
            lines.push(safe_cell(SafeStr(&text), 60, Role::Dim));
        }
        if let Some(wider) = &model.list.listing.wider {
            let mut line = safe_cell(SafeStr(&wider.term), 36, Role::Strong);
            let count = thousands(wider.alerts);
            line.push(Piece::new(format!(" would match {count}"), Role::Body));
            lines.push(line);
        }
        lines.push(Vec::new());
        if model.filter.editing {
            // While it is being typed every other key is a letter of it.
            let fixed = |keys: &str, what: &str| vec![Piece::new(keys, Role::Key), Piece::from(what)];
            lines.push(fixed("Esc", " restores the filter before"));
            lines.push(fixed("ctrl-u", " empties it: every alert"));
            return lines;
        }
        lines.push(key(Command::Narrow(Narrow::Clear), "clears it: every alert"));
        lines.push(key(Command::View(View::Digit(1)), "shows the open alerts"));
        return lines;
    }
    if model.session.as_ref().is_some_and(|session| session.files.is_some()) {
        if sync.running {
            return vec![says("No alerts yet"), dim("reading…")];
        }
        let where_from = if sync.stopped.is_some() { "what was read of it" } else { "the file" };
        let none = says(&format!("No alert in {where_from}"));
        return vec![none, key(Command::Show(Show::Jobs), "shows what was left out")];
    }
    let faults =
        || sync.fault.iter().chain(sync.subscriptions.iter().filter_map(|state| state.fault.as_ref()));
    if let Some(fault) = faults().find(|fault| fault.kind == FaultKind::SignIn) {
        let mut lines = vec![says("Signed out")];
        lines.extend(wrapped(&fault.message));
        lines.extend([Vec::new(), key(Command::App(App::Sync), "tries again")]);
        return lines;
    }
    if let (Some(fault), false) = (faults().next(), sync.running) {
        let mut lines = vec![says("No alerts could be listed")];
        lines.extend(wrapped(&fault.message));
        lines.extend([
            Vec::new(),
            key(Command::App(App::Sync), "tries again"),
            key(Command::Show(Show::Jobs), "shows each subscription"),
        ]);
        return lines;
    }
    if sync.last_complete.is_some() {
        return vec![
            says("No alerts"),
            dim("The subscriptions have none in the last 90 days."),
            Vec::new(),
            key(Command::App(App::Sync), "syncs now"),
        ];
    }
    vec![says("No alerts yet"), dim(if sync.running { "syncing…" } else { "starting…" })]
}

fn wrapped(text: &SafeText) -> Vec<Vec<Piece>> {
    let mut flow = Flow::new(54);
    flow.wrap("", "", &safe(text.as_safe(), Role::Body));
    flow.finish().lines
}
