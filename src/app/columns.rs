//! The columns of the list: a new one is a row of the table here and a cell in `ui::alert_table`.

use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::domain::query::SortKey;

/// Gutter, mark and a blank before the first column.
pub const LEAD: u16 = 3;

/// From this many cells on, the list has heads and cells written out.
pub const ROOMY: u16 = 64;

/// The widths that a column may be given.
const WIDTHS: std::ops::RangeInclusive<u16> = 3..=200;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum ColumnId {
    Severity,
    Title,
    Resource,
    Status,
    Age,
    Assigned,
    Time,
    Type,
    Group,
    Subscription,
    Tactic,
    Product,
    ResourceType,
    Cloud,
    Host,
    Ip,
    Account,
    ChangedBy,
    Note,
    Id,
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many cells.
    Fixed(u16),
    /// Parts of what the fixed columns leave, at least and at most so many cells.
    Share {
        /// Parts of the whole.
        parts: u16,
        /// Cells.
        least: u16,
        /// Cells.
        most: u16,
    },
}

impl Size {
    fn least(self) -> u16 {
        match self {
            Self::Fixed(width) => width,
            Self::Share { least, .. } => least,
        }
    }
}

/// One column that the list can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it shows.
    pub id: ColumnId,
    /// Its name in the config and in a view.
    pub name: &'static str,
    /// Its head.
    pub head: &'static str,
    /// Its width in a list of at least [`ROOMY`] cells.
    pub size: Size,
    /// Head and width in a narrower list.
    pub narrow: (&'static str, Size),
    /// Among the usual columns, shown when the list has at least so many cells.
    pub from: u16,
    /// At the right edge of its cells.
    pub right: bool,
    /// The order that its head asks for.
    pub sort: Option<SortKey>,
}

const fn share(parts: u16, least: u16, most: u16) -> Size {
    Size::Share { parts, least, most }
}

const fn column(
    id: ColumnId,
    name: &'static str,
    head: &'static str,
    size: Size,
    sort: Option<SortKey>,
) -> Column {
    Column { id, name, head, size, narrow: (head, size), from: 0, right: false, sort }
}

impl Column {
    const fn narrow(self, head: &'static str, size: Size) -> Self {
        Self { narrow: (head, size), ..self }
    }

    const fn from(self, from: u16) -> Self {
        Self { from, ..self }
    }

    const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

use ColumnId as C;
use Size::Fixed;

/// Every column.
#[rustfmt::skip] // one row each
pub static COLUMNS: &[Column] = &[
    column(C::Severity, "severity", "Severity", Fixed(9), Some(SortKey::Severity)).narrow("Sev", Fixed(4)),
    column(C::Title, "title", "Alert", share(7, 16, u16::MAX), Some(SortKey::Title)).narrow("Alert", share(7, 12, u16::MAX)),
    column(C::Resource, "resource", "Resource", share(3, 14, 32), Some(SortKey::Resource)).narrow("Resource", share(3, 10, 14)),
    column(C::Assigned, "assigned", "Assigned", Fixed(16), None).narrow("Assigned", Fixed(8)).from(100),
    column(C::Status, "status", " Status", share(2, 10, 12), Some(SortKey::Status)).narrow(" Stat", Fixed(5)),
    column(C::Age, "age", "Age", Fixed(4), Some(SortKey::Time)).right(),
    column(C::Time, "time", "Time", Fixed(12), Some(SortKey::Time)),
    column(C::Type, "type", "Type", share(3, 10, 40), Some(SortKey::Type)),
    column(C::Group, "group", "Group", share(2, 8, 28), Some(SortKey::Group)),
    column(C::Subscription, "subscription", "Subscription", share(2, 8, 28), Some(SortKey::Subscription)),
    column(C::Tactic, "tactic", "Tactic", share(2, 8, 22), None),
    column(C::Product, "product", "Product", share(2, 8, 32), None),
    column(C::ResourceType, "resource-type", "Resource type", share(2, 8, 40), None),
    column(C::Cloud, "cloud", "Cloud", Fixed(6), None),
    column(C::Host, "host", "Host", share(2, 8, 24), None),
    column(C::Ip, "ip", "Address", Fixed(15), None),
    column(C::Account, "account", "Account", share(2, 8, 24), None),
    column(C::ChangedBy, "changed-by", "Changed by", Fixed(16), None).narrow("Changed", Fixed(8)),
    column(C::Note, "note", "Note", share(3, 8, u16::MAX), None),
    column(C::Id, "id", "Id", share(3, 8, 60), None),
];

/// The usual columns.
const USUAL: [ColumnId; 6] = [C::Severity, C::Title, C::Resource, C::Assigned, C::Status, C::Age];

impl ColumnId {
    /// Its declaration; none never happens, which a test makes sure of.
    pub fn declared(self) -> Option<&'static Column> {
        COLUMNS.iter().find(|column| column.id == self)
    }
}

