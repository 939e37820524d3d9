//! Tests of the features for the crates of the ecosystem, on real sockets and on executors without a runtime.
//!
//! Owns: conversion, framing, back-pressure, panics, shutdown. Does not own what axum and tokio make of it
//! (`examples/axum`), or the calls beneath (`tests/futures`).

mod bodies;
mod endings;
mod pipes;
mod requests;
mod responses;
mod serving;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "../api/support.rs"]
mod support;
mod tools;
mod trailers;
mod typed_headers;
