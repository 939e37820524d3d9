//! Small tests under every order of their threads: the hand-overs of the service.
//!
//! Owns: the lead, the table of ids, a cancel against a send against a close. The completion port is in
//! `tests/win32_sim`. Each test runs under every order in which a thread that could go on has to give way so often as
//! it says; what is found is a fault that needs no more than that. HTTPSYS_PREEMPTIONS=1 adds one to each: minutes.
#![allow(missing_docs, reason = "a test program")]

mod ids;
mod lead;
mod locks;
mod one_request;

use httpsys::{Parameters, Server, Service};
use httpsys_sim::Sim;

const GET: &str = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// How much deeper than by default the search is to go.
fn deeper() -> usize {
    let more = std::env::var("HTTPSYS_PREEMPTIONS").ok();
    more.and_then(|more| more.parse().ok()).unwrap_or(0)
}

fn preemptions(by_default: usize) -> usize {
    by_default + deeper()
}

/// The most runs of a test.
fn most() -> usize {
    if deeper() > 0 { usize::MAX } else { 20_000 }
}

fn server(sim: &Sim) -> (Service, Server) {
    let service = sim.service(Parameters::default());
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:80/").bind();
    (service, server.expect("the port is free"))
}
