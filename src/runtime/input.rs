//! Terminal events, turned into the core's messages.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::app::Message;
use crate::app::key::{Code, Key};
use crate::app::mouse::{Gesture, Mouse};

/// The messages for a terminal event; none for what quell does not use. Not for a new size: crossterm 0.29 loses it when
/// a key arrives in the same moment, so [`super::signals`] watches for that.
///
/// Over a slow line Esc and the key after it may arrive together, which reads as that key with Alt. No command has an
/// Alt key, so they are taken apart again: an Esc that was meant as No must not vanish.
pub fn messages(event: Event) -> Vec<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            let Some(code) = code(key.code) else { return Vec::new() };
            let mut keys = vec![Message::Key(Key { code, ctrl })];
            if key.modifiers.contains(KeyModifiers::ALT) {
                keys.insert(0, Message::Key(Key::plain(Code::Esc)));
            }
            keys
        }
        Event::Paste(text) => vec![Message::Paste(text)],
        Event::Mouse(event) => mouse(event).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The left button and the wheel.
fn mouse(event: MouseEvent) -> Option<Message> {
    let gesture = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Gesture::Press,
        MouseEventKind::Drag(MouseButton::Left) => Gesture::Drag,
        MouseEventKind::Up(MouseButton::Left) => Gesture::Release,
        MouseEventKind::ScrollDown => Gesture::WheelDown,
        MouseEventKind::ScrollUp => Gesture::WheelUp,
        _ => return None,
    };
    Some(Message::Mouse(Mouse { gesture, column: event.column, row: event.row }))
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

    fn press(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Vec<Message> {
        messages(Event::Key(KeyEvent { code, modifiers, kind, state: KeyEventState::NONE }))
    }

    #[test]
    fn presses_and_repeats_count_and_releases_do_not() {
        let g = vec![Message::Key(Key::char('G'))];
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Press), g);
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Repeat), g);
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT, KeyEventKind::Release), []);
        let down = vec![Message::Key(Key::ctrl('d'))];
        assert_eq!(press(KeyCode::Char('d'), KeyModifiers::CONTROL, KeyEventKind::Press), down);
    }
    #[test]
    fn an_esc_that_arrives_with_the_next_key_stays_an_esc() {
        let both = vec![Message::Key(Key::plain(Code::Esc)), Message::Key(Key::char('y'))];
        assert_eq!(press(KeyCode::Char('y'), KeyModifiers::ALT, KeyEventKind::Press), both);
    }
}
