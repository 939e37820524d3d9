//! When a log file ends, and what files are called.
//!
//! Owns: [`Rollover`], the decision whether an entry still belongs in the open file, and the names
//! of files. Does not own: files.
//!
//! Invariant: entries of one period go to one name. An entry that is slightly late, because two
//! threads finished responses around midnight, stays in the file that is open. Threading: pure
//! functions.
//!
//! Sources: HTTP_LOGGING_ROLLOVER_TYPE and HTTP_LOGGING_INFO (names, documented),
//! error-logging-in-windows-server-2003-sp1 (names of the error log, "ww is the week of the month",
//! documented), Log Parser and IIS manuals (`ra….ibl`, `rawN.ibl`, `u_ex….log`, observed).

use crate::format::Format;
use crate::time::{Civil, Time, push_decimal, push_two};

/// HTTP_LOGGING_ROLLOVER_TYPE: the condition for a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rollover {
    /// The file would become larger than this many bytes. [`Rollover::UNLIMITED`] means no limit.
    Size(u32),
    /// Every day at midnight.
    Daily,
    /// Every week, at midnight before Sunday, and every month: names have the week of the month
    /// (documented); that weeks begin on Sunday is assumed.
    Weekly,
    /// Every month.
    Monthly,
    /// Every hour.
    Hourly,
}

impl Rollover {
    /// HTTP_LIMIT_INFINITE as a size: the file grows without limit.
    pub const UNLIMITED: u32 = u32::MAX;
    /// HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE: 1 MiB (documented).
    pub const MIN_SIZE: u32 = 1024 * 1024;

    /// The type with this number in HTTP_LOGGING_ROLLOVER_TYPE; `size` counts for type 0 only.
    #[must_use]
    pub const fn from_number(number: u32, size: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Size(size)),
            1 => Some(Self::Daily),
            2 => Some(Self::Weekly),
            3 => Some(Self::Monthly),
            4 => Some(Self::Hourly),
            _ => None,
        }
    }

    /// A number for the period that a point in time belongs to, larger for later periods. By size
    /// there is only one.
    #[must_use]
    pub fn period(self, time: Time, local: bool) -> u64 {
        let civil = time.civil(local);
        let month = civil.year * 12 + civil.month - 1;
        match self {
            Self::Size(_) => 0,
            Self::Daily => civil.days,
            Self::Weekly => month * 8 + civil.week_of_month(),
            Self::Monthly => month,
            Self::Hourly => civil.days * 24 + civil.hour,
        }
    }
}

/// What the decision needs to know of the open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFile {
    /// [`Rollover::period`] of the entry it was opened for.
    pub period: u64,
    /// Bytes in the file.
    pub size: u64,
    /// Whether there is more in it than the header of this run.
    pub has_entries: bool,
    /// [`Time::unix_seconds`] of the newest entry.
    pub newest: u64,
}

/// A clock that is set back by more than this many seconds is followed, anything less is an entry
/// that comes late.
const LATE: u64 = 3_600;

/// Whether an entry of `bytes` bytes needs a new file.
///
/// By size a file does not become larger than the limit, except for an entry that is larger by
/// itself. The documentation has both "when they reach or exceed" and "the maximum size" (assumed).
#[must_use]
pub fn is_due(rollover: Rollover, local: bool, file: &OpenFile, bytes: usize, time: Time) -> bool {
    if let Rollover::Size(limit) = rollover {
        return limit != Rollover::UNLIMITED
            && file.has_entries
            && file.size.saturating_add(bytes as u64) > u64::from(limit);
    }
    // Most entries are of the second of the one before, which is in the file: they need no calendar. In local
    // time a second may belong to two periods, by its offset.
    if !local && time.unix_seconds == file.newest {
        return false;
    }
    let period = rollover.period(time, local);
    period > file.period
        || (period < file.period && file.newest.saturating_sub(time.unix_seconds) > LATE)
}

/// The name of a log file.
///
/// `time` is that of its first entry; `sequence` counts from 1 and is for [`Rollover::Size`] only.
/// `utf8` is HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION: names of text logs then begin with `u_`
/// (observed with IIS; assumed for other programs). The sequence is written without leading zeros
/// (observed: `u_extend1.log`).
#[must_use]
pub fn file_name(
    format: Format,
    rollover: Rollover,
    local: bool,
    utf8: bool,
    time: Time,
    sequence: u32,
) -> String {
    let (by_size, by_time, extension) = match format {
        Format::W3c => ("extend", "ex", ".log"),
        Format::Iis => ("inetsv", "in", ".log"),
        Format::Ncsa => ("ncsa", "nc", ".log"),
        Format::Raw => ("raw", "ra", ".ibl"),
    };
    let prefix = if utf8 && format != Format::Raw {
        "u_"
    } else {
        ""
    };
    let stem = if matches!(rollover, Rollover::Size(_)) {
        by_size
    } else {
        by_time
    };
    name(
        &[prefix, stem],
        rollover,
        time.civil(local),
        sequence,
        extension,
    )
}

/// The name of a file of the error log: `httperrN.log`, or `ht` and the period (LOG-001).
#[must_use]
pub fn error_file_name(rollover: Rollover, local: bool, time: Time, sequence: u32) -> String {
    let stem = if matches!(rollover, Rollover::Size(_)) {
        "httperr"
    } else {
        "ht"
    };
    name(&[stem], rollover, time.civil(local), sequence, ".log")
}

fn name(stem: &[&str], rollover: Rollover, date: Civil, sequence: u32, extension: &str) -> String {
    let mut digits = Vec::with_capacity(16);
    if matches!(rollover, Rollover::Size(_)) {
        push_decimal(&mut digits, sequence.into());
    } else {
        push_two(&mut digits, date.year);
        push_two(&mut digits, date.month);
        match rollover {
            Rollover::Daily => push_two(&mut digits, date.day),
            Rollover::Weekly => push_two(&mut digits, date.week_of_month()),
            Rollover::Hourly => {
                push_two(&mut digits, date.day);
                push_two(&mut digits, date.hour);
            }
            Rollover::Monthly | Rollover::Size(_) => {}
        }
    }
    let mut name = stem.concat();
    name.extend(digits.into_iter().map(char::from));
    name.push_str(extension);
    name
}

/// The sequence number in a file's name, if the name is `prefix`, a number, `extension`.
pub(crate) fn sequence_of(name: &str, prefix: &str, extension: &str) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?.strip_suffix(extension)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    (plain && !digits.starts_with('0')).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests;
