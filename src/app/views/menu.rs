//! The list of saved views: to open one, name it, give it a digit, bring back what it was, delete it.

use crate::app::input::{Edit, Input};
use crate::app::key::{Code, Key};
use crate::app::layout::views_rows;
use crate::app::model::{Model, Overlay, ViewsMenu, ViewsStep};
use crate::app::notice::{fail, say};
use crate::app::overlays::{close, movement};
use crate::app::views::{self, count, saved};
use crate::app::{Effects, list};
use crate::domain::view::{self, DIGITS, KeptView, Look, SavedView, ViewEdit, ViewRef};

/// Opens it, with the view that is shown under the cursor.
pub(super) fn open(model: &mut Model, out: &mut Effects) {
    let shown = |kept: &KeptView| model.filter.view == Some(ViewRef::Saved(kept.id));
    let chosen = model.views.saved.iter().position(shown).unwrap_or(0);
    model.overlays.push(Overlay::Views(Box::new(ViewsMenu { chosen, ..ViewsMenu::default() })));
    follow(model);
    count::recount(model, out);
}

/// The views, or the size of the screen, are others: the cursor stays on one of them, in sight.
pub(in crate::app) fn follow(model: &mut Model) {
    let height = views_rows(model.size).max(1);
    let last = model.views.saved.len().saturating_sub(1);
    let empty = model.views.saved.is_empty();
    if let Some(Overlay::Views(menu)) = model.overlays.last_mut() {
        menu.empty = empty;
        menu.chosen = menu.chosen.min(last);
        menu.offset = menu.offset.clamp((menu.chosen + 1).saturating_sub(height), menu.chosen);
    }
}

/// A key.
pub(in crate::app) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Views(menu)) = model.overlays.last_mut() else { return };
    let kept = model.views.saved.get(menu.chosen).cloned();
    match &mut menu.step {
        ViewsStep::Choose => choose(model, key, kept.as_ref(), out),
        ViewsStep::Rename(input, error) | ViewsStep::Save(input, error) => match key.code {
            Code::Enter => named(model, kept.as_ref(), out),
            Code::Esc => menu.step = ViewsStep::Choose,
            _ => {
                if input.handle(key) == Some(Edit::Changed) {
                    *error = None;
                }
            }
        },
        ViewsStep::Digit => {
            let digit = match key.unmodified() {
                Some(Code::Char(c)) => c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()),
                _ => None,
            };
            match digit {
                Some(digit) if digit == 0 || DIGITS.contains(&digit) => {
                    menu.step = ViewsStep::Choose;
                    if let Some(kept) = kept {
                        let digit = Some(digit).filter(|digit| *digit != 0);
                        saved::edit(model, ViewEdit::Digit(kept.id, digit), out);
                    }
                }
                Some(_) => say(model, "yours go on 5 to 9; the others open the built-in views", out),
                None if matches!(key.unmodified(), Some(Code::Esc | Code::Enter)) => {
                    menu.step = ViewsStep::Choose;
                }
                None => {}
            }
        }
        ViewsStep::Delete => match key.unmodified() {
            Some(Code::Char('y')) => {
                menu.step = ViewsStep::Choose;
                if let Some(kept) = kept {
                    saved::edit(model, ViewEdit::Delete(kept.id), out);
                }
            }
            Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => menu.step = ViewsStep::Choose,
            _ => {}
        },
    }
}

/// What the view under the cursor was before it was saved over.
pub(in crate::app) fn saved_over<'m>(model: &'m Model, menu: &ViewsMenu) -> Option<&'m Look> {
    model.views.saved.get(menu.chosen)?.former.as_ref()
}

