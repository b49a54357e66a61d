//! Suppression rules in words: a rule, what it would have matched, and how what is stored differs from what was asked.

use chrono::Datelike;

use crate::app::document::{Document, Piece, Role, keys, safe, safe_cell};
use crate::app::documents::bar::bar;
use crate::app::documents::flow::Flow;
use crate::app::documents::moment::{counted, local, thousands};
use crate::app::message::Now;
use crate::app::model::{About, RuleForm};
use crate::app::suppress::Written;
use crate::domain::suppression::{
    Condition, Difference, Draft, Rule, Simulation, State, Stored, Warning, expiry, reason,
};
use crate::domain::table::Table;
use crate::domain::{SafeStr, SafeText, Severity};

/// Weeks and resources that are listed; of more, the newest and the most struck.
const ROWS: usize = 8;
/// Cells of a bar at the most, and what stands beside it.
const CELLS: usize = 20;
const BESIDE_BAR: usize = 38;
/// From this width on, the size of the cache is said too.
const ROOMY: usize = 64;

/// What a rule would have matched, and what to think of; the most important first, so that it can be cut.
pub fn simulation(simulation: &Simulation, warnings: &[Warning], width: usize) -> Document {
    let mut flow = Flow::new(width);
    headline(&mut flow, simulation);
    severities(&mut flow, simulation);
    for warning in warnings {
        flow.wrap_after(
            &[Piece::new("! ", Role::Error)],
            &[Piece::from("  ")],
            &[Piece::new(warning.to_string(), Role::Body)],
        );
    }
    weeks(&mut flow, simulation);
    resources(&mut flow, simulation);
    flow.finish()
}

/// The same of a rule in the making, or how counting stands.
pub fn matches(rule: &RuleForm, width: usize) -> Document {
    let mut flow = Flow::new(width);
    if let Some(fault) = &rule.simulation.fault {
        flow.wrap("", "", &safe(fault.message.as_safe(), Role::Error));
        return flow.finish();
    }
    match rule.simulation.value() {
        Some(known) => {
            let mut document = simulation(known, &rule.warnings, width);
            if rule.simulation.is_loading()
                && let Some(line) = document.lines.first_mut()
            {
                line.push(Piece::new("  counting…", Role::Dim));
            }
            document
        }
        None if rule.simulation.is_loading() => {
            flow.words("counting what it would have matched…", Role::Dim);
            flow.finish()
        }
        None => Document::default(),
    }
}

fn headline(flow: &mut Flow, simulation: &Simulation) {
    let mut line = vec![
        Piece::new("Would have matched ", Role::Body),
        Piece::new(thousands(simulation.matched), Role::Strong),
        Piece::new(format!(" of {}", counted(simulation.of_type, "alert")), Role::Body),
    ];
    if simulation.of_type != simulation.cached && flow.width() < ROOMY {
        line.push(Piece::new(" of the type", Role::Dim));
    } else if simulation.of_type != simulation.cached {
        line.push(Piece::new(format!(" of the type (cache: {})", thousands(simulation.cached)), Role::Dim));
    }
    flow.wrap("", "  ", &line);
}

fn severities(flow: &mut Flow, simulation: &Simulation) {
    if simulation.matched == 0 {
        return;
    }
    let mut items: Vec<Vec<Piece>> = Vec::new();
    for severity in Severity::KNOWN.into_iter().chain([Severity::Other]) {
        let count = simulation.count(severity);
        if count > 0 {
            let words = format!("{} {}", severity.short(), thousands(count as usize));
            items.push(vec![Piece::new(words, Role::Severity(severity))]);
        }
    }
    items.push(vec![Piece::from(format!("{} open now", thousands(simulation.open.len())).as_str())]);
    flow.items(2, "  ", &items);
}

fn weeks(flow: &mut Flow, simulation: &Simulation) {
    let weeks = &simulation.weeks;
    let most = weeks.iter().map(crate::domain::suppression::Week::total).max().unwrap_or(0) as usize;
    if most == 0 && simulation.undated == 0 {
        return;
    }
    flow.blank();
    flow.section("By week");
    if weeks.len() > ROWS {
        flow.words(&format!("  {} before", counted(weeks.len() - ROWS, "week")), Role::Dim);
    }
    for week in weeks.iter().skip(weeks.len().saturating_sub(ROWS)) {
        let total = week.total() as usize;
        let mut line =
            vec![Piece::new(format!("  {} {}  ", week.label(), week.monday.format("%-d %b")), Role::Label)];
        let day = usize::from(week.monday.day() < 10);
        line.push(Piece::from(" ".repeat(day).as_str()));
        line.push(Piece::from(format!("{:>6}  ", thousands(total)).as_str()));
        let cells = flow.width().saturating_sub(BESIDE_BAR).clamp(4, CELLS);
        line.extend(bar(total, most, cells).into_iter().take(1));
        let high = week.severities[Severity::High as usize];
        if high > 0 {
            line.push(Piece::new(format!("  High {high}"), Role::Severity(Severity::High)));
        }
        flow.line(line);
    }
    if simulation.undated > 0 {
        flow.words(&format!("  without a time: {}", thousands(simulation.undated)), Role::Dim);
    }
}

