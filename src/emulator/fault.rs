//! Faults on demand: what may go wrong between a client and Azure, by specification and seed.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 429 with a `Retry-After` of so many seconds.
    TooManyRequests(u64),
    /// 403, 404, 500 or 503; nothing is applied.
    Refuse(u16),
    /// The answer is late.
    Latency(Duration),
    /// There is never an answer.
    Hang,
    /// The connection is reset before anything is applied.
    Reset,
    /// The request is applied, then the connection is cut.
    DropReply,
    /// A change is answered as if it had been made, and changes nothing.
    Ignore,
    /// The body ends half-way, and so does the connection.
    Truncate,
    /// 200 with a page of HTML.
    Garbage,
    /// After so many requests one 401; from then on a new token is accepted as well.
    Expire(u64),
    /// Each listing ends after so many pages with a 500.
    Cut(u64),
}

impl Kind {
    /// The word in specifications and in the request log.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooManyRequests(_) => "429",
            Self::Refuse(403) => "403",
            Self::Refuse(404) => "404",
            Self::Refuse(503) => "503",
            Self::Refuse(_) => "500",
            Self::Latency(_) => "latency",
            Self::Hang => "hang",
            Self::Reset => "reset",
            Self::DropReply => "drop-reply",
            Self::Ignore => "ignore",
            Self::Truncate => "truncate",
            Self::Garbage => "garbage",
            Self::Expire(_) => "expire",
            Self::Cut(_) => "cut",
        }
    }
}

/// One `--fault`: what, how often, and for which method.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// The share of the requests it meets, from 0 to 1.
    pub rate: f64,
    /// The only method it meets, in capitals; none for all. `CALLBACK` stands for the calls of logic apps' triggers,
    /// which are POSTs as well.
    pub method: Option<String>,
}

/// A `--fault` value that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fault `{text}`: {why}; expected KIND[:PARAM][:RATE][@METHOD], for example 429:1:0.2@POST")]
pub struct FaultError {
    text: String,
    why: String,
}

const KINDS: &str =
    "429, 500, 503, 403, 404, latency, hang, reset, drop-reply, ignore, truncate, garbage, expire, cut";

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).map_err(|why| FaultError { text: text.to_owned(), why })
    }
}

fn read(text: &str) -> Result<Fault, String> {
    let (spec, method) = match text.split_once('@') {
        Some((spec, method)) => (spec, Some(read_method(method)?)),
        None => (text, None),
    };
    let mut parts = spec.split(':');
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut rest: Vec<&str> = parts.collect();
    let kind = match name.as_str() {
        "500" => Kind::Refuse(500),
        "503" => Kind::Refuse(503),
        "403" => Kind::Refuse(403),
        "404" => Kind::Refuse(404),
        "hang" => Kind::Hang,
        "reset" => Kind::Reset,
        "drop-reply" => Kind::DropReply,
        "ignore" => Kind::Ignore,
        "truncate" => Kind::Truncate,
        "garbage" => Kind::Garbage,
        "429" => match rest.first().and_then(|text| read_seconds(text)) {
            Some(seconds) => {
                rest.remove(0);
                Kind::TooManyRequests(seconds)
            }
            None => Kind::TooManyRequests(1),
        },
        "latency" => {
            Kind::Latency(take(&mut rest, read_duration, "latency needs a duration, such as latency:100ms")?)
        }
        "expire" => {
            Kind::Expire(take(&mut rest, read_whole, "expire needs a number of requests, such as expire:20")?)
        }
        "cut" => Kind::Cut(take(&mut rest, read_whole, "cut needs a number of pages, such as cut:2")?),
        _ => return Err(format!("`{name}` is none of {KINDS}")),
    };
    let rate = match rest.as_slice() {
        [] => 1.0,
        [rate] => read_rate(rate)?,
        [_, extra, ..] => return Err(format!("`{extra}` is one part too many")),
    };
    Ok(Fault { kind, rate, method })
}

fn take<T>(rest: &mut Vec<&str>, read: fn(&str) -> Option<T>, why: &str) -> Result<T, String> {
    let value = rest.first().and_then(|text| read(text)).ok_or_else(|| why.to_owned())?;
    rest.remove(0);
    Ok(value)
}

