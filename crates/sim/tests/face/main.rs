//! Tests of servers, as a user of the simulation writes them.
#![allow(missing_docs, reason = "a test program")]

mod calls;
mod checks;
mod faults;
mod replay;
mod strict;

use httpsys::{Parameters, Server, Service};
use httpsys_sim::Sim;

const GET: &str = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn server(sim: &Sim) -> (Service, Server) {
    let service = sim.service(Parameters::default());
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:80/").bind();
    (service, server.expect("the port is free"))
}
