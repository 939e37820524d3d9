//! Log files in a directory of the file system.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_logging::{
    AccessLog, Config, ErrorLog, ErrorLogSettings, ErrorRecord, Fields, FieldsData, Files, Flags,
    Format, LogFile, Reason, Record, Rollover, StdFiles, Text, Time, WriterSettings,
};

/// A directory that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsys-logging-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names = StdFiles::new(directory).names().unwrap();
    names.sort();
    names
}

#[test]
fn a_log_makes_its_directory_with_the_first_entry_and_goes_on_in_the_next_run() {
    let scratch = Scratch::new();
    let directory = scratch.path("a").join("b");
    let mut config = Config::new(
        directory.to_str().unwrap(),
        Format::W3c,
        Fields::METHOD | Fields::STATUS,
    );
    config.rollover = Rollover::Size(Rollover::MIN_SIZE);
    config.flags = Flags::LOG_ERRORS_ONLY;
    let mut line = Vec::new();
    for _ in 0..2 {
        let log = AccessLog::start(&config, &WriterSettings::default()).unwrap();
        let mut record = Record {
            time: Time::utc(0),
            fields: FieldsData {
                method: Text::Bytes(b"GET"),
                protocol_status: 399,
                ..FieldsData::default()
            },
            ..Record::default()
        };
        assert!(log.log(&record, &mut line));
        log.writer().flush();
        record.fields.protocol_status = 400;
        assert!(log.log(&record, &mut line));
        drop(log);
    }
    assert_eq!(names(&directory), ["extend1.log"]);
    let run = "#Software: Microsoft HTTP Server API 2.0\r\n#Version: 1.0\r\n\
               #Date: 1970-01-01 00:00:00\r\n#Fields: cs-method sc-status\r\nGET 400\r\n";
    let text = std::fs::read_to_string(directory.join("extend1.log")).unwrap();
    assert_eq!(text, run.repeat(2));
}

#[test]
fn nothing_logged_means_no_directory() {
    let scratch = Scratch::new();
    let directory = scratch.path("never");
    let config = Config::new(directory.to_str().unwrap(), Format::Iis, Fields::NONE);
    drop(AccessLog::start(&config, &WriterSettings::default()).unwrap());
    assert!(!directory.exists());
    assert_eq!(names(&directory), [""; 0]);
}

#[test]
fn log_001_the_error_log_is_in_httperr_and_others_cannot_read_it() {
    let scratch = Scratch::new();
    let files = StdFiles::error_log(&scratch.path("logs"));
    let directory = scratch.path("logs").join("HTTPERR");
    assert_eq!(files.directory(), directory);
    let log = ErrorLog::start(files, &ErrorLogSettings::default()).unwrap();
    let record = ErrorRecord::new(Time::utc(0), Reason::Url);
    assert!(log.log(&record, &mut Vec::new()));
    log.writer().close();
    assert_eq!(names(&directory), ["httperr1.log"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(mode(&directory), 0);
        assert_eq!(mode(&directory.join("httperr1.log")), 0);
    }
}

#[test]
fn files_are_appended_to_and_can_be_cut() {
    let scratch = Scratch::new();
    let mut files = StdFiles::new(scratch.path("logs"));
    let (mut file, size) = files.open("a.log").unwrap();
    assert_eq!(size, 0);
    file.append(b"0123456789").unwrap();
    file.truncate(4).unwrap();
    file.append(b"ab").unwrap();
    let (_, size) = files.open("a.log").unwrap();
    assert_eq!(size, 6);
    let text = std::fs::read(scratch.path("logs").join("a.log")).unwrap();
    assert_eq!(text, b"0123ab");
}

#[test]
fn a_directory_that_is_a_file_loses_entries_and_counts_them() {
    let scratch = Scratch::new();
    let path = scratch.path("taken");
    std::fs::write(&path, b"").unwrap();
    let config = Config::new(path.to_str().unwrap(), Format::Iis, Fields::NONE);
    let log = AccessLog::start(&config, &WriterSettings::default()).unwrap();
    assert!(log.log(&Record::default(), &mut Vec::new()));
    log.writer().close();
    let counters = log.writer().counters();
    assert_eq!((counters.written, counters.failed), (0, 1));
}
