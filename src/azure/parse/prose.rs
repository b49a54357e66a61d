//! Text that may hold links: extended properties, remediation steps, extended links (contract §2.3).

use super::envelope::{safe, unwrapped};
use super::json::{Map, Node};
use crate::domain::SafeText;
use crate::domain::alert::{Link, Prose};

/// `extendedProperties` in the source's order; null values are left out.
pub(super) fn properties(node: Option<&Node<'_>>) -> Vec<(SafeText, Prose)> {
    let Some(node) = node.map(unwrapped) else { return Vec::new() };
    let Node::Map(members) = &*node else { return Vec::new() };
    let present = members.iter().filter(|(_, value)| *value != Node::Null);
    present.map(|(key, value)| (SafeText::from(&**key), prose(value))).collect()
}

/// `remediationSteps`: a list, or (before 2020-01-01) one text with a step on each line.
pub(super) fn remediation(node: Option<&Node<'_>>) -> Vec<Prose> {
    let Some(node) = node.map(unwrapped) else { return Vec::new() };
    match &*node {
        Node::List(items) => items.iter().filter(|item| **item != Node::Null).map(prose).collect(),
        Node::Text(text) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.map(|line| Prose::Text(SafeText::from(line))).collect()
        }
        Node::Null => Vec::new(),
        other => vec![prose(other)],
    }
}

/// `extendedLinks`: maps with `Category`, `Label`, `Href` and `Type`.
pub(super) fn extended_links(node: Option<&Node<'_>>) -> Vec<Link> {
    let Some(node) = node.map(unwrapped) else { return Vec::new() };
    let Node::List(items) = &*node else { return Vec::new() };
    let links = items.iter().filter(|item| matches!(item, Node::Map(_))).map(|item| {
        let href = safe(item, &["href", "url"]);
        let named = [safe(item, &["label"]), safe(item, &["category"])];
        let label = named.into_iter().find(|label| !label.is_empty()).unwrap_or_else(|| href.clone());
        Link { label, href }
    });
    links.filter(|link| !link.label.is_empty()).collect()
}

/// A value as text, or as the links that it holds.
fn prose(value: &Node<'_>) -> Prose {
    let inner = match value {
        Node::Text(text) if may_hold_links(text) => unwrapped(value),
        other => std::borrow::Cow::Borrowed(other),
    };
    match links(&inner) {
        Some(links) => Prose::Links(links),
        None => Prose::Text(SafeText::from(&*value.display())),
    }
}

/// Every link object has a `kind`: most texts are told apart without being parsed.
fn may_hold_links(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '[']) && (text.contains("\"kind\"") || text.contains("\"Kind\""))
}

/// The links of a link object or of a list of nothing else; none for all other JSON.
fn links(node: &Node<'_>) -> Option<Vec<Link>> {
    match node {
        Node::Map(members) => link_object(node, members),
        Node::List(items) if !items.is_empty() => {
            let each: Option<Vec<Vec<Link>>> = items.iter().map(links).collect();
            Some(each?.concat())
        }
        _ => None,
    }
}

