//! Misuse of the API that strict mode names.
//!
//! Owns: the closed list of kinds with their names, meanings and remedies, and a finding as one line. Does not own:
//! looking for them (`httpsys-engine`, and `httpapi` for what only C can do), nor what a call returns, which
//! strict mode does not change. Threading: plain data.

use std::fmt;

/// Declares the kinds with all that is said about them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $meaning:literal, $remedy:literal;)*) => {
        /// A kind of misuse. The names do not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Misuse {
            $($(#[$doc])* $name,)*
        }

        impl Misuse {
            /// Every kind.
            pub const ALL: &'static [Misuse] = &[$(Misuse::$name),*];

            /// Its name, as lines of findings and docs/SIMULATION.md have it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Misuse::$name => stringify!($name),)*
                }
            }

            /// What is wrong.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Misuse::$name => $meaning,)*
                }
            }

            /// What to do instead.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self {
                    $(Misuse::$name => $remedy,)*
                }
            }
        }
    };
}

kinds! {
    /// A call with the id of a request whose last send has begun (SND-033).
    RequestIdAfterLastSend:
        "the last send of this request has begun, which ends its id",
        "read the body before the last send; set HTTP_SEND_RESPONSE_FLAG_MORE_DATA on each send but the last";
    /// The program's Content-Length is not the number of entity bytes that it gave.
    ContentLengthMismatch:
        "the entity body is not as long as the program's own Content-Length says",
        "leave Content-Length out where the whole body is given with the head, or send exactly that many bytes";
    /// A response that was begun with MORE_DATA and not ended when its queue closed.
    ResponseNotEnded:
        "a response with HTTP_SEND_RESPONSE_FLAG_MORE_DATA was never ended, and its connection is reset",
        "end it with HttpSendResponseEntityBody without that flag, or cancel the request";
    /// A request that the program received and neither answered nor cancelled when its queue closed.
    RequestUnanswered:
        "a request was received and never answered, and its connection is reset",
        "answer or cancel each request that a receive has returned before closing the queue";
    /// A server session, URL group or request queue that is open at HttpTerminate.
    HandleLeaked:
        "it is still open at the last HttpTerminate",
        "close what was created: HttpCloseUrlGroup, HttpCloseServerSession, HttpCloseRequestQueue";
    /// A structure or buffer of the wrong size.
    WrongSize:
        "a structure or buffer does not have the size that the call needs",
        "give the size of the structure that belongs to the version of the queue or property";
    /// A structure or buffer that is not aligned.
    Misaligned:
        "a pointer is NULL, or not aligned for what it points to",
        "take memory from malloc or a variable of the structure's type, not from the middle of an array of bytes";
    /// HTTP_RESPONSE_V1 on a queue of version 2.
    ResponseOfVersion1:
        "the queue is of version 2, and the structure is not an HTTP_RESPONSE_V2",
        "declare HTTP_RESPONSE_V2 (HTTP_RESPONSE where _WIN32_WINNT is 0x0600 or later) and set all of it to 0 first";
    /// An OVERLAPPED that is given to a call while another call has it.
    OverlappedInUse:
        "the OVERLAPPED belongs to a call that is still pending",
        "give each pending call an OVERLAPPED of its own, until its completion has been delivered";
    /// Two pending calls that fill the same memory.
    BufferShared:
        "the buffer overlaps that of another pending call",
        "give each pending call a buffer of its own, until its completion has been delivered";
    /// A buffer of a pending send that was changed before its completion.
    SendBufferChanged:
        "the bytes to be sent were changed, or their memory was used again, before the call was completed",
        "leave the memory of entity chunks alone until the completion has been delivered";
    /// A buffer of a pending receive that was changed before its completion.
    ReceiveBufferChanged:
        "the buffer was written to, or its memory was used again, before the call was completed",
        "keep the buffer until the completion: not on the stack of a function that returns, and not freed";
}

/// One misuse, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The kind.
    pub misuse: Misuse,
    /// The function of the API, as its documentation calls it.
    pub call: &'static str,
    /// Those of its arguments that matter, as `Name value`, and what was seen.
    pub arguments: String,
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(misuse: Misuse, call: &'static str, arguments: String) -> Finding {
        Finding {
            misuse,
            call,
            arguments,
        }
    }
}

/// One line, without its end.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding {
            misuse,
            call,
            arguments,
        } = self;
        let (name, meaning, remedy) = (misuse.name(), misuse.meaning(), misuse.remedy());
        write!(f, "{name}: {call}({arguments}): {meaning}; {remedy}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name_of_its_own_and_one_line() {
        let mut names: Vec<_> = Misuse::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Misuse::ALL.len());
        for kind in Misuse::ALL {
            let line = Finding::new(*kind, "HttpTest", "RequestId 0x1".into()).to_string();
            let begin = format!("{}: HttpTest(RequestId 0x1): ", kind.name());
            assert!(line.starts_with(&begin) && !line.contains('\n'), "{line}");
        }
    }
}
