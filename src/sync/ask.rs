//! Asking the store, with one kind of error.

use crate::domain::progress::Fault;
use crate::store::{Store, StoreError, StoreHandle};
use crate::sync::trouble::storage;

/// Runs a job on the store's thread.
pub(super) async fn ask<T: Send + 'static>(
    store: &StoreHandle,
    job: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Fault> {
    store.call(job).await.and_then(|answer| answer).map_err(|error| storage(&error))
}
