//! One attempt to deliver one status change: does what the plan says, and waits where it must.

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::domain::SafeText;
use crate::domain::change::{Outcome, Target};
use crate::domain::progress::FaultKind;
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
    async fn called(&self) {
        tokio::select! {
            () = self.cancelled.cancelled() => {}
            () = self.stopping.cancelled() => {}
        }
    }

    /// The verdict on an attempt that ended before anything was sent.
    fn verdict(&self) -> Verdict {
        if self.cancelled.is_cancelled() {
            let detail = SafeText::from("cancelled before it was sent");
            return Verdict::Final { outcome: Outcome::Cancelled, detail, gone: false };
        }
        let message = SafeText::from("the program ended before it was sent");
        Verdict::Later(Obstacle { kind: FaultKind::Unreachable, retry_after: None, message })
    }
}

/// What an attempt came to.
#[derive(Debug)]
pub(super) struct Landed {
    /// How it ended.
    pub(super) verdict: Verdict,
    /// The alert as it was last read; none when it could not be read.
    pub(super) read: Option<ReadAlert>,
}

/// Makes one attempt.
pub(super) async fn deliver(
    source: &Source,
    target: &Target,
    request_id: &str,
    tuning: &Tuning,
    halt: &Halt,
) -> Landed {
    let mut delivery = Delivery::new(target, tuning.read_backs.len());
    let mut read = None;
    loop {
        match delivery.step() {
            Step::Done(verdict) => return Landed { verdict, read },
            Step::Read if delivery.is_unsent() => {
                let answer = tokio::select! {
                    answer = source.read(&target.id) => answer,
                    () = halt.called() => return Landed { verdict: halt.verdict(), read },
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
                tokio::select! {
                    biased;
                    () = halt.called() => return Landed { verdict: halt.verdict(), read },
                    () = source.write_turn(&target.id) => {}
                }
                let answer = source.set_status(&target.id, target.want, request_id).await;
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
