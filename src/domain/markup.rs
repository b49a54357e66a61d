//! HTML of the source as plain text: recommendations are described in it.
//!
//! Nothing of it is obeyed. Tags become line breaks, list marks or nothing, links show their address, what is no tag
//! stays text, and the result goes through the display rule like every other text from outside.

use std::borrow::Cow;

/// Elements that begin and end a line.
const BLOCKS: [&str; 16] = [
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "pre",
    "blockquote",
    "dl",
];

/// The longest tag that is taken for one; a `<` without an end this near is text.
const LONGEST_TAG: usize = 4096;

/// The text of a piece of HTML. Text without any tag keeps its own line breaks.
pub fn text(html: &str) -> String {
    let mut writer = Writer { keeps_breaks: !holds_tag(html), ..Writer::default() };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        writer.words(&rest[..at]);
        rest = &rest[at..];
        let Some(tag) = Tag::read(rest) else {
            writer.words("<");
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if !tag.closes && matches!(&*tag.name, "script" | "style") {
            rest = skip_to_end(rest, &tag.name);
            continue;
        }
        writer.tag(&tag);
    }
    writer.words(rest);
    writer.finish()
}

fn holds_tag(html: &str) -> bool {
    html.match_indices('<').any(|(at, _)| Tag::read(&html[at..]).is_some())
}

/// What follows the end of an element whose content is no text.
fn skip_to_end<'a>(rest: &'a str, name: &str) -> &'a str {
    rest.match_indices("</")
        .find(|(at, _)| Tag::read(&rest[*at..]).is_some_and(|tag| &*tag.name == name))
        .map_or("", |(at, _)| &rest[at..])
}

/// A tag or comment at the beginning of a text.
struct Tag<'a> {
    /// In lower case; empty for a comment.
    name: Cow<'a, str>,
    closes: bool,
    inside: &'a str,
    /// In bytes, its angle brackets included.
    length: usize,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str) -> Option<Self> {
        if let Some(comment) = text.strip_prefix("<!") {
            let length = match comment.strip_prefix("--") {
                Some(body) => body.find("-->")? + "<!---->".len(),
                None => comment.find('>')? + "<!>".len(),
            };
            return Some(Self { name: "".into(), closes: true, inside: "", length });
        }
        let body = text.strip_prefix('<')?;
        let (closes, body) = body.strip_prefix('/').map_or((false, body), |body| (true, body));
        if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let end = end_of_tag(body)?;
        let name = body[..end].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let length = 1 + usize::from(closes) + end + 1;
        Some(Self { name: name.to_ascii_lowercase().into(), closes, inside: &body[name.len()..end], length })
    }

    /// The value of an attribute, its entities decoded.
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.inside.trim_start();
        while let Some(at) = rest.find('=') {
            let name = rest[..at].split_whitespace().next_back().unwrap_or_default();
            let value = rest[at + 1..].trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote)?,
                _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decode(value).trim().to_owned());
            }
            rest = after;
        }
        None
    }
}

/// The `>` that ends a tag: not one inside quotes.
fn end_of_tag(body: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in body.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    // An apostrophe in the text and no quote: take the first end.
    quote.and_then(|_| body.bytes().take(LONGEST_TAG).position(|byte| byte == b'>'))
}

#[derive(Default)]
struct Writer {
    text: String,
    keeps_breaks: bool,
    /// A blank is due before the next word.
    gap: bool,
    /// For each open list, the number of its last item; none for a list without numbers.
    lists: Vec<Option<usize>>,
    /// Address of the open link, and where its label begins.
    link: Option<(String, usize)>,
}

