//! A refused registration: what the caller and the events are told.
//!
//! Owns: the pair of code and reason, and the warning event of each refusal, so that a program that
//! drops the code still leaves a trace of it. Does not own: the reasons (`httpsys_core::refusal`).
//! Threading: the owner of a port is looked for without a lock.

use std::fmt;

use httpsys_core::Error;
use httpsys_core::operation::Control;
use httpsys_core::refusal::Refusal;
use httpsys_core::url_prefix::{InvalidPrefix, UrlPrefix};

use crate::sys;

/// Why a registration failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the call returns.
    pub error: Error,
    /// What was wrong with the URL, its port or its address; `None` when it was something else, as an
    /// unknown URL group.
    pub refusal: Option<Refusal>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Refused {
            error: refusal.error(),
            refusal: Some(refusal),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused {
            error,
            refusal: None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.refusal {
            Some(refusal) => {
                let (name, number) = (self.error.name(), self.error.win32());
                write!(f, "{refusal}: {name} ({number})")
            }
            None => write!(f, "{}", self.error),
        }
    }
}

impl std::error::Error for Refused {}

/// What a call that failed was about.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// A registration or a reservation: each refusal is told.
    Add(Vec<u16>),
    /// Another call with a prefix: only a bad one is told.
    Name(Vec<u16>),
    /// Nothing with a prefix.
    Other,
}

impl Attempt {
    pub(crate) fn of(call: &Control) -> Attempt {
        match call {
            Control::AddUrlToUrlGroup { url, .. } | Control::AddUrl { url, .. } => {
                Attempt::Add(url.clone())
            }
            Control::AddReservation(reservation) => Attempt::Add(reservation.url.clone()),
            Control::RemoveUrlFromUrlGroup { url: Some(url), .. }
            | Control::RemoveUrl { url, .. }
            | Control::RemoveReservation { url } => Attempt::Name(url.clone()),
            _ => Attempt::Other,
        }
    }

    /// Completes what is known about the failure and tells it.
    pub(crate) fn tell(self, refused: Refused) -> Refused {
        match self {
            Attempt::Add(url) => told(&url, refused),
            Attempt::Name(url) => {
                if let Err(why) = UrlPrefix::parse_with_port_zero(&url) {
                    warn_of_prefix(&url, why);
                }
                refused
            }
            Attempt::Other => refused,
        }
    }
}

fn told(url: &[u16], mut refused: Refused) -> Refused {
    if refused.refusal.is_none() {
        let why = UrlPrefix::parse_with_port_zero(url).err();
        refused.refusal = why
            .filter(|why| why.error() == refused.error)
            .map(Refusal::Prefix);
    }
    if let Some(Refusal::InUse { address, owner }) = &mut refused.refusal {
        *owner = sys::port_owner(*address);
    }
    let url = String::from_utf16_lossy(url);
    tracing::warn!(url, reason = %refused, "registration refused");
    refused
}

/// Tells that a call was given a string that is no UrlPrefix.
pub fn warn_of_prefix(url: &[u16], why: InvalidPrefix) {
    let url = String::from_utf16_lossy(url);
    tracing::warn!(url, reason = %Refused::from(Refusal::Prefix(why)), "no URL prefix");
}

/// The result of a call, after a warning if its URL is no prefix.
pub(crate) fn told_of_prefix<T>(url: &[u16], result: Result<T, Error>) -> Result<T, Error> {
    if let (Err(_), Err(why)) = (&result, UrlPrefix::parse_with_port_zero(url)) {
        warn_of_prefix(url, why);
    }
    result
}
