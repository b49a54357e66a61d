//! Text laid out for a width: what the details pane and the tabs show.
//!
//! Built in `update`, so that scrolling can be computed there; drawing paints the lines that are visible.

/// What a piece of text is, for the theme to style.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    #[default]
    Body,
    /// The title of the alert.
    Title,
    /// The head of a section.
    Section,
    /// A label before a value.
    Label,
    /// Less important text.
    Dim,
    /// A severity's word.
    Severity(crate::domain::Severity),
    /// A status's word.
    Status(crate::domain::Status),
    /// A link's address.
    Link,
    /// A marked control character of the display rule.
    Marked,
    /// The stage of the kill chain that the alert is in.
    Stage,
    /// A key to press.
    Key,
    /// A fault.
    Error,
}

/// A piece of a line. The text went through the display rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// Lines that fit a width.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The lines.
    pub lines: Vec<Vec<Piece>>,
}
