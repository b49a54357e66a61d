//! Alerts by the hash of a text: an index of 16 bytes an alert, made in one walk. Two texts may have one hash, so whoever looks
//! alerts up compares the texts.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::AlertKey;

/// The hash of a value: the same one for as long as the program runs.
pub fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// An index of alerts.
#[derive(Debug, Default)]
pub struct ByHash(Vec<(u64, AlertKey)>);

impl FromIterator<(u64, AlertKey)> for ByHash {
    fn from_iter<I: IntoIterator<Item = (u64, AlertKey)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.shrink_to_fit();
        Self(pairs)
    }
}

impl ByHash {
    /// The alerts under a hash, in the order of their numbers.
    pub fn under(&self, hash: u64) -> impl ExactSizeIterator<Item = AlertKey> + '_ {
        let from = self.0.partition_point(|(other, _)| *other < hash);
        let there = self.0[from..].partition_point(|(other, _)| *other == hash);
        self.0[from..from + there].iter().map(|(_, key)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_found_under_their_hash_each_once() {
        let pairs = [(7, 2), (3, 9), (7, 1), (u64::MAX, 4), (7, 2), (0, 5)];
        let index: ByHash = pairs.into_iter().map(|(hash, key)| (hash, AlertKey(key))).collect();
        for (hash, expected) in [(0, &[5][..]), (1, &[]), (3, &[9]), (7, &[1, 2]), (8, &[]), (u64::MAX, &[4])]
        {
            let keys: Vec<u32> = index.under(hash).map(|key| key.0).collect();
            assert_eq!(keys, expected, "{hash}");
        }
    }
}
