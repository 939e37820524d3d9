//! One disagreement, as the classes look at it.
//!
//! Owns: [`Case`] and the questions that classes ask: who refuses what, and what the bytes hold.
//! Does not own: the classes. The questions about bytes are deliberately simple-minded: they look
//! for what the generator puts in, and are no third parser. Threading: plain values.

use crate::model::{Aspect, BodyEnd, Difference, End, Message, Reading};
use crate::peer::Peer;

/// What one parser made of the place where the readings part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    /// It took a request.
    Taken(&'a Message),
    /// It refused, in its own words.
    Refused(&'a str),
    /// It waits for more.
    Partial,
    /// It sees nothing.
    Nothing,
}

/// A disagreement of ours with a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) peer: Peer,
    pub(crate) aspect: Aspect,
    /// From the first byte of the request in question on, empty lines in front of it included.
    pub(crate) bytes: &'a [u8],
    pub(crate) ours: Side<'a>,
    pub(crate) theirs: Side<'a>,
}

impl<'a> Side<'a> {
    fn new(reading: &'a Reading, at: usize) -> Self {
        match (reading.messages.get(at), &reading.end) {
            (Some(message), _) => Side::Taken(message),
            (None, End::Refused(why)) => Side::Refused(why),
            (None, End::Partial) => Side::Partial,
            (None, End::Clean | End::Unread) => Side::Nothing,
        }
    }

    /// The words of a refusal of the head.
    fn refusal(self) -> Option<&'a str> {
        match self {
            Side::Refused(why) => Some(why),
            _ => None,
        }
    }

    fn body_end(self) -> Option<&'a BodyEnd> {
        match self {
            Side::Taken(message) => message.body.as_ref().map(|(_, end)| end),
            _ => None,
        }
    }

    fn malformed(self) -> Option<&'a str> {
        match self.body_end() {
            Some(BodyEnd::Malformed(why)) => Some(why),
            _ => None,
        }
    }
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        peer: Peer,
        bytes: &'a [u8],
        difference: Difference,
        ours: &'a Reading,
        theirs: &'a Reading,
    ) -> Self {
        let before = difference.at.checked_sub(1);
        let start = before.and_then(|at| ours.messages[at].end).unwrap_or(0);
        Case {
            peer,
            aspect: difference.aspect,
            bytes: &bytes[start..],
            ours: Side::new(ours, difference.at),
            theirs: Side::new(theirs, difference.at),
        }
    }

    /// Ours refuses the head with `why`; the peer does not.
    pub(crate) fn we_refuse(&self, why: &str) -> bool {
        self.ours.refusal() == Some(why) && self.theirs.refusal().is_none()
    }

    /// The peer refuses the head, and `why` stands in what it says; ours does not refuse.
    pub(crate) fn they_refuse(&self, why: &str) -> bool {
        self.theirs.refusal().is_some_and(|said| said.contains(why))
            && self.ours.refusal().is_none()
    }

    /// Both take the head, only ours finds the body malformed.
    pub(crate) fn our_body_is_malformed(&self) -> bool {
        self.aspect == Aspect::Body
            && self.ours.malformed().is_some()
            && self.theirs.malformed().is_none()
    }

    /// The peer takes the head and waits for more of the body.
    pub(crate) fn their_body_is_partial(&self) -> bool {
        self.theirs.body_end() == Some(&BodyEnd::Partial)
    }

    /// Both take the head, only the peer finds the body malformed, for a reason that holds `why`.
    pub(crate) fn their_body_is_malformed(&self, why: &str) -> bool {
        self.aspect == Aspect::Body
            && self.ours.malformed().is_none()
            && self
                .theirs
                .malformed()
                .is_some_and(|said| said.contains(why))
    }

    /// Both have taken the request, and nothing but `aspect` is different.
    pub(crate) fn differs_in(&self, aspect: Aspect) -> bool {
        let both = matches!((self.ours, self.theirs), (Side::Taken(_), Side::Taken(_)));
        both && self.aspect == aspect
    }

    /// Our reading of the request, if it was taken.
    pub(crate) fn our_message(&self) -> Option<&'a Message> {
        match self.ours {
            Side::Taken(message) => Some(message),
            _ => None,
        }
    }

    /// The peer's reading of the request, if it was taken.
    pub(crate) fn their_message(&self) -> Option<&'a Message> {
        match self.theirs {
            Side::Taken(message) => Some(message),
            _ => None,
        }
    }

    /// The bytes without empty lines in front.
    fn text(&self) -> &'a [u8] {
        let empty = |b: &u8| matches!(b, b'\r' | b'\n');
        let at = self.bytes.iter().position(|b| !empty(b));
        &self.bytes[at.unwrap_or(self.bytes.len())..]
    }

    /// The bytes of empty lines in front.
    pub(crate) fn front(&self) -> &'a [u8] {
        &self.bytes[..self.bytes.len() - self.text().len()]
    }

    /// The request line, without its line feed.
    pub(crate) fn line(&self) -> &'a [u8] {
        self.text()
            .split(|b| *b == b'\n')
            .next()
            .unwrap_or_default()
    }

    /// Up to the first blank of the request line.
    pub(crate) fn verb(&self) -> &'a [u8] {
        self.line().split(|b| *b == b' ').next().unwrap_or_default()
    }

    /// From the first to the second blank of the request line.
    pub(crate) fn target(&self) -> &'a [u8] {
        self.line().split(|b| *b == b' ').nth(1).unwrap_or_default()
    }

    /// Behind the second blank of the request line and those that follow it (PRS-029).
    pub(crate) fn version(&self) -> &'a [u8] {
        let mut parts = self.line().split(|b| *b == b' ').skip(2);
        let part = parts.find(|part| !part.is_empty());
        part.unwrap_or_default().trim_ascii_end()
    }

    /// The head behind the request line, as far as it goes.
    pub(crate) fn fields(&self) -> &'a [u8] {
        let text = self.text();
        let at = self.line().len() + 1;
        let rest = text.get(at..).unwrap_or_default();
        if matches!(rest, [b'\n', ..] | [b'\r', b'\n', ..]) {
            return &[];
        }
        let ends: [&[u8]; 2] = [b"\n\r\n", b"\n\n"];
        let end = ends.iter().filter_map(|end| find(rest, end)).min();
        &rest[..end.map_or(rest.len(), |end| end + 1)]
    }

    /// What is behind the head as ours has read it.
    pub(crate) fn body(&self) -> &'a [u8] {
        let all = self.text();
        let ends: [&[u8]; 4] = [b"\n\r\n", b"\n\n", b"\n \r\n\r\n", b"\n \r\n\n"];
        let end = ends
            .iter()
            .filter_map(|end| find(all, end).map(|at| at + end.len()))
            .min();
        &all[end.unwrap_or(all.len())..]
    }

    /// The values of the field lines of this name, whatever its case.
    pub(crate) fn values(&self, name: &str) -> Vec<&'a [u8]> {
        self.fields()
            .split(|b| *b == b'\n')
            .filter_map(|line| {
                let colon = line.iter().position(|b| *b == b':')?;
                let own = line[..colon].trim_ascii_start();
                own.eq_ignore_ascii_case(name.as_bytes())
                    .then(|| line[colon + 1..].trim_ascii())
            })
            .collect()
    }
}

/// Where `wanted` stands in `bytes`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// Whether `wanted` stands in `bytes`.
pub(crate) fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    find(bytes, wanted).is_some()
}
