//! The reading of `httparse`: the first head, and nothing about framing.
//!
//! Owns: the call. Does not own: any opinion. Ours uses httparse for fields in the common case, so
//! this peer is independent only in the request line and where ours does not follow it.

use crate::model::{End, Fields, Message, Reading};

/// More fields than any input has.
const FIELDS: usize = 512;

pub(crate) fn read(bytes: &[u8]) -> Reading {
    if bytes.iter().all(|b| matches!(b, b'\r' | b'\n')) {
        return Reading {
            messages: Vec::new(),
            end: End::Clean,
        };
    }
    let mut storage = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut storage);
    let (messages, end) = match request.parse(bytes) {
        Err(error) => (Vec::new(), End::Refused(format!("{error:?}"))),
        Ok(httparse::Status::Partial) => (Vec::new(), End::Partial),
        Ok(httparse::Status::Complete(length)) => {
            let mut fields = Fields::default();
            for field in request.headers.iter() {
                fields.add(field.name.as_bytes(), field.value);
            }
            let message = Message {
                method: request.method.unwrap_or_default().into(),
                target: request.path.unwrap_or_default().into(),
                version: (1, request.version.unwrap_or_default().into()),
                fields,
                framing: None,
                body: None,
                last: None,
                head_end: Some(length),
                end: None,
            };
            (vec![message], End::Unread)
        }
    };
    Reading { messages, end }
}
