//! A program that opens: what is there before all alerts are loaded.

use super::{Given, Harness, ROW, data, id};
use crate::app::message::{Early, Kept, Message, Start};
use crate::domain::filter::{Context, parse};
use crate::domain::listing::{Head, Listing};
use crate::domain::query::{self, Query};
use crate::domain::table::TableBuilder;
use crate::domain::view::{Look, Place};
use crate::domain::{AlertKey, Status};

/// What a list of the harness's table begins with: so many rows from a place on, in a table of their own.
pub(crate) fn head(harness: &mut Harness, given: &[Given], look: &Look, first: usize, count: usize) -> Head {
    let table = harness.builder.snapshot();
    let query = Query { filter: parse(&look.filter).unwrap(), sort: look.sort.clone() };
    let context = Context::utc(harness.now.utc);
    let rows = query::run(&table, &query, &context, &|| false).unwrap();
    let whole = Listing::new(table, rows);
    let mut keys: Vec<AlertKey> = whole.keys().skip(first).take(count).collect();
    let order = keys.clone();
    keys.sort_unstable();
    let mut part = TableBuilder::new();
    for key in keys {
        part.upsert(key, &data(key.0, given[key.0 as usize - 1]));
    }
    let part = part.snapshot();
    let rows = order.iter().map(|key| part.position(*key).unwrap()).collect();
    let listing = Listing { severities: whole.severities, ..Listing::new(part, rows) };
    Head { look: look.clone(), listing, first, total: whole.len(), alerts: whole.table.len() }
}

pub(crate) fn early(kept: Kept, head: Head) -> Message {
    Message::Start(Start::Early(Box::new(Early { kept, view: None, head })))
}

/// Of 500 alerts the first 60 are there, or those around a cursor.
pub(crate) fn opening(cursor: Option<u32>) -> Harness {
    let mut rows = vec![ROW; 500];
    rows[3].status = Status::Dismissed;
    let mut harness = Harness::bare(&rows);
    let look = Place::opened(None).look;
    harness.kept.place =
        cursor.map(|key| Place { look: look.clone(), cursor: Some(id(key)), row: 7, ..Place::default() });
    let first = if cursor.is_some() { 200 } else { 0 };
    let head = head(&mut harness, &rows, &look, first, 100);
    let kept = Kept { cursor: cursor.map(AlertKey), ..harness.kept.clone() };
    harness.send(early(kept, head));
    harness
}
