use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::domain::AlertId;
use crate::domain::progress::FaultKind;

fn target(seen: Status, want: Status) -> Target {
    Target {
        id: AlertId::new("/subscriptions/s/providers/Microsoft.Security/locations/l/alerts/n"),
        seen,
        want,
    }
}

fn passing() -> Trouble {
    let message = SafeText::from("no network");
    Trouble::Passing(Obstacle { kind: FaultKind::Unreachable, retry_after: None, message })
}

fn refused() -> Trouble {
    Trouble::Refused(SafeText::from("needs a role"))
}

fn contested() -> Trouble {
    Trouble::Contested(SafeText::from("being changed"))
}

/// What the source answers, in the order in which it is asked.
enum Answer {
    Read(Result<Status, Trouble>),
    Post(Result<(), Trouble>),
}

/// Runs Active → Dismissed against a script that must be used up exactly.
fn run(script: Vec<Answer>) -> Verdict {
    attempt(Sent::No, script).0
}

/// The same after former attempts that came so far; also tells how far they came with this one.
fn attempt(sent: Sent, script: Vec<Answer>) -> (Verdict, Sent) {
    let mut delivery = Delivery::new(&target(Status::Active, Status::Dismissed), sent, 3);
    let mut script = VecDeque::from(script);
    loop {
        delivery = match (delivery.step(), script.pop_front()) {
            (Step::Read | Step::ReadBack(_), Some(Answer::Read(answer))) => delivery.read(answer),
            (Step::Post, Some(Answer::Post(answer))) => delivery.posted(answer),
            (Step::Done(verdict), None) => return (verdict, delivery.sent()),
            (step, _) => panic!("{step:?} does not fit the script"),
        }
    }
}

fn outcome(script: Vec<Answer>) -> Option<Outcome> {
    match run(script) {
        Verdict::Final { outcome, .. } => Some(outcome),
        Verdict::Later(_) => None,
    }
}

fn is(status: Status) -> Answer {
    Answer::Read(Ok(status))
}

fn accepted() -> Answer {
    Answer::Post(Ok(()))
}

#[test]
fn each_way_an_attempt_can_go() {
    use Outcome::{Conflict, Failed, Unconfirmed, Verified};
    use Status::{Active, Dismissed, Resolved};
    let read = |trouble| Answer::Read(Err(trouble));
    let post = |trouble| Answer::Post(Err(trouble));
    let cases: Vec<(&str, Vec<Answer>, Option<Outcome>)> = vec![
        ("plain", vec![is(Active), accepted(), is(Dismissed)], Some(Verified)),
        ("slow", vec![is(Active), accepted(), is(Active), is(Active), is(Dismissed)], Some(Verified)),
        ("never", vec![is(Active), accepted(), is(Active), is(Active), is(Active)], Some(Unconfirmed)),
        ("nothing to do", vec![is(Dismissed)], Some(Verified)),
        ("somebody was faster", vec![is(Resolved)], Some(Conflict)),
        ("somebody came after", vec![is(Active), accepted(), is(Resolved)], Some(Conflict)),
        ("gone before", vec![read(Trouble::Missing)], Some(Failed)),
        ("gone after", vec![is(Active), accepted(), read(Trouble::Missing)], Some(Failed)),
        ("may not read", vec![read(refused())], Some(Failed)),
        ("may not write", vec![is(Active), post(refused())], Some(Failed)),
        ("may not read back", vec![is(Active), accepted(), read(refused())], Some(Unconfirmed)),
        ("contested, theirs", vec![is(Active), post(contested()), is(Resolved)], Some(Conflict)),
        ("contested, still open", vec![is(Active), post(contested()), is(Active)], Some(Conflict)),
        ("contested, the same", vec![is(Active), post(contested()), is(Dismissed)], Some(Verified)),
        ("contested twice", vec![is(Active), post(contested()), read(contested())], Some(Conflict)),
        ("404 and gone", vec![is(Active), post(Trouble::Missing), read(Trouble::Missing)], Some(Failed)),
        ("404 and there", vec![is(Active), post(Trouble::Missing), is(Active)], Some(Failed)),
        ("404 and done", vec![is(Active), post(Trouble::Missing), is(Dismissed)], Some(Verified)),
        ("404 and theirs", vec![is(Active), post(Trouble::Missing), is(Resolved)], Some(Conflict)),
        ("offline", vec![read(passing())], None),
        ("lost answer", vec![is(Active), post(passing())], None),
        ("lost read-back", vec![is(Active), accepted(), read(passing())], None),
        ("lost second look", vec![is(Active), post(contested()), read(passing())], None),
    ];
    for (name, script, expected) in cases {
        assert_eq!(outcome(script), expected, "{name}");
    }
}

