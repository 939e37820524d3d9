//! HTTP_LOGGING_INFO as plain values, and which values are allowed.
//!
//! Owns: [`Config`], [`Flags`] and checking a configuration before it is used. Does not own: the C
//! structure, or the error code that a caller gets: every [`ConfigError`] is
//! ERROR_INVALID_PARAMETER (87; that it is 87 in each case is assumed). Threading: plain values.
//!
//! Source: HTTP_LOGGING_INFO, HTTP_LOGGING_TYPE and HTTP_LOGGING_FLAG_ constants (documented).

use std::fmt;

use crate::fields::Fields;
use crate::format::Format;
use crate::rollover::Rollover;
use crate::text::CodePage;

/// Longest software name in bytes of UTF-16: MAX_PATH (documented).
pub const MAX_SOFTWARE_NAME: usize = 260;
/// Longest directory name in bytes of UTF-16 (documented).
pub const MAX_DIRECTORY_NAME: usize = 424;
/// Longest security descriptor in bytes: the lists in it have 16-bit sizes (assumed).
pub const MAX_SECURITY_DESCRIPTOR: usize = 256 * 1024;

/// HTTP_LOGGING_FLAG_* constants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u32);

impl Flags {
    /// Time rollover and file names by local time instead of UTC. Lines do not change.
    pub const LOCAL_TIME_ROLLOVER: Self = Self(1);
    /// Unicode fields are written as UTF-8 instead of in the local code page.
    pub const USE_UTF8_CONVERSION: Self = Self(2);
    /// Only errors are logged.
    pub const LOG_ERRORS_ONLY: Self = Self(4);
    /// Only successes are logged.
    pub const LOG_SUCCESS_ONLY: Self = Self(8);

    const ALL: u32 = 15;

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a response with this status code is logged: success is below 400 (documented for
    /// IIS's selectiveLogging: success 100 to 399, errors 400 to 999).
    #[must_use]
    pub const fn select(self, status: u16) -> bool {
        if status < 400 {
            !self.contains(Self::LOG_ERRORS_ONLY)
        } else {
            !self.contains(Self::LOG_SUCCESS_ONLY)
        }
    }
}

impl std::ops::BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What the property HttpServerLoggingProperty is set on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A server session: one log for all its URL groups.
    ServerSession,
    /// A URL group: a log of its own.
    UrlGroup,
}

/// HTTP_LOGGING_INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// LoggingFlags.
    pub flags: Flags,
    /// SoftwareName, for W3C logs; none for the default.
    pub software_name: Option<String>,
    /// DirectoryName, fully qualified. No two logs may have the same.
    pub directory: String,
    /// Format.
    pub format: Format,
    /// Fields, for W3C logs.
    pub fields: Fields,
    /// RolloverType and RolloverSize.
    pub rollover: Rollover,
    /// pSecurityDescriptor in its self-relative form. Checked for its length and kept; it is not
    /// applied to files, which get the system's default permissions.
    pub security_descriptor: Option<Box<[u8]>>,
    /// What the local code page is; not part of the C structure.
    pub local_code_page: CodePage,
}

impl Config {
    /// A log in a directory, with a new file every day.
    #[must_use]
    pub fn new(directory: impl Into<String>, format: Format, fields: Fields) -> Self {
        Self {
            flags: Flags::default(),
            software_name: None,
            directory: directory.into(),
            format,
            fields,
            rollover: Rollover::Daily,
            security_descriptor: None,
            local_code_page: CodePage::LOCAL,
        }
    }

    /// The code page of the log file.
    #[must_use]
    pub fn code_page(&self) -> CodePage {
        if self.flags.contains(Flags::USE_UTF8_CONVERSION) {
            CodePage::Utf8
        } else {
            self.local_code_page
        }
    }

    /// Checks the configuration for what it is set on.
    pub fn validate(&self, scope: Scope) -> Result<(), ConfigError> {
        let both = Flags::LOG_ERRORS_ONLY | Flags::LOG_SUCCESS_ONLY;
        if self.flags.0 & !Flags::ALL != 0 || self.flags.contains(both) {
            return Err(ConfigError::Flags);
        }
        match (self.format, scope) {
            (Format::W3c, _)
            | (Format::Iis | Format::Ncsa, Scope::UrlGroup)
            | (Format::Raw, Scope::ServerSession) => {}
            _ => return Err(ConfigError::Format),
        }
        let software = self.software_name.as_deref().unwrap_or_default();
        if utf16_bytes(software) > MAX_SOFTWARE_NAME {
            return Err(ConfigError::SoftwareName);
        }
        if utf16_bytes(&self.directory) > MAX_DIRECTORY_NAME
            || self.directory.contains('\0')
            || !std::path::Path::new(&self.directory).is_absolute()
        {
            return Err(ConfigError::Directory);
        }
        if matches!(self.rollover, Rollover::Size(size) if size < Rollover::MIN_SIZE) {
            return Err(ConfigError::RolloverSize);
        }
        let descriptor = self.security_descriptor.as_deref().unwrap_or_default();
        if descriptor.len() > MAX_SECURITY_DESCRIPTOR {
            return Err(ConfigError::SecurityDescriptor);
        }
        Ok(())
    }
}

