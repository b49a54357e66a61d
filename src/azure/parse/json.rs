//! A small JSON reader for alerts.
//!
//! It differs from a general one where alerts need it: keys keep their order, numbers stay text (an id of 20 digits or
//! `1e999` is no trouble), half of a surrogate pair becomes U+FFFD instead of an error, what is nested too deeply is
//! kept as text, and strings without escapes are borrowed.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memchr;

use super::cursor::{Cursor, Malformed};

/// Deeper levels are kept as text.
const DEPTH_LIMIT: usize = 100;

/// Values that a text may hold: an alert has some thousands at most, and a hostile text would cost many times its length.
const MOST_VALUES: usize = 1_000_000;

/// What stands where there are more.
pub(crate) const TOO_MANY: &str = "no more than a million values";

/// A JSON value that borrows from its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Map<'a>),
    /// A list or map below the depth limit, as written.
    TooDeep(&'a str),
}

/// The members of an object in the order in which they were written.
pub(crate) type Map<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

impl<'a> Node<'a> {
    /// Reads a whole text.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Malformed> {
        let mut reader = Reader { text, cursor: Cursor::new(text.as_bytes()), values: 0 };
        reader.cursor.blanks();
        let node = reader.value(0)?;
        reader.cursor.end()?;
        Ok(node)
    }

    /// The first member that has one of these names, in the order of the names, and is not null. Letter case does not
    /// matter: the service itself varies it.
    pub(crate) fn field(&self, names: &[&str]) -> Option<&Self> {
        match self {
            Self::Map(map) => field(map, names),
            _ => None,
        }
    }

    /// The text of a string, number or bool; none for the rest.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::List(_) | Self::Map(_) | Self::TooDeep(_) => None,
        }
    }

    /// Scalars as their text, null as nothing, the rest as JSON.
    pub(crate) fn display(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::TooDeep(raw) => Cow::Borrowed(raw),
            node => node.scalar().map_or_else(|| Cow::Owned(node.to_json(None)), Cow::Borrowed),
        }
    }

    /// Pretty-printed JSON, indented by two blanks.
    pub(crate) fn pretty(&self) -> String {
        self.to_json(Some(0))
    }

    pub(crate) fn to_json(&self, indent: Option<usize>) -> String {
        let mut out = String::new();
        self.write(&mut out, indent);
        out
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        let inner = indent.map(|level| level + 1);
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(raw) | Self::TooDeep(raw) => out.push_str(raw),
            Self::Text(text) => quote(out, text),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(members) if members.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push(if at == 0 { '[' } else { ',' });
                    line(out, inner);
                    item.write(out, inner);
                }
                line(out, indent);
                out.push(']');
            }
            Self::Map(members) => {
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push(if at == 0 { '{' } else { ',' });
                    line(out, inner);
                    quote(out, key);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.write(out, inner);
                }
                line(out, indent);
                out.push('}');
            }
        }
    }
}

/// The member of a map by name: see [`Node::field`].
pub(crate) fn field<'n, 'a>(map: &'n Map<'a>, names: &[&str]) -> Option<&'n Node<'a>> {
    names.iter().find_map(|name| {
        let found = map.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && *value != Node::Null);
        found.map(|(_, value)| value)
    })
}

fn line(out: &mut String, indent: Option<usize>) {
    if let Some(level) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', level * 2));
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    /// Values read so far.
    values: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Node<'a>, Malformed> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(Malformed { at: self.cursor.at(), expected: TOO_MANY });
        }
        match self.cursor.peek() {
            Some(b'"') => self.string().map(Node::Text),
            Some(b'[' | b'{') if depth >= DEPTH_LIMIT => {
                let start = self.cursor.at();
                self.cursor.skip()?;
                Ok(Node::TooDeep(self.slice(start, self.cursor.at())))
            }
            Some(b'[') => self.list(depth + 1),
            Some(b'{') => self.map(depth + 1),
            _ => self.word(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node<'a>, Malformed> {
        let mut items = Vec::new();
        self.cursor.take(b'[');
        if self.cursor.take(b']') {
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.cursor.blanks();
            if !self.cursor.take(b',') {
                break;
            }
        }
        self.cursor.close(b']', "a comma or ]")?;
        Ok(Node::List(items))
    }

    fn map(&mut self, depth: usize) -> Result<Node<'a>, Malformed> {
        let mut members = Vec::new();
        self.cursor.take(b'{');
        if self.cursor.take(b'}') {
            return Ok(Node::Map(members));
        }
        loop {
            let key = self.string()?;
            self.cursor.blanks();
            self.cursor.expect(b':', "a colon")?;
            members.push((key, self.value(depth)?));
            self.cursor.blanks();
            if !self.cursor.take(b',') {
                break;
            }
        }
        self.cursor.close(b'}', "a comma or }")?;
        Ok(Node::Map(members))
    }

    fn word(&mut self) -> Result<Node<'a>, Malformed> {
        let start = self.cursor.at();
        let word = self.cursor.word();
        match word {
            b"null" => Ok(Node::Null),
            b"true" => Ok(Node::Bool(true)),
            b"false" => Ok(Node::Bool(false)),
            [b'-' | b'0'..=b'9', ..] if is_number(word) => {
                Ok(Node::Number(self.slice(start, self.cursor.at())))
            }
            _ => Err(Malformed { at: start, expected: "a value" }),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let (start, end, escapes) = self.cursor.string()?;
        let raw = self.slice(start, end);
        if !escapes {
            return Ok(Cow::Borrowed(raw));
        }
        unescape(raw).map(Cow::Owned).ok_or(Malformed { at: start, expected: "a valid escape" })
    }

    /// Quotes and brackets are ASCII, so both ends are character boundaries.
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }
}

