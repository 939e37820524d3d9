//! Requests for reserved prefixes that nobody has registered, and registration with and without a
//! reservation: RTE-012, PFX-014.
//!
//! Owns: the parameter `EnforceUrlAcl` as clients and programs see it. Does not own the records. A
//! service of its own for each test.

use httpsys::{Error, Parameters, Response, UrlGroup};
use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::error_page::{BAD_REQUEST, NOT_FOUND};
use httpsys_tests::ports::Port;
use httpsys_tests::simulation::PrivateService;

use crate::parameter::get;

fn service(enforce: bool) -> PrivateService {
    let mut parameters = Parameters::default();
    parameters.choices.enforce_url_acl = enforce;
    PrivateService::new(parameters).expect("a service")
}

fn group(service: &httpsys::Service) -> UrlGroup {
    let session = service.create_server_session().expect("a session");
    session.create_url_group().expect("a group")
}

/// All that comes back for `GET target`, without its date.
fn answer(port: u16, target: &str) -> String {
    let mut client = Client::connect(port);
    client.send(get(target));
    mask_date(&client.read_until_gone())
}

#[test]
fn rte_012_a_match_with_a_reservation_only_is_answered_with_400() {
    let service = service(true);
    let group = group(&service);
    let queue = service.create_request_queue().expect("a queue");
    group.bind(&queue).expect("a binding");
    let own = group.add_url("http://localhost:0/own/");
    let port = own.expect("loopback needs no right").port();
    let url = |path: &str| format!("http://localhost:{port}{path}");
    service.reserve_url(&url("/kept/"), "D:").expect("reserved");
    assert_eq!(answer(port, "/kept/x"), BAD_REQUEST.answer());
    assert_eq!(answer(port, "/kept"), BAD_REQUEST.answer());
    assert_eq!(answer(port, "/keptx"), NOT_FOUND.answer());
    // A registration comes first, whatever is reserved below it.
    service
        .reserve_url(&url("/own/x/"), "D:")
        .expect("reserved");
    group.add_url(&url("/kept/")).expect("registered");
    let mut client = Client::connect(port);
    for target in ["/own/x/", "/kept/x"] {
        client.send(get(target));
        let request = queue.receive().expect("a request");
        assert_eq!(request.path(), target);
        request.respond(Response::ok()).expect("answered");
        assert_eq!(client.read_response().status(), 200);
    }
    group.remove_url(&url("/kept/")).expect("removed");
    assert_eq!(answer(port, "/kept/x"), BAD_REQUEST.answer());
    service.unreserve_url(&url("/kept/")).expect("unreserved");
    assert_eq!(answer(port, "/kept/x"), NOT_FOUND.answer());
}

#[test]
fn a_reservation_is_not_looked_at_where_the_namespace_is_open() {
    let service = service(false);
    let group = group(&service);
    let own = group.add_url("http://localhost:0/own/").expect("open");
    let port = own.port();
    let kept = format!("http://localhost:{port}/kept/");
    service.reserve_url(&kept, "D:").expect("reserved");
    assert_eq!(answer(port, "/kept/x"), NOT_FOUND.answer());
}