fn utf16_bytes(text: &str) -> usize {
    text.encode_utf16().count() * 2
}

/// What is wrong with a [`Config`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigError {
    /// An unknown flag, or errors only together with success only.
    Flags,
    /// A format that this scope cannot have: IIS and NCSA are for URL groups, binary is for server
    /// sessions.
    Format,
    /// A software name longer than [`MAX_SOFTWARE_NAME`].
    SoftwareName,
    /// A directory that is longer than [`MAX_DIRECTORY_NAME`] or not fully qualified.
    Directory,
    /// A size below [`Rollover::MIN_SIZE`].
    RolloverSize,
    /// A security descriptor longer than [`MAX_SECURITY_DESCRIPTOR`].
    SecurityDescriptor,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flags => "unknown or contradictory logging flags",
            Self::Format => "this log format cannot be set here",
            Self::SoftwareName => "the software name is too long",
            Self::Directory => "the log directory is too long or not fully qualified",
            Self::RolloverSize => "the rollover size is below 1 MiB",
            Self::SecurityDescriptor => "the security descriptor is too long",
        })
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let directory = if cfg!(windows) { "C:\\logs" } else { "/logs" };
        Config::new(directory, Format::W3c, Fields::DATE)
    }

    fn check(change: impl FnOnce(&mut Config)) -> Result<(), ConfigError> {
        let mut config = config();
        change(&mut config);
        config.validate(Scope::UrlGroup)
    }

    #[test]
    fn formats_are_for_sessions_or_groups() {
        for (format, session, group) in [
            (Format::W3c, true, true),
            (Format::Iis, false, true),
            (Format::Ncsa, false, true),
            (Format::Raw, true, false),
        ] {
            let config = Config { format, ..config() };
            assert_eq!(config.validate(Scope::ServerSession).is_ok(), session);
            assert_eq!(config.validate(Scope::UrlGroup).is_ok(), group);
        }
    }

    #[test]
    fn lengths_are_bytes_of_utf16_at_their_limits() {
        let software = |length| check(|config| config.software_name = Some("é".repeat(length)));
        assert_eq!(software(130), Ok(()));
        assert_eq!(software(131), Err(ConfigError::SoftwareName));
        let root = config().directory;
        let left = MAX_DIRECTORY_NAME / 2 - root.len();
        let directory =
            |length| check(|config| config.directory = root.clone() + &"é".repeat(length));
        assert_eq!(directory(left), Ok(()));
        assert_eq!(directory(left + 1), Err(ConfigError::Directory));
        let descriptor = |length| {
            check(|config| config.security_descriptor = Some(vec![0; length].into_boxed_slice()))
        };
        assert_eq!(descriptor(MAX_SECURITY_DESCRIPTOR), Ok(()));
        assert_eq!(
            descriptor(MAX_SECURITY_DESCRIPTOR + 1),
            Err(ConfigError::SecurityDescriptor)
        );
    }

    #[test]
    fn directories_are_fully_qualified() {
        for name in ["", "logs", "./logs", "a\0b"] {
            assert_eq!(
                check(|config| config.directory = name.to_owned()),
                Err(ConfigError::Directory)
            );
        }
    }

    #[test]
    fn sizes_at_and_below_the_minimum() {
        let size = |size| check(|config| config.rollover = Rollover::Size(size));
        assert_eq!(size(Rollover::MIN_SIZE), Ok(()));
        assert_eq!(size(Rollover::UNLIMITED), Ok(()));
        assert_eq!(size(Rollover::MIN_SIZE - 1), Err(ConfigError::RolloverSize));
        assert_eq!(size(0), Err(ConfigError::RolloverSize));
    }

    #[test]
    fn flags_select_by_status_and_exclude_each_other() {
        let flags = |flags| check(|config| config.flags = flags);
        assert_eq!(flags(Flags(7)), Ok(()));
        assert_eq!(flags(Flags(11)), Ok(()));
        assert_eq!(flags(Flags(12)), Err(ConfigError::Flags));
        assert_eq!(flags(Flags(16)), Err(ConfigError::Flags));
        let selected = |flags: Flags| [0, 200, 399, 400, 999].map(|status| flags.select(status));
        assert_eq!(selected(Flags::default()), [true; 5]);
        assert_eq!(
            selected(Flags::LOG_ERRORS_ONLY),
            [false, false, false, true, true]
        );
        assert_eq!(
            selected(Flags::LOG_SUCCESS_ONLY),
            [true, true, true, false, false]
        );
    }

    #[test]
    fn the_flag_decides_between_utf8_and_the_local_code_page() {
        let mut config = Config {
            local_code_page: CodePage::Windows1252,
            ..config()
        };
        assert_eq!(config.code_page(), CodePage::Windows1252);
        config.flags = Flags::USE_UTF8_CONVERSION;
        assert_eq!(config.code_page(), CodePage::Utf8);
    }
}
