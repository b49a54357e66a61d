//! The scenes of *Take action* that show what the source knows around an alert, each in its states.

use chrono::TimeDelta;
use quell::app::fetch::Remote;
use quell::app::form::Value;
use quell::app::input::Input;
use quell::app::message::Question;
use quell::app::model::{MailForm, Model, Overlay, Section, Tab};
use quell::app::respond;
use quell::app::respond::context::{Around, Opened};
use quell::domain::activity::{ActivityLog, Event, Window};
use quell::domain::contacts::{Contacts, MinSeverity, Settings, addresses, differences};
use quell::domain::ownership::{Holder, OwnerRole, Reach};
use quell::domain::progress::{Fault, FaultKind};
use quell::domain::recommendation::{Recommendation, Recommendations};
use quell::domain::resource::{ResourceId, ResourceIdentifier};
use quell::domain::rights::{Right, Rights};
use quell::domain::{SafeText, Severity, SubscriptionId};

use crate::fixture::{OPEN, PRODUCTION, fault, full_list, now, open_full};

type Size = (u16, u16);

fn vm() -> ResourceId {
    ResourceId::new(format!(
        "/subscriptions/{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-01"
    ))
}

fn subscription() -> SubscriptionId {
    SubscriptionId::new(PRODUCTION)
}

/// A section of the open alert, its state as `set` makes it.
fn section(size: Size, section: Section, set: impl FnOnce(&mut Model)) -> Model {
    let mut model = full_list(size);
    model.respond.section = section;
    model.respond.alert = Some(OPEN);
    set(&mut model);
    open_full(&mut model, Tab::Respond);
    respond::lay_out(&mut model);
    model
}

fn known<T>(value: T) -> Remote<T> {
    Remote { known: Some((value, now().utc)), ..Remote::default() }
}

fn loading<T>() -> Remote<T> {
    Remote { asked: Some(Question(1)), ..Remote::default() }
}

fn failed<T>(fault: Fault) -> Remote<T> {
    Remote { fault: Some(fault), ..Remote::default() }
}

fn old<T>(value: T) -> Remote<T> {
    let at = now().utc - TimeDelta::minutes(47);
    Remote { known: Some((value, at)), asked: None, fault: Some(offline()) }
}

fn offline() -> Fault {
    let message = "no connection to Azure: management.azure.com could not be resolved";
    fault(FaultKind::Unreachable, message)
}

fn forbidden(needs: &str) -> Fault {
    let message = format!(
        "not allowed: The client 'ann@contoso.example' does not have authorization to perform the action ({needs})"
    );
    fault(FaultKind::Forbidden, &message)
}

fn window() -> Window {
    let end = now().utc;
    Window::between(end - TimeDelta::minutes(72), end, end)
}

fn event(minutes: i64, who: (&str, &str), operation: (&str, &str), status: &str, address: &str) -> Event {
    let text = SafeText::from;
    Event {
        at: Some(now().utc - TimeDelta::minutes(minutes)),
        caller: text(who.1),
        operation: text(operation.0),
        operation_label: text(operation.1),
        status: text(status),
        sub_status: text("Created (HTTP Status Code: 201)"),
        address: text(address),
        category: text("Administrative"),
        level: text("Informational"),
        role: text("Owner"),
        resource: vm().text().clone(),
        correlation: text("1e121103-0ba6-4300-ac9d-952bb5d0c80f"),
        principal: text("5d0b1f64-0000-4000-8000-00000000ada0"),
        name: text(who.0),
        json: text(
            "{\n  \"caller\": \"ada@contoso.example\",\n  \"level\": \"Informational\",\n  \"odd\": \"exe\u{202e}fdp \u{1b}[2J\"\n}",
        ),
    }
}

fn log() -> ActivityLog {
    let ada = ("Ada Lovelace", "ada@contoso.example");
    let events = vec![
        event(
            9,
            ada,
            (
                "Microsoft.Compute/virtualMachines/extensions/write",
                "Create or Update Virtual Machine Extension",
            ),
            "Succeeded",
            "203.0.113.7",
        ),
        event(
            12,
            ("", "5f1c7ab2-33de-4f5b-8a5e-9f3d2b7c1e10"),
            ("Microsoft.Compute/virtualMachines/runCommand/action", "Run Command on Virtual Machine"),
            "Failed",
            "198.51.100.24",
        ),
        event(
            31,
            ("", "ops\u{202e}@contoso.example"),
            ("Microsoft.Compute/virtualMachines/restart/action", "Restart \u{1b}[31mVirtual Machine"),
            "Started",
            "",
        ),
        event(
            58,
            ada,
            ("Microsoft.Resources/tags/write", "Create/Update Tag"),
            "Succeeded",
            "2001:db8::1234:5678:9abc",
        ),
    ];
    ActivityLog::new(window(), events, true)
}

