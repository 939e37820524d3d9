//! Faults by script and by chance.

use std::io::ErrorKind;
use std::time::Duration;

use httpsys_network::{AcceptFault, Chance, Damage, FaultMoment, NetworkFault, Poll, Role, Rules};

use crate::{FIRST, address, damaged, events, kind, network, pair, read};

#[test]
fn the_nth_accept_fails_without_descriptors_and_the_connection_waits_on() {
    let error = AcceptFault::NoDescriptors;
    let fault = NetworkFault::Accept { nth: 2, error };
    let (network, listener) = network(Rules {
        script: vec![fault.clone()],
        ..Rules::default()
    });
    let clients = [(); 2].map(|()| network.connect(None, address()).unwrap());
    assert!(listener.accept().is_ok());
    let error = listener.accept().unwrap_err();
    let number = if cfg!(unix) { 24 } else { 10_024 };
    assert_eq!(error.raw_os_error(), Some(number));
    let (_, remote) = listener.accept().unwrap();
    assert_eq!(remote, clients[1].local_addr().unwrap());
    assert_eq!(network.faults(), [fault]);
}

#[test]
fn an_aborted_accept_loses_its_connection_only() {
    let error = AcceptFault::Aborted;
    let (network, listener) = network(Rules {
        script: vec![NetworkFault::Accept { nth: 1, error }],
        ..Rules::default()
    });
    let clients = [(); 2].map(|()| network.connect(None, address()).unwrap());
    assert_eq!(
        kind(listener.accept()).unwrap_err(),
        ErrorKind::ConnectionAborted
    );
    assert_eq!(read(&clients[0]), Err(ErrorKind::ConnectionReset));
    let (_, remote) = listener.accept().unwrap();
    assert_eq!(remote, clients[1].local_addr().unwrap());
}

#[test]
fn without_descriptors_accepts_fail_for_a_while_also_with_nothing_to_accept() {
    let second = Duration::from_secs(1);
    let (network, listener) = network(Rules {
        script: vec![NetworkFault::NoDescriptors {
            from: second,
            until: 2 * second,
        }],
        ..Rules::default()
    });
    assert_eq!(kind(listener.accept()).unwrap_err(), ErrorKind::WouldBlock);
    network.advance(second);
    assert_ne!(kind(listener.accept()).unwrap_err(), ErrorKind::WouldBlock);
    network.advance(2 * second);
    assert_eq!(kind(listener.accept()).unwrap_err(), ErrorKind::WouldBlock);
}

#[test]
fn a_connect_is_refused_by_script() {
    let (network, _listener) = network(Rules {
        script: vec![NetworkFault::Refuse { connection: FIRST }],
        ..Rules::default()
    });
    let first = network.connect(None, address()).unwrap();
    let second = network.connect(None, address()).unwrap();
    let error = first.take_error().unwrap().unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(second.take_error().unwrap().is_none());
    assert!(second.peer_addr().is_ok());
}

#[test]
fn a_reset_after_so_many_bytes_lets_those_through() {
    let (_network, client, server) = damaged(FaultMoment::Sent(Role::Client, 5), Damage::Reset);
    assert_eq!(client.write(b"hello world").unwrap(), 11);
    assert_eq!(read(&server), Ok("hello".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::ConnectionReset));
    assert_eq!(read(&client), Err(ErrorKind::ConnectionReset));
}

#[test]
fn a_half_close_after_so_many_bytes_ends_one_direction() {
    let damage = Damage::HalfClose(Role::Client);
    let (_network, client, server) = damaged(FaultMoment::Sent(Role::Client, 5), damage);
    assert_eq!(client.write(b"hello world").unwrap(), 11);
    assert_eq!(read(&server), Ok("hello".to_owned()));
    assert_eq!(read(&server), Ok(String::new()));
    assert_eq!(kind(client.write(b"x")), Err(ErrorKind::BrokenPipe));
    assert_eq!(server.write(b"back").unwrap(), 4);
    assert_eq!(read(&client), Ok("back".to_owned()));
}

