//! The timers of connections: IdleConnection, HeaderWait, RequestQueue, EntityBody,
//! DrainEntityBody, MinSendRate (TMO rows), the end of closing (G-006), and the moment at which a
//! limited bandwidth lets a send go on.
//!
//! Owns: when each runs, what it does, the wheel behind its lock, and the list of what it has due.
//! Does not own: the values (properties, `Bound`), the wheel itself (`httpsys_core::timer`), nor who
//! looks at it: that is the fallback thread (`lead.rs`), so that threads that poll for the program
//! pay nothing.
//!
//! A connection has two alarms: one for what is waited for from the client, one for what is sent to
//! it. Starting one is a store, as long as the wheel looks at the connection no later: found at its
//! tick, a connection whose alarm is later than that is entered again. The entry belongs to the
//! slot, and a later connection in it goes on with it.
//!
//! Threading: alarms are behind the slot's lock; the wheel's lock is a leaf.

use std::sync::atomic::Ordering;
use std::time::Duration;

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::{Exchange, Opaque};
use httpsys_core::timer::Tick;

use crate::conn::alarm::{Alarm, Allowance, Purpose};
use crate::conn::slot::Conn;
use crate::conn::table::Look;
use crate::conn::under_way::UnderWay;
use crate::conn::wheel::WheelState;
use crate::poll::operation::Signal;
use crate::poll::shard::Shard;
use crate::poll::waiter::{Reading, Turn};
use crate::service::Service;

/// How long a closing connection is given to take the last bytes (G-006), in milliseconds.
const LINGER_MS: u64 = 1000;

/// [`Clock::millis`](crate::clock::Clock::millis) may lag by so much: a timer that began at such a
/// time must not end too early.
const LAG_MS: u64 = 10;

/// Connections that are looked at in a row: the thread that does it has sockets to look after.
const SHARE: usize = 256;

/// When a connection whose time has come is looked at again, if somebody else has its slot.
const HELD_AGAIN: Duration = Duration::from_millis(10);

impl Service {
    /// Looks at the timers and does what is due. The service does this itself when their time has
    /// come; a program that turns the clock by hand ([`Service::with_clock`]) calls it after each
    /// turn. Any thread; waits for calls that are at work on a connection whose time has come.
    pub fn run_timers(&self) {
        if self.is_inherited() {
            return;
        }
        self.cache().scavenge(self.clock().millis());
        let mut turn = Turn::default();
        let mut share = Vec::new();
        for shard in self.shards().iter() {
            while let Some(now) = self.take_due(shard, &mut share) {
                for (slot, tick) in share.drain(..) {
                    if let Some(mut conn) = shard.table.due(slot, tick) {
                        self.look_at(&mut conn, now, &mut turn);
                    }
                }
            }
        }
        turn.fire(self);
    }

    /// As [`Service::run_timers`] for a thread that has sockets to look after: does a share of what is
    /// due, and waits for nobody. [`Service::time_to_timers`] says when it goes on. `false`: the thread is not in
    /// office any more.
    #[must_use]
    pub(crate) fn run_share_of_timers(&self, shard: &Shard) -> bool {
        if shard.is_first() && self.cache().next_look().is_some() {
            self.cache().scavenge(self.clock().millis());
        }
        let mut share = Vec::new();
        let Some(now) = self.take_due(shard, &mut share) else {
            return true;
        };

        let mut turn = Turn::default();
        share.retain(|&(slot, tick)| {
            match shard.table.due_now(slot, tick) {
                Look::Open(mut conn) => self.look_at(&mut conn, now, &mut turn),
                Look::Gone => {}
                Look::Held => return true,
            }
            false
        });
        if !share.is_empty() {
            shard.timers.0.lock().held.append(&mut share);
        }
        self.fire_in_office(shard, &mut turn)
    }

    /// Takes a share of what is due, and the tick that has begun. `None`: nothing is.
    fn take_due(&self, shard: &Shard, share: &mut Vec<(u32, Tick)>) -> Option<Tick> {
        let now = Tick::floor(self.clock().millis());
        let mut timers = shard.timers.0.lock();
        let WheelState {
            wheel, due, held, ..
        } = &mut *timers;
        if due.is_empty() {
            due.extend(held.drain(..));
            wheel.advance(now, due);
        }
        share.extend(due.drain(..due.len().min(SHARE)));
        (!share.is_empty()).then_some(now)
    }

