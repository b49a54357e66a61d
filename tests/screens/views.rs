//! Scenes of saved views: their list, what it asks, the menu of `m`.

use chrono::TimeDelta;
use quell::app::input::Input;
use quell::app::key::Key;
use quell::app::keymap::Pending;
use quell::app::model::{Chord, Model, Overlay, ViewCounted, ViewsMenu, ViewsStep};
use quell::domain::AlertKey;
use quell::domain::query::{GroupBy, Sort};
use quell::domain::view::{KeptView, Look, SavedView, ViewCount, ViewId};

use crate::fixture::{full_list, now};

/// Digit, name, filter, alerts, new.
type Line = (Option<u8>, &'static str, &'static str, usize, usize);

const LINES: [Line; 4] = [
    (Some(5), "night", "status:active severity:high,medium since:24h -resource:vm-test*", 142, 3),
    (Some(6), "größe 日本語", "resource:kv-größe-01", 1, 0),
    (Some(9), "a name of a view that is as long as one", "", 1_204, 12),
    (None, "by hand\u{1b}[31m", "severity:(", 0, 0),
];

fn saved(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    for (at, (digit, name, filter, alerts, new)) in LINES.into_iter().enumerate() {
        let id = ViewId(i64::try_from(at).unwrap() + 1);
        let look = Look {
            sort: Sort::parse("time").unwrap(),
            group: Some(GroupBy::Resource),
            columns: vec!["severity".to_owned(), "title".to_owned(), "age".to_owned()],
            ..Look::of(filter)
        };
        let view = SavedView { name: name.to_owned(), digit, look };
        let looked = now().utc - TimeDelta::hours(9);
        model.views.saved.push(KeptView {
            id,
            former: (at == 0).then(Look::default),
            seen: AlertKey(0),
            looked,
            view,
        });
        if digit.is_some() {
            let count = ViewCount { alerts, new };
            let counted = ViewCounted { generation: 0, seen: AlertKey(0), filter: filter.to_owned(), count };
            model.views.counts.insert(id, counted);
        }
    }
    model
}

fn menu(size: (u16, u16), chosen: usize, step: ViewsStep) -> Model {
    let mut model = saved(size);
    model.overlays.push(Overlay::Views(Box::new(ViewsMenu { chosen, step, ..ViewsMenu::default() })));
    model
}

pub(crate) fn list(size: (u16, u16)) -> Model {
    menu(size, 0, ViewsStep::Choose)
}

pub(crate) fn none(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let menu = ViewsMenu { empty: true, ..ViewsMenu::default() };
    model.overlays.push(Overlay::Views(Box::new(menu)));
    model
}

pub(crate) fn name(size: (u16, u16)) -> Model {
    let error = Some("another view has that name".to_owned());
    menu(size, 1, ViewsStep::Rename(Input::new("night"), error))
}

pub(crate) fn delete(size: (u16, u16)) -> Model {
    menu(size, 3, ViewsStep::Delete)
}

pub(crate) fn chord(size: (u16, u16)) -> Model {
    let mut model = saved(size);
    model.chord = Some(Chord { pending: Pending { keys: vec![Key::char('m')] }, number: 1, menu: true });
    model
}
