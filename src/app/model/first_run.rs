//! The screen before there is a configuration.

use super::sign_in::DeviceCode;
use crate::app::message::SignInFound;
use crate::domain::SafeText;
use crate::domain::progress::Subscription;

/// The first-run screen.
#[derive(Debug, Default)]
pub struct FirstRun {
    /// The ways to sign in that can be chosen; none before they were looked for.
    pub found: Vec<SignInFound>,
    /// The names of the ways that are not there.
    pub absent: Vec<String>,
    /// The clouds' words.
    pub clouds: Vec<String>,
    /// The place of the cloud to sign in to.
    pub cloud: usize,
    /// The line under the cursor: a sign-in, then the demo.
    pub chosen: usize,
    /// Keep the sign-in by device code on this machine.
    pub keep: bool,
    /// The number of the newest question for subscriptions.
    pub asked: u64,
    /// The step reached.
    pub step: FirstRunStep,
}

/// The steps of the first run.
#[derive(Debug, Default)]
pub enum FirstRunStep {
    /// Looking for sign-ins, then choosing one.
    #[default]
    SignIn,
    /// Whether a sign-in by device code is to be kept.
    Keep,
    /// A code waits for somebody to type it.
    Code(DeviceCode),
    /// Listing subscriptions.
    Listing,
    /// Choosing subscriptions.
    Subscriptions {
        /// Who is signed in.
        who: SafeText,
        /// The subscriptions.
        list: Vec<Choice>,
        /// The line under the cursor.
        chosen: usize,
    },
    /// It did not work.
    Failed(SafeText),
}

/// A subscription that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub subscription: Subscription,
    /// It is chosen.
    pub on: bool,
    /// Its open alerts.
    pub alerts: Counted,
}

/// How many open alerts a subscription has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It is being counted.
    Asked,
    /// So many.
    Open {
        /// Active or in progress.
        alerts: usize,
        /// Of these, of high severity.
        high: usize,
    },
    /// Not known, and why.
    Unknown(SafeText),
}
