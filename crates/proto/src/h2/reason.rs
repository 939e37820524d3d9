//! Error codes of RFC 9113 section 7, and the reasons for which this implementation sends them.
//!
//! Owns: the codes, the list of reasons with the code of each, and whom an error ends. Does not own:
//! what is done about it (`connection`). Invariant: a reason has one code and one name; published names
//! do not change. Threading: plain data.

use std::fmt;

use super::stream_id::StreamId;

/// An error code of RST_STREAM and GOAWAY frames. Any number may be sent and received (CXL-012).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct H2Code(pub u32);

impl H2Code {
    /// Nothing is wrong.
    pub const NO_ERROR: Self = Self(0);
    /// The peer breaks a rule that has no code of its own.
    pub const PROTOCOL_ERROR: Self = Self(1);
    /// This side has failed.
    pub const INTERNAL_ERROR: Self = Self(2);
    /// The peer sent more than it was allowed to.
    pub const FLOW_CONTROL_ERROR: Self = Self(3);
    /// The peer did not acknowledge SETTINGS.
    pub const SETTINGS_TIMEOUT: Self = Self(4);
    /// A frame for a stream that has ended.
    pub const STREAM_CLOSED: Self = Self(5);
    /// A frame of an impossible size.
    pub const FRAME_SIZE_ERROR: Self = Self(6);
    /// The request was not looked at and may be sent again.
    pub const REFUSED_STREAM: Self = Self(7);
    /// The stream is no longer needed.
    pub const CANCEL: Self = Self(8);
    /// The header compression is out of step.
    pub const COMPRESSION_ERROR: Self = Self(9);
    /// The connection of a CONNECT request broke.
    pub const CONNECT_ERROR: Self = Self(10);
    /// The peer causes too much work.
    pub const ENHANCE_YOUR_CALM: Self = Self(11);
    /// The transport is not secure enough.
    pub const INADEQUATE_SECURITY: Self = Self(12);
    /// Ask again with HTTP/1.1.
    pub const HTTP_1_1_REQUIRED: Self = Self(13);
}

/// The names of the codes in RFC 9113 section 7, by number.
static NAMES: [&str; 14] = [
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
];

impl fmt::Display for H2Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.get(self.0 as usize) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

/// Whom an error of the peer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum H2Fault {
    /// A connection error (RFC 9113 section 5.4.1).
    Connection(H2Reason),
    /// A stream error (RFC 9113 section 5.4.2).
    Stream(StreamId, H2Reason),
}

