//! `quell contacts`: who receives mail for alerts of a subscription.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::app::documents::{self, flow::Flow};
use crate::azure::{ArmClient, Subscription};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{act, around, json as machine, workspace};
use crate::domain::SafeText;
use crate::domain::contacts::{
    Contacts, Difference, MinSeverity, Saved, Settings, addresses, differences, roles,
};
use crate::runtime::open::Workspace;
use crate::runtime::{deeds, now};

/// `quell contacts`.
#[derive(Debug, Subcommand)]
pub enum ContactsCommand {
    /// Who receives mail, for each subscription
    Show {
        /// Only this subscription, by its GUID or its name
        #[arg(long, value_name = "S")]
        subscription: Option<String>,
    },
    /// Change who receives mail; what is not named stays as it is
    Set(SetContacts),
}

/// `quell contacts set`.
#[derive(Debug, Args)]
pub struct SetContacts {
    /// The subscription, by its GUID or its name; needed where there are several
    #[arg(long, value_name = "S")]
    pub subscription: Option<String>,
    /// The addresses, all of them: soc@contoso.com;ops@contoso.com (empty for none)
    #[arg(long, value_name = "A;B")]
    pub email: Option<String>,
    /// The roles whose holders receive mail as well: Owner, Contributor, AccountAdmin, ServiceAdmin (empty for none)
    #[arg(long, value_name = "R,R")]
    pub roles: Option<String>,
    /// Mail alerts of this severity and higher: high, medium or low; none for no alert
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub min_severity: Option<Least>,
    /// Switch mail on
    #[arg(long, conflicts_with = "off")]
    pub on: bool,
    /// Switch mail off
    #[arg(long)]
    pub off: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// The least severity that is mailed; none when no alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Least(pub Option<MinSeverity>);

fn severity(text: &str) -> Result<Least, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Least(None));
    }
    let known = MinSeverity::parse(text).map(|severity| Least(Some(severity)));
    known.ok_or_else(|| "expected high, medium, low or none".to_owned())
}

/// Shows or changes the settings.
pub async fn run(global: &Global, command: ContactsCommand, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| match &command {
        ContactsCommand::Show { subscription } => show(workspace, global, subscription.as_deref(), out).await,
        ContactsCommand::Set(args) => set(workspace, global, args, out).await,
    })
    .await
}

async fn show(
    workspace: &Workspace,
    global: &Global,
    wanted: Option<&str>,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let client = workspace::client(workspace).await?;
    let mut answers = Vec::new();
    for subscription in around::subscriptions(workspace, &client, wanted).await? {
        let answer = around::remote(client.contacts(&subscription.id).await);
        answers.push((subscription, answer));
    }
    if global.json {
        let known = |(of, answer): &(Subscription, _)| {
            let answer: &crate::app::fetch::Remote<Contacts> = answer;
            answer.value().map(|contacts| value(of, contacts))
        };
        let items: Value = answers.iter().filter_map(known).collect();
        out.line(machine::text(&items))?;
    } else {
        let width = around::width(out);
        for (at, (of, answer)) in answers.iter().enumerate() {
            if at > 0 {
                out.line("")?;
            }
            around::print(
                &documents::contacts(of.display_name.as_safe(), answer, &[], "", width, now()),
                out,
            )?;
        }
    }
    let faults: Vec<(String, _)> =
        answers.iter().map(|(of, answer)| (of.display_name.to_string(), answer.fault.as_ref())).collect();
    let faults: Vec<(&str, _)> = faults.iter().map(|(name, fault)| (name.as_str(), *fault)).collect();
    Ok(around::ended(&faults))
}

async fn set(
    workspace: &Workspace,
    global: &Global,
    args: &SetContacts,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let named = args.email.is_some() || args.roles.is_some() || args.min_severity.is_some();
    if !(named || args.on || args.off) {
        return Err(CliError::usage("say what to change: --email, --roles, --min-severity, --on or --off"));
    }
    let wanted_roles = args.roles.as_deref().map(roles).transpose().map_err(CliError::usage)?;
    workspace::writable(workspace)?;
    let (client, by) = workspace::connect(workspace).await?;
    let subscription = around::one_subscription(workspace, &client, args.subscription.as_deref()).await?;
    let before = client.contacts(&subscription.id).await?;
    let after = edited(&before.settings, args, wanted_roles);
    after.check().map_err(CliError::usage)?;
    let changes = differences(&before.settings, &after);
    if changes.is_empty() && !before.is_default() {
        say("nothing changes: the settings are so already");
        return report(global, &subscription, &changes, &before, true, out);
    }
    say(format_args!("mail for alerts of {}", subscription.display_name));
    say(words(&changes, Some((&before, &after))));
    if !act::agreed(args.yes, "Store these settings?")? {
        say("nothing was changed");
        return Ok(Exit::Done);
    }
    store(workspace, global, (&client, &by), &subscription, (&before, &after), out).await
}