/// A column with the width that it was given, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Chosen {
    /// The column.
    pub column: &'static Column,
    /// Cells; none for the column's own width.
    pub width: Option<u16>,
}

impl Chosen {
    /// Reads `title` or `title:40`.
    ///
    /// # Errors
    /// What was found and what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, width) = match text.split_once(':') {
            Some((name, width)) => (name, Some(width)),
            None => (text, None),
        };
        let column = COLUMNS.iter().find(|column| column.name == name).ok_or_else(|| {
            let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
            format!("there is no column `{name}`; expected {}", names.join(", "))
        })?;
        let width = match width {
            None => None,
            Some(width) => {
                let cells = width.parse().ok().filter(|cells| WIDTHS.contains(cells));
                Some(cells.ok_or_else(|| {
                    let (least, most) = (WIDTHS.start(), WIDTHS.end());
                    format!("`{width}` is no width of a column; expected {least} to {most} cells")
                })?)
            }
        };
        Ok(Self { column, width })
    }

    fn size(self, roomy: bool) -> Size {
        match self.width {
            Some(width) => Size::Fixed(width),
            None if roomy => self.column.size,
            None => self.column.narrow.1,
        }
    }
}

/// By a visitor, whose error the reader of a config can place at the word itself.
impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = Chosen;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column in quotes")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Chosen, E> {
                Chosen::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Word)
    }
}

impl From<Chosen> for String {
    fn from(chosen: Chosen) -> Self {
        chosen.to_string()
    }
}

/// As it is written in the config and in a view.
impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column.name)?;
        self.width.map_or(Ok(()), |width| write!(f, ":{width}"))
    }
}

/// The columns of a list, from the left.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Vec<Chosen>", into = "Vec<Chosen>")]
pub struct Columns(Vec<Chosen>);

impl Default for Columns {
    fn default() -> Self {
        let usual = USUAL.iter().filter_map(|id| id.declared());
        Self(usual.map(|column| Chosen { column, width: None }).collect())
    }
}

impl TryFrom<Vec<Chosen>> for Columns {
    type Error = String;

    fn try_from(chosen: Vec<Chosen>) -> Result<Self, String> {
        for (at, one) in chosen.iter().enumerate() {
            if chosen[..at].iter().any(|other| other.column == one.column) {
                return Err(format!("the column `{}` is there twice", one.column.name));
            }
        }
        if chosen.is_empty() { Err("expected at least one column".to_owned()) } else { Ok(Self(chosen)) }
    }
}

impl From<Columns> for Vec<Chosen> {
    fn from(columns: Columns) -> Self {
        columns.0
    }
}

impl Columns {
    /// Reads words such as `severity` and `title:40`.
    ///
    /// # Errors
    /// What was found and what is expected: for a word that is no column, for a column named twice, and without any.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let chosen: Vec<Chosen> = words.into_iter().map(Chosen::parse).collect::<Result<_, _>>()?;
        Self::try_from(chosen)
    }

    /// The columns as words: what [`Self::parse`] reads.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// The columns.
    pub fn iter(&self) -> impl Iterator<Item = &Chosen> {
        self.0.iter()
    }

    /// The columns that a list of so many cells has room for, with their places. A width that was asked for shrinks before
    /// a column goes; the title and then the columns at the left are the last to go.
    pub fn placed(&self, width: u16) -> Vec<Placed> {
        let roomy = width >= ROOMY;
        let usual = *self == Self::default();
        let mut chosen: Vec<Chosen> =
            self.0.iter().copied().filter(|chosen| !usual || chosen.column.from <= width).collect();
        let mut shown = sizes(&chosen, width, roomy);
        while chosen.len() > 1 && needs(&shown) > u32::from(width) {
            let last = chosen.iter().rposition(|chosen| chosen.column.id != C::Title);
            chosen.remove(last.unwrap_or(0));
            shown = sizes(&chosen, width, roomy);
        }
        let widths = widths(&shown, width);
        let mut x = LEAD;
        let mut placed = Vec::with_capacity(shown.len());
        for ((column, _), width) in shown.into_iter().zip(widths) {
            placed.push(Placed { column, x, width, roomy });
            x += width + 1;
        }
        placed
    }
}

