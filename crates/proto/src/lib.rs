//! proto (head to be written)
#![forbid(unsafe_code)]
