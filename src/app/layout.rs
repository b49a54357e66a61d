//! Where things stand on the screen: computed once, used by `update` (to scroll) and by the view (to draw).

use crate::app::model::Model;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// What a frame with a blank column at both sides leaves for text.
    #[must_use]
    pub fn inner(self) -> Self {
        Self {
            x: self.x + 2.min(self.width),
            y: self.y + 1.min(self.height),
            width: self.width.saturating_sub(4),
            height: self.height.saturating_sub(2),
        }
    }

    /// The row at a distance from the upper edge; of height 0 beyond the lower edge.
    #[must_use]
    pub fn row(self, at: u16) -> Self {
        Self { y: self.y + at.min(self.height), height: u16::from(at < self.height), ..self }
    }

    /// The text columns, for laying out a document.
    pub fn columns(self) -> usize {
        usize::from(self.width)
    }

    /// The rows, for scrolling.
    pub fn rows(self) -> usize {
        usize::from(self.height)
    }

    /// The greatest sensible first line of a text of so many lines.
    pub fn last_offset(self, lines: usize) -> usize {
        lines.saturating_sub(self.rows())
    }
}

/// The main screen's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Main {
    /// Tenant, sync age, counts.
    pub header: Area,
    /// The filter bar.
    pub filter: Area,
    /// The histogram; of height 0 where there is none.
    pub histogram: Area,
    /// The list with its frame and head.
    pub list: Area,
    /// The details with their frame; none when they are not shown.
    pub details: Option<Area>,
    /// Progress, notice or faults.
    pub status: Area,
    /// The next keys.
    pub hints: Area,
}

/// The smallest screen on which anything is drawn.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From this many columns on, the details stand beside the list.
pub const SIDE_BY_SIDE: u16 = 100;

/// The most columns of the details beside the list: lines that are easy to read. Titles have the rest.
const DETAILS: u16 = 64;

/// From this many rows of the screen on, a histogram stands above the list.
pub const HISTOGRAM_FROM: u16 = 20;

/// From this many rows on, it has a row for the alerts of High severity and one for the others.
const TWO_ROWS_FROM: u16 = 24;

/// From this many columns on, the histogram says when its peak was.
pub const PEAK_FROM: u16 = 80;

/// Cells before the bars of the histogram: their time, and which severities.
pub const BEFORE_BARS: usize = 7;

/// Bars of the histogram that fit a screen of so many columns, beside the words at both ends.
pub fn bars(width: u16) -> usize {
    let behind = if width >= PEAK_FROM { 28 } else { 12 };
    usize::from(width.saturating_sub(2)).saturating_sub(BEFORE_BARS + behind)
}

/// A whole row of the screen, or several.
fn rows(width: u16, y: u16, height: u16) -> Area {
    Area { x: 0, y, width, height }
}

impl Main {
    /// The parts of the screen as it is.
    pub fn of(model: &Model) -> Self {
        Self::new(model.size, model.details.open, model.settings.histogram)
    }

    /// The parts for a screen; `details_open` matters on narrow screens only, where the details lie over the list.
    pub fn new((width, height): (u16, u16), details_open: bool, histogram: bool) -> Self {
        let bars = match height {
            _ if !histogram => 0,
            ..HISTOGRAM_FROM => 0,
            HISTOGRAM_FROM..TWO_ROWS_FROM => 1,
            TWO_ROWS_FROM.. => 2,
        };
        let body = rows(width, 2 + bars, height.saturating_sub(4 + bars));
        let (list, details) = if width >= SIDE_BY_SIDE {
            let side = (width * 2 / 5).clamp(44, DETAILS);
            let list = Area { width: width - side, ..body };
            (list, Some(Area { x: list.width, width: side, ..body }))
        } else {
            (body, details_open.then_some(body))
        };
        Self {
            header: rows(width, 0, 1),
            filter: rows(width, 1, 1),
            histogram: rows(width, 2, bars),
            list,
            details,
            status: rows(width, height.saturating_sub(2), 1),
            hints: rows(width, height.saturating_sub(1), 1),
        }
    }

    /// Rows of alerts that fit: the list's height without frame and head.
    pub fn list_rows(&self) -> usize {
        usize::from(self.list.height.saturating_sub(3))
    }

    /// Where the text of the details stands, for its width and for scrolling. On a narrow screen also while the pane
    /// is closed: it will lie over the list.
    pub fn details_text(&self) -> Area {
        self.details.unwrap_or(self.list).inner()
    }
}

/// The full details' parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// The alert's title.
    pub title: Area,
    /// The tabs.
    pub tabs: Area,
    /// The tab's text, for its width and for scrolling.
    pub body: Area,
    /// Progress, notice or faults.
    pub status: Area,
    /// The next keys.
    pub hints: Area,
}

