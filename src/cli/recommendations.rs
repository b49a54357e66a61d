//! `quell recommendations`: what there is to improve on the resource of an alert.

use serde_json::{Value, json};

use crate::app::documents;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, Exit};
use crate::cli::output::{Out, say};
use crate::cli::{around, json as machine, workspace};
use crate::domain::SafeText;
use crate::domain::recommendation::Recommendation;
use crate::runtime::now;

/// Prints the unhealthy recommendations of an alert's resource, each in full.
pub async fn run(global: &Global, id: &str, out: &mut Out) -> Result<Exit, CliError> {
    workspace::using(global, async |workspace| {
        let detail = around::alert(workspace, id).await?;
        let Ok(resource) = around::resource(&detail) else {
            if global.json {
                out.line("[]")?;
            }
            return Ok(Exit::Done);
        };
        let client = workspace::client(workspace).await?;
        let found = client.recommendations(&resource).await?;
        for gap in &found.gaps {
            say(gap);
        }
        if global.json {
            let items: Value = found.items.iter().map(value).collect();
            out.line(machine::text(&items))?;
            return Ok(Exit::Done);
        }
        let width = around::width(out);
        let items = found.items.clone();
        let (list, _) = documents::recommendations(&resource, &around::remote(Ok(found)), "", width, now());
        around::print(&list, out)?;
        for item in &items {
            out.line("")?;
            around::print(&documents::recommendations::recommendation(item, width), out)?;
        }
        Ok(Exit::Done)
    })
    .await
}

fn value(item: &Recommendation) -> Value {
    json!({
        "key": item.key.raw(),
        "title": item.title.raw(),
        "severity": item.severity_text.raw(),
        "otherResources": item.others,
        "description": item.description.raw(),
        "remediation": item.remediation.raw(),
        "cause": item.cause.raw(),
        "portalLink": item.link.raw(),
        "userImpact": item.user_impact.raw(),
        "effort": item.effort.raw(),
        "threats": item.threats.iter().map(SafeText::raw).collect::<Vec<_>>(),
    })
}
