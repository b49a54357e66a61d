//! A file split into records while it is read: only one record is in memory at a time, and a bad one never costs its
//! neighbours.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::input::{HEAD, Input};
use super::{csv, walk};

/// One record as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a record is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A JSON value.
    Json(Vec<u8>),
    /// A list of values whose names stand elsewhere: a row of a query's result.
    Row(Arc<Vec<String>>, Vec<u8>),
    /// A row of a CSV file.
    Cells(Arc<Vec<String>>, Vec<String>),
    /// No record: why.
    Broken(String),
}

/// Takes the pieces as they are found; it may ask to stop.
pub(super) type Sink<'s> = dyn FnMut(Piece) -> ControlFlow<()> + 's;

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// JSON values, over several lines or in one.
    Values,
    /// A JSON value on each line.
    Lines,
    /// A table of text.
    Csv(u8),
    /// None of it.
    Unknown(&'static str),
}

/// Splits a whole file.
pub(super) fn split(input: &mut Input<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let head = input.ahead(HEAD)?;
    match layout(head) {
        Layout::Values => walk::values(input, sink),
        Layout::Lines => lines(input, sink),
        Layout::Csv(separator) => csv::rows(input, separator, sink),
        Layout::Unknown(why) => {
            let line = input.line();
            Ok(sink(Piece { line, kind: Kind::Broken(why.to_owned()) }))
        }
    }
}

fn layout(head: &[u8]) -> Layout {
    if head.starts_with(&[0x1f, 0x8b]) {
        return Layout::Unknown("the file is compressed; unpack it first: gunzip -c FILE | quell import -");
    }
    if head.starts_with(b"PK\x03\x04") {
        return Layout::Unknown("the file is a ZIP archive or a spreadsheet; unpack it, or save it as CSV");
    }
    let blank = |line: &&[u8]| !line.trim_ascii().is_empty();
    let mut lines = head.split(|byte| *byte == b'\n').filter(blank);
    let Some(first) = lines.next().map(<[u8]>::trim_ascii) else {
        return Layout::Unknown("the file is empty");
    };
    if first.starts_with(b"<") {
        return Layout::Unknown("the file is a web page or XML, neither JSON nor CSV");
    }
    let all: Vec<&[u8]> =
        head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    let whole = |line: &&&[u8]| {
        line.starts_with(b"{") && line.ends_with(b"}") || line.starts_with(b"[") && line.ends_with(b"]")
    };
    let valued = all.iter().filter(whole).count();
    if all.len() > 1 && valued * 2 >= all.len() {
        return Layout::Lines;
    }
    if first.starts_with(b"{") || first.starts_with(b"[") {
        return Layout::Values;
    }
    if let Some(separator) = csv::separator(head) {
        return Layout::Csv(separator);
    }
    if valued > 0 {
        return Layout::Lines;
    }
    Layout::Unknown("neither JSON nor CSV with a line of column names that quell knows")
}

