//! What the modules of the systems promise, asked of the system that runs the tests.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream as Peer};

use super::*;

/// A connection: our end as the engine has it, and the peer's.
fn pair() -> (Held<TcpStream>, Peer) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let peer = Peer::connect(listener.local_addr().unwrap()).unwrap();
    let (ours, _) = listener.accept().unwrap();
    ours.set_nonblocking(true).unwrap();
    let ours = Held::new(TcpStream::from_std(ours), Moment::now());
    prepare(&ours, true);
    (ours, peer)
}

/// Whether the connection ended with RST. Wine's sockets tell a reader of an end instead; the first
/// send tells: after RST it fails at once, after FIN the system takes it.
fn was_reset(mut peer: Peer) -> bool {
    match peer.read(&mut [0]) {
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
        Ok(0) => cfg!(windows) && peer.write(&[0]).is_err(),
        Ok(_) => false,
    }
}

#[test]
fn g_067_a_reset_is_a_reset_and_a_close_is_none() {
    let (ours, peer) = pair();
    reset(ours, None);
    assert!(was_reset(peer));
    let (ours, peer) = pair();
    drop(ours);
    assert!(!was_reset(peer));
}

/// A copy of the descriptor, as a child process may have it. Where the system can only close, the
/// copy has to go first.
#[test]
fn cxl_001_a_reset_reaches_the_peer_although_a_copy_of_the_socket_is_open() {
    let (ours, peer) = pair();
    let copy = SockRef::from(&*ours).try_clone().unwrap();
    reset(ours, None);
    if cfg!(not(target_os = "linux")) {
        drop(copy);
    }
    assert!(was_reset(peer));
}

#[cfg(target_os = "linux")]
#[test]
fn a_reset_is_no_event_for_who_polls() {
    let mut poll = mio::Poll::new().unwrap();
    let (mut ours, peer) = pair();
    let interest = mio::Interest::READABLE;
    poll.registry()
        .register(&mut *ours, mio::Token(1), interest)
        .unwrap();
    let copy = SockRef::from(&*ours).try_clone().unwrap();
    reset(ours, Some(poll.registry()));
    assert!(was_reset(peer));
    let mut events = mio::Events::with_capacity(4);
    poll.poll(&mut events, Some(Duration::ZERO)).unwrap();
    assert!(events.is_empty(), "{events:?}");
    drop(copy);
}

#[test]
fn an_accepted_connection_does_not_hold_small_pieces_back() {
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let _peer = Peer::connect(listener.local_addr().unwrap()).unwrap();
    let ours = loop {
        match accept(&listener) {
            Ok((ours, _)) => break ours,
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    prepare(&ours, false);
    assert!(ours.nodelay().unwrap());
    // From a listener without the option, as a passed one may be.
    let (ours, _peer) = pair();
    assert!(ours.nodelay().unwrap());
}

#[test]
fn pfx_013_a_port_that_is_listened_on_is_in_use() {
    let first = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = first.local_addr().unwrap();
    let error = listen(address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse, "{error}");
}

#[test]
fn a_port_can_be_opened_again_at_once() {
    let first = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = first.local_addr().unwrap();
    let mut peer = Peer::connect(address).unwrap();
    // A connection whose older end is ours is left in TIME-WAIT.
    let ours = loop {
        match first.accept() {
            Ok((ours, _)) => break ours,
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    drop((ours, first));
    peer.read_to_end(&mut Vec::new()).unwrap();
    drop(peer);
    listen(address).unwrap();
}

#[test]
fn a_file_is_read_from_an_offset_and_ends_with_0() {
    let path = std::env::temp_dir().join(format!("httpsys-sys-{}", std::process::id()));
    std::fs::write(&path, b"0123456789").unwrap();
    let file = File::open(&path).unwrap();
    let read = |offset, most| {
        let mut buffer = vec![0; most];
        let length = read_at(&file, &mut buffer, offset).unwrap();
        buffer.truncate(length);
        buffer
    };
    assert_eq!(read(3, 4), b"3456");
    assert_eq!(read(7, 100), b"789");
    assert_eq!(read(10, 100), b"");
    assert_eq!(read(100, 100), b"");
    let _ = std::fs::remove_file(&path);
}

#[test]
fn an_address_that_is_not_here_is_unavailable() {
    // TEST-NET-1 of RFC 5737.
    let error = listen((Ipv4Addr::new(192, 0, 2, 1), 0).into()).unwrap_err();
    assert!(is_unavailable(&error), "{error}");
    assert!(is_unavailable(&io::Error::from_raw_os_error(
        system::NO_FAMILY
    )));
}

#[test]
fn a_peer_that_is_gone_is_an_error_and_no_signal() {
    let (ours, peer) = pair();
    // Data that nobody has read makes the close a reset.
    assert_eq!(send(&ours, b"unread").unwrap(), 6);
    SockRef::from(&peer)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(peer);
    let error = loop {
        if let Err(error) = send(&ours, b"more") {
            break error;
        }
    };
    let gone = [
        ErrorKind::BrokenPipe,
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionAborted,
    ];
    assert!(gone.contains(&error.kind()), "{error}");
}
