//! Faults by script and by chance, time, and what a poll tells of it: in memory only.
//!
//! Owns: what real sockets cannot be asked for. Does not own: what TCP does without faults (`model`).

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpsys_network::{
    AcceptFault, Chance, ConnectionNumber, Damage, Event, FaultMoment, FullBacklog, Listener,
    Network, NetworkFault, Poll, Role, Rules, Stream, TraceKind, WAKE,
};

const FIRST: ConnectionNumber = ConnectionNumber(1);

fn address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 80))
}

fn network(rules: Rules) -> (Network, Listener) {
    let network = Network::new(1, rules);
    let listener = network.listen(address(), 16).unwrap();
    (network, listener)
}

fn damaged(at: FaultMoment, damage: Damage) -> (Network, Stream, Stream) {
    let fault = NetworkFault::Connection {
        connection: FIRST,
        at,
        damage,
    };
    let script = vec![fault];
    let (network, listener) = network(Rules {
        script,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    (network, client, server)
}

fn pair(network: &Network, listener: &Listener) -> (Stream, Stream) {
    let client = network
        .connect(None, listener.local_addr().unwrap())
        .unwrap();
    loop {
        if let Ok((server, _)) = listener.accept() {
            return (client, server);
        }
        network.advance(network.next().unwrap());
    }
}

/// Lets everything happen that is under way.
fn run(network: &Network) {
    while let Some(next) = network.next() {
        network.advance(next);
    }
}

fn kind<T>(result: std::io::Result<T>) -> Result<T, ErrorKind> {
    result.map_err(|error| error.kind())
}

fn events(poll: &Poll) -> Vec<Event> {
    let mut events = Vec::new();
    poll.events(&mut events);
    events
}

fn read(stream: &Stream) -> Result<String, ErrorKind> {
    let mut buffer = [0; 4096];
    let count = kind(stream.read(&mut buffer))?;
    Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
}

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
fn a_connect_that_is_never_answered_times_out_after_127_seconds() {
    let network = Network::new(1, Rules::default());
    let _listener = network.listen(address(), 0).unwrap();
    let first = network.connect(None, address()).unwrap();
    let second = network.connect(None, address()).unwrap();
    assert!(first.peer_addr().is_ok());
    network.advance(Duration::from_secs(126));
    assert!(second.take_error().unwrap().is_none());
    assert_eq!(network.next(), Some(Duration::from_secs(127)));
    network.advance(Duration::from_secs(127));
    assert_eq!(read(&second), Err(ErrorKind::TimedOut));
    assert_eq!(network.next(), None);
}

#[test]
fn a_full_backlog_refuses_if_the_rules_say_so() {
    let network = Network::new(
        1,
        Rules {
            full_backlog: FullBacklog::Refuses,
            ..Rules::default()
        },
    );
    let listener = network.listen(address(), 1).unwrap();
    let clients = [(); 3].map(|()| network.connect(None, address()).unwrap());
    assert_eq!(read(&clients[2]), Err(ErrorKind::ConnectionRefused));
    assert_eq!(read(&clients[1]), Err(ErrorKind::WouldBlock));
    let _accepted = listener.accept().unwrap();
    let fourth = network.connect(None, address()).unwrap();
    assert!(fourth.peer_addr().is_ok());
}

#[test]
fn segments_take_their_time_and_never_overtake() {
    let (network, listener) = network(Rules {
        delay: Duration::from_millis(1)..=Duration::from_millis(50),
        segment: 1..=3,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    let start = network.now();
    assert_eq!(client.write(b"abcdefghijklmnopqrstuvwxyz").unwrap(), 26);
    assert_eq!(read(&server), Err(ErrorKind::WouldBlock));
    let mut got = String::new();
    let mut pieces = 0;
    while got.len() < 26 {
        network.advance(network.next().unwrap());
        if let Ok(piece) = read(&server) {
            got.push_str(&piece);
            pieces += 1;
        }
    }
    assert_eq!(got, "abcdefghijklmnopqrstuvwxyz");
    assert!(pieces > 1, "{pieces}");
    let took = network.now() - start;
    assert!(took >= Duration::from_millis(1) && took <= Duration::from_millis(50));
}

#[test]
fn a_split_segment_comes_in_two_pieces_without_any_other_delay() {
    let (network, listener) = network(Rules {
        split: Chance::ALWAYS,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"hello world").unwrap(), 11);
    let first = read(&server).unwrap();
    assert!(!first.is_empty() && first.len() < 11);
    run(&network);
    assert_eq!(first + &read(&server).unwrap(), "hello world");
}

#[test]
fn a_window_bounds_what_is_under_way() {
    let (network, listener) = network(Rules {
        send_buffer: 10,
        receive_buffer: 4,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"0123456789abcdef").unwrap(), 10);
    // What has arrived is acknowledged.
    assert_eq!(client.unacknowledged(), 6);
    assert_eq!(client.write(b"abcdef").unwrap(), 4);
    assert_eq!(kind(client.write(b"ef")), Err(ErrorKind::WouldBlock));
    assert_eq!(read(&server), Ok("0123".to_owned()));
    assert_eq!(read(&server), Ok("4567".to_owned()));
    assert_eq!(read(&server), Ok("89ab".to_owned()));
    assert_eq!(read(&server), Ok("cd".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::WouldBlock));
    assert_eq!(client.unacknowledged(), 0);
}

#[test]
fn a_socket_is_writable_when_a_third_of_its_send_buffer_is_free() {
    let (network, listener) = network(Rules {
        send_buffer: 9,
        receive_buffer: 4,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&client, 0).unwrap();
    assert!(events(&poll)[0].writable);
    assert_eq!(client.write(b"012345678").unwrap(), 9);
    assert_eq!(client.write(b"9abcdefgh").unwrap(), 4);
    for room in 1..=3 {
        assert_eq!(events(&poll), [], "{room}");
        assert_eq!(server.read(&mut [0]).unwrap(), 1);
    }
    assert!(events(&poll)[0].writable);
    assert_eq!(client.write(b"defgh").unwrap(), 3);
}

#[test]
fn the_acknowledgement_of_the_end_is_an_event() {
    let millisecond = Duration::from_millis(1);
    let (network, listener) = network(Rules {
        delay: millisecond..=millisecond,
        ..Rules::default()
    });
    let (_client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&server, 0).unwrap();
    assert_eq!(events(&poll).len(), 1);
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(events(&poll).len(), 1);
    run(&network);
    // Linux: FIN-WAIT-2.
    assert_eq!(events(&poll).len(), 1);
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

#[test]
fn a_wake_is_an_event_once() {
    let (network, _listener) = network(Rules::default());
    let poll = Poll::new(&network);
    poll.clone().wake();
    poll.wake();
    assert!(poll.is_ready());
    let tokens: Vec<usize> = events(&poll).iter().map(|event| event.token).collect();
    assert_eq!(tokens, [WAKE]);
    assert!(!poll.is_ready());
    assert_eq!(events(&poll), []);
}

#[test]
fn a_callback_may_use_the_network_and_is_told_of_what_becomes_ready() {
    let (network, listener) = network(Rules::default());
    let (client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&server, 0).unwrap();
    poll.register(&listener, 1).unwrap();
    events(&poll);
    let told = Arc::new(AtomicUsize::new(0));
    let (counted, handle) = (Arc::clone(&told), network.clone());
    poll.on_ready(move || {
        let _ = handle.now();
        counted.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(client.write(b"!").unwrap(), 1);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    // Still in the list.
    assert_eq!(client.write(b"!").unwrap(), 1);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let _second = network.connect(None, address()).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 2);
    poll.wake();
    assert_eq!(told.load(Ordering::Relaxed), 3);
}

#[test]
fn a_callback_may_own_sockets_of_the_network() {
    let (network, listener) = network(Rules::default());
    let poll = Poll::new(&network);
    for _ in 0..2 {
        let owned = pair(&network, &listener);
        poll.on_ready(move || drop(owned.0.peer_addr()));
    }
    assert_eq!(network.connections(), 1);
    drop(poll);
    assert_eq!(network.connections(), 0);
}

#[test]
fn a_poll_returns_no_more_than_its_capacity_and_the_rest_later() {
    let (network, listener) = network(Rules::default());
    let pairs: Vec<_> = (0..5).map(|_| pair(&network, &listener)).collect();
    let poll = Poll::with_capacity(&network, 2);
    for (token, (_, server)) in pairs.iter().enumerate() {
        poll.register(server, token).unwrap();
    }
    let mut tokens = Vec::new();
    let mut calls = 0;
    while poll.is_ready() {
        let found = events(&poll);
        assert!(found.len() <= 2);
        tokens.extend(found.iter().map(|event| event.token));
        calls += 1;
    }
    assert_eq!((tokens, calls), (vec![0, 1, 2, 3, 4], 3));
}

#[test]
fn registrations_are_checked() {
    let (network, listener) = network(Rules::default());
    let poll = Poll::new(&network);
    poll.register(&listener, 0).unwrap();
    assert_eq!(
        kind(poll.register(&listener, 1)),
        Err(ErrorKind::AlreadyExists)
    );
    poll.deregister(&listener).unwrap();
    assert_eq!(kind(poll.deregister(&listener)), Err(ErrorKind::NotFound));
    let other = Poll::new(&Network::new(1, Rules::default()));
    assert_eq!(
        kind(other.register(&listener, 0)),
        Err(ErrorKind::InvalidInput)
    );
}

#[test]
fn addresses_are_those_of_the_rules() {
    let local = "192.0.2.7:80".parse().unwrap();
    let foreign: SocketAddr = "192.0.2.8:80".parse().unwrap();
    let network = Network::new(
        1,
        Rules {
            addresses: vec!["192.0.2.7".parse().unwrap()],
            ..Rules::default()
        },
    );
    let error = kind(network.listen(foreign, 1)).unwrap_err();
    assert_eq!(error, ErrorKind::AddrNotAvailable);
    let error = kind(network.connect(None, foreign)).unwrap_err();
    assert_eq!(error, ErrorKind::NetworkUnreachable);
    let listener = network.listen(local, 1).unwrap();
    // A client may come from anywhere.
    let client = network.connect(Some(foreign), local).unwrap();
    let (server, remote) = listener.accept().unwrap();
    assert_eq!(remote, foreign);
    assert_eq!(server.peer_addr().unwrap(), foreign);
    assert_eq!(client.peer_addr().unwrap(), local);
    let again = kind(network.connect(Some(foreign), local)).unwrap_err();
    assert_eq!(again, ErrorKind::AddrInUse);
}

#[test]
fn families_are_apart() {
    let (network, _listener) = network(Rules::default());
    let six: SocketAddr = "[::]:80".parse().unwrap();
    let all_six = network.listen(six, 1).unwrap();
    let client = network.connect(None, "[::1]:80".parse().unwrap()).unwrap();
    let (_, remote) = all_six.accept().unwrap();
    assert_eq!(remote, client.local_addr().unwrap());
    assert!(remote.is_ipv6());
    let mixed = network.connect(Some(address()), six);
    assert_eq!(kind(mixed).unwrap_err(), ErrorKind::InvalidInput);
}

#[test]
fn a_client_that_gives_up_while_it_connects_leaves_nothing_behind() {
    let millisecond = Duration::from_millis(1);
    for steps in 0..4 {
        let network = Network::new(
            1,
            Rules {
                delay: millisecond..=millisecond,
                ..Rules::default()
            },
        );
        let listener = network.listen(address(), 0).unwrap();
        let client = network.connect(None, address()).unwrap();
        network.advance(steps * millisecond);
        drop(client);
        run(&network);
        let accepted = listener.accept();
        assert_eq!(accepted.is_ok(), steps >= 2, "after {steps}");
        drop(accepted);
        run(&network);
        assert_eq!(network.connections(), 0, "after {steps}");
        // Its place in the backlog is free again.
        let second = network.connect(None, address()).unwrap();
        network.advance(network.now() + 10 * millisecond);
        assert!(second.peer_addr().is_ok() && listener.accept().is_ok());
    }
}

#[test]
fn the_traits_of_std_work() {
    let (network, listener) = network(Rules::default());
    let (mut client, server) = pair(&network, &listener);
    client.write_all(b"all of it").unwrap();
    client.flush().unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    (&server).read_to_string(&mut text).unwrap();
    assert_eq!(text, "all of it");
}

#[test]
fn the_trace_tells_what_happened() {
    let (network, listener) = network(Rules::default());
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"hello").unwrap(), 5);
    drop(server);
    network.advance(Duration::from_micros(1500));
    assert_eq!(read(&client), Err(ErrorKind::ConnectionReset));
    let trace = network.take_trace();
    let lines: Vec<String> = trace.iter().map(ToString::to_string).collect();
    let wanted = [
        "0.000 us  listen on 127.0.0.1:80",
        "0.000 us  #1 connect 127.0.0.1:49152 to 127.0.0.1:80",
        "0.000 us  #1 connected",
        "0.000 us  #1 waits to be accepted",
        "0.000 us  #1 accepted",
        "0.000 us  #1 client writes 5",
        "0.000 us  #1 5 bytes arrive at the server",
        "0.000 us  #1 server closes",
        "0.000 us  #1 server sends RST",
        "0.000 us  #1 RST arrives at the client",
        "1500.000 us  #1 client reads: ConnectionReset",
    ];
    assert_eq!(lines, wanted);
    assert!(network.take_trace().is_empty());
}

#[test]
fn the_trace_is_bounded() {
    let (network, listener) = network(Rules {
        trace: 2,
        ..Rules::default()
    });
    for _ in 0..10 {
        assert!(listener.accept().is_err());
    }
    assert_eq!(network.lost_trace_events(), 9);
    let kinds: Vec<TraceKind> = network.take_trace().into_iter().map(|it| it.kind).collect();
    let failed = TraceKind::AcceptFailed(ErrorKind::WouldBlock);
    assert_eq!(kinds, [TraceKind::Listen(address()), failed]);
}

#[test]
fn rules_change_while_connections_are_there() {
    let (network, listener) = network(Rules {
        refuse: Chance::ALWAYS,
        ..Rules::default()
    });
    let refused = network.connect(None, address()).unwrap();
    assert_eq!(read(&refused), Err(ErrorKind::ConnectionRefused));
    network.change_rules(|rules| {
        rules.refuse = Chance::NEVER;
        rules.send_buffer = 0;
    });
    let (client, server) = pair(&network, &listener);
    // No room at all would be none for ever.
    assert_eq!(client.write(b"hello").unwrap(), 1);
    assert_eq!(read(&server), Ok("h".to_owned()));
}

#[test]
fn time_goes_forward_only() {
    let (network, _listener) = network(Rules::default());
    network.advance(Duration::from_secs(5));
    network.advance(Duration::from_secs(3));
    assert_eq!(network.now(), Duration::from_secs(5));
    assert_eq!(network.next(), None);
}