/// A value on each line: a line that is broken ends where it ends.
fn lines(input: &mut Input<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    loop {
        let number = input.line();
        let Some((line, whole)) = input.take_line()? else { return Ok(ControlFlow::Continue(())) };
        let text = line.trim_ascii();
        if !whole {
            if sink(Piece { line: number, kind: Kind::Broken(walk::TOO_LONG.to_owned()) }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        } else if !text.is_empty() && walk::values(&mut Input::of_part(text, number), sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let mut input = Input::new(text.as_bytes()).unwrap();
        let ended = split(&mut input, &mut |piece| {
            let shown = match piece.kind {
                Kind::Json(bytes) => String::from_utf8(bytes).unwrap(),
                Kind::Row(names, bytes) => format!("{names:?} {}", String::from_utf8(bytes).unwrap()),
                Kind::Cells(_, cells) => cells.join("|"),
                Kind::Broken(why) => format!("! {why}"),
            };
            found.push((piece.line, shown));
            ControlFlow::Continue(())
        });
        assert!(ended.unwrap().is_continue());
        found
    }

    fn texts(text: &str) -> Vec<String> {
        of(text).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn every_wrapper_is_taken_off() {
        for wrapped in [
            r#"[{"a":1},{"b":2}]"#,
            "{\"a\":1}\n{\"b\":2}\n",
            "{\"a\":1}\r\n\r\n{\"b\":2}",
            r#"{"value":[{"a":1},{"b":2}],"nextLink":"x"}"#,
            r#"{"nextLink":"x","Value":[{"a":1},{"b":2}]}"#,
            r#"{"records":[{"a":1},{"b":2}]}"#,
            r#"{"success":true,"data":[{"a":1},{"b":2}]}"#,
            r#"{"body":{"value":[{"a":1},{"b":2}]}}"#,
            r#"[{"value":[{"a":1}]},{"value":[{"b":2}]}]"#,
            "{\"records\":[{\"a\":1}]}\n{\"records\":[{\"b\":2}]}",
        ] {
            assert_eq!(texts(wrapped), [r#"{"a":1}"#, r#"{"b":2}"#], "{wrapped}");
        }
        assert_eq!(texts(r#"{"value":[]}"#), [""; 0]);
        assert_eq!(texts("{\n \"id\": \"x\",\n \"list\": [1]\n}"), ["{\n \"id\": \"x\",\n \"list\": [1]\n}"]);
    }

    #[test]
    fn an_alert_with_a_member_named_like_a_wrapper_is_one_record() {
        let alert = r#"{"alertType":"t","systemAlertId":"s","data":[{"a":1}],"message":{"b":2}}"#;
        let resource = r#"{"id":"x","properties":{"alertDisplayName":"n"},"value":[1],"alert":{"b":2}}"#;
        for alert in [alert, resource] {
            assert_eq!(texts(alert), [alert]);
            assert_eq!(texts(&format!("{{\"value\":[{alert}]}}")), [alert]);
        }
        // Before the mark it can be told from a wrapper only afterwards.
        let late = r#"{"results":[{"a":1}],"body":{"b":2},"AlertType":"t"}"#;
        let expected = [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"results":null,"body":null,"AlertType":"t"}"#];
        assert_eq!(texts(late), expected);
        // A message of a stream has properties of its own.
        assert_eq!(
            texts(r#"{"properties":{"key":"alerts"},"body":{"alertType":"t"}}"#),
            [r#"{"alertType":"t"}"#]
        );
    }

    #[test]
    fn rows_of_a_query_know_their_columns() {
        let text = r#"{"tables":[{"name":"P","columns":[{"name":"A","type":"string"},{"ColumnName":"B"}],"rows":[["x",1],["y",2]]}]}"#;
        assert_eq!(texts(text), [r#"["A", "B"] ["x",1]"#, r#"["A", "B"] ["y",2]"#]);
    }

    #[test]
    fn lines_are_numbered_where_records_begin() {
        let pretty = "[\n  {\n    \"a\": 1\n  },\n\n  {\n    \"b\": 2\n  }\n]";
        assert_eq!(of(pretty).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 6]);
        assert_eq!(of("{\"a\":1}\n\n{\"b\":2}\n")[1].0, 3);
    }

    #[test]
    fn a_broken_record_keeps_its_neighbours() {
        let broken = |texts: &[String]| texts.iter().filter(|text| text.starts_with("! ")).count();
        for (text, bad) in [
            ("{\"a\":1}\n{\"x\":\"cut\n{\"b\":2}\n", 1),
            ("{\"a\":1}\nnoise\n{\"b\":2}\n", 1),
            ("{\"a\":1}\n{\"b\":2}\n{\"c\"", 1),
            ("[{\"a\":1},{\"b\":2},{\"c\":", 1),
            ("[{\"a\":1},{\"x\":{\"y\":1},{\"b\":2}]", 1),
            ("[{\"a\":1},{\"x\":[1},{\"b\":2}]", 1),
            ("{\"value\":[{\"a\":1},{\"x\":1,{\"b\":2}]}", 1),
            ("[{\"a\":1} {\"b\":2}]", 1),
        ] {
            let found = texts(text);
            assert!(found.contains(&r#"{"a":1}"#.to_owned()), "{text}: {found:?}");
            assert!(found.contains(&r#"{"b":2}"#.to_owned()), "{text}: {found:?}");
            assert_eq!(broken(&found), bad, "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_data_is_said_once() {
        for (text, why) in [
            ("", "empty"),
            ("\n \n", "empty"),
            ("<html>", "web page"),
            ("\u{1f}x", "neither"),
            ("dear colleagues,\nsee below\n", "neither"),
            ("PK\u{3}\u{4}", "ZIP"),
        ] {
            let found = texts(text);
            assert_eq!(found.len(), 1, "{text:?}");
            assert!(found[0].contains(why), "{text:?}: {found:?}");
        }
    }
}
