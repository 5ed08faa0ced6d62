//! The life of keys: each rule by itself, then all of them under random events.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of a test are small"
)]

use std::ops::RangeInclusive;

use proptest::{
    collection,
    prelude::{Just, Strategy, any, prop_oneof, proptest},
};

use super::*;

const JITTER: Jitter = Jitter(128);

fn at(seconds: u64) -> Moment {
    Moment::new(Duration::from_secs(seconds))
}

fn timing() -> Timing {
    Timing::default()
}

fn keys(kids: &[u64]) -> Finished {
    let kids = kids.iter().map(|kid| Kid(*kid)).collect();
    Finished::Keys {
        kids,
        max_age: None,
    }
}

const UNCHANGED: Finished = Finished::Unchanged { max_age: None };

/// A cycle that has fetched these keys at the moment zero.
fn holding(kids: &[u64]) -> Cycle {
    let mut cycle = Cycle::new(timing(), at(0));
    assert_eq!(cycle.step(at(0)), Step::Fetch { whole: true });
    cycle.finish(at(0), keys(kids), JITTER);
    cycle
}

fn waits_until(step: Step) -> Duration {
    match step {
        Step::Wait(Some(moment)) => moment.since(at(0)),
        other => panic!("{other:?} is no wait"),
    }
}

#[test]
fn keys_are_fetched_at_once_and_again_before_they_are_stale() {
    let cases = [
        (None, 225..=263),
        (Some(120), 90..=105),
        // Within bounds: not all the time, and not longer than configured.
        (Some(0), 45..=53),
        (Some(86_400), 225..=263),
    ];
    for (max_age, expected) in cases {
        for jitter in [0, 128, 255] {
            let mut cycle = Cycle::new(timing(), at(0));
            assert_eq!(cycle.step(at(0)), Step::Fetch { whole: true });
            assert_eq!(cycle.step(at(0)), Step::Wait(None), "one at a time");
            let max_age = max_age.map(Duration::from_secs);
            cycle.finish(
                at(0),
                Finished::Keys {
                    kids: vec![],
                    max_age,
                },
                Jitter(jitter),
            );
            let next = waits_until(cycle.step(at(0)));
            assert!(
                expected.contains(&next.as_secs()),
                "{max_age:?} {jitter} {next:?}"
            );
            let due = at(0).after(next);
            assert_eq!(cycle.step(due), Step::Fetch { whole: false });
            assert!(!cycle.is_stale(due));
        }
    }
}

#[test]
fn failures_are_repeated_ever_more_slowly() {
    let mut cycle = Cycle::new(timing(), at(0));
    let mut now = at(0);
    let pauses = [1, 2, 4, 8, 16, 32, 60, 60, 60];
    for pause in pauses {
        assert!(matches!(cycle.step(now), Step::Fetch { whole: true }));
        cycle.finish(now, Finished::Failed, JITTER);
        let next = cycle.next_fetch_in(now).as_millis();
        let bounds: RangeInclusive<u128> = pause * 500..=pause * 1000;
        assert!(bounds.contains(&next), "{next} ms after {pause}");
        let just_before = now.after(
            cycle
                .next_fetch_in(now)
                .saturating_sub(Duration::from_nanos(1)),
        );
        assert!(matches!(cycle.step(just_before), Step::Wait(_)));
        now = now.after(cycle.next_fetch_in(now));
    }
    cycle.step(now);
    cycle.finish(now, keys(&[1]), JITTER);
    assert!(
        cycle.next_fetch_in(now) > Duration::from_secs(200),
        "a success ends the series"
    );
}

#[test]
fn jitter_spreads() {
    let pause = |jitter| timing().retry_in(5, Jitter(jitter));
    assert_eq!(pause(0), Duration::from_secs(8));
    assert!(pause(255) > Duration::from_secs(15) && pause(255) <= Duration::from_secs(16));
    assert!(timing().retry_in(u32::MAX, Jitter(255)) <= Duration::from_mins(1));
    let zero = Timing {
        first_retry: Duration::ZERO,
        ..timing()
    };
    assert!(
        zero.retry_in(1, Jitter(0)) > Duration::ZERO,
        "never without a pause"
    );
    assert!(Timing::refresh_in(Duration::ZERO, Jitter(0)) > Duration::ZERO);
}

