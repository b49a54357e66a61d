use proptest::prelude::*;
use ratatui::backend::Backend as _;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::CellWidth as _;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Widget as _};

use super::*;

const WIDTH: u16 = 34;
const HEIGHT: u16 = 12;
const SIZE: Size = Size { width: WIDTH, height: HEIGHT };

/// What a terminal shows that was sent all of it.
fn shows(terminal: &vt100::Screen) -> Vec<String> {
    (0..HEIGHT)
        .map(|row| (0..WIDTH).map(|column| seen(terminal, row, column)).collect::<Vec<_>>().join("|"))
        .collect()
}

/// What is seen of one cell: its text, and of its look what shows.
fn seen(terminal: &vt100::Screen, row: u16, column: u16) -> String {
    let Some(cell) = terminal.cell(row, column) else { return String::new() };
    if cell.is_wide_continuation() {
        return "<".into();
    }
    let text = if cell.has_contents() { cell.contents() } else { " " };
    let blank = text == " " && !cell.underline() && !cell.inverse();
    let attributes = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
    if blank {
        format!(" {:?}", cell.bgcolor())
    } else {
        format!("{text} {:?} {:?} {attributes:?}", cell.fgcolor(), cell.bgcolor())
    }
}

/// What the drawing library's own backend makes of a frame on an empty terminal.
fn expected(buffer: &Buffer) -> Vec<String> {
    let mut bytes = Vec::new();
    let empty = Buffer::empty(buffer.area);
    CrosstermBackend::new(&mut bytes).draw(empty.diff(buffer).into_iter()).unwrap();
    let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
    terminal.process(&bytes);
    shows(terminal.screen())
}

/// One thing that changes from a frame to the next.
#[derive(Debug, Clone)]
enum Step {
    Write { column: u16, row: u16, text: usize, style: usize },
    Paint { area: Rect, style: usize },
    Scroll { rows: (u16, u16), columns: (u16, u16), up: bool, by: u16 },
    Clear,
}

const TEXTS: [&str; 10] = [
    "a",
    "Suspicious process",
    "              ",
    "日本語",
    "é…│",
    "x日y",
    "🔥 hot",
    "w  w",
    "0123456789012345678901234567890123",
    "e\u{301}",
];

fn styles() -> [Style; 8] {
    [
        Style::new(),
        Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Style::new().fg(Color::DarkGray),
        Style::new().bg(Color::Indexed(236)),
        Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::LightBlue),
        Style::new().add_modifier(Modifier::REVERSED | Modifier::DIM),
        Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD | Modifier::ITALIC),
        Style::new().fg(Color::Red).add_modifier(Modifier::DIM),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let write = (0..WIDTH, 0..HEIGHT, 0..TEXTS.len(), 0..styles().len())
        .prop_map(|(column, row, text, style)| Step::Write { column, row, text, style });
    let paint = (0..WIDTH, 0..HEIGHT, 1..WIDTH, 1..4u16, 0..styles().len())
        .prop_map(|(x, y, width, height, style)| Step::Paint { area: Rect { x, y, width, height }, style });
    let scroll = (0..HEIGHT - 2, 2..HEIGHT, 0..WIDTH, 1..WIDTH, any::<bool>(), 1..4u16).prop_map(
        |(top, height, left, width, up, by)| Step::Scroll {
            rows: (top, (top + height).min(HEIGHT)),
            columns: (left, (left + width).min(WIDTH)),
            up,
            by,
        },
    );
    prop_oneof![6 => write, 2 => paint, 6 => scroll, 1 => Just(Step::Clear)]
}

fn take(step: &Step, buffer: &mut Buffer) {
    match step {
        Step::Write { column, row, text, style } => {
            buffer.set_stringn(*column, *row, TEXTS[*text], usize::from(WIDTH - column), styles()[*style]);
        }
        Step::Paint { area, style } => buffer.set_style(area.intersection(buffer.area), styles()[*style]),
        Step::Scroll { rows, columns, up, by } => {
            let before = buffer.clone();
            for row in rows.0..rows.1 {
                let from = if *up { row.checked_add(*by) } else { row.checked_sub(*by) };
                for column in columns.0..columns.1 {
                    let from = from.filter(|from| (rows.0..rows.1).contains(from));
                    buffer[(column, row)] = from.map_or(Cell::EMPTY, |from| before[(column, from)].clone());
                }
            }
        }
        Step::Clear => buffer.reset(),
    }
    // The terminal of this test knows bold or dim, not both.
    for cell in buffer.content.iter_mut().filter(|cell| cell.modifier.contains(Modifier::BOLD)) {
        cell.modifier.remove(Modifier::DIM);
    }
    // Only what a widget could leave: halves of wide characters are no text.
    for row in 0..HEIGHT {
        let mut column = 0;
        while column < WIDTH {
            let wide = buffer[(column, row)].cell_width().max(1);
            if column + wide > WIDTH {
                buffer[(column, row)] = Cell::EMPTY;
            } else {
                (column + 1..column + wide).for_each(|half| buffer[(half, row)] = Cell::EMPTY);
            }
            column += wide;
        }
    }
}

