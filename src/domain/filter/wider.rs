//! What a filter that finds nothing would find with `*` behind a value: names are typed short.

use super::Context;
use super::ast::{Expr, Filter, Value};
use super::compiled::Compiled;
use super::field::{Field, ME, NONE, Source};
use super::pattern::{Pattern, Piece, Reach};
use crate::domain::table::Table;

/// A term that finds what a filter does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wider {
    /// The term with `*` behind its values.
    pub term: String,
    /// How many alerts the filter would find with it.
    pub alerts: usize,
}

/// Terms that are tried: each costs a search.
const TRIED: usize = 2;

/// The first term of a filter that finds nothing with which, given `*` behind its values, it would find something; only
/// the first few that can be given one are tried. None also when `cancelled` said that nobody waits any more.
pub fn wider(
    table: &Table,
    filter: &Filter,
    context: &Context,
    cancelled: &dyn Fn() -> bool,
) -> Option<Wider> {
    let terms = filter.terms();
    let names = terms.iter().enumerate().filter_map(|(at, term)| Some((at, begun(term)?)));
    names.take(TRIED).find_map(|(at, begun)| {
        let text = begun.to_string();
        let others = terms.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, term)| term.clone());
        let filter = Filter(Expr::and(others.chain([begun]).collect()));
        let alerts = Compiled::new(&filter, table, context, cancelled)?.count(cancelled)?;
        (alerts > 0).then_some(Wider { term: text, alerts })
    })
}

/// A term for values that begin as those of another do; none where these are no names, or say so already.
fn begun(term: &Expr) -> Option<Expr> {
    let Expr::Field(field, values) = term else { return None };
    let wider: Vec<Value> = values.iter().map(|value| longer(*field, value)).collect();
    (wider != *values).then_some(Expr::Field(*field, wider))
}

fn longer(field: Field, value: &Value) -> Value {
    let local = match field.0.source {
        Source::Local(Reach::Whole, _) => true,
        Source::Facts(Reach::Whole, _) | Source::Resource | Source::Subscription => false,
        _ => return value.clone(),
    };
    let Value::Pattern(pattern) = value else { return value.clone() };
    let text = pattern.as_literal().filter(|text| !local || ![ME, NONE].contains(text));
    let longer = text.and_then(|text| Pattern::new([Piece::Text(text.to_owned()), Piece::Any]));
    longer.map_or_else(|| value.clone(), Value::Pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::parse;
    use crate::domain::filter::testing::{Sample, context, table};

    #[test]
    fn a_value_that_is_only_the_beginning_of_a_name_is_told() {
        let alert = |name, resource| Sample { resource, ..Sample::new(name) };
        let table = table(&[alert("a", "vm-erp-01"), alert("b", "vm-erp-02"), alert("c", "vm-dc-01")]);
        for (text, expected) in [
            ("resource:vm-erp", Some(("resource:vm-erp*", 2))),
            ("res:VM-ERP", Some(("resource:VM-ERP*", 2))),
            ("resource:vm-erp,vm-dc", Some(("resource:vm-erp*,vm-dc*", 3))),
            ("resource:vm-x", None),
            ("resource:erp*", None),
            ("-resource:vm-*", None),
            ("title:nothing assigned:none resource:vm-erp", None),
            ("assigned:me", None),
            ("rg:x resource:vm-erp", None),
            ("group:rg resource:vm-x resource:vm-erp", None),
        ] {
            let found = wider(&table, &parse(text).unwrap(), &context(), &|| false);
            let found = found.as_ref().map(|wider| (wider.term.as_str(), wider.alerts));
            assert_eq!(found, expected, "{text}");
        }
    }
}
