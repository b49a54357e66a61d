//! Saved views, and where the program opens the next time.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Durability;
use crate::domain::view::{Edited, KeptView, Look, Place, SavedView, ViewEdit, ViewId, ViewRef};
use crate::domain::{AlertId, AlertKey, SafeText};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

const COLUMNS: &str = "id, name, digit, look, former, seen, looked";

impl Store {
    /// Every saved view that can be read: those with a digit first, then by name.
    pub fn views(&self) -> Result<Vec<KeptView>> {
        self.all_views().map(|(views, _)| views)
    }

    /// The same, and the names of those that cannot be read.
    pub fn all_views(&self) -> Result<(Vec<KeptView>, Vec<SafeText>)> {
        self.read_journal(|conn| {
            let mut statement = conn
                .prepare_cached(&format!("SELECT {COLUMNS} FROM view ORDER BY digit IS NULL, digit, name"))?;
            let mut rows = statement.query([])?;
            let (mut views, mut unreadable) = (Vec::new(), Vec::new());
            while let Some(row) = rows.next()? {
                match kept(row)? {
                    Ok(view) => views.push(view),
                    Err(name) => unreadable.push(name),
                }
            }
            Ok((views, unreadable))
        })
    }

    /// Changes the saved views. A new view, and one saved over, counts as looked at now, with `seen` as the newest alert.
    pub fn edit_view(&mut self, edit: &ViewEdit, seen: AlertKey, at: DateTime<Utc>) -> Result<Edited> {
        self.write_journal(Durability::Synced, |_, conn| match edit {
            ViewEdit::Under(digit, look) => {
                if let Some(id) = with_digit(conn, *digit)? {
                    return save_over(conn, id, look, seen, at);
                }
                let name = free_name(conn, *digit)?;
                insert(conn, &SavedView { name, digit: Some(*digit), look: look.clone() }, seen, at)
            }
            ViewEdit::Named(view) => {
                if let Some(digit) = view.digit {
                    free_digit(conn, digit)?;
                }
                match named(conn, &view.name)? {
                    Some(id) => {
                        if view.digit.is_some() {
                            set_digit(conn, id, view.digit)?;
                        }
                        save_over(conn, id, &view.look, seen, at)
                    }
                    None => insert(conn, view, seen, at),
                }
            }
            ViewEdit::Rename(id, name) => match named(conn, name)? {
                Some(other) if other != *id => Ok(Edited::NameTaken),
                _ => {
                    let rows =
                        conn.execute("UPDATE view SET name = ?2 WHERE id = ?1", params![id.0, name])?;
                    Ok(changed(*id, rows))
                }
            },
            ViewEdit::Digit(id, digit) => {
                // A view that is gone takes the digit from none.
                if known(conn, *id)?.is_none() {
                    return Ok(Edited::Nothing);
                }
                if let Some(digit) = digit {
                    free_digit(conn, *digit)?;
                }
                Ok(changed(*id, set_digit(conn, *id, *digit)?))
            }
            ViewEdit::Restore(id) => {
                let swap =
                    "UPDATE view SET look = former, former = look WHERE id = ?1 AND former IS NOT NULL";
                Ok(changed(*id, conn.execute(swap, [id.0])?))
            }
            ViewEdit::Delete(id) => match conn.execute("DELETE FROM view WHERE id = ?1", [id.0])? {
                0 => Ok(Edited::Nothing),
                _ => Ok(Edited::Deleted),
            },
        })
    }

    /// Notes that a view was looked at, with the newest alert there was. Written with the next decision.
    pub fn look_at_view(&mut self, id: ViewId, seen: AlertKey, at: DateTime<Utc>) -> Result<()> {
        self.write_journal(Durability::Written, |_, conn| {
            conn.prepare_cached("UPDATE view SET seen = max(seen, ?2), looked = ?3 WHERE id = ?1")?
                .execute(params![id.0, seen.0, moment::write(at)])?;
            Ok(())
        })
    }

