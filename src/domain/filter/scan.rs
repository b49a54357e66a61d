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
    mut test: impl FnMut(&str, u32) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Option<Codes> {
    let mut codes = Codes::with_room(table.dict().len());
    for block in table.dict().blocks() {
        if cancelled() {
            return None;
        }
        let mut start = 0;
        for (at, end) in block.ends.iter().enumerate() {
            let end = *end as usize;
            let asked = block.kinds[at] & kinds;
            if asked != 0 && test(&block.text[start..end], asked) {
                codes.insert(block.first + at as u32, asked);
            }
            start = end;
        }
    }
    Some(codes)
}

/// The codes of the strings of some of the `kinds` that one of the matchers accepts; none when cancelled.
pub(super) fn matching(
    table: &Table,
    kinds: u32,
    matchers: &[Matcher],
    cancelled: &dyn Fn() -> bool,
) -> Option<Codes> {
    if let [matcher] = matchers
        && let Some(needle) = matcher.needle()
    {
        let mut codes = Codes::with_room(table.dict().len());
        let needle = Needle::new(needle);
        for block in table.dict().blocks() {
            if cancelled() {
                return None;
            }
            needle.find_in(block, kinds, &mut codes);
        }
        return Some(codes);
    }
    let mut scratch = String::new();
    let test = |text: &str, _| matchers.iter().any(|matcher| matcher.matches(text, &mut scratch));
    select(table, kinds, test, cancelled)
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

    fn find_in(&self, block: Block<'_>, kinds: u32, codes: &mut Codes) {
        let byte = self.text[self.rare];
        let upper = byte.to_ascii_uppercase();
        if byte == upper {
            self.check(memchr_iter(byte, block.text.as_bytes()), block, kinds, codes);
        } else {
            self.check(memchr2_iter(byte, upper, block.text.as_bytes()), block, kinds, codes);
        }
    }

    /// Checks the places of the rare byte, which come in order.
    fn check(&self, hits: impl Iterator<Item = usize>, block: Block<'_>, kinds: u32, codes: &mut Codes) {
        let bytes = block.text.as_bytes();
        let mut string = 0;
        let mut next_string = 0;
        for hit in hits {
            let Some(start) = hit.checked_sub(self.rare).filter(|start| *start >= next_string) else {
                continue;
            };
            let Some(found) = bytes.get(start..start + self.text.len()) else { return };
            if !found.eq_ignore_ascii_case(self.text) {
                continue;
            }
            string += block.ends[string..].partition_point(|end| *end as usize <= start);
            let end = block.ends[string] as usize;
            if start + self.text.len() > end {
                continue;
            }
            next_string = end;
            let asked = block.kinds[string] & kinds;
            if asked != 0 {
                codes.insert(block.first + string as u32, asked);
            }
        }
    }
}

/// How rare a byte is in alerts; a guess suffices.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b"etaoinsrcldumpfgh-./\\ 0123456789bvwyk_:xjqz";
    COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len())
}
