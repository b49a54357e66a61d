//! Opens what a profile names: data folder, cache and journal, sign-in, source. Used by the screen and the commands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::app::message::{Early, Kept};
use crate::azure::{
    ApiError, ArmClient, Cloud, DeviceSession, Endpoint, EndpointError, Identity, Limits, SignInEnvironment,
    SignInError, SignInKind, TokenSource, forget_kept, sign_in,
};
use crate::cli::args::Global;
use crate::config::{Config, ConfigError, DEFAULT_PROFILE, Paths, Profile};
use crate::domain::table::Table;
use crate::domain::{SafeText, SubscriptionId};
use crate::emulator;
use crate::runtime::{files, folders};
use crate::store::{Access, Folder, Notice, Store, StoreError, StoreHandle};
use crate::sync::{EngineConfig, Selection, Source, Tuning};

/// Why a workspace cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The config.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The cache or the journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The `--endpoint`.
    #[error("--endpoint: {0}")]
    Endpoint(#[from] EndpointError),
    /// The demo's emulator.
    #[error("the demo tenant cannot start: {0}")]
    Demo(#[from] emulator::Error),
    /// The system.
    #[error("{0}")]
    System(String),
}

/// What to open.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The profile's name.
    pub name: String,
    /// The profile.
    pub profile: Profile,
    /// The data folder.
    pub folder: PathBuf,
    /// Where an earlier version had it, if it had another name.
    pub former: Option<PathBuf>,
    /// The source's address.
    pub endpoint: Endpoint,
    /// The cloud whose tokens are asked for.
    pub cloud: Cloud,
    /// The way to sign in; the first that works when none.
    pub sign_in: Option<SignInKind>,
    /// A sign-in by device code that somebody made already.
    pub device: Option<DeviceSession>,
    /// False where neither a profile nor a token is there: the screen then begins with the first run.
    pub configured: bool,
}

impl Plan {
    /// A profile of the public cloud in a folder, with any sign-in.
    fn public(name: &str, profile: Profile, folder: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            profile,
            folder,
            former: None,
            endpoint: Cloud::Public.endpoint(),
            cloud: Cloud::Public,
            sign_in: None,
            device: None,
            configured: true,
        }
    }

    /// The environment that sign-in sees: the profile's tenant goes before the variable's.
    pub fn environment(&self) -> SignInEnvironment {
        let mut environment = SignInEnvironment::from_process();
        let tenant = self.profile.tenant.trim();
        if !tenant.is_empty() {
            environment.tenant = Some(tenant.to_owned());
        }
        environment
    }

    /// What the list begins with: the filter, or the digit or name of the view, that the profile names.
    pub fn view(&self) -> Option<String> {
        Some(self.profile.view.clone()).filter(|view| !view.trim().is_empty())
    }

    /// Another cloud; an endpoint that was given stays.
    pub fn set_cloud(&mut self, cloud: Cloud) {
        if self.endpoint == self.cloud.endpoint() {
            self.endpoint = cloud.endpoint();
        }
        self.cloud = cloud;
    }
}

/// Whether there is something to open.
#[derive(Debug, Clone)]
pub enum Setup {
    /// A profile, or all that is needed from flags and environment.
    Plan(Box<Plan>),
    /// No configuration and no sign-in token: the first run.
    FirstRun(Box<Plan>),
}

/// Reads the config file that the flags name, else the standard one; none when there is none.
pub fn config(global: &Global) -> Result<Option<Config>, ConfigError> {
    match &global.config {
        Some(path) => match Config::load(path)? {
            Some(config) => Ok(Some(config)),
            None => Err(ConfigError::Missing { path: path.clone() }),
        },
        None => Paths::standard().map_or(Ok(None), |paths| Config::load(&paths.config)),
    }
}

