//! MITRE ATT&CK tactics in kill-chain order; the API calls them `intent`.

use serde::{Deserialize, Serialize};

/// A tactic, ordered along the kill chain; `Unknown` comes last.
///
/// The names are those of the contract's `intent` enum plus the two that only Microsoft's pages use
/// (`Reconnaissance`, `ResourceDevelopment`). In practice the field holds a comma-separated list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[allow(missing_docs)] // each variant is ATT&CK's own name
pub enum Tactic {
    PreAttack,
    Probing,
    Reconnaissance,
    ResourceDevelopment,
    InitialAccess,
    Exploitation,
    Execution,
    Persistence,
    PrivilegeEscalation,
    DefenseEvasion,
    CredentialAccess,
    Discovery,
    LateralMovement,
    Collection,
    CommandAndControl,
    Exfiltration,
    Impact,
    Unknown,
}

impl Tactic {
    /// Every tactic in kill-chain order.
    pub const ALL: [Self; 18] = [
        Self::PreAttack,
        Self::Probing,
        Self::Reconnaissance,
        Self::ResourceDevelopment,
        Self::InitialAccess,
        Self::Exploitation,
        Self::Execution,
        Self::Persistence,
        Self::PrivilegeEscalation,
        Self::DefenseEvasion,
        Self::CredentialAccess,
        Self::Discovery,
        Self::LateralMovement,
        Self::Collection,
        Self::CommandAndControl,
        Self::Exfiltration,
        Self::Impact,
        Self::Unknown,
    ];

    /// The stages drawn as the chain on screen: today's ATT&CK matrix without the API's synonyms.
    pub const CHAIN: [Self; 14] = [
        Self::PreAttack,
        Self::ResourceDevelopment,
        Self::InitialAccess,
        Self::Execution,
        Self::Persistence,
        Self::PrivilegeEscalation,
        Self::DefenseEvasion,
        Self::CredentialAccess,
        Self::Discovery,
        Self::LateralMovement,
        Self::Collection,
        Self::CommandAndControl,
        Self::Exfiltration,
        Self::Impact,
    ];

    /// The label for people, such as `Lateral movement`.
    pub fn label(self) -> &'static str {
        match self {
            Self::PreAttack => "Pre-attack",
            Self::Probing => "Probing",
            Self::Reconnaissance => "Reconnaissance",
            Self::ResourceDevelopment => "Resource development",
            Self::InitialAccess => "Initial access",
            Self::Exploitation => "Exploitation",
            Self::Execution => "Execution",
            Self::Persistence => "Persistence",
            Self::PrivilegeEscalation => "Privilege escalation",
            Self::DefenseEvasion => "Defense evasion",
            Self::CredentialAccess => "Credential access",
            Self::Discovery => "Discovery",
            Self::LateralMovement => "Lateral movement",
            Self::Collection => "Collection",
            Self::CommandAndControl => "Command and control",
            Self::Exfiltration => "Exfiltration",
            Self::Impact => "Impact",
            Self::Unknown => "Unknown",
        }
    }

    /// The stage of [`Self::CHAIN`] under which the tactic is drawn; none for `Unknown`.
    pub fn stage(self) -> Option<Self> {
        match self {
            Self::Probing | Self::Reconnaissance => Some(Self::PreAttack),
            Self::Exploitation => Some(Self::InitialAccess),
            Self::Unknown => None,
            other => Some(other),
        }
    }

    /// Reads one name in any letter case, ignoring blanks, `-` and `_`; none for a name ATT&CK does not have.
    pub fn parse(text: &str) -> Option<Self> {
        let fold = |name: &str| -> String {
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let wanted = fold(text);
        Self::ALL.into_iter().find(|tactic| fold(tactic.label()) == wanted)
    }
}

/// The tactics of one alert, as a set that iterates in kill-chain order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TacticSet(pub u32);

impl TacticSet {
    /// Reads the contract's `intent`: one name, or several separated by commas. Names nobody knows become `Unknown`.
    pub fn parse_intent(intent: &str) -> Self {
        intent
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| Tactic::parse(name).unwrap_or(Tactic::Unknown))
            .collect()
    }

    /// True when the set holds the tactic.
    pub fn contains(self, tactic: Tactic) -> bool {
        self.0 & (1 << tactic as u32) != 0
    }

    /// The tactics in kill-chain order.
    pub fn iter(self) -> impl Iterator<Item = Tactic> {
        Tactic::ALL.into_iter().filter(move |tactic| self.contains(*tactic))
    }

    /// True when no tactic is known.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Tactic> for TacticSet {
    fn from_iter<I: IntoIterator<Item = Tactic>>(tactics: I) -> Self {
        Self(tactics.into_iter().fold(0, |set, tactic| set | 1 << tactic as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_list_is_read_in_kill_chain_order() {
        let set = TacticSet::parse_intent("Persistence, DefenseEvasion, Execution");
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Tactic::Execution, Tactic::Persistence, Tactic::DefenseEvasion]
        );
        assert_eq!(TacticSet::parse_intent("Sorcery").iter().collect::<Vec<_>>(), [Tactic::Unknown]);
        assert!(TacticSet::parse_intent(" , ").is_empty());
    }

    #[test]
    fn people_and_api_spell_a_tactic_differently() {
        for text in ["lateral movement", "LateralMovement", "lateral-movement"] {
            assert_eq!(Tactic::parse(text), Some(Tactic::LateralMovement));
        }
        assert!(Tactic::ALL.iter().enumerate().all(|(at, tactic)| *tactic as usize == at));
    }
}
