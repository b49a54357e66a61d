//! Saved views: how a list is shown, under a name and perhaps a digit; and where the analyst was when the program ended.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::filter::{FilterError, parse};
use crate::domain::query::{GroupBy, Sort};
use crate::domain::table::Table;
use crate::domain::{AlertId, AlertKey};

/// The digits that saved views may have; the others open the built-in ones.
pub const DIGITS: RangeInclusive<u8> = 5..=9;

/// The longest name of a view, in characters.
const LONGEST: usize = 40;

/// The built-in views: digit, name and filter.
pub const BUILT_IN: [(u8, &str, &str); 5] = [
    (1, "open", "status:active,in-progress"),
    (2, "mine", "status:active,in-progress assigned:me"),
    (3, "dismissed", "status:dismissed"),
    (4, "resolved", "status:resolved"),
    (0, "all", ""),
];

/// How a list is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The filter's text; empty for every alert.
    pub filter: String,
    /// The order.
    pub sort: Sort,
    /// What it is grouped by.
    pub group: Option<GroupBy>,
    /// The names of its columns; without any, those of the config.
    pub columns: Vec<String>,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its name, unique by [`is_same_name`]. Typed by the analyst: shown by the display rule.
    pub name: String,
    /// The digit that opens it.
    pub digit: Option<u8>,
    /// What it shows.
    pub look: Look,
}

/// The journal's number of a saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub i64);

/// Whether two names are the same to the journal: without regard to the case of ASCII letters, as in SQLite's `NOCASE`.
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// A saved view as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptView {
    /// Its number.
    pub id: ViewId,
    /// The view.
    pub view: SavedView,
    /// What it showed before it was last saved over.
    pub former: Option<Look>,
    /// The newest alert of the cache when it was last looked at: those that came later are new.
    pub seen: AlertKey,
    /// When that was.
    pub looked: DateTime<Utc>,
}

/// One of all views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewRef {
    /// A built-in one, by its digit.
    BuiltIn(u8),
    /// A saved one.
    Saved(ViewId),
}

impl Default for ViewRef {
    /// The open alerts.
    fn default() -> Self {
        Self::BuiltIn(1)
    }
}

/// How many alerts a view has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ViewCount {
    /// Those that match.
    pub alerts: usize,
    /// Those of them that came since it was last looked at.
    pub new: usize,
}

impl ViewCount {
    /// Counts the rows of a snapshot that match; new are those behind the newest that was seen.
    pub fn of(table: &Table, rows: &[u32], seen: AlertKey) -> Self {
        let is_new = |row: &&u32| table.row(**row).is_some_and(|row| row.key() > seen);
        Self { alerts: rows.len(), new: rows.iter().filter(is_new).count() }
    }
}

/// Where the analyst was: where the program opens the next time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// What the list showed.
    pub look: Look,
    /// The view chosen last, to which Esc leads back.
    pub home: ViewRef,
    /// The alert under the cursor.
    pub cursor: Option<AlertId>,
    /// On which row of the list it stood, from 0.
    pub row: usize,
}

/// The view of a digit or a name.
pub fn named(saved: &[KeptView], wanted: &str) -> Option<ViewRef> {
    let wanted = wanted.trim();
    let digit = wanted.parse().ok();
    let is = |name: &str| is_same_name(name, wanted);
    let built_in = BUILT_IN.iter().find(|(of, name, _)| digit == Some(*of) || is(name));
    let saved = saved.iter().find(|kept| digit.is_some() && kept.view.digit == digit || is(&kept.view.name));
    match (built_in, saved) {
        (Some((digit, ..)), _) => Some(ViewRef::BuiltIn(*digit)),
        (None, Some(kept)) => Some(ViewRef::Saved(kept.id)),
        (None, None) => None,
    }
}

impl Place {
    /// Where the program opens when this was kept: here, or with the open alerts where its filter cannot be read any more or
    /// nothing was kept.
    pub fn opened(kept: Option<Self>) -> Self {
        let [(_, _, open), ..] = BUILT_IN;
        let kept = kept.filter(|place| place.look.check().is_ok());
        kept.unwrap_or_else(|| Self { look: Look::of(open), ..Self::default() })
    }

    /// The same place with what a profile begins with: the view of a digit or name, else a filter. What names nothing changes
    /// nothing.
    #[must_use]
    pub fn beginning_with(self, wanted: &str, saved: &[KeptView]) -> Self {
        let of = |id: ViewId| saved.iter().find(|kept| kept.id == id).map(|kept| &kept.view.look);
        let wanted = wanted.trim();
        let look = match named(saved, wanted) {
            _ if wanted.is_empty() => return self,
            Some(ViewRef::Saved(id)) => of(id).cloned(),
            Some(ViewRef::BuiltIn(digit)) => {
                let filter = BUILT_IN.iter().find(|(of, ..)| *of == digit).map_or("", |(.., filter)| *filter);
                // The order belongs to the saved view that was left.
                let left = matches!(self.home, ViewRef::Saved(id) if of(id).is_some());
                let now = if left { Look::default() } else { self.look.clone() };
                Some(Look { filter: filter.to_owned(), ..now })
            }
            None if wanted.parse().is_ok_and(|digit: u8| DIGITS.contains(&digit)) => None,
            None => Some(Look { filter: wanted.to_owned(), ..self.look.clone() }),
        };
        match look.filter(|look| look.check().is_ok()) {
            Some(look) => Self { look, ..self },
            None => self,
        }
    }
}

