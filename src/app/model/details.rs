//! The details of one alert.

use std::sync::Arc;

use crate::app::copy::Clip;
use crate::app::document::Document;
use crate::app::message::{Detail, Question};
use crate::domain::{AlertKey, SafeText};

/// Details of the alert under the cursor.
#[derive(Debug, Default)]
pub struct Details {
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// The alert whose details are to be shown.
    pub wanted: Option<AlertKey>,
    /// The alert of the question in flight.
    pub asked: Option<AlertKey>,
    /// True when what is shown was overtaken while a question was in flight.
    pub again: bool,
    /// What to copy as soon as the details are there.
    pub clip: Option<Clip>,
    /// The details, when they are there; of `wanted` or, while that loads, of the alert before.
    pub shown: Option<Arc<Detail>>,
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
}

/// The tabs of the full details.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Entities, properties, evidence, links.
    #[default]
    Details,
    /// What can be done about it.
    Respond,
    /// What was done to it here.
    History,
    /// The source's JSON.
    Json,
}
