//! Azure Resource Graph: queries in its own language over what the tenant holds (contract §8).
//!
//! It answers a POST that changes nothing, has a bucket of its own (contract §7), and lags behind a little: it is a
//! replica.

use serde_json::{Value, json};

use super::client::ArmClient;
use super::error::ApiError;
use super::listing::{ATTEMPTS, with_node};
use super::parse::json::Node;
use super::retry::{Backoff, with_retry};
use super::throttle::Kind;
use super::transport::Call;

const VERSION: &str = "2022-10-01";
/// Rows on a page, the most that the service gives.
const PAGE: usize = 1000;
/// So many pages are read.
const MOST_PAGES: usize = 20;

/// The rows of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows<T> {
    /// What could be read of them.
    pub(super) rows: Vec<T>,
    /// False when the service left rows out.
    pub(super) complete: bool,
}

/// One page.
struct Page<T> {
    rows: Vec<T>,
    truncated: bool,
    next: Option<String>,
}

impl ArmClient {
    /// Runs a query over the subscriptions named, or all that the person sees when none are; reads every page.
    pub(super) async fn graph<T>(
        &self,
        subscriptions: &[&str],
        query: &str,
        read: impl Fn(&Node<'_>) -> Option<T>,
    ) -> Result<Rows<T>, ApiError> {
        let path = format!("/providers/Microsoft.ResourceGraph/resources?api-version={VERSION}");
        let address = self.endpoint().join(&path);
        let mut found = Rows { rows: Vec::new(), complete: true };
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let body = request(subscriptions, query, token.as_deref()).to_string();
            let answer = with_retry(Backoff::default(), ATTEMPTS, || {
                self.send(None, Kind::Graph, Call::ask(address.clone(), body.clone()))
            })
            .await?;
            let page = with_node(&answer.body, |node| page(node, &read))?;
            found.rows.extend(page.rows);
            match page.next {
                Some(next) if token.as_ref() == Some(&next) => {
                    return Err(ApiError::Protocol("the query leads back to the same page".to_owned()));
                }
                Some(next) => token = Some(next),
                None => {
                    found.complete = !page.truncated;
                    return Ok(found);
                }
            }
        }
        found.complete = false;
        Ok(found)
    }
}

/// The body of a query.
pub fn request(subscriptions: &[&str], query: &str, token: Option<&str>) -> Value {
    let mut options = json!({ "resultFormat": "objectArray", "$top": PAGE });
    if let (Some(token), Some(options)) = (token, options.as_object_mut()) {
        options.insert("$skipToken".to_owned(), token.into());
    }
    let mut body = json!({ "query": query, "options": options });
    if let (false, Some(body)) = (subscriptions.is_empty(), body.as_object_mut()) {
        body.insert("subscriptions".to_owned(), subscriptions.into());
    }
    body
}

fn page<T>(node: &Node<'_>, read: impl Fn(&Node<'_>) -> Option<T>) -> Option<Page<T>> {
    let Some(Node::List(rows)) = node.field(&["data"]) else { return None };
    // `resultTruncated` is the text "true", not a bool: the contract says so.
    let text = |name: &str| node.field(&[name]).and_then(Node::scalar);
    let truncated = text("resultTruncated").is_some_and(|word| word.eq_ignore_ascii_case("true"));
    let next = text("$skipToken").filter(|token| !token.trim().is_empty()).map(str::to_owned);
    Some(Page { rows: rows.iter().filter_map(read).collect(), truncated, next })
}

/// A text as a literal of the query language, in single quotes. Backslashes and quotes are escaped, and control
/// characters, which would end the literal at a line's end, are written by their number.
pub(super) fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\'' => quoted.push_str("\\'"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a literal as the query language does: its text, and what follows it.
    fn unquote(query: &str) -> Option<(String, &str)> {
        let mut chars = query.strip_prefix('\'')?.char_indices();
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => return Some((text, &query[at + 2..])),
                '\n' | '\r' => return None,
                '\\' => match chars.next()?.1 {
                    'u' => {
                        let code: String = (0..4).filter_map(|_| chars.next()).map(|(_, c)| c).collect();
                        text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                    }
                    escaped => text.push(escaped),
                },
                c => text.push(c),
            }
        }
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn no_text_breaks_out_of_its_literal(text in "([\\\\'\"|/a-z u0-9\n\r\t\u{0}\u{2028}\u{85}]|\\PC){0,40}") {
            let query = format!("{} | project id", literal(&text));
            let (read, rest) = unquote(&query).unwrap();
            prop_assert_eq!(read, text);
            prop_assert_eq!(rest, " | project id");
        }
    }

    #[test]
    fn an_attack_on_the_query_stays_a_text() {
        let id = "/subscriptions/s/x' or 1==1 | project secret //";
        assert_eq!(literal(id), r"'/subscriptions/s/x\' or 1==1 | project secret //'");
        assert_eq!(literal("a\\' | x"), r"'a\\\' | x'");
    }

    #[test]
    fn a_page_is_read_with_its_odd_truth() {
        let read = |raw: &str| {
            let page = page(&Node::parse(raw).unwrap(), |row| row.scalar().map(str::to_owned))?;
            Some((page.rows.len(), page.truncated, page.next))
        };
        let token = Some("t".to_owned());
        assert_eq!(read(r#"{"data":["a",{}],"resultTruncated":"true"}"#), Some((1, true, None)));
        assert_eq!(
            read(r#"{"data":["a"],"resultTruncated":"false","$skipToken":"t"}"#),
            Some((1, false, token))
        );
        assert_eq!(read(r#"{"data":[],"$skipToken":""}"#), Some((0, false, None)));
        assert_eq!(read(r#"{"data":{"rows":[]}}"#), None, "a table was not asked for");
        assert_eq!(read("{}"), None);
    }
}
