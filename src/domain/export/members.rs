//! The members of a JSON object by their places in its text: what is changed in it changes nothing else.
//!
//! The text was parsed before, when it was fetched; here it is only walked over. Numbers of any size, lone surrogates
//! and any depth stay as they are.

use std::ops::Range;

/// One member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name, decoded.
    pub(super) name: String,
    /// Where its value stands.
    pub(super) value: Range<usize>,
}

/// An object's members, and where it closes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    /// The place of its `}`.
    pub(super) end: usize,
}

impl Object {
    /// Reads the object that begins at a place; none when there is no whole object.
    pub(super) fn at(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut at = blanks(bytes, start);
        if bytes.get(at) != Some(&b'{') {
            return None;
        }
        at = blanks(bytes, at + 1);
        let mut members = Vec::new();
        while bytes.get(at) != Some(&b'}') {
            let key = at..string_end(bytes, at)?;
            at = blanks(bytes, key.end);
            if bytes.get(at) != Some(&b':') {
                return None;
            }
            at = blanks(bytes, at + 1);
            let value = at..value_end(bytes, at)?;
            at = blanks(bytes, value.end);
            members.push(Member { name: decoded(&text[key]), value });
            match bytes.get(at)? {
                b',' => at = blanks(bytes, at + 1),
                b'}' => {}
                _ => return None,
            }
        }
        Some(Self { members, end: at })
    }

    /// A member by the first of its names that there is, as alerts are read: in any letter case, and not `null`.
    pub(super) fn find(&self, text: &str, names: &[&str]) -> Option<&Member> {
        names.iter().find_map(|name| {
            self.members.iter().find(|member| {
                member.name.eq_ignore_ascii_case(name) && text[member.value.clone()] != *"null"
            })
        })
    }
}

/// The text of a string as it is meant; one with a lone surrogate stays as it is written.
pub(super) fn decoded(quoted: &str) -> String {
    serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned())
}

/// The text without the blanks between its tokens: one line.
pub(super) fn compact(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut at, mut from) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at).unwrap_or(bytes.len()),
            b' ' | b'\n' | b'\r' | b'\t' => {
                out.push_str(&text[from..at]);
                at = blanks(bytes, at);
                from = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(&text[from..]);
    out
}

fn blanks(bytes: &[u8], from: usize) -> usize {
    let length = bytes.iter().skip(from).take_while(|byte| b" \n\r\t".contains(byte)).count();
    from + length
}

/// Behind the string that begins at a place.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Behind the value that begins at a place.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            // The end of a number, `true`, `false` or `null`.
            b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => break,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            break;
        }
    }
    (at > start).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_their_places() {
        let text =
            " {\"a\" : [1, {\"b\": \"}\\\"]\"}] ,\n\"\\u0073tatus\": null, \"STATUS\": 1e999,\"x\":{}} ";
        let object = Object::at(text, 0).unwrap();
        let shown: Vec<(&str, &str)> =
            object.members.iter().map(|member| (member.name.as_str(), &text[member.value.clone()])).collect();
        let expected =
            [("a", "[1, {\"b\": \"}\\\"]\"}]"), ("status", "null"), ("STATUS", "1e999"), ("x", "{}")];
        assert_eq!(shown, expected);
        assert_eq!(&text[object.end..], "} ");
        let status = object.find(text, &["state", "status"]).unwrap();
        assert_eq!(&text[status.value.clone()], "1e999", "null is nothing");
        assert_eq!(
            compact(text),
            "{\"a\":[1,{\"b\":\"}\\\"]\"}],\"\\u0073tatus\":null,\"STATUS\":1e999,\"x\":{}}"
        );
    }

    #[test]
    fn what_is_no_whole_object_has_no_members() {
        for text in
            ["", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{\"a\":[}"]
        {
            assert_eq!(Object::at(text, 0), None, "{text}");
        }
        assert_eq!(Object::at("{}", 0).unwrap().members, []);
    }
}
