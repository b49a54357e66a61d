//! A data folder, an emulator and the workers between them, with every wait scaled down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use quell::azure::ArmClient;
use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::retry::Backoff;
use quell::azure::throttle::Limits;
use quell::domain::change::{NewChange, Outcome, Target};
use quell::domain::progress::SyncEvent;
use quell::domain::{AlertId, ChangeId, SafeText, Status};
use quell::emulator::{self, Config, Emulator, LogEntry, Throttle};
use quell::store::{Access, Folder, Store, StoreHandle};
use quell::sync::{EngineConfig, Selection, Source, Tuning};

/// What the workers told.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<SyncEvent>>>);

impl Told {
    pub(crate) fn listener(&self) -> impl Fn(SyncEvent) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |event| told.lock().unwrap().push(event)
    }

    pub(crate) fn all(&self) -> Vec<SyncEvent> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until something was told.
    pub(crate) async fn until(&self, wanted: impl Fn(&SyncEvent) -> bool) -> SyncEvent {
        for _ in 0..2_000 {
            if let Some(event) = self.all().into_iter().find(|event| wanted(event)) {
                return event;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        unreachable!("never told; told was {:#?}", self.all())
    }

    pub(crate) async fn settled(&self, change: ChangeId) {
        self.until(|event| matches!(event, SyncEvent::Settled { change: told, .. } if *told == change)).await;
    }
}

/// One data folder.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: StoreHandle,
    pub(crate) told: Told,
}

pub(crate) const SUBSCRIPTION: &str = "aaaaaaaa-0000-4000-8000-000000000001";

pub(crate) fn id(number: usize) -> AlertId {
    AlertId::new(format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/alerts/n{number:04}"
    ))
}

pub(crate) fn alert(number: usize, title: &str) -> String {
    let id = id(number);
    format!(
        r#"{{"id":"{}","name":"{}","type":"Microsoft.Security/Locations/alerts","properties":{{"alertType":"VM_Test","alertDisplayName":"{title}","severity":"High","status":"Active","timeGeneratedUtc":"2026-11-23T12:00:00Z","entities":[{{"$id":"we_{number}","type":"host","hostName":"vm-{number}"}}]}}}}"#,
        id.as_str(),
        id.name(),
    )
}

/// An emulator's configuration: no throttling, these faults.
pub(crate) fn faulty(specs: &[&str]) -> Config {
    let faults = specs.iter().map(|spec| spec.parse().unwrap()).collect();
    Config { faults, throttle: Throttle::Off, ..Config::default() }
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        Self { folder, store, told: Told::default() }
    }

    /// An emulator that serves exactly these alerts.
    pub(crate) async fn serve(&self, alerts: &[String], config: Config) -> Emulator {
        let file: PathBuf = self.folder.path().join(format!("alerts-{}.json", fastrand::u64(..)));
        std::fs::write(&file, format!(r#"{{"value":[{}]}}"#, alerts.join(","))).unwrap();
        emulator::start(Config { data: vec![file], ..config }).await.unwrap()
    }

    /// An emulator with so many alerts `n0000` …
    pub(crate) async fn serve_many(&self, count: usize, config: Config) -> Emulator {
        let alerts: Vec<String> = (0..count).map(|number| alert(number, "A title")).collect();
        self.serve(&alerts, config).await
    }

    /// The program has ended and begins anew.
    pub(crate) fn reopen(&mut self) {
        let former = std::mem::replace(&mut self.store, open(&self.folder));
        former.close();
    }

    pub(crate) fn config(&self, emulator: &Emulator) -> EngineConfig {
        self.config_with(&emulator.base_url(), Limits::unlimited())
    }

    pub(crate) fn config_with(&self, base: &str, limits: Limits) -> EngineConfig {
        let endpoint = Endpoint::parse(base).unwrap();
        let client = ArmClient::new(endpoint, TokenSource::fixed("demo"), limits).unwrap();
        let millis = Duration::from_millis;
        EngineConfig {
            store: self.store.clone(),
            source: Source::Arm(client),
            interval: Duration::from_hours(1),
            subscriptions: Selection::All,
            read_only: false,
            owner: "one".to_owned(),
            tuning: Tuning {
                read_backs: vec![millis(0), millis(5), millis(10)],
                backoff: Backoff { first: millis(4), longest: millis(40) },
                page_attempts: 2,
                report_every: millis(10),
                look_every: millis(50),
                grace: millis(200),
                ..Tuning::default()
            },
            now: Utc::now,
        }
    }

    pub(crate) async fn pull(
        &self,
        emulator: &Emulator,
    ) -> Result<quell::sync::RoundSummary, quell::domain::progress::Fault> {
        quell::sync::pull_once(&self.config(emulator), self.told.listener()).await
    }

    /// Status at the source of every alert in the cache.
    pub(crate) async fn cached(&self) -> BTreeMap<AlertId, Status> {
        let table = self.store.call(Store::snapshot).await.unwrap();
        table.rows().map(|(_, row)| (row.id(), row.remote_status())).collect()
    }

    /// Queues one change: each alert from Active to `want`.
    pub(crate) async fn queue(
        &self,
        ids: impl IntoIterator<Item = AlertId>,
        seen: Status,
        want: Status,
    ) -> ChangeId {
        self.queue_for("", ids, seen, want).await
    }

    /// The same, decided in a tenant.
    pub(crate) async fn queue_for(
        &self,
        tenant: &str,
        ids: impl IntoIterator<Item = AlertId>,
        seen: Status,
        want: Status,
    ) -> ChangeId {
        let targets = ids.into_iter().map(|id| Target { id, seen, want }).collect();
        let change = NewChange {
            targets,
            status: Some(want),
            reason: None,
            comment: SafeText::default(),
            filter: String::new(),
            tenant: SafeText::from(tenant),
            undoes: None,
            take: false,
            by: SafeText::from("somebody"),
            at: Utc::now(),
        };
        self.store.call(move |store| store.queue(&change)).await.unwrap().unwrap()
    }

    /// The alerts of a change, by outcome.
    pub(crate) async fn outcomes(&self, change: ChangeId) -> BTreeMap<AlertId, Outcome> {
        let found = self.store.call(move |store| store.change(change)).await.unwrap().unwrap();
        let (_, targets) = found.unwrap();
        targets.into_iter().map(|record| (record.target.id, record.outcome)).collect()
    }
}

pub(crate) fn open(folder: &tempfile::TempDir) -> StoreHandle {
    let folder = Folder::open(&folder.path().join("data")).unwrap();
    StoreHandle::spawn(Store::open(folder, Access::ReadWrite).unwrap().0, |_| ())
}

/// Status at the source.
pub(crate) fn remote(emulator: &Emulator) -> BTreeMap<AlertId, Status> {
    emulator.alerts().into_iter().map(|(id, status)| (AlertId::new(id), Status::parse(&status))).collect()
}

pub(crate) fn posts(emulator: &Emulator) -> Vec<LogEntry> {
    emulator.log().into_iter().filter(|entry| entry.method == "POST").collect()
}

/// The name of the alert that a POST went to.
pub(crate) fn posted_to(entry: &LogEntry) -> String {
    entry.path.rsplit('/').nth(1).unwrap_or_default().to_owned()
}

/// The names of the alerts that the POSTs went to.
pub(crate) fn posted(emulator: &Emulator) -> BTreeSet<String> {
    posts(emulator).iter().map(posted_to).collect()
}
