//! What a query answers: rows of one snapshot in order, with their counts.

use std::sync::Arc;

use crate::domain::chart::{self, Histogram, Ruler, Steps, Window};
use crate::domain::filter::{Context, Filter, Wider};
use crate::domain::key_set::KeySet;
use crate::domain::query::{GroupBy, Groups, arrange};
use crate::domain::row_bits::RowBits;
#[cfg(test)]
use crate::domain::table::LISTED;
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
    /// Without any row: what would find some, where that was asked for.
    pub wider: Option<Wider>,
}

impl Listing {
    /// Puts rows and their snapshot together, counting severities.
    pub fn new(table: Arc<Table>, rows: Vec<u32>) -> Self {
        Self::with(table, rows, None, None)
    }

    /// The same with the rows of each group together, inside of which they keep their order; and with the rows over a filter's
    /// time, in at most so many bars: without bars there is no histogram.
    pub fn with(
        table: Arc<Table>,
        rows: Vec<u32>,
        by: Option<GroupBy>,
        over_time: Option<(&Filter, &Context, usize)>,
    ) -> Self {
        let ordered = RowBits::new(table.len(), &rows).ordered();
        let walk = || ordered.iter().filter_map(|row| table.row(*row));
        let mut severities = [0; 5];
        let listed = walk().map(|row| {
            severities[row.severity() as usize] += 1;
            row.key()
        });
        let listed = listed.collect();
        let histogram = over_time.filter(|(.., bars)| *bars > 0).map(|(filter, context, bars)| {
            let alerts = chart::extent(&table, &ordered);
            let span = Window::of(filter, context).span(alerts, context.now.timestamp());
            let ruler = Ruler { bars, steps: Steps::Close, offset: context.offset };
            Arc::new(Histogram::new(walk().map(|row| (row.seconds(), row.severity())), span, ruler))
        });
        let (rows, groups) = match by {
            Some(by) => {
                let (rows, groups) = arrange(&table, &rows, by);
                (rows, Some(Arc::new(groups)))
            }
            None => (rows, None),
        };
        Self { rows: rows.into(), severities, groups, listed, histogram, wider: None, table }
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

    /// Every row in order.
    pub fn walk(&self) -> impl Iterator<Item = Row<'_>> {
        #[cfg(test)]
        LISTED.set(LISTED.get() + 1);
        self.rows.iter().filter_map(|row| self.table.row(*row))
    }

    /// Every alert in order.
    pub fn keys(&self) -> impl Iterator<Item = AlertKey> + '_ {
        self.walk().map(|row| row.key())
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