/// PFX-015: `localhost` needs no right.
#[test]
fn pfx_014_a_registration_without_a_reservation_fails_with_5() {
    let (strict, open) = (service(true), service(false));
    // One number for several hosts in two services, one after the other.
    let port = Port::take();
    for host in ["+", "*", "some.host"] {
        let url = format!("http://{host}:{}/", port.number());
        let mine = group(&strict);
        assert_eq!(
            mine.add_url(&url).unwrap_err(),
            Error::AccessDenied,
            "{host}"
        );
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
        assert_eq!(
            group.add_url(url).unwrap_err(),
            Error::AccessDenied,
            "{url}"
        );
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

#[test]
fn pfx_034_a_reserved_port_carries_one_scheme() {
    for enforce in [false, true] {
        let service = service(enforce);
        let group = group(&service);
        // Reserved before anything opens.
        let [tls, clear] = [(); 2].map(|()| Port::take());
        let url = |scheme: &str, host: &str, port: &Port| {
            format!("{scheme}://{host}:{}/x/", port.number())
        };
        let reserve = |url: &str| service.reserve_url(url, "D:(A;;GX;;;WD)");
        let https = url("https", "+", &tls);
        assert_eq!(reserve(&https), Ok(()), "a reservation needs no TLS");
        let refused = group.add_url(&url("http", "localhost", &tls)).unwrap_err();
        assert_eq!(refused, Error::AlreadyExists);
        assert_eq!(
            reserve(&url("http", "localhost", &tls)),
            Err(Error::AlreadyExists)
        );
        // The other way round: a reservation, and a registration, of http.
        assert_eq!(reserve(&url("http", "+", &clear)), Ok(()));
        let https = url("https", "localhost", &clear);
        assert_eq!(group.add_url(&https).unwrap_err(), Error::AlreadyExists);
        service
            .unreserve_url(&url("http", "+", &clear))
            .expect("removed");
        // Two registrations, and the end of one.
        group.add_url(&https).expect("registered");
        let http = url("http", "localhost", &clear);
        assert_eq!(group.add_url(&http).unwrap_err(), Error::AlreadyExists);
        assert_eq!(reserve(&http), Err(Error::AlreadyExists));
        group.remove_url(&https).expect("removed");
        group.add_url(&http).expect("registered");
        assert_eq!(reserve(&https), Err(Error::AlreadyExists));
        // The end of a reservation frees the port.
        service
            .unreserve_url(&url("https", "+", &tls))
            .expect("removed");
        let again = group.add_url(&url("http", "localhost", &tls));
        assert_eq!(again.map(|prefix| prefix.port()), Ok(tls.number()));
    }
}

/// Reservations are for other times, too: nobody asks for their addresses.
#[test]
fn pfx_031_pfx_033_any_address_and_a_wildcard_label_can_be_reserved() {
    let service = service(true);
    // Most of what is reserved for it never opens.
    let port = Port::take();
    for host in ["203.0.113.7", "[2001:db8::7]", "*.shop.example"] {
        let url = format!("http://{host}:{}/", port.number());
        assert_eq!(service.reserve_url(&url, "D:"), Ok(()), "{url}");
    }
    let group = group(&service);
    let below = format!("http://*.shop.example:{}/a/", port.number());
    assert_eq!(group.add_url(&below).map(drop), Ok(()));
    // A reservation of the wildcard covers its own prefixes only.
    let one = format!("http://a.shop.example:{}/a/", port.number());
    assert_eq!(group.add_url(&one).unwrap_err(), Error::AccessDenied);
}

/// Who is refused learns which rule it was, and for whom the port is.
#[test]
fn pfx_014_a_refusal_names_the_rule_and_the_owner() {
    let service = service(true);
    let group = group(&service);
    let port = Port::take();
    let url = |path: &str| format!("http://+:{}{path}", port.number());
    let refused = group.add_url(&url("/b/")).unwrap_err();
    let rule = "it is not reserved, and EnforceUrlAcl demands a reservation";
    let said = refused.to_string();
    assert!(
        said.ends_with(&format!("{rule}: ERROR_ACCESS_DENIED (5)")),
        "{said}"
    );
    let reserved = service.reserve_url(&url("/a"), "D:(A;;GX;;;BA)");
    assert_eq!(reserved, Ok(()));
    let refused = group.add_url(&url("/b/")).unwrap_err();
    let owner = format!("(of its port {} is, for D:(A;;GX;;;BA))", url("/a/"));
    let said = refused.to_string();
    let whole = format!("{rule} {owner}: ERROR_ACCESS_DENIED (5)");
    assert!(said.ends_with(&whole), "{said}");
    for (descriptor, error) in [
        ("all", Error::InvalidParameter),
        ("D:(A;;GX;;WD)", Error::InvalidAcl),
        ("D:(A;;GX;;;ZZ)", Error::InvalidSid),
    ] {
        assert_eq!(service.reserve_url(&url("/b/"), descriptor), Err(error));
    }
}
