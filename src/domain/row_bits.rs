//! Rows of a snapshot as bits, by their positions.

/// Some rows, each once.
pub(in crate::domain) struct RowBits(Vec<u64>);

impl RowBits {
    /// Of rows of a table of so many; what is beyond it is left out.
    pub(in crate::domain) fn new(len: usize, rows: &[u32]) -> Self {
        let mut words = vec![0u64; len.div_ceil(64)];
        for row in rows {
            if let Some(word) = words.get_mut(*row as usize / 64) {
                *word |= 1 << (row % 64);
            }
        }
        Self(words)
    }

    pub(in crate::domain) fn has(&self, row: u32) -> bool {
        self.0.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The rows as the table has them: a walk over many of them is several times as fast in that order.
    pub(in crate::domain) fn ordered(&self) -> Vec<u32> {
        let mut ordered = Vec::with_capacity(self.0.iter().map(|word| word.count_ones() as usize).sum());
        for (number, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                ordered.push(number as u32 * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        ordered
    }
}
