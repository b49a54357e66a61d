//! The saved views: opened, saved, named, deleted.

use crate::app::documents::views::count_words;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, ViewsMenu, ViewsStep};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::first_run::to;
use crate::plain::line::first;
use crate::plain::overlays::{escape, menus, place, yes_or_no};
use crate::plain::session::Step;
use crate::plain::speech;

pub(super) fn text(model: &Model, menu: &ViewsMenu) -> Vec<String> {
    let saved = &model.views.saved;
    let name = saved.get(menu.chosen).map(|kept| SafeStr(&kept.view.name).to_string()).unwrap_or_default();
    match &menu.step {
        ViewsStep::Choose if saved.is_empty() => vec!["No view is saved yet.".to_owned()],
        ViewsStep::Choose => {
            let named = saved.iter().enumerate().map(|(at, kept)| {
                let digit = kept.view.digit.map_or(String::new(), |digit| format!("On digit {digit}"));
                let filter = &kept.view.look.filter;
                let filter = if filter.is_empty() { "every alert" } else { filter };
                let count = count_words(model, kept).unwrap_or_default();
                let facts = [
                    SafeStr(&kept.view.name).to_string(),
                    SafeStr(filter).to_string(),
                    speech::fold(&count),
                    digit,
                ];
                format!("{}. {}", at + 1, speech::sentence(facts.iter().map(String::as_str)))
            });
            std::iter::once("Your views:".to_owned()).chain(named).collect()
        }
        ViewsStep::Rename(_, error) => menus::line(&format!("Another name for {name}?"), error.as_deref()),
        ViewsStep::Save(_, error) => {
            menus::line("Under which name is the list saved as it is?", error.as_deref())
        }
        ViewsStep::Digit => vec![format!("A digit for {name}: 5 to 9, or 0 for none.")],
        ViewsStep::Delete => vec![format!("Delete {name}?")],
    }
}

pub(super) fn prompt(menu: &ViewsMenu) -> String {
    match &menu.step {
        ViewsStep::Choose if menu.empty => "save, or an empty line to close",
        ViewsStep::Choose => {
            "Number opens; save; rename, digit, delete or restore with a number; an empty line closes"
        }
        ViewsStep::Rename(..) | ViewsStep::Save(..) => "Name, or an empty line for none",
        ViewsStep::Digit => "Digit, or an empty line for no change",
        ViewsStep::Delete => "y deletes it, an empty line means No",
    }
    .to_owned()
}

pub(super) fn reply(model: &Model, menu: &ViewsMenu, line: &str) -> Result<Vec<Step>, String> {
    match &menu.step {
        ViewsStep::Rename(..) | ViewsStep::Save(..) => return Ok(menus::typed(line)),
        ViewsStep::Delete => return yes_or_no(line),
        ViewsStep::Digit => {
            return match line.parse::<u8>() {
                Ok(digit @ 0..=9) => Ok(vec![press(Key::char(char::from(b'0' + digit)))]),
                _ if line.is_empty() => Ok(vec![escape()]),
                _ => Err("type a digit from 5 to 9, or 0 for none".to_owned()),
            };
        }
        ViewsStep::Choose => {}
    }
    let (word, rest) = first(line);
    let at = |number: &str| place(number, model.views.saved.len());
    let then = |number: &str, key: Key| -> Result<Vec<Step>, String> {
        let mut steps = to(menu.chosen, at(number)?);
        steps.push(press(key));
        Ok(steps)
    };
    match word {
        "" => Ok(vec![escape()]),
        "save" => Ok(vec![press(Key::char('s'))]),
        "rename" => then(rest, Key::char('r')),
        "digit" => then(rest, Key::char('d')),
        "delete" => then(rest, Key::char('D')),
        "restore" => then(rest, Key::char('u')),
        number => then(number, Key::plain(Code::Enter)),
    }
}
