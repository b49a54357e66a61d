//! What the journal holds of a period, for the report.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{alert, effective, history, log, record, trigger};
use crate::domain::ChangeId;
use crate::domain::report::{First, Material};
use crate::store::error::{Result, Trouble};
use crate::store::{Store, moment};

impl Store {
    /// What was done from a moment on and before another. In memory as a whole: a shift, not a year.
    pub fn period(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Material> {
        let pending = self.pending_total()?;
        let span = (moment::write(since), moment::write(until));
        self.read_journal(|conn| {
            let mut material = Material { pending, ..Material::default() };
            for id in ids(conn, "SELECT id FROM change WHERE at >= ?1 AND at < ?2 ORDER BY id", span)? {
                if let Some(change) = history::find(conn, ChangeId(id))? {
                    material.changes.push((change, log::targets(conn, ChangeId(id), 0, usize::MAX)?));
                }
            }
            for id in ids(conn, "SELECT id FROM deed WHERE at >= ?1 AND at < ?2 ORDER BY id", span)? {
                if let Some((id, mut deed)) = record::find(conn, id)? {
                    deed.alerts = log::alerts(conn, id, 0, usize::MAX)?;
                    material.deeds.push(deed);
                }
            }
            material.triggers = trigger::confirmed(conn, span)?;
            material.firsts = firsts(conn, span)?;
            Ok(material)
        })
    }
}

fn ids(conn: &Connection, sql: &str, span: (i64, i64)) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached(sql)?.query_map([span.0, span.1], |row| row.get(0))?.collect()
}

/// Alerts that were first taken up, or first closed, in a span of time. Assigning somebody, setting in progress and closing
/// take an alert up. A close counts when it was read back and no undo of it had an effect.
fn firsts(conn: &Connection, (since, until): (i64, i64)) -> Result<Vec<First>, Trouble> {
    let (of_change, of_undo) = (effective("t"), effective("u"));
    let mut statement = conn.prepare_cached(&format!(
        "WITH closed AS (SELECT t.subject, min(c.at) AS at FROM target t JOIN change c ON c.id = t.change \
           WHERE t.want IN ('Dismissed', 'Resolved') AND t.outcome = 'verified' AND t.sent > 0 \
           AND NOT EXISTS (SELECT 1 FROM change r JOIN target u ON u.change = r.id AND u.subject = t.subject \
             WHERE r.undoes = t.change AND {of_undo}) GROUP BY t.subject), \
         taken AS (SELECT subject, min(at) AS at FROM ( \
           SELECT subject, at FROM closed \
           UNION ALL SELECT t.subject, c.at FROM target t JOIN change c ON c.id = t.change \
             WHERE t.want = 'InProgress' AND {of_change} \
           UNION ALL SELECT a.subject, a.at FROM assignment a WHERE a.who <> '' AND (a.change IS NULL \
             OR EXISTS (SELECT 1 FROM target t WHERE t.change = a.change AND t.subject = a.subject AND {of_change})) \
         ) GROUP BY subject) \
         SELECT s.alert, taken.at, closed.at FROM taken JOIN subject s ON s.id = taken.subject \
         LEFT JOIN closed ON closed.subject = s.id \
         WHERE taken.at >= ?1 AND taken.at < ?2 OR closed.at >= ?1 AND closed.at < ?2 ORDER BY s.id"
    ))?;
    let mut rows = statement.query(params![since, until])?;
    let mut firsts = Vec::new();
    while let Some(row) = rows.next()? {
        let within = |at: Option<i64>| at.filter(|at| (since..until).contains(at)).map(moment::read);
        firsts.push(First { id: alert(row, 0)?, taken: within(row.get(1)?), closed: within(row.get(2)?) });
    }
    Ok(firsts)
}
