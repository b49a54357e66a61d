//! Opens the workspace for a command.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::azure::{ApiError, ArmClient, DeviceSession, SignInError};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::say;
use crate::cli::progress::Progress as Bar;
use crate::domain::SafeText;
use crate::domain::record::Deed;
use crate::domain::table::Table;
use crate::runtime::open::{Setup, Workspace, resolve};
use crate::runtime::{deeds, files};
use crate::store::Store;
use crate::sync::intake::{Named, Progress, take_in};
use crate::sync::pull_once;

/// Does a command's work in the workspace, and closes it however the work ends.
pub async fn using(
    global: &Global,
    work: impl AsyncFnOnce(&Workspace) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let workspace = open(global).await?;
    let ended = work(&workspace).await;
    workspace.close().await;
    ended
}

/// Opens what flags, config and environment ask for. The demo is synced first: its cache is new each time.
async fn open(global: &Global) -> Result<Workspace, CliError> {
    let workspace = if global.demo {
        let mut workspace = Workspace::demo(global, |_| {}).await?;
        match first_sync(&workspace).await {
            Ok(table) => workspace.table = table,
            Err(error) => {
                workspace.close().await;
                return Err(error);
            }
        }
        workspace
    } else if global.file.is_empty() {
        let (Setup::Plan(plan) | Setup::FirstRun(plan)) = resolve(global)?;
        Workspace::open(*plan, global, |_| {})?
    } else {
        of_files(global).await?
    };
    for notice in &workspace.notices {
        say(notice);
    }
    if let Some(why) = &workspace.not_kept {
        say(why);
    }
    Ok(workspace)
}

/// Signs in. Where a code has to be typed first, it is shown to a person who looks at a terminal; others get the error.
pub async fn client(workspace: &Workspace) -> Result<ArmClient, ApiError> {
    let found = match workspace.connect().await {
        // A kept sign-in may have ended: it is tried before something is begun with it.
        Ok(client) if workspace.device.is_some() => {
            client.tokens().get().await.map(|_| client).map_err(ApiError::SignIn)
        }
        found => found,
    };
    match (found, &workspace.device) {
        (Err(ApiError::SignIn(error)), Some(Ok(session))) if error.wants_code() && is_watched() => {
            by_code(session).await.map_err(ApiError::SignIn)?;
            workspace.connect().await
        }
        (found, _) => found,
    }
}

/// Whether somebody can be told a code and cancel.
fn is_watched() -> bool {
    std::io::stderr().is_terminal() && std::io::stdin().is_terminal()
}

async fn by_code(session: &DeviceSession) -> Result<(), SignInError> {
    let flow = session.begin().await?;
    say(format_args!(
        "To sign in, open {} in a browser on any machine and type the code {} (ctrl-c gives up)",
        flow.prompt.address, flow.prompt.code
    ));
    flow.wait().await
}

/// The alerts of the files named by `--file`. What could not be read is said; that none could is an error.
async fn of_files(global: &Global) -> Result<Workspace, CliError> {
    files::readable(&global.file)?;
    let global = global.clone();
    let opening = tokio::task::spawn_blocking(move || {
        let mut workspace = Workspace::of_files(&global, |_| {})?;
        let mut left = Named::default();
        let files = files::open(&global.file);
        let bar = Bar::import(files::size(&global.file));
        let totals = take_in(&workspace.store, files, &AtomicBool::new(false), &mut |event| match event {
            Progress::Read { bytes, totals } => bar.read(bytes, totals.alerts),
            Progress::Left(one) => left.add(one),
        });
        bar.clear();
        let totals = totals.map_err(CliError::failed)?;
        left.lines().for_each(say);
        workspace.table = workspace.store.call_blocking(Store::snapshot)?;
        if workspace.table.is_empty() && totals.broken > 0 {
            workspace.store.close();
            return Err(CliError::failed("no alert could be read"));
        }
        Ok(workspace)
    });
    opening.await.map_err(CliError::failed)?
}

async fn first_sync(workspace: &Workspace) -> Result<Arc<Table>, CliError> {
    let client = workspace.connect().await?;
    pull_once(&workspace.engine_config(client), |_| {}).await?;
    Ok(workspace.store.call(Store::snapshot).await?)
}

/// Refuses when nothing may be changed.
pub fn writable(workspace: &Workspace) -> Result<(), CliError> {
    match &workspace.read_only {
        None => Ok(()),
        Some(why) => Err(CliError::new(Exit::Denied, format!("nothing can be changed: {why}"))),
    }
}

/// Refuses also where what is stored here would be gone at the end: files without a folder to keep it in.
pub fn keeping(workspace: &Workspace) -> Result<(), CliError> {
    writable(workspace)?;
    if workspace.is_demo() {
        say("the demo keeps nothing: this is gone when the command ends");
    } else if workspace.is_of_files() && workspace.is_temporary() {
        return Err(CliError::usage(
            "with --file nothing is kept without --data-dir: name a folder for what is decided",
        ));
    }
    Ok(())
}

/// Signs in and says who it is.
pub async fn connect(workspace: &Workspace) -> Result<(ArmClient, SafeText), CliError> {
    let client = client(workspace).await?;
    let who = name(workspace, &client).await?;
    Ok((client, who))
}

/// Who is signed in. To be asked before something is done: the audit log names who did it.
pub async fn name(workspace: &Workspace, client: &ArmClient) -> Result<SafeText, CliError> {
    let who = client.who().await.map_err(|error| CliError::new(Exit::Denied, error.to_string()))?;
    Ok(workspace.name_of(&who))
}

/// Records what somebody did at the source in the audit log.
pub async fn audit(workspace: &Workspace, by: &SafeText, deed: Deed) {
    if let Err(why) = deeds::keep(&workspace.store, deed, by.clone()).await {
        say(why);
    }
}

/// Who makes a change, for the record; empty while nobody can be asked. Being offline is no reason to refuse.
pub async fn who(workspace: &Workspace) -> SafeText {
    if workspace.is_of_files() {
        return crate::runtime::work::local_name();
    }
    let Ok(client) = workspace.connect().await else { return SafeText::default() };
    name(workspace, &client).await.unwrap_or_default()
}