/// A frame that is there already, without a cursor.
fn copied(wanted: &Buffer, frame: &mut Buffer) -> Option<Position> {
    frame.clone_from(wanted);
    None
}

proptest! {
    /// Frame after frame, a terminal that got the bytes shows what it would show had it been drawn afresh.
    #[test]
    fn the_terminal_shows_each_frame(frames in prop::collection::vec(prop::collection::vec(step(), 0..6), 1..12)) {
        let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
        let mut drawing = Drawing::new();
        let mut wanted = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for steps in frames {
            steps.iter().for_each(|step| take(step, &mut wanted));
            terminal.process(&drawing.frame(SIZE, |frame| copied(&wanted, frame)));
            for (row, (is, should)) in shows(terminal.screen()).iter().zip(expected(&wanted)).enumerate() {
                prop_assert_eq!(is, &should, "row {} after {:?}", row, steps);
            }
            let again = drawing.frame(SIZE, |frame| copied(&wanted, frame));
            prop_assert!(again.is_empty(), "nothing changed: {:?}", again);
        }
    }
}

/// A list of titles from one on, in a frame, with its details beside it.
fn list(frame: &mut Buffer, first: usize, details: Option<&str>) -> Option<Position> {
    let area = frame.area;
    Block::bordered().title("Alerts").render(area, frame);
    for row in 1..area.height - 1 {
        let number = first + usize::from(row);
        let text = Line::from(format!("High  title {} on vm-{:03}", number * 7919 % 1000, number * 31 % 500));
        frame.set_line(2, row, &text, 30);
    }
    if let Some(text) = details {
        Paragraph::new(text).render(Rect::new(24, 1, 8, 4), frame);
    }
    None
}

#[test]
fn a_list_that_scrolls_is_moved_and_not_written_anew() {
    let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
    let mut drawing = Drawing::new();
    let whole = drawing.frame(SIZE, |frame| list(frame, 0, None));
    terminal.process(&whole);
    for first in [1, 2, 4, 7, 6, 4, 1] {
        let bytes = drawing.frame(SIZE, |frame| list(frame, first, None));
        assert!(bytes.len() * 3 < whole.len(), "{first}: {} of {}", bytes.len(), whole.len());
        terminal.process(&bytes);
        let mut afresh = vt100::Parser::new(HEIGHT, WIDTH, 0);
        afresh.process(&Drawing::new().frame(SIZE, |frame| list(frame, first, None)));
        assert_eq!(terminal.screen().contents(), afresh.screen().contents(), "from {first} on");
    }
}

#[test]
fn a_pane_beside_the_list_does_not_hinder() {
    let mut drawing = Drawing::new();
    let whole = drawing.frame(SIZE, |frame| list(frame, 0, Some("a\nb\nc"))).len();
    let bytes = drawing.frame(SIZE, |frame| list(frame, 1, Some("d\ne")));
    assert!(bytes.len() * 2 < whole, "{} of {whole}", bytes.len());
}

/// A line of a frame without a cursor.
fn line<'a>(text: impl Into<Line<'a>>, row: u16, frame: &mut Buffer) -> Option<Position> {
    text.into().render(Rect::new(0, row, WIDTH, 1), frame);
    None
}

/// The bytes of the second of two frames of one line.
fn second(first: Line, next: Line) -> String {
    let mut drawing = Drawing::new();
    drawing.frame(SIZE, |frame| line(first, 0, frame));
    String::from_utf8(drawing.frame(SIZE, |frame| line(next, 0, frame))).unwrap()
}

#[test]
fn a_short_way_is_written_a_long_one_jumped() {
    assert_eq!(second("one two".into(), "oNe tWo".into()), "\u{1b}[1;2HNe tW");
    assert_eq!(second("one, and two".into(), "oNe, and tWo".into()), "\u{1b}[1;2HN\u{1b}[11GW");
    assert_eq!(
        second("a      b".into(), "A é b".into()),
        "\u{1b}[HA é b   ",
        "a blank costs less than a jump"
    );
}

