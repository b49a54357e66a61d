//! Alerts given to a command, as NDJSON on its standard input. Nothing of an alert is ever an argument or a variable of
//! it.

use crate::app::document::{Document, Role, safe_block};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::thousands;
use crate::app::effect::PipeOrder;
use crate::app::input::Input;
use crate::app::message::Piped;
use crate::app::model::{Model, Overlay, PipeOutput, PipePrompt, Scroll};
use crate::app::notice::fail;
use crate::app::overlays::measure;
use crate::app::{Effect, Effects, export};
use crate::domain::SafeText;
use crate::domain::words::split;

/// Asks for the command that gets the marked alerts, else the one under the cursor.
pub(super) fn open(model: &mut Model, terminal: bool) {
    let (alerts, off_screen) = export::acted_on(model);
    let prompt = PipePrompt { alerts, off_screen, terminal, input: Input::default(), error: None };
    model.overlays.push(Overlay::Pipe(Box::new(prompt)));
}

/// Brings the last command back into the prompt: what is typed is never added to it unseen.
pub(super) fn recall(model: &mut Model) {
    let last = Input::new(model.last_command.clone());
    if let Some(Overlay::Pipe(prompt)) = model.overlays.last_mut()
        && !last.text().is_empty()
    {
        (prompt.input, prompt.error) = (last, None);
    }
}

/// Runs what was typed.
pub(super) fn run(model: &mut Model, out: &mut Effects) {
    let Some(Overlay::Pipe(prompt)) = model.overlays.last_mut() else { return };
    let words = match split(prompt.input.text()) {
        Ok(words) => words,
        Err(error) => {
            prompt.error = Some(error.to_string());
            return;
        }
    };
    let Some(Overlay::Pipe(prompt)) = model.overlays.pop() else { return };
    let number = model.next_serial();
    let PipePrompt { alerts, terminal, input, .. } = *prompt;
    input.text().clone_into(&mut model.last_command);
    if !terminal {
        let output = PipeOutput {
            number,
            command: SafeText::from(input.text()),
            text: SafeText::default(),
            more: 0,
            ended: None,
            document: Document::default(),
            scroll: Scroll::default(),
        };
        model.overlays.push(Overlay::Output(Box::new(output)));
        measure(model);
    }
    out.push(Effect::Pipe(PipeOrder::Run { number, words, alerts, terminal }));
}

/// A command wrote something, or ended.
pub(super) fn heard(model: &mut Model, number: u64, piped: Piped, out: &mut Effects) {
    let sheet = model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Output(output) if output.number == number => Some(output),
        _ => None,
    });
    match (sheet, piped) {
        (Some(sheet), Piped::Text(text, more)) => (sheet.text, sheet.more) = (text, more),
        (Some(sheet), Piped::Ended(end)) => sheet.ended = Some(end),
        // It had the terminal, or its sheet is closed.
        (None, Piped::Ended(end)) if end.is_error => fail(model, end.words, out),
        (None, _) => {}
    }
    measure(model);
}

/// Ends the command of the sheet on top, if it still runs.
pub(super) fn cancel(model: &Model, out: &mut Effects) {
    if let Some(Overlay::Output(output)) = model.overlays.last()
        && output.ended.is_none()
    {
        out.push(Effect::Pipe(PipeOrder::Cancel(output.number)));
    }
}

/// What a command wrote. How it ended stands above it, where no long output hides it.
pub(super) fn lay_out(output: &PipeOutput, width: usize) -> Document {
    let mut flow = Flow::new(width);
    if !output.text.is_empty() {
        let text = safe_block(output.text.as_safe(), Role::Body);
        flow.wrap("", "", &text);
    }
    if output.more > 0 {
        let more = usize::try_from(output.more).unwrap_or(usize::MAX);
        flow.words(&format!("and {} bytes more", thousands(more)), Role::Dim);
    }
    if flow.is_empty() {
        flow.words(if output.ended.is_some() { "no output" } else { "no output yet" }, Role::Dim);
    }
    flow.finish()
}
