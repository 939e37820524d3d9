//! Header fields as types of the crate `headers`.

use std::time::{Duration, SystemTime};

use headers::{
    Allow, Authorization, CacheControl, ContentType, Cookie, Date, IfModifiedSince, IfNoneMatch,
    LastModified, SetCookie, UserAgent, authorization::Basic,
};
use headers::{Header, HeaderName, HeaderValue};
use httpsys::{Request, Response};

use crate::support::{Client, server};
use crate::tools::split;

/// What `test` says of a request with these fields; the fields of the response are those that it gives.
fn ask(fields: &str, test: impl FnOnce(&Request) -> Response<'static>) -> Vec<String> {
    let (server, port) = server();
    let end = "Host: localhost\r\nConnection: close\r\n\r\n";
    let client = Client::send(port, &format!("GET / HTTP/1.1\r\n{fields}{end}"));
    let request = server.receive().expect("a request");
    let response = test(&request);
    request.respond(response).expect("sent");
    let answer = client.read_all();
    split(&answer).0.iter().map(ToString::to_string).collect()
}

#[test]
fn a_field_is_read_as_its_type_whether_the_service_knows_its_name_or_not() {
    /// A field that HTTP.sys has no slot for.
    struct Colour(String);

    impl Header for Colour {
        fn name() -> &'static HeaderName {
            static NAME: HeaderName = HeaderName::from_static("x-colour");
            &NAME
        }

        fn decode<'i, I: Iterator<Item = &'i HeaderValue>>(
            values: &mut I,
        ) -> Result<Self, headers::Error> {
            let text = values.next().and_then(|value| value.to_str().ok());
            text.map(|text| Colour(text.into()))
                .ok_or_else(headers::Error::invalid)
        }

        fn encode<E: Extend<HeaderValue>>(&self, values: &mut E) {
            values.extend(HeaderValue::from_str(&self.0));
        }
    }

    let fields = "Content-Type: text/html\r\nAuthorization: Basic YTpiOmM=\r\nX-COLOUR: red\r\n\
        If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nCookie: a=1; b=2\r\n";
    let lines = ask(fields, |request| {
        let kind = request.typed_header::<ContentType>().expect("valid");
        assert_eq!(kind, Some(ContentType::html()));
        let basic = request.typed_header::<Authorization<Basic>>();
        let basic = basic.expect("valid").expect("present");
        assert_eq!((basic.username(), basic.password()), ("a", "b:c"));
        let since = request.typed_header::<IfModifiedSince>();
        let since = SystemTime::from(since.expect("valid").expect("present"));
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(since, expected);
        let cookie = request.typed_header::<Cookie>().expect("valid");
        assert_eq!(cookie.expect("present").get("b"), Some("2"));
        let colour = request.typed_header::<Colour>().expect("valid");
        Response::ok().typed_header(colour.expect("present"))
    });
    assert_eq!(
        lines,
        ["HTTP/1.1 200 OK", "x-colour: red", "Content-Length: 0"]
    );
}

#[test]
fn hdr_007_the_values_of_a_list_that_was_sent_in_several_lines_are_all_read() {
    let fields = "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n";
    ask(fields, |request| {
        let tags = request.typed_header::<IfNoneMatch>();
        let tags = tags.expect("valid").expect("present");
        for (tag, is_new) in [("\"a\"", false), ("\"b\"", false), ("\"c\"", true)] {
            let tag = tag.parse().expect("a tag");
            assert_eq!(tags.precondition_passes(&tag), is_new, "{tag:?}");
        }
        Response::ok()
    });
}

#[test]
fn a_field_that_is_missing_is_none_and_one_that_cannot_be_read_is_an_error() {
    let fields = "Date: yesterday\r\nUser-Agent: a/1\r\nContent-Type:\r\n";
    ask(fields, |request| {
        assert!(matches!(request.typed_header::<CacheControl>(), Ok(None)));
        assert!(request.typed_header::<Date>().is_err());
        assert!(request.typed_header::<ContentType>().is_err());
        let agent = request.typed_header::<UserAgent>().expect("valid");
        assert_eq!(agent.expect("present").as_str(), "a/1");
        Response::ok()
    });
}

#[test]
fn rsp_022_each_value_of_a_type_gets_a_line() {
    let lines = ask("", |_| {
        let mut cookies = Vec::new();
        let values = ["a=1; Secure", "b=2"].map(HeaderValue::from_static);
        cookies.extend(SetCookie::decode(&mut values.iter()));
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let response = Response::ok()
            .typed_header(ContentType::text_utf8())
            .typed_header(LastModified::from(at))
            .typed_header(Allow::from_iter(
                ["GET", "PUT"].map(|verb| verb.parse().unwrap()),
            ));
        cookies.into_iter().fold(response, Response::typed_header)
    });
    let expected = [
        "HTTP/1.1 200 OK",
        "Allow: GET, PUT",
        "Content-Type: text/plain; charset=utf-8",
        "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
        "Set-Cookie: a=1; Secure",
        "Set-Cookie: b=2",
        "Content-Length: 0",
    ];
    assert_eq!(lines, expected);
}