/// Cells that columns need at least.
fn needs(shown: &[(&'static Column, Size)]) -> u32 {
    u32::from(LEAD) + shown.iter().map(|(_, size)| u32::from(size.least()) + 1).sum::<u32>() - 1
}

/// The sizes of columns. Where they are too wide, widths that were asked for give way, down to what the column needs.
fn sizes(chosen: &[Chosen], width: u16, roomy: bool) -> Vec<(&'static Column, Size)> {
    let mut shown: Vec<(&'static Column, Size)> =
        chosen.iter().map(|chosen| (chosen.column, chosen.size(roomy))).collect();
    let mut over = u16::try_from(needs(&shown).saturating_sub(u32::from(width))).unwrap_or(u16::MAX);
    for (chosen, (_, size)) in chosen.iter().zip(&mut shown) {
        if let Some(asked) = chosen.width {
            let own = Chosen { width: None, ..*chosen }.size(roomy).least();
            let given = over.min(asked.saturating_sub(own));
            *size = Size::Fixed(asked - given);
            over -= given;
        }
    }
    shown
}

/// From the right, so that the title takes what the others leave.
fn widths(shown: &[(&'static Column, Size)], width: u16) -> Vec<u16> {
    let gaps = shown.len().saturating_sub(1) as u16;
    let fixed: u16 =
        shown.iter().map(|(_, size)| if let Size::Fixed(width) = size { *width } else { 0 }).sum();
    let mut free = width.saturating_sub(LEAD + gaps + fixed);
    let share =
        |size: &Size| if let Size::Share { parts, least, .. } = *size { (parts, least) } else { (0, 0) };
    let mut parts: u16 = shown.iter().map(|(_, size)| share(size).0).sum();
    // What those further left need at least is not given away.
    let mut kept: u16 = shown.iter().map(|(_, size)| share(size).1).sum();
    let mut widths = vec![0; shown.len()];
    for (at, (_, size)) in shown.iter().enumerate().rev() {
        widths[at] = match *size {
            Size::Fixed(own) => own.min(width.saturating_sub(LEAD)),
            Size::Share { parts: own, least, most } => {
                kept -= least;
                let part = (u32::from(free) * u32::from(own) / u32::from(parts)) as u16;
                let cells = part.clamp(least, most).min(free.saturating_sub(kept));
                free -= cells;
                parts -= own;
                cells
            }
        };
    }
    // What the others may not take is the title's.
    if let Some(title) =
        shown.iter().position(|(column, size)| column.id == C::Title && matches!(size, Size::Share { .. }))
    {
        widths[title] += free;
    }
    widths
}

/// A column with its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The column.
    pub column: &'static Column,
    /// Its first cell, from the left edge of the list's inside.
    pub x: u16,
    /// Its cells.
    pub width: u16,
    /// Heads and cells are written out.
    pub roomy: bool,
}

impl Placed {
    /// Its head.
    pub fn head(&self) -> &'static str {
        if self.roomy { self.column.head } else { self.column.narrow.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_declared_once_by_a_name_of_its_own() {
        for column in COLUMNS {
            assert_eq!(column.id.declared(), Some(column));
            assert_eq!(Chosen::parse(column.name).unwrap().column, column);
        }
    }

    #[test]
    fn the_usual_columns_fill_the_list_exactly() {
        for width in 56..400 {
            let columns = Columns::default().placed(width);
            for pair in columns.windows(2) {
                assert_eq!(pair[0].x + pair[0].width + 1, pair[1].x, "at {width}");
            }
            let last = columns.last().unwrap();
            assert_eq!(last.x + last.width, width);
            assert!(columns.iter().all(|placed| placed.width >= 4));
        }
    }

    #[test]
    fn columns_never_reach_beyond_the_list_and_keep_what_they_need() {
        let everything: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
        for words in [&everything[..], &["id", "title", "note"], &["severity:200", "title:40"], &["time"]] {
            let columns = Columns::parse(words.iter().copied()).unwrap();
            for width in 40..400 {
                let placed = columns.placed(width);
                let last = placed.last().unwrap();
                assert!(last.x + last.width <= width, "{words:?} at {width}");
                let titled = placed.iter().any(|placed| placed.column.id == C::Title);
                assert!(
                    titled || !words.iter().any(|word| word.starts_with("title")),
                    "{words:?} at {width}"
                );
                assert!(
                    placed.len() == 1 || placed.iter().all(|placed| placed.width >= 3),
                    "{words:?} at {width}"
                );
            }
        }
    }

    #[test]
    fn a_width_that_was_asked_for_gives_way_before_a_column_goes() {
        let columns = Columns::parse(["severity", "title:48", "resource", "tactic", "age"]).unwrap();
        for (width, title) in [(120, 48), (90, 48), (80, 38), (72, 30)] {
            let placed = columns.placed(width);
            assert_eq!(placed.len(), 5, "at {width}");
            assert_eq!(placed[1].width, title, "at {width}");
        }
    }

    #[test]
    fn what_is_written_reads_back_and_a_mistake_is_explained() {
        let columns = Columns::parse(["title:40", "type", "age"]).unwrap();
        assert_eq!(columns.words(), ["title:40", "type", "age"]);
        for (words, message) in [
            (&["title", "colour"][..], "there is no column `colour`; expected severity, title,"),
            (&["title:0"], "`0` is no width of a column; expected 3 to 200 cells"),
            (&["title:wide"], "`wide` is no width"),
            (&["age", "title", "age:5"], "the column `age` is there twice"),
            (&[], "expected at least one column"),
        ] {
            let error = Columns::parse(words.iter().copied()).unwrap_err();
            assert!(error.starts_with(message), "{error:?}");
        }
    }
}
