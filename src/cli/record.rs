//! `quell note`, `quell assign` and `quell feedback`: the local record beside the alert. Nothing of it is sent.

use chrono::Utc;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::Out;
use crate::cli::{json as machine, select, workspace};
use crate::domain::record::{Deed, DeedKind, FeedbackReason, judgement};
use crate::domain::{AlertId, SafeText};
use crate::runtime::open::Workspace;

/// `quell feedback`.
#[derive(Debug, Args)]
pub struct Feedback {
    /// The alerts' ids, or their names where those are unambiguous
    #[arg(value_name = "ID", required = true, num_args = 1..)]
    pub ids: Vec<String>,
    /// useful or not-useful
    #[arg(value_parser = useful)]
    pub judgement: Judgement,
    /// Why. Useful: accurate, actionable or other; not useful: false-positive, benign, noise, unclear, duplicate or other
    #[arg(long, value_name = "CODE")]
    pub reason: String,
    /// A comment for the record
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
}

/// Useful, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement(pub bool);

fn useful(text: &str) -> Result<Judgement, String> {
    [true, false]
        .into_iter()
        .find(|useful| judgement(*useful).eq_ignore_ascii_case(text))
        .map(Judgement)
        .ok_or_else(|| "expected useful or not-useful, after the ids".to_owned())
}

/// Writes a note on an alert.
pub async fn note(global: &Global, id: &str, text: &str, out: &mut Out) -> Result<Exit, CliError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CliError::usage("the note is empty: type its text behind the id, in quotes"));
    }
    workspace::using(global, async |workspace| {
        let alerts = writable(workspace, &[id.to_owned()])?;
        let deed = Deed::new(DeedKind::Note, workspace::who(workspace).await, Utc::now()).on(alerts);
        keep(workspace, deed.saying(text), |deed| json!({ "text": deed.words.raw() }), global, out).await
    })
    .await
}

/// Assigns an alert: to the user, to somebody, or with `none` to nobody.
pub async fn assign(global: &Global, id: &str, who: Option<&str>, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        let alerts = writable(workspace, &[id.to_owned()])?;
        let by = workspace::who(workspace).await;
        let to = match who.map(str::trim) {
            Some(nobody) if nobody.eq_ignore_ascii_case("none") => SafeText::default(),
            Some(name) if !name.is_empty() && !name.eq_ignore_ascii_case("me") => SafeText::from(name),
            _ if by.is_empty() => {
                let why = "nobody is signed in whom it could be assigned to; name somebody behind the id";
                return Err(CliError::new(Exit::Denied, why));
            }
            _ => by.clone(),
        };
        let deed = Deed::new(DeedKind::Assign, by, Utc::now()).on(alerts).set(to);
        let assigned = |deed: &Deed| {
            let to = Some(deed.value.raw()).filter(|to| !to.is_empty());
            json!({ "assigned": to })
        };
        keep(workspace, deed, assigned, global, out).await
    })
    .await
}

/// Judges alerts.
pub async fn feedback(global: &Global, feedback: Feedback, out: &mut Out) -> Result<Exit, CliError> {
    let Judgement(useful) = feedback.judgement;
    let reason = FeedbackReason::parse(useful, &feedback.reason).ok_or_else(|| {
        let codes: Vec<&str> = FeedbackReason::all(useful).iter().map(|reason| reason.code()).collect();
        CliError::usage(format_args!(
            "{} is no reason of {}: expected one of {}",
            crate::domain::SafeStr(&feedback.reason),
            judgement(useful),
            codes.join(", ")
        ))
    })?;
    workspace::using(global, async |workspace| {
        let alerts = writable(workspace, &feedback.ids)?;
        let deed = Deed::new(DeedKind::Feedback, workspace::who(workspace).await, Utc::now()).on(alerts);
        let deed =
            deed.judging(useful, reason).saying(feedback.comment.as_deref().unwrap_or_default().trim());
        let judged = |deed: &Deed| {
            json!({
                "feedback": deed.value.raw(),
                "reason": deed.reason.map(FeedbackReason::code),
                "comment": deed.words.raw(),
            })
        };
        keep(workspace, deed, judged, global, out).await
    })
    .await
}

/// The alerts, each once, when the journal can be written.
fn writable(workspace: &Workspace, ids: &[String]) -> Result<Vec<AlertId>, CliError> {
    workspace::keeping(workspace)?;
    let mut alerts: Vec<AlertId> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = select::find(&workspace.table, id)?.id();
        if !alerts.contains(&id) {
            alerts.push(id);
        }
    }
    Ok(alerts)
}

/// Records a deed and prints it.
async fn keep(
    workspace: &Workspace,
    deed: Deed,
    particulars: impl Fn(&Deed) -> Value,
    global: &Global,
    out: &mut Out,
) -> Result<Exit, CliError> {
    let kept = deed.clone();
    workspace.store.call(move |store| store.audit(&kept)).await??;
    if global.json {
        let ids: Vec<&str> = deed.alerts.iter().map(AlertId::as_str).collect();
        let mut value = json!({ "alerts": ids, "at": deed.at, "by": deed.by.raw() });
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), particulars(&deed)) {
            value.extend(more);
        }
        out.line(machine::text(&value))?;
        return Ok(Exit::Done);
    }
    let count = deed.alerts.len();
    let alerts = if count == 1 { "1 alert".to_owned() } else { format!("{count} alerts") };
    out.line(match deed.kind {
        DeedKind::Assign if deed.value.is_empty() => format!("{alerts} assigned to nobody"),
        DeedKind::Assign => format!("{alerts} assigned to {}", deed.value),
        DeedKind::Feedback => format!("{alerts} judged {}; kept here only", deed.value),
        kind => format!("{} kept on {alerts}", kind.label()),
    })?;
    Ok(Exit::Done)
}
