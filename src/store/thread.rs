//! The thread that owns the store.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Store;
use super::error::StoreError;
use crate::domain::table::Table;

/// Jobs after which a snapshot is published although more are waiting.
const BATCH: usize = 64;

/// How often an idle store looks for what another instance wrote.
const LOOK: Duration = Duration::from_secs(2);

enum Job {
    Run(Box<dyn FnOnce(&mut Store) + Send>),
    Close,
}

/// Sends jobs to the store's thread. Clones share it; the thread ends with [`Self::close`], or with the last clone.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    jobs: Sender<Job>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl StoreHandle {
    /// Starts the thread. `published` gets the table now, and whenever jobs have changed it: at most once per batch of waiting
    /// jobs.
    pub fn spawn(store: Store, published: impl FnMut(Arc<Table>) + Send + 'static) -> Self {
        let (jobs, waiting) = channel();
        let thread = std::thread::spawn(move || run(store, &waiting, published));
        Self { jobs, thread: Arc::new(Mutex::new(Some(thread))) }
    }

    /// Runs a job on the store's thread and waits for its result without blocking.
    pub async fn call<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Store) -> R + Send + 'static,
    ) -> Result<R, StoreError> {
        self.send(job)?.await.map_err(|_| StoreError::Closed)
    }

    /// The same, blocking this thread. Not for asynchronous code.
    pub fn call_blocking<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Store) -> R + Send + 'static,
    ) -> Result<R, StoreError> {
        self.send(job)?.blocking_recv().map_err(|_| StoreError::Closed)
    }

    /// Ends the thread after the jobs already sent, and merges the logs into their files. Later calls on clones fail with
    /// [`StoreError::Closed`].
    pub fn close(self) {
        // A thread that is gone already has nothing to close.
        let _ = self.jobs.send(Job::Close);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    fn send<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Store) -> R + Send + 'static,
    ) -> Result<oneshot::Receiver<R>, StoreError> {
        let (answer, result) = oneshot::channel();
        let run = Box::new(move |store: &mut Store| {
            // Nobody waits any more when the caller was cancelled; the job's effect stands.
            let _ = answer.send(job(store));
        });
        self.jobs.send(Job::Run(run)).map_err(|_| StoreError::Closed)?;
        Ok(result)
    }
}

fn run(mut store: Store, waiting: &Receiver<Job>, mut published: impl FnMut(Arc<Table>)) {
    let mut last = None;
    let mut publish = |store: &mut Store| {
        let table = store.snapshot();
        if last != Some(table.generation()) {
            last = Some(table.generation());
            published(table);
        }
    };
    publish(&mut store);
    'open: loop {
        let first = match waiting.recv_timeout(LOOK) {
            Ok(first) => first,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                // A file that cannot be looked at now says so to the next call that needs it.
                let _ = store.refresh();
                publish(&mut store);
                store.keep_look();
                continue;
            }
        };
        for job in std::iter::once(first).chain(waiting.try_iter()).take(BATCH) {
            match job {
                Job::Run(job) => {
                    job(&mut store);
                    store.mend();
                }
                Job::Close => break 'open,
            }
        }
        publish(&mut store);
    }
    publish(&mut store);
    store.close();
}
