//! The command line, as `design` fixes it: names, flags and their help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::contacts::ContactsCommand;
use crate::cli::context::Context;
use crate::cli::export::Export;
use crate::cli::man::{Man, Offered, fields};
use crate::cli::record::Feedback;
use crate::cli::report::ReportArgs;
use crate::cli::respond::Respond;
use crate::cli::simulate::Simulate;
use crate::cli::suppress::args::Suppress;
use crate::cli::values::{StatusParser, duration, reason};
use crate::cli::view::View;
use crate::domain::Status;
use crate::domain::change::{Reason, ScriptTool};

/// Triage Microsoft Defender for Cloud security alerts from a terminal.
///
/// Without a command, opens the screen. Every command works on the same cache, filter language and outbox.
#[derive(Debug, Parser)]
#[command(name = "quell", version, max_term_width = 100)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the screen without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// After `--file`: more files.
    #[arg(hide = true, value_name = "FILE")]
    pub more: Vec<PathBuf>,
}

/// Flags that every command takes. They stand behind a command's own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Work in a demo tenant: no account, no network, nothing kept afterwards
    #[arg(long, global = true)]
    pub demo: bool,
    /// Work on the alerts of this file, with no network; several times for several files
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["demo", "endpoint"])]
    pub file: Vec<PathBuf>,
    /// Make the demo's emulator reachable at this address
    #[arg(long, global = true, value_name = "ADDR", requires = "demo")]
    pub demo_listen: Option<SocketAddr>,
    /// Make the demo tenant, or the emulator's, from this seed
    #[arg(long, global = true, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The profile of the config to use
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Another config file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder that holds cache.db and journal.db
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Another Azure Resource Manager address (plain http only to this machine)
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Look, never change
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Lines and prompts instead of the screen: for screen readers and dumb terminals
    #[arg(long, global = true)]
    pub plain: bool,
    /// Machine output; the same as --format json where there is a format
    #[arg(long, global = true)]
    pub json: bool,
    /// Write a log to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// How much to log: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info")]
    pub log_level: tracing::Level,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pull, push and verify once
    Sync {
        /// Forget what is known and list everything anew
        #[arg(long)]
        full: bool,
    },
    /// Alerts from the cache
    List(List),
    /// How many alerts have each value of a field
    Count {
        /// Which alerts; all without it
        #[arg(allow_hyphen_values = true)]
        filter: Option<String>,
        /// The field
        #[arg(long, value_name = "FIELD", value_parser = Offered(fields), hide_possible_values = true)]
        by: String,
    },
    /// One alert: details, entities, actions
    Show {
        /// The alert's id, or its name where that is unambiguous
        id: String,
        /// text, json, or raw: the source's JSON byte for byte
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
    },
    /// An alert's entities with how many other alerts mention each
    Pivot(Pivot),
    /// Change the status of many alerts at once
    Set(Set),
    /// Undo a change: the last one without a number
    Undo {
        /// The change's number
        change: Option<i64>,
        /// How to go about it
        #[command(flatten)]
        act: Act,
    },
    /// List changes, or one change with the outcome of each alert
    Changes {
        /// The change's number
        change: Option<i64>,
    },
    /// Take up what was queued
    Resume {
        /// Return when each alert has its final outcome
        #[arg(long)]
        wait: bool,
        /// Give up waiting after this long
        #[arg(long, value_name = "D", value_parser = duration, default_value = "10m")]
        timeout: Duration,
    },
    /// Try the refused alerts of a change again: of the last one without a number
    Retry {
        /// The change's number
        change: Option<i64>,
        /// How to go about it
        #[command(flatten)]
        act: Act,
    },
    /// Suppression rules, and what a rule would have matched
    #[command(subcommand)]
    Suppress(Box<Suppress>),
    /// The resource of an alert: its tags, whom to ask, its activity log around the alert
    Context(Context),
    /// What there is to improve on the resource of an alert
    Recommendations {
        /// The alert's id, or its name where that is unambiguous
        id: String,
    },
    /// Who receives mail for alerts
    Contacts {
        /// Show or change it
        #[command(subcommand)]
        command: ContactsCommand,
    },
    /// Ask Defender for Cloud for its sample alerts
    SimulateAlerts(Simulate),
    /// Trigger a logic app on alerts; without --logic-app, list what could be triggered and what fires by itself
    Respond(Respond),
    /// Write a note on an alert; it is kept on this machine
    Note {
        /// The alert's id, or its name where that is unambiguous
        id: String,
        /// The note
        text: String,
    },
    /// Assign an alert: to you without a name, to nobody with none; it is kept on this machine
    Assign {
        /// The alert's id, or its name where that is unambiguous
        id: String,
        /// To whom: a name, me or none
        who: Option<String>,
    },
    /// Judge alerts useful or not; kept on this machine, as there is no public API for it
    Feedback(Feedback),
    /// Saved views: what a list shows, under a name
    #[command(subcommand)]
    View(View),
    /// The shift handover: what was done, by whom and why, what is open, what failed
    Report(ReportArgs),
    /// Write alerts to a file: NDJSON or JSON that can be imported again, CSV, or a Markdown table
    Export(Export),
    /// Take alerts from files into the cache, in any form in which they are exported, but for Markdown
    Import {
        /// The files; - for standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// The Azure Resource Manager emulator by itself
    Emulator(EmulatorArgs),
    /// What is configured, which sign-in works, what the role may do
    Doctor,
    /// Completions for a shell, on standard output
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// The manual page of quell or of a command, in roff on standard output
    Man(Man),
}

