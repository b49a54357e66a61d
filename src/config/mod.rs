//! The config file: plain values, read strictly so that a mistyped key is an error and not a surprise.

mod explain;
pub mod filter_text;
mod keys;
mod notify;
mod read;
mod screen;
mod template;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use keys::Keys;
pub use notify::Notify;
pub use read::Mistake;
pub use screen::Screen;

/// The example: every key with its default and what it means.
pub const EXAMPLE: &str = include_str!("../../assets/config.example.toml");

/// The profile used when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// Everything in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// How the screen looks and behaves, in every profile.
    #[serde(default)]
    pub screen: Screen,
    /// The keys.
    #[serde(default)]
    pub keys: Keys,
    /// How new alerts are announced.
    #[serde(default)]
    pub notify: Notify,
    /// Profiles by name.
    #[serde(default)]
    pub profile: BTreeMap<String, Profile>,
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
    /// It is not what it should be: every mistake, one a line.
    #[error("{text}", text = told(path, mistakes))]
    Parse {
        /// The file.
        path: PathBuf,
        /// The mistakes, in the order of the file.
        mistakes: Vec<Mistake>,
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
    /// A profile cannot stand at its end.
    #[error("{path}: [profile.{name}] cannot be added: it is there already, or `profile` is no table of its own", path = .path.display())]
    NotAdded {
        /// The file.
        path: PathBuf,
        /// The profile.
        name: String,
    },
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
    ///
    /// # Errors
    /// Every mistake in it, each with its place and what was expected there.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        read::read(text).map_err(|mistakes| ConfigError::Parse { path: path.to_owned(), mistakes })
    }

    /// Reads the file; none when there is no file.
    pub fn load(path: &Path) -> Result<Option<Self>, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
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

    /// Adds a profile to the file: at the end of what is there, else to a new one with a comment for each key.
    ///
    /// # Errors
    /// The file has mistakes, or has that profile already, or cannot be written; it is then as it was.
    pub fn add_profile(path: &Path, name: &str, profile: &Profile) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let profile = [(name.to_owned(), profile.clone())].into();
                let text = Self { profile, ..Self::default() }.render();
                return write(path, &text)
                    .map_err(|source| ConfigError::Write { path: path.to_owned(), source });
            }
            Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
        };
        Self::parse(&text, path)?;
        let text = template::with_profile(&text, name, profile);
        match Self::parse(&text, path) {
            Ok(config) if config.profile.get(name) == Some(profile) => {
                write(path, &text).map_err(|source| ConfigError::Write { path: path.to_owned(), source })
            }
            _ => Err(ConfigError::NotAdded { path: path.to_owned(), name: name.to_owned() }),
        }
    }

    /// The file's text: the example's, with what this config has in the place of its values.
    pub fn render(&self) -> String {
        template::render(self)
    }
}

/// Writes a file, whole or not at all, readable by its owner only. What a link leads to is written, and the link stays.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let path = match (std::fs::canonicalize(path), std::fs::read_link(path)) {
        (Ok(file), _) => file,
        // A link to what is not there yet; `join` takes an absolute one as it is.
        (Err(_), Ok(file)) => path.parent().unwrap_or(Path::new("")).join(file),
        (Err(_), Err(_)) => path.to_owned(),
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = path.with_extension("toml.new");
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.and_then(|()| std::fs::rename(&draft, &path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&draft);
    })
}

/// Each mistake with its place, as compilers tell them.
fn told(path: &Path, mistakes: &[Mistake]) -> String {
    let lines = mistakes
        .iter()
        .map(|Mistake { line, column, message }| format!("{}:{line}:{column}: {message}", path.display()));
    lines.collect::<Vec<_>>().join("\n")
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

    fn azure_cli() -> Profile {
        Profile { sign_in: "azure-cli".to_owned(), ..Profile::default() }
    }

    #[test]
    fn the_file_is_its_owners_alone_and_what_stood_in_it_stays() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("quell/config.toml");
        Config::add_profile(&path, "default", &azure_cli()).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let new = Config { profile: [("default".to_owned(), azure_cli())].into(), ..Config::default() };
        assert_eq!(Config::load(&path).unwrap(), Some(new));

        let own = "# mine\n[screen]\n  theme=\"dark\" # at night\n[keys]\nnote = [ \"N\" ]";
        std::fs::write(&path, own).unwrap();
        Config::add_profile(&path, "eu west", &azure_cli()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&format!("{own}\n\n[profile.\"eu west\"]\n# ")), "{text}");
        assert_eq!(Config::load(&path).unwrap().unwrap().profile("eu west").unwrap(), azure_cli());
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft stays");

        for full in [text.as_str(), "profile = {}\n", "[screen]\ntheme = 7\n"] {
            std::fs::write(&path, full).unwrap();
            Config::add_profile(&path, "eu west", &azure_cli()).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), full);
        }
    }

    #[test]
    fn a_link_stays_and_what_fails_leaves_no_draft() {
        let home = tempfile::tempdir().unwrap();
        let (real, link) = (home.path().join("real.toml"), home.path().join("config.toml"));
        std::os::unix::fs::symlink("real.toml", &link).unwrap();
        for name in ["new", "more"] {
            Config::add_profile(&link, name, &azure_cli()).unwrap();
            assert!(link.is_symlink() && std::fs::read_to_string(&real).unwrap().contains(name));
        }
        let folder = home.path().join("folder");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "x").unwrap_err();
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 3, "a draft is left");
    }

    #[test]
    fn an_unknown_profile_names_those_there_are() {
        let config = Config::parse("[profile.a]\n[profile.b]\n", Path::new("c.toml")).unwrap();
        assert_eq!(config.profile("a").unwrap(), Profile::default());
        let text = config.profile("z").unwrap_err().to_string();
        assert!(text.ends_with("it has: a, b"), "{text}");
    }
}
