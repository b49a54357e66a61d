//! Text from outside inside Markdown.

use crate::domain::SafeStr;
use crate::domain::fact::FactKind;

/// Text from outside on one line that no Markdown reader takes for markup, a link, or the edge of a table's cell.
pub fn escaped(text: SafeStr<'_>) -> String {
    let shown = text.to_string();
    let mut out = String::with_capacity(shown.len() + 8);
    for (at, c) in shown.char_indices() {
        let before = &shown[..at];
        let special = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$' | '{' | '}'
            | '!' => true,
            // Addresses that a reader would make links of.
            ':' => shown[at..].starts_with("://"),
            '.' => {
                before.len() >= 3 && before.get(at - 3..).is_some_and(|www| www.eq_ignore_ascii_case("www"))
            }
            // A list or a heading, where a text begins its line.
            '-' | '+' | '=' => before.trim().is_empty(),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text from outside with its addresses made harmless, as people write them in tickets: `hxxps://evil[.]example/x`.
/// Nothing else is changed.
pub fn defanged(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let before = &rest[..at];
        let scheme = before
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
        out.push_str(&before[..scheme]);
        out.push_str(&harmless(&before[scheme..]));
        out.push_str("://");
        let after = &rest[at + 3..];
        let host =
            after.find(|c: char| c.is_whitespace() || "/?#\"'<>(),;".contains(c)).unwrap_or(after.len());
        out.push_str(&after[..host].replace('.', "[.]"));
        rest = &after[host..];
    }
    out.push_str(rest);
    out
}

/// An address, a domain or a link that nothing opens: `203[.]0[.]113[.]7`, `evil[.]example`. Anything else stays as it is,
/// but for the links in it.
pub fn indicator(kind: FactKind, text: &str) -> String {
    match kind {
        _ if text.contains("://") => defanged(text),
        FactKind::Ip => text.replace('.', "[.]").replace(':', "[:]"),
        FactKind::Domain | FactKind::Url => text.replace('.', "[.]"),
        _ => text.to_owned(),
    }
}

/// A scheme that nothing opens: `http` is `hxxp`, in the letter case it has.
fn harmless(scheme: &str) -> String {
    if scheme.to_ascii_lowercase().starts_with("http") {
        return scheme.replacen("tt", "xx", 1).replacen("TT", "XX", 1);
    }
    scheme.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        for (raw, expected) in [
            ("vm-web-01", "vm-web-01"),
            ("[click](http://x.example)", "\\[click\\](http\\://x.example)"),
            ("a|b\n| --- |", "a\\|b␊\\| --- \\|"),
            ("<img src=x> *b* _i_ `c` ~~s~~", "\\<img src=x\\> \\*b\\* \\_i\\_ \\`c\\` \\~\\~s\\~\\~"),
            ("# head", "\\# head"),
            ("- item", "\\- item"),
            ("see WWW.x.example", "see WWW\\.x.example"),
            ("\u{1b}[31m\u{202e}x", "␛\\[31m‹U+202E›x"),
            ("&lt; \\", "\\&lt; \\\\"),
        ] {
            assert_eq!(escaped(SafeStr(raw)), expected, "{raw:?}");
        }
    }

    #[test]
    fn addresses_are_defanged() {
        for (raw, expected) in [
            ("see https://evil.example/a.b?c", "see hxxps://evil[.]example/a.b?c"),
            ("HTTP://a.b,ftp://c.d", "HXXP://a[.]b,ftp://c[.]d"),
            ("(http://[::1].x)", "(hxxp://[::1][.]x)"),
            ("http://a.example http://b.example", "hxxp://a[.]example hxxp://b[.]example"),
            ("no address: a.b ://", "no address: a.b ://"),
            ("é://x.y", "é://x[.]y"),
        ] {
            assert_eq!(defanged(raw), expected);
        }
        for (kind, raw, expected) in [
            (FactKind::Ip, "203.0.113.7", "203[.]0[.]113[.]7"),
            (FactKind::Ip, "2001:db8::7", "2001[:]db8[:][:]7"),
            (FactKind::Domain, "evil.example", "evil[.]example"),
            (FactKind::Url, "https://evil.example/a.b", "hxxps://evil[.]example/a.b"),
            (FactKind::CommandLine, "curl http://a.example/x.sh", "curl hxxp://a[.]example/x.sh"),
            (FactKind::File, "a.exe", "a.exe"),
        ] {
            assert_eq!(indicator(kind, raw), expected);
        }
    }

    proptest! {
        #[test]
        fn a_text_stays_on_its_line_and_brings_no_control(raw in any::<String>()) {
            let text = escaped(SafeStr(&raw));
            prop_assert!(!text.contains(|c: char| c.is_control()));
            // Unescaped, no character that begins markup is left.
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' => drop(chars.next()),
                    other => prop_assert!(!"`*_[]<>|~&#$".contains(other), "{text:?}"),
                }
            }
        }
    }
}
