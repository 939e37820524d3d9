//! Types of the functions that are ours: `httpsys/extension.h`.
//!
//! Owns their layout. Does not own what they tell. Names begin with `HTTPSYS_`, as those of the
//! functions with `Httpsys`. The structures of counters may get further members at their end, never
//! others. Plain data; any thread.

use std::ffi::{c_char, c_void};

/// Bytes of a name with its NUL.
pub const HTTPSYS_NAME_LENGTH: usize = 48;

/// Why a connection ended. See `httpsys/extension.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTPSYS_CLOSE_INFO {
    /// HTTPSYS_CLOSE_REASON: 0 while the connection is open.
    pub Reason: u32,
    /// The code with which calls end that wait on the connection.
    pub Win32Status: u32,
    /// The reason's name, ASCII, with its NUL.
    pub Name: [u8; HTTPSYS_NAME_LENGTH],
}

/// Which counters. See `httpsys/extension.h`.
pub type HTTPSYS_COUNTER_SET = i32;
pub const HttpsysServiceCounters: HTTPSYS_COUNTER_SET = 1;
pub const HttpsysUrlGroupCounters: HTTPSYS_COUNTER_SET = 2;
pub const HttpsysRequestQueueCounters: HTTPSYS_COUNTER_SET = 3;

pub const HTTPSYS_END_NUMBERS: usize = 32;
pub const HTTPSYS_TIMERS: usize = 6;

/// The service. See `httpsys/extension.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HTTPSYS_SERVICE_COUNTERS {
    pub CurrentUrisCached: u64,
    pub TotalUrisCached: u64,
    pub UriCacheHits: u64,
    pub UriCacheMisses: u64,
    pub UriCacheFlushes: u64,
    pub TotalFlushedUris: u64,
    pub OpenConnections: u64,
    pub AcceptedConnections: u64,
    pub AllRequests: u64,
    pub BytesSentRate: u64,
    pub BytesReceivedRate: u64,
    pub RefusedRequests: u64,
    pub DroppedLogEntries: u64,
    pub AcceptFailures: u64,
    pub PollFailures: u64,
    pub DroppedConnections: u64,
    pub SendsWaited: u64,
    pub SendsThrottled: u64,
    pub TurnsUsedUp: u64,
    pub TimersFired: [u64; HTTPSYS_TIMERS],
    pub Ends: [u64; HTTPSYS_END_NUMBERS],
}

/// One URL group. See `httpsys/extension.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HTTPSYS_URL_GROUP_COUNTERS {
    pub BytesSentRate: u64,
    pub BytesReceivedRate: u64,
    pub BytesTransferredRate: u64,
    pub CurrentConnections: u64,
    pub MaxConnections: u64,
    pub ConnectionAttempts: u64,
    pub GetRequests: u64,
    pub HeadRequests: u64,
    pub AllRequests: u64,
}

/// One request queue. See `httpsys/extension.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HTTPSYS_REQUEST_QUEUE_COUNTERS {
    pub CurrentQueueSize: u64,
    pub MaxQueueItemAge: u64,
    pub ArrivalRate: u64,
    pub RejectionRate: u64,
    pub RejectedRequests: u64,
    pub CacheHitRate: u64,
    pub AbandonedRequests: u64,
}

/// The version of the library.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTPSYS_VERSION_INFO {
    pub Major: u32,
    pub Minor: u32,
    pub Patch: u32,
    /// The same as text, with a NUL.
    pub Name: [u8; HTTPSYS_NAME_LENGTH],
}

/// Gets an event: its level (1 to 5), target and message, and the context.
pub type HTTPSYS_LOG_CALLBACK =
    Option<unsafe extern "system" fn(u32, *const c_char, *const c_char, *mut c_void)>;
