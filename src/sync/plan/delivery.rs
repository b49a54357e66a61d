//! How one status change of one alert is delivered: compare, post, read back.
//!
//! ```text
//! Compare ──has what we want──────────────────────────────▶ verified
//!    │ └────has neither that nor what we saw──────────────▶ conflict
//!    ▼ has what we saw
//!  Post ─────404, 409, 412──▶ LookAgain ──▶ verified · failed · conflict
//!    │ └─────other refusal────────────────────────────────▶ failed
//!    ▼ accepted
//! ReadBack ──has what we want─────────────────────────────▶ verified
//!      └─────still what we saw, the last time─────────────▶ unconfirmed
//! ```
//!
//! Whatever passes (429, 5xx, a lost answer, no network, no sign-in) ends the attempt with [`Verdict::Later`]; the next
//! attempt begins with the comparison again, which is also how a change is taken up that was being sent when the
//! program was killed. That is safe because a status change sets a state: what was applied is found to be so.
//!
//! A change that the source once accepted is never posted again: the next attempt begins with the reading back. A
//! status as before may be a colleague's, who set it back.

use crate::domain::change::{Outcome, Sent, Target};
use crate::domain::progress::FaultKind;
use crate::domain::{SafeText, Status};
use crate::sync::trouble::{Obstacle, Trouble};

/// What to do next for one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read the alert and tell [`Delivery::read`].
    Read,
    /// Set the status and tell [`Delivery::posted`].
    Post,
    /// Wait as long as read-back number `.0` (from 0) asks for, read the alert and tell [`Delivery::read`].
    ReadBack(usize),
    /// The attempt is over.
    Done(Verdict),
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Decided.
    Final {
        /// Verified, failed, in conflict, unconfirmed or cancelled.
        outcome: Outcome,
        /// Why, for people; empty when there is nothing to explain.
        detail: SafeText,
        /// True when the source does not have the alert any more.
        gone: bool,
    },
    /// Nothing is decided: back to pending.
    Later(Obstacle),
}

/// The state of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    seen: Status,
    want: Status,
    read_backs: usize,
    sent: Sent,
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Compare,
    Post,
    /// The source refused in a way that may mean that somebody else was faster.
    LookAgain(Doubt),
    /// How many times it was read back already.
    ReadBack(usize),
    Done(Verdict),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Doubt {
    Missing,
    Contested(SafeText),
}

impl Delivery {
    /// Begins an attempt. `sent` is how far the former ones came; `read_backs` is how often the source is asked for the
    /// result, at least once.
    pub fn new(target: &Target, sent: Sent, read_backs: usize) -> Self {
        let phase = if sent == Sent::Accepted { Phase::ReadBack(0) } else { Phase::Compare };
        Self { seen: target.seen, want: target.want, read_backs: read_backs.max(1), sent, phase }
    }

    /// How far this attempt and the former ones came.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// What to do now.
    pub fn step(&self) -> Step {
        match &self.phase {
            Phase::Compare | Phase::LookAgain(_) => Step::Read,
            Phase::Post => Step::Post,
            Phase::ReadBack(done) => Step::ReadBack(*done),
            Phase::Done(verdict) => Step::Done(verdict.clone()),
        }
    }

    /// Takes the answer to a read.
    #[must_use]
    pub fn read(self, answer: Result<Status, Trouble>) -> Self {
        let phase = match (&self.phase, answer) {
            (Phase::Compare, Ok(now)) => self.compared(now),
            (Phase::LookAgain(doubt), Ok(now)) => self.looked_again(doubt, now),
            (Phase::ReadBack(done), Ok(now)) => self.read_back(*done, now),
            (Phase::ReadBack(_), Err(Trouble::Refused(why) | Trouble::Contested(why))) => decided(
                Outcome::Unconfirmed,
                format!("the source accepted the change, but not to be asked for the result: {}", why.raw()),
            ),
            (_, Err(trouble)) => troubled(trouble),
            (Phase::Post | Phase::Done(_), Ok(_)) => return self,
        };
        Self { phase, ..self }
    }

    /// Takes the answer to a post.
    #[must_use]
    pub fn posted(self, answer: Result<(), Trouble>) -> Self {
        if self.phase != Phase::Post {
            return self;
        }
        let sent = match &answer {
            Ok(()) => Sent::Accepted,
            // Turned away at the door; everything else may have come after the change was made.
            Err(Trouble::Passing(obstacle))
                if matches!(obstacle.kind, FaultKind::Throttled | FaultKind::SignIn) =>
            {
                self.sent
            }
            Err(Trouble::Passing(_)) => self.sent.max(Sent::Perhaps),
            Err(_) => self.sent,
        };
        let phase = match answer {
            Ok(()) => Phase::ReadBack(0),
            Err(Trouble::Missing) => Phase::LookAgain(Doubt::Missing),
            Err(Trouble::Contested(why)) => Phase::LookAgain(Doubt::Contested(why)),
            Err(trouble) => troubled(trouble),
        };
        Self { sent, phase, ..self }
    }

    /// True while nothing has been sent in this attempt: it can still be taken back.
    pub fn is_unsent(&self) -> bool {
        matches!(self.phase, Phase::Compare | Phase::Post)
    }

    fn compared(&self, now: Status) -> Phase {
        if now == self.want && self.sent == Sent::No {
            decided(Outcome::Verified, "the source had this status already; nothing was sent".to_owned())
        } else if now == self.want {
            verified()
        } else if now == self.seen {
            Phase::Post
        } else {
            self.conflict(now)
        }
    }

    fn looked_again(&self, doubt: &Doubt, now: Status) -> Phase {
        match doubt {
            _ if now == self.want => verified(),
            Doubt::Missing if now == self.seen => decided(
                Outcome::Failed,
                "the source can show the alert, but says \"not found\" when it is to be changed".to_owned(),
            ),
            Doubt::Contested(why) if now == self.seen => decided(Outcome::Conflict, why.raw().to_owned()),
            Doubt::Missing | Doubt::Contested(_) => self.conflict(now),
        }
    }

    fn read_back(&self, done: usize, now: Status) -> Phase {
        if now == self.want {
            return verified();
        }
        if now != self.seen {
            return self.conflict(now);
        }
        if done + 1 < self.read_backs {
            return Phase::ReadBack(done + 1);
        }
        decided(
            Outcome::Unconfirmed,
            format!("the source accepted the change, but still shows {}", now.word()),
        )
    }

    fn conflict(&self, now: Status) -> Phase {
        decided(
            Outcome::Conflict,
            format!(
                "it was {} when the decision was made; somebody set it to {}",
                self.seen.word(),
                now.word()
            ),
        )
    }
}

fn verified() -> Phase {
    decided(Outcome::Verified, String::new())
}

fn decided(outcome: Outcome, detail: String) -> Phase {
    Phase::Done(Verdict::Final { outcome, detail: SafeText::from(detail), gone: false })
}

fn troubled(trouble: Trouble) -> Phase {
    match trouble {
        Trouble::Missing => Phase::Done(Verdict::Final {
            outcome: Outcome::Failed,
            detail: SafeText::from("the source no longer has this alert"),
            gone: true,
        }),
        Trouble::Refused(why) => decided(Outcome::Failed, why.raw().to_owned()),
        Trouble::Contested(why) => decided(Outcome::Conflict, why.raw().to_owned()),
        Trouble::Passing(obstacle) => Phase::Done(Verdict::Later(obstacle)),
    }
}

#[cfg(test)]
mod tests;
