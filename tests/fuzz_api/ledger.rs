//! What became of every request, as the server and the client each saw it.
//!
//! Owns: the claims that need both sides: a response reaches the client that asked, whole and once;
//! the counts that the calls reported are the bytes on the wire; a cancelled client, and no other,
//! sees a reset; a request is handed out once, under the address and connection of its client. Does
//! not own what either side must see by itself ([`crate::wire`], [`crate::answer`]). Invariant: a
//! record goes when both sides have ended and no cancel of it is under way. Threading: any thread.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::findings::finding;
use crate::plan::Plan;
use crate::site::Class;
use crate::token::Token;

/// How the server's work on a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerEnd {
    /// All calls succeeded; the sum of the counts they reported.
    Done(u64),
    /// A cancel returned 0.
    Cancelled,
    /// A call failed with this code.
    Failed(u32),
}

impl ServerEnd {
    /// For the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ServerEnd::Done(_) => "done",
            ServerEnd::Cancelled => "cancelled",
            ServerEnd::Failed(64) => "failed 64",
            ServerEnd::Failed(995) => "failed 995",
            ServerEnd::Failed(1229) => "failed 1229",
            ServerEnd::Failed(_) => "failed otherwise",
        }
    }
}

/// How the client's part of it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientEnd {
    /// The response came to its end; its bytes.
    Complete(u64),
    /// The connection was reset before.
    Reset,
    /// The connection ended in order before.
    Cut,
    /// The service answered by itself.
    Refused(u16),
    /// The client went away, or never got that far.
    Gone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Record {
    link: u64,
    port: u16,
    is_received: bool,
    cancels: u32,
    cancelled: bool,
    server: Option<ServerEnd>,
    client: Option<ClientEnd>,
}

const SHARDS: usize = 16;

/// See the module head.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    records: [Mutex<HashMap<Token, Record>>; SHARDS],
    /// Client connections by connection id.
    links: Mutex<HashMap<u64, u64>>,
    /// Client connections that the program breaks, or may. What lies in the socket's buffers is lost
    /// with them, so an earlier response may be as well (G-067).
    broken: Mutex<HashSet<u64>>,
    /// Client connections that the service says are gone.
    gone: Mutex<HashSet<u64>>,
    /// Bytes on the wire of complete responses that are in the access log.
    pub(crate) logged: Mutex<HashMap<Token, u64>>,
    /// Requests of sites that are not lenient whose client waits.
    waiting: AtomicUsize,
    /// Nothing is promised any more: the round ends.
    pub(crate) closing: AtomicBool,
}

impl Ledger {
    fn shard(&self, token: Token) -> std::sync::MutexGuard<'_, HashMap<Token, Record>> {
        let shard = (crate::random::mix(token.0) % SHARDS as u64) as usize;
        self.records[shard].lock().expect("the ledger")
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    fn is_lenient(&self, token: Token) -> bool {
        self.is_closing() || token.class().is_lenient()
    }

    /// A client is about to send the request on its connection `link`, from its port.
    pub(crate) fn asked(&self, token: Token, link: u64, port: u16) {
        let record = Record {
            link,
            port,
            ..Record::default()
        };
        if !token.class().is_lenient() {
            self.waiting.fetch_add(1, Ordering::SeqCst);
        }
        if self.shard(token).insert(token, record).is_some() {
            finding!("the fuzzer itself used {token:x?} twice");
        }
    }

    /// The server has received the request: whether somebody sent it, and whether it is the first of
    /// its connection.
    pub(crate) fn received(&self, token: Token, port: u16, connection: u64) -> (bool, bool) {
        let link = {
            let mut shard = self.shard(token);
            let Some(record) = shard.get_mut(&token) else {
                finding!("received {token:x?}, which nobody has asked for, or settled already");
                return (false, false);
            };
            if std::mem::replace(&mut record.is_received, true) {
                finding!("received {token:x?} twice");
            }
            if record.port != port {
                finding!(
                    "{token:x?} came from port {}, the service says {port}",
                    record.port
                );
            }
            record.link
        };
        let known = self.links.lock().expect("links").insert(connection, link);
        if known.is_some_and(|known| known != link) {
            finding!("{token:x?}: connection id {connection:#x} is of link {known:?} and {link}");
        }
        (true, known.is_none())
    }

    /// The response will break, or may: the client is allowed to see a reset from now on.
    pub(crate) fn may_break(&self, token: Token) {
        let link = self.shard(token).get(&token).map(|record| record.link);
        self.broken.lock().expect("broken").extend(link);
    }

    /// A cancel of the request is about to be called; false when it is settled.
    pub(crate) fn cancels(&self, token: Token) -> bool {
        self.may_break(token);
        match self.shard(token).get_mut(&token) {
            Some(record) => {
                record.cancels += 1;
                true
            }
            None => false,
        }
    }

    /// That cancel has returned this code.
    pub(crate) fn cancel_returned(&self, plan: &Plan, code: u32) {
        let token = plan.token;
        let mut shard = self.shard(token);
        let Some(record) = shard.get_mut(&token) else {
            return;
        };
        record.cancels -= 1;
        if code == 0 && std::mem::replace(&mut record.cancelled, true) {
            finding!("{token:x?}: two cancels returned 0");
        }
        self.settle(shard, plan);
    }

