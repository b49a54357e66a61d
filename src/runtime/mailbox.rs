//! Sends messages to the main thread.
//!
//! Snapshots of the alerts do not queue: only the newest of a workspace waits, however long the main thread is stuck in a
//! write.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Event;
use crate::app::Message;
use crate::domain::table::Table;

/// The way to the main thread. Clones share it.
#[derive(Clone)]
pub struct Mailbox {
    events: Sender<Event>,
}

/// The snapshot of a workspace that waits, if one does. Each workspace has its own: what was said of one that was closed since
/// never brings a snapshot of the next one.
#[derive(Debug, Clone, Default)]
pub struct Slot(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    newest: Option<Arc<Table>>,
    /// The workspace is on the screen. Until then nothing is said of its snapshots.
    shown: bool,
}

impl Slot {
    /// Takes the snapshot that waits.
    pub fn take(&self) -> Option<Arc<Table>> {
        self.lock().newest.take()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox {
    /// A mailbox that delivers to `events`.
    pub fn new(events: Sender<Event>) -> Self {
        Self { events }
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
    pub fn table(&self, slot: &Slot, table: Arc<Table>) {
        let mut waiting = slot.lock();
        if waiting.newest.replace(table).is_none() && waiting.shown {
            self.event(Event::Table(slot.clone()));
        }
    }

    /// The workspace is on the screen: sends its newest snapshot, or the one it was opened with, among the other messages, and
    /// says from now on when there is a newer one.
    pub fn show(&self, slot: &Slot, opened: &Arc<Table>) {
        let mut waiting = slot.lock();
        let table = waiting.newest.take().unwrap_or_else(|| Arc::clone(opened));
        waiting.shown = true;
        self.send(Message::Table(table));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::app::message::Start;
    use crate::domain::table::TableBuilder;

    #[test]
    fn of_several_snapshots_only_the_newest_waits() {
        let (events, inbox) = channel();
        let mailbox = Mailbox::new(events);
        let mut builder = TableBuilder::new();
        let tables = [builder.snapshot(), builder.snapshot(), builder.snapshot()];
        let slot = Slot::default();
        mailbox.show(&slot, &tables[0]);
        assert!(matches!(inbox.try_recv(), Ok(Event::Message(Message::Table(_)))));
        for table in &tables {
            mailbox.table(&slot, Arc::clone(table));
        }
        assert_eq!(inbox.try_iter().count(), 1);
        assert_eq!(slot.take(), Some(Arc::clone(&tables[2])));
        assert_eq!(slot.take(), None);
        mailbox.table(&slot, Arc::clone(&tables[0]));
        assert_eq!(inbox.try_iter().count(), 1);
    }

    #[test]
    fn the_next_workspace_is_silent_until_it_is_shown_and_then_comes_in_order() {
        let (events, inbox) = channel();
        let mailbox = Mailbox::new(events);
        let mut builder = TableBuilder::new();
        let tables = [builder.snapshot(), builder.snapshot(), builder.snapshot(), builder.snapshot()];
        let (former, next) = (Slot::default(), Slot::default());
        mailbox.show(&former, &tables[0]);
        mailbox.table(&former, Arc::clone(&tables[1]));
        mailbox.table(&next, Arc::clone(&tables[2]));
        mailbox.send(Message::Start(Start::Switched));
        mailbox.show(&next, &tables[0]);
        mailbox.table(&next, Arc::clone(&tables[3]));
        let brought: Vec<Option<Arc<Table>>> = inbox
            .try_iter()
            .map(|event| match event {
                Event::Message(Message::Table(table)) => Some(table),
                Event::Table(slot) => slot.take(),
                _ => None,
            })
            .collect();
        let [first, second, third, fourth] = tables.map(Some);
        assert_eq!(brought, [first, second, None, third, fourth]);
    }
}
