//! A data folder, an emulator with the demo tenant's logic apps, and every wait scaled down.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use chrono::Utc;
use quell::azure::auth::TokenSource;
use quell::azure::cloud::Endpoint;
use quell::azure::retry::Backoff;
use quell::azure::throttle::Limits;
use quell::azure::{ArmClient, alert_event};
use quell::domain::AlertId;
use quell::domain::automation::AlertEvent;
use quell::domain::resource::ResourceId;
use quell::domain::response::{TriggerOutcome, TriggerRecord};
use quell::emulator::{self, Config, Emulator, RunEntry, Throttle};
use quell::store::{Access, Folder, Store, StoreHandle};
use quell::sync::trigger::{TriggerOrder, TriggerTuning, Triggered, Watch, trigger};
use tokio_util::sync::CancellationToken;

pub(crate) const ALERT_TRIGGER: &str = "When_an_Azure_Security_Center_Alert_is_created_or_triggered";

/// A tenant with these faults.
pub(crate) async fn serve(faults: &[&str], seed: u64) -> Emulator {
    let faults = faults.iter().map(|spec| spec.parse().unwrap()).collect();
    let config = Config {
        faults,
        fault_seed: seed,
        // A small tenant starts at once; its logic apps are those of the demo.
        alerts: Some(40),
        throttle: Throttle::Off,
        run_delay: Duration::from_millis(30),
        ..Config::default()
    };
    emulator::start(config).await.unwrap()
}

pub(crate) fn client(emulator: &Emulator) -> ArmClient {
    let endpoint = Endpoint::parse(&emulator.base_url()).unwrap();
    ArmClient::new(endpoint, TokenSource::fixed("demo"), Limits::unlimited()).unwrap()
}

/// A logic app of the demo tenant that takes alerts.
pub(crate) fn app(emulator: &Emulator, name: &str) -> ResourceId {
    let group = if name.starts_with("la-stg") { "rg-staging" } else { "rg-soc" };
    let prefix = if group == "rg-soc" { "7f3c2a10" } else { "b84e9d57" };
    let (alert, _) = emulator.alerts().into_iter().find(|(id, _)| id.contains(prefix)).unwrap();
    let subscription = AlertId::new(alert).subscription().unwrap();
    ResourceId::new(format!(
        "/subscriptions/{}/resourceGroups/{group}/providers/Microsoft.Logic/workflows/{name}",
        subscription.as_str()
    ))
}

/// So many alerts, as they are sent.
pub(crate) fn events(count: usize) -> Vec<Arc<AlertEvent>> {
    let event = |number| {
        let id = format!("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n{number}");
        let raw = format!(r#"{{"id":"{id}","properties":{{"alertType":"T{number}"}}}}"#);
        Arc::new(alert_event(&raw).unwrap())
    };
    (0..count).map(event).collect()
}

pub(crate) fn order(emulator: &Emulator, count: usize) -> TriggerOrder {
    let app = app(emulator, "la-page-oncall");
    TriggerOrder {
        at: Utc::now(),
        ..TriggerOrder::new(app, ALERT_TRIGGER.into(), &events(count), "ann".into())
    }
}

/// Waits of milliseconds; `looks` for the runs of unknown outcomes.
pub(crate) fn tuning(looks: usize) -> TriggerTuning {
    let millis = Duration::from_millis;
    TriggerTuning {
        call_limit: millis(150),
        attempts: 4,
        backoff: Backoff { first: millis(2), longest: millis(8) },
        side_by_side: 3,
        looks: vec![millis(5); looks],
        poll: Backoff { first: millis(5), longest: millis(20) },
    }
}

pub(crate) fn open(folder: &Path) -> StoreHandle {
    let folder = Folder::open(&folder.join("data")).unwrap();
    StoreHandle::spawn(Store::open(folder, Access::ReadWrite).unwrap().0, |_| ())
}

/// Sends an order to its end; what was told on the way.
pub(crate) async fn send(
    emulator: &Emulator,
    store: &StoreHandle,
    order: TriggerOrder,
    tuning: &TriggerTuning,
) -> (Triggered, Vec<TriggerRecord>) {
    let heard = Mutex::new(Vec::new());
    let told = |record: &TriggerRecord| heard.lock().unwrap().push(record.clone());
    let cancel = CancellationToken::new();
    let watch = Watch { cancel: &cancel, told: &told };
    let triggered = trigger(&client(emulator), store, order, tuning, &watch).await.unwrap();
    (triggered, heard.into_inner().unwrap())
}

/// Runs a future until it is done, or until it has waited so often: then it is dropped where it stands, as if the program
/// were killed there. None when it was.
pub(crate) async fn killed_after<T>(waits: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut waited = 0;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if waited == waits => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

/// How many runs each alert has, by the bodies that arrived.
pub(crate) fn runs_of(runs: &[RunEntry], id: &AlertId, events: &[Arc<AlertEvent>]) -> usize {
    let body = events.iter().find(|event| event.id == *id).map(|event| &*event.body).unwrap();
    runs.iter().filter(|run| run.body == body).count()
}

/// What the journal says must be so at the source. `count` events were confirmed once each.
pub(crate) fn check(records: &[TriggerRecord], runs: &[RunEntry], events: &[Arc<AlertEvent>], story: &str) {
    for record in records {
        let count = runs_of(runs, &record.alert, events);
        let fits = match record.outcome {
            TriggerOutcome::Done => count == 1,
            TriggerOutcome::Failed | TriggerOutcome::Cancelled | TriggerOutcome::Pending => count == 0,
            TriggerOutcome::Unknown | TriggerOutcome::Sending => count <= 1,
        };
        assert!(fits, "{story}: {count} runs of {record:#?}");
    }
}
