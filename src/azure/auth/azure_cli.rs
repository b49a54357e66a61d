//! The Azure CLI: is it there, who is signed in, and running it without leaking our own secrets to it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Output, Stdio};

use azure_identity::Executor;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use tokio::process::Command;

use super::environment::is_secret;
use crate::domain::SafeText;

/// The `az` program on the search path, if any.
pub(super) fn program(path: Option<&OsString>) -> Option<PathBuf> {
    std::env::split_paths(path?).map(|folder| folder.join("az")).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    subscriptions: Vec<ProfileSubscription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProfileSubscription {
    #[serde(default)]
    is_default: bool,
    user: Option<ProfileUser>,
}

#[derive(Deserialize)]
struct ProfileUser {
    name: Option<String>,
}

/// Who `az login` signed in, from the CLI's own profile (no secrets are in that file); none when nobody is.
pub(super) fn signed_in_user(config: &Path) -> Option<SafeText> {
    let text = std::fs::read_to_string(config.join("azureProfile.json")).ok()?;
    let profile: Profile = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let mut subscriptions = profile.subscriptions;
    subscriptions.sort_by_key(|subscription| !subscription.is_default);
    let first = subscriptions.into_iter().next()?;
    Some(SafeText::from(first.user.and_then(|user| user.name).unwrap_or_default()))
}

/// Variables that `az` and what it starts have no business to see. A machine's identity is asked for with its own.
fn is_hidden(name: &str) -> bool {
    is_secret(name) && !["MSI_", "IDENTITY_"].iter().any(|start| name.starts_with(start))
}

/// Runs `az` in a process group of its own, without our secrets and without our terminal; killed when given up.
#[derive(Debug)]
pub(super) struct QuietExecutor;

impl Executor for QuietExecutor {
    fn run<'a, 'b, 'c, 'd, 'out>(
        &'a self,
        program: &'b OsStr,
        arguments: &'c [&'d OsStr],
    ) -> Pin<Box<dyn Future<Output = io::Result<Output>> + Send + 'out>>
    where
        'a: 'out,
        'b: 'out,
        'c: 'out,
        'd: 'out,
        Self: 'out,
    {
        Box::pin(async move {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            for (name, _) in std::env::vars_os().filter(|(name, _)| is_hidden(&name.to_string_lossy())) {
                command.env_remove(name);
            }
            let child = command.process_group(0).kill_on_drop(true).spawn()?;
            let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
            let output = child.wait_with_output().await;
            group.forget();
            output
        })
    }
}

/// Ends the shell *and* the `az` below it when the call is given up.
struct Group(Option<Pid>);

impl Group {
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself in this moment; then there is nothing to do.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Group")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_names_the_default_user() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(signed_in_user(folder.path()), None);
        let write = |text: &str| std::fs::write(folder.path().join("azureProfile.json"), text).unwrap();
        write(
            "\u{feff}{\"subscriptions\":[{\"user\":{\"name\":\"b\"}},{\"isDefault\":true,\"user\":{\"name\":\"a\"}}]}",
        );
        assert_eq!(signed_in_user(folder.path()), Some(SafeText::from("a")));
        write("{\"subscriptions\":[]}");
        assert_eq!(signed_in_user(folder.path()), None, "nobody is signed in after `az logout`");
        write("not json");
        assert_eq!(signed_in_user(folder.path()), None);
    }

    #[test]
    fn only_an_executable_file_is_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = OsString::from(folder.path());
        assert_eq!(program(Some(&path)), None);
        let file = folder.path().join("az");
        std::fs::write(&file, "#!/bin/sh\n").unwrap();
        assert_eq!(program(Some(&path)), None);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(program(Some(&path)), Some(file));
        assert_eq!(program(None), None);
    }

    #[tokio::test]
    async fn a_child_has_no_input_and_its_output_is_captured() {
        let arguments = [OsStr::new("-c"), OsStr::new("cat; echo out; echo err >&2; exit 3")];
        let output = QuietExecutor.run(OsStr::new("/bin/sh"), &arguments).await.unwrap();
        assert_eq!((output.stdout, output.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(output.status.code(), Some(3));
    }
}
