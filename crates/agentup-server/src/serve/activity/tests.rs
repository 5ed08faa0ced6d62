//! How long a connection may do what.

use tokio::time::advance;

use super::*;

const PATIENCE: Patience = Patience {
    head: Duration::from_secs(15),
    idle: Duration::from_secs(75),
    write: Duration::from_mins(1),
};

async fn pass(seconds: u64) {
    advance(Duration::from_secs(seconds)).await;
}

fn left(activity: &Activity) -> Result<u64, Overdue> {
    activity.check(PATIENCE).map(|left| left.as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_head_must_come_in_time_however_slowly_its_bytes_do() {
    let activity = Arc::new(Activity::new());
    assert_eq!(left(&activity), Ok(15));
    for _ in 0..14 {
        pass(1).await;
        activity.received(b"G");
    }
    assert_eq!(left(&activity), Ok(1));
    pass(1).await;
    assert_eq!(left(&activity), Err(Overdue::Head));

    // The second one on a connection has its time from its first byte.
    let activity = Arc::new(Activity::new());
    drop(activity.begin());
    pass(50).await;
    assert_eq!(
        left(&activity),
        Ok(15),
        "it is looked at again before a head could be late"
    );
    activity.received(b"P");
    pass(14).await;
    activity.received(b"O");
    assert_eq!(left(&activity), Ok(1));
    pass(1).await;
    assert_eq!(left(&activity), Err(Overdue::Head));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_asks_for_nothing_ends() {
    let activity = Arc::new(Activity::new());
    let request = activity.begin();
    pass(1_000).await;
    assert!(left(&activity).is_ok(), "it is at work");
    assert_eq!(activity.waits_since(), None);
    assert!(!activity.has_served());
    drop(request);
    assert!(activity.has_served() && activity.waits_since().is_some());
    pass(74).await;
    assert_eq!(left(&activity), Ok(1));
    pass(1).await;
    assert_eq!(left(&activity), Err(Overdue::Idle));
}

#[tokio::test(start_paused = true)]
async fn of_http2_signs_of_life_are_no_requests() {
    let activity = Arc::new(Activity::new());
    activity.received(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    pass(14).await;
    assert_eq!(left(&activity), Ok(1), "the first request is due");
    let (first, second) = (activity.begin(), activity.begin());
    drop(first);
    assert_eq!(activity.waits_since(), None, "one is at work");
    drop(second);
    for _ in 0..74 {
        pass(1).await;
        activity.received(b"ping");
    }
    assert_eq!(left(&activity), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_client_must_take_what_it_is_sent() {
    let activity = Arc::new(Activity::new());
    let _request = activity.begin();
    activity.sent(false);
    pass(59).await;
    activity.sent(false);
    assert_eq!(left(&activity), Ok(1));
    activity.sent(true);
    pass(59).await;
    assert!(left(&activity).is_ok());
    activity.sent(false);
    pass(60).await;
    assert_eq!(left(&activity), Err(Overdue::Write));
}
