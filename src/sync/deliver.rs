//! One attempt to deliver one status change: does what the plan says, and waits where it must.

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::domain::SafeText;
use crate::domain::change::{Outcome, Sent};
use crate::domain::progress::FaultKind;
use crate::store::OutboxItem;
use crate::sync::plan::{Delivery, Step, Verdict};
use crate::sync::settings::Tuning;
use crate::sync::source::{ReadAlert, Source};
use crate::sync::trouble::{Obstacle, Trouble};

/// Ways to end an attempt early. What has been sent is followed up in any case.
#[derive(Debug, Clone)]
pub(super) struct Halt {
    /// The analyst cancelled the change.
    pub(super) cancelled: CancellationToken,
    /// The program ends.
    pub(super) stopping: CancellationToken,
}

impl Halt {
    /// The verdict on an attempt that ends now, with nothing sent in it; waits until there is a reason. `doubtful` when
    /// an earlier attempt may have had an effect: then nobody may say *cancelled* before having looked.
    async fn called(&self, doubtful: bool) -> Verdict {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled(), if !doubtful => cancelled(Sent::No),
            () = self.stopping.cancelled() => {
                let message = SafeText::from("the program ended before it was sent");
                Verdict::Later(Obstacle { kind: FaultKind::Unreachable, retry_after: None, message })
            }
        }
    }
}

/// The verdict on what was cancelled in time.
fn cancelled(sent: Sent) -> Verdict {
    let detail = SafeText::from(match sent {
        Sent::No => "cancelled before it was sent",
        Sent::Perhaps | Sent::Accepted => "cancelled; what was sent before had no effect",
    });
    Verdict::Final { outcome: Outcome::Cancelled, detail, gone: false }
}

/// What an attempt came to.
#[derive(Debug)]
pub(super) struct Landed {
    /// How it ended.
    pub(super) verdict: Verdict,
    /// The alert as it was last read; none when it could not be read.
    pub(super) read: Option<ReadAlert>,
    /// How far this attempt and those before it came.
    pub(super) sent: Sent,
}

/// Makes one attempt.
pub(super) async fn deliver(source: &Source, item: &OutboxItem, tuning: &Tuning, halt: &Halt) -> Landed {
    let target = &item.target;
    let mut delivery = Delivery::new(target, item.sent, tuning.read_backs.len());
    let mut read = None;
    let landed = |verdict, read, sent| Landed { verdict, read, sent };
    loop {
        let sent = delivery.sent();
        // What may have had an effect is looked at before it is called cancelled.
        let doubtful = sent != Sent::No;
        match delivery.step() {
            // The comparison found that nothing was done, or something else by somebody else.
            Step::Done(Verdict::Final { outcome: Outcome::Conflict, .. })
                if halt.cancelled.is_cancelled() && doubtful && sent != Sent::Accepted =>
            {
                return landed(cancelled(sent), read, sent);
            }
            Step::Done(verdict) => return landed(verdict, read, sent),
            Step::Read if delivery.is_unsent() => {
                // The turn comes first: between comparing and sending nothing may wait, for a colleague could be faster.
                let turn_and_answer = async {
                    if !halt.cancelled.is_cancelled() {
                        tokio::select! {
                            () = source.write_turn(&target.id) => {}
                            () = halt.cancelled.cancelled() => {}
                        }
                    }
                    source.read(&target.id).await
                };
                let answer = tokio::select! {
                    biased;
                    verdict = halt.called(doubtful) => return landed(verdict, read, sent),
                    answer = turn_and_answer => answer,
                };
                delivery = take(delivery, answer, &mut read);
            }
            Step::Read => {
                let answer = source.read(&target.id).await;
                delivery = take(delivery, answer, &mut read);
            }
            Step::ReadBack(number) => {
                sleep(tuning.read_backs.get(number).copied().unwrap_or_default()).await;
                let answer = source.read(&target.id).await;
                delivery = take(delivery, answer, &mut read);
            }
            Step::Post => {
                if halt.cancelled.is_cancelled() {
                    return landed(cancelled(sent), read, sent);
                }
                if halt.stopping.is_cancelled() {
                    return landed(halt.called(true).await, read, sent);
                }
                let answer = source.set_status(&target.id, target.want, &item.request_id).await;
                delivery = delivery.posted(answer.map_err(|error| Trouble::from(&error)));
            }
        }
    }
}

fn take(
    delivery: Delivery,
    answer: Result<ReadAlert, crate::azure::ApiError>,
    read: &mut Option<ReadAlert>,
) -> Delivery {
    match answer {
        Ok(alert) => {
            let status = alert.data.status;
            *read = Some(alert);
            delivery.read(Ok(status))
        }
        Err(error) => delivery.read(Err(Trouble::from(&error))),
    }
}