fn holder(role: OwnerRole, reach: Reach, principal: &str, kind: &str) -> Holder {
    Holder {
        role,
        reach,
        scope: format!("/subscriptions/{PRODUCTION}").into(),
        principal: principal.into(),
        kind: kind.into(),
        conditional: reach == Reach::Above,
    }
}

fn holders() -> Vec<Holder> {
    use OwnerRole::{Contributor, Owner, UserAccessAdministrator};
    vec![
        holder(Owner, Reach::Direct, "5d0b1f64-0000-4000-8000-00000000ada0", "User"),
        holder(Contributor, Reach::Group, "7aa31f64-0000-4000-8000-000000000001", "Group"),
        holder(Owner, Reach::Subscription, "9bb31f64-0000-4000-8000-000000000002", "ServicePrincipal"),
        holder(UserAccessAdministrator, Reach::Above, "9bb31f64-0000-4000-8000-000000000003", "User"),
    ]
}

fn tags() -> Vec<(SafeText, SafeText)> {
    [("owner", "web-team@contoso.example"), ("environment", "production"), ("größe 接続", "a\u{202e}b \u{7}")]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec()
}

fn context(size: Size, set: impl FnOnce(&mut Around)) -> Model {
    section(size, Section::Context, |model| {
        let around = model.respond.context.kept.entry(OPEN);
        around.window = Some(window());
        around.tags = known(tags());
        around.holders = known(holders());
        around.log = known(log());
        set(around);
    })
}

pub(crate) fn context_known(size: Size) -> Model {
    let mut model = context(size, |_| {});
    model.respond.place.item = 7;
    respond::lay_out(&mut model);
    model
}

pub(crate) fn context_top(size: Size) -> Model {
    context(size, |_| {})
}

pub(crate) fn context_loading(size: Size) -> Model {
    context(size, |around| {
        (around.tags, around.holders, around.log) = (loading(), loading(), loading());
    })
}

pub(crate) fn context_partly(size: Size) -> Model {
    context(size, |around| {
        around.holders = failed(forbidden("Reader on the resource"));
        around.log = old(log());
    })
}

pub(crate) fn context_empty(size: Size) -> Model {
    context(size, |around| {
        around.tags = known(Vec::new());
        around.holders = known(Vec::new());
        around.log = known(ActivityLog::new(window(), Vec::new(), true));
    })
}

pub(crate) fn context_many(size: Size) -> Model {
    context(size, |around| {
        let many =
            (0..20).map(|at| holder(OwnerRole::Owner, Reach::Subscription, &format!("p{at:02}"), "User"));
        around.holders = known(many.collect());
        around.log = known(ActivityLog { complete: false, ..log() });
    })
}

pub(crate) fn context_event(size: Size) -> Model {
    let mut model = context(size, |_| {});
    model.respond.context.open = Some(Opened::Event(Box::new(log().events[0].clone())));
    respond::lay_out(&mut model);
    model
}

pub(crate) fn context_holder(size: Size) -> Model {
    let mut model = context(size, |_| {});
    model.respond.context.open = Some(Opened::Holder(Box::new(holders()[3].clone())));
    respond::lay_out(&mut model);
    model
}

/// An alert about a machine that Azure knows by its agent only.
pub(crate) fn context_nowhere(size: Size) -> Model {
    section(size, Section::Context, |model| {
        let mut detail = crate::fixture::rich();
        detail.alert.resources.retain(|of| !matches!(of, ResourceIdentifier::Azure(_)));
        crate::fixture::detail(model, detail);
    })
}

fn advice() -> Recommendations {
    let one = |title: &str, severity: Severity, others, description: &str| {
        Recommendation {
        key: "4fb67663-9ab9-475d-b026-8c544cced439".into(),
        title: title.into(),
        severity,
        severity_text: if severity == Severity::Other { SafeText::default() } else { severity.name().into() },
        description: description.into(),
        remediation: "To install a solution:\n1. Open the portal\u{1b}[2J.\n2. Choose Install (https://aka.ms/install).".into(),
        cause: "No solution was found on the disks of the machine".into(),
        link: "https://portal.azure.com/#blade/Microsoft_Azure_Security/RecommendationsBlade/assessmentKey/4fb67663".into(),
        user_impact: "Low".into(),
        effort: "Moderate".into(),
        threats: vec!["MaliciousInsider".into(), "DataExfiltration".into()],
        others,
    }
    };
    Recommendations::new(
        vec![
            one(
                "Endpoint protection should be installed on your machines",
                Severity::High,
                Some(41),
                "To protect your machines from threats, install a supported solution.\nLearn more (https://aka.ms/endpoint).",
            ),
            one("Management ports should be closed on your virtual machines", Severity::High, Some(0), ""),
            one(
                "Machines should be configured so that they restart to apply system updates that were downloaded",
                Severity::Medium,
                Some(1204),
                "",
            ),
            one("A recommendation of our own: 所有者を確認 \u{202e}", Severity::Other, None, ""),
        ],
        Vec::new(),
    )
}

