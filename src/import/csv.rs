//! Tables of text (RFC 4180): quotes around fields, doubled quotes and line breaks inside them.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::input::{Input, LONGEST};
use super::split::{Kind, Piece, Sink};
use super::walk::TOO_LONG;
use crate::domain::thousands;

/// Column names of which a table has at least one to be taken for alerts, lower-cased.
const KNOWN: [&str; 10] = [
    "systemalertid",
    "alertname",
    "alertdisplayname",
    "displayname",
    "alerttype",
    "alertseverity",
    "providername",
    "severity",
    "title",
    "id",
];

/// Rows that were broken by an open quote and are read again from their second line, at most.
const RESCUES: usize = 64;

/// Columns that a table has at most: what has more is no table of alerts, and would cost memory without bound.
const MOST_COLUMNS: usize = 4_096;

/// The sign between the fields, if the first line is one of column names.
pub(super) fn separator(head: &[u8]) -> Option<u8> {
    let line = head
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && !is_preface(line))?;
    let text = std::str::from_utf8(line).ok()?;
    let known = |separator: char| {
        let names =
            text.trim().split(separator).map(|name| name.trim().trim_matches('"').to_ascii_lowercase());
        names.filter(|name| KNOWN.contains(&name.as_str())).count()
    };
    let best = [',', ';', '\t', '|'].into_iter().max_by_key(|separator| known(*separator))?;
    (known(best) >= 2 && text.contains(best)).then_some(best as u8)
}

/// What some programs write before the names: PowerShell the type of its objects, others the separator for a spreadsheet.
fn is_preface(line: &[u8]) -> bool {
    line.starts_with(b"#TYPE") || line.starts_with(b"sep=")
}

/// A column's name; the portal adds the zone to those of times.
fn name(cell: &str) -> String {
    let cell = cell.trim();
    cell.strip_suffix(" [UTC]").unwrap_or(cell).to_owned()
}

