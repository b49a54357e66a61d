//! A screen as SVG: text in runs of one style, frames and blocks as shapes, so that no font leaves gaps in them.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// A cell, in units of the picture.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 17.0;
const FONT: f32 = 14.0;

/// Blank around the screen.
const MARGIN: f32 = 12.0;

const PAPER: &str = "#15181e";
const INK: &str = "#d5d9e0";

/// The sixteen colours.
const PALETTE: [&str; 16] = [
    "#15181e", "#e5534b", "#57ab5a", "#d9a520", "#539bf5", "#b083f0", "#39c5cf", "#c5cad3", "#7a8290",
    "#ff7b72", "#7ee787", "#f2cc60", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
];

/// How a cell is drawn.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    ink: String,
    paper: String,
    bold: bool,
    dim: bool,
    underline: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (mut ink, mut paper) = (colour(cell.fgcolor(), INK), colour(cell.bgcolor(), PAPER));
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut paper);
        }
        Self { ink, paper, bold: cell.bold(), dim: cell.dim(), underline: cell.underline() }
    }
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Default => default.to_owned(),
        Color::Idx(at) => indexed(at),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// A colour of the 256: sixteen, a cube of six steps a side, and greys.
fn indexed(at: u8) -> String {
    match at {
        0..=15 => PALETTE[usize::from(at)].to_owned(),
        16..=231 => {
            let step = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let at = at - 16;
            format!("#{:02x}{:02x}{:02x}", step(at / 36), step(at / 6 % 6), step(at % 6))
        }
        232.. => {
            let grey = 8 + (at - 232) * 10;
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

/// Draws a screen; `about` is read out to those who do not see it.
pub(crate) fn draw(screen: &Screen, about: &str) -> String {
    let (rows, columns) = screen.size();
    let (wide, high) = (f32::from(columns) * WIDTH + 2.0 * MARGIN, f32::from(rows) * HEIGHT + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.1} {high:.1}\" role=\"img\">\n\
         <title>{about}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"{FONT}\" \
         xml:space=\"preserve\">\n",
        about = escaped(about),
    );
    for row in 0..rows {
        draw_row(screen, row, columns, &mut svg);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn draw_row(screen: &Screen, row: u16, columns: u16, svg: &mut String) {
    let mut column = 0;
    while column < columns {
        let Some(cell) = screen.cell(row, column) else { return };
        let look = Look::of(cell);
        let from = column;
        let mut text = String::new();
        while let Some(next) =
            screen.cell(row, column).filter(|next| column < columns && Look::of(next) == look)
        {
            if !next.is_wide_continuation() {
                text.push_str(if next.has_contents() { next.contents() } else { " " });
            }
            column += 1;
        }
        run(&look, row, from, column - from, &text, svg);
    }
}

/// Cells of one look: their ground, then letters in words and everything else as shapes.
fn run(look: &Look, row: u16, from: u16, cells: u16, text: &str, svg: &mut String) {
    let (x, y) = (MARGIN + f32::from(from) * WIDTH, MARGIN + f32::from(row) * HEIGHT);
    if look.paper != PAPER {
        rectangle(x, y, f32::from(cells) * WIDTH, HEIGHT, &look.paper, svg);
    }
    let letters: Vec<char> = text.chars().collect();
    let narrow = usize::from(cells) == letters.len();
    let mut at = x;
    let mut word = Word::default();
    for same in letters.chunk_by(|one, next| one == next && matches!(one, ' ' | '─')) {
        let letter = same[0];
        let wide = if narrow { WIDTH } else { WIDTH * width(letter) } * same.len() as f32;
        if letter == ' ' && same.len() == 1 && !word.text.is_empty() {
            word.push(letter, wide);
        } else if letter == ' ' || shape(letter, (at, y, wide), look, svg) {
            word.write(y, look, svg);
        } else {
            if word.text.is_empty() {
                word.x = at;
            }
            word.push(letter, wide);
        }
        at += wide;
    }
    word.write(y, look, svg);
}

/// Cells of a letter, for a run with wide ones in it.
fn width(letter: char) -> f32 {
    match u32::from(letter) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0.0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xff00..=0xff60
        | 0x1f300..=0x1faff => 2.0,
        _ => 1.0,
    }
}

/// Letters that stand together.
#[derive(Default)]
struct Word {
    x: f32,
    wide: f32,
    text: String,
}

impl Word {
    fn push(&mut self, letter: char, wide: f32) {
        self.wide += wide;
        self.text.push(letter);
    }

    /// Writes what there is, and is empty then.
    fn write(&mut self, y: f32, look: &Look, svg: &mut String) {
        let word = std::mem::take(self);
        let text = word.text.trim_end();
        if text.is_empty() {
            return;
        }
        let wide = if text.len() < word.text.len() { word.wide - WIDTH } else { word.wide };
        let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
        let faint = if look.dim { " opacity=\"0.6\"" } else { "" };
        let line = if look.underline { " text-decoration=\"underline\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" fill=\"{}\"{weight}{faint}{line}>{}</text>",
            word.x,
            y + HEIGHT * 0.76,
            look.ink,
            escaped(text),
        );
    }
}

fn rectangle(x: f32, y: f32, wide: f32, high: f32, colour: &str, svg: &mut String) {
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{wide:.2}\" height=\"{high:.2}\" fill=\"{colour}\"/>"
    );
}

/// Draws a block or a piece of a frame, which fills `wide`; false for any other letter.
fn shape(letter: char, (x, y, wide): (f32, f32, f32), look: &Look, svg: &mut String) -> bool {
    let code = u32::from(letter);
    match letter {
        '▁'..='█' => {
            let high = HEIGHT * (code - 0x2580) as f32 / 8.0;
            rectangle(x, y + HEIGHT - high, WIDTH, high, &look.ink, svg);
        }
        '▀' => rectangle(x, y, WIDTH, HEIGHT / 2.0, &look.ink, svg),
        '▉'..='▏' => rectangle(x, y, WIDTH * (0x2590 - code) as f32 / 8.0, HEIGHT, &look.ink, svg),
        '▐' => rectangle(x + WIDTH / 2.0, y, WIDTH / 2.0, HEIGHT, &look.ink, svg),
        '░' | '▒' | '▓' => {
            let share = (code - 0x2590) as f32 / 4.0;
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{}\" opacity=\"{share}\"/>",
                look.ink
            );
        }
        '─' | '│' | '╭' | '╮' | '╯' | '╰' | '├' | '┤' | '┬' | '┴' | '┼' | '┌' | '┐' | '└' | '┘' | '━'
        | '┃' => {
            let (mid, low) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
            let (right, bottom) = (x + wide, y + HEIGHT);
            let path = match letter {
                '─' | '━' => format!("M{x:.2} {low:.2}H{right:.2}"),
                '│' | '┃' => format!("M{mid:.2} {y:.2}V{bottom:.2}"),
                '╭' => format!("M{mid:.2} {bottom:.2}Q{mid:.2} {low:.2} {right:.2} {low:.2}"),
                '╮' => format!("M{mid:.2} {bottom:.2}Q{mid:.2} {low:.2} {x:.2} {low:.2}"),
                '╯' => format!("M{mid:.2} {y:.2}Q{mid:.2} {low:.2} {x:.2} {low:.2}"),
                '╰' => format!("M{mid:.2} {y:.2}Q{mid:.2} {low:.2} {right:.2} {low:.2}"),
                '┌' => format!("M{mid:.2} {bottom:.2}V{low:.2}H{right:.2}"),
                '┐' => format!("M{mid:.2} {bottom:.2}V{low:.2}H{x:.2}"),
                '└' => format!("M{mid:.2} {y:.2}V{low:.2}H{right:.2}"),
                '┘' => format!("M{mid:.2} {y:.2}V{low:.2}H{x:.2}"),
                '├' => format!("M{mid:.2} {y:.2}V{bottom:.2}M{mid:.2} {low:.2}H{right:.2}"),
                '┤' => format!("M{mid:.2} {y:.2}V{bottom:.2}M{mid:.2} {low:.2}H{x:.2}"),
                '┬' => format!("M{x:.2} {low:.2}H{right:.2}M{mid:.2} {low:.2}V{bottom:.2}"),
                '┴' => format!("M{x:.2} {low:.2}H{right:.2}M{mid:.2} {low:.2}V{y:.2}"),
                _ => format!("M{x:.2} {low:.2}H{right:.2}M{mid:.2} {y:.2}V{bottom:.2}"),
            };
            let thick = if matches!(letter, '━' | '┃') { 2.0 } else { 1.0 };
            let faint = if look.dim { 0.6 } else { 1.0 };
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" stroke=\"{}\" stroke-width=\"{thick}\" opacity=\"{faint}\" fill=\"none\"/>",
                look.ink
            );
        }
        _ => return false,
    }
    true
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