/// What stands for a method where only the calls of logic apps' triggers are meant.
const CALLBACK: &str = "CALLBACK";

fn read_method(text: &str) -> Result<String, String> {
    let method = text.to_ascii_uppercase();
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", CALLBACK]
        .contains(&method.as_str())
        .then_some(method)
        .ok_or_else(|| format!("`{text}` is no HTTP method"))
}

fn read_rate(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or_else(|| format!("`{text}` is no rate from 0 to 1"))
}

fn read_whole(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn read_seconds(text: &str) -> Option<u64> {
    read_whole(text).or_else(|| read_duration(text).map(|time| time.as_millis().div_ceil(1000) as u64))
}

/// `100ms`, `2s`, `1m`; a bare number is not a duration.
fn read_duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    match text.get(digits.len()..)? {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

/// What is known of a request when the faults are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    /// In capitals.
    pub(super) method: &'a str,
    /// The page, counted from 0, if this is a list.
    pub(super) page: Option<u64>,
    /// True if it would change something.
    pub(super) changes: bool,
    /// True if it calls a logic app's trigger.
    pub(super) callback: bool,
}

impl Target<'_> {
    fn is_by(&self, method: &str) -> bool {
        method == self.method || (self.callback && method == CALLBACK)
    }
}

/// What was drawn for one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Drawn {
    /// How late the answer is.
    pub(super) latency: Duration,
    /// The first other fault that struck.
    pub(super) kind: Option<Kind>,
}

struct Armed {
    fault: Fault,
    random: fastrand::Rng,
    /// Requests that `expire` has counted.
    seen: u64,
}

/// All faults of a run. Each draws from its own random numbers, so adding one does not move the others.
pub(super) struct Injector(Mutex<Vec<Armed>>);