    /// How long the wheel can be left alone from now on, unless somebody rings; `None`: for ever.
    pub(crate) fn time_to_timers(&self, shard: &Shard) -> Option<Duration> {
        let mut timers = shard.timers.0.lock();
        let next = timers.wheel.next();
        timers.wakes_at = next.unwrap_or(Tick::NEVER);
        if !timers.due.is_empty() {
            return Some(Duration::ZERO);
        }
        let next = next.map(Tick::millis);
        // The first shard sees to the cache.
        let of_cache = shard.is_first().then(|| self.cache().next_look()).flatten();
        let next = match (next, of_cache) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let left = next.map(|next| {
            let left = next.saturating_sub(self.clock().millis());
            Duration::from_millis(left + LAG_MS)
        });
        if timers.held.is_empty() {
            return left;
        }
        Some(left.map_or(HELD_AGAIN, |left| left.min(HELD_AGAIN)))
    }

    /// Starts a timer of the connection's URL group, or before there is one of the service
    /// (TMO-005), in the place of the one that runs.
    #[inline]
    pub(crate) fn start_timer(&self, conn: &mut Conn, kind: TimerKind, now: u64) {
        conn.alarm = match self.seconds(conn, kind) {
            Some(seconds) => Alarm {
                purpose: Purpose::Timer(kind),
                at: Tick::after(now, u64::from(seconds) * 1000 + LAG_MS),
            },
            None => Alarm::NONE,
        };

        self.arm(conn, now);
    }

    /// How long a timer of the connection runs.
    #[inline]
    pub(super) fn seconds(&self, conn: &Conn, kind: TimerKind) -> Option<u16> {
        match &conn.bound {
            Some(bound) => bound.effective.timers.seconds(kind),
            None => self.own_seconds(kind),
        }
    }

    /// The idle timer of a connection that was looked at too early ends at this millisecond.
    pub(super) fn start_idle_until(&self, conn: &mut Conn, until: u64, now: u64) {
        conn.alarm = Alarm {
            purpose: Purpose::Timer(TimerKind::IdleConnection),
            at: Tick::after(until, LAG_MS),
        };
        self.arm(conn, now);
    }

    /// The service's own.
    #[cold]
    fn own_seconds(&self, kind: TimerKind) -> Option<u16> {
        self.routes().timers().seconds(kind)
    }

    /// As [`Service::start_timer`], unless it runs.
    #[inline]
    pub(crate) fn start_timer_once(&self, conn: &mut Conn, kind: TimerKind, turn: &mut Turn) {
        if conn.alarm.purpose != Purpose::Timer(kind) {
            self.start_timer(conn, kind, turn.millis(self));
        }
    }

    /// Starts the timer of a connection that closes.
    pub(crate) fn start_linger(&self, conn: &mut Conn) {
        let now = self.clock().millis();
        if conn.has_unsent() {
            let taken = conn.taken();
            conn.state.begin_linger(taken);
        }
        conn.send_alarm = Alarm::NONE;
        conn.alarm = Alarm {
            purpose: Purpose::Linger,
            at: Tick::after(now, LINGER_MS),
        };

        self.arm(conn, now);
    }

    /// The waiting send goes on at this millisecond.
    pub(crate) fn resume_send_at(&self, conn: &mut Conn, from: u64, now: u64) {
        conn.send_alarm = Alarm {
            purpose: Purpose::Bandwidth,
            at: Tick::after(from, 0),
        };

        self.arm(conn, now);
    }

    /// A send waits for the client, with `sent` of its bytes handed to the socket and `left` not:
    /// from now on its time runs (TMO-010), if it does not already.
    pub(crate) fn limit_send(&self, conn: &mut Conn, sent: u64, left: u64) {
        let Some(rate) = min_send_rate(conn) else {
            return;
        };

        if conn.send_alarm.purpose == Purpose::Nothing {
            self.allow_time(conn, rate, sent, left);
        }
    }

