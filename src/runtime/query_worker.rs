//! Filters and sorts off the UI thread. Only the newest question is answered: an older one that runs is abandoned.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::app::Message;
use crate::app::effect::ChartOrder;
use crate::app::message::{Chart, Question, Tallied};
use crate::domain::AlertKey;
use crate::domain::chart::{Attack, Timeline};
use crate::domain::filter::{self, Compiled, Context, Field, Filter};
use crate::domain::listing::Listing;
use crate::domain::query::{self, GroupBy, Ranking, Sort, SortKey};
use crate::domain::table::{ContentMark, Table};
use crate::domain::view::{ViewCount, ViewId};

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
    /// The alerts that match, in no order.
    Match(Arc<Table>, Filter),
    /// The alerts that match and came after one.
    New(Arc<Table>, Filter, AlertKey),
    /// How many alerts a view has, and how many of them came after one.
    Count(Arc<Table>, ViewId, Filter, AlertKey),
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
            Ask::Rows(..) => Some(&self.newest_rows),
            Ask::Chart(..) => Some(&self.newest_chart),
            Ask::Suggestions(..) => Some(&self.newest_suggestions),
            Ask::Values(..) => Some(&self.newest_values),
            Ask::Count(..) | Ask::New(..) | Ask::Match(..) => None,
        };
        if let Some(newest) = newest {
            newest.store(question.0, Ordering::Release);
        }
        // The worker ends only with the process.
        let _ = self.asks.send((question, ask, context));
    }
}

/// The order of a whole snapshot, kept so that a keystroke in the filter bar sorts nothing, nor does a change of status.
struct Ranked {
    content: ContentMark,
    generation: u64,
    sort: Sort,
    ranking: Ranking,
}

impl Ranked {
    fn new(table: &Table, sort: &Sort) -> Self {
        let ranking = Ranking::new(table, sort);
        Self { content: table.content_mark(), generation: table.generation(), sort: sort.clone(), ranking }
    }

    /// True when it is the order of a snapshot too.
    fn holds(&self, table: &Table, sort: &Sort) -> bool {
        let by_status = sort.keys.iter().any(|(key, _)| *key == SortKey::Status);
        let same = self.content.holds(table) && (!by_status || self.generation == table.generation());
        self.sort == *sort && same
    }
}

