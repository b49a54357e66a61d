//! The file that keeps a sign-in: only if the user said so, readable by its owner only, replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::SafeText;

/// Its name in the profile's data folder.
pub const KEPT_FILE: &str = "sign-in.json";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What the file holds. The refresh token is the only secret: access tokens live an hour and stay in memory.
#[derive(Serialize, Deserialize)]
struct Content {
    authority: String,
    tenant: String,
    refresh_token: String,
}

/// A place for a sign-in. It is good for one tenant at one sign-in host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    file: PathBuf,
    authority: String,
    tenant: String,
}

impl Kept {
    pub(super) fn new(folder: &Path, authority: String, tenant: String) -> Self {
        Self { file: folder.join(KEPT_FILE), authority, tenant }
    }

    /// The refresh token, if one is kept for this tenant. A file that others can read, a symbolic link and a file of
    /// somebody else are no sign-in of ours.
    pub(super) fn read(&self) -> Option<SecretString> {
        let file = OpenOptions::new().read(true).custom_flags(no_link()).open(&self.file).ok()?;
        if !is_private(&file) {
            tracing::warn!("the kept sign-in is readable by others and is not used");
            return None;
        }
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text).ok()?;
        let content: Content = serde_json::from_str(&text).ok()?;
        let same = content.authority == self.authority && content.tenant == self.tenant;
        (same && !content.refresh_token.is_empty()).then(|| SecretString::from(content.refresh_token))
    }

    /// Keeps a refresh token.
    pub(super) fn write(&self, refresh: &SecretString) -> io::Result<()> {
        let content = Content {
            authority: self.authority.clone(),
            tenant: self.tenant.clone(),
            refresh_token: refresh.expose_secret().to_owned(),
        };
        let text = serde_json::to_vec(&content)?;
        let draft = self.file.with_extension(format!("{}.new", std::process::id()));
        remove(&draft)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(no_link())
            .open(&draft)?;
        // The umask can only take bits away; a strange one must not lock us out.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        let written = file.write_all(&text).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| fs::rename(&draft, &self.file)) {
            remove(&draft)?;
            return Err(error);
        }
        Ok(())
    }

    /// Forgets it.
    pub(super) fn remove(&self) -> io::Result<()> {
        remove(&self.file)
    }
}

/// Removes a sign-in that is kept in this folder, of whichever tenant. Gives what stands in the way.
pub fn forget_kept(folder: &Path) -> Result<(), SafeText> {
    let file = folder.join(KEPT_FILE);
    // A folder that cannot be written refuses even what is not there.
    if fs::symlink_metadata(&file).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(());
    }
    remove(&file).map_err(|error| format!("the kept sign-in cannot be removed: {error}").into())
}

fn no_link() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

fn is_private(file: &File) -> bool {
    let owner = rustix::process::geteuid().as_raw();
    file.metadata().is_ok_and(|data| data.is_file() && data.uid() == owner && data.mode() & 0o077 == 0)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(folder: &Path, tenant: &str) -> Kept {
        Kept::new(folder, "https://login.example".to_owned(), tenant.to_owned())
    }

    fn text(secret: Option<SecretString>) -> Option<String> {
        secret.map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn it_is_its_owners_alone_and_for_one_tenant() {
        let folder = tempfile::tempdir().unwrap();
        let ours = kept(folder.path(), "contoso");
        assert_eq!(text(ours.read()), None);
        for token in ["first", "second"] {
            ours.write(&SecretString::from(token)).unwrap();
            assert_eq!(text(ours.read()).as_deref(), Some(token));
        }
        let file = folder.path().join(KEPT_FILE);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays");
        assert_eq!(text(kept(folder.path(), "fabrikam").read()), None);
        ours.remove().unwrap();
        ours.remove().unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn a_file_that_others_can_read_or_a_link_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let ours = kept(folder.path(), "contoso");
        ours.write(&SecretString::from("t")).unwrap();
        let file = folder.path().join(KEPT_FILE);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(text(ours.read()), None);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&file, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
        assert_eq!(text(ours.read()), None);
        ours.write(&SecretString::from("new")).unwrap();
        assert!(
            fs::read_to_string(&elsewhere).unwrap().contains("\"t\""),
            "a link is replaced, not followed"
        );
        assert_eq!(text(ours.read()).as_deref(), Some("new"));
    }
}
