//! Opening another profile of the config: what is open is closed, its outbox stays on disk.

use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay, ProfileLine, ProfileMenu};
use crate::app::notice::{fail, say};
use crate::app::overlays::close;
use crate::app::{Effect, Effects, first_run, views};
use crate::domain::SafeText;
use crate::domain::filter::parse;

/// Opens the menu. What it holds is read from the config as it is now.
pub(super) fn open(model: &mut Model, out: &mut Effects) {
    model.overlays.push(Overlay::Profiles(ProfileMenu::default()));
    out.push(Effect::ListProfiles);
}

/// The profiles came, or why not.
pub(super) fn listed(model: &mut Model, answer: Result<Vec<ProfileLine>, SafeText>, out: &mut Effects) {
    let Some(Overlay::Profiles(menu)) = model.overlays.last_mut() else { return };
    match answer {
        Ok(list) if list.is_empty() => {
            close(model);
            fail(model, "no profile in the config: `quell` alone makes one", out);
        }
        Ok(list) => {
            menu.chosen = list.iter().position(|profile| profile.open).unwrap_or(0);
            menu.list = Some(list);
        }
        Err(why) => {
            close(model);
            fail(model, why, out);
        }
    }
}

/// A key of the menu.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Profiles(menu)) = model.overlays.last_mut() else { return };
    if key.ctrl {
        return;
    }
    let list = menu.list.as_deref().unwrap_or_default();
    if let Some(place) = first_run::moved(key, menu.chosen, list.len()) {
        menu.chosen = place;
        return;
    }
    match key.code {
        Code::Enter => {
            let Some(profile) = list.get(menu.chosen).cloned() else { return };
            close(model);
            if profile.open {
                say(model, format!("{} is open", profile.name), out);
                return;
            }
            out.extend(views::place::leave(model));
            // From here on a key could only mean what is about to go.
            model.switching = true;
            say(model, format!("opening {}…", profile.name), out);
            out.push(Effect::OpenProfile(profile.name));
        }
        Code::Esc | Code::Char('q') => close(model),
        _ => {}
    }
}

/// Another profile was opened: nothing of the former one is shown any more.
pub(super) fn switched(model: &mut Model) {
    let settings = std::mem::take(&mut model.settings);
    let (serial, ticking) = (model.serial, model.ticking);
    *model = Model { settings, serial, ticking, ..Model::new(model.size, model.now) };
}

/// It could not be opened: the former one stays.
pub(super) fn not_switched(model: &mut Model, why: SafeText, out: &mut Effects) {
    model.switching = false;
    fail(model, why, out);
}

/// What the profile begins with was shown while the list was being opened: all of it is there now.
pub(super) fn begun_with(model: &mut Model, view: &str, out: &mut Effects) {
    if let Some(view) = views::named(model, view) {
        views::saved::looked(model, view, out);
    }
}

/// Shows what the profile begins with: the view of a digit or name, else a filter.
pub(super) fn begin_with(model: &mut Model, view: &str, out: &mut Effects) {
    if let Some(view) = views::named(model, view) {
        return views::open(model, view, out);
    }
    if let Ok(digit @ 5..=9) = view.trim().parse::<u8>() {
        return fail(model, format!("the profile's view: no view is saved on {digit}"), out);
    }
    match parse(view) {
        Ok(filter) => views::apply_text(model, view.trim().to_owned(), filter, out),
        Err(error) => fail(model, format!("the profile's view `{view}`: {error}"), out),
    }
}