fn resources(flow: &mut Flow, simulation: &Simulation) {
    if simulation.resources.is_empty() {
        return;
    }
    flow.blank();
    flow.section("By resource");
    let column = flow.width().saturating_sub(12).min(40);
    for (resource, count) in simulation.resources.iter().take(ROWS) {
        let mut line = vec![Piece::from(format!("  {:>6}  ", thousands(*count)).as_str())];
        if resource.is_empty() {
            line.push(Piece::new("no resource", Role::Dim));
        } else {
            line.extend(safe_cell(resource.as_safe(), column, Role::Body));
        }
        flow.line(line);
    }
    let more = simulation.resource_count.saturating_sub(ROWS);
    if more > 0 {
        flow.words(&format!("          and {} more", thousands(more)), Role::Dim);
    }
}

/// A rule's own words. `place` is the name of its subscription.
pub fn rule(rule: &Rule, place: SafeStr<'_>, now: Now, width: usize) -> Document {
    let mut flow = Flow::new(width);
    let label = |text: &str| vec![Piece::new(text, Role::Label)];
    let words = |text: &str| vec![Piece::from(text)];
    let mut fields = vec![
        (label("Rule"), safe(rule.name.as_safe(), Role::Strong)),
        (label("Subscription"), safe(place, Role::Body)),
        (label("State"), state(rule, now)),
        (label("Expires"), words(&expiry::words(rule.expires))),
        (label("Alert type"), safe(rule.type_label().as_safe(), Role::Body)),
    ];
    if rule.conditions.is_empty() && rule.other_scope().is_none() {
        fields.push((label("When"), words("always: there is no condition")));
    }
    for (at, condition) in rule.conditions.iter().enumerate() {
        fields.push((label(if at == 0 { "When" } else { "and" }), sentence(condition)));
    }
    if let Some(other) = rule.other_scope() {
        let other = SafeText::from(other.to_string());
        let first = if rule.conditions.is_empty() { "When" } else { "and" };
        fields.push((label(first), safe(other.as_safe(), Role::Body)));
    }
    fields.push((label("Reason"), safe(SafeStr(reason::label(rule.reason.raw())), Role::Body)));
    if !rule.comment.is_empty() {
        fields.push((label("Comment"), safe(rule.comment.as_safe(), Role::Body)));
    }
    if let Some(at) = rule.modified {
        fields.push((label("Modified"), words(&local(at, now))));
    }
    flow.fields(0, &fields);
    flow.finish()
}

/// What the service keeps of rules that were written, and why the others are not stored.
pub fn stored(written: &[Written], table: &Table, now: Now, width: usize) -> Document {
    let mut flow = Flow::new(width);
    for one in written {
        flow.blank();
        if let Ok(stored) = &one.outcome {
            let place = table.subscription_name(stored.rule.subscription.as_str());
            flow_remarks(&mut flow, stored);
            rule(&stored.rule, place, now, width).lines.into_iter().for_each(|line| flow.line(line));
        } else {
            let why = one.refused().unwrap_or_default();
            flow.wrap("", "  ", &safe(SafeStr(&why), Role::Error));
        }
    }
    flow.blank();
    flow.words(
        "It takes effect within about 10 minutes. Suppression rules, in the palette, lists it.",
        Role::Dim,
    );
    flow.finish()
}

/// A condition on one line.
pub fn sentence(condition: &Condition) -> Vec<Piece> {
    // The sentence went through the display rule value by value.
    vec![Piece::new(condition.sentence(), Role::Body)]
}

/// The state, with what the calendar says.
pub fn state(rule: &Rule, now: Now) -> Vec<Piece> {
    let word = safe(SafeStr(rule.state.api_name()), role(&rule.state));
    match rule.expires {
        Some(end) if end <= now.utc && rule.state == State::Enabled => {
            vec![Piece::new("Enabled, but its time is over", Role::Dim)]
        }
        _ => word,
    }
}

/// How a state is drawn.
pub fn role(state: &State) -> Role {
    match state {
        State::Enabled => Role::Good,
        State::Disabled | State::Expired => Role::Dim,
        State::Other(_) => Role::Body,
    }
}

/// What there is to say of a rule that is stored, in sentences: that it could not be read back, or what the service keeps
/// instead of what was asked for.
pub fn remarks(stored: &Stored) -> impl Iterator<Item = String> {
    let unread = stored.unread.as_ref().map(|why| {
        format!("{} was accepted, and could not be read back: {why}; look at it again", stored.rule.name)
    });
    unread.into_iter().chain(stored.differences.iter().map(difference_sentence))
}

