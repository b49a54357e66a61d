//! Interned strings, in shared chunks.

use std::sync::Arc;

use crate::domain::fact::FactKind;

/// Strings per chunk.
const CHUNK: usize = 4096;

/// A fact in 32 bits: the kind in the upper 5, the string's code in the lower 27.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackedFact(pub u32);

impl PackedFact {
    const CODE_BITS: u32 = 27;

    /// Packs a kind and a string's code.
    pub fn new(kind: FactKind, code: u32) -> Self {
        Self((kind as u32) << Self::CODE_BITS | code & ((1 << Self::CODE_BITS) - 1))
    }

    /// The kind.
    pub fn kind(self) -> FactKind {
        FactKind::from_code((self.0 >> Self::CODE_BITS) as u8).unwrap_or(FactKind::Entity)
    }

    /// True when its kind is one of a set of [`FactKind::bit`]s.
    #[inline]
    pub fn is_of(self, kinds: u32) -> bool {
        kinds >> (self.0 >> Self::CODE_BITS) & 1 == 1
    }

    /// The string's code in the [`Dict`].
    pub fn code(self) -> u32 {
        self.0 & ((1 << Self::CODE_BITS) - 1)
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct DictChunk {
    text: String,
    ends: Vec<u32>,
    kinds: Vec<u32>,
}

/// Every distinct string of a table, by code. Code 0 is the empty string.
#[derive(Debug, Clone, Default)]
pub struct Dict {
    chunks: Vec<Arc<DictChunk>>,
}

impl Dict {
    /// The number of strings; codes are below it.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.ends.len())
    }

    /// True without any string.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The string of a code; empty for a code that is not there.
    pub fn text(&self, code: u32) -> &str {
        let (chunk, at) = (code as usize / CHUNK, code as usize % CHUNK);
        self.chunks.get(chunk).map_or("", |chunk| chunk.text(at))
    }

    /// The kinds under which a string occurs, as a set of [`FactKind::bit`]s.
    pub fn kinds(&self, code: u32) -> u32 {
        let (chunk, at) = (code as usize / CHUNK, code as usize % CHUNK);
        self.chunks.get(chunk).and_then(|chunk| chunk.kinds.get(at)).copied().unwrap_or(0)
    }

    /// Every string with its code and kinds, in code order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str, u32)> {
        self.chunks.iter().enumerate().flat_map(|(number, chunk)| {
            (0..chunk.ends.len())
                .map(move |at| ((number * CHUNK + at) as u32, chunk.text(at), chunk.kinds[at]))
        })
    }

    /// The strings block by block, for scans over many of them at once.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.chunks.iter().enumerate().map(|(number, chunk)| Block {
            first: (number * CHUNK) as u32,
            text: &chunk.text,
            ends: &chunk.ends,
            kinds: &chunk.kinds,
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.chunks
            .iter()
            .map(|chunk| chunk.text.capacity() + (chunk.ends.capacity() + chunk.kinds.capacity()) * 4)
            .sum()
    }

    pub(super) fn push(&mut self, text: &str) -> u32 {
        if self.chunks.last().is_none_or(|last| last.ends.len() == CHUNK) {
            // A full one keeps no room to grow; one that snapshots share was given none by its copy.
            if let Some(full) = self.chunks.last_mut().and_then(Arc::get_mut) {
                full.text.shrink_to_fit();
            }
            self.chunks.push(Arc::default());
        }
        let code = self.len() as u32;
        if let Some(last) = self.chunks.last_mut() {
            let chunk = Arc::make_mut(last);
            chunk.text.push_str(text);
            chunk.ends.push(chunk.text.len() as u32);
            chunk.kinds.push(0);
        }
        code
    }

    pub(super) fn add_kinds(&mut self, code: u32, kinds: u32) {
        let (chunk, at) = (code as usize / CHUNK, code as usize % CHUNK);
        if let Some(chunk) = self.chunks.get_mut(chunk)
            && chunk.kinds.get(at).is_some_and(|known| known & kinds != kinds)
        {
            Arc::make_mut(chunk).kinds[at] |= kinds;
        }
    }
}

/// A run of strings with consecutive codes, joined.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The code of the first string.
    pub first: u32,
    /// All strings, one behind the other.
    pub text: &'a str,
    /// Where in `text` each string ends.
    pub ends: &'a [u32],
    /// The kinds of each, as [`Dict::kinds`] gives them.
    pub kinds: &'a [u32],
}

impl DictChunk {
    fn text(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).map_or(0, |end| *end as usize) };
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.text.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_chunks_keep_no_room_to_grow() {
        let mut dict = Dict::default();
        // A first string of 90 bytes: doubling its room leaves nearly half of it empty in the end.
        let texts: Vec<String> =
            (0..=CHUNK).map(|n| "x".repeat(if n % CHUNK == 0 { 90 } else { 46 })).collect();
        for text in &texts {
            dict.push(text);
        }
        let needed: usize = texts.iter().map(|text| text.len() + 8).sum();
        assert!(dict.heap_bytes() < needed + needed / 50, "{} for {needed}", dict.heap_bytes());
    }
}
