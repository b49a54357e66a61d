//! What a query answers: rows of one snapshot in order, with their counts.

use std::sync::Arc;

use crate::domain::chart::{self, Histogram, Ruler, Steps, Window};
use crate::domain::filter::{Context, Filter};
use crate::domain::key_set::KeySet;
use crate::domain::query::{GroupBy, Groups, arrange};
use crate::domain::table::{Row, Table};
use crate::domain::view::Look;
use crate::domain::{AlertKey, Severity};

/// The rows that match, in order, of the snapshot they were found in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// The snapshot.
    pub table: Arc<Table>,
    /// Row positions in `table`.
    pub rows: Arc<[u32]>,
    /// How many rows have each severity, by [`Severity`]'s code.
    pub severities: [u32; 5],
    /// The groups, in the order of their rows; none when the list is not grouped.
    pub groups: Option<Arc<Groups>>,
    /// The alerts of the rows, in no order.
    pub listed: KeySet,
    /// The same rows over time, where that was asked for.
    pub histogram: Option<Arc<Histogram>>,
}

impl Listing {
    /// Puts rows and their snapshot together, counting severities.
    pub fn new(table: Arc<Table>, rows: Vec<u32>) -> Self {
        let mut severities = [0; 5];
        let ordered = in_table_order(&table, &rows);
        let listed = ordered.into_iter().filter_map(|row| table.row(row)).map(|row| {
            severities[row.severity() as usize] += 1;
            row.key()
        });
        let listed = listed.collect();
        Self { table, rows: rows.into(), severities, groups: None, listed, histogram: None }
    }

    /// The same with the rows of each group together; inside a group they keep their order.
    pub fn grouped(table: Arc<Table>, rows: Vec<u32>, by: Option<GroupBy>) -> Self {
        let Some(by) = by else { return Self::new(table, rows) };
        let (rows, groups) = arrange(&table, &rows, by);
        Self { groups: Some(Arc::new(groups)), ..Self::new(table, rows) }
    }

    /// With the rows over the filter's time, in at most so many bars; without bars as it is.
    #[must_use]
    pub fn charted(mut self, filter: &Filter, context: &Context, bars: usize) -> Self {
        if bars > 0 {
            let ordered = in_table_order(&self.table, &self.rows);
            let alerts = chart::extent(&self.table, &ordered);
            let span = Window::of(filter, context).span(alerts, context.now.timestamp());
            let ruler = Ruler { bars, steps: Steps::Close, offset: context.offset };
            let rows = ordered.iter().filter_map(|row| self.table.row(*row));
            let rows = rows.map(|row| (row.seconds(), row.severity()));
            self.histogram = Some(Arc::new(Histogram::new(rows, span, ruler)));
        }
        self
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a place of the list.
    pub fn row(&self, place: usize) -> Option<Row<'_>> {
        self.rows.get(place).and_then(|row| self.table.row(*row))
    }

    /// The alert at a place of the list.
    pub fn key(&self, place: usize) -> Option<AlertKey> {
        self.row(place).map(|row| row.key())
    }

    /// Every alert in order.
    pub fn keys(&self) -> impl Iterator<Item = AlertKey> + '_ {
        (0..self.len()).filter_map(|place| self.key(place))
    }

    /// The place of an alert in the list. Linear in the list's length, unless it is grouped.
    pub fn place(&self, key: AlertKey) -> Option<usize> {
        let row = self.table.position(key).filter(|_| self.listed.contains(key))?;
        match &self.groups {
            Some(groups) => groups.place(row),
            None => self.rows.iter().position(|listed| *listed == row),
        }
    }

    /// How many rows have a severity.
    pub fn count(&self, severity: Severity) -> u32 {
        self.severities[severity as usize]
    }
}

/// Some rows of a listing whose table is not there yet, and what is known of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// What is listed.
    pub look: Look,
    /// The rows, of a table that holds only them. The severities are those of the whole listing.
    pub listing: Listing,
    /// The place in the whole listing of the first of them.
    pub first: usize,
    /// How many rows the whole listing has.
    pub total: usize,
    /// How many alerts there are.
    pub alerts: usize,
}

/// The same rows as the table has them: a walk over many of them is several times as fast in that order.
fn in_table_order(table: &Table, rows: &[u32]) -> Vec<u32> {
    let mut listed = vec![0u64; table.len().div_ceil(64)];
    for row in rows {
        if let Some(word) = listed.get_mut(*row as usize / 64) {
            *word |= 1 << (row % 64);
        }
    }
    let mut ordered = Vec::with_capacity(rows.len());
    for (number, word) in listed.into_iter().enumerate() {
        let mut left = word;
        while left != 0 {
            ordered.push(number as u32 * 64 + left.trailing_zeros());
            left &= left - 1;
        }
    }
    ordered
}
