//! A change of status as a shell script: one request an alert, by `curl` or `az rest`, as the contract has it.
//!
//! The script is for people without quell, or for a change that somebody else is to make. It sets statuses and no more:
//! it neither compares before it writes nor reads back, nor keeps a record.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

use super::client::{ALERTS_VERSION, arm_path};
use super::cloud::Endpoint;
use crate::domain::change::{ScriptTool, Target};
use crate::domain::thousands;

/// A script, and how many alerts it does without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The text.
    pub text: String,
    /// Alerts in it.
    pub alerts: usize,
    /// Alerts left out: their id is no path of Azure Resource Manager.
    pub left_out: usize,
    /// Alerts left out: their id was put together of a file's record, and no source knows it.
    pub made_up: usize,
}

impl Script {
    /// What to say of the alerts left out; none without any.
    pub fn warning(&self) -> Option<String> {
        let reasons = [
            (self.left_out, "their id is no path of Azure Resource Manager"),
            (self.made_up, "the file they come from does not name their location, so their id is not known"),
        ];
        let said = reasons.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> =
            said.map(|(count, why)| format!("{} left out: {why}", thousands(*count))).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// The beginning of a script for `curl`. The token goes by standard input: what a program is called with, others on the
/// machine can read. A shell's own `printf` is no program.
const CURL: &str = r#"
for tool in curl az; do
    [ "$tool" = az ] && [ -n "${QUELL_ACCESS_TOKEN:-}" ] && continue
    command -v "$tool" >/dev/null || { echo "$0: needs $tool" >&2; exit 2; }
done
token=${QUELL_ACCESS_TOKEN:-}
[ -n "$token" ] || token=$(az account get-access-token --resource "$endpoint/" --query accessToken --output tsv)
case $token in
    '' | *[!A-Za-z0-9._~+/=-]*) echo "$0: this is no access token" >&2; exit 2 ;;
esac

send() {
    printf 'header = "Authorization: Bearer %s"\n' "$token" |
        curl --config - --silent --show-error --fail --globoff --proto "=${endpoint%%:*}" --max-time 60 --retry 5 \
            --request POST --header 'Content-Length: 0' --output /dev/null --url "$endpoint$1"
}
"#;

/// The beginning of a script for `az rest`.
const AZ: &str = r#"
command -v az >/dev/null || { echo "$0: needs az, the Azure CLI" >&2; exit 2; }

send() {
    az rest --method post --resource "$endpoint/" --output none --url "$endpoint$1"
}
"#;

/// What both have in common: one refusal does not keep the others from being sent.
const COMMON: &str = r#"
done=0
failed=0
post() {
    if send "$1"; then
        done=$((done + 1))
    else
        failed=$((failed + 1))
        printf '%s: refused: %s\n' "$0" "$1" >&2
    fi
}

"#;

const END: &str = r#"
echo "$done set, $failed refused"
[ "$failed" -eq 0 ]
"#;

/// Writes the script that sets each target to the status it is to have.
pub fn script(tool: ScriptTool, endpoint: &Endpoint, targets: &[Target], at: DateTime<Utc>) -> Script {
    let known: Vec<&Target> = targets.iter().filter(|target| !target.id.is_put_together()).collect();
    let lines: Vec<String> = known.iter().filter_map(|target| request(target)).collect();
    let (alerts, left_out) = (lines.len(), known.len() - lines.len());
    let made_up = targets.len() - known.len();
    let needs = match tool {
        ScriptTool::Curl => {
            "# Needs curl, and a token: QUELL_ACCESS_TOKEN, else the Azure CLI's (az login).\n"
        }
        ScriptTool::Az => "# Needs az, the Azure CLI, signed in (az login).\n",
    };
    let mut text = "#!/bin/sh\n".to_owned();
    let made = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    // A string takes every write.
    let _ = writeln!(
        text,
        "# Sets the status of alerts of Microsoft Defender for Cloud ({alerts}). Made by quell, {made}."
    );
    text.push_str(needs);
    text.push_str("# It compares nothing before it writes and reads nothing back. It can be run again.\n");
    let _ = writeln!(text, "set -eu\n\nendpoint={}", quoted(&endpoint.to_string()));
    text.push_str(if tool == ScriptTool::Curl { CURL } else { AZ });
    text.push_str(COMMON);
    lines.iter().for_each(|line| text.push_str(line));
    text.push_str(END);
    Script { text, alerts, left_out, made_up }
}

/// `post '/subscriptions/…/alerts/N/dismiss?api-version=…'`: the verb behind the id, an empty body.
fn request(target: &Target) -> Option<String> {
    let (path, verb) = (arm_path(target.id.as_str())?, target.want.verb()?);
    Some(format!("post {}\n", quoted(&format!("{path}/{verb}?api-version={ALERTS_VERSION}"))))
}

/// One word of a POSIX shell, whatever it holds.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{AlertId, Status};

