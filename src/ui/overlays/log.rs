//! The audit log: when, who, what, to which alert; and in full what the line under the cursor says.

use chrono::{DateTime, Utc};
use unicode_segmentation::UnicodeSegmentation;

use super::record::short_name;
use super::{framed, keys};
use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell};
use crate::app::documents::flow::Flow;
use crate::app::documents::history::outcome;
use crate::app::documents::log::{self as said, at, by};
use crate::app::documents::moment::{self, thousands};
use crate::app::documents::summary::column;
use crate::app::layout::{Area, log_rows, sheet};
use crate::app::message::{ActLine, AlertLine};
use crate::app::model::{Inside, Log, Model, Window};
use crate::domain::record::LogEntry;
use crate::domain::{AlertId, AlertKey, SafeStr};
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Rows for what the line under the cursor says in full.
const WORDS: u16 = 4;

/// Cells of a moment: `23 Nov 14:02:11`.
const MOMENT: usize = 15;

pub(super) fn draw(model: &Model, log: &Log, painter: &mut Painter<'_>) {
    let area = sheet(model.size);
    framed(area, "Audit log", painter);
    let text = area.inner();
    head(model, log, text.row(0), painter);
    let words = Area { y: text.y + text.height.saturating_sub(WORDS), height: WORDS, ..text };
    if let Some(error) = &log.error {
        let mut flow = Flow::new(text.columns());
        flow.wrap("", "", &safe(error.as_safe(), Role::Error));
        painter.document(under_head(text), &flow.finish(), 0);
        return;
    }
    match &log.inside {
        None => {
            if log.acts.total == Some(0) {
                return empty(log, text, painter);
            }
            window(model, &log.acts, area, painter, |line, chosen, row| act(model, line, chosen, row));
            if let Some(line) = log.acts.under_cursor() {
                painter.document(words, &in_full(model, &line.entry, words.columns()), 0);
            }
        }
        Some(Inside { entry, alerts }) => {
            window(model, alerts, area, painter, |line, chosen, row| alert(model, line, chosen, row));
            let said =
                alerts.under_cursor().and_then(|line| line.target.as_ref()).map(|target| &target.detail);
            let mut document = Flow::new(words.columns());
            if let Some(detail) = said.filter(|detail| !detail.is_empty()) {
                document.wrap("", "", &safe(detail.as_safe(), Role::Body));
            }
            let mut document = document.finish();
            document.lines.extend(in_full(model, entry, words.columns()).lines);
            painter.document(words, &document, 0);
        }
    }
}

/// What is shown: all, what contains a text, or the alerts of one act.
fn head(model: &Model, log: &Log, row: Area, painter: &mut Painter<'_>) {
    if let Some(input) = &log.typing {
        painter.line(row, &[Piece::new("/ ", Role::Key)]);
        let field = Area { x: row.x + 2, width: row.width.saturating_sub(2), ..row };
        return text_field::draw(field, input, painter);
    }
    if let Some(inside) = &log.inside {
        let mut line =
            vec![Piece::new(format!("{}  ", moment::local(at(&inside.entry), model.now)), Role::Dim)];
        line.extend(said::words(&inside.entry));
        painter.line(row, &line);
        return;
    }
    let line = if log.find.is_empty() {
        vec![Piece::new("Everything done here, the newest first", Role::Dim)]
    } else {
        let mut line = vec![Piece::new("With ", Role::Dim)];
        line.extend(safe(SafeStr(&log.find), Role::Strong));
        line.extend(keys(&[("   Esc", "shows all")]));
        line
    };
    painter.line(row, &line);
}

fn empty(log: &Log, text: Area, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(text.columns());
    if log.find.is_empty() {
        flow.words("Nothing was done with quell yet.", Role::Body);
        flow.blank();
        let words = "Changes of status, notes, assignments, feedback, ticked steps, suppression rules and whatever else \
                     is done here will be listed with who did it, when, why and under which filter.";
        flow.words(words, Role::Dim);
    } else {
        flow.words("Nothing that was done contains this.", Role::Body);
        flow.words("Searched are who, what, why, the filter and the ids of the alerts.", Role::Dim);
    }
    painter.document(under_head(text), &flow.finish(), 0);
}

/// What is below the head and its blank row.
fn under_head(text: Area) -> Area {
    Area { y: text.y + 2, height: text.height.saturating_sub(2), ..text }
}

/// The lines in view.
fn window<T>(
    model: &Model,
    window: &Window<T>,
    area: Area,
    painter: &mut Painter<'_>,
    line: impl Fn(&T, bool, Area) -> Vec<Piece>,
) {
    let text = area.inner();
    let Some(total) = window.total else {
        painter.line(text.row(2), &[Piece::new("loading…", Role::Dim)]);
        return;
    };
    let rows = log_rows(model.size).min(total.saturating_sub(window.offset));
    for at in 0..rows {
        let place = window.offset + at;
        let row = text.row(2 + at as u16);
        match window.line(place) {
            Some(item) => painter.line(row, &line(item, place == window.chosen, row)),
            None => painter.line(row, &[Piece::new("  …", Role::Dim)]),
        };
    }
    if total > log_rows(model.size) {
        let position = format!("{}/{}", thousands(window.chosen + 1), thousands(total));
        painter.footer(area, &[Piece::new(position, Role::Dim)]);
    }
}

