//! What ends up in which file, and what survives errors.

use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use super::*;
use crate::raw::Reader;
use crate::record::Record;
use crate::text::CodePage;
use crate::{MemoryFile, MemoryFiles, line};

fn plan(format: Format, rollover: Rollover) -> LogPlan {
    LogPlan {
        kind: LogKind::Access {
            format,
            utf8: false,
        },
        rollover,
        local: false,
        fields: Fields::METHOD,
        software: "Test".to_owned(),
    }
}

fn batch(entries: &[(u64, &str)]) -> Vec<u8> {
    let mut batch = Vec::new();
    for (seconds, entry) in entries {
        push_frame(&mut batch, Time::utc(*seconds), entry.as_bytes());
    }
    batch
}

fn text(files: &MemoryFiles, name: &str) -> String {
    String::from_utf8(files.contents(name).unwrap()).unwrap()
}

const DAY: u64 = 86_400;

#[test]
fn each_period_has_its_file_and_a_late_entry_stays() {
    let files = MemoryFiles::default();
    let mut sink = Sink::new(plan(Format::Ncsa, Rollover::Daily), files.clone());
    let tally = sink.write(&batch(&[
        (DAY - 1, "a\r\n"),
        (DAY, "b\r\n"),
        (DAY - 1, "late\r\n"),
        (3 * DAY, "c\r\n"),
    ]));
    assert_eq!(
        files.list(),
        ["nc700101.log", "nc700102.log", "nc700104.log"]
    );
    assert_eq!(text(&files, "nc700101.log"), "a\r\n");
    assert_eq!(text(&files, "nc700102.log"), "b\r\nlate\r\n");
    assert_eq!(text(&files, "nc700104.log"), "c\r\n");
    assert_eq!((tally.written, tally.failed), (4, 0));
}

#[test]
fn log_001_files_by_size_are_numbered_and_a_new_run_goes_on_with_the_last() {
    let limit = Rollover::MIN_SIZE;
    let files = MemoryFiles::default();
    let plan = || LogPlan {
        kind: LogKind::Error,
        ..plan(Format::W3c, Rollover::Size(limit))
    };
    let line = "x".repeat(1_022) + "\r\n";
    let entries: Vec<(u64, &str)> = (0..1_024).map(|_| (0, line.as_str())).collect();
    // The header takes the place of one line.
    Sink::new(plan(), files.clone()).write(&batch(&entries));
    assert_eq!(files.list(), ["httperr1.log", "httperr2.log"]);
    let header = "#Software: Test\r\n#Version: 1.0\r\n#Date: 1970-01-01 00:00:00\r\n\
                  #Fields: cs-method\r\n";
    assert_eq!(
        text(&files, "httperr1.log"),
        header.to_owned() + &line.repeat(1_023)
    );
    assert_eq!(text(&files, "httperr2.log"), header.to_owned() + &line);

    // The next run appends to the last file, with its own header.
    files.insert("httperr10.txt", Vec::new());
    Sink::new(plan(), files.clone()).write(&batch(&[(0, "y\r\n")]));
    let expected = header.to_owned() + &line + header + "y\r\n";
    assert_eq!(text(&files, "httperr2.log"), expected);

    // If the last file is full it begins the next one.
    files.insert("httperr9.log", vec![b'z'; limit as usize]);
    Sink::new(plan(), files.clone()).write(&batch(&[(0, "y\r\n")]));
    assert_eq!(text(&files, "httperr10.log"), header.to_owned() + "y\r\n");
    assert_eq!(
        files.contents("httperr9.log").unwrap().len(),
        limit as usize
    );
}

#[test]
fn an_entry_larger_than_the_limit_has_a_file_of_its_own() {
    let files = MemoryFiles::default();
    let mut sink = Sink::new(plan(Format::Iis, Rollover::Size(8)), files.clone());
    sink.write(&batch(&[
        (0, "0123456789\r\n"),
        (0, "a\r\n"),
        (0, "b\r\n"),
        (0, "c\r\n"),
    ]));
    assert_eq!(files.list(), ["inetsv1.log", "inetsv2.log", "inetsv3.log"]);
    assert_eq!(text(&files, "inetsv1.log"), "0123456789\r\n");
    assert_eq!(text(&files, "inetsv2.log"), "a\r\nb\r\n");
    assert_eq!(text(&files, "inetsv3.log"), "c\r\n");
}

#[test]
fn local_rollover_goes_by_the_offset_of_the_entry() {
    let files = MemoryFiles::default();
    let mut sink = Sink::new(
        LogPlan {
            local: true,
            ..plan(Format::Ncsa, Rollover::Hourly)
        },
        files.clone(),
    );
    let mut batch = Vec::new();
    for utc_offset in [0, 3_600] {
        let time = Time {
            unix_seconds: DAY,
            utc_offset,
        };
        push_frame(&mut batch, time, b"x\r\n");
    }
    sink.write(&batch);
    assert_eq!(files.list(), ["nc70010200.log", "nc70010201.log"]);
}

