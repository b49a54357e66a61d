//! Rows of names to choose from, as far as they fit: the tabs of the full details and the sections of *Take action*.

use crate::app::document::width;
use crate::app::layout;
use crate::app::model::{Full, Model, Section, Tab};

/// A name and its cells in the row, for drawing it and for finding it under the mouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label<T> {
    /// What it stands for.
    pub of: T,
    /// Its text, without the blank or bar at both sides.
    pub text: String,
    /// True for the one that is shown.
    pub chosen: bool,
}

impl<T> Label<T> {
    fn cells(&self) -> usize {
        width(&self.text) + 2
    }
}

/// Blank cells behind a tab.
pub const TAB_GAP: usize = 1;

/// What of the tab's text is in sight, in so many cells: `3–20 of 46`, or how far it goes: `20/46`, `43%`. Empty when all of it
/// is.
pub fn position(model: &Model, full: &Full, room: usize) -> String {
    let body = layout::Full::new(model.size).body;
    let (lines, offset, body) = match full.tab {
        Tab::Related => (model.related.page.document.len(), full.related.offset, body),
        Tab::Respond => {
            let section = layout::Respond::new(model.size).body;
            (model.respond.page.document.len(), model.respond.place.offset, section)
        }
        tab => (full.document.len(), full.scroll[tab as usize], body),
    };
    if lines <= body.rows() {
        return String::new();
    }
    let offset = offset.min(body.last_offset(lines));
    let last = (offset + body.rows()).min(lines);
    let forms = [format!("{}–{last} of {lines}", offset + 1), format!("{last}/{lines}")];
    forms.into_iter().find(|form| width(form) <= room).unwrap_or_else(|| format!("{}%", last * 100 / lines))
}

/// The names of the tabs: in short where they do not fit beside the position.
pub fn tabs(model: &Model, full: &Full) -> Vec<Label<Tab>> {
    let labels = |name: fn(Tab) -> &'static str| -> Vec<Label<Tab>> {
        let label = |tab| Label { of: tab, text: name(tab).to_owned(), chosen: tab == full.tab };
        Tab::ALL.map(label).into()
    };
    let whole = labels(Tab::title);
    let used: usize = whole.iter().map(|label| label.cells() + TAB_GAP).sum();
    let room = usize::from(model.size.0).saturating_sub(2);
    if used + width(&position(model, full, usize::MAX)) <= room { whole } else { labels(Tab::short) }
}

/// The digits and names of the sections; where they do not fit, the digits and the one name that is shown.
pub fn sections(model: &Model) -> Vec<Label<Section>> {
    let labels = |whole: bool| -> Vec<Label<Section>> {
        let label = |section: Section| {
            let chosen = section == model.respond.section;
            let name = if whole || chosen { section.title() } else { "" };
            let text = format!("{} {name}", section.digit()).trim_end().to_owned();
            Label { of: section, text, chosen }
        };
        Section::ALL.map(label).into()
    };
    let whole = labels(true);
    let room = layout::Respond::new(model.size).sections.columns();
    if whole.iter().map(Label::cells).sum::<usize>() <= room { whole } else { labels(false) }
}

/// The one at a column of the row.
pub fn at<T: Copy>(labels: &[Label<T>], gap: usize, column: usize) -> Option<T> {
    let mut from = 0;
    for label in labels {
        if (from..from + label.cells()).contains(&column) {
            return Some(label.of);
        }
        from += label.cells() + gap;
    }
    None
}
