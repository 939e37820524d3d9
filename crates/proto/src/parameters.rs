//! The registry parameters of HTTP.sys that change how a message is read or written.
//!
//! Owns: names, defaults and documented ranges. Does not own: where the values come from. Values
//! are fixed while a program runs, as HTTP.sys reads them when its service starts. Invariant: a
//! value that [`Parameters::validate`] refuses still cannot make the parser misbehave, it only is
//! outside what Microsoft documents. Threading: plain values.

use std::fmt;

/// Values under `HKLM\System\CurrentControlSet\Services\HTTP\Parameters` (documented: LIM rows).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// `MaxFieldLength`: bytes of one header field, 64 to 65,534, default 16,384 (LIM-006).
    pub max_field_length: u32,
    /// `MaxRequestBytes`: request line, fields and blank line must stay below this number of
    /// bytes; 256 to 16,777,216, default 16,384 (LIM-007 to LIM-010).
    pub max_request_bytes: u32,
    /// `UrlSegmentMaxLength`: characters, 0 to 32,766, 0 = no limit, default 260 (LIM-011).
    pub url_segment_max_length: u32,
    /// `UrlSegmentMaxCount`: 0 to 16,383, 0 = no limit, default 255 (LIM-012).
    pub url_segment_max_count: u32,
    /// `AllowRestrictedChars`: escaped controls reach the application, default off (LIM-001).
    pub allow_restricted_chars: bool,
    /// `PercentUAllowed`: `%uNNNN` is accepted, default on (LIM-005).
    pub percent_u_allowed: bool,
    /// `EnableNonUTF8`: escapes that are not UTF-8 are accepted, default on (LIM-003).
    pub enable_non_utf8: bool,
    /// `FavorUTF8`: UTF-8 is tried first, default on (LIM-004).
    pub favor_utf8: bool,
    /// `DisableServerHeader`: 0 = off, 1 = not in answers made by HTTP.sys itself, 2 = never
    /// added (LIM-017, ERR-021).
    pub disable_server_header: u8,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            max_field_length: 16_384,
            max_request_bytes: 16_384,
            url_segment_max_length: 260,
            url_segment_max_count: 255,
            allow_restricted_chars: false,
            percent_u_allowed: true,
            enable_non_utf8: true,
            favor_utf8: true,
            disable_server_header: 0,
        }
    }
}

impl Parameters {
    /// Checks every number against its documented range.
    ///
    /// # Errors
    /// The first parameter that is out of range.
    pub fn validate(&self) -> Result<(), InvalidParameter> {
        let server = u32::from(self.disable_server_header);
        let checks = [
            ("MaxFieldLength", self.max_field_length, 64, 65_534),
            ("MaxRequestBytes", self.max_request_bytes, 256, 16_777_216),
            (
                "UrlSegmentMaxLength",
                self.url_segment_max_length,
                0,
                32_766,
            ),
            ("UrlSegmentMaxCount", self.url_segment_max_count, 0, 16_383),
            ("DisableServerHeader", server, 0, 2),
        ];
        for (name, value, min, max) in checks {
            if value < min || value > max {
                return Err(InvalidParameter {
                    name,
                    value,
                    min,
                    max,
                });
            }
        }
        Ok(())
    }
}

/// A registry parameter outside its documented range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidParameter {
    /// Registry name.
    pub name: &'static str,
    /// Refused value.
    pub value: u32,
    /// Smallest value allowed.
    pub min: u32,
    /// Largest value allowed.
    pub max: u32,
}

impl fmt::Display for InvalidParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            min,
            max,
        } = self;
        write!(f, "{name} is {value}, but must be between {min} and {max}")
    }
}

impl std::error::Error for InvalidParameter {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid() {
        assert_eq!(Parameters::default().validate(), Ok(()));
    }

    #[test]
    fn lim_006_007_ranges_have_a_message() {
        let mut p = Parameters {
            max_request_bytes: 255,
            ..Parameters::default()
        };
        let error = p.validate().unwrap_err();
        assert_eq!(
            error.to_string(),
            "MaxRequestBytes is 255, but must be between 256 and 16777216"
        );
        p.max_request_bytes = 16_777_216;
        assert_eq!(p.validate(), Ok(()));
        p.max_field_length = 65_535;
        assert_eq!(p.validate().unwrap_err().name, "MaxFieldLength");
        p.max_field_length = 64;
        p.disable_server_header = 3;
        assert_eq!(p.validate().unwrap_err().name, "DisableServerHeader");
    }
}
