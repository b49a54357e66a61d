//! What the emulated tenant holds: subscriptions and their alerts, newest first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use axum::body::Bytes;
use chrono::DateTime;

use super::demo::Subscription;
use super::raw::{self, RawError, StatusPlace};
use super::routes::{Scope, alert_id};
use super::ticks;
use crate::domain::Status;

/// Place of an alert in its subscription's list; smaller is listed earlier. What is added later comes in front, so a
/// listing that goes on after a place is not moved by it.
pub(super) type Place = i64;

/// One alert as it is served.
struct Stored {
    id: String,
    scope: Scope,
    name: String,
    raw: Bytes,
    status: StatusPlace,
}

impl Stored {
    fn read(raw: Bytes) -> Result<Self, RawError> {
        let json = std::str::from_utf8(&raw).map_err(|error| RawError::NotAnObject(error.to_string()))?;
        let layout = raw::layout(json)?;
        let (scope, name) = alert_id(&layout.id).ok_or_else(|| RawError::NotAnAlertId(layout.id.clone()))?;
        Ok(Self { id: layout.id, scope, name, raw, status: layout.status })
    }

    /// For sorting: the time in the name, else the time it was generated.
    fn recency(&self) -> i64 {
        ticks::of_name(&self.name).unwrap_or_else(|| {
            let json = std::str::from_utf8(&self.raw).unwrap_or_default();
            raw::property(json, "timeGeneratedUtc")
                .and_then(|(time, _)| DateTime::parse_from_rfc3339(&time).ok())
                .map_or(i64::MAX, |time| ticks::descending(time.to_utc()))
        })
    }

    /// True if a list of that scope holds it.
    fn is_in(&self, scope: &Scope) -> bool {
        let same = |wanted: &Option<String>, own: &Option<String>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| own.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(wanted)))
        };
        same(&scope.group, &self.scope.group) && same(&scope.location, &self.scope.location)
    }
}

struct Shelf {
    subscription: Subscription,
    alerts: BTreeMap<Place, Stored>,
}

/// One page of a list.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The alerts' own bytes.
    pub(super) items: Vec<Bytes>,
    /// Where the next page goes on; none after the last one.
    pub(super) after: Option<Place>,
}

/// What a status change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The alert has that status now.
    Done,
    /// There is no such alert.
    NotFound,
    /// Several alerts have that name.
    Ambiguous,
    /// The alert has no `properties` that could hold a status.
    Impossible,
}

/// The emulated tenant.
#[derive(Default)]
pub(super) struct State {
    shelves: Vec<Shelf>,
    by_subscription: HashMap<String, usize>,
    by_name: HashMap<String, Vec<(usize, Place)>>,
    front: Place,
}

impl State {
    /// Adds a subscription, unless it is known.
    pub(super) fn add_subscription(&mut self, subscription: Subscription) -> usize {
        let next = self.shelves.len();
        let shelf = *self.by_subscription.entry(subscription.id.to_ascii_lowercase()).or_insert(next);
        if shelf == next {
            self.shelves.push(Shelf { subscription, alerts: BTreeMap::new() });
        }
        shelf
    }

    /// Adds alerts, the newest in front; of two with one id the last wins. The number says which one is refused.
    pub(super) fn load(&mut self, alerts: Vec<Bytes>) -> Result<(), (usize, RawError)> {
        let mut read = Vec::with_capacity(alerts.len());
        for (n, raw) in alerts.into_iter().enumerate() {
            let alert = Stored::read(raw).map_err(|error| (n, error))?;
            read.push((alert.recency(), alert));
        }
        let mut seen = HashSet::with_capacity(read.len());
        read.reverse();
        read.retain(|(_, alert)| seen.insert(alert.id.to_ascii_lowercase()));
        // Oldest first, because each is put in front of those before it. The order of equals is kept.
        read.sort_by_key(|(recency, _)| std::cmp::Reverse(*recency));
        for (_, alert) in read {
            self.store(alert);
        }
        Ok(())
    }

    /// Adds an alert in front of all others, or replaces the one that has its id. Answers with the id.
    pub(super) fn upsert(&mut self, raw: Bytes) -> Result<String, RawError> {
        let alert = Stored::read(raw)?;
        let id = alert.id.clone();
        self.store(alert);
        Ok(id)
    }

    fn store(&mut self, alert: Stored) {
        match self.position(&alert) {
            Some((shelf, place)) => {
                if let Some(shelf) = self.shelves.get_mut(shelf) {
                    shelf.alerts.insert(place, alert);
                }
            }
            None => self.put(alert),
        }
    }

    fn position(&self, alert: &Stored) -> Option<(usize, Place)> {
        let places = self.by_name.get(&alert.name.to_ascii_lowercase())?;
        places
            .iter()
            .copied()
            .find(|at| self.stored(*at).is_some_and(|stored| stored.id.eq_ignore_ascii_case(&alert.id)))
    }

