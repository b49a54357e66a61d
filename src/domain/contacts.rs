//! Who receives mail for alerts of a subscription (contract §4): the settings, what an edit changes, and the checks
//! before it is sent.

use std::sync::Arc;

use crate::domain::SafeText;

/// The most addresses that are sent.
const MOST_ADDRESSES: usize = 100;

/// From which severity on alerts are mailed. Informational alerts never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MinSeverity {
    /// High only.
    High,
    /// Medium and High.
    Medium,
    /// Low, Medium and High.
    Low,
}

impl MinSeverity {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The API's spelling.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium and higher",
            Self::Low => "Low and higher",
        }
    }

    /// Reads the API's spelling in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// The roles whose holders can receive mail.
pub const ROLES: [&str; 4] = ["Owner", "Contributor", "AccountAdmin", "ServiceAdmin"];

/// What can be edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Mail on or off.
    pub enabled: bool,
    /// The addresses.
    pub emails: Vec<SafeText>,
    /// The roles whose holders receive mail as well; known ones in the API's spelling.
    pub roles: Vec<SafeText>,
    /// From which severity on; none when alerts are not mailed at all.
    pub min_severity: Option<MinSeverity>,
}

impl Settings {
    /// What Azure does while nothing is stored: owners receive mail for High alerts (contract §4).
    pub fn default_of_azure() -> Self {
        Self {
            enabled: true,
            emails: Vec::new(),
            roles: vec![SafeText::from(ROLES[0])],
            min_severity: Some(MinSeverity::High),
        }
    }

    /// Whether two settings mean the same: letter case and order of addresses and roles do not count.
    pub fn same_as(&self, other: &Self) -> bool {
        self.enabled == other.enabled
            && self.min_severity == other.min_severity
            && folded(&self.emails) == folded(&other.emails)
            && folded(&self.roles) == folded(&other.roles)
    }

    /// What is wrong with them, if anything, in words that say what to do.
    pub fn check(&self) -> Result<(), String> {
        if let Some(bad) = self.emails.iter().find(|address| !is_address(address.raw())) {
            return Err(format!(
                "`{bad}` is no mail address; write them like soc@contoso.com;ops@contoso.com"
            ));
        }
        if self.emails.len() > MOST_ADDRESSES {
            return Err(format!("{} addresses are too many; use a distribution list", self.emails.len()));
        }
        if self.enabled && self.emails.is_empty() && self.roles.is_empty() {
            return Err("nobody would receive mail: name an address or a role, or switch it off".to_owned());
        }
        Ok(())
    }
}

fn folded(list: &[SafeText]) -> Vec<String> {
    let mut folded: Vec<String> = list.iter().map(|text| text.raw().to_lowercase()).collect();
    folded.sort();
    folded.dedup();
    folded
}

/// Takes a list of addresses apart: `;`, `,` and blanks separate, an address given twice counts once.
pub fn addresses(text: &str) -> Vec<SafeText> {
    distinct(text.split(|c: char| matches!(c, ';' | ',') || c.is_whitespace()).map(str::to_owned))
}

/// Takes a list of roles apart, known ones in the API's spelling. The error names a role that does not exist.
pub fn roles(text: &str) -> Result<Vec<SafeText>, String> {
    let names = text.split([';', ',']).map(str::trim).filter(|name| !name.is_empty());
    let names = names.map(|name| {
        ROLES.into_iter().find(|role| role.eq_ignore_ascii_case(name)).map(str::to_owned).ok_or_else(|| {
            format!(
                "`{}` is no role that can receive mail; expected {}",
                SafeText::from(name),
                ROLES.join(", ")
            )
        })
    });
    Ok(distinct(names.collect::<Result<Vec<_>, _>>()?.into_iter()))
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<SafeText> {
    let mut found: Vec<SafeText> = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        if found.iter().all(|known| !known.raw().eq_ignore_ascii_case(&name)) {
            found.push(SafeText::from(name));
        }
    }
    found
}

/// One `@` with something on both sides, a dot in the domain, and no character that a mail header could stumble over.
fn is_address(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    let plain = text.chars().all(|c| c.is_alphanumeric() || "@.!#$%&'*+/=?^_`{|}~-".contains(c));
    plain
        && !user.is_empty()
        && !domain.contains('@')
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
        && text.len() <= 254
}

/// The settings of a subscription as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contacts {
    /// What can be edited; Azure's default while nothing is stored.
    pub settings: Settings,
    /// The phone number; may be empty.
    pub phone: SafeText,
    /// From which risk level on attack paths are mailed; empty when they are not. Survives an edit.
    pub attack_paths: SafeText,
    /// The record as it came, for the edit to be made on; none while nothing is stored.
    pub record: Option<Arc<str>>,
    /// The version of the contract it was read by, and is written by.
    pub version: &'static str,
}

impl Contacts {
    /// Nothing is stored.
    pub fn none(version: &'static str) -> Self {
        Self {
            version,
            settings: Settings::default_of_azure(),
            phone: SafeText::default(),
            attack_paths: SafeText::default(),
            record: None,
        }
    }

