//! Triggering a logic app on alerts: one confirm, one run each, each sent at most once. The screen and the command use
//! this one function.
//!
//! The order of things is the promise. A row is *sending* on disk before its request leaves. Only what was certainly
//! not taken (no connection, or 429) goes back to *pending* and is sent again; a refusal is *failed*; whatever else
//! happens is *unknown*. An unknown one is never sent again: its run is looked for, and found or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::azure::retry::{Backoff, with_retry};
use crate::azure::{ApiError, ArmClient, Callback, Called, Caller};
use crate::domain::automation::AlertEvent;
use crate::domain::progress::Fault;
use crate::domain::resource::ResourceId;
use crate::domain::response::{NewResponse, RunStatus, TriggerOutcome, TriggerRecord};
use crate::domain::{AlertId, SafeText};
use crate::store::StoreHandle;
use crate::sync::ask::ask;
use crate::sync::trouble;

/// A confirm, with what is sent.
#[derive(Debug, Clone)]
pub struct TriggerOrder {
    /// The logic app.
    pub app: ResourceId,
    /// The trigger's name.
    pub trigger: SafeText,
    /// The alerts, each with the very bytes that were shown.
    pub bodies: Vec<(AlertId, Arc<str>)>,
    /// Who confirmed it.
    pub by: SafeText,
    /// When.
    pub at: DateTime<Utc>,
}

impl TriggerOrder {
    /// The order to send these alerts.
    pub fn new(app: ResourceId, trigger: SafeText, events: &[Arc<AlertEvent>], by: SafeText) -> Self {
        let bodies = events.iter().map(|event| (event.id.clone(), Arc::clone(&event.body))).collect();
        Self { app, trigger, bodies, by, at: Utc::now() }
    }
}

/// Waits and limits. The default is what is promised; tests scale it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerTuning {
    /// How long one call may take.
    pub call_limit: Duration,
    /// Attempts at what is certainly not taken, the first included.
    pub attempts: u32,
    /// Waits between them, where the logic app asks for none.
    pub backoff: Backoff,
    /// Alerts sent side by side.
    pub side_by_side: usize,
    /// Waits before each look for the run of an unknown outcome.
    pub looks: Vec<Duration>,
    /// Waits between two looks at a run: they grow from the first to the longest.
    pub poll: Backoff,
}

impl Default for TriggerTuning {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            call_limit: crate::azure::transport::ACTION_LIMIT,
            attempts: 5,
            backoff: Backoff::default(),
            side_by_side: 4,
            looks: vec![seconds(1), seconds(3), seconds(6)],
            poll: Backoff { first: seconds(1), longest: seconds(15) },
        }
    }
}

/// What triggering came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Triggered {
    /// Each alert, in the order given.
    pub records: Vec<TriggerRecord>,
    /// Why nothing at all was sent: the source did not tell where to.
    pub unsent: Option<Fault>,
    /// Why the journal could not be written, if so. What was on its way then is unknown after a restart.
    pub fault: Option<Fault>,
}

/// How the work is watched and ended.
pub struct Watch<'a> {
    /// What is not sent yet when this is cancelled is not sent; what is on its way gets its true outcome.
    pub cancel: &'a CancellationToken,
    /// Told each row whenever it stands differently. Must not block.
    pub told: &'a (dyn Fn(&TriggerRecord) + Send + Sync),
}

