//! Scenes of signing in: the first run, a code to type into a browser, the profiles of the config.

use chrono::TimeDelta;
use quell::app::message::SignInFound;
use quell::app::model::{
    Choice, CodeStage, Counted, DeviceCode, FirstRun, FirstRunStep, Model, Overlay, ProfileLine, ProfileMenu,
    ShownCode,
};
use quell::domain::SubscriptionId;
use quell::domain::progress::Subscription;

use crate::fixture::{full_list, now};

fn first(size: (u16, u16), step: FirstRunStep) -> Model {
    let mut model = Model::new(size, now());
    let found = |name: &str, found: Result<&str, &str>| SignInFound {
        name: name.into(),
        found: found.map(Into::into).map_err(Into::into),
        device_code: name == "device code",
    };
    model.first_run = Some(FirstRun {
        found: vec![
            found("client secret", Err("AZURE_CLIENT_ID is not set")),
            found("Azure CLI", Ok("ann@contoso.example")),
            found("device code", Ok("type a code into a browser anywhere")),
        ],
        absent: ["QUELL_ACCESS_TOKEN", "client secret", "workload identity", "managed identity"]
            .map(str::to_owned)
            .to_vec(),
        clouds: ["public", "us-gov", "china"].map(str::to_owned).to_vec(),
        chosen: 1,
        step,
        ..FirstRun::default()
    });
    model
}

pub(crate) fn sign_in(size: (u16, u16)) -> Model {
    first(size, FirstRunStep::SignIn)
}

pub(crate) fn keep(size: (u16, u16)) -> Model {
    first(size, FirstRunStep::Keep)
}

fn shown_code() -> DeviceCode {
    let until = now().utc + TimeDelta::minutes(15);
    let address = "https://microsoft.com/devicelogin".into();
    DeviceCode {
        number: 1,
        failed: None,
        stage: CodeStage::Shown(ShownCode { code: "F7K2M9QX4".into(), address, until }),
    }
}

pub(crate) fn code(size: (u16, u16)) -> Model {
    first(size, FirstRunStep::Code(shown_code()))
}

pub(crate) fn declined(size: (u16, u16)) -> Model {
    let why = "device code sign-in failed: the tenant's Conditional Access does not allow this way to sign in (device codes are \
               often blocked): use the Azure CLI or a managed identity, or ask an administrator (AADSTS53003)";
    first(
        size,
        FirstRunStep::Code(DeviceCode { number: 1, failed: None, stage: CodeStage::Failed(why.into()) }),
    )
}

pub(crate) fn again(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    model.overlays.push(Overlay::SignIn(shown_code()));
    model
}

pub(crate) fn profiles(size: (u16, u16)) -> Model {
    let mut model = full_list(size);
    let line = |name: &str, about: &str, open| ProfileLine { name: name.into(), about: about.into(), open };
    model.overlays.push(Overlay::Profiles(ProfileMenu {
        list: Some(vec![
            line("contoso", "Contoso · public · contoso.example · 3 subscriptions", true),
            line("fabrikam-gov", "Fabrikam · us-gov · read-only", false),
            line("日本支社", "東京 · public", false),
        ]),
        chosen: 1,
    }));
    model
}

pub(crate) fn subscriptions(size: (u16, u16)) -> Model {
    let list = (1..=30)
        .map(|at| {
            let id = SubscriptionId::new(&format!("{at:08}-1bf0-4dda-aec3-111122223333"));
            let name = format!("Subscription 日本 number {at}").as_str().into();
            let alerts = match at % 5 {
                0 => Counted::Asked,
                1 => Counted::Unknown(
                    "its alerts may not be read here; it takes Security Reader or Reader".into(),
                ),
                2 => Counted::Open { alerts: 0, high: 0 },
                _ => Counted::Open { alerts: at * 137, high: (at % 2) * 12 },
            };
            Choice { subscription: Subscription { id, name, tenant: "".into() }, on: at % 3 != 0, alerts }
        })
        .collect();
    first(size, FirstRunStep::Subscriptions { who: "ann@contoso.example".into(), list, chosen: 20 })
}

pub(crate) fn failed(size: (u16, u16)) -> Model {
    first(size, FirstRunStep::Failed("az could not be run: No such file or directory".into()))
}
