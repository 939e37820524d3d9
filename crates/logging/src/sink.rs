//! From entries to files: what the writer thread does.
//!
//! Owns: the open file, headers, performing rollovers, and what happens after an I/O error. Does
//! not own: the buffer that entries come from (`writer.rs`).
//!
//! After an error the file is truncated to its last good size and reopened for the next entry, so
//! that a line is either complete or absent. If the file cannot be truncated, the next text begins
//! on a line of its own. Entries of the failed write are lost and counted; the first of a series of
//! failures is reported with `tracing`, as HTTP.sys uses the event log (KB 820729). Threading:
//! belongs to one thread.

use std::io;

use crate::fields::{ERROR_COLUMNS, Fields};
use crate::files::{Files, LogFile};
use crate::format::{Format, header, push_directives};
use crate::raw::{Encoder, MAX_GROWTH};
use crate::rollover::{OpenFile, Rollover, error_file_name, file_name, is_due, sequence_of};
use crate::time::Time;

/// Bytes collected before they are written.
const WRITE_BYTES: usize = 64 * 1024;
/// Files that a new run looks at for one that is not full.
const MAX_TRIES: u32 = 16;

/// What kind of log a writer writes.
#[derive(Clone, Debug)]
pub(crate) struct LogPlan {
    pub(crate) kind: LogKind,
    pub(crate) rollover: Rollover,
    /// Periods are those of local time.
    pub(crate) local: bool,
    pub(crate) fields: Fields,
    pub(crate) software: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogKind {
    Access { format: Format, utf8: bool },
    Error,
}

impl LogPlan {
    fn file_name(&self, time: Time, sequence: u32) -> String {
        match self.kind {
            LogKind::Access { format, utf8 } => {
                file_name(format, self.rollover, self.local, utf8, time, sequence)
            }
            LogKind::Error => error_file_name(self.rollover, self.local, time, sequence),
        }
    }

    fn is_raw(&self) -> bool {
        matches!(self.kind, LogKind::Access { format, .. } if format == Format::Raw)
    }

    fn header(&self, time: Time, out: &mut Vec<u8>) {
        match self.kind {
            LogKind::Access { format, .. } => {
                header(format, self.fields, &self.software, time, out)
            }
            LogKind::Error => {
                push_directives(&ERROR_COLUMNS, self.fields, &self.software, time, out)
            }
        }
    }

    /// The highest number of a file by size, 1 if there is none.
    fn last_sequence(&self, names: &[String]) -> u32 {
        let first = self.file_name(Time::default(), 1);
        let Some((prefix, _)) = first.rsplit_once('1') else {
            return 1;
        };
        let extension = &first[prefix.len() + 1..];
        names
            .iter()
            .filter_map(|name| sequence_of(name, prefix, extension))
            .max()
            .unwrap_or(1)
    }
}

/// How many entries went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntryTally {
    pub(crate) written: u64,
    pub(crate) failed: u64,
}

/// Bytes of a frame before its entry: length, UTC offset, seconds.
pub(crate) const FRAME_HEAD: usize = 16;

/// Appends an entry with its time to a batch. The entry is at most `u32::MAX` bytes.
pub(crate) fn push_frame(batch: &mut Vec<u8>, time: Time, entry: &[u8]) {
    batch.extend_from_slice(&(entry.len() as u32).to_le_bytes());
    batch.extend_from_slice(&time.utc_offset.to_le_bytes());
    batch.extend_from_slice(&time.unix_seconds.to_le_bytes());
    batch.extend_from_slice(entry);
}

/// Takes the first entry off a batch.
fn pop_frame<'a>(batch: &mut &'a [u8]) -> Option<(Time, &'a [u8])> {
    let (head, rest) = batch.split_first_chunk::<FRAME_HEAD>()?;
    let [a, b, c, d, e, f, g, h, seconds @ ..] = *head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    let time = Time {
        unix_seconds: u64::from_le_bytes(seconds),
        utc_offset: i32::from_le_bytes([e, f, g, h]),
    };
    let (entry, rest) = rest.split_at_checked(length)?;
    *batch = rest;
    Some((time, entry))
}

struct OpenLogFile<F> {
    file: F,
    name: String,
    state: OpenFile,
    /// Size up to which everything is written.
    good: u64,
}

/// Writes batches of entries to files.
pub(crate) struct Sink<F: Files> {
    plan: LogPlan,
    files: F,
    open: Option<OpenLogFile<F::File>>,
    /// Number of the current file by size; none before the directory was looked at.
    sequence: Option<u32>,
    /// Bytes for the open file, and the entries in them.
    out: Vec<u8>,
    pending: u64,
    encoder: Encoder,
    tally: EntryTally,
    failing: bool,
    /// A file that may end in the middle of a line.
    torn: Option<String>,
}

