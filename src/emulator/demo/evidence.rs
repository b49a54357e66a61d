//! `supportingEvidence`: tables of what was seen, their cells mixed as in the contract's example.

use std::fmt::Write as _;

use super::moment::Moment;
use super::writer::{list, object, string};

/// One cell.
pub(crate) enum Cell<'c> {
    Text(&'c str),
    Number(u64),
    Flag(bool),
    Time(Moment),
}

/// A table, in the plain form or inside a list as the service also sends it.
pub(crate) fn table(title: &str, columns: &[&str], rows: &[Vec<Cell<'_>>], in_list: bool) -> String {
    let mut inner = String::with_capacity(400);
    object(&mut inner, |fields| {
        fields.text("type", "tabularEvidences");
        fields.text("title", title);
        fields.texts("columns", columns.iter().copied());
        list(fields.key("rows"), rows, |out, row| list(out, row, write_cell));
    });
    if !in_list {
        return inner;
    }
    let mut wrapper = String::with_capacity(inner.len() + 70);
    object(&mut wrapper, |fields| {
        list(fields.key("supportingEvidenceList"), [inner], |out, table| out.push_str(&table));
        fields.text("type", "supportingEvidenceList");
    });
    wrapper
}

fn write_cell(out: &mut String, cell: &Cell<'_>) {
    match cell {
        Cell::Text(text) => string(out, text),
        // Writing to a String cannot fail.
        Cell::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Cell::Flag(flag) => {
            let _ = write!(out, "{flag}");
        }
        Cell::Time(moment) => {
            out.push('"');
            moment.write_iso(out);
            out.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn cells_keep_their_types_in_both_forms() {
        let rows = [vec![Cell::Text("a\"b"), Cell::Number(3), Cell::Flag(true), Cell::Time(Moment::Arrival)]];
        let plain: Value = serde_json::from_str(&table("T", &["w", "x", "y", "z"], &rows, false)).unwrap();
        assert_eq!(plain["rows"], json!([["a\"b", 3, true, "@NOW@"]]));
        let listed: Value = serde_json::from_str(&table("T", &["w"], &rows, true)).unwrap();
        assert_eq!(listed["supportingEvidenceList"][0]["rows"], plain["rows"]);
    }
}
