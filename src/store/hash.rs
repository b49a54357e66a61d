//! Hashes of ids, of content and of stored bytes. The last two are stored, and so must never change.

use memchr::memmem;

use crate::domain::AlertId;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd6e8_feb8_6659_fd93;

/// A 64-bit hash built by multiplying and folding eight bytes at a time. Not for anything where an attacker gains by a
/// collision: ids are compared in full after a match.
#[derive(Debug, Clone, Copy)]
struct Fold(u64);

impl Fold {
    fn word(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word) * u128::from(STEP);
        self.0 = (wide as u64) ^ ((wide >> 64) as u64) ^ SEED.rotate_left((word & 31) as u32);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.word(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    /// Bytes in ASCII lower case.
    fn folded(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word.map(|byte| byte.to_ascii_lowercase())));
        }
        self.word(bytes.len() as u64);
    }
}

/// A checksum of stored bytes, told apart by what they belong to.
pub(super) fn checksum(salt: u64, bytes: &[u8]) -> u32 {
    let mut hash = Fold(SEED ^ salt);
    hash.bytes(bytes);
    (hash.0 ^ hash.0 >> 32) as u32
}

/// A hash under which two spellings of an id are equal.
pub(super) fn id_hash(id: &AlertId) -> u64 {
    name_hash(parent_hash(id.parent()), id.name())
}

/// The part of [`id_hash`] that all alerts of one parent path share.
pub(super) fn parent_hash(parent: &str) -> u64 {
    let mut hash = Fold(SEED);
    hash.folded(parent.as_bytes());
    hash.0
}

/// [`id_hash`] from its first part and the name.
pub(super) fn name_hash(parent: u64, name: &str) -> u64 {
    let mut hash = Fold(parent);
    hash.folded(name.as_bytes());
    hash.0
}

/// A hash of what is known of an alert, part by part.
pub(super) fn parts_hash(id: &AlertId, parts: &[&[u8]]) -> u64 {
    let mut hash = Fold(id_hash(id));
    for part in parts {
        hash.bytes(part);
    }
    hash.0
}

/// A hash of an alert's JSON that tells whether its content changed. The values of `$id` and `$ref` are numbers of a whole
/// response page (contract §3) and differ whenever another alert comes before: they count by their order of appearance only.
pub fn content_hash(raw: &[u8]) -> u64 {
    let mut hash = Fold(SEED);
    let mut labels: Vec<&[u8]> = Vec::new();
    let mut from = 0;
    let finder = memmem::find_iter(raw, b"\"$");
    for at in finder {
        let Some(value) = label(raw, at) else { continue };
        if at < from {
            continue;
        }
        hash.bytes(&raw[from..value.start]);
        let text = &raw[value.clone()];
        let number = labels.iter().rposition(|known| *known == text).unwrap_or_else(|| {
            labels.push(text);
            labels.len() - 1
        });
        hash.word(number as u64);
        from = value.end;
    }
    hash.bytes(&raw[from..]);
    hash.0
}

/// Where the value of a `"$id":"…"` or `"$ref":"…"` that begins at `at` is.
fn label(raw: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let rest = &raw[at..];
    let key = [b"\"$id\"".as_slice(), b"\"$ref\""].into_iter().find(|key| rest.starts_with(key))?;
    let mut from = at + key.len();
    let blank = |from: &mut usize| {
        while raw.get(*from).is_some_and(u8::is_ascii_whitespace) {
            *from += 1;
        }
    };
    blank(&mut from);
    if raw.get(from) != Some(&b':') {
        return None;
    }
    from += 1;
    blank(&mut from);
    if raw.get(from) != Some(&b'"') {
        return None;
    }
    from += 1;
    let length = raw[from..].iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(from..from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renumbered_references_are_the_same_content() {
        let a = br#"{"entities":[{"$id":"4","x":1},{"$id" : "5","host":{"$ref":"4"}}],"status":"Active"}"#;
        let b = br#"{"entities":[{"$id":"14","x":1},{"$id" : "15","host":{"$ref":"14"}}],"status":"Active"}"#;
        let other_reference =
            br#"{"entities":[{"$id":"14","x":1},{"$id" : "15","host":{"$ref":"15"}}],"status":"Active"}"#;
        let other_status =
            br#"{"entities":[{"$id":"4","x":1},{"$id" : "5","host":{"$ref":"4"}}],"status":"Closed"}"#;
        assert_eq!(content_hash(a), content_hash(b));
        assert_ne!(content_hash(a), content_hash(other_reference));
        assert_ne!(content_hash(a), content_hash(other_status));
    }

    #[test]
    fn every_single_byte_counts() {
        let text = br#"{"$id":"1","status":"Active","$x":"$ref"}"#.to_vec();
        let whole = content_hash(&text);
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 1;
            // The label's own digit is the one byte that does not count.
            assert_eq!(content_hash(&changed) == whole, at == 8, "byte {at}");
            assert_ne!(checksum(1, &changed), checksum(1, &text));
        }
        assert_ne!(checksum(1, &text), checksum(2, &text));
        assert_ne!(checksum(1, b""), checksum(1, b"\0"));
    }

    #[test]
    fn an_id_is_found_in_any_letter_case() {
        let id = AlertId::new("/subscriptions/A/alerts/2518770965529163669_F144");
        assert_eq!(id_hash(&id), id_hash(&AlertId::new(id.as_str().to_uppercase())));
        for other in
            ["/subscriptions/B/alerts/2518770965529163669_F144", "/subscriptions/A/alerts/251", "x", ""]
        {
            assert_ne!(id_hash(&id), id_hash(&AlertId::new(other)));
        }
    }
}
