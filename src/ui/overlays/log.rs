//! The audit log: when, who, what, to which alert; and in full what the line under the cursor says.

use chrono::{DateTime, Utc};
use unicode_segmentation::UnicodeSegmentation;

use super::record::short_name;
use super::{framed, keys};
use crate::app::document::{Document, Piece, Role, line_width, safe};
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

/// From so many columns on there is room for seconds and for wider gaps.
const ROOMY: usize = 70;

/// A name takes one part in so many of a line at most, and where there is little room.
const WHO: [usize; 2] = [6, 8];

/// The least cells in which a title says something.
const TITLE: usize = 16;

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
            window(model, &log.acts, area, painter, |line, chosen, columns| {
                act(model, line, chosen, columns)
            });
            if let Some(line) = log.acts.under_cursor() {
                painter.document(words, &in_full(model, &line.entry, words.columns()), 0);
            }
        }
        Some(Inside { entry, alerts }) => {
            window(model, alerts, area, painter, |line, chosen, _| alert(model, line, chosen));
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
    cells: impl Fn(&T, bool, usize) -> Cells,
) {
    let text = area.inner();
    let Some(total) = window.total else {
        painter.line(text.row(2), &[Piece::new("loading…", Role::Dim)]);
        return;
    };
    let rows = log_rows(model.size).min(total.saturating_sub(window.offset));
    let columns = text.columns();
    let lines: Vec<Option<Cells>> = (window.offset..window.offset + rows)
        .map(|place| window.line(place).map(|item| cells(item, place == window.chosen, columns)))
        .collect();
    let widths = Widths::new(lines.iter().flatten(), columns);
    for (at, line) in lines.iter().enumerate() {
        let pieces = match line {
            Some(line) => widths.lay_out(line),
            None => vec![Piece::new("  …", Role::Dim)],
        };
        painter.line(text.row(2 + at as u16), &pieces);
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
fn act(model: &Model, line: &ActLine, chosen: bool, columns: usize) -> Cells {
    let entry = &line.entry;
    let room = if columns >= ROOMY { MOMENT } else { MOMENT - 3 };
    let mut lead = vec![cursor(chosen)];
    column(&mut lead, vec![Piece::new(short_moment(at(entry), model, room), Role::Dim)], room + 1);
    let role = if chosen { Role::Strong } else { Role::Body };
    let what = said::words(entry).into_iter().map(|piece| match piece.role {
        Role::Body => Piece { role, ..piece },
        _ => piece,
    });
    let more = if entry.alerts > 1 {
        format!("{}+{}", between(columns), thousands(entry.alerts - 1))
    } else {
        String::new()
    };
    Cells {
        lead,
        who: short_name(by(entry).as_safe(), columns / WHO[usize::from(columns < ROOMY)]),
        what: what.collect(),
        more: vec![Piece::new(more, Role::Strong)],
        ..named(model, entry.first.as_ref(), line.key)
    }
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

/// An alert by title and resource, else by name.
fn named(model: &Model, id: Option<&AlertId>, key: Option<AlertKey>) -> Cells {
    match (key.and_then(|key| model.table.get(key)), id) {
        (Some(row), _) => Cells {
            title: safe(row.title(), Role::Body),
            resource: safe(row.resource(), Role::Dim),
            ..Cells::default()
        },
        (None, Some(id)) => Cells { title: safe(SafeStr(id.name()), Role::Dim), ..Cells::default() },
        (None, None) => Cells::default(),
    }
}

/// One alert of an act: what became of it, title and resource.
fn alert(model: &Model, line: &AlertLine, chosen: bool) -> Cells {
    let mut lead = vec![cursor(chosen)];
    if let Some(target) = &line.target {
        column(&mut lead, vec![outcome(target.outcome)], 13);
    }
    Cells { lead, ..named(model, Some(&line.id), line.key) }
}

/// A line of the log before it is known how wide its columns are.
#[derive(Debug, Default)]
struct Cells {
    /// What has one width on every line.
    lead: Vec<Piece>,
    who: Vec<Piece>,
    what: Vec<Piece>,
    title: Vec<Piece>,
    resource: Vec<Piece>,
    /// How many alerts there are besides.
    more: Vec<Piece>,
}

/// How wide the columns of the lines in view are: no wider than what they hold.
#[derive(Debug, PartialEq, Eq)]
struct Widths {
    who: usize,
    what: usize,
    /// Nothing where there is so little room that the resource alone says more.
    title: usize,
    resource: usize,
    /// Blanks behind a column.
    between: usize,
    /// From the end of `who` to the end of the line.
    room: usize,
}

impl Cells {
    /// What names the alert where there is room for one thing.
    fn alone(&self) -> &Vec<Piece> {
        if self.resource.is_empty() { &self.title } else { &self.resource }
    }
}

impl Widths {
    fn new<'a>(lines: impl Iterator<Item = &'a Cells> + Clone, columns: usize) -> Self {
        let widest =
            |of: fn(&Cells) -> &Vec<Piece>| lines.clone().map(|line| line_width(of(line))).max().unwrap_or(0);
        let who = widest(|line| &line.who);
        // What is about no alert has the whole line.
        let about = lines.clone().filter(|line| !line.alone().is_empty());
        let what = about.map(|line| line_width(&line.what)).max().unwrap_or(0);
        let (title, resource) = (widest(|line| &line.title), widest(|line| &line.resource));
        let more = widest(|line| &line.more);
        let room = columns.saturating_sub(widest(|line| &line.lead) + gap(who, 1));
        let between = between(columns).len();
        // Names come first, and yet what was done has its part.
        let acts = |named: usize| what.min((room * 2 / 5).max(room.saturating_sub(named + between)));
        let left = |what| room.saturating_sub(gap(what, between) + more);
        let shown = acts(gap(title, 2) + resource + more);
        let beside = resource.min((left(shown) / 2).max(left(shown).saturating_sub(gap(title, 2))));
        let both = title.min(left(shown).saturating_sub(gap(beside, 2)));
        if both >= title.min(TITLE) {
            return Self { who, what: shown, title: both, resource: beside, between, room };
        }
        let alone = lines.map(|line| line_width(line.alone())).max().unwrap_or(0);
        let shown = acts(alone + more);
        Self { who, what: shown, title: 0, resource: alone.min(left(shown)), between, room }
    }

    fn lay_out(&self, line: &Cells) -> Vec<Piece> {
        let mut pieces = line.lead.clone();
        column(&mut pieces, line.who.clone(), gap(self.who, 1));
        if line.alone().is_empty() {
            // Nothing else needs the room.
            pieces.extend(cut(line.what.clone(), self.room));
            return pieces;
        }
        column(&mut pieces, cut(line.what.clone(), self.what), gap(self.what, self.between));
        if self.title > 0 {
            column(&mut pieces, cut(line.title.clone(), self.title), gap(self.title, 2));
            column(&mut pieces, cut(line.resource.clone(), self.resource), self.resource);
        } else {
            column(&mut pieces, cut(line.alone().clone(), self.resource), self.resource);
        }
        pieces.extend(line.more.iter().cloned());
        pieces
    }
}

/// The blanks before what is about the alert, and before how many more there are.
fn between(columns: usize) -> &'static str {
    if columns >= ROOMY { "  " } else { " " }
}

/// The cells of a column with the blanks behind it; of one that holds nothing, none.
fn gap(width: usize, blanks: usize) -> usize {
    if width > 0 { width + blanks } else { 0 }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(what: &str, title: &str, resource: &str, more: &str) -> Cells {
        let cell = |text: &str| if text.is_empty() { Vec::new() } else { vec![Piece::from(text)] };
        Cells {
            lead: cell("▌ 26 Nov 23:48 "),
            who: cell("ana"),
            what: cell(what),
            title: cell(title),
            resource: cell(resource),
            more: cell(more),
        }
    }

    fn drawn(lines: &[Cells; 3], columns: usize) -> String {
        let widths = Widths::new(lines.iter(), columns);
        Document { lines: lines.iter().map(|line| widths.lay_out(line)).collect() }.text()
    }

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let title = "Suspicious outgoing network activity";
        let lines = || {
            [
                line("Dismiss 3 alerts", title, "vm-erp-app-02", "  +2"),
                line("Note: 顧客に確認済み", "Malware", "仮想マシン", ""),
                line("Create the suppression rule 'scanner of the night shift'", "", "", ""),
            ]
        };
        // Where there is room nothing is cut, and each column begins at one place.
        let wide = drawn(&lines(), 132);
        assert!(!wide.contains('…'), "{wide}");
        let begins = |text: &str, of: &str| {
            let line = text.lines().find(|line| line.contains(of)).unwrap();
            crate::app::document::width(line.split(of).next().unwrap())
        };
        assert_eq!(begins(&wide, "Suspicious"), begins(&wide, "Malware"));
        assert_eq!(begins(&wide, "vm-erp"), begins(&wide, "仮想"));
        // With less the title gives way first, then it is left out.
        let narrow = drawn(&lines(), 80);
        assert!(narrow.contains("Dismiss 3 alerts") && narrow.contains("…  vm-erp-app-02  +2"), "{narrow}");
        let narrowest = drawn(&lines(), 56);
        assert!(!narrowest.contains("Susp") && narrowest.contains("vm-erp-app-02  +2"), "{narrowest}");
        for columns in 40..140 {
            let text = drawn(&lines(), columns);
            assert!(text.lines().all(|line| crate::app::document::width(line) <= columns), "{text}");
        }
    }
}
