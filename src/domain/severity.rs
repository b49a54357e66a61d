//! Alert severity, as documented for Defender for Cloud.

use serde::{Deserialize, Serialize};

/// How likely it is that the alert shows a compromise. Ordered: `High` is greatest.
///
/// `Other` stands for a value the contract does not list (its enums are open); the text as the source gave it is
/// kept beside it, in [`crate::domain::Alert::severity_text`] and as a fact of kind `SeverityText`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Severity {
    /// Not one of the four documented values.
    #[default]
    Other = 0,
    /// Context that matters mainly inside an incident.
    Informational = 1,
    /// Maybe benign, or an attack that was blocked.
    Low = 2,
    /// Suspicious, with medium confidence.
    Medium = 3,
    /// Probably a compromise, with high confidence.
    High = 4,
}

impl Severity {
    /// The documented values, worst first.
    pub const KNOWN: [Self; 4] = [Self::High, Self::Medium, Self::Low, Self::Informational];

    /// Reads the API's spelling in any letter case.
    pub fn parse(text: &str) -> Self {
        Self::KNOWN.into_iter().find(|known| known.name().eq_ignore_ascii_case(text)).unwrap_or(Self::Other)
    }

    /// The API's spelling.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "Other",
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }

    /// The name in at most six columns.
    pub fn short(self) -> &'static str {
        match self {
            Self::Informational => "Info",
            other => other.name(),
        }
    }

    /// What the level means, in a sentence (after Microsoft's alerts overview).
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Other => "A level that quell does not know; treat it as unrated.",
            Self::Informational => "Context that matters mainly as part of an incident.",
            Self::Low => "Possibly benign, or an attack that was blocked.",
            Self::Medium => "Suspicious activity, medium confidence; typical of anomaly detections.",
            Self::High => "Probably a compromise, high confidence in malice and finding: look now.",
        }
    }

    /// The value of a table code; unknown codes read as `Other`.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Informational,
            2 => Self::Low,
            3 => Self::Medium,
            4 => Self::High,
            _ => Self::Other,
        }
    }
}
