//! Keys as quell names them, free of any terminal library.

use std::fmt;

/// What was pressed, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the keys' own
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key press. Shift is part of the character (`G`, `BackTab`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What was pressed.
    pub code: Code,
    /// With control held.
    pub ctrl: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false }
    }

    /// A character.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A character with control held.
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true }
    }

    /// What was pressed when control was not held. Prompts go by this, so that ctrl-y is no yes.
    pub fn unmodified(self) -> Option<Code> {
        (!self.ctrl).then_some(self.code)
    }

    /// Reads the spelling that help, config and keymap use: `j`, `ctrl-d`, `Enter`, `PgDn`, `F2`, `Space`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((ctrl, rest)) = text.split_at_checked(5)
            && ctrl.eq_ignore_ascii_case("ctrl-")
        {
            let mut chars = rest.chars();
            return match (chars.next(), chars.next()) {
                (Some(c), None) => Some(Self::ctrl(c.to_ascii_lowercase())),
                _ if rest.eq_ignore_ascii_case("space") => Some(Self::ctrl(' ')),
                _ => None,
            };
        }
        if let Some((_, code)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Some(Self::plain(*code));
        }
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Some(Self::char(c));
        }
        let number: u8 = text.strip_prefix(['F', 'f'])?.parse().ok()?;
        (1..=12).contains(&number).then_some(Self::plain(Code::F(number)))
    }
}

/// The spelled-out names; the first of each code is the one shown.
const NAMES: [(&str, Code); 17] = [
    ("Space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("S-Tab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Del", Code::Delete),
    ("↑", Code::Up),
    ("↓", Code::Down),
    ("←", Code::Left),
    ("→", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("Up", Code::Up),
    ("Down", Code::Down),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(number) => write!(f, "F{number}"),
            other => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_as_it_is_written() {
        let codes =
            NAMES.iter().map(|(_, code)| *code).chain("aG/*~é".chars().map(Code::Char)).chain([Code::F(2)]);
        for key in codes.map(Key::plain).chain([Key::ctrl('d'), Key::ctrl('\\'), Key::ctrl(' ')]) {
            assert_eq!(Key::parse(&key.to_string()), Some(key), "{key}");
        }
        assert_eq!(Key::parse("↓"), Some(Key::plain(Code::Down)));
        assert_eq!(Key::parse("down"), Some(Key::plain(Code::Down)));
        assert_eq!(Key::parse("Ctrl-D"), Some(Key::ctrl('d')));
        for bad in ["", "ctrl-", "ctrl-ab", "F0", "F13", "Fx", "abc"] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }
}
