//! Identifiers that follow from a text: the same tool has the same hash in every alert, the same person the same SID,
//! whatever the seed. Nothing here is a real hash of anything.

use fastrand::Rng;

/// FNV-1a; only spreads texts over seeds.
fn seed_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A random GUID of version 4.
pub(crate) fn guid(rng: &mut Rng) -> String {
    let bits = rng.u128(..).to_be_bytes();
    uuid::Builder::from_random_bytes(bits).into_uuid().to_string()
}

/// The GUID that belongs to a text.
pub(crate) fn guid_of(text: &str) -> String {
    guid(&mut Rng::with_seed(seed_of(text)))
}

/// `length` hexadecimal digits that belong to a text.
pub(crate) fn hex_of(text: &str, length: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut rng = Rng::with_seed(seed_of(text));
    let mut hex = String::with_capacity(length + 15);
    while hex.len() < length {
        let bits = rng.u64(..);
        hex.extend((0..16).map(|at| char::from(DIGITS[(bits >> (at * 4)) as usize & 15])));
    }
    hex.truncate(length);
    hex
}

/// A number below `limit` that belongs to a text.
pub(crate) fn number_of(text: &str, limit: u64) -> u64 {
    Rng::with_seed(seed_of(text)).u64(..limit)
}

/// The Windows security identifier of a domain account.
pub(crate) fn sid_of(account: &str) -> String {
    format!("S-1-5-21-1004336348-1177238915-682003330-{}", 1100 + number_of(account, 8000))
}
