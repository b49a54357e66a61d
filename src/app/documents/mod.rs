//! Pure builders that lay out [`Document`](crate::app::document::Document)s for a width.
//!
//! | module | lays out |
//! | --- | --- |
//! | [`flow`] | the words of all others: wrapping, fields, sections |
//! | [`moment`] | times and ages in words |
//! | [`bar`] | progress in cells |
//! | [`pane`](mod@pane) | the side pane |
//! | [`details`](mod@details), `entities`, `evidence` | the *Alert details* tab |
//! | [`related`](mod@related), `incident` | the *Related* tab; an incident as a tree |
//! | [`history`](mod@history) | the *History* tab |
//! | [`json`](mod@json) | the *JSON* tab |
//! | [`jobs`](mod@jobs) | running and recent changes, and the listings |
//! | [`help`](mod@help) | tables of keys |

pub mod bar;
pub mod details;
mod entities;
mod evidence;
pub mod flow;
pub mod help;
pub mod history;
mod incident;
pub mod jobs;
pub mod json;
pub mod moment;
pub mod pane;
pub mod related;
mod summary;

pub use details::details;
pub use help::help;
pub use history::history;
pub use jobs::jobs;
pub use json::json;
pub use pane::{mentions, pane};
pub use related::related;
