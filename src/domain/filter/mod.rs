//! The filter language: one for the `/` bar, FILTER arguments, saved views and the audit record.
//!
//! ```text
//! severity:high,medium status:active since:24h -resource:vm-test* tactic:"lateral movement" powershell
//! (ip:203.0.113.0/24 or host:dc*) and not type:VM_AdaptiveApplication*
//! ```
//!
//! | module | holds |
//! | --- | --- |
//! | `lexer`, `parser`, `value`, `error` | text to [`Expr`], with the place of every mistake |
//! | [`ast`], `print` | the expression, and its canonical text |
//! | [`field`] | the table of fields: a new field on data we hold is one row there |
//! | [`pattern`], [`moment`], [`network`] | the values that are more than a word |
//! | [`compiled`], `scan` | a filter made ready for one snapshot: every string is tested once per distinct value |
//! | [`facet`], [`mod@complete`] | counts per value, `values` those that *Add filter* offers; completion |
//! | `wider` | what a filter that finds nothing would find with `*` behind a value |
//! | `edit` | adding, replacing and removing terms, as the chords of the list do |

pub mod ast;
pub mod compiled;
pub mod complete;
mod edit;
mod error;
pub mod facet;
pub mod field;
mod lexer;
pub mod moment;
pub mod network;
mod parser;
pub mod pattern;
mod print;
mod scan;
pub mod sharing;
#[cfg(test)]
pub(crate) mod testing;
mod value;
mod values;
mod wider;

use chrono::{DateTime, FixedOffset, Offset, Utc};

pub use ast::{Expr, Filter, Order, Value};
pub use compiled::Compiled;
pub use complete::{Completion, Item, complete};
pub use error::FilterError;
pub use facet::{Facet, facet_counts, facets_like};
pub use field::Field;
pub use moment::Moment;
pub use parser::{parse, parse_beginning};
pub use pattern::Pattern;
pub use values::{Values, values};
pub use wider::{Wider, wider};

use crate::domain::SafeText;

/// What a filter's relative words mean: who asks, when and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The moment from which `24h` counts back.
    pub now: DateTime<Utc>,
    /// The offset of the user's clock from UTC: a bare date is a day there.
    pub offset: FixedOffset,
    /// The name that `assigned:me` stands for; none while nobody is signed in.
    pub me: Option<SafeText>,
}

impl Context {
    /// The context of a user whose clock shows UTC and whose name is not known.
    pub fn utc(now: DateTime<Utc>) -> Self {
        Self { now, offset: Utc.fix(), me: None }
    }
}
