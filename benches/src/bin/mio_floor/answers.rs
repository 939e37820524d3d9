//! The floor's answers as ready bytes, and its routes.
//!
//! Head and body of the short answer are one block that is copied out; only the Date field changes,
//! once a second, as it does in real servers. Whoever owns an [`Answers`] calls `refresh` with the
//! time. One per loop, nothing shared.

use std::time::{Duration, Instant, SystemTime};

use httpsys_benches::{BIG_BYTES, HELLO};

const DATE_AGE: Duration = Duration::from_secs(1);
const ITEMS: &str = "/api/v1/items/";

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Hello,
    Big,
    Upload,
    Cancel,
    Unknown,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str) -> Self {
        match (method, path) {
            ("GET", "/hello") => Self::Hello,
            ("GET", "/big" | "/file") => Self::Big,
            ("POST", "/upload") => Self::Upload,
            ("GET", "/cancel") => Self::Cancel,
            ("GET", path) if path.strip_prefix(ITEMS).is_some_and(is_number) => Self::Hello,
            _ => Self::Unknown,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The bytes to send.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) hello: Vec<u8>,
    /// The head only: the body is [`big_body`].
    pub(crate) big_head: Vec<u8>,
    pub(crate) not_found: Vec<u8>,
    date: String,
    made: Instant,
}

impl Answers {
    pub(crate) fn new() -> Self {
        let date = http_date(SystemTime::now());
        Self {
            hello: [&head(&date, "200 OK", HELLO.len()), HELLO].concat(),
            big_head: head(&date, "200 OK", BIG_BYTES),
            not_found: head(&date, "404 Not Found", 0),
            date,
            made: Instant::now(),
        }
    }

    /// Makes the answers anew when their Date is a second old.
    pub(crate) fn refresh(&mut self) {
        if self.made.elapsed() >= DATE_AGE {
            *self = Self::new();
        }
    }

    /// Appends the answer to an upload of `bytes` bytes.
    pub(crate) fn length(&self, bytes: u64, out: &mut Vec<u8>) {
        let body = bytes.to_string();
        out.extend_from_slice(&head(&self.date, "200 OK", body.len()));
        out.extend_from_slice(body.as_bytes());
    }
}

/// The long body, made once.
pub(crate) fn big_body() -> &'static [u8] {
    static BODY: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BODY.get_or_init(|| vec![b'x'; BIG_BYTES])
}

fn head(date: &str, status: &str, length: usize) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Type: text/plain\r\n\
         Server: floor\r\nDate: {date}\r\n\r\n"
    )
    .into_bytes()
}

/// IMF-fixdate (RFC 9110 section 5.6.7). Own code, see the crate's head.
fn http_date(now: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |d| d.as_secs());
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let weekday = DAYS[(days % 7) as usize];
    let (year, day_of_year) = year_of(days);
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut day, mut month) = (day_of_year, 0);
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!(
        "{weekday}, {:02} {} {year} {:02}:{:02}:{:02} GMT",
        day + 1,
        MONTHS[month],
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

/// Year and day in it, from 0, of a day counted from 1 January 1970.
fn year_of(mut days: u64) -> (u64, u64) {
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            return (year, days);
        }
        days -= length;
        year += 1;
    }
}

fn is_leap(year: u64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(seconds: u64) -> String {
        http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn dates_are_those_of_the_rfc() {
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(date(4_107_542_399), "Sun, 28 Feb 2100 23:59:59 GMT");
    }

    #[test]
    fn routes_are_method_and_path() {
        assert_eq!(Route::of("GET", "/hello"), Route::Hello);
        assert_eq!(Route::of("GET", "/api/v1/items/42"), Route::Hello);
        assert_eq!(Route::of("GET", "/api/v1/items/"), Route::Unknown);
        assert_eq!(Route::of("GET", "/api/v1/items/4x"), Route::Unknown);
        assert_eq!(Route::of("POST", "/upload"), Route::Upload);
        assert_eq!(Route::of("GET", "/upload"), Route::Unknown);
    }

    #[test]
    fn an_answer_announces_its_length() {
        let mut out = Vec::new();
        Answers::new().length(65_536, &mut out);
        let text = String::from_utf8(out).expect("text");
        assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"));
        assert!(text.ends_with(" GMT\r\n\r\n65536"));
    }
}
