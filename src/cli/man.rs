//! `quell man` and `quell completions`: made from the declarations of the command line, for packagers.

use std::io;
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::domain::SafeStr;
use crate::domain::filter::Field;

/// `quell man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The command, such as list or suppress add; quell itself without one
    #[arg(conflicts_with = "dir")]
    pub command: Vec<String>,
    /// Write the pages of quell and of every command into this folder, made if it is not there
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// Prints a page in roff, or writes them all.
pub fn run(args: &Man, out: &mut Out) -> Result<Exit, CliError> {
    let mut root = Cli::command();
    // Names and flags of the commands, as they are called.
    root.build();
    if let Some(dir) = &args.dir {
        let failed = |error: io::Error| CliError::failed(format!("{}: {error}", dir.display()));
        std::fs::create_dir_all(dir).map_err(failed)?;
        for (name, page) in pages(&root).map_err(failed)? {
            std::fs::write(dir.join(format!("{name}.1")), page).map_err(failed)?;
        }
        return Ok(Exit::Done);
    }
    let mut command = &root;
    for word in &args.command {
        command = command.find_subcommand(word).ok_or_else(|| {
            let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            CliError::usage(format!("no command {}; there are {}", SafeStr(word), known.join(", ")))
        })?;
    }
    out.bytes(&page(command)?)?;
    Ok(Exit::Done)
}

/// Prints the completions for a shell.
pub fn completions(shell: Shell, out: &mut Out) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "quell", &mut script);
    out.bytes(&script)?;
    Ok(Exit::Done)
}

/// Every page with its name: `quell`, `quell-list`, `quell-suppress-add`.
fn pages(root: &Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut pages = Vec::new();
    let mut left = vec![root];
    while let Some(command) = left.pop() {
        pages.push((name(command), page(command)?));
        left.extend(command.get_subcommands().filter(|command| command.get_name() != "help"));
    }
    Ok(pages)
}

fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or_else(|| command.get_name()).replace(' ', "-")
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    // The usage as the help says it: options in short, for each has its lines below.
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let command = command.override_usage(usage);
    let man = clap_mangen::Man::new(command.clone()).manual("quell").section("1");
    let mut page = Vec::new();
    man.render(&mut page)?;
    if takes_filter(&command) {
        let roff = filter_section();
        page.extend_from_slice(roff.as_bytes());
    }
    Ok(page)
}

fn takes_filter(command: &Command) -> bool {
    command.get_positionals().any(|argument| argument.get_id() == "filter")
}

/// The filter language in short, with every field there is.
fn filter_section() -> String {
    let fields: Vec<String> =
        Field::all().map(|field| format!("\\fB{}\\fR", field.name().replace('-', "\\-"))).collect();
    format!(
        ".SH FILTER\n\
         A word or a \"quoted phrase\" is searched everywhere; \\fIfield\\fR:\\fIvalue\\fR, \\fIfield\\fR:\\fIa\\fR,\\fIb\\fR for \
         either, \\-\\fIterm\\fR or not \\fIterm\\fR, and, or, parentheses, * for any text. The fields are {}.\n",
        fields.join(", ")
    )
}

/// The values of an argument that are offered by completions, without refusing others: what is typed is read, and
/// explained, by the command itself.
#[derive(Debug, Clone)]
pub struct Offered(pub fn() -> Vec<&'static str>);

impl clap::builder::TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(clap::builder::PossibleValue::new)))
    }
}

/// The names of the filter's fields, for `--by`.
pub fn fields() -> Vec<&'static str> {
    Field::all().map(Field::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_of_its_own() {
        let mut root = Cli::command();
        root.build();
        let pages = pages(&root).unwrap();
        for name in ["quell", "quell-list", "quell-suppress-add", "quell-man"] {
            let (_, page) = pages.iter().find(|(known, _)| known == name).unwrap();
            let text = String::from_utf8(page.clone()).unwrap();
            assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{text}");
            assert!(text.contains(&name.replace('-', "\\-")), "{text}");
        }
        let of = |name: &str| {
            let (_, page) = pages.iter().find(|(known, _)| known == name).unwrap();
            String::from_utf8(page.clone()).unwrap()
        };
        assert!(of("quell-list").contains("\\fBchanged\\-by\\fR"), "the fields of the filter");
        let (own, global) = of("quell-list")
            .split_once(".SH \"GLOBAL OPTIONS\"")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert!(
            own.contains("\\-\\-limit")
                && !own.contains("\\-\\-endpoint")
                && global.contains("\\-\\-endpoint")
        );
        assert!(own.contains("\\fBquell list\\fR [OPTIONS] [FILTER]"), "{own}");
        assert!(!of("quell-sync").contains(".SH FILTER"));
    }

    #[test]
    fn the_folder_is_made() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("share/man1");
        let args = Man { command: Vec::new(), dir: Some(dir.clone()) };
        assert_eq!(run(&args, &mut Out::standard()).unwrap(), Exit::Done);
        assert!(dir.join("quell-list.1").exists());
    }

    #[test]
    fn completions_offer_the_fields_and_take_others() {
        use clap::Parser;
        let mut script = Vec::new();
        clap_complete::generate(Shell::Bash, &mut Cli::command(), "quell", &mut script);
        let script = String::from_utf8(script).unwrap();
        assert!(script.contains("changed-by") && script.contains("in-progress"), "fields and statuses");
        assert!(Cli::try_parse_from(["quell", "count", "--by", "sev"]).is_ok(), "a short form");
    }
}