/// The settings with the parts that were named.
fn edited(before: &Settings, args: &SetContacts, roles: Option<Vec<SafeText>>) -> Settings {
    Settings {
        enabled: args.on || before.enabled && !args.off,
        emails: args.email.as_deref().map_or_else(|| before.emails.clone(), addresses),
        roles: roles.unwrap_or_else(|| before.roles.clone()),
        min_severity: args.min_severity.map_or(before.min_severity, |Least(severity)| severity),
    }
}

/// Differences in words; with the settings of an edit, what has to be known before it is stored.
fn words(changes: &[Difference], edit: Option<(&Contacts, &Settings)>) -> String {
    let mut flow = Flow::new(100);
    documents::contacts::differences(&mut flow, changes);
    if let Some((before, after)) = edit {
        documents::contacts::warnings(&mut flow, before, after);
    }
    flow.finish().text().trim_end().to_owned()
}

async fn store(
    workspace: &Workspace,
    global: &Global,
    (client, by): (&ArmClient, &SafeText),
    subscription: &Subscription,
    (before, after): (&Contacts, &Settings),
    out: &mut Out,
) -> Result<Exit, CliError> {
    let saved = client.save_contacts(&subscription.id, before, after).await?;
    let deed = deeds::contacts(&subscription.id, &before.settings, after, &saved);
    workspace::audit(workspace, by, deed).await;
    let stored = match saved {
        Saved::ReadBack(stored) => stored,
        Saved::Unread(why) => {
            say(format_args!("accepted, but not read back: {why}; `quell contacts show` looks again"));
            if global.json {
                let changed = parts(&differences(&before.settings, after));
                out.line(machine::text(&json!({ "changed": changed, "stored": null, "asAsked": null })))?;
            }
            return Ok(Exit::Unsettled);
        }
    };
    let other = differences(after, &stored.settings);
    if !other.is_empty() {
        say("the service stored something else than it was sent (sent → stored):");
        say(words(&other, None));
    }
    let changes = differences(&before.settings, &stored.settings);
    report(global, subscription, &changes, &stored, other.is_empty(), out)
}

fn report(
    global: &Global,
    subscription: &Subscription,
    changes: &[Difference],
    stored: &Contacts,
    as_asked: bool,
    out: &mut Out,
) -> Result<Exit, CliError> {
    if global.json {
        let changed = parts(changes);
        let stored = value(subscription, stored);
        out.line(machine::text(&json!({ "changed": changed, "stored": stored, "asAsked": as_asked })))?;
    } else {
        let remote = around::remote(Ok(stored.clone()));
        let width = around::width(out);
        around::print(
            &documents::contacts(subscription.display_name.as_safe(), &remote, &[], "", width, now()),
            out,
        )?;
    }
    Ok(if as_asked { Exit::Done } else { Exit::Failed })
}

fn parts(changes: &[Difference]) -> Vec<Value> {
    let part =
        |of: &Difference| json!({ "part": of.part, "before": of.before.raw(), "after": of.after.raw() });
    changes.iter().map(part).collect()
}

fn value(subscription: &Subscription, contacts: &Contacts) -> Value {
    let settings = &contacts.settings;
    let texts = |list: &[SafeText]| list.iter().map(SafeText::raw).map(str::to_owned).collect::<Vec<_>>();
    json!({
        "subscription": subscription.id.as_str(),
        "subscriptionName": subscription.display_name.raw(),
        "stored": !contacts.is_default(),
        "enabled": settings.enabled,
        "emails": texts(&settings.emails),
        "roles": texts(&settings.roles),
        "minSeverity": settings.min_severity.map(MinSeverity::name),
        "attackPaths": contacts.attack_paths.raw(),
        "phone": contacts.phone.raw(),
    })
}
