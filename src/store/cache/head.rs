//! What the list begins with, kept so that it can be shown before the table is loaded.
//!
//! It is kept for one look, that of the place where the program opens, and for one state of both files. The cache's own
//! triggers remove it with the first change of an alert; what the journal lays over the alerts is compared by a hash. So it is
//! either the very rows that the whole table gives, or it is not there.
//!
//! Its bytes, in numbers of four: the place of the first row in the whole listing, the length of that, the number of all
//! alerts, and of those listed by severity. Then each row: key, length, and the row as `alert` has it. Then, behind a key
//! that no alert has, each string that the rows name: code, length, text.

use std::collections::{BTreeSet, HashMap};

use chrono::Utc;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::row;
use crate::domain::filter::{Context, parse};
use crate::domain::listing::{Head, Listing};
use crate::domain::query::{self, Query};
use crate::domain::table::{PackedFact, StoredRow, TableBuilder};
use crate::domain::view::{Look, Place};
use crate::domain::{AlertKey, SafeText};
use crate::store::Store;
use crate::store::error::Trouble;
use crate::store::hash::{checksum, parts_hash};
use crate::store::open::Sharing;

/// Rows kept before the cursor, and as many from it on: more than a screen has.
const AROUND: usize = 128;

/// What is left of them when the cursor has moved since.
const ENOUGH: usize = AROUND / 2;

/// Tells its checksum from those of rows and strings.
const SALT: u64 = u64::from_le_bytes(*b"the head");

/// Between the rows and the strings: alerts count from 1.
const NO_KEY: u32 = 0;

/// A list as it is stored.
struct Stored {
    look: String,
    journal: i64,
    data: Vec<u8>,
}

impl Store {
    /// What the list begins with when the program opens now; none where that is not known exactly.
    pub(in crate::store) fn head(&self) -> Option<Head> {
        let place = self.opens()?;
        let head = self.read_head(&place.look)?;
        surrounds(&head, &place, 0).then_some(head)
    }

    /// Keeps what the list of now begins with, wherever in it the cursor is: while the program runs, so that a crash loses
    /// nothing of it.
    pub(in crate::store) fn keep_look(&mut self) {
        let Some(place) = self.place_kept() else { return };
        let now = (self.snapshot().generation(), words(&place.look));
        // Once for each snapshot and look: what cannot be kept now is not worth another try.
        if self.headed.as_ref() == Some(&now) {
            return;
        }
        let is_this =
            |stored: &Stored| stored.look == words(&place.look) && stored.journal == self.overlay_hash();
        if self.stored_head().is_ok_and(|stored| !stored.as_ref().is_some_and(is_this)) {
            // Without it the list is shown when all of it is loaded.
            let _ = self.write_head(place);
        }
        self.headed = Some(now);
    }

    /// The same around the cursor: as the program ends.
    pub(in crate::store) fn keep_head(&mut self) {
        let Some(place) = self.place_kept() else { return };
        let head = self.read_head(&place.look);
        if !head.is_some_and(|head| surrounds(&head, &place, ENOUGH)) {
            let _ = self.write_head(place);
        }
    }

    /// The place at which the program opens the next time; none where nothing can be kept for it.
    fn place_kept(&self) -> Option<Place> {
        let keeps = self.cache.writable && matches!(self.sharing, Sharing::Log | Sharing::Rollback);
        if keeps { self.opens() } else { None }
    }

    /// Where the program opens.
    fn opens(&self) -> Option<Place> {
        let place = Place::opened(self.place().ok()?);
        Some(if self.begins.is_empty() {
            place
        } else {
            place.beginning_with(&self.begins, &self.views().ok()?)
        })
    }