fn choose(model: &mut Model, key: Key, kept: Option<&KeptView>, out: &mut Effects) {
    if let Some(step) = movement(key) {
        let (height, last) = (views_rows(model.size).max(1), model.views.saved.len().saturating_sub(1));
        if let Some(Overlay::Views(menu)) = model.overlays.last_mut() {
            menu.chosen = list::target(menu.chosen, last, step, height);
        }
        return follow(model);
    }
    match (key.unmodified(), kept) {
        (Some(Code::Esc | Code::Char('q')), _) => close(model),
        (Some(Code::Enter), Some(kept)) => {
            let id = kept.id;
            close(model);
            views::open(model, ViewRef::Saved(id), out);
        }
        (Some(Code::Char(digit @ '5'..='9')), _) => {
            let digit = digit as u8 - b'0';
            if let Some(at) = model.views.saved.iter().position(|kept| kept.view.digit == Some(digit))
                && let Some(Overlay::Views(menu)) = model.overlays.last_mut()
            {
                menu.chosen = at;
                follow(model);
            }
        }
        (Some(Code::Char('s')), _) => {
            let step = ViewsStep::Save(Input::default(), None);
            ask(model, step, out);
        }
        (Some(Code::Char('r')), Some(kept)) => {
            let step = ViewsStep::Rename(Input::new(kept.view.name.clone()), None);
            ask(model, step, out);
        }
        (Some(Code::Char('d')), Some(_)) => ask(model, ViewsStep::Digit, out),
        (Some(Code::Char('D')), Some(_)) => ask(model, ViewsStep::Delete, out),
        (Some(Code::Char('u')), Some(kept)) if kept.former.is_none() => {
            say(model, "nothing was saved over this view", out);
        }
        (Some(Code::Char('u')), Some(kept)) => {
            let edit = ViewEdit::Restore(kept.id);
            if may_edit(model, out) {
                saved::edit(model, edit, out);
            }
        }
        _ => {}
    }
}

/// False, and said, where nothing may be changed.
fn may_edit(model: &mut Model, out: &mut Effects) -> bool {
    let why = model.session.as_ref().and_then(|session| session.read_only.clone());
    if let Some(why) = &why {
        fail(model, format!("read-only: {why}"), out);
    }
    why.is_none()
}

fn ask(model: &mut Model, step: ViewsStep, out: &mut Effects) {
    if may_edit(model, out)
        && let Some(Overlay::Views(menu)) = model.overlays.last_mut()
    {
        menu.step = step;
    }
}

/// Takes the name that was typed, if it can be one.
fn named(model: &mut Model, chosen: Option<&KeptView>, out: &mut Effects) {
    let look = views::look(model);
    let Some(Overlay::Views(menu)) = model.overlays.last_mut() else { return };
    let (ViewsStep::Rename(input, error) | ViewsStep::Save(input, error)) = &mut menu.step else { return };
    let name = match view::name(input.text()) {
        Ok(name) => name,
        Err(why) => {
            *error = Some(why.to_string());
            return;
        }
    };
    let renamed = matches!(menu.step, ViewsStep::Rename(..));
    let taken = |kept: &KeptView| {
        view::is_same_name(&kept.view.name, &name) && chosen.is_some_and(|chosen| chosen.id != kept.id)
    };
    if renamed && model.views.saved.iter().any(taken) {
        if let ViewsStep::Rename(_, error) = &mut menu.step {
            *error = Some("another view has that name".to_owned());
        }
        return;
    }
    menu.step = ViewsStep::Choose;
    match (renamed, chosen) {
        (true, Some(kept)) => saved::edit(model, ViewEdit::Rename(kept.id, name), out),
        (true, None) => {}
        (false, _) => saved::edit(model, ViewEdit::Named(SavedView { name, digit: None, look }), out),
    }
}

/// Pasted text goes into the name that is being typed; false when there is none.
pub(in crate::app) fn paste(menu: &mut ViewsMenu, text: &str) -> bool {
    let (ViewsStep::Rename(input, error) | ViewsStep::Save(input, error)) = &mut menu.step else {
        return false;
    };
    input.insert(text);
    *error = None;
    true
}
