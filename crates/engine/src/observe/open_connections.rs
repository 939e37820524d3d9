//! What each open connection does at this moment: what a person looks at while something hangs.
//!
//! Owns: the look, and whether request lines are kept for it: a program may have the request itself, so
//! whoever wants to see lines of requests under way asks for it before ([`Service::remember_requests`]).
//! Does not own: the data (`httpsys_core::open_connections`). Threading: any thread; it locks one slot at a
//! time, and costs some hundred nanoseconds for each connection that is open.

use httpsys_core::connection::{DeliveryState, Exchange, Opaque, Phase, ResponseState};
use httpsys_core::open_connections::{
    ConnectionActivity, MAX_SHOWN_URL, OpenConnection, OpenConnections, OpenRequest,
};

use crate::conn::slot::Conn;
use crate::conn::under_way::NOT_QUEUED;
use crate::observe::error_log::RequestLine;
use crate::service::Service;

impl Service {
    /// The open connections, those with the oldest requests first, at most `most` of them.
    #[must_use]
    pub fn open_connections(&self, most: usize) -> OpenConnections {
        let mut all = OpenConnections::default();
        let now = self.clock().millis();
        self.for_each_connection(|_, conn| all.add(look_at(conn, now), most));
        all.settle(most);
        all
    }
}

fn look_at(conn: &mut Conn, now: u64) -> OpenConnection {
    OpenConnection {
        id: conn.state.id(),
        remote: conn.remote,
        local: conn.local,
        activity: activity(conn),
        tls: conn.tls_info().map(|info| info.protocol),
        received: conn.tally.received_in_all(),
        sent: conn.sent,
        request: request_under_way(conn, now),
    }
}

fn activity(conn: &Conn) -> ConnectionActivity {
    match conn.state.phase() {
        Phase::Head { .. } if conn.is_tls() && conn.tls_info().is_none() => {
            ConnectionActivity::Handshake
        }
        Phase::Head { .. } if conn.awaits_proxy_header() => ConnectionActivity::ReadingHead,
        Phase::Head { seen: 0, .. } => ConnectionActivity::Idle,
        Phase::Carrier => ConnectionActivity::Carrying,
        Phase::Head { .. } => ConnectionActivity::ReadingHead,
        Phase::Drain(_) => ConnectionActivity::Draining,
        Phase::Closing(_) | Phase::Closed => ConnectionActivity::Closing,
        Phase::Exchange(exchange, _) => match exchange.delivery() {
            DeliveryState::Queued => ConnectionActivity::Queued,
            DeliveryState::Bound => ConnectionActivity::PartlyReceived,
            DeliveryState::Delivered => with_program(conn, exchange),
        },
    }
}

fn with_program(conn: &Conn, exchange: &Exchange) -> ConnectionActivity {
    if exchange.is_sending() {
        ConnectionActivity::Sending
    } else if exchange.opaque() != Opaque::No {
        ConnectionActivity::Upgraded
    } else if conn.has_readers() {
        ConnectionActivity::ReadingBody
    } else if exchange.answer() == ResponseState::None {
        ConnectionActivity::WithProgram
    } else {
        ConnectionActivity::Responding
    }
}

fn request_under_way(conn: &mut Conn, now: u64) -> Option<OpenRequest> {
    let exchange = conn.state.exchange()?;
    let (id, queue) = (exchange.request(), exchange.queue());
    let delivered = exchange.delivery() == DeliveryState::Delivered;
    let own = conn.state.under_way();
    let block = own.and_then(|own| own.block.as_deref());
    let since = match &conn.received {
        Some(received) if delivered => received.since,
        _ => conn.queued_at(),
    };
    let line = match block {
        Some(block) => Some(RequestLine::from(block)),
        None if delivered => conn.request_line(),
        None => None,
    };
    let text = |bytes: &[u8]| {
        let shown = &bytes[..bytes.len().min(MAX_SHOWN_URL)];
        String::from_utf8_lossy(shown).into_owned()
    };
    Some(OpenRequest {
        id,
        queue,
        group: conn.bound.as_ref().map(|bound| bound.group.id()),
        verb: line.map(|line| text(line.verb)).unwrap_or_default(),
        url: line.map(|line| text(line.target)).unwrap_or_default(),
        age: (since != NOT_QUEUED).then(|| now.saturating_sub(since)),
    })
}