#[test]
fn a_stall_holds_what_is_sent_behind_it() {
    let second = Duration::from_secs(1);
    let damage = Damage::Stall(Role::Client, second);
    let (network, client, server) = damaged(FaultMoment::Sent(Role::Client, 2), damage);
    assert_eq!(client.write(b"hello").unwrap(), 5);
    assert_eq!(read(&server), Ok("he".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::WouldBlock));
    assert_eq!(server.write(b"still goes").unwrap(), 10);
    assert_eq!(read(&client), Ok("still goes".to_owned()));
    assert_eq!(network.next(), Some(second));
    network.advance(second);
    assert_eq!(read(&server), Ok("llo".to_owned()));
}

#[test]
fn a_full_send_buffer_takes_a_part_and_tells_when_it_is_free() {
    let second = Duration::from_secs(1);
    let damage = Damage::FullSendBuffer(Role::Server, second);
    let (network, client, server) = damaged(FaultMoment::Written(Role::Server, 3), damage);
    let poll = Poll::new(&network);
    poll.register(&server, 4).unwrap();
    assert!(events(&poll)[0].writable);
    assert_eq!(server.write(b"hello").unwrap(), 3);
    assert_eq!(kind(server.write(b"lo")), Err(ErrorKind::WouldBlock));
    assert_eq!(read(&client), Ok("hel".to_owned()));
    assert_eq!(events(&poll), []);
    network.advance(second);
    assert!(events(&poll)[0].writable);
    assert_eq!(server.write(b"lo").unwrap(), 2);
    assert_eq!(read(&client), Ok("lo".to_owned()));
}

#[test]
fn a_fault_has_its_time() {
    let second = Duration::from_secs(1);
    let (network, client, server) = damaged(FaultMoment::Time(second), Damage::Reset);
    assert_eq!(client.write(b"before").unwrap(), 6);
    assert_eq!(network.next(), Some(second));
    network.advance(second);
    assert_eq!(read(&server), Ok("before".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::ConnectionReset));
    assert_eq!(kind(client.write(b"x")), Err(ErrorKind::ConnectionReset));
}

#[test]
fn a_fault_may_be_added_while_the_connection_is_there() {
    let (network, listener) = network(Rules::default());
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"one").unwrap(), 3);
    network.add_fault(NetworkFault::Connection {
        connection: FIRST,
        at: FaultMoment::Sent(Role::Client, 4),
        damage: Damage::Reset,
    });
    assert_eq!(client.write(b"two").unwrap(), 3);
    assert_eq!(read(&server), Ok("onet".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::ConnectionReset));
}

#[test]
fn chances_bring_every_fault_about() {
    let (network, listener) = network(Rules {
        full_send_buffer: Chance::from(0.3),
        reset: Chance::from(0.1),
        refuse: Chance::from(0.2),
        no_descriptors: Chance::from(0.2),
        aborted: Chance::from(0.2),
        ..Rules::default()
    });
    for _ in 0..100 {
        let client = network.connect(None, address()).unwrap();
        let accepted = listener.accept();
        let _ = client.write(b"some bytes");
        drop(accepted);
    }
    let faults = network.faults();
    let kinds: [fn(&NetworkFault) -> bool; 5] = [
        |fault| matches!(fault, NetworkFault::Refuse { .. }),
        |fault| is_accept(fault, AcceptFault::Aborted),
        |fault| is_accept(fault, AcceptFault::NoDescriptors),
        |fault| {
            matches!(
                fault,
                NetworkFault::Connection {
                    damage: Damage::Reset,
                    ..
                }
            )
        },
        |fault| {
            let NetworkFault::Connection { damage, .. } = fault else {
                return false;
            };
            matches!(damage, Damage::FullSendBuffer(Role::Client, _))
        },
    ];
    for (index, kind) in kinds.iter().enumerate() {
        assert!(faults.iter().any(kind), "kind {index} of {faults:?}");
    }
}

fn is_accept(fault: &NetworkFault, wanted: AcceptFault) -> bool {
    matches!(fault, NetworkFault::Accept { error, .. } if *error == wanted)
}

#[test]
fn a_full_send_buffer_that_nobody_met_is_no_event() {
    let second = Duration::from_secs(1);
    let damage = Damage::FullSendBuffer(Role::Server, second);
    let (network, _client, server) = damaged(FaultMoment::Time(second), damage);
    let poll = Poll::new(&network);
    poll.register(&server, 0).unwrap();
    assert_eq!(events(&poll).len(), 1);
    network.advance(second);
    network.advance(2 * second);
    assert_eq!(events(&poll), []);
}
