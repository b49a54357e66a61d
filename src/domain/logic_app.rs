//! Logic apps that an alert can be sent to, and why the others cannot take one (contract §5).

use std::fmt;

use crate::domain::SafeText;
use crate::domain::resource::ResourceId;

/// The connection path of the trigger that takes an alert, folded.
const ALERT_PATH: &str = "/microsoft.security/alert/subscribe";

/// Where all triggers of Defender for Cloud subscribe, folded.
const DEFENDER_PATH: &str = "/microsoft.security/";

/// What starts a logic app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerKind {
    /// A Defender for Cloud alert: an `ApiConnectionWebhook` that subscribes to alerts.
    Alert,
    /// A plain web request.
    Request,
    /// Something else that Defender for Cloud tells: a recommendation, a change of compliance. Its path.
    OtherEvent(SafeText),
    /// Anything else: a schedule, another connection. Its type.
    Other(SafeText),
}

impl TriggerKind {
    /// Reads what a trigger's definition says: its `type`, its `kind`, and the `inputs.path` of a connection.
    pub fn read(kind: &str, variant: &str, path: &str) -> Self {
        let path = path.trim_end_matches('/');
        let folded = path.to_ascii_lowercase();
        if kind.eq_ignore_ascii_case("ApiConnectionWebhook") && folded == ALERT_PATH {
            return Self::Alert;
        }
        if kind.eq_ignore_ascii_case("ApiConnectionWebhook") && folded.starts_with(DEFENDER_PATH) {
            return Self::OtherEvent(SafeText::from(path));
        }
        // Requests of another kind, such as a button of a phone, expect a body of their own.
        let plain = variant.is_empty() || variant.eq_ignore_ascii_case("Http");
        match kind {
            kind if kind.eq_ignore_ascii_case("Request") && plain => Self::Request,
            kind if kind.eq_ignore_ascii_case("Request") => {
                Self::Other(SafeText::from(format!("Request, {variant}")))
            }
            kind => Self::Other(SafeText::from(kind)),
        }
    }

    /// The word for people: what it takes.
    pub fn label(&self) -> String {
        match self {
            Self::Alert => "alert".to_owned(),
            Self::Request => "request".to_owned(),
            Self::OtherEvent(_) => "another Defender event".to_owned(),
            Self::Other(kind) if kind.is_empty() => "other".to_owned(),
            Self::Other(kind) => kind.to_string(),
        }
    }

    /// The word in machine output.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Request => "request",
            Self::OtherEvent(_) | Self::Other(_) => "other",
        }
    }

    /// The order in which triggers are offered; none for one that takes no alert.
    fn rank(&self) -> Option<u8> {
        match self {
            Self::Alert => Some(0),
            Self::Request => Some(1),
            Self::OtherEvent(_) | Self::Other(_) => None,
        }
    }
}

/// One trigger of a logic app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name, the last segment of its id.
    pub name: SafeText,
    /// What it takes.
    pub kind: TriggerKind,
}

/// A logic app (`Microsoft.Logic/workflows`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogicApp {
    /// Its resource id.
    pub id: ResourceId,
    /// Its name.
    pub name: SafeText,
    /// Its region.
    pub location: SafeText,
    /// `Enabled`, `Disabled`, `Suspended` …; may be empty.
    pub state: SafeText,
    /// False for an app of another plan, which has no callback of this kind.
    pub consumption: bool,
    /// Its triggers, or why its definition could not be read.
    pub triggers: Result<Vec<Trigger>, SafeText>,
}

/// Why a logic app cannot be triggered on an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// It is switched off; its state.
    Disabled(SafeText),
    /// It is of another plan than consumption.
    OtherPlan,
    /// Its definition could not be read.
    Unreadable(SafeText),
    /// It has no trigger at all.
    NoTrigger,
    /// It has no trigger of that name.
    NoSuchTrigger(SafeText),
    /// Defender for Cloud starts it, but not with alerts.
    TakesOther(SafeText),
    /// It starts in another way.
    StartsBy(SafeText),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disabled(state) => write!(f, "switched off ({state})"),
            Self::OtherPlan => {
                f.write_str("only consumption logic apps can be triggered, this one is Standard")
            }
            Self::Unreadable(why) => write!(f, "its definition cannot be read: {why}"),
            Self::NoTrigger => f.write_str("it has no trigger"),
            Self::NoSuchTrigger(name) => write!(f, "it has no trigger named {name}"),
            Self::TakesOther(path) => write!(f, "takes no alerts ({path})"),
            Self::StartsBy(kind) => write!(f, "starts by itself, takes no alert ({kind})"),
        }
    }
}

impl LogicApp {
    /// True unless its state says otherwise.
    pub fn is_enabled(&self) -> bool {
        self.state.is_empty() || self.state.raw().eq_ignore_ascii_case("Enabled")
    }

    /// The trigger that an alert would be sent to: one that takes alerts, else one that takes a request.
    pub fn choice(&self) -> Result<&Trigger, Unusable> {
        let triggers = self.open_triggers()?;
        let usable = triggers.iter().filter_map(|trigger| Some((trigger.kind.rank()?, trigger)));
        match usable.min_by_key(|(rank, _)| *rank) {
            Some((_, trigger)) => Ok(trigger),
            None => Err(triggers.first().map_or(Unusable::NoTrigger, why_not)),
        }
    }

    /// The trigger of a name, if an alert can be sent to it. Names are compared without regard to ASCII case.
    pub fn trigger(&self, name: &str) -> Result<&Trigger, Unusable> {
        let found =
            self.open_triggers()?.iter().find(|trigger| trigger.name.raw().eq_ignore_ascii_case(name));
        match found {
            None => Err(Unusable::NoSuchTrigger(SafeText::from(name))),
            Some(trigger) if trigger.kind.rank().is_none() => Err(why_not(trigger)),
            Some(trigger) => Ok(trigger),
        }
    }