    fn stored_head(&self) -> rusqlite::Result<Option<Stored>> {
        let mut statement = self
            .cache
            .conn
            .prepare_cached("SELECT look, journal, checksum, data FROM head WHERE program = ?1")?;
        let stored = statement.query_row([env!("CARGO_PKG_VERSION")], |row| {
            let stored = Stored { look: row.get(0)?, journal: row.get(1)?, data: row.get(3)? };
            Ok((row.get(2)?, stored))
        });
        let intact =
            |(sum, stored): (i64, Stored)| (sum == i64::from(checksum(SALT, &stored.data))).then_some(stored);
        Ok(stored.optional()?.and_then(intact))
    }

    /// What is kept for a look, if the journal lays the same over it as then.
    fn read_head(&self, look: &Look) -> Option<Head> {
        let stored = self.stored_head().ok()??;
        if stored.look != words(look) || stored.journal != self.overlay_hash() {
            return None;
        }
        let names = super::subscriptions::names(&self.cache.conn).ok()?;
        let mut table = TableBuilder::new();
        table.set_subscriptions(names);
        let mut head = unpack(&stored.data, look, &mut table)?;
        let rows: Vec<_> = table.table().rows().map(|(_, row)| (row.key(), row.id())).collect();
        for (key, id) in rows {
            if let Some(want) = self.pending.get(&id) {
                table.set_pending(key, Some(*want));
            }
            if let Some(local) = self.locals.get(&id) {
                table.local_mut().insert(key, local.clone());
            }
        }
        head.listing.table = table.snapshot();
        Some(head)
    }

    fn write_head(&mut self, place: Place) -> Result<(), Trouble> {
        let Some(query) = lasting(&place.look) else { return Ok(()) };
        let table = self.snapshot();
        let rows = query::run(&table, &query, &Context::utc(Utc::now()), &|| false).unwrap_or_default();
        let listing = Listing::new(table, rows);
        let cursor = place.cursor.and_then(|id| listing.table.find(&id)).map(|row| row.key());
        let first = cursor.and_then(|key| listing.place(key)).unwrap_or(0).saturating_sub(AROUND);
        let transaction = Transaction::new_unchecked(&self.cache.conn, TransactionBehavior::Immediate)?;
        // Another instance may just have written what this one does not know.
        if self.cache.data_version()? != self.cache.seen_version
            || self.journal.data_version()? != self.journal.seen_version
        {
            return Ok(());
        }
        let data = pack(&transaction, &listing, first)?;
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO head (id, program, look, journal, checksum, data) \
                 VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                env!("CARGO_PKG_VERSION"),
                words(&place.look),
                self.overlay_hash(),
                checksum(SALT, &data),
                data
            ])?;
        transaction.commit()?;
        Ok(())
    }

    /// A hash of all that the journal lays over the alerts, in whatever order it is known.
    fn overlay_hash(&self) -> i64 {
        let pending = self.pending.iter().map(|(id, want)| parts_hash(id, &[b"pending", &[*want as u8]]));
        let locals = self.locals.iter().map(|(id, local)| {
            let text = |text: Option<&SafeText>| {
                text.map_or_else(Vec::new, |text| format!("={}", text.raw()).into_bytes())
            };
            let useful: &[u8] = match local.useful {
                None => b"",
                Some(true) => b"+",
                Some(false) => b"-",
            };
            let (assigned, changed_by) = (text(local.assigned.as_ref()), text(local.changed_by.as_ref()));
            parts_hash(id, &[b"local", &assigned, &changed_by, useful, local.notes.raw().as_bytes()])
        });
        pending.chain(locals).fold(0, u64::wrapping_add).cast_signed()
    }
}

/// The filter and order of a look, as they are compared.
fn words(look: &Look) -> String {
    Look { columns: Vec::new(), ..look.clone() }.to_json().to_string()
}

/// What a look lists, where that changes with the alerts only, and is not grouped.
fn lasting(look: &Look) -> Option<Query> {
    let filter = parse(&look.filter).ok()?;
    (filter.is_lasting() && look.group.is_none()).then(|| Query { filter, sort: look.sort.clone() })
}

