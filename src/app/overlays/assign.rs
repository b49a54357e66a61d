//! The menu of assignees: arrows choose, typing narrows, and a name that is not known yet can be typed.

use crate::app::input::Edit;
use crate::app::key::{Code, Key};
use crate::app::model::{AssignMenu, Assignee, Model, Overlay};
use crate::app::overlays::close;
use crate::app::{Effects, record};
use crate::domain::SafeText;
use crate::domain::record::DeedKind;

/// The lines of the menu for what is typed.
pub fn assignees(menu: &AssignMenu) -> Vec<Assignee> {
    let typed = menu.input.text().trim();
    let folded = typed.to_lowercase();
    let fits = |words: &str| words.to_lowercase().contains(&folded);
    let mut lines = Vec::new();
    if !menu.me.is_empty() && (fits("me") || fits(menu.me.raw())) {
        lines.push(Assignee::Me(menu.me.clone()));
    }
    if fits("nobody") || fits("none") {
        lines.push(Assignee::Nobody);
    }
    let known = menu.people.iter().filter(|who| fits(who.raw()));
    lines.extend(known.cloned().map(Assignee::Known));
    let is_there = lines.iter().any(|line| line.name().raw().eq_ignore_ascii_case(typed));
    if !typed.is_empty() && !is_there && !["me", "nobody", "none"].contains(&folded.as_str()) {
        lines.push(Assignee::Typed(SafeText::from(typed)));
    }
    lines
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Assign(menu)) = model.overlays.last_mut() else { return };
    let last = assignees(menu).len().saturating_sub(1);
    match key.code {
        Code::Up => menu.chosen = menu.chosen.saturating_sub(1),
        Code::Down => menu.chosen = (menu.chosen + 1).min(last),
        Code::Enter => {
            let Some(assignee) = assignees(menu).into_iter().nth(menu.chosen) else { return };
            let alerts = std::mem::take(&mut menu.alerts);
            close(model);
            record::submit(model, alerts, DeedKind::Assign, out, |deed| deed.set(assignee.name()));
        }
        Code::Esc => close(model),
        _ => {
            if menu.input.handle(key) == Some(Edit::Changed) {
                menu.chosen = 0;
            }
        }
    }
}
