//! Alerts over ATT&CK: a row a tactic, with its techniques as cells, and the same as lines of text.

use crate::app::document::{Document, Piece, Role, line_width, safe, safe_cell, width};
use crate::app::documents::chart::{severities, shade};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{counted, thousands};
use crate::app::model::AttackView;
use crate::app::overlays::attack::chosen;
use crate::domain::chart::{Attack, Counts, Tactics, level, technique_name};
use crate::domain::{SafeText, Severity};

/// The shades of a cell.
const SHADES: usize = 4;

/// Cells of the name of a tactic, and of its number.
const NAME: usize = 21;
const NUMBER: usize = 6;

/// Cells of a technique's id at most; a longer one is no id of ATT&CK.
const ID: usize = 12;

/// What is shown: how many alerts, what the shades mean, and the filter.
pub fn head(view: &AttackView, attack: &Attack, blocks: bool) -> Vec<Piece> {
    let shades: String = (1..=SHADES).map(|level| shade(level, blocks)).collect();
    let mut line = vec![
        Piece::new(counted(attack.all.total() as usize, "alert"), Role::Strong),
        Piece::new(format!("  {shades} few to many   "), Role::Dim),
    ];
    line.extend(safe(SafeText::from(view.filter.to_string()).as_safe(), Role::Dim));
    line
}

/// Every row: the tactic, its heat, its number, and the techniques that fit.
pub fn heat(view: &AttackView, attack: &Attack, columns: usize, blocks: bool) -> Document {
    let peak = attack.peak();
    let rows = attack.rows.iter().enumerate();
    let lines = rows.map(|(at, row)| {
        let has_cursor = at == view.at;
        let mut line = tactic(row, peak, has_cursor, blocks);
        let room = columns.saturating_sub(line_width(&line));
        let technique = if has_cursor { view.technique } else { None };
        line.extend(techniques(row, peak, technique, room, blocks));
        line
    });
    Document { lines: lines.collect() }
}

fn tactic(row: &Tactics, peak: u32, has_cursor: bool, blocks: bool) -> Vec<Piece> {
    let count = row.counts.total();
    let role = match (has_cursor, count) {
        (true, _) => Role::Strong,
        (false, 0) => Role::Dim,
        (false, _) => Role::Body,
    };
    let cell = shade(level(count, peak, SHADES), blocks);
    let number = if count == 0 { "·".to_owned() } else { thousands(count as usize) };
    vec![
        Piece::new(if has_cursor { "▌ " } else { "  " }, Role::Key),
        Piece::new(format!("{:<NAME$}", row.label()), role),
        Piece::new(cell.to_string().repeat(3), worst(row.counts)),
        Piece::new(format!("{number:>NUMBER$} "), if count == 0 { Role::Dim } else { role }),
    ]
}

fn worst(counts: Counts) -> Role {
    Role::Severity(counts.worst().unwrap_or(Severity::Other))
}

/// The techniques that fit, around the one under the cursor, and how many more there are.
fn techniques(row: &Tactics, peak: u32, chosen: Option<usize>, room: usize, blocks: bool) -> Vec<Piece> {
    let cells: Vec<Vec<Piece>> = row
        .techniques
        .iter()
        .enumerate()
        .map(|(at, (id, counts))| cell(id, *counts, peak, chosen == Some(at), blocks))
        .collect();
    let widths: Vec<usize> = cells.iter().map(|cell| line_width(cell)).collect();
    let more = |count: usize| if count == 0 { String::new() } else { format!(" +{count}") };
    let used = |from: usize, to: usize| {
        usize::from(from > 0) + widths[from..to].iter().sum::<usize>() + width(&more(cells.len() - to))
    };
    // The first from which the one under the cursor is in view.
    let upto = chosen.map_or(0, |at| at + 1);
    let from = (0..upto).find(|from| used(*from, upto) <= room).unwrap_or(upto.saturating_sub(1));
    let mut to = upto.max(from);
    while to < cells.len() && used(from, to + 1) <= room {
        to += 1;
    }
    let mut line = Vec::new();
    if from > 0 {
        line.push(Piece::new("…", Role::Dim));
    }
    line.extend(cells.iter().take(to).skip(from).flatten().cloned());
    line.push(Piece::new(more(cells.len() - to), Role::Dim));
    line
}

/// One technique: `▐▒ T1059 12▌` under the cursor; blanks stand for the signs elsewhere, so that nothing moves.
fn cell(id: &SafeText, counts: Counts, peak: u32, chosen: bool, blocks: bool) -> Vec<Piece> {
    let [left, right] = match (chosen, blocks) {
        (false, _) => [" ", " "],
        (true, true) => ["▐", "▌"],
        (true, false) => ["[", "]"],
    };
    let count = counts.total();
    let role = if chosen { Role::Stage } else { Role::Body };
    let mut cell = vec![
        Piece::new(left, Role::Stage),
        Piece::new(format!("{} ", shade(level(count, peak, SHADES), blocks)), worst(counts)),
    ];
    cell.extend(safe_cell(id.as_safe(), ID, role));
    cell.push(Piece::new(format!(" {}", thousands(count as usize)), if chosen { role } else { Role::Dim }));
    cell.push(Piece::new(right, Role::Stage));
    cell
}

