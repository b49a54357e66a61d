//! What of a page must be written to the cache.

use std::collections::HashMap;

use crate::azure::RawItem;
use crate::domain::table::RowData;
use crate::domain::{AlertId, SafeText};
use crate::store::{Known, PageBatch, Quarantined, Upsert, content_hash};

/// A page, each item read on its own.
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
}

/// Reads the items of a page. A bad item is set aside with its reason; of two items with one id the last wins.
pub fn parse(items: Vec<RawItem>) -> ParsedPage {
    let mut page = ParsedPage::default();
    let mut places: HashMap<AlertId, usize> = HashMap::with_capacity(items.len());
    for item in items {
        match item.parse() {
            Ok(alert) => {
                let hash = content_hash(item.raw.as_bytes());
                let parsed =
                    ParsedAlert { data: RowData::from(&alert), raw: item.raw.into_boxed_bytes(), hash };
                if let Some(place) = places.get(&alert.id) {
                    page.alerts[*place] = parsed;
                } else {
                    places.insert(alert.id, page.alerts.len());
                    page.alerts.push(parsed);
                }
            }
            Err(error) => page.quarantined.push(Quarantined {
                reason: SafeText::from(error.to_string()),
                id: id_hint(&item.raw).map(AlertId::new),
                raw: item.raw.into_boxed_bytes(),
            }),
        }
    }
    page
}

/// Sorts the alerts of a page into those to write and those that the cache has just so. `known` answers for the alerts
/// of the page, in their order.
pub fn batch(page: ParsedPage, known: &[Option<Known>], continuation: Option<String>) -> PageBatch {
    let mut batch =
        PageBatch { upserts: Vec::new(), unchanged: Vec::new(), quarantined: page.quarantined, continuation };
    for (at, alert) in page.alerts.into_iter().enumerate() {
        match known.get(at).and_then(Option::as_ref) {
            Some(known) if is_known(known, &alert) => batch.unchanged.push(known.key),
            _ => batch.upserts.push(Upsert { data: alert.data, raw: alert.raw }),
        }
    }
    batch
}

fn is_known(known: &Known, alert: &ParsedAlert) -> bool {
    known.content_hash == alert.hash && known.status == alert.data.status
}

/// The id that an unreadable item seems to have, so that its alert is recognised in the quarantine.
fn id_hint(raw: &str) -> Option<&str> {
    let mut rest = raw;
    while let Some(at) = rest.find("\"id\"") {
        rest = &rest[at + "\"id\"".len()..];
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
        let value = value.and_then(|value| value.strip_prefix('"')).and_then(|value| value.split('"').next());
        if let Some(value) = value.filter(|value| value.starts_with('/') && !value.contains('\\')) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AlertKey, Status};

    fn item(name: &str, status: &str, number: usize) -> RawItem {
        let id = format!("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/{name}");
        RawItem::new(format!(
            r#"{{"id":"{id}","name":"{name}","properties":{{"alertDisplayName":"x","status":"{status}","entities":[{{"$id":"l_{number}","type":"host"}}]}}}}"#
        ))
    }

    fn known(page: &ParsedPage) -> Vec<Option<Known>> {
        let known = |(key, alert): (usize, &ParsedAlert)| Known {
            key: AlertKey(key as u32),
            status: alert.data.status,
            content_hash: alert.hash,
        };
        page.alerts.iter().enumerate().map(known).map(Some).collect()
    }

    #[test]
    fn what_the_cache_has_just_so_is_not_written() {
        let cached =
            known(&parse(vec![item("a", "Active", 1), item("b", "Active", 2), item("c", "Active", 3)]));
        // Another alert came before: the numbers of the page moved on. `b` has another status, `d` is new.
        let page = parse(vec![item("a", "Active", 2), item("b", "Dismissed", 3), item("d", "Active", 4)]);
        let batch = batch(page, &[cached[0], cached[1], None], Some("next".to_owned()));
        assert_eq!(batch.unchanged, [AlertKey(0)]);
        let written: Vec<&str> = batch.upserts.iter().map(|one| one.data.id.name()).collect();
        assert_eq!(written, ["b", "d"]);
        assert_eq!(batch.continuation.as_deref(), Some("next"));
    }

    #[test]
    fn a_status_that_was_set_here_does_not_hide_that_the_source_has_another() {
        let page = parse(vec![item("a", "Active", 1)]);
        let mut cached = known(&page);
        cached[0] = cached[0].map(|known| Known { status: Status::Dismissed, ..known });
        assert_eq!(batch(page, &cached, None).upserts.len(), 1);
    }

    #[test]
    fn of_two_items_with_one_id_the_last_wins() {
        let page = parse(vec![item("a", "Active", 1), item("b", "Active", 2), item("A", "Resolved", 3)]);
        let found: Vec<_> =
            page.alerts.iter().map(|alert| (alert.data.id.name(), alert.data.status)).collect();
        assert_eq!(found, [("A", Status::Resolved), ("b", Status::Active)]);
    }

    #[test]
    fn a_bad_item_is_set_aside_with_its_reason_and_its_id() {
        let id = "/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n";
        let broken = format!(r#"{{"properties":{{"id":"x"}},"id" : "{id}","bad":}}"#);
        let page = parse(vec![item("a", "Active", 1), RawItem::new(broken.as_str()), RawItem::new("null")]);
        assert_eq!((page.alerts.len(), page.quarantined.len()), (1, 2));
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