/// Writes [`H2Reason`] with its three tables.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $code:ident, $text:literal;)*) => {
        /// Why this side ended a stream or the connection.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum H2Reason {
            $($(#[$doc])* #[doc = concat!("Sent as ", stringify!($code), ".")] $name,)*
        }

        impl H2Reason {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code that is sent for it.
            #[must_use]
            pub fn code(self) -> H2Code {
                match self { $(Self::$name => H2Code::$code,)* }
            }

            /// The name for events, counters and logs.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// One sentence for people; also the debug data of a GOAWAY frame.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// The connection does not begin as RFC 9113 section 3.4 says.
    BadPreface, PROTOCOL_ERROR, "the connection preface is not that of HTTP/2";
    /// The first frame is not SETTINGS.
    NoSettings, PROTOCOL_ERROR, "the first frame is not SETTINGS";
    /// SETTINGS was not acknowledged, or the preface did not come, in time.
    SettingsTimeout, SETTINGS_TIMEOUT, "SETTINGS was not acknowledged in time";
    /// A frame is longer than SETTINGS_MAX_FRAME_SIZE.
    FrameTooLong, FRAME_SIZE_ERROR, "a frame is longer than SETTINGS_MAX_FRAME_SIZE";
    /// A frame whose kind has a fixed length has another one, or its fields do not fit into it.
    FrameLength, FRAME_SIZE_ERROR, "a frame has a length that its type does not allow";
    /// A frame that belongs to a stream names none.
    StreamZero, PROTOCOL_ERROR, "a frame that needs a stream is on stream 0";
    /// A frame that belongs to the connection names a stream.
    NotStreamZero, PROTOCOL_ERROR, "a frame of the whole connection is on a stream";
    /// As much padding as the frame is long, or more.
    Padding, PROTOCOL_ERROR, "the padding is longer than the frame";
    /// A frame between the frames of a field block.
    BlockInterrupted, PROTOCOL_ERROR, "a field block is interrupted by another frame";
    /// CONTINUATION where no field block is open.
    StrayContinuation, PROTOCOL_ERROR, "CONTINUATION continues nothing";
    /// A client opened a stream with an even number.
    EvenStream, PROTOCOL_ERROR, "clients open streams with odd numbers";
    /// A stream with a number below one that was opened before.
    StreamOutOfOrder, PROTOCOL_ERROR, "the numbers of new streams must ascend";
    /// A frame other than HEADERS and PRIORITY on a stream that was not opened.
    StreamIdle, PROTOCOL_ERROR, "the stream has not been opened";
    /// A frame on a stream on which the peer has said that nothing follows, or that has ended.
    StreamEnded, STREAM_CLOSED, "the stream has ended";
    /// PUSH_PROMISE from a client.
    PushFromClient, PROTOCOL_ERROR, "a client must not push";
    /// A setting with a value that it cannot have.
    InvalidSetting, PROTOCOL_ERROR, "a setting has an invalid value";
    /// SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1.
    InvalidInitialWindow, FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE is above 2^31-1";
    /// A window grew above 2^31-1.
    WindowOverflow, FLOW_CONTROL_ERROR, "a flow-control window grew above 2^31-1";
    /// WINDOW_UPDATE with an increment of 0.
    ZeroIncrement, PROTOCOL_ERROR, "WINDOW_UPDATE with an increment of 0";
    /// More DATA than the window allows.
    WindowExceeded, FLOW_CONTROL_ERROR, "more DATA than the flow-control window allows";
    /// A field block that cannot be decompressed.
    Compression, COMPRESSION_ERROR, "a field block cannot be decompressed";
    /// Pseudo-fields are missing, doubled, unknown or behind other fields.
    PseudoFields, PROTOCOL_ERROR, "the pseudo-fields of the request are not those of RFC 9113 section 8.3";
    /// A field name with capital letters or other bytes that it cannot have.
    FieldName, PROTOCOL_ERROR, "a field name has capital letters or other invalid bytes";
    /// A field value with NUL, CR, LF, or blanks around it.
    FieldValue, PROTOCOL_ERROR, "a field value has NUL, CR, LF or blanks around it";
    /// A field that is about an HTTP/1.1 connection.
    ConnectionField, PROTOCOL_ERROR, "a field that is only allowed in HTTP/1.1";
    /// `:authority` and Host name different hosts.
    HostMismatch, PROTOCOL_ERROR, "Host is not what :authority says";
    /// Content-Length is not a number, or not the length of the content.
    ContentLength, PROTOCOL_ERROR, "Content-Length is not the length of the content";
    /// Trailers with pseudo-fields, or without END_STREAM.
    Trailers, PROTOCOL_ERROR, "trailers have pseudo-fields or do not end the stream";
    /// Trailers above SETTINGS_MAX_HEADER_LIST_SIZE.
    TrailersTooLong, ENHANCE_YOUR_CALM, "trailers are longer than SETTINGS_MAX_HEADER_LIST_SIZE";
    /// More streams at a time than SETTINGS_MAX_CONCURRENT_STREAMS.
    TooManyStreams, REFUSED_STREAM, "more streams than SETTINGS_MAX_CONCURRENT_STREAMS";
    /// A field block with more bytes or frames than any request needs.
    BlockTooLong, ENHANCE_YOUR_CALM, "a field block has too many bytes or CONTINUATION frames";
    /// Too many streams were reset, by the peer or for its errors, in a short time (CVE-2023-44487,
    /// CVE-2025-8671).
    ResetFlood, ENHANCE_YOUR_CALM, "too many streams are reset";
    /// Too many PING frames in a short time (CVE-2019-9512).
    PingFlood, ENHANCE_YOUR_CALM, "too many PING frames";
    /// Too many SETTINGS frames or settings in a short time (CVE-2019-9515).
    SettingsFlood, ENHANCE_YOUR_CALM, "too many SETTINGS";
    /// Too many frames that carry nothing in a short time (CVE-2019-9518).
    EmptyFrameFlood, ENHANCE_YOUR_CALM, "too many frames without content";
    /// Too many frames that have no effect in a short time (PRIORITY, unknown types).
    IdleFrameFlood, ENHANCE_YOUR_CALM, "too many frames without effect";
    /// WINDOW_UPDATE frames that grant next to nothing (CVE-2019-9511, CVE-2019-9517).
    WindowDribble, ENHANCE_YOUR_CALM, "too many WINDOW_UPDATE frames for what was sent";
}

impl fmt::Display for H2Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9113_7_codes_have_the_names_of_the_rfc() {
        assert_eq!(H2Code::NO_ERROR.to_string(), "NO_ERROR");
        assert_eq!(H2Code::CANCEL.to_string(), "CANCEL");
        assert_eq!(H2Code(11).to_string(), "ENHANCE_YOUR_CALM");
        assert_eq!(H2Code::HTTP_1_1_REQUIRED.to_string(), "HTTP_1_1_REQUIRED");
        assert_eq!(H2Code(1111).to_string(), "1111");
    }

    #[test]
    fn every_reason_has_a_name_and_a_text_of_its_own() {
        for (at, reason) in H2Reason::ALL.iter().enumerate() {
            let before = &H2Reason::ALL[..at];
            assert!(before.iter().all(|other| other.name() != reason.name()));
            assert!(before.iter().all(|other| other.text() != reason.text()));
            assert_ne!(reason.code(), H2Code::NO_ERROR);
        }
    }
}
