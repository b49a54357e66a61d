//! Pull and push: the source into the cache, the outbox to the source.
//!
//! | module | holds |
//! | --- | --- |
//! | [`plan`] | what follows from each answer; pure |
//! | [`source`] | where alerts come from |
//! | [`settings`] | what the workers are told when they start |
//! | [`engine`] | the workers together, and one-shot forms of them |
//! | [`pull`], `removal` | one round of listing; what a complete one removes |
//! | [`push`], `deliver` | the outbox's worker; one attempt at one change |
//! | `circuit`, `rate` | when all sending pauses; how fast it goes |
//! | [`candidates`], [`trigger`] | logic apps that take an alert; triggering one, at most once |
//! | [`intake`] | files into the cache |
//! | [`trouble`] | what an error of the source means |
//! | `ask` | asking the store |

mod ask;
pub mod candidates;
mod circuit;
mod deliver;
pub mod engine;
pub mod intake;
pub mod plan;
pub mod pull;
pub mod push;
mod rate;
mod removal;
pub mod settings;
pub mod source;
pub mod trigger;
pub mod trouble;

pub use engine::{Engine, pull_once, push_until};
pub use pull::RoundSummary;
pub use push::{PushGoal, PushReport};
pub use settings::{EngineConfig, Selection, Tuning};
pub use source::Source;
