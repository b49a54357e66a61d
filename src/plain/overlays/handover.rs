//! Files and commands that get alerts.

use crate::app::documents::export::{choices, piped, title};
use crate::app::key::{Code, Key};
use crate::app::model::{PipeOutput, PipePrompt, SavePrompt, SaveState};
use crate::domain::SafeStr;
use crate::plain::act::press;
use crate::plain::overlays::{escape, text_and_enter, yes_or_no};
use crate::plain::session::Step;
use crate::plain::speech;

pub(super) fn save(prompt: &SavePrompt) -> Vec<String> {
    let name = SafeStr(prompt.input.text().trim()).to_string();
    if prompt.state == SaveState::Exists {
        return vec![format!("There is a file {name} already. Replace it?")];
    }
    let mut lines = vec![format!("{}.", title(&prompt.contents))];
    for (at, (chosen, name, words)) in choices(prompt).into_iter().enumerate() {
        let chosen = if chosen { ", chosen" } else { "" };
        lines.push(format!("{}. {name}{chosen}: {}.", at + 1, speech::fold(words)));
    }
    lines.push(format!("File: {name}, a new file that only you can read."));
    if let SaveState::Refused(why) = &prompt.state {
        lines.push(speech::capital(&why.to_string()));
    }
    lines
}

pub(super) fn save_prompt(prompt: &SavePrompt) -> String {
    match prompt.state {
        SaveState::Exists => "y replaces it, an empty line means No".to_owned(),
        _ => "ok writes it; a number, another file name, or an empty line for none".to_owned(),
    }
}

/// `ok`, the number of a format, or a file's name, which is written at once.
pub(super) fn saved(prompt: &SavePrompt, line: &str) -> Result<Vec<Step>, String> {
    if prompt.state == SaveState::Exists {
        return yes_or_no(line);
    }
    if line.is_empty() {
        return Ok(vec![escape()]);
    }
    if line == "ok" {
        return Ok(vec![press(Key::plain(Code::Enter))]);
    }
    let known = choices(prompt);
    if let Some(at) = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
        let count = known.len();
        if at >= count {
            return Err(format!("choose a number from 1 to {count}, or type a name"));
        }
        // Without a chosen one the first turn chooses the first.
        let from = known.iter().position(|(chosen, ..)| *chosen);
        let turns = from.map_or(at + 1, |from| (at + count - from) % count);
        return Ok((0..turns).map(|_| press(Key::plain(Code::Tab))).collect());
    }
    let mut steps = vec![press(Key::ctrl('u'))];
    steps.extend(text_and_enter(line));
    Ok(steps)
}

pub(super) fn pipe(prompt: &PipePrompt) -> Vec<String> {
    let what = if prompt.terminal {
        "It gets their JSON, one a line, and the terminal until it ends."
    } else {
        "It gets their JSON, one a line; its output is read here."
    };
    let mut lines = vec![format!("{}. {what}", piped(prompt))];
    match &prompt.error {
        Some(error) => lines.push(speech::capital(&SafeStr(error).to_string())),
        None => lines.push("No shell reads it: for pipes and variables write sh -c 'COMMAND'.".to_owned()),
    }
    lines
}

pub(super) fn output(output: &PipeOutput) -> Vec<String> {
    let mut lines = vec![format!("Output of {}:", output.command)];
    lines.extend(output.text.to_block().lines().map(str::to_owned));
    if output.more > 0 {
        lines.push(format!("And {} more bytes.", output.more));
    }
    lines.extend(output.ended.iter().map(|end| speech::capital(&end.words.to_string())));
    lines
}
