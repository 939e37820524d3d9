//! The fields of W3C and error logs.
//!
//! Owns: the HTTP_LOG_FIELD_* masks, the names of the columns and their order in a line, which is
//! the order of the documentation's tables rather than that of the bits. Does not own: the values.
//! Threading: constants.

use std::ops::{BitOr, BitOrAssign};

/// A set of HTTP_LOG_FIELD_* constants.
///
/// All bits are kept. `CORRELATION_ID` and `FAULT_CODE` are accepted and give no column: what they
/// look like in a file is not documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fields(pub u32);

impl Fields {
    /// No field.
    pub const NONE: Self = Self(0);
    /// HTTP_LOG_FIELD_DATE: `date`, UTC.
    pub const DATE: Self = Self(0x0000_0001);
    /// HTTP_LOG_FIELD_TIME: `time`, UTC.
    pub const TIME: Self = Self(0x0000_0002);
    /// HTTP_LOG_FIELD_CLIENT_IP: `c-ip`.
    pub const CLIENT_IP: Self = Self(0x0000_0004);
    /// HTTP_LOG_FIELD_USER_NAME: `cs-username`.
    pub const USER_NAME: Self = Self(0x0000_0008);
    /// HTTP_LOG_FIELD_SITE_NAME: `s-sitename`.
    pub const SITE_NAME: Self = Self(0x0000_0010);
    /// HTTP_LOG_FIELD_COMPUTER_NAME: `s-computername`.
    pub const COMPUTER_NAME: Self = Self(0x0000_0020);
    /// HTTP_LOG_FIELD_SERVER_IP: `s-ip`.
    pub const SERVER_IP: Self = Self(0x0000_0040);
    /// HTTP_LOG_FIELD_METHOD: `cs-method`.
    pub const METHOD: Self = Self(0x0000_0080);
    /// HTTP_LOG_FIELD_URI_STEM: `cs-uri-stem`.
    pub const URI_STEM: Self = Self(0x0000_0100);
    /// HTTP_LOG_FIELD_URI_QUERY: `cs-uri-query`.
    pub const URI_QUERY: Self = Self(0x0000_0200);
    /// HTTP_LOG_FIELD_STATUS: `sc-status`.
    pub const STATUS: Self = Self(0x0000_0400);
    /// HTTP_LOG_FIELD_WIN32_STATUS: `sc-win32-status`.
    pub const WIN32_STATUS: Self = Self(0x0000_0800);
    /// HTTP_LOG_FIELD_BYTES_SENT: `sc-bytes`.
    pub const BYTES_SENT: Self = Self(0x0000_1000);
    /// HTTP_LOG_FIELD_BYTES_RECV: `cs-bytes`.
    pub const BYTES_RECV: Self = Self(0x0000_2000);
    /// HTTP_LOG_FIELD_TIME_TAKEN: `time-taken`, milliseconds.
    pub const TIME_TAKEN: Self = Self(0x0000_4000);
    /// HTTP_LOG_FIELD_SERVER_PORT: `s-port`.
    pub const SERVER_PORT: Self = Self(0x0000_8000);
    /// HTTP_LOG_FIELD_USER_AGENT: `cs(User-Agent)`.
    pub const USER_AGENT: Self = Self(0x0001_0000);
    /// HTTP_LOG_FIELD_COOKIE: `cs(Cookie)`.
    pub const COOKIE: Self = Self(0x0002_0000);
    /// HTTP_LOG_FIELD_REFERER: `cs(Referer)`.
    pub const REFERER: Self = Self(0x0004_0000);
    /// HTTP_LOG_FIELD_VERSION: `cs-version`.
    pub const VERSION: Self = Self(0x0008_0000);
    /// HTTP_LOG_FIELD_HOST: `cs-host`.
    pub const HOST: Self = Self(0x0010_0000);
    /// HTTP_LOG_FIELD_SUB_STATUS: `sc-substatus`.
    pub const SUB_STATUS: Self = Self(0x0020_0000);
    /// HTTP_LOG_FIELD_CLIENT_PORT: `c-port`, error log only.
    pub const CLIENT_PORT: Self = Self(0x0040_0000);
    /// HTTP_LOG_FIELD_URI: `cs-uri`, error log only.
    pub const URI: Self = Self(0x0080_0000);
    /// HTTP_LOG_FIELD_SITE_ID: `s-siteid`, error log only.
    pub const SITE_ID: Self = Self(0x0100_0000);
    /// HTTP_LOG_FIELD_REASON: `s-reason`, error log only.
    pub const REASON: Self = Self(0x0200_0000);
    /// HTTP_LOG_FIELD_QUEUE_NAME: `s-queuename`, error log only.
    pub const QUEUE_NAME: Self = Self(0x0400_0000);
    /// HTTP_LOG_FIELD_STREAM_ID: `streamid`.
    pub const STREAM_ID: Self = Self(0x0800_0000);
    /// HTTP_LOG_FIELD_STREAM_ID_EX: `streamid_ex`.
    pub const STREAM_ID_EX: Self = Self(0x1000_0000);
    /// HTTP_LOG_FIELD_TRANSPORT_TYPE: `transport`.
    pub const TRANSPORT_TYPE: Self = Self(0x2000_0000);
    /// HTTP_LOG_FIELD_CORRELATION_ID, gives no column.
    pub const CORRELATION_ID: Self = Self(0x4000_0000);
    /// HTTP_LOG_FIELD_FAULT_CODE, gives no column.
    pub const FAULT_CODE: Self = Self(0x8000_0000);

