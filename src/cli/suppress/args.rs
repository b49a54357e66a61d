//! The command line of `quell suppress`.

use clap::{Args, Subcommand};

use crate::cli::args::Act;
use crate::domain::suppression::reason;

/// `quell suppress`.
#[derive(Debug, Subcommand)]
pub enum Suppress {
    /// Suppression rules, each with what it matches of the cached alerts
    List {
        /// Only of these subscriptions: GUID or name
        #[arg(long, value_name = "S", num_args = 1..)]
        subscription: Vec<String>,
        /// Only rules for this alert type
        #[arg(long = "type", value_name = "T")]
        alert_type: Option<String>,
    },
    /// One rule and what it matches of the cached alerts
    Show(Named),
    /// Create a rule: simulated first, asked, then read back
    Add(Add),
    /// Change parts of a rule; what is not named stays as it is
    Edit(Edit),
    /// Keep a rule, and stop it
    Disable(Switch),
    /// Let a rule work again
    Enable {
        /// Which, and how to go about it
        #[command(flatten)]
        switch: Switch,
        /// When it ends: 30d, a date, or never
        #[arg(long, value_name = "D|DATE|never")]
        expires: Option<String>,
    },
    /// Delete a rule; alerts that it dismissed stay dismissed
    Delete(Switch),
    /// What a rule would have matched of the cached alerts; nothing is sent
    Simulate(Simulate),
}

/// A rule by its name.
#[derive(Debug, Clone, Args)]
pub struct Named {
    /// The rule's name
    pub name: String,
    /// Its subscription, where several have a rule of this name: GUID or name
    #[arg(long, value_name = "S")]
    pub subscription: Option<String>,
}

/// A rule by its name, and whether to ask.
#[derive(Debug, Args)]
pub struct Switch {
    /// Which
    #[command(flatten)]
    pub named: Named,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// What a rule is about.
#[derive(Debug, Clone, Default, Args)]
pub struct About {
    /// The alert type; several make several rules; * means every type
    #[arg(long = "type", value_name = "T", num_args = 1..)]
    pub types: Vec<String>,
    /// Fill the rule in from this alert
    #[arg(long, value_name = "ALERT-ID")]
    pub from: Option<String>,
    /// An entity's value that must be equal, such as host.hostname=vm-1; of one field any of its values; with --from,
    /// FIELD alone takes the alert's own
    #[arg(long, value_name = "FIELD=VALUE", num_args = 1..)]
    pub entity: Vec<String>,
    /// Text that an entity's value must contain, such as process.commandline=curl
    #[arg(long, value_name = "FIELD=TEXT", num_args = 1..)]
    pub entity_contains: Vec<String>,
    /// No condition on entities
    #[arg(long, conflicts_with_all = ["entity", "entity_contains"])]
    pub no_entity: bool,
}

/// The words of a rule.
#[derive(Debug, Clone, Default, Args)]
pub struct Words {
    /// Why: FalsePositive, SpecificEntityFalsePositive, Noise, NotRelevant, AlertSeverityTooHigh, Unclear or Other
    #[arg(long, value_name = "CODE", value_parser = reason_code)]
    pub reason: Option<&'static str>,
    /// A comment
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// When it ends: 30d, a date, or never
    #[arg(long, value_name = "D|DATE|never")]
    pub expires: Option<String>,
}

impl About {
    /// True when a flag says something.
    pub fn is_named(&self) -> bool {
        let listed = !(self.types.is_empty() && self.entity.is_empty() && self.entity_contains.is_empty());
        listed || self.from.is_some() || self.no_entity
    }
}

impl Words {
    /// True when a flag says something.
    pub fn is_named(&self) -> bool {
        self.reason.is_some() || self.comment.is_some() || self.expires.is_some()
    }
}

/// `quell suppress add`.
#[derive(Debug, Args)]
pub struct Add {
    /// Its name: 2 to 50 letters, digits, - and _
    #[arg(long)]
    pub name: Option<String>,
    /// What it is about
    #[command(flatten)]
    pub about: About,
    /// Its words
    #[command(flatten)]
    pub words: Words,
    /// Create it disabled
    #[arg(long)]
    pub disabled: bool,
    /// Where: GUID or name; several make several rules
    #[arg(long, value_name = "S", num_args = 1..)]
    pub subscription: Vec<String>,
    /// Dismiss the matching open alerts too: verified, and undone by `quell undo`
    #[arg(long)]
    pub dismiss_matching: bool,
    /// How to go about it
    #[command(flatten)]
    pub act: Act,
}

/// `quell suppress edit`.
#[derive(Debug, Args)]
pub struct Edit {
    /// Which
    #[command(flatten)]
    pub named: Named,
    /// What it is to be about: conditions replace all that it has
    #[command(flatten)]
    pub about: About,
    /// Its words
    #[command(flatten)]
    pub words: Words,
    /// Dismiss the matching open alerts too: verified, and undone by `quell undo`
    #[arg(long)]
    pub dismiss_matching: bool,
    /// How to go about it
    #[command(flatten)]
    pub act: Act,
}

/// `quell suppress simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// An existing rule instead of the flags below
    #[arg(conflicts_with_all = ["types", "from", "entity", "entity_contains", "no_entity"])]
    pub name: Option<String>,
    /// What the rule would be about
    #[command(flatten)]
    pub about: About,
    /// Its words, as far as they make a difference
    #[command(flatten)]
    pub words: Words,
    /// Where: GUID or name; everywhere without it
    #[arg(long, value_name = "S", num_args = 1..)]
    pub subscription: Vec<String>,
    /// Print the ids of the matching alerts instead, one a line
    #[arg(long)]
    pub ids: bool,
}

fn reason_code(text: &str) -> Result<&'static str, String> {
    let codes = || reason::REASONS.map(|(code, _)| code).join(", ");
    reason::parse(text).ok_or_else(|| format!("expected one of {}", codes()))
}
