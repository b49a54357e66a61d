//! `quell export`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, ask, say};
use crate::cli::progress::Progress;
use crate::cli::{select, workspace};
use crate::domain::export::Format;
use crate::domain::listing::Listing;
use crate::domain::query::Sort;
use crate::domain::thousands;
use crate::runtime::export::file::NewFile;
use crate::runtime::export::{ExportError, Written, alerts, reordered};
use crate::runtime::open::Workspace;

/// `quell export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The file: .ndjson, .jsonl, .json, .csv or .md; - for standard output
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub target: PathBuf,
    /// Which alerts; all without it
    #[arg(allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// The format, where the file's ending does not say it
    #[arg(long, value_enum)]
    pub format: Option<ExportFormat>,
    /// Order: severity, time, status, title, resource, type, group or subscription; -KEY reverses
    #[arg(long, value_name = "KEY[,KEY]", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Replace a file that is there, without asking
    #[arg(long)]
    pub yes: bool,
}

/// Formats of `export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One alert a line, as the source gave it, with its status as it is now
    Ndjson,
    /// The same as one array
    Json,
    /// Comma-separated values, safe for spreadsheets
    Csv,
    /// A Markdown table
    Md,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Ndjson => Self::Ndjson,
            ExportFormat::Json => Self::Json,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Md => Self::Markdown,
        }
    }
}

/// Writes the alerts that match.
pub async fn run(global: &Global, args: Export, out: &mut Out) -> Result<Exit, CliError> {
    let sort =
        args.sort.as_deref().map_or_else(|| Ok(Sort::default()), Sort::parse).map_err(CliError::usage)?;
    let format = format(global, &args)?;
    let filter = select::parse_or_all(args.filter.as_deref())?;
    workspace::using(global, async |workspace| {
        // A file without alerts would look like one of a tenant that has none.
        if select::never_synced(workspace).await {
            return Err(CliError::failed(format_args!("{}; nothing was written", select::NEVER)));
        }
        let mut listing = select::matching(workspace, filter, sort).await?;
        if let Some(limit) = args.limit.filter(|limit| *limit < listing.len()) {
            listing = Listing::new(Arc::clone(&listing.table), listing.rows[..limit].to_vec());
        }
        if args.target == Path::new("-") {
            let written = write(workspace, &listing, format, args.sort.is_some(), &mut Sink(out)).await?;
            written.warning().iter().for_each(say);
        } else if !to_file(workspace, &listing, format, &args).await? {
            say("nothing was written");
            return Ok(Exit::Done);
        }
        select::say_nothing(workspace, &listing).await;
        Ok(Exit::Done)
    })
    .await
}

/// The format asked for: by the flag, else by the file's ending.
fn format(global: &Global, args: &Export) -> Result<Format, CliError> {
    let by_name = || args.target.to_str().and_then(Format::of_name);
    let asked = args.format.map(Format::from).or_else(by_name).or(global.json.then_some(Format::Json));
    asked.ok_or_else(|| {
        CliError::usage(
            "the format is not known: let the FILE end in .ndjson, .json, .csv or .md, or name it by --format",
        )
    })
}

/// Writes a new file; false when there is one that is to stay.
async fn to_file(
    workspace: &Workspace,
    listing: &Listing,
    format: Format,
    args: &Export,
) -> Result<bool, CliError> {
    let shown = args.target.display();
    let mut file = match NewFile::create(&args.target, args.yes) {
        Err(ExportError::Exists(_)) => match ask(&format!("{shown} exists already. Replace it?"))? {
            Some(true) => NewFile::create(&args.target, true)?,
            Some(false) => return Ok(false),
            None => {
                return Err(CliError::usage(format_args!(
                    "{shown} exists already, and there is no terminal to ask at: pass --yes to replace it"
                )));
            }
        },
        created => created?,
    };
    let written = write(workspace, listing, format, args.sort.is_some(), &mut file).await?;
    file.finish()?;
    written.warning().iter().for_each(say);
    say(format_args!("{} alerts as {format} in {shown}", thousands(written.alerts)));
    Ok(true)
}

/// Writes with a bar, and gives up at ctrl-c: then nothing is left of a file.
async fn write(
    workspace: &Workspace,
    listing: &Listing,
    format: Format,
    sorted: bool,
    sink: &mut (dyn Write + Send),
) -> Result<Written, CliError> {
    if sorted && let Some(why) = reordered(listing, format) {
        say(format_args!("--sort is left out: {why}"));
    }
    let bar = Progress::export(listing.len());
    let cancel = CancellationToken::new();
    let interrupted = cancel.clone();
    let watch = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let written = alerts(&workspace.store, listing, format, sink, &|done| bar.settled(done), &cancel).await;
    watch.abort();
    bar.clear();
    Ok(written?)
}

/// Standard output as something to write to.
struct Sink<'a>(&'a mut Out);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.bytes(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            other => Self::failed(other),
        }
    }
}