#[test]
fn what_was_accepted_is_read_back_and_never_posted_again() {
    use Status::{Active, Dismissed, Resolved};
    let (verdict, sent) = attempt(Sent::No, vec![is(Active), accepted(), Answer::Read(Err(passing()))]);
    assert!(matches!(verdict, Verdict::Later(_)));
    assert_eq!(sent, Sent::Accepted);
    let cases = [
        (vec![is(Dismissed)], Outcome::Verified),
        (vec![is(Active), is(Active), is(Active)], Outcome::Unconfirmed),
        (vec![is(Active), is(Resolved)], Outcome::Conflict),
    ];
    for (script, expected) in cases {
        let (verdict, _) = attempt(sent, script);
        assert!(matches!(verdict, Verdict::Final { outcome, .. } if outcome == expected), "{verdict:?}");
    }
}

#[test]
fn how_far_it_came_is_known() {
    let post = |trouble| vec![is(Status::Active), Answer::Post(Err(trouble))];
    assert_eq!(attempt(Sent::No, vec![is(Status::Dismissed)]).1, Sent::No);
    assert_eq!(attempt(Sent::No, vec![Answer::Read(Err(passing()))]).1, Sent::No);
    assert_eq!(attempt(Sent::No, post(passing())).1, Sent::Perhaps);
    assert_eq!(attempt(Sent::No, post(refused())).1, Sent::No);
    let (kind, message) = (FaultKind::Throttled, SafeText::from("429"));
    let throttled = Trouble::Passing(Obstacle { kind, retry_after: None, message });
    assert_eq!(attempt(Sent::No, post(throttled)).1, Sent::No);
}

#[test]
fn only_a_missing_alert_counts_as_gone() {
    let gone = |script| matches!(run(script), Verdict::Final { gone: true, .. });
    assert!(gone(vec![Answer::Read(Err(Trouble::Missing))]));
    assert!(gone(vec![
        is(Status::Active),
        Answer::Post(Err(Trouble::Missing)),
        Answer::Read(Err(Trouble::Missing))
    ]));
    assert!(!gone(vec![is(Status::Active), Answer::Post(Err(Trouble::Missing)), is(Status::Active)]));
    assert!(!gone(vec![Answer::Read(Err(refused()))]));
}

#[test]
fn an_answer_nobody_asked_for_changes_nothing() {
    let fresh = Delivery::new(&target(Status::Active, Status::Dismissed), Sent::No, 3);
    assert_eq!(fresh.clone().posted(Ok(())), fresh);
    let ready = fresh.read(Ok(Status::Active));
    assert_eq!(ready.step(), Step::Post);
    assert_eq!(ready.clone().read(Ok(Status::Dismissed)), ready);
    assert!(ready.is_unsent() && !ready.posted(Ok(())).is_unsent());
}

// The whole of it against a model of the source with a second actor.

/// What happens to one request of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luck {
    Fine,
    /// Applied, if it is a change; the answer is lost.
    LostAnswer,
    /// Not applied: 429, 5xx, no network, no sign-in.
    Unreached,
    /// 204, but nothing changes.
    Ignored,
    Refused,
    Contested,
    /// 404 although the alert is there.
    Mistaken,
}

/// One request: what a colleague does before it arrives, and what happens to it.
#[derive(Debug, Clone, Copy)]
struct Moment {
    colleague: Option<Status>,
    luck: Luck,
}

struct Remote {
    status: Status,
    moments: VecDeque<Moment>,
    /// (status found, status set) of each change that we made.
    overwritten: Vec<(Status, Status)>,
    last_read: Option<Status>,
    posts: usize,
    colleague_acted_since_read: bool,
    interfered: bool,
}

impl Remote {
    /// When the script is over, the source works and nobody else is there.
    fn moment(&mut self) -> Luck {
        let Some(moment) = self.moments.pop_front() else { return Luck::Fine };
        if let Some(status) = moment.colleague {
            self.colleague_acted_since_read |= status != self.status;
            self.interfered |= status != self.status;
            self.status = status;
        }
        moment.luck
    }

    fn read(&mut self) -> Result<Status, Trouble> {
        match self.moment() {
            Luck::Fine | Luck::Ignored => {
                self.last_read = Some(self.status);
                self.colleague_acted_since_read = false;
                Ok(self.status)
            }
            Luck::LostAnswer | Luck::Unreached => Err(passing()),
            Luck::Refused => Err(refused()),
            Luck::Contested => Err(contested()),
            Luck::Mistaken => Err(Trouble::Missing),
        }
    }

    fn post(&mut self, want: Status) -> Result<(), Trouble> {
        self.posts += 1;
        let luck = self.moment();
        if matches!(luck, Luck::Fine | Luck::LostAnswer) {
            self.overwritten.push((self.status, want));
            self.status = want;
        }
        match luck {
            Luck::Fine | Luck::Ignored => Ok(()),
            Luck::LostAnswer | Luck::Unreached => Err(passing()),
            Luck::Refused => Err(refused()),
            Luck::Contested => Err(contested()),
            Luck::Mistaken => Err(Trouble::Missing),
        }
    }
}

