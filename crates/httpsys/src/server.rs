//! A server in one object: session, URL group and request queue.
//!
//! Owns setting up and tearing down the three together. Does not own anything that they cannot do
//! on their own. Threading: `Send` and `Sync`; any number of threads may receive.

use std::net::SocketAddr;
use std::time::Duration;

use httpsys_core::call::Query;

use crate::receive::Incoming;
use crate::{
    Error, Logging, Parameters, ProxyProtocol, RegisterError, Request, RequestQueue, Result,
    ServerSession, Service, UrlGroup,
};

/// A request queue with the URLs that lead to it.
///
/// Dropping it closes everything, including its queue: threads that wait in a clone of the queue
/// stop waiting. To serve with several threads, share it by reference (`std::thread::scope`), in an
/// [`Arc`](std::sync::Arc), or give each thread a clone of [`Server::queue`].
///
/// ```
/// use httpsys::{Response, Server};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Port 0 is a free port, the same for all URLs of a server.
/// let server = Server::builder()
///     .url("http://localhost:0/")
///     .url_with_context("http://localhost:0/api/", 1)
///     .bind()?;
/// let address = server.local_addr()?;
/// # let mut client = std::net::TcpStream::connect(address)?;
/// # client.write_all(b"GET /api/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let request = server.receive()?;
/// let text = if request.url_context() == 1 { "the API" } else { "a page" };
/// request.respond(Response::ok().header("Content-Type", "text/plain").body(text))?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.ends_with("the API"), "{answer}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    session: ServerSession,
    group: UrlGroup,
    queue: RequestQueue,
    /// Of the first URL that it was built with.
    first_port: Option<u16>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // First no more requests are accepted, then those already here are ended. Closing a part
        // that the program has already closed fails.
        let _ = self.session.close_now();
        let _ = self.queue.close_now();
    }
}

impl Server {
    /// Starts building a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// The address of the first URL that the server was built with, preferring IPv4: for
    /// `http://localhost:0/`, it is `127.0.0.1` with the port that was chosen.
    /// [`UrlGroup::local_addrs`] returns all addresses, [`UrlGroup::urls`] the URLs with their
    /// ports.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the server was built without a URL, when the URLs of that port were
    /// removed, and when the IP listen list allows none of its addresses;
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        let port = self.first_port.ok_or(Error::NotFound)?;
        let query = Query::LocalAddresses {
            group: self.group.id(),
            port: Some(port),
        };
        let addresses: Vec<SocketAddr> = self.service().engine().query(&query)?.try_into()?;
        addresses.first().copied().ok_or(Error::NotFound)
    }

    /// Works like [`RequestQueue::receive`].
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::receive`].
    pub fn receive(&self) -> Result<Request> {
        self.queue.receive()
    }

    /// Works like [`RequestQueue::receive_timeout`].
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::receive`].
    pub fn receive_timeout(&self, timeout: Duration) -> Result<Option<Request>> {
        self.queue.receive_timeout(timeout)
    }

    /// Works like [`RequestQueue::incoming`].
    #[must_use]
    pub fn incoming(&self) -> Incoming<'_> {
        self.queue.incoming()
    }

    /// Works like [`RequestQueue::shutdown`]: the threads that wait for requests stop. Requests in
    /// progress get no time to finish; [`Server::shutdown_gracefully`] gives them time.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::shutdown`].
    pub fn shutdown(&self) -> Result<()> {
        self.queue.shutdown()
    }

    /// The request queue.
    #[must_use]
    pub fn queue(&self) -> &RequestQueue {
        &self.queue
    }

    /// The service that the server belongs to, for its [counters](crate::counters).
    #[must_use]
    pub fn service(&self) -> &Service {
        self.queue.service()
    }

    /// The URL group, to add and remove URLs later.
    #[must_use]
    pub fn url_group(&self) -> &UrlGroup {
        &self.group
    }

    /// The session, to make more URL groups.
    #[must_use]
    pub fn session(&self) -> &ServerSession {
        &self.session
    }
}

/// Sets up a [`Server`].
///
/// ```
/// use httpsys::{Error, Server};
///
/// // A prefix needs a port: nothing is left behind when a step fails.
/// let result = Server::builder().url("http://localhost/").bind();
/// assert_eq!(result.unwrap_err(), Error::InvalidParameter);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is set up before `bind`"]
pub struct ServerBuilder {
    uses: Uses,
    queue_name: Option<String>,
    urls: Vec<(String, u64)>,
    logging: Option<Logging>,
    proxy_protocol: Option<ProxyProtocol>,
}

/// Which service a server uses.
#[derive(Clone, Debug, Default)]
enum Uses {
    #[default]
    Global,
    Given(Service),
    OneWith(Box<Parameters>),
}

impl ServerBuilder {
    /// Serves a URL prefix, see [`UrlGroup::add_url`]. May be called several times.
    pub fn url(self, url: impl Into<String>) -> Self {
        self.url_with_context(url, 0)
    }

    /// Works like [`ServerBuilder::url`], with a value that is returned with each request for the
    /// prefix.
    pub fn url_with_context(mut self, url: impl Into<String>, context: u64) -> Self {
        self.urls.push((url.into(), context));
        self
    }

    /// Names the queue, so that [`Service::open_request_queue`] finds it.
    pub fn queue_name(mut self, name: impl Into<String>) -> Self {
        self.queue_name = Some(name.into());
        self
    }

    /// Uses this service instead of [`Service::global`]. It replaces an earlier call of
    /// [`parameters`](Self::parameters).
    pub fn service(mut self, service: &Service) -> Self {
        self.uses = Uses::Given(service.clone());
        self
    }

