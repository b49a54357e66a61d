//! The other side of a talk: what was said to the core and what it answered.

use crate::app::harness::Harness;
use crate::app::{Effect, Model};
use crate::plain::session::{Plain, Step};
use crate::plain::words;

/// A talk, written down.
pub(super) struct Talk {
    pub(super) harness: Harness,
    pub(super) plain: Plain,
    pub(super) written: String,
    /// Effects that were seen.
    effects: usize,
}

impl Talk {
    pub(super) fn with(mut harness: Harness) -> Self {
        let keymap = &mut harness.model.settings.keymap;
        *keymap = std::mem::take(keymap).in_words(words::of);
        let mut plain = Plain::new(80, true);
        plain.heard(&harness.model, false);
        let greeting = plain.greeting(&harness.model);
        let effects = harness.effects.len();
        let mut talk = Self { harness, plain, written: String::new(), effects };
        talk.print(greeting);
        talk
    }

    pub(super) fn small() -> Self {
        Self::with(Harness::small())
    }

    pub(super) fn print(&mut self, lines: Vec<String>) {
        for line in lines {
            self.written += &line;
            self.written.push('\n');
        }
        while let Some(close) = self.plain.after(&self.harness.model) {
            self.harness.send(close);
            self.plain.answer(&self.harness.model);
        }
        self.written += &self.plain.prompt(&self.harness.model);
    }

    /// Types lines, one after the other.
    pub(super) fn say(&mut self, lines: &[&str]) -> &mut Self {
        for line in lines {
            self.written += line;
            self.written.push('\n');
            for step in self.plain.typed(&self.harness.model, line) {
                if let Step::Send(message) = step {
                    self.harness.send(message);
                    self.hear(true);
                }
            }
            let answer = self.plain.answer(&self.harness.model);
            self.print(answer);
        }
        self
    }

    /// The shell's part: what was ordered to be copied is printed.
    pub(super) fn hear(&mut self, awaited: bool) {
        self.plain.heard(&self.harness.model, awaited);
        for effect in &self.harness.effects[self.effects..] {
            if let Effect::Copy(text) = effect {
                self.plain.copied(text);
            }
        }
        self.effects = self.harness.effects.len();
    }

    /// Something happens by itself.
    pub(super) fn meanwhile(&mut self, what: impl FnOnce(&mut Harness)) -> &mut Self {
        what(&mut self.harness);
        self.hear(false);
        self
    }

    pub(super) fn model(&self) -> &Model {
        &self.harness.model
    }
}