#[test]
fn stale_keys_serve_up_to_the_hard_age() {
    let mut cycle = holding(&[1]);
    let hard = timing().hard_age.as_secs();
    let mut now = at(0);
    let mut fetches = 0;
    loop {
        match cycle.step(now) {
            Step::Fetch { whole } => {
                assert!(!whole);
                fetches += 1;
                cycle.finish(now, Finished::Failed, JITTER);
            }
            Step::Wait(Some(until)) => now = until,
            Step::Wait(None) => panic!("nothing is out"),
            Step::Discard => break,
        }
        assert_eq!(cycle.search(now, Kid(1)), Search::Present);
    }
    assert_eq!(now, at(hard), "to the second");
    assert!((1400..3000).contains(&fetches), "{fetches}");
    assert_eq!(cycle.search(now, Kid(1)), Search::NoKeys);
    assert_eq!(cycle.age(now), None);
    assert!(!matches!(cycle.step(now), Step::Discard), "said once");
}

#[test]
fn the_age_counts_from_the_beginning_of_a_fetch() {
    let mut cycle = holding(&[1]);
    let begin = at(225 + 38);
    assert_eq!(cycle.step(begin), Step::Fetch { whole: false });
    cycle.finish(begin.after(Duration::from_secs(4)), UNCHANGED, JITTER);
    let now = begin.after(Duration::from_secs(5));
    assert_eq!(cycle.age(now), Some(Duration::from_secs(5)));
    assert!(!cycle.is_stale(begin.after(Duration::from_mins(5))));
    assert!(cycle.is_stale(begin.after(Duration::from_secs(301))));
}

#[test]
fn keys_become_too_old_while_a_fetch_is_out() {
    let mut cycle = holding(&[1]);
    let end = at(timing().hard_age.as_secs());
    let just_before = at(timing().hard_age.as_secs() - 1);
    assert_eq!(cycle.step(just_before), Step::Fetch { whole: false });
    assert_eq!(cycle.step(just_before), Step::Wait(Some(end)));
    assert_eq!(cycle.step(end), Step::Discard);
    assert_eq!(cycle.step(end), Step::Wait(None));
    // "Not modified" is no answer any more; the whole set is asked for at once.
    cycle.finish(end, UNCHANGED, JITTER);
    assert_eq!(cycle.age(end), None);
    assert!(cycle.next_fetch_in(end) <= Duration::from_secs(1));
    let later = end.after(Duration::from_secs(1));
    assert_eq!(cycle.step(later), Step::Fetch { whole: true });
    cycle.finish(later, keys(&[1]), JITTER);
    assert_eq!(cycle.search(later, Kid(1)), Search::Present);
}

#[test]
fn an_unknown_kid_is_searched_once_in_a_cool_down() {
    let mut cycle = holding(&[1]);
    assert_eq!(cycle.search(at(10), Kid(1)), Search::Present);
    assert_eq!(cycle.search(at(10), Kid(2)), Search::Wait);
    assert_eq!(
        cycle.search(at(10), Kid(2)),
        Search::Wait,
        "joins before the fetch begins"
    );
    assert_eq!(cycle.step(at(10)), Step::Fetch { whole: false });
    assert!(
        matches!(cycle.step(at(10)), Step::Wait(Some(_))),
        "one at a time"
    );
    assert_eq!(
        cycle.search(at(11), Kid(3)),
        Search::Wait,
        "and after it began"
    );
    cycle.finish(at(12), keys(&[1, 2]), JITTER);
    assert_eq!(cycle.search(at(12), Kid(2)), Search::Present);
    assert_eq!(
        cycle.search(at(12), Kid(3)),
        Search::Absent,
        "it was searched"
    );
    assert_eq!(cycle.search(at(39), Kid(4)), Search::Absent, "too soon");
    assert_eq!(
        cycle.search(at(40), Kid(4)),
        Search::Wait,
        "the cool-down has passed"
    );
}

#[test]
fn a_planned_fetch_answers_the_question_too() {
    let mut cycle = holding(&[1]);
    assert_eq!(cycle.step(at(300)), Step::Fetch { whole: false });
    assert_eq!(cycle.search(at(300), Kid(2)), Search::Wait);
    cycle.finish(at(301), UNCHANGED, JITTER);
    assert_eq!(cycle.search(at(301), Kid(2)), Search::Absent);
    assert_eq!(
        cycle.search(at(301), Kid(3)),
        Search::Wait,
        "it cost no search"
    );
}

#[test]
fn a_removed_key_is_gone_with_the_next_fetch() {
    let mut cycle = holding(&[1, 2]);
    assert_eq!(cycle.step(at(300)), Step::Fetch { whole: false });
    cycle.finish(at(300), keys(&[2]), JITTER);
    assert_eq!(cycle.search(at(300), Kid(2)), Search::Present);
    assert_ne!(cycle.search(at(300), Kid(1)), Search::Present);
}

