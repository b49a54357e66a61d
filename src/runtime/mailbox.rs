//! Sends messages to the main thread.
//!
//! Snapshots of the alerts do not queue: only the newest waits, however long the main thread is stuck in a write.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use super::Event;
use crate::app::Message;
use crate::domain::table::Table;

/// The way to the main thread. Clones share it.
#[derive(Clone)]
pub struct Mailbox {
    events: Sender<Event>,
    newest: Arc<Mutex<Option<Arc<Table>>>>,
}

impl Mailbox {
    /// A mailbox that delivers to `events`.
    pub fn new(events: Sender<Event>) -> Self {
        Self { events, newest: Arc::default() }
    }

    /// Sends a message; when the main thread has left, nobody misses it.
    pub fn send(&self, message: Message) {
        self.event(Event::Message(message));
    }

    /// Sends any event.
    pub fn event(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Sends a snapshot in place of one that still waits.
    pub fn table(&self, table: Arc<Table>) {
        let waiting = self.newest.lock().unwrap_or_else(PoisonError::into_inner).replace(table);
        if waiting.is_none() {
            self.event(Event::Table);
        }
    }

    /// Takes the snapshot that waits.
    pub fn newest_table(&self) -> Option<Arc<Table>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::domain::table::TableBuilder;

    #[test]
    fn of_several_snapshots_only_the_newest_waits() {
        let (events, inbox) = channel();
        let mailbox = Mailbox::new(events);
        let mut builder = TableBuilder::new();
        let tables = [builder.snapshot(), builder.snapshot(), builder.snapshot()];
        for table in &tables {
            mailbox.table(Arc::clone(table));
        }
        assert_eq!(inbox.try_iter().count(), 1);
        assert_eq!(mailbox.newest_table(), Some(Arc::clone(&tables[2])));
        assert_eq!(mailbox.newest_table(), None);
        mailbox.table(Arc::clone(&tables[0]));
        assert_eq!(inbox.try_iter().count(), 1);
    }
}
