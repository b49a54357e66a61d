//! Announcements and the window's title as bytes for the terminal.

use crate::app::notify::Announcement;
use crate::app::settings::Osc;

/// Keeps the window's title on the terminal's stack of titles, and brings it back (xterm's window operations 22 and 23).
/// A terminal without a stack ignores both.
pub const KEEP_TITLE: &[u8] = b"\x1b[22;2t";
/// The counterpart of [`KEEP_TITLE`].
pub const RESTORE_TITLE: &[u8] = b"\x1b[23;2t";

/// The bytes of an announcement: the bell, and the text by its sequence.
pub fn announcement(of: &Announcement) -> Vec<u8> {
    let mut bytes = if of.bell { vec![0x07] } else { Vec::new() };
    let text = plain(&of.text);
    let sequence = match of.osc {
        Osc::None => return bytes,
        Osc::Nine => format!("\x1b]9;{text}\x1b\\"),
        // Title and text are parted by a semicolon.
        Osc::SevenSevenSeven => format!("\x1b]777;notify;quell;{}\x1b\\", text.replace(';', ",")),
        Osc::NinetyNine => format!("\x1b]99;;{text}\x1b\\"),
    };
    bytes.extend_from_slice(sequence.as_bytes());
    bytes
}

/// The bytes that set the window's title, and leave the icon's alone.
pub fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x1b\\", plain(text)).into_bytes()
}

/// Text without anything that could end a sequence. It went through the display rule, so this is the second fence.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_sequence() {
        let hostile = "a\u{1b}\\b\u{7}c\u{9c}d;e\n";
        for (bell, osc, expected) in [
            (true, Osc::None, "\u{7}"),
            (false, Osc::Nine, "\u{1b}]9;a\\bcd;e\u{1b}\\"),
            (true, Osc::SevenSevenSeven, "\u{7}\u{1b}]777;notify;quell;a\\bcd,e\u{1b}\\"),
            (false, Osc::NinetyNine, "\u{1b}]99;;a\\bcd;e\u{1b}\\"),
        ] {
            let bytes = announcement(&Announcement { bell, osc, text: hostile.to_owned() });
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
        assert_eq!(title(hostile), b"\x1b]2;a\\bcd;e\x1b\\");
    }
}
