//! What the terminal can do, as far as the environment tells.

use super::Findings;
use crate::domain::SafeText;

pub(super) fn look(findings: &mut Findings) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    judge(crossterm::terminal::size().ok(), variable, findings);
}

fn judge(size: Option<(u16, u16)>, variable: impl Fn(&str) -> Option<String>, findings: &mut Findings) {
    let term = variable("TERM").unwrap_or_default();
    let Some((width, height)) = size else {
        return findings.good("terminal", "none: the commands work without one");
    };
    if width < 60 || height < 16 {
        findings.bad(
            "terminal",
            format_args!("{width}×{height} is too small: the screen needs 60×16; the commands work anyway"),
        );
    } else {
        findings.good("terminal", format_args!("{}, {width}×{height}", SafeText::from(term.as_str())));
    }
    if term == "dumb" || term.is_empty() {
        findings.note("terminal", "TERM names no terminal that can be drawn on: set it, or use --plain");
    }
    if variable("NO_COLOR").is_some() {
        findings.good("terminal", "NO_COLOR is set: no colours are used");
    } else {
        findings.good("terminal", colours(&term, variable("COLORTERM").as_deref()));
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    match locale {
        Some(locale) if locale.to_ascii_lowercase().replace('-', "").contains("utf8") => {
            findings.good("terminal", format_args!("locale {}", SafeText::from(locale)));
        }
        locale => findings.note(
            "terminal",
            format_args!(
                "the locale {} is not one of UTF-8: set LANG, such as C.UTF-8, or boxes and names may look broken",
                SafeText::from(locale.unwrap_or_else(|| "is not set and so".to_owned()))
            ),
        ),
    }
    clipboard(&term, variable, findings);
}

fn colours(term: &str, colorterm: Option<&str>) -> &'static str {
    match colorterm {
        Some("truecolor" | "24bit") => "full colours",
        _ if term.contains("256color") => "256 colours",
        _ => "16 colours, as far as TERM tells: the theme basic16 is used",
    }
}

/// Copying is by OSC 52, which answers nothing: only what lies in between is known.
fn clipboard(term: &str, variable: impl Fn(&str) -> Option<String>, findings: &mut Findings) {
    if variable("TMUX").is_some() {
        findings
            .note("clipboard", "inside tmux: `set -g set-clipboard on` there lets copying through (OSC 52)");
    } else if variable("STY").is_some() || term.starts_with("screen") {
        findings.note(
            "clipboard",
            "inside screen: it may keep copied text (OSC 52) to itself; tmux lets it through",
        );
    } else {
        findings.good("clipboard", "by OSC 52; whether the terminal takes it cannot be asked");
    }
}

#[cfg(test)]
mod tests {
    use super::super::Weight;
    use super::*;
    use crate::cli::exit::Exit;

    fn judged(size: Option<(u16, u16)>, pairs: &[(&str, &str)]) -> (Exit, usize, String) {
        let mut findings = Findings::default();
        let find = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
        judge(size, find, &mut findings);
        let notes = findings.0.iter().filter(|finding| finding.weight == Weight::Note).count();
        let texts: Vec<&str> = findings.0.iter().map(|finding| finding.text.as_str()).collect();
        (findings.exit(), notes, texts.join("\n"))
    }

    #[test]
    fn a_terminal_is_judged_by_what_it_says_of_itself() {
        type Case = (&'static [(&'static str, &'static str)], usize, &'static str);
        let good: &[(&str, &str)] = &[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")];
        let cases: [Case; 6] = [
            (good, 0, "256 colours"),
            (&[("TERM", "xterm"), ("LANG", "C.utf8"), ("COLORTERM", "truecolor")], 0, "full colours"),
            (&[("TERM", "linux"), ("LC_ALL", "C"), ("LANG", "C.UTF-8")], 1, "not one of UTF-8"),
            (&[("TERM", "dumb"), ("LANG", "C.UTF-8")], 1, "--plain"),
            (&[("TERM", "tmux-256color"), ("TMUX", "x"), ("LANG", "C.UTF-8")], 1, "set-clipboard"),
            (&[("TERM", "screen"), ("STY", "x"), ("LANG", "C.UTF-8")], 1, "inside screen"),
        ];
        for (pairs, notes, words) in cases {
            let (exit, found, text) = judged(Some((80, 24)), pairs);
            assert_eq!((exit, found), (Exit::Done, notes), "{text}");
            assert!(text.contains(words), "{text}");
        }
        assert_eq!(judged(Some((59, 24)), good).0, Exit::Failed);
        assert_eq!(judged(None, &[]).0, Exit::Done);
    }
}
