//! Plain mode: reads `&Model`, writes lines; reads lines, gives messages. For screen readers, dumb terminals and logs.
//!
//! What [`crate::ui`] is for a screen this is for lines: no escape sequence, no cursor, no colour, no box, and no sign of
//! our own beyond ASCII. Text from outside keeps its letters and goes through the display rule. Nothing here changes the
//! model: a typed line becomes [`Message`](crate::app::Message)s, and once their answers are there one answer is printed.
//!
//! | module | holds |
//! | --- | --- |
//! | [`words`], [`mod@line`] | the words, each declared once; what a typed line says |
//! | `act`, `views` | from a word to messages |
//! | [`session`] | what was printed last, so that numbers keep their meaning |
//! | `answer`, `news` | what changed and where the user is; what happened meanwhile |
//! | `alerts`, `tabs` | an alert as a line; the texts of an alert |
//! | `overlays`, `first_run`, `sign_in` | prompts: what they ask, and what an answer means |
//! | `form` | forms: numbered fields |
//! | `waits` | what an answer still waits for |
//! | `help` | the help, from the table of words |
//! | [`speech`] | documents as lines, our own signs spelled in ASCII |

mod act;
mod alerts;
mod answer;
mod first_run;
mod form;
mod help;
pub mod line;
mod news;
mod overlays;
pub mod session;
mod sign_in;
pub mod speech;
mod tabs;
#[cfg(test)]
mod tests;
mod views;
mod waits;
pub mod words;

pub use help::readme;
pub use session::{Plain, Step};
pub use waits::{awaited, is_reading, lacks, listing, running};

/// Alerts of a page of the list.
pub const PAGE: usize = 20;