/// `quell list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which alerts; all without it
    #[arg(allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// How to print them
    #[arg(long, value_enum)]
    pub format: Option<ListFormat>,
    /// Order: severity, time, status, title, resource, type, group or subscription; -KEY reverses
    #[arg(long, value_name = "KEY[,KEY]", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// `quell pivot`.
#[derive(Debug, Args)]
pub struct Pivot {
    /// The alert's id, or its name where that is unambiguous
    pub id: String,
    /// List the alerts that share the entity of this number instead
    #[arg(long, value_name = "N")]
    pub entity: Option<usize>,
    /// How to print these alerts
    #[arg(long, value_enum)]
    pub format: Option<ListFormat>,
}

/// `quell set`.
#[derive(Debug, Args)]
pub struct Set {
    /// active, in-progress, resolved or dismissed
    #[arg(value_parser = StatusParser, hide_possible_values = true)]
    pub status: Status,
    /// Which alerts; `*` means all
    #[arg(allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// These alerts instead of a filter
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub id: Vec<String>,
    /// Leave this alert out
    #[arg(long, value_name = "ID")]
    pub keep: Vec<String>,
    /// Why, for the record: false-positive, benign, noise, duplicate, not-relevant or other
    #[arg(long, value_name = "CODE", value_parser = reason)]
    pub reason: Option<Reason>,
    /// A comment for the record
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Print the ids that would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: print a script instead that would make the same change
    #[arg(long = "as", value_name = "TOOL", value_enum, requires = "dry_run")]
    pub script: Option<Tool>,
    /// How to go about it
    #[command(flatten)]
    pub act: Act,
}

/// What `set`, `undo` and `retry` have in common.
#[derive(Debug, Clone, Args)]
pub struct Act {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Return when each alert has its final outcome
    #[arg(long)]
    pub wait: bool,
    /// Give up waiting after this long
    #[arg(long, value_name = "D", value_parser = duration, default_value = "10m")]
    pub timeout: Duration,
}

