//! What of a page must be written to the cache.
//!
//! Most alerts of most pages are as they were. That is found out first, by a hash and an id that is merely looked for:
//! only what is left is parsed.

use std::collections::HashMap;

use crate::azure::RawItem;
use crate::domain::table::RowData;
use crate::domain::{AlertId, AlertKey, SafeText};
use crate::store::{Known, PageBatch, Quarantined, Upsert, content_hash};

/// An item of a page before it is parsed.
#[derive(Debug)]
pub struct Sketch {
    /// The id that it seems to have.
    pub id: AlertId,
    hash: u64,
    /// Another item of the page seems to have the same id: which is which, only parsing tells.
    is_shared: bool,
    item: RawItem,
}

/// Looks at the items of a page without parsing them.
pub fn sketch(items: Vec<RawItem>) -> Vec<Sketch> {
    let mut sketches: Vec<Sketch> = Vec::with_capacity(items.len());
    let mut places: HashMap<AlertId, usize> = HashMap::with_capacity(items.len());
    for item in items {
        let id = AlertId::new(id_hint(&item.raw).unwrap_or_default());
        let earlier = places.insert(id.clone(), sketches.len());
        if let Some(earlier) = earlier {
            sketches[earlier].is_shared = true;
        }
        let hash = content_hash(item.raw.as_bytes());
        sketches.push(Sketch { id, hash, is_shared: earlier.is_some(), item });
    }
    sketches
}

/// Sorts out what the cache has just so. `known` answers for the ids of the sketches, in their order.
///
/// Where an id was looked for in the wrong place, the hashes differ, and the item is parsed.
pub fn sift(sketches: Vec<Sketch>, known: &[Option<Known>]) -> (Vec<AlertKey>, Vec<Sketch>) {
    let (mut unchanged, mut news) = (Vec::new(), Vec::new());
    for (at, sketch) in sketches.into_iter().enumerate() {
        match known.get(at).and_then(Option::as_ref) {
            Some(known) if known.content_hash == sketch.hash && !sketch.is_shared => {
                unchanged.push(known.key);
            }
            _ => news.push(sketch),
        }
    }
    (unchanged, news)
}

/// What may be new of a page, each item read on its own.
#[derive(Debug, Default)]
pub struct ParsedPage {
    /// The alerts, each id once.
    pub alerts: Vec<ParsedAlert>,
    /// Items that could not be read.
    pub quarantined: Vec<Quarantined>,
}

/// An alert of a page.
#[derive(Debug)]
pub struct ParsedAlert {
    /// What the list keeps of it.
    pub data: RowData,
    /// Its JSON, byte for byte.
    pub raw: Box<[u8]>,
    /// What tells whether its content is new.
    pub hash: u64,
    /// True when the sketch had another id, or one it shared: the cache was not asked about this alert.
    pub is_unasked: bool,
}

/// Reads the items. A bad item is set aside with its reason; of two items with one id the last wins.
pub fn parse(sketches: Vec<Sketch>) -> ParsedPage {
    let mut page = ParsedPage::default();
    let mut places: HashMap<AlertId, usize> = HashMap::with_capacity(sketches.len());
    for Sketch { id, hash, is_shared, item } in sketches {
        match item.parse() {
            Ok(alert) => {
                let (data, raw) = (RowData::from(&alert), item.raw.into_boxed_bytes());
                let parsed = ParsedAlert { data, raw, hash, is_unasked: is_shared || alert.id != id };
                if let Some(place) = places.get(&alert.id) {
                    page.alerts[*place] = parsed;
                } else {
                    places.insert(alert.id, page.alerts.len());
                    page.alerts.push(parsed);
                }
            }
            Err(error) => page.quarantined.push(Quarantined {
                reason: SafeText::from(error.to_string()),
                id: Some(id).filter(|id| !id.as_str().is_empty()),
                raw: item.raw.into_boxed_bytes(),
            }),
        }
    }
    page
}

impl ParsedPage {
    /// The ids that the cache was not asked about yet, in the order of their alerts.
    pub fn unasked(&self) -> Vec<AlertId> {
        self.alerts.iter().filter(|alert| alert.is_unasked).map(|alert| alert.data.id.clone()).collect()
    }
}

/// Makes the batch of a page: those that [`sift`] found unchanged, and of the parsed ones those that are new or
/// changed. `known` answers for [`ParsedPage::unasked`], in its order.
pub fn batch(
    mut unchanged: Vec<AlertKey>,
    page: ParsedPage,
    known: Vec<Option<Known>>,
    continuation: Option<String>,
) -> PageBatch {
    let mut upserts = Vec::with_capacity(page.alerts.len());
    let mut known = known.into_iter();
    for alert in page.alerts {
        let known = if alert.is_unasked { known.next().flatten() } else { None };
        match known.filter(|known| known.content_hash == alert.hash) {
            Some(known) => unchanged.push(known.key),
            None => upserts.push(Upsert { data: alert.data, raw: alert.raw }),
        }
    }
    PageBatch { upserts, unchanged, quarantined: page.quarantined, continuation }
}

