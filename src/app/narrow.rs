//! Filters made without typing: by the value under the cursor, and by time.

use std::collections::HashSet;

use crate::app::command::{By, Narrow, Span};
use crate::app::input::Input;
use crate::app::model::{Model, Overlay};
use crate::app::notice::fail;
use crate::app::overlays::facets;
use crate::app::{Effects, filter_bar, marks, views};
use crate::domain::SafeText;
use crate::domain::fact::FactKind;
use crate::domain::filter::{Field, Filter, Moment, parse};
use crate::domain::table::{Row, Table};
use crate::domain::tactic::Tactic;

impl By {
    /// The field's name in the filter language.
    pub fn field(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Severity => "severity",
            Self::Resource => "resource",
            Self::Type => "type",
            Self::Group => "group",
            Self::Subscription => "subscription",
            Self::Tactic => "tactic",
        }
    }

    /// A number that tells an alert's value from others.
    fn code(self, row: &Row<'_>) -> u32 {
        match self {
            Self::Status => row.status() as u32,
            Self::Severity => row.severity() as u32,
            Self::Resource => row.head_code(FactKind::Resource),
            Self::Type => row.head_code(FactKind::Type),
            Self::Group => row.head_code(FactKind::Group),
            Self::Subscription => row.head_code(FactKind::Subscription),
            Self::Tactic => row.tactics().iter().next().map_or(u32::MAX, |tactic| tactic as u32),
        }
    }

    /// The value that an alert has; empty where it has none.
    fn value(self, table: &Table, row: &Row<'_>) -> String {
        match self {
            Self::Status => row.status().word().to_owned(),
            Self::Severity => row.severity().name().to_owned(),
            Self::Resource => row.resource().0.to_owned(),
            Self::Type => row.alert_type().0.to_owned(),
            Self::Group => row.group().0.to_owned(),
            Self::Subscription => subscription(table, row.subscription().0),
            Self::Tactic => row.tactics().iter().next().map(Tactic::label).unwrap_or_default().to_owned(),
        }
    }
}

/// The subscription's name where it means that subscription only, else its GUID.
fn subscription(table: &Table, id: &str) -> String {
    let name = table.subscription_name(id).0;
    let namesakes =
        table.subscriptions().iter().filter(|(_, other)| other.raw().eq_ignore_ascii_case(name)).count();
    if namesakes > 1 { id.to_owned() } else { name.to_owned() }
}

/// Carries out a filter command.
pub(super) fn run(model: &mut Model, narrow: Narrow, out: &mut Effects) {
    match narrow {
        Narrow::Edit => filter_bar::edit(model, out),
        Narrow::Clear => views::replace(model, Filter::all(), out),
        Narrow::Add => facets::open(model, out),
        Narrow::Only(by) => by_value(model, by, only, out),
        Narrow::Without(by) => by_value(model, by, without, out),
        Narrow::Time(span) => time(model, span, out),
    }
}

/// The values that a filter can take from a heading at most.
const MOST_VALUES: usize = 100;

/// What a filter becomes with some values of a field.
type Edit = fn(&Filter, Field, &[String]) -> Option<Filter>;

fn only(filter: &Filter, field: Field, values: &[String]) -> Option<Filter> {
    match values {
        [value] => filter.toggled(field, value),
        several => filter.with_values(field, several.iter().map(String::as_str)),
    }
}

fn without(filter: &Filter, field: Field, values: &[String]) -> Option<Filter> {
    values.iter().try_fold(filter.clone(), |filter, value| filter.excluding(field, value))
}

/// Takes the value under the cursor into the filter; on a heading every value that its alerts have.
fn by_value(model: &mut Model, by: By, change: Edit, out: &mut Effects) {
    let list = &model.list;
    let mut seen = HashSet::new();
    let rows = marks::under_cursor(list).filter_map(|place| list.listing.row(place));
    let others = rows.filter(|row| seen.insert(by.code(row))).take(MOST_VALUES + 1);
    let values: Vec<String> = others.map(|row| by.value(&list.listing.table, &row)).collect();
    if values.is_empty() {
        return;
    }
    if values.len() > MOST_VALUES {
        let why = format!("these alerts differ too much: over {MOST_VALUES} values of {}", by.field());
        return fail(model, why, out);
    }
    let changed = Field::find(by.field()).and_then(|field| change(&model.filter.applied, field, &values));
    match changed {
        Some(filter) => views::apply(model, filter, out),
        None if values.len() > 1 => {
            fail(model, SafeText::from(format!("some of these alerts have no {}", by.field())), out);
        }
        None => fail(model, SafeText::from(format!("this alert has no {}", by.field())), out),
    }
}

