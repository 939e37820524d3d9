//! The objects that have properties.
//!
//! Owns: their names. Does not own: the properties. Threading: plain data.

/// The object that has [`Properties`](super::Properties).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A server session.
    ServerSession,
    /// A URL group.
    UrlGroup,
}