#[test]
fn a_search_that_fails_starts_no_series_of_retries() {
    let mut cycle = holding(&[1]);
    let planned = waits_until(cycle.step(at(10)));
    assert_eq!(cycle.search(at(10), Kid(2)), Search::Wait);
    assert_eq!(cycle.step(at(10)), Step::Fetch { whole: false });
    cycle.finish(at(15), Finished::Failed, JITTER);
    assert_eq!(waits_until(cycle.step(at(15))), planned);
    assert_eq!(
        cycle.search(at(15), Kid(2)),
        Search::Absent,
        "the cool-down holds"
    );
    assert_eq!(
        cycle.search(at(40), Kid(2)),
        Search::Wait,
        "nobody said that it is missing"
    );
}

#[test]
fn what_is_missing_is_remembered_ever_longer() {
    let mut cycle = holding(&[1]);
    let mut now = at(0);
    for span in [30, 60, 120, 240, 300, 300] {
        // Planned fetches happen beside it.
        if let Step::Fetch { .. } = cycle.step(now) {
            cycle.finish(now, UNCHANGED, JITTER);
        }
        assert_eq!(cycle.search(now, Kid(2)), Search::Wait);
        assert_eq!(cycle.step(now), Step::Fetch { whole: false });
        cycle.finish(now, UNCHANGED, JITTER);
        let until = now.after(Duration::from_secs(span));
        let just_before = now.after(Duration::from_secs(span - 1));
        assert_eq!(cycle.search(just_before, Kid(2)), Search::Absent, "{span}");
        now = until;
    }
    assert_eq!(cycle.search(now, Kid(2)), Search::Wait);
    cycle.step(now);
    cycle.finish(now, keys(&[1, 2]), JITTER);
    assert_eq!(
        cycle.search(now, Kid(2)),
        Search::Present,
        "and used once it is there"
    );
    assert_eq!(cycle.missing.len(), 0);
}

#[test]
fn nothing_grows_without_bound() {
    let mut cycle = holding(&[1]);
    let mut now = at(0);
    for round in 0_u64..20 {
        now = now.after(Duration::from_secs(30));
        for kid in 0..1000 {
            cycle.search(now, Kid(1000 + round * 1000 + kid));
        }
        while let Step::Fetch { .. } = cycle.step(now) {
            cycle.finish(now, UNCHANGED, JITTER);
        }
        assert!(cycle.missing.len() <= 128);
        assert!(cycle.asked.capacity() <= 256);
    }
}

#[test]
fn keys_pass_to_the_configuration_that_follows() {
    let mut cycle = holding(&[1]);
    cycle.search(at(10), Kid(2));
    let other = Timing {
        hard_age: Duration::from_secs(1000),
        ..timing()
    };
    let mut renewed = cycle.renewed(other, at(20));
    assert_eq!(renewed.search(at(20), Kid(1)), Search::Present);
    assert_eq!(
        renewed.search(at(20), Kid(2)),
        Search::Absent,
        "the cool-down too"
    );
    assert_eq!(renewed.step(at(20)), Step::Fetch { whole: false });
    assert_eq!(
        renewed.step(at(1000)),
        Step::Discard,
        "the age counts from the old fetch"
    );
}

/// What may happen. The numbers are milliseconds and names.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Pass(u64),
    Search(u64),
    Keys(u64, Option<u64>),
    Unchanged,
    Failed,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let max_age = prop_oneof![Just(None), (0_u64..100_000).prop_map(Some)];
    let happening = prop_oneof![
        4 => (0_u64..40_000).prop_map(Happening::Pass),
        1 => (0_u64..4_000_000).prop_map(Happening::Pass),
        6 => (0_u64..1000).prop_map(Happening::Search),
        2 => (0_u64..4, max_age).prop_map(|(kid, age)| Happening::Keys(kid, age)),
        2 => Just(Happening::Unchanged),
        2 => Just(Happening::Failed),
    ];
    collection::vec(happening, 0..400)
}

/// What is true of a cycle, counted beside it.
struct Model {
    cycle: Cycle,
    now: Moment,
    jitter: u8,
    out: bool,
    /// When the fetch that is out began.
    began: Moment,
    confirmed: Option<Moment>,
    kid: Option<u64>,
    searches: Vec<Moment>,
    fetches: usize,
}

