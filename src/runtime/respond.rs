//! What a logic app would be sent for alerts, from the bodies in the cache: for the screen and for the command.

use std::sync::Arc;

use crate::azure;
use crate::domain::automation::AlertEvent;
use crate::domain::response::{Outgoing, TriggerRecord};
use crate::domain::{AlertId, SafeText};
use crate::store::{Store, StoreError, StoreHandle};

/// Alerts read in one call of the store, which serves others between two calls.
const CHUNK: usize = 20;

/// Reads the alerts' bodies and makes of each what would be sent. What cannot be sent is left out and says why.
pub async fn outgoing(store: &StoreHandle, ids: Vec<AlertId>) -> Result<Outgoing, SafeText> {
    let mut outgoing = Outgoing::default();
    for chunk in ids.chunks(CHUNK) {
        let ids = chunk.to_vec();
        let read = store.call(move |store| bodies(store, ids)).await;
        let read = read.and_then(|read| read).map_err(|error| SafeText::from(error.to_string()))?;
        let made = tokio::task::spawn_blocking(move || {
            add(&mut outgoing, read);
            outgoing
        });
        outgoing = made.await.map_err(|_| SafeText::from("the alerts could not be read"))?;
    }
    Ok(outgoing)
}

fn add(outgoing: &mut Outgoing, read: Vec<Read>) {
    for (id, body, past) in read {
        outgoing.past.extend(past);
        match body.and_then(|body| event(id.clone(), body.as_deref())) {
            Ok(event) => outgoing.events.push(Arc::new(event)),
            Err(why) => outgoing.left_out.push((id, why)),
        }
    }
}

/// An alert, its body or why it cannot be read, and what was triggered on it before.
type Read = (AlertId, Result<Option<Vec<u8>>, SafeText>, Vec<TriggerRecord>);

fn bodies(store: &mut Store, ids: Vec<AlertId>) -> Result<Vec<Read>, StoreError> {
    ids.into_iter()
        .map(|id| {
            let body = match store.raw(&id) {
                Ok(body) => Ok(body),
                // The next sync brings it anew; the others can be sent meanwhile.
                Err(StoreError::DamagedCache { .. }) => {
                    Err("its body in the cache is damaged; a sync fetches it again".into())
                }
                Err(StoreError::DamagedImport { .. }) => {
                    Err("its body in the cache is damaged; import its file again".into())
                }
                Err(error) => return Err(error),
            };
            let past = store.triggers_of(&id)?;
            Ok((id, body, past))
        })
        .collect()
}

fn event(id: AlertId, body: Option<&[u8]>) -> Result<AlertEvent, SafeText> {
    let Some(body) = body else {
        return Err("the cache holds no body for this alert; a sync fetches it".into());
    };
    let event = azure::alert_event(&String::from_utf8_lossy(body))
        .map_err(|error| SafeText::from(format!("the alert cannot be read: {error}")))?;
    // The id under which it is known here, in this letter case.
    Ok(AlertEvent { id, ..event })
}