    /// Its triggers, when it is switched on and they are known.
    fn open_triggers(&self) -> Result<&[Trigger], Unusable> {
        if !self.consumption {
            return Err(Unusable::OtherPlan);
        }
        if !self.is_enabled() {
            return Err(Unusable::Disabled(self.state.clone()));
        }
        self.triggers.as_deref().map_err(|why| Unusable::Unreadable(why.clone()))
    }

    /// Where it stands in a list of candidates: those for alerts, those for requests, the rest.
    pub fn rank(&self) -> u8 {
        self.choice().ok().and_then(|trigger| trigger.kind.rank()).unwrap_or(u8::MAX)
    }
}

fn why_not(trigger: &Trigger) -> Unusable {
    match &trigger.kind {
        TriggerKind::OtherEvent(path) => Unusable::TakesOther(path.clone()),
        kind => Unusable::StartsBy(SafeText::from(kind.label())),
    }
}

/// Sorts candidates: the usable ones first, each group by name.
pub fn sort(apps: &mut [LogicApp]) {
    let folded = |app: &LogicApp| (app.rank(), app.name.raw().to_lowercase());
    apps.sort_by_cached_key(|app| (folded(app), app.id.text().raw().to_lowercase()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(name: &str, kind: TriggerKind) -> Trigger {
        Trigger { name: name.into(), kind }
    }

    fn app(name: &str, state: &str, triggers: Vec<Trigger>) -> LogicApp {
        let id = format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Logic/workflows/{name}");
        LogicApp {
            id: ResourceId::new(id),
            name: name.into(),
            location: "westeurope".into(),
            state: state.into(),
            consumption: true,
            triggers: Ok(triggers),
        }
    }

    #[test]
    fn a_triggers_kind_is_told_by_type_kind_and_path() {
        let webhook = "ApiConnectionWebhook";
        for (kind, variant, path, expected) in [
            (webhook, "", "/Microsoft.Security/Alert/subscribe", TriggerKind::Alert),
            ("apiconnectionwebhook", "", "/microsoft.security/ALERT/Subscribe/", TriggerKind::Alert),
            (
                webhook,
                "",
                "/Microsoft.Security/Assessment/subscribe",
                TriggerKind::OtherEvent("/Microsoft.Security/Assessment/subscribe".into()),
            ),
            (webhook, "", "/other", TriggerKind::Other(webhook.into())),
            ("Request", "", "", TriggerKind::Request),
            ("request", "Http", "", TriggerKind::Request),
            ("Request", "Button", "", TriggerKind::Other("Request, Button".into())),
            (
                "ApiConnection",
                "",
                "/Microsoft.Security/Alert/subscribe",
                TriggerKind::Other("ApiConnection".into()),
            ),
            ("Recurrence", "", "", TriggerKind::Other("Recurrence".into())),
        ] {
            assert_eq!(TriggerKind::read(kind, variant, path), expected, "{kind} {variant} {path}");
        }
    }

    #[test]
    fn the_trigger_for_alerts_is_chosen_before_one_for_requests() {
        let both = app(
            "both",
            "Enabled",
            vec![
                trigger("tick", TriggerKind::Other("Recurrence".into())),
                trigger("manual", TriggerKind::Request),
                trigger("alert", TriggerKind::Alert),
            ],
        );
        assert_eq!(both.choice().unwrap().name.raw(), "alert");
        assert_eq!(both.trigger("MANUAL").unwrap().name.raw(), "manual");
        assert_eq!(both.trigger("tick"), Err(Unusable::StartsBy("Recurrence".into())));
        assert_eq!(both.trigger("x"), Err(Unusable::NoSuchTrigger("x".into())));
    }

    #[test]
    fn what_cannot_be_triggered_says_why() {
        let request = || vec![trigger("manual", TriggerKind::Request)];
        let other = TriggerKind::OtherEvent("/Microsoft.Security/Assessment/subscribe".into());
        let mut standard = app("s", "Enabled", request());
        standard.consumption = false;
        let mut unreadable = app("u", "Enabled", request());
        unreadable.triggers = Err("not allowed".into());
        for (app, reason) in [
            (app("a", "Disabled", request()), "switched off (Disabled)"),
            (app("a", "Enabled", Vec::new()), "it has no trigger"),
            (
                app("a", "Enabled", vec![trigger("r", other)]),
                "takes no alerts (/Microsoft.Security/Assessment",
            ),
            (
                app("a", "Enabled", vec![trigger("r", TriggerKind::Other("Recurrence".into()))]),
                "takes no alert (Recurrence)",
            ),
            (standard, "only consumption"),
            (unreadable, "cannot be read: not allowed"),
        ] {
            let why = app.choice().unwrap_err().to_string();
            assert!(why.contains(reason), "{why}");
        }
        assert!(app("a", "", request()).choice().is_ok(), "a state that is not told is no reason");
    }

    #[test]
    fn candidates_stand_by_what_they_take_then_by_name() {
        let mut apps = vec![
            app("z-off", "Disabled", vec![trigger("a", TriggerKind::Alert)]),
            app("m-request", "Enabled", vec![trigger("a", TriggerKind::Request)]),
            app("Z-alert", "Enabled", vec![trigger("a", TriggerKind::Alert)]),
            app("b-alert", "Enabled", vec![trigger("a", TriggerKind::Alert)]),
        ];
        sort(&mut apps);
        let names: Vec<&str> = apps.iter().map(|app| app.name.raw()).collect();
        assert_eq!(names, ["b-alert", "Z-alert", "m-request", "z-off"]);
    }
}
