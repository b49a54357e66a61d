//! The *Take action* tab.

use std::ops::Range;

use crate::app::document::Document;
use crate::app::model::{Suppress, Trigger};
use crate::app::respond::contacts::Contacts;
use crate::app::respond::context::Context;
use crate::app::respond::prevent::Prevent;
use crate::domain::AlertKey;

/// The sections of *Take action*, by the digits of the portal's order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Section {
    /// Inspect resource context: tags, whom to ask, the activity log.
    Context,
    /// Mitigate the threat: the remediation steps.
    #[default]
    Mitigate,
    /// Prevent future attacks: the recommendations.
    Prevent,
    /// Configure email notification settings.
    Contacts,
    /// Trigger an automated response: logic apps.
    Trigger,
    /// Suppress similar alerts: rules.
    Suppress,
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
    /// Section 1.
    pub context: Context,
    /// Section 3.
    pub prevent: Prevent,
    /// Section 6.
    pub contacts: Contacts,
    /// What section 4 knows.
    pub trigger: Trigger,
    /// What section 5 knows.
    pub suppress: Suppress,
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