fn link_object(node: &Node<'_>, members: &Map<'_>) -> Option<Vec<Link>> {
    let kind = node.field(&["kind"])?.scalar()?;
    if kind.eq_ignore_ascii_case("MultiLink") {
        let Node::Map(entries) = node.field(&["DisplayValueToUrlDictionary"])? else { return None };
        let link = |(label, href): &(std::borrow::Cow<'_, str>, Node<'_>)| Link {
            label: SafeText::from(&**label),
            href: SafeText::from(&*href.display()),
        };
        return (!entries.is_empty()).then(|| entries.iter().map(link).collect());
    }
    let shown = safe(node, &["displayValue"]);
    let is_link = kind.eq_ignore_ascii_case("Link");
    let href = if is_link { safe(node, &["value", "href", "url"]) } else { SafeText::default() };
    let label = if shown.is_empty() { href.clone() } else { shown };
    // `openBlade` and kinds of the same make lead into the portal only: their text is worth showing.
    let known = is_link || kind.eq_ignore_ascii_case("openBlade");
    (known && !label.is_empty() && !members.is_empty()).then(|| vec![Link { label, href }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Prose {
        prose(&Node::Text(json.into()))
    }

    fn link(label: &str, href: &str) -> Link {
        Link { label: label.into(), href: href.into() }
    }

    #[test]
    fn json_in_a_string_becomes_links() {
        let cases = [
            (r#"{"kind":"Link","displayValue":"D","value":"https://h"}"#, vec![link("D", "https://h")]),
            (r#" {"displayValue":"D","Kind":"link","Value":"https:\/\/h"}"#, vec![link("D", "https://h")]),
            (r#"{"kind":"Link","value":"https://h"}"#, vec![link("https://h", "https://h")]),
            (
                r#"{"Kind":"MultiLink","DisplayValueToUrlDictionary":{"A":"https://a","B":"https://b"}}"#,
                vec![link("A", "https://a"), link("B", "https://b")],
            ),
            (r#"{"kind":"openBlade","displayValue":"Enforce","detailBlade":"B"}"#, vec![link("Enforce", "")]),
            (
                r#"[{"kind":"Link","displayValue":"D","value":"v"},{"kind":"openBlade","displayValue":"E"}]"#,
                vec![link("D", "v"), link("E", "")],
            ),
        ];
        for (json, links) in cases {
            assert_eq!(of(json), Prose::Links(links), "{json}");
        }
    }

    #[test]
    fn all_other_json_stays_text() {
        for json in [
            "[SecretGet:2, VaultGet:2]",
            r#"[{"apiGroups":["*"]}]"#,
            r#"{"kind":"Link"}"#,
            r#"{"kind":"Unheard","displayValue":"x"}"#,
            r#"{"Kind":"MultiLink","DisplayValueToUrlDictionary":{}}"#,
            r#"[{"kind":"Link","value":"v"},5]"#,
            r#"{"kind":"Link","value":"v""#,
            "",
        ] {
            assert_eq!(of(json), Prose::Text(json.into()), "{json}");
        }
    }

    #[test]
    fn properties_keep_their_order_and_drop_null() {
        let node = Node::parse(r#"{"z":"1","a":null,"m":3,"b":true,"o":{"x":[1]},"A":""}"#).unwrap();
        let text = |text: &str| Prose::Text(text.into());
        let expected = [("z", "1"), ("m", "3"), ("b", "true"), ("o", r#"{"x":[1]}"#), ("A", "")];
        let expected: Vec<_> = expected.map(|(key, value)| (SafeText::from(key), text(value))).into();
        assert_eq!(properties(Some(&node)), expected);
        let inside = Node::parse(r#""{\"z\":\"1\"}""#).unwrap();
        assert_eq!(properties(Some(&inside)), [("z".into(), text("1"))]);
    }

    #[test]
    fn remediation_is_a_list_or_lines() {
        let steps = |json: &str| remediation(Some(&Node::parse(json).unwrap()));
        let two = [Prose::Text("1. a".into()), Prose::Text("2. b".into())];
        assert_eq!(steps(r#"["1. a","2. b",null]"#), two);
        assert_eq!(steps(r#""1. a\r\n\r\n2. b""#), two);
        assert_eq!(steps(r#""[\"1. a\",\"2. b\"]""#), two);
        assert_eq!(steps(r#""""#), []);
        assert_eq!(remediation(None), []);
    }

    #[test]
    fn extended_links_come_in_two_spellings() {
        let node = Node::parse(
            r#"[{"Category":"c","Label":"L","Href":"https://h"},{"href":"https://i","type":"webLink"},{"Category":"c","Href":""},5,{}]"#,
        )
        .unwrap();
        let expected = [link("L", "https://h"), link("https://i", "https://i"), link("c", "")];
        assert_eq!(extended_links(Some(&node)), expected);
    }
}
