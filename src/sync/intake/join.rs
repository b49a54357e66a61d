//! Alerts of a file beside those that the cache has: one alert is one row, whatever it came in.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::names::Names;
use crate::azure::parse_alert;
use crate::domain::export::alert::with_status;
use crate::domain::table::RowData;
use crate::domain::{Alert, AlertId, AlertKey, Stated, Status};
use crate::import::Found;
use crate::import::merge::{is_richer, newest};
use crate::store::{Bytes, Import, Store, StoreError, Unpacked};

/// What will be written of an alert.
struct Draft {
    id: AlertId,
    alert: Alert,
    body: String,
    source: Option<String>,
    /// Of the record that gave the status: another one may tell more.
    stated: Stated,
    /// The cache has just this.
    is_unchanged: bool,
}

/// Writes a batch. Returns how many alerts the cache did not have.
pub(super) fn apply(store: &mut Store, batch: Vec<Found>, names: &mut Names) -> Result<usize, StoreError> {
    let mut drafts: Vec<Draft> = Vec::with_capacity(batch.len());
    let mut places: HashMap<AlertId, usize> = HashMap::with_capacity(batch.len());
    let (mut superseded, mut listed): (BTreeSet<AlertKey>, HashSet<AlertId>) =
        (BTreeSet::new(), HashSet::new());
    let (mut added, mut unpacked) = (0, Unpacked::default());
    for found in batch {
        let mut id = found.alert.id.clone();
        if !places.contains_key(&id)
            && let Some(other) = names.other(store, &id, &superseded)
        {
            let is_made_up = AlertId::is_placeless(id.parent());
            let (from, to) = if is_made_up { (&id, &other) } else { (&other, &id) };
            names.forget(from);
            if is_made_up || store.key(to).is_some() {
                // The cache has it under its true id.
                superseded.extend(store.key(from));
                store.rename(from, to)?;
            } else {
                // This record knows better: the alert moves to its true id.
                move_to(store, (from, to), &mut drafts, &mut places, &mut superseded)?;
                names.add(to);
            }
            id = to.clone();
        }
        if listed.contains(&id) {
            continue;
        }
        let place = match places.get(&id) {
            Some(place) => Some(*place),
            None => match known(store, &id, &mut unpacked)? {
                Some(Known::Listed) => {
                    listed.insert(id);
                    continue;
                }
                Some(Known::Imported(draft)) => {
                    drafts.push(*draft);
                    places.insert(id.clone(), drafts.len() - 1);
                    Some(drafts.len() - 1)
                }
                Some(Known::Damaged(stated)) => {
                    places.insert(id.clone(), drafts.len());
                    let mut draft = fresh(id, found);
                    draft.stated = stated.map_or(draft.stated, |stated| newest(stated, draft.stated));
                    drafts.push(draft);
                    continue;
                }
                None => None,
            },
        };
        if let Some(place) = place {
            merge(&mut drafts[place], found);
            continue;
        }
        added += 1;
        names.add(&id);
        places.insert(id.clone(), drafts.len());
        drafts.push(fresh(id, found));
    }
    // Asked last: a decision may have been made a moment ago, or have moved to an alert's true id.
    let kept = store.kept_here(drafts.iter().map(|draft| &draft.id))?;
    let imports: Vec<Import> = drafts.into_iter().filter_map(|draft| import(draft, &kept)).collect();
    if !imports.is_empty() || !superseded.is_empty() {
        let superseded: Vec<AlertKey> = superseded.into_iter().collect();
        store.import(&imports, &superseded)?;
    }
    Ok(added)
}

enum Known {
    /// A source has it, and knows best.
    Listed,
    /// Of a file, as it was written.
    Imported(Box<Draft>),
    /// Of a file, and its bytes cannot be read any more: this record takes their place.
    Damaged(Option<Stated>),
}

