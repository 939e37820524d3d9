//! Sessions, groups, queues and services: what closes what.
//!
//! Owns the RAII rules of this crate. What the calls themselves do is tested with the engine.

use std::thread;
use std::time::Duration;

use crate::support::{Client, body_of, server};
use httpsys::{Error, LogFormat, Logging, Parameters, Response, Server, Service};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn a_dropped_server_ends_the_receives_of_its_clones() {
    let (server, _) = server();
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let queue = server.queue().clone();
            thread::spawn(move || queue.receive().map(|request| request.id()))
        })
        .collect();
    drop(server);
    for worker in workers {
        let result = worker.join().unwrap();
        // 995 when it waited, 6 when it came too late (RCV-007).
        assert!(
            matches!(result, Err(Error::Aborted | Error::InvalidHandle)),
            "{result:?}"
        );
    }
}

/// Calls that succeed, and other threads, leave it alone.
#[test]
fn a_refused_call_is_explained_to_its_thread() {
    let service = Service::new(Parameters::default()).unwrap();
    let session = service.create_server_session().unwrap();
    let group = session.create_url_group().unwrap();
    let error = group.add_url("http://localhost/").unwrap_err();
    let reason = httpsys::last_reason().unwrap();
    assert!(error.to_string().ends_with(&reason), "{error} / {reason}");
    let queue = service.create_request_queue().unwrap();
    assert_eq!(httpsys::last_reason(), Some(reason));
    let opened = Service::new(Parameters::default()).unwrap();
    let foreign = opened.create_request_queue().unwrap();
    assert_eq!(group.bind(&foreign), Err(Error::InvalidParameter));
    let wanted = "the queue belongs to another service: ERROR_INVALID_PARAMETER (87)";
    assert_eq!(httpsys::last_reason().as_deref(), Some(wanted));
    thread::spawn(|| assert_eq!(httpsys::last_reason(), None))
        .join()
        .unwrap();
    drop(queue);
    assert_eq!(httpsys::VERSION, env!("CARGO_PKG_VERSION"));
}

#[test]
fn shd_003_after_a_shutdown_received_requests_can_be_answered() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    server.shutdown().unwrap();
    assert_eq!(server.receive().unwrap_err(), Error::InvalidHandle);
    request.respond(Response::ok().body("late")).unwrap();
    assert_eq!(body_of(&client.read_all()), "late");
}

#[test]
fn shd_007_closing_the_queue_resets_received_requests() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    server.queue().clone().close().unwrap();
    assert_eq!(request.read_body(&mut [0; 4]), Err(Error::InvalidHandle));
    assert_eq!(request.respond(Response::ok()), Err(Error::InvalidHandle));
    assert!(client.was_reset());
}

#[test]
fn a_receive_gives_up_when_its_time_is_over() {
    let (server, port) = server();
    assert!(server.receive_timeout(Duration::ZERO).unwrap().is_none());
    assert!(
        server
            .receive_timeout(Duration::from_millis(5))
            .unwrap()
            .is_none()
    );
    let _client = Client::send(port, GET);
    assert!(server.receive_timeout(Duration::MAX).unwrap().is_some());
}

