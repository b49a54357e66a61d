//! Compact JSON text, written field by field into one buffer. A tenant of a million alerts is made of it, so nothing
//! is built that is thrown away again.

use std::fmt::{Display, Write as _};

use super::moment::Moment;

/// Writes a JSON string. Control characters are escaped; everything else stays as it is, as the service sends it.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    // Without early exit, so that it is done many bytes at a time: nearly all texts need nothing.
    let flag = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    let special = text.bytes().fold(0, |any, byte| any | flag(byte));
    if special != 0 {
        escape(out, text);
    } else {
        out.push_str(text);
    }
    out.push('"');
}

fn escape(out: &mut String, text: &str) {
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Writing to a String cannot fail.
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.push_str(&text[copied..]);
}

/// The fields of an object that is being written.
pub(crate) struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Goes on with an object whose `{` is written by the caller; `empty` when no field is in it yet.
    pub(crate) fn resume(out: &'o mut String, empty: bool) -> Self {
        Self { out, empty }
    }

    /// Writes the separator and the key; the caller writes the value.
    pub(crate) fn key(&mut self, key: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        // Keys are the code's own words and need no escaping.
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        self.out
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        string(self.key(key), value);
    }

    /// A number or truth value.
    pub(crate) fn plain(&mut self, key: &str, value: impl Display) {
        let _ = write!(self.key(key), "{value}");
    }

    /// A number as text, as most of the service's properties are.
    pub(crate) fn figure(&mut self, key: &str, value: impl Display) {
        let _ = write!(self.key(key), "\"{value}\"");
    }

    /// A time.
    pub(crate) fn moment(&mut self, key: &str, value: Moment) {
        let out = self.key(key);
        out.push('"');
        value.write_iso(out);
        out.push('"');
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key).push_str(json);
    }

    /// Texts.
    pub(crate) fn texts<'t>(&mut self, key: &str, values: impl IntoIterator<Item = &'t str>) {
        list(self.key(key), values, string);
    }

    /// An object.
    pub(crate) fn object(&mut self, key: &str, fields: impl FnOnce(&mut Object<'_>)) {
        object(self.key(key), fields);
    }
}

/// Writes an object.
pub(crate) fn object(out: &mut String, fields: impl FnOnce(&mut Object<'_>)) {
    out.push('{');
    fields(&mut Object::resume(out, true));
    out.push('}');
}

/// Writes an array.
pub(crate) fn list<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_text_survives_the_way_through_json() {
        for text in ["", "plain", "a\"b\\c", "\u{1b}]0;x\u{7}\r\n\t\0\u{7f}", "日本 \u{202e}🦊"] {
            let mut out = String::new();
            string(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn fields_keep_their_order_and_nest() {
        let mut out = String::new();
        object(&mut out, |fields| {
            fields.text("b", "x");
            fields.plain("a", 1.5);
            fields.object("o", |inner| inner.figure("n", 7));
            fields.object("e", |_| {});
            fields.texts("t", ["p", "q"]);
        });
        assert_eq!(out, r#"{"b":"x","a":1.5,"o":{"n":"7"},"e":{},"t":["p","q"]}"#);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&out).unwrap(),
            json!({"b":"x","a":1.5,"o":{"n":"7"},"e":{},"t":["p","q"]})
        );
    }
}