fn time(model: &mut Model, span: Span, out: &mut Effects) {
    let since = match span {
        Span::Day => Moment::parse("24h"),
        Span::Week => Moment::parse("7d"),
        Span::Month => Moment::parse("30d"),
        Span::Any => None,
        Span::Custom => {
            model.overlays.push(Overlay::TimeRange(Input::default(), None));
            return;
        }
    };
    views::apply(model, model.filter.applied.with_since(since), out);
}

/// A typed time range: `48h`, `FROM TO`, or `FROM..TO` with either end left out.
pub(super) fn time_range(model: &mut Model, text: &str, out: &mut Effects) -> Result<(), String> {
    let (since, until) = match text.split_once("..") {
        Some((since, until)) => (since.trim(), until.trim()),
        None => text.trim().split_once(' ').map_or((text.trim(), ""), |(since, until)| (since, until.trim())),
    };
    let mut filter = model.filter.applied.with_since(None);
    for (field, moment) in [("since", since), ("until", until)] {
        if moment.is_empty() {
            continue;
        }
        let known = Moment::parse(moment).and_then(|_| parse(&format!("{field}:\"{moment}\"")).ok());
        let term = known.ok_or_else(|| {
            format!("\"{}\" is not a time; try 48h, 2026-11-22 or 2026-11-22T14:00Z", SafeText::from(moment))
        })?;
        filter = filter.and(&term);
    }
    if since.is_empty() && until.is_empty() {
        return Err("type 48h, 2026-11-22, or FROM TO".to_owned());
    }
    views::apply(model, filter, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::harness::Harness;

    #[test]
    fn the_value_under_the_cursor_goes_into_the_filter_and_out_again() {
        for (keys, filter) in [
            ("f v", "status:active,in-progress severity:high"),
            ("f v f v", "status:active,in-progress"),
            ("f s", "status:active"),
            ("f r", "status:active,in-progress resource:vm-1"),
            ("f t", "status:active,in-progress type:VM_A"),
            ("f g", "status:active,in-progress group:rg-a"),
            ("f u", "status:active,in-progress subscription:\"Contoso Production\""),
            ("f i", "status:active,in-progress tactic:execution"),
            ("F r", "status:active,in-progress -resource:vm-1"),
            ("F v F v", "status:active,in-progress -severity:high,medium"),
            ("t 1", "status:active,in-progress since:24h"),
            ("t 1 t 7", "status:active,in-progress since:7d"),
            ("t 3 t a", "status:active,in-progress"),
            ("\\", ""),
            ("f v \\ -", "status:active,in-progress severity:high"),
            ("3", "status:dismissed"),
            ("f v 3 -", "status:active,in-progress severity:high"),
            ("3 - -", "status:dismissed"),
            ("2", "status:active,in-progress assigned:me"),
            ("0", ""),
        ] {
            let mut harness = Harness::small();
            harness.keys(keys);
            assert_eq!(harness.model.filter.input.text(), filter, "{keys}");
            assert_eq!(views::text_of(&harness.model.filter.applied), filter, "{keys}");
        }
    }

    #[test]
    fn a_typed_time_range_is_taken_or_refused_in_place() {
        for (typed, filter) in [
            ("48h", "status:active,in-progress since:48h"),
            ("2026-11-20..2026-11-22", "status:active,in-progress since:2026-11-20 until:2026-11-22"),
            ("..1h", "status:active,in-progress until:1h"),
        ] {
            let mut harness = Harness::small();
            harness.keys("t t").text(typed).keys("Enter");
            assert_eq!(harness.model.filter.input.text(), filter);
            assert!(harness.model.overlays.is_empty());
        }
        let mut harness = Harness::small();
        harness.keys("t t").text("soon").keys("Enter");
        assert!(matches!(harness.model.overlays.last(), Some(Overlay::TimeRange(_, Some(_)))));
        harness.keys("Esc");
        assert!(harness.model.overlays.is_empty());
    }
}
