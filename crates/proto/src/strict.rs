//! Strict mode: whether a service looks for misuse of the API, and what it does with a finding.
//!
//! Owns: the modes and their texts. Does not own: what misuse is (`httpsys-core`), nor looking for it
//! (`httpsys-engine`). Threading: plain values.

use crate::setting::ParameterValue;

/// Whether a service looks for misuse of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StrictMode {
    /// `0`, the default: nothing is looked for.
    #[default]
    Off,
    /// `collect`: findings are kept, for who asks for them.
    Collect,
    /// `1`: each finding is also a line on standard error.
    Report,
    /// `abort`: the first finding ends the process with abort(3), after its line.
    Abort,
}

impl ParameterValue for StrictMode {
    const FORM: &'static str = "0, 1, abort or collect";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("collect") => Some(StrictMode::Collect),
            _ if text.eq_ignore_ascii_case("abort") => Some(StrictMode::Abort),
            // Another number would look like a higher level, which does not exist.
            _ => match u32::from_text(text) {
                Some(0) => Some(StrictMode::Off),
                Some(1) => Some(StrictMode::Report),
                _ => None,
            },
        }
    }
}
