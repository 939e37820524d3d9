//! A readable line for each call: the function of the API, and its arguments as `name=value`.
//!
//! Owns the texts. They are for people, in traces and messages: they may change. `Debug` gives the same line.

use std::fmt::{self, Debug, Display, Formatter};

use super::{Call, Control, Query, QueueCall, Receive, SendResponse};

/// UTF-16 text between quotes.
struct LineText<'a>(&'a [u16]);

impl Display for LineText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf16_lossy(self.0))
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Call::Control(control) => Display::fmt(control, f),
            Call::Query(query) => Display::fmt(query, f),
            Call::Queue {
                queue,
                handle,
                call,
            } => write!(f, "{call} queue={} handle={}", queue.0, handle.0),
        }
    }
}

impl Display for Control {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Control::CreateServerSession { version } => {
                write!(f, "HttpCreateServerSession version={}", version.major)
            }
            Control::CloseServerSession { session } => {
                write!(f, "HttpCloseServerSession session={}", session.0)
            }
            Control::SetServerSessionProperty { session, property } => {
                let session = session.0;
                write!(
                    f,
                    "HttpSetServerSessionProperty session={session} {property:?}"
                )
            }
            Control::CreateUrlGroup { session } => {
                write!(f, "HttpCreateUrlGroup session={}", session.0)
            }
            Control::AddReservation(reservation) => {
                let (url, sddl) = (
                    LineText(&reservation.url),
                    LineText(&reservation.descriptor),
                );
                write!(f, "HttpSetServiceConfiguration url={url} descriptor={sddl}")
            }
            Control::RemoveReservation { url } => {
                write!(f, "HttpDeleteServiceConfiguration url={}", LineText(url))
            }
            Control::Configure(change) => write!(f, "HttpSetServiceConfiguration {change:?}"),
            Control::CloseUrlGroup { .. }
            | Control::AddUrlToUrlGroup { .. }
            | Control::RemoveUrlFromUrlGroup { .. }
            | Control::BindUrlGroup { .. }
            | Control::SetUrlGroupProperty { .. } => group_control(self, f),
            Control::SetRequestQueueProperty { .. }
            | Control::CreateRequestQueue { .. }
            | Control::OpenRequestQueue { .. }
            | Control::CreateHttpHandle
            | Control::AddUrl { .. }
            | Control::RemoveUrl { .. }
            | Control::DrainRequestQueue { .. }
            | Control::CloseRequestQueue { .. } => queue_control(self, f),
        }
    }
}

fn group_control(control: &Control, f: &mut Formatter<'_>) -> fmt::Result {
    match control {
        Control::CloseUrlGroup { group } => write!(f, "HttpCloseUrlGroup group={}", group.0),
        Control::AddUrlToUrlGroup {
            group,
            url,
            context,
        } => {
            let (group, url) = (group.0, LineText(url));
            write!(
                f,
                "HttpAddUrlToUrlGroup group={group} url={url} context={context:#x}"
            )
        }
        Control::RemoveUrlFromUrlGroup { group, url } => {
            write!(f, "HttpRemoveUrlFromUrlGroup group={}", group.0)?;
            match url {
                Some(url) => write!(f, " url={}", LineText(url)),
                None => f.write_str(" all"),
            }
        }
        Control::BindUrlGroup { group, queue } => {
            write!(f, "HttpSetUrlGroupProperty group={} Binding", group.0)?;
            match queue {
                Some(queue) => write!(f, " queue={}", queue.0),
                None => f.write_str(" none"),
            }
        }
        Control::SetUrlGroupProperty { group, property } => {
            write!(f, "HttpSetUrlGroupProperty group={} {property:?}", group.0)
        }
        _ => Ok(()),
    }
}

