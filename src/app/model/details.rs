//! The details of one alert.

use std::sync::Arc;

use crate::app::command::Pivot;
use crate::app::copy::Clip;
use crate::app::document::Document;
use crate::app::message::Question;
use crate::app::model::Place;
use crate::domain::alert::Alert;
use crate::domain::fact::{FactKind, named};
use crate::domain::incident::Family;
use crate::domain::record::{AlertRecord, Past};
use crate::domain::table::ContentMark;
use crate::domain::{AlertKey, SafeStr, SafeText};

/// Details of the alert under the cursor.
#[derive(Debug, Default)]
pub struct Details {
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// The alert whose details are to be shown.
    pub wanted: Option<AlertKey>,
    /// The alert of the question in flight.
    pub asked: Option<AlertKey>,
    /// The content of the snapshot that was looked through for what is shown, or is being looked through.
    pub counted: Option<ContentMark>,
    /// True when what is shown was overtaken while a question was in flight.
    pub again: bool,
    /// What to copy as soon as the details are there.
    pub clip: Option<Clip>,
    /// The pivot to make as soon as the details are there.
    pub pivot: Option<Pivot>,
    /// The details, when they are there; of `wanted` or, while that loads, of the alert before.
    pub shown: Option<Arc<Detail>>,
    /// Those of the alert that the next step is likely to reach, read before it is made.
    pub ahead: Option<Ahead>,
    /// Why they could not be read.
    pub error: Option<SafeText>,
    /// On a narrow screen: true when the pane is open over the list.
    pub open: bool,
    /// The side pane's text, laid out for its width.
    pub pane: Document,
    /// The first line of the side pane drawn.
    pub scroll: usize,
    /// The full details, when open.
    pub full: Option<Full>,
    /// The full details from which these were opened, outermost first.
    pub trail: Vec<Opened>,
}

/// Details read before they are wanted.
#[derive(Debug)]
pub struct Ahead {
    /// Whose.
    pub key: AlertKey,
    /// The question whose answer they are; none until those wanted are there.
    pub question: Option<Question>,
    /// The details, when they are there.
    pub detail: Option<Arc<Detail>>,
}

/// Full details of one alert.
#[derive(Debug)]
pub struct Full {
    /// Which.
    pub key: AlertKey,
    /// The tab shown.
    pub tab: Tab,
    /// The tab's text, laid out for the screen's width.
    pub document: Document,
    /// The JSON and the width that `document` was laid out from, while it is that: it may be large and never ages.
    pub json: Option<(Arc<str>, usize)>,
    /// The first line drawn, for each tab.
    pub scroll: [usize; Tab::ALL.len()],
    /// The cursor of the *Related* tab.
    pub related: Place,
}

/// Full details as they can be opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The alert.
    pub key: AlertKey,
    /// The tab shown.
    pub tab: Tab,
    /// The first line drawn, for each tab.
    pub scroll: [usize; Tab::ALL.len()],
    /// The cursor of the *Related* tab.
    pub related: Place,
}

impl Opened {
    /// The first tab of an alert.
    pub(crate) fn new(key: AlertKey) -> Self {
        Self { key, tab: Tab::default(), scroll: [0; Tab::ALL.len()], related: Place::default() }
    }
}

impl From<&Full> for Opened {
    fn from(full: &Full) -> Self {
        Self { key: full.key, tab: full.tab, scroll: full.scroll, related: full.related }
    }
}

impl From<Opened> for Full {
    fn from(opened: Opened) -> Self {
        let Opened { key, tab, scroll, related } = opened;
        Self { key, tab, document: Document::default(), json: None, scroll, related }
    }
}

/// The tabs of the full details.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Entities, properties, evidence, links.
    #[default]
    Details,
    /// What can be done about it.
    Respond,
    /// What other alerts have in common with it.
    Related,
    /// What was done to it here.
    History,
    /// The source's JSON.
    Json,
}

/// One alert in full with what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Whose details.
    pub key: AlertKey,
    /// The alert.
    pub alert: Alert,
    /// The source's JSON, byte for byte.
    pub raw: Arc<str>,
    /// The entities that others may mention too, in display order.
    pub mentions: Vec<Mention>,
    /// The incidents that it groups or that group it.
    pub families: Vec<Family>,
    /// What the other scanner reported of the same finding; none where that was not looked for.
    pub twins: Option<Vec<AlertKey>>,
    /// What was done to it with quell, newest first.
    pub past: Vec<Past>,
    /// What of that counts now: notes, feedback, ticked steps.
    pub record: AlertRecord,
}

/// An entity's value and how many other alerts mention it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The kind it is searched as.
    pub kind: FactKind,
    /// The value.
    pub value: SafeText,
    /// The entity's kind for people.
    pub label: String,
    /// How many other alerts mention it.
    pub alerts: usize,
    /// On how many resources, this alert's included.
    pub resources: usize,
}

impl Mention {
    /// The value as alerts are searched for it: of entities without a field of their own, kind and name.
    pub fn fact(&self) -> SafeText {
        match self.kind {
            FactKind::Named => named(&self.label, self.value.raw()),
            _ => self.value.clone(),
        }
    }

    /// The value as a list of entities shows it: of a resource's id the name at its end.
    pub fn short(&self) -> SafeStr<'_> {
        match self.value.raw().rsplit_once('/') {
            Some((_, name)) if self.kind == FactKind::ResourceId && !name.is_empty() => SafeStr(name),
            _ => self.value.as_safe(),
        }
    }
}
