//! Suppression rules: what Azure dismisses by itself, and what a rule would have dismissed of the alerts at hand.
//!
//! A rule belongs to one subscription and names one alert type, or `*`. Its conditions are about the alert's entities
//! and must all be true (contract §3).
//!
//! | module | holds |
//! | --- | --- |
//! | `rule` | a rule as Azure keeps it, and how what is kept differs from what was asked for |
//! | [`field`] | the fields that a condition can name, each with its kind of entity |
//! | [`reason`] | the codes of the required reason |
//! | `draft`, `suggest` | a rule in the making; one filled in from an alert |
//! | `check`, [`expiry`] | what is wrong with a draft, each at its place; when a rule ends |
//! | `matcher` | a rule against one alert's entities |
//! | `simulation`, `warning` | what a rule would have matched, and what to think of before it is made |

mod check;
mod draft;
pub mod expiry;
pub mod field;
mod matcher;
pub mod reason;
mod rule;
mod simulation;
mod suggest;
mod warning;

pub use check::{Problem, Spot, check};
pub use draft::{Draft, Scope};
pub use field::FIELDS;
pub use matcher::Matcher;
pub use rule::{Condition, Difference, Rule, SCOPE, State, Stored, Test, differences};
pub use simulation::{Counter, Seen, Simulation, Week};
pub use suggest::{Offer, Suggestion, free_name, suggest};
pub use warning::{Warning, has_fired, warnings};
