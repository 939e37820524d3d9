//! The buffer and its thread: nothing blocks a caller, nothing accepted is lost at the end.

use std::sync::mpsc;

use super::*;
use crate::fields::Fields;
use crate::files::{LogFile, MemoryFiles};
use crate::format::Format;
use crate::rollover::Rollover;
use crate::sink::LogKind;

fn plan() -> LogPlan {
    LogPlan {
        kind: LogKind::Access {
            format: Format::Ncsa,
            utf8: false,
        },
        rollover: Rollover::Daily,
        local: false,
        fields: Fields::NONE,
        software: String::new(),
    }
}

/// A writer that only writes when it is told to or has much.
fn settings(capacity: usize) -> WriterSettings {
    WriterSettings {
        capacity,
        delay: Duration::MAX,
    }
}

fn text(files: &MemoryFiles) -> String {
    String::from_utf8(files.contents("nc700101.log").unwrap_or_default()).unwrap()
}

/// Files whose appends wait until they are let through. Each says that it waits.
struct Gate {
    arrived: mpsc::Sender<()>,
    pass: Arc<Mutex<mpsc::Receiver<()>>>,
    files: MemoryFiles,
}

struct GateFile {
    arrived: mpsc::Sender<()>,
    pass: Arc<Mutex<mpsc::Receiver<()>>>,
    file: crate::MemoryFile,
}

impl Files for Gate {
    type File = GateFile;

    fn names(&mut self) -> io::Result<Vec<String>> {
        self.files.names()
    }

    fn open(&mut self, name: &str) -> io::Result<(GateFile, u64)> {
        let (file, size) = self.files.open(name)?;
        let file = GateFile {
            arrived: self.arrived.clone(),
            pass: Arc::clone(&self.pass),
            file,
        };
        Ok((file, size))
    }
}

impl LogFile for GateFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let _ = self.arrived.send(());
        let _ = self.pass.lock().recv();
        self.file.append(bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.file.truncate(size)
    }
}

#[test]
fn close_writes_everything_accepted() {
    let files = MemoryFiles::default();
    let writer = LogWriter::start(plan(), files.clone(), &settings(1 << 20)).unwrap();
    let mut expected = String::new();
    for number in 0..1_000 {
        let line = format!("{number}\r\n");
        assert!(writer.try_push(Time::utc(0), line.as_bytes()));
        expected += &line;
    }
    writer.close();
    assert_eq!(text(&files), expected);
    assert!(!writer.try_push(Time::utc(0), b"late\r\n"));
    writer.close();
    assert_eq!(
        writer.counters(),
        LogCounters {
            accepted: 1_000,
            written: 1_000,
            dropped: 1,
            failed: 0,
        }
    );
}

#[test]
fn dropping_the_writer_closes_it() {
    let files = MemoryFiles::default();
    let writer = LogWriter::start(plan(), files.clone(), &settings(1 << 20)).unwrap();
    assert!(writer.try_push(Time::utc(0), b"a\r\n"));
    drop(writer);
    assert_eq!(text(&files), "a\r\n");
}

#[test]
fn flush_waits_until_everything_is_written() {
    let files = MemoryFiles::default();
    let writer = LogWriter::start(plan(), files.clone(), &settings(1 << 20)).unwrap();
    writer.flush();
    for round in 1..100 {
        assert!(writer.try_push(Time::utc(0), b"a\r\n"));
        writer.flush();
        assert_eq!(text(&files), "a\r\n".repeat(round));
    }
    assert_eq!(writer.counters().written, 99);
}

#[test]
fn a_batch_is_written_after_its_delay_without_anybody_asking() {
    let (arrived, arrivals) = mpsc::channel();
    let (let_pass, pass) = mpsc::channel();
    let gate = Gate {
        arrived,
        pass: Arc::new(Mutex::new(pass)),
        files: MemoryFiles::default(),
    };
    let settings = WriterSettings {
        capacity: 1 << 20,
        delay: Duration::from_millis(1),
    };
    let writer = LogWriter::start(plan(), gate, &settings).unwrap();
    assert!(writer.try_push(Time::utc(0), b"a\r\n"));
    arrivals.recv_timeout(Duration::from_secs(60)).unwrap();
    let_pass.send(()).unwrap();
    writer.close();
}

#[test]
fn a_full_buffer_drops_and_counts_but_does_not_block() {
    let (arrived, arrivals) = mpsc::channel();
    let (let_pass, pass) = mpsc::channel();
    let files = MemoryFiles::default();
    let gate = Gate {
        arrived,
        pass: Arc::new(Mutex::new(pass)),
        files: files.clone(),
    };
    // Three frames of 16 bytes and an entry of 4; half of that is worth writing.
    let writer = LogWriter::start(plan(), gate, &settings(3 * (FRAME_HEAD + 4))).unwrap();
    for entry in [b"a1\r\n", b"a2\r\n"] {
        assert!(writer.try_push(Time::utc(0), entry));
    }
    // The thread may have taken one entry or both; from here on it is stuck in its file.
    arrivals.recv_timeout(Duration::from_secs(60)).unwrap();
    let accepted = (0..10)
        .filter(|_| writer.try_push(Time::utc(0), b"b1\r\n"))
        .count();
    assert!((2..=3).contains(&accepted), "{accepted}");
    assert!(!writer.try_push(Time::utc(0), b"c1\r\n"));
    assert!(!writer.try_push(Time::utc(0), &[b'x'; 100]));
    drop(let_pass);
    writer.close();
    assert_eq!(
        text(&files),
        "a1\r\na2\r\n".to_owned() + &"b1\r\n".repeat(accepted)
    );
    let total = accepted as u64 + 2;
    assert_eq!(
        writer.counters(),
        LogCounters {
            accepted: total,
            written: total,
            dropped: 12 - accepted as u64,
            failed: 0,
        }
    );
}

#[test]
fn a_capacity_of_zero_drops_everything() {
    let writer = LogWriter::start(plan(), MemoryFiles::default(), &settings(0)).unwrap();
    assert!(!writer.try_push(Time::utc(0), b""));
    writer.flush();
    writer.close();
    assert_eq!(writer.counters().dropped, 1);
}

/// Files that panic.
struct Broken;

impl Files for Broken {
    type File = crate::MemoryFile;

    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn open(&mut self, _: &str) -> io::Result<(crate::MemoryFile, u64)> {
        panic!("a failure on purpose");
    }
}

#[test]
fn a_thread_that_panics_lets_nobody_wait() {
    let writer = LogWriter::start(plan(), Broken, &settings(1 << 20)).unwrap();
    assert!(writer.try_push(Time::utc(0), b"a\r\n"));
    writer.flush();
    assert!(!writer.try_push(Time::utc(0), b"a\r\n"));
    writer.close();
    assert_eq!(writer.counters().written, 0);
}

#[test]
fn many_threads_lose_nothing_and_mix_no_lines() {
    let files = MemoryFiles::default();
    let writer = LogWriter::start(plan(), files.clone(), &WriterSettings::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let writer = &writer;
            scope.spawn(move || {
                for number in 0..2_000 {
                    let line = format!("{thread} {number}\r\n");
                    while !writer.try_push(Time::utc(0), line.as_bytes()) {
                        writer.flush();
                    }
                }
            });
        }
    });
    writer.close();
    let text = text(&files);
    let mut next = [0; 4];
    for line in text.lines() {
        let (thread, number) = line.split_once(' ').unwrap();
        let thread: usize = thread.parse().unwrap();
        assert_eq!(number, next[thread].to_string());
        next[thread] += 1;
    }
    assert_eq!(next, [2_000; 4]);
}
