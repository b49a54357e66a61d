//! Terminal events, turned into the core's messages.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::app::Message;
use crate::app::key::{Code, Key};

/// The message for a terminal event; none for what quell does not use. Not for a new size: crossterm 0.29 loses it when
/// a key arrives in the same moment, so [`super::signals`] watches for that.
pub fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            let code = code(key.code)?;
            // Over some terminals ctrl-space and the like arrive as controls: they are nobody's keys.
            Some(Message::Key(Key { code, ctrl }))
        }
        Event::Paste(text) => Some(Message::Paste(text)),
        _ => None,
    }
}

fn code(code: KeyCode) -> Option<Code> {
    Some(match code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEvent, KeyEventState};

    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Option<Message> {
        message(Event::Key(KeyEvent { code, modifiers, kind, state: KeyEventState::NONE }))
    }

    #[test]
    fn presses_and_repeats_count_and_releases_do_not() {
        let g = Some(Message::Key(Key::char('G')));
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Press), g);
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Repeat), g);
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Release), None);
        let down = Some(Message::Key(Key::ctrl('d')));
        assert_eq!(press(KeyCode::Char('d'), KeyModifiers::CONTROL, KeyEventKind::Press), down);
    }
}