/// The id that an item seems to have, found without parsing.
fn id_hint(raw: &str) -> Option<&str> {
    let mut rest = raw;
    while let Some(at) = rest.find("\"id\"") {
        rest = &rest[at + "\"id\"".len()..];
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
        let value = value.and_then(|value| value.strip_prefix('"')).and_then(|value| value.split('"').next());
        if let Some(value) = value
            .filter(|value| value.starts_with('/') && !value.contains(|c: char| c == '\\' || c.is_control()))
        {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Status;

    fn item(name: &str, status: &str, number: usize) -> RawItem {
        let id = format!("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/{name}");
        RawItem::new(format!(
            r#"{{"id":"{id}","name":"{name}","properties":{{"alertDisplayName":"x","status":"{status}","entities":[{{"$id":"l_{number}","type":"host"}}]}}}}"#
        ))
    }

    /// What a cache that took the page knows of it.
    fn known(items: Vec<RawItem>) -> Vec<Option<Known>> {
        let known = |(key, alert): (usize, &ParsedAlert)| Known {
            key: AlertKey(key as u32),
            status: alert.data.status,
            content_hash: alert.hash,
        };
        parse(sketch(items)).alerts.iter().enumerate().map(known).map(Some).collect()
    }

    #[test]
    fn what_the_cache_has_just_so_is_neither_parsed_nor_written() {
        let cached = known(vec![item("a", "Active", 1), item("b", "Active", 2), item("c", "Active", 3)]);
        // Another alert came before: the numbers of the page moved on. `b` has another status, `d` is new.
        let page = sketch(vec![item("A", "Active", 2), item("b", "Dismissed", 3), item("d", "Active", 4)]);
        let same = sketch(vec![item("a", "Active", 2)]);
        assert_eq!(sift(same, &cached[..1]).0, [AlertKey(0)]);
        let (unchanged, news) = sift(page, &[cached[0], cached[1], None]);
        let page = parse(news);
        assert!(page.unasked().is_empty());
        let batch = batch(unchanged, page, Vec::new(), Some("next".to_owned()));
        let written: Vec<&str> = batch.upserts.iter().map(|one| one.data.id.name()).collect();
        assert_eq!(written, ["A", "b", "d"], "another spelling of the id is other content");
        assert_eq!((batch.unchanged, batch.continuation.as_deref()), (Vec::new(), Some("next")));
    }

    #[test]
    fn an_id_in_an_odd_place_is_asked_for_after_parsing() {
        let id = "/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n";
        let odd = || {
            RawItem::new(format!(
                r#"{{"properties":{{"alertDisplayName":"x","status":"Active","id":"/other"}},"id":"{id}","name":"n"}}"#
            ))
        };
        let cached = known(vec![odd()]);
        let (unchanged, news) = sift(sketch(vec![odd()]), &[None]);
        let page = parse(news);
        assert_eq!((unchanged.len(), page.unasked()), (0, vec![AlertId::new(id)]));
        let batch = batch(unchanged, page, cached, None);
        assert_eq!((batch.unchanged.len(), batch.upserts.len()), (1, 0));
    }

    #[test]
    fn of_two_items_with_one_id_the_last_wins() {
        let items = vec![item("a", "Active", 1), item("b", "Active", 2), item("A", "Resolved", 3)];
        let page = parse(sketch(items.clone()));
        let found: Vec<_> =
            page.alerts.iter().map(|alert| (alert.data.id.name(), alert.data.status)).collect();
        assert_eq!(found, [("A", Status::Resolved), ("b", Status::Active)]);
        // Also when the cache has the last one already.
        let cached = known(vec![item("A", "Resolved", 3), item("b", "Active", 2)]);
        let (unchanged, news) = sift(sketch(items), &[cached[0], cached[1], cached[0]]);
        let page = parse(news);
        assert_eq!(page.unasked(), [AlertId::new(page.alerts[0].data.id.as_str())]);
        let batch = batch(unchanged, page, vec![cached[0]], None);
        assert_eq!((batch.unchanged.len(), batch.upserts.len()), (2, 0));
    }

    #[test]
    fn two_alerts_that_share_another_resource_are_two() {
        let of = |name: &str| {
            RawItem::new(format!(
                r#"{{"properties":{{"id":"/shared","alertDisplayName":"x","status":"Active"}},"id":"/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/{name}","name":"{name}"}}"#
            ))
        };
        let page = parse(sketch(vec![of("a"), of("b")]));
        let found: Vec<&str> = page.alerts.iter().map(|alert| alert.data.id.name()).collect();
        assert_eq!((found, page.unasked().len()), (vec!["a", "b"], 2));
    }

    #[test]
    fn a_bad_item_is_set_aside_with_its_reason_and_its_id() {
        let id = "/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n";
        let broken = format!(r#"{{"properties":{{"id":"x"}},"id" : "{id}","bad":}}"#);
        let nothing = || RawItem::new("null");
        let page =
            parse(sketch(vec![item("a", "Active", 1), RawItem::new(broken.as_str()), nothing(), nothing()]));
        assert_eq!((page.alerts.len(), page.quarantined.len()), (1, 3));
        assert_eq!(page.quarantined[0].id, Some(AlertId::new(id)));
        assert_eq!(&*page.quarantined[0].raw, broken.as_bytes());
        assert!(!page.quarantined[0].reason.is_empty());
        assert_eq!(page.quarantined[1].id, None);
    }

    #[test]
    fn an_id_is_only_taken_for_one_when_it_looks_like_one() {
        let cases = [
            (r#"{"id":"/a/b"}"#, Some("/a/b")),
            (r#"{"x":{"id":"7"},"id"  :  "/a/b"}"#, Some("/a/b")),
            (r#"{"id":"/a\u0041"}"#, None),
            (r#"{"id":5}"#, None),
            (r#""id""#, None),
            ("", None),
        ];
        for (raw, id) in cases {
            assert_eq!(id_hint(raw), id, "{raw}");
        }
    }
}