    /// What the error log has by default: date, time, c-ip, c-port, s-ip, s-port, cs-version,
    /// cs-method, cs-uri, streamid, sc-status, s-siteid, s-reason, s-queuename, as files of Windows
    /// since HTTP/2 have it (LOG-002, observed). The documented default of ErrorLoggingFields,
    /// 0x07c884c7, is older than `streamid`.
    pub const ERROR_LOG_DEFAULT: Self = Self(0x0fc8_84c7);

    /// Whether all fields of `other` are in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Fields {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Fields {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The columns of a W3C log in their order.
///
/// Order and names are documented (w3c-logging; its sample has another order than its table, files
/// have the table's), except: the name `cs(Referer)` is what files
/// really have (observed; the table says Referrer), and where the columns that are newer than that
/// table would stand is unknown: they are last (assumed). Fields that are "only used for error
/// logging" (HTTP_LOG_FIELD_ constants, documented) give no column.
pub(crate) const W3C_COLUMNS: [(Fields, &str); 25] = [
    (Fields::DATE, "date"),
    (Fields::TIME, "time"),
    (Fields::SITE_NAME, "s-sitename"),
    (Fields::COMPUTER_NAME, "s-computername"),
    (Fields::SERVER_IP, "s-ip"),
    (Fields::METHOD, "cs-method"),
    (Fields::URI_STEM, "cs-uri-stem"),
    (Fields::URI_QUERY, "cs-uri-query"),
    (Fields::SERVER_PORT, "s-port"),
    (Fields::USER_NAME, "cs-username"),
    (Fields::CLIENT_IP, "c-ip"),
    (Fields::VERSION, "cs-version"),
    (Fields::USER_AGENT, "cs(User-Agent)"),
    (Fields::COOKIE, "cs(Cookie)"),
    (Fields::REFERER, "cs(Referer)"),
    (Fields::HOST, "cs-host"),
    (Fields::STATUS, "sc-status"),
    (Fields::SUB_STATUS, "sc-substatus"),
    (Fields::WIN32_STATUS, "sc-win32-status"),
    (Fields::BYTES_SENT, "sc-bytes"),
    (Fields::BYTES_RECV, "cs-bytes"),
    (Fields::TIME_TAKEN, "time-taken"),
    (Fields::STREAM_ID, "streamid"),
    (Fields::STREAM_ID_EX, "streamid_ex"),
    (Fields::TRANSPORT_TYPE, "transport"),
];

/// The columns of the error log in their order.
///
/// Documented (error-logging-in-windows-server-2003-sp1); the places of `streamid`, `streamid_ex`
/// and `transport` are those of files from Windows Server 2016 and later (observed).
pub(crate) const ERROR_COLUMNS: [(Fields, &str); 24] = [
    (Fields::DATE, "date"),
    (Fields::TIME, "time"),
    (Fields::COMPUTER_NAME, "s-computername"),
    (Fields::CLIENT_IP, "c-ip"),
    (Fields::CLIENT_PORT, "c-port"),
    (Fields::SERVER_IP, "s-ip"),
    (Fields::SERVER_PORT, "s-port"),
    (Fields::VERSION, "cs-version"),
    (Fields::METHOD, "cs-method"),
    (Fields::URI, "cs-uri"),
    (Fields::STREAM_ID, "streamid"),
    (Fields::STREAM_ID_EX, "streamid_ex"),
    (Fields::USER_AGENT, "cs(User-Agent)"),
    (Fields::COOKIE, "cs(Cookie)"),
    (Fields::REFERER, "cs(Referer)"),
    (Fields::HOST, "cs-host"),
    (Fields::STATUS, "sc-status"),
    (Fields::BYTES_SENT, "sc-bytes"),
    (Fields::BYTES_RECV, "cs-bytes"),
    (Fields::TIME_TAKEN, "time-taken"),
    (Fields::SITE_ID, "s-siteid"),
    (Fields::REASON, "s-reason"),
    (Fields::QUEUE_NAME, "s-queuename"),
    (Fields::TRANSPORT_TYPE, "transport"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_002_default_fields_of_the_error_log() {
        let names: Vec<&str> = ERROR_COLUMNS
            .iter()
            .filter(|(field, _)| Fields::ERROR_LOG_DEFAULT.contains(*field))
            .map(|(_, name)| *name)
            .collect();
        assert_eq!(
            names.join(" "),
            "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status \
             s-siteid s-reason s-queuename"
        );
        let all = ERROR_COLUMNS
            .iter()
            .filter(|(field, _)| Fields(0x07df_f4e7).contains(*field));
        // The documented mask of all fields, which is older than the stream and transport fields.
        assert_eq!(all.count(), 21);
    }

    #[test]
    fn every_bit_has_one_meaning() {
        let mut seen = Fields::CORRELATION_ID | Fields::FAULT_CODE;
        for (field, _) in W3C_COLUMNS.iter().chain(&ERROR_COLUMNS) {
            assert_eq!(field.0.count_ones(), 1);
            seen |= *field;
        }
        assert_eq!(seen, Fields(u32::MAX));
    }
}
