//! Orders, by integer keys.
//!
//! Each key of a sort becomes a small number per row (a string's rank among the distinct ones); the numbers of all keys
//! and the row's position are packed into one integer, so that a million rows are sorted without touching text.

use std::fmt;

use crate::domain::fact::FactKind;
use crate::domain::filter::pattern::fold;
use crate::domain::row_bits::RowBits;
use crate::domain::table::{Row, Table};
use crate::domain::{SafeStr, Severity};

/// What alerts are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the columns of the list
pub enum SortKey {
    Severity,
    Time,
    Status,
    Title,
    Resource,
    Type,
    Group,
    Subscription,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 8] = [
        Self::Severity,
        Self::Time,
        Self::Status,
        Self::Title,
        Self::Resource,
        Self::Type,
        Self::Group,
        Self::Subscription,
    ];

    /// The word in `--sort`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Time => "time",
            Self::Status => "status",
            Self::Title => "title",
            Self::Resource => "resource",
            Self::Type => "type",
            Self::Group => "group",
            Self::Subscription => "subscription",
        }
    }

    /// The direction people mean when they name the key alone: worst severity and newest time first, text from A.
    pub fn natural(self) -> Direction {
        match self {
            Self::Severity | Self::Time => Direction::Descending,
            _ => Direction::Ascending,
        }
    }

    fn find(word: &str) -> Option<Self> {
        let short = match word.to_ascii_lowercase().as_str() {
            "sev" => "severity",
            "st" => "status",
            "res" => "resource",
            "rg" => "group",
            "sub" => "subscription",
            _ => word,
        };
        Self::ALL.into_iter().find(|key| key.word().eq_ignore_ascii_case(short))
    }

    fn head(self) -> Option<FactKind> {
        match self {
            Self::Title => Some(FactKind::Title),
            Self::Resource => Some(FactKind::Resource),
            Self::Type => Some(FactKind::Type),
            Self::Group => Some(FactKind::Group),
            Self::Subscription => Some(FactKind::Subscription),
            Self::Severity | Self::Time | Self::Status => None,
        }
    }
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// An order: the first key decides, the next ones where it leaves a tie. Rows that tie in all stay as the table has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The keys with their directions; without any, the table's own order.
    pub keys: Vec<(SortKey, Direction)>,
}

impl Default for Sort {
    /// Worst first, then newest first.
    fn default() -> Self {
        Self::by(&[SortKey::Severity, SortKey::Time])
    }
}

/// A key that `--sort` does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{}\" is not a sort key; expected {} (-KEY reverses; KEY:asc and KEY:desc say the direction)",
    SafeStr(key),
    words()
)]
pub struct SortError {
    /// The key as written.
    pub key: String,
}

fn words() -> String {
    SortKey::ALL.map(SortKey::word).join(", ")
}

impl Sort {
    /// The natural order of some keys.
    pub fn by(keys: &[SortKey]) -> Self {
        Self { keys: keys.iter().map(|key| (*key, key.natural())).collect() }
    }

    /// Reads `KEY[,KEY]`: `-KEY` is the reverse of the key's natural direction, `KEY:asc` and `KEY:desc` say it outright.
    /// Blank text is the default order.
    pub fn parse(text: &str) -> Result<Self, SortError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let keys = text.split(',').map(|item| {
            let item = item.trim();
            one(item).ok_or_else(|| SortError { key: item.to_owned() })
        });
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// The key first; again: reversed. The former keys break its ties.
    #[must_use]
    pub fn chosen(&self, key: SortKey) -> Self {
        let direction = match self.keys.first() {
            Some((first, direction)) if *first == key => direction.reversed(),
            _ => key.natural(),
        };
        let rest = Self::default().keys.into_iter().filter(|(other, _)| *other != key);
        Self { keys: std::iter::once((key, direction)).chain(rest).collect() }
    }

    /// Puts rows of the table in order.
    pub fn order(&self, table: &Table, mut rows: Vec<u32>) -> Vec<u32> {
        let columns: Vec<Column> =
            self.keys.iter().map(|(key, direction)| Column::new(table, *key, *direction)).collect();
        // The position takes 32 bits of a packed number, the columns share the rest; what does not fit at once is sorted
        // before, since sorting by position keeps an order that is already there.
        let mut left = &columns[..];
        let mut passes: Vec<&[Column]> = Vec::new();
        while !left.is_empty() {
            let mut bits = 32;
            let fitting = left.iter().take_while(|column| {
                bits += column.bits;
                bits <= u128::BITS
            });
            let (now, later) = left.split_at(fitting.count());
            passes.push(now);
            left = later;
        }
        for columns in passes.into_iter().rev() {
            rows = pass(table, &rows, columns);
        }
        rows
    }
}

