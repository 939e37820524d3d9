//! The ids of the API as newtypes, and the packing of request and connection ids.
//!
//! A request id or connection id holds shard, slot and generation, so that the driver finds the
//! connection with two array accesses and a stale id fails (1229) instead of naming the next
//! request of the slot. Connections and requests of one slot draw from the same generation
//! counter, so no two ids of a process are ever equal. Invariant: never 0, never reused.
//! Gap G-031 records that nobody knows the real layout; programs must treat ids as opaque.

const SLOT_BITS: u32 = 22;
const GENERATION_BITS: u32 = 36;

/// The number of slots that one shard can have.
pub const MAX_SLOTS: u32 = 1 << SLOT_BITS;
/// The number of shards that an id can name.
pub const MAX_SHARDS: u32 = 1 << (64 - SLOT_BITS - GENERATION_BITS);
/// The last generation of a slot: a slot that reached it is retired, never started again.
pub const LAST_GENERATION: u64 = (1 << GENERATION_BITS) - 1;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);
    };
}

opaque_id! {
    /// HTTP_SERVER_SESSION_ID.
    ServerSessionId
}
opaque_id! {
    /// HTTP_URL_GROUP_ID.
    UrlGroupId
}
opaque_id! {
    /// A request queue of this process. The C ABI hands out a HANDLE that stands for it.
    QueueId
}
opaque_id! {
    /// One handle to a request queue: what HTTP.sys knows as a process that uses the queue.
    HandleId
}
opaque_id! {
    /// An overlapped call as long as it waits: how it is cancelled.
    OperationId
}
opaque_id! {
    /// HTTP_REQUEST_ID.
    RequestId
}
opaque_id! {
    /// HTTP_CONNECTION_ID.
    ConnectionId
}

impl RequestId {
    /// HTTP_NULL_ID: "the next request" in a receive, unknown everywhere else.
    pub const NULL: RequestId = RequestId(0);

    /// True for HTTP_NULL_ID.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == 0
    }

    /// Where the request lives. A forged value gives a place that may not exist.
    #[must_use]
    pub fn place(self) -> SlotAddress {
        SlotAddress::unpack(self.0)
    }

    /// The activity id under which HTTP.sys traces the request, as a GUID lies in memory: that of
    /// the provider with the request id for its first eight bytes (CON-016, captured).
    #[must_use]
    pub fn activity_id(self) -> [u8; 16] {
        let mut guid = [0; 16];
        guid[..8].copy_from_slice(&self.0.to_le_bytes());
        guid[8..].copy_from_slice(&[0xB6, 0x3F, 0x84, 0x71, 0x0C, 0x79, 0x67, 0xBB]);
        guid
    }
}

impl ConnectionId {
    /// Where the connection lives. A forged value gives a place that may not exist.
    #[must_use]
    pub fn place(self) -> SlotAddress {
        SlotAddress::unpack(self.0)
    }
}

/// Shard, slot and generation of a request or connection id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotAddress {
    /// The shard that owns the socket.
    pub shard: u32,
    /// The slot in the shard's connection table.
    pub slot: u32,
    /// The generation within the slot; from 1.
    pub generation: u64,
}

impl SlotAddress {
    /// The id of this place.
    #[must_use]
    pub fn pack(self) -> u64 {
        debug_assert!(self.shard < MAX_SHARDS && self.slot < MAX_SLOTS);
        debug_assert!(self.generation != 0 && self.generation <= LAST_GENERATION);
        (u64::from(self.shard) << (SLOT_BITS + GENERATION_BITS))
            | (self.generation << SLOT_BITS)
            | u64::from(self.slot)
    }

    fn unpack(id: u64) -> Self {
        SlotAddress {
            shard: (id >> (SLOT_BITS + GENERATION_BITS)) as u32,
            slot: (id & u64::from(MAX_SLOTS - 1)) as u32,
            generation: (id >> SLOT_BITS) & LAST_GENERATION,
        }
    }
}

/// The id source of one slot: hands out the generations of its connections and requests.
#[derive(Debug)]
pub struct SlotIds {
    shard: u32,
    slot: u32,
    last: u64,
}

impl SlotIds {
    /// The source of a slot that was never used.
    #[must_use]
    pub fn new(shard: u32, slot: u32) -> Self {
        SlotIds {
            shard,
            slot,
            last: 0,
        }
    }

    /// Its slot.
    #[must_use]
    pub fn slot(&self) -> u32 {
        self.slot
    }

    /// Moves the source to another place; what is left gives no ids.
    #[must_use]
    pub fn take(&mut self) -> SlotIds {
        SlotIds {
            last: std::mem::replace(&mut self.last, LAST_GENERATION),
            ..*self
        }
    }

    /// The next connection id, or `None` when the slot has used up its generations.
    pub fn next_connection(&mut self) -> Option<ConnectionId> {
        self.next().map(ConnectionId)
    }

    /// The next request id, or `None` when the slot has used up its generations.
    pub fn next_request(&mut self) -> Option<RequestId> {
        self.next().map(RequestId)
    }

    /// True when the slot must not take another connection.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        // A connection without a request to follow is of no use: keep two generations in hand.
        self.last + 2 > LAST_GENERATION
    }

    fn next(&mut self) -> Option<u64> {
        if self.last == LAST_GENERATION {
            return None;
        }
        self.last += 1;
        Some(
            SlotAddress {
                shard: self.shard,
                slot: self.slot,
                generation: self.last,
            }
            .pack(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn con_016_the_activity_id_begins_with_the_request_id() {
        let id = RequestId(0x4000_0000_8000_00F1);
        let guid = id.activity_id();
        assert_eq!(guid[..8], [0xF1, 0, 0, 0x80, 0, 0, 0, 0x40]);
        // {........-....-....-b63f-84710c7967bb}
        assert_eq!(guid[8..], [0xB6, 0x3F, 0x84, 0x71, 0x0C, 0x79, 0x67, 0xBB]);
    }

    #[test]
    fn packing_and_unpacking_agree_at_the_bounds() {
        for place in [
            SlotAddress {
                shard: 0,
                slot: 0,
                generation: 1,
            },
            SlotAddress {
                shard: MAX_SHARDS - 1,
                slot: MAX_SLOTS - 1,
                generation: LAST_GENERATION,
            },
            SlotAddress {
                shard: 3,
                slot: 77,
                generation: 123_456_789,
            },
        ] {
            assert_eq!(RequestId(place.pack()).place(), place);
        }
    }

    #[test]
    fn con_002_ids_are_never_zero_and_differ_between_connection_and_request() {
        let mut ids = SlotIds::new(0, 0);
        let connection = ids.next_connection().unwrap();
        let request = ids.next_request().unwrap();
        assert_ne!(connection.0, 0);
        assert_ne!(request.0, 0);
        assert_ne!(connection.0, request.0);
    }

    #[test]
    fn a_source_that_was_moved_goes_on_and_leaves_nothing_behind() {
        let mut ids = SlotIds::new(0, 3);
        let first = ids.next_connection().unwrap();
        let mut moved = ids.take();
        assert_eq!((moved.slot(), ids.next_connection()), (3, None));
        assert_eq!(moved.next_request().unwrap().0, first.0 + (1 << SLOT_BITS));
    }

    #[test]
    fn a_slot_that_used_up_its_generations_gives_no_more_ids() {
        let mut ids = SlotIds {
            shard: 1,
            slot: 2,
            last: LAST_GENERATION - 1,
        };
        assert!(ids.exhausted());
        assert!(ids.next_request().is_some());
        assert_eq!(ids.next_request(), None);
        assert_eq!(ids.next_connection(), None);
    }
}
