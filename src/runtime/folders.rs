//! The names of the profiles' data folders.

use std::path::Path;

/// A profile's folder; another address gets one of its own, so that two sources never share a cache. A name that is not
/// fit for a folder gets a hash, so that two profiles never share one either.
pub fn of(profile: &str, endpoint: Option<&str>) -> String {
    let mut name = clean(profile);
    if name != profile || name.is_empty() {
        name += &format!("-{:08x}", fnv(profile));
    }
    at(name, endpoint)
}

/// The folder that an earlier version gave a profile, if that was another one, and no other of the profiles had the same.
pub fn former<'p>(
    profiles: impl Iterator<Item = &'p String>,
    profile: &str,
    endpoint: Option<&str>,
) -> Option<String> {
    let name = clean(profile);
    let shared = profiles.filter(|other| *other != profile).any(|other| clean(other) == name);
    (name != profile && !shared).then(|| at(name, endpoint))
}

/// Gives an earlier version's folder its new name, unless there is one with that name. What cannot be renamed stays; the alerts
/// are listed anew then.
pub fn take_over(former: &Path, folder: &Path) {
    if former.is_dir()
        && !folder.exists()
        && let Err(error) = std::fs::rename(former, folder)
    {
        tracing::warn!(%error, former = %former.display(), "the former data folder stays");
    }
}

fn at(name: String, endpoint: Option<&str>) -> String {
    match endpoint {
        None => name,
        Some(endpoint) => format!("{name}@{}", clean(endpoint)),
    }
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

/// The 32-bit FNV-1a hash: the same on every machine and in every version.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_a_folder_of_its_own() {
        for plain in ["default", "eu_west", "eu-west-2", "Zürich"] {
            assert_eq!(of(plain, None), plain);
        }
        let names = ["eu west", "eu_west", "eu/west", "", ".", "..", "_", "__"];
        let folders: std::collections::BTreeSet<String> = names.iter().map(|name| of(name, None)).collect();
        assert_eq!(folders.len(), names.len(), "{folders:?}");
        assert!(folders.iter().all(|name| !name.is_empty() && !name.contains(['/', '.'])), "{folders:?}");
        assert_eq!(of("eu", Some("http://[::1]:80")), "eu@http______1__80");
    }

    #[test]
    fn a_former_folder_is_found_where_it_was_that_of_one_profile() {
        for (profiles, profile, expected) in [
            (&["eu west", "us"][..], "eu west", Some("eu_west")),
            (&["eu west", "eu_west"], "eu west", None),
            (&["eu west", "eu/west"], "eu west", None),
            (&["eu_west"], "eu_west", None),
            (&[""], "", None),
        ] {
            let names: Vec<String> = profiles.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(former(names.iter(), profile, None).as_deref(), expected, "{profiles:?}");
        }
        let names = ["eu west".to_owned()];
        assert_eq!(
            former(names.iter(), "eu west", Some("http://x:1")).as_deref(),
            Some("eu_west@http___x_1")
        );
    }

    #[test]
    fn a_former_folder_is_renamed_once() {
        let data = tempfile::tempdir().unwrap();
        let (former, folder) = (data.path().join("eu_west"), data.path().join(of("eu west", None)));
        take_over(&former, &folder);
        assert!(!folder.exists());
        std::fs::create_dir(&former).unwrap();
        std::fs::write(former.join("journal.db"), "1").unwrap();
        take_over(&former, &folder);
        assert!(!former.exists() && folder.join("journal.db").exists());
        std::fs::create_dir(&former).unwrap();
        take_over(&former, &folder);
        assert!(former.exists() && folder.join("journal.db").exists(), "both are there: both stay");
    }
}
