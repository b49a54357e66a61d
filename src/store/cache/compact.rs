//! Drops the strings that no alert uses any more, when they are most of them.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{row, strings};
use crate::domain::AlertKey;
use crate::domain::table::{Table, TableBuilder};
use crate::store::error::Trouble;
use crate::store::open::Db;

/// Fewer strings than this are never worth a rewrite.
const FEW: usize = 10_000;

/// True when more than half of the strings of a table are the value of no fact. Parent paths are not facts; they are few.
pub(super) fn is_worth_it(table: &Table) -> bool {
    let total = table.dict().len();
    total > FEW && table.dict().iter().filter(|(_, _, kinds)| *kinds == 0).count() * 2 > total
}

/// Gives every string in use a new code and rewrites the rows, in one transaction. The table must be loaded again.
pub(super) fn compact(cache: &Db, table: &Table) -> Result<(), Trouble> {
    let transaction = Transaction::new_unchecked(&cache.conn, TransactionBehavior::Immediate)?;
    if cache.data_version()? != cache.seen_version {
        return Ok(()); // another instance has just written; the next start will do
    }
    let mut fresh = TableBuilder::new();
    let mut read = transaction.prepare("SELECT row FROM alert WHERE key = ?1")?;
    let mut write = transaction.prepare("UPDATE alert SET row = ?2 WHERE key = ?1")?;
    let keys: Vec<AlertKey> = table.rows().map(|(_, row)| row.key()).collect();
    for key in keys {
        let packed: Vec<u8> = read.query_row([key.0], |row| row.get(0))?;
        let known = table.dict().len() as u32;
        let recoded =
            row::recode(key, &packed, |code| (code < known).then(|| fresh.intern(table.dict().text(code))));
        let recoded = recoded.ok_or_else(|| Trouble::Damaged(format!("row of alert {}", key.0)))?;
        write.execute(params![key.0, recoded])?;
    }
    drop((read, write));
    transaction.execute("DELETE FROM string_run", [])?;
    strings::store(&transaction, &fresh, 0)?;
    transaction.commit()?;
    Ok(())
}