impl Injector {
    pub(super) fn new(faults: &[Fault], seed: u64) -> Self {
        let arm = |(n, fault): (usize, &Fault)| {
            // Neighbouring seeds give neighbouring streams, hence the odd factor.
            let seed = seed.wrapping_add((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            Armed { fault: fault.clone(), random: fastrand::Rng::with_seed(seed), seen: 0 }
        };
        Self(Mutex::new(faults.iter().enumerate().map(arm).collect()))
    }

    /// Draws for one request. Every fault that could meet it draws, whatever the others drew.
    pub(super) fn draw(&self, target: Target<'_>) -> Drawn {
        let mut drawn = Drawn::default();
        for armed in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            let fault = &armed.fault;
            let meets = fault.method.as_deref().is_none_or(|method| target.is_by(method))
                && match fault.kind {
                    Kind::Cut(pages) => target.page.is_some_and(|page| page >= pages),
                    Kind::Ignore => target.changes,
                    Kind::Expire(_) => false,
                    _ => true,
                };
            if !meets || armed.random.f64() >= fault.rate {
                continue;
            }
            match fault.kind {
                Kind::Latency(time) => drawn.latency += time,
                kind => drawn.kind = drawn.kind.or(Some(kind)),
            }
        }
        drawn
    }

    /// Counts a request that is signed in; true for the one at which the token expires.
    pub(super) fn expires(&self, method: &str) -> bool {
        let mut now = false;
        for armed in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if let Kind::Expire(after) = armed.fault.kind
                && armed.fault.method.as_deref().is_none_or(|only| only == method)
            {
                armed.seen += 1;
                now |= armed.seen == after.saturating_add(1);
            }
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: Kind, rate: f64, method: Option<&str>) -> Fault {
        Fault { kind, rate, method: method.map(str::to_owned) }
    }

    #[test]
    fn specifications_are_read() {
        let cases = [
            ("429", fault(Kind::TooManyRequests(1), 1.0, None)),
            ("429:7", fault(Kind::TooManyRequests(7), 1.0, None)),
            ("429:0.2", fault(Kind::TooManyRequests(1), 0.2, None)),
            ("429:1:0.2@POST", fault(Kind::TooManyRequests(1), 0.2, Some("POST"))),
            ("429:2s:1", fault(Kind::TooManyRequests(2), 1.0, None)),
            ("500:0.05", fault(Kind::Refuse(500), 0.05, None)),
            ("503:1", fault(Kind::Refuse(503), 1.0, None)),
            ("403:0.1@post", fault(Kind::Refuse(403), 0.1, Some("POST"))),
            ("404", fault(Kind::Refuse(404), 1.0, None)),
            ("latency:100ms", fault(Kind::Latency(Duration::from_millis(100)), 1.0, None)),
            ("latency:2s:0.5@GET", fault(Kind::Latency(Duration::from_secs(2)), 0.5, Some("GET"))),
            ("hang:0.01", fault(Kind::Hang, 0.01, None)),
            ("reset", fault(Kind::Reset, 1.0, None)),
            ("drop-reply:0.1@POST", fault(Kind::DropReply, 0.1, Some("POST"))),
            ("ignore@POST", fault(Kind::Ignore, 1.0, Some("POST"))),
            ("truncate", fault(Kind::Truncate, 1.0, None)),
            ("garbage@GET", fault(Kind::Garbage, 1.0, Some("GET"))),
            ("expire:20", fault(Kind::Expire(20), 1.0, None)),
            ("cut:3:0.5", fault(Kind::Cut(3), 0.5, None)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
            assert!(text.starts_with(expected.kind.name()));
        }
    }

    #[test]
    fn a_bad_specification_says_what_is_wrong_with_it() {
        let cases = [
            ("", "is none of"),
            ("418", "is none of"),
            ("500:2", "no rate"),
            ("500:-0.1", "no rate"),
            ("500:NaN", "no rate"),
            ("500:0.1:0.2", "too many"),
            ("500@FETCH", "no HTTP method"),
            ("latency", "needs a duration"),
            ("latency:100", "needs a duration"),
            ("expire:0.5", "number of requests"),
            ("cut", "number of pages"),
        ];
        for (text, why) in cases {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    const POST: Target<'static> = Target { method: "POST", page: None, changes: true, callback: false };

    #[test]
    fn draws_depend_on_the_seed_and_on_nothing_else() {
        let draws = |specs: &[&str], seed| {
            let faults: Vec<Fault> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
            let injector = Injector::new(&faults, seed);
            (0..1000).map(|_| injector.draw(POST)).collect::<Vec<_>>()
        };
        let one = draws(&["500:0.1"], 7);
        assert_eq!(one, draws(&["500:0.1"], 7));
        assert_ne!(one, draws(&["500:0.1"], 8));
        let hits = one.iter().filter(|drawn| drawn.kind.is_some()).count();
        assert!((60..140).contains(&hits), "{hits} of 1000 at 0.1");
        let both = draws(&["500:0.1", "latency:1ms:0.5"], 7);
        assert!(one.iter().zip(&both).all(|(one, both)| one.kind == both.kind));
        assert!(draws(&["500:0"], 7).iter().all(|drawn| drawn.kind.is_none()));
    }

    #[test]
    fn each_kind_meets_what_it_is_for() {
        let list = |page| Target { method: "GET", page: Some(page), changes: false, callback: false };
        let draw = |spec: &str, target| Injector::new(&[spec.parse().unwrap()], 0).draw(target).kind;
        assert_eq!(draw("cut:2", list(1)), None);
        assert_eq!(draw("cut:2", list(2)), Some(Kind::Cut(2)));
        assert_eq!(draw("cut:0", POST), None);
        assert_eq!(draw("ignore", list(0)), None);
        assert_eq!(draw("ignore", POST), Some(Kind::Ignore));
        assert_eq!(draw("reset@GET", POST), None);
        assert_eq!(draw("reset@callback", POST), None);
        let call = Target { callback: true, ..POST };
        assert_eq!(
            (draw("reset@CALLBACK", call), draw("reset@POST", call)),
            (Some(Kind::Reset), Some(Kind::Reset))
        );
        assert_eq!(draw("expire:0", POST), None);
        let expiring = Injector::new(&["expire:2".parse().unwrap()], 0);
        assert_eq!(
            (0..6).map(|_| expiring.expires("GET")).collect::<Vec<_>>(),
            [false, false, true, false, false, false]
        );
    }
}
