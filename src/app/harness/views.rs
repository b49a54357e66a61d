//! Saved views and the last place, as the harness's journal has them; a new program on the same journal.

use std::sync::Arc;

use super::{Harness, key_of, me};
use crate::app::effect::JournalOrder;
use crate::app::message::{Journal, Message, Question, Start, Tallied};
use crate::app::model::Model;
use crate::domain::AlertKey;
use crate::domain::filter::{Compiled, Context, Filter};
use crate::domain::table::Table;
use crate::domain::view::{Edited, KeptView, SavedView, ViewCount, ViewEdit, ViewId};

impl Harness {
    pub(super) fn view_order(&mut self, order: JournalOrder) -> Vec<Message> {
        let answer = match order {
            JournalOrder::EditView { edit, seen, at } => {
                let edited = self.edit_view(&edit, seen);
                for kept in &mut self.kept.views {
                    if edited == Edited::Added(kept.id) {
                        kept.looked = at;
                    }
                }
                Journal::Views(Some((edit, edited)), self.kept.views.clone())
            }
            JournalOrder::LookAtView { id, seen, .. } => {
                for kept in self.kept.views.iter_mut().filter(|kept| kept.id == id) {
                    kept.seen = seen;
                }
                Journal::Noted
            }
            JournalOrder::KeepPlace(place) => {
                self.kept.place = Some(place);
                Journal::Noted
            }
            _ => Journal::Views(None, self.kept.views.clone()),
        };
        vec![Message::Journal(answer)]
    }

    fn edit_view(&mut self, edit: &ViewEdit, seen: AlertKey) -> Edited {
        let views = &mut self.kept.views;
        let at = |fits: &dyn Fn(&KeptView) -> bool| views.iter().position(fits);
        let found = match edit {
            ViewEdit::Under(digit, _) => at(&|kept| kept.view.digit == Some(*digit)),
            ViewEdit::Named(view) => at(&|kept| kept.view.name == view.name),
            ViewEdit::Rename(id, _)
            | ViewEdit::Digit(id, _)
            | ViewEdit::Restore(id)
            | ViewEdit::Delete(id) => at(&|kept| kept.id == *id),
        };
        let new = match edit {
            ViewEdit::Under(digit, look) => {
                SavedView { name: format!("view {digit}"), digit: Some(*digit), look: look.clone() }
            }
            ViewEdit::Named(view) => view.clone(),
            _ if found.is_none() => return Edited::Nothing,
            _ => SavedView { name: String::new(), digit: None, look: crate::domain::view::Look::default() },
        };
        let Some(at) = found else {
            let id = ViewId(views.iter().map(|kept| kept.id.0).max().unwrap_or(0) + 1);
            views.push(KeptView { id, view: new, former: None, seen, looked: self.now.utc });
            views.sort_by_key(|kept| (kept.view.digit.unwrap_or(u8::MAX), kept.view.name.clone()));
            return Edited::Added(id);
        };
        match edit {
            ViewEdit::Under(_, look) | ViewEdit::Named(SavedView { look, .. }) => {
                let former = std::mem::replace(&mut views[at].view.look, look.clone());
                views[at].former = Some(former);
                views[at].seen = seen;
            }
            ViewEdit::Rename(_, name) => views[at].view.name.clone_from(name),
            ViewEdit::Digit(_, digit) => {
                for kept in views.iter_mut().filter(|kept| kept.view.digit == *digit) {
                    kept.view.digit = None;
                }
                views[at].view.digit = *digit;
            }
            ViewEdit::Restore(_) => {
                let Some(former) = views[at].former.take() else { return Edited::Nothing };
                views[at].former = Some(std::mem::replace(&mut views[at].view.look, former));
            }
            ViewEdit::Delete(_) => {
                views.remove(at);
                return Edited::Deleted;
            }
        }
        Edited::Changed(views[at].id)
    }

    pub(super) fn count(
        &self,
        question: Question,
        view: ViewId,
        table: &Table,
        filter: &Filter,
        seen: AlertKey,
    ) -> Message {
        let context = Context { now: self.now.utc, offset: self.now.offset, me: Some(me()) };
        let rows =
            Compiled::new(filter, table, &context, &|| false).and_then(|filter| filter.rows(&|| false));
        let count = ViewCount::of(table, &rows.unwrap(), seen);
        Message::Counted(question, Tallied { view, generation: table.generation(), seen, count })
    }

    pub(in crate::app) fn count_new(
        &self,
        question: Question,
        table: Arc<Table>,
        filter: &Filter,
        seen: AlertKey,
    ) -> Message {
        let rows = Compiled::new(filter, &table, &self.context(), &|| false)
            .and_then(|filter| filter.rows(&|| false));
        let mut rows = rows.unwrap();
        rows.retain(|row| table.row(*row).is_some_and(|row| row.key() > seen));
        Message::New(question, table, rows)
    }

    /// Ends the program and starts it again on the same journal and cache.
    pub(in crate::app) fn restart(&mut self) -> &mut Self {
        for effect in crate::app::leave(&mut self.model) {
            self.answer(effect);
        }
        self.crash()
    }

    /// Starts the program again as after a crash.
    pub(in crate::app) fn crash(&mut self) -> &mut Self {
        self.take_waiting();
        self.model = Model::new(self.model.size, self.now);
        self.begin()
    }

    /// What was kept and all alerts come, as when the program starts.
    pub(crate) fn begin(&mut self) -> &mut Self {
        let cursor = self.kept.place.as_ref().and_then(|place| place.cursor.as_ref()).map(key_of);
        let kept = crate::app::message::Kept { cursor, ..self.kept.clone() };
        self.send(Message::Start(Start::Kept(Box::new(kept)))).snapshot();
        let session = crate::app::message::Session { view: self.begins.clone(), ..Self::session() };
        self.send(Message::Start(Start::Ready(session)))
    }
}
