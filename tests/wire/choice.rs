//! Choices that show outside of the request, and LIM-017: both sides of each.
//!
//! Owns: the Server field under `DisableServerHeader` and `TokenAfterServer`, and which addresses
//! `localhost` listens on. Does not own: parameters and choices of the request's syntax
//! (`parameter`). A service of its own for each line.

use httpsys::{Error, Parameters, Response, Server};
use httpsys_tests::client::Client;
use httpsys_tests::simulation::PrivateService;

use crate::parameter::{get, set};

const TOKEN: &str = "Microsoft-HTTPAPI/2.0";

/// The Server fields under these parameters: of the service's own page for a bad request, of a
/// response without a Server value, and of one with the value `App/1`.
fn servers(parameters: Parameters) -> [Option<String>; 3] {
    let service = PrivateService::new(parameters).expect("a service");
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:0/").bind();
    let server = server.expect("a free port");
    let port = server.local_addr().expect("it listens").port();
    let mut client = Client::connect(port);
    let plain = Response::ok().body("a");
    let own = Response::ok().header("Server", "App/1").body("b");
    let [second, third] = [plain, own].map(|response| {
        client.send(get("/"));
        let request = server.receive().expect("a request");
        request.respond(response).expect("answered");
        field(&client.read_response())
    });
    let mut bad = Client::connect(port);
    bad.send("GET / nothing\r\n\r\n");
    let page = bad.read_response();
    assert_eq!(page.status(), 400);
    [field(&page), second, third]
}

/// The value of the one Server field there may be.
fn field(response: &httpsys_tests::client::Response) -> Option<String> {
    let names = response.names();
    let count = names.iter().filter(|name| **name == "Server").count();
    assert!(count <= 1, "{names:?}");
    response.header("Server").map(str::to_owned)
}

#[test]
fn lim_017_rsp_017_disable_server_header_takes_the_token_away() {
    let behind = format!("App/1 {TOKEN}");
    let cases = [
        ("0", [Some(TOKEN), Some(TOKEN), Some(&behind[..])]),
        ("1", [None, Some(TOKEN), Some(&behind)]),
        ("2", [None, None, Some("App/1")]),
    ];
    for (value, wanted) in cases {
        let found = servers(set("DisableServerHeader", value));
        assert_eq!(found, wanted.map(|w| w.map(str::to_owned)), "{value}");
    }
}

#[test]
fn a_03_the_token_need_not_follow_the_text_of_the_program() {
    let cases = [
        ("1", "0", format!("App/1 {TOKEN}"), Some(TOKEN)),
        ("0", "0", "App/1".to_owned(), Some(TOKEN)),
        ("0", "2", "App/1".to_owned(), None),
    ];
    for (behind, disable, own, alone) in cases {
        let mut parameters = set("TokenAfterServer", behind);
        parameters.set("DisableServerHeader", disable).unwrap();
        let [page, second, third] = servers(parameters);
        let alone = alone.map(str::to_owned);
        assert_eq!((page, second), (alone.clone(), alone), "{behind} {disable}");
        assert_eq!(third, Some(own), "{behind} {disable}");
    }
}

#[test]
fn pfx_005_port_0_may_be_refused_as_on_windows() {
    for (value, wanted) in [("0", Err(Error::InvalidParameter)), ("1", Ok(()))] {
        let service = PrivateService::new(set("PortZero", value)).expect("a service");
        let session = service.create_server_session().expect("a session");
        let group = session.create_url_group().expect("a group");
        for url in [
            "http://localhost:0/",
            "http://+:0/",
            "http://127.0.0.1:0/a/",
        ] {
            assert_eq!(
                group.add_url(url).map(drop).map_err(Error::from),
                wanted,
                "{url} {value}"
            );
            assert_eq!(group.remove_url(url), wanted, "{url} {value}");
        }
    }
}

/// Another address of the loopback network is not one of those that `localhost` names.
#[test]
#[cfg(target_os = "linux")]
fn g_092_localhost_may_listen_on_all_addresses() {
    use std::net::{Ipv4Addr, SocketAddr};

    for (value, listens) in [("1", false), ("0", true)] {
        crate::parameter::Lab::run(set("LocalhostOnLoopback", value), |lab| {
            assert_eq!(lab.status(get("/")), 200);
            let other = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), lab.port));
            assert_eq!(
                httpsys_tests::net::TcpStream::connect(other).is_ok(),
                listens,
                "{value}"
            );
        });
    }
}
