//! Reading the bodies of very many alerts, a few blocks at a time: what waits behind a call waits milliseconds, and what
//! a call gives takes a few megabytes.

use std::collections::HashSet;

use super::body;
use crate::domain::AlertKey;
use crate::store::Store;
use crate::store::error::{Result, Trouble};

/// Blocks that a call unpacks at the most: 16 MiB of JSON.
const BLOCKS: usize = 64;

/// Bodies of some of the alerts that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies {
    /// The alerts read, in the order of their bodies on disk.
    pub read: Vec<(AlertKey, Box<[u8]>)>,
    /// Those whose body is damaged; the next sync reads them anew, or the next import of their file.
    pub damaged: Vec<AlertKey>,
    /// Those still to be asked for.
    pub left: Vec<AlertKey>,
}

/// The bytes of an alert: its body, and the record as it stood in a file; none where they are damaged.
pub(super) type Parts<'a> = [Option<&'a [u8]>; 2];

/// Where the bytes of an alert are.
struct Spot {
    key: AlertKey,
    /// Of its body.
    place: body::Place,
    /// How long the record is that follows it.
    source: usize,
}

impl Store {
    /// The bodies of alerts, byte for byte as last received: of as many as a few blocks hold. Ask for [`Bodies::left`] until
    /// nothing is left. Alerts that are no longer in the cache are in none of the lists.
    pub fn bodies(&self, keys: &[AlertKey]) -> Result<Bodies> {
        let mut bodies = Bodies::default();
        let left = self.each_body(keys, |key, [body, _]| match body.filter(|body| !body.is_empty()) {
            Some(body) => bodies.read.push((key, body.into())),
            None => bodies.damaged.push(key),
        })?;
        bodies.left = left;
        Ok(bodies)
    }

    /// Shows the bytes of alerts in the order in which they are on disk: of as many as a few blocks hold. Returns those still
    /// to be asked for.
    pub(super) fn each_body(
        &self,
        keys: &[AlertKey],
        mut show: impl FnMut(AlertKey, Parts<'_>),
    ) -> Result<Vec<AlertKey>> {
        let spots = self.spots(keys).map_err(|error| self.cache_read_failed(error))?;
        let mut left = Vec::new();
        let (mut block, mut unpacked) = (None, 0);
        for Spot { key, place, source } in spots {
            if block.as_ref().is_none_or(|(id, _)| *id != place.block) {
                if unpacked == BLOCKS {
                    left.push(key);
                    continue;
                }
                unpacked += 1;
                let data = match body::unpack(&self.cache.conn, place.block) {
                    Ok(data) => data,
                    Err(Trouble::Damaged(_)) => Vec::new(),
                    Err(trouble) => return Err(self.cache_read_failed(trouble)),
                };
                block = Some((place.block, data));
            }
            let data = block.as_ref().map(|(_, data)| data.as_slice()).unwrap_or_default();
            let end = place.start + place.length;
            show(key, [data.get(place.start..end), data.get(end..end + source)]);
        }
        Ok(left)
    }

    /// Where the bodies are, by block: one pass over the keys between the least and the greatest.
    fn spots(&self, keys: &[AlertKey]) -> rusqlite::Result<Vec<Spot>> {
        let (Some(first), Some(last)) = (keys.iter().min(), keys.iter().max()) else { return Ok(Vec::new()) };
        let wanted: HashSet<u32> = keys.iter().map(|key| key.0).collect();
        let mut statement = self.cache.conn.prepare_cached(
            "SELECT key, block, start, length, source FROM alert WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
        )?;
        let mut rows = statement.query([first.0, last.0])?;
        let mut spots = Vec::with_capacity(keys.len());
        while let Some(row) = rows.next()? {
            let key = row.get(0)?;
            if wanted.contains(&key) {
                let source = row.get::<_, u32>(4)? as usize;
                spots.push(Spot { key: AlertKey(key), place: body::place(row, 1)?, source });
            }
        }
        spots.sort_by_key(|spot| (spot.place.block, spot.place.start));
        Ok(spots)
    }
}
