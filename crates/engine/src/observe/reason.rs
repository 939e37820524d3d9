//! Why a call of this thread was refused, in words.
//!
//! Owns: one text for each thread. A code such as 87 has many causes; whoever knows the cause notes it
//! here, and whoever is asked tells it. Does not own: the words of a refused registration
//! (`httpsys_core::refusal`), nor events. Invariant: nothing is written by a call that succeeds, so that
//! only calls that fail pay. Threading: what one thread notes no other sees; no lock.

use std::borrow::Cow;
use std::cell::RefCell;

use httpsys_core::Error;
use httpsys_core::call::Control;
use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::InvalidSslRecord;
use httpsys_core::property::{Property, QUEUE_LENGTHS, QueueProperty};

/// What was noted about the failure that is on its way to the caller.
#[derive(Debug)]
pub struct Note {
    /// The argument, as the documentation calls it, and what is wrong with it.
    pub words: Cow<'static, str>,
    /// What the call fails with.
    pub error: Error,
    /// An event has told it already.
    pub is_told: bool,
}

/// Of one thread.
struct Reasons {
    pending: Option<Note>,
    last: Option<String>,
}

thread_local! {
    static REASONS: RefCell<Reasons> = const { RefCell::new(Reasons { pending: None, last: None }) };
}

/// Nothing happens on a thread that is ending, nor inside of another look.
fn with<R>(use_them: impl FnOnce(&mut Reasons) -> R) -> Option<R> {
    let inside = |reasons: &RefCell<Reasons>| Some(use_them(&mut *reasons.try_borrow_mut().ok()?));
    REASONS.try_with(inside).ok().flatten()
}

/// Notes why the call of this thread fails. It is the text of [`last`] from now on.
#[cold]
#[inline(never)]
pub fn note(words: impl Into<Cow<'static, str>>, error: Error, is_told: bool) {
    let words = words.into();
    let (name, number) = (error.name(), error.win32());
    with(|reasons| {
        reasons.last = Some(format!("{words}: {name} ({number})"));
        reasons.pending = Some(Note {
            words,
            error,
            is_told,
        });
    });
}

/// Notes what is wrong with an argument, and is the error: [`Error::InvalidParameter`] (87).
#[cold]
#[inline(never)]
pub fn invalid(words: impl Into<Cow<'static, str>>) -> Error {
    note(words, Error::InvalidParameter, false);
    Error::InvalidParameter
}

/// Says which argument the note is about that has just been made.
#[cold]
#[inline(never)]
pub fn name_argument(argument: &str) {
    let named = with(|reasons| {
        let note = reasons.pending.take()?;
        Some((format!("{argument} {}", note.words), note))
    });
    if let Some(Some((words, was))) = named {
        note(words, was.error, was.is_told);
    }
}

/// Takes the note of the failure that is on its way to the caller.
#[must_use]
pub fn take() -> Option<Note> {
    with(|reasons| reasons.pending.take()).flatten()
}

/// Whether there is a note.
pub(crate) fn is_noted() -> bool {
    with(|reasons| reasons.pending.is_some()).unwrap_or(false)
}

/// Sets the text of [`last`].
pub fn set_last(text: String) {
    with(|reasons| reasons.last = Some(text));
}

/// Why the last call of this thread was refused of which that is known: the argument or the rule, and
/// the code.
#[must_use]
pub fn last() -> Option<String> {
    with(|reasons| reasons.last.clone()).flatten()
}