/// Sorts by a few columns whose numbers fit into one integer with the place a row had.
fn pass(table: &Table, rows: &[u32], columns: &[Column]) -> Vec<u32> {
    let place_bits = u32::BITS - (rows.len() as u32).leading_zeros();
    let bits = columns.iter().map(|column| column.bits).sum::<u32>() + place_bits;
    let packed = |place: usize| {
        let Some(row) = rows.get(place).and_then(|row| table.row(*row)) else { return 0 };
        let key =
            columns.iter().fold(0u128, |key, column| key << column.bits | u128::from(column.number(&row)));
        key << place_bits | place as u128
    };
    if bits <= u64::BITS {
        let mut keys: Vec<u64> = (0..rows.len()).map(|place| packed(place) as u64).collect();
        keys.sort_unstable();
        let mask = (1u64 << place_bits) - 1;
        keys.into_iter().filter_map(|key| rows.get((key & mask) as usize).copied()).collect()
    } else {
        let mut keys: Vec<u128> = (0..rows.len()).map(packed).collect();
        keys.sort_unstable();
        let mask = (1u128 << place_bits) - 1;
        keys.into_iter().filter_map(|key| rows.get((key & mask) as usize).copied()).collect()
    }
}

/// One key made ready for one snapshot.
struct Column {
    key: SortKey,
    /// By string code, for keys that are text.
    ranks: Vec<u32>,
    /// The greatest number, from which descending ones are counted back.
    greatest: u32,
    descending: bool,
    bits: u32,
}

impl Column {
    fn new(table: &Table, key: SortKey, direction: Direction) -> Self {
        let (ranks, greatest) = match (key, key.head()) {
            (_, Some(kind)) => ranks(table, kind),
            (SortKey::Severity, _) => (Vec::new(), Severity::High as u32),
            (SortKey::Status, _) => (Vec::new(), 7),
            _ => (Vec::new(), u32::MAX),
        };
        let bits = u32::BITS - greatest.leading_zeros();
        Self { key, ranks, greatest, descending: direction == Direction::Descending, bits }
    }

    fn number(&self, row: &Row<'_>) -> u32 {
        let number = match (self.key, self.key.head()) {
            (_, Some(kind)) => self.ranks.get(row.head_code(kind) as usize).copied().unwrap_or(0),
            (SortKey::Severity, _) => row.severity() as u32,
            (SortKey::Status, _) => row.status() as u32,
            _ => row.seconds(),
        };
        if self.descending { self.greatest - number.min(self.greatest) } else { number }
    }
}

/// The rank of each string among those of a kind, without regard to letter case first, and the greatest rank.
fn ranks(table: &Table, kind: FactKind) -> (Vec<u32>, u32) {
    let shown = |text: &str| match kind {
        FactKind::Subscription => fold(table.subscription_name(text).0),
        _ => fold(text),
    };
    let mut strings: Vec<(String, &str, u32)> = table
        .dict()
        .iter()
        .filter(|(_, _, kinds)| kinds & kind.bit() != 0)
        .map(|(code, text, _)| (shown(text), text, code))
        .collect();
    strings.sort_unstable();
    let mut ranks = vec![0; table.dict().len()];
    for (rank, (_, _, code)) in strings.iter().enumerate() {
        ranks[*code as usize] = rank as u32;
    }
    (ranks, strings.len() as u32)
}

fn one(item: &str) -> Option<(SortKey, Direction)> {
    if let Some(word) = item.strip_prefix('-') {
        let key = SortKey::find(word)?;
        return Some((key, key.natural().reversed()));
    }
    let (word, direction) = match item.split_once(':') {
        None => (item, None),
        Some((word, way)) if way.eq_ignore_ascii_case("asc") => (word, Some(Direction::Ascending)),
        Some((word, way)) if way.eq_ignore_ascii_case("desc") => (word, Some(Direction::Descending)),
        Some(_) => return None,
    };
    let key = SortKey::find(word)?;
    Some((key, direction.unwrap_or(key.natural())))
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (key, direction)) in self.keys.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let way = match direction {
                direction if *direction == key.natural() => "",
                Direction::Ascending => ":asc",
                Direction::Descending => ":desc",
            };
            write!(f, "{comma}{}{way}", key.word())?;
        }
        Ok(())
    }
}

/// The order of a whole snapshot, made once for many filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking(Vec<u32>);

impl Ranking {
    /// Sorts the whole table.
    pub fn new(table: &Table, sort: &Sort) -> Self {
        Self(sort.order(table, (0..table.len() as u32).collect()))
    }

    /// Every position, in order.
    pub fn rows(&self) -> &[u32] {
        &self.0
    }

    /// Puts some rows, given in position order, in this order.
    pub fn arrange(&self, rows: &[u32]) -> Vec<u32> {
        let chosen = RowBits::new(self.0.len(), rows);
        self.0.iter().copied().filter(|row| chosen.has(*row)).collect()
    }
}