    fn put(&mut self, alert: Stored) {
        let shelf = self.add_subscription(unnamed(&alert.scope.subscription));
        self.front -= 1;
        let place = self.front;
        self.by_name.entry(alert.name.to_ascii_lowercase()).or_default().push((shelf, place));
        if let Some(shelf) = self.shelves.get_mut(shelf) {
            shelf.alerts.insert(place, alert);
        }
    }

    fn stored(&self, (shelf, place): (usize, Place)) -> Option<&Stored> {
        self.shelves.get(shelf)?.alerts.get(&place)
    }

    /// All subscriptions, in the order in which they came to be known.
    pub(super) fn subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.shelves.iter().map(|shelf| &shelf.subscription)
    }

    fn shelf(&self, subscription: &str) -> Option<&Shelf> {
        self.shelves.get(*self.by_subscription.get(&subscription.to_ascii_lowercase())?)
    }

    /// The subscription of that id, in any letter case.
    pub(super) fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.shelf(id).map(|shelf| &shelf.subscription)
    }

    /// The regions in which alerts of a subscription are stored, each once.
    pub(super) fn locations(&self, subscription: &str) -> Vec<String> {
        let mut locations: Vec<String> = self
            .shelf(subscription)
            .into_iter()
            .flat_map(|shelf| shelf.alerts.values().filter_map(|alert| alert.scope.location.as_deref()))
            .map(str::to_ascii_lowercase)
            .collect();
        locations.sort_unstable();
        locations.dedup();
        locations
    }

    /// True if an alert of the subscription lies in that resource group.
    pub(super) fn has_group(&self, scope: &Scope) -> bool {
        let group = Scope { location: None, ..scope.clone() };
        self.shelf(&scope.subscription)
            .is_some_and(|shelf| shelf.alerts.values().any(|alert| alert.is_in(&group)))
    }

    /// The next `size` alerts of a list, those behind `after`.
    pub(super) fn page(&self, scope: &Scope, after: Option<Place>, size: usize) -> Page {
        let Some(shelf) = self.shelf(&scope.subscription) else { return Page::default() };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = shelf.alerts.range((from, Bound::Unbounded)).filter(|(_, alert)| alert.is_in(scope));
        let mut page = Page { items: Vec::with_capacity(size.min(shelf.alerts.len())), after: None };
        let mut last = None;
        for (place, alert) in rest.by_ref().take(size) {
            page.items.push(alert.raw.clone());
            last = Some(*place);
        }
        if rest.next().is_some() {
            page.after = last;
        }
        page
    }

    /// The bytes of all alerts of a subscription.
    pub(super) fn all(&self, subscription: &str) -> Vec<Bytes> {
        self.shelf(subscription)
            .map_or_else(Vec::new, |shelf| shelf.alerts.values().map(|alert| alert.raw.clone()).collect())
    }

    fn find(&self, scope: &Scope, name: &str) -> Option<(usize, Place)> {
        let wanted = *self.by_subscription.get(&scope.subscription.to_ascii_lowercase())?;
        self.by_name.get(&name.to_ascii_lowercase())?.iter().copied().find(|at| {
            at.0 == wanted
                && self.stored(*at).is_some_and(|alert| {
                    // An id without a location is reachable by itself only.
                    alert.is_in(scope) && alert.scope.location.is_some() == scope.location.is_some()
                })
        })
    }

    /// The bytes of one alert, reached with or without its resource group.
    pub(super) fn alert(&self, scope: &Scope, name: &str) -> Option<Bytes> {
        self.stored(self.find(scope, name)?).map(|alert| alert.raw.clone())
    }

    /// Sets one alert's status.
    pub(super) fn change(&mut self, scope: &Scope, name: &str, status: Status) -> Change {
        self.find(scope, name).map_or(Change::NotFound, |at| self.change_at(at, status))
    }

    /// The id of the alert of that name, if only one has it.
    pub(super) fn id_of(&self, name: &str) -> Option<String> {
        match self.by_name.get(&name.to_ascii_lowercase()).map(Vec::as_slice) {
            Some([at]) => self.stored(*at).map(|alert| alert.id.clone()),
            _ => None,
        }
    }

    /// Sets the status of the alert of that name, in whatever subscription it is.
    pub(super) fn change_named(&mut self, name: &str, status: Status) -> Change {
        match self.by_name.get(&name.to_ascii_lowercase()).map(Vec::as_slice) {
            None | Some([]) => Change::NotFound,
            Some([at]) => self.change_at(*at, status),
            Some(_) => Change::Ambiguous,
        }
    }

    fn change_at(&mut self, (shelf, place): (usize, Place), status: Status) -> Change {
        if status.verb().is_none() {
            return Change::Impossible;
        }
        let stored = self.shelves.get_mut(shelf).and_then(|shelf| shelf.alerts.get_mut(&place));
        let Some(alert) = stored else { return Change::NotFound };
        match raw::with_status(&alert.raw, &alert.status, status.api_name()) {
            Some((raw, place)) => {
                (alert.raw, alert.status) = (raw, place);
                Change::Done
            }
            None => Change::Impossible,
        }
    }

    /// Id and status of every alert, the status in the API's spelling where it is a known one.
    pub(super) fn statuses(&self) -> Vec<(String, String)> {
        let alerts = self.shelves.iter().flat_map(|shelf| shelf.alerts.values());
        alerts
            .map(|alert| {
                let text = raw::status_text(&alert.raw, &alert.status);
                let status = match Status::parse(&text) {
                    Status::Other => text,
                    known => known.api_name().to_owned(),
                };
                (alert.id.clone(), status)
            })
            .collect()
    }
}