/// What is under the cursor, in words, and the filter that Enter makes of it.
pub fn words(view: &AttackView, attack: &Attack) -> Vec<Vec<Piece>> {
    let Some(row) = attack.rows.get(view.at) else { return Vec::new() };
    let technique = view.technique.and_then(|at| row.techniques.get(at));
    let counts = technique.map_or(row.counts, |(_, counts)| *counts);
    let mut line = match technique {
        Some((id, _)) => named(id),
        None => vec![Piece::new(row.label(), Role::Strong)],
    };
    line.push(Piece::from(format!("   {}", counted(counts.total() as usize, "alert")).as_str()));
    if counts.total() > 0 {
        line.push(Piece::from("   "));
        line.extend(severities(counts));
    }
    if technique.is_some() {
        line.push(Piece::new(format!("   {}", row.label()), Role::Dim));
    }
    let enter = match chosen(view) {
        Some(filter) => {
            let mut line = vec![Piece::new("Enter", Role::Key), Piece::from("  ")];
            line.extend(safe(SafeText::from(filter.to_string()).as_safe(), Role::Dim));
            line
        }
        None => vec![Piece::new("no alert of this time has it", Role::Dim)],
    };
    vec![line, enter]
}

/// A technique's id with its name, where that is known.
fn named(id: &SafeText) -> Vec<Piece> {
    let mut pieces = safe_cell(id.as_safe(), ID, Role::Strong);
    if let Some(name) = technique_name(id.raw()) {
        pieces.push(Piece::from(format!(" {name}").as_str()));
    }
    pieces
}

/// The same as lines of text: a line for each tactic that is hit, and below it one for each of its techniques.
pub fn text(view: &AttackView, attack: &Attack, columns: usize) -> Document {
    let mut flow = Flow::new(columns);
    let mut line = vec![Piece::from(format!("{}: ", counted(attack.all.total() as usize, "alert")).as_str())];
    line.extend(safe(SafeText::from(view.filter.to_string()).as_safe(), Role::Body));
    flow.wrap("", "  ", &line);
    for row in attack.rows.iter().filter(|row| row.counts.total() > 0) {
        let alerts = counted(row.counts.total() as usize, "alert");
        let mut line = vec![Piece::from(format!("{}: {alerts}: ", row.label()).as_str())];
        line.extend(severities(row.counts));
        flow.wrap("", "  ", &line);
        for (id, counts) in &row.techniques {
            let mut line = named(id);
            line.push(Piece::from(format!(": {}", counted(counts.total() as usize, "alert")).as_str()));
            flow.wrap("  ", "    ", &line);
        }
    }
    flow.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Tactic;

    fn counts(high: usize, low: usize) -> Counts {
        let severities = std::iter::repeat_n(Severity::High, high);
        severities.chain(std::iter::repeat_n(Severity::Low, low)).collect()
    }

    fn attack(techniques: usize) -> Attack {
        let techniques =
            (0..techniques).map(|at| (SafeText::from(format!("T1{at:03}.001")), counts(0, at))).collect();
        Attack {
            rows: vec![
                Tactics { tactic: Some(Tactic::Execution), counts: counts(1, 15), techniques },
                Tactics { tactic: Some(Tactic::Impact), counts: counts(0, 1), techniques: Vec::new() },
                Tactics { tactic: None, counts: counts(0, 0), techniques: Vec::new() },
            ],
            all: counts(1, 16),
        }
    }

    #[test]
    fn rows_show_heat_numbers_and_techniques() {
        let shown = attack(2);
        let view = AttackView { technique: Some(1), ..AttackView::default() };
        assert_eq!(
            heat(&view, &shown, 80, true).text(),
            "▌ Execution            ███    16    T1000.001 0 ▐░ T1001.001 1▌\n  \
             Impact               ░░░     1\n  No tactic                    ·\n"
        );
        assert!(heat(&view, &shown, 80, false).text().contains("###    16    T1000.001 0 [. T1001.001 1]"));
    }

    #[test]
    fn the_technique_under_the_cursor_is_in_view_at_every_width() {
        let shown = Arc::new(attack(30));
        for columns in 56..160 {
            for technique in std::iter::once(None).chain((0..30).map(Some)) {
                let view = AttackView { technique, shown: Some(Arc::clone(&shown)), ..AttackView::default() };
                let drawn = heat(&view, &shown, columns, true);
                assert!(drawn.width() <= columns, "{columns} {technique:?}\n{}", drawn.text());
                let under =
                    technique.map_or("▌ Execution".to_owned(), |at| format!(" T1{at:03}.001 {at}▌"));
                assert!(drawn.text().contains(&under), "{columns} {technique:?}\n{}", drawn.text());
            }
        }
    }
}
