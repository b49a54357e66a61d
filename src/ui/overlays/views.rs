//! The list of saved views, and what is asked of the chosen one.

use super::{PROMPT, framed};
use crate::app::document::{Piece, Role};
use crate::app::documents;
use crate::app::documents::flow::Flow;
use crate::app::input::Input;
use crate::app::layout::{Area, VIEW_WORDS, views_menu, views_rows};
use crate::app::model::{Model, ViewsMenu, ViewsStep};
use crate::domain::view::KeptView;
use crate::ui::paint::Painter;
use crate::ui::text_field;

pub(super) fn draw(model: &Model, menu: &ViewsMenu, painter: &mut Painter<'_>) {
    let saved = &model.views.saved;
    let area = views_menu(model.size, saved.len());
    framed(area, "Your views", painter);
    let text = area.inner();
    let rows = views_rows(model.size);
    for (line, (at, kept)) in saved.iter().enumerate().skip(menu.offset).take(rows).enumerate() {
        let chosen = at == menu.chosen;
        let row = text.row(line as u16);
        let mut pieces = vec![Piece::new(if chosen { "▌ " } else { "  " }, Role::Key)];
        pieces.extend(documents::views::line(model, kept, chosen, row.columns().saturating_sub(2)));
        painter.line(row, &pieces);
    }
    if saved.is_empty() {
        painter.line(text.row(0), &[Piece::new("No view is saved yet.", Role::Dim)]);
    }
    let below = Area {
        y: text.y + text.height.saturating_sub(VIEW_WORDS),
        height: VIEW_WORDS.min(text.height),
        ..text
    };
    words(model, menu, saved.get(menu.chosen), below, painter);
    if saved.len() > rows {
        painter.footer(area, &[Piece::new(format!("{}/{}", menu.chosen + 1, saved.len()), Role::Dim)]);
    }
}

/// What the chosen view shows, or what is asked of it.
fn words(model: &Model, menu: &ViewsMenu, kept: Option<&KeptView>, area: Area, painter: &mut Painter<'_>) {
    match &menu.step {
        ViewsStep::Choose => {
            let document = if let Some(kept) = kept {
                documents::views::words(model, kept, area.columns())
            } else {
                let mut flow = Flow::new(area.columns());
                let help = "s saves what the list shows: filter, order, grouping and columns. In the list, m 5 to m 9 \
                    save it under a digit, and that digit opens it.";
                flow.words(help, Role::Dim);
                flow.finish()
            };
            painter.document(area, &document, 0);
        }
        ViewsStep::Rename(input, error) => field("Its new name", input, error.as_deref(), area, painter),
        ViewsStep::Save(input, error) => {
            field("Save what the list shows as", input, error.as_deref(), area, painter);
        }
        ViewsStep::Digit => {
            painter.line(
                area.row(0),
                &[Piece::new("Which digit opens it? 5 to 9, or 0 for none", Role::Strong)],
            );
        }
        ViewsStep::Delete => {
            painter.line(
                area.row(0),
                &[Piece::new("Delete this view? Its alerts stay as they are.", Role::Strong)],
            );
        }
    }
}

fn field(label: &str, input: &Input, error: Option<&str>, area: Area, painter: &mut Painter<'_>) {
    painter.line(area.row(0), &[Piece::new(label, Role::Label)]);
    let row = area.row(1);
    painter.line(row, &[Piece::new(PROMPT, Role::Key)]);
    text_field::draw(Area { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, input, painter);
    if let Some(error) = error {
        painter.line(area.row(2), &[Piece::new(error, Role::Error)]);
    }
}