    /// Uses a private service with these parameters instead of [`Service::global`], whose
    /// parameters come from the environment. It replaces an earlier call of
    /// [`service`](Self::service).
    ///
    /// ```
    /// use httpsys::{Error, Parameters, Server};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let url = "http://localhost:0/";
    /// // What the environment says (without `parameters` that is all), and one of our own.
    /// let mut parameters = httpsys::parameters_from_environment()?;
    /// parameters.max_field_length = 1024;
    /// let server = Server::builder().url(url).parameters(parameters).bind()?;
    /// # drop(server);
    ///
    /// let mut refused = Parameters::default();
    /// refused.max_field_length = 63;
    /// let why = refused.validate().unwrap_err();
    /// assert_eq!(why.to_string(), "MaxFieldLength is 63, but must be between 64 and 65534");
    /// let result = Server::builder().url(url).parameters(refused).bind();
    /// let error = result.unwrap_err();
    /// assert_eq!(error, Error::InvalidParameter);
    /// assert!(error.to_string().starts_with(&why.to_string()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn parameters(mut self, parameters: Parameters) -> Self {
        self.uses = Uses::OneWith(Box::new(parameters));
        self
    }

    /// Logs the responses, see [`UrlGroup::set_logging`].
    pub fn logging(mut self, logging: Logging) -> Self {
        self.logging = Some(logging);
        self
    }

    /// Connections of these proxies begin with a header of the PROXY protocol, version 1 or 2, before TLS and HTTP.
    /// [`Request::remote_addr`] and [`Request::local_addr`] are then those that the header names. A connection of a
    /// proxy without a header is refused; others are served as usual, and a header of theirs is a bad request.
    ///
    /// This sets [`Parameters::proxy_protocol`] of a private service: of the one with the given
    /// [`parameters`](Self::parameters), else with those of the environment. It cannot be set for a
    /// [`service`](Self::service) that exists already.
    ///
    /// ```
    /// use httpsys::{ProxyProtocol, Response, Server};
    /// # use std::io::{Read, Write};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let proxy: std::net::IpAddr = "127.0.0.1".parse()?;
    /// let server = Server::builder()
    ///     .proxy_protocol(ProxyProtocol::trusting([proxy]))
    ///     .url("http://localhost:0/")
    ///     .bind()?;
    /// # let mut proxy = std::net::TcpStream::connect(server.local_addr()?)?;
    /// proxy.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 80\r\n")?;
    /// proxy.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    /// let request = server.receive()?;
    /// assert_eq!(request.remote_addr(), "192.0.2.1:56324".parse()?);
    /// assert_eq!(request.local_addr(), "198.51.100.2:80".parse()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy_protocol(mut self, proxies: ProxyProtocol) -> Self {
        self.proxy_protocol = Some(proxies);
        self
    }

    /// Creates the session, the queue and the group, and registers the URLs. Clients can connect
    /// when it returns. A server without a URL gets no requests until one is added to its group.
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::add_url`], of [`UrlGroup::set_logging`], of
    /// [`Service::create_named_request_queue`] for the name, and of [`Service::global`] or, with
    /// [`parameters`](Self::parameters), [`Service::new`]; [`Error::InvalidParameter`] for
    /// [`proxy_protocol`](Self::proxy_protocol) with a given service. In these cases nothing is left behind.
    pub fn bind(self) -> Result<Server, RegisterError> {
        let service = self.uses.service(self.proxy_protocol)?;
        let queue = match &self.queue_name {
            Some(name) => service.create_named_request_queue(name).map_err(|error| {
                RegisterError::of_step(format!("cannot create the request queue {name:?}"), error)
            })?,
            None => service.create_request_queue()?,
        };
        let session = service.create_server_session()?;
        let group = session.create_url_group()?;
        group.bind(&queue)?;
        if let Some(logging) = &self.logging {
            group.set_logging(Some(logging)).map_err(|error| {
                let directory = logging.directory().display();
                RegisterError::of_step(format!("cannot log to {directory}"), error)
            })?;
        }
        let mut first_port = None;
        for (url, context) in &self.urls {
            let prefix = group.add_url_with_context(url, *context)?;
            first_port.get_or_insert(prefix.port());
        }
        Ok(Server {
            session,
            group,
            queue,
            first_port,
        })
    }
}

impl Uses {
    fn service(self, proxies: Option<ProxyProtocol>) -> Result<Service, RegisterError> {
        let mut parameters = match (self, &proxies) {
            (Uses::Global, None) => return global(),
            (Uses::Given(service), None) => return Ok(service),
            (Uses::Given(_), Some(_)) => {
                let step = "proxy_protocol is a parameter, and the given service has its own";
                return Err(RegisterError::of_step(
                    step.to_owned(),
                    Error::InvalidParameter,
                ));
            }
            (Uses::OneWith(parameters), _) => *parameters,
            (Uses::Global, Some(_)) => crate::parameters_from_environment().map_err(|error| {
                RegisterError::of_step(error.to_string(), Error::InvalidParameter)
            })?,
        };
        if let Some(proxies) = proxies {
            parameters.proxy_protocol = proxies;
        }
        with(parameters)
    }
}

/// The service of the process. It prints which setting of the environment it refuses; the error
/// refers to that.
fn global() -> Result<Service, RegisterError> {
    Service::global().map_err(|error| match error {
        Error::InvalidParameter => {
            RegisterError::of_step("the environment has a bad parameter".to_owned(), error)
        }
        _ => error.into(),
    })
}

/// The service with these parameters; the error says which of them is refused.
fn with(parameters: Parameters) -> Result<Service, RegisterError> {
    let checked = parameters.validate();
    Service::new(parameters).map_err(|error| match checked {
        Err(why) => RegisterError::of_step(why.to_string(), error),
        Ok(()) => error.into(),
    })
}
