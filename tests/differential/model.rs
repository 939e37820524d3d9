//! What a parser made of a connection's bytes, in terms that all of them have.
//!
//! Owns: [`Reading`] and its parts, the normal form in which field lists are compared, and the one
//! place where two readings are compared. Does not own: any parser, and which differences are right.
//! Invariant: a difference is found at the first place where two readings part; what is behind it
//! cannot be compared any more. Threading: plain values.

use std::collections::BTreeMap;
use std::fmt;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    None,
    Length(u64),
    Chunked,
}

/// How a body went on after the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    /// It is complete.
    Complete,
    /// The bytes end before it does.
    Partial,
    /// It is malformed, in the parser's own words.
    Malformed(String),
}

/// One request that a parser took. `None` where a parser does not tell.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) method: Vec<u8>,
    pub(crate) target: Vec<u8>,
    pub(crate) version: (u16, u16),
    pub(crate) fields: Fields,
    pub(crate) framing: Option<Framing>,
    /// `None` when the parser reads heads only.
    pub(crate) body: Option<(Vec<u8>, BodyEnd)>,
    /// The connection ends behind this request.
    pub(crate) last: Option<bool>,
    /// Index of the first byte that does not belong to the head.
    pub(crate) head_end: Option<usize>,
    /// Index of the first byte that does not belong to the request.
    pub(crate) end: Option<usize>,
}

/// What stands behind the last request of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing, or empty lines.
    Clean,
    /// The front of a request.
    Partial,
    /// What was refused, in the parser's own words.
    Refused(String),
    /// What nobody looks at: the last request closed the connection, or its body is not complete,
    /// or the parser reads one head only.
    Unread,
}

/// All that a parser made of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) messages: Vec<Message>,
    pub(crate) end: End,
}

/// Where two readings part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// One takes the head, the other refuses it.
    Accepted,
    /// One waits for more, the other has decided.
    Decided,
    /// One sees a request, or the front of one, where the other sees nothing.
    Count,
    Method,
    Target,
    Version,
    Fields,
    Framing,
    HeadEnd,
    /// Whether the connection goes on.
    Persistence,
    /// Bytes of the body, or how it ends.
    Body,
    /// Where the next request starts.
    Extent,
}

/// A difference: in which request (from 0), and in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) at: usize,
    pub(crate) aspect: Aspect,
}

/// Field values by lower-case name; lines of one name joined with a comma, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<Vec<u8>, Vec<u8>>);

impl Fields {
    /// Adds a line, or what a parser has joined already.
    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) {
        let name = name.to_ascii_lowercase();
        // Equal lengths are one length (BDY-010), whoever keeps the lines.
        let is_length = name == b"content-length";
        self.0
            .entry(name)
            .and_modify(|all| {
                if !(is_length && number(all) == number(value)) {
                    all.extend_from_slice(b", ");
                    all.extend_from_slice(value);
                }
            })
            .or_insert_with(|| value.to_vec());
    }

    /// The value of a lower-case name.
    pub(crate) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// Takes out the lines of a lower-case name.
    pub(crate) fn remove(&mut self, name: &[u8]) {
        self.0.remove(name);
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter();
        let lines = lines.map(|(n, v)| format!("{}: {}", n.escape_ascii(), v.escape_ascii()));
        f.debug_list().entries(lines).finish()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, target) = (self.method.escape_ascii(), self.target.escape_ascii());
        let (major, minor) = self.version;
        write!(f, "{method} {target} {major}.{minor} {:?}", self.fields)?;
        if let Some((body, end)) = &self.body {
            write!(
                f,
                " {:?} body \"{}\" {end:?}",
                self.framing,
                body.escape_ascii()
            )?;
        }
        write!(
            f,
            " head_end {:?} end {:?} last {:?}",
            self.head_end, self.end, self.last
        )
    }
}

/// The number that a length stands for; the text itself where it is none.
fn number(text: &[u8]) -> &[u8] {
    let zeros = text.iter().take_while(|b| **b == b'0').count();
    if text.iter().all(u8::is_ascii_digit) {
        &text[zeros..]
    } else {
        text
    }
}

/// The first difference between two readings of the same bytes.
pub(crate) fn compare(ours: &Reading, peer: &Reading) -> Option<Difference> {
    let mut at = 0;
    loop {
        let aspect = match (ours.messages.get(at), peer.messages.get(at)) {
            (Some(a), Some(b)) => match compare_messages(a, b) {
                Some(aspect) => Some(aspect),
                None if is_last(a) || is_last(b) => return None,
                None => {
                    at += 1;
                    continue;
                }
            },
            (a, b) => compare_ends(a.ok_or(&ours.end), b.ok_or(&peer.end)),
        };
        return aspect.map(|aspect| Difference { at, aspect });
    }
}

fn is_last(message: &Message) -> bool {
    message.last == Some(true)
        || message
            .body
            .as_ref()
            .is_none_or(|(_, end)| *end != BodyEnd::Complete)
}

/// Of two places, at least one without a request.
fn compare_ends(ours: Result<&Message, &End>, peer: Result<&Message, &End>) -> Option<Aspect> {
    match (ours, peer) {
        (_, Err(End::Unread)) | (Err(End::Unread), _) => None,
        (Ok(_), Err(End::Refused(_))) | (Err(End::Refused(_)), Ok(_)) => Some(Aspect::Accepted),
        (Err(End::Refused(_)), Err(End::Refused(_))) => None,
        (Err(End::Refused(_)), Err(_)) | (Err(_), Err(End::Refused(_))) => Some(Aspect::Decided),
        (Ok(_), Err(End::Partial)) | (Err(End::Partial), Ok(_)) => Some(Aspect::Decided),
        (Err(a), Err(b)) => (a != b).then_some(Aspect::Count),
        _ => Some(Aspect::Count),
    }
}

fn compare_messages(ours: &Message, peer: &Message) -> Option<Aspect> {
    fn differ<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    let same_end = |a: &BodyEnd, b: &BodyEnd| {
        a == b || matches!((a, b), (BodyEnd::Malformed(_), BodyEnd::Malformed(_)))
    };
    // What one has read of a body that it refuses in the end depends on its buffers.
    let body_differs = match (&ours.body, &peer.body) {
        (Some((_, BodyEnd::Malformed(_))), Some((_, BodyEnd::Malformed(_)))) => false,
        (Some((a, a_end)), Some((b, b_end))) => a != b || !same_end(a_end, b_end),
        _ => false,
    };
    // What decides where requests begin and end comes first, so that nothing harmless hides it.
    [
        (differ(&ours.head_end, &peer.head_end), Aspect::HeadEnd),
        (differ(&ours.framing, &peer.framing), Aspect::Framing),
        (body_differs, Aspect::Body),
        (differ(&ours.end, &peer.end), Aspect::Extent),
        (ours.method != peer.method, Aspect::Method),
        (ours.version != peer.version, Aspect::Version),
        (ours.target != peer.target, Aspect::Target),
        (ours.fields != peer.fields, Aspect::Fields),
        (differ(&ours.last, &peer.last), Aspect::Persistence),
    ]
    .into_iter()
    .find_map(|(differs, aspect)| differs.then_some(aspect))
}
