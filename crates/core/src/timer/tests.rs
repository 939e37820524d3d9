//! Tests of the ticks and the wheel.

use super::*;

fn advance(wheel: &mut TimerWheel, now: u32) -> Vec<(u32, u32)> {
    let mut due = Vec::new();
    wheel.advance(Tick(now), &mut due);
    due.into_iter()
        .map(|(place, tick)| (place, tick.0))
        .collect()
}

#[test]
fn g_087_a_timer_fires_between_t_and_one_second_later() {
    for seconds in [1, 2, 120, 65_534] {
        for start in [0, 1, 249, 250, 251, 999, 1_000_003] {
            let due = Tick::after(start, seconds * 1000);
            // The first moment at which the tick has begun.
            let fires = due.millis();
            assert!(Tick::floor(fires) >= due);
            assert!(Tick::floor(fires - 1) < due);
            assert!(fires >= start + seconds * 1000, "too early");
            assert!(fires < start + seconds * 1000 + 1000, "too late");
        }
    }
    assert!(Tick::after(u64::MAX - 5, 1000) < Tick::NEVER);
}

#[test]
fn places_come_out_at_their_ticks_in_order() {
    let mut wheel = TimerWheel::default();
    assert_eq!(wheel.next(), None);
    assert_eq!(wheel.enter(7, Tick(3), Tick(0)), Tick(3));
    assert_eq!(wheel.enter(8, Tick(2), Tick(0)), Tick(2));
    assert_eq!(wheel.enter(9, Tick(3), Tick(0)), Tick(3));
    assert_eq!(wheel.next(), Some(Tick(2)));
    assert_eq!(advance(&mut wheel, 1), []);
    assert_eq!(advance(&mut wheel, 2), [(8, 2)]);
    assert_eq!(advance(&mut wheel, 2), []);
    assert_eq!(advance(&mut wheel, 500), [(7, 3), (9, 3)]);
    assert_eq!(wheel.next(), None);
}

#[test]
fn a_past_tick_is_the_next_one_and_a_far_one_comes_in_turns() {
    let mut wheel = TimerWheel::default();
    assert_eq!(wheel.enter(1, Tick(5), Tick(1000)), Tick(1001));
    assert_eq!(wheel.enter(2, Tick(1000), Tick(1000)), Tick(1001));
    let far = wheel.enter(3, Tick(100_000), Tick(1000));
    assert_eq!(far, Tick(1000 + BUCKETS - 1));
    assert_eq!(advance(&mut wheel, 1001), [(1, 1001), (2, 1001)]);
    assert_eq!(wheel.next(), Some(far));
    assert_eq!(advance(&mut wheel, far.0 - 1), []);
    assert_eq!(advance(&mut wheel, far.0), [(3, far.0)]);
}

#[test]
fn the_end_of_time_is_no_panic() {
    let mut wheel = TimerWheel::default();
    advance(&mut wheel, u32::MAX - 1);
    wheel.enter(1, Tick(u32::MAX - 1), Tick(u32::MAX - 1));
    wheel.enter(2, Tick::NEVER, Tick(u32::MAX - 1));
    assert!(wheel.next().is_some());
    advance(&mut wheel, u32::MAX);
}

/// Against a sorted list: whatever is entered comes out exactly once, never early, at the first
/// look that is not before it.
#[test]
fn the_wheel_agrees_with_a_sorted_list() {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: u32| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % u64::from(below)) as u32
    };
    let mut wheel = TimerWheel::default();
    let mut list: Vec<(u32, u32)> = Vec::new();
    let mut now = 0;
    for place in 0..20_000 {
        let at = wheel.enter(place, Tick(now + random(1500)), Tick(now));
        list.push((place, at.0));
        assert_eq!(
            wheel.next().map(|tick| tick.0),
            list.iter().map(|(_, at)| *at).min()
        );
        if random(3) == 0 {
            now += random(40);
            let mut expected: Vec<(u32, u32)> =
                list.iter().copied().filter(|(_, at)| *at <= now).collect();
            expected.sort_by_key(|(place, at)| (*at, *place));
            list.retain(|(_, at)| *at > now);
            assert_eq!(advance(&mut wheel, now), expected);
        }
    }
}
