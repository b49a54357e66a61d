//! Roles to styles: two palettes, and in neither is colour the only cue.

use ratatui::style::{Color, Modifier, Style};

use crate::app::document::Role;
use crate::domain::{Severity, Status};

/// How roles look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colours: bool,
}

impl Theme {
    /// The sixteen colours that every terminal has, in the shades that its user chose.
    pub const SIXTEEN: Self = Self { colours: true };

    /// No colours at all (`NO_COLOR`): bold, dim, underlined and reversed only.
    pub const PLAIN: Self = Self { colours: false };

    fn paint(self, colour: Color) -> Style {
        if self.colours { Style::new().fg(colour) } else { Style::new() }
    }

    /// Less important text. Without colours by the terminal's own dim.
    fn dim(self) -> Style {
        if self.colours { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// The one accent: keys, cursor, marks, the pane that has the keys.
    pub fn accent(self) -> Style {
        self.paint(Color::Cyan)
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
            Role::Good => self.paint(Color::Green),
            Role::Error => self.paint(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::High => self.paint(Color::Red).add_modifier(Modifier::BOLD),
            Severity::Medium => self.paint(Color::Yellow),
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
        for theme in [Theme::SIXTEEN, Theme::PLAIN] {
            for role in every_role() {
                assert!(!theme.style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
            }
            assert!(theme.style(Role::Marked).add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn the_plain_palette_has_no_colours() {
        for role in every_role() {
            let style = Theme::PLAIN.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }
}