fn is_number(word: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        return whole > 0 && !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    whole > 0 && rest.is_empty()
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        let mut used = 2;
        out.push(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = code_unit(rest, at)?;
                used = 6;
                let pair = (0xD800..0xDC00).contains(&unit).then(|| code_unit(rest, at + 6)).flatten();
                match pair {
                    Some(low @ 0xDC00..0xE000) => {
                        used = 12;
                        char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))?
                    }
                    _ => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return None,
        });
        rest = rest.get(at + used..)?;
    }
    out.push_str(rest);
    Some(out)
}

/// The four digits of a `\u` escape that begins at a byte; none when there is no such escape.
fn code_unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(raw: &str) -> Option<String> {
        match Node::parse(raw) {
            Ok(Node::Text(text)) => Some(text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_text_of_very_many_values_is_refused() {
        let list = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        assert!(Node::parse(&list(MOST_VALUES)).is_ok());
        let wrong = Node::parse(&list(MOST_VALUES + 1)).unwrap_err();
        assert_eq!((wrong.at, wrong.expected), (2 * MOST_VALUES - 1, TOO_MANY));
    }

    #[test]
    fn strings_are_read_with_every_escape() {
        let cases = [
            (r#""""#, ""),
            (r#""a\"b\\c\/d""#, "a\"b\\c/d"),
            (r#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
            (r#""\u00e4\u0000""#, "ä\0"),
            (r#""\ud83d\ude00!""#, "😀!"),
            (r#""\ud83d x""#, "\u{fffd} x"),
            (r#""\ude00\ud83d\u0041""#, "\u{fffd}\u{fffd}A"),
            ("\"ü\\nü\"", "ü\nü"),
        ];
        for (raw, expected) in cases {
            assert_eq!(text(raw).as_deref(), Some(expected), "{raw}");
        }
        for bad in
            [r#""\x""#, r#""\u12""#, r#""\u12g4""#, r#""\u+123""#, "\"", "\"a", "\"\\\"", "\"\\u00e\u{e4}\""]
        {
            assert!(Node::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_stay_text_and_must_be_numbers() {
        for good in ["0", "-0.5", "1e999", "3155378975999999999", "12345678901234567890123", "1E-7", "1.5e+3"]
        {
            assert_eq!(Node::parse(good), Ok(Node::Number(good)));
        }
        for bad in ["-", "1.", ".5", "1e", "1e+", "NaN", "Infinity", "0x10", "1-2", "+1", "nul", "truee", ""]
        {
            assert!(Node::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn structure_must_be_whole() {
        for bad in [
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "[",
            "{",
            "]",
            "[}",
            "1 2",
            "[1]]",
        ] {
            assert!(Node::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Node::parse(" [ ] "), Ok(Node::List(vec![])));
        assert_eq!(Node::parse("\n{ }\t"), Ok(Node::Map(vec![])));
    }

    #[test]
    fn what_is_too_deep_is_kept_as_text() {
        let raw = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let mut node = &Node::parse(&raw).unwrap();
        let mut depth = 0;
        while let Node::List(items) = node {
            node = &items[0];
            depth += 1;
        }
        assert_eq!(depth, DEPTH_LIMIT);
        assert!(matches!(node, Node::TooDeep(text) if text.len() == raw.len() - 2 * DEPTH_LIMIT));
    }

    #[test]
    fn members_are_found_in_any_letter_case_and_null_is_missing() {
        let node = Node::parse(r#"{"b":1,"LOGONID":null,"logonId":2,"A":3}"#).unwrap();
        assert_eq!(node.field(&["LogonId"]), Some(&Node::Number("2")));
        assert_eq!(node.field(&["missing", "a", "b"]), Some(&Node::Number("3")));
        assert_eq!(node.field(&["missing"]), None);
        assert_eq!(Node::Null.field(&["a"]), None);
    }

    #[test]
    fn json_is_written_compactly_and_prettily() {
        let node = Node::parse(r#"{ "a" : [ 1, {} , "x\u0001\n\"" ], "b": null }"#).unwrap();
        assert_eq!(node.display(), r#"{"a":[1,{},"x\u0001\n\""],"b":null}"#);
        let pretty = "{\n  \"a\": [\n    1,\n    {},\n    \"x\\u0001\\n\\\"\"\n  ],\n  \"b\": null\n}";
        assert_eq!(node.pretty(), pretty);
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_serde_writes_is_read_and_written_back(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let node = Node::parse(&text).unwrap();
                // serde rounds some floats when it reads, so both sides are read by it.
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(Cursor::new(text.as_bytes()).skip().unwrap().len(), text.len());
                for written in [node.to_json(None), node.pretty()] {
                    prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&written).unwrap(), &value);
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{},:\"\\\\u0-9a-f é.eE+\\-]{0,60}") {
            let node = Node::parse(&text);
            let whole = Cursor::new(text.as_bytes()).skip();
            if node.is_ok() && !text.starts_with(' ') {
                prop_assert_eq!(whole.unwrap(), text.trim_end().as_bytes());
            }
        }
    }
}
