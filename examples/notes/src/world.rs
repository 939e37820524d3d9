//! Threads, locks and channels: std's, and in tests those of the simulation, which have the same names.

#[cfg(test)]
pub(crate) use httpsys_sim::{
    sync::{Mutex, mpsc},
    thread,
};
#[cfg(not(test))]
pub(crate) use std::{
    sync::{Mutex, mpsc},
    thread,
};
