//! The screen before there is a configuration.

use crate::app::message::SignInFound;
use crate::domain::SafeText;
use crate::domain::progress::Subscription;

/// The first-run screen.
#[derive(Debug, Default)]
pub struct FirstRun {
    /// The sign-ins looked for.
    pub found: Vec<SignInFound>,
    /// The line under the cursor: a sign-in, then the demo.
    pub chosen: usize,
    /// The step reached.
    pub step: FirstRunStep,
}

/// The steps of the first run.
#[derive(Debug, Default)]
pub enum FirstRunStep {
    /// Looking for sign-ins, then choosing one.
    #[default]
    SignIn,
    /// Listing subscriptions.
    Listing,
    /// Choosing subscriptions: each with whether it is chosen.
    Subscriptions {
        /// The subscriptions.
        list: Vec<(Subscription, bool)>,
        /// The line under the cursor.
        chosen: usize,
    },
    /// It did not work.
    Failed(SafeText),
}
