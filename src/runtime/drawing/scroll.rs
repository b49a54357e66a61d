//! Finding what only moved up or down since the last frame, so that the terminal can move it by itself.
//!
//! Terminals move whole rows. With a pane beside the list its text moves along and is written anew; that still pays as
//! long as the list is the larger part.

use std::ops::Range;

use super::tiles::Tiles;

/// Rows that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    /// The rows between which they moved.
    pub(super) rows: Range<usize>,
    /// By how many rows up; down when negative.
    pub(super) up: isize,
}

/// A key moves by one row, a mouse wheel by three.
const STEPS: [isize; 6] = [1, -1, 2, -2, 3, -3];

/// The cells that must be saved: moving has its own price, and is seen on terminals that show every step.
const WORTH_MOVING: isize = 60;

/// Of so many columns one is looked at to see which step is the likeliest.
const SAMPLE: usize = 7;

/// The rows that moved between two frames of one size, if moving them saves enough.
pub(super) fn find(shown: &Tiles, next: &Tiles) -> Option<Moved> {
    let frames = Frames { shown, next };
    let rows = next.rows();
    let still: Vec<isize> = (0..rows).map(|row| frames.differences(row, row, 1)).collect();
    if still.iter().sum::<isize>() < WORTH_MOVING {
        return None;
    }
    let sampled: Vec<isize> = (0..rows).map(|row| frames.differences(row, row, SAMPLE)).collect();
    let likely = |step: isize| -> isize {
        frames.pairs(step).map(|(to, from)| (sampled[to] - frames.differences(to, from, SAMPLE)).max(0)).sum()
    };
    let (_, step) = STEPS.map(|step| (likely(step), step)).into_iter().filter(|(gain, _)| *gain > 0).max()?;
    let gains = frames.pairs(step).map(|(to, from)| (to, still[to] - frames.differences(to, from, 1)));
    let (moved, gain) = best(gains)?;
    // The rows that moving leaves blank are written anew.
    let distance = step.unsigned_abs();
    let (region, freed) = if step > 0 {
        (moved.start..moved.end + distance, moved.end..moved.end + distance)
    } else {
        (moved.start - distance..moved.end, moved.start - distance..moved.start)
    };
    let lost: isize = freed.map(|row| frames.written(row) - still[row]).sum();
    (gain - lost >= WORTH_MOVING).then_some(Moved { rows: region, up: step })
}

/// The stretch of rows, following one another, with the greatest sum; and that sum.
fn best(gains: impl Iterator<Item = (usize, isize)>) -> Option<(Range<usize>, isize)> {
    let (mut best, mut most) = (None, 0);
    let (mut start, mut sum) = (None, 0);
    for (row, gain) in gains {
        let from = *start.get_or_insert(row);
        sum += gain;
        if sum <= 0 {
            (start, sum) = (None, 0);
        } else if sum > most {
            (best, most) = (Some(from..row + 1), sum);
        }
    }
    best.map(|rows| (rows, most))
}

struct Frames<'a> {
    shown: &'a Tiles,
    next: &'a Tiles,
}

impl Frames<'_> {
    /// Each row, with the one whose text it would take over.
    fn pairs(&self, step: isize) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.next.rows();
        (0..rows).filter_map(move |to| {
            to.checked_add_signed(step).filter(|from| *from < rows).map(|from| (to, from))
        })
    }

    /// In how many columns, of each so-many-th, a row differs from what another shows.
    fn differences(&self, to: usize, from: usize, each: usize) -> isize {
        let pairs = self.next.row(to).iter().zip(self.shown.row(from)).step_by(each);
        count(pairs.filter(|(next, shown)| next != shown))
    }

    /// How many cells of a row are not blank.
    fn written(&self, row: usize) -> isize {
        count(self.next.row(row).iter().filter(|tile| !tile.is_blank()))
    }
}

/// Cells of a screen are few enough for any number.
fn count(cells: impl Iterator) -> isize {
    cells.count().cast_signed()
}
