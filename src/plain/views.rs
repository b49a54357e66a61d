//! The word `view`: which views there are, opening one, and saving the list as one.

use crate::app::command::{Command, View};
use crate::app::documents;
use crate::app::message::Ask;
use crate::app::model::Model;
use crate::app::views::named;
use crate::domain::SafeStr;
use crate::domain::view::{BUILT_IN, DIGITS, ViewRef};
use crate::plain::act::{Steps, ask, run, wish};
use crate::plain::session::{Plain, Wish};

/// What the word asks for.
pub(super) fn word(plain: &mut Plain, model: &Model, rest: &str) -> Steps {
    let saved = &model.views.saved;
    if rest.is_empty() {
        let every =
            |filter: &str| if filter.is_empty() { "every alert".to_owned() } else { filter.to_owned() };
        let built_in =
            BUILT_IN.iter().map(|(digit, name, filter)| format!("{digit} {name}: {}", every(filter)));
        let yours = saved.iter().map(|kept| {
            let digit = kept.view.digit.map_or_else(|| "no digit".to_owned(), |digit| digit.to_string());
            let count = documents::views::count_words(model, kept)
                .map_or_else(String::new, |count| format!(", {count}"));
            format!(
                "{digit} {}: {}{count}",
                SafeStr(&kept.view.name),
                SafeStr(&every(&kept.view.look.filter))
            )
        });
        let lines = built_in.chain(yours).collect();
        return wish(plain, Wish::Say(lines));
    }
    if let Some(digit) = rest.strip_prefix("save ") {
        return match digit.trim().parse::<u8>() {
            Ok(digit) if DIGITS.contains(&digit) => Ok(vec![run(Command::View(View::Save(digit)))]),
            _ => Err("view save takes a digit from 5 to 9: view save 5".to_owned()),
        };
    }
    if let Some(view) = named(model, rest) {
        return Ok(vec![ask(Ask::View(view))]);
    }
    // A digit on which nothing is saved is answered as the key is.
    if let Ok(digit @ 0..=9) = rest.parse::<u8>() {
        return Ok(vec![run(Command::View(View::Digit(digit)))]);
    }
    let begins = |name: &str| name.to_lowercase().starts_with(&rest.to_lowercase());
    let built_in = BUILT_IN.iter().map(|(digit, name, _)| (ViewRef::BuiltIn(*digit), *name));
    let yours = saved.iter().map(|kept| (ViewRef::Saved(kept.id), kept.view.name.as_str()));
    let found: Vec<(ViewRef, &str)> = built_in.chain(yours).filter(|(_, name)| begins(name)).collect();
    match found.as_slice() {
        [(view, _)] => Ok(vec![ask(Ask::View(*view))]),
        [] if rest == "-" => Ok(vec![run(Command::View(View::Last))]),
        [] => Err(format!("no view is called \"{}\"; view alone says which there are", SafeStr(rest))),
        several => {
            let names: Vec<String> = several.iter().map(|(_, name)| SafeStr(name).to_string()).collect();
            Err(format!("\"{}\" is the beginning of several views: {}", SafeStr(rest), names.join(", ")))
        }
    }
}