fn queue_control(control: &Control, f: &mut Formatter<'_>) -> fmt::Result {
    match control {
        Control::SetRequestQueueProperty { queue, property } => {
            write!(
                f,
                "HttpSetRequestQueueProperty queue={} {property:?}",
                queue.0
            )
        }
        Control::CreateRequestQueue {
            version,
            name,
            access,
        } => {
            let (version, name) = (version.major, LineText(name.as_deref().unwrap_or_default()));
            write!(
                f,
                "HttpCreateRequestQueue version={version} name={name} access={access:?}"
            )
        }
        Control::OpenRequestQueue { name, .. } => {
            write!(f, "HttpCreateRequestQueue name={} open", LineText(name))
        }
        Control::CreateHttpHandle => f.write_str("HttpCreateHttpHandle"),
        Control::AddUrl { queue, url } => {
            write!(f, "HttpAddUrl queue={} url={}", queue.0, LineText(url))
        }
        Control::RemoveUrl { queue, url } => {
            write!(f, "HttpRemoveUrl queue={} url={}", queue.0, LineText(url))
        }
        Control::DrainRequestQueue { queue } => write!(f, "DrainRequestQueue queue={}", queue.0),
        Control::CloseRequestQueue { queue } => {
            write!(f, "HttpCloseRequestQueue queue={}", queue.0)
        }
        _ => Ok(()),
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Query::ServerSessionProperties { session } => {
                write!(f, "HttpQueryServerSessionProperty session={}", session.0)
            }
            Query::UrlGroupProperties { group } => {
                write!(f, "HttpQueryUrlGroupProperty group={}", group.0)
            }
            Query::RequestQueueProperties { queue } => {
                write!(f, "HttpQueryRequestQueueProperty queue={}", queue.0)
            }
            Query::Reservation { url } => {
                write!(f, "HttpQueryServiceConfiguration url={}", LineText(url))
            }
            Query::ReservationAt { index } => {
                write!(f, "HttpQueryServiceConfiguration index={index}")
            }
            Query::Configuration => f.write_str("HttpQueryServiceConfiguration"),
            Query::FindUrlGroup { queue, url } => {
                write!(
                    f,
                    "HttpFindUrlGroupId queue={} url={}",
                    queue.0,
                    LineText(url)
                )
            }
            Query::Urls { group } => write!(f, "Urls group={}", group.0),
            Query::PortOfUrl { group, url } => {
                write!(f, "PortOfUrl group={} url={}", group.0, LineText(url))
            }
            Query::PortOfV1Url { queue, url } => {
                write!(f, "PortOfUrl queue={} url={}", queue.0, LineText(url))
            }
            Query::LocalAddresses { group, port } => {
                write!(f, "LocalAddresses group={}", group.0)?;
                port.map_or(Ok(()), |port| write!(f, " port={port}"))
            }
            Query::CheckLive { queue, request } => {
                write!(f, "CheckLive queue={} request={:#x}", queue.0, request.0)
            }
            Query::TlsOfRequest { queue, request } => {
                let (queue, request) = (queue.0, request.0);
                write!(f, "TlsOfRequest queue={queue} request={request:#x}")
            }
            Query::TlsOfConnection { queue, connection } => {
                let (queue, connection) = (queue.0, connection.0);
                write!(
                    f,
                    "TlsOfConnection queue={queue} connection={connection:#x}"
                )
            }
            Query::Counters => f.write_str("Counters"),
            Query::ServiceCounters => f.write_str("ServiceCounters"),
            Query::UrlGroupCounters { group } => write!(f, "UrlGroupCounters group={}", group.0),
            Query::QueueCounters { queue } => write!(f, "QueueCounters queue={}", queue.0),
            Query::ServiceState => f.write_str("ServiceState"),
            Query::OpenConnections { most } => write!(f, "OpenConnections most={most}"),
            Query::CacheState { url, most } => {
                f.write_str("CacheState")?;
                if let Some(url) = url {
                    write!(f, " url={}", String::from_utf16_lossy(url))?;
                }
                write!(f, " most={most}")
            }
            Query::ConnectionStatus { connection } => {
                write!(f, "ConnectionStatus connection={:#x}", connection.0)
            }
        }
    }
}

impl Display for QueueCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            QueueCall::Receive(receive) => receive_line(receive, f),
            QueueCall::ReceiveEntityBody(receive) => {
                let id = receive.request.0;
                write!(f, "HttpReceiveRequestEntityBody request={id:#x}")?;
                flags(f, &[(receive.fill_buffer, "FILL_BUFFER")])
            }
            QueueCall::SendResponse(send) => send_line("HttpSendHttpResponse", send, f),
            QueueCall::SendEntityBody(send) => send_line("HttpSendResponseEntityBody", send, f),
            QueueCall::DeclarePush(push) => {
                let (request, path) = (push.request.0, LineText(&push.path));
                write!(f, "HttpDeclarePush request={request} path={path}")
            }
            QueueCall::Cancel(cancel) => {
                write!(f, "HttpCancelHttpRequest request={:#x}", cancel.request.0)
            }
            QueueCall::WaitForDisconnect(wait) => {
                write!(
                    f,
                    "HttpWaitForDisconnect connection={:#x}",
                    wait.connection.0
                )
            }
            QueueCall::WaitForDemandStart => f.write_str("HttpWaitForDemandStart"),
            QueueCall::CancelOperation { operation, .. } => {
                write!(f, "CancelIoEx operation={}", operation.0)
            }
            QueueCall::Shutdown => f.write_str("HttpShutdownRequestQueue"),
            QueueCall::Close => f.write_str("CloseHandle"),
        }
    }
}

fn receive_line(receive: &Receive, f: &mut Formatter<'_>) -> fmt::Result {
    if receive.request.is_null() {
        f.write_str("HttpReceiveHttpRequest next")?;
    } else {
        write!(f, "HttpReceiveHttpRequest request={:#x}", receive.request.0)?;
    }
    flags(
        f,
        &[
            (receive.copy_body, "COPY_BODY"),
            (receive.flush_body, "FLUSH_BODY"),
        ],
    )
}

fn send_line(function: &str, send: &SendResponse, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{function} request={:#x}", send.request.0)?;
    flags(
        f,
        &[
            (send.disconnect, "DISCONNECT"),
            (send.more_data, "MORE_DATA"),
            (send.opaque, "OPAQUE"),
        ],
    )
}

/// The flags that are set.
fn flags(f: &mut Formatter<'_>, list: &[(bool, &str)]) -> fmt::Result {
    for (_, name) in list.iter().filter(|(set, _)| *set) {
        write!(f, " {name}")?;
    }
    Ok(())
}

macro_rules! debug_is_the_line {
    ($($name:ident),*) => {
        $(
            impl Debug for $name {
                fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    Display::fmt(self, f)
                }
            }
        )*
    };
}

debug_is_the_line!(Call, Control, Query, QueueCall);
