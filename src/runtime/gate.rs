//! A gate before the terminal's input: closed while a command has the terminal, so that no key of the command is taken
//! from it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

/// How long the reader is given before it is woken again: a wake may come together with a key, and is lost then.
const AGAIN: Duration = Duration::from_millis(20);

/// The most wakes. A reader that does not come is gone.
const WAKES: usize = 50;

#[derive(Debug, Default)]
struct State {
    closed: bool,
    waits: bool,
}

/// The gate. Clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    /// Waits while the gate is closed. For the reader, between two events.
    pub fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.closed {
            state.waits = true;
            changed.notify_all();
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waits = false;
    }

    /// Closes the gate and waits until the reader stands before it. The signal of a new size wakes it from its read.
    pub fn close(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        for _ in 0..WAKES {
            if state.waits {
                return;
            }
            // Ourselves we can always signal.
            let _ = kill_process(getpid(), Signal::WINCH);
            let waited = changed.wait_timeout(state, AGAIN);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Opens it again.
    pub fn open(&self) {
        let (state, changed) = &*self.0;
        state.lock().unwrap_or_else(PoisonError::into_inner).closed = false;
        changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    #[test]
    fn a_closed_gate_holds_the_reader_until_it_is_opened() {
        let gate = Gate::default();
        gate.pass();
        let (events, inbox) = channel();
        let reader = gate.clone();
        let thread = thread::spawn(move || {
            for number in 0.. {
                reader.pass();
                if events.send(number).is_err() {
                    return;
                }
            }
        });
        assert_eq!(inbox.recv(), Ok(0));
        gate.close();
        let before: Vec<i32> = inbox.try_iter().collect();
        assert!(inbox.try_recv().is_err(), "nothing comes through: {before:?}");
        gate.open();
        assert!(inbox.recv().is_ok());
        drop(inbox);
        thread.join().unwrap();
    }
}
