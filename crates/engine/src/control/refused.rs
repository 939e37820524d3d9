//! A refused registration: what the caller and the events are told.
//!
//! Owns: the pair of code and reason, and the warning event of each refusal, so that a program that
//! drops the code still leaves a trace of it. Does not own: the reasons (`httpsys_core::refusal`).
//! Threading: the owner of a port is looked for without a lock.

use std::fmt;

use httpsys_core::Error;
use httpsys_core::call::Control;
use httpsys_core::refusal::Refusal;
use httpsys_core::url_prefix::{InvalidPrefix, UrlPrefix};

use crate::{Service, reason};

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
pub(crate) struct RefusedCall {
    kind: Kind,
    /// What 87 means unless the prefix is bad.
    invalid: &'static str,
}

#[derive(Debug)]
enum Kind {
    /// A registration or a reservation: each refusal is reported.
    Add(Vec<u16>),
    /// Another call with a prefix: only a bad one is reported.
    Name(Vec<u16>),
    /// Nothing with a prefix.
    Other,
}

impl RefusedCall {
    pub(crate) fn of(call: &Control) -> RefusedCall {
        let kind = match call {
            Control::AddUrlToUrlGroup { url, .. } | Control::AddUrl { url, .. } => {
                Kind::Add(url.clone())
            }
            Control::AddReservation(reservation) => Kind::Add(reservation.url.clone()),
            Control::RemoveUrlFromUrlGroup { url: Some(url), .. }
            | Control::RemoveUrl { url, .. }
            | Control::RemoveReservation { url } => Kind::Name(url.clone()),
            _ => Kind::Other,
        };
        let invalid = reason::of_control(call);
        RefusedCall { kind, invalid }
    }

    /// Completes what is known about the failure, and reports it: as a noted reason and as an event.
    pub(crate) fn report(self, service: &Service, refused: Refused) -> Refused {
        let refused = match self.kind {
            Kind::Add(url) => return report_registration(service, &url, refused, self.invalid),
            Kind::Name(url) => match UrlPrefix::parse_with_port_zero(&url) {
                Err(why) => {
                    warn_of_prefix(&url, why);
                    return refused;
                }
                Ok(_) => refused,
            },
            Kind::Other => refused,
        };
        // Whoever knew more has noted it.
        if refused.error == Error::InvalidParameter && !reason::is_noted() {
            reason::note(self.invalid, refused.error, false);
        }
        refused
    }
}

fn report_registration(
    service: &Service,
    url: &[u16],
    mut refused: Refused,
    invalid: &'static str,
) -> Refused {
    if refused.refusal.is_none() && refused.error != Error::InvalidParameter && reason::is_noted() {
        // The configuration cannot be read or written: whoever knows why has reported it.
        return refused;
    }
    if refused.refusal.is_none() {
        let why = UrlPrefix::parse_with_port_zero(url).err();
        refused.refusal = why
            .filter(|why| why.error() == refused.error)
            .map(Refusal::Prefix);
    }
    if let Some(Refusal::InUse { address, owner }) = &mut refused.refusal {
        *owner = service.shards().host().port_owner(*address);
    }
    let url = String::from_utf16_lossy(url);
    let error = refused.error;
    let why = match &refused.refusal {
        Some(refusal) => format!("{refusal}{}", owner_of(service, refusal)),
        None if error == Error::InvalidParameter => invalid.to_owned(),
        None => error.meaning().to_owned(),
    };
    let (name, number) = (error.name(), error.win32());
    let reason = format!("{why}: {name} ({number})");
    tracing::warn!(url, %reason, "registration refused");
    reason::note(format!("{url}: {why}"), error, true);
    refused
}

/// More about the URL group that has the prefix: its queue, if that has a name.
fn owner_of(service: &Service, refusal: &Refusal) -> String {
    let Refusal::Registered {
        owner,
        same_group: false,
    } = refusal
    else {
        return String::new();
    };
    let (state, _) = service.listing();
    let mut queues = state.queues.into_iter();
    let queue = queues.find(|queue| queue.url_groups.iter().any(|group| group.id == *owner));
    match queue.map(|queue| queue.name) {
        Some(Some(name)) => format!(", for the request queue {name}"),
        Some(None) => ", for a request queue without a name".to_owned(),
        None => ", without a request queue".to_owned(),
    }
}

/// Tells that a call was given a string that is no UrlPrefix.
pub fn warn_of_prefix(url: &[u16], why: InvalidPrefix) {
    let url = String::from_utf16_lossy(url);
    let refused = Refused::from(Refusal::Prefix(why));
    tracing::warn!(url, reason = %refused, "no URL prefix");
    reason::note(format!("{url}: {why}"), refused.error, true);
}

/// The result of a call, after a warning if its URL is no prefix. `invalid` says what 87 means
/// otherwise.
pub(crate) fn explain_prefix<T>(
    url: &[u16],
    invalid: &'static str,
    result: Result<T, Error>,
) -> Result<T, Error> {
    if let Err(error) = &result {
        match UrlPrefix::parse_with_port_zero(url) {
            Err(why) => warn_of_prefix(url, why),
            Ok(_) if *error == Error::InvalidParameter => reason::note(invalid, *error, false),
            Ok(_) => {}
        }
    }
    result
}
