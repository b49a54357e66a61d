//! Lists and charts, as the query worker makes them.

use std::sync::Arc;

use crate::app::effect::ChartOrder;
use crate::app::message::Chart;
use crate::domain::chart::{Attack, Timeline};
use crate::domain::filter::{Compiled, Context, Filter, wider};
use crate::domain::key_set::KeySet;
use crate::domain::listing::Listing;
use crate::domain::query::{self, GroupBy, Query};
use crate::domain::table::Table;

/// The rows of a query, grouped and with the histogram.
pub(super) fn listing(
    table: Arc<Table>,
    query: &Query,
    (group, bars): (Option<GroupBy>, usize),
    context: &Context,
) -> Listing {
    let rows = query::run(&table, query, context, &|| false).unwrap();
    let wider = if rows.is_empty() { wider(&table, &query.filter, context, &|| false) } else { None };
    Listing { wider, ..Listing::with(table, rows, group, Some((&query.filter, context, bars))) }
}

/// The alerts that match.
pub(super) fn matching(table: &Table, filter: &Filter, context: &Context) -> KeySet {
    let compiled = Compiled::new(filter, table, context, &|| false).unwrap();
    table.rows().map(|(_, row)| row).filter(|row| compiled.matches(row)).map(|row| row.key()).collect()
}

/// What a chart shows.
pub(super) fn chart(table: &Table, order: ChartOrder, context: &Context) -> Chart {
    let never = || false;
    let chart = match order {
        ChartOrder::Timeline { filter, span, bars } => {
            Timeline::of(table, &filter, (span, bars), context, &never).map(Chart::from)
        }
        ChartOrder::Attack(filter) => Attack::of(table, &filter, context, &never).map(Chart::from),
    };
    chart.unwrap()
}