    /// True when nothing is stored and Azure's default applies.
    pub fn is_default(&self) -> bool {
        self.record.is_none()
    }
}

/// One part that an edit changes, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The part.
    pub part: &'static str,
    /// As it is.
    pub before: SafeText,
    /// As it will be.
    pub after: SafeText,
}

/// What an edit changes, part by part.
pub fn differences(before: &Settings, after: &Settings) -> Vec<Difference> {
    let parts = |of: &Settings| {
        [
            ("mail", SafeText::from(if of.enabled { "on" } else { "off" })),
            ("addresses", list(&of.emails)),
            ("roles", list(&of.roles)),
            ("alerts of severity", SafeText::from(of.min_severity.map_or("none", MinSeverity::words))),
        ]
    };
    let same = [
        before.enabled == after.enabled,
        folded(&before.emails) == folded(&after.emails),
        folded(&before.roles) == folded(&after.roles),
        before.min_severity == after.min_severity,
    ];
    let pairs = parts(before).into_iter().zip(parts(after)).zip(same);
    pairs
        .filter(|(_, same)| !same)
        .map(|(((part, before), (_, after)), _)| Difference { part, before, after })
        .collect()
}

/// A list on one line; `none` for an empty one.
pub fn list(items: &[SafeText]) -> SafeText {
    if items.is_empty() {
        return SafeText::from("none");
    }
    SafeText::from(items.iter().map(SafeText::raw).collect::<Vec<_>>().join(", "))
}

/// True when switching off mail for alerts stops mail about attack paths as well: there is one switch for both, in the
/// version of the contract that has attack paths (contract §4).
pub fn stops_attack_paths(before: &Contacts, after: &Settings) -> bool {
    before.settings.enabled && !after.enabled && !before.attack_paths.is_empty()
}

/// What became of settings that the service has accepted.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// What it really stored.
    ReadBack(Contacts),
    /// What it stored could not be read back. Why.
    Unread(SafeText),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(emails: &str, roles_text: &str) -> Settings {
        Settings {
            emails: addresses(emails),
            roles: roles(roles_text).unwrap(),
            ..Settings::default_of_azure()
        }
    }

    #[test]
    fn lists_are_taken_apart() {
        let raw = |list: Vec<SafeText>| list.iter().map(|text| text.raw().to_owned()).collect::<Vec<_>>();
        assert_eq!(raw(addresses(" a@b.c;; d@e.f ,A@B.C")), ["a@b.c", "d@e.f"]);
        assert!(addresses(" ; ").is_empty());
        assert_eq!(raw(roles("owner, SERVICEADMIN;Owner").unwrap()), ["Owner", "ServiceAdmin"]);
        assert!(roles("").unwrap().is_empty());
        assert!(roles("Owner,Reader").unwrap_err().contains("`Reader`"));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for good in ["a@b.c", "first.last+tag@sub.contoso.co.uk", "o'neil@x.org", "jürgen@büro.de"] {
            assert_eq!(settings(good, "").check(), Ok(()), "{good}");
        }
        for bad in [
            "a",
            "a@b",
            "@b.c",
            "a@",
            "a@b..c",
            "a@b@c.d",
            "a\u{202e}@b.c",
            "<a@b.c>",
            "a\u{1b}@b.c",
            "a:b@c.d",
        ] {
            let bad = Settings { emails: vec![bad.into()], ..Settings::default_of_azure() };
            assert!(bad.check().is_err(), "{bad:?}");
        }
        assert!(settings("", "").check().unwrap_err().contains("nobody"));
        assert_eq!(Settings { enabled: false, ..settings("", "") }.check(), Ok(()));
    }

    #[test]
    fn only_switching_off_stops_attack_paths_too() {
        let mut before = Contacts { attack_paths: "Critical".into(), ..Contacts::none("v") };
        let off = Settings { enabled: false, ..before.settings.clone() };
        assert!(stops_attack_paths(&before, &off) && !stops_attack_paths(&before, &before.settings));
        before.attack_paths = SafeText::default();
        assert!(!stops_attack_paths(&before, &off), "none is on");
        let silent = Contacts { settings: off.clone(), attack_paths: "Critical".into(), ..before };
        assert!(!stops_attack_paths(&silent, &off), "it is off already");
    }

    #[test]
    fn a_difference_names_only_what_changes() {
        let before = settings("a@b.c;d@e.f", "Owner,Contributor");
        assert!(differences(&before, &settings("D@E.F;A@B.C", "Contributor,Owner")).is_empty());
        assert!(before.same_as(&settings("D@E.F;A@B.C", "Contributor,Owner")));
        let after = Settings { enabled: false, min_severity: None, ..settings("", "Owner") };
        let words: Vec<String> = differences(&before, &after)
            .into_iter()
            .map(|change| format!("{}: {} → {}", change.part, change.before.raw(), change.after.raw()))
            .collect();
        assert_eq!(
            words,
            [
                "mail: on → off",
                "addresses: a@b.c, d@e.f → none",
                "roles: Owner, Contributor → Owner",
                "alerts of severity: High → none"
            ]
        );
        assert!(!before.same_as(&after));
    }
}
