use std::time::Duration;

use welcome::time_until_all_answered;

fn seconds(waits: &[u64]) -> Vec<Duration> {
    waits.iter().copied().map(Duration::from_secs).collect()
}

#[test]
fn waiting_for_all_at_once_takes_as_long_as_the_longest_wait() {
    let got = time_until_all_answered(&seconds(&[3, 1, 2]));
    assert_eq!(
        got,
        Duration::from_secs(3),
        "three servers are asked at once and answer after 3 s, 1 s and 2 s, so the last answer is \
         in after 3 s; your function says {got:?}. (6 s would be asking one after the other: here \
         the waits overlap.)"
    );
}

#[test]
fn the_order_of_the_servers_does_not_matter() {
    for waits in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
        let got = time_until_all_answered(&seconds(&waits));
        assert_eq!(
            got,
            Duration::from_secs(3),
            "for answers after {waits:?} seconds the last one is in after 3 s; your function says \
             {got:?}. Does it look at one fixed place in the slice?"
        );
    }
}

#[test]
fn with_nobody_to_ask_there_is_nothing_to_wait_for() {
    let got = time_until_all_answered(&[]);
    assert_eq!(
        got,
        Duration::ZERO,
        "with no servers to ask, all answers are in at once, after 0 s; your function says {got:?}"
    );
}

#[test]
fn ten_thousand_waits_cost_no_more_than_one() {
    let mut waits = vec![Duration::from_millis(50); 10_000];
    waits[7_777] = Duration::from_millis(51);
    let got = time_until_all_answered(&waits);
    assert_eq!(
        got,
        Duration::from_millis(51),
        "9,999 answers come after 50 ms and one after 51 ms, so all are in after 51 ms; your \
         function says {got:?}"
    );
}
