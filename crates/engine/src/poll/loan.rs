//! Leading on behalf of a wait that is not ours: a completion port, an event, a thread.
//!
//! Owns the loop that polls until a foreign condition holds. A program that only waits for its
//! completion port then polls the sockets itself, and what it waits for crosses no thread. Does not
//! own the condition nor the thread's sleep: those are the Win32 subset's.
//!
//! A thread whose turns find things for other threads only, such as one that waits for a thread to end, gives way to
//! the next one that comes to wait: else the threads that do the work would be woken for every turn.

use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

use crate::poll::shard::Shard;
use crate::poll::waiter::Turn;
use crate::service::Service;

impl Service {
    /// Polls on this thread until `until` holds or the deadline has passed. `false`: another thread
    /// polls, and this one should sleep.
    ///
    /// Whoever makes `until` true from another thread calls [`Service::stop_driving`] afterwards.
    pub fn drive(&self, until: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool {
        if self.is_inherited() {
            return false;
        }
        loop {
            if until() || deadline.is_some_and(|at| at <= self.clock().now()) {
                return true;
            }
            let Some(mut lead) = self.try_lend() else {
                self.shards().end_all_batches();
                return false;
            };
            let mut turn = Turn::default();
            // Pairs with the fence of `stop_driving`.
            fence(Ordering::SeqCst);
            // What the leader before us found may have been what this thread waits for.
            if !until() {
                self.poll_once(&mut lead, deadline, None, &mut turn);
            }
            let leadership = &self.shards().at(lead.index).leadership;
            let is_taken_over = leadership.is_taken_over();
            self.end_loan(lead);
            let has_found = turn.wakes_somebody();
            turn.fire(self);
            let is_over = until();
            if has_found {
                leadership.note_turn(is_over);
            }
            if is_taken_over && !is_over {
                self.shards().end_all_batches();
                return false;
            }
        }
    }

    /// Makes a thread inside [`Service::drive`] look at its condition, also one that has not begun
    /// to poll yet.
    pub fn stop_driving(&self) {
        // Pairs with the fence in `drive`: either the lent lead is seen here, or its thread sees what has become true.
        fence(Ordering::SeqCst);
        let all = self.shards().iter();
        all.filter(|shard| shard.leadership.is_lent())
            .for_each(Shard::interrupt);
    }
}

#[cfg(test)]
mod tests;
