//! The prompts for a file to write and for a command that gets alerts.

use super::{PROMPT, framed, keys, prompt_columns};
use crate::app::document::{Document, Piece, Role, line_width, safe};
use crate::app::documents::export::{choices, piped, title};
use crate::app::documents::flow::Flow;
use crate::app::input::Input;
use crate::app::layout::{Area, popup};
use crate::app::model::{Model, PipePrompt, SavePrompt, SaveState};
use crate::ui::paint::Painter;
use crate::ui::text_field;

/// Draws the prompt for a file.
pub(super) fn save(model: &Model, prompt: &SavePrompt, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    flow.line(vec![Piece::new("file ", Role::Label), Piece::new(PROMPT, Role::Key)]);
    flow.line(Vec::new());
    for (chosen, name, words) in choices(prompt) {
        let role = if chosen { Role::Strong } else { Role::Body };
        flow.line(vec![
            Piece::new(if chosen { "▌ " } else { "  " }, Role::Key),
            Piece::new(format!("{name:10}"), role),
            Piece::new(words, Role::Dim),
        ]);
    }
    flow.line(Vec::new());
    match &prompt.state {
        SaveState::Exists => {
            flow.words("There is such a file already.", Role::Error);
            flow.line(keys(&[("y", "yes, replace it"), ("Enter", "No, another name")]));
        }
        SaveState::Refused(why) => flow.wrap("", "", &safe(why.as_safe(), Role::Error)),
        SaveState::Waiting(_) => flow.words("writing …", Role::Dim),
        SaveState::Typing if prompt.input.text().contains('/') => {
            flow.words("A new file that only you can read.", Role::Dim);
        }
        SaveState::Typing => {
            flow.words(
                "A new file that only you can read, in the folder where quell was started.",
                Role::Dim,
            );
        }
    }
    let typing = (prompt.state != SaveState::Exists).then_some(&prompt.input);
    boxed(model, &title(&prompt.contents), &flow.finish(), (&prompt.input, typing.is_some()), painter);
}

/// Draws the prompt for a command.
pub(super) fn pipe(model: &Model, prompt: &PipePrompt, painter: &mut Painter<'_>) {
    let mut flow = Flow::new(prompt_columns(model));
    flow.line(vec![Piece::new(if prompt.terminal { "! " } else { "| " }, Role::Key)]);
    if let Some(error) = &prompt.error {
        flow.words(error, Role::Error);
    } else {
        let words = if prompt.terminal {
            "Gets the alerts' JSON, one a line, and the terminal until it ends."
        } else {
            "Gets the alerts' JSON, one a line; its output is shown here."
        };
        flow.words(words, Role::Dim);
        flow.words("No shell reads it: for pipes and variables write sh -c 'COMMAND'.", Role::Dim);
    }
    boxed(model, &piped(prompt), &flow.finish(), (&prompt.input, true), painter);
}

/// A frame of the prompt's width around a document, with a field in its first row.
fn boxed(
    model: &Model,
    title: &str,
    document: &Document,
    (input, typing): (&Input, bool),
    painter: &mut Painter<'_>,
) {
    let area = popup(model.size, prompt_columns(model) as u16, document.len() as u16);
    framed(area, title, painter);
    painter.document(area.inner(), document, 0);
    let used = document.lines.first().map_or(0, |line| line_width(line)) as u16;
    let row = area.inner().row(0);
    let field = Area { x: row.x + used, width: row.width.saturating_sub(used), ..row };
    if typing {
        text_field::draw(field, input, painter);
    } else {
        painter.line(field, &safe(crate::domain::SafeStr(input.text()), Role::Body));
    }
}