/// What is done to saved views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewEdit {
    /// Saves a look under a digit: over the view that has it, which keeps its name, else as a new one.
    Under(u8, Look),
    /// Saves a view under its name, over the one that has it. Without a digit the one it had stays.
    Named(SavedView),
    /// Gives it another name.
    Rename(ViewId, String),
    /// Gives it a digit, which another view loses, or takes its digit away.
    Digit(ViewId, Option<u8>),
    /// Brings back what the last save replaced; again: the other way round.
    Restore(ViewId),
    /// Removes it.
    Delete(ViewId),
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// There is a view more.
    Added(ViewId),
    /// The view is another one now.
    Changed(ViewId),
    /// The view is gone.
    Deleted,
    /// Nothing was done: there is no such view, or nothing to bring back.
    Nothing,
    /// Nothing was done: another view has that name.
    NameTaken,
}

/// Why a view cannot have a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the messages say it
pub enum NameError {
    #[error("a view needs a name")]
    Empty,
    #[error("a view's name has {LONGEST} characters at most")]
    Long,
    #[error("{0} is the name of a built-in view")]
    BuiltIn(&'static str),
}

/// Reads the name of a view: without blanks around it, not that of a built-in one.
pub fn name(text: &str) -> Result<String, NameError> {
    let name = text.trim();
    if let Some((_, built_in, _)) = BUILT_IN.iter().find(|(_, other, _)| other.eq_ignore_ascii_case(name)) {
        return Err(NameError::BuiltIn(built_in));
    }
    match name.chars().count() {
        0 => Err(NameError::Empty),
        1..=LONGEST => Ok(name.to_owned()),
        _ => Err(NameError::Long),
    }
}

impl Look {
    /// What a filter shows in the usual order.
    pub fn of(filter: impl Into<String>) -> Self {
        Self { filter: filter.into(), ..Self::default() }
    }

    /// Says what is wrong with the filter, if anything.
    pub fn check(&self) -> Result<(), FilterError> {
        parse(&self.filter).map(|_| ())
    }

    /// As JSON, the form that the journal keeps.
    pub fn to_json(&self) -> Value {
        json!({
            "filter": self.filter,
            "sort": self.sort.to_string(),
            "group": self.group.map(GroupBy::word),
            "columns": self.columns,
        })
    }

    /// Reads [`Self::to_json`]. An order, a grouping or a column that is not known any more is left out: the filter is
    /// what must not be lost. None without a filter.
    pub fn from_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let columns = value.get("columns").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Some(Self {
            filter: text("filter")?.to_owned(),
            sort: text("sort").and_then(|sort| Sort::parse(sort).ok()).unwrap_or_default(),
            group: text("group").and_then(|word| GroupBy::parse(word).ok()),
            columns: columns.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::testing::{Sample, table};

    #[test]
    fn a_look_is_read_as_it_is_written() {
        let look = Look {
            filter: "title:\"a \"\"b\"\"\" severity>=medium".to_owned(),
            sort: Sort::parse("resource,-time").unwrap(),
            group: Some(GroupBy::Resource),
            columns: vec!["severity".to_owned(), "title".to_owned()],
        };
        for look in [look, Look::of(""), Look::default()] {
            assert_eq!(Look::from_json(&look.to_json().to_string()), Some(look));
        }
        let odd = r#"{"filter":"x","sort":"colour","group":"colour","columns":[1,"age"],"more":1}"#;
        let read = Look { columns: vec!["age".to_owned()], ..Look::of("x") };
        assert_eq!(Look::from_json(odd), Some(read));
        for wrong in ["", "{}", "[]", r#"{"filter":1}"#] {
            assert_eq!(Look::from_json(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_short_and_not_those_of_built_in_views() {
        assert_eq!(name(" night shift "), Ok("night shift".to_owned()));
        assert_eq!(name(&"é".repeat(LONGEST)), Ok("é".repeat(LONGEST)));
        assert_eq!(name(&"é".repeat(LONGEST + 1)), Err(NameError::Long));
        assert_eq!(name("  "), Err(NameError::Empty));
        assert_eq!(name("Open"), Err(NameError::BuiltIn("open")));
    }

    #[test]
    fn new_is_what_came_after_the_last_look() {
        let table = table(&[Sample::new("a"), Sample::new("b"), Sample::new("c")]);
        let keys: Vec<AlertKey> = table.rows().map(|(_, row)| row.key()).collect();
        let count = |rows: &[u32], seen| ViewCount::of(&table, rows, seen);
        assert_eq!(count(&[0, 2], keys[1]), ViewCount { alerts: 2, new: 1 });
        assert_eq!(count(&[0, 1, 2], AlertKey(0)), ViewCount { alerts: 3, new: 3 });
        assert_eq!(count(&[2, 1], keys[2]), ViewCount { alerts: 2, new: 0 });
    }
}