    const PARENT: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Security/locations/l/alerts/";

    fn target(name: &str, want: Status) -> Target {
        Target { id: AlertId::new(format!("{PARENT}{name}")), seen: Status::Active, want }
    }

    fn made(targets: &[Target]) -> Script {
        script(
            ScriptTool::Curl,
            &Endpoint::parse("https://management.azure.com").unwrap(),
            targets,
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn each_alert_is_one_request_of_its_verb() {
        let targets = [
            target("a", Status::Dismissed),
            target("b", Status::InProgress),
            target("it's", Status::Resolved),
            target("c?x=1", Status::Active),
            Target { id: AlertId::new("name"), seen: Status::Active, want: Status::Dismissed },
        ];
        let script = made(&targets);
        assert_eq!((script.alerts, script.left_out), (3, 2));
        let posts: Vec<&str> = script.text.lines().filter(|line| line.starts_with("post '")).collect();
        let expected = [
            format!("post '{PARENT}a/dismiss?api-version=2022-01-01'"),
            format!("post '{PARENT}b/inProgress?api-version=2022-01-01'"),
            format!(r"post '{PARENT}it'\''s/resolve?api-version=2022-01-01'"),
        ];
        assert_eq!(posts, expected);
        assert!(script.text.contains("\nendpoint='https://management.azure.com'\n"), "{}", script.text);
    }

    #[test]
    fn ids_that_were_put_together_get_no_request() {
        let of = |id: &str| Target { id: AlertId::new(id), seen: Status::Active, want: Status::Dismissed };
        let script = made(&[
            target("a", Status::Dismissed),
            target("c?x=1", Status::Dismissed),
            of("/subscriptions/s/providers/Microsoft.Security/Locations/Unknown/alerts/b"),
            of(
                "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Security/locations/l/alerts/c",
            ),
        ]);
        assert_eq!((script.alerts, script.left_out, script.made_up), (1, 1, 2));
        assert_eq!(script.text.lines().filter(|line| line.starts_with("post '")).count(), 1);
        let warning = script.warning().unwrap();
        assert!(
            warning.starts_with("1 left out: their id") && warning.contains("; 2 left out: the file"),
            "{warning}"
        );
        assert_eq!(made(&[target("a", Status::Dismissed)]).warning(), None);
    }

    proptest! {
        #[test]
        fn an_id_stays_one_quoted_word(name in "[^/]{1,20}") {
            let script = made(&[target(&name, Status::Dismissed)]);
            let posts: Vec<&str> = script.text.lines().filter(|line| line.starts_with("post ")).collect();
            prop_assert_eq!(posts.len(), script.alerts);
            for post in posts {
                // Without its escaped quotes it is one pair of quotes around plain ASCII.
                let word = post.replace(r"'\''", "");
                prop_assert!(word.matches('\'').count() == 2 && word.ends_with('\''), "{word}");
                prop_assert!(word.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{word}");
            }
        }
    }
}