fn known(store: &mut Store, id: &AlertId, unpacked: &mut Unpacked) -> Result<Option<Known>, StoreError> {
    let Some(key) = store.key(id) else { return Ok(None) };
    let table = store.snapshot();
    let Some(row) = table.get(key) else { return Ok(None) };
    if !row.flags().is_imported() {
        return Ok(Some(Known::Listed));
    }
    let Bytes { raw, source } = match store.bytes_of(id, unpacked) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(StoreError::DamagedImport { .. }) => return Ok(Some(Known::Damaged(store.stated(id)?))),
        Err(error) => return Err(error),
    };
    let body = String::from_utf8_lossy(&raw).into_owned();
    let Ok(alert) = parse_alert(&body) else { return Ok(Some(Known::Damaged(store.stated(id)?))) };
    let source = (!source.is_empty() && source != raw).then(|| String::from_utf8_lossy(&source).into_owned());
    let status = row.remote_status();
    let stated = match store.stated(id)? {
        Some(stated) => stated,
        // Written before that was kept.
        None => Stated {
            status,
            generated: alert.times.generated,
            is_first_report: source.is_some() && status == Status::Active,
        },
    };
    Ok(Some(Known::Imported(Box::new(Draft {
        id: row.id(),
        alert,
        body,
        source,
        stated,
        is_unchanged: true,
    }))))
}

fn fresh(id: AlertId, found: Found) -> Draft {
    let body = body_under(&id, &found);
    let stated = Stated::from(&found);
    let Found { alert, source, .. } = found;
    Draft { id, alert, body, source, stated, is_unchanged: false }
}

/// The body of a record that was found to be about the alert with this id.
fn body_under(id: &AlertId, found: &Found) -> String {
    let own = &found.alert.id;
    if own == id { found.body.clone() } else { found.body.replace(own.as_str(), id.as_str()) }
}

/// One more record of an alert.
fn merge(draft: &mut Draft, found: Found) {
    let stated = newest(draft.stated, Stated::from(&found));
    if stated != draft.stated {
        draft.stated = stated;
        draft.is_unchanged = false;
    }
    let body = body_under(&draft.id, &found);
    if is_richer(&draft.alert, &found.alert) && body != draft.body {
        let Found { alert, source, .. } = found;
        (draft.alert, draft.body, draft.source) = (alert, body, source);
        draft.is_unchanged = false;
    }
}

/// Brings what is known of an alert from an id that was put together to its true one.
fn move_to(
    store: &mut Store,
    (from, to): (&AlertId, &AlertId),
    drafts: &mut Vec<Draft>,
    places: &mut HashMap<AlertId, usize>,
    superseded: &mut BTreeSet<AlertKey>,
) -> Result<(), StoreError> {
    let place = match (places.remove(from), known(store, from, &mut Unpacked::default())?) {
        (Some(place), _) => place,
        (None, Some(Known::Imported(draft))) => {
            drafts.push(*draft);
            drafts.len() - 1
        }
        (None, Some(Known::Damaged(_))) => {
            superseded.extend(store.key(from));
            return store.rename(from, to);
        }
        (None, _) => return Ok(()),
    };
    let draft = &mut drafts[place];
    draft.body = draft.body.replace(from.as_str(), to.as_str());
    draft.id = to.clone();
    draft.is_unchanged = false;
    places.insert(to.clone(), place);
    superseded.extend(store.key(from));
    store.rename(from, to)
}

/// What is to be written of a draft; none when the cache has it so.
fn import(draft: Draft, kept: &HashMap<AlertId, Status>) -> Option<Import> {
    let decided = kept.get(&draft.id).copied();
    let status = decided.unwrap_or(draft.stated.status);
    if draft.is_unchanged && status == draft.stated.status {
        return None;
    }
    let Draft { id, alert, mut body, source, stated, .. } = draft;
    let mut source = source;
    if status != alert.status
        && let Some(changed) = with_status(&body, status)
    {
        // The record as it stood in the file is kept beside it.
        source = source.or_else(|| Some(std::mem::take(&mut body)));
        body = changed;
    }
    let mut data = RowData::from(&alert);
    data.flags = data.flags.imported();
    (data.id, data.status) = (id, status);
    let source = source.map(String::into_bytes).unwrap_or_default();
    Some(Import { data, raw: body.into_bytes().into(), source: source.into(), stated })
}