/// Records the confirm, then sends each alert. The error means that nothing was recorded and nothing sent.
pub async fn trigger(
    client: &ArmClient,
    store: &StoreHandle,
    order: TriggerOrder,
    tuning: &TriggerTuning,
    watch: &Watch<'_>,
) -> Result<Triggered, Fault> {
    let TriggerOrder { app, trigger, bodies, by, at } = order;
    let alerts = bodies.iter().map(|(id, _)| id.clone()).collect();
    let response = NewResponse { app: app.clone(), trigger: trigger.clone(), alerts, by, at };
    let records = ask(store, move |store| {
        let id = store.queue_response(&response)?;
        store.response(id)
    });
    let records = records.await?;
    records.iter().for_each(watch.told);
    let work = Work { store, tuning, watch, hold: Mutex::new(None) };
    let bodies: HashMap<AlertId, Arc<str>> = bodies.into_iter().collect();
    let mut unsent = None;
    let ready = tokio::select! {
        biased;
        () = watch.cancel.cancelled() => Err((TriggerOutcome::Cancelled, SafeText::from(CANCELLED))),
        ready = prepare(client, &app, &trigger, tuning) => ready.map_err(|error| {
            unsent = Some(trouble::fault(&error));
            (TriggerOutcome::Failed, SafeText::from(format!("not sent: {error}")))
        }),
    };
    let ended = stream::iter(records).map(|record| {
        let body = bodies.get(&record.alert).cloned();
        let (work, ready) = (&work, &ready);
        async move {
            let outcome = match (ready, body) {
                (Ok((callback, caller)), Some(body)) => {
                    let sender = Sender { client, callback, caller: caller.clone(), body };
                    return work.send(&sender, record).await;
                }
                (Err((outcome, why)), _) => work.settle(&record, *outcome, why, None).await,
                (Ok(_), None) => return (record, None),
            };
            outcome.map_or_else(|fault| (record, Some(fault)), |settled| (settled, None))
        }
    });
    let ended: Vec<_> = ended.buffered(tuning.side_by_side.max(1)).collect().await;
    let mut triggered = Triggered { records: Vec::with_capacity(ended.len()), unsent, fault: None };
    for (record, fault) in ended {
        triggered.records.push(record);
        triggered.fault = fault.or(triggered.fault);
    }
    Ok(triggered)
}

const CANCELLED: &str = "cancelled before it was sent";

/// The callback, asked for once for all alerts. Asking changes nothing, so it may be asked again.
async fn prepare(
    client: &ArmClient,
    app: &ResourceId,
    trigger: &SafeText,
    tuning: &TriggerTuning,
) -> Result<(Callback, Caller), ApiError> {
    let ask = || async {
        let slow = |_| ApiError::LostReply(format!("no complete answer within {:?}", tuning.call_limit));
        timeout(tuning.call_limit, client.callback(app, trigger.raw())).await.map_err(slow).and_then(|it| it)
    };
    let callback = with_retry(tuning.backoff, tuning.attempts, ask).await?;
    Ok((callback, client.caller()?))
}

struct Work<'a> {
    store: &'a StoreHandle,
    tuning: &'a TriggerTuning,
    watch: &'a Watch<'a>,
    /// Nothing is sent before this moment: the logic app asked to wait.
    hold: Mutex<Option<Instant>>,
}

/// What one alert is sent with.
struct Sender<'a> {
    client: &'a ArmClient,
    callback: &'a Callback,
    caller: Caller,
    body: Arc<str>,
}

