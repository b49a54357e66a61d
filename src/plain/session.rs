//! What was printed last. A number means the alert that was printed under it until the next list is printed: the set that
//! was heard is the set that changes. Once the list is another one, its filter, say, numbers mean nothing until then.

use std::collections::VecDeque;
use std::time::Instant;

use crate::app::Message;
use crate::app::key::{Code, Key};
use crate::app::message::Ask;
use crate::app::model::{Model, Overlay, Step as RuleStep};
use crate::domain::AlertKey;
use crate::domain::key_set::KeySet;
use crate::domain::listing::Listing;
use crate::domain::query::{GroupBy, Sort};
use crate::plain::news::News;
use crate::plain::{act, answer, first_run, overlays, speech, tabs, waits};

/// Lines of a text that are printed before `more` is asked for, on a terminal.
const SCREENFUL: usize = 60;

/// What is to be done for a typed line.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Give this to the core.
    Send(Message),
    /// Wait until no change is on its way.
    Wait,
    /// Leave.
    Quit,
}

/// What an answer is to say beside what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// A page of the list, from a place on.
    List(usize),
    /// The summary of the alert under the cursor.
    Summary,
    /// The tab that is open.
    Tab,
    /// Where the user is.
    Here,
    /// What is marked.
    Marks,
    /// These lines.
    Say(Vec<String>),
}

/// Which list it is: the filter's text, the order, the groups, and how many pivots deep. A sync makes no other list of it.
type Look = (String, Sort, Option<GroupBy>, usize);

fn look(model: &Model) -> Look {
    let list = &model.list;
    (model.filter.applied.to_string(), list.sort.clone(), list.group, model.pivots.len())
}

/// What was printed, and what is to be.
pub struct Plain {
    /// Columns of the terminal.
    pub(super) width: usize,
    /// True when somebody reads along: long texts come in parts.
    pub(super) interactive: bool,
    /// The list whose numbers count.
    pub(super) frozen: Listing,
    /// The list whose groups were printed last.
    pub(super) grouped: Listing,
    /// The places of it that were printed.
    pub(super) printed: Vec<std::ops::Range<usize>>,
    /// Which list there was when the last line was read.
    look: Option<Look>,
    /// Numbers were printed, and mean nothing since the list is another one.
    void: bool,
    /// The marks that a command made for its numbers.
    pub(super) own: Option<KeySet>,
    /// What is left of a long text.
    pub(super) rest: VecDeque<String>,
    /// What the last line asked for.
    pub(super) wish: Option<Wish>,
    /// The chart whose numbers count.
    pub(super) chart: overlays::Printed,
    /// The field of a form whose value the next line is.
    pub(super) field: Option<usize>,
    /// What was said about the state after the last answer.
    pub(super) before: answer::Seen,
    /// What happened since.
    pub(super) news: News,
}

impl Plain {
    /// Nothing was printed yet. A terminal's lines are `width` wide.
    pub fn new(width: usize, interactive: bool) -> Self {
        Self {
            width: width.clamp(20, 500),
            interactive,
            frozen: Listing::default(),
            grouped: Listing::default(),
            printed: Vec::new(),
            look: None,
            void: false,
            own: None,
            rest: VecDeque::new(),
            wish: None,
            chart: overlays::Printed::default(),
            field: None,
            before: answer::Seen::default(),
            news: News::default(),
        }
    }

    /// What a typed line asks for. What it says at once is part of the next answer.
    pub fn typed(&mut self, model: &Model, line: &str) -> Vec<Step> {
        self.outdate(model);
        let done = if model.first_run.is_some() {
            first_run::reply(model, line)
        } else if let Some(overlay) = model.overlays.last() {
            self.reply(model, overlay, line)
        } else {
            act::line(self, model, line)
        };
        match done {
            Ok(steps) => steps,
            Err(why) => {
                self.wish = Some(Wish::Say(speech::wrapped(&speech::capital(&why), self.width)));
                Vec::new()
            }
        }
    }

    /// Another filter, order, grouping or pivot makes another list: the numbers of the last one are not to be taken for
    /// its own.
    fn outdate(&mut self, model: &Model) {
        let look = look(model);
        if self.look.as_ref() != Some(&look) {
            self.void |= !self.printed.is_empty();
            self.printed.clear();
            self.grouped = Listing::default();
            self.look = Some(look);
        }
    }

    /// A list is printed: its numbers count.
    pub(super) fn freeze(&mut self, listing: &Listing) {
        self.frozen = listing.clone();
        self.printed.clear();
        self.rest.clear();
        self.void = false;
    }

    fn reply(&mut self, model: &Model, overlay: &Overlay, line: &str) -> Result<Vec<Step>, String> {
        if line.trim() == "more" && !self.rest.is_empty() {
            self.wish = Some(Wish::Say(self.take_rest()));
            return Ok(Vec::new());
        }
        overlays::reply(self, model, overlay, line.trim())
    }

