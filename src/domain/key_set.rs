//! A set of alerts by their numbers, as bits.
//!
//! Marks can be a million, and are copied, compared and counted with a key. The bits lie in chunks that copies share; only
//! the chunks that a change touches are copied.

use std::iter;
use std::sync::Arc;

use crate::domain::AlertKey;

/// Alerts of one chunk.
const CHUNK: usize = 1 << 16;
const WORDS: usize = CHUNK / 64;

/// Bits of one chunk, and how many of them are set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chunk {
    count: usize,
    words: [u64; WORDS],
}

impl Chunk {
    const EMPTY: Self = Self { count: 0, words: [0; WORDS] };

    fn has(&self, (word, bit): (usize, u64)) -> bool {
        self.words[word] & bit != 0
    }

    /// Sets a bit; false when it was set.
    fn set(&mut self, (word, bit): (usize, u64)) -> bool {
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += usize::from(new);
        new
    }

    /// Word by word from two chunks; none without any bit.
    fn of_both(&self, other: &Self, word: impl Fn(u64, u64) -> u64) -> Option<Arc<Self>> {
        let mut chunk = Self::EMPTY;
        for (to, (a, b)) in chunk.words.iter_mut().zip(self.words.iter().zip(&other.words)) {
            *to = word(*a, *b);
            chunk.count += to.count_ones() as usize;
        }
        (chunk.count > 0).then(|| Arc::new(chunk))
    }

    fn in_common(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }
}

/// A set of alerts. Iterates in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    /// No chunk is without any bit, and the last one is there: equal sets have equal chunks.
    chunks: Vec<Option<Arc<Chunk>>>,
    len: usize,
}

/// The chunk of a key, and its word and bit there.
fn place(key: AlertKey) -> (usize, (usize, u64)) {
    let number = key.0 as usize;
    (number / CHUNK, (number % CHUNK / 64, 1 << (number % 64)))
}

impl KeySet {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True for a member.
    pub fn contains(&self, key: AlertKey) -> bool {
        let (chunk, at) = place(key);
        self.chunk(chunk).is_some_and(|chunk| chunk.has(at))
    }

    /// Adds one; false when it was there.
    pub fn insert(&mut self, key: AlertKey) -> bool {
        let (chunk, at) = place(key);
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, None);
        }
        let chunk = self.chunks[chunk].get_or_insert_with(|| Arc::new(Chunk::EMPTY));
        let new = !chunk.has(at) && Arc::make_mut(chunk).set(at);
        self.len += usize::from(new);
        new
    }

    /// Takes one out; false when it was not there.
    pub fn remove(&mut self, key: AlertKey) -> bool {
        let (chunk, (word, bit)) = place(key);
        let Some(Some(found)) = self.chunks.get_mut(chunk) else { return false };
        if !found.has((word, bit)) {
            return false;
        }
        self.len -= 1;
        let bits = Arc::make_mut(found);
        bits.words[word] &= !bit;
        bits.count -= 1;
        if bits.count == 0 {
            self.chunks[chunk] = None;
            self.trim();
        }
        true
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes those out that fail a test.
    pub fn retain(&mut self, test: impl Fn(AlertKey) -> bool) {
        let failed: Vec<AlertKey> = self.iter().filter(|key| !test(*key)).collect();
        for key in failed {
            self.remove(key);
        }
    }

    /// The members, by number.
    pub fn iter(&self) -> impl Iterator<Item = AlertKey> + '_ {
        self.chunks.iter().enumerate().filter_map(|(at, chunk)| Some((at, chunk.as_ref()?))).flat_map(
            |(at, chunk)| {
                chunk.words.iter().enumerate().flat_map(move |(word, bits)| {
                    let base = at * CHUNK + word * 64;
                    let rest = iter::successors(Some(*bits), |bits| Some(bits & bits.wrapping_sub(1)));
                    let set = rest.take_while(|bits| *bits != 0);
                    set.map(move |bits| AlertKey(base as u32 + bits.trailing_zeros()))
                })
            },
        )
    }

    /// Adds the members of another set.
    pub fn add(&mut self, other: &Self) {
        if self.chunks.len() < other.chunks.len() {
            self.chunks.resize(other.chunks.len(), None);
        }
        for (own, other) in self.chunks.iter_mut().zip(&other.chunks) {
            *own = match (own.as_ref(), other) {
                (None, other) => other.clone(),
                (Some(_), None) => continue,
                (Some(own), Some(other)) => own.of_both(other, |a, b| a | b),
            };
        }
        self.recount();
    }

    /// Those that are in this set or in the other, and not in both.
    #[must_use]
    pub fn either(&self, other: &Self) -> Self {
        self.minus(other).plus(&other.minus(self))
    }

    /// With the members of another set.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }

    /// Those that another set does not have.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let chunks = self.chunks.iter().enumerate().map(|(at, own)| match (own, other.chunk(at)) {
            (Some(own), Some(other)) => own.of_both(other, |a, b| a & !b),
            (own, _) => own.clone(),
        });
        let mut rest = Self { chunks: chunks.collect(), len: 0 };
        rest.trim();
        rest.recount();
        rest
    }

    /// How many are in both sets.
    pub fn in_common(&self, other: &Self) -> usize {
        let both = self.chunks.iter().zip(&other.chunks);
        both.filter_map(|(own, other)| Some(own.as_ref()?.in_common(other.as_ref()?))).sum()
    }

    /// True when the other set has every member.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.in_common(other) == self.len
    }

    fn chunk(&self, at: usize) -> Option<&Chunk> {
        self.chunks.get(at)?.as_deref()
    }

    fn trim(&mut self) {
        while let Some(None) = self.chunks.last() {
            self.chunks.pop();
        }
    }

    fn recount(&mut self) {
        self.len = self.chunks.iter().flatten().map(|chunk| chunk.count).sum();
    }
}