#[test]
fn blanks_are_erased_in_one_piece() {
    assert_eq!(second("Suspicious process".into(), "S".into()), "\u{1b}[1;2H\u{1b}[17X");
    let behind = Style::new().bg(Color::Blue);
    let bytes =
        second(Line::styled("Suspicious process", behind), Line::styled("                  ", behind));
    assert!(!bytes.contains('X'), "not every terminal erases to a colour: {bytes:?}");
}

#[test]
fn a_look_is_changed_the_shorter_way() {
    let bold = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    assert_eq!(second("ab".into(), Line::styled("ab", bold)), "\u{1b}[H\u{1b}[1;31mab\u{1b}[m");
    let dim = Style::new().fg(Color::Red).add_modifier(Modifier::DIM);
    let spans =
        Line::from(vec![ratatui::text::Span::styled("a", bold), ratatui::text::Span::styled("b", dim)]);
    assert_eq!(
        second("ab".into(), spans),
        "\u{1b}[H\u{1b}[1;31ma\u{1b}[22;2mb\u{1b}[m",
        "bold is off before dim is on"
    );
}

#[test]
fn the_way_after_a_wide_character_is_said_anew() {
    // A terminal may think that it is narrower.
    assert_eq!(second("ab cd".into(), "日 ef".into()), "\u{1b}[H  \u{1b}[1G日\u{1b}[1;4Hef");
}

#[test]
fn the_cursor_is_sent_only_when_it_moved() {
    let mut drawing = Drawing::new();
    let mut at = |text: &'static str, cursor: Option<(u16, u16)>| {
        let bytes = drawing.frame(SIZE, |frame| {
            line(text, 3, frame);
            cursor.map(Position::from)
        });
        String::from_utf8(bytes).unwrap()
    };
    assert!(at("a", None).ends_with("a\u{1b}[?25l"));
    assert_eq!(at("a", None), "");
    assert_eq!(at("a", Some((1, 3))), "\u{1b}[4;2H\u{1b}[?25h");
    assert_eq!(at("a", Some((1, 3))), "");
    assert_eq!(at("ab", Some((1, 3))), "\u{1b}[4;2Hb\u{1b}[4;2H", "drawing moves it");
    assert_eq!(at("ab", None), "\u{1b}[?25l");
}

#[test]
fn another_size_and_a_terminal_that_was_lent_are_drawn_whole() {
    let mut drawing = Drawing::new();
    let whole = drawing.frame(SIZE, |frame| list(frame, 0, None));
    let wider = Size { width: 50, ..SIZE };
    let mut terminal = vt100::Parser::new(HEIGHT, 50, 0);
    terminal.process(b"something else");
    terminal.process(&drawing.frame(wider, |frame| list(frame, 0, None)));
    assert!(!terminal.screen().contents().contains("something"));
    assert!(drawing.frame(wider, |frame| list(frame, 0, None)).is_empty());
    drawing.frame(SIZE, |frame| list(frame, 0, None));
    drawing.forget();
    assert_eq!(drawing.frame(SIZE, |frame| list(frame, 0, None)), whole);
}

#[test]
fn a_terminal_may_take_a_composed_character_for_narrower_or_wider() {
    // To the terminal of this test the heart is one column wide.
    let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
    let mut drawing = Drawing::new();
    for text in ["Heart", "❤\u{fe0f}art"] {
        terminal.process(&drawing.frame(SIZE, |frame| line(text, 0, frame)));
    }
    assert_eq!(terminal.screen().rows(0, WIDTH).next().unwrap(), "❤\u{fe0f} art");
    // To others a flag takes four: what they draw over is written again though it did not change.
    let flag = "\u{1f1e9}\u{1f1ea}";
    let bytes = second("ab-tokyo".into(), Line::from(format!("{flag}-tokyo")));
    assert_eq!(bytes, format!("\u{1b}[H  \u{1b}[1G{flag}\u{1b}[1;3H-t"));
}

#[test]
fn a_bright_colour_leaves_nothing_behind() {
    let [grey, red] = [Color::DarkGray, Color::Red].map(|colour| Style::new().fg(colour));
    let spans = Line::from(vec![
        ratatui::text::Span::styled("a", grey),
        ratatui::text::Span::styled("b", red),
        ratatui::text::Span::styled("c", grey.add_modifier(Modifier::BOLD)),
        ratatui::text::Span::styled("d", grey),
    ]);
    let bytes = second("abcd".into(), spans);
    assert_eq!(bytes, "\u{1b}[H\u{1b}[90ma\u{1b}[0;31mb\u{1b}[1;90mc\u{1b}[0;90md\u{1b}[m");
}
