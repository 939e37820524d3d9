//! What the driver asks for: the parts of a response.
//!
//! Owns: their order, and which fields do not go out in HTTP/2. Does not own: when they are sent
//! (`transmit`), and the content, of which only the length is known here. Threading: none.

use std::fmt;

use super::H2Connection;
use super::stream::{ResponseEnd, ResponseProgress};
use crate::h2::field_section::FieldSection;
use crate::h2::frame::{self};
use crate::h2::request_section::is_connection_field;
use crate::h2::stream_id::StreamId;
use crate::scan::{is_token, trim};

/// Why a part of a response cannot be sent. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The stream has ended, or never was.
    Gone,
    /// Not this part now: a head comes once, content behind it, nothing behind the end.
    Order,
    /// The status code is not of this kind of response; 101 does not exist in HTTP/2 (UPG-009).
    Status,
    /// A name is no token, or a value has NUL, CR or LF in it.
    Field,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "the stream has ended",
            Self::Order => "this part of a response cannot come now",
            Self::Status => "the status code cannot stand in this response",
            Self::Field => "a field has an invalid name or value",
        })
    }
}

impl std::error::Error for SendError {}

impl H2Connection {
    /// Sends an interim response, as 100 Continue (BDY-021).
    ///
    /// # Errors
    /// [`SendError::Status`] for 101 and what is not 1xx, and as [`respond`](Self::respond).
    pub fn interim<'a>(
        &mut self,
        stream: StreamId,
        status: u16,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    ) -> Result<(), SendError> {
        if !(100..=199).contains(&status) || status == 101 {
            return Err(SendError::Status);
        }
        self.check_head(stream, fields.clone())?;
        self.write_head(stream, status, fields);
        Ok(())
    }

    /// Sends the head of the response, names in lower case, values without blanks around them, which make a
    /// message malformed (RFC 9113 section 8.2.1), and without the fields that only HTTP/1.1 has
    /// (H2X-008). Its content is offered then, and [`finish`](Self::finish) ends it.
    ///
    /// # Errors
    /// [`SendError::Status`] for 1xx and what is no status; [`SendError::Order`] for a second head;
    /// [`SendError::Field`], [`SendError::Gone`].
    pub fn respond<'a>(
        &mut self,
        stream: StreamId,
        status: u16,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    ) -> Result<(), SendError> {
        check_response(status, fields.clone())?;
        match self.sending(stream)? {
            ResponseProgress::Head => {}
            ResponseProgress::Content { .. } => return Err(SendError::Order),
        }
        self.write_head(stream, status, fields);
        let active = self.streams.get_mut(stream).ok_or(SendError::Gone)?;
        *active.state.sending_mut() = ResponseProgress::Content {
            pending: 0,
            behind: None,
        };
        Ok(())
    }

    /// Says that the driver has `bytes` more bytes of the response's content.
    /// [`poll_transmit`](Self::poll_transmit) says which of them go when.
    ///
    /// # Errors
    /// [`SendError::Order`] before the head and behind the end; [`SendError::Gone`].
    pub fn offer(&mut self, stream: StreamId, bytes: u64) -> Result<(), SendError> {
        match self.sending(stream)? {
            ResponseProgress::Content {
                pending,
                behind: None,
            } => *pending = pending.saturating_add(bytes),
            _ => return Err(SendError::Order),
        }
        if bytes > 0 {
            self.make_ready(stream);
        }
        Ok(())
    }

    /// Ends the response behind the content that was offered.
    ///
    /// # Errors
    /// As [`offer`](Self::offer).
    pub fn finish(&mut self, stream: StreamId) -> Result<(), SendError> {
        self.end_with(stream, ResponseEnd::EmptyData)
    }

    /// As [`finish`](Self::finish), with trailers (H2X-014 to H2X-017).
    ///
    /// # Errors
    /// [`SendError::Field`], and as [`offer`](Self::offer).
    pub fn finish_with_trailers(
        &mut self,
        stream: StreamId,
        trailers: FieldSection,
    ) -> Result<(), SendError> {
        check_fields(trailers.iter())?;
        self.end_with(stream, ResponseEnd::Trailers(trailers))
    }

    fn end_with(&mut self, stream: StreamId, end: ResponseEnd) -> Result<(), SendError> {
        match self.sending(stream)? {
            ResponseProgress::Content { behind, .. } if behind.is_none() => *behind = Some(end),
            _ => return Err(SendError::Order),
        }
        self.make_ready(stream);
        Ok(())
    }

    fn sending(&mut self, stream: StreamId) -> Result<&mut ResponseProgress, SendError> {
        let active = self.streams.get_mut(stream).ok_or(SendError::Gone)?;
        Ok(active.state.sending_mut())
    }

    fn check_head<'a>(
        &mut self,
        stream: StreamId,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<(), SendError> {
        match self.sending(stream)? {
            ResponseProgress::Head => check_fields(fields),
            ResponseProgress::Content { .. } => Err(SendError::Order),
        }
    }

    fn write_head<'a>(
        &mut self,
        stream: StreamId,
        status: u16,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) {
        let digit = |n: u16| b'0' + (n % 10) as u8;
        let digits = [digit(status / 100), digit(status / 10), digit(status)];
        self.begin_block();
        let block = &mut self.encoded;
        self.encoder.field(b":status", &digits, block);
        for (name, value) in fields.filter(|(name, _)| !is_connection_field(name)) {
            self.encoder.field(name, trim(value), block);
        }
        frame::write_block(&mut self.output, stream, false, &self.encoded);
    }

    /// Begins a field block in `encoded`.
    pub(super) fn begin_block(&mut self) {
        self.encoded.clear();
        self.encoder.begin(&mut self.encoded);
    }
}

/// Whether there can be such a response, on whatever stream.
///
/// # Errors
/// [`SendError::Status`], [`SendError::Field`].
pub fn check_response<'a>(
    status: u16,
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
) -> Result<(), SendError> {
    if !(200..=999).contains(&status) {
        return Err(SendError::Status);
    }
    check_fields(fields)
}

fn check_fields<'a>(
    mut fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
) -> Result<(), SendError> {
    let is_valid = fields.all(|(name, value)| {
        let is_bad = |byte: &u8| matches!(byte, 0 | b'\r' | b'\n');
        !name.is_empty() && name.iter().all(|b| is_token(*b)) && !value.iter().any(is_bad)
    });
    if is_valid {
        Ok(())
    } else {
        Err(SendError::Field)
    }
}
