//! Frames of HTTP/2: any header, any payload.
//!
//! Checks: what a frame holds lies in its payload; padding counts for flow control and for nothing
//! else; a frame that is written out by its parts reads the same.
#![no_main]

use httpsys_proto::h2::frame::{self, FRAME_HEADER, Frame, FrameHeader, flag, kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((front, payload)) = input.split_first_chunk::<FRAME_HEADER>() else {
        return;
    };
    let header = FrameHeader::read(front);
    let mut written = Vec::new();
    header.write(&mut written);
    let read = FrameHeader::read(written[..].try_into().unwrap());
    assert_eq!(read, header);

    let Ok(frame) = frame::decode(header, payload) else {
        return;
    };
    let mut again = Vec::new();
    match frame {
        Frame::Data {
            stream,
            data,
            flow,
            is_end,
        } => {
            assert_eq!(flow, payload.len());
            assert!(data.len() <= flow);
            assert!(header.flags & flag::PADDED != 0 || data.len() == flow);
            frame::write(&mut again, kind::DATA, u8::from(is_end), Some(stream), data);
        }
        Frame::Headers {
            stream,
            block,
            is_end,
            is_whole,
        } => {
            assert!(block.len() <= payload.len());
            let flags = u8::from(is_end) | u8::from(is_whole) * flag::END_HEADERS;
            frame::write(&mut again, kind::HEADERS, flags, Some(stream), block);
        }
        Frame::Continuation {
            stream,
            block,
            is_whole,
        } => {
            let flags = u8::from(is_whole) * flag::END_HEADERS;
            frame::write(&mut again, kind::CONTINUATION, flags, Some(stream), block);
        }
        Frame::Settings(settings) => {
            let entries = settings
                .iter()
                .map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat());
            let payload = entries.collect::<Vec<_>>().concat();
            frame::write(&mut again, kind::SETTINGS, 0, None, &payload);
        }
        Frame::Ping { is_ack, data } => {
            frame::write(&mut again, kind::PING, u8::from(is_ack), None, &data);
        }
        Frame::ResetStream { stream, code } => {
            let code = code.0.to_be_bytes();
            frame::write(&mut again, kind::RST_STREAM, 0, Some(stream), &code);
        }
        Frame::WindowUpdate { stream, increment } => {
            assert!(increment < 1 << 31);
            frame::write(
                &mut again,
                kind::WINDOW_UPDATE,
                0,
                stream,
                &increment.to_be_bytes(),
            );
        }
        _ => return,
    }
    let (front, payload) = again.split_first_chunk::<FRAME_HEADER>().unwrap();
    let decoded = frame::decode(FrameHeader::read(front), payload).unwrap();
    match (frame, decoded) {
        // The padding is gone.
        (
            Frame::Data { data, is_end, .. },
            Frame::Data {
                data: other,
                is_end: end,
                ..
            },
        ) => {
            assert_eq!((data, is_end), (other, end));
        }
        (frame, decoded) => assert_eq!(frame, decoded),
    }
});