/// Finds out what the flags, the config and the environment ask for. Reads the config file and nothing else.
pub fn resolve(global: &Global) -> Result<Setup, OpenError> {
    let config = config(global)?;
    let name = match (&global.profile, &config) {
        (Some(name), _) => name.clone(),
        (None, Some(config))
            if !config.profile.contains_key(DEFAULT_PROFILE) && config.profile.len() == 1 =>
        {
            config.profile.keys().next().cloned().unwrap_or_default()
        }
        _ => DEFAULT_PROFILE.to_owned(),
    };
    let profile = match &config {
        Some(config) if !config.profile.is_empty() => config.profile(&name)?,
        _ if global.profile.is_some() => Config::default().profile(&name)?,
        _ => Profile::default(),
    };
    // Words that mean nothing were refused when the config was read.
    let cloud = Cloud::parse(&profile.cloud).unwrap_or(Cloud::Public);
    let sign_in = SignInKind::parse(&profile.sign_in);
    let endpoint = match &global.endpoint {
        Some(text) => Endpoint::parse(text)?,
        None => cloud.endpoint(),
    };
    let (folder, former) = if let Some(folder) = &global.data_dir {
        (folder.clone(), None)
    } else {
        let (data, endpoint) = (Paths::standard()?.data, global.endpoint.as_deref());
        let profiles = config.iter().flat_map(|config| config.profile.keys());
        let former = folders::former(profiles, &name, endpoint).map(|former| data.join(former));
        (data.join(folders::of(&name, endpoint)), former)
    };
    let configured = config.is_some_and(|config| !config.profile.is_empty())
        || std::env::var_os("QUELL_ACCESS_TOKEN").is_some_and(|token| !token.is_empty());
    let plan = Plan { name, profile, folder, former, endpoint, cloud, sign_in, device: None, configured };
    let plan = Box::new(plan);
    Ok(if configured { Setup::Plan(plan) } else { Setup::FirstRun(plan) })
}

/// An open workspace.
pub struct Workspace {
    /// What it was opened by.
    pub plan: Plan,
    /// Cache and journal.
    pub store: StoreHandle,
    /// The alerts as they were cached when it was opened.
    pub table: Arc<Table>,
    /// Why nothing can be changed.
    pub read_only: Option<String>,
    /// What to tell the user about the files.
    pub notices: Vec<Notice>,
    /// How lists were shown: saved views, and where the analyst was.
    pub kept: Kept,
    /// The sign-in by device code, where the profile has one.
    pub device: Option<Result<DeviceSession, SignInError>>,
    /// Why the sign-in is not kept although it should be, or still kept although it should not.
    pub not_kept: Option<SafeText>,
    /// The demo tenant's emulator.
    demo: Option<emulator::Emulator>,
    /// The alerts are those of files: there is no source.
    files: bool,
}

impl Workspace {
    /// Opens the profile's files. `published` gets every later snapshot of the alerts.
    pub fn open(
        plan: Plan,
        global: &Global,
        published: impl FnMut(Arc<Table>) + Send + 'static,
    ) -> Result<Self, OpenError> {
        Self::open_early(plan, global, published, |_| {})
    }

    /// The same; `early` gets what the list begins with, and how it is shown, before all alerts are loaded, where that is known.
    pub fn open_early(
        plan: Plan,
        global: &Global,
        published: impl FnMut(Arc<Table>) + Send + 'static,
        early: impl FnOnce(Early),
    ) -> Result<Self, OpenError> {
        if let Some(former) = &plan.former {
            folders::take_over(former, &plan.folder);
        }
        let folder = Folder::open(&plan.folder)?;
        let mut workspace = Self::with_folder(plan, folder, global, None, published, early)?;
        let by_code = workspace.plan.sign_in == Some(SignInKind::DeviceCode);
        if !(by_code && workspace.plan.profile.keep_sign_in) {
            workspace.not_kept = forget_kept(&workspace.plan.folder).err();
        }
        if by_code {
            workspace.find_device();
        }
        Ok(workspace)
    }

    /// Opens the demo tenant: the emulator on loopback, and files that are gone afterwards.
    pub async fn demo(
        global: &Global,
        published: impl FnMut(Arc<Table>) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let listen = global.demo_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let config =
            emulator::Config { listen, seed: global.seed, arrivals: true, ..emulator::Config::default() };
        let emulator = emulator::start(config).await?;
        let profile = Profile { name: "Contoso (demo)".to_owned(), sync_seconds: 5, ..Profile::default() };
        let endpoint = Endpoint::parse(&emulator.base_url())?;
        let plan = Plan { endpoint, ..Plan::public("demo", profile, PathBuf::new()) };
        Self::with_folder(plan, Folder::temporary(), global, Some(emulator), published, |_| {})
    }

    /// Opens an empty workspace for the alerts of files: no source, no config. Unless a data folder is named, nothing is kept
    /// afterwards.
    pub fn of_files(
        global: &Global,
        published: impl FnMut(Arc<Table>) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let profile = Profile { name: files::title(&global.file), ..Profile::default() };
        let plan = Plan::public("file", profile, global.data_dir.clone().unwrap_or_default());
        let folder = match &global.data_dir {
            Some(folder) => Folder::open(folder)?,
            None => Folder::temporary(),
        };
        let mut workspace = Self::with_folder(plan, folder, global, None, published, |_| {})?;
        workspace.files = true;
        workspace.store.call_blocking(Store::keep_everything_here)?;
        Ok(workspace)
    }