impl Full {
    /// The parts for a screen.
    pub fn new((width, height): (u16, u16)) -> Self {
        Self {
            title: rows(width, 0, 1),
            tabs: rows(width, 1, 1),
            body: Area { x: 1, y: 3, width: width.saturating_sub(2), height: height.saturating_sub(5) },
            status: rows(width, height.saturating_sub(2), 1),
            hints: rows(width, height.saturating_sub(1), 1),
        }
    }
}

/// The *Take action* tab's parts, inside the body of the full details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Respond {
    /// The names of the sections.
    pub sections: Area,
    /// The section's text, for its width and for scrolling.
    pub body: Area,
}

impl Respond {
    /// The parts for a screen.
    pub fn new(size: (u16, u16)) -> Self {
        let Area { x, y, width, height } = Full::new(size).body;
        let body = Area { x, y: y + 2.min(height), width, height: height.saturating_sub(2) };
        Self { sections: Area { x, y, width, height: height.min(1) }, body }
    }
}

/// Columns beside a frame that are too few to show anything of what lies below.
const SLIVER: u16 = 14;

/// A frame in the middle of the screen, for a text of so many columns and rows; smaller where the screen is, and over
/// its whole width where only slivers would be left. The first row and the hint bar stay free.
pub fn popup((width, height): (u16, u16), columns: u16, rows: u16) -> Area {
    let wide = columns.saturating_add(4).min(width);
    let wide = if width - wide < SLIVER { width } else { wide };
    let high = rows.saturating_add(2).min(height.saturating_sub(2));
    Area { x: (width - wide) / 2, y: 1 + (height.saturating_sub(2) - high) / 2, width: wide, height: high }
}

/// From this many rows on, a sheet leaves the status line free: what is said there is not cut by its edges.
const STATUS_FROM: u16 = 30;

/// The frame of help, jobs and failures: nearly the whole screen, so that it does not jump when its text changes.
pub fn sheet(size: (u16, u16)) -> Area {
    let area = popup(size, (size.0 / 5 * 4).max(104), u16::MAX);
    Area { height: area.height - u16::from(size.1 >= STATUS_FROM), ..area }
}

/// The columns of a prompt: more on a wide screen, where titles need not be cut.
pub fn prompt_columns(size: (u16, u16)) -> u16 {
    popup(size, (size.0 / 2).clamp(76, 100), 1).inner().width
}

/// The palette: so many commands that a small screen still shows what lies below, more on a high one.
pub fn palette(size: (u16, u16)) -> Area {
    popup(size, 70, 2 + (size.1 / 2).clamp(14, 30))
}

/// The rows of the list of views that say what the chosen one shows, and what is asked.
pub const VIEW_WORDS: u16 = 5;

/// The list of saved views: so many views, a blank row, and what the chosen one shows.
pub fn views_menu(size: (u16, u16), views: usize) -> Area {
    popup(size, 84, u16::try_from(views.max(1)).unwrap_or(u16::MAX).saturating_add(VIEW_WORDS + 1))
}

/// The saved views that fit the list of them.
pub fn views_rows(size: (u16, u16)) -> usize {
    views_menu(size, usize::from(u16::MAX)).inner().rows().saturating_sub(usize::from(VIEW_WORDS) + 1).max(1)
}

/// The frame of a chart: all of the screen but the status line and the hints.
fn chart((width, height): (u16, u16)) -> Area {
    Area { x: 0, y: 0, width, height: height.saturating_sub(2) }
}

/// The parts of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineArea {
    /// The frame.
    pub frame: Area,
    /// What is shown.
    pub head: Area,
    /// The bars with their axes.
    pub picture: Area,
    /// What is under the cursor.
    pub words: Area,
}

/// Cells before the bars of the timeline: the numbers of its axis.
pub const BEFORE_AXIS: usize = 7;

impl TimelineArea {
    /// The parts for a screen.
    pub fn new(size: (u16, u16)) -> Self {
        let frame = chart(size);
        let inner = frame.inner();
        let words = 4.min(inner.height);
        let high = inner.height.saturating_sub(1 + words);
        Self {
            frame,
            head: inner.row(0),
            picture: Area { y: inner.y + 1, height: high, ..inner },
            words: Area { y: inner.y + inner.height - words, height: words, ..inner },
        }
    }

    /// Room for so many bars.
    pub fn bars(&self) -> usize {
        self.picture.columns().saturating_sub(BEFORE_AXIS).max(1)
    }
}

/// The parts of the ATT&CK view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttackArea {
    /// The frame.
    pub frame: Area,
    /// What is shown.
    pub head: Area,
    /// Tactics with their techniques.
    pub list: Area,
    /// What is under the cursor.
    pub words: Area,
}