impl Work<'_> {
    /// Sends one alert. When the journal fails on the way, the record says how far it had come.
    async fn send(&self, sender: &Sender<'_>, mut record: TriggerRecord) -> (TriggerRecord, Option<Fault>) {
        let fault = self.attempts(sender, &mut record).await.err();
        if fault.is_some() {
            (self.watch.told)(&record);
        }
        (record, fault)
    }

    /// Sends one alert, and again only what was certainly not taken. `reached` is at each moment what is true of it
    /// should the journal fail next.
    async fn attempts(&self, sender: &Sender<'_>, reached: &mut TriggerRecord) -> Result<(), Fault> {
        let mut attempt = 1;
        loop {
            if !self.may_go_on().await {
                let why = SafeText::from(CANCELLED);
                *reached = self.settle(reached, TriggerOutcome::Cancelled, &why, None).await?;
                return Ok(());
            }
            let Some(record) = self.mark(reached).await? else {
                // Somebody settled it meanwhile: it is not ours to send any more.
                *reached = self.read(reached).await?;
                return Ok(());
            };
            let unwritten = |what: &str| TriggerRecord {
                outcome: TriggerOutcome::Unknown,
                detail: SafeText::from(format!("{what}; the journal could not be written")),
                ..record.clone()
            };
            *reached = unwritten("sent");
            let caller = sender.caller.clone().with_limit(self.tuning.call_limit);
            let called = caller.call(sender.callback, Arc::clone(&sender.body), &record.request_id).await;
            let (why, wait) = match called {
                Called::Taken(run) => {
                    *reached = unwritten(&format!("taken as run {}", run.raw()));
                    let nothing = SafeText::default();
                    *reached = self.settle(&record, TriggerOutcome::Done, &nothing, Some(&run)).await?;
                    return Ok(());
                }
                Called::Refused(why) => {
                    *reached = unwritten(why.raw());
                    *reached = self.settle(&record, TriggerOutcome::Failed, &why, None).await?;
                    return Ok(());
                }
                Called::Unknown(why) => {
                    *reached = self.settle(&record, TriggerOutcome::Unknown, &why, None).await?;
                    return self.look(sender.client, reached).await;
                }
                Called::NotSent(why) => (format!("no connection: {}", why.raw()), None),
                Called::PutOff(wait) => ("the logic app asks to slow down".to_owned(), wait),
            };
            *reached = unwritten(&format!("not sent: {why}"));
            if attempt >= self.tuning.attempts {
                let why = SafeText::from(format!("not sent: {why}"));
                *reached = self.settle(&record, TriggerOutcome::Failed, &why, None).await?;
                return Ok(());
            }
            *reached = self.put_back(&record, SafeText::from(why)).await?;
            self.wait(self.tuning.backoff.delay(attempt, wait));
            attempt += 1;
        }
    }

    /// Waits as long as the logic app asked; false when it was cancelled.
    async fn may_go_on(&self) -> bool {
        loop {
            let hold = *self.hold.lock().unwrap_or_else(PoisonError::into_inner);
            match hold.filter(|until| *until > Instant::now()) {
                _ if self.watch.cancel.is_cancelled() => return false,
                None => return true,
                Some(until) => tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.watch.cancel.cancelled() => {}
                },
            }
        }
    }

    fn wait(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        *hold = Some(hold.map_or(until, |held| held.max(until)));
    }

    /// Marks a row as being sent, on disk; none when it must not be sent.
    async fn mark(&self, record: &TriggerRecord) -> Result<Option<TriggerRecord>, Fault> {
        let row = record.row;
        let marked = ask(self.store, move |store| store.mark_trigger(row, Utc::now())).await?;
        if !marked {
            return Ok(None);
        }
        let record = TriggerRecord { outcome: TriggerOutcome::Sending, ..record.clone() };
        (self.watch.told)(&record);
        Ok(Some(record))
    }

    async fn put_back(&self, record: &TriggerRecord, why: SafeText) -> Result<TriggerRecord, Fault> {
        let (row, detail) = (record.row, why.clone());
        ask(self.store, move |store| store.put_back_trigger(row, &detail)).await?;
        let record = TriggerRecord { outcome: TriggerOutcome::Pending, detail: why, ..record.clone() };
        (self.watch.told)(&record);
        Ok(record)
    }

    async fn settle(
        &self,
        record: &TriggerRecord,
        outcome: TriggerOutcome,
        why: &SafeText,
        run: Option<&SafeText>,
    ) -> Result<TriggerRecord, Fault> {
        let (row, why, run) = (record.row, why.clone(), run.cloned());
        let settled = ask(self.store, move |store| store.settle_trigger(row, outcome, &why, run.as_ref()));
        self.tell(record, settled.await?)
    }

    async fn read(&self, record: &TriggerRecord) -> Result<TriggerRecord, Fault> {
        let (row, response) = (record.row, record.response);
        let rows = ask(self.store, move |store| store.response(response)).await?;
        self.tell(record, rows.into_iter().find(|one| one.row == row))
    }

    #[allow(clippy::unnecessary_wraps)] // ends what returns a result
    fn tell(&self, before: &TriggerRecord, now: Option<TriggerRecord>) -> Result<TriggerRecord, Fault> {
        let record = now.unwrap_or_else(|| before.clone());
        (self.watch.told)(&record);
        Ok(record)
    }

    /// Looks whether the run of an unknown outcome is there after all. Nothing is sent; not finding it proves nothing.
    async fn look(&self, client: &ArmClient, reached: &mut TriggerRecord) -> Result<(), Fault> {
        for wait in &self.tuning.looks {
            tokio::select! {
                () = self.watch.cancel.cancelled() => return Ok(()),
                () = sleep(*wait) => {}
            }
            if let Ok(Some(run)) = client.run_of_request(&reached.app, &reached.request_id).await {
                let why = SafeText::from("the answer was lost; its run was found");
                *reached = self.settle(reached, TriggerOutcome::Done, &why, Some(&run.name)).await?;
                *reached = note(self.store, reached, run.status, self.watch).await?;
                return Ok(());
            }
        }
        Ok(())
    }
}

