//! *Add filter*: fields and their values, by arrows alone.

use std::collections::BTreeMap;

use crate::app::input::Input;
use crate::app::message::Question;
use crate::domain::SafeText;
use crate::domain::filter::{Facet, Field, Filter, Values};

/// *Add filter*.
#[derive(Debug, Clone)]
pub struct Facets {
    /// The filter in force when it was opened.
    pub filter: Filter,
    /// True while the values have the keys, else the fields have them.
    pub in_values: bool,
    /// The fields.
    pub fields: Side,
    /// The values of the field under the cursor.
    pub values: Side,
    /// What there is of these.
    pub offered: Values,
    /// The question whose answer is shown or awaited.
    pub question: Question,
    /// True until it is answered.
    pub awaiting: bool,
    /// The values ticked, by field; only fields whose ticks were touched.
    pub ticks: BTreeMap<&'static str, Vec<SafeText>>,
}

/// A list of lines with a cursor that typing narrows.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// What is typed.
    pub input: Input,
    /// The line under the cursor.
    pub chosen: usize,
    /// The first line drawn.
    pub offset: usize,
}

impl Facets {
    /// For the filter in force.
    pub fn new(filter: Filter) -> Self {
        Self {
            filter,
            in_values: false,
            fields: Side::default(),
            values: Side::default(),
            offered: Values::default(),
            question: Question::default(),
            awaiting: false,
            ticks: BTreeMap::new(),
        }
    }

    /// The fields offered for what is typed: by name first, then by what they match.
    pub fn shown_fields(&self) -> Vec<Field> {
        let typed = self.fields.input.text().trim().to_lowercase();
        let listed = || Field::all().filter(|field| field.has_values() || field.is_time());
        let named = |field: &Field| {
            field.name().contains(&typed) || field.aliases().iter().any(|alias| alias.contains(&typed))
        };
        let helped = listed().filter(|field| !named(field) && field.help().to_lowercase().contains(&typed));
        listed().filter(named).chain(helped).collect()
    }

    /// The field under the cursor.
    pub fn field(&self) -> Option<Field> {
        self.shown_fields().get(self.fields.chosen).copied()
    }

    /// The value under the cursor.
    pub fn value(&self) -> Option<&Facet> {
        self.offered.facets.get(self.values.chosen)
    }

    /// The values of a field that are ticked: those of the filter, until they are touched.
    pub fn ticked(&self, field: Field) -> Vec<SafeText> {
        match self.ticks.get(field.name()) {
            Some(ticks) => ticks.clone(),
            None => self.filter.listed(field).into_iter().map(SafeText::from).collect(),
        }
    }

    /// The filter with every tick made so far.
    pub fn pending(&self) -> Filter {
        self.ticks.iter().fold(self.filter.clone(), |filter, (name, ticks)| {
            let field = Field::find(name);
            let with = field.and_then(|field| filter.with_values(field, ticks.iter().map(SafeText::raw)));
            with.unwrap_or(filter)
        })
    }

    /// What Enter would put in force: the ticks, those of the filter too or, without any, only the value under the cursor. A
    /// time has one value: that under the cursor, until a tick was touched.
    pub fn outcome(&self) -> Filter {
        let only = match (self.field(), self.value()) {
            (Some(field), Some(facet))
                if self.ticks.is_empty()
                    && self.in_values
                    && (field.is_time() || self.ticked(field).is_empty()) =>
            {
                self.filter.with_values(field, [facet.value.raw()])
            }
            _ => None,
        };
        only.unwrap_or_else(|| self.pending())
    }

    /// True when a facet is one of some ticked values.
    pub fn is_ticked(ticks: &[SafeText], facet: &Facet) -> bool {
        ticks.iter().any(|tick| Self::names(tick, facet))
    }

    /// True when a text names a facet: by its value or, as the filter may have it, by its label.
    pub fn names(text: &SafeText, facet: &Facet) -> bool {
        [&facet.value, &facet.label].into_iter().any(|name| name.raw().eq_ignore_ascii_case(text.raw()))
    }
}