fn cursor(chosen: bool) -> Piece {
    Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)
}

/// One act: when, who, what, its alert.
fn act(model: &Model, line: &ActLine, chosen: bool, row: Area) -> Vec<Piece> {
    let entry = &line.entry;
    let columns = row.columns();
    let (who, what) = if columns >= 90 { (12, (columns * 3 / 10).max(34)) } else { (8, columns * 2 / 5 - 4) };
    let mut pieces = vec![cursor(chosen)];
    let room = if columns >= 70 { MOMENT } else { MOMENT - 3 };
    column(&mut pieces, vec![Piece::new(short_moment(at(entry), model, room), Role::Dim)], room + 1);
    column(&mut pieces, short_name(by(entry).as_safe(), who), who + 1);
    let role = if chosen { Role::Strong } else { Role::Body };
    let said = said::words(entry).into_iter().map(|piece| match piece.role {
        Role::Body => Piece { role, ..piece },
        _ => piece,
    });
    column(&mut pieces, cut(said.collect(), what), what + 1);
    let left = columns.saturating_sub(line_width(&pieces));
    pieces.extend(named(model, entry.first.as_ref(), line.key, entry.alerts, left));
    pieces
}

/// A moment in so many cells: without its seconds where there is little room, of another year its day alone.
fn short_moment(at: DateTime<Utc>, model: &Model, room: usize) -> String {
    let whole = moment::local(at, model.now);
    match whole.len() {
        length if length <= room => whole,
        length if length <= MOMENT => whole.chars().take(length - 3).collect(),
        length => whole.chars().take(length - 9).collect(),
    }
}

/// Pieces cut to so many cells.
fn cut(pieces: Vec<Piece>, width: usize) -> Vec<Piece> {
    if line_width(&pieces) <= width {
        return pieces;
    }
    let mut room = width.saturating_sub(1);
    let mut kept = Vec::new();
    for piece in pieces {
        let mut text = String::new();
        for cluster in piece.text.graphemes(true) {
            let cells = crate::app::document::width(cluster);
            if cells > room {
                room = 0;
                break;
            }
            room -= cells;
            text.push_str(cluster);
        }
        kept.push(Piece { text, ..piece });
        if room == 0 {
            break;
        }
    }
    kept.push(Piece::new("…", Role::Dim));
    kept
}

/// An alert by title and resource, else by name; of several, with how many more there are.
fn named(
    model: &Model,
    id: Option<&AlertId>,
    key: Option<AlertKey>,
    alerts: usize,
    room: usize,
) -> Vec<Piece> {
    let more = if alerts > 1 { format!("  +{}", thousands(alerts - 1)) } else { String::new() };
    let room = room.saturating_sub(more.len());
    let mut pieces = match (key.and_then(|key| model.table.get(key)), id) {
        (Some(row), _) => {
            let resource = safe_cell(row.resource(), room / 3, Role::Dim);
            let mut line = safe_cell(row.title(), room.saturating_sub(line_width(&resource) + 2), Role::Body);
            line.push(Piece::from("  "));
            line.extend(resource);
            line
        }
        (None, Some(id)) => safe_cell(SafeStr(id.name()), room, Role::Dim),
        (None, None) => Vec::new(),
    };
    pieces.push(Piece::new(more, Role::Strong));
    pieces
}

/// One alert of an act: what became of it, title and resource.
fn alert(model: &Model, line: &AlertLine, chosen: bool, row: Area) -> Vec<Piece> {
    let mut pieces = vec![cursor(chosen)];
    if let Some(target) = &line.target {
        column(&mut pieces, vec![outcome(target.outcome)], 13);
    }
    let left = row.columns().saturating_sub(line_width(&pieces));
    pieces.extend(named(model, Some(&line.id), line.key, 1, left));
    pieces
}

/// Who did it, why, under which filter, and what came of it; the moment where its line has not the whole of it.
fn in_full(model: &Model, entry: &LogEntry, columns: usize) -> Document {
    let mut flow = Flow::new(columns);
    let mut facts = said::facts(entry);
    let moment = moment::local(at(entry), model.now);
    if moment.len() > MOMENT {
        facts.insert(0, vec![Piece::new(moment, Role::Dim)]);
    }
    let mut line = Vec::new();
    for (at, fact) in facts.into_iter().enumerate() {
        if at > 0 {
            line.push(Piece::new(" · ", Role::Dim));
        }
        line.extend(fact);
    }
    flow.wrap("", "", &line);
    flow.shorten(usize::from(WORDS));
    flow.finish()
}
