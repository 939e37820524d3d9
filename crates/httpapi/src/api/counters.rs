//! The counters and the list of queues, for C: `httpsys/extension.h`.
//!
//! Owns the functions and the conversion to their structures. Does not own the numbers
//! (`httpsys_core::counters`). Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of httpsys/extension.h")]

use std::ffi::{c_char, c_void};

use httpsys_core::counters::{QueueCounters, ServiceCounters, UrlGroupCounters};
use httpsys_core::{Error, UrlGroupId};

use crate::code::CallResult;
use crate::entry::entry;
use crate::lifecycle;
use crate::pointers::{Buffer, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTPSYS_COUNTER_SET, HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_SERVICE_COUNTERS,
    HTTPSYS_URL_GROUP_COUNTERS, HttpsysRequestQueueCounters, HttpsysServiceCounters,
    HttpsysUrlGroupCounters,
};

entry! {
    /// Fills the structure of one set of counters: of the service, of a URL group or of a queue.
    fn HttpsysQueryCounters(
        set: HTTPSYS_COUNTER_SET,
        queue: HANDLE,
        group: u64,
        counters: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32 {
        if counters.is_null() {
            return Err(invalid("Counters is NULL"));
        }
        // SAFETY: by the contract of the function.
        let (buffer, return_length) = unsafe {
            let buffer = Buffer::new(counters.cast(), length as usize)?;
            (buffer, Out::optional(return_length))
        };
        let service = lifecycle::service()?;
        match set {
            HttpsysServiceCounters if queue.is_null() && group == 0 => {
                fill(buffer, return_length, &of_service(&service.service_counters()))
            }
            HttpsysUrlGroupCounters if queue.is_null() => {
                let counters = service.url_group_counters(UrlGroupId(group))?;
                fill(buffer, return_length, &of_group(&counters))
            }
            HttpsysRequestQueueCounters if group == 0 => {
                let handle = QueueObject::lookup_or_invalid(queue)?;
                fill(buffer, return_length, &of_queue(&service.queue_counters(handle.queue())))
            }
            _ => Err(invalid("CounterSet is unknown, or does not match the handle and the id")),
        }
    }

    /// Writes all counters as Prometheus reads them.
    fn HttpsysWritePrometheus(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32 {
        // SAFETY: by the contract of the function.
        let (buffer, needed) = unsafe { text_buffer(buffer, length, needed) }?;
        write_text(buffer, needed, lifecycle::service()?.counters().to_prometheus())
    }

    /// Writes the list of request queues as a text for people.
    fn HttpsysWriteServiceState(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32 {
        // SAFETY: by the contract of the function.
        let (buffer, needed) = unsafe { text_buffer(buffer, length, needed) }?;
        write_text(buffer, needed, lifecycle::service()?.service_state().to_string())
    }
}

/// Writes as much of the structure as the program knows; 234 if that is less than the first version
/// of the structure, which is the only one so far.
fn fill<T: Copy>(mut buffer: Buffer, return_length: Out<u32>, value: &T) -> CallResult {
    let size = size_of::<T>();
    return_length.set_count(size as u64);
    if buffer.put(0, std::slice::from_ref(value)) {
        Ok(())
    } else {
        Err(Error::MoreData {
            needed: size as u32,
        }
        .into())
    }
}

/// # Safety
/// `first` is NULL or points to `length` bytes that are valid for writes and used by nobody else;
/// `needed` is NULL or valid for writes.
pub(super) unsafe fn text_buffer(
    first: *mut c_char,
    length: u32,
    needed: *mut u32,
) -> Result<(Buffer, Out<u32>), crate::code::ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        let needed = Out::required(needed).named("BytesNeeded")?;
        Ok((
            Buffer::new(first.cast(), length as usize).named("Buffer")?,
            needed,
        ))
    }
}

/// Writes the text with a NUL.
pub(super) fn write_text(mut buffer: Buffer, needed: Out<u32>, mut text: String) -> CallResult {
    // No name that C gave has one: NUL ends the strings of the API.
    text.push('\0');
    needed.set_count(text.len() as u64);
    if buffer.put(0, text.as_bytes()) {
        Ok(())
    } else {
        Err(Error::MoreData {
            needed: u32::try_from(text.len()).unwrap_or(u32::MAX),
        }
        .into())
    }
}

fn of_service(from: &ServiceCounters) -> HTTPSYS_SERVICE_COUNTERS {
    let (cache, faults) = (&from.uri_cache, &from.faults);
    HTTPSYS_SERVICE_COUNTERS {
        CurrentUrisCached: cache.current_uris_cached,
        TotalUrisCached: cache.total_uris_cached,
        UriCacheHits: cache.uri_cache_hits,
        UriCacheMisses: cache.uri_cache_misses,
        UriCacheFlushes: cache.uri_cache_flushes,
        TotalFlushedUris: cache.total_flushed_uris,
        OpenConnections: from.connections_open,
        AcceptedConnections: from.connections_accepted,
        AllRequests: from.requests,
        BytesSentRate: from.bytes_sent,
        BytesReceivedRate: from.bytes_received,
        RefusedRequests: from.refused.total(),
        DroppedLogEntries: from.log_entries_dropped,
        AcceptFailures: faults.accept_failures,
        PollFailures: faults.poll_failures,
        DroppedConnections: faults.connections_dropped,
        SendsWaited: faults.sends_waited,
        SendsThrottled: faults.sends_throttled,
        TurnsUsedUp: faults.turns_used_up,
        TimersFired: from.timers,
        Ends: from.ends_by_number,
    }
}

fn of_group(from: &UrlGroupCounters) -> HTTPSYS_URL_GROUP_COUNTERS {
    HTTPSYS_URL_GROUP_COUNTERS {
        BytesSentRate: from.bytes_sent,
        BytesReceivedRate: from.bytes_received,
        BytesTransferredRate: from.bytes_transferred(),
        CurrentConnections: from.current_connections,
        MaxConnections: from.max_connections,
        ConnectionAttempts: from.connection_attempts,
        GetRequests: from.get_requests,
        HeadRequests: from.head_requests,
        AllRequests: from.all_requests,
    }
}

fn of_queue(from: &QueueCounters) -> HTTPSYS_REQUEST_QUEUE_COUNTERS {
    HTTPSYS_REQUEST_QUEUE_COUNTERS {
        CurrentQueueSize: from.current_queue_size,
        MaxQueueItemAge: from.max_queue_item_age,
        ArrivalRate: from.arrivals,
        RejectionRate: from.rejected_requests,
        RejectedRequests: from.rejected_requests,
        CacheHitRate: from.cache_hits,
        AbandonedRequests: from.abandoned,
    }
}
