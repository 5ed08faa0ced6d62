//! Who gets a place, and who gives one up.

use std::time::Duration;

use tokio::time::advance;

use super::*;
use crate::testing::no_audit;

fn limits(connections: usize, of_source: Option<usize>) -> LimitsConfig {
    crate::testing::limits(|limits| {
        limits.connections = connections;
        limits.connections_per_source = of_source;
    })
}

fn ip(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

struct Door {
    places: Arc<Places>,
    limits: LimitsConfig,
    proxies: TrustedProxies,
}

impl Door {
    fn new(connections: usize, of_source: Option<usize>) -> Self {
        Self {
            places: Arc::new(Places::new(1_000, Arc::default(), no_audit())),
            limits: limits(connections, of_source),
            proxies: TrustedProxies {
                networks: Some(vec![ip(9).into()]),
                ..TrustedProxies::default()
            },
        }
    }

    fn enter(&self, last: u8) -> Result<Place, NoPlace> {
        self.places.enter(ip(last), &self.limits, &self.proxies)
    }
}

fn is_ended(place: &Place) -> bool {
    let mut ended = std::pin::pin!(place.activity.ended());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    ended.as_mut().poll(&mut context).is_ready()
}

#[tokio::test(start_paused = true)]
async fn an_address_has_so_many_places_and_a_proxy_has_more() {
    let door = Door::new(100, Some(2));
    let first = door.enter(1).unwrap();
    let _second = door.enter(1).unwrap();
    assert_eq!(door.enter(1).unwrap_err(), NoPlace::OfSource);
    let _other = door.enter(2).unwrap();
    let _proxy: Vec<_> = (0..3).map(|_| door.enter(9).unwrap()).collect();
    drop(first);
    let _again = door.enter(1).unwrap();
    assert_eq!(door.places.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_most_and_waits_longest_makes_room() {
    let door = Door::new(6, None);
    let modest = door.enter(1).unwrap();
    let proxy = [door.enter(9).unwrap(), door.enter(9).unwrap()];
    let mut greedy = Vec::new();
    for _ in 0..3 {
        advance(Duration::from_secs(1)).await;
        greedy.push(door.enter(2).unwrap());
    }
    // It has asked for something; the others have not.
    drop(greedy[0].activity.begin());
    advance(Duration::from_secs(2)).await;
    let _new = door.enter(3).unwrap();
    assert!(
        is_ended(&greedy[1]),
        "the oldest that has asked for nothing"
    );
    assert!(
        ![&modest, &proxy[0], &proxy[1], &greedy[0], &greedy[2]]
            .into_iter()
            .any(is_ended)
    );
    assert_eq!(door.places.len(), 6);
    // What has lost its place gives none back.
    drop(greedy.remove(1));
    assert_eq!(door.places.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn nobody_at_work_is_ended_for_another() {
    let door = Door::new(2, None);
    let (first, second) = (door.enter(1).unwrap(), door.enter(1).unwrap());
    let work = [first.activity.begin(), second.activity.begin()];
    advance(Duration::from_mins(1)).await;
    assert_eq!(door.enter(2).unwrap_err(), NoPlace::Busy);
    drop(work);
    advance(Duration::from_mins(1)).await;
    let _new = door.enter(2).unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_has_just_come_may_be_about_to_ask() {
    let door = Door::new(3, None);
    let old = [door.enter(1).unwrap(), door.enter(1).unwrap()];
    drop(old.each_ref().map(|place| place.activity.begin()));
    advance(Duration::from_secs(2)).await;
    let just_come = door.enter(1).unwrap();
    let _new = door.enter(1).unwrap();
    assert!(is_ended(&old[0]) && !is_ended(&old[1]) && !is_ended(&just_come));
}

#[tokio::test(start_paused = true)]
async fn a_flood_ends_itself_before_those_who_have_asked() {
    let door = Door::new(6, None);
    let good = [door.enter(1).unwrap(), door.enter(1).unwrap()];
    drop(good.each_ref().map(|place| place.activity.begin()));
    advance(Duration::from_secs(2)).await;
    let flood: Vec<_> = (0..20).map(|_| door.enter(1).unwrap()).collect();
    assert!(!good.iter().any(is_ended));
    assert_eq!(flood.iter().filter(|place| is_ended(place)).count(), 16);
}

#[test]
fn there_are_never_more_than_the_process_can_have() {
    let places = Arc::new(Places::new(1, Arc::default(), no_audit()));
    let (limits, proxies) = (limits(100, None), TrustedProxies::default());
    let first = places.enter(ip(1), &limits, &proxies).unwrap();
    let _work = first.activity.begin();
    assert_eq!(
        places.enter(ip(2), &limits, &proxies).unwrap_err(),
        NoPlace::Busy
    );
}