impl Writer {
    fn words(&mut self, raw: &str) {
        let decoded = decode(raw);
        if self.keeps_breaks {
            self.text.push_str(&decoded);
            return;
        }
        for (at, word) in decoded.split([' ', '\n', '\r', '\t']).enumerate() {
            self.gap |= at > 0;
            if word.is_empty() {
                continue;
            }
            if self.gap && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']) {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push_str(word);
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match (&*tag.name, tag.closes) {
            ("br" | "hr", _) => self.newline(),
            ("li", false) => self.item(),
            ("a", false) => self.open_link(tag),
            ("a", true) => self.close_link(),
            ("td" | "th" | "dd" | "dt", false) => self.gap = true,
            (name, closes) if BLOCKS.contains(&name) => {
                match (name, closes) {
                    ("ul", false) => self.lists.push(None),
                    ("ol", false) => self.lists.push(Some(0)),
                    ("ul" | "ol", true) => drop(self.lists.pop()),
                    _ => {}
                }
                self.line();
            }
            _ => {}
        }
    }

    /// The beginning of a line, whatever was before; one blank line at most.
    fn newline(&mut self) {
        self.trim();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.gap = false;
    }

    /// The beginning of a line, unless it is one already.
    fn line(&mut self) {
        self.trim();
        if !self.text.ends_with('\n') {
            self.newline();
        }
        self.gap = false;
    }

    fn trim(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
    }

    fn item(&mut self) {
        self.line();
        for _ in 1..self.lists.len() {
            self.text.push_str("  ");
        }
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                let number = *number;
                self.text.push_str(&format!("{number}. "));
            }
            _ => self.text.push_str("• "),
        }
    }

    fn open_link(&mut self, tag: &Tag<'_>) {
        self.close_link();
        if let Some(address) = tag.attribute("href").filter(|address| !address.is_empty()) {
            self.link = Some((address, self.text.len()));
        }
    }

    /// The address stands behind its label, unless the label says it already.
    fn close_link(&mut self) {
        let Some((address, from)) = self.link.take() else { return };
        let label = self.text.get(from..).unwrap_or_default().trim();
        if label.trim_end_matches('/') != address.trim_end_matches('/') {
            let gap = if label.is_empty() && !self.gap { "" } else { " " };
            self.trim();
            self.text.push_str(gap);
            self.text.push('(');
            self.text.push_str(&address);
            self.text.push(')');
        }
    }

    fn finish(mut self) -> String {
        self.close_link();
        self.text.trim().to_owned()
    }
}

/// Undoes character references; what is none stays as it is.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest known reference is short; a `;` far away belongs to something else.
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let (c, length) = end.and_then(|end| Some((character(&rest[1..end])?, end + 1))).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "emsp" | "ensp" | "thinsp" => ' ',
        "bull" => '•',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rarr" => '→',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn descriptions_become_readable() {
        for (html, expected) in [
            ("", ""),
            ("plain\ntext &amp; more", "plain\ntext & more"),
            ("one<br>two <BR/> three", "one\ntwo\nthree"),
            ("a<br><br><br><br>b", "a\n\nb"),
            ("x < y and y > z", "x < y and y > z"),
            ("from 1.10.x -> 1.11.x <b>or</b> later", "from 1.10.x -> 1.11.x or later"),
            (
                "Install it. <a href=\"https://aka.ms/x\">Learn more</a>.",
                "Install it. Learn more (https://aka.ms/x).",
            ),
            ("<a target='_blank' href = 'https://h/ '>here</a>", "here (https://h/)"),
            ("<a href=https://h/x>https://h/x</a>", "https://h/x"),
            ("<a href=\"https://h/?a=1&amp;b=2\">go", "go (https://h/?a=1&b=2)"),
            ("<a href=\"https://h\"></a>end", "(https://h)end"),
            ("<ol><li>one</li><li>two<ul><li>in</li></ul></li></ol>after", "1. one\n2. two\n  • in\nafter"),
            ("<p>a</p>\n<p>b</p>", "a\nb"),
            ("a&emsp;b&#39;s &#x2014; &unknown; & c", "a b's — &unknown; & c"),
            ("<script>alert('<b>')</script>ok<style>p{}", "ok"),
            ("<!-- no --><!doctype html>yes", "yes"),
            ("don't <b title='a>b'>stop</b>", "don't stop"),
            ("<unclosed", "<unclosed"),
            ("<img src=x onerror=alert(1)>", ""),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_html_makes_it_panic_or_grow_without_bound(html in "[<>/&;#x!\\-='\"a-c bliopr\n\u{e9}]{0,200}") {
            let shown = text(&html);
            // A list mark for each item is all that is added.
            prop_assert!(shown.chars().count() <= html.chars().count() * 4 + 8, "{shown:?}");
        }
    }
}
