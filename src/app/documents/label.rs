//! Names of fields as people write them.

use crate::app::document::{Piece, Role, safe};
use crate::app::documents::history::capital;
use crate::domain::SafeText;

/// Parts of field names that people write in capitals.
const ACRONYMS: [&str; 14] =
    ["id", "ip", "os", "nt", "sid", "dns", "utc", "url", "asn", "aad", "upn", "oms", "puid", "uri"];

/// A field's name in words: `commandLine` is `Command line`.
pub(super) fn field_label(name: &SafeText) -> Vec<Piece> {
    let raw = name.raw();
    if !raw.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return safe(name.as_safe(), Role::Label);
    }
    let mut words: Vec<String> = Vec::new();
    let mut before = b'a';
    for byte in raw.bytes() {
        if words.is_empty() || (byte.is_ascii_uppercase() && !before.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(char::from(byte));
        }
        before = byte;
    }
    for word in &mut words {
        if ACRONYMS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            word.make_ascii_uppercase();
        } else if !word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) {
            word.make_ascii_lowercase();
        }
    }
    vec![Piece::new(capital(&words.join(" ")), Role::Label)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_become_words() {
        for (name, words) in [
            ("commandLine", "Command line"),
            ("azureID", "Azure ID"),
            ("isDomainJoined", "Is domain joined"),
            ("OMSAgentID", "OMSAgent ID"),
            ("creationTimeUtc", "Creation time UTC"),
            ("ntDomain", "NT domain"),
            ("a\u{202e}b", "a‹U+202E›b"),
        ] {
            let label: String = field_label(&name.into()).into_iter().map(|piece| piece.text).collect();
            assert_eq!(label, words);
        }
    }
}