    /// True when the alerts are those of files: there is no source.
    pub fn is_of_files(&self) -> bool {
        self.files
    }

    /// True when everything is gone once it is closed.
    pub fn is_temporary(&self) -> bool {
        self.plan.folder.as_os_str().is_empty()
    }

    fn with_folder(
        plan: Plan,
        folder: Folder,
        global: &Global,
        demo: Option<emulator::Emulator>,
        published: impl FnMut(Arc<Table>) + Send + 'static,
        early: impl FnOnce(Early),
    ) -> Result<Self, OpenError> {
        let view = plan.view();
        let begins = view.as_deref().unwrap_or_default();
        let opened = Store::open_early(folder, Access::ReadWrite, begins, |store, head| {
            if keeps_all(store, &plan.profile) {
                early(Early { kept: kept(store, &head.listing.table).0, view: view.clone(), head });
            }
        });
        let (mut store, mut notices) = opened?;
        let read_only = if global.read_only {
            Some("--read-only was given".to_owned())
        } else if plan.profile.read_only {
            Some(format!("the profile `{}` is read-only", plan.name))
        } else if !store.is_writable() {
            Some("the data folder cannot be written".to_owned())
        } else {
            None
        };
        if let Selection::Only(chosen) = selection(&plan.profile) {
            // Before anybody counts or changes what the profile no longer names. What stays now goes with the next sync.
            let _ = store.narrow_to(&chosen);
        }
        let table = store.snapshot();
        let (kept, unreadable) = kept(&store, &table);
        notices.extend(unreadable.into_iter().map(|name| Notice::View { name }));
        let store = StoreHandle::spawn(store, published);
        Ok(Self {
            plan,
            store,
            table,
            read_only,
            notices,
            kept,
            demo,
            files: false,
            device: None,
            not_kept: None,
        })
    }

    /// The sign-in by device code: the one that was made already, else the one that is kept, else one to be made.
    fn find_device(&mut self) {
        let plan = &self.plan;
        let made = plan.device.clone();
        let session = made.map_or_else(|| DeviceSession::new(&plan.environment(), plan.cloud), Ok);
        if let Ok(session) = &session
            && plan.profile.keep_sign_in
        {
            self.not_kept = session.keep_in(&plan.folder).err();
        }
        self.device = Some(session);
    }

    /// True for the demo tenant.
    pub fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// What the record calls somebody who is signed in. The demo's token names nobody.
    pub fn name_of(&self, who: &Identity) -> SafeText {
        if self.is_demo() { SafeText::from("demo analyst") } else { who.display_name().into() }
    }

    /// What the header calls the tenant.
    pub fn title(&self) -> SafeText {
        let profile = &self.plan.profile;
        let plain = profile.name.is_empty() || profile.name == self.plan.name;
        let name = match (plain, self.plan.name.as_str()) {
            (true, name) => name.to_owned(),
            (false, DEFAULT_PROFILE) => profile.name.clone(),
            (false, _) if self.is_demo() => profile.name.clone(),
            (false, name) => format!("{} ({name})", profile.name),
        };
        if self.is_demo() || self.plan.endpoint == self.plan.cloud.endpoint() {
            return SafeText::from(name.as_str());
        }
        SafeText::from(format!("{name} at {}", self.plan.endpoint.host()))
    }

    /// Signs in, by the profile's way or the first that works. May take seconds: the Azure CLI is a program.
    pub async fn connect(&self) -> Result<ArmClient, ApiError> {
        if self.files {
            return Err(ApiError::NoSource);
        }
        let tokens = if self.is_demo() {
            TokenSource::fixed("demo")
        } else {
            let device = self.device.as_ref().map(Result::as_ref).transpose();
            let device = device.map_err(|error| ApiError::SignIn(error.clone()))?;
            let environment = self.plan.environment();
            sign_in(&environment, self.plan.sign_in, self.plan.cloud, device)
                .await
                .map_err(|error| ApiError::SignIn(self.easiest(error)))?
        };
        let client = ArmClient::new(self.plan.endpoint.clone(), tokens, Limits::default())?;
        Ok(client.in_cloud(self.plan.cloud))
    }

