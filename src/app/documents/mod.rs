//! Pure builders that lay out [`Document`](crate::app::document::Document)s for a width.
//!
//! | module | lays out |
//! | --- | --- |
//! | [`flow`] | the words of all others: wrapping, fields, sections |
//! | [`moment`] | times and ages in words |
//! | [`bar`] | progress in cells |
//! | [`reading`] | how far files are read |
//! | [`pane`](mod@pane) | the side pane |
//! | [`details`](mod@details), `entities`, `label`, `evidence` | the *Alert details* tab; names of fields |
//! | [`related`](mod@related), `incident` | the *Related* tab; an incident as a tree |
//! | [`history`](mod@history) | the *History* tab |
//! | [`json`](mod@json) | the *JSON* tab |
//! | [`context`](mod@context), [`recommendations`](mod@recommendations), [`contacts`](mod@contacts) | sections of *Take action* |
//! | [`standing`](mod@standing) | how asking the source stands |
//! | [`confirm`] | the prompts before a change and before an undo |
//! | [`export`] | the prompt for a file |
//! | [`log`], [`failures`] | an act of the audit log; what was refused of a change |
//! | [`jobs`](mod@jobs) | running and recent changes, and the listings |
//! | [`trigger`] | what a logic app is sent, and what becomes of it |
//! | [`help`](mod@help) | tables of keys |
//! | [`sign_in`] | a code to type into a browser; the profiles of the config |
//! | [`histogram`], [`timeline`], [`attack`] | the charts; what they have in common is in [`chart`] |
//! | [`group`](mod@group), [`facets`] | the group under the cursor; *Add filter* |
//! | [`suppression`] | suppression rules and what they would have matched |
//! | [`views`] | saved views with their counts |

pub mod attack;
pub mod bar;
pub mod chart;
pub mod confirm;
pub mod contacts;
pub mod context;
pub mod details;
mod entities;
mod evidence;
pub mod export;
pub mod facets;
pub mod failures;
pub mod flow;
pub mod group;
pub mod help;
pub mod histogram;
pub mod history;
mod incident;
pub mod jobs;
pub mod json;
mod label;
pub mod log;
pub mod moment;
pub mod pane;
pub mod reading;
pub mod recommendations;
pub mod related;
pub mod sign_in;
pub mod standing;
pub mod summary;
pub mod suppression;
pub mod timeline;
pub mod trigger;
pub mod views;

pub use contacts::contacts;
pub use context::context;
pub use details::{details, untitled};
pub use group::group;
pub use help::help;
pub use history::history;
pub use jobs::jobs;
pub use json::json;
pub use pane::{mentions, pane};
pub use recommendations::recommendations;
pub use related::related;
pub use standing::standing;