#[test]
fn requests_wait_in_the_queue_until_they_are_taken() {
    let (server, port) = server();
    let clients = [Client::send(port, GET), Client::send(port, GET)];
    let first = server.receive().unwrap();
    let second = server.receive().unwrap();
    assert!(server.queue().is_empty());
    assert_ne!(first.id(), second.id());
    second.respond(Response::ok()).unwrap();
    first.respond(Response::ok()).unwrap();
    for client in clients {
        assert!(client.read_all().starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[test]
fn an_opened_queue_is_the_same_queue_and_only_its_creator_closes_it() {
    let service = Service::new(Parameters::default()).unwrap();
    let creator = service.create_named_request_queue("q").unwrap();
    let opened = service.open_request_queue("q").unwrap();
    assert_eq!(opened.counters().name.as_deref(), Some("q"));
    assert_eq!(opened.clone().close(), Ok(()));
    assert!(opened.is_closed() && !creator.is_closed());
    assert_eq!(opened.receive().unwrap_err(), Error::InvalidHandle);
    assert_eq!(opened.close(), Err(Error::InvalidHandle));
    let opened = service.open_request_queue("q").unwrap();
    drop(creator);
    assert!(opened.is_closed());
    assert_eq!(opened.receive().unwrap_err(), Error::InvalidHandle);
    assert_eq!(
        service.open_request_queue("q").unwrap_err(),
        Error::NotFound
    );
}

#[test]
fn a_queue_of_another_service_is_refused() {
    let service = Service::new(Parameters::default()).unwrap();
    let other = Service::new(Parameters::default()).unwrap();
    let group = service
        .create_server_session()
        .unwrap()
        .create_url_group()
        .unwrap();
    let foreign = other.create_request_queue().unwrap();
    assert_eq!(group.bind(&foreign), Err(Error::InvalidParameter));
    let own = service.create_request_queue().unwrap();
    assert_eq!(group.bind(&own), Ok(()));
}

#[test]
fn handles_of_the_global_service_are_one_service() {
    let one = Service::global().unwrap();
    let two = Service::global().unwrap();
    assert!(one.is_same(&two));
    let group = one
        .create_server_session()
        .unwrap()
        .create_url_group()
        .unwrap();
    assert_eq!(group.bind(&two.create_request_queue().unwrap()), Ok(()));
    assert!(!one.is_same(&Service::new(Parameters::default()).unwrap()));
}

#[test]
fn ses_028_a_dropped_group_frees_its_urls_and_keeps_its_session_alive_until_then() {
    let service = Service::new(Parameters::default()).unwrap();
    // The session is a temporary here: the group keeps it.
    let group = service
        .create_server_session()
        .unwrap()
        .create_url_group()
        .unwrap();
    let url = group.add_url("http://localhost:0/").unwrap().to_string();
    let other = service
        .create_server_session()
        .unwrap()
        .create_url_group()
        .unwrap();
    assert_eq!(other.add_url(&url).unwrap_err(), Error::AlreadyExists);
    drop(group);
    assert_eq!(other.add_url(&url).map(drop), Ok(()));
}

#[test]
fn a_failed_bind_leaves_nothing_behind() {
    let service = Service::new(Parameters::default()).unwrap();
    let builder = || {
        Server::builder()
            .service(&service)
            .queue_name("one")
            .url("http://localhost:0/")
    };
    let failed = builder().url("not a prefix").bind();
    assert_eq!(failed.unwrap_err(), Error::InvalidParameter);
    let left = service.state().to_string();
    assert!(!left.to_lowercase().contains("http://localhost"), "{left}");
    builder().bind().unwrap();
}

#[test]
fn a_failed_bind_says_which_step_failed() {
    let said = |builder: httpsys::ServerBuilder| builder.bind().unwrap_err().to_string();
    let code = ": ERROR_INVALID_PARAMETER (87): an argument is not valid";

    let mut parameters = Parameters::default();
    parameters.max_field_length = 63;
    let why = "MaxFieldLength is 63, but must be between 64 and 65534";
    let builder = Server::builder().parameters(parameters);
    assert_eq!(said(builder), format!("{why}{code}"));

    let logging = Logging::new(LogFormat::W3c, "relative");
    let builder = Server::builder().logging(logging);
    assert_eq!(said(builder), format!("cannot log to relative{code}"));

    let service = Service::new(Parameters::default()).unwrap();
    let _queue = service.create_named_request_queue("orders").unwrap();
    let again = said(Server::builder().service(&service).queue_name("orders"));
    let why = "cannot create the request queue \"orders\": ERROR_ALREADY_EXISTS (183)";
    assert!(again.starts_with(why), "{again}");
}

#[test]
fn a_parameter_out_of_its_range_is_refused() {
    let mut parameters = Parameters::default();
    parameters.max_request_bytes = 1;
    let result = Server::builder().parameters(parameters.clone()).bind();
    assert_eq!(result.unwrap_err(), Error::InvalidParameter);
    assert_eq!(
        Service::new(parameters).unwrap_err(),
        Error::InvalidParameter
    );
}

#[test]
fn a_service_has_the_parameters_it_was_made_with() {
    let mut parameters = Parameters::default();
    parameters.set("MaxFieldLength", "0x80").unwrap();
    parameters.set("UriMaxUriBytes", "4096").unwrap();
    let service = Service::new(parameters.clone()).unwrap();
    assert_eq!(service.parameters(), &parameters);
}

#[test]
fn the_types_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Service>();
    shared::<Server>();
    shared::<httpsys::RequestQueue>();
    shared::<httpsys::Request>();
    shared::<httpsys::ResponseStream>();
    shared::<Response<'static>>();
}