#[test]
fn binary_files_have_a_header_and_their_own_table() {
    let files = MemoryFiles::default();
    let mut sink = Sink::new(plan(Format::Raw, Rollover::Daily), files.clone());
    let mut entries = Vec::new();
    for seconds in [0, 1, DAY] {
        let mut record = Record {
            time: Time::utc(seconds),
            ..Record::default()
        };
        record.fields.uri_stem = crate::Text::Str("/same");
        let mut entry = Vec::new();
        line(
            Format::Raw,
            Fields::NONE,
            CodePage::Utf8,
            &record,
            &mut entry,
        );
        push_frame(&mut entries, record.time, &entry);
    }
    push_frame(&mut entries, Time::utc(DAY), b"no entry");
    let tally = sink.write(&entries);
    assert_eq!((tally.written, tally.failed), (3, 1));
    assert_eq!(files.list(), ["ra700101.ibl", "ra700102.ibl"]);
    for (name, count) in [("ra700101.ibl", 2), ("ra700102.ibl", 1)] {
        let file = files.contents(name).unwrap();
        let stems: Vec<Vec<u8>> = Reader::new(&file)
            .map(|entry| entry.unwrap().uri_stem.to_vec())
            .collect();
        assert_eq!(stems, vec![b"/same".to_vec(); count]);
    }
}

/// Files in memory that fail as told.
#[derive(Clone, Default)]
struct Faulty {
    files: MemoryFiles,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Clone, Copy, Default)]
struct Faults {
    open: bool,
    /// Bytes that an append writes before it fails.
    append: Option<usize>,
    truncate: bool,
}

struct FaultyFile {
    file: MemoryFile,
    faults: Arc<Mutex<Faults>>,
}

impl Files for Faulty {
    type File = FaultyFile;

    fn names(&mut self) -> io::Result<Vec<String>> {
        self.files.names()
    }

    fn open(&mut self, name: &str) -> io::Result<(FaultyFile, u64)> {
        if self.faults.lock().open {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let (file, size) = self.files.open(name)?;
        let faults = Arc::clone(&self.faults);
        Ok((FaultyFile { file, faults }, size))
    }
}

impl LogFile for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let fault = self.faults.lock().append;
        let Some(written) = fault else {
            return self.file.append(bytes);
        };
        self.file.append(&bytes[..written.min(bytes.len())])?;
        Err(io::ErrorKind::StorageFull.into())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        if self.faults.lock().truncate {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.file.truncate(size)
    }
}

const HEADER: &str = "#Software: Test\r\n#Version: 1.0\r\n#Date: 1970-01-01 00:00:00\r\n\
                      #Fields: cs-method\r\n";

#[test]
fn what_a_failed_write_left_is_cut_off() {
    let faulty = Faulty::default();
    let mut sink = Sink::new(plan(Format::W3c, Rollover::Daily), faulty.clone());
    sink.write(&batch(&[(0, "a\r\n")]));
    faulty.faults.lock().append = Some(1);
    let tally = sink.write(&batch(&[(0, "lost\r\n"), (0, "lost too\r\n")]));
    assert_eq!((tally.written, tally.failed), (1, 2));
    assert_eq!(
        text(&faulty.files, "ex700101.log"),
        HEADER.to_owned() + "a\r\n"
    );
    // Still failing, now in the header of the reopened file.
    sink.write(&batch(&[(0, "lost\r\n")]));
    faulty.faults.lock().append = None;
    let tally = sink.write(&batch(&[(0, "b\r\n")]));
    assert_eq!((tally.written, tally.failed), (2, 3));
    let expected = HEADER.to_owned() + "a\r\n" + HEADER + "b\r\n";
    assert_eq!(text(&faulty.files, "ex700101.log"), expected);
}

#[test]
fn what_cannot_be_cut_off_is_ended_with_a_line_end() {
    let faulty = Faulty::default();
    let mut sink = Sink::new(plan(Format::Ncsa, Rollover::Daily), faulty.clone());
    sink.write(&batch(&[(0, "a\r\n")]));
    *faulty.faults.lock() = Faults {
        append: Some(2),
        truncate: true,
        ..Faults::default()
    };
    sink.write(&batch(&[(0, "lost\r\n")]));
    *faulty.faults.lock() = Faults::default();
    sink.write(&batch(&[(0, "b\r\n")]));
    assert_eq!(text(&faulty.files, "nc700101.log"), "a\r\nlo\r\nb\r\n");
}

#[test]
fn a_directory_that_cannot_be_opened_loses_entries_until_it_can() {
    let faulty = Faulty::default();
    faulty.faults.lock().open = true;
    let mut sink = Sink::new(plan(Format::Ncsa, Rollover::Size(9)), faulty.clone());
    let tally = sink.write(&batch(&[(0, "a\r\n"), (0, "b\r\n")]));
    assert_eq!((tally.written, tally.failed), (0, 2));
    faulty.faults.lock().open = false;
    let tally = sink.write(&batch(&[(0, "c\r\n")]));
    assert_eq!((tally.written, tally.failed), (1, 2));
    assert_eq!(text(&faulty.files, "ncsa1.log"), "c\r\n");
}

#[test]
fn a_failure_at_a_rollover_by_size_does_not_skip_a_number() {
    let faulty = Faulty::default();
    let mut sink = Sink::new(plan(Format::Ncsa, Rollover::Size(4)), faulty.clone());
    faulty.faults.lock().append = Some(0);
    sink.write(&batch(&[(0, "a\r\n"), (0, "b\r\n")]));
    faulty.faults.lock().append = None;
    sink.write(&batch(&[(0, "c\r\n"), (0, "d\r\n")]));
    assert_eq!(faulty.files.list(), ["ncsa1.log", "ncsa2.log"]);
    assert_eq!(text(&faulty.files, "ncsa1.log"), "c\r\n");
}

#[test]
fn a_broken_batch_ends_it() {
    let files = MemoryFiles::default();
    let mut sink = Sink::new(plan(Format::Ncsa, Rollover::Daily), files.clone());
    let good = batch(&[(0, "a\r\n")]);
    for length in 0..good.len() {
        assert_eq!(sink.write(&good[..length]).written, 0);
    }
    assert_eq!(files.list(), [""; 0]);
}