    /// Whether the client may see its connection reset.
    pub(crate) fn allows_reset(&self, link: u64) -> bool {
        self.broken.lock().expect("broken").contains(&link)
    }

    pub(crate) fn server_ended(&self, plan: &Plan, end: ServerEnd) {
        let mut shard = self.shard(plan.token);
        match shard.get_mut(&plan.token) {
            Some(record) => record.server = Some(end),
            None => return,
        }
        self.settle(shard, plan);
    }

    pub(crate) fn client_ended(&self, plan: &Plan, end: ClientEnd) {
        if !plan.token.class().is_lenient() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        let mut shard = self.shard(plan.token);
        match shard.get_mut(&plan.token) {
            Some(record) => record.client = Some(end),
            None => return,
        }
        self.settle(shard, plan);
    }

    /// The response ends its connection: a client waits for that as well.
    pub(crate) fn expects_end(&self, token: Token) {
        if !token.class().is_lenient() {
            self.waiting.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// That end has come, or the client is gone.
    pub(crate) fn ended(&self, class: Class) {
        if !class.is_lenient() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Whether no client of a site that is not lenient waits for anything.
    pub(crate) fn all_are_answered(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0
    }

    /// Makes a finding of each request that such a client waits for.
    pub(crate) fn report_waiting(&self, plan_of: impl Fn(Token) -> Plan) {
        let waiting = self.waiting.load(Ordering::SeqCst);
        finding!("clients wait for {waiting} responses or ends of connections");
        for shard in &self.records {
            for (token, record) in shard.lock().expect("the ledger").iter() {
                if record.client.is_none() && !token.class().is_lenient() {
                    finding!("{token:x?} gets no end: {record:?}, {:?}", plan_of(*token));
                }
            }
        }
    }

    fn settle(&self, mut shard: std::sync::MutexGuard<'_, HashMap<Token, Record>>, plan: &Plan) {
        let Some(record) = shard.get(&plan.token).copied() else {
            return;
        };
        if let (Some(server), Some(client), 0) = (record.server, record.client, record.cancels) {
            shard.remove(&plan.token);
            drop(shard);
            self.judge(plan, record, server, client);
        }
    }

    fn judge(&self, plan: &Plan, record: Record, server: ServerEnd, client: ClientEnd) {
        let token = plan.token;
        let lenient = self.is_lenient(token);
        let may_break = self.allows_reset(record.link);
        let fault = match (server, client) {
            (_, ClientEnd::Gone) => None,
            (ServerEnd::Done(_), _) if record.cancelled => Some("answered although cancelled"),
            (ServerEnd::Done(counted), ClientEnd::Complete(wire)) => {
                if token.class() == Class::Logged && plan.logs() && !self.is_closing() {
                    self.logged.lock().expect("the log").insert(token, wire);
                }
                (counted != wire).then_some("the counts are not the wire's")
            }
            (ServerEnd::Done(_), ClientEnd::Reset | ClientEnd::Cut) if lenient || may_break => None,
            (ServerEnd::Done(_), ClientEnd::Reset) => Some("sent, but the client saw a reset"),
            (ServerEnd::Done(_), ClientEnd::Cut) => Some("sent, but the client saw the end"),
            (_, ClientEnd::Refused(_)) => Some("received, and answered by the service"),
            (ServerEnd::Cancelled, ClientEnd::Complete(_)) if plan.empty_end => None,
            (ServerEnd::Cancelled, ClientEnd::Complete(_)) => Some("cancelled, but complete"),
            (ServerEnd::Cancelled, ClientEnd::Cut) => Some("cancelled without a reset"),
            (ServerEnd::Cancelled, ClientEnd::Reset) => None,
            (ServerEnd::Failed(_), _) if lenient || may_break => None,
            (ServerEnd::Failed(_), ClientEnd::Reset) if plan.breaks() => None,
            // The client has all of it, and may go, before the program makes its last call.
            (ServerEnd::Failed(_), ClientEnd::Complete(_)) if plan.ends_empty() => None,
            (ServerEnd::Failed(_), ClientEnd::Complete(_)) => Some("failed, but complete"),
            (ServerEnd::Failed(_), _) => Some("failed for no reason"),
        };
        if let Some(fault) = fault {
            finding!("{token:x?}: {fault}: {server:?}, {client:?}, {record:?}, {plan:?}");
        }
    }

    /// The service says that the client of this connection is gone.
    pub(crate) fn disconnected(&self, connection: u64) {
        let link = self.links.lock().expect("links").get(&connection).copied();
        if let Some(link) = link {
            self.gone.lock().expect("gone").insert(link);
        }
    }

    /// Whether it has said so of this client connection.
    pub(crate) fn is_said_gone(&self, link: u64) -> bool {
        self.gone.lock().expect("gone").contains(&link)
    }

    /// All threads have ended: what is left?
    pub(crate) fn close(&self, plan_of: impl Fn(Token) -> Plan) {
        for shard in &self.records {
            for (token, record) in shard.lock().expect("the ledger").drain() {
                let fault = match (record.server, record.client) {
                    (_, None) => "the client forgot it",
                    (None, Some(ClientEnd::Complete(_))) => "complete, but nobody has answered",
                    (None, _) if record.is_received => "received, and lost",
                    (Some(_), Some(_)) => "a cancel of it never returned",
                    (None, _) => continue,
                };
                finding!("{token:x?}: {fault}: {record:?}, {:?}", plan_of(token));
            }
        }
    }
}
