//! The IP listen list as clients meet it: CFG-003.
//!
//! Owns: which addresses answer. Does not own the records and their codes (`httpapi`). A service of
//! its own for each test, because the list is for the whole service. Needs IPv6 on loopback, and
//! says so where that is missing. A test opens several ports in one URL group, where port 0 would be one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use httpsys::{Parameters, UrlGroup};
use httpsys_tests::net::{TcpListener, TcpStream};
use httpsys_tests::ports::Port;
use httpsys_tests::simulation::PrivateService;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A service with a group, if there is IPv6.
fn service() -> Option<(PrivateService, UrlGroup)> {
    let service = PrivateService::new(Parameters::default()).expect("a service");
    if TcpListener::bind((V6, 0)).is_err() {
        eprintln!("not run: no IPv6 on loopback");
        return None;
    }
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    Some((service, group))
}

fn url(host: &str, port: &Port, path: &str) -> String {
    format!("http://{host}:{}{path}", port.number())
}

/// Which of both addresses take connections.
fn reached(port: &Port) -> [bool; 2] {
    [V4, V6].map(|address| TcpStream::connect((address, port.number())).is_ok())
}

#[test]
fn cfg_003_the_service_listens_on_the_addresses_of_the_list_only() {
    let Some((service, group)) = service() else {
        return;
    };
    let ports = [(); 5].map(|()| Port::take());
    group.add_url(&url("+", &ports[0], "/")).expect("a URL");
    assert_eq!(reached(&ports[0]), [true, true], "an empty list is all");
    service.add_listen_address(V4).expect("an entry");
    assert_eq!(service.listen_addresses(), [V4]);
    group.add_url(&url("+", &ports[1], "/")).expect("a URL");
    group
        .add_url(&url("localhost", &ports[2], "/"))
        .expect("a URL");
    assert_eq!(reached(&ports[1]), [true, false]);
    assert_eq!(reached(&ports[2]), [true, false]);
    // A prefix that no address of the list leads to is there, and unreachable.
    group.add_url(&url("[::1]", &ports[3], "/")).expect("a URL");
    assert_eq!(reached(&ports[3]), [false, false]);
    service.add_listen_address(V6).expect("an entry");
    group.add_url(&url("+", &ports[4], "/")).expect("a URL");
    assert_eq!(reached(&ports[4]), [true, true]);
}

#[test]
fn cfg_003_unspecified_addresses_stand_for_all_of_their_family() {
    let Some((service, group)) = service() else {
        return;
    };
    let ports = [(); 2].map(|()| Port::take());
    service
        .add_listen_address(Ipv4Addr::UNSPECIFIED.into())
        .expect("an entry");
    group.add_url(&url("+", &ports[0], "/")).expect("a URL");
    assert_eq!(reached(&ports[0]), [true, false]);
    service
        .add_listen_address(Ipv6Addr::UNSPECIFIED.into())
        .expect("an entry");
    group.add_url(&url("+", &ports[1], "/")).expect("a URL");
    assert_eq!(reached(&ports[1]), [true, true]);
}

/// Documented: the list is not dynamic.
#[test]
fn cfg_003_a_change_of_the_list_is_not_for_ports_that_are_open() {
    let Some((service, group)) = service() else {
        return;
    };
    let port = Port::take();
    group.add_url(&url("+", &port, "/one/")).expect("a URL");
    service.add_listen_address(V4).expect("an entry");
    assert_eq!(reached(&port), [true, true]);
    group.add_url(&url("+", &port, "/two/")).expect("a URL");
    group
        .remove_url(&url("+", &port, "/one/"))
        .expect("removed");
    assert_eq!(reached(&port), [true, true]);
    group
        .remove_url(&url("+", &port, "/two/"))
        .expect("removed");
    group.add_url(&url("+", &port, "/two/")).expect("a URL");
    assert_eq!(reached(&port), [true, false]);
    service.remove_listen_address(V4).expect("removed");
    assert_eq!(reached(&port), [true, false]);
    group.remove_all_urls().expect("removed");
    group.add_url(&url("+", &port, "/two/")).expect("a URL");
    assert_eq!(reached(&port), [true, true]);
}

#[test]
fn g_129_cfg_003_port_0_is_taken_at_the_addresses_of_the_list() {
    let Some((service, group)) = service() else {
        return;
    };
    service.add_listen_address(V6).expect("an entry");
    let prefix = group.add_url("http://localhost:0/").expect("a URL");
    assert_eq!(group.local_addrs(), Ok(vec![(V6, prefix.port()).into()]));
    assert!(TcpStream::connect((V6, prefix.port())).is_ok());
    assert!(TcpStream::connect((V4, prefix.port())).is_err());
    group.remove_all_urls().expect("removed");
    // There is no address to take a port of.
    let refused = group.add_url("http://127.0.0.1:0/");
    assert_eq!(refused.unwrap_err(), httpsys::Error::NoResources);
    assert_eq!(group.urls(), Ok(Vec::new()));
}
