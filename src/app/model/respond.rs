//! The *Take action* tab.

use std::ops::Range;

use crate::app::document::Document;
use crate::app::model::Trigger;
use crate::domain::AlertKey;

/// The sections of *Take action*, by the digits of the portal's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Section {
    /// Mitigate the threat: the remediation steps.
    #[default]
    Mitigate,
    /// Trigger an automated response: logic apps.
    Trigger,
}

/// The *Take action* tab. The section stays from alert to alert.
#[derive(Debug, Default)]
pub struct Respond {
    /// The section shown.
    pub section: Section,
    /// The alert that it is shown for.
    pub alert: Option<AlertKey>,
    /// What is shown, laid out for the screen's width.
    pub page: Page,
    /// Where the analyst is in it.
    pub place: Place,
    /// Where the analyst was before something was opened, outermost first.
    pub before: Vec<Place>,
    /// What section 4 knows.
    pub trigger: Trigger,
}

/// A section laid out: a text, and which of its lines belong to the items that the cursor moves over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The text. Its first two columns are the cursor's.
    pub document: Document,
    /// The lines of each item, in order. Without items the text is scrolled.
    pub items: Vec<Range<usize>>,
}

/// A place in a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The item under the cursor.
    pub item: usize,
    /// The first line drawn.
    pub offset: usize,
}
