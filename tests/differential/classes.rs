//! Every way in which ours and a peer disagree, and why ours is the answer of HTTP.sys.
//!
//! Owns: [`Disagreement`] and the table, in the files below. Does not own: finding disagreements.
//! Invariant: a class tells who says what in the parser's own words *and* what the bytes must hold,
//! so that a new bug does not hide in an old class.

mod bodies;
mod requests;
mod we_refuse;
mod we_take;

use crate::case::Case;
use crate::peer::Peer;

/// A class of disagreements.
#[derive(Debug)]
pub(crate) struct Disagreement {
    pub(crate) name: &'static str,
    pub(crate) peers: &'static [Peer],
    /// An input of the class with each of the peers.
    pub(crate) example: &'static [u8],
    pub(crate) ours: &'static str,
    pub(crate) theirs: &'static str,
    /// Row or gap first, then the reason.
    pub(crate) reason: &'static str,
    pub(crate) holds: fn(&Case<'_>) -> bool,
}

/// The whole table, by part.
pub(crate) const PARTS: &[(&str, &[Disagreement])] = &[
    ("Heads that only we refuse", we_refuse::CLASSES),
    ("Heads that only the peer refuses", we_take::CLASSES),
    (
        "Requests that both take and read differently",
        requests::CLASSES,
    ),
    ("Bodies", bodies::CLASSES),
];

/// All classes.
pub(crate) fn all() -> impl Iterator<Item = &'static Disagreement> {
    PARTS.iter().flat_map(|(_, classes)| *classes)
}

/// The class of a disagreement.
pub(crate) fn explain(case: &Case<'_>) -> Option<&'static Disagreement> {
    all().find(|class| class.peers.contains(&case.peer) && (class.holds)(case))
}