    /// The core heard something. Called after every message.
    pub fn heard(&mut self, model: &Model, awaited: bool) {
        self.news.heard(model, awaited);
    }

    /// What is worth saying at a prompt, though nobody typed a line: how far files are read.
    pub fn progress(&mut self, model: &Model, at: Instant) -> Option<String> {
        self.news.progress(model, at)
    }

    /// Text that was to be copied: it is printed, and each of its lines stands alone.
    pub fn copied(&mut self, text: &str) {
        self.news.copied.extend(text.lines().map(|line| crate::domain::SafeStr(line).to_string()));
    }

    /// It is waited for running changes and files that are read: says so where there is none.
    pub fn waits(&mut self, model: &Model) {
        if model.bulk.running.is_empty() && !waits::is_reading(model) {
            self.wish = Some(Wish::Say(vec!["Nothing is under way.".to_owned()]));
        }
    }

    /// The lines that answer what was typed.
    pub fn answer(&mut self, model: &Model) -> Vec<String> {
        answer::answer(self, model)
    }

    /// What is known when the program has started.
    pub fn greeting(&mut self, model: &Model) -> Vec<String> {
        self.news.begin(model);
        let mut lines = Vec::new();
        if model.first_run.is_none() {
            lines.extend(tabs::here(self, model));
            lines.push("Type list to read the alerts, help for the words, quit to leave.".to_owned());
        }
        if model.first_run.is_some() {
            lines.extend(self.answer(model));
        } else {
            // What was just said is no news.
            self.before = answer::Seen::of(self, model);
            self.news.said.clear();
        }
        lines
    }

    /// The prompt: where the user is, or what is asked.
    pub fn prompt(&self, model: &Model) -> String {
        let prompt = if let Some(first_run) = &model.first_run {
            first_run::prompt(first_run)
        } else if let Some(overlay) = model.overlays.last() {
            overlays::prompt(self, overlay)
        } else {
            tabs::prompt(model)
        };
        format!("{}> ", speech::fold(&prompt))
    }

    /// A sheet that is only read is closed as soon as it was printed, so that nobody has to leave it; marks that a command
    /// made for its numbers are taken off when it is over, so that no later command is about them.
    pub fn after(&mut self, model: &Model) -> Option<Message> {
        let Some(overlay) = model.overlays.last() else {
            let own = self.own.take().filter(|own| model.list.marks == *own);
            return own.map(|own| Message::Ask(Ask::TakeOff(own)));
        };
        let read = match overlay {
            Overlay::Help(..) | Overlay::Jobs(_) | Overlay::Outcomes(_) | Overlay::Output(_) => true,
            Overlay::Failures(failures) => failures.targets.is_empty(),
            Overlay::RuleForm(form) => matches!(form.step, RuleStep::Stored(..)),
            _ => false,
        };
        read.then(|| Message::Key(Key::plain(Code::Esc)))
    }

    /// Prints what fits and keeps the rest for `more`.
    pub(super) fn part(&mut self, mut lines: Vec<String>) -> Vec<String> {
        self.rest.clear();
        if self.interactive && lines.len() > SCREENFUL + 5 {
            self.rest = lines.split_off(SCREENFUL).into();
            lines.push(format!("{} more lines: type more.", self.rest.len()));
        }
        lines
    }

    /// The next part of a long text.
    pub(super) fn take_rest(&mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.rest).into();
        self.part(rest)
    }

    /// The alerts of numbers.
    pub(super) fn alerts(&self, numbers: &[usize]) -> Result<Vec<AlertKey>, String> {
        numbers.iter().map(|number| self.alert(*number)).collect()
    }

    fn alert(&self, number: usize) -> Result<AlertKey, String> {
        if self.void {
            return Err("the list changed: type list first, for its numbers".to_owned());
        }
        if self.printed.is_empty() {
            return Err("no list was printed yet: type list, and its numbers can be used".to_owned());
        }
        let place = number.wrapping_sub(1);
        let printed = self.printed.iter().any(|range| range.contains(&place));
        if let Some(key) = self.frozen.key(place).filter(|_| printed) {
            return Ok(key);
        }
        let part = |range: &std::ops::Range<usize>| format!("{} to {}", range.start + 1, range.end);
        let parts: Vec<String> = self.printed.iter().map(part).collect();
        Err(format!("{number} is not among the numbers printed last: {}", parts.join(", ")))
    }

    /// The number of an alert in the list printed last, if it has one.
    pub(super) fn number(&self, key: AlertKey) -> Option<usize> {
        let places = self.printed.iter().flat_map(Clone::clone);
        places.into_iter().find(|place| self.frozen.key(*place) == Some(key)).map(|place| place + 1)
    }
}
