//! Who looks at timers has other work as well.

use std::net::{Ipv4Addr, SocketAddr};

use httpsys_core::proto::Parameters;

use super::*;
use crate::transport::Transport;

#[test]
fn a_thread_with_sockets_to_look_after_does_a_share_at_a_time() {
    let service = Service::new(Parameters::default()).unwrap();
    let due = (0..SHARE as u32 + 10).map(|slot| (slot, Tick(1)));
    service.shard().timers.0.lock().due.extend(due);
    assert_eq!(
        service.time_to_timers(service.shard()),
        Some(Duration::ZERO)
    );
    assert!(service.run_share_of_timers(service.shard()));
    assert_eq!(service.shard().timers.0.lock().due.len(), 10);
    assert_eq!(
        service.time_to_timers(service.shard()),
        Some(Duration::ZERO),
        "it goes on at once"
    );
    assert!(service.run_share_of_timers(service.shard()));
    assert_eq!(service.time_to_timers(service.shard()), None);
}

#[test]
fn a_connection_that_is_held_is_looked_at_again_and_keeps_no_other_waiting() {
    let service = Service::new(Parameters::default()).unwrap();
    let table = &service.shard().table;
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    for _ in 0..2 {
        let vacancy = table.acquire().unwrap();
        let slot = vacancy.id().place().slot;
        let mut conn = vacancy.fill(Transport::unconnected(), nowhere, nowhere);
        conn.lasting_mut().looked_at = Tick(1);
        service
            .shard()
            .timers
            .0
            .lock()
            .due
            .push_back((slot, Tick(1)));
    }
    let looked_at = |slot| {
        let mut conn = table.connection_in(slot).unwrap();
        conn.lasting_mut().looked_at
    };
    let held = table.hold(0);
    assert!(service.run_share_of_timers(service.shard()));
    assert_eq!(looked_at(1), Tick::NEVER, "the other had its look");
    assert_eq!(service.time_to_timers(service.shard()), Some(HELD_AGAIN));
    assert!(service.run_share_of_timers(service.shard()));
    assert_eq!(service.time_to_timers(service.shard()), Some(HELD_AGAIN));
    drop(held);
    assert_eq!(looked_at(0), Tick(1));
    assert!(service.run_share_of_timers(service.shard()));
    assert_eq!(looked_at(0), Tick::NEVER);
    assert_eq!(service.time_to_timers(service.shard()), None);
}
