//! One whole file of every format against the file in `tests/golden`.
//!
//! Golden files have LF where logs have CR LF. Binary files are compared as hexadecimal text, 32
//! bytes a line. To accept a change, set `HTTPSYS_ACCEPT_GOLDEN=1` and read the difference.

use std::path::PathBuf;

use httpsys_logging::{
    AccessLog, Address, CodePage, Config, ErrorLog, ErrorLogSettings, ErrorRecord, Fields,
    FieldsData, Flags, Format, MemoryFiles, Reason, Record, Rollover, Text, Time, Version,
    WriterSettings, raw,
};

fn compare(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("HTTPSYS_ACCEPT_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\r\n", "\n");
    assert_eq!(actual, expected, "{name}");
}

/// A text file with CR LF at the end of every line, and nowhere else.
fn lines(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.ends_with("\r\n"));
    let lines = text.replace("\r\n", "\n");
    assert!(!lines.contains('\r'));
    lines
}

/// 2002-05-02 17:42:15 UTC, in a zone eight hours behind.
fn time(seconds: u64) -> Time {
    Time {
        unix_seconds: 1_020_361_335 + seconds,
        utc_offset: -8 * 3_600,
    }
}

fn records(wide: &[u16]) -> [Record<'_>; 3] {
    let picture = Record {
        time: time(0),
        version: Some(Version { major: 1, minor: 1 }),
        bytes_sent: 3_223,
        bytes_received: 163,
        time_taken_ms: 4_502,
        site_id: 2,
        fields: FieldsData {
            client_ip: Address::Text(b"172.22.255.255"),
            server_name: Text::Bytes(b"SERVER"),
            service_name: Text::Bytes(b"W3SVC2"),
            server_ip: Address::Text(b"172.30.255.255"),
            method: Text::Bytes(b"GET"),
            uri_stem: Text::Str("/images/picture.jpg"),
            host: Text::Bytes(b"www.example.com"),
            user_agent: Text::Bytes(b"Mozilla/4.0 (compatible;MSIE 5.5; Windows 2000 Server)"),
            server_port: 80,
            protocol_status: 200,
            ..FieldsData::default()
        },
        ..Record::default()
    };
    let script = Record {
        time: time(86_399),
        version: Some(Version { major: 1, minor: 0 }),
        fields: FieldsData {
            user_name: Text::Str("Example\\John Doe"),
            uri_stem: Text::Wide(wide),
            uri_query: Text::Bytes(b"http/serv,x"),
            client_ip: Address::Ip("2001:db8::1".parse().unwrap()),
            cookie: Text::Bytes(b"a=1; b=2"),
            referrer: Text::Bytes(b"http://www.example.com/"),
            method: Text::Bytes(b"POST"),
            protocol_status: 404,
            sub_status: 11,
            win32_status: 2,
            ..picture.fields
        },
        ..picture
    };
    let empty = Record {
        time: time(86_400),
        ..Record::default()
    };
    [picture, script, empty]
}

/// The only file that a log of the records has.
fn file(config: &Config, name: &str) -> Vec<u8> {
    let wide: Vec<u16> = "/café €".encode_utf16().collect();
    let files = MemoryFiles::default();
    let log = AccessLog::start_in(files.clone(), config, &WriterSettings::default()).unwrap();
    let mut scratch = Vec::new();
    for record in records(&wide) {
        assert!(log.log(&record, &mut scratch));
    }
    log.writer().close();
    assert_eq!(files.list(), [name]);
    files.contents(name).unwrap()
}

fn config(format: Format, fields: Fields) -> Config {
    Config {
        rollover: Rollover::Monthly,
        local_code_page: CodePage::Windows1252,
        ..Config::new("unused", format, fields)
    }
}

#[test]
fn w3c_with_all_fields_in_utf8() {
    let mut config = config(Format::W3c, Fields(u32::MAX));
    config.flags = Flags::USE_UTF8_CONVERSION;
    compare("w3c.txt", &lines(&file(&config, "u_ex0205.log")));
}

#[test]
fn w3c_with_the_fields_of_the_documentations_sample() {
    let fields = Fields::DATE
        | Fields::TIME
        | Fields::CLIENT_IP
        | Fields::USER_NAME
        | Fields::SERVER_IP
        | Fields::SERVER_PORT
        | Fields::METHOD
        | Fields::URI_STEM
        | Fields::URI_QUERY
        | Fields::STATUS
        | Fields::USER_AGENT;
    let mut config = config(Format::W3c, fields);
    config.flags = Flags::USE_UTF8_CONVERSION;
    config.software_name = Some("Example Server 1.0".to_owned());
    compare("w3c_selected.txt", &lines(&file(&config, "u_ex0205.log")));
}

#[test]
fn iis() {
    let mut config = config(Format::Iis, Fields::NONE);
    config.flags = Flags::USE_UTF8_CONVERSION;
    compare("iis.txt", &lines(&file(&config, "u_in0205.log")));
}

#[test]
fn ncsa() {
    let mut config = config(Format::Ncsa, Fields::NONE);
    config.flags = Flags::USE_UTF8_CONVERSION;
    compare("ncsa.txt", &lines(&file(&config, "u_nc0205.log")));
}

#[test]
fn the_local_code_page_converts_unicode_fields_only() {
    let bytes = file(&config(Format::W3c, Fields::URI_STEM), "ex0205.log");
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines[5], b"/caf\xe9+\x80\r");
}

#[test]
fn binary() {
    let bytes = file(&config(Format::Raw, Fields::NONE), "ra0205.ibl");
    let mut hex = String::new();
    for row in bytes.chunks(32) {
        for byte in row {
            hex += &format!("{byte:02x}");
        }
        hex.push('\n');
    }
    compare("raw.txt", &hex);
    let entries: Vec<_> = raw::Reader::new(&bytes).map(Result::unwrap).collect();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[1].uri_stem, "/café €".as_bytes());
    assert_eq!(entries[1].user_name, b"Example\\John Doe");
}

#[test]
fn log_001_log_002_error_log() {
    let files = MemoryFiles::default();
    let settings = ErrorLogSettings {
        code_page: CodePage::Utf8,
        ..ErrorLogSettings::default()
    };
    let log = ErrorLog::start(files.clone(), &settings).unwrap();
    let mut scratch = Vec::new();
    let mut full = ErrorRecord::new(time(0), Reason::QueueFull);
    full.client = Some("172.31.77.6:2094".parse().unwrap());
    full.server = Some("[2001:db8::1]:80".parse().unwrap());
    full.version = Some(Version { major: 1, minor: 1 });
    full.method = Text::Bytes(b"GET");
    full.uri = Text::Str("/qos/é 1kb.txt");
    full.query = Text::Bytes(b"?a=b c");
    full.status = Some(503);
    full.site_id = Some(1);
    full.queue_name = Text::Str("DefaultAppPool");
    assert!(log.log(&full, &mut scratch));
    for reason in Reason::ALL {
        assert!(log.log(&ErrorRecord::new(time(1), *reason), &mut scratch));
    }
    log.writer().close();
    assert_eq!(files.list(), ["httperr1.log"]);
    compare(
        "httperr.txt",
        &lines(&files.contents("httperr1.log").unwrap()),
    );
}
