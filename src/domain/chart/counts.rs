//! How many alerts have each severity, and how a bar is stacked from them.

use crate::domain::Severity;

/// How many alerts have each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u32; 5]);

impl Counts {
    /// Every severity, worst first.
    pub const ORDER: [Severity; 5] =
        [Severity::High, Severity::Medium, Severity::Low, Severity::Informational, Severity::Other];

    /// One more of a severity.
    pub fn add(&mut self, severity: Severity) {
        self.0[severity as usize] += 1;
    }

    /// As many more of each severity as there.
    pub fn merge(&mut self, other: Self) {
        for (own, more) in self.0.iter_mut().zip(other.0) {
            *own += more;
        }
    }

    /// How many have a severity.
    pub fn of(self, severity: Severity) -> u32 {
        self.0[severity as usize]
    }

    /// How many there are.
    pub fn total(self) -> u32 {
        self.0.iter().sum()
    }

    /// The same without one severity.
    #[must_use]
    pub fn without(mut self, severity: Severity) -> Self {
        self.0[severity as usize] = 0;
        self
    }

    /// The worst severity that occurs.
    pub fn worst(self) -> Option<Severity> {
        self.present().next().map(|(severity, _)| severity)
    }

    /// The severities that occur with their numbers, worst first.
    pub fn present(self) -> impl Iterator<Item = (Severity, u32)> {
        Self::ORDER
            .into_iter()
            .map(move |severity| (severity, self.of(severity)))
            .filter(|(_, count)| *count > 0)
    }

    /// The worst severity that at least half of the alerts have or exceed: the colour of a bar too small to be stacked.
    pub fn median(self) -> Option<Severity> {
        let half = self.total().div_ceil(2);
        let mut seen = 0;
        self.present().find_map(|(severity, count)| {
            seen += count;
            (seen >= half).then_some(severity)
        })
    }
}

impl FromIterator<Severity> for Counts {
    fn from_iter<I: IntoIterator<Item = Severity>>(severities: I) -> Self {
        let mut counts = Self::default();
        severities.into_iter().for_each(|severity| counts.add(severity));
        counts
    }
}

/// How high a bar is, of so many levels. By the square root, so that one burst does not flatten all the rest; anything
/// at all is at least one level.
pub fn height(count: u32, peak: u32, levels: usize) -> usize {
    if count == 0 || peak == 0 {
        return 0;
    }
    let part = (f64::from(count) / f64::from(peak)).min(1.0).sqrt();
    ((part * levels as f64).round() as usize).clamp(1, levels.max(1))
}

/// The same by the logarithm: each level stands for about so many times more alerts. For bars and shades of few levels,
/// where the root would leave one burst and nothing else.
pub fn level(count: u32, peak: u32, levels: usize) -> usize {
    if count == 0 || peak == 0 {
        return 0;
    }
    let part = f64::from(count.min(peak)).ln_1p() / f64::from(peak).ln_1p();
    ((part * levels as f64).round() as usize).clamp(1, levels.max(1))
}

/// The layers of a bar of so many cells, the lowest and worst first. What does not come out even goes to the worse: of a
/// bar of one cell all.
pub fn stack(counts: Counts, cells: usize) -> Vec<(Severity, usize)> {
    let total = u64::from(counts.total());
    let (mut seen, mut filled) = (0, 0);
    let mut layers = Vec::new();
    for (severity, count) in counts.present() {
        seen += u64::from(count);
        let upper = (seen * cells as u64).div_ceil(total) as usize;
        if upper > filled {
            layers.push((severity, upper - filled));
            filled = upper;
        }
    }
    layers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_counts() -> impl Strategy<Value = Counts> {
        prop::array::uniform5(prop_oneof![Just(0_u32), 1..5_u32, 1..1_000_000_u32]).prop_map(Counts)
    }

    #[test]
    fn the_median_is_the_worse_half() {
        for (counts, median) in [
            ([0, 0, 0, 0, 0], None),
            ([0, 0, 0, 1, 0], Some(Severity::Medium)),
            ([0, 5, 0, 1, 0], Some(Severity::Informational)),
            ([0, 1, 0, 1, 0], Some(Severity::Medium)),
            ([1, 0, 2, 0, 1], Some(Severity::Low)),
        ] {
            assert_eq!(Counts(counts).median(), median, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn a_stack_is_as_high_as_asked_and_never_hides_the_worst(counts in any_counts(), cells in 1..40_usize) {
            let layers = stack(counts, cells);
            let sum: usize = layers.iter().map(|(_, cells)| cells).sum();
            prop_assert_eq!(sum, if counts.total() == 0 { 0 } else { cells });
            prop_assert_eq!(layers.first().map(|(severity, _)| *severity), counts.worst());
            prop_assert!(layers.windows(2).all(|pair| pair[0].0 > pair[1].0));
        }

        #[test]
        fn more_alerts_are_never_a_lower_bar(one in 0..5000_u32, other in 0..5000_u32, levels in 1..60_usize) {
            let peak = one.max(other);
            for height in [height, level] {
                prop_assert!((one <= other) <= (height(one, peak, levels) <= height(other, peak, levels)));
                prop_assert_eq!(height(one, peak, levels) > 0, one > 0);
                prop_assert_eq!(height(peak, peak, levels), if peak == 0 { 0 } else { levels });
            }
        }
    }
}
