//! `supportingEvidence`: one piece, or a list of pieces in a wrapper (contract §2.4).

use super::envelope::{safe, unwrapped};
use super::json::Node;
use crate::domain::SafeText;
use crate::domain::alert::Evidence;

/// Every piece, in the source's order.
pub(super) fn evidence(node: Option<&Node<'_>>) -> Vec<Evidence> {
    let Some(node) = node.map(unwrapped) else { return Vec::new() };
    match node.field(&["supportingEvidenceList"]) {
        Some(Node::List(pieces)) => pieces.iter().filter_map(piece).collect(),
        _ => match &*node {
            Node::List(pieces) => pieces.iter().filter_map(piece).collect(),
            single => piece(single).into_iter().collect(),
        },
    }
}

fn piece(node: &Node<'_>) -> Option<Evidence> {
    let is_empty = match node {
        Node::Null => true,
        Node::Map(members) => members.is_empty(),
        Node::List(items) => items.is_empty(),
        other => other.display().is_empty(),
    };
    if is_empty {
        return None;
    }
    table(node).or_else(|| {
        let title =
            [safe(node, &["title"]), safe(node, &["type"])].into_iter().find(|title| !title.is_empty());
        Some(Evidence::Other { title: title.unwrap_or_default(), json: SafeText::from(node.pretty()) })
    })
}

fn table(node: &Node<'_>) -> Option<Evidence> {
    if !node.field(&["type"])?.scalar()?.eq_ignore_ascii_case("tabularEvidences") {
        return None;
    }
    let Node::List(rows) = node.field(&["rows"])? else { return None };
    let columns = match node.field(&["columns"]) {
        Some(Node::List(columns)) => cells(columns),
        _ => Vec::new(),
    };
    let row = |row: &Node<'_>| match row {
        Node::List(row) => cells(row),
        other => cells(std::slice::from_ref(other)),
    };
    Some(Evidence::Table { title: safe(node, &["title"]), columns, rows: rows.iter().map(row).collect() })
}

fn cells(row: &[Node<'_>]) -> Vec<SafeText> {
    row.iter().map(|cell| SafeText::from(&*cell.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Evidence> {
        evidence(Some(&Node::parse(json).unwrap()))
    }

    #[test]
    fn a_table_is_read_in_both_forms() {
        let table = r#"{"type":"tabularEvidences","title":"T","columns":["A","B"],"rows":[["x",true],[1],"y",[null,{"k":[]}]]}"#;
        let row = |cells: &[&str]| cells.iter().map(|cell| SafeText::from(*cell)).collect::<Vec<_>>();
        let expected = Evidence::Table {
            title: "T".into(),
            columns: row(&["A", "B"]),
            rows: vec![row(&["x", "true"]), row(&["1"]), row(&["y"]), row(&["", r#"{"k":[]}"#])],
        };
        assert_eq!(read(table), std::slice::from_ref(&expected));
        let wrapped =
            format!(r#"{{"supportingEvidenceList":[{table},{table}],"type":"supportingEvidenceList"}}"#);
        assert_eq!(read(&wrapped), [expected.clone(), expected]);
    }

    #[test]
    fn an_unknown_piece_is_shown_as_json() {
        let expected =
            Evidence::Other { title: "nestedList".into(), json: "{\n  \"type\": \"nestedList\"\n}".into() };
        assert_eq!(read(r#"{"type":"nestedList"}"#), [expected]);
        assert!(matches!(
            &read(r#"{"type":"tabularEvidences","rows":"none"}"#)[..],
            [Evidence::Other { .. }]
        ));
        for nothing in ["null", "{}", "[]", "\"\"", r#"{"supportingEvidenceList":[]}"#] {
            assert_eq!(read(nothing), [], "{nothing}");
        }
    }
}