/// True when the rows are those around the cursor, with so many on both sides of it, unless the list ends there; without a
/// cursor, those from the first on.
fn surrounds(head: &Head, place: &Place, rows: usize) -> bool {
    let Some(cursor) = &place.cursor else { return head.first == 0 };
    let key = head.listing.table.find(cursor).map(|row| row.key());
    let Some(at) = key.and_then(|key| head.listing.place(key)) else { return false };
    let behind = head.listing.len() - at;
    (head.first == 0 || at >= rows) && (head.first + head.listing.len() == head.total || behind >= rows)
}

fn pack(conn: &Transaction<'_>, listing: &Listing, first: usize) -> Result<Vec<u8>, Trouble> {
    let mut data = Vec::new();
    let counts = [first, listing.len(), listing.table.len()].map(|count| count as u32);
    for number in counts.into_iter().chain(listing.severities) {
        data.extend_from_slice(&number.to_le_bytes());
    }
    let mut put = |number: u32, bytes: &[u8]| {
        data.extend_from_slice(&number.to_le_bytes());
        data.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        data.extend_from_slice(bytes);
    };
    let mut codes = BTreeSet::new();
    let mut read = conn.prepare_cached("SELECT row FROM alert WHERE key = ?1")?;
    for key in (first..listing.len()).take(2 * AROUND).filter_map(|place| listing.key(place)) {
        let packed: Vec<u8> = read.query_row([key.0], |row| row.get(0))?;
        let damaged = || Trouble::Damaged(format!("row of alert {}", key.0));
        let (stored, facts) = row::decode(key, &packed).ok_or_else(damaged)?;
        codes.insert(stored.parent);
        codes.extend(facts.map(PackedFact::code));
        put(key.0, &packed);
    }
    put(NO_KEY, b"");
    for code in codes {
        put(code, listing.table.dict().text(code).as_bytes());
    }
    Ok(data)
}

/// Fills an empty table, and lists its rows in their order; none where the bytes are not what [`pack`] makes.
fn unpack(data: &[u8], look: &Look, table: &mut TableBuilder) -> Option<Head> {
    let mut rest = data;
    let mut number = || {
        let (four, more) = rest.split_first_chunk::<4>()?;
        rest = more;
        Some(u32::from_le_bytes(*four))
    };
    let [first, total, alerts] = [number()?, number()?, number()?].map(|count| count as usize);
    let severities = [number()?, number()?, number()?, number()?, number()?];
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (head, more) = rest.split_first_chunk::<8>()?;
        let [a, b, c, d, lengths @ ..] = *head;
        let (bytes, more) = more.split_at_checked(u32::from_le_bytes(lengths) as usize)?;
        parts.push((u32::from_le_bytes([a, b, c, d]), bytes));
        rest = more;
    }
    let end = parts.iter().position(|(key, _)| *key == NO_KEY)?;
    let (rows, strings) = (&parts[..end], &parts[end + 1..]);
    let mut codes = HashMap::new();
    for (code, text) in strings {
        codes.insert(*code, table.intern(std::str::from_utf8(text).ok()?));
    }
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    let mut kinds = vec![0; table.strings()];
    for (key, packed) in &sorted {
        let (stored, facts) = row::decode(AlertKey(*key), packed)?;
        let stored = StoredRow { parent: *codes.get(&stored.parent)?, ..stored };
        let facts: Option<Vec<PackedFact>> =
            facts.map(|fact| Some(PackedFact::new(fact.kind(), *codes.get(&fact.code())?))).collect();
        let facts = facts?;
        facts.iter().for_each(|fact| kinds[fact.code() as usize] |= fact.kind().bit());
        table.load_row(&stored, facts.into_iter());
    }
    table.load_kinds(&kinds);
    let table = table.snapshot();
    let listed: Option<Vec<u32>> = rows.iter().map(|(key, _)| table.position(AlertKey(*key))).collect();
    let listing = Listing { severities, ..Listing::new(table, listed?) };
    Some(Head { look: look.clone(), listing, first, total, alerts })
}
