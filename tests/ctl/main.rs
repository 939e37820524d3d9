//! `httpsysctl` as a user runs it: the program, its output, its exit codes.
//!
//! Owns: a folder for each test with its own configuration and run directory ([`Place`]), and transcripts in
//! `transcripts`. Does not own: the grammar and layouts by themselves, which have tests beside them.
//! `HTTPSYS_CTL_BLESS=1` writes transcripts anew; read the difference as you would read a test.
#![cfg(unix)]

mod certificates;
mod https;
mod live;
mod place;
mod records;
mod shells;
mod watch;