/// Attempts until the verdict is final, as the push worker makes them.
fn deliver(target: &Target, remote: &mut Remote) -> (Outcome, usize) {
    let (mut sent, mut accepted) = (Sent::No, false);
    for attempt in 1..1_000 {
        let mut delivery = Delivery::new(target, sent, 3);
        let mut posts = 0;
        loop {
            delivery = match delivery.step() {
                Step::Read | Step::ReadBack(_) => delivery.read(remote.read()),
                Step::Post => {
                    posts += 1;
                    assert!(!accepted, "posted again what the source had accepted");
                    assert_eq!(remote.last_read, Some(target.seen), "posted over what was not compared");
                    assert!(posts == 1, "one post an attempt");
                    let before = (remote.status, remote.colleague_acted_since_read);
                    let answer = remote.post(target.want);
                    accepted |= answer.is_ok();
                    if let Some((found, _)) = remote.overwritten.last().filter(|_| before.0 != remote.status)
                    {
                        // Only a change that came between our compare and our post can be overwritten: the window
                        // that an interface without ETags leaves open.
                        assert!(*found == target.seen || remote.colleague_acted_since_read);
                    }
                    delivery.posted(answer)
                }
                Step::Done(Verdict::Final { outcome, .. }) => return (outcome, attempt),
                Step::Done(Verdict::Later(_)) => {
                    sent = delivery.sent();
                    break;
                }
            };
        }
    }
    panic!("no outcome after a thousand attempts");
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::SETTABLE.to_vec())
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        6 => Just(Luck::Fine),
        3 => Just(Luck::LostAnswer),
        3 => Just(Luck::Unreached),
        1 => Just(Luck::Ignored),
        1 => Just(Luck::Refused),
        1 => Just(Luck::Contested),
        1 => Just(Luck::Mistaken),
    ]
}

fn moments(
    luck: impl Strategy<Value = Luck> + 'static,
    colleague: bool,
) -> impl Strategy<Value = VecDeque<Moment>> {
    let acts = if colleague { prop::option::weighted(0.25, status()).boxed() } else { Just(None).boxed() };
    let moment = (acts, luck).prop_map(|(colleague, luck)| Moment { colleague, luck });
    prop::collection::vec(moment, 0..24).prop_map(VecDeque::from)
}

fn remote(status: Status, moments: VecDeque<Moment>) -> Remote {
    Remote {
        status,
        moments,
        overwritten: Vec::new(),
        last_read: None,
        posts: 0,
        colleague_acted_since_read: false,
        interfered: false,
    }
}

/// Decisions on one alert, each made while the former was still in the outbox.
fn intents() -> impl Strategy<Value = Vec<Status>> {
    prop::collection::vec(status(), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_colleagues_change_is_never_overwritten_unseen(
        start in status(),
        wants in intents(),
        script in moments(luck(), true),
    ) {
        let mut remote = remote(start, script);
        let mut seen = start;
        for want in wants {
            let before = remote.status;
            remote.posts = 0;
            remote.interfered = false;
            let (outcome, _) = deliver(&target(seen, want), &mut remote);
            prop_assert!(outcome.is_final());
            if outcome == Outcome::Verified {
                prop_assert_eq!(remote.last_read, Some(want), "verified means read back");
            }
            if remote.posts == 0 && !remote.interfered {
                prop_assert_eq!(remote.status, before, "no request, no change");
            }
            seen = want;
        }
    }

    #[test]
    fn alone_with_a_source_that_only_stumbles_the_last_intent_wins(
        start in status(),
        wants in intents(),
        script in moments(
            prop_oneof![3 => Just(Luck::Fine), 2 => Just(Luck::LostAnswer), 2 => Just(Luck::Unreached)],
            false,
        ),
    ) {
        let mut remote = remote(start, script);
        let mut seen = start;
        for want in wants {
            let (outcome, _) = deliver(&target(seen, want), &mut remote);
            prop_assert_eq!(outcome, Outcome::Verified);
            prop_assert_eq!(remote.status, want);
            seen = want;
        }
    }

    #[test]
    fn a_source_that_ignores_every_change_confirms_none(start in status(), want in status()) {
        let moment = Moment { colleague: None, luck: Luck::Ignored };
        let mut remote = remote(start, std::iter::repeat_n(moment, 12).collect());
        let (outcome, attempts) = deliver(&target(start, want), &mut remote);
        let expected = if start == want { Outcome::Verified } else { Outcome::Unconfirmed };
        prop_assert_eq!((outcome, attempts), (expected, 1));
        prop_assert_eq!(remote.status, start);
    }
}
