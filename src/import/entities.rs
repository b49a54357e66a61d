//! Entities of other shapes: names in the letter case of the alerts API, each entity defined once.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fields::text;
use crate::azure::parse::json::{Node, field};

/// The list of entities. A connector may have made a map of it, from kind to one entity or several, each with all that it
/// refers to written out: what is defined already becomes a reference again.
pub(super) fn listed(entities: Node<'_>) -> Node<'_> {
    let items = match entities {
        Node::List(items) => items,
        Node::Map(_) if entities.field(&["type"]).is_some() => vec![entities],
        Node::Map(kinds) => {
            let mut items = Vec::new();
            for (_, value) in kinds {
                match value {
                    Node::List(several) => items.extend(several),
                    one @ Node::Map(_) => items.push(one),
                    _ => {}
                }
            }
            items
        }
        _ => Vec::new(),
    };
    let mut known = HashSet::new();
    Node::List(items.into_iter().map(|item| once(camel(item), &mut known)).collect())
}

fn once<'n>(node: Node<'n>, known: &mut HashSet<String>) -> Node<'n> {
    match node {
        Node::List(items) => Node::List(items.into_iter().map(|item| once(item, known)).collect()),
        Node::Map(members) => {
            let defined = field(&members, &["$id"]).and_then(Node::scalar).filter(|_| members.len() > 1);
            if let Some(id) = defined.map(str::to_owned)
                && !known.insert(id.clone())
            {
                return Node::Map(vec![(Cow::Borrowed("$ref"), text(id))]);
            }
            Node::Map(members.into_iter().map(|(key, value)| (key, once(value, known))).collect())
        }
        other => other,
    }
}

/// The same with the names of members in the letter case of the alerts API.
pub(super) fn camel(node: Node<'_>) -> Node<'_> {
    match node {
        Node::List(items) => Node::List(items.into_iter().map(camel).collect()),
        Node::Map(members) => {
            Node::Map(members.into_iter().map(|(key, value)| (name(key), camel(value))).collect())
        }
        other => other,
    }
}

/// `NTDomain` is `ntDomain`, `OMSAgentID` `omsAgentID`, `AzureID` `azureID`.
fn name(key: Cow<'_, str>) -> Cow<'_, str> {
    let run = key.bytes().take_while(u8::is_ascii_uppercase).count();
    if run == 0 {
        return key;
    }
    // The last capital of several begins the next word.
    let lowered = if run > 1 && run < key.len() { run - 1 } else { run };
    Cow::Owned(format!("{}{}", key[..lowered].to_ascii_lowercase(), &key[lowered..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_the_letter_case_of_the_api() {
        for (key, expected) in [
            ("HostName", "hostName"),
            ("NTDomain", "ntDomain"),
            ("OMSAgentID", "omsAgentID"),
            ("AzureID", "azureID"),
            ("UPNSuffix", "upnSuffix"),
            ("$id", "$id"),
            ("hostName", "hostName"),
            ("URL", "url"),
            ("", ""),
        ] {
            assert_eq!(name(Cow::Borrowed(key)), expected);
        }
    }

    #[test]
    fn a_map_of_entities_is_a_list_again() {
        let node = Node::parse(
            r#"{"host":{"$id":"1","HostName":"h","Type":"host"},"process":[{"$id":"2","Host":{"$id":"1","HostName":"h"},"Type":"process"}]}"#,
        )
        .unwrap();
        let expected =
            r#"[{"$id":"1","hostName":"h","type":"host"},{"$id":"2","host":{"$ref":"1"},"type":"process"}]"#;
        assert_eq!(listed(node).to_json(None), expected);
    }
}
