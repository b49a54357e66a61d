//! The form of the mail settings, and the confirm that shows what an edit changes.

use crate::app::Effects;
use crate::app::form::{Done, Field, Form, Value};
use crate::app::input::Input;
use crate::app::key::{Code, Key};
use crate::app::model::{Model, Overlay};
use crate::app::notice::say;
use crate::app::overlays::close;
use crate::app::respond::contacts::save;
use crate::domain::contacts::{Contacts, Difference, MinSeverity, ROLES, Settings, addresses, differences};
use crate::domain::{SafeText, SubscriptionId};

/// The words for alerts that are not mailed at all.
const NONE: &str = "none";

/// The mail settings of a subscription being edited.
#[derive(Debug, Clone, PartialEq)]
pub struct MailForm {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its name.
    pub name: SafeText,
    /// What they were edited from.
    pub before: Contacts,
    /// The fields.
    pub form: Form,
    /// What is to be confirmed, once the form was submitted.
    pub confirm: Option<(Settings, Vec<Difference>)>,
    /// True after the first Esc that would lose something.
    pub leaving: bool,
}

impl MailForm {
    /// A form filled in with what is stored.
    pub fn new(subscription: SubscriptionId, name: SafeText, before: Contacts) -> Self {
        let settings = &before.settings;
        let emails: Vec<&str> = settings.emails.iter().map(SafeText::raw).collect();
        let mut fields = vec![
            Field::new("enabled", "Mail", "Space switches it on and off", Value::Toggle(settings.enabled)),
            Field::new(
                "emails",
                "Addresses",
                "parted by ;   soc@contoso.com;ops@contoso.com",
                Value::Text(Input::new(emails.join(";"))),
            ),
        ];
        for role in ROLES {
            let on = settings.roles.iter().any(|held| held.raw().eq_ignore_ascii_case(role));
            let label = match role {
                "AccountAdmin" => "Account admins".to_owned(),
                "ServiceAdmin" => "Service admins".to_owned(),
                role => format!("{role}s"),
            };
            fields.push(Field::new(role, label, "receive mail as well", Value::Toggle(on)));
        }
        let mut words: Vec<String> = MinSeverity::ALL.iter().map(|least| least.words().to_owned()).collect();
        words.push(NONE.to_owned());
        let chosen =
            settings.min_severity.and_then(|least| MinSeverity::ALL.iter().position(|of| *of == least));
        let value = Value::Choice(words, chosen.unwrap_or(MinSeverity::ALL.len()));
        fields.push(Field::new(
            "severity",
            "Alerts",
            "Left or Right choose which severities are mailed",
            value,
        ));
        let form = Form::new(fields, "See what changes");
        Self { subscription, name, before, form, confirm: None, leaving: false }
    }

    /// What the form says. Roles that quell does not know stay.
    pub fn settings(&self) -> Settings {
        let on = |key: &str| self.form.field(key).is_some_and(Field::is_on);
        let known = |role: &SafeText| ROLES.iter().any(|of| role.raw().eq_ignore_ascii_case(of));
        let mut roles: Vec<SafeText> = self
            .before
            .settings
            .roles
            .iter()
            .filter(|role| !known(role) || on(spelled(role)))
            .cloned()
            .collect();
        for role in ROLES.into_iter().filter(|role| on(role)) {
            if roles.iter().all(|held| !held.raw().eq_ignore_ascii_case(role)) {
                roles.push(role.into());
            }
        }
        let severity = self.form.text("severity");
        Settings {
            enabled: on("enabled"),
            emails: addresses(self.form.text("emails")),
            roles,
            min_severity: MinSeverity::ALL.into_iter().find(|least| least.words() == severity),
        }
    }
}

/// The spelling under which a role has its field.
fn spelled(role: &SafeText) -> &'static str {
    ROLES.into_iter().find(|of| role.raw().eq_ignore_ascii_case(of)).unwrap_or_default()
}

/// A key.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::Mail(mail)) = model.overlays.last_mut() else { return };
    if mail.confirm.is_some() {
        return answer(model, key, out);
    }
    let leaving = std::mem::take(&mut mail.leaving);
    match mail.form.handle(key) {
        Some(Done::Changed) => check(mail),
        Some(Done::Submit) => submit(model, out),
        Some(Done::Leave) if !mail.form.touched || leaving => {
            close(model);
            say(model, "nothing was changed", out);
        }
        Some(Done::Leave) => {
            mail.leaving = true;
            say(model, "Esc again drops what was changed", out);
        }
        Some(Done::Moved) | None => {}
    }
}

/// Writes what is wrong beside the field that it is about.
fn check(mail: &mut MailForm) {
    let fault = mail.settings().check().err();
    mail.form.set_error("emails", fault);
}

/// Shows what would change, or where something is wrong.
fn submit(model: &mut Model, out: &mut Effects) {
    let Some(Overlay::Mail(mail)) = model.overlays.last_mut() else { return };
    check(mail);
    if mail.form.go_to_error() {
        return;
    }
    let after = mail.settings();
    let changes = differences(&mail.before.settings, &after);
    if changes.is_empty() && !mail.before.is_default() {
        say(model, "nothing is changed yet", out);
        return;
    }
    mail.confirm = Some((after, changes));
}

/// The answer to the confirm: only `y` sends; anything else that is an answer leads back to the form.
fn answer(model: &mut Model, key: Key, out: &mut Effects) {
    match key.unmodified() {
        Some(Code::Char('y')) => {
            if let Some(Overlay::Mail(mail)) = model.overlays.pop()
                && let MailForm { subscription, before, confirm: Some((after, _)), .. } = *mail
            {
                save(model, subscription, before, after, out);
            }
        }
        Some(Code::Enter | Code::Esc | Code::Char('n' | 'q')) => {
            if let Some(Overlay::Mail(mail)) = model.overlays.last_mut() {
                mail.confirm = None;
            }
        }
        _ => {}
    }
}

/// Pasted text goes into the addresses.
pub(super) fn paste(mail: &mut MailForm, text: &str) -> bool {
    let taken = mail.confirm.is_none() && mail.form.paste(text);
    if taken {
        check(mail);
    }
    taken
}