impl<F: Files> Sink<F> {
    pub(crate) fn new(plan: LogPlan, files: F) -> Self {
        Self {
            plan,
            files,
            open: None,
            sequence: None,
            out: Vec::new(),
            pending: 0,
            encoder: Encoder::default(),
            tally: EntryTally::default(),
            failing: false,
            torn: None,
        }
    }

    /// Writes all entries of a batch; what went which way is added up since the beginning.
    pub(crate) fn write(&mut self, mut batch: &[u8]) -> EntryTally {
        while let Some((time, entry)) = pop_frame(&mut batch) {
            self.entry(time, entry);
        }
        self.flush();
        self.tally
    }

    fn entry(&mut self, time: Time, entry: &[u8]) {
        let growth = if self.plan.is_raw() { MAX_GROWTH } else { 0 };
        let bytes = entry.len() + growth;
        let (rollover, local) = (self.plan.rollover, self.plan.local);
        let due = |open: &OpenLogFile<F::File>| is_due(rollover, local, &open.state, bytes, time);
        if self.open.as_ref().is_some_and(due) {
            self.flush();
            // None if flushing failed: then the file is opened again and may have room.
            if self.open.take().is_some() {
                self.sequence = self.sequence.map(|sequence| sequence.saturating_add(1));
            }
        }
        if self.open.is_none() {
            if let Err(error) = self.open(time, bytes) {
                self.tally.failed += 1;
                self.report(&error);
                return;
            }
        }
        let before = self.out.len();
        if !self.plan.is_raw() {
            self.out.extend_from_slice(entry);
        } else if !self.encoder.append(entry, &mut self.out) {
            self.tally.failed += 1;
            return;
        }
        if let Some(open) = &mut self.open {
            open.state.size += (self.out.len() - before) as u64;
            open.state.has_entries = true;
            open.state.newest = open.state.newest.max(time.unix_seconds);
        }
        self.pending += 1;
        if self.out.len() >= WRITE_BYTES {
            self.flush();
        }
    }

    /// Opens the file for an entry and begins with a header.
    fn open(&mut self, time: Time, bytes: usize) -> io::Result<()> {
        let (rollover, local) = (self.plan.rollover, self.plan.local);
        let by_size = matches!(rollover, Rollover::Size(_));
        let mut sequence = match self.sequence {
            Some(sequence) => sequence,
            None if by_size => self.plan.last_sequence(&self.files.names()?),
            None => 1,
        };
        let mut tries = 0;
        let (name, file, mut state) = loop {
            let name = self.plan.file_name(time, sequence);
            let (file, size) = self.files.open(&name)?;
            let state = OpenFile {
                period: rollover.period(time, local),
                size,
                has_entries: size > 0,
                newest: time.unix_seconds,
            };
            tries += 1;
            let full = by_size && is_due(rollover, local, &state, bytes, time);
            if !full || tries == MAX_TRIES {
                break (name, file, state);
            }
            sequence = sequence.saturating_add(1);
        };
        self.sequence = Some(sequence);
        let good = state.size;
        if self.torn.take().is_some_and(|torn| torn == name) && !self.plan.is_raw() {
            self.out.extend_from_slice(b"\r\n");
        }
        if self.plan.is_raw() {
            self.encoder.header(time, &mut self.out);
        } else {
            self.plan.header(time, &mut self.out);
        }
        state.size += self.out.len() as u64;
        self.open = Some(OpenLogFile {
            file,
            name,
            state,
            good,
        });
        Ok(())
    }

    /// Writes what is collected.
    fn flush(&mut self) {
        if let (Some(open), false) = (&mut self.open, self.out.is_empty()) {
            match open.file.append(&self.out) {
                Ok(()) => {
                    open.good = open.state.size;
                    self.tally.written += self.pending;
                    self.failing = false;
                }
                Err(error) => {
                    self.tally.failed += self.pending;
                    if open.file.truncate(open.good).is_err() {
                        self.torn = Some(std::mem::take(&mut open.name));
                    }
                    self.open = None;
                    self.report(&error);
                }
            }
        }
        self.out.clear();
        self.pending = 0;
    }

    fn report(&mut self, error: &io::Error) {
        if !self.failing {
            self.failing = true;
            tracing::error!(
                %error,
                kind = ?self.plan.kind,
                "a log file cannot be written; entries are lost until it can be written again"
            );
        }
    }
}

#[cfg(test)]
mod tests;