impl FromIterator<AlertKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = AlertKey>>(keys: I) -> Self {
        let mut chunks: Vec<Option<Box<Chunk>>> = Vec::new();
        for key in keys {
            let (chunk, at) = place(key);
            if chunks.len() <= chunk {
                chunks.resize_with(chunk + 1, || None);
            }
            chunks[chunk].get_or_insert_with(|| Box::new(Chunk::EMPTY)).set(at);
        }
        let chunks = chunks.into_iter().map(|chunk| chunk.map(Arc::from)).collect();
        let mut set = Self { chunks, len: 0 };
        set.recount();
        set
    }
}

impl<const N: usize> From<[AlertKey; N]> for KeySet {
    fn from(keys: [AlertKey; N]) -> Self {
        keys.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = Vec<AlertKey>> {
        let key = prop_oneof![0_u32..200, 65_500_u32..65_600, 400_000_u32..400_100, Just(5_000_000)];
        prop::collection::vec(key.prop_map(AlertKey), 0..60)
    }

    fn same(set: &KeySet, model: &BTreeSet<AlertKey>) {
        assert!(set.iter().eq(model.iter().copied()), "{model:?}");
        assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
        assert_eq!(*set, model.iter().copied().collect(), "equal sets are equal however they were made");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_the_set_of_its_keys(a in keys(), b in keys(), toggled in keys()) {
            let (mut one, mut plain): (KeySet, BTreeSet<_>) = (a.iter().copied().collect(), a.into_iter().collect());
            let (two, other): (KeySet, BTreeSet<_>) = (b.iter().copied().collect(), b.into_iter().collect());
            same(&one, &plain);
            same(&one.minus(&two), &plain.difference(&other).copied().collect());
            same(&one.clone().plus(&two), &plain.union(&other).copied().collect());
            same(&one.either(&two), &plain.symmetric_difference(&other).copied().collect());
            prop_assert_eq!(one.in_common(&two), plain.intersection(&other).count());
            prop_assert_eq!(one.is_subset(&two), plain.is_subset(&other));
            let before = one.clone();
            let kept = plain.clone();
            for key in toggled {
                prop_assert_eq!(one.contains(key), plain.contains(&key));
                if plain.remove(&key) {
                    prop_assert!(one.remove(key) && !one.remove(key));
                } else {
                    plain.insert(key);
                    prop_assert!(one.insert(key) && !one.insert(key));
                }
                same(&one, &plain);
            }
            same(&before, &kept);
            one.retain(|key| key.0 % 3 == 0);
            plain.retain(|key| key.0 % 3 == 0);
            same(&one, &plain);
        }
    }
}