impl AttackArea {
    /// The parts for a screen.
    pub fn new(size: (u16, u16)) -> Self {
        let frame = chart(size);
        let inner = frame.inner();
        let blank = u16::from(inner.height >= 20);
        let words = 2.min(inner.height);
        let high = inner.height.saturating_sub(2 + blank + words);
        Self {
            frame,
            head: inner.row(0),
            list: Area { y: inner.y + 1 + blank, height: high, ..inner },
            words: Area { y: inner.y + inner.height - words, height: words, ..inner },
        }
    }
}

/// The menu of a pivot: a line an entity.
pub fn pivot_menu(size: (u16, u16), entities: usize) -> Area {
    popup(size, 72, u16::try_from(entities).unwrap_or(u16::MAX))
}

/// The entities that fit the menu of a pivot.
pub fn pivot_rows(size: (u16, u16), entities: usize) -> usize {
    pivot_menu(size, entities).inner().rows().max(1)
}

/// The parts of *Add filter*: the fields and beside them, where there is room, the values of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facets {
    /// The frame.
    pub frame: Area,
    /// What is typed.
    pub typed: Area,
    /// The fields.
    pub fields: Area,
    /// The values; in the place of the fields where only one of the two has room.
    pub values: Area,
    /// The filter as it will be.
    pub outcome: Area,
}

impl Facets {
    /// The parts for a screen.
    pub fn new(size: (u16, u16)) -> Self {
        const FIELDS: u16 = 18;
        let frame = popup(size, 88, (size.1 * 2 / 3).max(24));
        let inner = frame.inner();
        let lists =
            Area { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(4), ..inner };
        let outcome =
            Area { y: inner.y + inner.height.saturating_sub(1), height: inner.height.min(1), ..inner };
        let parts = Self { frame, typed: inner.row(0), fields: lists, values: lists, outcome };
        if inner.width < 64 {
            return parts;
        }
        let values = Area { x: lists.x + FIELDS + 3, width: lists.width - FIELDS - 3, ..lists };
        Self { fields: Area { width: FIELDS, ..lists }, values, ..parts }
    }

    /// True where fields and values stand side by side.
    pub fn both(&self) -> bool {
        self.fields.x != self.values.x
    }
}

/// The parts of the screen that lists suppression rules: a sheet with the list above and the chosen rule below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The frame.
    pub frame: Area,
    /// The list with its head.
    pub list: Area,
    /// What is asked or said.
    pub line: Area,
    /// The chosen rule.
    pub below: Area,
    /// The list's and the rule's space together, for a rule shown whole.
    pub whole: Area,
}

impl Rules {
    /// The parts for a screen and so many rules.
    pub fn new(size: (u16, u16), rules: usize) -> Self {
        let frame = sheet(size);
        let inner = frame.inner();
        let high = inner.height.saturating_sub(1);
        let rows = u16::try_from(rules + 2).unwrap_or(u16::MAX);
        let list = Area { height: (high / 2).min(rows).max(3).min(high), ..inner };
        let below = Area { y: inner.y + list.height, height: high.saturating_sub(list.height), ..inner };
        let line = Area { y: inner.y + high, height: inner.height.saturating_sub(high), ..inner };
        Self { frame, list, line, below, whole: Area { height: high, ..inner } }
    }
}

/// The parts of a rule's form: the fields and, beside or below them, what the rule would have matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleForm {
    /// The frame.
    pub frame: Area,
    /// The fields.
    pub form: Area,
    /// What it would have matched.
    pub matches: Area,
}

impl RuleForm {
    /// The parts for a screen.
    pub fn new(size: (u16, u16)) -> Self {
        let frame = sheet(size);
        let inner = frame.inner();
        if size.0 >= SIDE_BY_SIDE {
            let left = inner.width * 11 / 20;
            let form = Area { width: left, ..inner };
            let matches =
                Area { x: inner.x + left + 2, width: inner.width.saturating_sub(left + 2), ..inner };
            return Self { frame, form, matches };
        }
        let rows = (inner.height * 3 / 5).min(inner.height);
        let form = Area { height: rows, ..inner };
        let below = inner.height.saturating_sub(rows + 1);
        Self { frame, form, matches: Area { y: inner.y + inner.height - below, height: below, ..inner } }
    }
}

/// The rows that say in full why the chosen failure failed.
pub fn failure_words(size: (u16, u16)) -> u16 {
    if sheet(size).inner().height < 16 { 2 } else { 5 }
}

/// The rows of the failures that fit: the sheet without its heading and the words about the chosen one.
pub fn failure_rows(size: (u16, u16)) -> usize {
    sheet(size).inner().rows().saturating_sub(4 + usize::from(failure_words(size)))
}

/// The lines of the audit log that fit: the sheet without its heads and the words about the chosen one.
pub fn log_rows(size: (u16, u16)) -> usize {
    sheet(size).inner().rows().saturating_sub(7)
}

#[cfg(test)]
mod tests;
