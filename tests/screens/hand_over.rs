//! Scenes of files to hand on and of commands that get alerts.

use std::sync::Arc;

use quell::app::input::Input;
use quell::app::message::{Message, Piped};
use quell::app::model::{
    Contents, Model, Overlay, PipeEnd, PipeOutput, PipePrompt, SavePrompt, SaveState, Saving, Scroll,
};
use quell::app::{Effect, update};
use quell::domain::change::{Plan, ScriptTool};
use quell::domain::{AlertKey, SafeText, Status};

use crate::fixture::{full_list, now};

fn save(size: (u16, u16), contents: impl FnOnce(&Model) -> Contents, name: &str, state: SaveState) -> Model {
    let mut model = full_list(size);
    let prompt = SavePrompt { contents: contents(&model), input: Input::new(name), state };
    model.overlays.push(Overlay::Save(Box::new(prompt)));
    model
}

fn listed(model: &Model) -> Contents {
    Contents::Alerts { alerts: model.list.listing.clone(), marked: false, whole: false, off_screen: 0 }
}

pub(crate) fn export(size: (u16, u16)) -> Model {
    save(size, listed, "quell-2026-11-26T1402.ndjson", SaveState::Typing)
}

pub(crate) fn marked(size: (u16, u16)) -> Model {
    let contents = |model: &Model| Contents::Alerts {
        alerts: model.list.listing.clone(),
        marked: true,
        whole: false,
        off_screen: 2,
    };
    let why = SafeText::from(
        "/srv/shared/of the whole team/a long name \u{202e}of a folder/quell.csv cannot be written: Permission denied (os error 13)",
    );
    save(
        size,
        contents,
        "/srv/shared/of the whole team/a long name \u{202e}of a folder/quell.csv",
        SaveState::Refused(why),
    )
}

pub(crate) fn exists(size: (u16, u16)) -> Model {
    save(size, listed, "handover.md", SaveState::Exists)
}

pub(crate) fn script(size: (u16, u16)) -> Model {
    let targets = (0..337).map(|at| (AlertKey(at), Status::Active)).collect();
    let mut plan = Plan::default();
    plan.targets = targets;
    let plan = Arc::new(plan);
    let contents = |_: &Model| Contents::Script { plan, status: Status::Dismissed, tool: ScriptTool::Az };
    save(size, contents, "quell-dismissed-2026-11-26T1402.sh", SaveState::Typing)
}

pub(crate) fn saving(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let label = "1,000,000 alerts as NDJSON".to_owned();
    model.saving.push(Saving {
        number: 1,
        label,
        begun: true,
        done: 412_000,
        total: 1_000_000,
        cancelling: false,
        covers: None,
    });
    model
}

fn prompt(size: (u16, u16), terminal: bool, text: &str, error: Option<&str>) -> Model {
    let mut model = full_list(size);
    let prompt = PipePrompt {
        alerts: model.list.listing.clone(),
        off_screen: 0,
        terminal,
        input: Input::new(text),
        error: error.map(str::to_owned),
    };
    model.overlays.push(Overlay::Pipe(Box::new(prompt)));
    model
}

pub(crate) fn pipe(size: (u16, u16)) -> Model {
    prompt(size, false, "jq -r .properties.compromisedEntity", None)
}

pub(crate) fn wrong(size: (u16, u16)) -> Model {
    prompt(size, true, "jq . | less", Some("no shell reads this: quote the | at 6, or write sh -c 'COMMAND'"))
}

pub(crate) fn output(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let output = PipeOutput {
        number: 1,
        command: SafeText::from("sort | \u{1b}[31muniq -c"),
        text: SafeText::default(),
        more: 0,
        ended: None,
        document: quell::app::document::Document::default(),
        scroll: Scroll::default(),
    };
    model.overlays.push(Overlay::Output(Box::new(output)));
    let line = |at: usize| format!("{at:6} vm-web-{at:02}\t日本語 \u{1b}[31mred\u{7}\n");
    let text = (1..=30).map(line).collect::<Vec<_>>().concat();
    let end = PipeEnd { words: SafeText::from("ended with 3"), is_error: true };
    for piped in [Piped::Text(SafeText::from(text), 123_456), Piped::Ended(end)] {
        let effects: Vec<Effect> = update(&mut model, Message::Piped(1, piped), now());
        assert!(effects.is_empty());
    }
    model
}
