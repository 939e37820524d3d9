//! Numbers of slots, ids that come back never, slots that others look at.

use httpsys_core::HandleId;
use httpsys_core::ids::LAST_GENERATION;
use httpsys_core::proto::{Parameters, RequestHead};

use super::*;

#[test]
fn every_slot_number_has_its_own_place() {
    let mut expected = (0, 0);
    for slot in 0..100_000 {
        assert_eq!(split(slot), expected);
        let (first, count) = slots_of(expected.0);
        assert_eq!(slot - first, expected.1 as u32);
        expected.1 += 1;
        if expected.1 == count as usize {
            expected = (expected.0 + 1, 0);
        }
    }
    let last = split(MAX_SLOTS - 1);
    assert_eq!(last.0, SEGMENTS - 1);
    let (first, count) = slots_of(last.0);
    assert!(first < MAX_SLOTS && MAX_SLOTS - first <= count);
}

/// What is made ahead is memory that nobody uses: 2 % of the slots in use, and 8 slots.
#[test]
fn few_more_slots_are_made_than_are_used() {
    for used in 1..100_000 {
        let (first, count) = slots_of(split(used - 1).0);
        assert!(first + count - used <= used / 64 + 8, "{used}");
    }
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}

/// A new connection.
fn open(table: &Table) -> ConnGuard<'_> {
    let vacancy = table.acquire().expect("there is room");
    vacancy.fill(Transport::unconnected(), nowhere(), nowhere())
}

/// As its end does.
fn end(mut conn: ConnGuard<'_>) {
    conn.state.close();
    conn.stream = None;
}

/// Which slot a new connection would get.
fn next_slot(table: &Table) -> u32 {
    let vacancy = table.acquire().expect("there is room");
    let slot = vacancy.id().place().slot;
    vacancy.give_up();
    slot
}

/// Begins a request of queue 7 on the connection.
fn begin(conn: &mut Conn) -> RequestId {
    let id = conn.next_request().unwrap();
    let mut head = RequestHead::new();
    let bytes = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let own = UnderWay::new(None);
    conn.state
        .handle_head(bytes, &mut head, &Parameters::default());
    conn.state.begin_exchange(id, QUEUE, &head, 0, own);
    id
}

const QUEUE: QueueId = QueueId(7);

#[test]
fn ids_of_places_that_never_existed_find_nothing() {
    let table = Table::new(0);
    for id in [0, 1, u64::MAX, 1 << 58] {
        assert!(table.connection(ConnectionId(id)).is_none());
        assert!(table.request(RequestId(id), QUEUE).is_none());
    }
    let id = open(&table).state.id();
    assert!(table.connection(id).is_some());
    for place in [
        SlotAddress {
            shard: 1,
            ..id.place()
        },
        SlotAddress {
            generation: LAST_GENERATION,
            ..id.place()
        },
        SlotAddress {
            slot: 1,
            ..id.place()
        },
    ] {
        assert!(table.connection(ConnectionId(place.pack())).is_none());
        assert!(table.holder_of(place).is_none());
    }
}

#[test]
fn a_connection_that_has_ended_is_gone_with_the_guard() {
    let table = Table::new(0);
    let conn = open(&table);
    let id = conn.state.id();
    end(conn);
    assert!(table.connection(id).is_none());
    assert!(table.connection_in(0).is_none());
    assert_eq!(table.open(), 0);
    // The next one in its slot is another.
    let next = open(&table).state.id();
    assert_eq!(next.place().slot, id.place().slot);
    assert!(table.connection(id).is_none());
    assert!(table.connection(next).is_some());
}

#[test]
fn rcv_002_cxl_006_a_request_is_found_by_its_own_id_on_its_own_queue() {
    let table = Table::new(0);
    let mut conn = open(&table);
    let request = begin(&mut conn);
    let connection = conn.state.id();
    drop(conn);
    assert!(table.request(request, QueueId(8)).is_none());
    assert!(table.request(RequestId(connection.0), QUEUE).is_none());
    assert!(table.connection(ConnectionId(request.0)).is_none());
    assert!(table.live_request(request, QUEUE).is_none(), "it is queued");
    let mut found = table.request(request, QUEUE).expect("it is under way");
    found.exchange_mut().deliver(true, HandleId(1));
    drop(found);
    let found = table.live_request(request, QUEUE).expect("it is received");
    let mut conn = found.into_connection();
    for place in [request.place(), connection.place()] {
        assert!(matches!(
            table.connection_soon(connection, None),
            Look::Held
        ));
        drop(conn);
        conn = table.holder_of(place).expect("both name it");
    }
    end(conn);
    assert!(table.request(request, QUEUE).is_none());
    assert!(table.holder_of(request.place()).is_none());
}

#[test]
fn the_wheels_entry_stays_with_the_slot_and_counts_once() {
    let table = Table::new(0);
    let mut conn = open(&table);
    conn.lasting_mut().looked_at = Tick(5);
    end(conn);
    let conn = open(&table);
    assert!(matches!(table.due_now(0, Tick(5)), Look::Held));
    drop(conn);
    assert!(table.due(0, Tick(4)).is_none(), "a sooner one replaced it");
    assert!(table.due(0, Tick(5)).is_some());
    assert!(table.due(0, Tick(5)).is_none());
}

#[test]
fn a_free_slot_that_somebody_looks_at_is_passed_by() {
    let table = Table::new(0);
    let both = [open(&table), open(&table)];
    // The slot that was given back last comes first.
    both.into_iter().rev().for_each(end);
    let looked_at = table.hold(0);
    let conn = open(&table);
    assert_eq!((conn.state.id().place().slot, table.open()), (1, 1));
    drop(conn);
    let next = open(&table).state.id().place().slot;
    assert_eq!((next, table.open()), (2, 2));
    drop(looked_at);
    assert_eq!(next_slot(&table), 0, "it is still free");
}

/// Ten million requests on slots that are used again and again: an old id never names a
/// later request.
#[test]
fn cxl_006_ids_do_not_come_back_in_ten_million_requests() {
    let table = Table::new(0);
    let mut old = Vec::new();
    let mut made = 0u32;
    while made < 10_000_000 {
        let mut conn = open(&table);
        assert!(conn.state.id().place().slot < 2, "slots are used again");
        for _ in 0..1000 {
            let id = conn.next_request().unwrap();
            assert!(old.last().is_none_or(|last: &RequestId| last.0 < id.0));
            if made % 1000 == 0 {
                assert!(!old.contains(&id), "an id came back");
                old.push(id);
                old.truncate(10_000);
            }
            made += 1;
        }
        end(conn);
    }
}
