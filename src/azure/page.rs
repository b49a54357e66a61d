//! A page of a listing, split into raw items, so that one bad item never costs the others.

use std::collections::HashSet;

use super::error::ApiError;
use super::parse::cursor::{Cursor, Malformed};
use super::parse::json::Node;
use super::parse::{ParseError, parse_alert};
use crate::domain::Alert;

/// One item of a page, byte for byte as the source wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawItem {
    /// The JSON text. Of a damaged item: its readable form.
    pub raw: Box<str>,
    /// True when the bytes were not UTF-8, which JSON must be.
    pub damaged: bool,
}

impl RawItem {
    /// An item whose text is intact.
    pub fn new(raw: impl Into<Box<str>>) -> Self {
        Self { raw: raw.into(), damaged: false }
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(raw) => Self::new(raw),
            Err(_) => Self { raw: String::from_utf8_lossy(bytes).into(), damaged: true },
        }
    }

    /// Reads the alert. An error is a reason to set this one item aside.
    pub fn parse(&self) -> Result<Alert, ParseError> {
        if self.damaged { Err(ParseError::NotUtf8) } else { parse_alert(&self.raw) }
    }
}

/// One page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The items in the source's order.
    pub items: Vec<RawItem>,
    /// Where the next page is; none on the last.
    pub next: Option<String>,
}

impl Page {
    /// Splits the body of a listing. Anything that is not a page is a protocol error: a page without `value` must not
    /// be taken for an empty one, or alerts would seem to be gone.
    pub fn split(status: u16, body: &[u8]) -> Result<Self, ApiError> {
        let protocol = |reason: &str| Err(ApiError::Protocol(reason.to_owned()));
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => {
                return Err(ApiError::Protocol(format!("an empty body (HTTP {status}) instead of a list")));
            }
            Some(b'<') => return protocol("a web page instead of a list"),
            Some(_) => {}
        }
        let mut cursor = Cursor::new(body);
        let page = Self::read(&mut cursor).and_then(|page| cursor.end().map(|()| page));
        match page {
            Ok(Some(page)) => Ok(page),
            Ok(None) => protocol("the answer has no list in it"),
            Err(_) if cursor.at_end() => protocol("the list is cut short"),
            Err(wrong) => {
                Err(ApiError::Protocol(format!("not a list: byte {} is not {}", wrong.at, wrong.expected)))
            }
        }
    }

    /// Reads `{"value":[…],"nextLink":"…"}`, names in any letter case; none without a list.
    fn read(cursor: &mut Cursor<'_>) -> Result<Option<Self>, Malformed> {
        let (mut items, mut next) = (None, None);
        cursor.blanks();
        cursor.expect(b'{', "the beginning of an object")?;
        if cursor.take(b'}') {
            return Ok(None);
        }
        loop {
            let key = cursor.key()?;
            if key.eq_ignore_ascii_case(b"value") && cursor.peek() == Some(b'[') {
                items = Some(Self::read_items(cursor)?);
            } else if key.eq_ignore_ascii_case(b"nextLink") {
                next = read_link(cursor)?;
            } else {
                cursor.skip()?;
            }
            cursor.blanks();
            if !cursor.take(b',') {
                break;
            }
        }
        cursor.expect(b'}', "a comma or }")?;
        Ok(items.map(|items| Self { items, next }))
    }

    fn read_items(cursor: &mut Cursor<'_>) -> Result<Vec<RawItem>, Malformed> {
        let mut items = Vec::new();
        cursor.take(b'[');
        if cursor.take(b']') {
            return Ok(items);
        }
        loop {
            items.push(RawItem::from_bytes(cursor.skip()?));
            cursor.blanks();
            if !cursor.take(b',') {
                break;
            }
        }
        cursor.expect(b']', "a comma or ]")?;
        Ok(items)
    }
}

/// The address of the next page; null and blank mean that there is none.
fn read_link(cursor: &mut Cursor<'_>) -> Result<Option<String>, Malformed> {
    let wrong = Malformed { at: cursor.at(), expected: "an address" };
    let raw = std::str::from_utf8(cursor.skip()?).map_err(|_| wrong)?;
    match Node::parse(raw)? {
        Node::Null => Ok(None),
        Node::Text(text) => Ok(Some(text.into_owned()).filter(|text| !text.trim().is_empty())),
        _ => Err(wrong),
    }
}