    /// Gives the client as long as `rate` needs for the bytes of this send and those before it that
    /// it has not taken; and for a response from its first send that waited on: who was fast may
    /// pause later.
    #[cold]
    fn allow_time(&self, conn: &mut Conn, rate: u32, sent: u64, left: u64) {
        let now = self.clock().millis();
        let position = conn.sent.saturating_add(left);
        let bytes = conn.untaken().max(sent).saturating_add(left);
        let mut until = now.saturating_add(lasts(bytes, rate));
        // Messages in opaque mode are no response (UPG-004): each has its own time.
        let exchange = conn.state.exchange();
        let response = exchange.filter(|exchange| exchange.opaque() == Opaque::No);
        if let Some(request) = response.map(Exchange::request) {
            let (sent, stream) = (conn.sent, conn.stream_mut());
            let others = stream.map_or(0, |stream| stream.content_of_others());
            let Some(waits) = conn.state.under_way_mut().map(UnderWay::waits_mut) else {
                return;
            };

            if let Some(before) = waits.allowance.filter(|before| before.request == request) {
                let more = lasts(position.saturating_sub(before.position), rate);
                until = until.max(before.until.saturating_add(more));
            }
            waits.allowance = Some(Allowance {
                request,
                position,
                sent,
                others,
                until,
            });
        }
        conn.send_alarm = Alarm {
            purpose: Purpose::Timer(TimerKind::MinSendRate),
            at: Tick::after(until, LAG_MS),
        };

        self.arm(conn, now);
    }

    /// The time of a send is over: a stream of HTTP/2 gets as long as the content of other streams lasts that went
    /// before its own meanwhile, since the client had to take that first. Not one that waits only for its own window:
    /// nobody but the client holds it up. `false`: it gets no more.
    #[cold]
    fn allow_for_others(&self, conn: &mut Conn) -> bool {
        let (rate, sent) = (min_send_rate(conn), conn.sent);
        let stream = conn.stream_mut().map(|stream| {
            let others = stream.content_of_others();
            (others, stream.is_window_used_up())
        });
        let waits = conn.state.under_way_mut().and_then(UnderWay::waits);
        let allowance = waits.and_then(|waits| waits.allowance.as_mut());
        let (Some(rate), Some((others, is_shut)), Some(allowance)) = (rate, stream, allowance)
        else {
            return false;
        };

        let before = others - allowance.others;
        if before == 0 || (is_shut && sent == allowance.sent) {
            return false;
        }
        allowance.until = allowance.until.saturating_add(lasts(before, rate));
        (allowance.sent, allowance.others) = (sent, others);
        conn.send_alarm = Alarm {
            purpose: Purpose::Timer(TimerKind::MinSendRate),
            at: Tick::after(allowance.until, LAG_MS),
        };
        true
    }

    /// A file is going to be read for the send.
    pub(crate) fn begin_reading_time(&self, conn: &Conn, reading: &Reading) {
        if conn.send_alarm.purpose == Purpose::Timer(TimerKind::MinSendRate) {
            reading
                .since
                .store(self.clock().millis(), Ordering::Relaxed);
        }
    }

    /// The file was read: the client gets the time that the disk took.
    pub(crate) fn end_reading_time(&self, conn: &mut Conn, reading: &Reading) {
        if conn.send_alarm.purpose != Purpose::Timer(TimerKind::MinSendRate) {
            return;
        }
        let since = reading.since.load(Ordering::Relaxed);
        let took = self.clock().millis().saturating_sub(since);
        conn.send_alarm.at = Tick::after(conn.send_alarm.at.millis(), took);
        let waits = conn.state.under_way_mut().and_then(UnderWay::waits);
        if let Some(allowance) = waits.and_then(|waits| waits.allowance.as_mut()) {
            allowance.until = allowance.until.saturating_add(took);
        }
    }

    /// Body bytes came in: the timer for them begins anew for the calls that still wait (TMO-006).
    pub(crate) fn body_has_come(&self, conn: &mut Conn) {
        if conn.alarm.purpose != Purpose::Timer(TimerKind::EntityBody) {
            return;
        }
        if conn.has_readers() {
            self.start_timer(conn, TimerKind::EntityBody, self.clock().millis());
        } else {
            conn.alarm = Alarm::NONE;
        }
    }

    /// A read has begun to wait for body bytes. One that waits already has the timer running, which
    /// only bytes put off (TMO-006). In opaque mode there is no entity body to wait for.
    pub(crate) fn body_is_awaited(&self, conn: &mut Conn) {
        let waits = conn.state.under_way_mut().and_then(UnderWay::waits);
        let first = waits.is_some_and(|waits| waits.readers.len() == 1);
        let exchange = conn.state.exchange();
        if first && exchange.is_some_and(|exchange| exchange.opaque() == Opaque::No) {
            self.start_timer(conn, TimerKind::EntityBody, self.clock().millis());
        }
    }

