//! What is being written at the source for the screen: rules, mail settings. Leaving waits a moment for it.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How long a write may take to be answered when the program leaves.
const GRACE: Duration = Duration::from_secs(5);

/// The writes on their way.
pub struct Writes {
    handle: Handle,
    tasks: JoinSet<()>,
}

impl Writes {
    /// None yet.
    pub fn new(handle: Handle) -> Self {
        Self { handle, tasks: JoinSet::new() }
    }

    /// Begins one.
    pub fn run(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        // Those that have ended are forgotten.
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn_on(task, &self.handle);
    }

    /// Waits until all are answered, for a moment at most. Blocks.
    pub fn land(&mut self) {
        let tasks = &mut self.tasks;
        let landed = async { while tasks.join_next().await.is_some() {} };
        if self.handle.block_on(async { tokio::time::timeout(GRACE, landed).await }).is_err() {
            tracing::warn!("something was still being written at the source when the program left");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn leaving_waits_for_what_is_on_its_way() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        let landed = Arc::new(AtomicUsize::new(0));
        let mut writes = Writes::new(runtime.handle().clone());
        for _ in 0..3 {
            let landed = Arc::clone(&landed);
            writes.run(async move {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                landed.fetch_add(1, Ordering::SeqCst);
            });
        }
        writes.land();
        assert_eq!(landed.load(Ordering::SeqCst), 3);
    }
}
