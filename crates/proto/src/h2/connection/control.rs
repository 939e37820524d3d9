//! Frames about the connection and its windows: SETTINGS, PING, GOAWAY, WINDOW_UPDATE.
//!
//! Owns: what they change, and how often they may come. Does not own: which settings are valid
//! (`settings`). Threading: none.

use std::time::Duration;

use super::event::H2Event;
use super::stream::StreamPlace;
use super::{H2Connection, H2Phase};
use crate::h2::frame::{self, SettingsPayload, flag, kind};
use crate::h2::limits::Rate;
use crate::h2::reason::{H2Code, H2Fault, H2Reason};
use crate::h2::settings::HEADER_TABLE_SIZE;
use crate::h2::stream_id::StreamId;

impl H2Connection {
    pub(super) fn handle_settings(
        &mut self,
        payload: SettingsPayload<'_>,
        now: Duration,
    ) -> Result<(), H2Fault> {
        let count = payload.iter().len() as u32;
        let in_frame = self.limits.settings_per_frame.unwrap_or(u32::MAX);
        let flood = Err(H2Fault::Connection(H2Reason::SettingsFlood));
        let rate = self.limits.settings;
        if count > in_frame || !self.meters.settings_frames.count(1, rate, now) {
            return flood;
        }
        if let Some(most) = self.limits.settings_per_minute {
            let rate = Rate {
                burst: most,
                per_minute: most,
            };
            if !self.meters.settings.count(count, rate, now) {
                return flood;
            }
        }
        let before = self.peer;
        self.peer = before.with(payload).map_err(H2Fault::Connection)?;
        let sizes = payload.iter().filter(|(id, _)| *id == HEADER_TABLE_SIZE);
        sizes.for_each(|(_, size)| self.encoder.set_table_limit(size));
        let change = i64::from(self.peer.initial_window) - i64::from(before.initial_window);
        if change != 0 {
            self.change_windows(change)?;
        }
        frame::write(&mut self.output, kind::SETTINGS, flag::ACK, None, &[]);
        self.phase = H2Phase::Running;
        Ok(())
    }

    /// A new SETTINGS_INITIAL_WINDOW_SIZE is one for all streams (RFC 9113 section 6.9.2).
    fn change_windows(&mut self, change: i64) -> Result<(), H2Fault> {
        let mut is_possible = true;
        let mut grown = Vec::new();
        for (id, active) in self.streams.iter_mut() {
            is_possible &= active.window.change(change);
            grown.push(id);
        }
        if !is_possible {
            return Err(H2Fault::Connection(H2Reason::WindowOverflow));
        }
        if change > 0 {
            for id in grown {
                self.make_ready(id);
                self.tell_of_room(id);
            }
        }
        Ok(())
    }

    pub(super) fn handle_settings_ack(&mut self, now: Duration) -> Result<(), H2Fault> {
        match self.deadline.take() {
            Some(_) => {
                self.is_acknowledged = true;
                Ok(())
            }
            None => self.count_idle_frame(now),
        }
    }

    pub(super) fn handle_ping(
        &mut self,
        is_ack: bool,
        data: [u8; 8],
        now: Duration,
    ) -> Result<(), H2Fault> {
        if is_ack {
            // No PING was sent that it could answer.
            return self.count_idle_frame(now);
        }
        if let Some(rest) = self.meters.pings_earned.checked_sub(1) {
            self.meters.pings_earned = rest;
        } else if !self.meters.pings.count(1, self.limits.pings, now) {
            return Err(H2Fault::Connection(H2Reason::PingFlood));
        }
        frame::write(&mut self.output, kind::PING, flag::ACK, None, &data);
        Ok(())
    }

    pub(super) fn handle_go_away(&mut self, code: H2Code, now: Duration) -> Result<(), H2Fault> {
        if self.is_peer_leaving {
            return self.count_idle_frame(now);
        }
        self.is_peer_leaving = true;
        self.events.push_back(H2Event::GoAway { code });
        Ok(())
    }

    pub(super) fn handle_window_update(
        &mut self,
        stream: Option<StreamId>,
        increment: u32,
    ) -> Result<(), H2Fault> {
        self.meters.window_updates += 1;
        if self.meters.window_updates > self.meters.window_updates_allowed(&self.limits) {
            return Err(H2Fault::Connection(H2Reason::WindowDribble));
        }
        let change = i64::from(increment);
        let Some(stream) = stream else {
            if increment == 0 {
                return Err(H2Fault::Connection(H2Reason::ZeroIncrement));
            }
            if !self.send_window.change(change) {
                return Err(H2Fault::Connection(H2Reason::WindowOverflow));
            }
            self.tell_of_room_for_all();
            return Ok(());
        };
        match self.streams.find(stream) {
            StreamPlace::Idle => Err(H2Fault::Connection(H2Reason::StreamIdle)),
            StreamPlace::Closed(_) => Ok(()),
            StreamPlace::Active(_) if increment == 0 => {
                Err(H2Fault::Stream(stream, H2Reason::ZeroIncrement))
            }
            StreamPlace::Active(active) => {
                if !active.window.change(change) {
                    return Err(H2Fault::Stream(stream, H2Reason::WindowOverflow));
                }
                self.make_ready(stream);
                self.tell_of_room(stream);
                Ok(())
            }
        }
    }

    /// Counts a frame that has no effect.
    pub(super) fn count_idle_frame(&mut self, now: Duration) -> Result<(), H2Fault> {
        if let Some(rest) = self.meters.idle_frames_earned.checked_sub(1) {
            self.meters.idle_frames_earned = rest;
            return Ok(());
        }
        match self
            .meters
            .idle_frames
            .count(1, self.limits.idle_frames, now)
        {
            true => Ok(()),
            false => Err(H2Fault::Connection(H2Reason::IdleFrameFlood)),
        }
    }

    /// Counts a frame without content that ends nothing.
    pub(super) fn count_empty_frame(&mut self, now: Duration) -> Result<(), H2Fault> {
        let rate = self.limits.empty_frames;
        match self.meters.empty_frames.count(1, rate, now) {
            true => Ok(()),
            false => Err(H2Fault::Connection(H2Reason::EmptyFrameFlood)),
        }
    }
}