fn prevent(size: Size, remote: Remote<Recommendations>) -> Model {
    section(size, Section::Prevent, |model| {
        *model.respond.prevent.kept.entry(respond::prevent::Of::new(vm())) = remote;
    })
}

pub(crate) fn prevent_known(size: Size) -> Model {
    prevent(size, known(advice()))
}

pub(crate) fn prevent_loading(size: Size) -> Model {
    prevent(size, loading())
}

pub(crate) fn prevent_empty(size: Size) -> Model {
    prevent(size, known(Recommendations::default()))
}

pub(crate) fn prevent_forbidden(size: Size) -> Model {
    prevent(size, failed(forbidden("Security Reader or Reader")))
}

pub(crate) fn prevent_offline(size: Size) -> Model {
    prevent(size, old(advice()))
}

pub(crate) fn prevent_gaps(size: Size) -> Model {
    let gap = "on how many other resources is not known: Azure asks to slow down for 17 s".into();
    let items = advice().items.into_iter().map(|item| Recommendation { others: None, ..item }).collect();
    prevent(size, known(Recommendations::new(items, vec![gap])))
}

pub(crate) fn prevent_open(size: Size) -> Model {
    let mut model = prevent_known(size);
    model.respond.prevent.open = advice().items.into_iter().next().map(Box::new);
    respond::lay_out(&mut model);
    model
}

fn stored() -> Contacts {
    Contacts {
        settings: Settings {
            enabled: true,
            emails: addresses("soc@contoso.example;on-call@contoso.example"),
            roles: vec!["Owner".into()],
            min_severity: Some(MinSeverity::High),
        },
        phone: "+1 425 555 0100".into(),
        attack_paths: "Critical".into(),
        record: Some("{}".into()),
        ..Contacts::none("2023-12-01-preview")
    }
}

fn mail(size: Size, remote: Remote<Contacts>, set: impl FnOnce(&mut Model)) -> Model {
    section(size, Section::Contacts, |model| {
        *model.respond.contacts.kept.entry(subscription()) = remote;
        set(model);
    })
}

pub(crate) fn mail_known(size: Size) -> Model {
    mail(size, known(stored()), |_| {})
}

pub(crate) fn mail_loading(size: Size) -> Model {
    mail(size, loading(), |_| {})
}

pub(crate) fn mail_default(size: Size) -> Model {
    mail(size, known(Contacts::none("v")), |_| {})
}

pub(crate) fn mail_forbidden(size: Size) -> Model {
    mail(size, failed(forbidden("Security Reader or Reader")), |_| {})
}

pub(crate) fn mail_offline(size: Size) -> Model {
    mail(size, old(stored()), |_| {})
}

pub(crate) fn mail_saving(size: Size) -> Model {
    mail(size, known(stored()), |model| {
        model.respond.contacts.saving = Some((Question(2), subscription()));
    })
}

pub(crate) fn mail_reader(size: Size) -> Model {
    mail(size, known(stored()), |model| {
        model.rights.listed(subscription(), Rights::of(|right| right == Right::ReadAlerts));
    })
}

fn form() -> MailForm {
    MailForm::new(subscription(), "Contoso Production".into(), stored())
}

fn over(size: Size, form: MailForm) -> Model {
    let mut model = mail_known(size);
    model.overlays.push(Overlay::Mail(Box::new(form)));
    model
}

pub(crate) fn form_open(size: Size) -> Model {
    let mut form = form();
    form.form.focus = 1;
    over(size, form)
}

pub(crate) fn form_error(size: Size) -> Model {
    let mut form = form();
    form.form.focus = 1;
    form.form.fields[1].value = Value::Text(Input::new("soc@contoso.example;nobody"));
    let error = form.settings().check().err();
    form.form.set_error("emails", error);
    over(size, form)
}

pub(crate) fn form_confirm(size: Size) -> Model {
    let mut form = form();
    let after = Settings {
        enabled: false,
        emails: addresses("soc@contoso.example;second-line@contoso.example;someone\u{202e}@contoso.example"),
        min_severity: Some(MinSeverity::Medium),
        ..stored().settings
    };
    let changes = differences(&stored().settings, &after);
    form.confirm = Some((after, changes));
    over(size, form)
}
