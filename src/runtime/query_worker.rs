//! Filters and sorts off the UI thread. Only the newest question is answered: an older one that runs is abandoned.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::app::Message;
use crate::app::effect::ChartOrder;
use crate::app::message::{Chart, Question};
use crate::domain::chart::{Attack, Timeline};
use crate::domain::filter::{self, Context, Field, Filter};
use crate::domain::listing::Listing;
use crate::domain::query::{self, GroupBy, Ranking, Sort};
use crate::domain::table::Table;

/// A question for the worker.
#[derive(Debug)]
pub enum Ask {
    /// Rows for the list, in groups, with room for so many bars of the histogram.
    Rows(Arc<Table>, Filter, Sort, Option<GroupBy>, usize),
    /// The values of a field that hold a text, among the alerts that pass a filter.
    Values(Arc<Table>, Filter, Field, String),
    /// Alerts counted for a chart.
    Chart(Arc<Table>, ChartOrder),
    /// Suggestions for the filter bar: text and cursor.
    Suggestions(Arc<Table>, String, usize),
}

/// The worker's front.
#[derive(Debug)]
pub struct QueryWorker {
    asks: Sender<(Question, Ask, Context)>,
    newest_rows: Arc<AtomicU64>,
    newest_chart: Arc<AtomicU64>,
    newest_suggestions: Arc<AtomicU64>,
    newest_values: Arc<AtomicU64>,
}

impl QueryWorker {
    /// Starts the worker; answers go to `answer`.
    pub fn start(answer: impl Fn(Message) + Send + 'static) -> std::io::Result<Self> {
        let (asks, inbox) = channel();
        let worker = Self {
            asks,
            newest_rows: Arc::default(),
            newest_chart: Arc::default(),
            newest_suggestions: Arc::default(),
            newest_values: Arc::default(),
        };
        let rows = Arc::clone(&worker.newest_rows);
        let chart = Arc::clone(&worker.newest_chart);
        let suggestions = Arc::clone(&worker.newest_suggestions);
        let values = Arc::clone(&worker.newest_values);
        thread::Builder::new()
            .name("query".to_owned())
            .spawn(move || serve(&inbox, [&rows, &chart, &suggestions, &values], &Mutex::new(answer)))?;
        Ok(worker)
    }

    /// Asks; an older question of the same sort is dropped.
    pub fn ask(&self, question: Question, ask: Ask, context: Context) {
        let newest = match ask {
            Ask::Rows(..) => &self.newest_rows,
            Ask::Chart(..) => &self.newest_chart,
            Ask::Suggestions(..) => &self.newest_suggestions,
            Ask::Values(..) => &self.newest_values,
        };
        newest.store(question.0, Ordering::Release);
        // The worker ends only with the process.
        let _ = self.asks.send((question, ask, context));
    }
}

/// The order of a whole snapshot, kept so that a keystroke in the filter bar sorts nothing.
struct Ranked {
    generation: u64,
    sort: Sort,
    ranking: Ranking,
}

impl Ranked {
    fn new(table: &Table, sort: &Sort) -> Self {
        Self { generation: table.generation(), sort: sort.clone(), ranking: Ranking::new(table, sort) }
    }
}

fn serve(
    inbox: &Receiver<(Question, Ask, Context)>,
    [newest_rows, newest_chart, newest_suggestions, newest_values]: [&AtomicU64; 4],
    answer: &Mutex<impl Fn(Message)>,
) {
    let reply = |message| answer.lock().unwrap_or_else(PoisonError::into_inner)(message);
    let mut ranked: Option<Ranked> = None;
    for (question, ask, context) in inbox {
        match ask {
            Ask::Rows(table, filter, sort, group, bars) => {
                let stale = || newest_rows.load(Ordering::Acquire) != question.0;
                if stale() {
                    continue;
                }
                let fresh = ranked
                    .take()
                    .filter(|ranked| ranked.generation == table.generation() && ranked.sort == sort);
                let current = fresh.unwrap_or_else(|| Ranked::new(&table, &sort));
                if let Some(rows) = query::run_ranked(&table, &filter, &current.ranking, &context, &stale) {
                    let listing = Listing::grouped(table, rows, group).charted(&filter, &context, bars);
                    reply(Message::Listed(question, listing));
                }
                ranked = Some(current);
            }
            Ask::Chart(table, order) => {
                let stale = || newest_chart.load(Ordering::Acquire) != question.0;
                if let Some(chart) = chart(&table, &order, &context, &stale) {
                    reply(Message::Charted(question, chart));
                }
            }
            Ask::Values(table, filter, field, text) => {
                let stale = || newest_values.load(Ordering::Acquire) != question.0;
                if let Some(values) = filter::values(&table, &filter, field, &text, &context, &stale) {
                    reply(Message::Values(question, values));
                }
            }
            Ask::Suggestions(table, text, cursor) => {
                if newest_suggestions.load(Ordering::Acquire) == question.0 {
                    reply(Message::Completed(question, filter::complete(&text, cursor, &table)));
                }
            }
        }
    }
}

/// Counts alerts for a chart. None when nobody waits any more.
fn chart(
    table: &Table,
    order: &ChartOrder,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Chart> {
    Some(match order {
        ChartOrder::Timeline { filter, span, bars } => {
            Timeline::of(table, filter, (*span, *bars), context, cancelled)?.into()
        }
        ChartOrder::Attack(filter) => Attack::of(table, filter, context, cancelled)?.into(),
    })
}