fn serve(
    inbox: &Receiver<(Question, Ask, Context)>,
    [newest_rows, newest_chart, newest_suggestions, newest_values]: [&AtomicU64; 4],
    answer: &Mutex<impl Fn(Message)>,
) {
    let reply = |message| answer.lock().unwrap_or_else(PoisonError::into_inner)(message);
    let mut ranked: Option<Ranked> = None;
    let mut put_off: Option<(Question, Ask, Context)> = None;
    while let Some((question, ask, context)) = next(inbox, &mut put_off) {
        match ask {
            Ask::Rows(table, filter, sort, group, bars) => {
                let stale = || newest_rows.load(Ordering::Acquire) != question.0;
                if stale() {
                    continue;
                }
                let fresh = ranked.take().filter(|ranked| ranked.holds(&table, &sort));
                let current = fresh.unwrap_or_else(|| Ranked::new(&table, &sort));
                if let Some(rows) = query::run_ranked(&table, &filter, &current.ranking, &context, &stale) {
                    let found = !rows.is_empty();
                    let wider = || filter::wider(&table, &filter, &context, &stale);
                    let wider = if found { None } else { wider() };
                    let listing = Listing::with(table, rows, group, Some((&filter, &context, bars)));
                    let listing = Listing { wider, ..listing };
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
                let stale = || newest_suggestions.load(Ordering::Acquire) != question.0;
                if !stale() {
                    let completion = filter::complete(&text, cursor, &table, &context, &stale);
                    reply(Message::Completed(question, completion));
                }
            }
            Ask::Match(table, filter) => {
                let found = Compiled::new(&filter, &table, &context, &|| false)
                    .and_then(|filter| filter.rows(&|| false));
                let found = found.unwrap_or_default();
                let keys = found.iter().filter_map(|row| table.row(*row)).map(|row| row.key());
                reply(Message::Matched(question, keys.collect()));
            }
            Ask::New(table, filter, seen) => {
                let newer = |row: &u32| table.row(*row).is_some_and(|row| row.key() > seen);
                let found = Compiled::new(&filter, &table, &context, &|| false)
                    .and_then(|filter| filter.rows(&|| false));
                let new = found.unwrap_or_default().into_iter().filter(newer).collect();
                reply(Message::New(question, table, new));
            }
            Ask::Count(table, view, filter, seen) => {
                // A list that is asked for meanwhile goes first; the count begins anew after it.
                let rows_asked = newest_rows.load(Ordering::Acquire);
                let overtaken = || newest_rows.load(Ordering::Acquire) != rows_asked;
                match count(&table, &filter, seen, &context, &overtaken) {
                    Some(count) => {
                        let generation = table.generation();
                        reply(Message::Counted(question, Tallied { view, generation, seen, count }));
                    }
                    None => put_off = Some((question, Ask::Count(table, view, filter, seen), context)),
                }
            }
        }
    }
}

/// The next question; a count that was put off only when nothing else waits. None when nobody asks any more.
fn next<T>(inbox: &Receiver<T>, put_off: &mut Option<T>) -> Option<T> {
    if put_off.is_none() {
        return inbox.recv().ok();
    }
    match inbox.try_recv() {
        Ok(asked) => Some(asked),
        Err(TryRecvError::Empty) => put_off.take(),
        Err(TryRecvError::Disconnected) => None,
    }
}

fn count(
    table: &Table,
    filter: &Filter,
    seen: AlertKey,
    context: &Context,
    overtaken: &dyn Fn() -> bool,
) -> Option<ViewCount> {
    let rows = Compiled::new(filter, table, context, overtaken)?.rows(overtaken)?;
    Some(ViewCount::of(table, &rows, seen))
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::domain::Status;
    use crate::domain::filter::parse;
    use crate::domain::filter::testing::{Sample, builder, context, table};

    #[test]
    fn a_view_counts_what_its_filter_lists() {
        let names: Vec<String> = (0..60).map(|n| format!("n{n}")).collect();
        let samples: Vec<Sample<'_>> = (0..60)
            .map(|n| Sample {
                severity: ["High", "Low", "Medium"][n % 3],
                resource: ["vm-1", "vm-2"][n % 2],
                ..Sample::new(&names[n])
            })
            .collect();
        let table = table(&samples);
        let (answers, inbox) = channel();
        let worker = QueryWorker::start(move |message| answers.send(message).unwrap()).unwrap();
        let filters =
            ["", "severity:high", "resource:vm-2 -severity:low", "severity:low or resource:vm-1", "none"];
        for (at, text) in filters.into_iter().enumerate() {
            let (filter, question) = (parse(text).unwrap(), Question(at as u64));
            let seen = table.row(29).unwrap().key();
            let rows = Ask::Rows(Arc::clone(&table), filter.clone(), Sort::default(), None, 0);
            // The list that is asked for after it may overtake the count, which is answered all the same.
            worker.ask(question, Ask::Count(Arc::clone(&table), ViewId(1), filter, seen), context());
            worker.ask(question, rows, context());
            let both = [inbox.recv().unwrap(), inbox.recv().unwrap()];
            let listed = both.iter().find_map(|message| match message {
                Message::Listed(_, listing) => Some(listing.clone()),
                _ => None,
            });
            let counted = both.iter().find_map(|message| match message {
                Message::Counted(_, tallied) => Some(tallied.count),
                _ => None,
            });
            let (listed, counted) = (listed.unwrap(), counted.unwrap());
            let new = listed.keys().filter(|key| *key > seen).count();
            assert_eq!(counted, ViewCount { alerts: listed.len(), new }, "{text}");
        }
    }

    #[test]
    fn an_order_is_kept_while_nothing_it_goes_by_changes() {
        let mut builder = builder(&[Sample::new("a"), Sample::new("b")]);
        let before = builder.snapshot();
        let by_severity = Ranked::new(&before, &Sort::default());
        let by_status = Ranked::new(&before, &Sort::by(&[SortKey::Status]));
        builder.set_pending(AlertKey(1), Some(Status::Dismissed));
        let after = builder.snapshot();
        assert!(by_severity.holds(&after, &by_severity.sort) && !by_severity.holds(&after, &by_status.sort));
        assert!(by_status.holds(&before, &by_status.sort) && !by_status.holds(&after, &by_status.sort));
        builder.remove(&[AlertKey(1)]);
        assert!(!by_severity.holds(&builder.snapshot(), &by_severity.sort));
    }

    #[test]
    fn what_was_put_off_comes_when_nothing_else_waits() {
        let (asks, inbox) = channel();
        let mut put_off = Some(1);
        asks.send(2).unwrap();
        assert_eq!(next(&inbox, &mut put_off), Some(2));
        assert_eq!((next(&inbox, &mut put_off), put_off), (Some(1), None));
        drop(asks);
        assert_eq!(next(&inbox, &mut put_off), None);
    }
}