async fn note(
    store: &StoreHandle,
    record: &TriggerRecord,
    status: RunStatus,
    watch: &Watch<'_>,
) -> Result<TriggerRecord, Fault> {
    if record.status.as_ref() == Some(&status) {
        return Ok(record.clone());
    }
    let row = record.row;
    let noted = ask(store, move |store| store.note_run(row, &status)).await?;
    let record = noted.unwrap_or_else(|| record.clone());
    (watch.told)(&record);
    Ok(record)
}

/// Follows runs to their end, or until the watch is cancelled. What cannot be read is tried again; what may not be read
/// says so in its record and is left.
pub async fn follow(
    client: &ArmClient,
    store: &StoreHandle,
    mut records: Vec<TriggerRecord>,
    tuning: &TriggerTuning,
    watch: &Watch<'_>,
) -> Vec<TriggerRecord> {
    let mut given_up = Vec::new();
    for looks in 1.. {
        for record in &mut records {
            if record.is_running() && !given_up.contains(&record.row) {
                match one_look(client, store, record, looks, watch).await {
                    Ok(now) => *record = now,
                    Err(why) => {
                        given_up.push(record.row);
                        record.detail = why;
                        (watch.told)(record);
                    }
                }
            }
            if watch.cancel.is_cancelled() {
                return records;
            }
        }
        if !records.iter().any(|record| record.is_running() && !given_up.contains(&record.row)) {
            break;
        }
        tokio::select! {
            () = watch.cancel.cancelled() => break,
            () = sleep(tuning.poll.ceiling(looks)) => {}
        }
    }
    records
}

/// Looks at a run that the source does not know, before it is believed.
const MISSING_LOOKS: u32 = 5;

/// Reads a run once. The error says why it is not worth another look.
async fn one_look(
    client: &ArmClient,
    store: &StoreHandle,
    record: &TriggerRecord,
    looks: u32,
    watch: &Watch<'_>,
) -> Result<TriggerRecord, SafeText> {
    let Some(name) = &record.run else { return Ok(record.clone()) };
    let read = tokio::select! {
        () = watch.cancel.cancelled() => return Ok(record.clone()),
        read = client.run(&record.app, name.raw()) => read,
    };
    match read {
        Ok(run) => note(store, record, run.status, watch).await.map_err(|fault| fault.message),
        // A run may be listed a moment after it was told.
        Err(ApiError::NotFound) if looks < MISSING_LOOKS => Ok(record.clone()),
        Err(error) if error.is_transient() => Ok(record.clone()),
        Err(error) => Err(SafeText::from(format!(
            "its run cannot be followed: {}",
            trouble::fault(&error).message.raw()
        ))),
    }
}
