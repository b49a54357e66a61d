//! A row of the in-memory table as the cache stores it.
//!
//! One blob instead of a dozen columns: the whole table is read at every start, and reading two columns of a row is three times
//! as fast as reading twelve. Little-endian: seconds, tactics, parent code (4 bytes each), severity, status, flags (1 each),
//! length of the name (4), the name, the facts (4 each), and a checksum over all of it and the key (4).

use crate::domain::table::{Flags, PackedFact, RowData, StoredRow};
use crate::domain::tactic::TacticSet;
use crate::domain::{AlertKey, Status};
use crate::store::hash::checksum;

const HEAD: usize = 19;
const PARENT: usize = 8;
const STATUS: usize = 13;
const FLAGS: usize = 14;
const SUM: usize = 4;

/// Packs a row.
pub(super) fn encode(key: AlertKey, data: &RowData, parent: u32, facts: &[PackedFact]) -> Vec<u8> {
    let name = data.id.name().as_bytes();
    let mut row = Vec::with_capacity(HEAD + name.len() + facts.len() * 4 + SUM);
    let seconds = data.time.map_or(0, |time| time.timestamp().clamp(0, i64::from(u32::MAX)) as u32);
    for number in [seconds, data.tactics.0, parent] {
        row.extend_from_slice(&number.to_le_bytes());
    }
    row.extend_from_slice(&[data.severity as u8, data.status as u8, data.flags.0]);
    row.extend_from_slice(&(name.len() as u32).to_le_bytes());
    row.extend_from_slice(name);
    for fact in facts {
        row.extend_from_slice(&fact.0.to_le_bytes());
    }
    seal(key, row)
}

fn seal(key: AlertKey, mut row: Vec<u8>) -> Vec<u8> {
    let sum = checksum(u64::from(key.0), &row);
    row.extend_from_slice(&sum.to_le_bytes());
    row
}

/// Reads a row; none when a byte of it changed since it was packed.
pub(super) fn decode(
    key: AlertKey,
    bytes: &[u8],
) -> Option<(StoredRow<'_>, impl Iterator<Item = PackedFact> + Clone)> {
    read(key, intact(key, bytes)?)
}

/// The row without its checksum; none when a byte of it changed since it was packed.
pub(super) fn intact(key: AlertKey, bytes: &[u8]) -> Option<&[u8]> {
    let (row, sum) = bytes.split_last_chunk::<SUM>()?;
    (checksum(u64::from(key.0), row) == u32::from_le_bytes(*sum)).then_some(row)
}

/// Reads what [`intact`] found to be so.
pub(super) fn read(
    key: AlertKey,
    row: &[u8],
) -> Option<(StoredRow<'_>, impl Iterator<Item = PackedFact> + Clone)> {
    let (name, facts) = row.get(HEAD..)?.split_at_checked(number(row, 15) as usize)?;
    let stored = StoredRow {
        key,
        seconds: number(row, 0),
        severity: row[12],
        status: row[STATUS],
        flags: Flags(row[FLAGS]),
        tactics: TacticSet(number(row, 4)),
        parent: number(row, PARENT),
        name: std::str::from_utf8(name).ok()?,
    };
    Some((stored, facts.chunks_exact(4).map(|fact| PackedFact(number(fact, 0)))))
}

/// The same row with *gone* set or cleared; none when it is damaged.
pub(super) fn with_gone(key: AlertKey, bytes: &[u8], gone: bool) -> Option<Vec<u8>> {
    let _intact = decode(key, bytes)?;
    let mut row = bytes.get(..bytes.len() - SUM)?.to_vec();
    row[FLAGS] = Flags(row[FLAGS]).with_gone(gone).0;
    Some(seal(key, row))
}

/// The same row with another status at the source; none when it is damaged.
pub(super) fn with_status(key: AlertKey, bytes: &[u8], status: Status) -> Option<Vec<u8>> {
    let _intact = decode(key, bytes)?;
    let mut row = bytes.get(..bytes.len() - SUM)?.to_vec();
    row[STATUS] = status as u8;
    Some(seal(key, row))
}

/// The same row under other string codes; none when it is damaged or a code has no new one.
pub(super) fn recode(
    key: AlertKey,
    bytes: &[u8],
    mut code: impl FnMut(u32) -> Option<u32>,
) -> Option<Vec<u8>> {
    let (stored, facts) = decode(key, bytes)?;
    let mut row = bytes[..HEAD + stored.name.len()].to_vec();
    row[PARENT..PARENT + 4].copy_from_slice(&code(stored.parent)?.to_le_bytes());
    for fact in facts {
        row.extend_from_slice(&PackedFact::new(fact.kind(), code(fact.code())?).0.to_le_bytes());
    }
    Some(seal(key, row))
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::alert::Scan;
    use crate::domain::fact::FactKind;
    use crate::domain::resource::Cloud;
    use crate::domain::{AlertId, Severity};

    fn sample() -> (RowData, Vec<PackedFact>) {
        let data = RowData {
            id: AlertId::new("/subscriptions/s/alerts/Ünï_1"),
            time: DateTime::from_timestamp(1_700_000_000, 0),
            severity: Severity::High,
            status: Status::InProgress,
            flags: Flags::new(true, false, Cloud::Aws, Scan::Agent),
            tactics: TacticSet(5),
            facts: vec![],
        };
        (data, vec![PackedFact::new(FactKind::Title, 7), PackedFact::new(FactKind::Ip, 123_456)])
    }

    #[test]
    fn what_was_packed_is_read_back() {
        let (data, facts) = sample();
        let packed = encode(AlertKey(9), &data, 77, &facts);
        let (row, read) = decode(AlertKey(9), &packed).unwrap();
        assert_eq!((row.name, row.parent, row.seconds), ("Ünï_1", 77, 1_700_000_000));
        assert_eq!((row.severity, row.status), (Severity::High as u8, Status::InProgress as u8));
        assert_eq!((row.flags, row.tactics), (data.flags, data.tactics));
        assert_eq!(read.collect::<Vec<_>>(), facts);
        let gone = with_gone(AlertKey(9), &packed, true).unwrap();
        assert!(decode(AlertKey(9), &gone).unwrap().0.flags.is_gone());
        assert_eq!(with_gone(AlertKey(9), &gone, false).unwrap(), packed);
        let resolved = with_status(AlertKey(9), &packed, Status::Resolved).unwrap();
        assert_eq!(decode(AlertKey(9), &resolved).unwrap().0.status, Status::Resolved as u8);
    }

    #[test]
    fn no_damage_goes_unnoticed() {
        let (data, facts) = sample();
        let packed = encode(AlertKey(9), &data, 77, &facts);
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut broken = packed.clone();
                broken[at] ^= 1 << bit;
                assert!(decode(AlertKey(9), &broken).is_none(), "byte {at} bit {bit}");
            }
            assert!(decode(AlertKey(9), &packed[..at]).is_none(), "cut at {at}");
        }
        assert!(decode(AlertKey(10), &packed).is_none(), "another alert's row");
    }
}
