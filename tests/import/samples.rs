//! Every sample file that lies beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use quell::import::Outcome;

use super::{alerts, items};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var("QUELL_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let folder = Path::new(&shared).join("samples");
    if !folder.is_dir() {
        println!("no samples in {shared}: nothing checked");
        return None;
    }
    Some(folder)
}

#[test]
fn every_file_gives_its_alerts() {
    let Some(folder) = folder() else { return };
    let counts = [
        ("activity-log", 1),
        ("arm-2015-06-01-preview", 82),
        ("arm-2019-01-01", 2),
        ("arm-2020-01-01", 6),
        ("arm-2021-01-01", 19),
        ("arm-2022-01-01", 130),
        ("arm-suppression-rules", 0),
        ("az-cli-output", 6),
        ("eventhub-continuous-export", 1),
        ("graph-v1-asc", 1),
        ("loganalytics-securityalert-csv", 118),
        ("loganalytics-securityalert-json", 2),
        ("not-json", 0),
        ("sentinel-alert-entity", 2),
    ];
    for (name, expected) in counts {
        let (mut found, mut rest) = (0, Vec::new());
        for file in fs::read_dir(folder.join(name)).unwrap() {
            let path = file.unwrap().path();
            let items = items(&fs::read(&path).unwrap());
            for alert in alerts(&items) {
                println!(
                    "{name} {} {:?} {:?} {:?} {} {:?} nodes {}",
                    alert.alert.id.as_str(),
                    alert.alert.severity,
                    alert.alert.status,
                    alert.alert.times.alert_time(),
                    alert.alert.title.raw(),
                    alert.alert.resource_name().raw(),
                    alert.alert.entities.nodes.len()
                );
                assert!(!alert.alert.title.is_empty(), "{}", path.display());
                assert!(alert.alert.times.alert_time().is_some(), "{}", path.display());
            }
            found += alerts(&items).len();
            let others = items.into_iter().filter(|item| !matches!(item.outcome, Outcome::Alert(_)));
            rest.extend(others);
        }
        println!("{name}: {found}, {rest:#?}");
        assert_eq!(found, expected, "{name}: {rest:#?}");
    }
}
