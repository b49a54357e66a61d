//! Signing in by a code that is typed into a browser.

use chrono::{DateTime, Utc};

use crate::domain::SafeText;

/// A sign-in by device code on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// The attempt's number: what is heard of an older one is dropped.
    pub number: u64,
    /// How often it did not work, and when that was last.
    pub failed: Option<(u32, DateTime<Utc>)>,
    /// How far it is.
    pub stage: CodeStage,
}

impl DeviceCode {
    /// It got further, or failed at this time.
    pub fn reach(&mut self, stage: CodeStage, at: DateTime<Utc>) {
        if matches!(stage, CodeStage::Failed(_)) {
            self.failed = Some((self.failed.map_or(1, |(times, _)| times + 1), at));
        }
        self.stage = stage;
    }
}

/// How far a sign-in by device code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeStage {
    /// The code was asked for.
    Asked,
    /// The code waits for somebody to type it.
    Shown(ShownCode),
    /// It did not work, and why.
    Failed(SafeText),
}

/// What somebody has to do: open the address and type the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCode {
    /// The code.
    pub code: SafeText,
    /// Where to type it.
    pub address: SafeText,
    /// When it is no longer accepted.
    pub until: DateTime<Utc>,
}

/// The profiles of the config, to choose one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileMenu {
    /// What can be opened; none before the config was read.
    pub list: Option<Vec<ProfileLine>>,
    /// The line under the cursor.
    pub chosen: usize,
}

/// One profile of the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// Its name in the config.
    pub name: String,
    /// What it is for: what the header calls it, cloud, tenant, read-only.
    pub about: SafeText,
    /// It is open.
    pub open: bool,
}