impl Model {
    fn new(jitter: u8) -> Self {
        let now = at(1000);
        Self {
            cycle: Cycle::new(timing(), now),
            now,
            jitter,
            out: false,
            began: now,
            confirmed: None,
            kid: None,
            searches: Vec::new(),
            fetches: 0,
        }
    }

    /// Does what the cycle says until it says to wait.
    fn settle(&mut self) {
        for _ in 0..4 {
            match self.cycle.step(self.now) {
                Step::Fetch { whole } => {
                    assert!(!self.out, "a second fetch while one is out");
                    assert_eq!(whole, self.confirmed.is_none());
                    (self.out, self.began) = (true, self.now);
                    self.fetches += 1;
                }
                Step::Discard => {
                    let confirmed = self.confirmed.take().expect("keys to discard");
                    assert!(self.now.since(confirmed) >= timing().hard_age);
                }
                Step::Wait(until) => {
                    assert!(
                        until.is_none_or(|until| until > self.now),
                        "waits for the past"
                    );
                    assert!(until.is_some() || self.out, "waits for nothing");
                    let end = self.confirmed.map(|at| at.after(timing().hard_age));
                    assert!(end.is_none_or(|end| until.is_some_and(|until| until <= end)));
                    return;
                }
            }
        }
        panic!("does not come to rest");
    }

    fn happen(&mut self, happening: Happening) {
        let due = self.out || matches!(self.cycle.flight, Flight::Due);
        match happening {
            Happening::Pass(millis) => self.now = self.now.after(Duration::from_millis(millis)),
            Happening::Search(kid) => match self.cycle.search(self.now, Kid(kid)) {
                Search::Present => assert_eq!(self.kid, Some(kid)),
                Search::NoKeys => assert_eq!(self.confirmed, None),
                Search::Absent => assert_ne!(self.kid, Some(kid)),
                Search::Wait if due => {}
                Search::Wait => {
                    if let Some(last) = self.searches.last() {
                        assert!(self.now.since(*last) >= timing().cool_down, "too soon");
                    }
                    self.searches.push(self.now);
                }
            },
            _ if !self.out => {}
            Happening::Keys(kid, max_age) => {
                let max_age = max_age.map(Duration::from_secs);
                self.end(Finished::Keys {
                    kids: vec![Kid(kid)],
                    max_age,
                });
                (self.confirmed, self.kid) = (Some(self.began), Some(kid));
            }
            Happening::Unchanged => {
                self.end(UNCHANGED);
                if self.confirmed.is_some() {
                    self.confirmed = Some(self.began);
                }
            }
            Happening::Failed => self.end(Finished::Failed),
        }
        self.settle();
        if let Some(age) = self.cycle.age(self.now) {
            assert!(age < timing().hard_age, "keys serve past the hard age");
        }
        assert_eq!(self.cycle.age(self.now).is_some(), self.confirmed.is_some());
        assert!(self.cycle.missing.len() <= 128);
    }

    fn end(&mut self, finished: Finished) {
        self.out = false;
        self.cycle.finish(self.now, finished, Jitter(self.jitter));
    }
}

proptest! {
    #[test]
    fn the_rules_hold_whatever_happens(happenings in happenings(), jitter in any::<u8>()) {
        let mut model = Model::new(jitter);
        model.settle();
        for happening in happenings {
            model.happen(happening);
        }
        let span = model.now.since(at(1000)).as_millis();
        // Searches, planned fetches that succeed, and retries that do not come sooner than half
        // of the first pause.
        assert!(model.fetches as u128 <= span / 30_000 + span / 500 + 2);
    }

    #[test]
    fn strangers_change_nothing_for_the_good(
        flood in collection::vec((0_u64..90, 1000_u64..1_000_000), 0..2000),
        jitter in any::<u8>(),
    ) {
        let mut cycle = holding(&[1, 2]);
        let mut now = at(0);
        let mut fetches = 0_u64;
        for (pause, kid) in flood {
            now = now.after(Duration::from_millis(pause));
            cycle.search(now, Kid(kid));
            while let Step::Fetch { whole } = cycle.step(now) {
                assert!(!whole);
                fetches += 1;
                cycle.finish(now, UNCHANGED, Jitter(jitter));
            }
            for good in [1, 2] {
                assert_eq!(cycle.search(now, Kid(good)), Search::Present);
            }
        }
        let seconds = now.since(at(0)).as_secs();
        assert!(fetches <= 1 + seconds / 30, "{fetches} fetches in {seconds} s");
    }
}
