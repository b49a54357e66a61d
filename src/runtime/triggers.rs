//! Logic apps being triggered from the screen: each confirm a task of its own, on the function that the command uses.

use std::collections::HashMap;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::fetch;
use super::mailbox::Mailbox;
use super::work::Work;
use crate::app::effect::TriggerOrder as Order;
use crate::app::message::{Message, Triggered};
use crate::domain::progress::Fault;
use crate::domain::response::{TriggerOutcome, TriggerRecord};
use crate::sync::trigger::{TriggerOrder, TriggerTuning, Triggered as Sent, Watch, follow, trigger};

/// How long what is on its way may take to land when the program leaves. Whatever does not is unknown at the next start.
const GRACE: Duration = Duration::from_secs(2);

/// The confirms that are on their way.
pub struct Triggers {
    work: Work,
    mailbox: Mailbox,
    handle: Handle,
    tasks: JoinSet<()>,
    cancels: HashMap<u64, CancellationToken>,
    /// Cancelled when the program leaves.
    leaving: CancellationToken,
}

impl Triggers {
    /// None yet.
    pub fn new(work: Work, mailbox: Mailbox, handle: Handle) -> Self {
        Self {
            work,
            mailbox,
            handle,
            tasks: JoinSet::new(),
            cancels: HashMap::new(),
            leaving: CancellationToken::new(),
        }
    }

    /// Carries an order out.
    pub fn run(&mut self, order: Order) {
        // Those that have ended are forgotten.
        while self.tasks.try_join_next().is_some() {}
        let (work, mailbox) = (self.work.clone(), self.mailbox.clone());
        match order {
            Order::Send { number, app, trigger, events } => {
                let cancel = self.leaving.child_token();
                self.cancels.insert(number, cancel.clone());
                let order = TriggerOrder::new(app, trigger, &events, work.who());
                self.tasks.spawn_on(
                    async move { send(&work, &mailbox, number, order, &cancel).await },
                    &self.handle,
                );
            }
            Order::Cancel(number) => {
                if let Some(cancel) = self.cancels.get(&number) {
                    cancel.cancel();
                }
            }
            Order::Follow(records) => {
                let cancel = self.leaving.child_token();
                self.tasks.spawn_on(
                    async move {
                        // Without a sign-in there is nobody to ask; R asks again.
                        let _ = watch_runs(&work, &mailbox, None, records, &cancel).await;
                    },
                    &self.handle,
                );
            }
        }
    }

    /// Nothing new is sent; what is on its way gets a moment to land. Blocks.
    pub fn close(mut self) {
        self.leaving.cancel();
        let landed = async { while self.tasks.join_next().await.is_some() {} };
        if self.handle.block_on(async { tokio::time::timeout(GRACE, landed).await }).is_err() {
            tracing::warn!("a logic app was still being triggered when the program left");
        }
    }
}

/// Sends a confirm's alerts, says how each stands, and follows their runs.
async fn send(work: &Work, mailbox: &Mailbox, number: u64, order: TriggerOrder, cancel: &CancellationToken) {
    let ended = |result| mailbox.send(Message::Triggered(Triggered::Ended(number, result)));
    let (client, workspace) = match (fetch::client(work), work.workspace()) {
        (Ok(client), Some(workspace)) => (client, workspace),
        (Err(fault), _) => return ended(Err(fault)),
        (Ok(_), None) => return,
    };
    let told = told(mailbox, Some(number));
    let watch = Watch { cancel, told: &told };
    let app = order.app.clone();
    match trigger(&client, &workspace.store, order, &TriggerTuning::default(), &watch).await {
        Err(fault) => ended(Err(fault)),
        Ok(triggered) => {
            if let Some(result) = answered(&triggered) {
                mailbox.send(Message::Triggered(Triggered::Told(app, result)));
            }
            ended(triggered.fault.map_or(Ok(()), Err));
            let _ = watch_runs(work, mailbox, Some(number), triggered.records, cancel).await;
        }
    }
}

/// Whether the source told where to send; none when that is not known.
fn answered(sent: &Sent) -> Option<Result<(), Fault>> {
    let taken = sent.records.iter().any(|record| record.outcome == TriggerOutcome::Done);
    sent.unsent.clone().map(Err).or(taken.then_some(Ok(())))
}

async fn watch_runs(
    work: &Work,
    mailbox: &Mailbox,
    number: Option<u64>,
    records: Vec<TriggerRecord>,
    cancel: &CancellationToken,
) -> Result<(), Fault> {
    let client = fetch::client(work)?;
    let Some(workspace) = work.workspace() else { return Ok(()) };
    let told = told(mailbox, number);
    let watch = Watch { cancel, told: &told };
    follow(&client, &workspace.store, records, &TriggerTuning::default(), &watch).await;
    Ok(())
}

fn told(mailbox: &Mailbox, number: Option<u64>) -> impl Fn(&TriggerRecord) + Send + Sync + 'static {
    let mailbox = mailbox.clone();
    move |record| {
        tracing::info!(row = record.row, outcome = record.outcome.word(), "trigger");
        mailbox.send(Message::Triggered(Triggered::Row(number, Box::new(record.clone()))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::progress::FaultKind;

    #[test]
    fn a_refusal_to_tell_where_is_carried_on() {
        let fault = Fault { kind: FaultKind::Forbidden, message: "no".into() };
        let sent = |unsent| Sent { records: Vec::new(), unsent, fault: None };
        assert_eq!(answered(&sent(Some(fault.clone()))), Some(Err(fault)));
        assert_eq!(answered(&sent(None)), None, "nothing was taken either");
    }
}
