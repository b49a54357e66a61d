//! Alerts over time and over ATT&CK, as numbers: what the histogram, the timeline and the heat map draw.
//!
//! | module | holds |
//! | --- | --- |
//! | `counts` | how many of each severity, and how a bar is stacked from them |
//! | [`span`] | a stretch of time, and which one a chart shows |
//! | `histogram` | a stretch of time cut into buckets |
//! | `timeline` | the same with what is most frequent in each bucket |
//! | `attack` | tactics and their techniques |

mod attack;
mod counts;
mod histogram;
pub mod span;
mod timeline;

pub use attack::{Attack, Tactics, technique_name};
pub use counts::{Counts, height, level, stack};
pub use histogram::{Histogram, Ruler, Steps};
pub use span::{Span, Window};
pub(crate) use timeline::extent;
pub use timeline::{Frequent, Timeline};