    /// Where the analyst was; none when nobody was here yet.
    pub fn place(&self) -> Result<Option<Place>> {
        self.read_journal(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT look, home_digit, home_view, cursor, row FROM place")?;
            let mut rows = statement.query([])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let home = match (row.get(1)?, row.get(2)?) {
                (_, Some(id)) => ViewRef::Saved(ViewId(id)),
                (Some(digit), None) => ViewRef::BuiltIn(digit),
                (None, None) => ViewRef::default(),
            };
            // A place that cannot be read is no place: the program then opens with the open alerts.
            let look = Look::from_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?);
            let cursor = row.get::<_, Option<String>>(3)?.map(AlertId::new);
            let at = row.get::<_, u32>(4)? as usize;
            Ok(look.map(|look| Place { look, home, cursor, row: at }))
        })
    }

    /// Keeps where the analyst is. Written with the next decision: it may be lost with the machine's power.
    pub fn keep_place(&mut self, place: &Place) -> Result<()> {
        self.write_journal(Durability::Written, |_, conn| {
            let (digit, view) = match place.home {
                ViewRef::BuiltIn(digit) => (Some(digit), None),
                ViewRef::Saved(id) => (None, Some(id)),
            };
            // The view may be gone: another instance deleted it.
            let view = view.map(|id| known(conn, id)).transpose()?.flatten();
            conn.prepare_cached(
                "INSERT INTO place (id, look, home_digit, home_view, cursor, row) VALUES (1, ?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (id) DO UPDATE SET look = excluded.look, home_digit = excluded.home_digit, \
                 home_view = excluded.home_view, cursor = excluded.cursor, row = excluded.row",
            )?
            .execute(params![
                place.look.to_json().to_string(),
                digit,
                view,
                place.cursor.as_ref().map(AlertId::as_str),
                u32::try_from(place.row).unwrap_or(0),
            ])?;
            Ok(())
        })
    }

    /// The greatest alert key that a view has seen. A cache that is begun anew numbers its alerts from there, so that
    /// none of them passes for seen.
    pub(in crate::store) fn greatest_seen(&self) -> Result<u32> {
        self.read_journal(|conn| {
            Ok(conn.query_row("SELECT coalesce(max(seen), 0) FROM view", [], |row| row.get(0))?)
        })
    }
}

/// A view, or the name of one that cannot be read.
fn kept(row: &Row<'_>) -> Result<Result<KeptView, SafeText>, Trouble> {
    let name: String = row.get(1)?;
    let Some(look) = row.get_ref(3)?.as_str().ok().and_then(Look::from_json) else {
        return Ok(Err(SafeText::from(name)));
    };
    let former: Option<String> = row.get(4)?;
    Ok(Ok(KeptView {
        id: ViewId(row.get(0)?),
        view: SavedView { name, digit: row.get(2)?, look },
        former: former.as_deref().and_then(Look::from_json),
        seen: AlertKey(row.get(5)?),
        looked: moment::read(row.get(6)?),
    }))
}

fn insert(conn: &Connection, view: &SavedView, seen: AlertKey, at: DateTime<Utc>) -> Result<Edited, Trouble> {
    let id = conn
        .prepare_cached("INSERT INTO view (name, digit, look, seen, looked) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .insert(params![view.name, view.digit, view.look.to_json().to_string(), seen.0, moment::write(at)])?;
    Ok(Edited::Added(ViewId(id)))
}

/// Saves a look over a view. The same look again leaves the former one as it is.
fn save_over(
    conn: &Connection,
    id: ViewId,
    look: &Look,
    seen: AlertKey,
    at: DateTime<Utc>,
) -> Result<Edited, Trouble> {
    conn.prepare_cached(
        "UPDATE view SET former = CASE look WHEN ?2 THEN former ELSE look END, look = ?2, seen = ?3, looked = ?4 \
         WHERE id = ?1",
    )?
    .execute(params![id.0, look.to_json().to_string(), seen.0, moment::write(at)])?;
    Ok(Edited::Changed(id))
}

fn changed(id: ViewId, rows: usize) -> Edited {
    if rows == 0 { Edited::Nothing } else { Edited::Changed(id) }
}

fn known(conn: &Connection, id: ViewId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM view WHERE id = ?1")?.query_row([id.0], |row| row.get(0)).optional()
}

fn with_digit(conn: &Connection, digit: u8) -> rusqlite::Result<Option<ViewId>> {
    conn.prepare_cached("SELECT id FROM view WHERE digit = ?1")?
        .query_row([digit], |row| row.get(0).map(ViewId))
        .optional()
}

fn named(conn: &Connection, name: &str) -> rusqlite::Result<Option<ViewId>> {
    conn.prepare_cached("SELECT id FROM view WHERE name = ?1")?
        .query_row([name], |row| row.get(0).map(ViewId))
        .optional()
}

/// Takes a digit from the view that has it.
fn free_digit(conn: &Connection, digit: u8) -> rusqlite::Result<()> {
    conn.execute("UPDATE view SET digit = NULL WHERE digit = ?1", [digit]).map(|_| ())
}

fn set_digit(conn: &Connection, id: ViewId, digit: Option<u8>) -> rusqlite::Result<usize> {
    conn.execute("UPDATE view SET digit = ?2 WHERE id = ?1", params![id.0, digit])
}

/// `view 5`, or what follows where that name is taken.
fn free_name(conn: &Connection, digit: u8) -> rusqlite::Result<String> {
    let mut name = format!("view {digit}");
    let mut number = 2;
    while named(conn, &name)?.is_some() {
        name = format!("view {digit} ({number})");
        number += 1;
    }
    Ok(name)
}
