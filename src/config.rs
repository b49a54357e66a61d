//! The config file: plain values, read strictly so that a mistyped key is an error and not a surprise.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The profile used when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// Everything in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// How the screen looks and behaves, in every profile.
    #[serde(default)]
    pub screen: Screen,
    /// Profiles by name.
    #[serde(default)]
    pub profile: BTreeMap<String, Profile>,
}

/// How the screen looks and behaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Screen {
    /// Show the histogram above the list where there is room.
    pub histogram: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self { histogram: true }
    }
}

/// A tenant to work in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Profile {
    /// What the header calls it; the profile's name when empty.
    pub name: String,
    /// `public`, `us-gov` or `china`.
    pub cloud: String,
    /// The tenant to sign in to, a GUID or a domain; the sign-in's own when empty.
    pub tenant: String,
    /// `access-token`, `client-secret`, `workload-identity`, `managed-identity`, `azure-cli` or `device-code`; the first
    /// that works when empty.
    pub sign_in: String,
    /// Keep a sign-in by device code in a file of the data folder.
    pub keep_sign_in: bool,
    /// Subscription GUIDs; every subscription the sign-in sees when empty.
    pub subscriptions: Vec<String>,
    /// Seconds between the end of a sync and the next.
    pub sync_seconds: u64,
    /// What the screen begins with: a view's digit or name, or a filter; where it was left when empty.
    pub view: String,
    /// Never change anything.
    pub read_only: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            cloud: "public".to_owned(),
            tenant: String::new(),
            sign_in: String::new(),
            keep_sign_in: false,
            subscriptions: Vec::new(),
            sync_seconds: 60,
            view: String::new(),
            read_only: false,
        }
    }
}

impl Profile {
    /// The pause between two syncs; at least five seconds.
    pub fn sync_interval(&self) -> Duration {
        Duration::from_secs(self.sync_seconds.max(5))
    }
}

/// Why the config cannot be used: where, and what to do.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{path}: cannot be read: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It was named and is not there.
    #[error("{path}: there is no such config file", path = .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It is not what it should be.
    #[error("{path}:{line}:{column}: {message}", path = .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was found and expected.
        message: String,
    },
    /// No such profile.
    #[error("the config has no profile `{name}`; it has: {known}")]
    NoProfile {
        /// The one asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// No home folder.
    #[error("no home folder is known: set HOME, or pass --config and --data-dir")]
    NoHome,
    /// It cannot be written.
    #[error("{path}: cannot be written: {source}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl Config {
    /// Reads a config; `path` is for messages only.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
            ConfigError::Parse {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
                message: error.message().to_owned(),
            }
        })
    }

    /// Reads the file; none when there is no file.
    pub fn load(path: &Path) -> Result<Option<Self>, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }

    /// The profile of a name.
    pub fn profile(&self, name: &str) -> Result<Profile, ConfigError> {
        self.profile.get(name).cloned().ok_or_else(|| ConfigError::NoProfile {
            name: name.to_owned(),
            known: match self.profile.keys().cloned().collect::<Vec<_>>().join(", ") {
                known if known.is_empty() => "none".to_owned(),
                known => known,
            },
        })
    }

    /// Writes the file with a comment for each key, whole or not at all, readable by its owner only.
    pub fn write(&self, path: &Path) -> Result<(), ConfigError> {
        let failed = |source| ConfigError::Write { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        let draft = path.with_extension("toml.new");
        match std::fs::remove_file(&draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
        file.write_all(self.render().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&draft, path).map_err(failed)
    }

    /// The file's text.
    pub fn render(&self) -> String {
        let mut text =
            "# quell: one table for each tenant you work in; choose one with --profile NAME.\n".to_owned();
        for (name, profile) in &self.profile {
            let quoted = |value: &str| toml::Value::from(value).to_string();
            let list: Vec<String> = profile.subscriptions.iter().map(|id| quoted(id)).collect();
            let _ = write!(
                text,
                "\n[profile.{key}]\n\
                 # what the header calls it\nname = {name}\n\
                 # public, us-gov or china\ncloud = {cloud}\n\
                 # the tenant to sign in to, a GUID or a domain; empty: the sign-in's own\ntenant = {tenant}\n\
                 # access-token, client-secret, workload-identity, managed-identity, azure-cli or device-code; empty: the first that works\nsign-in = {sign_in}\n\
                 # device-code only; true: stay signed in, by a file in the data folder\nkeep-sign-in = {keep}\n\
                 # subscription GUIDs; empty: every one the sign-in sees\nsubscriptions = [{list}]\n\
                 # seconds between the end of a sync and the next\nsync-seconds = {seconds}\n\
                 # what the screen begins with: a view's digit or name, or a filter; empty: where it was left\nview = {view}\n\
                 # true: look, never change\nread-only = {read_only}\n",
                key = quoted(name),
                name = quoted(&profile.name),
                cloud = quoted(&profile.cloud),
                sign_in = quoted(&profile.sign_in),
                tenant = quoted(&profile.tenant),
                keep = profile.keep_sign_in,
                view = quoted(&profile.view),
                list = list.join(", "),
                seconds = profile.sync_seconds,
                read_only = profile.read_only,
            );
        }
        text
    }
}

/// Where quell keeps its files, after the XDG rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The config file.
    pub config: PathBuf,
    /// The folder that holds a data folder for each profile.
    pub data: PathBuf,
}

impl Paths {
    /// The standard places of this user.
    pub fn standard() -> Result<Self, ConfigError> {
        let strategy = choose_app_strategy(AppStrategyArgs {
            top_level_domain: String::new(),
            author: String::new(),
            app_name: "quell".to_owned(),
        })
        .map_err(|_| ConfigError::NoHome)?;
        Ok(Self { config: strategy.config_dir().join("config.toml"), data: strategy.data_dir() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let profile = Profile {
            name: "Contoso \"EU\"".to_owned(),
            subscriptions: vec!["a".to_owned(), "b".to_owned()],
            read_only: true,
            sync_seconds: 90,
            ..Profile::default()
        };
        let config = Config { profile: [("eu west".to_owned(), profile)].into(), ..Config::default() };
        assert_eq!(Config::parse(&config.render(), Path::new("config.toml")).unwrap(), config);
    }

    #[test]
    fn the_file_is_its_owners_alone_and_replaced_whole() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("quell/config.toml");
        for read_only in [false, true] {
            let profile = Profile { read_only, ..Profile::default() };
            let config = Config { profile: [("default".to_owned(), profile)].into(), ..Config::default() };
            config.write(&path).unwrap();
            assert_eq!(Config::load(&path).unwrap(), Some(config));
        }
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_mistyped_key_is_reported_with_its_place() {
        let error =
            Config::parse("[profile.x]\nname = \"a\"\nreadonly = true\n", Path::new("c.toml")).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("c.toml:3:1: unknown field `readonly`"), "{text}");
    }

    #[test]
    fn an_unknown_profile_names_those_there_are() {
        let config = Config::parse("[profile.a]\n[profile.b]\n", Path::new("c.toml")).unwrap();
        assert_eq!(config.profile("a").unwrap(), Profile::default());
        let text = config.profile("z").unwrap_err().to_string();
        assert!(text.ends_with("it has: a, b"), "{text}");
    }
}
