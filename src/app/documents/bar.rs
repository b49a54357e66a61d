//! Progress in cells: a bar with count, rate and time left.

use crate::app::document::{Piece, Role};
use crate::app::documents::moment::{lasting, thousands};
use crate::app::model::Running;
use crate::domain::change::Tally;

/// A bar of so many cells: full blocks for what is done, light ones for the rest.
pub fn bar(done: usize, total: usize, cells: usize) -> Vec<Piece> {
    let full = (done * cells).checked_div(total).unwrap_or(0).min(cells);
    vec![Piece::new("█".repeat(full), Role::Bar), Piece::new("░".repeat(cells - full), Role::Dim)]
}

/// `120/337  12/s  18 s left`; in short `120/337  18 s left`.
pub fn pace(running: &Running, short: bool) -> String {
    let (done, total) = (running.tally.settled(), running.tally.total());
    let mut words = format!("{}/{}", thousands(done), thousands(total));
    if running.rate > 0 && done < total {
        let left = (total - done) as u64;
        let seconds = left.div_ceil(running.rate.into());
        let rate = if short { String::new() } else { format!("  {}/s", running.rate) };
        words = format!("{words}{rate}  {} left", lasting(seconds));
    }
    words
}

/// Outcomes with their counts, those with none left out: `328 verified · 9 failed`.
pub fn outcomes(tally: &Tally) -> Vec<Piece> {
    let parts = [
        (tally.verified, "verified", Role::Good),
        (tally.kept, "kept here", Role::Good),
        (tally.failed, "failed", Role::Error),
        (tally.conflict, "conflict", Role::Error),
        (tally.unconfirmed, "unconfirmed", Role::Error),
        (tally.cancelled, "cancelled", Role::Dim),
        (tally.pending, "pending", Role::Body),
    ];
    let mut pieces = Vec::new();
    for (count, word, role) in parts.into_iter().filter(|(count, _, _)| *count > 0) {
        if !pieces.is_empty() {
            pieces.push(Piece::new(" · ", Role::Dim));
        }
        pieces.push(Piece::new(format!("{} {word}", thousands(count)), role));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ChangeId;

    #[test]
    fn a_bar_is_full_only_at_the_end() {
        let cells = |done, total| bar(done, total, 10)[0].text.chars().count();
        assert_eq!((cells(0, 0), cells(0, 5), cells(336, 337), cells(337, 337)), (0, 0, 9, 10));
    }

    #[test]
    fn pace_tells_the_time_left_only_when_it_is_known() {
        let tally = Tally { pending: 217, verified: 118, failed: 2, ..Tally::default() };
        let mut running =
            Running { change: ChangeId(1), label: String::new(), tally, rate: 12, cancelling: false };
        assert_eq!(pace(&running, false), "120/337  12/s  19 s left");
        assert_eq!(pace(&running, true), "120/337  19 s left");
        running.rate = 0;
        assert_eq!(pace(&running, false), "120/337");
        let words: String = outcomes(&tally).into_iter().map(|piece| piece.text).collect();
        assert_eq!(words, "118 verified · 2 failed · 217 pending");
    }
}
