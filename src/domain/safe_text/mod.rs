//! The one rule by which untrusted text is displayed.
//!
//! Every character that a terminal, a spreadsheet or a reader could take for something else is *shown*, never obeyed
//! and never dropped: C0 controls as their pictures (`␛`), DEL as `␡`, C1, bidi controls, zero-width characters
//! (except inside an emoji cluster), U+2028/9, tags and noncharacters as `‹U+202E›`. A literal `␛` or `‹U+` in the
//! data is itself marked, so two different inputs never look alike. Searching works on the raw text.
//!
//! | part | holds |
//! | --- | --- |
//! | `class` | which characters may be shown as they are |
//! | `pieces` | the walk over grapheme clusters that applies the rule |
//! | `segments` | runs of plain and of marked text, for a screen |
//! | `machine` | the forms for JSON and CSV outputs |

mod class;
mod machine;
mod pieces;
mod segments;

use std::fmt;
use std::sync::Arc;

pub use machine::{csv_cell, json_escaped};
pub use segments::{Mode, Segment, Segments};

/// How many bytes of one field are laid out; of the rest only its size is shown.
pub const FIELD_CAP: usize = 64 * 1024;

/// Text from outside, owned. It can be shown only through the display rule; the raw form is for searching and storing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeText(Arc<str>);

impl SafeText {
    /// Wraps text from outside.
    pub fn new(raw: impl Into<Arc<str>>) -> Self {
        Self(raw.into())
    }

    /// The text as it came: for comparing, searching, storing and machine output; never for a terminal.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The borrowed form.
    pub fn as_safe(&self) -> SafeStr<'_> {
        SafeStr(&self.0)
    }

    /// See [`SafeStr::segments`].
    pub fn segments(&self, mode: Mode) -> Segments<'_> {
        self.as_safe().segments(mode)
    }

    /// See [`SafeStr::to_block`].
    pub fn to_block(&self) -> String {
        self.as_safe().to_block()
    }

    /// See [`SafeStr::terminal_width`].
    pub fn terminal_width(&self) -> usize {
        self.as_safe().terminal_width()
    }

    /// See [`SafeStr::truncate`].
    pub fn truncate(&self, width: usize) -> String {
        self.as_safe().truncate(width)
    }

    /// See [`SafeStr::cell`].
    pub fn cell(&self, width: usize) -> Vec<Segment<'_>> {
        self.as_safe().cell(width)
    }
}

impl From<&str> for SafeText {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for SafeText {
    fn from(raw: String) -> Self {
        Self::new(raw)
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_safe().fmt(f)
    }
}

/// Text from outside, borrowed. `Display` writes the one-line safe form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeStr<'a>(pub &'a str);

impl<'a> SafeStr<'a> {
    /// The safe form as runs of plain and of marked text; a screen draws the marked ones in a style that data cannot set.
    pub fn segments(self, mode: Mode) -> Segments<'a> {
        Segments::new(self.0, mode)
    }

    /// The safe form with real line breaks.
    pub fn to_block(self) -> String {
        self.segments(Mode::Block).map(|segment| segment.text).collect()
    }

    /// How many terminal cells the one-line safe form takes.
    pub fn terminal_width(self) -> usize {
        if pieces::is_plain_ascii(self.0) && self.0.len() <= FIELD_CAP {
            return self.0.len();
        }
        self.segments(Mode::OneLine).map(|segment| segments::width(&segment.text)).sum()
    }

    /// The one-line safe form in at most `width` cells; what does not fit is replaced by a final `…`.
    pub fn truncate(self, width: usize) -> String {
        self.cell(width).into_iter().map(|segment| segment.text).collect()
    }

    /// As [`Self::truncate`], in runs: for a table cell whose marks are drawn in the reserved style.
    pub fn cell(self, width: usize) -> Vec<Segment<'a>> {
        segments::fit(self.0, width)
    }
}