/// A subscription of which only the id is known.
fn unnamed(id: &str) -> Subscription {
    let head = id.split('-').next().unwrap_or(id);
    Subscription {
        id: id.to_owned(),
        display_name: format!("Subscription {head}"),
        tenant_id: "00000000-0000-0000-0000-000000000000".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(subscription: &str, group: &str, name: &str, status: &str) -> Bytes {
        Bytes::from(format!(
            r#"{{"id":"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Security/locations/eu/alerts/{name}","properties":{{"status":"{status}"}}}}"#
        ))
    }

    fn name(n: usize) -> String {
        format!("{}_x", 2_500_000_000_000_000_000 + n)
    }

    fn filled(count: usize) -> State {
        let mut state = State::default();
        // Loaded in a scrambled order; listed by name.
        state.load((0..count).map(|n| json("s", "rg", &name(n * 7 % count), "Active")).collect()).unwrap();
        state
    }

    fn scope(group: Option<&str>) -> Scope {
        Scope { subscription: "S".to_owned(), group: group.map(str::to_owned), location: None }
    }

    fn walk(state: &mut State, size: usize, mut between: impl FnMut(&mut State, usize)) -> Vec<String> {
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = state.page(&scope(None), after, size);
            seen.extend(
                page.items.iter().map(|raw| raw::layout(std::str::from_utf8(raw).unwrap()).unwrap().id),
            );
            pages += 1;
            match page.after {
                Some(place) => after = Some(place),
                None => return seen,
            }
            between(state, pages);
        }
    }

    #[test]
    fn pages_hold_every_alert_once_and_newest_first_at_any_size() {
        let mut state = filled(23);
        let whole = walk(&mut state, 100, |_, _| panic!("one page is enough"));
        assert!(whole.is_sorted() && whole.len() == 23);
        for size in 1..=24 {
            assert_eq!(walk(&mut state, size, |_, _| ()), whole, "size {size}");
        }
    }

    #[test]
    fn arrivals_and_changes_do_not_move_a_listing_that_is_under_way() {
        let whole = walk(&mut filled(23), 100, |_, _| ());
        let mut state = filled(23);
        let seen = walk(&mut state, 5, |state, page| {
            state.upsert(json("s", "rg", &format!("new-{page}"), "Active")).unwrap();
            state.upsert(json("s", "rg", &name(page), "Dismissed")).unwrap();
        });
        assert_eq!(seen, whole);
        assert_eq!(state.page(&scope(None), None, 100).items.len(), 23 + 4);
    }

    #[test]
    fn the_last_of_two_with_one_id_wins() {
        let mut state = State::default();
        let alerts = [("a", "Active"), ("b", "Active"), ("A", "Resolved")];
        state.load(alerts.iter().map(|(name, status)| json("s", "rg", name, status)).collect()).unwrap();
        let statuses: Vec<String> = state.statuses().into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses.len(), 2);
        assert!(statuses.contains(&"Resolved".to_owned()));
        assert_eq!(state.subscriptions().count(), 1);
    }

    #[test]
    fn an_alert_is_reached_with_and_without_its_group_but_not_through_another() {
        let mut state = filled(3);
        let at = |group: Option<&str>| Scope { location: Some("EU".to_owned()), ..scope(group) };
        for group in [None, Some("RG")] {
            assert!(state.alert(&at(group), &name(1)).is_some());
            assert_eq!(state.change(&at(group), &name(1), Status::Resolved), Change::Done);
        }
        assert!(state.alert(&at(Some("other")), &name(1)).is_none());
        assert!(state.alert(&scope(None), &name(1)).is_none(), "without a location");
        assert_eq!(state.change(&at(None), "nobody", Status::Active), Change::NotFound);
        assert!(state.has_group(&at(Some("Rg"))) && !state.has_group(&at(Some("other"))));
        assert_eq!(state.locations("s"), ["eu"]);
    }

    #[test]
    fn a_name_in_two_subscriptions_is_ambiguous_by_itself() {
        let mut state = filled(2);
        state.upsert(json("t", "rg", &name(0), "Active")).unwrap();
        assert_eq!(state.change_named(&name(0), Status::Dismissed), Change::Ambiguous);
        assert_eq!(state.change_named(&name(1), Status::Dismissed), Change::Done);
        assert_eq!(state.change_named("nobody", Status::Dismissed), Change::NotFound);
        assert_eq!(state.statuses().iter().filter(|(_, status)| status == "Dismissed").count(), 1);
    }
}
