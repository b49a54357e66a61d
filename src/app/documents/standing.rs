//! How asking the source stands: the line above, or instead of, what is known.

use crate::app::document::{Piece, Role, safe};
use crate::app::documents::flow::Flow;
use crate::app::documents::moment;
use crate::app::fetch::Remote;
use crate::app::message::Now;
use crate::domain::progress::{Fault, FaultKind};

/// Older than this, what is known says of when it is, in seconds.
const FRESH: i64 = 120;

/// Lays out how asking stands, with the key that asks again; nothing when what is known is fresh. True when something is
/// known and can be shown.
pub fn standing<T>(flow: &mut Flow, remote: &Remote<T>, asks: &str, now: Now) -> bool {
    let (first, rest) = ("  ", "    ");
    let Some((_, at)) = &remote.known else {
        match &remote.fault {
            _ if remote.is_loading() => flow.wrap(first, rest, &[Piece::new("loading…", Role::Dim)]),
            Some(fault) => flow.wrap(first, rest, &words(fault, asks)),
            None => flow.wrap(first, rest, &[Piece::new(format!("not asked yet; {asks} asks"), Role::Dim)]),
        }
        return false;
    };
    let age = || format!("as of {}", moment::local(*at, now));
    match &remote.fault {
        _ if remote.is_loading() => {
            flow.wrap(first, rest, &[Piece::new(format!("{}; asking again…", age()), Role::Dim)]);
        }
        Some(fault) => {
            let mut line = vec![Piece::new(format!("{}, and no newer: ", age()), Role::Strong)];
            line.extend(words(fault, asks));
            flow.wrap(first, rest, &line);
        }
        None if (now.utc - *at).num_seconds() > FRESH => {
            flow.wrap(first, rest, &[Piece::new(format!("{}; {asks} asks again", age()), Role::Dim)]);
        }
        None => {}
    }
    true
}

/// A fault, and what can be done about it.
fn words(fault: &Fault, asks: &str) -> Vec<Piece> {
    let mut line = safe(fault.message.as_safe(), Role::Error);
    let advice = match fault.kind {
        FaultKind::Unreachable | FaultKind::Throttled | FaultKind::Protocol => "tries again",
        FaultKind::SignIn => "signs in again",
        FaultKind::Forbidden => "tries again once the role was given",
        FaultKind::OtherTenant => "tries again once that tenant is signed in to",
        FaultKind::Storage => return line,
    };
    // A command leaves the keys out.
    line.push(Piece::new(format!("   {asks} {advice}"), Role::Key));
    line
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::app::harness::now;
    use crate::app::message::Question;

    fn laid_out(remote: &Remote<u8>) -> (bool, String) {
        let mut flow = Flow::new(80);
        let known = standing(&mut flow, remote, "R", now());
        (known, flow.finish().text().trim().to_owned())
    }

    #[test]
    fn every_state_has_its_words_and_what_is_known_is_shown() {
        let fault = Fault { kind: FaultKind::Forbidden, message: "not allowed (Reader)".into() };
        let elsewhere = Fault { kind: FaultKind::OtherTenant, message: "another".into() };
        let known = |seconds| Some((1, now().utc - TimeDelta::seconds(seconds)));
        let asked = Some(Question(1));
        for (remote, shown, words) in [
            (Remote { known: None, asked: None, fault: None }, false, "not asked yet"),
            (Remote { known: None, asked, fault: None }, false, "loading…"),
            (Remote { known: None, asked, fault: Some(fault.clone()) }, false, "loading…"),
            (Remote { known: None, asked: None, fault: Some(fault.clone()) }, false, "not allowed (Reader)"),
            (Remote { known: known(1), asked: None, fault: None }, true, ""),
            (
                Remote { known: known(600), asked: None, fault: None },
                true,
                "as of 23 Nov 14:50:00; R asks again",
            ),
            (Remote { known: known(1), asked, fault: None }, true, "asking again"),
            (Remote { known: known(1), asked: None, fault: Some(fault) }, true, "no newer: not allowed"),
            (Remote { known: None, asked: None, fault: Some(elsewhere) }, false, "R tries again once"),
        ] {
            let (known, text) = laid_out(&remote);
            assert_eq!(known, shown, "{text}");
            assert!(text.contains(words) && (text.is_empty() || !words.is_empty()), "{text}");
        }
    }
}
