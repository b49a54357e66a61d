//! Saved views: saving one, what the journal answers, and what counts as looked at.

use crate::app::command::{Command, View};
use crate::app::effect::JournalOrder;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::notice::{fail, say};
use crate::app::views::{self, count, menu, place};
use crate::app::{Effect, Effects};
use crate::domain::table::Table;
use crate::domain::view::{BUILT_IN, DIGITS, Edited, KeptView, SavedView, ViewEdit, ViewId, ViewRef};
use crate::domain::{AlertKey, SafeText};

/// Saves how the list is shown under a digit.
pub(super) fn save(model: &mut Model, digit: u8, out: &mut Effects) {
    let look = views::look(model);
    edit(model, ViewEdit::Under(digit, look), out);
}

/// Orders a change of the saved views.
pub(super) fn edit(model: &mut Model, edit: ViewEdit, out: &mut Effects) {
    let seen = newest(&model.table);
    model.views.unanswered += 1;
    out.push(Effect::Journal(JournalOrder::EditView { edit, seen, at: model.now.utc }));
}

/// The newest alert of a snapshot: alerts are numbered as they come.
pub(in crate::app) fn newest(table: &Table) -> AlertKey {
    table.len().checked_sub(1).and_then(|last| table.row(last as u32)).map_or(AlertKey(0), |row| row.key())
}

/// Why a digit saves nothing after the key whose other digits save views; none for other keys.
pub(in crate::app) fn why_not(model: &Model, keys: &[Key]) -> Option<String> {
    let (Key { code: Code::Char(digit @ '0'..='9'), ctrl: false }, before) = keys.split_last()? else {
        return None;
    };
    let digit = *digit as u8 - b'0';
    let (_, name, _) = BUILT_IN.iter().find(|(of, ..)| *of == digit)?;
    let keymap = &model.settings.keymap;
    let saves = keymap.of(Command::View(View::Save(*DIGITS.start())));
    saves.iter().any(|keys| keys.split_last().is_some_and(|(_, begin)| begin == before)).then(|| {
        let [from, to] =
            [DIGITS.start(), DIGITS.end()].map(|digit| keymap.shown(Command::View(View::Save(*digit))));
        format!("{digit} is the built-in view \"{name}\"; yours go on {from} to {to}")
    })
}

/// The views as the journal has them now, after an edit if there was one.
pub(in crate::app) fn answered(
    model: &mut Model,
    edit: Option<(ViewEdit, Edited)>,
    mut saved: Vec<KeptView>,
    out: &mut Effects,
) {
    for kept in &mut saved {
        // What was looked at since is not in the answer yet, or is not kept at all.
        if let Some(known) = views::saved_view(model, kept.id).filter(|known| known.seen > kept.seen) {
            (kept.seen, kept.looked) = (known.seen, known.looked);
        }
    }
    model.views.saved = saved;
    views::name_anew(model, out);
    if let Some((edit, edited)) = edit {
        model.views.unanswered = model.views.unanswered.saturating_sub(1);
        told(model, &edit, edited, out);
    }
    menu::follow(model);
    count::recount(model, out);
}

/// Says what became of an edit.
fn told(model: &mut Model, edit: &ViewEdit, edited: Edited, out: &mut Effects) {
    let menu = model.settings.keymap.shown(Command::View(View::Menu));
    let name = |id: ViewId| {
        let view = views::saved_view(model, id).map(|kept| kept.view.name.clone());
        view.unwrap_or_default()
    };
    let text = match (edit, edited) {
        (_, Edited::Nothing) => return fail(model, "that view is not there any more", out),
        (_, Edited::NameTaken) => return fail(model, "another view has that name", out),
        (ViewEdit::Under(digit, _), Edited::Added(_)) => {
            let opens = model.settings.keymap.said(Command::View(View::Digit(*digit)));
            format!("saved: {opens} opens it; {menu} gives it a name")
        }
        (ViewEdit::Under(digit, _), Edited::Changed(id)) => {
            format!("saved over {digit} \"{}\"; {menu} and u there bring back what it was", name(id))
        }
        (ViewEdit::Named(_), Edited::Added(id)) => format!("saved: \"{}\"", name(id)),
        (ViewEdit::Named(_), Edited::Changed(id)) => format!("saved over \"{}\"", name(id)),
        (ViewEdit::Rename(..), Edited::Changed(id)) => format!("it is called \"{}\" now", name(id)),
        (ViewEdit::Digit(_, Some(digit)), Edited::Changed(id)) => {
            format!("{digit} opens \"{}\" now", name(id))
        }
        (ViewEdit::Digit(_, None), Edited::Changed(id)) => format!("\"{}\" has no digit now", name(id)),
        (ViewEdit::Restore(_), Edited::Changed(id)) => format!("\"{}\" is what it was before", name(id)),
        (_, Edited::Deleted) => "the view is deleted".to_owned(),
        (_, Edited::Added(_) | Edited::Changed(_)) => return,
    };
    say(model, text, out);
    if let (
        ViewEdit::Under(_, look) | ViewEdit::Named(SavedView { look, .. }),
        Edited::Added(id) | Edited::Changed(id),
    ) = (edit, edited)
    {
        if *look == views::look(model) {
            // What is shown is the view that was saved.
            model.filter.home = ViewRef::Saved(id);
            model.filter.view = Some(ViewRef::Saved(id));
        }
        if let Some(Overlay::Views(menu)) = model.overlays.last_mut() {
            menu.chosen = model.views.saved.iter().position(|kept| kept.id == id).unwrap_or(0);
        }
        place::changed(model, out);
    }
}

/// An edit was refused by the journal.
pub(in crate::app) fn refused(model: &mut Model, why: &SafeText, out: &mut Effects) {
    model.views.unanswered = model.views.unanswered.saturating_sub(1);
    fail(model, format!("the views stay as they are: {}", why.raw()), out);
}

/// A view was looked at: from now on only what comes later is new.
pub(in crate::app) fn looked(model: &mut Model, view: ViewRef, out: &mut Effects) {
    let ViewRef::Saved(id) = view else { return };
    let seen = newest(&model.table);
    let at = model.now.utc;
    let writable = place::is_kept(model);
    let Some(kept) = model.views.saved.iter_mut().find(|kept| kept.id == id) else { return };
    if seen <= kept.seen {
        return;
    }
    (kept.seen, kept.looked) = (seen, at);
    if writable {
        out.push(Effect::Journal(JournalOrder::LookAtView { id, seen, at }));
    }
    count::recount(model, out);
}
