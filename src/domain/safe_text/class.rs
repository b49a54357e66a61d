//! Which characters may be shown as they are.
//!
//! The lists are ranges of the Unicode properties Default_Ignorable_Code_Point, Bidi_Control, Cf, Noncharacter and
//! Extended_Pictographic (Unicode 16), written wide: a character that is marked without need is still readable.

use unicode_width::UnicodeWidthChar;

/// Characters that are marked wherever they stand: invisible ones, formatting controls, noncharacters.
/// The joiner and the variation selector are here too; inside an emoji cluster `pieces` allows them.
const UNSAFE: [(u32, u32); 33] = [
    (0x0000, 0x001f), // C0
    (0x007f, 0x009f), // DEL, C1
    (0x00ad, 0x00ad), // soft hyphen
    (0x034f, 0x034f), // combining grapheme joiner
    (0x0600, 0x0605), // Arabic signs that swallow what follows
    (0x061c, 0x061c), // Arabic letter mark
    (0x06dd, 0x06dd),
    (0x070f, 0x070f),
    (0x0890, 0x0891),
    (0x08e2, 0x08e2),
    (0x115f, 0x1160), // Hangul fillers
    (0x17b4, 0x17b5),
    (0x180b, 0x180f), // Mongolian selectors and vowel separator
    (0x200b, 0x200f), // zero-width space, joiners, marks
    (0x2028, 0x202e), // line and paragraph separator, bidi embedding and override
    (0x2060, 0x206f), // word joiner, invisible operators, bidi isolates, deprecated controls
    (0x3164, 0x3164), // Hangul filler
    (0xd7b0, 0xd7ff), // Hangul Jamo Extended-B: widths differ between terminals
    (0xfdd0, 0xfdef), // noncharacters
    (0xfe00, 0xfe0f), // variation selectors
    (0xfeff, 0xfeff), // byte order mark
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb), // unassigned ignorables, interlinear annotation
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x111c2, 0x111c3), // letters that join what follows into their own cell
    (0x1193f, 0x11941),
    (0x11a3a, 0x11a89),
    (0x11d46, 0x11d46),
    (0x11f02, 0x11f02),
    (0x13430, 0x1345f), // hieroglyph format controls
    (0x1bca0, 0x1bca3), // shorthand format controls
    (0x1d173, 0x1d17a), // musical format controls
];

/// Pictographs that can stand in an emoji cluster, besides the plane's own blocks.
const PICTOGRAPHS: [(u32, u32); 18] = [
    (0x00a9, 0x00a9),
    (0x00ae, 0x00ae),
    (0x203c, 0x203c),
    (0x2049, 0x2049),
    (0x2122, 0x2122),
    (0x2139, 0x2139),
    (0x2194, 0x21aa),
    (0x231a, 0x23fa),
    (0x24c2, 0x24c2),
    (0x25aa, 0x25fe),
    (0x2600, 0x27bf),
    (0x2934, 0x2935),
    (0x2b05, 0x2b55),
    (0x3030, 0x303d),
    (0x3297, 0x3299),
    (0x1f000, 0x1f1e5),
    (0x1f200, 0x1faff),
    (0x1fc00, 0x1fffd),
];

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    let after = ranges.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= ranges[after - 1].1
}

/// True for a character that must never reach a terminal by itself.
pub(super) fn is_unsafe(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe || code == 0x0d4e || (0xe_0000..=0xe_0fff).contains(&code) || within(&UNSAFE, c)
}

/// True for a character that has no cell of its own: a mark on the one before it.
pub(super) fn is_mark(c: char) -> bool {
    c.width() == Some(0)
}

/// True for a pictograph (Extended_Pictographic) or a skin tone.
pub(super) fn is_pictograph(c: char) -> bool {
    within(&PICTOGRAPHS, c)
}

/// True for the five skin tones, which stand between a pictograph and a joiner.
pub(super) fn is_skin_tone(c: char) -> bool {
    ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
}

/// True where text begins with what the rule itself writes for something else, so that it must be marked in data.
pub(super) fn is_look_alike(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('\u{2400}'..='\u{2424}') => true,
        Some('‹') => chars.as_str().starts_with('+') || chars.as_str().starts_with("U+"),
        Some('→') => chars.take(3).filter(|c| c.is_whitespace()).count() == 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_are_in_order() {
        for ranges in [&UNSAFE[..], &PICTOGRAPHS[..]] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }

    #[test]
    fn letters_of_living_scripts_are_safe() {
        for c in "azAZ09~éßñжأไ中あ한हि€№…—“”«»".chars() {
            assert!(!is_unsafe(c), "{c:?}");
        }
    }

    #[test]
    fn controls_are_not() {
        for code in [
            0, 0x1b, 0x7f, 0x85, 0x9b, 0x200b, 0x200d, 0x202e, 0x2066, 0x2028, 0xfeff, 0xe0041, 0xfffe,
            0x1ffff,
        ] {
            assert!(is_unsafe(char::from_u32(code).unwrap()), "{code:x}");
        }
    }
}
