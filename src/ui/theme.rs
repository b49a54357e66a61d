//! Roles to styles. In no palette is colour the only cue.
//!
//! The palettes of a config take their colours from the 240 fixed ones of a terminal with 256: these are the same
//! everywhere, need no word of the terminal beyond its name, and have a contrast that can be computed.

use ratatui::style::{Color, Modifier, Style};

use crate::app::document::Role;
use crate::app::settings::{Colours, Settings, ThemeName};
use crate::domain::{Severity, Status};

/// How roles look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme(Palette);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Palette {
    /// Bold, dim, underlined and reversed only.
    Plain,
    /// The terminal's own sixteen.
    Sixteen,
    Fixed(&'static Inks),
}

/// What is coloured, by its number among the 256.
#[derive(Debug, PartialEq, Eq)]
struct Inks {
    /// Text and background; those of the terminal where there are none.
    paper: Option<(u8, u8)>,
    accent: u8,
    high: u8,
    medium: u8,
    dim: u8,
    good: u8,
    error: u8,
}

const DARK: Inks = Inks { paper: None, accent: 80, high: 203, medium: 221, dim: 246, good: 114, error: 203 };
const LIGHT: Inks = Inks { paper: None, accent: 25, high: 160, medium: 94, dim: 241, good: 22, error: 160 };
const HIGH_CONTRAST: Inks =
    Inks { paper: Some((231, 16)), accent: 51, high: 210, medium: 226, dim: 252, good: 46, error: 210 };
/// Orange and yellow against blue: told apart with every kind of colour blindness.
const COLOUR_BLIND: Inks =
    Inks { paper: None, accent: 81, high: 208, medium: 222, dim: 246, good: 75, error: 208 };
const COLOUR_BLIND_LIGHT: Inks =
    Inks { paper: None, accent: 25, high: 130, medium: 94, dim: 241, good: 25, error: 130 };

impl Theme {
    /// The sixteen colours that every terminal has, in the shades that its user chose.
    pub const SIXTEEN: Self = Self(Palette::Sixteen);

    /// No colours at all (`NO_COLOR`): bold, dim, underlined and reversed only.
    pub const PLAIN: Self = Self(Palette::Plain);

    /// The colours that the settings ask for, as far as the terminal has them.
    pub fn of(settings: &Settings) -> Self {
        match settings.colours {
            Colours::None => Self::PLAIN,
            Colours::Sixteen => Self::SIXTEEN,
            Colours::Many => Self::named(settings.theme),
        }
    }

    fn named(name: ThemeName) -> Self {
        let inks = match name {
            ThemeName::Basic16 => return Self::SIXTEEN,
            ThemeName::Dark => &DARK,
            ThemeName::Light => &LIGHT,
            ThemeName::HighContrast => &HIGH_CONTRAST,
            ThemeName::ColourBlind => &COLOUR_BLIND,
            ThemeName::ColourBlindLight => &COLOUR_BLIND_LIGHT,
        };
        Self(Palette::Fixed(inks))
    }

    /// One of the sixteen colours, or the one of a fixed palette that stands for it.
    fn paint(self, colour: Color, of: fn(&Inks) -> u8) -> Style {
        match self.0 {
            Palette::Plain => Style::new(),
            Palette::Sixteen => Style::new().fg(colour),
            Palette::Fixed(inks) => Style::new().fg(Color::Indexed(of(inks))),
        }
    }

    /// What lies under everything; none where that is the terminal's own.
    pub fn paper(self) -> Option<Style> {
        let Palette::Fixed(inks) = self.0 else { return None };
        inks.paper.map(|(text, paper)| Style::new().fg(Color::Indexed(text)).bg(Color::Indexed(paper)))
    }

    /// Less important text. Without colours of our own by the terminal's own dim, which it makes from its user's text
    /// colour: that is there to be read on every palette, and where a terminal knows no dim it is simply text. "Bright
    /// black", the grey of the sixteen, is not: Solarized Dark has its background there, and others barely more.
    fn dim(self) -> Style {
        match self.0 {
            Palette::Plain | Palette::Sixteen => Style::new().add_modifier(Modifier::DIM),
            Palette::Fixed(inks) => Style::new().fg(Color::Indexed(inks.dim)),
        }
    }

    /// The one accent: keys, cursor, marks, the pane that has the keys.
    pub fn accent(self) -> Style {
        self.paint(Color::Cyan, |inks| inks.accent)
    }

    /// Frames of panes; the one that has the keys also has a bold title.
    pub fn frame(self, focused: bool) -> Style {
        if focused { Style::new() } else { self.dim() }
    }

    /// The style of a role. What the display rule marked is reversed and dim, which no other role is: data cannot
    /// imitate it.
    pub fn style(self, role: Role) -> Style {
        match role {
            Role::Body => Style::new(),
            Role::Title | Role::Section | Role::Strong => Style::new().add_modifier(Modifier::BOLD),
            Role::Label | Role::Dim => self.dim(),
            Role::Severity(severity) => self.severity(severity),
            Role::Status(status) => self.status(status),
            Role::Link => self.accent().add_modifier(Modifier::UNDERLINED),
            Role::Number | Role::Bar => self.accent(),
            Role::Marked => Style::new().add_modifier(Modifier::REVERSED | Modifier::DIM),
            Role::Stage | Role::Key => self.accent().add_modifier(Modifier::BOLD),
            Role::Good => self.paint(Color::Green, |inks| inks.good),
            Role::Error => self.paint(Color::Red, |inks| inks.error).add_modifier(Modifier::BOLD),
        }
    }

    fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::High => self.paint(Color::Red, |inks| inks.high).add_modifier(Modifier::BOLD),
            Severity::Medium => self.paint(Color::Yellow, |inks| inks.medium),
            Severity::Low | Severity::Other => Style::new(),
            Severity::Informational => self.dim(),
        }
    }

    fn status(self, status: Status) -> Style {
        match status {
            Status::Active | Status::Other => Style::new(),
            Status::InProgress => self.accent(),
            Status::Resolved | Status::Dismissed => self.dim(),
        }
    }

    /// The part of a filter that is wrong.
    pub fn mistake(self) -> Style {
        self.style(Role::Error).add_modifier(Modifier::UNDERLINED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_role() -> Vec<Role> {
        let mut roles = vec![
            Role::Body,
            Role::Title,
            Role::Section,
            Role::Label,
            Role::Dim,
            Role::Strong,
            Role::Link,
            Role::Number,
            Role::Stage,
            Role::Key,
            Role::Good,
            Role::Error,
            Role::Bar,
        ];
        roles.extend(Severity::KNOWN.map(Role::Severity));
        roles.extend(Status::SETTABLE.map(Role::Status));
        roles
    }

    #[test]
    fn only_marks_are_reversed() {
        for theme in ThemeName::ALL.map(Theme::named).into_iter().chain([Theme::PLAIN]) {
            for role in every_role() {
                assert!(!theme.style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
            }
            assert!(theme.style(Role::Marked).add_modifier.contains(Modifier::REVERSED));
        }
    }

    /// Of the sixteen, black, white and their bright twins are the background of one palette or another.
    #[test]
    fn no_text_of_the_sixteen_has_a_colour_that_is_a_background() {
        let theme = Theme::SIXTEEN;
        let roles = every_role().into_iter().map(|role| theme.style(role));
        let mut seen = 0;
        for style in roles.chain([theme.frame(false), theme.frame(true), theme.mistake()]) {
            let background = [Color::Black, Color::DarkGray, Color::Gray, Color::White];
            assert!(!style.fg.is_some_and(|colour| background.contains(&colour)), "{style:?}");
            seen += usize::from(style.fg.is_some());
        }
        assert!(seen > 5);
        assert!(theme.style(Role::Dim).add_modifier.contains(Modifier::DIM));
    }

    #[test]
    fn the_plain_palette_has_no_colours() {
        for role in every_role() {
            let style = Theme::PLAIN.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    /// The red, green and blue of a number from 16 on, as every terminal with 256 colours has them.
    fn rgb(number: u8) -> [u8; 3] {
        let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
        match number {
            232.. => [8 + 10 * (number - 232); 3],
            16.. => {
                let cube = number - 16;
                [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
            }
            _ => panic!("{number} is a colour of the terminal's user"),
        }
    }

    /// WCAG 2: relative luminance.
    fn luminance(rgb: [u8; 3]) -> f64 {
        let part = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2])
    }

    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_background() {
        const BLACK: [u8; 3] = [0; 3];
        const GREY: [u8; 3] = [30; 3];
        const WHITE: [u8; 3] = [255; 3];
        for (name, papers, least) in [
            (ThemeName::Dark, &[BLACK, GREY][..], 4.5),
            (ThemeName::ColourBlind, &[BLACK, GREY], 4.5),
            (ThemeName::Light, &[WHITE], 4.5),
            (ThemeName::ColourBlindLight, &[WHITE], 4.5),
            (ThemeName::HighContrast, &[BLACK], 7.0),
        ] {
            let theme = Theme::named(name);
            let styles = every_role().into_iter().map(|role| theme.style(role)).chain(theme.paper());
            let mut seen = 0;
            for style in styles {
                let Some(Color::Indexed(number)) = style.fg else { continue };
                seen += 1;
                for paper in papers {
                    let contrast = contrast(rgb(number), *paper);
                    assert!(contrast >= least, "{name}: {number} has {contrast:.2} on {paper:?}");
                }
            }
            assert!(seen > 10, "{name} has {seen} colours");
        }
    }

    /// What blue light adds is seen with every kind of colour blindness; red against green is not.
    #[test]
    fn alarm_and_success_differ_in_blue_for_the_colour_blind() {
        for name in [ThemeName::ColourBlind, ThemeName::ColourBlindLight] {
            let blue = |role| match Theme::named(name).style(role).fg {
                Some(Color::Indexed(number)) => rgb(number)[2],
                other => panic!("{name}: {other:?}"),
            };
            assert!(blue(Role::Good).abs_diff(blue(Role::Error)) > 128, "{name}");
            assert!(blue(Role::Key).abs_diff(blue(Role::Severity(Severity::High))) > 128, "{name}");
        }
    }
}