/// `quell emulator`.
#[derive(Debug, Args)]
pub struct EmulatorArgs {
    /// Where to listen; a port of 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Serve a made-up tenant of this many alerts
    #[arg(long, value_name = "N", conflicts_with = "data")]
    pub alerts: Option<usize>,
    /// Serve the alerts of a file: a list page or a single alert
    #[arg(long, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    /// Alerts on a page
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub page_size: usize,
    /// The moment at which the made-up tenant stands
    #[arg(long, value_name = "TIME")]
    pub now: Option<chrono::DateTime<chrono::Utc>>,
    /// The only bearer token accepted
    #[arg(long, value_name = "T", default_value = "demo")]
    pub token: String,
    /// What the caller may do: owner, security-admin or security-reader
    #[arg(long, value_name = "ROLE", default_value = "owner")]
    pub role: String,
    /// Token buckets, as bucket:refill per second
    #[arg(long, value_name = "SPEC", default_value = "reads=250:25,writes=200:10")]
    pub throttle: String,
    /// No token buckets
    #[arg(long, conflicts_with = "throttle")]
    pub no_throttle: bool,
    /// Fail on purpose.
    #[arg(
        long,
        value_name = "SPEC",
        help = "Fail on purpose: KIND[:PARAM][:RATE][@METHOD]; several times for several faults",
        long_help = "Fail on purpose: KIND[:PARAM][:RATE][@METHOD]; several times for several faults.\n\n\
            429[:SECONDS], 500, 503, 403, 404, latency:100ms, hang, reset, drop-reply (applied, then the connection \
            is cut), ignore (answered as done, nothing changed), truncate, garbage (200 with HTML), expire:N (401 once \
            after N requests), cut:K (each listing ends after K pages with a 500). RATE is a fraction such as 0.1, \
            else 1; METHOD is GET, POST, PUT or DELETE, or CALLBACK for the calls of logic apps' triggers, else any."
    )]
    pub fault: Vec<String>,
    /// Make the faults fall as this seed says
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub fault_seed: u64,
}

/// Formats of `list`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Columns for people
    #[default]
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values, safe for spreadsheets
    Csv,
    /// Full ids, one a line
    Ids,
}

/// What a script is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// curl, with a token from QUELL_ACCESS_TOKEN or the Azure CLI
    Curl,
    /// az rest
    Az,
}

impl From<Tool> for ScriptTool {
    fn from(tool: Tool) -> Self {
        match tool {
            Tool::Curl => Self::Curl,
            Tool::Az => Self::Az,
        }
    }
}

/// Formats of `show`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For people
    #[default]
    Text,
    /// The alert as quell understands it
    Json,
    /// The source's JSON, byte for byte
    Raw,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// clap knows arguments by their names: one of a command would take the value of a flag that has its name.
    #[test]
    fn no_argument_of_a_command_has_the_name_of_a_flag_that_every_command_takes() {
        fn look(command: &clap::Command, taken: &[clap::Id]) {
            for inner in command.get_subcommands() {
                for argument in inner.get_arguments() {
                    assert!(!taken.contains(argument.get_id()), "{} {}", inner.get_name(), argument.get_id());
                }
                look(inner, taken);
            }
        }
        let cli = Cli::command();
        let global = cli.get_arguments().filter(|argument| argument.is_global_set());
        let taken: Vec<clap::Id> = global.map(|argument| argument.get_id().clone()).collect();
        assert!(taken.iter().any(|id| id == "file") && taken.len() > 5);
        look(&cli, &taken);
    }

    #[test]
    fn a_filter_may_begin_with_a_minus() {
        let cli = Cli::try_parse_from(["quell", "list", "-resource:vm-test*", "--format", "ids"]).unwrap();
        let Some(Command::List(list)) = cli.command else { panic!("list expected") };
        assert_eq!(list.filter.as_deref(), Some("-resource:vm-test*"));
        assert_eq!(list.format, Some(ListFormat::Ids));
        let cli =
            Cli::try_parse_from(["quell", "set", "dismissed", "-severity:high", "--yes", "--wait"]).unwrap();
        let Some(Command::Set(set)) = cli.command else { panic!("set expected") };
        assert!(set.act.yes && set.act.wait);
        assert_eq!(set.filter.as_deref(), Some("-severity:high"));
    }
}