/// The remarks on a rule, each on lines of its own.
pub fn flow_remarks(flow: &mut Flow, stored: &Stored) {
    for remark in remarks(stored) {
        flow.wrap_after(
            &[Piece::new("! ", Role::Error)],
            &[Piece::from("  ")],
            &[Piece::from(remark.as_str())],
        );
    }
}

/// `the service keeps another expiration: 2027-02-28 14:00 UTC (asked for: never)`.
fn difference_sentence(difference: &Difference) -> String {
    let part = match difference.part {
        "expirationDateUtc" => "expiration",
        "suppressionAlertsScope" => "condition",
        "alertType" => "alert type",
        other => other,
    };
    let shown = |text: &crate::domain::SafeText| {
        if text.is_empty() { "nothing".to_owned() } else { text.to_string() }
    };
    format!(
        "the service keeps another {part}: {} (asked for: {})",
        shown(&difference.kept),
        shown(&difference.asked)
    )
}
/// The title of the question before a rule is written.
pub fn asked_title(rule: &RuleForm) -> String {
    let rules = rule.draft.rules();
    let verb = if matches!(rule.about, About::Rule(_)) { "Change" } else { "Create" };
    if rules.len() == 1 { format!("{verb} this rule?") } else { format!("{verb} {} rules?", rules.len()) }
}

/// The question before a rule is written: what is written, with its counts and warnings. `undo` is the key that takes a
/// dismissal back.
pub fn question(rule: &RuleForm, dismiss: bool, undo: &str, columns: usize) -> Document {
    let mut flow = Flow::new(columns);
    asked(&mut flow, rule);
    let open = rule.simulation.value().map_or(0, |simulation| simulation.open.len());
    flow.blank();
    if open > 0 {
        let tick = if dismiss { "[x]" } else { "[ ]" };
        let matches = counted(open, "open match").replace("matchs", "matches");
        let what = format!("{tick} dismiss the {matches} too; {undo} undoes that");
        let role = if dismiss { Role::Strong } else { Role::Body };
        flow.line(vec![Piece::new("d  ", Role::Key), Piece::new(what, role)]);
    }
    flow.line(keys(&[("y", "yes, write it"), ("Enter", "No"), ("Esc", "No")]));
    flow.blank();
    conditions(&mut flow, &rule.draft);
    flow.finish()
}

/// What is asked before a rule is written: its name and type, what it would have matched, and what to think of.
pub fn asked(flow: &mut Flow, rule: &RuleForm) {
    for one in &rule.draft.rules() {
        let mut line = safe(one.name.as_safe(), Role::Strong);
        line.push(Piece::from("  "));
        line.extend(safe(one.type_label().as_safe(), Role::Body));
        flow.wrap("", "  ", &line);
    }
    let open = rule.simulation.value().map_or(0, |simulation| simulation.open.len());
    match rule.simulation.value().filter(|_| !rule.simulation.is_loading()) {
        Some(simulation) => {
            let matched = Piece::new(thousands(simulation.matched), Role::Strong);
            let line = [
                Piece::from("Would have matched "),
                matched,
                Piece::from(format!(", {} open now", thousands(open)).as_str()),
            ];
            flow.wrap("", "  ", &line);
        }
        None => flow.words("counting what it would have matched…", Role::Dim),
    }
    for warning in &rule.warnings {
        let head = [Piece::new("! ", Role::Error)];
        flow.wrap_after(&head, &[Piece::from("  ")], &[Piece::from(warning.to_string().as_str())]);
    }
}

/// When the rule matches, and until when.
pub fn conditions(flow: &mut Flow, draft: &Draft) {
    for (at, condition) in draft.conditions.iter().enumerate() {
        flow.wrap(if at == 0 { "when  " } else { " and  " }, "      ", &sentence(condition));
    }
    let ends = match draft.expires {
        Some(_) => format!("until {}", expiry::words(draft.expires)),
        None => "without an end".to_owned(),
    };
    flow.words(&ends, Role::Dim);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_condition_is_read_whole_before_it_is_written() {
        let id = format!("/subscriptions/{}/resourceGroups/rg-data/servers/psql-warehouse", "0".repeat(36));
        let draft = Draft {
            conditions: vec![
                Condition::is("entities.azureresource.resourceid", id.as_str()),
                Condition::is("entities.ip.address", "203.0.113.7"),
            ],
            ..Draft::default()
        };
        let mut flow = Flow::new(60);
        conditions(&mut flow, &draft);
        let text = flow.finish().text();
        assert!(text.lines().all(|line| line.len() <= 60), "{text}");
        let whole: String = text.split_whitespace().collect();
        assert!(whole.contains(&id) && whole.ends_with("203.0.113.7withoutanend"), "{text}");
    }
}