    /// Sees that the wheel looks at the connection no later than its alarms say.
    #[inline]
    pub(super) fn arm(&self, conn: &mut Conn, now: u64) {
        let at = conn.alarm.at.min(conn.send_alarm.at);
        if at < conn.lasting_mut().looked_at {
            self.enter(conn, at, now);
        }
    }

    #[cold]
    fn enter(&self, conn: &mut Conn, at: Tick, now: u64) {
        let slot = conn.state.id().place().slot;
        let shard = self.shard_of(conn.state.id());
        let sooner = {
            let mut timers = shard.timers.0.lock();
            let tick = timers.wheel.enter(slot, at, Tick::floor(now));
            conn.lasting_mut().looked_at = tick;
            let sooner = tick < timers.wakes_at;
            if sooner {
                timers.wakes_at = tick;
            }
            sooner
        };

        if sooner {
            self.wake_fallback(shard);
        }
    }

    /// The wheel has handed out the connection; `now` has begun.
    fn look_at(&self, conn: &mut Conn, now: Tick, turn: &mut Turn) {
        if conn.alarm.at <= now {
            let purpose = std::mem::replace(&mut conn.alarm, Alarm::NONE).purpose;
            self.receiving_is_late(conn, purpose, turn);
        }
        if !conn.has_ended() && conn.send_alarm.at <= now {
            let purpose = std::mem::replace(&mut conn.send_alarm, Alarm::NONE).purpose;
            self.sending_is_late(conn, purpose, turn);
        }
        if !conn.has_ended() {
            self.arm(conn, now.millis());
        }
    }

    /// A timer of what is waited for from the client ran out, or its time to take the last bytes.
    fn receiving_is_late(&self, conn: &mut Conn, purpose: Purpose, turn: &mut Turn) {
        match purpose {
            Purpose::Linger => {
                let taken = conn.taken();
                conn.state.handle_linger(taken);
            }
            // Whoever read was cancelled.
            Purpose::Timer(TimerKind::EntityBody) if !conn.has_readers() => return,
            Purpose::Timer(kind) if conn.state.is_carrier() => {
                return self.carrier_is_late(conn, kind, turn);
            }
            Purpose::Timer(kind) => conn.state.handle_timer(kind),
            Purpose::Nothing | Purpose::Bandwidth | Purpose::Protocol => return,
        }
        self.carry_out(conn, turn);
    }

    /// Nobody has received the request in time (G-083).
    pub(crate) fn expire_request(&self, conn: &mut Conn, turn: &mut Turn) {
        let request = conn.state.exchange().map(Exchange::request);
        let (Some(request), Some(bound)) = (request, conn.bound.clone()) else {
            return;
        };

        // Not there: a receive has just taken it.
        if bound.queue.lock().expire(request) {
            let end = CloseReason::Timer(TimerKind::RequestQueue);
            self.tallies().timer_fired(TimerKind::RequestQueue);
            self.refuse_queued(conn, &bound, end, turn);
        }
    }

    fn sending_is_late(&self, conn: &mut Conn, purpose: Purpose, turn: &mut Turn) {
        match purpose {
            Purpose::Bandwidth => {
                if let Some(writer) = conn.pop_writer() {
                    turn.add(writer, Signal::Ready);
                }
            }
            Purpose::Protocol => self.protocol_is_late(conn, turn),
            // It is the disk that is late.
            Purpose::Timer(TimerKind::MinSendRate) if conn.is_reading_file() => {
                conn.send_alarm = Alarm {
                    purpose,
                    at: Tick::after(self.clock().millis(), LINGER_MS),
                };
            }
            Purpose::Timer(TimerKind::MinSendRate) if conn.is_sending() => {
                let has_more_time = self.allow_for_others(conn);
                if !has_more_time {
                    conn.state.handle_timer(TimerKind::MinSendRate);
                    self.carry_out(conn, turn);
                }
            }
            // Nothing waits for the client any more.
            _ => {}
        }
    }
}

/// Bytes a second that the client must take, if it must.
fn min_send_rate(conn: &Conn) -> Option<u32> {
    conn.bound.as_ref()?.effective.timers.min_send_rate
}

/// The milliseconds that so many bytes take at this rate.
fn lasts(bytes: u64, rate: u32) -> u64 {
    bytes.saturating_mul(1000).div_ceil(u64::from(rate.max(1)))
}

#[cfg(test)]
mod tests;