/// The rows of a table.
pub(super) fn rows(input: &mut Input<'_>, separator: u8, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut names: Option<Arc<Vec<String>>> = None;
    let mut rescues = 0;
    loop {
        let line = input.line();
        let most = names.as_ref().map_or(MOST_COLUMNS, |names| names.len());
        let (read, bytes) = row(input, separator, most)?;
        let kind = match (read, &names) {
            (Read::End, _) => return Ok(ControlFlow::Continue(())),
            (Read::Wide(fields), None) => {
                let why = format!("the line of column names has {} fields", thousands(fields));
                return Ok(sink(Piece { line, kind: Kind::Broken(why) }));
            }
            (Read::Cells(cells), None) => {
                let blank = cells.iter().all(|cell| cell.trim().is_empty());
                if !blank && !is_preface(bytes.trim_ascii()) {
                    names = Some(Arc::new(cells.iter().map(|cell| name(cell)).collect()));
                }
                continue;
            }
            (Read::Cells(cells), _) if cells.iter().all(String::is_empty) => continue,
            (Read::Cells(cells), Some(names)) if cells.len() == names.len() => {
                Kind::Cells(Arc::clone(names), cells)
            }
            (Read::Cells(cells), Some(names)) => Kind::Broken(uneven(cells.len(), names.len())),
            (Read::Wide(fields), Some(names)) => Kind::Broken(uneven(fields, names.len())),
            (Read::NotText, _) => Kind::Broken("the row is not UTF-8 text".to_owned()),
            (broken @ (Read::Open | Read::TooLong), _) => {
                let why = if matches!(broken, Read::Open) { "a quote is not closed" } else { TOO_LONG };
                let rest = memchr::memchr(b'\n', &bytes).map(|end| &bytes[end + 1..]);
                let lost = match rest {
                    Some(rest) if rescues < RESCUES => {
                        // The quote swallowed what follows: the next lines get another chance.
                        rescues += 1;
                        input.put_back(rest, line + 1);
                        0
                    }
                    Some(rest) => rest.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(),
                    None => 0,
                };
                Kind::Broken(match lost {
                    0 => why.to_owned(),
                    1 => format!("{why}, and 1 more line went with it"),
                    lost => format!("{why}, and {} more lines went with it", thousands(lost)),
                })
            }
        };
        if sink(Piece { line, kind }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

fn uneven(fields: usize, columns: usize) -> String {
    let (fields, columns) = (thousands(fields), thousands(columns));
    format!("the row has {fields} fields where there are {columns} columns")
}

enum Read {
    End,
    Cells(Vec<String>),
    /// So many fields, more than there may be; what is in them is not kept.
    Wide(usize),
    NotText,
    /// The file ends inside quotes.
    Open,
    TooLong,
}

/// One row of at most so many fields, and its bytes as they stand.
fn row(input: &mut Input<'_>, separator: u8, most: usize) -> io::Result<(Read, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut cells: Vec<Vec<u8>> = vec![Vec::new()];
    let mut fields = 1;
    let mut quoted = false;
    if input.peek()?.is_none() {
        return Ok((Read::End, bytes));
    }
    loop {
        let Some(next) = input.peek()? else {
            if quoted {
                return Ok((Read::Open, bytes));
            }
            break;
        };
        if bytes.len() >= LONGEST {
            return Ok((Read::TooLong, bytes));
        }
        input.bump();
        bytes.push(next);
        let Some(cell) = cells.last_mut() else { break };
        match next {
            b'"' if quoted => {
                if input.peek()? == Some(b'"') {
                    input.bump();
                    bytes.push(b'"');
                    cell.push(b'"');
                } else {
                    quoted = false;
                }
            }
            b'"' if cell.is_empty() => quoted = true,
            b'\n' if !quoted => break,
            b'\r' if !quoted && input.peek()? == Some(b'\n') => {}
            next if next == separator && !quoted => {
                fields += 1;
                if fields <= most {
                    cells.push(Vec::new());
                } else {
                    // The field before takes what is in those that are too many, each in place of the one before.
                    cell.clear();
                }
            }
            next => cell.push(next),
        }
    }
    if fields > most {
        return Ok((Read::Wide(fields), bytes));
    }
    let cells: Result<Vec<String>, _> = cells.into_iter().map(String::from_utf8).collect();
    Ok((cells.map_or(Read::NotText, Read::Cells), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let mut input = Input::new(text.as_bytes()).unwrap();
        let separator = separator(text.as_bytes()).unwrap();
        let ended = rows(&mut input, separator, &mut |piece| {
            let shown = match piece.kind {
                Kind::Cells(_, cells) => cells.join("|"),
                Kind::Broken(why) => format!("! {why}"),
                other => format!("{other:?}"),
            };
            found.push((piece.line, shown));
            ControlFlow::Continue(())
        });
        assert!(ended.unwrap().is_continue());
        found
    }

    #[test]
    fn quotes_hold_separators_line_breaks_and_quotes() {
        let text = ",Severity,Title\r\n1,High,\"a, \"\"b\"\"\r\nc\"\r\n2,Low,x\"y\r\n";
        let expected = [(2, "1|High|a, \"b\"\r\nc".to_owned()), (4, "2|Low|x\"y".to_owned())];
        assert_eq!(of(text), expected);
        assert_eq!(of("#TYPE X\r\n\r\nid,severity\r\na,High\r\n"), [(4, "a|High".to_owned())]);
        assert_eq!(of("id;severity\na;High\n"), [(2, "a|High".to_owned())]);
        assert_eq!(of("id\tseverity\na\tHigh"), [(2, "a|High".to_owned())]);
    }

    #[test]
    fn a_broken_row_keeps_its_neighbours() {
        let text = "id,severity\na,\"High\nb,Low\nc,Low,more\n\nd,Low\n";
        let found = of(text);
        assert_eq!(found[0], (2, "! a quote is not closed".to_owned()));
        assert_eq!(found[1], (3, "b|Low".to_owned()));
        assert_eq!(found[2], (4, "! the row has 3 fields where there are 2 columns".to_owned()));
        assert_eq!(found[3], (6, "d|Low".to_owned()));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn what_is_in_too_many_fields_is_not_kept() {
        let wide = "x,".repeat(70_000);
        let found = of(&format!("id,severity\n{wide}\"\n\"\na,High\n"));
        let expected = [
            (2, "! the row has 70,001 fields where there are 2 columns".to_owned()),
            (4, "a|High".to_owned()),
        ];
        assert_eq!(found, expected);
        let mut input = Input::new(wide.as_bytes()).unwrap();
        let (read, bytes) = row(&mut input, b',', 2).unwrap();
        assert!(matches!(read, Read::Wide(70_001)) && bytes.len() == wide.len());
        let found = of(&format!("id,severity,{wide}\na,High\n"));
        assert_eq!(found, [(1, "! the line of column names has 70,003 fields".to_owned())]);
    }

    #[test]
    fn what_a_quote_swallows_for_good_is_counted() {
        // Where a quote is open before, the line closes it and opens the next one.
        let open = "a\",\"\n".repeat(RESCUES + 1);
        let found = of(&format!("id,severity\n{open}c,Low\nd,Low\n"));
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert!(texts[..RESCUES].iter().all(|text| *text == "! a quote is not closed"), "{texts:?}");
        assert_eq!(texts[RESCUES..], ["! a quote is not closed, and 2 more lines went with it"]);
    }

    #[test]
    fn only_known_columns_make_a_table() {
        assert_eq!(separator(b"\n\nid,severity\n"), Some(b','));
        for text in ["", "hello, world\n", "id\n", "name,phone\n"] {
            assert_eq!(separator(text.as_bytes()), None, "{text}");
        }
    }
}