    /// Where nothing is configured, the first run is the easiest way to sign in, and the error names it.
    fn easiest(&self, error: SignInError) -> SignInError {
        if error == SignInError::NothingFound && !self.plan.configured {
            return SignInError::NothingConfigured;
        }
        error
    }

    /// What the workers need.
    pub fn engine_config(&self, client: ArmClient) -> EngineConfig {
        EngineConfig {
            store: self.store.clone(),
            source: Source::Arm(client),
            interval: self.plan.profile.sync_interval(),
            subscriptions: selection(&self.plan.profile),
            read_only: self.read_only.is_some(),
            owner: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4()),
            tuning: Tuning::default(),
            now: chrono::Utc::now,
        }
    }

    /// Writes everything out and closes the files.
    pub async fn close(self) {
        self.store.close();
        if let Some(demo) = self.demo {
            demo.stop().await;
        }
    }
}

/// True when no alert leaves a store because the profile no longer names its subscription.
fn keeps_all(store: &Store, profile: &Profile) -> bool {
    match selection(profile) {
        Selection::All => true,
        Selection::Only(chosen) => {
            store.subscriptions().is_ok_and(|known| known.iter().all(|one| chosen.contains(&one.id)))
        }
    }
}

/// The subscriptions that a profile works on.
fn selection(profile: &Profile) -> Selection {
    if profile.subscriptions.is_empty() {
        return Selection::All;
    }
    Selection::Only(profile.subscriptions.iter().map(|id| SubscriptionId::new(id)).collect())
}

/// What the journal kept of how lists are shown, and the names of the views that cannot be read. What cannot be read of it is not worth failing for: the list then opens
/// with the open alerts, and the next call that needs the journal says what is wrong with it.
fn kept(store: &Store, table: &Table) -> (Kept, Vec<SafeText>) {
    let (views, unreadable) = store.all_views().unwrap_or_default();
    let place = store.place().unwrap_or_default();
    let cursor = place.as_ref().and_then(|place| place.cursor.as_ref()).and_then(|id| table.find(id));
    (Kept { views, cursor: cursor.map(|row| row.key()), place }, unreadable)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::azure::KEPT_FILE;
    use crate::cli::args::Cli;
    use crate::domain::progress::Subscription;

    #[tokio::test]
    async fn subscriptions_that_the_profile_no_longer_names_are_out_of_use_from_the_start() {
        let flags = Cli::parse_from(["quell"]).global;
        let folder = tempfile::tempdir().unwrap();
        let open = |chosen: &[&str]| {
            let subscriptions = chosen.iter().map(|id| (*id).to_owned()).collect();
            let profile = Profile { subscriptions, ..Profile::default() };
            let plan = Plan::public("p", profile, folder.path().to_owned());
            Workspace::open(plan, &flags, |_| {}).unwrap()
        };
        let in_use = async |workspace: &Workspace| -> Vec<String> {
            let used = workspace.store.call(|store| store.subscriptions()).await.unwrap().unwrap();
            used.iter().map(|one| one.id.as_str().to_owned()).collect()
        };
        let workspace = open(&[]);
        let both = ["a", "b"].map(|id| Subscription {
            id: SubscriptionId::new(id),
            name: id.into(),
            tenant: SafeText::default(),
        });
        workspace.store.call(move |store| store.set_subscriptions(&both)).await.unwrap().unwrap();
        workspace.close().await;
        let workspace = open(&[]);
        assert_eq!(in_use(&workspace).await, ["a", "b"]);
        workspace.close().await;
        let workspace = open(&["B", "c"]);
        assert_eq!(in_use(&workspace).await, ["b"]);
        workspace.close().await;
    }

    #[tokio::test]
    async fn a_kept_sign_in_stays_only_where_the_profile_keeps_one() {
        let by_code = Some(SignInKind::DeviceCode);
        let flags = Cli::parse_from(["quell"]).global;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(KEPT_FILE);
        for (sign_in, keep, stays) in [
            (by_code, true, true),
            (by_code, false, false),
            (Some(SignInKind::AzureCli), true, false),
            (None, true, false),
        ] {
            std::fs::write(&file, "{}").unwrap();
            let profile = Profile { keep_sign_in: keep, ..Profile::default() };
            let plan = Plan { sign_in, ..Plan::public("p", profile, folder.path().to_owned()) };
            let workspace = Workspace::open(plan, &flags, |_| {}).unwrap();
            assert_eq!(workspace.not_kept, None);
            workspace.close().await;
            assert_eq!(file.exists(), stays, "{sign_in:?}, keep {keep}");
        }
    }
}
