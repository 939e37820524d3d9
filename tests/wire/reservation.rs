//! Requests for reserved prefixes that nobody has registered, and registration with and without a
//! reservation: RTE-012, PFX-014.
//!
//! Owns: the parameter `EnforceUrlAcl` as clients and programs see it. Does not own the records. A
//! service of its own for each test.

use httpsys::{Error, Parameters, Response, Service, UrlGroup};
use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::error_page::{BAD_REQUEST, NOT_FOUND};
use httpsys_tests::ports::Port;

use crate::parameter::get;

fn service(enforce: bool) -> Service {
    let mut parameters = Parameters::default();
    parameters.choices.enforce_url_acl = enforce;
    Service::new(parameters).expect("a service")
}

fn group(service: &Service) -> UrlGroup {
    let session = service.create_server_session().expect("a session");
    session.create_url_group().expect("a group")
}

/// All that comes back for `GET target`, without its date.
fn answer(port: &Port, target: &str) -> String {
    let mut client = Client::connect(port.number());
    client.send(get(target));
    mask_date(&client.read_until_gone())
}

#[test]
fn rte_012_a_match_with_a_reservation_only_is_answered_with_400() {
    let (service, port) = (service(true), Port::take());
    let url = |path: &str| format!("http://localhost:{}{path}", port.number());
    let group = group(&service);
    let queue = service.create_request_queue().expect("a queue");
    group.bind(&queue).expect("a binding");
    group
        .add_url(&url("/own/"))
        .expect("loopback needs no right");
    service.reserve_url(&url("/kept/"), "D:").expect("reserved");
    assert_eq!(answer(&port, "/kept/x"), BAD_REQUEST.answer());
    assert_eq!(answer(&port, "/kept"), BAD_REQUEST.answer());
    assert_eq!(answer(&port, "/keptx"), NOT_FOUND.answer());
    // A registration comes first, whatever is reserved below it.
    service
        .reserve_url(&url("/own/x/"), "D:")
        .expect("reserved");
    group.add_url(&url("/kept/")).expect("registered");
    let mut client = Client::connect(port.number());
    for target in ["/own/x/", "/kept/x"] {
        client.send(get(target));
        let request = queue.receive().expect("a request");
        assert_eq!(request.path(), target);
        request.respond(Response::ok()).expect("answered");
        assert_eq!(client.read_response().status(), 200);
    }
    group.remove_url(&url("/kept/")).expect("removed");
    assert_eq!(answer(&port, "/kept/x"), BAD_REQUEST.answer());
    service.unreserve_url(&url("/kept/")).expect("unreserved");
    assert_eq!(answer(&port, "/kept/x"), NOT_FOUND.answer());
}

#[test]
fn a_reservation_is_not_looked_at_where_the_namespace_is_open() {
    let (service, port) = (service(false), Port::take());
    let url = |path: &str| format!("http://localhost:{}{path}", port.number());
    let group = group(&service);
    group.add_url(&url("/own/")).expect("open");
    service.reserve_url(&url("/kept/"), "D:").expect("reserved");
    assert_eq!(answer(&port, "/kept/x"), NOT_FOUND.answer());
}

/// PFX-015: `localhost` needs no right.
#[test]
fn pfx_014_a_registration_without_a_reservation_fails_with_5() {
    let (strict, open) = (service(true), service(false));
    let port = Port::take();
    for host in ["+", "*", "some.host"] {
        let url = format!("http://{host}:{}/", port.number());
        let mine = group(&strict);
        assert_eq!(mine.add_url(&url), Err(Error::AccessDenied), "{host}");
        strict
            .reserve_url(&url, "D:(A;;GX;;;WD)")
            .expect("reserved");
        assert_eq!(mine.add_url(&url).map(drop), Ok(()), "{host}");
        drop(mine);
        assert_eq!(group(&open).add_url(&url).map(drop), Ok(()), "{host}");
    }
}

/// The right is that for the port that was taken.
#[test]
fn g_129_pfx_014_port_0_needs_a_reservation_as_well() {
    let service = service(true);
    let group = group(&service);
    for url in ["http://+:0/", "http://some.host:0/a/"] {
        assert_eq!(group.add_url(url), Err(Error::AccessDenied), "{url}");
        assert_eq!(group.url_port(url), Err(Error::NotFound), "{url}");
        let reserved = service.reserve_url(url, "D:(A;;GX;;;WD)");
        assert_eq!(reserved, Err(Error::InvalidParameter), "{url}");
    }
    let own = group
        .add_url("http://localhost:0/")
        .expect("no right needed");
    let url = format!("http://+:{}/", own.port());
    service
        .reserve_url(&url, "D:(A;;GX;;;WD)")
        .expect("reserved");
    assert_eq!(group.add_url("http://+:0/").map(drop), Ok(()));
}