/// What 87 means for a call about something else than a prefix. The object model gives the code alone.
pub(crate) fn of_control(call: &Control) -> &'static str {
    const SESSION: &str = "ServerSessionId names no open server session";
    const GROUP: &str = "UrlGroupId names no open URL group";
    match call {
        Control::CloseServerSession { .. } | Control::CreateUrlGroup { .. } => SESSION,
        Control::CloseUrlGroup { .. }
        | Control::AddUrlToUrlGroup { .. }
        | Control::RemoveUrlFromUrlGroup { .. } => GROUP,
        Control::BindUrlGroup { queue: None, .. } => GROUP,
        Control::BindUrlGroup { .. } => {
            "UrlGroupId names no open URL group, or RequestQueueHandle is a queue of version 1"
        }
        Control::SetServerSessionProperty { property, .. } => match property {
            Property::ConnectionLimit(_) => {
                "Property: a connection limit is for URL groups, not for server sessions"
            }
            property => of_property(property, SESSION),
        },
        Control::SetUrlGroupProperty { property, .. } => of_property(property, GROUP),
        Control::SetRequestQueueProperty { property, .. } => match property {
            QueueProperty::Length(_) => {
                const { assert!(*QUEUE_LENGTHS.start() == 10 && *QUEUE_LENGTHS.end() == 65_535) };
                "PropertyInformation: a queue's length is 10 to 65535"
            }
            QueueProperty::State(_) | QueueProperty::Verbosity(_) => {
                "PropertyInformation is a value that the property does not have"
            }
        },
        Control::CreateRequestQueue { .. } | Control::OpenRequestQueue { .. } => {
            "Name is longer than a request queue's may be"
        }
        Control::AddUrl { .. } | Control::RemoveUrl { .. } => {
            "RequestQueueHandle is a queue of version 2, which has its URLs in URL groups"
        }
        Control::AddReservation(_) => {
            "pStringSecurityDescriptor is empty, or longer than a security descriptor may be"
        }
        Control::RemoveReservation { .. } => "pUrlPrefix is not a UrlPrefix",
        Control::Configure(change) => of_change(change),
        Control::CreateServerSession { .. }
        | Control::CreateHttpHandle
        | Control::DrainRequestQueue { .. }
        | Control::CloseRequestQueue { .. } => "an argument is not valid",
    }
}

fn of_change(change: &Change) -> &'static str {
    let checked = match change {
        Change::AddSsl(record) | Change::UpdateSsl(record) => record.check(),
        Change::AddSslExtended(record) | Change::UpdateSslExtended(record) => record.check(),
        _ => return "ParamDesc is 0, and no time is",
    };
    checked
        .err()
        .map_or("an argument is not valid", InvalidSslRecord::words)
}

fn of_property(property: &Property, holder: &'static str) -> &'static str {
    match property {
        Property::State(_) | Property::Timeouts(_) | Property::ConnectionLimit(_) => holder,
        Property::Bandwidth(_) => {
            "MaxBandwidth is below 1024 bytes a second (HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE)"
        }
        Property::Logging(_) => {
            "HTTP_LOGGING_INFO: Format, Fields or RolloverType is none that the object may have, RolloverSize \
             is below 1 MiB, LoggingFlags has unknown or opposite flags, or a name is empty or too long"
        }
        Property::Authentication(_) => "AuthSchemes or ExFlags has flags that there are none of",
        Property::ChannelBinding(_) => {
            "HTTP_CHANNEL_BIND_INFO.Flags has flags that there are none of"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_threads_and_is_taken_once() {
        assert_eq!(invalid("Flags is 7"), Error::InvalidParameter);
        let said = "Flags is 7: ERROR_INVALID_PARAMETER (87)";
        assert_eq!(last().as_deref(), Some(said));
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(last().is_none() && take().is_none()));
        });
        let note = take().expect("a note");
        assert_eq!((&*note.words, note.is_told), ("Flags is 7", false));
        assert!(take().is_none());
        assert_eq!(last().as_deref(), Some(said), "it is the last still");
    }

    #[test]
    fn an_argument_is_named_by_whoever_knows_its_name() {
        name_argument("Nothing");
        assert_eq!(last(), None);
        let _ = invalid("is NULL");
        name_argument("Port");
        assert_eq!(take().expect("a note").words, "Port is NULL");
        assert_eq!(
            last().as_deref(),
            Some("Port is NULL: ERROR_INVALID_PARAMETER (87)")
        );
    }
}