/// Notices a listing that leads back to a page it has been on.
#[derive(Debug, Default)]
pub struct LoopGuard(HashSet<String>);

impl LoopGuard {
    /// Notes the address of the next page; an error when the listing has been there already.
    pub fn step(&mut self, next: &str) -> Result<(), ApiError> {
        if self.0.insert(next.to_owned()) {
            return Ok(());
        }
        Err(ApiError::Protocol("the list leads back to a page that was read already".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raws(body: &str) -> Vec<String> {
        let page = Page::split(200, body.as_bytes()).unwrap();
        page.items.iter().map(|item| item.raw.to_string()).collect()
    }

    #[test]
    fn items_keep_every_byte() {
        let body = "{\"value\":[ {\"a\" : 1.0,\n\t\"b\":\"\\u00e4ä\"} ,{}, null,\"x\"],\"nextLink\":\"https://h/x\"}";
        assert_eq!(raws(body), ["{\"a\" : 1.0,\n\t\"b\":\"\\u00e4ä\"}", "{}", "null", "\"x\""]);
        assert_eq!(Page::split(200, body.as_bytes()).unwrap().next.as_deref(), Some("https://h/x"));
    }

    #[test]
    fn what_breaks_a_parser_stays_in_its_own_item() {
        let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
        let body =
            format!("{{\"value\":[{{\"x\":\"\\ud800\"}},{{\"x\":1e999}},{deep},{{\"x\":\"\n\"}},NaN,{{}}]}}");
        assert_eq!(raws(&body).len(), 6);
    }

    #[test]
    fn a_byte_that_is_no_text_damages_one_item() {
        let body = b"{\"value\":[{\"a\":\"\xc3\xa4\"},{\"b\":\"\xff\"},{\"c\":1}]}";
        let page = Page::split(200, body).unwrap();
        let damaged: Vec<bool> = page.items.iter().map(|item| item.damaged).collect();
        assert_eq!(damaged, [false, true, false]);
        assert_eq!(&*page.items[0].raw, "{\"a\":\"ä\"}");
        assert_eq!(page.items[1].parse().unwrap_err(), ParseError::NotUtf8);
    }

    #[test]
    fn letter_case_unknown_keys_and_empty_links_do_not_matter() {
        for body in [
            r#"{"Value":[{}],"NextLink":""}"#,
            r#"{"count":{"a":[1]},"value":[{}],"nextLink":null}"#,
            "\u{feff}  {\"value\":[{}]}",
            r#"{"value":null,"value":[{}]}"#,
        ] {
            let page = Page::split(200, body.as_bytes()).unwrap();
            assert_eq!((page.items.len(), page.next), (1, None), "{body}");
        }
        assert_eq!(Page::split(200, br#"{"value":[]}"#).unwrap(), Page::default());
    }

    #[test]
    fn what_is_not_a_page_is_never_an_empty_one() {
        let whole = r#"{"value":[{"id":"a"}],"nextLink":"x"}"#;
        for cut in 0..whole.len() {
            assert!(
                matches!(Page::split(200, &whole.as_bytes()[..cut]), Err(ApiError::Protocol(_))),
                "{cut}"
            );
        }
        for body in [
            "{}",
            r#"{"value":null}"#,
            r#"{"value":{}}"#,
            r#"{"value":"x"}"#,
            "[]",
            "null",
            "<html>",
            "\n <!doctype html>",
            r#"{"error":{"code":"x"}}"#,
            r#"{"value":[]} trailing"#,
            r#"{"value":[],"nextLink":5}"#,
            r#"{"value":[{]}]}"#,
            r#"{"value":[{}{}]}"#,
            r#"{"value":[{},]}"#,
            r#"{"value" [{}]}"#,
        ] {
            assert!(matches!(Page::split(200, body.as_bytes()), Err(ApiError::Protocol(_))), "{body}");
        }
        assert!(matches!(Page::split(204, b""), Err(ApiError::Protocol(_))));
    }

    #[test]
    fn a_listing_that_goes_in_circles_is_noticed() {
        let mut guard = LoopGuard::default();
        assert!(guard.step("a").is_ok());
        assert!(guard.step("b").is_ok());
        assert!(guard.step("a").is_err());
    }
}