impl fmt::Display for SafeStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments(Mode::OneLine).try_for_each(|segment| f.write_str(&segment.text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn one_line(raw: &str) -> String {
        SafeStr(raw).to_string()
    }

    #[test]
    fn the_table_of_the_rule() {
        for (raw, safe) in [
            ("", ""),
            ("plain ASCII ~", "plain ASCII ~"),
            ("grün 日本 हिन्दी", "grün 日本 हिन्दी"),
            ("\u{1b}[31mred\u{7}", "␛[31mred␇"),
            ("a\tb", "a→   b"),
            ("a\nb\r\n", "a␊b␍␊"),
            ("\u{7f}\u{9b}\u{85}", "␡‹U+009B›‹U+0085›"),
            ("exe\u{202e}fdp", "exe‹U+202E›fdp"),
            ("a\u{200b}b\u{feff}", "a‹U+200B›b‹U+FEFF›"),
            ("\u{2028}\u{fffe}\u{fdd0}\u{e0041}", "‹U+2028›‹U+FFFE›‹U+FDD0›‹U+E0041›"),
            // What the rule writes, met in data.
            ("␛ ␊ ␡", "‹U+241B› ‹U+240A› ‹U+2421›"),
            ("‹U+202E›", "‹U+2039›U+202E›"),
            ("‹+7 bytes› ‹ok›", "‹U+2039›+7 bytes› ‹ok›"),
            ("a→b → →   b", "a→b → ‹U+2192›   b"),
            // Emoji clusters keep their joiners, others do not.
            ("👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}", "👩\u{200d}💻 ❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
            ("a\u{200d}b 💻\u{200d}", "a‹U+200D›b 💻‹U+200D›"),
            ("a\u{fe0f} ★\u{fe0e}", "a‹U+FE0F› ★‹U+FE0E›"),
            // Four marks to a cell, none without a cell.
            ("e\u{301}", "e\u{301}"),
            ("e\u{301}\u{301}\u{301}\u{301}\u{301}x", "e\u{301}\u{301}\u{301}\u{301}‹U+0301›x"),
            ("\u{301}x\n\u{301}", "‹U+0301›x␊‹U+0301›"),
            ("\u{903}x", "‹U+0903›x"),
        ] {
            assert_eq!(one_line(raw), safe, "{raw:?}");
        }
    }

    #[test]
    fn a_block_breaks_its_lines_and_marks_nothing_else_for_it() {
        let text = SafeText::from("one\ntwo\u{1b}");
        assert_eq!(text.to_block(), "one\ntwo␛");
        let runs: Vec<_> =
            text.segments(Mode::Block).map(|run| (run.text.into_owned(), run.marked)).collect();
        assert_eq!(runs, [("one\ntwo".to_owned(), false), ("␛".to_owned(), true)]);
    }

    #[test]
    fn plain_text_is_borrowed() {
        for raw in ["plain", "grün → 日本"] {
            let runs: Vec<_> = SafeStr(raw).segments(Mode::OneLine).collect();
            assert!(
                matches!(&runs[..], [Segment { text: std::borrow::Cow::Borrowed(_), marked: false }]),
                "{runs:?}"
            );
        }
    }

    #[test]
    fn a_long_field_says_how_much_was_cut() {
        let raw = "é".repeat(FIELD_CAP);
        let safe = one_line(&raw);
        assert!(safe.ends_with("é‹+65536 bytes›"));
        assert_eq!(SafeStr(&raw).terminal_width(), FIELD_CAP / 2 + "‹+65536 bytes›".chars().count());
        assert_eq!(one_line(&"x".repeat(FIELD_CAP)).len(), FIELD_CAP);
        let cut = one_line(&"x".repeat(FIELD_CAP + 1));
        assert!(cut.ends_with("x‹+1 bytes›"));
        assert_eq!(SafeStr(&"x".repeat(FIELD_CAP + 1)).terminal_width(), cut.chars().count());
    }

    #[test]
    fn truncation_is_exact_to_the_cell() {
        for (raw, width, safe) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("abcd", 1, "…"),
            ("abcd", 0, ""),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("ab\u{1b}\u{1b}", 4, "ab␛␛"),
            ("ab\u{1b}\u{1b}c", 4, "ab␛…"),
            ("a\u{202e}b", 4, "a‹U…"),
            ("\u{1b}日", 2, "␛…"),
            ("x\u{1b}日日", 3, "x␛…"),
            ("é\u{1b}", 1, "…"),
        ] {
            assert_eq!(SafeStr(raw).truncate(width), safe, "{raw:?} in {width}");
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let nasty = "a\u{1b}\u{202e}\u{7f}\u{9b}\u{1f600}\u{e0041}\u{200b}é\n\t\"\\␛→ ";
        let json = serde_json::to_string_pretty(&serde_json::json!({ nasty: [nasty, 1] })).unwrap();
        let escaped = json_escaped(&json);
        assert!(!escaped.chars().any(|c| c != '\n' && class::is_unsafe(c)), "{escaped}");
        let back: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(back, serde_json::from_str::<serde_json::Value>(&json).unwrap());
        assert_eq!(json_escaped("{\t\"a\":\r\n\"\u{202e}\"}"), "{ \"a\": \n\"\\u202e\"}");
        assert!(matches!(json_escaped("{\"a\": 1}\n"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn csv_cells_are_no_formulas() {
        for (raw, cell) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\t=1", "'→   =1"),
            ("\r=1", "'␍=1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("a\nb", "a␊b"),
            ("=a,b", "\"'=a,b\""),
        ] {
            assert_eq!(csv_cell(raw), cell, "{raw:?}");
        }
    }

    /// Reads the safe form back. That this is possible means that no two inputs look alike.
    fn decode(safe: &str) -> String {
        let mut raw = String::new();
        let mut rest = safe;
        while let Some(c) = rest.chars().next() {
            if let Some(code) = rest.strip_prefix("‹U+") {
                let (code, after) = code.split_once('›').unwrap();
                raw.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
                rest = after;
                continue;
            }
            if let Some(after) = rest.strip_prefix("→   ") {
                raw.push('\t');
                rest = after;
                continue;
            }
            raw.push(match c {
                '␡' => '\u{7f}',
                '\u{2400}'..='\u{241f}' => char::from_u32(u32::from(c) - 0x2400).unwrap(),
                c => c,
            });
            rest = &rest[c.len_utf8()..];
        }
        raw
    }

    /// Text in which the interesting characters are frequent.
    fn hostile() -> impl Strategy<Value = String> {
        let some = proptest::sample::select(
            "a1 é日🇩👩💻❤🏽\u{200d}\u{fe0f}\u{20e3}\u{301}\u{903}\u{94d}क\u{202e}\u{1b}\u{7f}\u{9b}\n\t\r\0‹U+›→␛␊…\u{e0041}\u{600}\u{115f}\u{1100}\u{1161}'\"=,\u{0}"
                .chars()
                .collect::<Vec<_>>(),
        );
        proptest::collection::vec(prop_oneof![4 => some, 1 => any::<char>()], 0..40)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn nothing_that_acts_reaches_a_sink(raw in hostile()) {
            for safe in [one_line(&raw), csv_cell(&raw), SafeStr(&raw).truncate(9)] {
                for cluster in safe.graphemes(true) {
                    prop_assert!(cluster.chars().filter(|c| class::is_mark(*c) && !class::is_unsafe(*c)).count() <= 4);
                    let first = cluster.chars().next().unwrap();
                    prop_assert!(!class::is_unsafe(first) && !class::is_mark(first), "{safe:?}");
                    for c in cluster.chars().skip(1) {
                        prop_assert!(matches!(c, '\u{200d}' | '\u{fe0f}') || !class::is_unsafe(c), "{safe:?}");
                    }
                }
            }
            prop_assert_eq!(SafeStr(&raw).to_block().matches('\n').count(), raw.matches('\n').count());
        }

        #[test]
        fn no_two_inputs_look_alike(raw in hostile()) {
            prop_assert_eq!(decode(&one_line(&raw)), raw.clone());
            prop_assert_eq!(decode(&SafeStr(&raw).to_block()), raw);
        }

        #[test]
        fn the_safe_form_is_linear_in_size(raw in hostile()) {
            prop_assert!(one_line(&raw).len() <= 6 * raw.len());
        }

        #[test]
        fn the_width_is_what_a_screen_counts(raw in hostile(), room in 0usize..30) {
            let on_screen = |text: &str| text.graphemes(true).map(UnicodeWidthStr::width).sum::<usize>();
            let width = SafeStr(&raw).terminal_width();
            prop_assert_eq!(width, on_screen(&one_line(&raw)));
            let short = SafeStr(&raw).truncate(room);
            prop_assert!(on_screen(&short) <= room);
            prop_assert_eq!(short == one_line(&raw), width <= room);
        }

        #[test]
        fn json_strings_survive(raw in hostile()) {
            let json = serde_json::to_string(&raw).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json_escaped(&json)).unwrap(), raw);
        }
    }
}
