//! Testing the interned strings: each distinct one once.

use memchr::{memchr_iter, memchr2_iter};

use super::pattern::Matcher;
use crate::domain::table::{Block, Table};

/// A set of string codes.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    words: Vec<u64>,
    /// The kinds, among those asked for, under which the members occur.
    pub(super) kinds: u32,
}

impl Codes {
    fn with_room(codes: usize) -> Self {
        Self { words: vec![0; codes.div_ceil(64)], kinds: 0 }
    }

    fn insert(&mut self, code: u32, kinds: u32) {
        self.words[code as usize / 64] |= 1 << (code % 64);
        self.kinds |= kinds;
    }

    #[inline]
    pub(super) fn contains(&self, code: u32) -> bool {
        self.words.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kinds == 0
    }
}

/// The codes of the strings of some of the `kinds` that pass the test; none when cancelled.
pub(super) fn select(
    table: &Table,
    kinds: u32,
    test: impl FnMut(&str) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Option<Codes> {
    let mut codes = Codes::with_room(table.dict().len());
    add(&mut codes, table, kinds, test, cancelled)?;
    Some(codes)
}

fn add(
    codes: &mut Codes,
    table: &Table,
    kinds: u32,
    mut test: impl FnMut(&str) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Option<()> {
    for block in table.dict().blocks() {
        if cancelled() {
            return None;
        }
        let mut start = 0;
        for (at, end) in block.ends.iter().enumerate() {
            let end = *end as usize;
            let asked = block.kinds[at] & kinds;
            if asked != 0 && test(&block.text[start..end]) {
                codes.insert(block.first + at as u32, asked);
            }
            start = end;
        }
    }
    Some(())
}

/// The codes of the strings of some of the `kinds` that one of the matchers accepts; none when cancelled.
pub(super) fn matching(
    table: &Table,
    kinds: u32,
    matchers: &[Matcher],
    cancelled: &dyn Fn() -> bool,
) -> Option<Codes> {
    let mut codes = Codes::with_room(table.dict().len());
    let mut scratch = String::new();
    let (floating, others): (Vec<&Matcher>, Vec<&Matcher>) =
        matchers.iter().partition(|matcher| matcher.needle().is_some());
    for matcher in floating {
        let Some(text) = matcher.needle() else { continue };
        let needle = Needle::new(text);
        for block in table.dict().blocks() {
            if cancelled() {
                return None;
            }
            needle.find_in(block, |code, text, occurs| {
                if occurs & kinds != 0 && (matcher.is_needle() || matcher.matches(text, &mut scratch)) {
                    codes.insert(code, occurs & kinds);
                }
            });
        }
    }
    if !others.is_empty() {
        let test = |text: &str| others.iter().any(|matcher| matcher.matches(text, &mut scratch));
        add(&mut codes, table, kinds, test, cancelled)?;
    }
    Some(codes)
}

/// A folded ASCII text, searched without regard to letter case in many strings at once, by its rarest byte.
struct Needle<'a> {
    text: &'a [u8],
    rare: usize,
}

impl<'a> Needle<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let rare = (0..text.len()).max_by_key(|at| rarity(text[*at])).unwrap_or(0);
        Self { text, rare }
    }

    /// Calls `found` once for each string of the block that holds the needle, with its code, its text and its kinds.
    fn find_in(&self, block: Block<'_>, found: impl FnMut(u32, &str, u32)) {
        let byte = self.text[self.rare];
        let upper = byte.to_ascii_uppercase();
        if byte == upper {
            self.check(memchr_iter(byte, block.text.as_bytes()), block, found);
        } else {
            self.check(memchr2_iter(byte, upper, block.text.as_bytes()), block, found);
        }
    }

    /// Checks the places of the rare byte, which come in order.
    fn check(
        &self,
        hits: impl Iterator<Item = usize>,
        block: Block<'_>,
        mut found: impl FnMut(u32, &str, u32),
    ) {
        let bytes = block.text.as_bytes();
        let mut string = 0;
        let mut next_string = 0;
        for hit in hits {
            let Some(start) = hit.checked_sub(self.rare).filter(|start| *start >= next_string) else {
                continue;
            };
            let Some(candidate) = bytes.get(start..start + self.text.len()) else { return };
            if !candidate.eq_ignore_ascii_case(self.text) {
                continue;
            }
            string = holder(block.ends, string, start);
            let end = block.ends[string] as usize;
            if start + self.text.len() > end {
                continue;
            }
            next_string = end;
            let begin = if string == 0 { 0 } else { block.ends[string - 1] as usize };
            found(block.first + string as u32, &block.text[begin..end], block.kinds[string]);
        }
    }
}

/// The string, from one on, that holds a byte of the block. Where every other string is hit the next one is near.
fn holder(ends: &[u32], mut string: usize, at: usize) -> usize {
    for _ in 0..4 {
        if ends[string] as usize > at {
            return string;
        }
        string += 1;
    }
    string + ends[string..].partition_point(|end| *end as usize <= at)
}

/// How rare a byte is in alerts; a guess suffices. Most of their distinct text is hexadecimal: hashes, GUIDs, addresses.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b"0123456789abcdef-.\\/ istonrlmpuhgw_:vykxjqz";
    COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len())
}
